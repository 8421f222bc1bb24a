//! The page: yew views around the application's state, one canvas for what moves, and the browser's services.
//! Nothing here knows a rule of the broker.

mod browser;
mod composer;
mod dialogs;
mod drawing;
mod effects;
mod form;
mod icons;
mod inspector;
mod keys;
mod lesson;
mod page;
mod painter;
mod panels;
mod table;
mod time;
mod widgets;

use std::cell::RefCell;

use gloo::events::EventListener;
use gloo::render::{AnimationFrame, request_animation_frame};
use web_sys::HtmlElement;
use yew::{Callback, Component, Context, Html, NodeRef, TargetCast};

use crate::app::form::{Change, Kind, Spot};
use crate::app::geometry;
use crate::app::{
    self, Action, App, CourseAction, Dialog, EditAction, FileAction, OperateAction, PageAction, SelectAction, TimeAction, tokens, words,
};
use crate::base::SimTime;
use crate::scenario::Point;
use crate::scenario::edit::{Edit, PartKind, Slot};
use drawing::{Editing, Gesture};
use page::Around;
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
/// And less often while something is dragged, whose place is what one looks at.
const RENDER_PERIOD_HELD_MS: f64 = 500.0;

/// Whoever listens hears of it this often at most.
const ANNOUNCE_PERIOD_MS: f64 = 1_500.0;

/// How far one may zoom, and how far the page does by itself where all is to fit.
const SCALE_MIN: f64 = 0.5;
const SCALE_MAX: f64 = 2.0;
const FIT_MIN: f64 = 0.3;
const FIT_MAX: f64 = 1.35;

/// A pointer that moves less has clicked.
const CLICK_PX_MAX: f64 = 4.0;

#[derive(Debug)]
pub enum Message {
    Do(Action),
    /// With the time stamp of the frame, in milliseconds.
    Frame(f64),
    Gesture(Gesture),
    /// A part of the palette was let go at a place of the page.
    PartDropped(usize, f64, f64),
    /// Zoom about a place of the page.
    Wheel(f64, f64, f64),
    /// The window has another size, or the system another theme.
    SurroundingsChanged,
    /// A link that was asked for.
    Linked(String),
}

#[expect(missing_debug_implementations, reason = "browser handles cannot be printed")]
pub struct Playground {
    app: App,
    stage: NodeRef,
    canvas: NodeRef,
    dialog: NodeRef,
    size: (f64, f64),
    /// None: the whole system fits.
    view: Option<Camera>,
    held: Option<Held>,
    /// Where the pointer is while a line is drawn, in canvas units.
    pointer: Option<Point>,
    editing: Option<Editing>,
    /// The node that has the canvas's one tab stop.
    focused: Option<app::Node>,
    /// An element that gets the keyboard when it is there.
    focus_next: Option<String>,
    link: String,
    /// The last thing that was said to who listens, up to which line of the log, and when.
    said: (String, u64, f64),
    palette: Option<Palette>,
    frame: Option<AnimationFrame>,
    frame_last: Option<f64>,
    rendered_at: f64,
    /// What surrounds the canvas, as it was last drawn.
    around: RefCell<Option<Around>>,
    /// Only the canvas is to be drawn anew: something is dragged, and the rest waits for its turn.
    only_canvas: bool,
    /// More than the canvas is to be drawn; a frame that comes in between must not forget it.
    whole: bool,
    listeners: Vec<EventListener>,
}

/// What the pointer holds, and where it took hold of it, in pixels of the page.
struct Held {
    what: Holds,
    from: (f64, f64),
    moved: bool,
    /// It has moved since it was last drawn.
    stale: bool,
    camera: Camera,
}

enum Holds {
    /// A node, and where it stood.
    Node(app::Node, Point),
    View,
    /// A box, from where.
    Box(Point),
    /// The end of a line.
    Line,
}

