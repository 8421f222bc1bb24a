//! The page: yew views around the application's state, one canvas for what moves, and the browser's services.
//! Nothing here knows a rule of the broker.

mod announce;
mod browser;
mod compare;
mod composer;
mod costs;
mod course;
mod dialogs;
mod drawing;
mod effects;
mod findings;
mod form;
mod grip;
mod icons;
mod importing;
mod inspector;
mod keys;
mod later;
mod lesson;
mod line;
mod message;
mod page;
mod painter;
mod panels;
mod preview;
mod queue;
mod recipe;
mod stream;
mod system;
mod table;
mod texts;
mod time;
mod whatif;
mod widgets;
mod work;
mod workspace;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use web_sys::HtmlElement;
use yew::{Callback, Component, Context, Html, NodeRef, TargetCast};

use crate::app::camera::Pixel;
use crate::app::keys::{NodeKey, on_stop};
use crate::app::overview::Overview;
use crate::app::{
    self, Action, App, Asked, CanvasAction, CourseAction, Dialog, EditAction, FileAction, Motion, PageAction, Room, Session, Stop,
    TimeAction, Touch, WorkspaceAction, tokens,
};
use crate::base::SimTime;
use crate::base::limits::LINK_BYTES;
use crate::broker::Name;
use announce::Announcer;
use drawing::Gesture;
use later::{Arrival, Later, NotHere};
use page::Around;
use painter::Palette;

pub use browser::show_panic;

pub type Dispatch = Callback<Action>;

/// Shows the playground, and says so if it breaks.
pub fn run() {
    yew::set_custom_panic_hook(Box::new(|info| show_panic(&info.to_string())));
    yew::Renderer::<Playground>::new().render();
}

/// Numbers and charts change this often; tokens move every frame.
const RENDER_PERIOD_MS: f64 = 120.0;
/// And less often while something is dragged, whose place is what one looks at.
const RENDER_PERIOD_HELD_MS: f64 = 500.0;

#[derive(Debug)]
pub enum Message {
    Do(Action),
    /// It was chosen in a dialog, which closes.
    Run(Action),
    /// With the time stamp of the frame, in milliseconds.
    Frame(f64),
    Gesture(Gesture),
    /// A link was followed in this page.
    AddressChanged,
    /// The window has another size, or the system another theme.
    SurroundingsChanged,
    /// A link that was asked for.
    Linked(String),
    /// What was done, in words; nothing: it has stood long enough.
    Told(String),
    /// The views that the first picture does not need are asked for.
    FetchLater,
    Later(Result<Later, NotHere>),
}

#[expect(missing_debug_implementations, reason = "browser handles cannot be printed")]
pub struct Playground {
    app: App,
    stage: NodeRef,
    canvas: NodeRef,
    /// Where the tokens of the other run are painted.
    canvas_beside: NodeRef,
    dialog: NodeRef,
    editing: Option<Asked>,
    /// What has the canvas's one tab stop.
    focused: Option<Stop>,
    /// Of a large system, as it was last drawn.
    overview: RefCell<Option<Overview>>,
    /// An element that gets the keyboard when it is there.
    focus_next: Option<String>,
    /// What opened, and is scrolled into view when it is there.
    reveal_next: Option<&'static str>,
    /// The last thing that happened was a pointer's.
    by_hand: bool,
    /// The first click of those that may be a double click was on the drawing.
    clicked_drawing: Rc<Cell<bool>>,
    link: String,
    /// What was done, and how long it still stands.
    told: String,
    told_for: Option<Timeout>,
    announcer: Announcer,
    palette: Option<Palette>,
    frame: Option<AnimationFrame>,
    frame_last: Option<f64>,
    rendered_at: f64,
    /// What surrounds the canvas, as it was last drawn.
    around: RefCell<Option<Around>>,
    /// Only the canvas is drawn this time: something is dragged, and the rest waits for its turn.
    only_canvas: bool,
    /// More than the canvas is to be drawn; a frame that comes in between must not forget it.
    whole: bool,
    listeners: Vec<EventListener>,
    /// The page's own type was asked for.
    has_fonts: bool,
    later: Arrival,
    /// Runs out while a finger rests.
    long_press: Option<Timeout>,
    /// A large drawing is moved as one layer: it runs out when the hand rests.
    moving: Option<Timeout>,
    /// When a moved drawing was drawn again.
    moved_at: f64,
}

