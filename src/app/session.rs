//! A scenario that is open: its world in time, the document, the selection and the composer.

use std::cell::RefCell;
use std::sync::Arc;

use super::Node;
use super::composer::Composer;
use super::document::Document;
use super::geometry::{self, Layout, Plan, Rect};
use super::hues::{OfSystem, published_keys};
use super::notice::Notice;
use super::playhead::Playhead;
use super::recipe::Recipe;
use super::selection::Selection;
use super::turned::Turned;
use super::turning;
use crate::base::SimTime;
use crate::broker::Name;
use crate::scenario::edit::proposal::Replaced;
use crate::scenario::edit::{self, Part};
use crate::scenario::{Point, Publish, Scenario};
use crate::sim::{Input, InstanceId, Place, Recording, TimedInput, Timeline, Until, World};

#[derive(Debug)]
pub struct Session {
    pub playhead: Playhead,
    pub document: Document,
    pub selection: Selection,
    pub composer: Composer,
    /// What is open in the inspector of a service.
    pub recipe: Recipe,
    pub(super) hues: OfSystem,
    /// The last thing that was done to the system is no edit: time takes it back, and no undo.
    pub(super) is_operated: bool,
    /// The alert about dead letters was closed: in this system it comes no more.
    pub dead_letters_read: bool,
    /// What is said of the last action: why it could not be done, or what it did besides.
    pub notice: Option<Notice>,
    /// An HTTP handler that a new line may replace.
    pub replaced: Option<Replaced>,
    /// The turned drawing of a tall screen, with its width and scenario. The inner none: this screen shows it as it is.
    turned: Option<(f64, Arc<Scenario>, Option<Turned>)>,
    /// What the drawing takes, as it was asked for last.
    extent: RefCell<Option<Extent>>,
    /// What a lesson points at.
    pub points: Vec<Name>,
    /// Where the recording ends that was opened.
    end: Until,
    /// Where the playhead goes when it is on the canvas.
    pub(super) goes_to: Option<Until>,
    /// It goes to a moment at which time stood. What was published then is seen to land.
    lands: bool,
    /// A person did something to what runs.
    pub(super) is_touched: bool,
}

/// The part of the canvas that is used: of this scenario, with its parts at these places, and turned so.
#[derive(Debug)]
struct Extent {
    scenario: Arc<Scenario>,
    layout: Layout,
    turned: Option<Turned>,
    rect: Rect,
}

impl Session {
    #[must_use]
    pub fn new(recording: Recording) -> Self {
        Self::opened(recording, Until::default())
    }

    /// At the beginning of a recording that ends there.
    pub(super) fn opened(recording: Recording, end: Until) -> Self {
        Self { end, ..Self::on(Playhead::played_until(recording, end.at)) }
    }

    /// Goes to the moment at which it was kept, or linked to.
    pub(super) fn come_to(&mut self, moment: Until, steps: u64) {
        self.seek(moment, steps);
        self.lands = true;
        self.land_when_there();
    }

    pub(super) fn land_when_there(&mut self) {
        if self.lands && !self.is_working() {
            self.lands = false;
            self.land();
        }
    }

    pub(super) fn on(playhead: Playhead) -> Self {
        let exchange = playhead.world().scenario().broker.exchanges.first().map_or_else(|| "".into(), |exchange| exchange.name.clone());
        let mut session = Self {
            playhead,
            document: Document::default(),
            selection: Selection::default(),
            composer: Composer::new(exchange),
            recipe: Recipe::default(),
            hues: OfSystem::default(),
            is_operated: false,
            dead_letters_read: false,
            notice: None,
            replaced: None,
            turned: None,
            extent: RefCell::default(),
            points: Vec::new(),
            end: Until::default(),
            goes_to: None,
            lands: false,
            is_touched: false,
        };
        session.propose_message();
        session
    }

    #[must_use]
    pub fn scenario(&self) -> &Arc<Scenario> {
        self.world().scenario()
    }

