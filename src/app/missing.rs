//! What a part names and what does not exist. It is drawn with a broken line, beside the part that names it.

use std::borrow::Cow;

use super::App;
use super::geometry::{self, Plan, Rect};
use super::overview::WHOLE_MAX;
use super::routing::between;
use super::session::Session;
use super::shapes::{Curve, EXCHANGE, QUEUE, Size};
use crate::scenario::Point;
use crate::scenario::edit::Part;
use crate::scenario::findings::{Fix, missing_alternates};

/// So many are drawn.
const DRAWN_MAX: usize = 20;
/// From the border of the part that names it to its own.
const GAP: f64 = 110.0;
const BELOW: f64 = 44.0;
/// What stays free around it.
const ROOM: f64 = 8.0;
/// Its name hangs below it, and says that it does not exist.
const NAME: Size = Size { width: 140.0, height: 42.0 };

#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    pub part: Part,
    pub rect: Rect,
    pub ways: Vec<Way>,
}

/// From the part that names it, or to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    pub by: Part,
    pub curve: Curve,
    /// The sentence of the finding.
    pub says: String,
    /// Messages would come from what is missing.
    pub from_it: bool,
    /// It would take what no binding takes.
    pub is_alternate: bool,
}

impl Missing {
    /// With its name.
    #[must_use]
    pub fn room(&self) -> Rect {
        room(&self.rect)
    }
}

fn room(rect: &Rect) -> Rect {
    let width = rect.width.max(NAME.width);
    Rect { left: rect.centre().x - width / 2.0, top: rect.top, width, height: rect.height + NAME.height }
}

struct Named<'a> {
    by: Part,
    missing: Part,
    says: Cow<'a, str>,
    from_it: bool,
    is_alternate: bool,
}

impl<'a> Named<'a> {
    fn new(by: &Part, missing: Part, says: &'a str, from_it: bool) -> Self {
        Self { by: by.clone(), missing, says: says.into(), from_it, is_alternate: false }
    }
}

/// Everything that findings and the report of an import know to be missing.
fn named<'a>(app: &'a App, session: &Session) -> Vec<Named<'a>> {
    let created = app.findings.all().iter().filter_map(|finding| {
        let missing = match finding.fix.as_ref()? {
            Fix::Exchange(name) => Part::Exchange(name.clone()),
            Fix::Queue(name) => Part::Queue(name.clone()),
            _ => return None,
        };
        Some(Named::new(&finding.part, missing, &finding.says, false))
    });
    let report = app.importing.as_ref().and_then(|importing| importing.shown.as_ref()).map(|shown| &shown.report);
    let dangling = report.into_iter().flat_map(|report| &report.dangling).filter_map(|one| {
        let (source, to) = (Part::Exchange(one.source.clone()), one.to.clone());
        let is_there = |part: &Part| is_there(session, part);
        match (is_there(&source), is_there(&to)) {
            (true, false) => Some(Named::new(&source, to, &one.says, false)),
            (false, true) => Some(Named::new(&to, source, &one.says, true)),
            _ => None,
        }
    });
    let broker = &session.scenario().broker;
    let alternates = missing_alternates(broker).map(|(index, other, says)| Named {
        by: Part::Exchange(broker.exchanges[index].name.clone()),
        missing: Part::Exchange(other.into()),
        says: says.into(),
        from_it: false,
        is_alternate: true,
    });
    created.chain(dangling).chain(alternates).collect()
}

fn is_there(session: &Session, part: &Part) -> bool {
    let broker = &session.scenario().broker;
    match part {
        Part::Exchange(name) => broker.exchanges.iter().any(|one| one.name == *name),
        Part::Queue(name) => broker.queues.iter().any(|one| one.name == *name),
        Part::Client(_) | Part::Service(_) => true,
    }
}

/// The middle of what is missing: the first place beside a card where nothing else stands.
fn place(plan: Plan<'_>, card: &Rect, size: Size, from_it: bool, taken: &[Rect]) -> Rect {
    let (aside, down) = (f64::midpoint(card.width, size.width) + GAP, f64::midpoint(card.height, size.height) + BELOW);
    let aside = if from_it { -aside } else { aside };
    let flat = [(1.0, 0.0), (1.0, 1.0), (1.0, -1.0), (0.0, 1.0), (2.0, 0.0), (-1.0, 0.0), (2.0, 1.0)];
    let flat = flat.into_iter().chain([(0.0, -1.0), (2.0, -1.0), (1.0, 2.0), (1.0, -2.0), (0.0, 2.0), (0.0, -2.0), (2.0, 2.0), (3.0, 0.0)]);
    let flat: Vec<(f64, f64)> = flat.map(|(across, along)| (across * aside, along * down)).collect();
    let turned = [(0.0, down + BELOW), (aside, 0.0), (-aside, 0.0), (aside, down), (-aside, down), (0.0, -down - BELOW), (0.0, 2.0 * down)];
    let middle = card.centre();
    let tried = if plan.turned.is_some() { turned.to_vec() } else { flat };
    let around = |(dx, dy): (f64, f64)| Rect::around(Point { x: middle.x + dx, y: middle.y + dy }, size);
    let is_free = |rect: &Rect| !taken.iter().any(|other| room(rect).grown(ROOM).meets(other));
    tried.into_iter().map(around).find(is_free).unwrap_or_else(|| around((aside, 0.0)))
}

impl App {
    /// What is missing, where all parts are drawn in full.
    #[must_use]
    pub fn missing(&self) -> Vec<Missing> {
        let Some(session) = &self.session else { return Vec::new() };
        let broker = &session.scenario().broker;
        if broker.exchanges.len() + broker.queues.len() > WHOLE_MAX || broker.bindings.len() > WHOLE_MAX {
            return Vec::new();
        }
        let named = named(self, session);
        if named.is_empty() {
            return Vec::new();
        }
        let plan = session.plan();
        let places = geometry::places(plan);
        let mut taken: Vec<Rect> = places.iter().filter_map(|place| geometry::with_name(plan, place)).collect();
        let obstacles = geometry::obstacles(plan);
        let mut found: Vec<Missing> = Vec::new();
        for Named { by, missing, says, from_it, is_alternate } in named {
            let Some(card) = session.node(&by).and_then(|node| geometry::card(plan, &node)) else { continue };
            let at = found.iter().position(|one| one.part == missing).unwrap_or(found.len());
            if at == DRAWN_MAX {
                continue;
            }
            if at == found.len() {
                let size =
                    if matches!(missing, Part::Queue(_)) { Size { width: QUEUE.width / 2.0, height: EXCHANGE.height } } else { EXCHANGE };
                let rect = place(plan, &card, size, from_it, &taken);
                taken.push(room(&rect));
                found.push(Missing { part: missing, rect, ways: Vec::new() });
            }
            let rect = found[at].rect;
            let (start, end) = if from_it { (&rect, &card) } else { (&card, &rect) };
            let curve = between(plan.turned.is_some(), &obstacles, start, end, false);
            found[at].ways.push(Way { by, curve, says: says.into_owned(), from_it, is_alternate });
        }
        found
    }
}
