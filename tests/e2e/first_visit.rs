//! The first minutes: play, break, a phone, the gallery.

use fantoccini::Locator;

use super::visitor::*;

#[tokio::test]
async fn a_first_visit_from_play_to_dead_letter() {
    let visitor = Visitor::arrive(1440, 900).await;
    assert_eq!(visitor.text("h1").await, "The course chapter's system");
    assert_eq!(visitor.count("notification-queue", "total").await, 0, "it does not run by itself");

    visitor.choose_speed(5_000).await;
    visitor.click("#play").await;
    visitor.until("messages are delivered", async |visitor| visitor.text("#log").await.contains("Delivered")).await;
    // Whether it holds any changes from moment to moment: time stands still for the kill.
    visitor
        .stop_when("Number(document.querySelector(`[data-queue-card='notification-queue'] [data-count='unacked']`)?.textContent) > 0")
        .await;
    visitor.click("[data-toggle='notification-service']").await;
    visitor.click("#play").await;
    visitor.until("nothing is unacked", async |visitor| visitor.count("notification-queue", "unacked").await == 0).await;
    visitor.until("messages pile up", async |visitor| visitor.count("notification-queue", "ready").await >= 15).await;
    assert_eq!(visitor.count("notification-queue", "unacked").await, 0);

    visitor.click("[data-toggle='notification-service']").await;
    // The log is past them soon; the hint stays done.
    visitor.until("they come again", async |visitor| visitor.text(".hints").await.contains("marked as redelivered. (done)")).await;
    visitor.until("the queue has drained", async |visitor| visitor.count("notification-queue", "ready").await <= 3).await;

    visitor.until("a poison message is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
    visitor.click("#play").await;
    visitor.click("[data-queue='notification-queue.dead'] button").await;
    visitor.wait_for("#inspector").await;
    assert!(visitor.text("#inspector .messages").await.contains("rejected"), "the inspector says why it died");
    assert!(visitor.text("#ledger").await.contains("Balanced"));
    assert!(!visitor.text("#ledger").await.contains("Not balanced"));
    visitor.leave().await;
}

#[tokio::test]
async fn a_phone_and_a_keyboard() {
    let visitor = Visitor::arrive(500, 844).await;
    let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;";
    let beyond = visitor.browser.execute(script, vec![]).await.expect("the page answers");
    assert!(beyond.as_i64().is_some_and(|pixels| pixels <= 0), "nothing sticks out at the side: {beyond}");
    // A click on the card's own switch, as a node of the canvas, by keyboard.
    let power = visitor.browser.find(Locator::Css("[data-power='notification-service']")).await.expect("the card has a switch");
    let focus = "arguments[0].focus()";
    visitor.browser.execute(focus, vec![serde_json::to_value(&power).expect("an element")]).await.expect("it takes the focus");
    visitor.browser.active_element().await.expect("something has the focus").send_keys("\u{E007}").await.expect("Enter");
    visitor.until("it is down", async |visitor| visitor.text("[data-service='notification-service']").await.contains("down")).await;
    // The keys of the canvas are those of a desktop: select, rename, move, delete, undo, help.
    let place = "const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [r.left, r.top].map(Math.round);";
    let place = async |css: &str| visitor.browser.execute(place, vec![serde_json::json!(css)]).await.expect("the page answers");
    let queue = Visitor::node("analytics-queue");
    visitor.focus(&queue).await;
    visitor.keys("\u{E007}").await;
    visitor.wait_for("#inspector").await;
    visitor.focus(&queue).await;
    visitor.keys(F2).await;
    visitor.wait_for("#in-place").await;
    visitor.keys(&format!("{SELECT_ALL}numbers\u{E007}")).await;
    let queue = Visitor::node("numbers");
    visitor.wait_for(&queue).await;
    visitor.settled().await;
    visitor.focus(&queue).await;
    let before = place(&queue).await;
    visitor.keys("\u{E008}\u{E015}\u{E000}").await;
    visitor.until("it is moved", async |_| place(&queue).await != before).await;
    visitor.focus(&queue).await;
    visitor.keys(DELETE).await;
    visitor.until("it is deleted", async |visitor| visitor.is_absent(&queue).await).await;
    visitor.focus("#stage").await;
    visitor.keys("\u{E009}z\u{E000}").await;
    visitor.wait_for(&queue).await;
    visitor.keys("?").await;
    visitor.wait_for("dialog[open] .keys-list").await;
    visitor.leave().await;
}

#[tokio::test]
async fn another_scenario_from_the_gallery() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.click("#scenarios").await;
    visitor.wait_for("[data-exhibit='retry-quorum.json']").await;
    visitor.click("[data-exhibit='retry-quorum.json']").await;
    visitor.until("it is open", async |visitor| visitor.text("h1").await == "First fix: a quorum queue counts").await;
    visitor.choose_speed(1_000_000).await;
    visitor.click("#play").await;
    visitor.until("its story is told", async |visitor| visitor.text("#clock").await == "01:30.000").await;
    let expected = visitor.text("#expectations").await;
    assert!(!expected.contains("not so") && !expected.contains("not yet"), "{expected}");
    visitor.leave().await;
}

