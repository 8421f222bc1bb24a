//! The workspace around the canvas: the rail, a drawer at each side, one below, and what floats over the canvas.

use yew::{Callback, Html, MouseEvent, classes, html};

use super::grip::grip;
use super::texts::workspace as texts;
use super::widgets::{close_button, log_icon, on};
use super::{Dispatch, compare, findings, icons, importing, inspector, lesson, line, message, panels, system, time};
use crate::app::compared::Run;
use crate::app::floats::Corner;
use crate::app::geometry;
use crate::app::landing::Landing;
use crate::app::ledger::verdict;
use crate::app::line as app_line;
use crate::app::playhead::Left;
use crate::app::{
    App, Card, Detail, Dialog, Drawer, PageAction, PublishAction, Session, Shelf, Side, TimeAction, WorkspaceAction, tour, words::LogIcon,
};

fn is_seen(app: &App, side: Side) -> bool {
    app.seen().contains(&side)
}

/// A button of the rail: an icon above its word.
fn entry(id: &'static str, word: &'static str, explains: &'static str, icon: Html, pressed: bool, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button type="button" class="entry" {id} title={explains} aria-pressed={pressed.to_string()} {onclick}>
            { icon }
            <span>{ word }</span>
        </button>
    }
}

/// The buttons that open drawers.
pub fn rail(app: &App, dispatch: &Dispatch) -> Html {
    let drawer = |id, word, explains, icon, drawer: Drawer| {
        entry(
            id,
            word,
            explains,
            icon,
            is_seen(app, Side::Left) && (app.workspace.left == Some(drawer) || drawer == Drawer::Lesson && app.keeps_lesson()),
            on(dispatch, WorkspaceAction::Toggle(drawer)),
        )
    };
    html! {
        <nav class="rail" aria-label={texts::DRAWERS}>
            if !app.options.read_only { { drawer("rail-build", texts::BUILD, texts::BUILD_EXPLAINED, icons::build(), Drawer::Build) } }
            { drawer("rail-publish", texts::PUBLISH, texts::PUBLISH_EXPLAINED, icons::send(), Drawer::Publish) }
            { drawer("rail-lesson", texts::LESSON, texts::LESSON_EXPLAINED, icons::book(), Drawer::Lesson) }
            if !app.options.read_only { { drawer("rail-import", texts::IMPORT, texts::IMPORT_EXPLAINED, icons::import(), Drawer::Import) } }
            { drawer("rail-system", texts::SYSTEM, texts::SYSTEM_EXPLAINED, findings::counted(icons::system(), app), Drawer::System) }
            <span class="grow" />
            { entry("table", texts::TABLE, texts::TABLE_EXPLAINED, icons::table(), app.table, on(dispatch, PageAction::ToggleTable)) }
            { entry(
                "help", texts::HELP, texts::HELP_EXPLAINED, icons::help(), false, on(dispatch, PageAction::OpenDialog(Dialog::Shortcuts))
            ) }
        </nav>
    }
}

/// The drawer at the left.
pub fn left(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let Some(drawer) = app.workspace.left else { return html! {} };
    let close = || close_button(texts::CLOSE_THE_DRAWER, on(dispatch, WorkspaceAction::CloseLeft));
    // The lesson keeps its place, and how far it was scrolled.
    let aside = |word: &'static str, lesson: Html, shown: Html| {
        html! { <aside class="drawer left" aria-label={word}>{ lesson }{ shown }{ grip(app, Side::Left, dispatch) }</aside> }
    };
    let (word, icon, body) = match drawer {
        Drawer::Lesson if app.classroom.is_some() => {
            return aside(texts::LESSON, lesson::panel(app, dispatch), html! {});
        }
        Drawer::Lesson => return html! {},
        Drawer::Build => (texts::BUILD, icons::build(), panels::palette(session.scenario(), dispatch)),
        Drawer::Publish => (texts::PUBLISH, icons::send(), super::composer::view(session, dispatch)),
        Drawer::Import => (texts::IMPORT, icons::import(), importing::view(session, app, dispatch)),
        Drawer::System => (texts::SYSTEM, icons::system(), system::view(session, app, dispatch)),
    };
    let shown = html! {
        <>
            <div class="drawer-head">{ icon }<h2 id="drawer-title" tabindex="-1">{ word }</h2>{ close() }</div>
            { body }
        </>
    };
    if app.keeps_lesson() {
        let beneath = html! { <section class="beneath" aria-label={word}>{ shown }</section> };
        return aside(texts::LESSON, lesson::panel(app, dispatch), beneath);
    }
    aside(word, html! {}, shown)
}

