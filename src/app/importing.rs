//! Definitions of RabbitMQ that come in. What they give is seen first, with a report. The visitor's own system waits until then, and can be
//! brought back by undoing afterwards.

use std::sync::Arc;

use super::arrange;
use super::document::Document;
use super::effect::{Effect, Reading};
use super::geometry::{self, Rect};
use super::lesson::Classroom;
use super::notice::Notice;
use super::session::Session;
use super::texts::importing as texts;
use super::workspace::Drawer;
use super::{App, EditAction, Node};
use crate::base::ordered::{OrderedMap, in_order, sort_by};
use crate::broker::Profile;
use crate::formats::capture::{self, replay};
use crate::formats::definitions::report::{Counts, Kind};
use crate::formats::definitions::{Definitions, Imported, Mistake, Options, Refusal, Report};
pub use crate::formats::definitions::{Entry, Vhost};
use crate::scenario::edit::populate::{Offer, Share, first_message, offers};
use crate::scenario::edit::{self, Edit, Part, Population};
use crate::scenario::findings::{findings, remarks};
use crate::scenario::{BindingTarget, Point, Problem, Scenario, Trigger, validate};
use crate::sim::Recording;

/// The same system with every part at its place, along the way of messages.
#[must_use]
pub fn arranged(scenario: Scenario) -> Scenario {
    let session = Session::new(Recording::new(Arc::new(scenario), 1));
    let places = packed(&session, arrange::arranged(session.plan()));
    let scenario = session.scenario();
    let moved = places.into_iter().filter_map(|(node, at)| Some((session.part(&node)?, at))).collect();
    edit::apply(scenario, &Edit::Move(moved)).map_or_else(|_| scenario.as_ref().clone(), |edited| edited.scenario)
}

/// What lies between two blocks that have nothing to do with each other.
const BETWEEN: f64 = 60.0;
/// Up to this height, everything stands as it is arranged.
const HIGH: f64 = 1_100.0;
/// A canvas is so many times as wide as it is high.
const WIDE: f64 = 1.3;

/// Parts that messages join, with where they begin and how large they are.
struct Block {
    members: Vec<(Node, Rect)>,
    corner: Point,
    size: Point,
}

impl Block {
    fn of(members: Vec<(Node, Rect)>) -> Self {
        let ends =
            |pick: fn(&Rect) -> f64, by: fn(f64, f64) -> f64| members.iter().map(|(_, rect)| pick(rect)).reduce(by).unwrap_or_default();
        let corner = Point { x: ends(|rect| rect.left, f64::min), y: ends(|rect| rect.top, f64::min) };
        let (right, bottom) = (ends(|rect| rect.left + rect.width, f64::max), ends(|rect| rect.top + rect.height, f64::max));
        Self { members, corner, size: Point { x: right - corner.x, y: bottom - corner.y } }
    }
}

/// A topology has many parts that nothing joins: arranged along the way of messages alone, they would be a tower. Empty bands close, and
/// blocks that belong together stand beside each other.
fn packed(session: &Session, places: Vec<(Node, Point)>) -> Vec<(Node, Point)> {
    let plan = session.plan();
    let rect = |(node, at): (Node, Point)| {
        let known = geometry::rect(plan, &node)?;
        let (left, top) = (at.x - known.width / 2.0, at.y - known.height / 2.0);
        Some((node, Rect { left, top, ..known }))
    };
    let all = Block::of(without_bands(places.into_iter().filter_map(rect).collect()));
    let placed = |blocks: Vec<Block>, to: &dyn Fn(&Rect) -> Point| -> Vec<(Node, Point)> {
        blocks.into_iter().flat_map(|block| block.members).map(|(node, rect)| (node, to(&rect))).collect()
    };
    if all.size.y <= HIGH {
        return placed(vec![all], &|rect| snapped(rect.centre()));
    }
    let mut blocks: Vec<Block> = joined(session, all.members).into_iter().map(|members| Block::of(without_bands(members))).collect();
    sort_by(&mut blocks, |one, other| one.corner.y.total_cmp(&other.corner.y));
    let most = |pick: fn(&Block) -> f64| blocks.iter().map(pick).fold(0.0, f64::max);
    let (width, highest) = (most(|block| block.size.x) + 2.0 * BETWEEN, most(|block| block.size.y));
    let sum: f64 = blocks.iter().map(|block| block.size.y + BETWEEN).sum();
    let mut columns = 1.0;
    while columns * width < f64::max(sum / columns, highest) * WIDE && sum / columns > highest {
        columns += 1.0;
    }
    let limit = f64::max(sum / columns, highest) + BETWEEN;
    let (mut left, mut top) = (120.0, 75.0);
    let mut found = Vec::new();
    for block in blocks {
        if top > 75.0 && top + block.size.y > limit + 75.0 {
            (left, top) = (left + width, 75.0);
        }
        let (by, high) = (Point { x: left - block.corner.x, y: top - block.corner.y }, block.size.y);
        found.extend(placed(vec![block], &|rect| {
            let at = rect.centre();
            snapped(Point { x: at.x + by.x, y: at.y + by.y })
        }));
        top += high + BETWEEN;
    }
    found
}

