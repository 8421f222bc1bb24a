//! What surrounds the canvas: the head of the page, what this is, parts to draw with, what is expected, and what is said across it all.

use yew::{Callback, DragEvent, Event, Html, MouseEvent, classes, html};

use super::texts::panels as texts;
use super::widgets::{Look, button, close_button, on};
use super::{Dispatch, icons};
use crate::app::tokens::{hue, published_keys};
use crate::app::{App, CanvasAction, CourseAction, Dialog, EditAction, FileAction, Motion, PageAction, Session, Theme, Unreadable};
use crate::base::time::Span;
use crate::scenario::edit::PartKind;
use crate::scenario::{Expectation, Problem, Scenario};
use crate::sim::judge::holds;

pub fn header(app: &App, dispatch: &Dispatch, onfile: Callback<Event>) -> Html {
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
    let icon_button = |id: &'static str, label: &'static str, icon: Html, action: PageAction| {
        html! {
            <button type="button" class="icon-button" {id} aria-label={label} title={label} onclick={on(dispatch, action)}>
                { icon }
            </button>
        }
    };
    let bare = app.options.embed;
    html! {
        <header class="top">
            <a class="skip" href="#stage">{ texts::SKIP_TO_THE_CANVAS }</a>
            <span class="logo">{ icons::logo() }{ texts::REQUEUE }</span>
            if let Some(session) = &app.session {
                <h1 class="crumb">{ &session.scenario().title }</h1>
                <span class="badge">{ texts::rabbitmq(&session.world().profile()) }</span>
                if app.options.read_only { <span class="badge">{ texts::READ_ONLY }</span> }
            }
            <span
                class="grow"
            />
            if let (Some(session), false) = (&app.session, app.options.read_only) { { history(session, dispatch) } }
            <button
                type="button"
                class="line wide-only"
                id="table"
                aria-pressed={app.table.to_string()}
                title={texts::EVERYTHING_ON_THE_CANVAS_AS}
                onclick={on(dispatch, PageAction::ToggleTable)}
            >
                { texts::TABLE_VIEW }
            </button>
            if !bare {
                <button
                    type="button"
                    class={if app.classroom.is_some() { "line" } else { "line accent" }}
                    id="lessons"
                    onclick={on(dispatch, PageAction::OpenDialog(Dialog::Course))}
                >
                    { texts::LESSONS }
                </button>
                { button(Look::Line, "scenarios", texts::SCENARIOS, on(dispatch, PageAction::OpenDialog(Dialog::Gallery))) }
                <label class="button line wide-only" title={texts::OPEN_A_SCENARIO_A_RECORDING}>
                    { icons::open() }
                    <span>{ texts::OPEN }</span>
                    <input id="open-file" type="file" accept=".json,.md,application/json,text/markdown" onchange={onfile} />
                </label>
                <button
                    type="button"
                    class="line wide-only"
                    id="save"
                    title={texts::SAVE_THIS_SCENARIO_AS_A}
                    onclick={on(dispatch, FileAction::SaveScenario)}
                >
                    { texts::SAVE }
                </button>
                <button
                    type="button"
                    class="line"
                    id="share"
                    title={texts::A_LINK_THAT_HOLDS_THIS}
                    onclick={on(dispatch, PageAction::OpenDialog(Dialog::Share))}
                >
                    { texts::SHARE }
                </button>
            }
            { icon_button("commands", texts::ALL_COMMANDS_CTRL_K, icons::menu(), PageAction::OpenDialog(Dialog::Commands)) }
            { icon_button("glossary", texts::GLOSSARY_WHAT_THE_WORDS_MEAN, icons::book(), PageAction::OpenDialog(Dialog::Glossary)) }
            { icon_button("theme", theme_word, theme_icon, PageAction::SetTheme(theme)) }
            { icon_button("motion", motion_word, motion_icon, PageAction::SetMotion(motion)) }
        </header>
    }
}

