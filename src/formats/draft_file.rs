//! What a browser keeps of the work on a system, format 1. The whole run, its moment, and its undo steps. Before format 1 it was a scenario
//! alone.

use std::sync::Arc;

use serde_json::Value as Json;

use super::document::{Format, Mistakes, Node, parse};
use super::pretty::Doc;
use super::{recording_file, scenario_file};
use crate::base::SimTime;
use crate::base::limits;
use crate::base::ordered::OrderedMap;
use crate::scenario::{Point, Problem, Scenario, json_object};
use crate::sim::{InstanceId, Place, Recording, Until};

const FORMAT: Format = Format { key: "requeue_draft", name: "draft", version: 1 };

/// Where parts stand that were moved, by hand.
pub type Places = OrderedMap<Place, Point>;

/// The document at one step of its history. Versions that differ in their places alone share the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub scenario: Arc<Scenario>,
    pub layout: Places,
}

/// A run, played to this moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    pub recording: Recording,
    pub until: SimTime,
}

/// The run that was left.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    pub run: Played,
    /// It was left by a restart.
    pub restarted: bool,
    /// It began after the run that is shown.
    pub is_later: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DraftFile {
    pub run: Played,
    /// Where its playhead stands.
    pub stands: Until,
    pub other: Option<Other>,
    pub layout: Places,
    /// The document is in a file.
    pub is_saved: bool,
    /// What can be undone, the newest last, and what can be done again.
    pub past: Vec<Version>,
    pub future: Vec<Version>,
}

impl DraftFile {
    /// A scenario alone, at its beginning.
    fn of(scenario: Scenario) -> Self {
        Self {
            run: Played { recording: Recording::of(Arc::new(scenario)), until: SimTime::ZERO },
            stands: Until::default(),
            other: None,
            layout: Places::new(),
            is_saved: false,
            past: Vec::new(),
            future: Vec::new(),
        }
    }

    /// The system as it was drawn last.
    #[must_use]
    pub fn scenario(&self) -> &Arc<Scenario> {
        self.run.recording.scenarios().last().unwrap_or(&self.run.recording.scenario)
    }
}

/// The text that a browser keeps: as short as it can be, for no person reads it.
#[must_use]
pub fn write(draft: &DraftFile) -> String {
    let mut table = Table { known: draft.run.recording.scenarios().cloned().collect(), first: 0 };
    table.first = table.known.len();
    let past = table.versions(&draft.past);
    let future = table.versions(&draft.future);
    let document = Doc::object()
        .with("requeue_draft", FORMAT.version)
        .with("saved", draft.is_saved)
        .with("now_ms", scenario_file::millis(draft.stands.at))
        .with_some("now_steps", draft.stands.after_steps)
        .with("at", places(&draft.layout))
        .with_list("past", past)
        .with_list("future", future)
        .with_list("scenarios", table.known[table.first..].iter().map(|scenario| scenario_file::document(scenario)))
        .with("run", played(&draft.run))
        .with_some("other", draft.other.as_ref().map(|other| played(&other.run)))
        .with_some("restarted", draft.other.as_ref().map(|other| other.restarted))
        .with_some("later", draft.other.as_ref().and_then(|other| other.is_later.then_some(true)));
    document.into_json().to_string()
}

fn played(run: &Played) -> Doc {
    recording_file::doc(&run.recording, run.until.into())
}

/// The scenarios of the run come first, and then those that only the history has.
struct Table {
    known: Vec<Arc<Scenario>>,
    first: usize,
}

impl Table {
    fn versions(&mut self, versions: &[Version]) -> Vec<Doc> {
        versions.iter().map(|version| Doc::object().with("of", self.index(&version.scenario)).with("at", places(&version.layout))).collect()
    }

    fn index(&mut self, scenario: &Arc<Scenario>) -> usize {
        let known = self.known.iter().rposition(|known| Arc::ptr_eq(known, scenario));
        known.or_else(|| self.known.iter().rposition(|known| known == scenario)).unwrap_or_else(|| {
            self.known.push(scenario.clone());
            self.known.len() - 1
        })
    }
}

/// By kind and name; a program is known by its place in the run.
fn places(places: &Places) -> Json {
    json_object(places.iter().map(|(place, at)| {
        let key = match place {
            Place::Client(index) => format!("client {index}"),
            Place::Instance(id) => format!("service {}", id.service),
            Place::Exchange(name) => format!("exchange {name}"),
            Place::Queue(name) => format!("queue {name}"),
        };
        (key, Json::from(vec![at.x, at.y]))
    }))
}

/// Reads what a browser kept.
///
/// # Errors
/// Everything that is wrong; never empty.
pub fn read(text: &str) -> Result<DraftFile, Vec<Problem>> {
    let document = parse(text).map_err(|problem| vec![problem])?;
    if !FORMAT.is_of(&document) {
        return scenario_file::of_document(&document).map(DraftFile::of);
    }
    FORMAT.check(&document)?;
    let mistakes = Mistakes::default();
    let draft = draft(&Node::root(&document, &mistakes));
    mistakes.or(draft)
}

fn draft(node: &Node) -> DraftFile {
    let fields = node.fields();
    let _ = fields.maybe("requeue_draft");
    let run = read_run(&fields.need("run"));
    let only_here = fields.items_up_to("scenarios", limits::VERSIONS, "versions of a draft");
    let only_here = only_here.iter().map(|node| Arc::new(scenario_file::embedded(node)));
    let scenarios: Vec<Arc<Scenario>> = run.recording.scenarios().cloned().chain(only_here).collect();
    let versions = |name: &'static str| {
        let nodes = fields.items_up_to(name, limits::VERSIONS, "versions of a draft");
        nodes.iter().filter_map(|node| version(node, &scenarios)).collect()
    };
    let draft = DraftFile {
        is_saved: fields.flag("saved", false),
        stands: Until { at: fields.need("now_ms").millis(), after_steps: fields.maybe("now_steps").map(|node| node.whole(u64::MAX)) },
        layout: read_places(&fields.need("at")),
        past: versions("past"),
        future: versions("future"),
        other: fields.maybe("other").map(|node| Other {
            run: read_run(&node),
            restarted: fields.flag("restarted", false),
            is_later: fields.flag("later", false),
        }),
        run,
    };
    fields.done();
    draft
}

fn read_run(node: &Node) -> Played {
    let file = recording_file::embedded(node);
    Played { recording: file.recording, until: file.until }
}

fn version(node: &Node, scenarios: &[Arc<Scenario>]) -> Option<Version> {
    let fields = node.fields();
    let of = fields.need("of").whole((scenarios.len() as u64).saturating_sub(1));
    let layout = read_places(&fields.need("at"));
    fields.done();
    let scenario = scenarios.get(usize::try_from(of).ok()?)?.clone();
    Some(Version { scenario, layout })
}

fn read_places(node: &Node) -> Places {
    let mut places = Places::new();
    for (key, node) in node.entries() {
        let place = match key.split_once(' ') {
            Some(("client", index)) => index.parse().ok().map(Place::Client),
            Some(("service", index)) => index.parse().ok().map(|service| Place::Instance(InstanceId { service, instance: 0 })),
            Some(("exchange", name)) => Some(Place::Exchange(name.into())),
            Some(("queue", name)) => Some(Place::Queue(name.into())),
            _ => None,
        };
        match place.zip(node.point().on_canvas()) {
            Some((place, at)) => drop(places.insert(place, at)),
            None => node.mistake("this is no place on the canvas"),
        }
    }
    places
}
