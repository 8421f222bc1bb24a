//! Rewinding, branching, comparing.

use std::time::Duration;

use serde_json::json;

use super::visitor::*;

both_ways!(another_past_is_compared, a_death_slows_time_and_is_shown_again);

#[tokio::test]
async fn rewinding_branching_and_going_back() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.choose_speed(20_000).await;
    visitor.click("#play").await;
    visitor.until("half a minute has passed", async |visitor| visitor.text("#clock").await.as_str() > "00:30").await;
    visitor.click("#play").await;
    let end = visitor.text("#clock").await;
    let balance = visitor.text("#ledger").await;
    let scrub = "const s = document.querySelector('#scrubber'); s.value = arguments[0]; s.dispatchEvent(new InputEvent('input', { bubbles: true }));";
    visitor.browser.execute(scrub, vec![json!("10000")]).await.expect("the scrubber moves");
    visitor.until("it is ten seconds", async |visitor| visitor.text("#clock").await == "00:10.000").await;
    assert!(visitor.text("#branches").await.contains("You are in the past"));
    visitor.click("#back").await;
    visitor.until("it is before that", async |visitor| visitor.text("#clock").await.as_str() < "00:10.000").await;
    visitor.click("[data-toggle='notification-service']").await;
    visitor.until("it is another branch", async |visitor| visitor.text("#branches").await.contains("You changed the past")).await;
    visitor.click("#swap").await;
    let until: f64 = 60_000.0;
    visitor.browser.execute(scrub, vec![json!(until.to_string())]).await.expect("the scrubber moves");
    visitor.until("it is where it was", async |visitor| visitor.text("#clock").await == end).await;
    assert_eq!(visitor.text("#ledger").await, balance, "the old branch is as it was");
    visitor.leave().await;
}

async fn another_past_is_compared(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.choose_speed(20_000).await;
    visitor.act("#play").await;
    visitor.until("twenty seconds have passed", async |visitor| visitor.text("#clock").await.as_str() > "00:20").await;
    visitor.act("#play").await;
    visitor.act("[data-toggle='notification-service']").await;
    visitor.act("#play").await;
    visitor.until("it is missed", async |visitor| visitor.count("notification-queue", "ready").await > 20).await;
    visitor.act("#play").await;
    visitor.scrub(10_000).await;
    visitor.until("it is before the crash", async |visitor| visitor.text("#clock").await == "00:10.000").await;
    visitor.act(&Visitor::node("notification-service")).await;
    let service = "return document.querySelector(\"[data-item$='.handlers[0]']\").dataset.item;";
    let handler = visitor.browser.execute(service, vec![]).await.expect("the page answers");
    let handler = handler.as_str().expect("it has a handler");
    visitor.act(&format!("[data-item='{handler}'] > fieldset .advanced > summary")).await;
    visitor.fill(&format!("[id='{handler}.on.prefetch']"), "1").await;
    visitor.until("it is another branch", async |visitor| visitor.text("#branches").await.contains("You changed the past")).await;
    visitor.act("#play").await;
    visitor.until("time has passed", async |visitor| visitor.text("#clock").await.as_str() > "00:40").await;
    visitor.act("#play").await;
    visitor.act("#compare").await;
    visitor.wait_for("#comparison").await;
    let comparison = visitor.text("#comparison").await;
    assert!(comparison.contains("notification-queue: ready") && !comparison.contains("branch"), "here nobody was killed: {comparison}");
    // Two lines on one scale: one message at a time leaves more of them waiting.
    let heights = "return ['.asked', '.d1'].map(run => document.querySelector(`[data-compared='notification-queue'] .chart:not(.swatch) ${run}`)) \
        .map(line => Math.min(...line.getAttribute('d').match(/ [\\d.]+/g).map(Number)));";
    let heights = visitor.browser.execute(heights, vec![]).await.expect("the page answers");
    let [after, before] = [0, 1].map(|run| heights[run].as_f64().expect("two lines"));
    assert!(after + 5.0 < before, "the lines come as high as {after} and {before}");
    // Both are drawn, side by side, with the parts at the same places; each name of an element is there once.
    let drawn = "const places = css => [...document.querySelectorAll(css + ' .node')].map(e => { const at = document.querySelector(css).getBoundingClientRect(), r = e.getBoundingClientRect(); \
        return [r.left - at.left, r.top - at.top].map(Math.round).join(); }).sort(); \
        const ids = [...document.querySelectorAll('[id]')].map(e => e.id), [here, there] = ['#stage', '.beside'].map(places); \
        const near = here.every((at, i) => at.split(',').every((n, axis) => Math.abs(n - there[i].split(',')[axis]) <= 2)); \
        return [here.length > 8, here.length === there.length && near, ids.filter((id, at) => ids.indexOf(id) !== at), document.querySelector('.beside [inert]') !== null];";
    let drawn = async || visitor.browser.execute(drawn, vec![]).await.expect("the page answers");
    visitor.until("both are drawn", async |_| drawn().await == json!([true, true, [], true])).await;
    // What opens lies over both: they stay as large, and where they are.
    let places = "return ['#stage', '.beside', '.shelf'].map(css => document.querySelector(css).getBoundingClientRect()) \
        .flatMap(r => [r.left, r.width].map(Math.round).join()).concat(document.querySelector('#zoom').textContent);";
    let places = async || visitor.browser.execute(places, vec![]).await.expect("the page answers");
    let before = places().await;
    visitor.act(&Visitor::node("notification-queue")).await;
    visitor.wait_for(".drawer.right #inspector").await;
    assert_eq!(places().await, before, "nothing is pushed");
    visitor.act(".drawer.right [aria-label='Close the inspector']").await;
    visitor.until("it is closed", async |visitor| visitor.is_absent(".drawer.right").await).await;
    let is_down = async |visitor: &Visitor, css: &str| {
        let ask = "return [...document.querySelectorAll(arguments[0] + ' .node')].some(e => e.textContent.includes('notif') && e.textContent.includes('down'));";
        visitor.browser.execute(ask, vec![json!(css)]).await.expect("the page answers") == json!(true)
    };
    assert!(is_down(&visitor, ".beside").await && !is_down(&visitor, "#stage").await);
    // What was done by hand in the run before is repeated after.
    visitor.act("#repeat-here").await;
    visitor.until("it is down in both", async |visitor| is_down(visitor, "#stage").await && is_down(visitor, ".beside").await).await;
    // The keyboard came here by itself: the same key at once would count as held.
    tokio::time::sleep(std::time::Duration::from_millis(350)).await;
    visitor.act("#swap").await;
    visitor.until("the run before is worked on", async |visitor| visitor.text(".run.shown").await.contains("Before")).await;
    visitor.act("#comparison #compare").await;
    visitor.until("it is closed", async |visitor| visitor.is_absent("#comparison").await && visitor.is_absent(".beside").await).await;
    visitor.leave().await;
}

