//! A phone of 390 by 844: the canvas is seen while something happens, and half a sheet holds what is asked.

use serde_json::{Value, json};

use super::visitor::*;

/// A headless browser's frame takes so much of it that the page has 844.
const HEIGHT: u32 = 990;

async fn answer(visitor: &Visitor, script: &str) -> Value {
    visitor.browser.execute(script, vec![]).await.expect("the page answers")
}

/// Pulls the sheet to its full height.
async fn pull_up(visitor: &Visitor) {
    let at = visitor.middle_of(".drawer > .grip").await;
    visitor.drag(at, (at.0, 60)).await;
    visitor.wait_for(".house.full").await;
    visitor.settled().await;
}

/// All of each is within the sheet, above its foot.
async fn holds(visitor: &Visitor, parts: &str) -> Value {
    let script = "const sheet = document.querySelector('.drawer').getBoundingClientRect(), foot = document.querySelector('.drawer-foot').getBoundingClientRect(); \
        return [...document.querySelectorAll(arguments[0])].filter(e => { const r = e.getBoundingClientRect(); \
        return r.height < 2 || r.top < sheet.top || r.bottom > foot.top + 1 || r.right > innerWidth; }).map(e => e.id || e.textContent);";
    visitor.browser.execute(script, vec![json!(parts)]).await.expect("the page answers")
}

both_ways!(the_canvas_is_seen_while_it_happens);

async fn the_canvas_is_seen_while_it_happens(way: Way) {
    let visitor = Visitor::past_the_welcome(390, HEIGHT, way).await;
    visitor.open("#lesson=why-events.md").await;
    visitor.wait_for("#lesson").await;
    visitor.act("[data-step='failed']").await;
    visitor.wait_for("#watch").await;
    visitor.settled().await;
    assert_eq!(holds(&visitor, "#step-title, .prose, .question .check:first-of-type").await, json!([]), "half a sheet holds the question");
    let seen = "const stage = document.querySelector('#stage').getBoundingClientRect(); return stage.height >= innerHeight * 0.44 && \
        stage.bottom <= document.querySelector('.drawer').getBoundingClientRect().top + 17;";
    pull_up(&visitor).await;
    assert_eq!(answer(&visitor, seen).await, json!(false), "it is covered");
    if way == Way::Keyboard {
        visitor.focus("#watch").await;
        visitor.keys(ENTER).await;
    } else {
        visitor.click("#watch").await;
    }
    visitor.until("it is seen", async |visitor| answer(visitor, seen).await == json!(true)).await;
    if way == Way::Keyboard {
        visitor.leave().await;
        return;
    }
    // What a learner pulled up gives way to what opens.
    pull_up(&visitor).await;
    visitor.click("#rail-publish").await;
    visitor.wait_for("#publish").await;
    visitor.until("half of it opens", async |visitor| answer(visitor, seen).await == json!(true)).await;
    // In the help each key stands above what it does.
    visitor.click("#commands").await;
    visitor.wait_for("dialog[open] #query").await;
    visitor.type_into("#query", "Keyboard shortcuts").await;
    visitor.keys(ENTER).await;
    visitor.wait_for("dialog[open] .keys-list dt").await;
    let beside = "return [...document.querySelectorAll('.keys-list dt')].filter(e => { const key = e.getBoundingClientRect(), \
        does = e.nextElementSibling.getBoundingClientRect(); return does.top < key.bottom - 1 || Math.abs(does.left - key.left) > 1; }).length;";
    assert_eq!(answer(&visitor, beside).await, json!(0));
    visitor.leave().await;
}

#[tokio::test]
async fn half_a_sheet_composes_and_says_who_gets_a_copy() {
    let visitor = Visitor::arrive(390, HEIGHT).await;
    // Two taps.
    visitor.click("#rail-publish").await;
    visitor.wait_for("#publish").await;
    visitor.settled().await;
    assert_eq!(holds(&visitor, "#composer-template, #composer-key, #preview > p, #preview li").await, json!([]));
    let foot = "const foot = document.querySelector('.drawer-foot').getBoundingClientRect(); return [foot.height <= 64, \
        [...document.querySelectorAll('.drawer-foot :is(button, input)')].filter(e => e.checkVisibility()).every(e => { const r = e.getBoundingClientRect(); \
        return r.left >= 0 && r.right <= innerWidth && r.height >= 44; })];";
    assert_eq!(answer(&visitor, foot).await, json!([true, true]), "one line");
    visitor.click("#publish").await;
    visitor.until("it says where it went", async |visitor| visitor.text("#composer-result").await.contains("inventory-queue")).await;
    // The rest of the form is a menu.
    visitor.click(".more-of").await;
    visitor
        .until("it can be repeated", async |visitor| {
            answer(visitor, "return document.querySelector('#repeat').checkVisibility();").await == json!(true)
        })
        .await;
    visitor.leave().await;
}

