//! The canvas as other canvas tools have it: wheel, Space, double-clicks, menus, touch; and the help that tells of it.

use serde_json::json;

use super::visitor::*;

both_ways!(help_has_keys_and_glossary, space_plays);

impl Visitor {
    /// What the browser reports at a place where nothing stands.
    pub async fn at_empty_canvas(&self, event: &str) -> (i32, i32) {
        let (x, y) = self.empty_place().await;
        self.report(event, x, y).await;
        self.wait_for("dialog.menu[open]").await;
        (x, y)
    }

    async fn empty_place(&self) -> (i32, i32) {
        let script = "const z = document.querySelector('.zoom').getBoundingClientRect(); \
            let [x, y] = [Math.round(z.left + z.width / 2), Math.round(z.top + z.height / 2) - 70]; \
            const is_free = (x, y) => !document.elementsFromPoint(x, y).some(e => e.closest('.with-port, .wire, .key')); \
            const has_room = () => [-120, -60, 0, 60, 120].every(dx => [-70, 0, 70].every(dy => is_free(x + dx, y + dy))); \
            while (!has_room() && x > 300) x -= 20; return [x, y];";
        let at = self.browser.execute(script, vec![]).await.expect("the page answers");
        let number = |index: usize| at[index].as_i64().and_then(|pixels| i32::try_from(pixels).ok()).expect("a number of pixels");
        (number(0), number(1))
    }

    pub async fn report(&self, event: &str, x: i32, y: i32) {
        if event == "dblclick" {
            return self.double_click((x, y)).await;
        }
        let script = "const [type, x, y] = arguments; document.elementFromPoint(x, y).dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, clientX: x, clientY: y, detail: 2 }));";
        self.browser.execute(script, vec![json!(event), json!(x), json!(y)]).await.expect("the page answers");
    }

    async fn wheel(&self, (x, y): (i32, i32), options: &str) {
        let script = format!(
            "document.querySelector('.drawing').dispatchEvent(new WheelEvent('wheel', {{ {options}, clientX: arguments[0], clientY: arguments[1], bubbles: true, cancelable: true }}));"
        );
        self.browser.execute(&script, vec![json!(x), json!(y)]).await.expect("the page answers");
        self.settled().await;
    }

    /// Fingers, each at its places one after the other; all go down, move and go up together.
    async fn fingers(&self, ways: &[[(i32, i32); 2]]) {
        let script = "const [ways, up] = arguments; const drawing = document.querySelector('.drawing'); \
            const tell = (type, finger, [x, y]) => (document.elementFromPoint(x, y) ?? drawing).dispatchEvent(new PointerEvent(type, \
                { bubbles: true, cancelable: true, pointerType: 'touch', pointerId: 10 + finger, isPrimary: finger === 0, clientX: x, clientY: y, button: 0, buttons: 1 })); \
            ways.forEach((way, finger) => tell('pointerdown', finger, way[0])); \
            ways.forEach((way, finger) => { if (way[1][0] !== way[0][0] || way[1][1] !== way[0][1]) tell('pointermove', finger, way[1]); }); \
            if (up) ways.forEach((way, finger) => tell('pointerup', finger, way[1]));";
        let moves = ways.iter().any(|[from, to]| from != to);
        self.browser.execute(script, vec![json!(ways), json!(moves)]).await.expect("the page answers");
        self.settled().await;
    }
}

