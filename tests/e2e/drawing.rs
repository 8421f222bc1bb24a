//! Drawing and editing, with a pointer and without a mouse.

use std::path::Path;

use serde_json::json;

use super::visitor::*;

both_ways!(
    the_chapters_system_from_nothing,
    the_table_is_an_equal_editor,
    what_is_copied_is_pasted_and_undone,
    a_probable_mistake_is_marked_and_mended
);

async fn the_chapters_system_from_nothing(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.command("New scenario: an empty canvas").await;
    visitor.until("it is empty", async |visitor| visitor.is_absent(".node").await).await;
    visitor.add("HTTP client", "customers").await;
    // A client comes with somebody to call.
    visitor.act(&Visitor::node("service-1")).await;
    visitor.fill("#name", "order-service").await;
    visitor.wait_for(&Visitor::node("order-service")).await;
    visitor.add("Topic exchange", "platform-events").await;
    visitor.connect("order-service", "platform-events").await;
    for (queue, key, service) in [("notification-queue", "order.*", "notification-service"), ("analytics-queue", "#", "analytics-service")]
    {
        visitor.add("Classic queue", queue).await;
        visitor.connect("platform-events", queue).await;
        visitor.key(key).await;
        visitor.add("Service", service).await;
        visitor.connect(queue, service).await;
    }
    // What the order service publishes, in the form.
    visitor.act(&Visitor::node("order-service")).await;
    let step = "services[0].handlers[0].steps";
    let publish = format!(
        "return [...document.querySelectorAll(\"[data-item^='{step}'] > .does\")].findIndex(e => e.textContent.startsWith('Publish'));"
    );
    let index = visitor.browser.execute(&publish, vec![]).await.expect("the page answers");
    visitor.act(&format!("[data-item='{step}[{index}]'] > .does")).await;
    visitor.fill(&format!("[id='{step}[{index}].routing_key']"), "order.placed").await;
    // Dead letters.
    visitor.add("Direct exchange", "platform-events.dlx").await;
    visitor.add("Quorum queue", "notification-queue.dead").await;
    visitor.connect("platform-events.dlx", "notification-queue.dead").await;
    visitor.key("dead").await;
    visitor.act(&Visitor::node("notification-queue")).await;
    visitor.choose("[id='broker.queues[0].arguments.x-dead-letter-exchange']", "platform-events.dlx").await;
    visitor.fill("[id='broker.queues[0].arguments.x-dead-letter-routing-key']", "dead").await;
    visitor.choose_speed(5_000).await;
    visitor.act("#play").await;
    let number = async |term: &str| {
        let script = "const term = [...document.querySelectorAll('#ledger dt')].find(e => e.textContent.startsWith(arguments[0])); return term ? +term.nextSibling.textContent : 0;";
        visitor.browser.execute(script, vec![json!(term)]).await.expect("the page answers").as_u64().unwrap_or_default()
    };
    visitor.reveal("#ledger").await;
    visitor.until("orders come through", async |_| number("Acknowledged").await > 10).await;
    visitor.act("#play").await;
    assert_eq!(number("Copies to queues").await, 2 * number("Published").await, "a copy for each of the two queues");
    assert_eq!(number("Unroutable").await, 0);
    for queue in ["notification-queue", "analytics-queue"] {
        visitor.act(&format!("[data-queue='{queue}'] button")).await;
        visitor.act("#tab-overview").await;
        visitor.wait_for("#inspector .kv").await;
        let arrived = "return +[...document.querySelectorAll('#inspector dt')].find(e => e.textContent.startsWith('Acknowledged')).nextSibling.textContent;";
        let acknowledged = visitor.browser.execute(arrived, vec![]).await.expect("the page answers");
        assert!(acknowledged.as_u64().is_some_and(|count| count > 2), "{queue}: {acknowledged}");
    }
    visitor.assert_balanced().await;
    // And every bit of it can be undone. After a question the button has the keyboard by itself: a key at once counts as held there.
    for _ in 0..200 {
        if !visitor.is_absent("#undo:disabled").await {
            break;
        }
        visitor.act("#undo").await;
        // Where messages would go with a queue, it asks.
        if !visitor.is_absent("#step-anyway").await {
            visitor
                .until("the question has the keyboard, beneath the button", async |visitor| answer(visitor, BENEATH).await == json!(true))
                .await;
            visitor.act("#step-anyway").await;
        }
    }
    assert!(visitor.is_absent(".node").await, "it was drawn from nothing");
    visitor.leave().await;
}

