//! The whole application as state, action and update. No browser in it: everything here is tested natively.
//!
//! ```text
//!   pointer, key, frame ─▶ Action ─▶ update(&mut App) ─▶ World ─▶ App ─▶ views, tokens
//! ```
//!
//! The screen asks "what is true at the world's time?" and paints it; see [`tokens`] for what moves.

pub mod geometry;
pub mod log;
pub mod tokens;
pub mod words;

use std::sync::Arc;

use crate::broker::{Name, SimTime};
use crate::formats::scenario_file;
use crate::scenario::{Json, Problem, Scenario};
use crate::sim::{Input, InstanceId, Place, World};
use log::Log;

/// How many steps of the world one frame may take: a hot loop must not freeze the page.
const STEPS_A_FRAME_MAX: u64 = 20_000;

/// After a pause of the browser, a sleep for instance, time goes on from where it was.
const ELAPSED_MAX: SimTime = SimTime::from_millis(100);

/// How fast virtual time passes, in thousandths of real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(pub u32);

impl Speed {
    pub const NORMAL: Self = Self(1_000);
    pub const ALL: [Self; 8] = [Self(100), Self(250), Self(500), Self::NORMAL, Self(2_000), Self(5_000), Self(20_000), Self(100_000)];
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Light,
    Dark,
}

/// Whether tokens fly or jump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Motion {
    /// As the system has it.
    #[default]
    System,
    Reduced,
    Full,
}

/// What can be chosen on the canvas.
pub type Node = Place;

#[derive(Debug, Default)]
pub struct App {
    pub session: Option<Session>,
    /// Why the last thing could not be opened. What was open before still is.
    pub unreadable: Option<Unreadable>,
    pub playing: bool,
    pub speed: Option<Speed>,
    pub theme: Theme,
    pub motion: Motion,
}

/// A scenario that is open, and its world.
#[derive(Debug)]
pub struct Session {
    pub world: World,
    pub log: Log,
    pub selection: Option<Node>,
    pub composer: Composer,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub name: String,
    pub problems: Vec<Problem>,
}

/// A message about to be published by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composer {
    pub exchange: Name,
    pub routing_key: String,
    pub payload: String,
    /// What is wrong with the payload.
    pub error: Option<String>,
    /// Where the last one went.
    pub outcome: Option<String>,
}

/// What happened at the edge of the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A file was read; whether it is a scenario is seen now.
    Opened {
        name: String,
        text: String,
    },
    /// It could not even be read.
    OpenFailed {
        name: String,
        reason: String,
    },
    UnreadableDismissed,
    /// So much real time has passed since the last frame.
    FramePassed(SimTime),
    PlayPressed,
    PausePressed,
    StepPressed,
    RestartPressed,
    SpeedChosen(Speed),
    Selected(Option<Node>),
    KillPressed(InstanceId),
    StartPressed(InstanceId),
    ComposerExchangeChosen(Name),
    ComposerKeyTyped(String),
    ComposerPayloadTyped(String),
    PublishPressed,
    ThemeChosen(Theme),
    MotionChosen(Motion),
}

/// What the browser shall do beyond showing the new state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    SavePreferences,
}

/// The only way anything changes.
pub fn update(app: &mut App, action: Action) -> Option<Effect> {
    match action {
        Action::Opened { name, text } => open(app, name, &text),
        Action::OpenFailed { name, reason } => {
            app.unreadable = Some(Unreadable { name, problems: vec![Problem { path: String::new(), message: reason }] });
        }
        Action::UnreadableDismissed => app.unreadable = None,
        Action::FramePassed(elapsed) => {
            if app.playing {
                let speed = app.speed();
                if let Some(session) = &mut app.session {
                    session.pass(elapsed, speed);
                }
            }
        }
        Action::PlayPressed => app.playing = app.session.is_some(),
        Action::PausePressed => app.playing = false,
        Action::SpeedChosen(speed) => app.speed = Some(speed),
        Action::ThemeChosen(theme) => {
            app.theme = theme;
            return Some(Effect::SavePreferences);
        }
        Action::MotionChosen(motion) => {
            app.motion = motion;
            return Some(Effect::SavePreferences);
        }
        Action::StepPressed => {
            app.playing = false;
            if let Some(session) = &mut app.session {
                session.step();
            }
        }
        Action::RestartPressed => {
            if let Some(session) = &mut app.session {
                session.restart();
            }
        }
        Action::Selected(_)
        | Action::KillPressed(_)
        | Action::StartPressed(_)
        | Action::ComposerExchangeChosen(_)
        | Action::ComposerKeyTyped(_)
        | Action::ComposerPayloadTyped(_)
        | Action::PublishPressed => {
            if let Some(session) = &mut app.session {
                session.update(action);
            }
        }
    }
    None
}