fn snapped(at: Point) -> Point {
    Point { x: (at.x / 15.0).round() * 15.0, y: (at.y / 15.0).round() * 15.0 }
}

/// What no part reaches into is no higher than [`BETWEEN`].
fn without_bands(mut members: Vec<(Node, Rect)>) -> Vec<(Node, Rect)> {
    sort_by(&mut members, |one, other| one.1.top.total_cmp(&other.1.top));
    let (mut bottom, mut up) = (f64::INFINITY, 0.0);
    for (_, rect) in &mut members {
        up += f64::max(rect.top - up - bottom - BETWEEN, 0.0);
        rect.top -= up;
        bottom = if bottom.is_finite() { f64::max(bottom, rect.top + rect.height) } else { rect.top + rect.height };
    }
    members
}

/// Where the way from a place ends.
fn end(leads: &mut [usize], mut place: usize) -> usize {
    while leads[place] != place {
        leads[place] = leads[leads[place]];
        place = leads[place];
    }
    place
}

/// The parts that bindings, consumers and publishers join. Dead letters join nothing: they would join everything.
fn joined(session: &Session, members: Vec<(Node, Rect)>) -> Vec<Vec<(Node, Rect)>> {
    let parts: Vec<Option<Part>> = members.iter().map(|(node, _)| session.part(node)).collect();
    let mut places: OrderedMap<Part, usize> = OrderedMap::new();
    for (place, part) in parts.into_iter().enumerate() {
        part.map(|part| places.insert(part, place));
    }
    let mut leads: Vec<usize> = (0..members.len()).collect();
    let mut join = |one: Part, other: Part| {
        if let (Some(one), Some(other)) = (places.get(&one).copied(), places.get(&other).copied()) {
            let (one, other) = (end(&mut leads, one), end(&mut leads, other));
            leads[one.max(other)] = one.min(other);
        }
    };
    let scenario = session.scenario();
    for binding in &scenario.broker.bindings {
        let to = match &binding.destination {
            BindingTarget::Queue(name) => Part::Queue(name.clone()),
            BindingTarget::Exchange(name) => Part::Exchange(name.clone()),
        };
        join(Part::Exchange(binding.source.clone()), to);
    }
    for service in &scenario.services {
        let own = || Part::Service(service.name.clone());
        for handler in &service.handlers {
            if let Trigger::Queue(subscription) = &handler.trigger {
                join(Part::Queue(subscription.queue.clone()), own());
            }
            for publish in handler.steps.iter().filter_map(|step| step.action.publish()) {
                let is_direct = publish.exchange.is_empty();
                join(own(), if is_direct { Part::Queue(publish.routing_key.clone()) } else { Part::Exchange(publish.exchange.clone()) });
            }
        }
    }
    for client in &scenario.clients {
        join(Part::Client(client.name.clone()), Part::Service(client.calls.service.clone()));
    }
    let mut groups: OrderedMap<usize, Vec<(Node, Rect)>> = OrderedMap::new();
    for (place, member) in members.into_iter().enumerate() {
        groups.get_or_default(end(&mut leads, place)).push(member);
    }
    groups.into_values().collect()
}