/// The drawer at the right: the part that is selected, or the message whose story is shown.
pub fn right(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let line = session.selection.line.as_ref();
    let part = session.selection.primary.is_some() || line.is_some();
    let message = session.playhead.story.is_some();
    if !part && !message {
        return html! {};
    }
    let shown = match (part, message) {
        (true, true) => app.workspace.detail,
        (true, false) => Detail::Part,
        (false, _) => Detail::Message,
    };
    let tab = |detail: Detail, word: String| {
        let pressed = (detail == shown).to_string();
        html! {
            <button type="button" class="tab" aria-pressed={pressed} onclick={on(dispatch, WorkspaceAction::ShowDetail(detail))}>
                { word }
            </button>
        }
    };
    let primary = session.selection.primary.as_ref();
    let begins = match shown {
        // A part that gets another name is the same.
        Detail::Part => geometry::places(session.plan()).iter().position(|place| Some(place) == primary).map(|index| index.to_string()),
        Detail::Message => session.playhead.story.as_ref().map(|story| story.event.to_string()),
    };
    let begins = begins.unwrap_or_default();
    let name = primary.and_then(|node| session.part(node)).map(|part| part.name().to_string());
    let name = name.or_else(|| line.map(|line| app_line::kind(line).to_owned()));
    let event = session.playhead.story.as_ref().map(|story| story.event.to_string());
    html! {
        <aside class="drawer right" aria-label={texts::DETAILS}>
            if let (Some(name), Some(event)) = (name, event) {
                <div class="tabs" role="group" aria-label={texts::DETAILS}>{ tab(Detail::Message, event) }{ tab(Detail::Part, name) }</div>
            }
            // Another part, or another message, is read from its beginning.
            <div class="drawer-body" key={begins}>
                { match shown {
                    Detail::Part => line.map_or_else(|| inspector::part(session, app, dispatch), |line| line::view(session, app, line, dispatch)),
                    Detail::Message => message::story(session, dispatch),
                } }
            </div>
            if shown == Detail::Message { { message::foot(session, dispatch) } }
            { grip(app, Side::Right, dispatch) }
        </aside>
    }
}

/// The drawer below.
pub fn shelf(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let Some(shelf) = app.workspace.shelf else { return html! {} };
    let body = match shelf {
        Shelf::Events => html! { <>{ time::log(session, app, dispatch) }{ time::ledger(session, app, shelf, dispatch) }</> },
        Shelf::Charts => time::charts(session, app, dispatch),
        Shelf::Ledger => time::ledger(session, app, shelf, dispatch),
        Shelf::Compare => compare::comparison(session, dispatch),
    };
    html! {
        <section class="shelf" aria-label={shelf_word(shelf)}>
            <div class="shelf-body">{ body }</div>
            // The comparison says itself what its button closes.
            if shelf != Shelf::Compare { { close_button(texts::CLOSE_THE_DRAWER, on(dispatch, WorkspaceAction::CloseShelf)) } }
            { grip(app, Side::Shelf, dispatch) }
        </section>
    }
}

const fn shelf_word(shelf: Shelf) -> &'static str {
    match shelf {
        Shelf::Events => texts::EVENTS,
        Shelf::Charts => texts::CHARTS,
        Shelf::Ledger => texts::LEDGER,
        Shelf::Compare => texts::COMPARE,
    }
}

