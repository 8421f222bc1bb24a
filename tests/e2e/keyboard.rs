//! The page without a pointer: the keyboard is never on nothing, where it is can be seen, and what it opened it closes.

use serde_json::json;

use super::visitor::*;

const ESCAPE: &str = "\u{E00C}";
const TAB: &str = "\u{E004}";
const F6: &str = "\u{E036}";

/// What has the keyboard: its label, or its id.
async fn at(visitor: &Visitor) -> String {
    let ask = "const e = document.activeElement; return e === document.body ? '' : e.id && e.localName !== 'g' ? e.id : e.getAttribute('aria-label') || e.textContent;";
    visitor.browser.execute(ask, vec![]).await.expect("the page answers").as_str().unwrap_or_default().to_owned()
}

/// Every button that the keyboard reaches is pressed once, from several beginnings: whatever goes away with it, the keyboard is
/// somewhere, and is seen.
#[tokio::test]
async fn the_keyboard_is_never_on_nothing() {
    let mut pressed = 0;
    let beginnings: [(&str, &[&str]); 4] = [
        ("", &["Go to notification-queue", "Connect to…"]),
        ("", &["an empty canvas", "Add: Topic exchange", "Add: Quorum queue"]),
        ("#lesson=why-events.md", &["Go to order-service"]),
        ("#scenario=retry-ttl.json", &["Table view"]),
    ];
    for (index, (hash, commands)) in beginnings.into_iter().enumerate() {
        let visitor = Visitor::working(Way::Keyboard).await;
        if !hash.is_empty() {
            visitor.open(hash).await;
            visitor.wait_for(".node").await;
        }
        // A ring is seen in both themes.
        if index % 2 == 1 {
            visitor
                .browser
                .execute("document.documentElement.dataset.theme = 'dark'; return null;", vec![])
                .await
                .expect("the page answers");
        }
        // A key, so that the browser knows that no pointer is at work.
        visitor.keys(TAB).await;
        let timeouts = fantoccini::wd::TimeoutConfiguration::new(Some(std::time::Duration::from_mins(10)), None, None);
        visitor.browser.update_timeouts(timeouts).await.expect("it may take its time");
        let walked = visitor.browser.execute_async(include_str!("../page/walk.js"), vec![json!(commands), json!(160)]).await;
        let walked = walked.unwrap_or_else(|error| panic!("{hash} {commands:?}: {error}"));
        assert_eq!(walked["faults"], json!([]), "{hash} {commands:?}: {walked:#}");
        pressed += walked["steps"].as_u64().unwrap_or_default();
        visitor.leave().await;
    }
    assert!(pressed > 250, "{pressed}");
}

/// On an empty canvas the keyboard is on the canvas; what a command adds is selected, and has it; "New part…" is one Tab from the line's
/// beginning; and no switch ever has it by itself.
#[tokio::test]
async fn the_keyboard_follows_what_is_drawn() {
    let visitor = Visitor::working(Way::Keyboard).await;
    visitor.focus(&Visitor::node("analytics-queue")).await;
    visitor.command("New scenario: an empty canvas").await;
    visitor.until("the canvas has it", async |visitor| at(visitor).await.starts_with("stage")).await;
    let seen = "const e = document.activeElement, r = e.getBoundingClientRect(), s = document.querySelector('#stage').getBoundingClientRect(); \
        return e.ariaPressed === 'true' && r.left >= s.left && r.right <= s.right && r.top >= s.top && r.bottom <= s.bottom;";
    for (part, name) in [("Topic exchange", "exchange-1"), ("Quorum queue", "queue-1"), ("Service", "service-1")] {
        visitor.command(&format!("Add: {part}")).await;
        visitor.until(&format!("{part} has it"), async |visitor| at(visitor).await.contains(name)).await;
        visitor.settled().await;
        assert_eq!(visitor.browser.execute(seen, vec![]).await.expect("the page answers"), json!(true), "{part} is selected and in view");
    }
    // Keys and drawers move the view: what has the keyboard goes on being seen.
    for (what, keys) in [("zoom", "++++++"), ("100 %", "\u{E009}0\u{E000}"), ("zoom again", "++++++"), ("a drawer", "b")] {
        for key in keys.split_inclusive(['+', '\u{E000}', 'b']) {
            visitor.keys(key).await;
        }
        visitor.settled().await;
        if what == "a drawer" {
            visitor.keys(ESCAPE).await;
            visitor.settled().await;
        }
        visitor
            .until(&format!("{what}: it is in view"), async |visitor| {
                visitor.browser.execute(seen, vec![]).await.expect("the page answers") == json!(true)
            })
            .await;
    }
    // Time stands: what an arrow leads to is seen without another key.
    let inside = seen.replace("e.ariaPressed === 'true' && ", "");
    for arrow in ["\u{E012}", "\u{E012}", "\u{E012}", "\u{E014}"] {
        visitor.keys(arrow).await;
        visitor
            .until("the next part is in view", async |visitor| {
                visitor.browser.execute(&inside, vec![]).await.expect("the page answers") == json!(true)
            })
            .await;
    }
    visitor.command("Show everything").await;
    // A binding, by key alone: Enter at its end, the key, Enter.
    visitor.command("Go to exchange-1").await;
    visitor.keys("c").await;
    visitor.wait_for("#connecting").await;
    visitor.keys(TAB).await;
    assert_eq!(at(&visitor).await, "new-end");
    visitor.keys(ESCAPE).await;
    visitor.until("it is given up", async |visitor| visitor.is_absent("#connecting").await).await;
    visitor.until("the keyboard is back", async |visitor| at(visitor).await.contains("exchange-1")).await;
    visitor.keys("c").await;
    visitor.wait_for("#connecting").await;
    visitor.keys("\u{E014}").await;
    visitor.until("its end has it", async |visitor| at(visitor).await.contains("queue-1")).await;
    visitor.keys(ENTER).await;
    visitor.key("order.*").await;
    visitor.until("the exchange has it", async |visitor| at(visitor).await.contains("exchange-1")).await;
    for _ in 0..8 {
        visitor.keys(F6).await;
        let here = at(&visitor).await;
        assert!(!here.is_empty() && !here.starts_with("Kill"), "{here}");
    }
    let late = visitor.browser.execute_async(PRESS_AFTER_A_CHANGE, vec![]).await.expect("the page answers");
    assert_eq!(late, json!(true), "what is pressed just after a change of the page keeps the keyboard");
    // What is deleted leaves it at the nearest part: the first one stands farther away.
    visitor.focus(&Visitor::node("exchange-1")).await;
    visitor.keys(DELETE).await;
    visitor.until("the next part has it", async |visitor| at(visitor).await.contains("queue-1")).await;
    visitor.leave().await;
}

