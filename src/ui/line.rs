//! The inspector of a line. Its ends, its meaning, the messages that went along it, and the fields that make it.

use yew::{Html, html};

use super::texts::line as texts;
use super::widgets::{Look, close_button, hinted, on, row};
use super::{Dispatch, form, queue, whatif};
use crate::app::form::About;
use crate::app::landing::Landing;
use crate::app::line::{facts, kind};
use crate::app::{App, EditAction, Line, Node, SelectAction, Session};

pub fn view(session: &Session, app: &App, line: &Line, dispatch: &Dispatch) -> Html {
    let Some(edge) = session.edge_of(line) else { return html! {} };
    let end = |word: &'static str, node: &Node| {
        let name = session.part(node).map(|part| part.name().to_string()).unwrap_or_default();
        let open = on(dispatch, SelectAction::Node(Some(node.clone())));
        html! { <><dt>{ word }</dt><dd><button type="button" class="link" onclick={open}>{ name }</button></dd></> }
    };
    let consumers = match (line, &edge.to) {
        (Line::Consumes { queue, .. }, Node::Instance(id)) => {
            let queue = session.world().broker().queue(queue);
            queue.map(|queue| queue::consumers(session, app, queue, Some(id.service), dispatch))
        }
        _ => None,
    };
    let key = session.key_of(line).filter(|_| !app.options.read_only);
    html! {
        <section class="sec" id="inspector">
            <div class="sec-head">
                <h2 id="line-title" tabindex="-1">{ kind(line) }</h2>
                { close_button(texts::CLOSE, on(dispatch, SelectAction::Node(None))) }
            </div>
            <dl class="kv">
                { end(texts::FROM, &edge.from) }
                { end(texts::TO, &edge.to) }
                for (word, told) in facts(session, &Landing::of(app, session), line).into_iter() { { row(word, told) } }
            </dl>
            if !app.options.read_only {
                <div class="buttons tools">
                    if key.is_some() {
                        { hinted(Look::Small, "line-key", texts::EDIT_ITS_KEY, texts::EDIT_EXPLAINED, on(dispatch, EditAction::AskKey)) }
                    }
                    { hinted(Look::SmallDanger, "delete", texts::DELETE, texts::DELETE_EXPLAINED, on(dispatch, EditAction::Delete)) }
                </div>
            }
            { form::about(session, app, &About::Line(line.clone()), dispatch) }
            // What comes and goes stands beneath the fields.
            { whatif::of_line(session, line) }
            { consumers.unwrap_or_default() }
        </section>
    }
}
