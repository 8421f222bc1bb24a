//! Lessons, alone and embedded.

use std::path::Path;

use fantoccini::Locator;
use serde_json::json;

use super::site::*;
use super::visitor::*;

/// A lesson has a wider panel; a frame that is painted at that moment must not hide it from the canvas.
#[tokio::test]
async fn the_canvas_fits_beside_a_lesson_that_opens_while_time_runs() {
    for _ in 0..6 {
        let visitor = Visitor::working(Way::Pointer).await;
        visitor.act(&Visitor::node("notification-queue")).await;
        visitor.act("#play").await;
        visitor.until("orders come", async |visitor| visitor.text("#clock").await.as_str() > "00:01").await;
        visitor.act("#lessons").await;
        visitor.act("[data-lesson='topic.md']").await;
        visitor.wait_for("#lesson").await;
        let fits = "return +document.querySelector('svg.drawing').getAttribute('width') === document.querySelector('#stage').clientWidth;";
        visitor
            .until("the canvas is as wide as its place", async |visitor| {
                visitor.browser.execute(fits, vec![]).await.expect("the page answers").as_bool() == Some(true)
            })
            .await;
        visitor.leave().await;
    }
}

/// One of each kind of step, with the keyboard alone; and what is handed in is graded elsewhere as in the page.
#[tokio::test]
async fn lessons_are_solved_without_a_mouse() {
    let visitor = Visitor::working(Way::Keyboard).await;
    let begin = async |file: &str, step: &str| {
        visitor.act("#lessons").await;
        visitor.wait_for("#dialog-title:focus").await;
        visitor.act(&format!("[data-lesson='{file}']")).await;
        visitor
            .until("the lesson is open", async |visitor| visitor.is_absent("dialog[open]").await && !visitor.is_absent("#lesson").await)
            .await;
        visitor.act(&format!("[data-step='{step}']")).await;
        visitor.wait_for(&format!("[data-step='{step}'][aria-current]")).await;
    };
    let solved = async |step: &str| {
        visitor.wait_for(&format!("[data-step='{step}'].done")).await;
    };
    // Look: it counts when the system was seen running.
    begin("what-is-a-broker.md", "parts").await;
    visitor.wait_for(".node.spot").await;
    assert!(visitor.is_absent("[data-step='parts'].done").await);
    visitor.choose_speed(20_000).await;
    visitor.act("#play").await;
    solved("parts").await;
    visitor.act("#play").await;
    // Do.
    begin("management-numbers.md", "diagnose").await;
    visitor.act("[data-toggle='analytics-service']").await;
    visitor.choose_speed(20_000).await;
    visitor.act("#play").await;
    visitor.until("twenty are ready", async |visitor| visitor.count("analytics-queue", "ready").await >= 20).await;
    visitor.reveal("#goal").await;
    visitor.until("stock is reserved", async |visitor| !visitor.is_absent("#goal li:nth-child(3).done").await).await;
    visitor.act("#prove").await;
    solved("diagnose").await;
    // Break.
    begin("crash-before-ack.md", "twice").await;
    visitor.act("#hint").await;
    visitor.wait_for(".hint").await;
    visitor.act("#faults > summary").await;
    visitor.focus("#fault").await;
    visitor.keys(&format!("kill notification-service at step 3 of message 30 for 2s{ENTER}")).await;
    visitor.choose_speed(20_000).await;
    if !visitor.is_absent("#play[aria-label='Play']").await {
        visitor.act("#play").await;
    }
    visitor.reveal("#goal").await;
    visitor.until("somebody got two", async |visitor| !visitor.is_absent("#goal li:nth-child(1).done").await).await;
    visitor
        .until("nobody got none", async |visitor| {
            // So far: it may still turn out otherwise.
            visitor.is_absent("#goal li:nth-child(2).not").await && visitor.text("#clock").await.as_str() > "00:40"
        })
        .await;
    visitor.act("#play").await;
    visitor.act("#prove").await;
    solved("twice").await;
    // Explain.
    begin("topic-or-fanout.md", "why").await;
    visitor.type_into("#explanation", "Each consumer binds what it wants.").await;
    visitor.act("#compare-model").await;
    visitor.wait_for("#model").await;
    solved("why").await;
    // Predict, and fix.
    begin("topic.md", "two").await;
    for queue in ["audit-log", "user-events"] {
        visitor.focus(&format!("[data-answer='{queue}']")).await;
        visitor.keys(" ").await;
    }
    visitor.act("#check").await;
    visitor.wait_for("#verdict.good").await;
    visitor.act("[data-step='all-orders']").await;
    visitor.act("#prove").await;
    visitor.wait_for("#verdict.bad").await;
    assert!(visitor.text("#goal").await.contains("notification-service does not get order.placed.express."));
    visitor.edit_key("order-notifications").await;
    visitor.key("order.#").await;
    // What was said of the system as it was before is marked.
    visitor.wait_for("#verdict.old").await;
    assert!(visitor.text("#verdict").await.starts_with("Before your last change"));
    visitor.act("#prove").await;
    visitor.wait_for("#verdict.good").await;
    solved("all-orders").await;
    // Handed in, and graded by others.
    visitor.act("#hand-in > summary").await;
    visitor.fill("#student", "Ada").await;
    visitor.act("#grade-it").await;
    visitor.wait_for("#grade").await;
    let shown = visitor.text("#grade").await;
    visitor.act("#result").await;
    let text = visitor.saved().await;
    let result = visitor.downloads.join("handed-in.json");
    std::fs::write(&result, &text).expect("a file");
    let lesson = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/lessons/topic.md");
    let graded = std::process::Command::new(env!("CARGO_BIN_EXE_requeue"))
        .arg("grade")
        .arg(&lesson)
        .arg("--submissions")
        .arg(&result)
        .output()
        .expect("the command runs");
    let graded = String::from_utf8(graded.stdout).expect("text");
    assert_eq!(graded, format!("Ada (handed-in.json) {shown}"));
    assert!(shown.starts_with("topic: 50.0 %"), "{shown}");
    // Progress is there after a reload.
    visitor.open("#lesson=topic.md").await;
    visitor.wait_for("[data-step='all-orders'].done").await;
    visitor.leave().await;
}