const BENEATH: &str = "const [asks, undo] = ['#history-asks', '#undo'].map(e => document.querySelector(e).getBoundingClientRect()); \
    return document.activeElement.id === 'history-title' && asks.top >= undo.bottom && asks.top < undo.bottom + 20 && Math.abs(asks.left - undo.left) < 20;";

async fn answer(visitor: &Visitor, script: &str) -> serde_json::Value {
    visitor.browser.execute(script, vec![]).await.expect("the page answers")
}

async fn the_table_is_an_equal_editor(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.act("#table").await;
    visitor.wait_for("#table-queues").await;
    visitor.add_in_table("Classic queue", "audit").await;
    visitor.choose("[data-connect='platform-events']", "audit").await;
    visitor.act("[aria-label='Connect platform-events']").await;
    visitor.wait_for("[data-key='4']").await;
    visitor.fill("[data-key='4']", "order.*").await;
    visitor.publish("platform-events", "order.shipped", "{}").await;
    let ready = "[data-queue='audit'] [data-count='ready']";
    visitor.until("it is routed", async |visitor| visitor.text(ready).await == "1").await;
    visitor.act("[aria-label='Delete audit']").await;
    visitor.until("it is gone", async |visitor| !visitor.text("#table-queues").await.contains("audit")).await;
    assert!(visitor.text("#log").await.contains("Deleted queue audit"));
    visitor.leave().await;
}

impl Visitor {
    async fn add_in_table(&self, part: &str, name: &str) {
        self.act(&format!("[data-part='{part}']")).await;
        self.wait_for("#name").await;
        self.fill("#name", name).await;
        self.until("it has its row", async |visitor| visitor.text(".table-view").await.contains(name)).await;
    }
}

async fn what_is_copied_is_pasted_and_undone(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.act(&Visitor::node("notification-queue")).await;
    visitor.command("Duplicate").await;
    visitor.wait_for(&Visitor::node("notification-queue-1")).await;
    visitor.command("Select everything").await;
    visitor.command("Delete").await;
    visitor.until("nothing is left", async |visitor| visitor.is_absent(".node").await).await;
    visitor.command("Undo").await;
    visitor.wait_for(&Visitor::node("notification-queue-1")).await;
    // Bound to a queue a queue cannot be.
    visitor.act(&Visitor::node("notification-queue-1")).await;
    visitor.command("Connect to…").await;
    visitor.act(&Visitor::node("analytics-queue")).await;
    visitor.wait_for("#notice").await;
    assert!(visitor.text("#notice").await.contains("put an exchange between"));
    visitor.command("Undo").await;
    visitor.until("it is as it was", async |visitor| !visitor.is_absent("#undo:disabled").await).await;
    visitor.assert_balanced().await;
    visitor.leave().await;
}

