//! Where the keyboard is, what is scrolled into view, and what a click that means nothing does.

use fantoccini::actions::{InputSource as _, MouseActions, PointerAction};
use serde_json::{Value, json};

use super::visitor::*;

const MIDDLE_BUTTON: u64 = 1;
const ARROW_RIGHT: &str = "\u{E014}";
const ESCAPE: &str = "\u{E00C}";
const TAB: &str = "\u{E004}";

async fn answer(visitor: &Visitor, script: &str) -> Value {
    visitor.browser.execute(script, vec![]).await.expect("the page answers")
}

#[tokio::test]
async fn arrows_go_from_node_to_node_over_the_lines_between() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.focus(&Visitor::node("customers")).await;
    // A line between two parts is a stop of its own, and has no name here.
    let focused = "const at = document.activeElement; return at.classList.contains('node') ? at.getAttribute('aria-label') : null;";
    let mut seen = vec![answer(&visitor, focused).await];
    for key in ["\u{E015}", "\u{E015}", ARROW_RIGHT, ARROW_RIGHT, ARROW_RIGHT] {
        visitor.keys(key).await;
        assert_eq!(answer(&visitor, focused).await, Value::Null, "a line");
        visitor.keys(key).await;
        seen.push(answer(&visitor, focused).await);
    }
    let names: Vec<&str> =
        seen.iter().filter_map(|label| label.as_str()?.split(' ').find(|word| word.contains(char::is_alphabetic))).collect();
    assert_eq!(names[..3], ["customers", "api-gateway", "order-service"], "down along the calls");
    assert_eq!(names[3], "platform-events");
    assert!(names[4].ends_with("-queue") && names[5].ends_with("-service"), "{names:?}");
    visitor.leave().await;
}

/// What can be seen of an element within its column, in thousandths of its height.
const IN_VIEW: &str = "const e = document.querySelector(arguments[0]); if (!e) return 0; const r = e.getBoundingClientRect(); \
    const c = e.closest('.drawer, .shelf').getBoundingClientRect(); return Math.round(1000 * (Math.min(r.bottom, c.bottom) - Math.max(r.top, c.top)) / r.height);";

#[tokio::test]
async fn what_opens_is_in_view_and_has_the_keyboard() {
    let visitor = Visitor::arrive(1440, 900).await;
    let in_view = async |css: &str| visitor.browser.execute(IN_VIEW, vec![json!(css)]).await.expect("the page answers");
    visitor.reveal("#queues").await;
    answer(&visitor, "document.querySelector('.left .drawer-body').scrollTop = 10000;").await;
    assert!(
        answer(&visitor, "return document.querySelector('.left .drawer-body').scrollTop;").await.as_i64() > Some(100),
        "it is scrolled"
    );
    visitor.click("#lessons").await;
    visitor.click("[data-lesson='topic.md']").await;
    visitor.wait_for("#lesson").await;
    visitor
        .until("the lesson's title has the keyboard", async |visitor| {
            answer(visitor, "return document.activeElement.id;").await == "lesson-title"
        })
        .await;
    assert_eq!(in_view("#lesson-title").await, 1000);

    visitor.open("#scenario=course-chapter.json").await;
    visitor.choose_speed(20_000).await;
    visitor.click("#play").await;
    visitor.until("some time has passed", async |visitor| visitor.text("#clock").await.as_str() > "00:20").await;
    visitor.click("#play").await;
    visitor.scrub(5_000).await;
    visitor.click("[data-toggle='notification-service']").await;
    visitor.wait_for("#compare").await;
    visitor.click("#compare").await;
    visitor.wait_for("#comparison").await;
    visitor.until("the comparison is in view", async |_| in_view("#comparison-title").await == 1000).await;
    // Its heading keeps its height beside a table that is longer than the drawer.
    visitor.click("#play").await;
    visitor.until("the branches differ in much", async |visitor| visitor.text("#clock").await.as_str() > "01:00").await;
    visitor.click("#play").await;
    let height = "return document.querySelector('#comparison-title').getBoundingClientRect().height >= 18;";
    assert_eq!(answer(&visitor, height).await, json!(true));
    visitor.leave().await;
}

