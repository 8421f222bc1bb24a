//! The lists of the site: the scenarios of its gallery, and the lessons of its course.

use serde_json::json;

use super::document::{Mistakes, Node, parse};
use crate::base::number::{self, Fixed};
use crate::broker::{Name, Value};
use crate::lesson::Level;
use crate::scenario::handler::{Action, Destination, FailurePolicy};
use crate::scenario::{BindingTarget, Point, Problem, Scenario, Trigger};

/// A scenario of the gallery.
#[derive(Clone, Debug, PartialEq)]
pub struct GalleryEntry {
    /// The file's name.
    pub file: String,
    pub title: String,
    pub about: String,
    pub outline: Outline,
}

/// What stands on a canvas, for a very small picture of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    pub kind: ShapeKind,
    pub centre: Point,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapeKind {
    Client,
    Service,
    Exchange,
    Queue,
}

impl ShapeKind {
    const ALL: [(char, Self); 4] = [('c', Self::Client), ('s', Self::Service), ('e', Self::Exchange), ('q', Self::Queue)];

    /// As the list writes it.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Client => 'c',
            Self::Service => 's',
            Self::Exchange => 'e',
            Self::Queue => 'q',
        }
    }
}

/// A very small picture of a system.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    pub shapes: Vec<Shape>,
    pub lines: Vec<OutlineLine>,
}

/// A line from one shape to another, by their places in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutlineLine {
    pub from: usize,
    pub to: usize,
    /// Dead letters go along it.
    pub dead: bool,
}

/// The course of the site: its lessons in their order, the modules that have them, and ways through them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    pub modules: Vec<Module>,
    pub paths: Vec<Path>,
    pub lessons: Vec<CourseEntry>,
}

/// A section of the course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    pub name: String,
    /// What a learner takes from it.
    pub about: String,
}

/// A way through the course for a learner who has so many minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    pub name: String,
    pub minutes: u64,
    pub about: String,
    /// The ids of its lessons, in their order.
    pub lessons: Vec<Name>,
}

/// A lesson of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct CourseEntry {
    pub file: String,
    pub title: String,
    pub aha: String,
    pub minutes: u64,
    pub level: Option<Level>,
    /// The ids of the lessons that a learner does first.
    pub needs: Vec<Name>,
    pub module: String,
    pub chapter: String,
    pub lab: bool,
    /// Its system, for a very small picture of it.
    pub outline: Outline,
}

impl CourseEntry {
    /// The name of its file, without its end.
    #[must_use]
    pub fn id(&self) -> &str {
        self.file.trim_end_matches(".md")
    }
}

impl Course {
    #[must_use]
    pub fn lesson(&self, id: &str) -> Option<&CourseEntry> {
        self.lessons.iter().find(|entry| entry.id() == id)
    }

    /// Everything that would lead a learner astray, in a sentence each. The page shows such a course as far as it can.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (index, entry) in self.lessons.iter().enumerate() {
            let id = entry.id();
            if self.lessons[..index].iter().any(|other| other.id() == id) {
                found.push(format!("{id}: the list has it twice"));
            }
            if !self.modules.iter().any(|module| module.name == entry.module) {
                found.push(format!("{id}: there is no module “{}”", entry.module));
            }
            for need in &entry.needs {
                match self.lessons.iter().position(|other| *other.id() == **need) {
                    None => found.push(format!("{id}: it needs “{need}”, and there is no such lesson")),
                    // An order that has each lesson after those it needs exists only without a cycle.
                    Some(place) if place >= index => found.push(format!("{id}: it needs “{need}”, which does not come before it")),
                    Some(_) => {}
                }
            }
        }
        for module in self.modules.iter().filter(|module| !self.lessons.iter().any(|entry| entry.module == module.name)) {
            found.push(format!("the module “{}” has no lesson", module.name));
        }
        for path in &self.paths {
            let mut minutes = 0;
            for (index, id) in path.lessons.iter().enumerate() {
                let Some(entry) = self.lesson(id) else {
                    found.push(format!("{}: there is no lesson “{id}”", path.name));
                    continue;
                };
                minutes += entry.minutes;
                let missing = entry.needs.iter().filter(|need| !path.lessons[..index].contains(need));
                found.extend(missing.map(|need| format!("{}: {id} needs “{need}”, which does not come before it", path.name)));
            }
            if minutes > path.minutes {
                found.push(format!("{}: its lessons take {minutes} minutes", path.name));
            }
        }
        found
    }
}

