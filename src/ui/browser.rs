//! What the browser does for us: reading files, keeping preferences, telling of the system's wishes.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{HtmlElement, HtmlInputElement, MouseEvent, SvgElement};
use yew::Callback;

use super::Dispatch;
use super::texts::browser as texts;
use crate::app::{Action, CourseAction, EditAction, FileAction, Kept, Motion, Options, Side, Sizes, Speed, Theme};
use crate::base::limits::{FILE_BYTES, beyond};
use crate::lesson::Lock;

/// A function of `static/browser.js`.
fn call(name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let library = Reflect::get(&js_sys::global(), &"requeue".into()).ok()?;
    let function: Function = Reflect::get(&library, &name.into()).ok()?.dyn_into().ok()?;
    function.apply(&library, &arguments.iter().collect::<Array>()).ok()
}

/// The same, for one that takes its time: its text, or why there is none.
fn ask(name: &str, arguments: &[JsValue], done: impl FnOnce(Result<String, String>) + 'static) {
    let Some(promise) = call(name, arguments).and_then(|promise| promise.dyn_into::<Promise>().ok()) else {
        return done(Err(texts::THE_SCRIPT_IS_MISSING.into()));
    };
    let told = |value: &JsValue| value.as_string().or_else(|| Reflect::get(value, &"message".into()).ok()?.as_string()).unwrap_or_default();
    let done = std::rc::Rc::new(std::cell::Cell::new(Some(done)));
    let failed = done.clone();
    let good = Closure::once(move |value: JsValue| done.take().map_or((), |done| done(Ok(told(&value)))));
    let bad = Closure::once(move |value: JsValue| failed.take().map_or((), |done| done(Err(told(&value)))));
    let _ = promise.then2(&good, &bad);
    // Both live until the promise has called one of them.
    good.forget();
    bad.forget();
}

fn opened(name: String, result: Result<String, String>) -> Action {
    match result {
        Ok(text) => Action::File(FileAction::Opened { name, text }),
        Err(reason) => Action::File(FileAction::OpenFailed { name, reason: texts::it_cannot_be_read(&reason) }),
    }
}

/// A scenario of the site, by its file's name.
pub fn fetch_scenario(name: String, dispatch: Dispatch) {
    let url = format!("scenarios/{name}");
    ask("fetched", &[url.into()], move |result| dispatch.emit(opened(name, result)));
}

pub fn fetch_gallery(dispatch: Dispatch) {
    ask("fetched", &["gallery.json".into()], move |result| {
        dispatch.emit(match result {
            Ok(text) => Action::File(FileAction::GalleryFetched(text)),
            Err(reason) => Action::File(FileAction::OpenFailed { name: "gallery.json".into(), reason }),
        });
    });
}

/// A file for the visitor to keep.
pub fn download(name: &str, text: &str) {
    let _ = call("save", &[text.into(), name.into()]);
}

/// Says whether it was copied.
pub fn copy(text: &str, told: Callback<String>) {
    ask("copy", &[text.into()], move |result| told.emit(result.map_or(texts::NOT_COPIED, |_| texts::COPIED).into()));
}

/// What was copied in this page.
pub fn copied() -> String {
    call("copied", &[]).and_then(|text| text.as_string()).unwrap_or_default()
}

/// Pastes what the clipboard holds; where the browser keeps it to itself, what was copied in this page.
pub fn paste(dispatch: Dispatch) {
    ask("pasted", &[], move |text| dispatch.emit(EditAction::Paste(text.unwrap_or_default()).into()));
}

pub fn picture(kind: &str, name: &str, tokens: &str) {
    let _ = call("picture", &[kind.into(), name.into(), tokens.into()]);
}

/// A link to this page that holds a document.
pub fn link(text: &str, options: &str, done: Callback<String>) {
    let options = options.to_owned();
    ask("pack", &[text.into()], move |packed| {
        done.emit(packed.map(|packed| here(&format!("#1={packed}{options}"))).unwrap_or_default());
    });
}