impl Component for Playground {
    type Message = Message;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let mut app = App::default();
        (app.theme, app.motion) = browser::preferences();
        browser::apply_theme(app.theme);
        let link = ctx.link();
        let dispatch = link.callback(Message::Do);
        let address = browser::address();
        let embed = address.options.embed;
        app::update(&mut app, PageAction::SetOptions(address.options));
        let (progress, works) = browser::progress();
        app::update(&mut app, CourseAction::ProgressFound { progress, works });
        if let Some(text) = browser::draft().filter(|_| !embed) {
            app::update(&mut app, FileAction::DraftFound(text));
        }
        match (address.packed, address.lesson) {
            (Some(packed), _) => browser::open_link(packed, dispatch.clone()),
            (None, Some(lesson)) => browser::fetch_lesson(&lesson, dispatch.clone()),
            (None, None) => browser::fetch_scenario(address.exhibit.unwrap_or_else(|| FIRST_SCENARIO.to_owned()), dispatch.clone()),
        }
        browser::tell("ready", "");
        let mut listeners = browser::on_surroundings_changed(&link.callback(|()| Message::SurroundingsChanged));
        listeners.extend(keys::shortcuts(&link.callback(|message| message)));
        listeners.extend(browser::on_paste(&dispatch));
        Self {
            app,
            stage: NodeRef::default(),
            canvas: NodeRef::default(),
            dialog: NodeRef::default(),
            size: (0.0, 0.0),
            view: None,
            held: None,
            pointer: None,
            editing: None,
            focused: None,
            focus_next: None,
            link: String::new(),
            said: (String::new(), 0, 0.0),
            palette: None,
            frame: None,
            frame_last: None,
            rendered_at: 0.0,
            around: RefCell::new(None),
            only_canvas: false,
            whole: false,
            listeners,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        self.only_canvas = false;
        let is_frame = matches!(message, Message::Frame(_));
        let render = match message {
            Message::Do(action) => {
                self.perform(ctx, action);
                true
            }
            Message::Frame(now) => self.frame(ctx, now),
            Message::Gesture(gesture) => self.gesture(ctx, gesture),
            Message::PartDropped(index, x, y) => {
                if let Some((_, kind)) = PartKind::ALL.get(index) {
                    let at = self.on_canvas(x, y);
                    self.perform(ctx, EditAction::AddPartAt(*kind, at));
                }
                true
            }
            Message::Wheel(by, x, y) => {
                self.zoom(by, x, y);
                self.request_frame(ctx);
                true
            }
            Message::Linked(link) => {
                self.link = link;
                true
            }
            Message::SurroundingsChanged => {
                self.palette = None;
                self.request_frame(ctx);
                true
            }
        };
        self.whole |= render && !is_frame;
        render
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        self.page(ctx)
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let stage = self.stage.cast::<HtmlElement>();
        let size = stage
            .as_ref()
            .filter(|_| !self.only_canvas)
            .map_or(self.size, |stage| (stage.client_width().into(), stage.client_height().into()));
        if first && let Some(stage) = stage {
            self.listeners.push(keys::wheel(&stage, ctx.link().callback(|(by, x, y)| Message::Wheel(by, x, y))));
        }
        self.whole &= self.only_canvas;
        if size != self.size {
            self.size = size;
            ctx.link().send_message(Message::SurroundingsChanged);
        }
        dialogs::show(&self.dialog, self.app.dialog.as_ref());
        if self.editing.is_some() {
            drawing::put_in_place();
        }
        if let Some(id) = self.focus_next.take() {
            browser::focus(&id);
        }
        self.paint();
    }
}

impl Playground {
    fn perform(&mut self, ctx: &Context<Self>, action: impl Into<Action>) {
        let was_connecting = self.connecting();
        for effect in app::update(&mut self.app, action) {
            self.carry_out(ctx, effect);
        }
        if was_connecting && !self.connecting() {
            self.pointer = None;
        }
        if self.app.dialog != Some(Dialog::Share) {
            self.link.clear();
        }
        self.request_frame(ctx);
    }

    fn connecting(&self) -> bool {
        self.app.session.as_ref().is_some_and(|session| session.selection.connecting.is_some())
    }

    fn edit_in_place(&mut self, editing: Editing) {
        if self.app.options.read_only {
            return;
        }
        self.editing = Some(editing);
        self.focus_next = Some("in-place".into());
    }

    fn request_frame(&mut self, ctx: &Context<Self>) {
        if self.frame.is_none() {
            let link = ctx.link().clone();
            self.frame = Some(request_animation_frame(move |now| link.send_message(Message::Frame(now))));
        }
    }

