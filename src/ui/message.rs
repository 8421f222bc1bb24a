//! The inspector of a message: its copies, `x-death` of the clicked one, and the story of that copy.

use yew::{Html, classes, html};

use super::Dispatch;
use super::texts::inspector as texts;
use super::widgets::{Look, button, close_button, hue_class, log_icon, on, row};
use crate::app::copies::{self, Copy, WayBack};
use crate::app::highlight::Highlight;
use crate::app::playhead::EventStory;
use crate::app::story::{self, Row};
use crate::app::tokens::published_key;
use crate::app::words::{self, Line};
use crate::app::{Action, OperateAction, SelectAction, Session, TimeAction};
use crate::base::SimTime;
use crate::base::limits::grouped;
use crate::broker::{Message, Name};
use crate::formats::amqp_json::table_to_json;
use crate::sim::biography::{Biography, Whereabouts};
use crate::sim::{TimedEvent, WorldEvent};

/// So many letters of a name's end stay.
const NAME_ENDS: usize = 8;

/// The story of one message; any event's id can be asked for.
pub fn story(session: &Session, dispatch: &Dispatch) -> Html {
    let Some(story) = &session.playhead.story else { return html! {} };
    let told = match &story.life {
        Some(life) => life_of(session, life, story, dispatch),
        None => html! { <p class="soft">{ texts::there_is_no_such_message(&session.world().now()) }</p> },
    };
    // What it is, before its number.
    let message = story.life.iter().flat_map(|life| &life.entries).find_map(|entry| entry.what.message());
    let key = message.map(|message| published_key(message).to_string()).filter(|key| !key.is_empty());
    html! {
        <section class="sec" id="story" aria-label={texts::THE_STORY_OF_A_MESSAGE}>
            <div id="biography">
                <div class="sec-head">
                    <h3>if let Some(key) = key { { key }{ ", " } }{ &*story.event }</h3>
                    { close_button(texts::CLOSE_THE_STORY, on(dispatch, SelectAction::Story(None))) }
                </div>
                { told }
            </div>
        </section>
    }
}

/// What can be done with the shown message.
pub fn foot(session: &Session, dispatch: &Dispatch) -> Html {
    let Some((story, life)) = session.playhead.story.as_ref().and_then(|story| Some((story, story.life.as_ref()?))) else {
        return html! {};
    };
    let back = |WayBack { from, to, count }: WayBack| {
        let action = OperateAction::Move { queue: from, count, to: Some(to.clone()) };
        html! {
            <button type="button" class="line" id="move-back" title={texts::move_back_explained(&to, count)} onclick={on(dispatch, action)}>
                { texts::move_back(count) }
            </button>
        }
    };
    html! {
        <div class="drawer-foot">
            { copies::way_back(life, story.copy.as_ref()).map(back).unwrap_or_default() }
            { button(Look::Line, "copy-json", texts::COPY_AS_JSON, on(dispatch, SelectAction::CopyMessage)) }
        </div>
    }
}

/// A word in mono that leads somewhere.
fn link(word: String, title: Option<&'static str>, action: impl Into<Action>, dispatch: &Dispatch) -> Html {
    html! { <button type="button" class="link mono" {title} onclick={on(dispatch, action)}>{ word }</button> }
}

