//! Definitions of RabbitMQ: what came in, what was left out, and what looks wrong. Everything of the file is shown as text.

use web_sys::{Element, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::{Callback, Event, Html, InputEvent, SubmitEvent, TargetCast, html};

use super::texts::importing as texts;
use super::widgets::{chosen, on, option};
use super::{Dispatch, browser, icons};
use crate::app::importing::{Entry, Importing, NEWEST, Services, Shown, Vhost};
use crate::app::{Action, App, CanvasAction, CourseAction, EditAction, ImportAction, Session};
use crate::broker::Profile;
use crate::scenario::edit::Part;
use crate::scenario::edit::populate::{Offer, Share};

/// So many entries of a list are shown; their number is beside the heading.
const SHOWN_MAX: usize = 100;

/// What the drawer shows.
pub fn view(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let body = match &app.importing {
        None => nothing_yet(dispatch),
        Some(importing) => match &importing.shown {
            None => html! { <>{ file(importing, dispatch) }{ vhosts(importing, dispatch) }</> },
            Some(shown) => report(session, app, importing, shown, dispatch),
        },
    };
    let preview = app.importing.as_ref().filter(|importing| importing.is_preview());
    html! {
        <div class="drawer-form">
            <div class="drawer-body" id="import">{ body }</div>
            if let Some(importing) = preview {
                <div class="drawer-foot">
                    <p class="soft">{ texts::PREVIEW }</p>
                    <div class="buttons">
                        <button type="button" class="primary" id="use-import" onclick={on(dispatch, ImportAction::Use)}>{ texts::USE }</button>
                        if importing.has_own() {
                            <button type="button" class="line" id="discard-import" onclick={on(dispatch, ImportAction::Discard)}>
                                { texts::DISCARD }
                            </button>
                        }
                    </div>
                </div>
            }
        </div>
    }
}

/// While the drawer is closed, the canvas says that it shows a preview.
pub fn beside(app: &App, dispatch: &Dispatch) -> Html {
    let Some(importing) = app.importing.as_ref().filter(|importing| importing.is_preview()) else { return html! {} };
    html! {
        <div class="toast" id="preview" role="status">
            <span>{ texts::PREVIEW }</span>
            <button type="button" class="line small" onclick={on(dispatch, ImportAction::Use)}>{ texts::USE }</button>
            if importing.has_own() {
                <button type="button" class="line small" onclick={on(dispatch, ImportAction::Discard)}>{ texts::DISCARD }</button>
            }
        </div>
    }
}

fn choose_file(word: &'static str, dispatch: &Dispatch) -> Html {
    let dispatch = dispatch.clone();
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            browser::read_file(&file, dispatch.clone());
        }
        input.set_value(""); // the same file can be chosen again
    });
    html! {
        <label class="button line">
            { icons::open() }
            <span>{ word }</span>
            <input type="file" accept=".json,application/json" {onchange} />
        </label>
    }
}

/// A file or a text is asked for.
fn nothing_yet(dispatch: &Dispatch) -> Html {
    let onsubmit = dispatch.reform(|event: SubmitEvent| {
        event.prevent_default();
        let form: Element = event.target_unchecked_into();
        let area = form.query_selector("textarea").ok().flatten();
        let text = area.map(|area| wasm_bindgen::JsCast::unchecked_into::<HtmlTextAreaElement>(area).value()).unwrap_or_default();
        Action::Import(ImportAction::Begin { name: texts::WHAT_WAS_PASTED.into(), text })
    });
    html! {
        <>
            <section class="sec">
                <p>{ texts::WHAT_COMES_IN }</p>
                <div class="buttons">{ choose_file(texts::OPEN_A_FILE, dispatch) }</div>
                <p class="soft">{ texts::HOW_TO_GET_ONE }<code>{ texts::COMMAND }</code></p>
            </section>
            <form class="sec last" {onsubmit}>
                <label>
                    { texts::OR_PASTE }
                    <textarea class="mono" id="pasted-definitions" rows="6" spellcheck="false" autocomplete="off" placeholder={texts::EXAMPLE} />
                </label>
                <div class="buttons"><button class="line">{ texts::IMPORT_THE_TEXT }</button></div>
            </form>
        </>
    }
}