/// A token is hit from so many pixels away.
const REACH: f64 = 12.0;
const REACH_OF_A_FINGER: f64 = 22.0;
/// A finger that rests this long asks for a menu.
const LONG_PRESS_MS: u32 = 500;
/// A hand that moves no view for this long rests.
const RESTS_MS: u32 = 150;
/// Where a moved drawing has come to its end, it is drawn again no more often than this.
const AGAIN_MS: f64 = 700.0;

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
        let mut effects = app::update(&mut app, WorkspaceAction::SizesFound(browser::sizes()));
        effects.extend(app::update(&mut app, CourseAction::ProgressFound(browser::progress())));
        if !embed {
            effects.extend(app::update(&mut app, FileAction::DraftsFound(browser::drafts())));
        }
        let is_plain = address.packed.is_none() && address.lesson.is_none() && address.exhibit.is_none();
        match (address.packed, address.lesson) {
            (Some(packed), _) => browser::open_link(packed, dispatch.clone()),
            (None, Some(lesson)) => browser::fetch_lesson(&lesson, dispatch.clone()),
            (None, None) if browser::was_at_work() && address.exhibit.is_none() && !embed => {
                effects.extend(app::update(&mut app, FileAction::ComeBack));
            }
            (None, None) if app.back_to.is_some() && address.exhibit.is_none() && !embed => {
                let lesson = app.back_to.take().unwrap_or_default();
                browser::fetch_lesson(&lesson, dispatch.clone());
            }
            (None, None) => {
                if address.exhibit.is_none() {
                    // Who wants little motion starts it.
                    let runs = app.drafts.is_empty() && !browser::prefers_reduced_motion() && app.motion != Motion::Reduced;
                    app::update(&mut app, WorkspaceAction::Arrive { runs });
                }
                browser::fetch_scenario(address.exhibit.unwrap_or_else(|| app::FIRST_SCENARIO.to_owned()), dispatch.clone());
            }
        }
        if app.back_on_course && is_plain && !embed {
            effects.extend(app::update(&mut app, PageAction::OpenDialog(Dialog::Course)));
        }
        app::update(&mut app, WorkspaceAction::Fit(Room::of(browser::window_width(), browser::window_height())));
        browser::tell("ready", "");
        let mut listeners = browser::on_surroundings_changed(&link.callback(|()| Message::SurroundingsChanged));
        listeners.extend(browser::on_address_changed(&link.callback(|()| Message::AddressChanged)));
        listeners.extend(keys::shortcuts(&dispatch));
        listeners.extend(browser::on_paste(&dispatch));
        listeners.extend(browser::on_hidden(&link.callback(|()| Message::Do(FileAction::PageHidden.into()))));
        let mut playground = Self {
            app,
            stage: NodeRef::default(),
            canvas: NodeRef::default(),
            canvas_beside: NodeRef::default(),
            dialog: NodeRef::default(),
            editing: None,
            focused: None,
            overview: RefCell::new(None),
            focus_next: None,
            reveal_next: None,
            by_hand: false,
            clicked_drawing: Rc::default(),
            link: String::new(),
            told: String::new(),
            told_for: None,
            announcer: Announcer::default(),
            palette: None,
            frame: None,
            frame_last: None,
            rendered_at: 0.0,
            around: RefCell::new(None),
            only_canvas: false,
            whole: false,
            listeners,
            has_fonts: false,
            later: Arrival::default(),
            long_press: None,
            moving: None,
            moved_at: 0.0,
        };
        for effect in effects {
            playground.carry_out(ctx, effect);
        }
        playground
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        self.only_canvas = false;
        self.app.still = self.still();
        let is_frame = matches!(message, Message::Frame(_));
        if !is_frame {
            self.by_hand = matches!(message, Message::Gesture(_));
        }
        let render = match message {
            Message::Do(action) => {
                self.perform(ctx, action);
                true
            }
            Message::Run(action) => {
                self.perform(ctx, PageAction::CloseDialog);
                let before = self.selected();
                self.perform(ctx, action);
                // The keyboard goes on at what was selected, unless something else asks for it.
                let after = self.selected().filter(|after| self.focus_next.is_none() && before.as_ref() != Some(after));
                self.focus_on(after);
                true
            }
            Message::Frame(now) => self.frame(ctx, now),
            Message::Gesture(gesture) => self.gesture(ctx, gesture),
            Message::Told(text) => {
                self.tell(ctx, text);
                true
            }
            Message::Linked(link) => {
                if link.len() <= LINK_BYTES {
                    browser::copy(&link, ctx.link().callback(Message::Told));
                }
                self.link = link;
                true
            }
            Message::FetchLater => {
                self.later = Arrival::Coming;
                let link = ctx.link().clone();
                yew::platform::spawn_local(async move { link.send_message(Message::Later(later::come().await)) });
                true
            }
            Message::Later(come) => {
                self.later = come.map_or(Arrival::Failed, Arrival::Here);
                self.listeners.extend(self.later.here().and_then(|later| (later.double_clicks)()));
                let effects = match self.later.here() {
                    Some(later) => app::rest::come(&mut self.app, later.rest),
                    None => app::rest::fail(&mut self.app, texts::later::MISSING.into()),
                };
                for effect in effects {
                    self.carry_out(ctx, effect);
                }
                true
            }
            Message::AddressChanged => {
                self.follow_address(ctx);
                true
            }
            Message::SurroundingsChanged => {
                app::update(&mut self.app, WorkspaceAction::Fit(Room::of(browser::window_width(), browser::window_height())));
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
            .map_or(self.app.canvas.size, |stage| Pixel { x: stage.client_width().into(), y: stage.client_height().into() });
        if first && let Some(stage) = stage {
            let gesture = ctx.link().callback(Message::Gesture);
            self.listeners.extend(keys::fingers(&gesture));
            self.listeners.push(keys::wheel(&stage, gesture));
        }
        self.whole &= self.only_canvas;
        let room = self.app.workspace.room;
        let above_sheet = if self.app.options.embed { None } else { room.above_sheet(browser::window_height().into()) };
        if size != self.app.canvas.size || above_sheet != self.app.canvas.above_sheet {
            if let Some((left, whole)) = self.stage.cast::<HtmlElement>().and_then(|stage| self.canvas_without_drawers(&stage)) {
                app::update(&mut self.app, CanvasAction::Beside(left, whole));
            }
            app::update(&mut self.app, CanvasAction::AboveSheet(above_sheet));
            app::update(&mut self.app, CanvasAction::Resize(size));
            ctx.link().send_message(Message::SurroundingsChanged);
        }
        drawing::put_back();
        dialogs::show(&self.dialog, self.app.dialog.as_ref());
        if self.editing.is_some() {
            drawing::put_in_place();
        }
        // What gets the focus may be in a view that has not come yet.
        if self.later.here().is_some()
            && let Some(id) = self.focus_next.take()
        {
            browser::focus(&id);
        }
        if let Some(id) = self.reveal_next.take() {
            browser::reveal(id);
        }
        if self.app.session.as_ref().is_some_and(|session| session.playhead.story.is_some()) {
            browser::hold_story();
        }
        browser::keep_focus();
        self.keep_focus_in_view(ctx);
        self.paint();
        // The system comes first; where there is none, a dialog may still be wanted.
        let waits = self.app.session.is_none() && self.app.unreadable.is_none() && self.app.dialog.is_none();
        if !waits && matches!(self.later, Arrival::Unasked) {
            ctx.link().send_message(Message::FetchLater);
        }
        if self.app.session.is_some() && !self.has_fonts {
            self.has_fonts = true;
            browser::load_fonts();
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a screen is small")]
const fn on_page(x: f64, y: f64) -> (i32, i32) {
    (x as i32, y as i32)
}

/// How wide the rail is, and how high what stands above and below the canvas, in pixels. The style sheet says the same.
const RAIL: i32 = 48;
const HEAD_AND_BAR: i32 = 104;

impl Playground {
    /// What has the keyboard goes on being seen.
    fn keep_focus_in_view(&mut self, ctx: &Context<Self>) {
        let stop = self.focused.clone();
        let has_keyboard = |session: &Session, stop: &Stop| session.stop_id(stop).is_some_and(|id| browser::has_keyboard(&id));
        if self.app.keep_in_view(stop.as_ref(), self.by_hand, has_keyboard) {
            ctx.link().send_message(Message::SurroundingsChanged);
        }
    }

    /// Where the stage begins on it, and how large it is.
    fn canvas_without_drawers(&self, stage: &HtmlElement) -> Option<(f64, Pixel)> {
        let house = stage.parent_element()?;
        let rail = if self.app.options.embed { 0 } else { RAIL };
        let whole = Pixel { x: (house.client_width() - rail).into(), y: (house.client_height() - HEAD_AND_BAR).into() };
        Some(((stage.offset_left() - rail).into(), whole))
    }

    fn perform(&mut self, ctx: &Context<Self>, action: impl Into<Action>) {
        let action = action.into();
        let (before, was_connecting) = (self.selected(), self.connecting().is_some());
        let begins = matches!(action, Action::Edit(EditAction::ToggleLine));
        if matches!(action, Action::File(FileAction::Share(..))) {
            self.link.clear();
        }
        let goes = matches!(action, Action::Canvas(CanvasAction::GoTo(_)));
        // Parts are counted for their elements: with a part more or less, an element is another part's.
        let held = matches!(action, Action::Edit(_)).then(|| self.held()).flatten();
        let stood = self.app.session.as_ref().zip(self.focused.as_ref()).filter(|_| matches!(action, Action::Edit(_)));
        let stood = stood.and_then(|(session, stop)| Some((session.scenario().clone(), stop.clone(), session.place_of(stop)?)));
        for effect in app::update(&mut self.app, action) {
            self.carry_out(ctx, effect);
        }
        // The canvas's one stop is what is selected, also when a line is drawn.
        let is_drawn = was_connecting && self.connecting().is_none();
        let after = self.selected().filter(|after| is_drawn || before.as_ref() != Some(after));
        // What was deleted leaves the keyboard near to where it was.
        let left = self.app.session.as_ref().zip(stood).map(|(session, (before, stop, at))| session.left_of(&before, &stop, at));
        let left = left.unwrap_or_else(|| self.focused.take());
        self.focused = after.clone().or_else(|| left.clone());
        // The keyboard goes on where the line begins, or where the part is.
        if begins {
            self.focus_on(self.connecting());
        } else if goes {
            self.focus_on(self.selected());
        }
        if let Some((stop, id)) = held.filter(|_| self.focus_next.is_none())
            && let Some(session) = &self.app.session
        {
            let now = if left.as_ref() == Some(&stop) { left } else { after.or(left) };
            if now.as_ref().and_then(|now| session.stop_id(now)) != Some(id) {
                self.focus_on(now);
            }
        }
        if self.app.dialog != Some(Dialog::Share) {
            self.link.clear();
        }
        self.request_frame(ctx);
    }

    /// The part or line that has the keyboard, and its element.
    fn held(&self) -> Option<(Stop, String)> {
        let (stop, session) = self.focused.as_ref().zip(self.app.session.as_ref())?;
        let id = session.stop_id(stop)?;
        browser::has_keyboard(&id).then(|| (stop.clone(), id))
    }

    fn selected(&self) -> Option<Stop> {
        self.app.session.as_ref().and_then(|session| session.selection.stop())
    }

    /// Where the line begins that is being drawn.
    fn connecting(&self) -> Option<Stop> {
        self.app.session.as_ref().and_then(|session| session.selection.connecting.clone().map(Stop::Node))
    }

    /// The keyboard goes to a part or a line. One of a large system is drawn when it is at hand.
    fn focus_on(&mut self, stop: Option<Stop>) {
        if let (Some(stop), Some(session)) = (stop, &self.app.session) {
            self.focus_next = session.stop_id(&stop);
            self.focused = Some(stop);
        }
    }

    /// A link was followed in this very page: what it names is opened, as a new page would. Unsaved work is asked about first.
    fn follow_address(&mut self, ctx: &Context<Self>) {
        let (address, dispatch) = (browser::address(), ctx.link().callback(Message::Do));
        let (packed, lesson, exhibit) = (address.packed, address.lesson, address.exhibit);
        if packed.is_none() && lesson.is_none() && exhibit.is_none() {
            return;
        }
        self.perform(ctx, PageAction::SetOptions(address.options));
        if let Some(packed) = packed {
            browser::open_link(packed, dispatch);
        } else if let Some(lesson) = lesson {
            browser::fetch_lesson(&lesson, dispatch);
        } else if let Some(exhibit) = exhibit {
            browser::fetch_scenario(exhibit, dispatch);
        }
    }

    fn edit_in_place(&mut self, editing: Asked) {
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
        let moved_on = self.app.moves_on();
        if moved_on || self.app.is_busy() {
            self.frame_last = Some(now);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a frame takes some milliseconds")]
            let span = |millis: f64| SimTime::from_micros((millis.max(0.0) * 1_000.0) as u64);
            let was_busy = self.app.is_busy();
            let begun = browser::now();
            self.perform(ctx, TimeAction::FramePassed(span(elapsed)));
            self.app.worked(span(browser::now() - begun));
            if was_busy && !self.app.is_busy() {
                return true;
            }
        } else {
            self.frame_last = None;
        }
        self.announcer.listen(&self.app, now);
        let stopped = moved_on && !self.app.moves_on();
        // A gesture is drawn with the frame, not with the next numbers.
        let is_held = self.moving.is_some() || self.app.canvas.gesture.frozen().is_some();
        let period = if is_held { RENDER_PERIOD_HELD_MS } else { RENDER_PERIOD_MS };
        self.only_canvas = !self.whole && !stopped && now - self.rendered_at < period;
        let stale = self.app.canvas.take_stale();
        let is_due = self.app.moves_on() && now - self.rendered_at >= period;
        if stale && !stopped && !is_due && self.moves_layer(ctx, now) {
            self.paint();
            return false;
        }
        if stopped || stale || now - self.rendered_at >= period && (self.app.moves_on() || self.app.is_busy()) {
            if !self.only_canvas {
                self.rendered_at = now;
            }
            return true;
        }
        self.paint();
        false
    }

    /// The view alone has changed, of a large system: what is drawn of it is moved. Whether that is enough for now.
    fn moves_layer(&mut self, ctx: &Context<Self>, now: f64) -> bool {
        if !self.may_move_layer() {
            return false;
        }
        let (camera, size) = (self.app.camera(), self.app.canvas.size);
        let overview = self.overview.borrow();
        let (Some(overview), Some(session)) = (&*overview, &self.app.session) else { return false };
        let Some(drawn) = overview.drawn.filter(|drawn| drawn.size == size && overview.is_of(session.plan())) else { return false };
        let link = ctx.link().clone();
        self.moving = Some(Timeout::new(RESTS_MS, move || link.send_message(Message::Gesture(Gesture::Rests))));
        if drawn.is_used_up(camera) && now - self.moved_at >= AGAIN_MS {
            self.moved_at = now;
            return false;
        }
        drawing::move_layer(&drawn, camera, &texts::page::percent(camera.scale));
        true
    }

    /// A large system is drawn, and nothing on the canvas moves beside it.
    fn may_move_layer(&self) -> bool {
        let is_connecting = self.app.session.as_ref().is_some_and(|session| session.selection.connecting.is_some());
        let moves_the_view = self.app.canvas.gesture.moves_the_view();
        moves_the_view && !is_connecting && self.editing.is_none() && self.app.beside.is_none() && self.overview.borrow().is_some()
    }

    /// Where the stage begins on the page.
    fn stage_corner(&self) -> (f64, f64) {
        let rect = self.stage.cast::<HtmlElement>().map(|stage| stage.get_bounding_client_rect());
        rect.map_or((0.0, 0.0), |rect| (rect.left(), rect.top()))
    }

    /// A place of the page, on the stage.
    fn on_stage(&self, x: f64, y: f64) -> Pixel {
        let (left, top) = self.stage_corner();
        Pixel { x: x - left, y: y - top }
    }

    /// From how far a token on a line is hit: a finger is less sure than a mouse.
    fn reach(&self) -> f64 {
        if self.app.workspace.room.has_sheet() { REACH_OF_A_FINGER } else { REACH }
    }

    /// The event whose token is seen at a place of the page.
    fn event_at(&self, at: Pixel, reach: f64) -> Option<Name> {
        let (session, camera) = (self.app.session.as_ref()?, self.app.camera());
        tokens::picture(session.plan(), self.still()).event_at(camera.to_canvas(at), reach / camera.scale).cloned()
    }

    fn gesture(&mut self, ctx: &Context<Self>, gesture: Gesture) -> bool {
        let action = match gesture {
            Gesture::Node(node, x, y) => CanvasAction::PressNode(node, self.on_stage(x, y)),
            Gesture::Port(node, x, y) => CanvasAction::PressPort(node, self.on_stage(x, y)),
            Gesture::Empty(x, y, boxed) => CanvasAction::PressEmpty { at: self.on_stage(x, y), boxed },
            Gesture::Moves { x, y, freely } => {
                let at = self.on_stage(x, y);
                self.perform(ctx, if freely { CanvasAction::MoveFreely(at) } else { CanvasAction::Move(at) });
                // Drawn with the next frame: a pointer moves more often than the page is painted.
                return false;
            }
            Gesture::Ends(x, y) => {
                let at = self.on_stage(x, y);
                CanvasAction::Release { at, page: on_page(x, y), event: self.event_at(at, self.reach()) }
            }
            Gesture::ClickedOutline { also, x, y } => {
                let Some(node) = self.app.node_at(self.on_stage(x, y)) else { return false };
                CanvasAction::Click { node, also, event: None }
            }
            Gesture::ClickedLine(line, x, y) => CanvasAction::ClickLine(line, self.event_at(self.on_stage(x, y), REACH)),
            Gesture::Clicked { place, also, x, y } => {
                CanvasAction::Click { node: place, also, event: self.event_at(self.on_stage(x, y), REACH) }
            }
            Gesture::Wheel { dx, dy, zooms, sideways, x, y } => {
                self.perform(ctx, CanvasAction::Wheel { at: self.on_stage(x, y), dx, dy, zooms, sideways });
                // How large it is drawn stands beside the canvas; where it is drawn, with the next frame.
                return zooms && !self.may_move_layer();
            }
            Gesture::Touch(touch, finger, x, y) => {
                let link = ctx.link().clone();
                match touch {
                    Touch::First => {
                        let rests = move || link.send_message(Message::Gesture(Gesture::LongPress(x, y)));
                        self.long_press = Some(Timeout::new(LONG_PRESS_MS, rests));
                    }
                    Touch::Down | Touch::Up => self.long_press = None,
                    Touch::Moves => {}
                }
                self.perform(ctx, CanvasAction::Touch(touch, finger, self.on_stage(x, y)));
                return touch == Touch::Up;
            }
            Gesture::Rests => {
                self.moving = None;
                return true;
            }
            Gesture::LongPress(x, y) => CanvasAction::LongPress { at: self.on_stage(x, y), page: on_page(x, y) },
            Gesture::Focused(stop) => {
                let (other, seen_from) = (self.focused.as_ref() != Some(&stop), self.app.camera());
                self.perform(ctx, CanvasAction::Reach(stop.clone()));
                self.focused = Some(stop);
                return other || self.app.camera() != seen_from;
            }
            Gesture::Menu(x, y) => {
                let at = self.on_stage(x.into(), y.into());
                CanvasAction::OpenMenu { on: self.app.stop_at(at), at, page: (x, y) }
            }
            Gesture::DoubleClicked(x, y) => CanvasAction::DoubleClick { at: self.on_stage(x.into(), y.into()), page: (x, y) },
            Gesture::FirstPress => {
                self.perform(ctx, CanvasAction::FirstPress);
                return false;
            }
            Gesture::PressedKey(line) => {
                self.perform(ctx, CanvasAction::PressKey(line));
                return false;
            }
            Gesture::Edited(text) => {
                // A field that goes is left once more.
                if self.editing.is_some() {
                    self.perform(ctx, app::EditAction::LeaveField);
                }
                // The keyboard goes on at what is selected. A press elsewhere has taken it along already.
                let was_in_place = browser::has_keyboard("in-place");
                let answered = self.editing.take().zip(text).zip(self.app.session.as_ref());
                if let Some(action) = answered.and_then(|((asked, text), session)| asked.answered(session, &text)) {
                    self.perform(ctx, action);
                }
                if was_in_place && self.focus_next.is_none() {
                    self.focus_on(self.selected().or_else(|| self.focused.clone()));
                }
                return true;
            }
            Gesture::Key(stop, event) => return self.key(ctx, stop, &event),
        };
        self.perform(ctx, action);
        true
    }

    /// Keys on a part or a line.
    fn key(&mut self, ctx: &Context<Self>, stop: Stop, event: &yew::KeyboardEvent) -> bool {
        let key = self.app.session.as_ref().and_then(|session| on_stop(session, &stop, keys::pressed(event, &event.key())));
        let Some(key) = key else { return false };
        event.prevent_default();
        match key {
            NodeKey::Do(action) => {
                event.stop_propagation();
                self.perform(ctx, action);
                true
            }
            NodeKey::GoTo(stop) => {
                event.stop_propagation();
                self.focus_on(Some(stop));
                true
            }
            NodeKey::Stay => {
                event.stop_propagation();
                false
            }
            NodeKey::Ask(asked) => {
                event.stop_propagation();
                self.edit_in_place(asked);
                true
            }
            NodeKey::Ends => {
                let rect = event.target_unchecked_into::<web_sys::Element>().get_bounding_client_rect();
                self.perform(ctx, CanvasAction::OfferEnds(on_page(rect.right(), rect.top())));
                true
            }
            NodeKey::Menu => {
                event.stop_propagation();
                let rect = event.target_unchecked_into::<web_sys::Element>().get_bounding_client_rect();
                let (x, y) = (rect.left() + 20.0, rect.top() + 20.0);
                self.perform(ctx, CanvasAction::OpenMenu { on: Some(stop), at: self.on_stage(x, y), page: on_page(x, y) });
                true
            }
        }
    }
}