/// What the page's address holds: options, and perhaps something to open.
#[derive(Default)]
pub struct Address {
    pub options: Options,
    /// A document, as a link has it.
    pub packed: Option<String>,
    /// A scenario of the gallery, by its file's name.
    pub exhibit: Option<String>,
    pub lesson: Option<String>,
}

pub fn address() -> Address {
    let hash = web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    let mut address = Address::default();
    let options = &mut address.options;
    // A file of the site, and no other.
    let file = |value: &str| {
        Some(value.to_owned()).filter(|name| name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')))
    };
    for part in hash.trim_start_matches('#').split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key {
            "read-only" => options.read_only = true,
            "embed" => options.embed = true,
            "play" => options.play = true,
            "t" => options.at = value.parse().ok().map(crate::base::SimTime::from_millis),
            "speed" => options.speed = Speed::of_code(value),
            "lock" => {
                options.locks =
                    value.split(',').filter_map(|word| Lock::ALL.iter().find(|(name, _)| *name == word).map(|(_, lock)| *lock)).collect();
            }
            "scenario" => address.exhibit = file(value),
            "lesson" => address.lesson = file(value),
            // The link that skips to the canvas, and no document.
            "stage" => {}
            // The version of the link comes first, and a number alone is one.
            _ => address.packed = Some(if key == "1" { value.to_owned() } else { format!("?{key}") }),
        }
    }
    address
}

/// This page with something else behind its #.
pub fn here(hash: &str) -> String {
    let here = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    format!("{}{hash}", here.split('#').next().unwrap_or_default())
}

/// Tells the page this one is embedded in, if it is.
pub fn tell(what: &str, text: &str) {
    let _ = call("tell", &[what.into(), text.into()]);
}

pub fn fetch_course(dispatch: Dispatch) {
    ask("fetched", &["lessons/index.json".into()], move |result| {
        dispatch.emit(match result {
            Ok(text) => Action::Course(CourseAction::Fetched(text)),
            Err(reason) => Action::File(FileAction::OpenFailed { name: "lessons/index.json".into(), reason }),
        });
    });
}

pub fn fetch_lesson(name: &str, dispatch: Dispatch) {
    let url = format!("lessons/{name}");
    ask("fetched", &[url.clone().into()], move |result| dispatch.emit(opened(url, result)));
}

const PROGRESS_KEY: &str = "requeue.2.progress";

const WORKS_KEY: &str = "requeue.2.works";

const PLACE_KEY: &str = "requeue.2.place";

const TOUR_KEY: &str = "requeue.2.welcomed";

const UNREAD_KEY: &str = "requeue.2.unread";

pub fn progress() -> Kept {
    let stored = |key: &str| stored(key).unwrap_or_default();
    Kept {
        progress: stored(PROGRESS_KEY),
        works: stored(WORKS_KEY),
        unread: stored(UNREAD_KEY),
        place: stored(PLACE_KEY),
        tour: stored(TOUR_KEY),
    }
}

pub fn save_progress(kept: &Kept) {
    let Some(storage) = storage() else { return };
    // First what could not be read: it makes room for nothing else before it is safe.
    if !kept.unread.is_empty() && storage.set_item(UNREAD_KEY, &kept.unread).is_err() {
        return;
    }
    let _ = storage.set_item(PROGRESS_KEY, &kept.progress);
    let _ = storage.set_item(WORKS_KEY, &kept.works);
    let _ = storage.set_item(PLACE_KEY, &kept.place);
    let _ = storage.set_item(TOUR_KEY, &kept.tour);
}

/// Opens what a link holds.
pub fn open_link(packed: String, dispatch: Dispatch) {
    let name = texts::THE_LINK.to_owned();
    if let Some(version) = packed.strip_prefix('?') {
        let reason = texts::it_begins_with_and_this(&version);
        return dispatch.emit(Action::File(FileAction::OpenFailed { name, reason }));
    }
    ask("unpack", &[packed.into()], move |result| {
        dispatch.emit(match result {
            Ok(text) => Action::File(FileAction::Opened { name, text }),
            Err(reason) => Action::File(FileAction::OpenFailed { name, reason }),
        });
    });
}

