//! A service as a recipe: each handler first, one line a step. A click on a step opens its fields in place.

use web_sys::{Element, PointerEvent};
use yew::{Callback, Html, KeyboardEvent, TargetCast as _, classes, html};

use super::texts::recipe as texts;
use super::widgets::{in_row, on};
use super::{Dispatch, browser, form, icons};
use crate::app::form::{About, Change, Row, Spot, rows};
use crate::app::keys::{StepKey, on_step};
use crate::app::recipe::{self, RecipeAction};
use crate::app::{Action, App, EditAction, SelectAction, Session};
use crate::scenario::Handler;
use crate::scenario::edit::Part;

/// The handlers of a service, and behind them its own fields.
pub fn view(session: &Session, app: &App, part: &Part, between: Html, dispatch: &Dispatch) -> Html {
    let all = rows(session.scenario(), &About::Part(part.clone()));
    let service = session.scenario().services.iter().find(|service| service.name == *part.name());
    let mut handlers = service.map(|service| service.handlers.iter()).into_iter().flatten();
    let (mut recipes, mut adds, mut fields) = (Vec::new(), Vec::new(), Vec::new());
    for row in all {
        match row {
            // Handlers are recipes. What a service declares is a list like any other.
            Row::Item { ref at, .. } | Row::Add { ref at, .. } if !at.is_in("handlers") => fields.push(row),
            Row::Item { at, rows, .. } => {
                if let Some(handler) = handlers.next() {
                    recipes.push(one(&Here { session, app, dispatch, handler, at }, rows));
                }
            }
            Row::Add { .. } => adds.push(row),
            Row::Field(_) | Row::Advanced { .. } => fields.push(row),
        }
    }
    html! {
        <>
            { recipes }
            if !app.options.read_only { { form::rows(session, app, &adds, dispatch) } }
            { between }
            { form::within(session, app, &fields, dispatch) }
        </>
    }
}

/// What a step that moved brings about.
pub fn warning(session: &Session) -> Html {
    let Some((_, text)) = &session.recipe.warning else { return html! {} };
    html! { <p class="costs risk" role="alert">{ icons::warning() }<span>{ text }</span></p> }
}

struct Here<'a> {
    session: &'a Session,
    app: &'a App,
    dispatch: &'a Dispatch,
    handler: &'a Handler,
    at: Spot,
}

fn one(here: &Here, all: Vec<Row>) -> Html {
    let Here { session, app, dispatch, handler, at } = here;
    let (mut before, mut steps, mut after, mut choices) = (Vec::new(), Vec::new(), Vec::new(), None);
    for row in all {
        match row {
            Row::Item { at, rows, index, .. } => steps.push((at, rows, index)),
            Row::Add { label, choices: of, .. } => choices = Some((label, of)),
            // What stands behind the steps comes behind them.
            Row::Field(_) if choices.is_none() => before.push(row),
            Row::Field(_) | Row::Advanced { .. } => after.push(row),
        }
    }
    let (when, what, then) = recipe::beginning(&handler.trigger);
    let editable = !app.options.read_only;
    let list = at.field("steps");
    let adds_at = session.recipe.adds_at.as_ref().filter(|spot| spot.beside(0) == list.item(0));
    let adds_at = adds_at.and_then(Spot::step).map_or(steps.len(), |(_, _, index)| index.min(steps.len()));
    let adds = |index: usize| {
        let Some((label, choices)) = choices.as_ref().filter(|_| editable && index == adds_at) else { return html! {} };
        html! { <li key="adds">{ form::add(&list.item(index), label, choices, Change::Insert, dispatch) }</li> }
    };
    let path = at.to_string();
    let title = format!("{when} {what} {then}");
    html! {
        <div role="group" class="recipe" key={path.clone()} data-item={path.clone()} data-row="" aria-label={title.clone()}>
            <details class="when">
                <summary>{ when }{ " " }if !what.is_empty() { <code>{ what }</code> }{ " " }{ then }</summary>
                { form::within(session, app, &before, dispatch) }
            </details>
            if editable {
                { in_row(&texts::remove(&title), texts::REMOVE, icons::close(), on(dispatch, EditAction::ChangeList(at.clone(), Change::Remove))) }
            }
            <ol>
                { adds(0) }
                for (spot, rows, index) in steps.iter() {
                    { step(here, spot, rows, (*index, steps.len())) }
                    { adds(index + 1) }
                }
            </ol>
            { form::within(session, app, &after, dispatch) }
        </div>
    }
}

/// The place that the pointer is over, among the steps of a list.
fn place_under(event: &PointerEvent) -> Option<usize> {
    let step = event.target_dyn_into::<Element>()?.closest("li").ok()??;
    let steps = step.parent_element()?.children();
    let y = f64::from(event.client_y());
    let others =
        (0..steps.length()).filter_map(|place| steps.item(place)).filter(|other| other.has_attribute("data-item") && *other != step);
    Some(
        others
            .filter(|other| {
                let rect = other.get_bounding_client_rect();
                rect.top() + rect.height() / 2.0 < y
            })
            .count(),
    )
}

