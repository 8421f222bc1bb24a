//! What lies over the page: scenarios, commands, shortcuts, sharing, the glossary, menus.

use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement};
use yew::{Callback, Html, InputEvent, KeyboardEvent, MouseEvent, NodeRef, TargetCast, classes, html};

use super::preview::preview;
use super::texts::{connect as connect_texts, dialogs as texts};
use super::widgets::{Look, button, close_button, on};
use super::{Dispatch, browser, icons};
use crate::app::commands::{self, Command};
use crate::app::glossary::TERMS;
use crate::app::search::Wanted;
use crate::app::{Action, App, Dialog, FileAction, Menu, Opening, PageAction, Session, Shared};

/// A dialog that takes the whole page, but for its head.
const PAGE: &str = "page";

/// A longer link is cut off by some programs.
const LINK_LONG: usize = 2_000;
const LINK_MAX: usize = crate::base::limits::LINK_BYTES;

/// The page closed it, and has forgotten it already: the browser's event tells it nothing.
const CLOSED_BY_PAGE: &str = "data-closed";

pub fn dialog(app: &App, dialog: &NodeRef, [link, told]: [&str; 2], linked: &Callback<String>, [run, dispatch]: [&Dispatch; 2]) -> Html {
    // What Escape asks for is done by the page. A browser may insist, and close it unasked.
    let oncancel = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: yew::Event| {
            if event.target_dyn_into::<HtmlDialogElement>().is_some() {
                event.prevent_default();
                dispatch.emit(Action::Page(PageAction::CloseDialog));
            }
        })
    };
    // The browser tells of it a little later: by then another may be wanted, or open.
    let onclose = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: yew::Event| {
            let Some(dialog) = event.target_dyn_into::<HtmlDialogElement>() else { return };
            let is_known = dialog.has_attribute(CLOSED_BY_PAGE);
            let _ = dialog.remove_attribute(CLOSED_BY_PAGE);
            if !is_known && !dialog.open() {
                dispatch.emit(Action::Page(PageAction::CloseDialog));
            }
        })
    };
    let (title, class, body) = match &app.dialog {
        None => ("", "", html! {}),
        Some(Dialog::Gallery) => (texts::SCENARIOS, "wide", gallery(app, dispatch)),
        Some(Dialog::Commands) => (texts::WHAT_DO_YOU_WANT_TO, "", palette(app, run, dispatch)),
        Some(Dialog::Menu { of, .. }) => {
            let (title, commands) = match of {
                Menu::Selection => (texts::ACTIONS, commands::of_selection(app)),
                Menu::Canvas => (texts::CANVAS, commands::of_canvas(app)),
                Menu::Parts => (texts::ADD_A_PART, commands::of_parts(app)),
                Menu::Ends { beside } => (connect_texts::WHERE_THE_LINE_LEADS, commands::of_ends(app, *beside)),
            };
            (title, "menu", list(&commands, run))
        }
        Some(section @ (Dialog::Shortcuts | Dialog::Glossary)) => (texts::HELP, "", help(section, app, dispatch)),
        Some(Dialog::Course) => (texts::COURSE, PAGE, super::course::course(app, dispatch)),
        Some(Dialog::Author) => (texts::A_LESSON_OF_YOUR_OWN, "wide", super::lesson::author(app, dispatch)),
        Some(Dialog::Share) => (texts::SHARE, "", share(app, link, linked, dispatch)),
        Some(Dialog::Replace) => (texts::REPLACE_WHAT_IS_OPEN, "", replace(app, dispatch)),
    };
    // A click beside it closes it.
    let onclick = dispatch.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        if let Some(dialog) = event.target_dyn_into::<HtmlDialogElement>() {
            onclick.emit(Action::Page(PageAction::CloseDialog));
            if dialog.class_name() == PAGE {
                click_beneath(&dialog, &event);
            }
        }
    });
    html! {
        <dialog ref={dialog.clone()} id="dialog" {class} aria-labelledby="dialog-title" {oncancel} {onclose} {onclick}>
            <div class="dialog-body">
                <div class="sec-head">
                    <h2 id="dialog-title" tabindex="-1" onkeydown={into_list()}>{ title }</h2>
                    if class == PAGE {
                        <button type="button" class="line" id="back-to-playing" onclick={on(dispatch, PageAction::CloseDialog)}>
                            { icons::chevron() }
                            { texts::BACK_TO_PLAYING }
                        </button>
                    } else {
                        { close_button(texts::CLOSE, on(dispatch, PageAction::CloseDialog)) }
                    }
                </div>
                { body }
                // The page behind it cannot be heard while a dialog is open.
                <p class="told" role="status" id="told-here">{ told }</p>
            </div>
        </dialog>
    }
}