both_ways!(the_tour_is_done_in_any_way, a_message_is_sent_from_anywhere);

/// Six steps at a desktop's and a phone's size; it is left in the middle, and a reload knows what was done.
async fn the_tour_is_done_in_any_way(way: Way) {
    for width in [1440, 500] {
        let visitor = Visitor::begin(width, 900, way).await;
        visitor.open("").await;
        visitor.wait_for("#welcome").await;
        visitor.act("#just-play").await;
        let done = async |count: &str| {
            visitor.until(count, async |visitor| visitor.text("#try-this").await.contains(count)).await;
        };
        done("0 of 6").await;
        visitor.until("orders come", async |visitor| visitor.text("#clock").await.as_str() > "00:02").await;
        match way {
            Way::Pointer => visitor.act("#play").await,
            Way::Keyboard => {
                visitor.focus("#stage").await;
                visitor.keys(" ").await;
            }
        }
        done("1 of 6").await;
        match way {
            Way::Pointer => visitor.act("#send").await,
            Way::Keyboard => {
                visitor.focus("#stage").await;
                visitor.keys("P").await;
            }
        }
        done("2 of 6").await;
        // Left, and resumed after a reload.
        visitor.act("#try-this .icon-button").await;
        visitor.open("").await;
        visitor.wait_for(".node").await;
        assert!(visitor.is_absent("#try-this").await && visitor.is_absent("#welcome").await);
        visitor.command("Tour: six things to try").await;
        done("2 of 6").await;
        visitor.act("#play").await;
        visitor.until("orders come", async |visitor| visitor.count("notification-queue", "unacked").await > 0).await;
        visitor.act("#play").await;
        let toggle = async |count: &str| {
            match way {
                Way::Pointer => visitor.act("[data-power='notification-service']").await,
                Way::Keyboard => {
                    visitor.focus(&Visitor::node("notification-service")).await;
                    visitor.keys("k").await;
                }
            }
            done(count).await;
        };
        toggle("3 of 6").await;
        visitor.act("[data-queue='notification-queue'] button").await;
        visitor.act("#inspector .messages .link").await;
        done("4 of 6").await;
        visitor.scrub(500).await;
        done("5 of 6").await;
        visitor.act("#play").await;
        visitor
            .until("it is down again", async |visitor| visitor.text(&Visitor::node("notification-service")).await.contains("down"))
            .await;
        visitor.act("#play").await;
        // At a desktop's size the drawer covers the service's switch: the drawing stays as large as it was.
        for close in ["[aria-label='Close the story']", "[aria-label='Close the inspector']"] {
            if width > 1_000 && !visitor.is_absent(close).await {
                visitor.act(close).await;
            }
        }
        toggle("6 of 6").await;
        visitor.wait_for("#start-course").await;
        visitor.leave().await;
    }
}

/// One action, from the canvas and from a lesson; the page tells where the message went.
async fn a_message_is_sent_from_anywhere(way: Way) {
    let visitor = Visitor::working(way).await;
    for hash in ["", "#lesson=topic.md"] {
        visitor.open(hash).await;
        visitor.wait_for(".node").await;
        match way {
            Way::Pointer => visitor.click("#send").await,
            Way::Keyboard => {
                visitor.focus("#stage").await;
                visitor.keys("P").await;
            }
        }
        visitor.wait_for("#sent").await;
        assert!(!visitor.text("#sent").await.is_empty(), "{hash}");
        visitor.act("#sent .icon-button").await;
        visitor.until("it was read", async |visitor| visitor.is_absent("#sent").await).await;
    }
    visitor.leave().await;
}
