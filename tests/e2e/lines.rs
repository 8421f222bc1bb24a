//! Lines of the canvas: selected, told of, edited and deleted, with a pointer and without a mouse.

use serde_json::{Value, json};

use super::visitor::*;

both_ways!(a_line_is_selected_and_deleted, a_double_click_edits_the_key_of_a_line, the_menu_of_a_line, the_table_selects_a_line);

const ARROW_RIGHT: &str = "\u{E014}";

impl Visitor {
    async fn asked(&self, script: &str) -> Value {
        self.browser.execute(script, vec![]).await.expect("the page answers")
    }

    /// A place of the page that is so many pixels below the middle of a line.
    async fn beside(&self, line: &str, pixels: i32) -> (i32, i32) {
        self.on_line(line, 0.5, pixels).await
    }

    /// The same at another share of its length.
    pub async fn on_line(&self, line: &str, share: f64, pixels: i32) -> (i32, i32) {
        let middle = format!("p = e.getPointAtLength(e.getTotalLength() * {share}).matrixTransform(e.getScreenCTM()); return [p.x, p.y];");
        let line = format!("{line} .edge");
        // A page that has just opened may still put its drawing elsewhere: on a slow machine the pointer would come too late.
        let mut found = self.place(&line, &middle).await;
        loop {
            self.settled().await;
            let now = self.place(&line, &middle).await;
            if now == found {
                return (found.0, found.1 + pixels);
            }
            found = now;
        }
    }

    /// With a pointer: a press and a release some pixels beside it. Without one: Enter.
    pub async fn select_line(&self, line: &str) {
        self.wait_for(line).await;
        match self.way {
            Way::Pointer => {
                let at = self.beside(line, 9).await;
                self.drag(at, at).await;
            }
            Way::Keyboard => {
                self.focus(line).await;
                self.keys(ENTER).await;
            }
        }
        self.wait_for(&format!("{line}[aria-pressed='true']")).await;
    }
}

