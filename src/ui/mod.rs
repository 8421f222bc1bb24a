//! The page: yew views around the application's state, one canvas for what moves, and the browser's services.
//! Nothing here knows a rule of the broker.

mod browser;
mod drawing;
mod editor;
mod gallery;
mod icons;
mod painter;
mod panels;
mod time;

use gloo::events::EventListener;
use gloo::render::{AnimationFrame, request_animation_frame};
use web_sys::{HtmlCanvasElement, HtmlElement, HtmlInputElement, KeyboardEvent};
use yew::{Callback, Component, Context, DragEvent, Event, Html, NodeRef, TargetCast, html};

use crate::app::{self, Action, App, Effect, Motion, geometry, tokens};
use crate::broker::SimTime;
use crate::scenario::Point;
use painter::{Camera, Palette};

pub use browser::show_panic;

pub type Dispatch = Callback<Action>;

/// Shows the playground, and says so if it breaks.
pub fn run() {
    yew::set_custom_panic_hook(Box::new(|info| show_panic(&info.to_string())));
    yew::Renderer::<Playground>::new().render();
}

/// What the page opens with.
const FIRST_SCENARIO: &str = "course-chapter.json";

/// Numbers and charts change this often; tokens move every frame.
const RENDER_PERIOD_MS: f64 = 120.0;

/// Smaller than this, names cannot be read: the canvas scrolls instead.
const SCALE_MIN: f64 = 0.72;
const SCALE_MAX: f64 = 1.35;

#[derive(Debug)]
pub enum Message {
    Do(Action),
    /// With the time stamp of the frame, in milliseconds.
    Frame(f64),
    Grab(drawing::Grab),
    /// The window has another size, or the system another theme.
    SurroundingsChanged,
}

#[expect(missing_debug_implementations, reason = "browser handles cannot be printed")]
pub struct Playground {
    app: App,
    stage: NodeRef,
    canvas: NodeRef,
    gallery: NodeRef,
    size: (f64, f64),
    /// A node in a hand.
    grabbed: Option<Grabbed>,
    palette: Option<Palette>,
    frame: Option<AnimationFrame>,
    frame_last: Option<f64>,
    rendered_at: f64,
    _listeners: Vec<EventListener>,
}

/// A node that is being dragged.
struct Grabbed {
    node: app::Node,
    /// Where it stood.
    at: Point,
    /// Where the pointer took hold of it, in pixels of the page.
    from: (f64, f64),
    moved: bool,
    camera: Camera,
}

/// A pointer that moves less has clicked.
const CLICK_PX_MAX: f64 = 4.0;