/// A lesson that was begun in an earlier visit is what Continue proposes, with the steps that are done and the minutes that are left.
#[tokio::test]
async fn continue_says_how_many_minutes_are_left() {
    let visitor = Visitor::working(Way::Pointer).await;
    visitor.act("#lessons").await;
    visitor.wait_for("#continue").await;
    let tile = visitor.text(".continue").await;
    assert!(tile.contains("Start") && !tile.contains("left"), "{tile}");
    let kept = r#"localStorage.setItem('requeue.2.progress', JSON.stringify({"what-is-a-broker": {"steps": 4, "done": ["parts", "shipped"]}})); return null;"#;
    visitor.browser.execute(kept, vec![]).await.expect("it is kept");
    // A reload comes back to the course.
    visitor.open("").await;
    visitor.wait_for("#continue").await;
    let tile = visitor.text(".continue").await;
    let minutes = tile.split_once("about ").and_then(|(_, rest)| rest.split(' ').next()).and_then(|number| number.parse::<u32>().ok());
    assert!(tile.contains("Continue") && tile.contains("2 of 4 steps") && minutes.is_some_and(|minutes| minutes > 0), "{tile}");
    visitor.act("#continue").await;
    visitor.wait_for("#lesson").await;
    visitor.leave().await;
}

/// From Continue to the next lesson, by either way and on a phone; a reload in between comes back to the step and what is drawn.
#[tokio::test]
async fn the_course_leads_on_and_a_reload_comes_back() {
    for (way, width, height) in [(Way::Pointer, 1440, 900), (Way::Keyboard, 1440, 900), (Way::Pointer, 500, 844)] {
        let visitor = Visitor::begin(width, height, way).await;
        visitor.open("").await;
        visitor.wait_for("#start-course").await;
        visitor.act("#start-course").await;
        visitor.wait_for("#continue").await;
        visitor.focus("[data-path='90 minutes']").await;
        visitor.keys(" ").await;
        visitor.until("the path is chosen", async |visitor| visitor.text("#course-progress").await.starts_with("0 of 9")).await;
        visitor.act("[data-lesson='topic.md']").await;
        visitor.wait_for("#lesson").await;
        visitor.act("[data-step='all-orders']").await;
        visitor.act("#prove").await;
        visitor.wait_for("#verdict.bad").await;
        // The run that failed is shown, and the lesson stays open.
        visitor.act("[data-failure='0']").await;
        visitor.wait_for("#lesson-back").await;
        visitor.wait_for("#goal").await;
        visitor.act("#lesson-back").await;
        visitor.act("#solution").await;
        visitor.until("the solution is shown", async |visitor| visitor.text("#edit").await.contains("gets the key order.#")).await;
        assert!(visitor.text("#edit").await.contains("change 1 of 1"));
        visitor.act("#prove").await;
        visitor.wait_for("#next-lesson").await;
        assert_eq!(visitor.browser.find_all(Locator::Css(".drawer-foot .primary")).await.expect("buttons").len(), 1);
        // A reload.
        visitor.open("").await;
        visitor.wait_for("[data-step='all-orders'][aria-current].done").await;
        // Far away a key loses its middle.
        visitor.until("what was drawn is there", async |visitor| visitor.text("[data-binding='0']").await.ends_with('#')).await;
        visitor.act("#next-lesson").await;
        visitor.until("the next lesson of the path", async |visitor| visitor.text("#lesson-title").await.contains("acknowledgement")).await;
        visitor.leave().await;
    }
}

/// Build leaves little room to a lesson: the goal that is not met yet stays in sight there, wherever the text is scrolled to.
#[tokio::test]
async fn an_unmet_goal_stays_in_sight_above_the_palette() {
    let visitor = Visitor::past_the_welcome(1440, 900, Way::Pointer).await;
    visitor.open("#lesson=topic.md").await;
    visitor.wait_for("#lesson").await;
    visitor.act("[data-step='all-orders']").await;
    visitor.act("#rail-build").await;
    visitor.wait_for(".beneath .parts").await;
    let seen = "const body = document.querySelector('.lesson .drawer-body'); body.scrollTop = 0;
        const [around, goal] = [body, document.querySelector('#goal li:not(.done)')].map((one) => one.getBoundingClientRect());
        return goal.height > 0 && goal.top >= around.top && goal.bottom <= around.bottom + 1;";
    assert_eq!(visitor.browser.execute(seen, vec![]).await.expect("the page answers"), json!(true));
    visitor.leave().await;
}