/// The chips of the bar: each raises the drawer below.
pub fn chips(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let count = session.playhead.log.last_number();
    let verdict = verdict(&session.world().ledger());
    let balance = if verdict.balanced && verdict.lost == 0 {
        html! { <span class="ok" title={texts::BALANCED}>{ icons::tick() }</span> }
    } else if verdict.balanced {
        // The books balance, and messages are lost all the same: a tick beside them would say that all is well.
        html! {}
    } else {
        html! { <span class="bad" title={texts::NOT_BALANCED}>{ icons::close() }</span> }
    };
    let ledger = html! { <>{ balance }if verdict.lost > 0 { <b class="bad">{ texts::lost(verdict.lost) }</b> }</> };
    let chip = |id: &'static str, shelf: Shelf, more: Html| {
        let pressed = is_seen(app, Side::Shelf) && app.workspace.shelf == Some(shelf);
        html! {
            <button type="button" class="chip" {id} aria-pressed={pressed.to_string()} onclick={on(dispatch, WorkspaceAction::ToggleShelf(shelf))}>
                { shelf_word(shelf) }
                { more }
                { icons::chevron() }
            </button>
        }
    };
    html! {
        <nav class="chips" aria-label={texts::BELOW}>
            { chip("shelf-events", Shelf::Events, html! { <b class="number">{ texts::in_short(count) }</b> }) }
            { chip("shelf-charts", Shelf::Charts, html! {}) }
            { chip("shelf-ledger", Shelf::Ledger, ledger) }
            if session.playhead.comparison.is_some() { { chip("shelf-compare", Shelf::Compare, html! {}) } }
        </nav>
    }
}

/// What this is, or what to try: above the legend.
pub fn card(app: &App, dispatch: &Dispatch) -> Html {
    let close = || close_button(texts::CLOSE, on(dispatch, WorkspaceAction::CloseCard));
    let course = |plays: bool| {
        html! {
            <div class="buttons">
                <button type="button" class="primary" id="start-course" aria-keyshortcuts="L" onclick={on(dispatch, PageAction::OpenDialog(Dialog::Course))}>
                    { texts::START_THE_COURSE }
                    if plays { <kbd aria-hidden="true">{ texts::KEY_L }</kbd> }
                </button>
                if plays {
                    <button type="button" class="line" id="just-play" onclick={on(dispatch, WorkspaceAction::JustPlay)}>
                        { texts::JUST_PLAY }
                    </button>
                }
            </div>
        }
    };
    match app.workspace.card {
        None => html! {},
        // What opens is what the learner wants to see: the card makes room.
        Some(Card::Welcome) if !app.seen().is_empty() => html! {},
        Some(Card::Welcome) => html! {
            <section class="card" id="welcome" aria-labelledby="welcome-title">
                <div class="card-head"><h2 id="welcome-title">{ texts::WHAT_THIS_IS }</h2>{ close() }</div>
                <p>{ if app.has_the_service_of_the_tour() { texts::WHAT_TO_DO } else { texts::WHAT_TO_DO_ELSEWHERE } }</p>
                { course(true) }
            </section>
        },
        // An empty canvas has nothing to try.
        Some(Card::Tour) if !app.has_services() => html! {},
        // Two drawings have no room for it.
        Some(Card::Tour) if app.beside.is_some() => html! {},
        Some(Card::Tour) => {
            let Some(Corner { is_small: is_folded, is_right, is_top }) = app.card_spot() else { return html! {} };
            let next = app.tour.done.iter().position(|done| !done);
            let step = |(at, done): (usize, bool)| {
                if is_folded && next != Some(at) {
                    html! {}
                } else {
                    system::hint(tour::says(app, at), (at == 0).then_some(tour::SPACE_TOO), done)
                }
            };
            html! {
                <section
                    class={classes!("card", "tips", is_folded.then_some("folded"), is_right.then_some("right"), is_top.then_some("top-of"))}
                    id="try-this" aria-labelledby="try-this-title">
                    <div class="card-head">
                        <h2 id="try-this-title">{ texts::TRY_THIS }</h2>
                        <span class="soft">{ texts::of_all(app.tour.count(), tour::STEPS.len()) }</span>
                        { close() }
                    </div>
                    <ol class="hints">{ app.tour.done.into_iter().enumerate().map(step).collect::<Html>() }</ol>
                    if app.tour.is_over() { { course(false) } }
                </section>
            }
        }
    }
}