/// # Errors
/// Everything that is wrong; never empty.
pub fn read_gallery(text: &str) -> Result<Vec<GalleryEntry>, Vec<Problem>> {
    let mut entries = Vec::new();
    read(text, &mut |list| {
        for node in list.items() {
            let fields = node.fields();
            entries.push(GalleryEntry {
                file: fields.need("file").text(),
                title: fields.need("title").text(),
                about: fields.need("about").text(),
                outline: read_outline(&fields.need("shapes")),
            });
            fields.done();
        }
    })?;
    Ok(entries)
}

/// One line of the gallery's list.
#[must_use]
pub fn write_gallery_entry(file: &str, scenario: &Scenario) -> String {
    json!({ "file": file, "title": scenario.title, "about": scenario.about, "shapes": outline(scenario) }).to_string()
}

/// # Errors
/// Everything that is wrong; never empty.
pub fn read_course(text: &str) -> Result<Course, Vec<Problem>> {
    let mut course = Course::default();
    read(text, &mut |node| {
        let fields = node.fields();
        let names = |node: &Node| node.items().iter().map(Node::name).collect();
        for node in fields.need("modules").items() {
            let fields = node.fields();
            course.modules.push(Module { name: fields.need("name").text(), about: fields.need("about").text() });
            fields.done();
        }
        for node in fields.need("paths").items() {
            let fields = node.fields();
            course.paths.push(Path {
                name: fields.need("name").text(),
                minutes: fields.need("minutes").number_up_to::<u32>().into(),
                about: fields.need("about").text(),
                lessons: names(&fields.need("lessons")),
            });
            fields.done();
        }
        for node in fields.need("lessons").items() {
            let fields = node.fields();
            course.lessons.push(CourseEntry {
                file: fields.need("file").text(),
                title: fields.need("title").text(),
                aha: fields.need("aha").text(),
                minutes: fields.need("minutes").number_up_to::<u32>().into(),
                level: fields.need("level").one_of(&Level::ALL),
                needs: names(&fields.need("needs")),
                module: fields.need("module").text(),
                chapter: fields.need("chapter").text(),
                lab: fields.flag("lab", false),
                outline: read_outline(&fields.need("shapes")),
            });
            fields.done();
        }
        fields.done();
    })?;
    Ok(course)
}

fn read(text: &str, list: &mut dyn FnMut(&Node)) -> Result<(), Vec<Problem>> {
    let document = parse(text).map_err(|problem| vec![problem])?;
    let mistakes = Mistakes::default();
    list(&Node::root(&document, &mistakes));
    mistakes.or(())
}

/// Shapes, and the lines between them: `q120,80 s300,80 -0,1`.
fn read_outline(node: &Node) -> Outline {
    let text = node.text();
    let mut outline = Outline::default();
    for word in text.split_whitespace() {
        let line = line(word);
        outline.lines.extend(line);
        if line.is_none() {
            outline.shapes.extend(shape(word, node));
        }
    }
    let count = outline.shapes.len();
    if outline.lines.iter().any(|line| line.from.max(line.to) >= count) {
        node.mistake(format!("a line leads to a shape beyond the {count} that there are"));
    }
    outline
}

/// A mark and two places, as in `-0,1`; dead letters have another mark.
fn line(word: &str) -> Option<OutlineLine> {
    let (from, to) = word.strip_prefix(['-', DEAD])?.split_once(',')?;
    Some(OutlineLine { from: from.parse().ok()?, to: to.parse().ok()?, dead: word.starts_with(DEAD) })
}

const DEAD: char = '!';

/// A letter and a centre, as in `q120,80`.
fn shape(word: &str, node: &Node) -> Option<Shape> {
    let mut letters = word.chars();
    let kind = letters.next().and_then(|letter| ShapeKind::ALL.iter().find(|(known, _)| *known == letter)).map(|(_, kind)| *kind);
    let centre = letters.as_str().split_once(',').and_then(|(x, y)| Some(Point { x: number::parse(x)?, y: number::parse(y)? }));
    let shape = kind.zip(centre).map(|(kind, centre)| Shape { kind, centre });
    if shape.is_none() {
        node.mistake(format!("expected a letter of c, s, e, q and a centre, as q120,80; found {word}"));
    }
    shape
}

