//! What surrounds the canvas: the head of the page, its purpose, parts to draw with, expectations, and notices.

use web_sys::Element;
use yew::{Callback, DragEvent, Event, Html, MouseEvent, TargetCast, classes, html};

use super::texts::{connect as connect_texts, panels as texts};
use super::widgets::{Look, button, close_button, hue_class, on};
use super::{Dispatch, drawing, icons, on_page};
use crate::app::notice::{Notice, Tone};
use crate::app::slowing::Shown;
use crate::app::whatif;
use crate::app::{
    App, CanvasAction, CourseAction, Dialog, EditAction, FileAction, Motion, PageAction, PublishAction, Session, Theme, TimeAction,
    Unreadable, WorkspaceAction,
};
use crate::broker::ExchangeType;
use crate::scenario::edit::PartKind;
use crate::scenario::{Problem, Scenario};

/// So many routing keys stand in the legend.
const KEYS_SHOWN_MAX: usize = 4;
/// And so many in the menu, which scrolls.
const KEYS_LISTED_MAX: usize = 24;

/// The head of the page: the open system, undo and redo, the course, sharing. The rest stands in a menu.
pub fn header(app: &App, dispatch: &Dispatch, onfile: Callback<Event>, asks: Html) -> Html {
    let bare = app.options.embed;
    html! {
        <header class="top">
            <span class="logo">{ icons::logo() }<span>{ texts::REQUEUE }</span></span>
            if let Some(session) = &app.session {
                <h1 class="crumb">
                    if bare {
                        { &session.scenario().title }
                    } else {
                        <button
                            type="button"
                            id="scenarios"
                            title={texts::SCENARIOS}
                            onclick={on(dispatch, PageAction::OpenDialog(Dialog::Gallery))}
                        >
                            <span>{ &session.scenario().title }</span>
                            { icons::chevron() }
                        </button>
                    }
                </h1>
                <span class="badge">{ texts::rabbitmq(session.world().profile()) }</span>
                if app.options.read_only { <span class="badge">{ texts::READ_ONLY }</span> }
                if !app.options.read_only { { history(session, dispatch, asks) } }
            }
            <span class="grow" />
            <button
                type="button"
                class="find"
                id="commands"
                title={texts::ALL_COMMANDS_CTRL_K}
                onclick={on(dispatch, PageAction::OpenDialog(Dialog::Commands))}
            >
                { icons::find() }
                <span>{ texts::FIND_A_PART_OR_COMMAND }</span>
                <kbd>{ texts::CTRL_K }</kbd>
            </button>
            // Without an exchange or a queue nothing takes a message.
            if let Some(session) = app.session.as_ref().filter(|session| !bare && session.scenario().broker.has_parts()) {
                <button
                    type="button"
                    class="line"
                    id="send"
                    title={texts::SEND_ONCE_MORE}
                    onclick={on(dispatch, PublishAction::Again)}
                >
                    { icons::send() }
                    <span>{ if session.knows_composed_key() { texts::send(&session.composer.routing_key) } else { texts::SEND_A_MESSAGE.to_owned() } }</span>
                </button>
            }
            if !bare {
                <button
                    type="button"
                    class={classes!("line", (app.dialog == Some(Dialog::Course)).then_some("chosen"))}
                    id="lessons"
                    onclick={on(dispatch, PageAction::OpenDialog(Dialog::Course))}
                >
                    { icons::book() }
                    <span>{ texts::COURSE }</span>
                </button>
                <button
                    type="button"
                    class="line"
                    id="share"
                    title={texts::A_LINK_THAT_HOLDS_THIS}
                    onclick={on(dispatch, PageAction::OpenDialog(Dialog::Share))}
                >
                    { icons::share() }
                    <span>{ texts::SHARE }</span>
                </button>
            }
            <button type="button" class="icon-button" id="more-menu" aria-label={texts::MENU} title={texts::MENU} popovertarget="menu">
                { icons::dots() }
            </button>
            { menu(app, dispatch, onfile) }
        </header>
    }
}

