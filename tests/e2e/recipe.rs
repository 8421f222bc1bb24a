//! A service as a recipe: its steps are moved, added, opened and taken away.

use std::time::Duration;

use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::json;

use super::visitor::*;

both_ways!(steps_are_put_in_order, a_step_is_opened_added_and_removed, a_recipe_on_a_phone);

const ALT_UP: &str = "\u{E00A}\u{E013}";
const ALT_DOWN: &str = "\u{E00A}\u{E015}";

/// The lines of the first recipe.
async fn lines(visitor: &Visitor) -> Vec<String> {
    let script =
        "return [...document.querySelectorAll('.recipe:nth-child(1 of .recipe) .does > span:first-child')].map(e => e.textContent);";
    let lines = visitor.browser.execute(script, vec![]).await.expect("the page answers");
    lines.as_array().into_iter().flatten().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
}

async fn place_of(visitor: &Visitor, begin: &str) -> usize {
    let lines = lines(visitor).await;
    lines.iter().position(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("no {begin} in {lines:?}"))
}

fn step(place: usize) -> String {
    format!(".recipe:nth-child(1 of .recipe) .recipe-step[data-item$='.steps[{place}]']")
}

/// The pointer holds the step before the drop; a keyboard moves it at once.
async fn hold_over(visitor: &Visitor, from: usize, to: usize) {
    match visitor.way {
        Way::Pointer => {
            let (begin, end) = (visitor.middle_of(&format!("{} .handle", step(from))).await, visitor.middle_of(&step(to)).await);
            let edge = if to < from { end.1 - 12 } else { end.1 + 12 };
            let to = |y: i32| PointerAction::MoveTo { duration: Some(Duration::from_millis(80)), x: begin.0.into(), y: y.into() };
            let actions = MouseActions::new("mouse".into())
                .then(to(begin.1))
                .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
                .then(to(i32::midpoint(begin.1, edge)))
                .then(to(edge));
            visitor.browser.perform_actions(actions).await.expect("the pointer moves");
        }
        Way::Keyboard => {
            visitor.focus(&format!("{} > .does", step(from))).await;
            for _ in 0..from.abs_diff(to) {
                visitor.keys(if to < from { ALT_UP } else { ALT_DOWN }).await;
            }
        }
    }
}

async fn let_go(visitor: &Visitor) {
    if visitor.way == Way::Pointer {
        let actions = MouseActions::new("mouse".into()).then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        visitor.browser.perform_actions(actions).await.expect("the pointer lets go");
    }
}

async fn steps_are_put_in_order(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.act(&Visitor::node("order-service")).await;
    visitor.wait_for(".recipe").await;
    assert!(visitor.text(".recipe .when > summary").await.starts_with("When POST /orders arrives"), "its handler stands first");
    let before = lines(&visitor).await;
    let (save, publish) = (place_of(&visitor, "Save").await, place_of(&visitor, "Publish").await);
    assert!(save < publish, "{before:?}");
    hold_over(&visitor, publish, save).await;
    visitor
        .until("the new order is explained", async |visitor| {
            visitor.text("#inspector .risk").await.contains("Publish before Save: an event may go out for an order that is not kept.")
        })
        .await;
    if way == Way::Pointer {
        assert_eq!(lines(&visitor).await, before, "it is explained before the drop");
        visitor.wait_for(&format!("{}.carried", step(publish))).await;
    }
    let_go(&visitor).await;
    visitor.until("it is published first", async |visitor| place_of(visitor, "Publish").await == save).await;
    assert_eq!(place_of(&visitor, "Save").await, save + 1);
    assert!(visitor.is_absent(".carried").await);
    if way == Way::Keyboard {
        let focused = visitor.browser.execute("return document.activeElement.textContent;", vec![]).await.expect("the page answers");
        assert!(focused.as_str().is_some_and(|text| text.starts_with("Publish")), "the keyboard went along: {focused}");
    }
    visitor.act("#undo").await;
    visitor.until("it is as it was", async |visitor| lines(visitor).await == before).await;
    visitor.leave().await;
}

async fn a_step_is_opened_added_and_removed(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.act(&Visitor::node("notification-service")).await;
    visitor.wait_for(".recipe").await;
    let advanced = visitor.text(".recipe > fieldset .advanced > summary").await;
    assert!(advanced.contains("Prefetch10") && advanced.contains("Exclusiveoff, default"), "{advanced}");
    let before = lines(&visitor).await;
    let work = place_of(&visitor, "Work").await;
    // Its fields open in place.
    visitor.act(&format!("{} > .does", step(work))).await;
    visitor.wait_for(&format!("{} fieldset input", step(work))).await;
    visitor.fill(&format!("{} fieldset input", step(work)), "40").await;
    visitor.until("the line says it", async |visitor| lines(visitor).await[work] == "Work for 40 ms").await;
    // + offers steps behind this one.
    visitor.act(&format!("{} .at-hand button[aria-label*='add a step']", step(work))).await;
    visitor.act(&format!("[data-add$='.steps[{}] Work']", work + 1)).await;
    visitor.until("it has one more", async |visitor| lines(visitor).await.len() == before.len() + 1).await;
    assert!(lines(&visitor).await[work + 1].starts_with("Work for"));
    visitor.wait_for(&format!("{} > fieldset", step(work + 1))).await;
    // × takes it away.
    visitor.act(&format!("{} .at-hand button[aria-label*='remove']", step(work + 1))).await;
    visitor.until("it has one less", async |visitor| lines(visitor).await.len() == before.len()).await;
    visitor.leave().await;
}

async fn a_recipe_on_a_phone(way: Way) {
    let visitor = Visitor::past_the_welcome(500, 844, way).await;
    visitor.act(&Visitor::node("order-service")).await;
    visitor.wait_for(".recipe").await;
    let script = "return [...document.querySelectorAll('.recipe .at-hand button, .recipe .does')].map(e => e.getBoundingClientRect()) \
        .every(r => r.height >= 44 && r.width >= 44);";
    assert_eq!(visitor.browser.execute(script, vec![]).await.expect("the page answers"), json!(true), "a finger can meet them");
    let (save, publish) = (place_of(&visitor, "Save").await, place_of(&visitor, "Publish").await);
    visitor.focus(&format!("{} > .does", step(publish))).await;
    hold_over(&visitor, publish, save).await;
    visitor
        .until("the new order is explained", async |visitor| visitor.text("#inspector .risk").await.contains("Publish before Save"))
        .await;
    let_go(&visitor).await;
    visitor.until("it is published first", async |visitor| place_of(visitor, "Publish").await == save).await;
    visitor.leave().await;
}