/// Kind and centre of each node, and the lines between them.
#[must_use]
pub fn outline(scenario: &Scenario) -> String {
    let broker = &scenario.broker;
    let at =
        |kind: ShapeKind, name: &Name, at: Point| ((kind, name.clone()), format!("{}{:.0},{:.0}", kind.letter(), Fixed(at.x), Fixed(at.y)));
    let clients = scenario.clients.iter().map(|client| at(ShapeKind::Client, &client.name, client.at));
    let services = scenario.services.iter().map(|service| at(ShapeKind::Service, &service.name, service.at));
    let exchanges = broker.exchanges.iter().map(|exchange| at(ShapeKind::Exchange, &exchange.name, exchange.at));
    let queues = broker.queues.iter().map(|queue| at(ShapeKind::Queue, &queue.name, queue.at));
    let (nodes, mut words): (Vec<_>, Vec<String>) = clients.chain(services).chain(exchanges).chain(queues).unzip();
    for (from, to, dead) in lines(scenario) {
        let place = |node: &(ShapeKind, Name)| nodes.iter().position(|one| one == node);
        let Some((from, to)) = place(&from).zip(place(&to)) else { continue };
        let word = format!("{}{from},{to}", if dead { DEAD } else { '-' });
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" ")
}

type End = (ShapeKind, Name);

fn end(destination: Destination<'_>) -> (ShapeKind, &Name) {
    match destination {
        Destination::Queue(name) => (ShapeKind::Queue, name),
        Destination::Exchange { name, .. } => (ShapeKind::Exchange, name),
    }
}