/// What is needed now and then. The browser closes it when something in it is chosen, or beside it.
fn menu(app: &App, dispatch: &Dispatch, onfile: Callback<Event>) -> Html {
    let (theme, theme_word, theme_icon) = match app.theme {
        Theme::System => (Theme::Light, texts::THEME_FOLLOW_SYSTEM, icons::auto()),
        Theme::Light => (Theme::Dark, texts::THEME_LIGHT, icons::sun()),
        Theme::Dark => (Theme::System, texts::THEME_DARK, icons::moon()),
    };
    let (motion, motion_word, motion_icon) = match app.motion {
        Motion::System => (Motion::Reduced, texts::MOTION_FOLLOW_SYSTEM, icons::motion()),
        Motion::Reduced => (Motion::Full, texts::MOTION_REDUCED, icons::still()),
        Motion::Full => (Motion::System, texts::MOTION_FULL, icons::motion_full()),
    };
    let item = |id: &'static str, word: &'static str, icon: Html, hides: bool, onclick: Callback<MouseEvent>| {
        let (target, action) = if hides { (Some("menu"), Some("hide")) } else { (None, None) };
        html! {
            <button type="button" {id} popovertarget={target} popovertargetaction={action} {onclick}>{ icon }<span>{ word }</span></button>
        }
    };
    let dialog = |dialog: Dialog| on(dispatch, PageAction::OpenDialog(dialog));
    html! {
        <div class="menu" id="menu" popover="auto">
            if !app.options.embed {
                if let Some(session) = &app.session { { legend_in_menu(session, app) } }
                { item("tour", texts::TOUR, icons::done(), true, on(dispatch, WorkspaceAction::Tour)) }
                { item("lessons-too", texts::COURSE, icons::book(), true, dialog(Dialog::Course)) }
                { item("share-too", texts::SHARE, icons::share(), true, dialog(Dialog::Share)) }
                <label class="button" title={texts::OPEN_A_SCENARIO_A_RECORDING}>
                    { icons::open() }
                    <span>{ texts::OPEN }</span>
                    <input id="open-file" type="file" accept=".json,.md,application/json,text/markdown" onchange={onfile} />
                </label>
                { item("save", texts::SAVE_THIS_SCENARIO_AS_A, icons::save(), true, on(dispatch, FileAction::SaveScenario)) }
            }
            { item("glossary", texts::GLOSSARY_WHAT_THE_WORDS_MEAN, icons::book(), true, dialog(Dialog::Glossary)) }
            { item("theme", theme_word, theme_icon, false, on(dispatch, PageAction::SetTheme(theme))) }
            { item("motion", motion_word, motion_icon, false, on(dispatch, PageAction::SetMotion(motion))) }
        </div>
    }
}

fn history(session: &Session, dispatch: &Dispatch, asks: Html) -> Html {
    let button = |id: &'static str, label: &'static str, title: &'static str, icon: Html, can: bool, action: EditAction| {
        let title = if can { title } else { texts::NOTHING_WAS_CHANGED };
        html! {
            <button type="button" class="icon-button" {id} aria-label={label} {title} disabled={!can} onclick={on(dispatch, action)}>
                { icon }
            </button>
        }
    };
    html! {
        <span class="history">
            { button("undo", texts::UNDO, texts::UNDO_CTRL_Z, icons::undo(), session.can_undo(), EditAction::Undo) }
            { button("redo", texts::REDO, texts::REDO_CTRL_SHIFT_Z, icons::redo(), session.can_redo(), EditAction::Redo) }
            { asks }
        </span>
    }
}

/// Why a file could not be opened.
pub fn unreadable(unreadable: &Unreadable, dispatch: &Dispatch) -> Html {
    let title = texts::cannot_be_opened(&unreadable.name);
    let dismiss = on(dispatch, PageAction::DismissUnreadable);
    problems("unreadable", &title, &unreadable.problems, texts::WHAT_WAS_OPEN_BEFORE_IS, dismiss)
}

/// Why what the browser kept of lessons cannot be read.
pub fn unread(found: &[Problem], dispatch: &Dispatch) -> Html {
    let dismiss = on(dispatch, CourseAction::DismissUnread);
    problems("unread", texts::YOUR_PROGRESS_CANNOT_BE_READ, found, texts::UNREAD_PROGRESS_IS_KEPT, dismiss)
}

fn problems(id: &'static str, title: &str, problems: &[Problem], after: &'static str, dismiss: Callback<MouseEvent>) -> Html {
    html! {
        <div class="notice" role="alert" {id}>
            <div>
                <strong>{ title }</strong>
                <ul>
                    for problem in problems.iter().take(8) {
                        <li>if !problem.path.is_empty() { <code>{ &problem.path }</code>{ ": " } }{ &problem.message }</li>
                    }
                    if problems.len() > 8 { <li>{ texts::and_more(problems.len() - 8) }</li> }
                </ul>
                <span class="soft">{ after }</span>
            </div>
            { close_button(texts::DISMISS, dismiss) }
        </div>
    }
}