    fn frame(&mut self, ctx: &Context<Self>, now: f64) -> bool {
        self.frame = None;
        let elapsed = now - self.frame_last.unwrap_or(now);
        let was_playing = self.app.playing;
        if self.app.playing || self.app.is_busy() {
            self.frame_last = Some(now);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a frame takes some milliseconds")]
            let elapsed = SimTime::from_micros((elapsed.max(0.0) * 1_000.0) as u64);
            let was_busy = self.app.is_busy();
            self.perform(ctx, TimeAction::FramePassed(elapsed));
            if was_busy && !self.app.is_busy() {
                return true;
            }
        } else {
            self.frame_last = None;
        }
        self.announce(now);
        let stopped = was_playing && !self.app.playing;
        // A gesture is drawn with the frame, not with the next numbers.
        let period = if self.held.as_ref().is_some_and(|held| held.moved) { RENDER_PERIOD_HELD_MS } else { RENDER_PERIOD_MS };
        self.only_canvas = !self.whole && !stopped && now - self.rendered_at < period;
        let stale = self.held.as_mut().is_some_and(|held| std::mem::take(&mut held.stale));
        if stopped || stale || now - self.rendered_at >= period && (self.app.playing || self.app.is_busy()) {
            if !self.only_canvas {
                self.rendered_at = now;
            }
            return true;
        }
        self.paint();
        false
    }

    /// What happened since it was last told, for a screen reader.
    fn announce(&mut self, now: f64) {
        let Some(session) = &self.app.session else { return };
        let (_, number, at) = self.said;
        if session.playhead.log.last_number() == number || now - at < ANNOUNCE_PERIOD_MS {
            return;
        }
        let said = match self.app.verbosity {
            app::Verbosity::Off => String::new(),
            app::Verbosity::Summary => words::summary(session.playhead.log.since(number)),
            app::Verbosity::All => session.playhead.log.newest().next().map_or_else(String::new, |entry| {
                let line = words::line(&entry.occurrence, session.world());
                format!("{} {}", line.what, line.detail)
            }),
        };
        self.said = (said, session.playhead.log.last_number(), now);
    }

    /// The whole system fits, unless somebody chose what to see.
    fn camera(&self) -> Camera {
        if let Some(view) = self.view {
            return view;
        }
        if let Some(held) = self.held.as_ref().filter(|held| held.moved) {
            return held.camera; // what is dragged must not move the canvas
        }
        let Some(session) = &self.app.session else { return Camera::default() };
        let bounds = geometry::bounds(session.plan());
        let scale = (self.size.0 / bounds.width).min(self.size.1 / bounds.height).clamp(FIT_MIN, FIT_MAX);
        Camera {
            left: (self.size.0 - bounds.width * scale) / 2.0 - bounds.left * scale,
            top: (self.size.1 - bounds.height * scale) / 2.0 - bounds.top * scale,
            scale,
        }
    }

    /// A place of the page, in canvas units.
    fn on_canvas(&self, x: f64, y: f64) -> Point {
        let rect = self.stage.cast::<HtmlElement>().map(|stage| stage.get_bounding_client_rect());
        let (left, top) = rect.map_or((0.0, 0.0), |rect| (rect.left(), rect.top()));
        let camera = self.camera();
        Point { x: (x - left - camera.left) / camera.scale, y: (y - top - camera.top) / camera.scale }
    }

    /// The event whose token is seen at a place of the page.
    fn event_at(&self, x: f64, y: f64) -> Option<crate::broker::Name> {
        let session = self.app.session.as_ref()?;
        tokens::picture(session.plan(), self.still()).event_at(self.on_canvas(x, y)).cloned()
    }

    fn zoom(&mut self, by: f64, x: f64, y: f64) {
        let (camera, under) = (self.camera(), self.on_canvas(x, y));
        let scale = (camera.scale * by).clamp(SCALE_MIN.min(camera.scale), SCALE_MAX);
        // What is under the pointer stays there.
        self.view = Some(Camera {
            left: camera.left + under.x * (camera.scale - scale),
            top: camera.top + under.y * (camera.scale - scale),
            scale,
        });
    }

    fn middle(&self) -> (f64, f64) {
        let rect = self.stage.cast::<HtmlElement>().map(|stage| stage.get_bounding_client_rect());
        rect.map_or((0.0, 0.0), |rect| (rect.left() + rect.width() / 2.0, rect.top() + rect.height() / 2.0))
    }

    fn hold(&mut self, what: Holds, x: f64, y: f64) {
        self.held = Some(Held { what, from: (x, y), moved: false, stale: false, camera: self.camera() });
    }

