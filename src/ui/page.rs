//! The page as it is drawn: what surrounds the canvas, the canvas, and what is painted above it.

use std::cell::RefCell;

use web_sys::{Element, HtmlCanvasElement, HtmlInputElement};
use yew::{Callback, Context, DragEvent, Event, Html, MouseEvent, TargetCast, classes, html};

use super::drawing::{Gesture, Scene};
use super::later::{self, Arrival, Later};
use super::painter::{self, Palette};
use super::texts::page as texts;
use super::widgets::on;
use super::{Dispatch, Message, Playground, browser, drawing, icons, panels, time, work, workspace};
use crate::app::keys::ZOOM;
use crate::app::landing::Landing;
use crate::app::lettering::Type;
use crate::app::overview::Overview;
use crate::app::{self, Action, CanvasAction, EditAction, Motion, Side, tokens};

#[derive(Clone, Default)]
pub struct Around {
    bar: Html,
    left: Html,
    right: Html,
    rail: Html,
    /// It stays the same element when a system comes: a menu that is open in it stays open.
    header: Html,
    /// The chips of the bar.
    frame: Html,
    shelf: Html,
    /// Beside the canvas for the keyboard, too: what is asked there is about it.
    notices: Html,
    /// What to begin with is the next stop after the bar.
    card: Html,
    floats: Html,
}