/// What an edit could not do, or what is asked of the visitor.
pub fn notice(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    // What is asked for now stands before what was said.
    if let Some(from) = session.selection.connecting.as_ref().and_then(|node| session.part(node)) {
        let ends = dispatch.reform(|event: MouseEvent| {
            let rect = event.target_unchecked_into::<Element>().get_bounding_client_rect();
            CanvasAction::OfferEnds(on_page(rect.left(), rect.bottom())).into()
        });
        return html! {
            <div class="notice slim" role="status" id="connecting">
                <span>
                    { texts::choose_where_it_leads(from.name()) }
                    <span class="by-key">{ texts::BY_ARROWS_AND_ENTER }</span>
                    { texts::OR_CREATE_ONE }
                </span>
                { button(Look::Small, "new-end", connect_texts::NEW_PART, ends) }
                { close_button(texts::CANCEL, on(dispatch, EditAction::ToggleLine)) }
            </div>
        };
    }
    if let Some(Notice { tone, text }) = &session.notice {
        let (role, look, icon) = match tone {
            Tone::Told => ("status", "told-of", icons::done()),
            Tone::Warning => ("alert", "warns", icons::warning()),
            Tone::Refused => ("alert", "refuses", icons::failed()),
        };
        return html! {
            <div class={classes!("notice", "slim", look)} {role} id="notice">
                { icon }
                <span>{ text }</span>
                { close_button(texts::DISMISS, on(dispatch, PageAction::DismissNotice)) }
            </div>
        };
    }
    if let Some(replaced) = &session.replaced {
        let says = connect_texts::has_steps(replaced);
        return html! {
            <div class="notice slim" role="status" id="replaced">
                <span>{ says }</span>
                { button(Look::Small, "replace-http", connect_texts::MOVE_THEM, on(dispatch, EditAction::ReplaceHttp)) }
                { close_button(connect_texts::LEAVE_THEM, on(dispatch, EditAction::KeepHttp)) }
            </div>
        };
    }
    let playhead = &session.playhead;
    if let Some(shown) = &playhead.shown {
        return self::shown(shown, session, app, dispatch);
    }
    // In the past it says so first, unless this very moment is shown again.
    let is_told = app.is_showing() || !playhead.timeline().is_in_the_past();
    let Some(words) = playhead.slowing.words().filter(|_| is_told) else { return html! {} };
    let is_slow = app.real_speed() != app.speed();
    html! {
        <div class="notice slim" role="status" id="slowed">
            <span>{ words }</span>
            // What comes and goes stands before what stays: nothing jumps.
            if is_slow {
                <b>{ texts::SLOW_MOTION }</b>
                <button
                    type="button"
                    class="line small"
                    id="full-speed"
                    title={texts::FULL_SPEED}
                    onclick={on(dispatch, TimeAction::DeclineSlowing)}
                >
                    { app.speed().to_string() }
                </button>
            }
            { button(Look::Small, "replay", texts::REPLAY, on(dispatch, TimeAction::Replay)) }
            { close_button(texts::DISMISS, on(dispatch, TimeAction::CloseSlowing)) }
        </div>
    }
}

/// A moment of a lesson's run, with what happens then. Where time stands at it, the learner goes on when it was looked at.
fn shown(shown: &Shown, session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let now = session.world().now();
    let stands = !app.playing && now >= shown.at && !session.playhead.is_moving();
    html! {
        <div class="notice slim" role="status" id="shown">
            <span>{ shown.says(now).to_owned() }</span>
            if stands { { button(Look::Small, "replay", texts::REPLAY, on(dispatch, TimeAction::Replay)) } }
            if stands && now < shown.until { { button(Look::Small, "go-on", texts::GO_ON, on(dispatch, TimeAction::GoOn)) } }
            { close_button(texts::DISMISS, on(dispatch, TimeAction::CloseShown)) }
        </div>
    }
}

