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