fn history(session: &Session, dispatch: &Dispatch) -> Html {
    html! {
        <>
            <button
                type="button"
                class="icon-button"
                id="undo"
                aria-label={texts::UNDO}
                title={texts::UNDO_CTRL_Z}
                disabled={!session.can_undo()}
                onclick={on(dispatch, EditAction::Undo)}
            >
                { icons::undo() }
            </button>
            <button
                type="button"
                class="icon-button"
                id="redo"
                aria-label={texts::REDO}
                title={texts::REDO_CTRL_SHIFT_Z}
                disabled={!session.can_redo()}
                onclick={on(dispatch, EditAction::Redo)}
            >
                { icons::redo() }
            </button>
        </>
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
pub fn notice(session: &Session, dispatch: &Dispatch) -> Html {
    if let Some(objection) = &session.objection {
        return html! {
            <div class="notice slim" role="alert" id="objection">
                <span>{ objection }</span>
                { close_button(texts::DISMISS, on(dispatch, PageAction::DismissObjection)) }
            </div>
        };
    }
    if session.selection.connecting.is_some() {
        return html! {
            <div class="notice slim" role="status" id="connecting">
                <span>{ texts::CHOOSE_A_HIGHLIGHTED_NODE_TO }</span>
                { close_button(texts::CANCEL, on(dispatch, EditAction::ToggleLine)) }
            </div>
        };
    }
    html! {}
}

/// What was being drawn last time can be gone on with.
pub fn draft(app: &App, dispatch: &Dispatch) -> Html {
    let Some(draft) = &app.draft else { return html! {} };
    html! {
        <div class="notice slim" role="status" id="draft">
            <span>{ texts::you_have_unsaved_changes_to(&draft.title()) }</span>
            { button(Look::Small, "draft-open", texts::CONTINUE_EDITING, on(dispatch, FileAction::OpenDraft)) }
            { close_button(texts::DISCARD_IT, on(dispatch, FileAction::DiscardDraft)) }
        </div>
    }
}

pub fn left(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let about = &*session.scenario().about;
    html! {
        <aside class={classes!("left", app.classroom.is_some().then_some("learning"))} aria-label={texts::THIS_SYSTEM}>
            { super::lesson::panel(app, dispatch) }
            if !app.options.read_only { { palette(dispatch) } }
            <section class="sec">
                <h2>{ texts::THIS_SYSTEM }</h2>
                <p class="about">{ if about.is_empty() { texts::NO_DESCRIPTION_YET } else { about } }</p>
            </section>
            { hints(session) }
            { expectations(session) }
            { super::composer::view(session, dispatch) }
            { legend(session.scenario()) }
        </aside>
    }
}

/// A click puts a part where there is room; it can be dragged to its place, too.
fn palette(dispatch: &Dispatch) -> Html {
    let part = |(name, kind): (&'static str, PartKind)| {
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
                class="line small"
                draggable="true"
                data-part={name}
                title={texts::add_click_or_drag_it(&name)}
                aria-label={texts::add(&name)}
                {ondragstart}
                {ondragend}
                onclick={on(dispatch, EditAction::AddPart(kind))}
            >
                { part_icon(kind) }
                { texts::short(name) }
            </button>
        }
    };
    html! {
        <section class="sec" aria-label={texts::PARTS}>
            <h2>{ texts::PARTS }</h2>
            <div class="parts">for one in PartKind::ALL { { part(one) } }</div>
        </section>
    }
}

/// The shape it will have on the canvas.
fn part_icon(kind: PartKind) -> Html {
    let path = match kind {
        PartKind::Client => "M5 4.5h6a3.5 3.5 0 0 1 0 7H5a3.5 3.5 0 0 1 0-7z",
        PartKind::Service => "M2.5 3h11v10h-11z",
        PartKind::Exchange(_) => "M8 1.8 13.4 5v6L8 14.2 2.6 11V5z",
        PartKind::ClassicQueue => "M1.5 4.5h13v7h-13zM6 4.5v7M10.2 4.5v7",
        PartKind::QuorumQueue => "M1.5 6.5h11v6h-11zM5 6.5v6M9 6.5v6M4 3.5h10.5v6",
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
        </svg>
    }
}

/// What the author says comes of it, each as it is now.
fn expectations(session: &Session) -> Html {
    let scenario = session.scenario();
    let Some(until) = scenario.until.filter(|_| !scenario.expects.is_empty()) else { return html! {} };
    let over = session.world().now() >= until;
    let begun = session.world().steps() > 0;
    let expectation = |expected: &Expectation| {
        let good = holds(session.world(), &expected.property);
        let good = good && begun;
        let (icon, word) = match (good, over || expected.property.breaks_for_good()) {
            (true, _) => (icons::done(), if over { texts::MET } else { texts::SO_FAR }),
            (false, true) if begun => (icons::failed(), texts::NOT_MET),
            (false, _) => (icons::pending(), texts::NOT_YET),
        };
        html! {
            <li class={classes!(good.then_some("done"))} title={expected.property.to_string()}>
                { icon }
                <span>{ &expected.says }<span class="visually-hidden">{ format!(" ({word})") }</span></span>
            </li>
        }
    };
    html! {
        <section class="sec" id="expectations">
            <h2>{ texts::EXPECTED_AFTER }<span class="plain">{ Span(until).to_string() }</span></h2>
            <ul class="hints">for expected in scenario.expects.iter() { { expectation(expected) } }</ul>
        </section>
    }
}

/// What the author of the scenario proposes to try.
fn hints(session: &Session) -> Html {
    let hints = &session.scenario().hints;
    if hints.is_empty() {
        return html! {};
    }
    let hint = |hint: &Expectation| {
        let is_done = session.world().steps() > 0 && holds(session.world(), &hint.property);
        html! {
            <li class={classes!(is_done.then_some("done"))}>
                { if is_done { icons::done() } else { icons::pending() } }
                <span>{ &hint.says }if is_done { <span class="visually-hidden">{ texts::DONE }</span> }</span>
            </li>
        }
    };
    html! { <section class="sec"><h2>{ texts::TRY_THIS }</h2><ol class="hints">for one in hints.iter() { { hint(one) } }</ol></section> }
}

fn legend(scenario: &Scenario) -> Html {
    let rows = [
        (html! { <circle cx="10" cy="10" r="6" class="mark-message" /> }, texts::FIRST_DELIVERY),
        (
            html! { <><circle cx="10" cy="10" r="4.8" class="mark-message" /><circle cx="10" cy="10" r="8" class="mark-ring" /></> },
            "redelivered",
        ),
        (html! { <path d="M10 2.8 17.2 10 10 17.2 2.8 10z" class="mark-dead" /> }, texts::DEAD_LETTER),
        (html! { <rect x="6" y="6" width="8" height="8" class="mark-request" /> }, texts::HTTP_REQUEST),
        (html! { <path d="m5.5 10.4 3 3 6-7" class="mark-ok" /> }, texts::ACK_OR_ANSWER),
    ];
    html! {
        <section class="sec">
            <h2>{ texts::LEGEND }</h2>
            <ul class="legend">
                for (shape, word) in rows.into_iter() {
                    <li><svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">{ shape }</svg>{ word }</li>
                }
            </ul>
            <ul class="legend keys">
                for key in published_keys(scenario).into_iter() {
                    <li class={format!("hue-{}", hue(scenario, key) + 1)}>
                        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                            <circle cx="10" cy="10" r="6" class="mark-message" />
                        </svg>
                        <span class="mono">{ &**key }</span>
                    </li>
                }
            </ul>
            <p class="soft">
                { texts::EACH_ROUTING_KEY_HAS_ITS }
                <kbd>{ texts::SPACE }</kbd>
                { texts::PLAYS_AND_PAUSES }
                <kbd>{ "?" }</kbd>
                { texts::SHOWS_ALL_KEYS }
            </p>
        </section>
    }
}
