//! The workspace: how much of it is canvas, what the keyboard reaches first, and that nothing jumps.

use serde_json::{Value, json};

use super::visitor::*;

const TAB: &str = "\u{E004}";

async fn answer(visitor: &Visitor, script: &str) -> Value {
    visitor.browser.execute(script, vec![]).await.expect("the page answers")
}

/// What part of the window is canvas, in percent.
async fn canvas_share(visitor: &Visitor) -> u64 {
    let script = "const r = document.querySelector('#stage').getBoundingClientRect(); return Math.floor(100 * r.width * r.height / (innerWidth * innerHeight));";
    answer(visitor, script).await.as_u64().expect("a number")
}

#[tokio::test]
async fn a_first_visit_says_what_this_is_and_shows_the_canvas() {
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    visitor.open("").await;
    visitor.wait_for("#welcome").await;
    // The window of a headless browser is as large as was asked, with its frame.
    assert!(canvas_share(&visitor).await >= 75);
    assert_eq!(answer(&visitor, "return document.querySelectorAll('.drawer, .shelf').length;").await, json!(0), "no drawer is open");
    assert!(visitor.is_absent("#try-this").await);
    visitor.until("it runs by itself", async |visitor| visitor.text("#clock").await.as_str() > "00:01").await;
    visitor.click("#just-play").await;
    visitor.wait_for("#try-this").await;
    let within = "const card = document.querySelector('#try-this'); return card.scrollHeight <= card.clientHeight + 1 && card.getBoundingClientRect().bottom <= document.querySelector('.legend').getBoundingClientRect().top;";
    assert_eq!(answer(&visitor, within).await, json!(true), "the card holds what it says, above the legend");
    visitor.click("#play").await;
    visitor.until("the first is done", async |visitor| visitor.text("#try-this").await.contains("1 of 6")).await;
    // Once is enough: a reload stands still.
    visitor.open("").await;
    visitor.wait_for("#play").await;
    visitor.wait_for(".node").await;
    assert!(visitor.is_absent("#welcome").await, "the card was read");
    visitor.settled().await;
    assert_eq!(visitor.text("#clock").await, "00:00.000");
    // A lesson leaves more than half of the screen to the canvas.
    visitor.open("#lesson=topic.md").await;
    visitor.wait_for("#lesson").await;
    assert!(canvas_share(&visitor).await >= 55);
    visitor.leave().await;
}

#[tokio::test]
async fn play_is_among_the_first_stops_and_the_canvas_comes_soon() {
    let visitor = Visitor::arrive(1440, 900).await;
    answer(&visitor, "document.activeElement.blur(); return null;").await;
    let mut stops = Vec::new();
    for _ in 0..9 {
        visitor.browser.active_element().await.expect("something has the focus").send_keys(TAB).await.expect("Tab");
        let stop = "const e = document.activeElement; return e.id || e.className;";
        stops.push(answer(&visitor, stop).await.as_str().unwrap_or_default().to_owned());
    }
    // What stands beside Play comes next to it.
    assert_eq!(stops[..8], ["skip", "play", "restart", "back", "step", "next", "speed", "scrubber"], "{stops:?}");
    assert!(stops[8].starts_with("node-"), "{stops:?}");
    visitor.leave().await;
}

#[tokio::test]
async fn drawers_open_one_at_a_side_by_pointer_and_by_key() {
    let visitor = Visitor::arrive(1440, 900).await;
    let open =
        async || answer(&visitor, "return [...document.querySelectorAll('.drawer, .shelf')].map(e => e.getAttribute('aria-label'));").await;
    visitor.click("#rail-build").await;
    visitor.click("#rail-publish").await;
    visitor.wait_for("#publish").await;
    assert_eq!(open().await, json!(["Publish"]));
    visitor
        .until("its heading has the keyboard", async |visitor| answer(visitor, "return document.activeElement.id;").await == "drawer-title")
        .await;
    visitor.click(&Visitor::node("notification-queue")).await;
    visitor.click("#shelf-events").await;
    visitor.wait_for("#log").await;
    assert_eq!(open().await, json!(["Publish", "Details", "Events"]));
    // Esc closes what was opened last, and then what was opened before it; the same button closes its drawer.
    visitor.focus("#stage").await;
    visitor.keys("\u{E00C}").await;
    visitor.until("the shelf is closed", async |_| open().await == json!(["Publish", "Details"])).await;
    visitor.focus("#stage").await;
    visitor.keys("\u{E00C}").await;
    visitor.until("the details are closed", async |_| open().await == json!(["Publish"])).await;
    visitor.click("#rail-publish").await;
    visitor.until("all are closed", async |_| open().await == json!([])).await;
    for (key, drawer) in [("p", "Publish"), ("b", "Build")] {
        visitor.focus("#stage").await;
        visitor.keys(key).await;
        visitor.until("the key opens it", async |_| open().await == json!([drawer])).await;
    }
    visitor.leave().await;
}

