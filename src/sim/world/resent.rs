//! Publishes that are lost on their way, while their program still has the event. It waits for a confirm, and sends the event again.

use super::World;
use crate::broker::Name;

/// How many events are remembered.
const REMEMBERED: usize = 10_000;

/// What is known of an event on its way to the broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OnTheWay {
    #[default]
    Unknown,
    Lost(&'static str),
    /// Its program has it elsewhere: in a delivery that it gave back.
    Kept,
}

impl World {
    /// The broker will not read this publish.
    pub(super) fn is_lost_on_the_way(&mut self, event: Option<&Name>, reason: &'static str) {
        *self.ledger.messages.lost.get_or_default(reason) += 1;
        if let Some(event) = event {
            self.notes_loss(event, reason);
        }
    }

    /// It is counted as lost already.
    pub(super) fn notes_loss(&mut self, event: &Name, reason: &'static str) {
        let state = self.on_the_way.value(event, REMEMBERED);
        if *state == OnTheWay::Kept {
            // It is counted now, and not again when the event is published again.
            *state = OnTheWay::Unknown;
            self.ledger.messages.is_sent_again(reason);
        } else {
            *state = OnTheWay::Lost(reason);
        }
    }

    /// Its program sends an event again: what was sent before is not lost.
    pub(super) fn is_sent_again(&mut self, event: &Name) {
        if self.on_the_way.contains(event)
            && let OnTheWay::Lost(reason) = std::mem::take(self.on_the_way.value(event, REMEMBERED))
        {
            self.ledger.messages.is_sent_again(reason);
        }
    }

    /// Its program gives the delivery back that it published this event for. The publish may arrive later than that.
    pub(super) fn is_kept(&mut self, event: &Name) {
        self.is_sent_again(event);
        *self.on_the_way.value(event, REMEMBERED) = OnTheWay::Kept;
    }
}