fn is_within(event: &MouseEvent, css: &str) -> bool {
    event.target_dyn_into::<Element>().is_some_and(|target| target.closest(css).ok().flatten().is_some())
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
        // The switch of a part is clicked quickly for what it does.
        let onmousedown = {
            let (first, gesture) = (self.clicked_drawing.clone(), ctx.link().callback(Message::Gesture));
            Callback::from(move |event: MouseEvent| {
                if event.detail() == 1 {
                    first.set(is_within(&event, ".drawing") && !is_within(&event, ".power"));
                    if first.get() {
                        gesture.emit(Gesture::FirstPress);
                    }
                }
            })
        };
        // What the first click opens may lie beneath the second one. What is chosen in a menu is chosen there.
        let ondblclick = {
            let (first, gesture) = (self.clicked_drawing.clone(), ctx.link().callback(Message::Gesture));
            Callback::from(move |event: MouseEvent| {
                if first.take() && !is_within(&event, "dialog,.menu,input") {
                    gesture.emit(Gesture::DoubleClicked(event.client_x(), event.client_y()));
                }
            })
        };
        let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
        let app = &self.app;
        let bare = app.options.embed;
        let kept = self.around.borrow().clone().filter(|_| self.only_canvas);
        let around = kept.unwrap_or_else(|| self.around(ctx, &dispatch, onfile));
        *self.around.borrow_mut() = Some(around.clone());
        let Around { bar, left, right, rail, header, frame, shelf, notices, card, floats } = around;
        let compares = app.beside.is_some().then_some("compares");
        let taught = compares.and(app.has_lesson_beside().then_some("taught"));
        let is_earlier = app.session.as_ref().is_some_and(|session| !session.playhead.is_the_later_run());
        let class = classes!(
            "house",
            compares,
            taught,
            is_earlier.then_some("earlier"),
            if bare { "embed" } else { app.workspace.sizes.sheet().name() }
        );
        html! {
            <div {class} {ondrop} {ondragover} {onmousedown} {ondblclick}>
                <a class="skip" href="#stage">{ texts::SKIP_TO_THE_CANVAS }</a>
                { bar }
                { card }
                <main class="stage" id="stage" ref={self.stage.clone()} tabindex="-1">
                    if let Some(session) = &app.session {
                        if app.table { { self.later(ctx, None, |later| (later.table)(session, app, &dispatch)) } } else { { self.canvas(ctx, session) } }
                    } else if matches!(self.later, Arrival::Failed) {
                        { self.later(ctx, None, |_| html! {}) }
                    } else if app.unreadable.is_none() {
                        <p class="loading" role="status">{ texts::OPENING_THE_COURSE_CHAPTERS_SYSTEM }</p>
                    }
                </main>
                { self.beside(ctx) }
                { notices }
                { left }
                { right }
                { shelf }
                { rail }
                { header }
                { frame }
                { floats }
                if let Some(later) = self.later.here() {
                    { (later.dialog)(
                        app,
                        &self.dialog,
                        [&self.link, &self.told],
                        &ctx.link().callback(Message::Linked),
                        [&ctx.link().callback(Message::Run), &dispatch],
                    ) }
                }
                <p class="told" role="status" id="told">{ if app.dialog.is_none() { &*self.told } else { "" } }</p>
                <p class="visually-hidden" role="status" aria-live="polite" id="announced">{ self.announcer.said() }</p>
            </div>
        }
    }

    /// What surrounds the canvas. A page within another page has the canvas, the bar, and a lesson where one is open.
    fn around(&self, ctx: &Context<Self>, dispatch: &Dispatch, onfile: Callback<Event>) -> Around {
        let app = &self.app;
        let bare = app.options.embed;
        let asks = self.later.here().zip(app.session.as_ref()).map(|(later, session)| (later.history)(session, app, dispatch));
        let header = panels::header(app, dispatch, onfile, asks.unwrap_or_default());
        let notices = html! {
            <section class={classes!("notices", app.has_low_notices().then_some("low"))} aria-label={texts::NOTICES}>
                if let Some(unreadable) = &app.unreadable { { panels::unreadable(unreadable, dispatch) } }
                if let Some(session) = &app.session {
                    { panels::notice(session, app, dispatch) }
                    { work::work(app, dispatch) }
                    if let Some(later) = self.later.here() { { (later.notices)(session, app, dispatch) } }
                }
            </section>
        };
        let Some(session) = &app.session else {
            return Around { header, notices, ..Around::default() };
        };
        let seen = app.seen();
        let shown = |side: Side, never: bool, view: &dyn Fn() -> Html| {
            if never || !seen.contains(&side) {
                html! {}
            } else {
                view()
            }
        };
        Around {
            bar: time::bar(session, app, dispatch),
            left: shown(Side::Left, bare && app.classroom.is_none(), &|| {
                self.later(ctx, Some(Side::Left), |later| (later.left)(session, app, dispatch))
            }),
            right: shown(Side::Right, bare, &|| self.later(ctx, Some(Side::Right), |later| (later.right)(session, app, dispatch))),
            shelf: shown(Side::Shelf, bare, &|| self.later(ctx, Some(Side::Shelf), |later| (later.shelf)(session, app, dispatch))),
            rail: if bare {
                html! {}
            } else {
                workspace::rail(app, dispatch)
            },
            header,
            frame: html! { if !bare { { workspace::chips(session, app, dispatch) } } },
            notices,
            card: html! { if !bare { { workspace::card(app, dispatch) } } },
            floats: html! {
                <>
                    if !app.table { { self.zoom(dispatch) } }
                    if !app.table && !bare { { panels::legend(session, app) } }
                </>
            },
        }
    }

    /// A view that comes after the first picture, or what stands there until it does.
    fn later(&self, ctx: &Context<Self>, drawer: Option<Side>, view: impl FnOnce(Later) -> Html) -> Html {
        self.later.here().map_or_else(|| later::stand_in(self.later, drawer, &ctx.link().callback(|()| Message::FetchLater)), view)
    }

    fn zoom(&self, dispatch: &Dispatch) -> Html {
        let button = |label: &'static str, icon: Html, action: Action| {
            html! {
                <button type="button" class="icon-button" aria-label={label} title={label} onclick={on(dispatch, action)}>
                    { icon }
                </button>
            }
        };
        html! {
            <section class="zoom" aria-label={texts::VIEW}>
                { button(texts::ZOOM_OUT, icons::minus(), CanvasAction::Zoom(1.0 / ZOOM, None).into()) }
                <span class="soft number" id="zoom">{ texts::percent(self.app.camera().scale) }</span>
                { button(texts::ZOOM_IN, icons::plus(), CanvasAction::Zoom(ZOOM, None).into()) }
                if !self.app.options.read_only { { button(texts::ARRANGE, icons::arrange(), EditAction::Arrange.into()) } }
                { button(texts::SHOW_EVERYTHING, icons::fit(), CanvasAction::ShowEverything.into()) }
            </section>
        }
    }

    /// The same moment of the other run, while both are compared. It can be looked at only.
    fn beside(&self, ctx: &Context<Self>) -> Html {
        let (Some(session), Some(later)) = (&self.app.session, self.later.here()) else { return html! {} };
        let Some(beside) = &self.app.beside else {
            let is_compared = session.playhead.comparison.is_some() && !self.app.table && !self.app.options.embed;
            return if is_compared {
                (later.runs)(session, false)
            } else {
                html! {}
            };
        };
        let (dispatch, gesture) = (ctx.link().callback(Message::Do), ctx.link().callback(Message::Gesture));
        let overview = RefCell::new(None);
        let scene = self.scene(beside, &dispatch, &gesture, &overview);
        let scene = Scene { is_beside: true, editing: None, focused: None, pointer: None, boxed: None, ..scene };
        html! {
            <>
                <section class="beside" aria-label={texts::THE_OTHER_RUN}>
                    <div class="layers" inert=true>
                        { drawing::view(&scene) }
                        <canvas ref={self.canvas_beside.clone()} aria-hidden="true" />
                    </div>
                </section>
                { (later.runs)(session, true) }
            </>
        }
    }

    fn scene<'a>(
        &'a self,
        session: &'a app::Session,
        dispatch: &'a Dispatch,
        gesture: &'a Callback<Gesture>,
        overview: &'a RefCell<Option<Overview>>,
    ) -> Scene<'a> {
        Scene {
            app: &self.app,
            session,
            is_beside: false,
            camera: self.app.camera(),
            size: self.app.canvas.size,
            dispatch,
            gesture,
            editing: self.editing.as_ref(),
            letters_of: if browser::has_own_type() { Type::OWN } else { Type::WIDEST },
            focused: self.focused.as_ref(),
            landing: Landing::of(&self.app, session),
            badges: self.later.here().map(|later| later.badges),
            overview,
            moves: self.moving.is_some(),
            pointer: self.app.canvas.pointer.filter(|_| session.selection.connecting.is_some()),
            boxed: self.app.canvas.gesture.marquee(),
        }
    }

    fn canvas(&self, ctx: &Context<Self>, session: &app::Session) -> Html {
        let dispatch = &ctx.link().callback(Message::Do);
        let gesture = ctx.link().callback(Message::Gesture);
        let scene = self.scene(session, dispatch, &gesture, &self.overview);
        html! {
            <>
                <div class="layers" role="region" aria-label={texts::CANVAS}>
                    { drawing::view(&scene) }
                    <canvas ref={self.canvas.clone()} aria-hidden="true" />
                    if let Some(later) = self.later.here() { { (later.in_place)(&scene) } }
                </div>
                if let Some(spot) = self.app.canvas.map { { drawing::minimap(&scene, spot) } }
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
        let (size, camera) = (self.app.canvas.size, self.app.camera());
        let paint = |session: &app::Session, canvas: &HtmlCanvasElement| {
            let picture = tokens::picture(session.plan(), self.still());
            let words = self.later.here().map(|later| (later.words)(session.plan(), &picture, camera, size)).unwrap_or_default();
            painter::paint(canvas, size, &picture, &words, camera, palette);
            picture
        };
        let picture = paint(session, &canvas);
        if let (Some(beside), Some(canvas)) = (&self.app.beside, self.canvas_beside.cast::<HtmlCanvasElement>()) {
            paint(beside, &canvas);
        }
        if let Some(later) = self.later.here() {
            painter::mark(&canvas, &(later.asked)(session, &picture), palette);
        }
    }
}