#[tokio::test]
async fn nothing_jumps_while_time_runs() {
    let visitor = Visitor::arrive(1440, 900).await;
    // The page's own type has come.
    visitor
        .until("fonts are there", async |visitor| {
            answer(visitor, "return document.fonts.status === 'loaded' && document.fonts.size > 0;").await == json!(true)
        })
        .await;
    answer(
        &visitor,
        "window.shifts = []; new PerformanceObserver(list => { for (const e of list.getEntries()) window.shifts.push([e.value, e.sources.map(s => s.node && (s.node.id || s.node.className || s.node.nodeName))]); }).observe({ type: 'layout-shift', buffered: false }); return null;",
    )
    .await;
    // As a learner sees it: time slows by itself, and the notice of it changes and goes.
    visitor.choose_speed(2_000).await;
    visitor.click("#play").await;
    visitor.until("something is held", async |visitor| visitor.text("#clock").await.as_str() > "00:06").await;
    visitor.click("[data-power='notification-service']").await;
    visitor.wait_for("#slowed").await;
    visitor.until("what it held is back", async |visitor| visitor.text("#slowed").await.contains("unacked")).await;
    visitor.until("time has its own speed", async |visitor| visitor.is_absent("#full-speed").await).await;
    visitor.click("[data-power='notification-service']").await;
    visitor.choose_speed(20_000).await;
    visitor.wait_for("#dead-letter-alert").await;
    visitor.until("two minutes have passed", async |visitor| visitor.text("#clock").await.as_str() > "02:00").await;
    visitor.scrub(20_000).await;
    visitor.wait_for("#branches").await;
    visitor.click("[data-power='notification-service']").await;
    visitor.until("it is another run", async |visitor| visitor.text("#branches").await.contains("You changed the past")).await;
    visitor.until("time goes on", async |visitor| visitor.text("#clock").await.as_str() > "00:40").await;
    // What floats stands in the room that is kept free above the parts, whatever it says.
    let covered = "const f = document.querySelector('#branches').getBoundingClientRect(); return [...document.querySelectorAll('.node')].filter(node => { \
        const r = node.getBoundingClientRect(); return f.left < r.right && r.left < f.right && f.top < r.bottom && r.top < f.bottom; }).map(node => node.getAttribute('aria-label'));";
    assert_eq!(answer(&visitor, covered).await, json!([]));
    let shifts = answer(&visitor, "return window.shifts;").await;
    assert_eq!(shifts, json!([]), "what moved, and by how much");
    visitor.leave().await;
}

/// On a phone the canvas keeps nearly half of the screen, whatever is open, and nothing sticks out.
#[tokio::test]
async fn a_phone_shows_the_canvas_above_a_sheet() {
    let visitor = Visitor::arrive(500, 844).await;
    for (button, inside) in
        [("#rail-publish", "#publish"), ("#rail-system", "#queues"), ("#shelf-events", "#log"), ("#rail-build", "[data-part='Service']")]
    {
        visitor.click(button).await;
        visitor.wait_for(inside).await;
        let script = "const sheets = [...document.querySelectorAll('.drawer, .shelf')].filter(e => e.checkVisibility()); const r = document.querySelector('#stage').getBoundingClientRect(); \
            return [sheets.length, r.height >= innerHeight * 0.4, document.documentElement.scrollWidth <= innerWidth, document.documentElement.scrollHeight <= innerHeight];";
        assert_eq!(answer(&visitor, script).await, json!([1, true, true, true]), "{button}");
    }
    visitor.leave().await;
}

const ARROW_LEFT: &str = "\u{E012}";
const ARROW_UP: &str = "\u{E013}";
const ARROW_RIGHT: &str = "\u{E014}";
const ARROW_DOWN: &str = "\u{E015}";
const END: &str = "\u{E010}";

