//! What an edit would destroy, and what RabbitMQ offers instead: beside the field that was changed, or at the top of its queue.

use yew::{Html, html};

use super::texts::queue as texts;
use super::widgets::{Look, named, on};
use super::{Dispatch, icons};
use crate::app::costs::{Held, History, Way};
use crate::app::form::Spot;
use crate::app::{App, Session};

/// What was held at this field; none: what was no field's.
pub fn offer(session: &Session, app: &App, at: Option<&Spot>, dispatch: &Dispatch) -> Html {
    let Some(held) = session.document.held.as_ref().filter(|held| held.at.as_ref() == at) else { return html! {} };
    let lost = app.price_of(session, &held.queue);
    let all_lost = held.others.iter().fold(lost, |sum, queue| sum + app.price_of(session, queue));
    let button = |(index, way): (usize, Way)| {
        // What destroys is never the first thing to press.
        let destroys = match way {
            Way::Redeclare | Way::Step => true,
            Way::Policy => held.leave_by_policy > 0,
            Way::NewQueue | Way::Keep => false,
        };
        let look = if index == 0 && !destroys { Look::Primary } else { Look::Small };
        let (id, word) = match way {
            Way::Policy => ("by-policy", texts::set_by_policy(held.leave_by_policy)),
            Way::NewQueue => ("new-queue", held.new_queue().map(|name| texts::create(name)).unwrap_or_default()),
            Way::Redeclare => ("redeclare", texts::delete_and_declare(lost)),
            Way::Step => ("step-anyway", texts::step(held.step == Some(History::Undo), all_lost)),
            Way::Keep => ("keep", texts::KEEP_IT.to_owned()),
        };
        named(look, id, word, "", on(dispatch, crate::app::EditAction::Decide(way)))
    };
    html! {
        <div class="costs" id="costs" role="alert">
            { icons::warning() }
            <div>
                if held.step.is_some() {
                    for queue in std::iter::once(&held.queue).chain(&held.others) {
                        <p>{ texts::would_go(queue, app.price_of(session, queue)) }</p>
                    }
                } else {
                    <p><b>{ texts::A_QUEUE_KEEPS }</b>{ " " }{ texts::rabbitmq_deletes(&held.queue, lost) }{ " " }{ alternative(held) }</p>
                }
                <div class="buttons">{ for held.ways().enumerate().map(button) }</div>
            </div>
        </div>
    }
}

/// What costs less than to delete.
fn alternative(held: &Held) -> String {
    match held.ways().next() {
        Some(Way::Policy) => texts::a_policy_sets_the_same(held.leave_by_policy),
        Some(Way::NewQueue) => texts::A_NEW_QUEUE_TAKES_OVER.to_owned(),
        Some(Way::Redeclare | Way::Step | Way::Keep) | None => String::new(),
    }
}