pub fn read_file(file: &web_sys::File, dispatch: Dispatch) {
    let name = file.name();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size is a whole number, and a huge one is too large")]
    let size = file.size() as usize;
    if let Some(reason) = beyond(texts::BYTES_OF_A_FILE, size, FILE_BYTES) {
        return dispatch.emit(Action::File(FileAction::OpenFailed { name, reason }));
    }
    ask("read", &[JsValue::from(file)], move |result| dispatch.emit(opened(name, result)));
}

const PREFERENCES_KEY: &str = "requeue.2.preferences";

/// What a visitor chose: two words.
pub fn preferences() -> (Theme, Motion) {
    let kept: String = stored(PREFERENCES_KEY).unwrap_or_default();
    let theme = match kept.split(' ').next() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    };
    let motion = match kept.split(' ').nth(1) {
        Some("reduced") => Motion::Reduced,
        Some("full") => Motion::Full,
        _ => Motion::System,
    };
    (theme, motion)
}

/// None where it is blocked.
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn stored(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// A full or blocked storage loses a preference and nothing else.
pub fn save_preferences(theme: Theme, motion: Motion) {
    let theme = match theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let motion = match motion {
        Motion::System => "system",
        Motion::Reduced => "reduced",
        Motion::Full => "full",
    };
    let _ = storage().map(|storage| storage.set_item(PREFERENCES_KEY, &format!("{theme} {motion}")));
}

/// Milliseconds since the page began.
pub fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// In pixels.
pub fn window_width() -> u32 {
    pixels(web_sys::window().and_then(|window| window.inner_width().ok()?.as_f64()).unwrap_or(1_440.0))
}

/// In pixels.
pub fn window_height() -> u32 {
    pixels(web_sys::window().and_then(|window| window.inner_height().ok()?.as_f64()).unwrap_or(900.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window is some thousand pixels large")]
const fn pixels(of: f64) -> u32 {
    of as u32
}

/// The rows of a story that are being read stay where they are.
pub fn hold_story() {
    call("hold", &[]);
}

/// Fetches the page's own type: after the system is seen, so that it delays nothing.
pub fn load_fonts() {
    call("fonts", &[]);
}

/// It is here.
pub fn has_own_type() -> bool {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
    root.is_some_and(|root| root.has_attribute("data-type"))
}

const SIZES_KEY: &str = "requeue.2.sizes";

pub fn sizes() -> Sizes {
    Sizes::read(&stored(SIZES_KEY).unwrap_or_default())
}

/// The style sheet reads the sizes; a browser that keeps nothing shows them all the same.
pub fn keep_sizes(sizes: Sizes) {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
    if let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        for (name, side) in [("--left", Side::Left), ("--right", Side::Right), ("--shelf", Side::Shelf)] {
            let _ = match sizes.chosen(side) {
                Some(size) => root.style().set_property(name, &format!("{size}px")),
                None => root.style().remove_property(name).map(drop),
            };
        }
    }
    let _ = storage().map(|storage| storage.set_item(SIZES_KEY, &sizes.write()));
}

/// Where what is being drawn is kept.
const DRAFT_KEY: &str = "requeue.2.draft";

/// And what was drawn before that, and not decided on.
const OLDER_DRAFTS_KEY: &str = "requeue.2.drafts";
/// Between two of them: no draft has it.
const BETWEEN: &str = "\u{1e}";

/// What is kept, the newest first.
pub fn drafts() -> Vec<String> {
    let older = stored(OLDER_DRAFTS_KEY).unwrap_or_default();
    let older = older.split(BETWEEN).filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    stored(DRAFT_KEY).into_iter().chain(older).collect()
}

pub fn save_older_drafts(texts: &[String]) -> bool {
    storage().is_some_and(|storage| {
        if texts.is_empty() { storage.remove_item(OLDER_DRAFTS_KEY) } else { storage.set_item(OLDER_DRAFTS_KEY, &texts.join(BETWEEN)) }
            .is_ok()
    })
}

/// The page is left, or another one is looked at.
pub fn on_hidden(hidden: &Callback<()>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    let told = hidden.clone();
    let left = EventListener::new(&window, "pagehide", move |_| told.emit(()));
    let told = hidden.clone();
    let covered = window.document().map(|document| EventListener::new(&document, "visibilitychange", move |_| told.emit(())));
    [left].into_iter().chain(covered).collect()
}

/// In this tab alone: another tab has other work.
const AT_WORK_KEY: &str = "requeue.2.at-work";

fn storage_of_tab() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok()?
}

pub fn note_work(is_open: bool) {
    let _ = storage_of_tab().map(|storage| if is_open { storage.set_item(AT_WORK_KEY, "yes") } else { storage.remove_item(AT_WORK_KEY) });
}

/// The page was loaded again, and work was open on it.
pub fn was_at_work() -> bool {
    let is_reload = || Some(web_sys::window()?.performance()?.navigation().type_() == web_sys::PerformanceNavigation::TYPE_RELOAD);
    let note = || storage_of_tab()?.get_item(AT_WORK_KEY).ok()?;
    is_reload() == Some(true) && note().is_some()
}

/// Whether it could be kept: a full or blocked storage keeps nothing.
pub fn save_draft(text: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(DRAFT_KEY, text).is_ok())
}

pub fn forget_draft() {
    let _ = storage().map(|storage| storage.remove_item(DRAFT_KEY));
}

/// The page is broken, which is our mistake: says so, and that the work is kept.
pub fn show_panic(what: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let (Some(body), Ok(overlay)) = (document.body(), document.create_element("div")) else { return };
    let _ = overlay.set_attribute("id", "broken");
    let _ = overlay.set_attribute("role", "alertdialog");
    let _ = overlay.set_attribute("aria-label", texts::REQUEUE_IS_BROKEN);
    let paragraph = |text: &str| {
        if let Ok(paragraph) = document.create_element("p") {
            paragraph.set_text_content(Some(text));
            let _ = overlay.append_child(&paragraph);
        }
    };
    paragraph(texts::SOMETHING_IN_REQUEUE_IS_BROKEN);
    paragraph(texts::WHAT_YOU_HAVE_DRAWN_IS);
    paragraph(what);
    let _ = body.append_child(&overlay);
}

/// After a click with a pointer the keys belong to the page again. Space then pauses, and does not click once more.
pub fn leave_after_pointer(event: &MouseEvent) {
    let focused = web_sys::window().and_then(|window| window.document()).and_then(|document| document.active_element());
    if let Some(focused) = focused.filter(|_| event.detail() > 0) {
        // A node of the drawing is SVG, a button HTML.
        match focused.dyn_into::<HtmlElement>() {
            Ok(element) => drop(element.blur()),
            Err(element) => drop(element.dyn_into::<SvgElement>().map(|element| element.blur())),
        }
    }
}

/// Arrows in a list of commands below a field of search. The first one is what Enter in the field runs, so the next is the second.
pub fn walk_list(event: &web_sys::KeyboardEvent, down: bool) {
    let here = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some((here, list)) = here.and_then(|here| here.closest(".palette").ok().flatten().map(|list| (here, list))) else { return };
    let Ok(buttons) = list.query_selector_all(".commands>li>button") else { return };
    let place = (0..buttons.length()).find(|index| buttons.item(*index).is_some_and(|one| one.is_same_node(Some(&here))));
    let next = match (place, down) {
        (None, true) => Some(1.min(buttons.length().saturating_sub(1))),
        (None | Some(0), false) => None,
        (Some(place), true) => Some((place + 1).min(buttons.length() - 1)),
        (Some(place), false) => Some(place - 1),
    };
    let next = next.map_or_else(|| list.query_selector("#query").ok().flatten().map(Into::into), |index| buttons.item(index));
    if let Some(html) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        let _ = html.focus();
    }
}