#[tokio::test]
async fn a_notice_covers_no_part_and_can_be_closed() {
    let visitor = Visitor::arrive(390, HEIGHT).await;
    visitor.choose_speed(20_000).await;
    visitor.click("#play").await;
    visitor.wait_for("#dead-letter-alert").await;
    visitor.settled().await;
    let fits = "const n = document.querySelector('.notices > *').getBoundingClientRect(); \
        const inside = [...document.querySelectorAll('.notices button')].filter(e => e.checkVisibility()).every(e => { const r = e.getBoundingClientRect(); \
        return r.left >= n.left && r.right <= n.right && r.top >= n.top && r.bottom <= n.bottom; }); \
        const covered = [...document.querySelectorAll('.node .box, .node .name')].filter(e => { const r = e.getBoundingClientRect(); \
        return n.left < r.right && r.left < n.right && n.top < r.bottom - 1 && r.top + 1 < n.bottom; }).length; \
        return [n.left >= 0 && n.right <= innerWidth, n.height <= 60, inside, covered];";
    assert_eq!(answer(&visitor, fits).await, json!([true, true, true, 0]));
    // Over a full sheet it hides neither grip nor cross.
    visitor.click("#rail-publish").await;
    visitor.wait_for("#publish").await;
    pull_up(&visitor).await;
    let hit = "return ['.drawer > .grip', '.drawer-head button'].every(css => { const e = document.querySelector(css), r = e.getBoundingClientRect(); \
        return e.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)); });";
    assert_eq!(answer(&visitor, hit).await, json!(true));
    visitor.click(".drawer-head button").await;
    visitor.click("#play").await;
    visitor.click("#dead-letter-alert button:last-child").await;
    visitor.until("it is closed", async |visitor| visitor.is_absent("#dead-letter-alert").await).await;
    visitor.leave().await;
}

#[tokio::test]
async fn what_is_small_on_a_phone() {
    let visitor = Visitor::arrive(390, HEIGHT).await;
    // The controls above the events can be used.
    visitor.click("#shelf-events").await;
    visitor.wait_for("#log").await;
    let narrow = "return [...document.querySelectorAll('.panel-head :is(input, select)')].filter(e => e.getBoundingClientRect().width < 80).map(e => e.id);";
    assert_eq!(answer(&visitor, narrow).await, json!([]));
    // Another part is read from its beginning.
    visitor.click("[aria-label='Close the drawer']").await;
    visitor.click(&Visitor::node("notification-queue")).await;
    visitor.wait_for(".drawer.right").await;
    let down = "const body = document.querySelector('.drawer-body'); body.scrollTop = 90; return body.scrollTop > 0;";
    assert_eq!(answer(&visitor, down).await, json!(true));
    visitor.click(&Visitor::node("analytics-queue")).await;
    visitor
        .until("it begins at its top", async |visitor| {
            answer(visitor, "return document.querySelector('.drawer-body').scrollTop;").await == json!(0)
        })
        .await;
    // A tap on the grip paints no bar.
    visitor.click(".drawer > .grip").await;
    let calm = "return getComputedStyle(document.querySelector('.drawer > .grip')).backgroundColor;";
    assert_eq!(answer(&visitor, calm).await, json!("rgba(0, 0, 0, 0)"));
    // Chapters have their mark and their arrow.
    answer(&visitor, "document.querySelector('#lessons').click(); return null;").await;
    visitor.wait_for(".course summary").await;
    let drawn = "return [...document.querySelectorAll('.course summary')].every(e => [...e.querySelectorAll('.icon')].length === 2 && [...e.querySelectorAll('.icon')].every(i => i.checkVisibility()));";
    assert_eq!(answer(&visitor, drawn).await, json!(true));
    visitor.leave().await;
}