/// Notices of the work, of time and of messages. The style sheet shows one at a time.
pub fn notices(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    html! {
        <>
            if !app.unread_problems.is_empty() { { panels::unread(&app.unread_problems, dispatch) } }
            { sent(session, app, dispatch) }
            { branches(session, dispatch) }
            if !(is_seen(app, Side::Left) && app.workspace.left == Some(Drawer::Import)) { { importing::beside(app, dispatch) } }
            { panels::draft(app, dispatch) }
            // Above two runs it would not say whose they are: the table does.
            if !app.options.embed && session.playhead.comparison.is_none() { { alert(session, app, dispatch) } }
        </>
    }
}

/// Dead letters that wait, until the alert is read. The counters, the timeline and the events tell of more.
fn alert(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let waiting = app.findings.waiting_dead_letters(session, &Landing::of(app, session));
    let total: u64 = waiting.iter().map(|(_, count)| *count).sum();
    let Some((first, _)) = waiting.first().filter(|_| !session.dead_letters_read) else { return html! {} };
    html! {
        <div class="toast" id="dead-letter-alert" role="status">
            { log_icon(LogIcon::Dead) }
            <span>{ texts::dead_letters_in(total, first, waiting.len()) }</span>
            <button type="button" class="line small" onclick={on(dispatch, WorkspaceAction::ReadDeadLetters(Some(first.clone())))}>
                { texts::SHOW }
            </button>
            { close_button(texts::CLOSE, on(dispatch, WorkspaceAction::ReadDeadLetters(None))) }
        </div>
    }
}

/// Where a message went that was sent from here and now.
fn sent(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let is_beside = is_seen(app, Side::Left) && app.workspace.left == Some(Drawer::Publish);
    let Some(outcome) = session.composer.outcome.as_ref().filter(|_| session.composer.is_told && !is_beside) else { return html! {} };
    html! {
        <div class="toast" id="sent" role="status">
            <span><code>{ &session.composer.routing_key }</code>{ format!(" {outcome}") }</span>
            { super::composer::story_of_sent(session, dispatch) }
            { close_button(texts::CLOSE, on(dispatch, PublishAction::Dismiss)) }
        </div>
    }
}

/// What a change would do in the past, and the branch that was left.
fn branches(session: &Session, dispatch: &Dispatch) -> Html {
    let past = session.timeline().is_in_the_past();
    // The comparison has these buttons itself.
    let has_other = session.playhead.tells_of_other_branch() && session.playhead.comparison.is_none();
    if !past && !has_other {
        return html! {};
    }
    let words = match session.playhead.left() {
        Some(_) if past => {
            let shown = Run::shown(session);
            texts::in_the_past_of(shown.name().0, shown.other().name().0)
        }
        None if past => texts::in_the_past(session.timeline().furthest()),
        Some(_) if !session.playhead.is_the_later_run() => texts::THIS_IS_THE_RUN_BEFORE.to_owned(),
        Some(Left::Restarted) => texts::THE_RUN_BEFORE_THE_RESTART_IS_KEPT.to_owned(),
        Some(Left::Changed) | None => texts::THERE_ARE_TWO_BRANCHES.to_owned(),
    };
    html! {
        <div class="toast" id="branches" role="status">
            <span>
                { words }
            </span>
            if past {
                <button type="button" class="line small" id="to-now" onclick={on(dispatch, TimeAction::Seek(session.timeline().furthest()))}>
                    { texts::BACK_TO_NOW }
                </button>
            }
            if has_other {
                <button type="button" class="line small" id="swap" onclick={on(dispatch, TimeAction::SwapBranches)}>
                    { texts::SWITCH }
                </button>
                <button type="button" class="line small" id="compare" onclick={on(dispatch, TimeAction::CompareBranches)}>
                    { texts::COMPARE }
                </button>
                { close_button(texts::CLOSE, on(dispatch, TimeAction::CloseBranches)) }
            }
        </div>
    }
}