/// What was worked on last time can be gone on with. Closing deletes nothing, and what was discarded can be brought back.
pub fn draft(app: &App, dispatch: &Dispatch) -> Html {
    if !app.offers_drafts() {
        return html! {};
    }
    let bring_back = app.discarded.as_ref().map(|gone| {
        let words = gone.title().map_or_else(|| texts::BRING_BACK_WHAT.to_owned(), texts::bring_back);
        html! { <button type="button" class="line small" id="draft-restore" onclick={on(dispatch, FileAction::RestoreDraft)}>{ words }</button> }
    });
    let discard = html! {
        <button type="button" class="line small" id="draft-discard" onclick={on(dispatch, FileAction::DiscardDraft)}>{ texts::DISCARD_IT }</button>
    };
    let close = close_button(texts::KEEP_FOR_LATER, on(dispatch, FileAction::HideDrafts));
    let Some(draft) = app.drafts.first() else {
        let Some(bring_back) = bring_back else { return html! {} };
        return html! { <div class="notice slim" role="status" id="draft"><span>{ texts::DISCARDED }</span>{ bring_back }{ close }</div> };
    };
    if let Some(found) = draft.problems() {
        return html! {
            <div class="notice" role="alert" id="draft">
                <div>
                    <strong>{ texts::YOUR_WORK_CANNOT_BE_READ }</strong>
                    <ul>for problem in found.iter().take(3) { <li>{ problem.to_string() }</li> }</ul>
                    { button(Look::Small, "draft-save", texts::SAVE_IT_AS_A_FILE, on(dispatch, FileAction::SaveDraftAsFile)) }
                    { discard }
                    { bring_back }
                </div>
                { close }
            </div>
        };
    }
    let Some((title, kept)) = draft.title().zip(draft.readable()) else { return html! {} };
    let words = if kept.is_saved { texts::you_can_go_on_with } else { texts::you_have_unsaved_changes_to };
    html! {
        <div class="notice slim" role="status" id="draft">
            <span>
                { words(title, kept.stands.at) }
                if app.drafts.len() > 1 { { " " }{ texts::first_of(app.drafts.len()) } }
            </span>
            { button(Look::Small, "draft-open", texts::CONTINUE_EDITING, on(dispatch, FileAction::OpenDraft(0))) }
            { discard }
            { bring_back }
            { close }
        </div>
    }
}

type IsOf = fn(PartKind) -> bool;

/// The parts in the order in which a learner needs them: what few systems have comes last.
const GROUPS: [(&str, IsOf); 4] = [
    (texts::EXCHANGES_ROUTE, |kind| matches!(kind, PartKind::Exchange(_)) && !is_rare(kind)),
    (texts::QUEUES_STORE, |kind| matches!(kind, PartKind::ClassicQueue | PartKind::QuorumQueue | PartKind::Stream)),
    (texts::PROGRAMS_SEND, |kind| matches!(kind, PartKind::Service | PartKind::Client)),
    (texts::MORE_EXCHANGES, is_rare),
];

/// An exchange type that AMQP does not have itself.
const fn is_rare(kind: PartKind) -> bool {
    use ExchangeType::{Direct, Fanout, Headers, Topic};
    matches!(kind, PartKind::Exchange(kind) if !matches!(kind, Direct | Fanout | Headers | Topic))
}

/// A click puts a part where there is room; it can be dragged to its place, too.
pub fn palette(scenario: &Scenario, dispatch: &Dispatch) -> Html {
    let part = |(name, kind): (&'static str, PartKind)| {
        let (word, does) = texts::part(kind);
        let ondragstart = dispatch.reform(move |event: DragEvent| {
            // A browser drags nothing that has no text.
            if let Some(data) = event.data_transfer() {
                let _ = data.set_data("text/plain", name);
            }
            CanvasAction::TakePart(kind).into()
        });
        let ondragend = dispatch.reform(|_: DragEvent| CanvasAction::Cancel.into());
        html! {
            <button
                type="button"
                class="part-card"
                draggable="true"
                data-part={name}
                title={texts::add_by_click_or_drag(name)}
                {ondragstart}
                {ondragend}
                onclick={on(dispatch, EditAction::AddPart(kind))}
            >
                { part_icon(kind) }
                <span><b>{ word }</b><span class="soft">{ does }</span></span>
            </button>
        }
    };
    html! {
        <div class="drawer-body">
            for (title, is_of) in GROUPS {
                <section class="parts" aria-label={title}>
                    <h3>{ title }</h3>
                    for one in PartKind::offered(scenario).filter(|(_, kind)| is_of(*kind)) { { part(one) } }
                </section>
            }
            <p class="soft">{ texts::HOW_TO_ADD_A_PART }</p>
        </div>
    }
}

