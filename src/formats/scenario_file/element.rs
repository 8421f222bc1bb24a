//! One element of a scenario in its file's form, for forms to edit, and parts on the clipboard.

use serde_json::Value as Json;

use super::super::document::{Mistakes, Node};
use super::super::pretty::Doc;
use super::{read, write};
use crate::base::limits::{self, beyond};
use crate::scenario::Scenario;
use crate::scenario::edit::{Element, Fragment, Settings, Slot};

#[must_use]
pub fn to_json(element: &Element) -> Json {
    let document = match element {
        Element::Settings(settings) => {
            let mut scenario = Scenario::empty("");
            settings.set_in(&mut scenario);
            write::scenario(&scenario)
        }
        Element::Exchange(exchange) => write::exchange(exchange),
        Element::Queue(queue) => write::queue(queue),
        Element::Binding(binding) => write::binding(binding),
        Element::Policy(policy) => write::policy(policy),
        Element::Client(client) => write::client(client),
        Element::Service(service) => write::service(service),
        Element::Link(link) => write::link(link),
        Element::Fault(fault) => fault.to_string().into(),
        Element::Expectation(expectation) | Element::Hint(expectation) => write::expectation(expectation),
    };
    document.into_json()
}

/// The element that belongs into this slot.
///
/// # Errors
/// The first thing that cannot be, in words.
pub fn from_json(slot: Slot, json: &Json) -> Result<Element, String> {
    let mistakes = Mistakes::default();
    let node = Node::root(json, &mistakes);
    let element = match slot {
        Slot::Settings => Some(Element::Settings(Settings::of(&read::embedded(&node)))),
        Slot::Exchange(_) => Some(Element::Exchange(read::exchange(&node))),
        Slot::Queue(_) => Some(Element::Queue(read::queue(&node))),
        Slot::Binding(_) => Some(Element::Binding(read::binding(&node))),
        Slot::Policy(_) => Some(Element::Policy(read::policy(&node))),
        Slot::Client(_) => Some(Element::Client(read::client(&node))),
        Slot::Service(_) => Some(Element::Service(read::service(&node))),
        Slot::Link(_) => Some(Element::Link(read::link(&node))),
        Slot::Fault(_) => node.parsed().map(Element::Fault),
        Slot::Expectation(_) => read::expectation(&node).map(Element::Expectation),
        Slot::Hint(_) => read::expectation(&node).map(Element::Hint),
    };
    match (mistakes.into_problems().into_iter().next(), element) {
        (None, Some(element)) => Ok(element),
        (Some(problem), _) => Err(problem.message),
        (None, None) => Err("It cannot be read.".to_owned()),
    }
}

/// Tells parts on the clipboard from other text.
const MARK: &str = "requeue_parts";

/// Parts as text for the clipboard.
#[must_use]
pub fn copied(parts: &Fragment) -> String {
    Doc::object()
        .with(MARK, 1)
        .with_list("exchanges", parts.exchanges.iter().map(write::exchange))
        .with_list("queues", parts.queues.iter().map(write::queue))
        .with_list("bindings", parts.bindings.iter().map(write::binding))
        .with_list("clients", parts.clients.iter().map(write::client))
        .with_list("services", parts.services.iter().map(write::service))
        .into_json()
        .to_string()
}

/// # Errors
/// When the text is no copy of parts.
pub fn pasted(text: &str) -> Result<Fragment, String> {
    let what = || "This is nothing that was copied in Requeue: select parts, and copy them first.".to_owned();
    if let Some(why) = beyond("bytes that are pasted", text.len(), limits::PASTED_BYTES) {
        return Err(format!("This cannot be pasted: {why}."));
    }
    let json: Json = serde_json::from_str(text).map_err(|_| what())?;
    if json.get(MARK).is_none() {
        return Err(what());
    }
    let mistakes = Mistakes::default();
    let fields = Node::root(&json, &mistakes).fields();
    let _ = fields.maybe(MARK);
    let fragment = Fragment {
        exchanges: fields.items("exchanges").iter().map(read::exchange).collect(),
        queues: fields.items("queues").iter().map(read::queue).collect(),
        bindings: fields.items("bindings").iter().map(read::binding).collect(),
        clients: fields.items("clients").iter().map(read::client).collect(),
        services: fields.items("services").iter().map(read::service).collect(),
    };
    fields.done();
    match mistakes.into_problems().first() {
        None => Ok(fragment),
        Some(problem) => Err(format!("These parts cannot be pasted: {problem}.")),
    }
}