/// The file, and another in its place.
fn file(importing: &Importing, dispatch: &Dispatch) -> Html {
    let version = importing.shown.as_ref().and_then(|shown| shown.report.version.as_deref());
    html! {
        <div class="file">
            { icons::open() }
            <div>
                <b>{ &importing.name }</b>
                <span class="soft">{ texts::size_and_version(importing.bytes(), version) }</span>
            </div>
            { choose_file(texts::REPLACE, dispatch) }
        </div>
    }
}

/// Which of them comes in.
fn vhosts(importing: &Importing, dispatch: &Dispatch) -> Html {
    let one = |vhost: &Vhost| {
        let choose = on(dispatch, ImportAction::Choose(vhost.name.clone()));
        html! {
            <li>
                <button type="button" class="line" onclick={choose}>
                    <b>{ &vhost.name }</b>
                    <span class="soft">{ texts::of_vhost(vhost.exchanges, vhost.queues, vhost.bindings) }</span>
                </button>
            </li>
        }
    };
    html! {
        <section class="sec last">
            <h2>{ texts::CHOOSE_A_VIRTUAL_HOST }</h2>
            <p class="soft">{ texts::WHY_ONE }</p>
            <ul class="vhosts">{ for importing.vhosts.iter().take(SHOWN_MAX).map(one) }</ul>
        </section>
    }
}

fn report(session: &Session, app: &App, importing: &Importing, shown: &Shown, dispatch: &Dispatch) -> Html {
    let report = &shown.report;
    // A file of policies alone has nothing that a program could use.
    let broker = &session.scenario().broker;
    let has_parts = broker.exchanges.len() + broker.queues.len() > 0;
    let entries =
        |list: &[Entry]| html! { <ul class="findings">{ for list.iter().take(SHOWN_MAX).map(|one| told(session, one, dispatch)) }</ul> };
    let folded = |id: &'static str, title: String, list: &[Entry]| {
        html! { if !list.is_empty() { <details class="sec" {id}><summary>{ title }</summary>{ entries(list) }{ more(list.len()) }</details> } }
    };
    html! {
        <>
            { file(importing, dispatch) }
            <dl class="counted">
                { for shown.counts().into_iter().map(|(count, word)| html! { <div><dd>{ count }</dd><dt>{ word }</dt></div> }) }
            </dl>
            { how(importing, shown, dispatch) }
            if !app.options.read_only && has_parts { { services(&importing.services, dispatch) } }
            <section class="sec" id="import-findings">
                <div class="headed">
                    <h2>{ texts::findings(report.findings.len()) }</h2>
                    { fix_all(app, shown, dispatch) }
                </div>
                if !report.findings.is_empty() {
                    <ul class="findings">
                        { for report.findings.iter().take(SHOWN_MAX).enumerate().map(|(place, one)| finding(session, app, shown, (place + 1, one), dispatch)) }
                    </ul>
                    { more(report.findings.len()) }
                }
            </section>
            { newest(session, shown, dispatch) }
            { folded("left-out", texts::left_out(report.left_out.len()), &report.left_out) }
            { folded("import-notes", texts::notes(report.notes.len()), &report.notes) }
            <div class="buttons">
                <button type="button" class="link" id="save-report" onclick={on(dispatch, ImportAction::SaveReport)}>
                    { texts::SAVE_THE_REPORT }
                </button>
            </div>
        </>
    }
}

fn more(count: usize) -> Html {
    html! { if count > SHOWN_MAX { <p class="soft">{ texts::and_more(count - SHOWN_MAX) }</p> } }
}

