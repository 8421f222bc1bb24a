//! axe, in every state.

use std::collections::BTreeSet;
use std::path::Path;

use fantoccini::Locator;
use serde_json::json;

use super::visitor::*;

/// A theme changes colours alone: the other rules need to see a state only once.
const RULES_OF_COLOUR: [&str; 2] = ["color-contrast", "link-in-text-block"];

/// Whatever axe finds in the page as it is now, by these rules or by all.
async fn violations(visitor: &Visitor, rules: &[&str]) -> Vec<String> {
    let folder = std::env::var("REQUEUE_AXE").expect("REQUEUE_AXE is the folder of axe-core");
    if visitor.browser.execute("return !window.axe;", vec![]).await.expect("the page answers") == json!(true) {
        let library = std::fs::read_to_string(Path::new(&folder).join("axe.min.js")).expect("axe is there");
        visitor.browser.execute(&format!("{library}; window.axe = axe;"), vec![]).await.expect("axe loads");
    }
    // Targets of 24 px are the one rule of WCAG 2.2 AA that axe leaves out unless asked.
    // A card that is small on the screen leaves words out, and a long name its middle: what is read of it has them all. axe cannot tell
    // that from a name that says something else, so here the drawn name is compared, before and after its "…".
    let run = "const done = arguments[arguments.length - 1]; \
        const isShort = (one, node) => { \
            const card = one.id === 'label-content-name-mismatch' && document.querySelector(node.target[0])?.closest('.node'); \
            const label = card && card.getAttribute('aria-label'); \
            return card && card.querySelector('.name').textContent.trim().split('…').every(part => label.includes(part)); }; \
        const told = one => one.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' + (node.any[0] ?? node.all[0] ?? node.none[0])?.message).join('; '); \
        const only = arguments[0].length > 0 ? { runOnly: arguments[0] } : { rules: { 'target-size': { enabled: true } } }; \
        axe.run(document, { resultTypes: ['violations'], ...only }).then(found => { \
            for (const one of found.violations) one.nodes = one.nodes.filter(node => !isShort(one, node)); \
            done(found.violations.filter(one => one.nodes.length > 0).map(one => one.id + ': ' + told(one))); \
        }, error => done(['axe: ' + error]));";
    let found = visitor.browser.execute_async(run, vec![json!(rules)]).await.expect("axe runs");
    found.as_array().into_iter().flatten().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
}

