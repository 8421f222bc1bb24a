//! Definitions of RabbitMQ that come in. What they give is seen first, with a report. The visitor's own system waits until then, and can be
//! brought back by undoing afterwards.

use std::sync::Arc;

use super::arrange;
use super::document::Document;
use super::effect::{Effect, Reading};
use super::lesson::Classroom;
use super::notice::Notice;
use super::session::Session;
use super::texts::importing as texts;
use super::workspace::Drawer;
use super::{App, EditAction};
use crate::base::ordered::{OrderedMap, in_order};
use crate::broker::Profile;
use crate::formats::definitions::report::{Counts, Kind};
use crate::formats::definitions::{Definitions, Imported, Mistake, Options, Refusal, Report};
pub use crate::formats::definitions::{Entry, Vhost};
use crate::scenario::edit::populate::{Offer, Share, offers};
use crate::scenario::edit::{self, Edit, Part, Population};
use crate::scenario::findings::remarks;
use crate::scenario::{Problem, Scenario};
use crate::sim::Recording;

/// The same system with every part at its place, along the way of messages.
#[must_use]
pub fn arranged(scenario: Scenario) -> Scenario {
    let session = Session::new(Recording::new(Arc::new(scenario), 1));
    let places = arrange::arranged(session.plan());
    let scenario = session.scenario();
    let moved = places.into_iter().filter_map(|(node, at)| Some((session.part(&node)?, at))).collect();
    edit::apply(scenario, &Edit::Move(moved)).map_or_else(|_| scenario.as_ref().clone(), |edited| edited.scenario)
}

#[derive(Clone, Debug, PartialEq)]
pub enum ImportAction {
    /// A file was recognised as definitions.
    Begin {
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
    app.put_on_canvas(Session::new(Recording::of(Arc::new(scenario))));
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

/// One step of the history. Everything is arranged again.
fn add_services(app: &mut App) -> Vec<Effect> {
    let Some(importing) = &mut app.importing else { return Vec::new() };
    let population = importing.services.population();
    importing.services.chosen = OrderedMap::new();
    let effects = super::update(app, EditAction::Apply(Edit::Populate(Box::new(population))));
    let Some(session) = &mut app.session else { return effects };
    let places = arrange::arranged(session.plan().flat());
    session.document.put(places);
    session.forget_turned();
    app.show_everything();
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