/// Which virtual host came in, and as which RabbitMQ takes it.
fn how(importing: &Importing, shown: &Shown, dispatch: &Dispatch) -> Html {
    let now = shown.report.vhost.as_deref().unwrap_or_default();
    let choose = chosen(dispatch, |name| ImportAction::Choose(name.to_owned()).into());
    let simulate = chosen(dispatch, |name| ImportAction::SimulateAs(Profile::from_name(name)).into());
    let is_now = |vhost: &Vhost| importing.vhost.as_ref() == Some(&vhost.name);
    html! {
        <div class="how">
            if importing.vhosts.len() > 1 {
                <label for="import-vhost">{ texts::VIRTUAL_HOST }</label>
                <select id="import-vhost">
                    { for importing.vhosts.iter().take(SHOWN_MAX).map(|one| option(&one.name, &one.name, is_now(one))) }
                </select>
                <button type="button" class="line small" onclick={choose}>{ texts::SHOW }</button>
            } else {
                <span class="soft whole">{ texts::virtual_host(now) }</span>
            }
            <label for="import-version">{ texts::SIMULATED_AS }</label>
            <select id="import-version">
                { for Profile::ALL.into_iter().map(|one| option(one.name(), &texts::rabbitmq(one.name()), one == shown.report.profile)) }
            </select>
            <button type="button" class="line small" onclick={simulate}>{ texts::SHOW }</button>
        </div>
    }
}

/// A sentence with its place and what to do.
fn says(entry: &Entry) -> Html {
    html! {
        <p>
            { &entry.says }
            if let Some(at) = entry.at { <span class="soft">{ texts::at(&at, &entry.path) }</span> }
        </p>
    }
}

fn show_part(session: &Session, entry: &Entry, dispatch: &Dispatch) -> Html {
    let part: Option<&Part> = entry.shown_by.as_ref();
    let place = part.and_then(|part| session.node(part));
    html! {
        if let Some((part, place)) = part.zip(place) {
            <button type="button" class="link" onclick={on(dispatch, CanvasAction::GoTo(place))}>{ &**part.name() }</button>
        }
    }
}

fn told(session: &Session, entry: &Entry, dispatch: &Dispatch) -> Html {
    html! {
        <li>
            <span class="soft" aria-hidden="true">{ "–" }</span>
            { says(entry) }
            <div class="buttons">
                { show_part(session, entry, dispatch) }
                if let Some(todo) = &entry.todo { <span>{ texts::to_do(todo) }</span> }
            </div>
        </li>
    }
}

/// One alone has its button below.
fn fix_all(app: &App, shown: &Shown, dispatch: &Dispatch) -> Html {
    let count = if app.options.read_only { 0 } else { shown.mendable(app) };
    html! {
        if count > 1 {
            <button type="button" class="link" id="fix-all" onclick={on(dispatch, ImportAction::MendAll)}>{ texts::fix_all(count) }</button>
        }
    }
}

/// The canvas has the same number at the part that shows it.
fn finding(session: &Session, app: &App, shown: &Shown, (number, entry): (usize, &Entry), dispatch: &Dispatch) -> Html {
    let stands = shown.stands(app, entry);
    let live = app.findings.all().iter().find(|one| one.says == entry.says);
    let fix = live.and_then(|one| one.fix.as_ref()).filter(|_| !app.options.read_only);
    let fix = fix.and_then(|fix| Some((fix.says(), fix.edits(session.scenario())?)));
    html! {
        <li>
            if stands { <b class="pin number">{ number }</b> } else { { icons::done() } }
            { says(entry) }
            <div class="buttons">
                { show_part(session, entry, dispatch) }
                if !stands {
                    <span class="ok">{ texts::IT_IS_NO_MORE }</span>
                } else if let Some((says, edits)) = fix {
                    <button type="button" class="line small fix" onclick={on(dispatch, EditAction::Mend(edits))}>{ texts::fix(&says) }</button>
                } else if let Some(todo) = &entry.todo {
                    <span>{ texts::to_do(todo) }</span>
                }
                if let Some(lesson) = entry.lesson {
                    <button type="button" class="link" onclick={on(dispatch, CourseAction::Open(lesson.into()))}>
                        { texts::READ_THE_LESSON }
                    </button>
                }
            </div>
        </li>
    }
}