/// The shape it will have on the canvas.
fn part_icon(kind: PartKind) -> Html {
    let glyph = if let PartKind::Exchange(kind) = kind { drawing::glyph(kind) } else { "" };
    let path = match kind {
        PartKind::Client => "M5 4.5h6a3.5 3.5 0 0 1 0 7H5a3.5 3.5 0 0 1 0-7z",
        PartKind::Service => "M2.5 3h11v10h-11z",
        PartKind::Exchange(_) => "M8 .8 14.2 4.4v7.2L8 15.2 1.8 11.6V4.4z",
        PartKind::ClassicQueue => "M1.5 4.5h13v7h-13zM6 4.5v7M10.2 4.5v7",
        PartKind::QuorumQueue => "M1.5 6.5h11v6h-11zM5 6.5v6M9 6.5v6M4 3.5h10.5v6",
        PartKind::Stream => "M1.5 4.5h13M1.5 11.5h13M4.5 4.5v7M8 4.5v7M11.5 4.5v7",
    };
    html! {
        <svg
            class="icon part"
            viewBox="0 0 16 16"
            width="14"
            height="14"
            aria-hidden="true"
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
        >
            <path d={path} />
            if !glyph.is_empty() { <text x="8" y="10">{ glyph }</text> }
        </svg>
    }
}

/// What the marks on the canvas mean: state is shape, the routing key is hue. Of the keys, so many at most.
fn marks(session: &Session, app: &App, most: usize) -> Option<Html> {
    let scenario = session.scenario();
    let (has_queues, has_clients) = (!scenario.broker.queues.is_empty(), !scenario.clients.is_empty());
    let rows = [
        (html! { <circle cx="10" cy="10" r="5" class="mark-plain" /> }, texts::FIRST_DELIVERY),
        (
            html! { <><circle cx="10" cy="10" r="3.4" class="mark-plain" /><circle cx="10" cy="10" r="6.6" class="mark-ring plain" /></> },
            texts::REDELIVERED,
        ),
        (html! { <path d="M10 3.8 16.2 10 10 16.2 3.8 10z" class="mark-plain" /> }, texts::DEAD_LETTER),
        (html! { <path d="M5 4h10L5 16h10z" class="mark-plain" /> }, texts::EXPIRED),
        (html! { <path d="M10 4 16 15H4z" class="mark-plain" /> }, texts::RETURNED),
        (html! { <rect x="6" y="6" width="8" height="8" class="mark-request" /> }, texts::HTTP_REQUEST),
        (html! { <path d="m5.5 10.4 3 3 6-7" class="mark-ok" /> }, texts::ACK),
    ];
    // What this system cannot show needs no word.
    let rows = rows.into_iter().filter(|(_, word)| match *word {
        texts::HTTP_REQUEST => has_clients,
        texts::EXPIRED => session.lets_messages_expire(),
        texts::RETURNED => session.has_messages_returned(),
        _ => has_queues,
    });
    let keys = whatif::keys_of_legend(app, session);
    let more = keys.len().saturating_sub(most);
    if !has_queues && !has_clients && keys.is_empty() {
        return None;
    }
    let key = |key: &str| {
        // Without a key, messages have a hue as well.
        let word = if key.is_empty() {
            html! { { texts::EMPTY_KEY } }
        } else {
            html! { <span class="mono">{ key }</span> }
        };
        html! { <li class={hue_class(session.hue(key))}><i class="hue" aria-hidden="true" />{ word }</li> }
    };
    Some(html! {
        <>
            <ul>
                for (shape, word) in rows {
                    <li><svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">{ shape }</svg>{ word }</li>
                }
            </ul>
            <ul class="keys">
                for one in keys.into_iter().take(most) { { key(one) } }
                if more > 0 { <li>{ texts::and_more(more) }</li> }
            </ul>
        </>
    })
}

/// On the canvas.
pub fn legend(session: &Session, app: &App) -> Html {
    let Some(marks) = marks(session, app, KEYS_SHOWN_MAX) else { return html! {} };
    html! {
        <div class="legend-room">
            <section class="legend" aria-label={texts::LEGEND}>{ marks.clone() }</section>
            <details class="legend-folded">
                <summary>{ icons::legend() }{ texts::LEGEND }</summary>
                <div>{ marks }</div>
            </details>
        </div>
    }
}

/// In the menu: the canvas of a phone has no room for it, nor has one beside drawers.
fn legend_in_menu(session: &Session, app: &App) -> Html {
    let Some(marks) = marks(session, app, KEYS_LISTED_MAX) else { return html! {} };
    html! {
        <details class="legend-too">
            <summary>{ icons::legend() }<span>{ texts::LEGEND }</span>{ icons::chevron() }</summary>
            { marks }
        </details>
    }
}