async fn a_line_is_selected_and_deleted(way: Way) {
    let visitor = Visitor::working(way).await;
    let line = Visitor::line("analytics-queue", "analytics-service");
    if way == Way::Keyboard {
        // The canvas is one stop: arrows go from a part to its line, and on to the next part.
        visitor.focus(&Visitor::node("analytics-queue")).await;
        for found in ["Consumer from analytics-queue to analytics-service", "analytics-service "] {
            visitor.keys(ARROW_RIGHT).await;
            visitor
                .until(found, async |visitor| {
                    let label = visitor.asked("return document.activeElement.getAttribute('aria-label') ?? '';").await;
                    label.as_str().is_some_and(|label| label.starts_with(found))
                })
                .await;
        }
    }
    visitor.select_line(&line).await;
    visitor.wait_for("#line-title").await;
    visitor.until("its heading is read", async |visitor| visitor.asked("return document.activeElement.id;").await == "line-title").await;
    let told = visitor.text("#inspector").await;
    for part in ["Consumer", "analytics-queue", "analytics-service", "Prefetch", "Automatic acknowledgement", "Unacked"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    match way {
        Way::Pointer => visitor.click("#delete").await,
        Way::Keyboard => visitor.keys(DELETE).await,
    }
    visitor.until("it is deleted", async |visitor| visitor.is_absent(&line).await).await;
    assert!(visitor.is_absent("#inspector").await);
    visitor.act("#undo").await;
    visitor.wait_for(&line).await;
    // Esc selects nothing.
    visitor.select_line(&line).await;
    visitor.keys("\u{E00C}").await;
    visitor.until("nothing is selected", async |visitor| visitor.is_absent("#inspector, .wire[aria-pressed='true']").await).await;
    let focused = format!("return document.activeElement === document.querySelector(\"{line}\");");
    visitor.until("the keyboard is at the line again", async |visitor| visitor.asked(&focused).await == true).await;
    visitor.leave().await;
}

async fn a_double_click_edits_the_key_of_a_line(way: Way) {
    let visitor = Visitor::working(way).await;
    match way {
        Way::Pointer => {
            let at = visitor.beside(&Visitor::line("platform-events", "analytics-queue"), 8).await;
            visitor.double_click(at).await;
            visitor.wait_for("#in-place[aria-label='Binding key']").await;
        }
        Way::Keyboard => visitor.edit_key("analytics-queue").await,
    }
    visitor.key("user.#").await;
    visitor.wait_for(".wire[aria-label='Binding from platform-events to analytics-queue, user.#']").await;
    visitor.leave().await;
}

async fn the_menu_of_a_line(way: Way) {
    let visitor = Visitor::working(way).await;
    let line = Visitor::line("notification-queue", "platform-events.dlx");
    match way {
        Way::Pointer => {
            let (x, y) = visitor.beside(&line, 6).await;
            visitor.report("contextmenu", x, y).await;
        }
        Way::Keyboard => {
            visitor.focus(&line).await;
            visitor.keys("\u{E008}\u{E03A}").await;
        }
    }
    visitor.wait_for("dialog.menu[open] [data-command='Edit its key']").await;
    visitor.act("[data-command='Edit its key']").await;
    visitor.wait_for("#in-place[aria-label='Key of the dead letters']").await;
    visitor.keys("\u{E00C}").await;
    visitor.until("it is given up", async |visitor| visitor.is_absent("#in-place").await).await;
    visitor.select_line(&line).await;
    let told = visitor.text("#inspector").await;
    assert!(told.contains("Dead-letter key") && told.contains("x-dead-letter-routing-key"), "{told}");
    visitor.leave().await;
}

async fn the_table_selects_a_line(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.act("#table").await;
    visitor.wait_for("#table-lines").await;
    let rows = visitor.text("#table-lines").await;
    for row in ["HTTP call", "Publish", "Consumer", "Dead letters"] {
        assert!(rows.contains(row), "{row}: {rows}");
    }
    visitor.act("#table-bindings tbody tr:nth-child(2) th button").await;
    visitor.until("the binding is told of", async |visitor| visitor.text("#inspector").await.contains("notification-queue")).await;
    visitor.act("#delete").await;
    visitor.until("it is deleted", async |visitor| !visitor.text("#table-bindings").await.contains("notification-queue\u{20}")).await;
    visitor.act("#undo").await;
    visitor.act("#table-lines tbody tr:nth-child(1) th button").await;
    visitor.until("a call is told of", async |visitor| visitor.text("#line-title").await == "HTTP call").await;
    visitor.leave().await;
}

/// With the keyboard on nothing, a key opens the menu of the canvas.
#[tokio::test]
async fn a_key_opens_the_menu_of_the_canvas() {
    let visitor = Visitor::working(Way::Keyboard).await;
    visitor.asked("document.activeElement.blur(); return null;").await;
    visitor.keys("\u{E008}\u{E03A}").await;
    visitor.wait_for("dialog.menu[open] [data-command='Add: Classic queue']").await;
    let over = "const s = document.querySelector('#stage').getBoundingClientRect(), m = document.querySelector('dialog.menu').getBoundingClientRect(); \
        return m.left >= s.left && m.right <= s.right;";
    assert_eq!(visitor.asked(over).await, json!(true));
    visitor.keys("\u{E00C}").await;
    visitor.until("it is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
    // Of the part that is selected.
    visitor.act(&Visitor::node("analytics-queue")).await;
    visitor.asked("document.activeElement.blur(); return null;").await;
    visitor.keys("\u{E008}\u{E03A}").await;
    visitor.wait_for("dialog.menu[open] [data-command='Duplicate']").await;
    visitor.leave().await;
}

/// On a phone a tap beside a line selects it, and its inspector holds in the sheet.
#[tokio::test]
async fn a_phone_selects_edits_and_deletes_a_line() {
    let visitor = Visitor::arrive(390, 844).await;
    let line = Visitor::line("notification-queue", "notification-service");
    visitor.wait_for(&line).await;
    let at = visitor.beside(&line, 9).await;
    visitor.tap(at).await;
    visitor.wait_for("#line-title").await;
    visitor.settled().await;
    let holds = "const r = document.querySelector('#line-title').getBoundingClientRect(); \
        return [r.top >= 0 && r.bottom <= innerHeight, document.documentElement.scrollWidth <= innerWidth, \
        [...document.querySelectorAll('#inspector .tools button')].every(b => b.getBoundingClientRect().height >= 44)];";
    assert_eq!(visitor.asked(holds).await, json!([true, true, true]));
    visitor.fill("#inspector input[id$='.on.prefetch']", "3").await;
    let slots = "const card = [...document.querySelectorAll('.node.service')].find(e => e.getAttribute('aria-label').startsWith('notification-service ')); return card.querySelectorAll('.slot').length;";
    visitor.until("the consumer has it", async |visitor| visitor.asked(slots).await == json!(3)).await;
    visitor.click("#delete").await;
    visitor.until("it is deleted", async |visitor| visitor.is_absent(&line).await).await;
    visitor.click("#undo").await;
    visitor.wait_for(&line).await;
    visitor.leave().await;
}
