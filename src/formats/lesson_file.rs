//! Lessons, format 1: Markdown that a teacher writes by hand, with fenced JSON blocks.
//!
//! A heading of the first level is the title. A block ` ```lesson ` says what it is, a block ` ```scenario ` holds the system. Each heading of the
//! second level begins a step, whose ` ```step ` block says what is asked. Everything else is prose.

use std::sync::Arc;

use serde_json::Value as Json;

use super::document::{Fields, Mistakes, Node, too_large, too_many_values};
use super::markdown::{self, Block, Piece, plain};
use super::patch::{self, Change};
use super::{recording_file, scenario_file};
use crate::base::SimTime;
use crate::base::limits::{self, beyond, grouped};
use crate::lesson::{Ask, Attempt, Claim, Clause, Counted, Demand, Goal, Lesson, Level, Lock, Moment, Question, Step, Task};
use crate::scenario::property::Quantity;
use crate::scenario::{Fault, Problem, Property, Scenario, validate};

pub const VERSION: u64 = 1;
/// Each makes a whole scenario.
/// A goal is judged on so many seeds where it does not say how many.
const SEEDS: u32 = 20;

/// A piece of the file: what stands between two headings.
struct Section {
    title: String,
    prose: String,
    blocks: Vec<(String, String, usize)>,
    line: usize,
    /// Of the first level.
    is_title: bool,
}