    /// Where the playhead stands.
    #[must_use]
    pub const fn world(&self) -> &World {
        self.playhead.world()
    }

    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        self.playhead.timeline()
    }

    /// What is on the canvas, and where.
    #[must_use]
    pub fn plan(&self) -> Plan<'_> {
        let turned = self.turned.as_ref().and_then(|(.., turned)| turned.as_ref());
        Plan { world: self.playhead.world(), moves: &self.playhead.moves, layout: &self.document.layout, hues: &self.hues, turned }
    }

    /// Every key of this run: those of services, then those that were published by hand.
    #[must_use]
    pub fn keys(&self) -> Vec<&Name> {
        let scenario = self.scenario();
        published_keys(scenario).into_iter().chain(self.hues.by_hand(scenario)).collect()
    }

    pub(super) fn publishes(&self) -> impl Iterator<Item = &Publish> {
        let handlers = self.scenario().services.iter().flat_map(|service| &service.handlers);
        handlers.flat_map(|handler| &handler.steps).filter_map(|step| step.action.publish())
    }

    /// Whether a message of this system can expire.
    #[must_use]
    pub fn lets_messages_expire(&self) -> bool {
        let broker = &self.scenario().broker;
        broker.queues.iter().any(|queue| queue.arguments.contains_key("x-message-ttl"))
            || broker.policies.iter().any(|policy| policy.definition.contains_key("message-ttl"))
            || self.publishes().any(|publish| publish.expiration.is_some())
            || !self.composer.expiration.is_empty()
    }

    /// Whether RabbitMQ can return a message of this system.
    #[must_use]
    pub fn has_messages_returned(&self) -> bool {
        self.publishes().any(|publish| publish.mandatory) || self.composer.mandatory
    }

    /// The hue of a routing key.
    #[must_use]
    pub fn hue(&self, key: &str) -> usize {
        self.hues.of(key)
    }

    /// Turns the drawing, or turns it back, where the canvas has another width or the system other parts.
    pub(super) fn turn(&mut self, width: f64) {
        let scenario = self.scenario().clone();
        let before = self.turned.take();
        let kept = before.filter(|(of, known, turned)| {
            let is_same = || turned.as_ref().is_some_and(|turned| turned.places == geometry::places(self.plan()));
            of.total_cmp(&width).is_eq() && (Arc::ptr_eq(known, &scenario) || is_same())
        });
        let turned = match kept {
            Some((.., turned)) => turned,
            None => turning::turned(self.plan(), width),
        };
        self.turned = Some((width, scenario, turned));
    }

    /// The drawing is made once more from where everything stands.
    /// The part of the canvas that is used. The page asks for it often, and lines take long to draw.
    #[must_use]
    pub(super) fn extent(&self) -> Rect {
        let plan = self.plan();
        let mut known = self.extent.borrow_mut();
        let is_same = |known: &&Extent| {
            Arc::ptr_eq(&known.scenario, self.scenario()) && known.layout == *plan.layout && known.turned.as_ref() == plan.turned
        };
        if let Some(known) = known.as_ref().filter(is_same) {
            return known.rect;
        }
        let rect = geometry::extent(plan);
        let (layout, turned) = (plan.layout.clone(), plan.turned.cloned());
        *known = Some(Extent { scenario: self.scenario().clone(), layout, turned, rect });
        rect
    }

    pub(super) fn forget_turned(&mut self) {
        self.turned = None;
    }

    /// What a node is in the document.
    #[must_use]
    pub fn part(&self, node: &Node) -> Option<Part> {
        let world = self.world();
        Some(match node {
            Place::Client(index) => Part::Client(world.clients().get(*index)?.spec.name.clone()),
            Place::Instance(id) => Part::Service(world.services().get(id.service)?.spec.name.clone()),
            Place::Exchange(name) => Part::Exchange(name.clone()),
            Place::Queue(name) => Part::Queue(name.clone()),
        })
    }

    /// Where a part is on the canvas: the first instance of a service.
    #[must_use]
    pub fn node(&self, part: &Part) -> Option<Node> {
        let world = self.world();
        Some(match part {
            Part::Client(name) => Place::Client(world.clients().iter().position(|client| client.spec.name == *name && !client.removed)?),
            Part::Service(name) => {
                let service = world.services().iter().position(|service| service.spec.name == *name && !service.removed)?;
                Place::Instance(InstanceId { service, instance: 0 })
            }
            Part::Exchange(name) => Place::Exchange(name.clone()),
            Part::Queue(name) => Place::Queue(name.clone()),
        })
    }

    /// Where the middle of a node is drawn.
    #[must_use]
    pub fn place(&self, node: &Node) -> Option<Point> {
        geometry::rect(self.plan(), &geometry::moved_as(node)).map(|rect| rect.centre())
    }

    /// Where a node stands in the document.
    #[must_use]
    pub fn stands(&self, node: &Node) -> Option<Point> {
        geometry::stands(self.plan(), node)
    }

    /// The whole run up to now, with every part where it stands.
    #[must_use]
    pub fn recording(&self) -> Recording {
        let Recording { scenario, seed, inputs } = self.world().recording();
        // Where parts stand is no part of the run: they stand there at every moment of it.
        let as_drawn = |timed: &TimedInput| match &timed.input {
            Input::Edit(scenario) => TimedInput { input: Input::Edit(Arc::new(self.as_drawn(scenario))), ..timed.clone() },
            _ => timed.clone(),
        };
        Recording { scenario: Arc::new(self.as_drawn(scenario)), seed: *seed, inputs: inputs.iter().map(as_drawn).collect() }
    }

    /// The scenario with every node where it stands on the canvas.
    #[must_use]
    pub fn scenario_as_drawn(&self) -> Scenario {
        self.as_drawn(self.scenario())
    }

    /// A scenario of this run with every node where it stands on the canvas now.
    fn as_drawn(&self, scenario: &Scenario) -> Scenario {
        let places = self.document.layout.iter().filter_map(|(node, at)| Some((self.part(node)?, *at)));
        edit::moved(scenario, places)
    }

    /// The moment that a link names. It names whole milliseconds: the end of a recording lies within the last of them.
    pub(super) fn moment(&self, at: SimTime) -> Until {
        if at.as_millis() == self.end.at.as_millis() { self.end } else { at.into() }
    }

    /// Something comes from outside.
    pub(super) fn inject(&mut self, input: Input) {
        self.is_touched = true;
        self.is_operated = !matches!(input, Input::Edit(_));
        self.playhead.inject(input);
    }
}
