//! The lists of the site: the scenarios of its gallery, and the lessons of its course.

use serde_json::json;

use super::document::{Mistakes, Node, parse};
use crate::base::number::{self, Fixed};
use crate::scenario::{Point, Problem, Scenario};

/// A scenario of the gallery.
#[derive(Clone, Debug, PartialEq)]
pub struct GalleryEntry {
    /// The file's name.
    pub file: String,
    pub title: String,
    pub about: String,
    pub shapes: Vec<Shape>,
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

/// A lesson of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseEntry {
    pub file: String,
    pub title: String,
    pub aha: String,
    pub minutes: u64,
    pub chapter: String,
    pub lab: bool,
}

/// # Errors
/// Everything that is wrong; never empty.
pub fn read_gallery(text: &str) -> Result<Vec<GalleryEntry>, Vec<Problem>> {
    let mut entries = Vec::new();
    read(text, &mut |node| {
        let fields = node.fields();
        let shapes = fields.need("shapes");
        entries.push(GalleryEntry {
            file: fields.need("file").text(),
            title: fields.need("title").text(),
            about: fields.need("about").text(),
            shapes: shapes.text().split_whitespace().filter_map(|word| shape(word, &shapes)).collect(),
        });
        fields.done();
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
pub fn read_course(text: &str) -> Result<Vec<CourseEntry>, Vec<Problem>> {
    let mut entries = Vec::new();
    read(text, &mut |node| {
        let fields = node.fields();
        entries.push(CourseEntry {
            file: fields.need("file").text(),
            title: fields.need("title").text(),
            aha: fields.need("aha").text(),
            minutes: fields.need("minutes").number_up_to::<u32>().into(),
            chapter: fields.need("chapter").text(),
            lab: fields.flag("lab", false),
        });
        fields.done();
    })?;
    Ok(entries)
}

fn read(text: &str, entry: &mut dyn FnMut(&Node)) -> Result<(), Vec<Problem>> {
    let document = parse(text).map_err(|problem| vec![problem])?;
    let mistakes = Mistakes::default();
    Node::root(&document, &mistakes).items().iter().for_each(entry);
    mistakes.or(())
}

/// A letter and a centre, as in `q120,80`.
fn shape(word: &str, node: &Node) -> Option<Shape> {
    let mut letters = word.chars();
    let kind = letters.next().and_then(|letter| ShapeKind::ALL.iter().find(|(known, _)| *known == letter)).map(|(_, kind)| *kind);
    let centre = letters.as_str().split_once(',').and_then(|(x, y)| Some(Point { x: number::parse(x)?, y: number::parse(y)? }));
    let shape = kind.zip(centre).map(|(kind, centre)| Shape { kind, centre });
    if shape.is_none() {
        node.mistake(format!("expected a letter of c, s, e, q and a centre, as in q120,80; found {word}"));
    }
    shape
}

/// Kind and centre of each node.
fn outline(scenario: &Scenario) -> String {
    let broker = &scenario.broker;
    let at = |kind: ShapeKind, at: Point| format!("{}{:.0},{:.0}", kind.letter(), Fixed(at.x), Fixed(at.y));
    let clients = scenario.clients.iter().map(|client| at(ShapeKind::Client, client.at));
    let services = scenario.services.iter().map(|service| at(ShapeKind::Service, service.at));
    let exchanges = broker.exchanges.iter().map(|exchange| at(ShapeKind::Exchange, exchange.at));
    let queues = broker.queues.iter().map(|queue| at(ShapeKind::Queue, queue.at));
    clients.chain(services).chain(exchanges).chain(queues).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line of the site's gallery is what the list is read from and written to.
    #[test]
    fn the_lists_of_the_site_are_read() {
        let entries = read_gallery(include_str!("../../static/gallery.json")).expect("it can be read");
        assert!(entries.len() > 5 && entries.iter().all(|entry| !entry.shapes.is_empty() && !entry.file.is_empty()));
        let lessons = read_course(include_str!("../../static/lessons/index.json")).expect("it can be read");
        assert!(lessons.len() > 10 && lessons.iter().any(|lesson| lesson.lab) && lessons.iter().all(|lesson| lesson.minutes > 0));
    }

    #[test]
    fn a_scenario_is_listed_and_read_again() {
        let scenario = crate::formats::scenario_file::read(include_str!("../../static/scenarios/course-chapter.json")).expect("a scenario");
        let list = format!("[{}]", write_gallery_entry("course-chapter.json", &scenario));
        let [entry] = &read_gallery(&list).expect("it can be read")[..] else { panic!("one entry") };
        assert_eq!((entry.file.as_str(), &entry.title, &entry.about), ("course-chapter.json", &scenario.title, &scenario.about));
        let count = |kind| entry.shapes.iter().filter(|shape| shape.kind == kind).count();
        let broker = &scenario.broker;
        assert_eq!(
            [ShapeKind::Client, ShapeKind::Service, ShapeKind::Exchange, ShapeKind::Queue].map(count),
            [scenario.clients.len(), scenario.services.len(), broker.exchanges.len(), broker.queues.len()]
        );
        let queues = entry.shapes.iter().filter(|shape| shape.kind == ShapeKind::Queue);
        assert!(queues.zip(&broker.queues).all(|(shape, queue)| (shape.centre.x - queue.at.x).abs() <= 0.5));
    }

    #[test]
    fn a_broken_list_says_what_is_wrong() {
        for (text, told) in [
            ("<!doctype html>", "this is not JSON"),
            (r#"[{"file": "a.json", "title": "A", "about": "", "shapes": "z1,2"}]"#, "[0].shapes: expected a letter of c, s, e, q"),
            (r#"[{"file": "a.json"}]"#, "[0].title: is missing"),
        ] {
            let problems = read_gallery(text).expect_err(text);
            assert!(problems.iter().any(|problem| problem.to_string().contains(told)), "{text}: {problems:?}");
        }
        assert!(read_course("{}").is_err());
    }
}