impl App {
    #[must_use]
    pub fn speed(&self) -> Speed {
        self.speed.unwrap_or(Speed::NORMAL)
    }
}

fn open(app: &mut App, name: String, text: &str) {
    match scenario_file::read(text) {
        Ok(scenario) => {
            app.session = Some(Session::new(Arc::new(scenario)));
            app.unreadable = None;
            app.playing = false;
        }
        Err(problems) => app.unreadable = Some(Unreadable { name, problems }),
    }
}

impl Session {
    #[must_use]
    pub fn new(scenario: Arc<Scenario>) -> Self {
        let exchange = scenario.broker.exchanges.first().map_or_else(|| "".into(), |exchange| exchange.name.clone());
        let composer = Composer {
            exchange,
            routing_key: "order.placed".into(),
            payload: "{\n  \"orderId\": 4711,\n  \"address\": { \"zip\": \"10115\" }\n}".into(),
            error: None,
            outcome: None,
        };
        let seed = scenario.seed;
        let mut session = Self { world: World::new(scenario, seed), log: Log::default(), selection: None, composer };
        session.take_notes();
        session
    }

    #[must_use]
    pub fn scenario(&self) -> &Arc<Scenario> {
        self.world.scenario()
    }

    fn take_notes(&mut self) {
        self.log.extend(self.world.drain_occurrences());
    }

    fn pass(&mut self, elapsed: SimTime, speed: Speed) {
        let elapsed = std::cmp::min(elapsed, ELAPSED_MAX);
        let virtual_time = SimTime::from_micros(elapsed.as_micros() * u64::from(speed.0) / 1_000);
        let target = self.world.now() + virtual_time;
        self.world.run_until(target, STEPS_A_FRAME_MAX);
        self.take_notes();
    }

    /// To the next thing worth a line in the log.
    fn step(&mut self) {
        let before = self.log.last_number();
        for _ in 0..STEPS_A_FRAME_MAX {
            if !self.world.step() {
                break;
            }
            self.take_notes();
            if self.log.last_number() > before {
                break;
            }
        }
    }

    fn restart(&mut self) {
        let seed = self.world.recording().seed;
        self.world = World::new(self.scenario().clone(), seed);
        self.log = Log::default();
        self.composer.outcome = None;
        self.take_notes();
    }

    fn update(&mut self, action: Action) {
        match action {
            Action::Selected(node) => {
                if let Some(Node::Exchange(name)) = &node {
                    self.composer.exchange = name.clone();
                }
                self.selection = node;
            }
            Action::KillPressed(id) => {
                if let Some(service) = self.service_name(id) {
                    self.inject(Input::kill(&service, id.instance));
                }
            }
            Action::StartPressed(id) => {
                if let Some(service) = self.service_name(id) {
                    self.inject(Input::start(&service, id.instance));
                }
            }
            Action::ComposerExchangeChosen(exchange) => self.composer.exchange = exchange,
            Action::ComposerKeyTyped(key) => self.composer.routing_key = key,
            Action::ComposerPayloadTyped(payload) => {
                self.composer.error = None;
                self.composer.payload = payload;
            }
            Action::PublishPressed => self.publish(),
            _ => {}
        }
    }

    fn service_name(&self, id: InstanceId) -> Option<Name> {
        self.world.services().get(id.service).map(|service| service.spec.name.clone())
    }

    fn inject(&mut self, input: Input) {
        self.world.inject(input);
        self.take_notes();
    }

    fn publish(&mut self) {
        let composer = &mut self.composer;
        composer.outcome = None;
        let payload: Json = match serde_json::from_str(&composer.payload) {
            Ok(payload) => payload,
            Err(error) => {
                composer.error = Some(format!("The payload is not JSON: {error}"));
                return;
            }
        };
        if composer.routing_key.len() > crate::broker::value::SHORTSTR_BYTES_MAX {
            composer.error = Some("A routing key has at most 255 bytes.".into());
            return;
        }
        composer.error = None;
        let input = Input::publish(&composer.exchange, &composer.routing_key, payload);
        let before = self.log.last_number();
        self.inject(input);
        self.composer.outcome = self.log.since(before).find_map(words::where_it_went);
    }
}
