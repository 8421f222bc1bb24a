//! The page as it is drawn: what surrounds the canvas, the canvas, and what is painted above it.

use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::{Callback, Context, DragEvent, Event, Html, TargetCast, classes, html};

use super::drawing::{Gesture, Scene};
use super::painter::{self, Palette};
use super::texts::page as texts;
use super::widgets::on;
use super::{Dispatch, Message, Playground, browser, dialogs, drawing, icons, inspector, panels, table, time, work};
use crate::app::keys::ZOOM;
use crate::app::{self, CanvasAction, Motion, tokens};
use crate::base::number::Fixed;

#[derive(Clone)]
pub struct Around {
    header: Html,
    left: Html,
    right: Html,
    time: Html,
}

impl Playground {
    pub(super) fn page(&self, ctx: &Context<Self>) -> Html {
        let dispatch = ctx.link().callback(Message::Do);
        let onfile = {
            let dispatch = dispatch.clone();
            Callback::from(move |event: Event| {
                let input: HtmlInputElement = event.target_unchecked_into();
                if let Some(file) = input.files().and_then(|files| files.get(0)) {
                    browser::read_file(&file, dispatch.clone());
                }
                input.set_value(""); // the same file can be chosen again
            })
        };
        let ondrop = {
            let (dispatch, dropped) = (dispatch.clone(), ctx.link().callback(|(x, y)| Message::Gesture(Gesture::Ends(x, y))));
            Callback::from(move |event: DragEvent| {
                event.prevent_default();
                let Some(data) = event.data_transfer() else { return };
                if let Some(file) = data.files().and_then(|files| files.get(0)) {
                    browser::read_file(&file, dispatch.clone());
                } else {
                    dropped.emit((f64::from(event.client_x()), f64::from(event.client_y())));
                }
            })
        };
        let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
        let app = &self.app;
        let bare = app.options.embed;
        let kept = self.around.borrow().clone().filter(|_| self.only_canvas);
        let Around { header, left, right, time } = kept.unwrap_or_else(|| Around {
            header: panels::header(app, &dispatch, onfile),
            left: app
                .session
                .as_ref()
                .filter(|_| !bare || app.classroom.is_some())
                .map(|session| panels::left(session, app, &dispatch))
                .unwrap_or_default(),
            right: app.session.as_ref().filter(|_| !bare).map(|session| inspector::right(session, app, &dispatch)).unwrap_or_default(),
            time: app.session.as_ref().map(|session| time::time(session, app, &dispatch)).unwrap_or_default(),
        });
        *self.around.borrow_mut() = Some(Around { header: header.clone(), left: left.clone(), right: right.clone(), time: time.clone() });
        let with_lesson = app.classroom.is_some().then_some("with-lesson");
        let class = classes!("house", with_lesson, bare.then_some("embed"), app.table.then_some("tables"));
        html! {
            <div {class} {ondrop} {ondragover}>
                { header }
                { left }
                <main class="stage" id="stage" ref={self.stage.clone()} tabindex="-1">
                    if let Some(unreadable) = &app.unreadable { { panels::unreadable(unreadable, &dispatch) } }
                    if !app.unread_problems.is_empty() { { panels::unread(&app.unread_problems, &dispatch) } }
                    if let Some(session) = &app.session {
                        { panels::notice(session, &dispatch) }
                        { work::work(&self.app, &dispatch) }
                        { panels::draft(app, &dispatch) }
                        if app.table { { table::view(session, app, &dispatch) } } else { { self.canvas(ctx, session, &dispatch) } }
                    } else if app.unreadable.is_none() {
                        <p class="loading" role="status">{ texts::OPENING_THE_COURSE_CHAPTERS_SYSTEM }</p>
                    }
                </main>
                { right }
                { time }
                { dialogs::dialog(app, &self.dialog, &self.link, &ctx.link().callback(Message::Linked), &dispatch) }
                <p class="visually-hidden" role="status" aria-live="polite" id="announced">{ self.announcer.said() }</p>
            </div>
        }
    }

    fn canvas(&self, ctx: &Context<Self>, session: &app::Session, dispatch: &Dispatch) -> Html {
        let gesture = ctx.link().callback(Message::Gesture);
        let scene = Scene {
            app: &self.app,
            session,
            camera: self.app.camera(),
            size: self.app.canvas.size,
            dispatch,
            gesture: &gesture,
            editing: self.editing.as_ref(),
            focused: self.focused.as_ref(),
            pointer: self.app.canvas.pointer.filter(|_| session.selection.connecting.is_some()),
            boxed: self.app.canvas.gesture.marquee(),
        };
        let button = |label: &'static str, icon: Html, action: CanvasAction| {
            html! {
                <button type="button" class="icon-button" aria-label={label} title={label} onclick={on(dispatch, action)}>
                    { icon }
                </button>
            }
        };
        html! {
            <>
                <div class="layers" role="region" aria-label={texts::CANVAS}>
                    { drawing::view(&scene) }
                    <canvas ref={self.canvas.clone()} aria-hidden="true" />
                    { drawing::in_place(&scene) }
                </div>
                <div class="zoom" role="group" aria-label={texts::VIEW}>
                    { button(texts::ZOOM_OUT, icons::minus(), CanvasAction::Zoom(1.0 / ZOOM, None)) }
                    <span class="soft number" id="zoom">{ format!("{:.0} %", Fixed(scene.camera.scale * 100.0)) }</span>
                    { button(texts::ZOOM_IN, icons::plus(), CanvasAction::Zoom(ZOOM, None)) }
                    { button(texts::SHOW_EVERYTHING_SHIFT_1, icons::fit(), CanvasAction::ShowEverything) }
                </div>
                if self.app.canvas.chosen.is_some() { { drawing::minimap(&scene) } }
            </>
        }
    }

    pub(super) fn still(&self) -> bool {
        match self.app.motion {
            Motion::System => browser::prefers_reduced_motion(),
            Motion::Reduced => true,
            Motion::Full => false,
        }
    }

    pub(super) fn paint(&mut self) {
        let (Some(session), Some(canvas)) = (&self.app.session, self.canvas.cast::<HtmlCanvasElement>()) else { return };
        if self.palette.is_none() {
            self.palette = Palette::read();
        }
        let Some(palette) = &self.palette else { return };
        let picture = tokens::picture(session.plan(), self.still());
        painter::paint(&canvas, self.app.canvas.size, &picture, self.app.camera(), palette);
    }
}