/// Gives the keyboard to an element. It may be a field, whose text is selected, a node of the drawing, or a heading.
pub fn focus(id: &str) {
    let element = web_sys::window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id(id));
    let Some(element) = element else { return };
    // A field that is rarely changed may be folded away.
    if let Some(folded) = element.closest("details:not([open])").ok().flatten() {
        let _ = folded.set_attribute("open", "");
    }
    // A heading of a column is read with what stands above it.
    if let Some(column) = element.closest(".drawer-body").ok().flatten() {
        column.set_scroll_top(0);
    }
    // A node of the drawing is SVG, everything else HTML.
    if let Some(html) = element.dyn_ref::<HtmlElement>() {
        let _ = html.focus();
    } else if let Some(node) = element.dyn_ref::<SvgElement>() {
        let _ = node.focus();
    }
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.select();
    }
}

/// Whether this element has the keyboard.
pub fn has_keyboard(id: &str) -> bool {
    let focused = web_sys::window().and_then(|window| window.document()).and_then(|document| document.active_element());
    focused.is_some_and(|focused| focused.id() == id)
}

/// What opened is scrolled into view, wherever the keyboard is.
pub fn reveal(id: &str) {
    let _ = call("reveal", &[id.into()]);
}

/// What had the keyboard may be gone: its area gets it.
pub fn keep_focus() {
    let _ = call("keepFocus", &[]);
}