/// A side of a rectangle, in whole pixels.
async fn measured(visitor: &Visitor, css: &str, side: &str) -> i64 {
    let script = format!("return Math.round(document.querySelector({css:?}).getBoundingClientRect().{side});");
    answer(visitor, &script).await.as_i64().expect("a number")
}

#[tokio::test]
async fn drawers_take_the_size_that_they_are_given_and_keep_it() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.click("#rail-publish").await;
    visitor.click("#shelf-events").await;
    visitor.wait_for("#log").await;
    assert_eq!((measured(&visitor, ".drawer.left", "width").await, measured(&visitor, ".shelf", "height").await), (360, 248));
    let at = visitor.middle_of(".drawer.left > .grip").await;
    visitor.drag(at, (at.0 + 100, at.1)).await;
    let width = measured(&visitor, ".drawer.left", "width").await;
    assert!((455..=465).contains(&width), "{width}");
    assert_eq!(measured(&visitor, "#stage", "left").await, 48 + width, "the canvas gives the room");
    // The same by keys, and no further than there is a sense in it.
    visitor.focus(".shelf > .grip").await;
    visitor.keys(ARROW_UP).await;
    visitor.until("it is higher", async |visitor| measured(visitor, ".shelf", "height").await == 264).await;
    visitor.keys(ARROW_DOWN).await;
    visitor.keys(END).await;
    visitor.wait_for(".shelf > .grip[aria-valuenow='480']").await;
    assert!(measured(&visitor, ".shelf", "height").await > 400, "a window of 900 has no more to give");
    visitor.click(&Visitor::node("notification-queue")).await;
    visitor.wait_for(".drawer.right > .grip").await;
    visitor.focus(".drawer.right > .grip").await;
    visitor.keys(ARROW_LEFT).await;
    visitor.until("it is wider", async |visitor| measured(visitor, ".drawer.right", "width").await == 376).await;
    visitor.keys(ARROW_RIGHT).await;
    visitor.until("it is as before", async |visitor| measured(visitor, ".drawer.right", "width").await == 360).await;
    visitor.open("").await;
    visitor.wait_for(".node").await;
    visitor.click("#rail-build").await;
    visitor.wait_for(".drawer.left").await;
    assert_eq!(measured(&visitor, ".drawer.left", "width").await, width, "sizes are kept");
    visitor.leave().await;
}

#[tokio::test]
async fn the_sheet_of_a_phone_has_three_stops() {
    let visitor = Visitor::arrive(390, 844).await;
    visitor.click("#rail-publish").await;
    visitor.wait_for("#publish").await;
    let half = measured(&visitor, ".drawer", "height").await;
    let canvas = measured(&visitor, "#stage", "height").await;
    let at = visitor.middle_of(".drawer > .grip").await;
    visitor.drag(at, (at.0, 60)).await;
    visitor.until("it is full", async |visitor| measured(visitor, ".drawer", "height").await > half + 200).await;
    assert!(measured(&visitor, ".drawer", "top").await >= 48, "the bar at the top stays");
    visitor.focus(".drawer > .grip").await;
    visitor.keys(ARROW_DOWN).await;
    visitor.until("it is half again", async |visitor| measured(visitor, ".drawer", "height").await == half).await;
    visitor.keys(ARROW_DOWN).await;
    visitor.until("its head alone is left", async |visitor| measured(visitor, ".drawer", "height").await == 88).await;
    assert_eq!(measured(&visitor, "#stage", "height").await, canvas + half - 88, "the canvas has what the sheet gave");
    // What opens next is seen.
    visitor.click("#shelf-events").await;
    visitor.until("it rises", async |visitor| measured(visitor, ".shelf", "height").await == half).await;
    visitor.leave().await;
}