#[tokio::test]
async fn the_canvas_is_moved_zoomed_and_boxed_with_a_pointer() {
    let visitor = Visitor::arrive(1440, 900).await;
    let (queue, service) = (Visitor::node("analytics-queue"), Visitor::node("analytics-service"));
    let at = visitor.middle_of(&queue).await;
    visitor.drag(at, (at.0 + 60, at.1 + 45)).await;
    let moved = visitor.middle_of(&queue).await;
    assert!((moved.0 - at.0 - 60).abs() < 16 && (moved.1 - at.1 - 45).abs() < 16, "{at:?} to {moved:?}");
    assert!(visitor.is_absent(".node.selected").await, "a drag is no click");
    // The view, by its empty space.
    let zoom = visitor.middle_of(".zoom").await;
    let empty = (zoom.0, zoom.1 - 60);
    visitor.drag(empty, (empty.0 + 80, empty.1 + 30)).await;
    let panned = visitor.middle_of(&queue).await;
    assert!((panned.0 - moved.0 - 80).abs() < 4 && (panned.1 - moved.1 - 30).abs() < 4, "{moved:?} to {panned:?}");
    let before = visitor.middle_of(&service).await;
    visitor.click("[aria-label='Zoom in']").await;
    // Some of it is out of view.
    visitor.wait_for(".minimap").await;
    assert!(visitor.middle_of(&service).await != before);
    // With Ctrl the wheel zooms, and what is under the pointer stays there.
    let scale = visitor.text("#zoom").await;
    let (x, y) = visitor.middle_of(&service).await;
    let wheel = "document.querySelector('.drawing').dispatchEvent(new WheelEvent('wheel', { deltaY: 24, ctrlKey: true, clientX: arguments[0], clientY: arguments[1], bubbles: true, cancelable: true }));";
    visitor.browser.execute(wheel, vec![json!(x), json!(y)]).await.expect("the page answers");
    visitor.until("it is smaller", async |visitor| visitor.text("#zoom").await != scale).await;
    let after = visitor.middle_of(&service).await;
    assert!((after.0 - x).abs() < 3 && (after.1 - y).abs() < 3, "{:?} to {after:?}", (x, y));
    visitor.click("[aria-label^='Show everything']").await;
    // A box with Shift selects what lies in it; Delete and undo take all of it at once.
    let boxed = "const drawing = document.querySelector('.drawing'); const r = drawing.getBoundingClientRect(); \
        const at = (type, x, y) => drawing.dispatchEvent(new PointerEvent(type, { bubbles: true, clientX: x, clientY: y, shiftKey: true, button: 0, buttons: 1, pointerId: 1 })); \
        at('pointerdown', r.left + r.width * 0.45, r.top + 2); at('pointermove', r.left + r.width * 0.6, r.top + 40); at('pointermove', r.right - 2, r.bottom - 2); at('pointerup', r.right - 2, r.bottom - 2);";
    visitor.browser.execute(boxed, vec![]).await.expect("the page answers");
    let selected = "return document.querySelectorAll('.node.selected').length;";
    visitor
        .until("four queues and three services", async |visitor| {
            visitor.browser.execute(selected, vec![]).await.expect("the page answers") == json!(7)
        })
        .await;
    visitor.until("all fits again", async |visitor| visitor.is_absent(".minimap").await).await;
    visitor.click("#undo").await;
    visitor.until("it is back", async |visitor| visitor.middle_of(&queue).await != moved).await;
    visitor.leave().await;
}

/// Also where somebody has chosen before: browsers no longer look at the attribute then.
#[tokio::test]
async fn a_choice_shows_what_is_true_after_undo() {
    let visitor = Visitor::working(Way::Pointer).await;
    visitor.act(&Visitor::node("notification-queue")).await;
    let choice = "#inspector select[id$='arguments.x-queue-type']";
    let shown = async |visitor: &Visitor| {
        let script = "const choice = document.querySelector(arguments[0]); return choice.selectedOptions[0]?.text;";
        visitor.browser.execute(script, vec![json!(choice)]).await.expect("the page answers").as_str().unwrap_or_default().to_owned()
    };
    visitor.wait_for(choice).await;
    let first = shown(&visitor).await;
    visitor.choose(choice, "quorum").await;
    visitor.until("it is a quorum queue", async |visitor| visitor.text("#canvas, .stage").await.contains("quorum")).await;
    visitor.choose(choice, "classic").await;
    visitor.act("#undo").await;
    visitor.until("it is a quorum queue again", async |visitor| shown(visitor).await == "quorum").await;
    visitor.act("#undo").await;
    visitor.until("it is what it was", async |visitor| shown(visitor).await == first).await;
    visitor.leave().await;
}

/// What is dragged: a part from the palette, a step to another place, a fault to another time, a lesson's file onto the page.
#[tokio::test]
async fn parts_steps_faults_and_files_are_dragged() {
    let visitor = Visitor::arrive(1440, 900).await;
    let drop = "const [from, to, x, y] = arguments; const data = new DataTransfer(); \
        document.querySelector(from).dispatchEvent(new DragEvent('dragstart', { dataTransfer: data, bubbles: true })); \
        document.querySelector(to).dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true, clientX: x, clientY: y }));";
    let (x, y) = visitor.middle_of(".zoom").await;
    visitor.reveal("[data-part='Classic queue']").await;
    visitor
        .browser
        .execute(drop, vec![json!("[data-part='Classic queue']"), json!("#stage"), json!(x), json!(y - 90)])
        .await
        .expect("it is dropped");
    visitor.wait_for(&Visitor::node("queue-1")).await;
    visitor.click("#undo").await;
    visitor.until("it is gone", async |visitor| visitor.is_absent(&Visitor::node("queue-1")).await).await;
    visitor.click(&Visitor::node("order-service")).await;
    visitor.click("#faults > summary").await;
    visitor.focus("#fault").await;
    visitor.keys(&format!("kill notification-service at 5s for 2s{ENTER}")).await;
    visitor.wait_for(".flag").await;
    let flag = visitor.middle_of(".flag .target").await;
    visitor.drag(flag, (flag.0 + 80, flag.1)).await;
    visitor.until("it is later now", async |visitor| !visitor.text("#faults li code").await.contains("at 5s")).await;
    let file = "const data = new DataTransfer(); data.items.add(new File([arguments[0]], 'mine.md')); \
        document.querySelector('#stage').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true, clientX: 700, clientY: 300 }));";
    let lesson = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("static/lessons/fanout.md")).expect("it is there");
    visitor.browser.execute(file, vec![json!(lesson)]).await.expect("it is dropped");
    visitor.wait_for("dialog[open] #replace").await;
    visitor.click("#replace").await;
    visitor.wait_for("#lesson").await;
    visitor.leave().await;
}