/// A line is pressed between a change and the look where the keyboard is, before the page has made it the one stop: yew yields in
/// between when it is slow. This line is none of the page's, so that the page is as slow as can be.
const PRESS_AFTER_A_CHANGE: &str = "const done = arguments[0]; \
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'g'); line.setAttribute('class', 'wire'); line.setAttribute('tabindex', '-1'); \
    document.querySelector('#stage svg').append(line); document.querySelector(\"#stage :is(.node, .wire)[tabindex='0']\").focus(); \
    setTimeout(() => { requeue.keepFocus(); line.focus(); const began = document.activeElement === line; \
    setTimeout(() => { const kept = document.activeElement === line; line.remove(); done(began && kept); }, 20); }, 300);";

/// A service that takes over a queue is asked whether the HTTP handler's steps move there. The question goes with the answer, and the
/// keyboard is on the canvas.
#[tokio::test]
async fn a_question_that_goes_gives_the_keyboard_back() {
    let visitor = Visitor::working(Way::Keyboard).await;
    visitor.connect("notification-queue.dead", "order-service").await;
    visitor.act("#replace-http").await;
    visitor.until("the steps are moved", async |visitor| visitor.is_absent("#replaced").await).await;
    let on_canvas = "return !!document.activeElement.closest('#stage .node');";
    let is_there = async |visitor: &Visitor| visitor.browser.execute(on_canvas, vec![]).await.expect("the page answers") == json!(true);
    visitor.until("a part has it", is_there).await;
    visitor.leave().await;
}

/// Escape closes what was opened last, wherever the keyboard is in it, and the keyboard goes back to where it came from.
#[tokio::test]
async fn escape_closes_what_was_opened_last_and_goes_back() {
    let visitor = Visitor::working(Way::Keyboard).await;
    visitor.keys(TAB).await;
    for button in ["rail-build", "rail-publish", "rail-system", "shelf-events", "shelf-charts", "shelf-ledger"] {
        visitor.focus(&format!("#{button}")).await;
        visitor.keys(ENTER).await;
        visitor.wait_for(&format!("#{button}[aria-pressed='true']")).await;
        visitor.settled().await;
        // From its heading, and from one of its controls.
        visitor.keys(TAB).await;
        visitor.keys(ESCAPE).await;
        visitor.wait_for(&format!("#{button}[aria-pressed='false']")).await;
        visitor.until("the button has it again", async |visitor| at(visitor).await == button).await;
    }
    // The inspector over the drawer: first the one, then the other.
    visitor.act("#rail-build").await;
    visitor.wait_for(".drawer.left").await;
    let queue = Visitor::node("analytics-queue");
    visitor.act(&queue).await;
    visitor.wait_for("#inspector").await;
    visitor.focus("#name").await;
    visitor.keys(ESCAPE).await;
    visitor.until("the inspector is closed", async |visitor| visitor.is_absent("#inspector").await).await;
    assert!(!visitor.is_absent(".drawer.left").await);
    visitor.until("the part has it", async |visitor| at(visitor).await.contains("analytics-queue")).await;
    visitor.keys(ESCAPE).await;
    visitor.until("the drawer is closed", async |visitor| visitor.is_absent(".drawer.left").await).await;
    visitor.leave().await;
}

