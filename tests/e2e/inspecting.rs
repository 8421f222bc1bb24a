//! Looking into parts: the tabs of a queue.

use serde_json::{Value, json};

use super::visitor::*;

both_ways!(
    the_tabs_of_a_queue,
    what_an_edit_would_destroy_is_said_before,
    the_clicked_copy_comes_first,
    what_stops_a_message,
    the_composed_message_is_on_the_canvas
);

async fn answer(visitor: &Visitor, script: &str) -> Value {
    visitor.browser.execute(script, vec![]).await.expect("the page answers")
}

/// The tab that is shown, by the word it carries, and whether its panel is named by it.
async fn shown(visitor: &Visitor) -> Value {
    let script = "const t = document.querySelector('[role=tab][aria-selected=true]'), p = document.querySelector('[role=tabpanel]'); \
        return t && p && p.getAttribute('aria-labelledby') === t.id && t.getAttribute('aria-controls') === p.id ? t.textContent : null;";
    answer(visitor, script).await
}

async fn the_tabs_of_a_queue(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.choose_speed(20_000).await;
    visitor.act("#play").await;
    visitor.until("one is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
    visitor.act("#play").await;
    visitor.act(&Visitor::node("notification-queue")).await;
    visitor.wait_for("#tab-overview").await;
    assert_eq!(shown(&visitor).await, "Overview");
    let numbers = visitor.text("#inspector .stats").await;
    assert!(["publish", "deliver", "ack"].iter().all(|rate| numbers.contains(rate)) && numbers.contains("/s"), "{numbers}");
    match way {
        Way::Pointer => {
            for tab in ["Messages", "Bindings", "Consumers", "Arguments"] {
                visitor.click(&format!("#tab-{}", tab.to_lowercase())).await;
                visitor.until(tab, async |visitor| shown(visitor).await == tab).await;
            }
        }
        Way::Keyboard => {
            // One stop of the keyboard: arrows go on from it, and round.
            assert_eq!(answer(&visitor, "return document.querySelectorAll('[role=tab][tabindex=\"0\"]').length;").await, json!(1));
            visitor.focus("#tab-overview").await;
            for (key, tab) in [
                ("\u{E014}", "Messages"),
                ("\u{E012}", "Overview"),
                ("\u{E012}", "Arguments"),
                ("\u{E011}", "Overview"),
                ("\u{E010}", "Arguments"),
            ] {
                visitor.keys(key).await;
                visitor.until(tab, async |visitor| shown(visitor).await == tab).await;
                assert_eq!(answer(&visitor, "return document.activeElement.textContent;").await, tab, "it has the keyboard");
            }
        }
    }
    let fields = visitor.text("#tab-panel").await;
    assert!(fields.contains("Max length") && fields.contains("x-max-length"), "{fields}");
    // Another queue, the same tab.
    visitor.act(&Visitor::node("analytics-queue")).await;
    visitor
        .until("it is the other queue", async |visitor| {
            answer(visitor, "return document.querySelector('#name').value;").await == "analytics-queue"
        })
        .await;
    assert_eq!(shown(&visitor).await, "Arguments");
    visitor.act("#tab-bindings").await;
    visitor.until("its bindings", async |visitor| visitor.text("#tab-panel").await.contains("From platform-events, key #")).await;
    visitor.act("#tab-consumers").await;
    visitor.until("its consumers", async |visitor| visitor.text("#tab-panel").await.contains("analytics-service")).await;
    visitor.act("[data-toggle='analytics-service']").await;
    // The broker learns of it when the connection closes.
    visitor.act("#play").await;
    visitor.until("it is down", async |visitor| visitor.text("#tab-panel").await.contains("down")).await;
    a_stream(&visitor).await;
    visitor.leave().await;
}

/// Its log and its readers are in the inspector; readers are in the ledger and in the tables, too. One reads again from where it is told.
async fn a_stream(visitor: &Visitor) {
    visitor.open("#scenario=event-log.json&t=40000").await;
    visitor.act(&Visitor::node("order-log")).await;
    visitor.wait_for("#readers").await;
    let readers = "return [...document.querySelectorAll('#readers tbody th')].map(e => e.textContent).sort();";
    assert_eq!(answer(visitor, readers).await, json!(["analytics-service", "audit-service", "notification-service"]));
    let marks = "return ['rect', 'path'].map(e => document.querySelectorAll(`.strip svg ${e}`).length);";
    assert_eq!(answer(visitor, marks).await, json!([1, 3]), "a segment, and each reader's mark");
    visitor.fill("#replay-from", "30").await;
    visitor.act("[data-replay='audit-service']").await;
    // The inspector covers its service: the drawing stays as large as it was, and comes back when the inspector closes.
    visitor.keys("\u{E00C}").await;
    visitor
        .until("the inspector is closed", async |visitor| answer(visitor, "return !document.querySelector('#inspector');").await == true)
        .await;
    visitor.act(&Visitor::node("audit-service")).await;
    let offset = "return document.querySelector(\"#inspector [id$='on.offset']\")?.value ?? null;";
    visitor.until("it reads again from there", async |visitor| answer(visitor, offset).await == "30").await;
    visitor.act("#shelf-ledger").await;
    visitor.until("its ledger", async |visitor| visitor.text("#ledger-readers").await.contains("analytics-service")).await;
    visitor.command("Table view").await;
    visitor.until("its table", async |visitor| visitor.text("#table-readers").await.contains("order-log")).await;
}

/// Messages wait in the queue, for its service is down.
async fn with_waiting_messages(visitor: &Visitor) -> u64 {
    visitor.act("[data-toggle='notification-service']").await;
    visitor.act("#play").await;
    visitor.until("some wait", async |visitor| visitor.count("notification-queue", "ready").await > 3).await;
    visitor.act("#play").await;
    visitor.act(&Visitor::node("notification-queue")).await;
    visitor.wait_for("#tab-arguments").await;
    visitor.act("#tab-arguments").await;
    ready(visitor).await
}

/// As the inspector counts them: the canvas counts a message when it lands.
async fn ready(visitor: &Visitor) -> u64 {
    visitor.text("#inspector .stats b").await.replace(',', "").parse().expect("a number")
}

async fn what_an_edit_would_destroy_is_said_before(way: Way) {
    let visitor = Visitor::working(way).await;
    let waiting = with_waiting_messages(&visitor).await;
    let primary = "return [...document.querySelectorAll('#costs .primary')].map(e => e.id);";
    visitor.fill("[id='broker.queues[1].arguments.x-max-length']", "200").await;
    visitor.wait_for("#costs").await;
    assert_eq!(answer(&visitor, primary).await, json!(["by-policy"]));
    let said = visitor.text("#costs").await;
    assert!(said.contains(&format!("{waiting} messages")) && said.contains("A policy sets the same"), "{said}");
    // The broker has had what still flies when time stops: it is lost with the others.
    let in_flight: u64 =
        said.split_once(" in flight").map_or(0, |(before, _)| before.rsplit(' ').next().and_then(|n| n.parse().ok()).expect(before));
    let lost = waiting + in_flight;
    visitor.act("#keep").await;
    visitor.until("it is as it was", async |visitor| visitor.is_absent("#costs").await).await;
    let stands = "return document.querySelector(\"[id$='arguments.x-max-length-bytes']\").getBoundingClientRect().top;";
    let stood = answer(&visitor, stands).await;
    visitor.fill("[id='broker.queues[1].arguments.x-max-length']", "200").await;
    visitor.wait_for("#costs").await;
    // The keyboard goes to the next field, which may be brought above what is said.
    if way == Way::Pointer {
        assert_eq!(answer(&visitor, stands).await, stood, "no field moves for what is said");
    }
    visitor.act("#by-policy").await;
    visitor.until("a policy sets it", async |visitor| visitor.text("#policy").await.contains("\"max-length\":200")).await;
    assert_eq!(ready(&visitor).await, waiting, "no message is lost");
    assert!(visitor.text("#log").await.contains("Policy set"));
    visitor.act("#undo").await;
    visitor.until("it is undone", async |visitor| visitor.is_absent("#policy").await).await;
    // No policy sets a type: what destroys is offered, and never first.
    visitor.choose("#inspector select[id$='arguments.x-queue-type']", "quorum").await;
    visitor.wait_for("#costs").await;
    assert_eq!(answer(&visitor, primary).await, json!(["new-queue"]));
    visitor.act("#redeclare").await;
    visitor.until("its messages are gone", async |visitor| ready(visitor).await == 0).await;
    visitor
        .until("the log says it", async |visitor| {
            visitor.text("#log").await.contains(&format!("queue notification-queue again, {lost} messages lost"))
        })
        .await;
    visitor.assert_balanced().await;
    visitor.leave().await;
}

both_ways!(a_phone_says_what_an_edit_would_destroy, a_phone_tells_what_became_of_a_copy);

async fn a_phone_says_what_an_edit_would_destroy(way: Way) {
    let visitor = Visitor::past_the_welcome(500, 844, way).await;
    with_waiting_messages(&visitor).await;
    visitor.fill("[id='broker.queues[1].arguments.x-max-length']", "200").await;
    visitor.wait_for("#by-policy").await;
    let holds = "const c = document.querySelector('#costs'); c.scrollIntoView({ block: 'nearest' }); const r = c.getBoundingClientRect(); \
        return [r.left >= 0, r.right <= innerWidth, [...c.querySelectorAll('button')].every(b => b.getBoundingClientRect().height >= 44 && b.scrollWidth <= b.clientWidth + 1)];";
    assert_eq!(answer(&visitor, holds).await, json!([true, true, true]));
    visitor.act("#by-policy").await;
    visitor.until("a policy sets it", async |visitor| visitor.text("#policy").await.contains("max-length")).await;
    visitor.leave().await;
}

/// The copy, its x-death and its story fit into the sheet, and the way of the message is on the canvas above it.
async fn a_phone_tells_what_became_of_a_copy(way: Way) {
    let visitor = Visitor::past_the_welcome(390, 844, way).await;
    at_a_dead_letter(&visitor).await;
    assert!(visitor.text("#biography .copies li").await.contains("ready in notification-queue.dead"));
    assert!(visitor.text("#biography .story").await.contains("Dead-lettered"));
    let fits = "const sheet = document.querySelector('.drawer').getBoundingClientRect(), stage = document.querySelector('#stage').getBoundingClientRect(); \
        const wide = [...document.querySelectorAll('#biography :is(h2, h3, li, td, button)')].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth); \
        const lit = [...document.querySelectorAll('.fades .wire.lit')].filter(e => { const r = e.getBoundingClientRect(); return r.top < stage.top || r.bottom > sheet.top + 1; }); \
        const shown = ['.copies li', '#x-death td', '.story li'].filter(css => !document.querySelector('#biography ' + css).checkVisibility()); \
        return [wide.map(e => e.textContent), lit.length, document.querySelectorAll('.fades .wire.lit').length > 0, shown];";
    assert_eq!(answer(&visitor, fits).await, json!([[], 0, true, []]));
    visitor.leave().await;
}

/// The story of a dead letter is open.
async fn at_a_dead_letter(visitor: &Visitor) {
    visitor.choose_speed(20_000).await;
    visitor.act("#play").await;
    visitor.until("one is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
    visitor.act("#play").await;
    visitor.act(&Visitor::node("notification-queue.dead")).await;
    visitor.act("#inspector .messages .link").await;
    visitor.wait_for("#x-death").await;
}

async fn the_clicked_copy_comes_first(way: Way) {
    let visitor = Visitor::working(way).await;
    at_a_dead_letter(&visitor).await;
    let first = visitor.text("#biography .copies li").await;
    assert!(first.contains("ready in notification-queue.dead"), "{first}");
    let died = visitor.text("#x-death").await;
    for part in ["queue", "reason", "count", "time", "notification-queue", "rejected", "From exchange platform-events, routing key order."]
    {
        assert!(died.contains(part), "{part}: {died}");
    }
    let story = visitor.text("#biography .story").await;
    assert!(story.contains("Dead-lettered") && !story.contains("analytics-service"), "{story}");
    // Each step along a line has its number there, too; everything else fades.
    let numbers = "const all = css => [...document.querySelectorAll(css)].map(e => e.textContent); \
        return [all('#biography .step-number'), all('.drawing .leg text').sort(), document.querySelectorAll('.fades .wire.lit').length];";
    let five = json!(["1", "2", "3", "4", "5"]);
    assert_eq!(answer(&visitor, numbers).await, json!([five, five, 5]));
    // It goes back to where it came from, alone; and it can be taken along as text.
    let dead = visitor.count("notification-queue.dead", "ready").await;
    visitor.act("#copy-json").await;
    visitor.act("#move-back").await;
    visitor.until("it goes back", async |visitor| visitor.count("notification-queue.dead", "ready").await == dead - 1).await;
    visitor.until("its story says so", async |visitor| visitor.text("#biography .copies").await.contains("in notification-queue")).await;
    // Another copy of the same event.
    let other = "const copies = [...document.querySelectorAll('.copies li')]; return 1 + copies.findIndex(e => e.textContent.includes('in analytics-queue'));";
    let other = answer(&visitor, other).await;
    visitor.act(&format!("#biography .copies li:nth-child({other}) .link")).await;
    visitor.until("it is told of", async |visitor| visitor.text("#biography .copies li").await.contains("analytics-queue")).await;
    assert!(visitor.is_absent("#x-death").await, "it never died");
    visitor.leave().await;
}

async fn what_stops_a_message(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.type_into("#composer-key", "order.shipped").await;
    let pills = "return [...document.querySelectorAll('#preview .no code')].map(e => e.className + ' ' + e.textContent);";
    visitor.until("word by word", async |visitor| answer(visitor, pills).await == json!(["met order", "unmet placed"])).await;
    visitor.act(&Visitor::node("inventory-queue")).await;
    visitor.wait_for("#whatif").await;
    let told = visitor.text("#whatif").await;
    assert!(told.contains("this queue gets no copy") && told.contains("shipped is not placed"), "{told}");
    assert_eq!(answer(&visitor, "return document.querySelector('#whatif .unmet').textContent;").await, "placed");
    visitor.act(&Visitor::node("notification-queue")).await;
    visitor.until("it gets one", async |visitor| visitor.text("#whatif").await.contains("order.shipped: this queue gets a copy.")).await;
    // While a binding's key is typed: what it takes, and what it does not.
    visitor.edit_key("inventory-queue").await;
    visitor.keys(&format!("{SELECT_ALL}user.*")).await;
    visitor
        .until("examples", async |visitor| {
            let told = visitor.text("#place .examples").await;
            told.contains("user.any") && told.contains("order.placed")
        })
        .await;
    visitor.keys("\u{E00C}").await;
    visitor.until("it is left", async |visitor| visitor.is_absent("#in-place").await).await;
    visitor.leave().await;
}

/// What each binding says of it, and where copies would go.
const PREVIEW: &str = "const all = (css, say) => [...document.querySelectorAll(css)].map(say).sort(); \
    return [all('.drawing .key.yes, .drawing .key.no', e => e.textContent.trim()), all('.ghost[data-ghost]', e => e.dataset.ghost)];";

async fn the_composed_message_is_on_the_canvas(way: Way) {
    let visitor = Visitor::working(way).await;
    assert_eq!(answer(&visitor, PREVIEW).await, json!([[], []]));
    visitor.type_into("#composer-key", "order.shipped").await;
    // It stays when the keyboard is elsewhere.
    visitor.focus(&Visitor::node("analytics-queue")).await;
    let told = json!([["× order.placed", "✓ #", "✓ order.*"], ["analytics-queue", "notification-queue"]]);
    visitor.until("it is seen", async |visitor| answer(visitor, PREVIEW).await == told).await;
    let words = "return [...document.querySelectorAll('.drawing .key.no tspan')].map(e => e.getAttribute('class') + ' ' + e.textContent);";
    assert_eq!(answer(&visitor, words).await, json!(["sign × ", "met order", "unmet placed"]));
    visitor.type_into("#composer-key", "user.created").await;
    visitor.until("it follows", async |visitor| answer(visitor, PREVIEW).await[1] == json!(["analytics-queue"])).await;
    visitor.act("#rail-publish").await;
    visitor.until("it goes with the composer", async |visitor| answer(visitor, PREVIEW).await == json!([[], []])).await;
    visitor.leave().await;
}

#[tokio::test]
async fn a_phone_shows_the_composed_message_on_the_canvas() {
    let visitor = Visitor::arrive(390, 844).await;
    visitor.type_into("#composer-key", "order.shipped").await;
    visitor
        .until("it is seen", async |visitor| answer(visitor, PREVIEW).await[1] == json!(["analytics-queue", "notification-queue"]))
        .await;
    let seen = "const stage = document.querySelector('#stage').getBoundingClientRect(); return [...document.querySelectorAll('.ghost, .key.yes, .key.no')] \
        .every(e => { const r = e.getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth && r.top >= stage.top && r.bottom <= stage.bottom; });";
    assert_eq!(answer(&visitor, seen).await, json!(true));
    visitor.leave().await;
}

#[tokio::test]
async fn a_phone_says_what_stops_a_message() {
    let visitor = Visitor::arrive(500, 844).await;
    visitor.type_into("#composer-key", "user.created").await;
    visitor.click(&Visitor::node("inventory-queue")).await;
    visitor.wait_for("#whatif").await;
    let holds = "const r = document.querySelector('#whatif').getBoundingClientRect(); return [r.left >= 0, r.right <= innerWidth];";
    assert_eq!(answer(&visitor, holds).await, json!([true, true]));
    assert!(visitor.text("#whatif").await.contains("user is not order"));
    visitor.leave().await;
}

/// On a phone all five tabs can be reached, and nothing sticks out.
#[tokio::test]
async fn a_phone_holds_the_tabs_of_a_queue() {
    let visitor = Visitor::arrive(500, 844).await;
    visitor.click(&Visitor::node("notification-queue")).await;
    for tab in ["arguments", "consumers", "bindings", "messages", "overview"] {
        visitor.click(&format!("#tab-{tab}")).await;
        visitor.until(tab, async |visitor| shown(visitor).await.as_str().is_some_and(|word| word.to_lowercase() == tab)).await;
        let holds = "const tab = document.querySelector('[role=tab][aria-selected=true]').getBoundingClientRect(); \
            return [tab.height >= 24, tab.right <= innerWidth, document.documentElement.scrollWidth <= innerWidth];";
        assert_eq!(answer(&visitor, holds).await, json!([true, true, true]), "{tab}");
    }
    visitor.leave().await;
}