/// The head of the page stays in sight above a separate page, and its buttons work. The one that opened that page closes it.
fn click_beneath(dialog: &HtmlDialogElement, event: &MouseEvent) {
    let _ = dialog.set_attribute(CLOSED_BY_PAGE, "");
    dialog.close();
    #[expect(clippy::cast_precision_loss, reason = "a screen is small")]
    let (x, y) = (event.client_x() as f32, event.client_y() as f32);
    let beneath = web_sys::window().and_then(|window| window.document()).and_then(|document| document.element_from_point(x, y));
    let button = beneath.and_then(|beneath| beneath.closest("button").ok().flatten());
    let button = button.filter(|button| button.id() != "lessons" && button.closest(".top").is_ok_and(|head| head.is_some()));
    if let Some(button) = button.and_then(|button| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(button).ok()) {
        button.click();
    }
}

/// What is read, rather than searched, is read from its heading: also where one takes the place of another.
fn read_from_its_heading(element: &HtmlDialogElement, what: Option<&Dialog>) {
    let title = element.query_selector("#dialog-title").ok().flatten();
    let words = title.as_ref().and_then(|title| title.text_content()).filter(|_| what.is_some()).unwrap_or_default();
    if element.get_attribute("data-of").unwrap_or_default() == words {
        return;
    }
    let _ = element.set_attribute("data-of", &words);
    // The others begin in their field of search.
    let is_read = !matches!(what, Some(Dialog::Commands | Dialog::Glossary));
    let begins = if is_read { title } else { element.query_selector("input").ok().flatten() };
    if let Some(begins) = begins.and_then(|begins| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(begins).ok()) {
        let _ = begins.focus();
    }
}

/// A dialog is modal only when the browser is asked for that; a menu opens where the pointer is.
pub fn show(dialog: &NodeRef, what: Option<&Dialog>) {
    let Some(element) = dialog.cast::<HtmlDialogElement>() else { return };
    if let (Some(what), false) = (what, element.open()) {
        let _ = element.show_modal();
        if let Some(html) = dialog.cast::<HtmlElement>() {
            let style = html.style();
            if let Dialog::Menu { x, y, .. } = what {
                let (width, height) = (html.offset_width(), html.offset_height());
                let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
                let (wide, high) = root.map_or((0, 0), |root: Element| (root.client_width(), root.client_height()));
                let _ = style.set_property("left", &format!("{}px", (*x).min(wide - width - 8).max(8)));
                let _ = style.set_property("top", &format!("{}px", (*y).min(high - height - 8).max(8)));
            } else {
                let _ = style.remove_property("left");
                let _ = style.remove_property("top");
            }
        }
    } else if what.is_none() && element.open() {
        let _ = element.set_attribute(CLOSED_BY_PAGE, "");
        element.close();
    }
    read_from_its_heading(&element, what);
}

/// From the heading an arrow leads to the first entry.
fn into_list() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        let dialog = event.target_dyn_into::<Element>().and_then(|title| title.closest("dialog").ok().flatten());
        let button =
            dialog.filter(|_| event.key() == "ArrowDown").and_then(|dialog| dialog.query_selector(".commands button").ok().flatten());
        if let Some(button) = button.and_then(|button| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(button).ok()) {
            event.prevent_default();
            let _ = button.focus();
        }
    })
}

/// Arrows go through the entries.
fn arrows() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        let forward = match event.key().as_str() {
            "ArrowDown" => true,
            "ArrowUp" => false,
            _ => return,
        };
        let Some(here) = event.target_dyn_into::<Element>().and_then(|target| target.closest("li").ok().flatten()) else { return };
        let next = if forward { here.next_element_sibling() } else { here.previous_element_sibling() };
        let button = next
            .and_then(|next| next.query_selector("button").ok().flatten())
            .and_then(|button| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(button).ok());
        if let Some(button) = button {
            event.prevent_default();
            let _ = button.focus();
        }
    })
}

fn list(entries: &[Command], run: &Dispatch) -> Html {
    html! {
        <ul class="commands" onkeydown={arrows()}>
            for command in entries.iter() {
                <li>
                    <button type="button" data-command={command.name()} onclick={on(run, command.action.clone())}>
                        <span>
                            { command.name() }
                            if !command.price.is_empty() { <small class="price">{ " " }{ command.price.clone() }</small> }
                        </span>
                        if !command.keys.is_empty() { <kbd>{ command.keys }</kbd> }
                    </button>
                </li>
            }
        </ul>
    }
}