impl Component for Playground {
    type Message = Message;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let mut app = App::default();
        (app.theme, app.motion) = browser::preferences();
        browser::apply_theme(app.theme);
        if let Some(text) = browser::draft() {
            app::update(&mut app, Action::DraftFound(text));
        }
        let link = ctx.link();
        browser::fetch_scenario(FIRST_SCENARIO.to_owned(), link.callback(Message::Do));
        let mut listeners = browser::on_surroundings_changed(&link.callback(|()| Message::SurroundingsChanged));
        listeners.extend(shortcuts(&link.callback(Message::Do)));
        Self {
            app,
            stage: NodeRef::default(),
            canvas: NodeRef::default(),
            gallery: NodeRef::default(),
            size: (0.0, 0.0),
            grabbed: None,
            palette: None,
            frame: None,
            frame_last: None,
            rendered_at: 0.0,
            _listeners: listeners,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Do(action) => {
                let action = if action == Action::PlayPressed && self.app.playing { Action::PausePressed } else { action };
                match app::update(&mut self.app, action) {
                    Some(Effect::SavePreferences) => {
                        browser::save_preferences(self.app.theme, self.app.motion);
                        browser::apply_theme(self.app.theme);
                        self.palette = None;
                    }
                    Some(Effect::SaveDraft(text)) => browser::save_draft(&text),
                    Some(Effect::ForgetDraft) => browser::forget_draft(),
                    Some(Effect::FetchGallery) => browser::fetch_gallery(ctx.link().callback(Message::Do)),
                    Some(Effect::FetchScenario(file)) => browser::fetch_scenario(file, ctx.link().callback(Message::Do)),
                    Some(Effect::Download { name, text }) => browser::download(&name, &text),
                    None => {}
                }
                self.request_frame(ctx);
                true
            }
            Message::Frame(now) => {
                self.frame = None;
                let elapsed = now - self.frame_last.unwrap_or(now);
                let was_playing = self.app.playing;
                if self.app.playing {
                    self.frame_last = Some(now);
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a frame takes some milliseconds")]
                    let elapsed = SimTime::from_micros((elapsed.max(0.0) * 1_000.0) as u64);
                    app::update(&mut self.app, Action::FramePassed(elapsed));
                    self.request_frame(ctx);
                } else {
                    self.frame_last = None;
                }
                self.paint();
                let due = now - self.rendered_at >= RENDER_PERIOD_MS;
                let stopped = was_playing && !self.app.playing;
                if stopped || due && self.app.playing {
                    self.rendered_at = now;
                    return true;
                }
                false
            }
            Message::Grab(grab) => self.grab(ctx, grab),
            Message::SurroundingsChanged => {
                self.palette = None;
                self.request_frame(ctx);
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let dispatch = ctx.link().callback(Message::Do);
        let onfile = {
            let dispatch = dispatch.clone();
            Callback::from(move |event: Event| {
                let input: HtmlInputElement = event.target_unchecked_into();
                if let Some(file) = input.files().and_then(|files| files.get(0)) {
                    browser::read_file(file, dispatch.clone());
                }
                input.set_value(""); // the same file can be chosen again
            })
        };
        let ondrop = {
            let dispatch = dispatch.clone();
            Callback::from(move |event: DragEvent| {
                event.prevent_default();
                if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
                    browser::read_file(file, dispatch.clone());
                }
            })
        };
        let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
        html! {
            <div class="house" {ondrop} {ondragover}>
                { panels::header(&self.app, &dispatch, onfile) }
                if let Some(session) = &self.app.session {
                    { panels::left(session, &dispatch) }
                }
                <main class="stage" id="stage" ref={self.stage.clone()} tabindex="-1">
                    if let Some(unreadable) = &self.app.unreadable {
                        { panels::unreadable(unreadable, &dispatch) }
                    }
                    if let Some(session) = &self.app.session {
                        { editor::notice(session, &dispatch) }
                        { editor::draft(&self.app, &dispatch) }
                        <div class="scroll" tabindex="0" role="region" aria-label="Canvas">
                            <div class="layers">
                                { drawing::view(session, self.camera(), self.canvas_size().0, self.canvas_size().1, &dispatch, &ctx.link().callback(Message::Grab)) }
                                <canvas ref={self.canvas.clone()} aria-hidden="true" />
                            </div>
                        </div>
                    } else if self.app.unreadable.is_none() {
                        <p class="loading" role="status">{ "Opening the course chapter's system…" }</p>
                    }
                </main>
                if let Some(session) = &self.app.session {
                    { panels::right(session, &dispatch) }
                    { time::time(session, &self.app, &dispatch) }
                }
                { gallery::dialog(&self.app, &self.gallery, &dispatch) }
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        let size = self
            .stage
            .cast::<HtmlElement>()
            .map_or((0.0, 0.0), |stage| (f64::from(stage.client_width()), f64::from(stage.client_height())));
        if size != self.size {
            self.size = size;
            ctx.link().send_message(Message::SurroundingsChanged);
        }
        gallery::show(&self.gallery, self.app.gallery_open);
        self.paint();
    }
}

impl Playground {
    fn request_frame(&mut self, ctx: &Context<Self>) {
        if self.frame.is_none() {
            let link = ctx.link().clone();
            self.frame = Some(request_animation_frame(move |now| link.send_message(Message::Frame(now))));
        }
    }

    /// The whole system fits, unless its names would become too small to read.
    fn camera(&self) -> Camera {
        let Some(session) = &self.app.session else { return Camera::default() };
        if let Some(grabbed) = self.grabbed.as_ref().filter(|grabbed| grabbed.moved) {
            return grabbed.camera; // what is dragged must not move the canvas
        }
        let bounds = geometry::bounds(session.plan());
        let scale = (self.size.0 / bounds.width).min(self.size.1 / bounds.height).clamp(SCALE_MIN, SCALE_MAX);
        let centred = |available: f64, used: f64| ((available - used * scale) / 2.0).max(0.0);
        Camera {
            left: centred(self.size.0, bounds.width) - bounds.left * scale,
            top: centred(self.size.1, bounds.height) - bounds.top * scale,
            scale,
        }
    }