/// Every line of a canvas: from where, to where, and whether dead letters go along it.
fn lines(scenario: &Scenario) -> Vec<(End, End, bool)> {
    let mut lines = Vec::new();
    let mut add = |from: (ShapeKind, &Name), to: (ShapeKind, &Name), dead: bool| {
        lines.push(((from.0, from.1.clone()), (to.0, to.1.clone()), dead));
    };
    for client in &scenario.clients {
        add((ShapeKind::Client, &client.name), (ShapeKind::Service, &client.calls.service), false);
    }
    for service in &scenario.services {
        let from = (ShapeKind::Service, &service.name);
        for handler in &service.handlers {
            if let Trigger::Queue(subscription) = &handler.trigger {
                add((ShapeKind::Queue, &subscription.queue), from, false);
            }
            for publish in handler.steps.iter().filter_map(|step| step.action.publish()) {
                add(from, end(publish.destination()), false);
            }
            for to in handler.policies().flat_map(FailurePolicy::destinations) {
                add(from, end(to), false);
            }
            for queue in handler.steps.iter().filter_map(|step| step.action.asked_queue()) {
                add((ShapeKind::Queue, queue), from, false);
            }
            for step in &handler.steps {
                if let Action::Call { endpoint, .. } = &step.action {
                    add(from, (ShapeKind::Service, &endpoint.service), false);
                }
            }
        }
    }
    for binding in &scenario.broker.bindings {
        let to = match &binding.destination {
            BindingTarget::Queue(name) => (ShapeKind::Queue, name),
            BindingTarget::Exchange(name) => (ShapeKind::Exchange, name),
        };
        add((ShapeKind::Exchange, &binding.source), to, false);
    }
    for exchange in &scenario.broker.exchanges {
        if let Some(other) = exchange.arguments.get("alternate-exchange").and_then(Value::as_str) {
            add((ShapeKind::Exchange, &exchange.name), (ShapeKind::Exchange, other), false);
        }
    }
    for queue in &scenario.broker.queues {
        if let Some(exchange) = queue.dead_letter_exchange() {
            let to = end(Destination::of(exchange, queue.dead_letter_routing_key().unwrap_or(&queue.name)));
            add((ShapeKind::Queue, &queue.name), to, true);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: &str = include_str!("../../static/lessons/index.json");

    /// Each lesson is in a module and comes after what it needs; a path holds what it promises. A course that breaks one of these is
    /// reported.
    #[test]
    fn the_course_leads_no_learner_astray() {
        let course = read_course(COURSE).expect("it can be read");
        assert_eq!(course.doubts(), Vec::<String>::new());
        assert_eq!(course.paths.iter().map(|path| path.minutes).collect::<Vec<_>>(), [20, 90]);
        let breaks: [(&str, Break); 9] = [
            ("why-events: the list has it twice", |course| course.lessons.push(course.lessons[0].clone())),
            ("topic: there is no module “Rooting”", |course| of(course, "topic").module = "Rooting".into()),
            ("topic: it needs “tropic”, and there is no such lesson", |course| need(course, "topic", "tropic")),
            ("why-events: it needs “topic”, which does not come before it", |course| need(course, "why-events", "topic")),
            ("topic: it needs “topic”, which does not come before it", |course| need(course, "topic", "topic")),
            ("the module “Spare” has no lesson", |course| course.modules.push(Module { name: "Spare".into(), about: String::new() })),
            ("20 minutes: there is no lesson “tropic”", |course| course.paths[0].lessons.push("tropic".into())),
            ("20 minutes: its lessons take 30 minutes", |course| of(course, "why-events").minutes = 22),
            ("20 minutes: lab-hot-loop needs “why-events”, which does not come before it", |course| course.paths[0].lessons.reverse()),
        ];
        for (told, breaks) in breaks {
            let mut broken = course.clone();
            breaks(&mut broken);
            assert!(broken.doubts().iter().any(|doubt| doubt == told), "{told}: {:?}", broken.doubts());
        }
    }

    type Break = fn(&mut Course);

    fn need(course: &mut Course, id: &str, needed: &str) {
        of(course, id).needs.push(needed.into());
    }

    fn of<'a>(course: &'a mut Course, id: &str) -> &'a mut CourseEntry {
        course.lessons.iter_mut().find(|entry| entry.id() == id).expect("it is there")
    }

    /// Every line of the site's gallery is what the list is read from and written to.
    #[test]
    fn the_lists_of_the_site_are_read() {
        let entries = read_gallery(include_str!("../../static/gallery.json")).expect("it can be read");
        assert!(entries.len() > 5 && entries.iter().all(|entry| !entry.outline.shapes.is_empty() && !entry.file.is_empty()));
        let lessons = read_course(COURSE).expect("it can be read").lessons;
        assert!(lessons.len() > 10 && lessons.iter().any(|lesson| lesson.lab) && lessons.iter().all(|lesson| lesson.minutes > 0));
    }

    #[test]
    fn a_scenario_is_listed_and_read_again() {
        let scenario = crate::formats::scenario_file::read(include_str!("../../static/scenarios/course-chapter.json")).expect("a scenario");
        let list = format!("[{}]", write_gallery_entry("course-chapter.json", &scenario));
        let [entry] = &read_gallery(&list).expect("it can be read")[..] else { panic!("one entry") };
        assert_eq!((entry.file.as_str(), &entry.title, &entry.about), ("course-chapter.json", &scenario.title, &scenario.about));
        let count = |kind| entry.outline.shapes.iter().filter(|shape| shape.kind == kind).count();
        let broker = &scenario.broker;
        assert_eq!(
            [ShapeKind::Client, ShapeKind::Service, ShapeKind::Exchange, ShapeKind::Queue].map(count),
            [scenario.clients.len(), scenario.services.len(), broker.exchanges.len(), broker.queues.len()]
        );
        let queues = entry.outline.shapes.iter().filter(|shape| shape.kind == ShapeKind::Queue);
        assert!(queues.zip(&broker.queues).all(|(shape, queue)| (shape.centre.x - queue.at.x).abs() <= 0.5));
    }

    #[test]
    fn a_broken_list_says_what_is_wrong() {
        for (text, told) in [
            ("<!doctype html>", "this is not JSON"),
            (r#"[{"file": "a.json", "title": "A", "about": "", "shapes": "z1,2"}]"#, "[0].shapes: expected a letter of c, s, e, q"),
            (
                r#"[{"file": "a.json", "title": "A", "about": "", "shapes": "q1,2 -0,1"}]"#,
                "[0].shapes: a line leads to a shape beyond the 1",
            ),
            (r#"[{"file": "a.json"}]"#, "[0].title: is missing"),
        ] {
            let problems = read_gallery(text).expect_err(text);
            assert!(problems.iter().any(|problem| problem.to_string().contains(told)), "{text}: {problems:?}");
        }
        assert!(read_course("{}").is_err());
    }
}
