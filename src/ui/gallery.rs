//! The gallery: scenarios that come with the site.

use web_sys::{HtmlDialogElement, MouseEvent};
use yew::{Callback, Html, NodeRef, html};

use super::Dispatch;
use super::drawing::close_button;
use super::panels::on;
use crate::app::{Action, App};

pub fn dialog(app: &App, dialog: &NodeRef, dispatch: &Dispatch) -> Html {
    let closed = dispatch.reform(|_: yew::Event| Action::GalleryClosed);
    html! {
        <dialog ref={dialog.clone()} id="gallery" aria-labelledby="gallery-title" onclose={closed}>
            <div class="sec-head"><h2 id="gallery-title">{ "Scenarios" }</h2>{ close_button("Close", on(dispatch, Action::GalleryClosed)) }</div>
            if let Some(exhibits) = &app.gallery {
                <ul class="gallery">
                    { for exhibits.iter().map(|exhibit| html! {
                        <li><button type="button" data-exhibit={exhibit.file.clone()} onclick={choose(dispatch, &exhibit.file)}>
                            <strong>{ &exhibit.title }</strong><span>{ &exhibit.about }</span></button></li>
                    }) }
                </ul>
            } else {
                <p class="soft" role="status">{ "Fetching the list…" }</p>
            }
        </dialog>
    }
}

fn choose(dispatch: &Dispatch, file: &str) -> Callback<MouseEvent> {
    on(dispatch, Action::ExhibitChosen(file.to_owned()))
}

/// A dialog is modal only when the browser is asked for that.
pub fn show(dialog: &NodeRef, open: bool) {
    let Some(dialog) = dialog.cast::<HtmlDialogElement>() else { return };
    if open && !dialog.open() {
        let _ = dialog.show_modal();
    } else if !open && dialog.open() {
        dialog.close();
    }
}