    fn gesture(&mut self, ctx: &Context<Self>, gesture: Gesture) -> bool {
        match gesture {
            Gesture::Node(node, x, y) => {
                let at = self.app.session.as_ref().and_then(|session| session.place(&node));
                if let Some(at) = at {
                    self.hold(Holds::Node(node, at), x, y);
                }
                false
            }
            Gesture::Port(node) => {
                self.perform(ctx, SelectAction::Node(Some(node)));
                self.perform(ctx, EditAction::ToggleLine);
                self.hold(Holds::Line, 0.0, 0.0);
                true
            }
            Gesture::Empty(x, y, boxed) => {
                let what = if boxed { Holds::Box(self.on_canvas(x, y)) } else { Holds::View };
                self.hold(what, x, y);
                false
            }
            Gesture::Moves(x, y) => self.moves(ctx, x, y),
            Gesture::Ends(x, y) => self.ends(ctx, x, y),
            Gesture::Clicked { place, also, x, y } => {
                let event = self.event_at(x, y).filter(|_| !also && !self.connecting());
                let action = match event {
                    Some(event) => Action::Select(SelectAction::Story(Some(event))),
                    None if also => Action::Select(SelectAction::Toggle(place)),
                    None => Action::Select(SelectAction::Node(Some(place))),
                };
                self.perform(ctx, action);
                true
            }
            Gesture::Focused(place) => {
                let other = self.focused.as_ref() != Some(&place);
                self.focused = Some(place);
                other
            }
            Gesture::Menu(place, x, y) => {
                if self.app.session.as_ref().is_some_and(|session| !session.selection.has(&place)) {
                    self.perform(ctx, SelectAction::Node(Some(place)));
                }
                self.perform(ctx, PageAction::OpenDialog(Dialog::Menu { x, y }));
                true
            }
            Gesture::Edit(editing) => {
                self.edit_in_place(editing);
                true
            }
            Gesture::Edited(text) => {
                if let (Some(editing), Some(text)) = (self.editing.take(), text) {
                    self.edited(ctx, &editing, &text);
                }
                true
            }
            Gesture::Zoom(by) => {
                let (x, y) = self.middle();
                self.zoom(by, x, y);
                self.request_frame(ctx);
                true
            }
            Gesture::Fit => {
                self.view = None;
                self.request_frame(ctx);
                true
            }
            Gesture::Natural => {
                let (x, y) = self.middle();
                self.zoom(1.0 / self.camera().scale, x, y);
                self.request_frame(ctx);
                true
            }
            Gesture::Centre(at) => {
                let scale = self.camera().scale;
                self.view = Some(Camera { left: self.size.0 / 2.0 - at.x * scale, top: self.size.1 / 2.0 - at.y * scale, scale });
                self.request_frame(ctx);
                true
            }
            Gesture::Key(place, event) => self.key(ctx, place, &event),
        }
    }

    fn moves(&mut self, ctx: &Context<Self>, x: f64, y: f64) -> bool {
        let here = self.on_canvas(x, y);
        if self.connecting() {
            self.pointer = Some(here);
            self.request_frame(ctx);
            return true;
        }
        let Some(held) = &mut self.held else { return false };
        let (dx, dy) = (x - held.from.0, y - held.from.1);
        if !held.moved && dx.abs().max(dy.abs()) < CLICK_PX_MAX {
            return false;
        }
        held.moved = true;
        held.stale = true;
        match &held.what {
            Holds::Node(node, at) => {
                let to = Point { x: at.x + dx / held.camera.scale, y: at.y + dy / held.camera.scale };
                let action = Action::Edit(EditAction::Drag(node.clone(), to));
                app::update(&mut self.app, action);
            }
            Holds::View => self.view = Some(Camera { left: held.camera.left + dx, top: held.camera.top + dy, ..held.camera }),
            Holds::Box(_) => self.pointer = Some(here),
            Holds::Line => {}
        }
        // Drawn with the next frame: a pointer moves more often than the page is painted.
        self.request_frame(ctx);
        false
    }