fn step(here: &Here, at: &Spot, fields: &[Row], (index, of): (usize, usize)) -> Html {
    let Here { session, app, dispatch, handler, .. } = here;
    let Some(spec) = handler.steps.get(index) else { return html! {} };
    let path = at.to_string();
    let line = recipe::line(spec);
    let title = format!("{} {}", line.does, line.what);
    let is_open = session.recipe.open.as_ref() == Some(at);
    let editable = !app.options.read_only;
    let look = |action: RecipeAction| Action::from(SelectAction::Recipe(action));
    let onkeydown = {
        let (at, dispatch) = (at.clone(), (*dispatch).clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(key) = on_step(&event.key(), event.alt_key(), (index, of)).filter(|_| editable) else { return };
            event.prevent_default();
            event.stop_propagation();
            let (goes_to, change) = match key {
                StepKey::Stay => return,
                // The keyboard goes with the step.
                StepKey::Move(to) => (Some(to), Change::Move(to)),
                StepKey::Remove(next) => (next, Change::Remove),
            };
            // Behind it the others keep their elements: the next one has the place of the one that goes.
            if let Some(place) = goes_to {
                browser::focus(&line_id(&at.beside(place)));
            }
            dispatch.emit(EditAction::ChangeList(at.clone(), change).into());
        })
    };
    let carried = session
        .recipe
        .carried
        .as_ref()
        .filter(|(spot, _)| spot.beside(0) == at.beside(0))
        .and_then(|(spot, to)| Some((spot.step()?.2, *to)));
    let class = classes!(
        "recipe-step",
        carried.and_then(|(from, to)| {
            if from == index {
                Some("carried")
            } else if to == index && to < from {
                Some("above")
            } else if to == index {
                Some("below")
            } else {
                None
            }
        })
    );
    html! {
        <li {class} key={path.clone()} data-item={path.clone()} data-row="">
            if editable { { handle(here, at, carried) } }
            <button
                type="button"
                class="does"
                id={line_id(at)}
                aria-expanded={is_open.to_string()}
                aria-keyshortcuts={editable.then_some("Alt+ArrowUp Alt+ArrowDown Delete")}
                title={editable.then_some(texts::MOVES)}
                onclick={on(dispatch, look(RecipeAction::Toggle(at.clone())))}
                {onkeydown}
            >
                <span>{ line.does }if !line.what.is_empty() { { " " }<code>{ &line.what }</code> }</span>
                if !line.more.is_empty() { <span class="soft">{ &line.more }</span> }
            </button>
            if editable {
                <span class="at-hand">
                    { in_row(&texts::add_after(&title), texts::ADD_AFTER, icons::plus(), on(dispatch, look(RecipeAction::AddAt(at.beside(index + 1))))) }
                    { in_row(&texts::remove(&title), texts::REMOVE, icons::close(), on(dispatch, EditAction::ChangeList(at.clone(), Change::Remove))) }
                </span>
            }
            if is_open { <fieldset class="plain" disabled={!editable} aria-label={title}>{ form::rows(session, app, fields, dispatch) }</fieldset> }
        </li>
    }
}

fn line_id(at: &Spot) -> String {
    format!("{at}-line")
}

/// What the pointer holds a step by.
fn handle(here: &Here, at: &Spot, carried: Option<(usize, usize)>) -> Html {
    let (at, dispatch) = (at.clone(), here.dispatch.clone());
    let held = Callback::from(move |event: PointerEvent| {
        let carry = |action: RecipeAction| dispatch.emit(SelectAction::Recipe(action).into());
        match (&*event.type_(), carried) {
            ("pointerdown", _) => {
                if let Some(handle) = event.target_dyn_into::<Element>() {
                    let _ = handle.set_pointer_capture(event.pointer_id());
                }
            }
            ("pointermove", _) => {
                let over = place_under(&event).filter(|_| event.buttons() & 1 == 1);
                if let Some(to) = over.filter(|to| carried.is_none_or(|(_, now)| now != *to)) {
                    carry(RecipeAction::Carry(at.clone(), to));
                }
            }
            ("pointerup", Some((from, to))) if from != to => dispatch.emit(EditAction::ChangeList(at.clone(), Change::Move(to)).into()),
            _ => carry(RecipeAction::PutBack),
        }
    });
    html! {
        <span class="handle" aria-hidden="true" title={texts::DRAG}
            onpointerdown={&held} onpointermove={&held} onpointerup={&held} onpointercancel={held}>{ icons::holds() }</span>
    }
}