fn life_of(session: &Session, life: &Biography, asked: &EventStory, dispatch: &Dispatch) -> Html {
    let copy = copies::told(life, asked.copy.as_ref());
    let ask = |event: &Name| link(event.to_string(), None, SelectAction::Story(Some(event.clone())), dispatch);
    let is_told = |place: &&Whereabouts| copy.as_ref().is_some_and(|copy| place.queue() == Some(copy.queue));
    // The copy that was clicked comes first.
    let (first, others): (Vec<_>, Vec<_>) = life.whereabouts.iter().partition(is_told);
    let place = |place: &Whereabouts| {
        let told = words::whereabouts(place, session.world());
        let current = is_told(&place).then_some("true");
        let leads =
            place.queue().map(|queue| link(queue.to_string(), None, SelectAction::CopyIn(life.event.clone(), queue.clone()), dispatch));
        html! { <li aria-current={current}>{ leads.unwrap_or_default() }<span>{ told }</span></li> }
    };
    let way = Highlight::of_story(session).unwrap_or_default();
    let is_listed = |(_, entry): &(usize, &TimedEvent)| {
        !matches!(entry.what, WorldEvent::Settling { .. }) && copy.as_ref().is_none_or(|copy| copy.has(entry, session.world()))
    };
    let entry_row = |(index, entry): (usize, &TimedEvent)| {
        let Line { icon, what, detail } = words::line(entry, session.world());
        // The same number stands on the line that it went along.
        let mark = way.step_of(index).map_or_else(|| log_icon(icon), |number| html! { <span class="step-number">{ number }</span> });
        html! {
            <li key={index.to_string()} data-entry={index.to_string()}>
                { mark }
                <span><b>{ what }</b><span class="soft">{ detail }</span></span>
                { link(entry.at.to_string(), Some(texts::GO_TO_THIS_MOMENT), TimeAction::Seek(entry.at), dispatch) }
            </li>
        }
    };
    let entries: Vec<_> = life.entries.iter().enumerate().filter(is_listed).collect();
    let rounds_row = |times: usize, of: &[story::Entry<'_>], last: SimTime| {
        let what: Vec<_> = of.iter().map(|(_, entry)| words::line(entry, session.world()).what).collect();
        let first = of.first().map(|(index, _)| format!("-{index}")).unwrap_or_default();
        html! {
            <li class="rounds" key={first.clone()} data-entry={first}>
                <span />
                <span><b>{ texts::times(times, &what.join(", ")) }</b><span class="soft">{ texts::THE_NEWEST_FOLLOWS }</span></span>
                { link(last.to_string(), Some(texts::GO_TO_THIS_MOMENT), TimeAction::Seek(last), dispatch) }
            </li>
        }
    };
    let listed = match asked.whole {
        None => story::rows(&entries),
        Some(_) => entries.iter().map(|entry| Row::One(*entry)).collect(),
    };
    // What is new is what the reader waits for: the oldest rows make room.
    let left_out = listed.len().saturating_sub(asked.whole.unwrap_or(story::ROWS));
    let more = if left_out > 0 {
        Some(texts::show_earlier(left_out))
    } else {
        (listed.len() < entries.len()).then(|| texts::show_all(entries.len()))
    };
    let carried = copy.as_ref().map(|copy| copy.message).or_else(|| life.entries.iter().rev().find_map(|entry| entry.what.message()));
    html! {
        <>
            // It keeps the room that it needed once, until another story is shown.
            <div id="life-head" key={format!("{} {}", life.event, asked.copy.as_deref().unwrap_or_default())}>
            <h4 class="small-head">{ texts::COPIES_NOW }</h4>
            <ul class="copies">{ for first.into_iter().chain(others).map(place) }</ul>
            { copy.as_ref().map(deaths).unwrap_or_default() }
            <dl class="kv">
                if let Some(cause) = life.cause.as_ref().filter(|cause| cause.starts_with("e-")) { <dt>{ texts::BECAUSE_OF }</dt><dd>{ ask(cause) }</dd> }
                if !life.effects.is_empty() {
                    <dt>{ texts::LED_TO }</dt>
                    <dd>for event in life.effects.iter().take(8) { { ask(event) }{ " " } }</dd>
                }
            </dl>
            { carried.map(letter).unwrap_or_default() }
            </div>
            <h4 class="small-head">{ texts::story_until(copy.as_ref().map(|copy| copy.queue), &asked.at) }</h4>
            if let Some(more) = more {
                <button type="button" class="line small" id="whole-story" onclick={on(dispatch, SelectAction::WholeStory)}>{ more }</button>
            }
            <ol class={classes!("story", way.hue.map(hue_class))}>
                for row in listed.iter().skip(left_out) {
                    { match row {
                        Row::One(entry) => entry_row(*entry),
                        Row::Rounds { times, of, last } => rounds_row(*times, of, *last),
                    } }
                }
            </ol>
        </>
    }
}

/// The header `x-death`, as a table: newest first, as RabbitMQ writes it.
fn deaths(copy: &Copy<'_>) -> Html {
    if copy.message.deaths().is_empty() {
        return html! {};
    }
    html! {
        <table class="table deaths" id="x-death">
            <caption><code>{ "x-death" }</code>{ " " }{ texts::NEWEST_FIRST }</caption>
            <thead><tr>for name in ["queue", "reason", "count", "time"] { <th scope="col">{ name }</th> }</tr></thead>
            for death in copy.message.deaths().iter() {
                <tbody class="mono">
                    <tr>
                        <th scope="row">{ middle_cut(&death.queue) }</th>
                        <td>{ death.reason.name() }</td>
                        <td>{ grouped(death.count) }</td>
                        <td>{ death.time.to_string() }</td>
                    </tr>
                    <tr><td colspan="4">{ texts::published_to(&death.exchange, &death.routing_keys.join(", ")) }</td></tr>
                </tbody>
            }
        </table>
    }
}

/// A name that loses its middle where there is no room for it: its end tells it from others.
fn middle_cut(name: &Name) -> Html {
    let end = name.chars().count().saturating_sub(NAME_ENDS);
    let split = name.char_indices().nth(end).map_or(0, |(at, _)| at);
    let (begin, rest) = name.split_at(split);
    html! { <span class="middle-cut" title={name.to_string()}><span>{ begin.to_owned() }</span><span>{ rest.to_owned() }</span></span> }
}

/// What a message carries.
fn letter(message: &Message) -> Html {
    let properties = &message.properties;
    let headers = properties.headers.as_ref().map(|headers| table_to_json(headers).to_string()).filter(|text| text != "{}");
    html! {
        <details class="letter">
            <summary>{ texts::HEADERS_PROPERTIES_PAYLOAD }</summary>
            <dl class="kv">
                { row(texts::ROUTING_KEY, message.routing_key.to_string()) }
                { row(texts::DELIVERY_MODE, if properties.delivery_mode == Some(2) { texts::N2_PERSISTENT } else { texts::N1_TRANSIENT }) }
                if let Some(expiration) = &properties.expiration { { row(texts::EXPIRATION, texts::ms(&expiration)) } }
                if let Some(priority) = properties.priority { { row(texts::PRIORITY, priority.to_string()) } }
            </dl>
            if let Some(headers) = headers { <pre class="mono">{ headers }</pre> }
            <pre class="mono">{ message.body.as_text().unwrap_or(texts::ONLY_ITS_SIZE_IS_KNOWN).to_owned() }</pre>
        </details>
    }
}
