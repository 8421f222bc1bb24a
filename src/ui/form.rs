//! Forms, made of rows. Each field has its error beside it and its meaning behind a question mark.

use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::{Event, Html, InputEvent, TargetCast, html};

use super::texts::form as texts;
use super::widgets::{help, on, option, tiny_button};
use super::{Dispatch, icons, whatif};
use crate::app::form::{self, About, Change, Field, Kind, Row, Spot, Stated};
use crate::app::{Action, App, EditAction, Session};
use crate::scenario::Json;

pub fn rows(session: &Session, app: &App, rows: &[Row], dispatch: &Dispatch) -> Html {
    html! {
        <div class="fields">
            for row in rows.iter() {
                { match row {
                    Row::Field(one) => field(session, one, dispatch),
                    Row::Item { at, title, rows: fields, index, of } => item(session, app, at, title, fields, (*index, *of), dispatch),
                    Row::Advanced { rows: fields, stated } => advanced(session, app, fields, stated, dispatch),
                    Row::Add { at, label, choices } => add(at, label, choices, Change::Add, dispatch),
                } }
            }
        </div>
    }
}

/// The form of a part, or of what belongs to it.
pub fn about(session: &Session, app: &App, about: &About, dispatch: &Dispatch) -> Html {
    within(session, app, &form::rows(session.scenario(), about), dispatch)
}

/// Rows that a read-only page shows, and does not let change.
pub fn within(session: &Session, app: &App, fields: &[Row], dispatch: &Dispatch) -> Html {
    if fields.is_empty() {
        return html! {};
    }
    let fields = rows(session, app, fields, dispatch);
    html! { <fieldset class="plain" disabled={app.options.read_only} aria-label={texts::FIELDS}>{ fields }</fieldset> }
}

/// What is rarely changed: closed, it says what holds.
fn advanced(session: &Session, app: &App, fields: &[Row], stated: &[Stated], dispatch: &Dispatch) -> Html {
    let value = |one: &Stated| {
        let value = if one.is_default { texts::or_default(&one.value) } else { one.value.clone() };
        html! { <><span>{ one.label }</span><span class={(!one.is_default).then_some("set")}>{ value }</span></> }
    };
    html! {
        <details class="advanced">
            <summary><b>{ texts::ADVANCED }</b><span class="stated">{ for stated.iter().map(value) }</span></summary>
            { rows(session, app, fields, dispatch) }
        </details>
    }
}

/// What may be added at a place.
pub fn add(at: &Spot, label: &'static str, choices: &[(&'static str, Json)], how: fn(Json) -> Change, dispatch: &Dispatch) -> Html {
    let added = |item: &Json| on(dispatch, EditAction::ChangeList(at.clone(), how(item.clone())));
    html! {
        <div class="adds" role="group" aria-label={label}>
            <span class="soft">{ label }</span>
            for (name, item) in choices.iter() {
                <button type="button" class="line small" data-add={format!("{at} {name}")} onclick={added(item)}>{ *name }</button>
            }
        </div>
    }
}

fn field(session: &Session, field: &Field, dispatch: &Dispatch) -> Html {
    let Field { at, label, own, help: meaning, kind, text, usual, idle } = field;
    let path = at.to_string();
    let typing = session.document.typing.as_ref().filter(|typing| typing.at == *at);
    let why = typing.and_then(|typing| typing.why.clone());
    let shown = typing.map_or_else(|| text.clone(), |typing| typing.text.clone());
    let set = {
        let (at, kind) = (at.clone(), kind.clone());
        move |text: String| Action::Edit(EditAction::SetField(at.clone(), kind.clone(), text))
    };
    let typed = {
        let (at, kind) = (at.clone(), kind.clone());
        move |text: String| Action::Edit(EditAction::TypeField(at.clone(), kind.clone(), text))
    };
    let invalid = why.is_some().then_some("true");
    let described = why.is_some().then(|| format!("{path}-why"));
    let id = path.clone();
    let control = match kind {
        Kind::Flag(_) => {
            let onchange =
                dispatch.reform(move |event: Event| set(event.target_unchecked_into::<HtmlInputElement>().checked().to_string()));
            let checked = shown == "true";
            html! { <input type="checkbox" {id} {checked} {onchange} aria-invalid={invalid} aria-describedby={described} /> }
        }
        Kind::Choice(options) => {
            let onchange = dispatch.reform(move |event: Event| set(event.target_unchecked_into::<HtmlSelectElement>().value()));
            html! {
                <select {id} {onchange} aria-invalid={invalid} aria-describedby={described}>
                    for (value, words) in options.iter() { { option(value, words, *value == shown) } }
                </select>
            }
        }
        Kind::Json => {
            let onchange = dispatch.reform(move |event: Event| set(event.target_unchecked_into::<HtmlTextAreaElement>().value()));
            let oninput = dispatch.reform(move |event: InputEvent| typed(event.target_unchecked_into::<HtmlTextAreaElement>().value()));
            html! {
                <textarea
                    class="mono"
                    rows="2"
                    {id}
                    value={shown}
                    {onchange}
                    {oninput}
                    aria-invalid={invalid}
                    aria-describedby={described}
                    spellcheck="false"
                />
            }
        }
        Kind::Text | Kind::Whole | Kind::Number => {
            let onchange = dispatch.reform(move |event: Event| set(event.target_unchecked_into::<HtmlInputElement>().value()));
            let oninput = dispatch.reform(move |event: InputEvent| typed(event.target_unchecked_into::<HtmlInputElement>().value()));
            html! {
                <input
                    {id}
                    value={shown}
                    {onchange}
                    {oninput}
                    aria-invalid={invalid}
                    aria-describedby={described}
                    placeholder={if usual.is_empty() { texts::DEFAULT.to_owned() } else { texts::or_default(usual) }}
                    autocomplete="off"
                    spellcheck="false"
                    inputmode={(*kind != Kind::Text).then_some("decimal")}
                />
            }
        }
    };
    html! {
        <div class={if matches!(kind, Kind::Flag(_)) { "field flag" } else { "field" }} key={path.clone()}>
            <span class="field-head">
                <label for={path.clone()}>{ *label }</label>
                if let Some(own) = own { <code>{ *own }</code> }
                { help(label, meaning) }
            </span>
            { control }
            if let Some(why) = why { <p class="why" role="alert" id={format!("{path}-why")}>{ why }</p> }
            if let Some(idle) = idle { <p class="soft">{ idle }</p> }
            { whatif::of_key(session, at) }
        </div>
    }
}

fn item(session: &Session, app: &App, at: &Spot, title: &str, fields: &[Row], (index, of): (usize, usize), dispatch: &Dispatch) -> Html {
    let path = at.to_string();
    let change = |change: Change| on(dispatch, EditAction::ChangeList(at.clone(), change));
    let ordered = of > 1;
    html! {
        <details class="item" key={path.clone()} data-item={path}>
            <summary>{ title }</summary>
            <div class="buttons">
                if ordered && index > 0 {
                    { tiny_button(&texts::earlier(&title), texts::EARLIER, icons::up(), change(Change::Move(index - 1))) }
                }
                if ordered && index + 1 < of {
                    { tiny_button(&texts::later(&title), texts::LATER, icons::down(), change(Change::Move(index + 1))) }
                }
                { tiny_button(&texts::remove(&title), texts::REMOVE, icons::close(), change(Change::Remove)) }
            </div>
            { rows(session, app, fields, dispatch) }
        </details>
    }
}