#[derive(Clone, Debug, PartialEq)]
pub enum ImportAction {
    /// A file was recognised as definitions.
    Begin {
        name: String,
        text: String,
    },
    /// A file was recognised as what was seen of a running broker.
    Replay {
        name: String,
        text: String,
    },
    /// This virtual host of the file.
    Choose(String),
    /// As this RabbitMQ would take them; none: as the nearest to the file's own.
    SimulateAs(Option<Profile>),
    /// What is shown takes the place of the visitor's own system.
    Use,
    /// The visitor's own system comes back.
    Discard,
    /// Services are offered for parts whose names begin so.
    Filter(String),
    Share(Share),
    /// This part gets a consumer, or a publisher; or it gets none after all.
    Toggle {
        part: Part,
        consumes: bool,
    },
    AddServices,
    /// Everything that looks wrong and has a fix, in one step of the history.
    MendAll,
    /// The report, to a file.
    SaveReport,
}

/// A file of definitions, and what came of it.
#[derive(Debug)]
pub struct Importing {
    pub name: String,
    text: String,
    /// Those that have parts.
    pub vhosts: Vec<Vhost>,
    /// What the visitor chose.
    pub vhost: Option<String>,
    pub profile: Option<Profile>,
    /// None: a virtual host is to be chosen first.
    pub shown: Option<Shown>,
    /// None: it has taken the place of the visitor's own system.
    own: Option<Own>,
    pub services: Services,
}

/// What the canvas shows of a file.
#[derive(Debug)]
pub struct Shown {
    pub report: Report,
    /// What [`NEWEST`] would leave out besides.
    pub refused: Vec<Entry>,
    /// What looks wrong of the system as it is now, by its sentence.
    of: Option<Arc<Scenario>>,
    standing: Vec<String>,
}

/// What the page had before, with the lesson in which it is.
#[derive(Debug, Default)]
struct Own {
    session: Option<Session>,
    classroom: Option<Classroom>,
}

/// The services that are offered.
#[derive(Debug, Default)]
pub struct Services {
    /// With names that begin so.
    pub prefix: String,
    pub share: Share,
    offers: Vec<Offer>,
    /// By whether it consumes, and by part: what the visitor chose against what is usual.
    chosen: OrderedMap<(bool, Part), bool>,
}

/// The report says beforehand what this RabbitMQ would refuse.
pub const NEWEST: Profile = Profile::V4_3;

impl Importing {
    /// How large the file is.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The visitor's own system waits.
    #[must_use]
    pub const fn is_preview(&self) -> bool {
        self.own.is_some()
    }

    /// Whether there is something to go back to.
    #[must_use]
    pub fn has_own(&self) -> bool {
        self.own.as_ref().is_some_and(|own| own.session.is_some())
    }
}

impl Shown {
    /// Whether what an entry says still holds: it may have been mended.
    #[must_use]
    pub fn stands(&self, app: &App, entry: &Entry) -> bool {
        app.findings.all().iter().any(|one| one.says == entry.says) || self.standing.binary_search(&entry.says).is_ok()
    }

    /// The number of the finding that a part shows, as the list counts them. None: nothing of the report stands there any more.
    #[must_use]
    pub fn number(&self, app: &App, part: &Part) -> Option<usize> {
        let is_one = |entry: &Entry| entry.shown_by.as_ref() == Some(part) && self.stands(app, entry);
        self.report.findings.iter().position(is_one).map(|place| place + 1)
    }

    /// How many findings of the report stand and can be mended by the page.
    #[must_use]
    pub fn mendable(&self, app: &App) -> usize {
        let live = app.findings.all();
        let can_be = |entry: &&Entry| live.iter().any(|one| one.says == entry.says && one.fix.is_some());
        self.report.findings.iter().filter(can_be).count()
    }