#[tokio::test]
async fn a_middle_click_pastes_nothing() {
    let visitor = Visitor::arrive(1440, 900).await;
    // The browser of a test has no clipboard of the middle button: its paste is sent after the click.
    let paste = "const data = new DataTransfer(); data.setData('text/plain', 'some words'); \
        document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true })); return null;";
    let (x, y) = visitor.middle_of("#stage").await;
    let click = MouseActions::new("mouse".into())
        .then(PointerAction::MoveTo { duration: None, x: x.into(), y: f64::from(y) + 190.0 })
        .then(PointerAction::Down { button: MIDDLE_BUTTON })
        .then(PointerAction::Up { button: MIDDLE_BUTTON });
    visitor.browser.perform_actions(click).await.expect("the pointer clicks");
    answer(&visitor, paste).await;
    visitor.keys(ESCAPE).await;
    assert!(visitor.is_absent("#notice").await, "nobody wanted to paste");
    // By the keyboard it is meant.
    answer(&visitor, paste).await;
    visitor.wait_for("#notice").await;
    visitor.leave().await;
}

#[tokio::test]
async fn escape_closes_the_story_and_a_field_says_what_is_wrong_when_it_is_left() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.click("#play").await;
    visitor.until("something is published", async |visitor| visitor.text("#log").await.contains("Published")).await;
    visitor.click("#play").await;
    visitor.fill("#ask", "e-1").await;
    visitor.wait_for("#biography").await;
    visitor.focus("#stage").await;
    visitor.keys(ESCAPE).await;
    visitor.until("the story is closed", async |visitor| visitor.is_absent("#biography").await).await;

    visitor.click("#composer-more > summary").await;
    visitor.focus("#composer-headers").await;
    visitor.keys("x-tenant=a").await;
    assert!(visitor.is_absent("#composer-headers-why").await, "nothing is said while it is typed");
    visitor.keys(TAB).await;
    // At its field, and nowhere else.
    visitor.until("it is said", async |visitor| visitor.text("#composer-headers-why").await.contains("JSON object")).await;
    assert_eq!(visitor.text("#composer-result").await.trim(), "");
    visitor.leave().await;
}

#[tokio::test]
async fn a_dialog_that_follows_another_stays_open() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.keys("?").await;
    visitor.wait_for("dialog[open] .sec-head").await;
    // The browser tells that it closed one when the next was asked for already, and is not drawn yet.
    let late = "const [done] = arguments, dialog = document.querySelector('#dialog'); \
        addEventListener('close', event => { event.stopImmediatePropagation(); document.querySelector('#commands').click(); \
        setTimeout(() => done(true), 0); dialog.dispatchEvent(new Event('close')); }, { capture: true, once: true }); \
        dialog.querySelector('.sec-head button').click();";
    visitor.browser.execute_async(late, vec![]).await.expect("the page answers");
    visitor.settled().await;
    visitor.wait_for("dialog[open] #query").await;
    visitor.keys("\u{E00C}").await;
    visitor.until("Escape closes it", async |visitor| visitor.is_absent("dialog[open]").await).await;
    visitor.leave().await;
}