    fn canvas_size(&self) -> (f64, f64) {
        let Some(session) = &self.app.session else { return self.size };
        let bounds = geometry::bounds(session.plan());
        let scale = self.camera().scale;
        // Rounded down, so that a fraction of a pixel does not call for scroll bars.
        (self.size.0.max((bounds.width * scale).floor()), self.size.1.max((bounds.height * scale).floor()))
    }

    /// A node follows the pointer once it has moved far enough not to be a click.
    fn grab(&mut self, ctx: &Context<Self>, grab: drawing::Grab) -> bool {
        match grab {
            drawing::Grab::Begins(node, x, y) => {
                let rect = self.app.session.as_ref().and_then(|session| geometry::rect(session.plan(), &geometry::moved_as(&node)));
                let camera = self.camera();
                self.grabbed = rect.map(|rect| {
                    let at = Point { x: rect.left + rect.width / 2.0, y: rect.top + rect.height / 2.0 };
                    Grabbed { node, at, from: (x, y), moved: false, camera }
                });
                false
            }
            drawing::Grab::Moves(x, y) => {
                let Some(grabbed) = &mut self.grabbed else { return false };
                let (dx, dy) = (x - grabbed.from.0, y - grabbed.from.1);
                if !grabbed.moved && dx.abs().max(dy.abs()) < CLICK_PX_MAX {
                    return false;
                }
                grabbed.moved = true;
                let to = Point { x: grabbed.at.x + dx / grabbed.camera.scale, y: grabbed.at.y + dy / grabbed.camera.scale };
                let action = Action::Dragged(grabbed.node.clone(), to);
                app::update(&mut self.app, action);
                self.request_frame(ctx);
                true
            }
            drawing::Grab::Ends => {
                let moved = self.grabbed.take().is_some_and(|grabbed| grabbed.moved);
                app::update(&mut self.app, Action::Dropped);
                moved
            }
        }
    }

    fn paint(&mut self) {
        let (Some(session), Some(canvas)) = (&self.app.session, self.canvas.cast::<HtmlCanvasElement>()) else { return };
        if self.palette.is_none() {
            self.palette = Palette::read();
        }
        let Some(palette) = &self.palette else { return };
        let still = match self.app.motion {
            Motion::System => browser::prefers_reduced_motion(),
            Motion::Reduced => true,
            Motion::Full => false,
        };
        let picture = tokens::picture(session.plan(), still);
        painter::paint(&canvas, &picture, self.camera(), palette);
    }
}

/// Space plays and pauses, a full stop steps, wherever one is not typing.
fn shortcuts(dispatch: &Dispatch) -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    let dispatch = dispatch.clone();
    let options = gloo::events::EventListenerOptions::enable_prevent_default();
    Some(EventListener::new_with_options(&document, "keydown", options, move |event| {
        let Some(event) = wasm_bindgen::JsCast::dyn_ref::<KeyboardEvent>(event) else { return };
        let target: Option<HtmlElement> = event.target().and_then(|target| wasm_bindgen::JsCast::dyn_into(target).ok());
        let busy = target.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT" | "BUTTON"));
        let command = event.ctrl_key() || event.meta_key();
        if busy || event.alt_key() {
            return;
        }
        let action = match event.key().as_str() {
            "z" | "Z" if command && event.shift_key() => Action::RedoPressed,
            "z" if command => Action::UndoPressed,
            _ if command => return,
            "c" => Action::ConnectPressed,
            "Delete" | "Backspace" => Action::DeletePressed,
            " " => Action::PlayPressed,
            "." => Action::StepPressed,
            "," => Action::BackPressed,
            "n" => Action::NextPressed,
            "Escape" => Action::Selected(None),
            _ => return,
        };
        event.prevent_default();
        dispatch.emit(action);
    }))
}