/// While the slider is held with the pointer, time stands and its scale stays; then it goes on.
#[tokio::test]
async fn time_stands_while_its_slider_is_held() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.choose_speed(5_000).await;
    visitor.click("#play").await;
    visitor.until("fifteen seconds have passed", async |visitor| visitor.text("#clock").await.as_str() > "00:15").await;
    let (half, y) = visitor.middle_of("#scrubber").await;
    let scale = "return document.querySelector('#scrubber').max;";
    visitor.hold(Some((half, y)), (half - 20, y)).await;
    let before = visitor.browser.execute(scale, vec![]).await.expect("the page answers");
    visitor.hold(None, (half - 90, y)).await;
    let clock = visitor.text("#clock").await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(visitor.text("#clock").await, clock, "time is held");
    assert_eq!(visitor.browser.execute(scale, vec![]).await.expect("the page answers"), before, "the scale stays");
    visitor.let_go().await;
    visitor.until("it goes on", async |visitor| visitor.text("#clock").await > clock).await;
    visitor.leave().await;
}

async fn a_death_slows_time_and_is_shown_again(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.choose("#speed", "Slow").await;
    visitor.act("#play").await;
    visitor.until("messages fly", async |visitor| visitor.text("#clock").await.as_str() > "00:00.1").await;
    // The page drew it anew meanwhile, with the speed that time has.
    let speed = visitor.browser.execute("return document.querySelector('#speed').selectedOptions[0].textContent;", vec![]).await;
    assert_eq!(speed.expect("the page answers"), json!("Slow"));
    visitor.choose_speed(5_000).await;
    visitor.until("five seconds have passed", async |visitor| visitor.text("#clock").await.as_str() > "00:05").await;
    visitor.choose_speed(1_000).await;
    visitor.act("[data-power='notification-service']").await;
    visitor.wait_for("#slowed").await;
    let clock = visitor.text("#clock").await;
    assert!(visitor.text("#slowed").await.contains("A service died"));
    visitor.act("#replay").await;
    visitor.until("it is before that", async |visitor| visitor.text("#clock").await < clock).await;
    visitor.wait_for("#play[aria-label^='Play']").await;
    visitor.act("#slowed .icon-button").await;
    visitor.until("the notice is closed", async |visitor| visitor.is_absent("#slowed").await).await;
    visitor.leave().await;
}