fn search(app: &App, label: &'static str, dispatch: &Dispatch) -> Html {
    let oninput =
        dispatch.reform(|event: InputEvent| Action::Page(PageAction::TypeQuery(event.target_unchecked_into::<HtmlInputElement>().value())));
    html! {
        <input
            id="query"
            type="search"
            aria-label={label}
            placeholder={label}
            value={app.query.clone()}
            {oninput}
            autocomplete="off"
            autofocus=true
        />
    }
}

fn palette(app: &App, run: &Dispatch, dispatch: &Dispatch) -> Html {
    let found = commands::found(app);
    let first = found.first().cloned();
    let onkeydown = {
        let (run, close) = (run.clone(), dispatch.clone());
        Callback::from(move |event: KeyboardEvent| {
            if let (true, Some(command)) = (event.key() == "Enter" && event.target_dyn_into::<HtmlInputElement>().is_some(), &first) {
                event.prevent_default();
                run.emit(command.action.clone());
            }
            // A field of search would only be emptied.
            if event.key() == "Escape" {
                event.prevent_default();
                close.emit(PageAction::CloseDialog.into());
            }
            if let "ArrowDown" | "ArrowUp" = event.key().as_str() {
                event.prevent_default();
                browser::walk_list(&event, event.key() == "ArrowDown");
            }
        })
    };
    html! {
        <div class="palette" {onkeydown}>
            { search(app, texts::TYPE_TO_SEARCH_ENTER_RUNS, dispatch) }
            if found.is_empty() { <p class="soft" role="status">{ texts::NO_MATCHING_COMMAND }</p> }
            { list(&found, run) }
        </div>
    }
}

/// Keys and glossary, one of them at a time.
fn help(section: &Dialog, app: &App, dispatch: &Dispatch) -> Html {
    let tab = |id: &'static str, name: &'static str, of: Dialog| {
        let pressed = (*section == of).to_string();
        html! { <button type="button" class="tab" {id} aria-pressed={pressed} onclick={on(dispatch, PageAction::OpenDialog(of))}>{ name }</button> }
    };
    html! {
        <>
            <div class="tabs" role="group" aria-label={texts::HELP}>
                { tab("help-keys", texts::KEYS, Dialog::Shortcuts) }
                { tab("help-glossary", texts::GLOSSARY, Dialog::Glossary) }
            </div>
            if *section == Dialog::Glossary { { glossary(app, dispatch) } } else { { shortcuts(app) } }
        </>
    }
}

fn shortcuts(app: &App) -> Html {
    html! {
        <>
        <p class="soft">{ texts::KEYS_WORK_ON_THE_CANVAS }</p>
        <dl class="keys-list">
            for (keys, what) in commands::keys(app) {
                <dt><kbd>{ keys }</kbd></dt>
                <dd>{ what }</dd>
            }
        </dl>
        </>
    }
}

fn glossary(app: &App, dispatch: &Dispatch) -> Html {
    let wanted = Wanted::phrase(&app.query);
    let is_wanted = |(term, meaning): &&(&str, &str)| wanted.is_in(term) || wanted.is_in(meaning);
    html! {
        <>
            { search(app, texts::FIND_A_TERM, dispatch) }
            <dl class="terms">for (term, meaning) in TERMS.iter().filter(is_wanted) { <dt>{ *term }</dt><dd>{ *meaning }</dd> }</dl>
        </>
    }
}

fn gallery(app: &App, dispatch: &Dispatch) -> Html {
    html! {
        <>
            <div class="buttons">
                { button(Look::Small, "new", texts::AN_EMPTY_CANVAS, on(dispatch, FileAction::New)) }
            </div>
            if let Some(exhibits) = &app.gallery {
                <ul class="gallery">
                    for exhibit in exhibits.iter() {
                        <li>
                            <button
                                type="button"
                                data-exhibit={exhibit.entry.file.clone()}
                                onclick={on(dispatch, FileAction::OpenFromGallery(exhibit.entry.file.clone()))}
                            >
                                { preview(&exhibit.entry.outline, exhibit.view) }
                                <strong>{ &exhibit.entry.title }</strong>
                                <span>{ &exhibit.entry.about }</span>
                            </button>
                        </li>
                    }
                </ul>
            } else {
                <p class="soft" role="status">{ texts::FETCHING_THE_LIST }</p>
            }
        </>
    }
}

fn replace(app: &App, dispatch: &Dispatch) -> Html {
    let title = app.session.as_ref().map(|session| session.scenario().title.clone()).unwrap_or_default();
    let is_unsaved = app.session.as_ref().is_some_and(Session::is_unsaved);
    let look = if is_unsaved { Look::Danger } else { Look::Primary };
    html! {
        <>
            <p role="status">{ if is_unsaved { texts::has_unsaved_changes(&title) } else { texts::is_saved(&title) } }</p>
            <div class="buttons">
                if is_unsaved { { button(Look::Primary, "save-first", texts::SAVE_IT, on(dispatch, FileAction::SaveScenario)) } }
                { button(look, "replace", texts::REPLACE_IT, on(dispatch, FileAction::ConfirmReplace)) }
                <button type="button" class="line" onclick={on(dispatch, PageAction::CloseDialog)}>{ texts::KEEP_IT_OPEN }</button>
            </div>
        </>
    }
}