/// A drag ends with a click on what was dragged: the visitor did not mean it.
pub fn swallow_click() {
    let _ = call("swallow", &[]);
}

/// Parts from the clipboard, unless the reader is typing. A middle click pastes as well on Linux, where it only means to move the view.
pub fn on_paste(dispatch: &Dispatch) -> Vec<EventListener> {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return Vec::new() };
    let is_middle_click = Rc::new(Cell::new(false));
    let pressed = {
        let is_middle_click = is_middle_click.clone();
        move |event: &web_sys::Event| {
            is_middle_click.set(event.dyn_ref::<MouseEvent>().is_some_and(|event| event.button() == MIDDLE_BUTTON));
        }
    };
    let dispatch = dispatch.clone();
    let pasted = move |event: &web_sys::Event| {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let is_typing = target.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA"));
        if is_typing || is_middle_click.get() {
            return;
        }
        let data = event.dyn_ref::<web_sys::ClipboardEvent>().and_then(web_sys::ClipboardEvent::clipboard_data);
        let text = data.and_then(|data| data.get_data("text/plain").ok()).filter(|text| !text.is_empty()).unwrap_or_else(copied);
        dispatch.emit(Action::Edit(EditAction::Paste(text)));
    };
    let capture = EventListenerOptions::run_in_capture_phase();
    let mut listeners = vec![EventListener::new(&document, "paste", pasted)];
    // The last press says where a paste comes from.
    for event in ["pointerdown", "keydown"] {
        listeners.push(EventListener::new_with_options(&document, event, capture, pressed.clone()));
    }
    listeners
}

const MIDDLE_BUTTON: i16 = 1;

pub fn apply_theme(theme: Theme) {
    let Some(root) = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element()) else {
        return;
    };
    let _ = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        Theme::Light => root.set_attribute("data-theme", "light"),
        Theme::Dark => root.set_attribute("data-theme", "dark"),
    };
}

pub fn prefers_reduced_motion() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// What stands behind the # of the page's address is another: a link was followed in this page.
pub fn on_address_changed(changed: &Callback<()>) -> Option<EventListener> {
    let changed = changed.clone();
    web_sys::window().map(|window| EventListener::new(&window, "hashchange", move |_| changed.emit(())))
}

pub fn on_surroundings_changed(changed: &Callback<()>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    let listener = |target: &web_sys::EventTarget, event: &'static str| {
        let changed = changed.clone();
        EventListener::new(target, event, move |_| changed.emit(()))
    };
    let mut listeners = vec![listener(&window, "resize")];
    for query in ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"] {
        if let Ok(Some(query)) = window.match_media(query) {
            listeners.push(listener(&query, "change"));
        }
    }
    listeners
}