async fn help_has_keys_and_glossary(way: Way) {
    let visitor = Visitor::working(way).await;
    match way {
        Way::Pointer => visitor.act("#help").await,
        Way::Keyboard => visitor.keys("?").await,
    }
    visitor.wait_for("dialog[open] .keys-list").await;
    let keys = visitor.text(".keys-list").await;
    assert!(keys.contains("Double-click") && keys.contains("Ctrl+wheel"), "{keys}");
    visitor.act("#help-glossary").await;
    visitor.wait_for("dialog[open] .terms").await;
    visitor.type_into("#query", "prefetch").await;
    visitor.until("the term is found", async |visitor| visitor.text(".terms").await.contains("Prefetch")).await;
    visitor.act("#help-keys").await;
    visitor.wait_for("dialog[open] .keys-list").await;
    visitor.act("dialog [aria-label='Close']").await;
    visitor.until("it is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
    // The glossary has its own button still, and opens the same help.
    visitor.act("#glossary").await;
    visitor.wait_for("dialog[open] #help-glossary[aria-pressed='true']").await;
    visitor.leave().await;
}

async fn space_plays(way: Way) {
    let visitor = Visitor::working(way).await;
    if way == Way::Keyboard {
        visitor.act(&Visitor::node("analytics-queue")).await;
        visitor.focus(&Visitor::node("analytics-queue")).await;
    }
    let time = visitor.text("#clock").await;
    visitor.keys(" ").await;
    visitor.until("time passes", async |visitor| visitor.text("#clock").await != time).await;
    visitor.leave().await;
}

#[tokio::test]
async fn wheel_and_space_move_the_view() {
    let visitor = Visitor::arrive(1440, 900).await;
    let queue = Visitor::node("analytics-queue");
    let at = visitor.middle_of(&queue).await;
    let near = |one: (i32, i32), other: (i32, i32)| (one.0 - other.0).abs() < 3 && (one.1 - other.1).abs() < 3;
    for (options, across, down) in
        [("deltaY: 40", 0, -40), ("deltaY: -40", 0, 40), ("deltaY: 40, shiftKey: true", -40, 0), ("deltaX: -40", 40, 0)]
    {
        let before = visitor.middle_of(&queue).await;
        visitor.wheel(at, options).await;
        let after = visitor.middle_of(&queue).await;
        assert!(near(after, (before.0 + across, before.1 + down)), "{options}: {before:?} to {after:?}");
    }
    // Space held, and a drag that begins on a part: the view follows, the part stands where it stood, and nothing plays.
    let key = "window.dispatchEvent(new KeyboardEvent(arguments[0], { key: ' ', bubbles: true, cancelable: true }));";
    let time = visitor.text("#clock").await;
    let (before, other) = (visitor.middle_of(&queue).await, visitor.middle_of(&Visitor::node("analytics-service")).await);
    visitor.browser.execute(key, vec![json!("keydown")]).await.expect("the page answers");
    visitor.wait_for(".drawing.panning").await;
    visitor.drag(before, (before.0 - 60, before.1 + 30)).await;
    visitor.browser.execute(key, vec![json!("keyup")]).await.expect("the page answers");
    visitor.until("the view followed", async |visitor| near(visitor.middle_of(&queue).await, (before.0 - 60, before.1 + 30))).await;
    assert!(near(visitor.middle_of(&Visitor::node("analytics-service")).await, (other.0 - 60, other.1 + 30)), "and all of it");
    assert!(!visitor.is_absent("#undo:disabled").await, "nothing was dragged");
    assert_eq!(visitor.text("#clock").await, time);
    visitor.leave().await;
}

/// A part that is dragged into line with another has a guide. Arrange gives each part its place along the message flow.
#[tokio::test]
async fn a_part_is_guided_and_arranged() {
    let visitor = Visitor::arrive(1440, 900).await;
    let (queue, other) = (Visitor::node("analytics-queue"), Visitor::node("inventory-queue"));
    let (from, line) = (visitor.middle_of(&queue).await, visitor.middle_of(&other).await);
    visitor.hold(Some(from), (from.0 + 90, from.1 + 40)).await;
    assert!(visitor.is_absent(".guide").await, "in line with nothing");
    visitor.hold(None, (line.0 + 1, from.1 + 40)).await;
    visitor.wait_for(".guide").await;
    visitor.hold(None, (line.0 + 60, line.1 + 12)).await;
    visitor.let_go().await;
    visitor.until("the guide goes with the pointer", async |visitor| visitor.is_absent(".guide").await).await;
    let overlaps = "const boxes = [...document.querySelectorAll('.node .box')].map(e => e.getBoundingClientRect()); \
        return boxes.filter((a, i) => boxes.some((b, j) => i !== j && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length;";
    let overlaps = async |visitor: &Visitor| visitor.browser.execute(overlaps, vec![]).await.expect("the page answers");
    assert_ne!(overlaps(&visitor).await, json!(0), "it lies on another");
    visitor.click("[aria-label='Arrange along the message flow']").await;
    visitor.until("each has its place", async |visitor| overlaps(visitor).await == json!(0)).await;
    visitor.leave().await;
}

/// The first click opens the inspector, and the view may move: the name that is asked for is that of the part that was clicked.
#[tokio::test]
async fn a_double_click_renames_the_part_that_it_is_on() {
    let name = "const field = document.querySelector('#in-place'); return field && field.value;";
    for part in ["inventory-queue", "notification-queue", "notification-queue.dead", "inventory-service", "customers"] {
        let visitor = Visitor::arrive(1440, 900).await;
        let at = visitor.middle_of(&Visitor::node(part)).await;
        visitor.double_click(at).await;
        visitor
            .until("its name can be changed", async |visitor| {
                visitor.browser.execute(name, vec![]).await.expect("the page answers") == json!(part)
            })
            .await;
        visitor.leave().await;
    }
}

#[tokio::test]
async fn double_clicks_and_the_menu_of_the_canvas() {
    let visitor = Visitor::arrive(1920, 1080).await;
    let (queue, service) = (Visitor::node("analytics-queue"), Visitor::node("analytics-service"));
    // A part is renamed.
    let (x, y) = visitor.middle_of(&queue).await;
    visitor.report("dblclick", x, y).await;
    visitor.wait_for("#in-place").await;
    visitor.keys(&format!("{SELECT_ALL}numbers-queue{ENTER}")).await;
    visitor.wait_for(&Visitor::node("numbers-queue")).await;
    // A line: its key is edited.
    let on_line = "const path = [...document.querySelectorAll('path.edge')].find(path => path.getTotalLength() > 0 && !path.matches('.http, .dead')); \
        const lines = [...document.querySelectorAll('path.edge:not(.http):not(.dead)')]; const pill = document.querySelector('[data-binding=\"0\"]').getBoundingClientRect(); \
        const away = p => Math.hypot(p.x - pill.left - pill.width / 2, p.y - pill.top - pill.height / 2); \
        const points = lines.map(path => { const p = path.getPointAtLength(path.getTotalLength() * 0.3).matrixTransform(path.getScreenCTM()); \
            const m = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM()); return { p, d: away(m) }; }); \
        const { p } = points.sort((a, b) => a.d - b.d)[0]; return [Math.round(p.x), Math.round(p.y)];";
    let at = visitor.browser.execute(on_line, vec![]).await.expect("the page answers");
    let number = |index: usize| at[index].as_i64().and_then(|pixels| i32::try_from(pixels).ok()).expect("a number of pixels");
    visitor.report("dblclick", number(0), number(1)).await;
    visitor.wait_for("#in-place[aria-label='Binding key']").await;
    visitor.keys("\u{E00C}").await;
    visitor.until("it is given up", async |visitor| visitor.is_absent("#in-place").await).await;
    // The empty canvas: a part is added where it was clicked, and nothing else moves.
    let before = visitor.middle_of(&service).await;
    let at = visitor.at_empty_canvas("dblclick").await;
    visitor.click("[data-command='Add: Classic queue']").await;
    let new = Visitor::node("queue-1");
    visitor.wait_for(&new).await;
    let there = visitor.middle_of(&new).await;
    assert!((there.0 - at.0).abs() < 400 && (there.1 - at.1).abs() < 400, "{at:?} and {there:?}");
    visitor.click("#undo").await;
    visitor.until("it is gone", async |visitor| visitor.is_absent(&new).await).await;
    visitor.keys("\u{E00C}").await;
    visitor
        .until("the view is as it was", async |visitor| {
            let now = visitor.middle_of(&service).await;
            (now.0 - before.0).abs() < 3 && (now.1 - before.1).abs() < 3
        })
        .await;
    // Its menu.
    visitor.at_empty_canvas("contextmenu").await;
    visitor.click("[data-command='Select everything']").await;
    visitor.until("all of it is selected", async |visitor| visitor.is_absent(".node:not(.selected)").await).await;
    visitor.leave().await;
}

#[tokio::test]
async fn fingers_drag_pinch_and_rest() {
    let visitor = Visitor::arrive(390, 844).await;
    let queue = Visitor::node("analytics-queue");
    let (x, y) = visitor.middle_of(&queue).await;
    let scale = visitor.text("#zoom").await;
    visitor.fingers(&[[(x - 20, y), (x - 60, y)], [(x + 20, y), (x + 60, y)]]).await;
    visitor.until("it is larger", async |visitor| visitor.text("#zoom").await != scale).await;
    let now = visitor.middle_of(&queue).await;
    assert!((now.0 - x).abs() < 4 && (now.1 - y).abs() < 4, "what is between the fingers stays there: {:?} and {now:?}", (x, y));
    assert!(!visitor.is_absent("#undo:disabled").await, "no part was dragged");
    visitor.fingers(&[[(x, y), (x, y)]]).await;
    visitor.wait_for("dialog.menu[open] [data-command='Connect to…']").await;
    visitor.leave().await;
}

/// A line that is let go over nothing offers what to create there; what is chosen is created and connected in one step.
async fn the_end_of_a_line_is_created(way: Way, width: u32, height: u32) {
    let visitor = Visitor::past_the_welcome(width, height, way).await;
    let (exchange, new) = (Visitor::node("platform-events"), Visitor::node("queue-1"));
    let offer = async |visitor: &Visitor| {
        match way {
            Way::Pointer => {
                let port = format!(".with-port:has({exchange}) .port");
                let from = visitor.middle_of(&port).await;
                visitor.drag(from, visitor.empty_place().await).await;
            }
            Way::Keyboard => {
                visitor.focus(&exchange).await;
                visitor.keys(ENTER).await;
                visitor.focus(&exchange).await;
                visitor.keys("c").await;
                visitor.wait_for("#new-end").await;
                visitor.keys(ENTER).await;
            }
        }
        visitor.wait_for("dialog.menu[open] [data-command^='New classic queue']").await;
    };
    offer(&visitor).await;
    visitor.keys("\u{E00C}").await;
    visitor.until("Esc gives up menu and line", async |visitor| visitor.is_absent("dialog[open], #connecting").await).await;
    assert!(!visitor.is_absent("#undo:disabled").await, "and nothing was changed");
    offer(&visitor).await;
    visitor.act("[data-command^='New classic queue']").await;
    visitor.wait_for(&new).await;
    visitor.key("order.#").await;
    visitor.wait_for(".wire[aria-label*='order.#'][aria-label*='queue-1']").await;
    // The key is one step, the queue and its line are another.
    visitor.act("#undo").await;
    visitor.act("#undo").await;
    visitor.until("both are gone", async |visitor| visitor.is_absent(&new).await && !visitor.is_absent("#undo:disabled").await).await;
    visitor.leave().await;
}

macro_rules! created_at_the_end_of_a_line {
    ($($name:ident: $way:ident $width:literal $height:literal),* $(,)?) => { $(
        #[tokio::test]
        async fn $name() { the_end_of_a_line_is_created(Way::$way, $width, $height).await; }
    )* };
}

created_at_the_end_of_a_line!(
    the_end_of_a_line_is_created_with_a_pointer: Pointer 1440 900,
    the_end_of_a_line_is_created_without_a_mouse: Keyboard 1440 900,
    the_end_of_a_line_is_created_on_a_phone: Pointer 390 844,
    the_end_of_a_line_is_created_on_a_phone_with_a_keyboard: Keyboard 390 844,
);