fn share(app: &App, link: &str, linked: &Callback<String>, dispatch: &Dispatch) -> Html {
    let recording = app.session.as_ref().map(|session| texts::recording_up_to(session.world().now())).unwrap_or_default();
    let documents = [(Shared::Scenario, texts::SCENARIO.to_owned()), (Shared::Recording, recording)];
    let openings = [
        (Opening::Page, texts::AS_A_PAGE),
        (Opening::ReadOnly, texts::READ_ONLY),
        (Opening::Embedded, texts::FOR_EMBEDDING_ONLY_THE_CANVAS),
        (Opening::Playing, texts::FOR_EMBEDDING_PLAYING_BY_ITSELF),
    ];
    let (shared, opening) = app.sharing;
    let choice = |id: &'static str, words: &str, of: (Shared, Opening)| {
        let pressed = (of == app.sharing).to_string();
        let onclick = on(dispatch, FileAction::Share(of.0, of.1));
        html! { <button type="button" class="tab" data-share={id} aria-pressed={pressed} {onclick}>{ words }</button> }
    };
    let lesson_links = [
        ("", texts::LINK_TO_THIS_LESSON),
        ("&embed", texts::FOR_EMBEDDING),
        ("&lock=services,clients", texts::WITH_SERVICES_AND_CLIENTS_LOCKED),
    ];
    let lesson_link = |file: &str, options: &'static str, words: &'static str| {
        let (file, linked) = (file.to_owned(), linked.clone());
        html! {
            <button
                type="button"
                class="line small"
                data-lesson-link={options}
                onclick={Callback::from(move |_: MouseEvent| linked.emit(browser::here(&format!("#lesson={file}{options}"))))}
            >
                { words }
            </button>
        }
    };
    html! {
        <>
            <p class="soft">
                { texts::THE_LINK_HOLDS_EVERYTHING_ITSELF }
                { app.sharing.1.says() }
                { texts::TO_KEEP_YOUR_WORK_USE }
            </p>
            <div class="share" role="group" aria-label={texts::WHAT_THE_LINK_HOLDS}>
                <h3>{ texts::WHAT_THE_LINK_HOLDS }</h3>
                <div class="tabs">
                    for (of, words) in documents { { choice(of.id(), &words, (of, opening)) } }
                </div>
            </div>
            <div class="share" role="group" aria-label={texts::HOW_IT_OPENS}>
                <h3>{ texts::HOW_IT_OPENS }</h3>
                <div class="tabs">
                    for (of, words) in openings { { choice(of.id(), words, (shared, of)) } }
                </div>
            </div>
            <div class="buttons">
                { button(Look::Primary, "copy-link", texts::COPY_THE_LINK, on(dispatch, FileAction::MakeLink(shared, opening))) }
            </div>
            if let Some(file) = app.classroom.as_ref().and_then(|classroom| classroom.file.clone()) {
                <div class="buttons files" role="group" aria-label={texts::A_LINK_TO_THIS_LESSON}>
                    for (options, words) in lesson_links { { lesson_link(&file, options, words) } }
                </div>
            }
            if !link.is_empty() {
                <label class="field">
                    <span>{ texts::characters(link.len()) }</span>
                    <textarea id="link" class="mono" rows="4" readonly=true value={link.to_owned()} />
                </label>
                if link.len() > LINK_MAX {
                    <p class="why" role="alert">{ texts::THAT_IS_LONGER_THAN_16 }</p>
                } else if link.len() > LINK_LONG {
                    <p class="soft" role="status">{ texts::OVER_2_000_CHARACTERS_SOME }</p>
                }
            }
            <div class={classes!("buttons", "files")}>
                <button type="button" class="line small" onclick={on(dispatch, FileAction::SaveScenario)}>
                    { texts::SAVE_THE_SCENARIO }
                </button>
                <button type="button" class="line small" onclick={on(dispatch, FileAction::SaveRecording)}>
                    { texts::SAVE_THE_RECORDING }
                </button>
                <button type="button" class="line small" onclick={on(dispatch, FileAction::SaveImage(crate::app::Image::Png))}>
                    { texts::PICTURE_PNG }
                </button>
                <button type="button" class="line small" onclick={on(dispatch, FileAction::SaveImage(crate::app::Image::Svg))}>
                    { texts::PICTURE_SVG }
                </button>
            </div>
        </>
    }
}