    fn ends(&mut self, ctx: &Context<Self>, x: f64, y: f64) -> bool {
        let Some(held) = self.held.take() else { return false };
        let here = self.on_canvas(x, y);
        match held.what {
            Holds::Node(..) => {
                self.perform(ctx, EditAction::Drop);
                if held.moved {
                    browser::swallow_click(); // it was no click
                }
            }
            Holds::View if !held.moved => {
                let event = self.event_at(x, y);
                self.perform(
                    ctx,
                    event.map_or(Action::Select(SelectAction::Node(None)), |event| Action::Select(SelectAction::Story(Some(event)))),
                );
            }
            Holds::View => {}
            Holds::Box(from) => {
                self.pointer = None;
                self.perform(ctx, SelectAction::Box { from, to: here });
            }
            Holds::Line => {
                let Some(session) = &self.app.session else { return false };
                let under = |place: &app::Node| geometry::rect(session.plan(), place).is_some_and(|rect| rect.has(here));
                let target = geometry::places(session.plan()).into_iter().find(under);
                // Let go where it began, it was a click: the next one ends the line.
                if let Some(target) = target.filter(|target| session.selection.connecting.as_ref() != Some(target)) {
                    browser::swallow_click();
                    self.perform(ctx, EditAction::EndLine(target));
                }
            }
        }
        true
    }

    fn edited(&mut self, ctx: &Context<Self>, editing: &Editing, text: &str) {
        let Some(session) = &self.app.session else { return };
        let text = text.trim();
        let action = match editing {
            Editing::Name(place) => {
                let Some(part) = session.part(place).filter(|part| &**part.name() != text) else { return };
                Action::Edit(EditAction::Apply(Edit::Rename { part, name: text.into() }))
            }
            Editing::Binding(number) => {
                let Some(binding) = session.scenario().broker.bindings.get(*number) else { return };
                let headers = session.scenario().broker.is_headers_exchange(&binding.source);
                let (field, kind) = if headers { ("arguments", Kind::Json) } else { ("routing_key", Kind::Text) };
                if !headers && &*binding.routing_key == text {
                    return;
                }
                let at = Spot::of(Slot::Binding(*number)).field(field);
                match app::form::parse(&kind, text) {
                    Ok(value) => Action::Edit(EditAction::ChangeList(at, Change::Set(value))),
                    // It is shown beside its field, with what was typed.
                    Err(_) => Action::Edit(EditAction::SetField(at, kind, text.to_owned())),
                }
            }
        };
        self.perform(ctx, action);
    }

    /// Keys on a node.
    fn key(&mut self, ctx: &Context<Self>, place: app::Node, event: &yew::KeyboardEvent) -> bool {
        let Some(session) = &self.app.session else { return false };
        let (command, shift) = (event.ctrl_key() || event.meta_key(), event.shift_key());
        let arrow = match event.key().as_str() {
            "ArrowLeft" => Some((-1.0, 0.0)),
            "ArrowRight" => Some((1.0, 0.0)),
            "ArrowUp" => Some((0.0, -1.0)),
            "ArrowDown" => Some((0.0, 1.0)),
            _ => None,
        };
        let action = match (event.key().as_str(), arrow) {
            (_, Some((dx, dy))) if session.selection.connecting.is_none() && session.selection.has(&place) => {
                let by = if shift { 20.0 } else { 5.0 };
                Action::Edit(EditAction::Nudge(dx * by, dy * by))
            }
            (_, Some(way)) => {
                event.prevent_default();
                event.stop_propagation();
                let places = geometry::places(session.plan());
                let next = if session.selection.connecting.is_some() {
                    keys::next_target(session, &places, &place, way)
                } else {
                    keys::nearest(session, &places, &place, way)
                };
                if let Some(index) = next {
                    browser::focus(&format!("node-{index}"));
                }
                return false;
            }
            ("Enter", _) if command => Action::Select(SelectAction::Toggle(place)),
            ("Enter" | " ", _) => Action::Select(SelectAction::Node(Some(place))),
            ("F2", _) => {
                self.edit_in_place(Editing::Name(place));
                event.prevent_default();
                return true;
            }
            ("ContextMenu" | "F10", _) if event.key() == "ContextMenu" || shift => {
                event.prevent_default();
                let rect = event.target_unchecked_into::<web_sys::Element>().get_bounding_client_rect();
                #[expect(clippy::cast_possible_truncation, reason = "a screen is small")]
                let (x, y) = ((rect.left() + 20.0) as i32, (rect.top() + 20.0) as i32);
                return self.gesture(ctx, Gesture::Menu(place, x, y));
            }
            ("k", _) if !command => match place {
                app::Node::Instance(id) if session.world().instance(id).is_some_and(|state| state.up) => {
                    Action::Operate(OperateAction::Kill(id))
                }
                app::Node::Instance(id) => Action::Operate(OperateAction::Start(id)),
                _ => return false,
            },
            _ => return false,
        };
        event.prevent_default();
        event.stop_propagation();
        self.perform(ctx, action);
        true
    }
}
