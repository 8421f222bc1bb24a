//! What stands on the canvas can be read at every size.

use serde_json::json;

use super::visitor::*;

impl Visitor {
    /// What is too small to be read on the canvas, and what does not stay within its card.
    async fn illegible(&self) -> serde_json::Value {
        let script = "const shown = t => t.checkVisibility() && t.textContent.trim() && t.getClientRects().length; \
            const pixels = t => { const m = t.getScreenCTM(); return parseFloat(getComputedStyle(t).fontSize) * Math.hypot(m.a, m.b); }; \
            const texts = [...document.querySelectorAll('.drawing text')].filter(shown); \
            const small = texts.filter(t => pixels(t) < 9.45).map(t => t.textContent + ' has ' + pixels(t)); \
            const names = [...document.querySelectorAll('.node:not(.exchange)')].map(n => [n.querySelector('.name').getBoundingClientRect(), n.querySelector('.box').getBoundingClientRect(), n]); \
            const out = names.filter(([t, b]) => t.left < b.left || t.right > b.right + 1 || t.top < b.top - 4 || t.bottom > b.bottom + 1).map(([t, b, n]) => n.getAttribute('aria-label') + ' sticks out'); \
            return texts.length > 10 ? [...small, ...out] : ['nothing is drawn'];";
        self.browser.execute(script, vec![]).await.expect("the page answers")
    }
}

#[tokio::test]
async fn every_letter_on_the_canvas_can_be_read() {
    for (width, height) in [(1440, 990), (1024, 860), (390, 844)] {
        let visitor = Visitor::arrive(width, height).await;
        visitor.settled().await;
        assert_eq!(visitor.illegible().await, json!([]), "{width}");
        visitor.click("#rail-system").await;
        visitor.wait_for("#queues").await;
        visitor.settled().await;
        assert_eq!(visitor.illegible().await, json!([]), "{width}, with a drawer");
        visitor.click("#play").await;
        visitor.until("some are handled", async |visitor| visitor.count("analytics-queue", "total").await > 0).await;
        assert_eq!(visitor.illegible().await, json!([]), "{width}, with numbers");
        visitor.leave().await;
    }
}

/// A phone turns the drawing: messages travel downwards, in cards that can be read, and everything is touched where it is drawn.
#[tokio::test]
async fn a_phone_shows_messages_travel_downwards() {
    let visitor = Visitor::arrive(390, 844).await;
    let (queue, service) = (Visitor::node("analytics-queue"), Visitor::node("analytics-service"));
    let (from, to) = (visitor.middle_of(&queue).await, visitor.middle_of(&service).await);
    assert!(to.1 > from.1 + 40 && (to.0 - from.0).abs() < 3, "{from:?} to {to:?}");
    // A key of a binding can be read whole, and nothing covers the name of a queue.
    let covered = "return [...document.querySelectorAll('.key')].filter(key => { const k = key.getBoundingClientRect(); \
        return [...document.querySelectorAll('.node .name')].some(name => { const n = name.getBoundingClientRect(); \
        return k.left < n.right && n.left < k.right && k.top < n.bottom - 1 && n.top + 1 < k.bottom; }); }).map(key => key.textContent);";
    assert_eq!(visitor.browser.execute(covered, vec![]).await.expect("the page answers"), json!([]));
    assert_eq!(visitor.text("[data-binding='0'] text").await, "order.placed");
    // A part is dragged, and stays there.
    visitor.drag(from, (from.0 - 30, from.1 - 20)).await;
    visitor
        .until("it stands there", async |visitor| {
            let now = visitor.middle_of(&queue).await;
            (now.0 - from.0 + 30).abs() < 14 && (now.1 - from.1 + 20).abs() < 14
        })
        .await;
    visitor.click("#undo").await;
    visitor.until("it is back", async |visitor| (visitor.middle_of(&queue).await.0 - from.0).abs() < 3).await;
    // Without a mouse: arrows go along the lines, as they are drawn.
    visitor.focus(&queue).await;
    // First the line itself, then what stands at its end.
    visitor.keys("\u{E015}").await;
    visitor.keys("\u{E015}").await;
    let focused = "return document.activeElement.getAttribute('aria-label') ?? '';";
    visitor
        .until("the arrow leads down", async |visitor| {
            let label = visitor.browser.execute(focused, vec![]).await.expect("the page answers");
            label.as_str().is_some_and(|label| label.starts_with("analytics-service"))
        })
        .await;
    // A message is clicked beside its dot: a finger is not that sure.
    let service = Visitor::node("notification-service");
    visitor.click("#play").await;
    visitor.stop_when(&format!("!document.querySelector(`{service}`).getAttribute('aria-label').endsWith('working on 0')")).await;
    let (x, y) = visitor.middle_of(&format!("{service} .slot")).await;
    visitor.drag((x - 8, y + 8), (x - 8, y + 8)).await;
    visitor.wait_for("#biography").await;
    visitor.leave().await;
}