/// What is probably a mistake has a badge on its part; the inspector says it, and mends it in one step that can be undone.
async fn a_probable_mistake_is_marked_and_mended(way: Way) {
    let visitor = Visitor::begin(1440, 900, way).await;
    visitor.open("#scenario=broker-restart.json").await;
    visitor.wait_for(".node .finding").await;
    let badges = async |visitor: &Visitor| {
        let script = "return document.querySelectorAll('.node .finding').length;";
        visitor.browser.execute(script, Vec::new()).await.expect("the page answers").as_u64().expect("a number")
    };
    let before = badges(&visitor).await;
    let script = "const fix = new Set(); for (const g of document.querySelectorAll('.node:has(.finding)')) fix.add(g.id); return [...fix];";
    let marked = visitor.browser.execute(script, Vec::new()).await.expect("the page answers");
    let mut mended = false;
    for id in marked.as_array().expect("a list").iter().filter_map(|id| id.as_str()) {
        visitor.act(&format!("#{id}")).await;
        visitor.wait_for("#inspector .findings").await;
        if !visitor.is_absent("#inspector .findings .fix").await {
            visitor.act("#inspector .findings .fix").await;
            mended = true;
            break;
        }
    }
    assert!(mended, "one of {marked} has a fix");
    visitor.until("its badge is gone", async |visitor| badges(visitor).await < before).await;
    visitor.act("#undo").await;
    visitor.until("it is back", async |visitor| badges(visitor).await == before).await;
    // What a program declares is an outline until it has connected.
    let late = json!({
        "requeue": 1, "title": "Declared later", "until_ms": 60_000, "network": { "latency_ms": 20 },
        "broker": { "starts": "empty", "queues": [{ "name": "jobs", "at": [400, 100] }] },
        "services": [{ "name": "worker", "at": [700, 100], "declares": [{ "queue": "jobs" }],
            "handlers": [{ "on": { "queue": "jobs", "prefetch": 1 }, "steps": [{ "do": "work", "ms": 10 }] }] }]
    });
    visitor.open_file("late.json", &late.to_string()).await;
    let queue = Visitor::node("jobs");
    visitor.wait_for(&queue).await;
    let dashes = "const node = document.querySelector(arguments[0]); const box = getComputedStyle(node.querySelector('.box')); \
        return [node.classList.contains('absent'), box.strokeDasharray !== 'none', node.getAttribute('aria-label').includes('does not exist')];";
    let look = async |visitor: &Visitor| visitor.browser.execute(dashes, vec![json!(queue)]).await.expect("the page answers");
    assert_eq!(look(&visitor).await, json!([true, true, true]));
    visitor.act("#play").await;
    visitor.until("it is declared", async |visitor| look(visitor).await == json!([false, false, false])).await;
    visitor.leave().await;
}

