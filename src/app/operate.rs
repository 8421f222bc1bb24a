//! What an operator does to the running system: each is an input of the recording.

use super::effect::Effect;
use super::{App, Session};
use crate::base::SimTime;
use crate::broker::Name;
use crate::scenario::{Fault, FaultKind, Moment};
use crate::sim::{Input, InstanceId};

#[derive(Clone, Debug, PartialEq)]
pub enum OperateAction {
    Kill(InstanceId),
    Start(InstanceId),
    /// A fault begins now.
    Break(FaultKind),
    /// A fault ends now.
    Mend(FaultKind),
    /// A client sends so many requests at once.
    Request(Name, u32),
    /// Fetches so many messages, and requeues or acknowledges them.
    Get {
        queue: Name,
        count: u32,
        requeue: bool,
    },
    Purge(Name),
    /// Moves so many messages to another queue, from the head; none: to where each was first published.
    Move {
        queue: Name,
        count: u32,
        to: Option<Name>,
    },
}

pub(super) fn update(app: &mut App, action: OperateAction) -> Vec<Effect> {
    if let Some(session) = &mut app.session
        && let Some(input) = input(session, action)
    {
        session.inject(input);
        if !app.playing {
            session.land();
        }
    }
    Vec::new()
}

/// None: the instance is not there any more.
fn input(session: &Session, action: OperateAction) -> Option<Input> {
    let service = |id: InstanceId| session.world().services().get(id.service).map(|service| &service.spec.name);
    Some(match action {
        OperateAction::Kill(id) => Input::kill(service(id)?, id.instance),
        OperateAction::Start(id) => Input::start(service(id)?, id.instance),
        OperateAction::Break(kind) => Input::Fault(Fault { kind, when: Moment::At(SimTime::ZERO), lasts: None }),
        OperateAction::Mend(kind) => Input::Mend(kind),
        OperateAction::Request(client, count) => Input::Request { client, count },
        OperateAction::Get { queue, count, requeue } => Input::Get { queue, count, requeue },
        OperateAction::Purge(queue) => Input::Purge { queue },
        OperateAction::Move { queue, count, to } => Input::Move { queue, count, to },
    })
}
