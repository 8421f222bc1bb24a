//! Small views that the panels share. It imports no panel, so that no circle of files can arise.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlSelectElement};
use yew::{AttrValue, Callback, Html, KeyboardEvent, MouseEvent, TargetCast, classes, html};

use super::texts::widgets as texts;
use super::{Dispatch, browser, icons};
use crate::app::Action;
use crate::app::glossary::meaning;
use crate::app::words::LogIcon;
use crate::base::number::{Fixed, Shortest};

/// What a button does when it is clicked.
pub fn on(dispatch: &Dispatch, action: impl Into<Action>) -> Callback<MouseEvent> {
    let action = action.into();
    dispatch.reform(move |event: MouseEvent| {
        browser::leave_after_pointer(&event);
        action.clone()
    })
}

/// Does what is chosen in the list before the pressed button. A list alone would act while a reader still goes through it.
pub fn chosen(dispatch: &Dispatch, action: impl Fn(&str) -> Action + 'static) -> Callback<MouseEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: MouseEvent| {
        let button = event.target_dyn_into::<Element>().and_then(|target| target.closest("button").ok().flatten());
        let select = button.and_then(|button| button.previous_element_sibling()).and_then(|list| list.dyn_into::<HtmlSelectElement>().ok());
        if let Some(select) = select {
            dispatch.emit(action(&select.value()));
        }
    })
}

/// An entry of a list. Once a reader has chosen, the browser ignores the attribute `selected`: the key makes it another element.
pub fn option(value: &str, words: &str, selected: bool) -> Html {
    html! { <option key={format!("{value} {selected}")} value={value.to_owned()} {selected}>{ words }</option> }
}

/// A number as an attribute of SVG. Rust's own printing of floats would make the page larger.
pub fn number(value: f64) -> AttrValue {
    Shortest(value).to_string().into()
}

/// Where something stands that is drawn around its origin, and how much larger than drawn.
pub fn placed(x: f64, y: f64, grown: f64) -> String {
    format!("translate({:.1} {:.1}) scale({:.3})", Fixed(x), Fixed(y), Fixed(grown))
}

/// A question mark that explains.
pub fn help(term: &str, meaning: &str) -> Html {
    if meaning.is_empty() {
        return html! {};
    }
    html! {
        <details class="help">
            <summary aria-label={texts::what_is(&term)} title={meaning.to_owned()} tabindex="-1">{ "?" }</summary>
            <p>{ meaning }</p>
        </details>
    }
}

/// A word of the field, with what it means.
pub fn explained(term: &str) -> Html {
    html! { <span class="term">{ term }{ help(term, meaning(term).unwrap_or_default()) }</span> }
}

/// A term of a list, and what it is here.
pub fn row(term: &str, value: impl Into<Html>) -> Html {
    html! { <><dt>{ explained(term) }</dt><dd>{ value.into() }</dd></> }
}

/// Tabs, each with its id and its word. One of them is a stop of the keyboard. From there arrows, Home and End go to the others, and show
/// what they reach.
pub fn tabs<const N: usize>(
    label: &'static str,
    of: [(&'static str, &'static str, Action); N],
    chosen: usize,
    dispatch: &Dispatch,
) -> Html {
    let onkeydown = {
        let (dispatch, of) = (dispatch.clone(), of.clone());
        Callback::from(move |event: KeyboardEvent| {
            let next = match &*event.key() {
                "ArrowRight" => (chosen + 1) % N,
                "ArrowLeft" => (chosen + N - 1) % N,
                "Home" => 0,
                "End" => N - 1,
                _ => return,
            };
            event.prevent_default();
            browser::focus(of[next].0);
            dispatch.emit(of[next].2.clone());
        })
    };
    let tab = |(index, (id, word, action)): (usize, (&'static str, &'static str, Action))| {
        let is_chosen = index == chosen;
        html! {
            <button
                type="button"
                role="tab"
                {id}
                aria-selected={is_chosen.to_string()}
                aria-controls="tab-panel"
                tabindex={if is_chosen { "0" } else { "-1" }}
                onclick={on(dispatch, action)}
            >
                { word }
            </button>
        }
    };
    html! { <div role="tablist" aria-label={label} {onkeydown}>{ for of.into_iter().enumerate().map(tab) }</div> }
}

/// The looks of a button that says what it does.
#[derive(Clone, Copy)]
pub enum Look {
    Primary,
    Line,
    Small,
    SmallDanger,
    Danger,
}

pub fn button(look: Look, id: &'static str, text: &'static str, onclick: Callback<MouseEvent>) -> Html {
    hinted(look, id, text, "", onclick)
}

/// A button that says more when a pointer rests on it.
pub fn hinted(look: Look, id: &'static str, text: &'static str, hint: &'static str, onclick: Callback<MouseEvent>) -> Html {
    named(look, id, text.into(), hint, onclick)
}

/// A button whose words name something.
pub fn named(look: Look, id: &'static str, text: String, hint: &'static str, onclick: Callback<MouseEvent>) -> Html {
    let class = match look {
        Look::Primary => classes!("primary"),
        Look::Line => classes!("line"),
        Look::Small => classes!("line", "small"),
        Look::SmallDanger => classes!("line", "small", "danger"),
        Look::Danger => classes!("danger"),
    };
    html! { <button type="button" {class} {id} title={(!hint.is_empty()).then_some(hint)} {onclick}>{ text }</button> }
}

pub fn close_button(label: &'static str, onclick: Callback<MouseEvent>) -> Html {
    icon_button(classes!("icon-button"), label, label, icons::close(), onclick)
}

/// A button that is an icon: its label says more than its title where several of them look alike.
fn icon_button(class: yew::Classes, label: &str, title: &'static str, icon: Html, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" {class} aria-label={label.to_owned()} {title} {onclick}>{ icon }</button> }
}

/// A small one, in a list.
pub fn tiny_button(label: &str, title: &'static str, icon: Html, onclick: Callback<MouseEvent>) -> Html {
    icon_button(classes!("icon-button", "tiny"), label, title, icon, onclick)
}

/// The same beside what it belongs to: no separate stop. The arrows lead to it (`data-row`).
pub fn in_row(label: &str, title: &'static str, icon: Html, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button type="button" class="icon-button tiny" tabindex="-1" aria-label={label.to_owned()} {title} {onclick}>{ icon }</button>
    }
}

/// The class that gives a routing key its colour.
pub fn hue_class(hue: usize) -> String {
    format!("hue-{}", hue + 1)
}

/// A message's icon in the colour of its routing key.
pub fn message_icon(icon: LogIcon, hue: usize) -> Html {
    html! { <span class={hue_class(hue)}>{ log_icon(icon) }</span> }
}

pub fn log_icon(icon: LogIcon) -> Html {
    let shape = match icon {
        LogIcon::Message => html! { <circle cx="7" cy="7" r="4" class="mark-message" /> },
        LogIcon::Redelivered => html! {
            <><circle cx="7" cy="7" r="2.8" class="mark-message" /><circle cx="7" cy="7" r="5.4" class="mark-ring" /></>
        },
        LogIcon::Dead => html! { <path d="M7 1.6 12.4 7 7 12.4 1.6 7z" class="mark-dead" /> },
        LogIcon::Failure => html! { <path d="m3.4 3.4 7.2 7.2m0-7.2-7.2 7.2" class="mark-failure" /> },
        LogIcon::Program => html! { <rect x="3.4" y="3.4" width="7.2" height="7.2" rx="1.6" class="mark-program" /> },
    };
    html! { <svg class="mark" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">{ shape }</svg> }
}