/// New lines ask for what they need, where they are drawn.
async fn lines_propose_and_ask(way: Way, width: u32, height: u32) {
    let visitor = Visitor::past_the_welcome(width, height, way).await;
    // Dead letters: Esc draws nothing, Enter draws the line with its key.
    let dead = async |visitor: &Visitor| {
        visitor.connect("analytics-queue", "platform-events.dlx").await;
        visitor.wait_for("#in-place[aria-label='Key of the dead letters']").await;
    };
    dead(&visitor).await;
    visitor.keys("\u{E00C}").await;
    visitor.until("it is given up", async |visitor| visitor.is_absent("#in-place").await).await;
    assert!(!visitor.is_absent("#undo:disabled").await, "nothing was drawn");
    dead(&visitor).await;
    visitor.key("analytics.failed").await;
    visitor.wait_for("[data-queue-card='analytics-queue'] .badge:nth-of-type(2)").await;
    visitor.act("#undo").await;
    visitor.until("one step", async |visitor| !visitor.is_absent("#undo:disabled").await).await;
    // An event: its key is proposed, and its payload is what the handler has.
    visitor.connect("order-service", "platform-events.dlx").await;
    visitor.wait_for("#in-place[aria-label='Routing key']").await;
    let note = visitor.text("#place-note").await;
    assert!(note.contains("orderId") && note.contains("userId"), "{note}");
    visitor.key("order.audited").await;
    visitor.act("#undo").await;
    visitor.act("#undo").await;
    // A queue in the place of HTTP requests.
    visitor.connect("notification-queue.dead", "order-service").await;
    visitor.wait_for("#replaced").await;
    assert!(visitor.text("#replaced").await.contains("api-gateway no longer calls it"));
    visitor.act("#replace-http").await;
    visitor.until("it is done", async |visitor| visitor.is_absent("#replaced").await).await;
    visitor.act(&Visitor::node("order-service")).await;
    visitor.wait_for("[data-item='services[1].handlers[0]']").await;
    assert!(!visitor.text("#inspector").await.contains("POST /orders"), "its endpoint is gone");
    visitor.act("#undo").await;
    visitor.act("#undo").await;
    visitor.until("two steps", async |visitor| !visitor.is_absent("#undo:disabled").await).await;
    visitor.leave().await;
}

#[tokio::test]
async fn lines_propose_and_ask_with_a_pointer() {
    lines_propose_and_ask(Way::Pointer, 1440, 900).await;
}

#[tokio::test]
async fn lines_propose_and_ask_without_a_mouse() {
    lines_propose_and_ask(Way::Keyboard, 1440, 900).await;
}

#[tokio::test]
async fn lines_propose_and_ask_on_a_phone() {
    lines_propose_and_ask(Way::Pointer, 390, 844).await;
}

/// Where no badge can be read on the canvas, the number stands beside the drawer that lists them; the tables list them, too.
#[tokio::test]
async fn findings_are_seen_on_a_phone_and_in_the_tables() {
    for (width, height, way) in [(390, 844, Way::Pointer), (1440, 900, Way::Keyboard)] {
        let visitor = Visitor::begin(width, height, way).await;
        visitor.open("#scenario=broker-restart.json").await;
        visitor.wait_for("#rail-system .count-found").await;
        let before = visitor.text("#rail-system .count-found").await;
        visitor.act("#rail-system").await;
        visitor.wait_for("#system #findings .fix").await;
        visitor.act("#system #findings .fix").await;
        visitor
            .until("one less", async |visitor| {
                visitor.text("#rail-system").await.contains("Probably") && visitor.text("#rail-system .count-found").await != before
            })
            .await;
        visitor.act("#undo").await;
        visitor.until("as before", async |visitor| visitor.text("#rail-system .count-found").await == before).await;
        visitor.act("#table").await;
        visitor.wait_for("#table-findings .fix").await;
        visitor.act("#table-findings .fix").await;
        visitor.until("one less", async |visitor| visitor.text("#rail-system .count-found").await != before).await;
        visitor.leave().await;
    }
}

/// What no program has declared yet is a dashed outline, its bindings too; the tables say it in words.
#[tokio::test]
async fn what_the_broker_does_not_have_is_drawn_and_listed_as_such() {
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    visitor.open("#scenario=chapter-as-written.json").await;
    visitor.wait_for(".wire .edge.absent").await;
    visitor.wait_for(".node.absent").await;
    visitor.act("#table").await;
    for table in ["exchanges", "bindings", "queues"] {
        let text = visitor.text(&format!("#table-{table}")).await;
        assert!(text.contains("not on the broker"), "{table}: {text}");
    }
    let head = visitor.text("#table-channels thead").await;
    for column in ["Connections", "Channels closed", "Not begun", "Unread", "Swallowed"] {
        assert!(head.contains(column), "{column}: {head}");
    }
    assert!(visitor.text("#table-channels tbody").await.contains("notification-service"));
    visitor.leave().await;
}
