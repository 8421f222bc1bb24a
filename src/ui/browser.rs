//! What the browser does for us: reading files, keeping preferences, telling of the system's wishes.

use gloo::events::EventListener;
use gloo::file::futures::read_as_text;
use gloo::net::http::Request;
use gloo::storage::{LocalStorage, Storage};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, MouseEvent, SvgElement};
use yew::Callback;
use yew::platform::spawn_local;

use super::Dispatch;
use crate::app::{Action, Motion, Theme};
use crate::formats::scenario_file;

/// Where preferences are kept: named and versioned, so that nothing else is read as ours.
const PREFERENCES_KEY: &str = "requeue.1.preferences";

async fn fetch_text(url: &str) -> Result<String, String> {
    match Request::get(url).send().await {
        Ok(answer) if answer.ok() => answer.text().await.map_err(|error| error.to_string()),
        Ok(answer) => Err(format!("the server answered {} {}", answer.status(), answer.status_text())),
        Err(error) => Err(format!("it cannot be fetched: {error}")),
    }
}

/// A scenario of the site, by its file's name.
pub fn fetch_scenario(name: String, dispatch: Dispatch) {
    spawn_local(async move {
        dispatch.emit(match fetch_text(&format!("scenarios/{name}")).await {
            Ok(text) => Action::Opened { name, text },
            Err(reason) => Action::OpenFailed { name, reason },
        });
    });
}

pub fn fetch_gallery(dispatch: Dispatch) {
    spawn_local(async move {
        let name = "gallery.json".to_owned();
        dispatch.emit(match fetch_text(&name).await {
            Ok(text) => Action::GalleryFetched(text),
            Err(reason) => Action::OpenFailed { name, reason },
        });
    });
}

/// A file for the visitor to keep.
pub fn download(name: &str, text: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let blob = gloo::file::Blob::new_with_options(text, Some("application/json"));
    let url = gloo::file::ObjectUrl::from(blob);
    let Some(link) = document.create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok()) else { return };
    if link.set_attribute("href", &url).is_ok() && link.set_attribute("download", name).is_ok() {
        link.click();
    }
}

pub fn read_file(file: web_sys::File, dispatch: Dispatch) {
    spawn_local(async move {
        let name = file.name();
        #[expect(clippy::cast_precision_loss, reason = "the limit is small")]
        let too_large = file.size() > scenario_file::BYTES_MAX as f64;
        dispatch.emit(if too_large {
            let reason = format!("the file has {} bytes, a scenario has at most {}", file.size(), scenario_file::BYTES_MAX);
            Action::OpenFailed { name, reason }
        } else {
            match read_as_text(&gloo::file::Blob::from(web_sys::Blob::from(file))).await {
                Ok(text) => Action::Opened { name, text },
                Err(error) => Action::OpenFailed { name, reason: format!("it cannot be read: {error}") },
            }
        });
    });
}

/// What a visitor chose, as it is kept.
#[derive(Serialize, Deserialize, Default)]
struct Preferences {
    theme: String,
    motion: String,
}

pub fn preferences() -> (Theme, Motion) {
    let kept: Preferences = LocalStorage::get(PREFERENCES_KEY).unwrap_or_default();
    let theme = match kept.theme.as_str() {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::System,
    };
    let motion = match kept.motion.as_str() {
        "reduced" => Motion::Reduced,
        "full" => Motion::Full,
        _ => Motion::System,
    };
    (theme, motion)
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
    let _ = LocalStorage::set(PREFERENCES_KEY, Preferences { theme: theme.into(), motion: motion.into() });
}

/// Where what is being drawn is kept.
const DRAFT_KEY: &str = "requeue.1.draft";

pub fn draft() -> Option<String> {
    LocalStorage::get(DRAFT_KEY).ok()
}

/// A full or blocked storage keeps nothing; the file that Save gives does.
pub fn save_draft(text: &str) {
    let _ = LocalStorage::set(DRAFT_KEY, text);
}

pub fn forget_draft() {
    LocalStorage::delete(DRAFT_KEY);
}

/// The page is broken, which is our mistake: says so, and that the work is kept.
pub fn show_panic(what: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let (Some(body), Ok(overlay)) = (document.body(), document.create_element("div")) else { return };
    let _ = overlay.set_attribute("id", "broken");
    let _ = overlay.set_attribute("role", "alertdialog");
    let _ = overlay.set_attribute("aria-label", "Requeue is broken");
    let paragraph = |text: &str| {
        if let Ok(paragraph) = document.create_element("p") {
            paragraph.set_text_content(Some(text));
            let _ = overlay.append_child(&paragraph);
        }
    };
    paragraph("Something in Requeue is broken. That is our mistake, not yours.");
    paragraph("What you have drawn is kept: load the page again, and go on with it.");
    paragraph(what);
    let _ = body.append_child(&overlay);
}

/// After a click with a pointer the keys belong to the page again: Space then pauses, and does not click once more.
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
