//! What an edit would destroy, and what RabbitMQ offers instead. It stands at the foot of the queue's inspector.

use yew::{Html, html};

use super::texts::queue as texts;
use super::widgets::{Look, named, on};
use super::{Dispatch, icons};
use crate::app::costs::{Held, History, Way};
use crate::app::landing::Price;
use crate::app::{App, Session};

/// What was held back, and the ways on.
pub fn offer(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let Some(held) = session.document.held.as_ref().filter(|held| held.step.is_none()) else { return html! {} };
    let lost = held.queues().map(|queue| app.price_of(session, queue)).reduce(|sum, price| sum + price).unwrap_or_default();
    let leave = app.leave_by_policy(session, held);
    let button = |(index, way): (usize, Way)| {
        // What destroys is never the first thing to press.
        let destroys = match way {
            Way::Redeclare => true,
            Way::Policy => !leave.is_nothing(),
            Way::NewQueue | Way::Step | Way::Keep => false,
        };
        let look = if index == 0 && !destroys { Look::Primary } else { Look::Small };
        let (id, word) = match way {
            Way::Policy => ("by-policy", texts::set_by_policy(leave)),
            Way::NewQueue => ("new-queue", held.new_queue().map(|name| texts::create(name)).unwrap_or_default()),
            Way::Redeclare => ("redeclare", texts::delete_and_declare(lost)),
            Way::Step => return html! {},
            Way::Keep => ("keep", texts::KEEP_IT.to_owned()),
        };
        named(look, id, word, "", on(dispatch, crate::app::EditAction::Decide(way)))
    };
    html! {
        <div class="costs" id="costs" role="alert">
            { icons::warning() }
            <div>
                <p><b>{ texts::A_QUEUE_KEEPS }</b>{ " " }{ texts::rabbitmq_deletes(&held.queue, app.price_of(session, &held.queue)) }{ " " }{ alternative(held, leave) }</p>
                for queue in &held.others { <p>{ texts::would_go(queue, app.price_of(session, queue)) }</p> }
                <div class="buttons">{ for held.ways().enumerate().map(button) }</div>
            </div>
        </div>
    }
}

/// What costs less than to delete.
fn alternative(held: &Held, leave: Price) -> String {
    match held.ways().next() {
        Some(Way::Policy) => texts::a_policy_sets_the_same(leave),
        Some(Way::NewQueue) => texts::A_NEW_QUEUE_TAKES_OVER.to_owned(),
        Some(Way::Redeclare | Way::Step | Way::Keep) | None => String::new(),
    }
}

/// What a step of the history would destroy: beneath its button.
pub fn of_history(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let Some((held, step)) = session.document.held.as_ref().and_then(|held| Some((held, held.step.as_ref()?))) else { return html! {} };
    let undoes = step.way == History::Undo;
    let lost = held.queues().map(|queue| app.price_of(session, queue)).reduce(|sum, price| sum + price).unwrap_or_default();
    let decide = |way: Way| on(dispatch, crate::app::EditAction::Decide(way));
    html! {
        <section class="asks" id="history-asks" role="alertdialog" aria-labelledby="history-title" aria-describedby="history-says">
            <h2 id="history-title" tabindex="-1">{ texts::take_step(undoes, &step.says) }</h2>
            <div id="history-says">
                if step.again { <p><b>{ texts::waits(undoes) }</b></p> }
                for queue in held.queues() { <p>{ texts::would_go(queue, app.price_of(session, queue)) }</p> }
            </div>
            <div class="buttons">
                { named(Look::Small, "step-anyway", texts::step(undoes, lost), "", decide(Way::Step)) }
                { named(Look::Small, "keep", texts::KEEP_IT.to_owned(), "", decide(Way::Keep)) }
            </div>
        </section>
    }
}