/// Every state a visitor may see, in light and dark, wide and narrow.
#[tokio::test]
async fn axe_finds_nothing_in_any_state() {
    let visitor = Visitor::arrive(1440, 900).await;
    let mut states = BTreeSet::new();
    let mut bad = Vec::new();
    for theme in ["light", "dark"] {
        // What was solved in the other theme is to be solved again.
        let forget = "for (const what of ['progress', 'works', 'place', 'unread', 'draft', 'drafts', 'at-work']) localStorage.removeItem('requeue.2.' + what);";
        visitor.browser.execute(forget, vec![]).await.expect("it is forgotten");
        visitor.open("").await;
        for _ in 0..3 {
            if visitor.text("html").await.is_empty() || !visitor.is_absent(&format!("[data-theme='{theme}']")).await {
                break;
            }
            visitor.click("#theme").await;
        }
        // A press beside a menu closes it.
        visitor.browser.execute("document.querySelector('#menu:popover-open')?.hidePopover();", vec![]).await.expect("it closes");
        visitor.wait_for(&format!("[data-theme='{theme}']")).await;
        let mut look = async |name: &str| {
            visitor.settled().await;
            states.insert(name.to_owned());
            let rules: &[&str] = if theme == "dark" { &RULES_OF_COLOUR } else { &[] };
            bad.extend(violations(&visitor, rules).await.into_iter().map(|line| format!("{theme}, {name}: {line}")));
        };
        look("the first system").await;
        visitor.choose_speed(20_000).await;
        visitor.click("#play").await;
        visitor.until("one is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
        look("running, with an alert").await;
        visitor.click("#play").await;
        visitor.click(&Visitor::node("notification-service")).await;
        look("a service with its steps").await;
        visitor.click("[data-item$='.steps[0]'] > .does").await;
        visitor.click("[data-item$='.steps[0]'] .advanced > summary").await;
        look("the fields of a step").await;
        visitor.click("[data-queue='notification-queue.dead'] button").await;
        visitor.wait_for("#inspector .messages .link").await;
        visitor.click("#inspector .messages .link").await;
        visitor.wait_for("#biography .story").await;
        look("a queue and a story").await;
        visitor.click(&Visitor::node("notification-queue")).await;
        for tab in ["bindings", "consumers", "arguments"] {
            visitor.click(&format!("#tab-{tab}")).await;
            visitor.wait_for(&format!("#tab-{tab}[aria-selected='true']")).await;
            look(&format!("a queue's {tab}")).await;
        }
        for line in [
            ("platform-events", "notification-queue"),
            ("notification-queue", "platform-events.dlx"),
            ("analytics-queue", "analytics-service"),
        ] {
            // Not by a click: while it runs, a message may be nearer to the pointer.
            visitor.focus(&Visitor::line(line.0, line.1)).await;
            visitor.keys("\u{E007}").await;
            visitor.wait_for("#line-title").await;
            look(&format!("the line from {} to {}", line.0, line.1)).await;
        }
        visitor.click(&Visitor::node("notification-queue")).await;
        visitor.click("#tab-arguments").await;
        visitor.fill("[id='broker.queues[1].arguments.x-max-length']", "200").await;
        visitor.wait_for("#costs").await;
        look("what an edit would destroy").await;
        visitor.click("#keep").await;
        visitor.until("it is as it was", async |visitor| visitor.is_absent("#costs").await).await;
        visitor.choose_speed(1_000).await;
        visitor.click("#play").await;
        visitor.click("[data-power='notification-service']").await;
        visitor.wait_for("#slowed").await;
        visitor.click("#play").await;
        look("time slowed for a death").await;
        visitor.click("[data-power='notification-service']").await;
        visitor.click("#send").await;
        visitor.wait_for("#sent").await;
        look("a message that was sent").await;
        visitor.scrub(20_000).await;
        visitor.wait_for("#branches").await;
        look("the past").await;
        visitor.click("[data-power='analytics-service']").await;
        // What it held when time stood there may slow time, and then that is the newest notice.
        visitor.until("it is another run", async |visitor| visitor.text("#branches").await.contains("You changed the past")).await;
        visitor.settled().await;
        if !visitor.is_absent("#slowed").await {
            visitor.click("#slowed .icon-button").await;
        }
        visitor.click("#compare").await;
        visitor.wait_for("#comparison").await;
        look("two runs compared").await;
        visitor.click("#shelf-ledger").await;
        visitor.wait_for("#ledger").await;
        look("the ledger").await;
        visitor.click("#shelf-ledger").await;
        visitor.click(&Visitor::node("platform-events")).await;
        visitor.wait_for("#exchange-rates").await;
        look("an exchange").await;
        visitor.click(&Visitor::node("customers")).await;
        visitor.until("the client", async |visitor| visitor.text("#part-title").await == "HTTP client").await;
        look("an HTTP client").await;
        visitor.click("#rail-build").await;
        visitor.wait_for("[data-part='Service']").await;
        look("parts to build with").await;
        visitor.click("#rail-build").await;
        visitor.click("[data-chart='Latency']").await;
        visitor.click("#faults > summary").await;
        visitor.click("#composer-more > summary").await;
        look("percentiles, faults, properties").await;
        visitor.click("#table").await;
        look("tables").await;
        visitor.click("#table").await;
        // What was changed is kept, and a new visit is offered it.
        visitor.open("").await;
        visitor.wait_for("#draft-open").await;
        look("a draft is offered").await;
        visitor.open("#scenario=broker-restart.json").await;
        visitor.wait_for("#rail-system .count-found").await;
        visitor.click("#rail-system").await;
        visitor.wait_for("#system #findings .fix").await;
        look("what is probably a mistake").await;
        visitor.open("#scenario=event-log.json&t=40000").await;
        visitor.wait_for(&Visitor::node("order-log")).await;
        visitor.click(&Visitor::node("order-log")).await;
        visitor.wait_for("#readers").await;
        look("a stream").await;
        visitor.open("").await;
        visitor.wait_for(".node").await;
        visitor.click("#lessons").await;
        visitor.wait_for(".course").await;
        look("lessons").await;
        visitor.click("[data-lesson='what-is-a-broker.md']").await;
        visitor.wait_for("#lesson").await;
        look("a lesson").await;
        visitor.click("[data-step='shipped']").await;
        visitor.click("#check").await;
        visitor.wait_for("#verdict").await;
        look("a prediction").await;
        visitor.click("[data-step='by-hand']").await;
        visitor.click("#prove").await;
        visitor.wait_for("#verdict").await;
        visitor.click("#hand-in > summary").await;
        look("a goal that is not reached").await;
        visitor.click("[data-failure='0']").await;
        visitor.until("it stands where the goal is missed", async |visitor| !visitor.is_absent("#play[aria-label^='Play']").await).await;
        look("a story that is shown").await;
        visitor.open("#lesson=why-events.md").await;
        visitor.wait_for("#lesson").await;
        visitor.click("[data-step='announce']").await;
        visitor.click("#solution").await;
        visitor.wait_for("#edit").await;
        look("a change of a solution").await;
        visitor.open("#lesson=topic-or-fanout.md").await;
        visitor.until("the other lesson", async |visitor| visitor.text("#lesson-title").await.starts_with("Why a topic")).await;
        visitor.click("[data-step='why']").await;
        visitor.wait_for("#explanation").await;
        visitor.type_into("#explanation", "Each consumer binds what it wants.").await;
        visitor.click("#compare-model").await;
        visitor.wait_for("#ending").await;
        look("the end of a lesson").await;
        visitor.click("[aria-label='Close the lesson']").await;
        visitor.command_dialog("Make the canvas a lesson").await;
        look("a lesson being written").await;
        visitor.click("dialog [aria-label='Close']").await;
        visitor.until("the dialog is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
        for (button, name) in [("#scenarios", "scenarios"), ("#share", "sharing"), ("#commands", "commands"), ("#glossary", "glossary")] {
            visitor.click(button).await;
            visitor.wait_for("dialog[open]").await;
            if name == "scenarios" {
                visitor.wait_for(".gallery").await;
            }
            look(name).await;
            visitor.click("dialog [aria-label='Close']").await;
            visitor.until("the dialog is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
        }
        visitor.browser.find(Locator::Css("body")).await.expect("a page").send_keys("?").await.expect("keys");
        visitor.wait_for("dialog[open] .keys-list").await;
        look("shortcuts").await;
        visitor.click("#help-glossary").await;
        visitor.wait_for("dialog[open] .terms").await;
        look("help, glossary").await;
        visitor.click("dialog [aria-label='Close']").await;
        for (event, name) in [("contextmenu", "menu of the canvas"), ("dblclick", "parts to add")] {
            visitor.at_empty_canvas(event).await;
            look(name).await;
            visitor.click("dialog [aria-label='Close']").await;
            visitor.until("the menu is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
        }
        visitor.open_file("broken.json", "{").await;
        visitor.wait_for("#unreadable").await;
        look("a file that cannot be opened").await;
        visitor.click("#unreadable button").await;
        visitor.browser.set_window_size(500, 844).await.expect("another size");
        look("narrow").await;
        visitor.click("#table").await;
        look("narrow, tables").await;
        visitor.click("#table").await;
        visitor.open("#lesson=topic.md").await;
        visitor.wait_for("#lesson").await;
        look("narrow, a lesson").await;
        visitor.browser.set_window_size(820, 1180).await.expect("another size");
        look("a tablet, a lesson").await;
        visitor.browser.set_window_size(1440, 900).await.expect("another size");
        visitor.open("#lesson=direct.md&embed").await;
        visitor.wait_for("#lesson").await;
        look("embedded").await;
        visitor.open("#scenario=topic.json&read-only").await;
        visitor.wait_for(".node").await;
        visitor.click(".node").await;
        look("read only").await;
    }
    visitor.leave().await;
    bad.extend(before_anything_is_known(&mut states).await);
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(states.len() >= 45, "{}: {states:?}", states.len());
}

/// The frame that says why Requeue cannot come, the card of a first visit, and the tour.
async fn before_anything_is_known(states: &mut BTreeSet<String>) -> Vec<String> {
    let mut bad = Vec::new();
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    let mut look = async |name: &str| {
        visitor.settled().await;
        states.insert(name.to_owned());
        bad.extend(violations(&visitor, &[]).await.into_iter().map(|line| format!("{name}: {line}")));
    };
    visitor.open("").await;
    visitor.wait_for("#welcome").await;
    look("first visit").await;
    visitor.click("#just-play").await;
    visitor.wait_for("#try-this").await;
    look("the tour").await;
    visitor.browser.goto(&format!("{}without-wasm/", visitor.site.address)).await.expect("the site answers");
    visitor.until("the frame says so", async |visitor| visitor.text("#loading-title").await.contains("could not")).await;
    look("Requeue cannot come").await;
    // What is missing is an error on the console, too.
    visitor.browser.close().await.expect("the browser closes");
    bad
}