/// Letters are the canvas's: on a button, a heading or a list they do nothing, and Space presses the button. On a heading Space plays.
#[tokio::test]
async fn letters_work_on_the_canvas_alone() {
    let visitor = Visitor::working(Way::Keyboard).await;
    visitor.focus("#rail-build").await;
    for key in ["t", "p", "c", "."] {
        visitor.keys(key).await;
    }
    visitor.settled().await;
    assert!(visitor.is_absent(".table-view").await && visitor.is_absent(".drawer.left").await && visitor.is_absent("dialog[open]").await);
    visitor.keys(" ").await;
    visitor.wait_for(".drawer.left").await;
    assert!(!visitor.is_absent("#rail-build[aria-pressed='true']").await && visitor.is_absent("#play[aria-label='Pause']").await);
    visitor.until("the heading has it", async |visitor| at(visitor).await == "drawer-title").await;
    visitor.keys(" ").await;
    visitor.wait_for("#play[aria-label='Pause']").await;
    visitor.keys(" ").await;
    visitor.wait_for("#play[aria-label='Play']").await;
    visitor.keys("?").await;
    visitor.wait_for("dialog[open] .keys-list").await;
    visitor.keys(ESCAPE).await;
    visitor.until("help is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
    visitor.focus(&Visitor::node("analytics-queue")).await;
    visitor.keys("t").await;
    visitor.wait_for(".table-view").await;
    visitor.until("its heading has it", async |visitor| at(visitor).await == "table-title").await;
    visitor.keys("t").await;
    visitor.until("the canvas is back", async |visitor| visitor.is_absent(".table-view").await).await;
    // The canvas keeps the keyboard when it selects. A second Enter leads to the heading of the part.
    visitor.focus(&Visitor::node("analytics-queue")).await;
    visitor.keys(ENTER).await;
    visitor.wait_for("#inspector").await;
    assert!(at(&visitor).await.contains("analytics-queue"));
    visitor.keys(ENTER).await;
    visitor.until("the heading of the part has it", async |visitor| at(visitor).await == "part-title").await;
    visitor.leave().await;
}

/// Enter in the palette's field runs the entry that is marked. Arrows go to the others and back. A field that is folded away unfolds.
#[tokio::test]
async fn the_palette_is_walked_and_a_folded_field_unfolds() {
    let visitor = Visitor::working(Way::Keyboard).await;
    visitor.keys("\u{E009}k\u{E000}").await;
    visitor.wait_for("dialog[open] #query").await;
    visitor.type_into("#query", "of notification-service").await;
    visitor.wait_for("[data-command^='Instances of']").await;
    // The entries that are marked, by their number.
    let marked = "const marks = [...document.querySelectorAll('.commands button')].map(e => getComputedStyle(e).backgroundColor); \
        const plain = marks.at(-1); return marks.flatMap((mark, at) => mark === plain ? [] : [at]);";
    let marked = async |visitor: &Visitor| visitor.browser.execute(marked, vec![]).await.expect("the page answers");
    for (key, entry) in [("", 0), ("\u{E015}", 1), ("\u{E015}", 2), ("\u{E013}", 1), ("\u{E013}", 0), ("\u{E013}", 0)] {
        if !key.is_empty() {
            visitor.keys(key).await;
        }
        visitor.until(&format!("{entry} is marked"), async |visitor| marked(visitor).await == json!([entry])).await;
    }
    assert_eq!(at(&visitor).await, "query");
    visitor.type_into("#query", "Reconnects after, ms of notification-service").await;
    visitor.wait_for("[data-command^='Reconnects after']").await;
    visitor.keys(ENTER).await;
    visitor.until("the field has it", async |visitor| at(visitor).await.ends_with("reconnect_ms")).await;
    let unfolded = "const e = document.activeElement; return e.checkVisibility() && !!e.closest('details[open]');";
    assert_eq!(visitor.browser.execute(unfolded, vec![]).await.expect("the page answers"), json!(true));
    // Escape closes the list, and nothing else.
    visitor.keys("\u{E009}k\u{E000}").await;
    visitor.wait_for("dialog[open] #query").await;
    visitor.keys("\u{E00C}").await;
    visitor.until("the field has it again", async |visitor| at(visitor).await.ends_with("reconnect_ms")).await;
    visitor.leave().await;
}
