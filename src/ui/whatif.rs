//! Why a message takes its way. A binding's key word by word, the stop before a queue, and examples for a key.

use yew::{Html, html};

use super::texts::composer as texts;
use crate::app::form::Spot;
use crate::app::whatif::{self, Fate, examples, examples_of, of_queue};
use crate::app::{App, Line, Session, words};
use crate::broker::Name;
use crate::broker::explain::{Explained, Why};
use crate::scenario::edit::Slot;

/// A binding, whether it takes the message, and why.
pub fn binding(explained: &Explained<'_>, routing_key: &str) -> Html {
    let word = |(index, (word, class)): (usize, (String, &'static str))| {
        let word = if word.is_empty() { texts::EMPTY.to_owned() } else { word };
        html! { <>if index > 0 { { "." } }<code {class}>{ word }</code></> }
    };
    let (class, sign, told) = if explained.matches { ("yes", "✓", "matches") } else { ("no", "×", texts::DOES_NOT_MATCH) };
    html! {
        <li {class}>
            <span role="img" aria-label={told}>{ sign }</span>
            <span>
                // A headers exchange looks at no key.
                if !matches!(explained.why, Why::Headers { .. }) {
                    { for whatif::words(explained, routing_key).into_iter().enumerate().map(word) }
                    { " " }
                }
                { &**explained.binding.destination }
                <span class="soft">{ words::why(explained) }</span>
            </span>
        </li>
    }
}

/// In the inspector of a queue: what becomes of the message that is composed or shown.
pub fn stopped(session: &Session, app: &App, queue: &Name) -> Html {
    let Some((asked, fate)) = of_queue(app, session, queue) else { return html! {} };
    let (told, bindings) = match &fate {
        Fate::Copy => (texts::comes_here(&asked.routing_key), &[][..]),
        Fate::Stopped(bindings) if bindings.is_empty() => (texts::no_binding_leads(&asked.routing_key, &asked.exchange), &[][..]),
        Fate::Stopped(bindings) => (texts::is_stopped(&asked.routing_key), &bindings[..]),
    };
    html! {
        <div class="preview" id="whatif" role="status">
            <p>{ told }</p>
            <ul>{ for bindings.iter().map(|one| binding(one, &asked.routing_key)) }</ul>
        </div>
    }
}

/// Beneath a binding key that is typed.
pub fn of_key(session: &Session, at: &Spot) -> Html {
    keys(examples(session, at), Some("status"))
}

/// In the inspector of a binding, as long as its key is not being typed.
pub fn of_line(session: &Session, line: &Line) -> Html {
    let Line::Binding(number) = line else { return html! {} };
    let is_typing = session.document.typing.as_ref().is_some_and(|typing| typing.at.slot == Slot::Binding(*number));
    let binding = session.scenario().broker.bindings.get(*number).filter(|_| !is_typing);
    keys(binding.and_then(|binding| examples_of(session, *number, &binding.routing_key)), None)
}

fn keys(examples: Option<[Vec<String>; 2]>, role: Option<&'static str>) -> Html {
    let Some([takes, refuses]) = examples else { return html! {} };
    let line = |class: &'static str, sign: &'static str, told: &'static str, keys: Vec<String>| {
        html! {
            if !keys.is_empty() { <li {class}><span role="img" aria-label={told}>{ sign }</span><code>{ keys.join(", ") }</code></li> }
        }
    };
    html! {
        <ul class="preview examples" {role} aria-label={texts::EXAMPLES}>
            { line("yes", "✓", "matches", takes) }
            { line("no", "×", texts::DOES_NOT_MATCH, refuses) }
        </ul>
    }
}