/// The same text gives the same number, with any line ends.
#[must_use]
pub fn hash(text: &str) -> u64 {
    let letters = text.bytes().filter(|byte| *byte != b'\r');
    letters.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Whether a file is a lesson rather than a scenario.
#[must_use]
pub fn is_one(text: &str) -> bool {
    text.as_bytes().trim_ascii_start().starts_with(b"#")
}

/// Reads a lesson.
///
/// # Errors
/// Everything that is wrong, each with its line; never empty.
pub fn read(text: &str) -> Result<Lesson, Vec<Problem>> {
    if let Some(problem) = too_large(text) {
        return Err(vec![problem]);
    }
    let sections = sections(text);
    if let Some(why) = beyond("steps of a lesson", sections.len().saturating_sub(1), limits::LESSON_STEPS) {
        return Err(vec![at(1, &why)]);
    }
    if let Some(section) = sections.iter().find(|section| section.prose.len() > limits::PROSE_BYTES) {
        return Err(vec![at(
            section.line,
            &format!("“{}” has more than {} bytes of text", section.title, grouped(limits::PROSE_BYTES as u64)),
        )]);
    }
    let mut problems = Vec::new();
    let mut sections = sections.into_iter();
    let head =
        sections.next().unwrap_or(Section { title: String::new(), prose: String::new(), blocks: Vec::new(), line: 1, is_title: false });
    if head.title.is_empty() || !head.is_title {
        return Err(vec![at(1, "a lesson begins with its title: # Title")]);
    }
    let block = |section: &Section, kind: &str, problems: &mut Vec<Problem>| -> Option<(Json, usize)> {
        let mut found = section.blocks.iter().filter(|(info, ..)| info == kind);
        let Some((_, json, line)) = found.next() else {
            problems.push(at(section.line, &format!("“{}” has no block ```{kind}", section.title)));
            return None;
        };
        if let Some((.., again)) = found.next() {
            problems.push(at(*again, &format!("there is a second block ```{kind}")));
        }
        if let Some(message) = too_many_values(json) {
            problems.push(at(*line, &message));
            return None;
        }
        match serde_json::from_str(json) {
            Ok(json) => Some((json, *line)),
            Err(error) => {
                problems.push(at(line + error.line(), &format!("this is not JSON: {error}")));
                None
            }
        }
    };
    let about = block(&head, "lesson", &mut problems);
    let scenario = block(&head, "scenario", &mut problems);
    let scenario = scenario.and_then(|(json, line)| {
        let found = scenario_file::of_document(&json);
        found.map_err(|found| problems.extend(found.into_iter().map(|problem| within(line, "scenario", problem)))).ok()
    });
    let is_drawn = scenario.is_some();
    let mut lesson = Lesson {
        id: "".into(),
        title: head.title.clone(),
        lab: false,
        minutes: 0,
        level: None,
        needs: Vec::new(),
        module: String::new(),
        chapter: String::new(),
        aha: String::new(),
        leaves_out: String::new(),
        intro: head.prose,
        scenario: Arc::new(scenario.unwrap_or_else(|| Scenario::empty("Empty"))),
        locked: Vec::new(),
        steps: Vec::new(),
        hash: hash(text),
    };
    if let Some((json, line)) = about {
        let mistakes = Mistakes::default();
        read_about(&Node::root(&json, &mistakes).fields(), &mut lesson);
        problems.extend(mistakes.into_problems().into_iter().map(|problem| within(line, "lesson", problem)));
    }
    if !is_drawn {
        // Steps change and name parts of the scenario: without it each of them would be wrong.
        return Err(problems);
    }
    let scenario = lesson.scenario.clone();
    for section in sections {
        let Some((json, line)) = block(&section, "step", &mut problems) else { continue };
        let mistakes = Mistakes::default();
        let step = read_step(&Node::root(&json, &mistakes), &section, &scenario);
        if lesson.steps.iter().any(|other| other.id == step.id) {
            problems.push(at(line, &format!("there are two steps “{}”", step.id)));
        }
        lesson.steps.push(step);
        problems.extend(mistakes.into_problems().into_iter().map(|problem| within(line, "step", problem)));
    }
    if lesson.steps.is_empty() {
        problems.push(at(1, "a lesson has steps: a heading ## Title with a block ```step each"));
    }
    if problems.is_empty() { Ok(lesson) } else { Err(problems) }
}

fn at(line: usize, message: &str) -> Problem {
    Problem { path: format!("line {line}"), message: message.into() }
}

fn within(line: usize, block: &str, problem: Problem) -> Problem {
    let path = if problem.path.is_empty() { format!("line {line}, {block}") } else { format!("line {line}, {block}: {}", problem.path) };
    Problem { path, message: problem.message }
}

/// Cuts the file at its headings. What is fenced for us is taken out of the prose.
fn sections(text: &str) -> Vec<Section> {
    let lines: Vec<&str> = text.lines().collect();
    let mut sections: Vec<Section> = Vec::new();
    for Piece { block, lines: range } in markdown::read(text) {
        match block {
            Block::Heading(level @ (1 | 2), words) => sections.push(Section {
                title: plain(&words),
                prose: String::new(),
                blocks: Vec::new(),
                line: range.start + 1,
                is_title: level == 1,
            }),
            Block::Code(info, json) if matches!(&*info, "lesson" | "scenario" | "step") => {
                if let Some(section) = sections.last_mut() {
                    section.blocks.push((info, json, range.start + 1));
                }
            }
            _ => {
                if let Some(section) = sections.last_mut() {
                    section.prose.push_str(if section.prose.is_empty() { "" } else { "\n\n" });
                    section.prose.push_str(&lines[range].join("\n"));
                }
            }
        }
    }
    sections
}

fn read_about(fields: &Fields, lesson: &mut Lesson) {
    let version = fields.need("requeue_lesson").whole(u64::MAX);
    if version != VERSION {
        fields.mistake(format!("this is format {version}, and this Requeue reads format {VERSION}"));
    }
    lesson.id = fields.need("id").name();
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if lesson.id.is_empty() || !lesson.id.chars().all(plain) {
        fields.mistake("the id has small letters, digits and - alone");
    }
    lesson.lab = fields.flag("lab", false);
    lesson.minutes = fields.need("minutes").number_up_to::<u16>().into();
    lesson.level = fields.maybe("level").and_then(|node| node.one_of(&Level::ALL));
    lesson.needs = fields.items("needs").iter().map(Node::name).collect();
    lesson.module = fields.maybe("module").map(|node| node.text()).unwrap_or_default();
    lesson.chapter = fields.maybe("chapter").map(|node| node.text()).unwrap_or_default();
    lesson.aha = fields.need("aha").text();
    lesson.leaves_out = fields.need("leaves_out").text();
    lesson.locked = fields.items("locked").iter().filter_map(|node| node.one_of(&Lock::ALL)).collect();
    fields.done();
}

#[derive(Clone, Copy)]
enum TaskKind {
    Look,
    Predict,
    Do,
    Break,
    Fix,
    Explain,
}

const TASKS: [(&str, TaskKind); 6] = [
    ("look", TaskKind::Look),
    ("predict", TaskKind::Predict),
    ("do", TaskKind::Do),
    ("break", TaskKind::Break),
    ("fix", TaskKind::Fix),
    ("explain", TaskKind::Explain),
];

fn read_step(node: &Node, section: &Section, scenario: &Arc<Scenario>) -> Step {
    let fields = node.fields();
    let kind = fields.need("task").one_of(&TASKS).unwrap_or(TaskKind::Look);
    let points = fields.items("points");
    for point in points.iter().filter(|point| !crate::scenario::edit::is_taken(scenario, &point.name())) {
        point.mistake("there is nothing of this name in the lesson's scenario");
    }
    let task = match kind {
        TaskKind::Predict => Task::Predict(read_question(&fields, scenario)),
        TaskKind::Do => Task::Do(read_goal(&fields, scenario)),
        TaskKind::Break => Task::Break(read_goal(&fields, scenario)),
        TaskKind::Fix => Task::Fix(read_goal(&fields, scenario)),
        TaskKind::Explain => Task::Explain {
            question: fields.need("question").text(),
            model: fields.need("model").text(),
            checklist: fields.items("checklist").iter().map(Node::text).collect(),
        },
        TaskKind::Look => Task::Look,
    };
    let mut claims = fields.items("claims");
    if let Some(why) = beyond("claims of a step", claims.len(), limits::CLAIMS) {
        fields.mistake(why);
        claims.truncate(limits::CLAIMS);
    }
    let claims = claims.iter().filter_map(|node| read_claim(node, scenario)).collect();
    let step = Step {
        id: fields.need("id").name(),
        title: section.title.clone(),
        text: section.prose.clone(),
        points: points.iter().map(Node::name).collect(),
        hints: fields.items("hints").iter().map(Node::text).collect(),
        claims,
        task,
    };
    fields.done();
    step
}

fn read_claim(node: &Node, scenario: &Arc<Scenario>) -> Option<Claim> {
    let fields = node.fields();
    let property = fields.need("property").parsed::<Property>();
    let at = fields.maybe("at_ms").map(|node| node.millis());
    let change = read_attempt(node, scenario);
    property.map(|property| Claim { property, change, at })
}

#[derive(Clone, Copy)]
enum AskKind {
    Queues,
    Reason,
    Order,
    Count,
}

const ASKS: [(&str, AskKind); 4] =
    [("queues", AskKind::Queues), ("reason", AskKind::Reason), ("order", AskKind::Order), ("count", AskKind::Count)];

fn read_question(fields: &Fields, scenario: &Scenario) -> Question {
    let ask = match fields.need("ask").one_of(&ASKS).unwrap_or(AskKind::Queues) {
        AskKind::Queues => Ask::Queues,
        AskKind::Reason => Ask::Reason,
        AskKind::Order => Ask::Order { service: fields.need("service").name() },
        AskKind::Count => {
            let of = fields.need("of");
            let quantity = of.parsed::<Property>().map(|property| property.left);
            Ask::Count {
                of: quantity.unwrap_or(Quantity::Number(0.0)),
                choices: fields.items("choices").iter().map(|node| node.whole(1_000_000)).collect(),
            }
        }
    };
    let until = fields.maybe("until_ms").map(|node| node.millis()).or(scenario.until).unwrap_or(SimTime::from_secs(60));
    Question {
        ask,
        publish: fields.maybe("publish").map(|node| recording_file::hand_publish(&node)),
        inputs: fields.items("inputs").iter().filter_map(recording_file::authored).collect(),
        at: fields.maybe("at_ms").map(|node| node.millis()).unwrap_or_default(),
        until,
        because: fields.need("because").text(),
    }
}

fn read_goal(fields: &Fields, scenario: &Arc<Scenario>) -> Goal {
    let clauses: Vec<Clause> = fields.need("goal").items().iter().map(read_clause).collect();
    if clauses.is_empty() {
        fields.mistake("a goal has at least one clause");
    }
    let solution = fields.need("solution");
    let mut wrongs = fields.items("wrong");
    if let Some(why) = beyond("wrong attempts of a goal", wrongs.len(), limits::WRONG) {
        fields.mistake(why);
        wrongs.truncate(limits::WRONG);
    }
    let solution = read_attempt(&solution, scenario);
    let wrong = wrongs.iter().map(|node| {
        let fields = node.fields();
        let fails = fields.need("fails").text();
        let clause = clauses.iter().position(|clause| clause.says == fails);
        if clause.is_none() {
            node.mistake(format!("no clause says “{fails}”"));
        }
        // What a whole solution has too much or too little.
        let solved = fields.maybe("from").and_then(|node| node.one_of(&[("start", false), ("solution", true)])) == Some(true);
        let start = if solved { solution.edits.last().unwrap_or(scenario) } else { scenario };
        (read_attempt(node, start), clause.unwrap_or(0))
    });
    let wrong = wrong.collect();
    Goal {
        until: fields.maybe("until_ms").map(|node| node.millis()).or(scenario.until).unwrap_or(SimTime::from_secs(60)),
        faults: fields.items("faults").iter().filter_map(Node::parsed::<Fault>).collect(),
        inputs: fields.items("inputs").iter().filter_map(recording_file::authored).collect(),
        seeds: fields.maybe("seeds").map_or(SEEDS, |node| node.number_up_to::<u16>().into()).clamp(1, limits::SEEDS),
        solution,
        wrong,
        clauses,
    }
}

fn read_clause(node: &Node) -> Clause {
    let fields = node.fields();
    let property = fields.maybe("property").and_then(|node| node.parsed::<Property>()).map(Demand::Property);
    let reaches = fields.maybe("reaches").map(|node| {
        let fields = node.fields();
        let demand = Demand::Reaches {
            exchange: fields.need("exchange").name(),
            routing_key: fields.need("routing_key").name(),
            headers: fields.maybe("headers").map(|node| node.table()).unwrap_or_default(),
            services: fields.need("services").items().iter().map(Node::name).collect(),
        };
        fields.done();
        demand
    });
    let order = fields.maybe("order").map(|node| node.name());
    let of = fields.maybe("of").and_then(|node| {
        if order.is_some() {
            node.one_of(&Moment::ALL)
        } else {
            node.mistake("it belongs to order");
            None
        }
    });
    let order = order.map(|service| Demand::Order { service, moment: of.unwrap_or(Moment::Begins) });
    let attempts = fields.maybe("attempts").map(|node| {
        let fields = node.fields();
        let demand = Demand::Attempts { queue: fields.need("queue").name(), at_most: fields.need("at_most").number_up_to::<u16>().into() };
        fields.done();
        demand
    });
    let added = fields.maybe("added").map(|node| {
        let fields = node.fields();
        let part = fields.need("part").one_of(&Counted::ALL).unwrap_or(Counted::Queues);
        let at_most = usize::from(fields.need("at_most").number_up_to::<u16>());
        fields.done();
        Demand::Added { part, at_most }
    });
    let says = fields.need("says").text();
    fields.done();
    let mut demands = [property, reaches, order, attempts, added].into_iter().flatten();
    let demand = demands.next().unwrap_or_else(|| {
        node.mistake("a clause has one of property, reaches, order, attempts, added");
        Demand::Added { part: Counted::Queues, at_most: usize::MAX }
    });
    if demands.next().is_some() {
        node.mistake("a clause has only one of property, reaches, order, attempts, added");
    }
    Clause { says, demand }
}

/// Edits by path, each giving the next system; and what comes from outside.
fn read_attempt(node: &Node, scenario: &Arc<Scenario>) -> Attempt {
    let fields = node.fields();
    // What is read beside an attempt.
    let _ = ["fails", "from", "property", "at_ms"].map(|key| fields.maybe(key));
    let mut now = scenario.clone();
    let mut edits = Vec::new();
    let given = fields.items("edits");
    if let Some(why) = beyond("edits", given.len(), limits::EDITS) {
        node.mistake(why);
    }
    for node in given.into_iter().take(limits::EDITS) {
        let fields = node.fields();
        let path = fields.need("path").text();
        let change = match (fields.maybe("set"), fields.maybe("add"), fields.flag("remove", false)) {
            (Some(value), None, false) => Change::Set(Some(value.json()).filter(|value| !value.is_null())),
            (None, Some(item), false) => Change::Add(item.json()),
            (None, None, true) => Change::Remove,
            _ => {
                node.mistake("an edit has one of set, add, remove");
                continue;
            }
        };
        fields.done();
        match patch::changed(&now, &path, &change).map(|new| (validate(&new), new)) {
            Ok((problems, new)) if problems.is_empty() => {
                now = Arc::new(new);
                edits.push(now.clone());
            }
            Ok((problems, _)) => node.mistake(format!("{path}: {}", problems[0].message)),
            Err(why) => node.mistake(format!("{path}: {why}")),
        }
    }
    let system = fields.maybe("scenario").map(|node| {
        let scenario = scenario_file::embedded(&node);
        for problem in validate(&scenario) {
            node.mistake(format!("{}: {}", problem.path, problem.message));
        }
        Arc::new(scenario)
    });
    edits.extend(system);
    let inputs = fields.items("inputs").iter().filter_map(recording_file::authored).collect();
    fields.done();
    Attempt { edits, inputs }
}