/// What the newest RabbitMQ would refuse.
fn newest(session: &Session, shown: &Shown, dispatch: &Dispatch) -> Html {
    if shown.report.profile == NEWEST {
        return html! {};
    }
    let refused = &shown.refused;
    html! {
        <section class="sec" id="import-newest">
            <h2>{ texts::would_refuse(NEWEST.name(), refused.len()) }</h2>
            if !refused.is_empty() {
                <ul class="findings">{ for refused.iter().take(SHOWN_MAX).map(|one| told(session, one, dispatch)) }</ul>
                { more(refused.len()) }
            }
            <div class="buttons">
                <button type="button" class="line small" onclick={on(dispatch, ImportAction::SimulateAs(Some(NEWEST)))}>
                    { texts::simulate(NEWEST.name()) }
                </button>
            </div>
        </section>
    }
}

/// Consumers and publishers, for all or by hand.
fn services(services: &Services, dispatch: &Dispatch) -> Html {
    let [consumers, publishers] = services.chosen();
    let filter = dispatch
        .reform(|event: InputEvent| Action::Import(ImportAction::Filter(event.target_unchecked_into::<HtmlInputElement>().value())));
    let share = dispatch.reform(|event: Event| {
        let word = event.target_unchecked_into::<HtmlSelectElement>().value();
        Action::Import(ImportAction::Share(if word == texts::PREFIX { Share::Prefix } else { Share::Each }))
    });
    let one = |(offer, is_chosen): (&Offer, bool)| {
        let toggle = on(dispatch, ImportAction::Toggle { part: offer.part.clone(), consumes: offer.consumes });
        html! {
            <li>
                <label class="check">
                    <input type="checkbox" checked={is_chosen} onclick={toggle} />
                    <span>{ texts::offer(offer.part.name(), offer.consumes) }</span>
                </label>
            </li>
        }
    };
    let offered = services.offered().count();
    html! {
        <section class="sec" id="import-services">
            <h2>{ texts::SERVICES }</h2>
            if offered == 0 && services.prefix.is_empty() {
                <p class="soft">{ texts::NO_SERVICE_IS_MISSING }</p>
            } else {
                <p class="soft">{ texts::WHY_SERVICES }</p>
                <div class="buttons">
                    <button
                        type="button" class="line small" id="add-services" disabled={consumers + publishers == 0}
                        onclick={on(dispatch, ImportAction::AddServices)}
                    >
                        { texts::add(consumers, publishers) }
                    </button>
                </div>
                if consumers + publishers == 0 { <p class="soft">{ texts::NO_OTHER_IS_CHOSEN }</p> }
                <details>
                    <summary>{ texts::CHOOSE_WHICH }</summary>
                    <div class="pair">
                        <label>
                            { texts::NAMES_BEGIN_WITH }
                            <input class="mono" id="import-prefix" value={services.prefix.clone()} oninput={filter} autocomplete="off" spellcheck="false" />
                        </label>
                        <label>
                            { texts::A_SERVICE_FOR }
                            <select id="import-share" onchange={share}>
                                { option(texts::EACH, texts::EACH_PART, services.share == Share::Each) }
                                { option(texts::PREFIX, texts::EACH_PREFIX, services.share == Share::Prefix) }
                            </select>
                        </label>
                    </div>
                    <ul class="by-hand">{ for services.offered().take(SHOWN_MAX).map(one) }</ul>
                    { more(offered) }
                </details>
            }
        </section>
    }
}