    #[must_use]
    pub const fn counts(&self) -> [(usize, &'static str); 4] {
        let Counts { exchanges, queues, bindings, policies } = self.report.counts;
        [
            (exchanges, texts::exchanges(exchanges)),
            (queues, texts::queues(queues)),
            (bindings, texts::bindings(bindings)),
            (policies, texts::policies(policies)),
        ]
    }
}

impl Services {
    /// The parts that are offered, with whether they are chosen.
    pub fn offered(&self) -> impl Iterator<Item = (&Offer, bool)> {
        let fits = self.offers.iter().filter(|offer| offer.part.name().starts_with(&*self.prefix));
        fits.map(|offer| {
            let chosen = self.chosen.get(&(offer.consumes, offer.part.clone())).copied();
            (offer, chosen.unwrap_or(offer.is_usual))
        })
    }

    /// So many parts get a consumer, and so many a publisher.
    #[must_use]
    pub fn chosen(&self) -> [usize; 2] {
        let mut counts = [0; 2];
        for (offer, _) in self.offered().filter(|(_, is_chosen)| *is_chosen) {
            counts[usize::from(!offer.consumes)] += 1;
        }
        counts
    }

    fn population(&self) -> Population {
        let mut population = Population { share: self.share, ..Population::default() };
        for (offer, _) in self.offered().filter(|(_, is_chosen)| *is_chosen) {
            if offer.consumes {
                population.consumers.push(offer.part.name().clone());
            } else {
                population.publishers.push(offer.part.clone());
            }
        }
        population
    }
}

impl App {
    /// The visitor's own system, and the lesson in which it is: while an import is only shown, it waits.
    pub(super) fn own(&self) -> (Option<&Session>, Option<&Classroom>) {
        match self.importing.as_ref().and_then(|importing| importing.own.as_ref()) {
            Some(own) => (own.session.as_ref(), own.classroom.as_ref()),
            None => (self.session.as_ref(), self.classroom.as_ref()),
        }
    }
}

pub(super) fn update(app: &mut App, action: ImportAction) -> Vec<Effect> {
    match action {
        ImportAction::Begin { name, text } => return begin(app, name, text),
        ImportAction::Replay { name, text } => return replayed(app, name, &text),
        ImportAction::Choose(vhost) => return again(app, |importing| importing.vhost = Some(vhost)),
        ImportAction::SimulateAs(profile) => return again(app, |importing| importing.profile = profile),
        ImportAction::Use => return take(app),
        ImportAction::Discard => return discard(app),
        ImportAction::Filter(text) => change(app, |services| services.prefix = text),
        ImportAction::Share(share) => change(app, |services| services.share = share),
        ImportAction::Toggle { part, consumes } => change(app, |services| {
            let now = services.offered().find(|(offer, _)| offer.consumes == consumes && offer.part == part).map(|(_, chosen)| chosen);
            if let Some(now) = now {
                services.chosen.insert((consumes, part), !now);
            }
        }),
        ImportAction::AddServices => return add_services(app),
        ImportAction::MendAll => return mend_all(app),
        ImportAction::SaveReport => {
            let importing = app.importing.as_ref();
            let text = importing.and_then(|importing| Some(importing.shown.as_ref()?.report.text(&importing.name)));
            return text.map(|text| Effect::Download { name: "import-report.txt".into(), text }).into_iter().collect();
        }
    }
    Vec::new()
}

fn change(app: &mut App, change: impl FnOnce(&mut Services)) {
    if let Some(importing) = &mut app.importing {
        change(&mut importing.services);
    }
}

fn begin(app: &mut App, name: String, text: String) -> Vec<Effect> {
    let definitions = match Definitions::read(&text) {
        Ok(definitions) => definitions,
        Err(mistake) => return app.refuse(name, problem(&mistake)),
    };
    let vhosts = definitions.vhosts_with_parts();
    show(app, Importing { name, text, vhosts, vhost: None, profile: None, shown: None, own: None, services: Services::default() })
}

/// What was seen of a running broker is played as a recording, from its beginning.
fn replayed(app: &mut App, name: String, text: &str) -> Vec<Effect> {
    let seen = match capture::read(text) {
        Ok(seen) => seen,
        Err(problems) => return app.refuse_for(name, problems),
    };
    let mut replay = replay::replay(&seen, &replay::title(&name));
    let (scenario, until) = (std::mem::replace(&mut replay.scenario, Scenario::empty("")), replay.until);
    // A system that could not be made by hand is not shown either.
    let problems = validate(&scenario);
    if !problems.is_empty() {
        return app.refuse_for(name, problems);
    }
    let notice = replay.notes.first().map(Notice::told);
    let recording = replay.recording(arranged(scenario));
    let mut session = Session::opened(recording, until);
    session.notice = notice;
    app.dialog = None;
    app.show_session(session)
}

/// With the place, where there is one.
fn problem(mistake: &Mistake) -> Problem {
    let path = mistake.at.map(|at| at.to_string()).unwrap_or_default();
    Problem { path, message: format!("{} {}", mistake.says, mistake.todo).trim_end().to_owned() }
}

/// The same file, read in another way.
fn again(app: &mut App, change: impl FnOnce(&mut Importing)) -> Vec<Effect> {
    let Some(known) = &app.importing else { return Vec::new() };
    let mut importing = Importing {
        name: known.name.clone(),
        text: known.text.clone(),
        vhosts: known.vhosts.clone(),
        vhost: known.vhost.clone(),
        profile: known.profile,
        shown: None,
        own: None,
        services: Services::default(),
    };
    change(&mut importing);
    show(app, importing)
}

/// Puts what a file gives on the canvas. The visitor's own system waits.
fn show(app: &mut App, mut importing: Importing) -> Vec<Effect> {
    let is_chosen = importing.vhost.is_some() || importing.vhosts.len() < 2;
    let imported = if is_chosen {
        let read = Definitions::read(&importing.text).map_err(|mistake| problem(&mistake));
        let imported = read.and_then(|definitions| import(&definitions, &importing).map_err(|why| refused(&why)));
        match imported {
            Ok(imported) => Some(imported),
            Err(problem) => return app.refuse(importing.name, problem),
        }
    } else {
        None
    };
    app.dialog = None;
    let Some((scenario, shown)) = imported else {
        put_back(app);
        app.unreadable = None;
        app.importing = Some(Box::new(importing));
        return open_drawer(app);
    };
    let waiting = app.importing.take().and_then(|before| before.own);
    let own = waiting.unwrap_or_else(|| Own { session: app.session.take(), classroom: app.classroom.take() });
    let mut session = Session::new(Recording::of(Arc::new(scenario)));
    // What is sent by hand comes somewhere.
    if let Some(message) = first_message(session.scenario()) {
        (session.composer.exchange, session.composer.routing_key) = (message.exchange, message.routing_key.to_string());
    }
    app.put_on_canvas(session);
    // A page within another one has no drawer.
    if app.options.embed {
        return Vec::new();
    }
    (importing.shown, importing.own) = (Some(shown), Some(own));
    app.importing = Some(Box::new(importing));
    open_drawer(app)
}

fn open_drawer(app: &mut App) -> Vec<Effect> {
    app.workspace.card = None;
    app.workspace.open(Drawer::Import);
    vec![Effect::Read(Reading::Drawer)]
}

fn refused(why: &Refusal) -> Problem {
    Problem { path: String::new(), message: why.to_string() }
}

/// The system, and what is said of it.
fn import(definitions: &Definitions<'_>, importing: &Importing) -> Result<(Scenario, Shown), Refusal> {
    let title = importing.name.trim_end_matches(".json");
    let as_version = |profile| definitions.import(&Options { vhost: importing.vhost.as_deref(), profile, title });
    let Imported { scenario, report } = as_version(importing.profile)?;
    let is_refused = |kind: Kind| matches!(kind, Kind::Refused | Kind::Unsupported | Kind::Dangling);
    let mut refused = Vec::new();
    if report.profile != NEWEST {
        let known = in_order(report.left_out.iter().map(|entry| (entry.kind, &*entry.path)));
        refused = as_version(Some(NEWEST))?.report.left_out;
        refused.retain(|entry| is_refused(entry.kind) && known.binary_search(&(entry.kind, &*entry.path)).is_err());
        for entry in &mut refused {
            entry.shown_by = entry.part.as_ref().and_then(|name| Part::all(&scenario).find(|part| **part.name() == **name));
        }
    }
    Ok((arranged(scenario), Shown { report, refused, of: None, standing: Vec::new() }))
}

/// The visitor's own system, where it waits, is on the canvas again.
fn put_back(app: &mut App) {
    let Some(Own { session: Some(session), classroom }) = app.importing.take().and_then(|importing| importing.own) else { return };
    app.classroom = classroom;
    app.session = Some(session);
    app.show = None;
    app.slider = None;
    app.playing = false;
    app.opened += 1;
    app.show_everything();
}

fn discard(app: &mut App) -> Vec<Effect> {
    put_back(app);
    if app.workspace.left == Some(Drawer::Import) {
        app.workspace.left = None;
    }
    Vec::new()
}

/// The visitor's own system goes; undoing brings it back. A lesson keeps what was drawn in it.
fn take(app: &mut App) -> Vec<Effect> {
    let (Some(importing), Some(session)) = (&mut app.importing, &mut app.session) else { return Vec::new() };
    let Some(own) = importing.own.take() else { return Vec::new() };
    match (own.session, own.classroom) {
        (_, Some(_)) => vec![Effect::SaveProgress],
        (Some(before), None) => {
            let scenario = before.scenario().clone();
            let document: Document = before.document;
            session.document.come_after(document, scenario);
            session.notice = Some(Notice::told(texts::UNDO_BRINGS_YOUR_SYSTEM_BACK));
            Vec::new()
        }
        (None, None) => Vec::new(),
    }
}

/// Mends what the report says. Each fix is made for the system that the fixes before it leave: one may mend two findings.
fn mend_all(app: &mut App) -> Vec<Effect> {
    let (Some(importing), Some(session)) = (&app.importing, &app.session) else { return Vec::new() };
    let Some(shown) = &importing.shown else { return Vec::new() };
    let mut scenario = session.scenario().as_ref().clone();
    let mut done = Vec::new();
    for entry in &shown.report.findings {
        let found = findings(&scenario);
        let Some(fix) = found.into_iter().find(|one| one.says == entry.says).and_then(|one| one.fix) else { continue };
        let Some(edits) = fix.edits(&scenario) else { continue };
        let mended = edits.iter().try_fold(scenario.clone(), |now, edit| edit::apply(&now, edit).map(|edited| edited.scenario));
        if let Ok(mended) = mended {
            scenario = mended;
            done.extend(edits);
        }
    }
    if done.is_empty() { Vec::new() } else { super::update(app, EditAction::Mend(done)) }
}

/// One step of the history. Everything is arranged again.
fn add_services(app: &mut App) -> Vec<Effect> {
    let Some(importing) = &mut app.importing else { return Vec::new() };
    let population = importing.services.population();
    importing.services.chosen = OrderedMap::new();
    let effects = super::update(app, EditAction::Apply(Edit::Populate(Box::new(population))));
    let Some(session) = &mut app.session else { return effects };
    let places = packed(session, arrange::arranged(session.plan().flat()));
    session.document.put(places);
    session.forget_turned();
    app.show_everything();
    // A drawer beside a wide system would leave a part of it out of view.
    if app.hides_parts() {
        app.show_whole();
    }
    effects
}

/// What stands of the report, and which services can be added: both follow the system.
pub(super) fn follow(app: &mut App) {
    let (Some(importing), Some(session)) = (&mut app.importing, &app.session) else { return };
    let Some(shown) = &mut importing.shown else { return };
    let now = session.scenario();
    if shown.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, now)) {
        return;
    }
    shown.of = Some(now.clone());
    shown.standing = in_order(remarks(&now.broker).into_iter().map(|remark| remark.says));
    importing.services.offers = offers(now);
}
