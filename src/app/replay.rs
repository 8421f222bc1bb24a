//! A reader of a stream reads again: its program is given another offset, and connects with it.

use super::EditAction;
use crate::scenario::edit::{Edit, Element};
use crate::scenario::{Name, Offset, Scenario, Trigger};

/// The edit after which a service reads the stream from this offset on; none: it reads no such stream.
#[must_use]
pub fn from(scenario: &Scenario, service: &Name, stream: &Name, offset: u64) -> Option<EditAction> {
    let (index, known) = scenario.service(service)?;
    let mut service = known.clone();
    let mut triggers = service.handlers.iter_mut().map(|handler| &mut handler.trigger);
    let subscription = triggers.find_map(|trigger| match trigger {
        Trigger::Queue(subscription) if subscription.queue == *stream => Some(subscription),
        _ => None,
    })?;
    subscription.offset = Some(if offset == 0 { Offset::First } else { Offset::Number(offset) });
    Some(EditAction::Apply(Edit::Put { index, element: Box::new(Element::Service(service)) }))
}

/// The offset that is typed; without a number the oldest message's.
#[must_use]
pub fn typed(text: &str, oldest: u64) -> u64 {
    text.trim().parse().unwrap_or(oldest)
}