/// What floats over the canvas covers no part of the first system, and cuts no word.
#[tokio::test]
async fn what_floats_covers_no_part_at_first() {
    // A headless browser's frame takes some of its height: this leaves the page 768 at least.
    for (width, height, least) in [(1440, 990, 90), (1024, 860, 65), (820, 1_270, 75)] {
        let visitor = Visitor::begin(width, height, Way::Pointer).await;
        visitor.open("").await;
        visitor.wait_for("#welcome").await;
        visitor.wait_for(".node").await;
        visitor.settled().await;
        let covered = "return [...document.querySelectorAll('.node')].filter(node => { const r = node.getBoundingClientRect(); \
            return [...document.querySelectorAll('.card, .legend, .zoom, .notices > *')].some(float => { const f = float.getBoundingClientRect(); \
            return f.left < r.right && r.left < f.right && f.top < r.bottom && r.top < f.bottom; }); }).map(node => node.getAttribute('aria-label'));";
        assert_eq!(answer(&visitor, covered).await, json!([]), "{width}");
        visitor.click("#send").await;
        visitor.wait_for("#sent").await;
        assert_eq!(answer(&visitor, covered).await, json!([]), "{width}, with a notice");
        visitor.open("#lesson=topic.md").await;
        visitor.wait_for("#lesson").await;
        visitor.settled().await;
        let cut = "const box = document.querySelector('.legend').getBoundingClientRect(); return [...document.querySelectorAll('.legend li')].filter(li => { \
            const r = li.getBoundingClientRect(), list = li.parentElement.getBoundingClientRect(); \
            return r.top < list.bottom - 2 && (r.right > list.right + 1 || r.right > box.right); }).map(li => li.textContent);";
        assert_eq!(answer(&visitor, cut).await, json!([]), "{width}");
        // With a lesson the drawing is still large, the bar is one row, and nothing is wider than the window.
        let zoom = visitor.text("#zoom").await.trim_end_matches(['%', ' ', '\u{a0}']).parse::<u32>().expect("a percentage");
        assert!(zoom >= least, "{width}: {zoom} %");
        let rows = "const rows = [...document.querySelectorAll('.bar > *, .chip')].filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect()); \
            const bar = document.querySelector('.bar').getBoundingClientRect(); \
            return [rows.every(r => r.top >= bar.top && r.bottom <= bar.bottom), document.documentElement.scrollWidth <= innerWidth];";
        assert_eq!(answer(&visitor, rows).await, json!([true, true]), "{width}");
        visitor.leave().await;
    }
}

/// A line is begun from the list of commands, and F6 leads from area to area: the keyboard is never left on nothing.
#[tokio::test]
async fn the_keyboard_stays_where_it_is_needed() {
    let visitor = Visitor::working(Way::Keyboard).await;
    let focused = async |visitor: &Visitor| {
        let ask =
            "const e = document.activeElement; return e === document.body ? '' : e.getAttribute('aria-label') || e.id || e.className;";
        visitor.browser.execute(ask, vec![]).await.expect("the page answers").as_str().unwrap_or_default().to_owned()
    };
    visitor.command("Go to analytics-queue").await;
    visitor.until("the part has it", async |visitor| focused(visitor).await.contains("analytics-queue")).await;
    visitor.keys("c").await;
    visitor.wait_for("#connecting").await;
    visitor.until("a part has it", async |visitor| focused(visitor).await.contains("queue")).await;
    visitor.keys("\u{E00C}").await;
    visitor.until("it is given up", async |visitor| visitor.is_absent("#connecting").await).await;
    visitor.command("Connect to…").await;
    visitor.wait_for("#connecting").await;
    visitor.until("the line's begin has it", async |visitor| focused(visitor).await.contains("analytics-queue")).await;
    visitor.keys("\u{E00C}").await;
    // All around, and nowhere it is lost.
    let mut seen = Vec::new();
    for _ in 0..8 {
        visitor.keys("\u{E036}").await;
        seen.push(focused(&visitor).await);
    }
    assert!(seen.iter().all(|one| !one.is_empty()), "{seen:?}");
    seen.sort();
    seen.dedup();
    assert!(seen.len() >= 4, "{seen:?}");
    visitor.leave().await;
}

/// A link that is followed in a page that is open already opens what it names, and asks before unsaved work goes.
#[tokio::test]
async fn a_link_is_followed_in_an_open_page() {
    let visitor = Visitor::arrive(1440, 900).await;
    let follow = async |hash: &str| {
        visitor.browser.execute(&format!("location.hash = '{hash}';"), vec![]).await.expect("the page answers");
    };
    follow("scenario=fanout.json").await;
    visitor.wait_for(&Visitor::node("broadcasts")).await;
    visitor.add("Quorum queue", "mine").await;
    follow("scenario=course-chapter.json").await;
    visitor.wait_for("dialog[open]").await;
    assert!(visitor.text("dialog[open]").await.contains("Replace"), "{}", visitor.text("dialog[open]").await);
    // The link that skips to the canvas names no document.
    visitor.keys("\u{E00C}").await;
    follow("stage").await;
    visitor.wait_for(&Visitor::node("mine")).await;
    visitor.leave().await;
}