/// A page that embeds a lesson hears of what happens in it.
#[tokio::test]
async fn an_embedded_lesson_tells_the_page_around_it() {
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    visitor.browser.goto(&format!("{}/{AROUND}", visitor.site.address)).await.expect("the page is there");
    visitor
        .until("it is ready", async |visitor| {
            visitor.browser.execute("return told.includes('ready');", vec![]).await.expect("the page answers") == json!(true)
        })
        .await;
    let inside = "const inner = document.querySelector('#frame').contentDocument; const button = inner.querySelector(arguments[0]); if (button) button.click(); return !!button;";
    visitor
        .until("the lesson is open", async |visitor| {
            visitor.browser.execute(inside, vec![json!("#check")]).await.expect("the page answers") == json!(true)
        })
        .await;
    visitor
        .until("progress is told", async |visitor| {
            visitor.browser.execute("return told.includes('progress');", vec![]).await.expect("the page answers") == json!(true)
        })
        .await;
    let inner = visitor.browser.execute("const inner = document.querySelector('#frame').contentDocument; return [!!inner.querySelector('.left'), !!inner.querySelector('.right')];", vec![]).await;
    assert_eq!(inner.expect("the page answers"), json!([true, false]));
    visitor.browser.close().await.expect("the browser closes");
}

both_ways!(a_solution_is_shown_change_by_change);

/// Each change is told, its parts have a halo, and it can be taken back.
async fn a_solution_is_shown_change_by_change(way: Way) {
    for width in [1440, 500] {
        let visitor = Visitor::past_the_welcome(width, 844, way).await;
        visitor.open("#lesson=why-events.md").await;
        visitor.wait_for("#lesson").await;
        visitor.act("[data-step='announce']").await;
        visitor.act("#solution").await;
        let says = async |visitor: &Visitor, what: &str| {
            visitor.until(what, async |visitor| visitor.text("#edit").await.contains(what)).await;
        };
        says(&visitor, "change 1 of 5").await;
        says(&visitor, "Add the exchange platform-events.").await;
        visitor.wait_for(&format!(".spot{}", Visitor::node("platform-events"))).await;
        visitor.act("#edit-on").await;
        says(&visitor, "Add the queue notification-queue.").await;
        visitor.wait_for(&format!(".spot{}", Visitor::node("notification-queue"))).await;
        visitor.act("#edit-back").await;
        says(&visitor, "change 1 of 5").await;
        visitor.until("the queue is gone again", async |visitor| visitor.is_absent(&Visitor::node("notification-queue")).await).await;
        visitor.act("#mine").await;
        visitor.until("it is mine again", async |visitor| visitor.is_absent("#edit").await).await;
        visitor.leave().await;
    }
}

both_ways!(the_drawer_leads_from_lesson_to_lesson);

/// To the lessons beside this one; and the end of a lesson, with its checklist and one primary button.
async fn the_drawer_leads_from_lesson_to_lesson(way: Way) {
    for width in [1440, 500] {
        let visitor = Visitor::past_the_welcome(width, 844, way).await;
        visitor.open("#lesson=topic-or-fanout.md").await;
        visitor.wait_for("#lesson").await;
        visitor.wait_for("#promise").await;
        let title = visitor.text("#lesson-title").await;
        visitor.act("#lesson-after").await;
        visitor.until("the next lesson", async |visitor| visitor.text("#lesson-title").await != title).await;
        visitor.act("#lesson-before").await;
        visitor.until("back again", async |visitor| visitor.text("#lesson-title").await == title).await;
        visitor.act("[data-step='why']").await;
        visitor.type_into("#explanation", "Each consumer binds what it wants.").await;
        assert!(visitor.is_absent("#ending").await, "it spoils nothing");
        visitor.act("#compare-model").await;
        visitor.wait_for("#ending .takeaway").await;
        visitor
            .until("it is read from its beginning", async |visitor| {
                let keyboard = visitor.browser.execute("return document.activeElement.id;", vec![]).await;
                keyboard.is_ok_and(|id| id == "model-title")
            })
            .await;
        let ending = visitor.text("#ending").await;
        assert!(
            ending.contains("Tick each point that your answer has: 0 of")
                && ending.contains("In RabbitMQ")
                && ending.contains("Not covered here"),
            "{ending}"
        );
        visitor.focus("#checklist input").await;
        visitor.keys(" ").await;
        visitor.until("one is covered", async |visitor| visitor.text("#checklist legend").await.contains("1 of")).await;
        visitor.wait_for("#next-lesson.primary").await;
        assert_eq!(visitor.browser.find_all(Locator::Css(".drawer-foot .primary")).await.expect("buttons").len(), 1);
        visitor.leave().await;
    }
}