/// While time runs, rows come and the oldest make room. The row that is being read stays where it is.
#[tokio::test]
async fn a_story_that_is_read_holds_still_while_time_runs() {
    let visitor = Visitor::arrive(1440, 900).await;
    let publish = json!({ "do": "publish", "exchange": "", "routing_key": "jobs", "payload": { "n": 1 } });
    let (work, fails) = (json!({ "do": "work", "ms": 200 }), json!({ "do": "work", "ms": 1, "fails": { "always": true } }));
    let scenario = json!({
        "requeue": 1, "title": "Round and round", "network": { "latency_ms": 1 }, "broker": { "exchanges": [], "queues": [{ "name": "jobs", "at": [400, 100] }], "bindings": [] },
        "services": [
            { "name": "sender", "at": [100, 100], "handlers": [{ "on": { "start_up": true }, "steps": [publish] }] },
            { "name": "worker", "at": [700, 100], "handlers": [{ "on": { "queue": "jobs", "prefetch": 1 }, "steps": [work, fails], "on_failure": "requeue" }] }
        ]
    });
    visitor.settled().await;
    visitor.open_file("rounds.json", &scenario.to_string()).await;
    visitor.wait_for(&Visitor::node("jobs")).await;
    visitor.choose_speed(20_000).await;
    visitor.act("#play").await;
    visitor.until("it went round often", async |visitor| visitor.text("#clock").await.as_str() > "00:40").await;
    visitor.act("#play").await;
    visitor.act(&Visitor::node("jobs")).await;
    visitor.act("#inspector .messages .link").await;
    visitor.act("#whole-story").await;
    visitor.choose_speed(1_000).await;
    let middle = "const rows = [...document.querySelectorAll('#biography .story li')], row = rows[Math.floor(rows.length * 0.7)]; \
        row.scrollIntoView({ block: 'center' }); return row.dataset.entry;";
    let entry = answer(&visitor, middle).await;
    let place = format!(
        "const row = document.querySelector('#biography .story li[data-entry=\"{}\"]'); return [row.getBoundingClientRect().top, \
        document.querySelector('#biography .story li').dataset.entry, document.querySelector('#biography .story li:last-child').dataset.entry];",
        entry.as_str().expect("a row has its number")
    );
    visitor.act("#play").await;
    visitor.until("time runs", async |visitor| visitor.text("#clock").await.as_str() > "00:41").await;
    let before = answer(&visitor, &place).await;
    visitor
        .until("rows came, and the oldest went", async |visitor| {
            let now = answer(visitor, &place).await;
            now[1] != before[1] && now[2] != before[2]
        })
        .await;
    let after = answer(&visitor, &place).await;
    let moved = (after[0].as_f64().expect("a place") - before[0].as_f64().expect("a place")).abs();
    assert!(moved <= 1.0, "{before} {after}");
    visitor.leave().await;
}

/// The books balance where messages are lost, too. A tick stands there only where nothing is lost.
#[tokio::test]
async fn a_tick_stands_at_the_ledger_where_nothing_is_lost() {
    let visitor = Visitor::arrive(1440, 900).await;
    assert_eq!(answer(&visitor, "return !!document.querySelector('#shelf-ledger .ok');").await, json!(true));
    visitor.open("#scenario=auto-ack.json&t=30000").await;
    visitor.until("the loss is told", async |visitor| visitor.text("#shelf-ledger").await.contains("4 lost")).await;
    assert_eq!(answer(&visitor, "return document.querySelectorAll('#shelf-ledger :is(.ok, span.bad)').length;").await, json!(0));
    visitor.leave().await;
}

/// Where there is room for one drawing, it says which of the two runs it is, and one of them is kept.
#[tokio::test]
async fn one_drawing_of_two_runs_says_which_it_is() {
    let visitor = Visitor::arrive(1024, 768).await;
    visitor.choose_speed(5_000).await;
    visitor.act("#play").await;
    visitor.until("it ran", async |visitor| visitor.text("#clock").await.as_str() > "00:06").await;
    visitor.act("#play").await;
    visitor.scrub(3_000).await;
    visitor.act("[data-power='notification-service']").await;
    answer(&visitor, "document.querySelector('#compare').click(); return null;").await;
    visitor.wait_for("#comparison").await;
    let runs = visitor.text(".runs").await;
    assert!(runs.contains('B') && runs.contains("After") && !runs.contains("Before"), "{runs}");
    assert_eq!(visitor.text("#keep-run").await, "Keep B");
    visitor.act("#keep-run").await;
    visitor.until("one run is left", async |visitor| visitor.is_absent("#comparison").await && visitor.is_absent(".runs").await).await;
    visitor.leave().await;
}
