//! Definitions of RabbitMQ on the page: recognised, seen first, taken or discarded, and given services.

use requeue::app::camera::Pixel;
use requeue::app::geometry;
use requeue::app::importing::Importing;
use requeue::app::{App, CanvasAction, Drawer, EditAction, FileAction, ImportAction, Options, PageAction, TimeAction};
use requeue::base::SimTime;
use requeue::broker::Profile;
use requeue::formats::definitions::report::Kind;
use requeue::scenario::edit::Part;
use requeue::scenario::edit::populate::Share;
use requeue::scenario::findings::{Fix, findings};
use serde_json::json;

use super::support::*;

fn file(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definitions").join(name);
    std::fs::read_to_string(path).expect("it can be read")
}

fn open(app: &mut App, name: &str) {
    act(app, FileAction::Opened { name: name.into(), text: file(name) });
}

/// Every file of `tests/definitions`, by its name.
fn definitions() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definitions");
    let entries = [folder.join("real"), folder].into_iter().flat_map(|folder| std::fs::read_dir(folder).expect("the folder is there"));
    let paths = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_some_and(|end| end == "json"));
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(&path).expect("it can be read"))
    };
    let mut files: Vec<_> = paths.map(read).collect();
    files.sort();
    files
}

fn importing(app: &App) -> &Importing {
    app.importing.as_ref().expect("definitions came in")
}

fn findings_told(app: &App) -> Vec<(String, bool)> {
    let shown = importing(app).shown.as_ref().expect("they are shown");
    shown.report.findings.iter().map(|one| (one.says.clone(), shown.stands(app, one))).collect()
}

/// However a file of definitions is written, and however it comes in.
#[test]
fn definitions_are_recognised() {
    for (name, text) in definitions() {
        let is_empty = name == "empty";
        for by_hand in [false, true] {
            let mut app = opened();
            let before = session(&app).scenario().clone();
            let (name, text) = (format!("{name}.json"), text.clone());
            if by_hand {
                act(&mut app, EditAction::Paste(text));
            } else {
                act(&mut app, FileAction::Opened { name: name.clone(), text });
            }
            let is_seen = app.importing.is_some() && app.workspace.left == Some(Drawer::Import);
            let is_refused = app.unreadable.as_ref().is_some_and(|unreadable| !unreadable.problems.is_empty());
            assert!(is_seen != is_refused || is_empty && by_hand, "{name}: seen {is_seen}, refused {is_refused}");
            if app.importing.as_ref().is_none_or(|importing| importing.shown.is_none()) {
                assert_eq!(*session(&app).scenario(), before, "{name}: nothing is lost");
            }
        }
    }
    let mut app = opened();
    let text = r#"{"requeue": 1, "queues": 3, "bindings": 4}"#;
    act(&mut app, FileAction::Opened { name: "no-definitions.json".into(), text: text.into() });
    assert!(app.importing.is_none() && app.unreadable.is_some());
}

/// The message has the place and what to do; the run goes on.
#[test]
fn what_is_no_json_names_its_place() {
    let mut app = opened();
    play(&mut app, 2);
    let hash = session(&app).world().trace_hash();
    act(&mut app, FileAction::Opened { name: "cut.json".into(), text: "{\n  \"queues\": [],\n  \"bindings\": [\n".into() });
    let unreadable = app.unreadable.as_ref().expect("it says so");
    assert_eq!(unreadable.problems[0].path, "line 4, column 1");
    assert!(unreadable.problems[0].message.contains("export or copy it again"), "{}", unreadable.problems[0].message);
    assert_eq!((session(&app).world().trace_hash(), app.importing.is_none()), (hash, true));
}

#[test]
fn a_preview_leaves_the_visitors_own_system() {
    let mut app = opened();
    play(&mut app, 3);
    let hash = session(&app).world().trace_hash();
    open(&mut app, "looks-wrong.json");
    assert!(importing(&app).is_preview() && importing(&app).has_own());
    assert_eq!(session(&app).scenario().broker.queues.len(), 5);
    assert!(!app.is_kept(), "the browser keeps what is the visitor's");
    act(&mut app, EditAction::Apply(requeue::scenario::edit::Edit::Remove(Part::Queue("circle".into()))));
    // Another file in the place of the first one: the visitor's own system still waits.
    open(&mut app, "exchange-types.json");
    act(&mut app, ImportAction::Discard);
    assert!(app.importing.is_none() && app.workspace.left.is_none());
    assert_eq!(session(&app).world().trace_hash(), hash);
    assert!(!session(&app).can_undo());
}

#[test]
fn what_is_taken_can_be_undone() {
    let mut app = opened();
    act(&mut app, EditAction::Apply(requeue::scenario::edit::Edit::Remove(Part::Queue("analytics-queue".into()))));
    let mine = session(&app).scenario().clone();
    open(&mut app, "looks-wrong.json");
    let imported = session(&app).scenario().clone();
    act(&mut app, ImportAction::Use);
    assert!(!importing(&app).is_preview() && app.dialog.is_none());
    assert!(app.is_kept());
    assert_eq!(*session(&app).scenario(), imported);
    act(&mut app, EditAction::Undo);
    assert_eq!(session(&app).scenario().broker, mine.broker);
    act(&mut app, EditAction::Undo);
    assert!(session(&app).scenario().broker.queues.iter().any(|queue| &*queue.name == "analytics-queue"));
    for _ in 0..2 {
        act(&mut app, EditAction::Redo);
    }
    assert_eq!(*session(&app).scenario(), imported);
}

/// In a lesson it is the lesson's system that waits, with the lesson.
#[test]
fn a_lesson_waits_too() {
    let mut app = opened();
    let lesson = include_str!("../../static/lessons/prefetch.md");
    act(&mut app, FileAction::Opened { name: "prefetch.md".into(), text: lesson.into() });
    let title = app.classroom.as_ref().expect("a lesson").lesson.title.clone();
    open(&mut app, "looks-wrong.json");
    assert!(app.classroom.is_none() && !app.is_kept());
    act(&mut app, ImportAction::Discard);
    assert_eq!(app.classroom.as_ref().map(|classroom| classroom.lesson.title.clone()), Some(title));
    assert_eq!(app.workspace.left, Some(Drawer::Lesson));
    open(&mut app, "looks-wrong.json");
    act(&mut app, ImportAction::Use);
    assert!(app.classroom.is_none() && app.importing.is_some());
}

#[test]
fn a_virtual_host_is_chosen() {
    let mut app = opened();
    let before = session(&app).scenario().clone();
    open(&mut app, "several-vhosts.json");
    let names: Vec<&str> = importing(&app).vhosts.iter().map(|vhost| &*vhost.name).collect();
    assert_eq!(names, ["shop", "blog", "unlisted"]);
    assert!(importing(&app).shown.is_none() && !importing(&app).is_preview());
    assert_eq!(*session(&app).scenario(), before);
    for (vhost, queue) in [("shop", "dead"), ("blog", "posts")] {
        act(&mut app, ImportAction::Choose(vhost.into()));
        assert_eq!(&*session(&app).scenario().broker.queues[0].name, queue);
    }
    act(&mut app, ImportAction::Discard);
    assert_eq!(*session(&app).scenario(), before);
}

/// Each finding says whether it still holds: a fix mends it, and undoing brings it back.
#[test]
fn a_finding_is_mended_from_the_report() {
    let mut app = opened();
    open(&mut app, "looks-wrong.json");
    let before = findings_told(&app);
    assert_eq!(before.len(), 9);
    assert!(before.iter().all(|(_, stands)| *stands), "{before:?}");
    let saved = requeue::app::update(&mut app, ImportAction::SaveReport);
    assert!(
        matches!(&saved[..], [requeue::app::Effect::Download { text, .. }] if *text == file("looks-wrong.txt").split("\n{").next().unwrap_or_default())
    );
    let all = importing(&app).shown.iter().flat_map(|shown| &shown.report.findings).all(|entry| entry.at.is_some());
    assert!(all, "each has a place in the file");
    let fix = app.findings.all().iter().find_map(|one| one.fix.clone()).expect("one can be mended");
    let mended = app.findings.all().iter().find(|one| one.fix.as_ref() == Some(&fix)).expect("this one").says.clone();
    let edits = fix.edits(session(&app).scenario()).expect("it is there");
    act(&mut app, EditAction::Mend(edits));
    let stands = |app: &App| findings_told(app).into_iter().find(|(says, _)| *says == mended).expect("it stays in the list").1;
    assert!(!stands(&app));
    act(&mut app, EditAction::Undo);
    assert!(stands(&app));
}

/// A transient queue is refused by 4.3: the report says so beforehand, and the queue is left out then.
#[test]
fn a_newer_version_says_what_it_refuses() {
    let mut app = opened();
    open(&mut app, "looks-wrong.json");
    let refused: Vec<String> = importing(&app).shown.iter().flat_map(|shown| &shown.refused).map(|entry| entry.says.clone()).collect();
    assert!(refused[0].starts_with("RabbitMQ 4.3 refuses the queue transient"), "{refused:?}");
    assert!(refused.iter().any(|says| says.contains("binding of the queue transient, which is left out")), "{refused:?}");
    act(&mut app, ImportAction::SimulateAs(Some(Profile::V4_3)));
    let shown = importing(&app).shown.as_ref().expect("they are shown");
    assert_eq!((shown.report.profile, shown.refused.len()), (Profile::V4_3, 0));
    assert!(shown.report.left_out.iter().any(|entry| entry.kind == Kind::Refused && entry.part.as_deref() == Some("transient")));
    assert_eq!(session(&app).scenario().broker.profile, Profile::V4_3);
    act(&mut app, ImportAction::Discard);
    assert_eq!(session(&app).scenario().title, opened().session.expect("open").scenario().title);
}

/// Every file becomes a system in which messages flow within a minute, in one step.
#[test]
fn services_bring_it_to_life() {
    let mut lives = 0;
    for (name, text) in definitions() {
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: format!("{name}.json"), text });
        if let Some(vhost) = app.importing.as_ref().filter(|one| one.shown.is_none()).map(|one| one.vhosts[0].name.clone()) {
            act(&mut app, ImportAction::Choose(vhost));
        }
        if app.importing.is_none() || !session(&app).scenario().broker.has_parts() {
            continue;
        }
        let bare = session(&app).scenario().clone();
        for share in [Share::Prefix, Share::Each] {
            act(&mut app, ImportAction::Share(share));
            let [consumers, publishers] = importing(&app).services.chosen();
            act(&mut app, ImportAction::AddServices);
            assert_eq!(notice(&app), None, "{name}");
            let scenario = session(&app).scenario();
            let handlers: usize = scenario.services.iter().map(|service| service.handlers.len()).sum();
            assert_eq!(handlers, consumers + publishers, "{name}");
            assert!(importing(&app).services.offered().all(|(offer, _)| !offer.is_usual), "{name}: nothing usual is missing");
            if share == Share::Prefix {
                act(&mut app, EditAction::Undo);
                assert_eq!(*session(&app).scenario(), bare, "{name}: one step");
            }
        }
        let new: Vec<String> = findings(session(&app).scenario()).into_iter().map(|one| one.says).collect();
        act(&mut app, TimeAction::SetSpeed(requeue::app::Speed::Factor(10_000)));
        play(&mut app, 6);
        let world = session(&app).world();
        assert!(world.now() > SimTime::from_secs(20), "{name}");
        let acknowledged: u64 = world.ledger().queues.values().map(|copies| copies.acknowledged).sum();
        lives += usize::from(acknowledged > 0);
        assert!(acknowledged > 0 || session(&app).scenario().services.len() < 2, "{name}: {new:?}");
    }
    assert!(lives > 15, "{lives}");
}

#[test]
fn services_are_chosen_by_prefix_and_by_hand() {
    let mut app = opened();
    let text = r#"{"queues": [{"name": "order.a", "vhost": "/"}, {"name": "order.b", "vhost": "/"}, {"name": "mail", "vhost": "/"}],
        "bindings": [], "vhosts": [{"name": "/"}]}"#;
    act(&mut app, FileAction::Opened { name: "queues.json".into(), text: text.into() });
    assert_eq!(importing(&app).services.chosen(), [3, 3]);
    // What is sent by hand comes somewhere.
    assert_eq!((&*session(&app).composer.exchange, &*session(&app).composer.routing_key), ("", "order.a"));
    act(&mut app, ImportAction::Filter("order.".into()));
    act(&mut app, ImportAction::Share(Share::Prefix));
    act(&mut app, ImportAction::Toggle { part: Part::Queue("order.b".into()), consumes: false });
    assert_eq!(importing(&app).services.chosen(), [2, 1]);
    act(&mut app, ImportAction::AddServices);
    let names: Vec<String> = session(&app).scenario().services.iter().map(|service| service.name.to_string()).collect();
    assert_eq!(names, ["order-consumer", "order-publisher"]);
    assert_eq!(session(&app).scenario().services[0].handlers.len(), 2);
}

/// Nothing overlaps, and nothing is a tower: whatever the file has, and with services, too.
#[test]
fn what_comes_in_fits_a_canvas() {
    let one = |number: usize| format!(r#"{{"name": "x{number}", "type": "topic", "vhost": "/"}}"#);
    let queue = |number: usize| format!(r#"{{"name": "q{number}", "vhost": "/"}}"#);
    let bound = |number: usize| {
        format!(
            r#"{{"source": "x{}", "destination": "q{number}", "destination_type": "queue", "routing_key": "a", "vhost": "/"}}"#,
            number % 30
        )
    };
    let all = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(",");
    let (exchanges, queues, bindings) = (all(30, &one), all(90, &queue), all(90, &bound));
    let many = format!(r#"{{"exchanges": [{exchanges}], "queues": [{queues}], "bindings": [{bindings}]}}"#);
    for (name, text) in definitions().into_iter().chain([("many".to_owned(), many)]) {
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: format!("{name}.json"), text });
        for services in [false, true] {
            if services {
                act(&mut app, ImportAction::AddServices);
            }
            let Some(session) = app.session.as_ref().filter(|_| app.importing.is_some()) else { continue };
            let rects: Vec<_> = geometry::places(session.plan()).iter().filter_map(|node| geometry::rect(session.plan(), node)).collect();
            for (place, one) in rects.iter().enumerate() {
                for other in &rects[place + 1..] {
                    let beside = one.left + one.width <= other.left || other.left + other.width <= one.left;
                    let beneath = one.top + one.height <= other.top || other.top + other.height <= one.top;
                    assert!(beside || beneath, "{name}: {one:?} {other:?}");
                }
            }
            if name == "many" {
                let right = rects.iter().map(|rect| rect.left + rect.width).fold(0.0, f64::max);
                let bottom = rects.iter().map(|rect| rect.top + rect.height).fold(0.0, f64::max);
                assert!((0.8..3.0).contains(&(right / bottom)), "{right} {bottom}");
            }
        }
    }
}

/// A page within another one has no drawer, and one for looking only has no edits.
#[test]
fn an_embedded_page_shows_the_system_alone() {
    let mut app = opened();
    act(&mut app, PageAction::SetOptions(Options { embed: true, ..Options::default() }));
    open(&mut app, "looks-wrong.json");
    assert!(app.importing.is_none());
    assert_eq!(session(&app).scenario().broker.queues.len(), 5);
}

/// The list and the canvas count alike. What the report can mend is mended in one step.
#[test]
fn findings_have_numbers_and_are_mended_together() {
    let mut mended = 0;
    for (name, text) in definitions() {
        let mut app = opened();
        act(&mut app, FileAction::Opened { name: format!("{name}.json"), text });
        let Some(shown) = app.importing.as_ref().and_then(|importing| importing.shown.as_ref()) else { continue };
        for (place, entry) in shown.report.findings.iter().enumerate() {
            let number = entry.shown_by.as_ref().and_then(|part| shown.number(&app, part));
            let first = shown.report.findings.iter().position(|other| other.shown_by == entry.shown_by);
            let expected = entry.shown_by.as_ref().and(first).map(|first| first + 1);
            assert_eq!(number, expected, "{name}, finding {place}: a part shows the first of its findings");
        }
        let before = session(&app).scenario().clone();
        let count = shown.mendable(&app);
        act(&mut app, ImportAction::MendAll);
        let left = app.importing.as_ref().and_then(|importing| importing.shown.as_ref()).map_or(0, |shown| shown.mendable(&app));
        assert_eq!(left, 0, "{name}: {count} could be mended");
        mended += count;
        if count > 0 {
            act(&mut app, EditAction::Undo);
            assert_eq!(session(&app).scenario(), &before, "{name}: one step of the history");
        }
    }
    assert!(mended > 3, "only {mended} were mended");
}

/// With a drawer beside it, too: what was added is not out of view.
#[test]
fn all_of_it_is_seen_when_services_were_added() {
    for (name, text) in definitions() {
        let mut app = opened();
        act(&mut app, CanvasAction::Resize(Pixel { x: 1_000.0, y: 700.0 }));
        act(&mut app, CanvasAction::Beside(360.0, Pixel { x: 1_360.0, y: 700.0 }));
        act(&mut app, FileAction::Opened { name: format!("{name}.json"), text });
        if app.importing.as_ref().is_none_or(|one| one.shown.is_none()) {
            continue;
        }
        act(&mut app, ImportAction::AddServices);
        assert!(!app.hides_parts(), "{name}");
    }
}

/// What is named and does not exist stands beside what names it, upon nothing else, and is in view.
#[test]
fn what_does_not_exist_is_drawn() {
    let mut kinds = std::collections::BTreeSet::new();
    for (name, text) in definitions() {
        for size in [(1_440.0, 800.0), (390.0, 700.0)] {
            let mut app = opened();
            act(&mut app, CanvasAction::Resize(Pixel { x: size.0, y: size.1 }));
            act(&mut app, FileAction::Opened { name: format!("{name}.json"), text: text.clone() });
            let Some(importing) = &app.importing else { continue };
            let Some(shown) = &importing.shown else { continue };
            let missing = app.missing();
            let plan = session(&app).plan();
            let camera = app.camera();
            for one in &missing {
                let meets = |other: &geometry::Rect| other.meets(&one.room());
                assert!(
                    !geometry::places(plan).iter().filter_map(|place| geometry::with_name(plan, place)).any(|card| meets(&card)),
                    "{name} {size:?}: {one:?}"
                );
                assert_eq!(missing.iter().filter(|other| meets(&other.room())).count(), 1, "{name}: {one:?}");
                assert!(camera.shows(Pixel { x: size.0, y: size.1 }, &one.rect), "{name} {size:?}: {one:?} is in view");
                for way in &one.ways {
                    let told = shown.report.findings.iter().chain(&shown.report.left_out).any(|entry| entry.says == way.says);
                    assert!(told, "{name}: {}", way.says);
                    kinds.insert(format!("{} {}", matches!(one.part, Part::Queue(_)), way.from_it));
                }
            }
            let says_so = |entry: &&requeue::formats::definitions::report::Entry| {
                entry.says.contains("there is no exchange") && entry.kind == Kind::Finding("dead-letters-lost")
            };
            let named = shown.report.findings.iter().filter(says_so).count();
            assert!(missing.iter().map(|one| one.ways.len()).sum::<usize>() >= named.min(1), "{name}");
        }
    }
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        ["false false", "false true", "true false"],
        "exchanges and queues, as ends and as sources"
    );
}

/// As of a scenario that was drawn by hand: no report has to say it.
#[test]
fn an_alternate_exchange_that_is_missing_is_drawn() {
    let mut app = opened();
    let exchange = json!({ "name": "orders", "type": "topic", "at": [100, 100], "arguments": { "alternate-exchange": "unrouted" } });
    let scenario = json!({
        "requeue": 1, "title": "An alternate", "network": { "latency_ms": 1 }, "services": [], "clients": [],
        "broker": { "exchanges": [exchange], "queues": [], "bindings": [] },
    });
    act(&mut app, FileAction::Opened { name: "alternate.json".into(), text: scenario.to_string() });
    let missing = app.missing();
    let [one] = &missing[..] else { panic!("{missing:?}") };
    assert_eq!(one.part, Part::Exchange("unrouted".into()));
    let [way] = &one.ways[..] else { panic!("{one:?}") };
    assert!(way.is_alternate && !way.from_it && way.says.contains("unrouted"), "{way:?}");
}

/// It goes when it is created; and a lesson shows nothing, because it may ask for it.
#[test]
fn what_is_created_is_missing_no_more() {
    let mut app = opened();
    open(&mut app, "dangling.json");
    let before = app.missing();
    let by = before[0].ways[0].by.clone();
    let fix = app
        .findings
        .of(&by)
        .iter()
        .find_map(|one| one.fix.as_ref().filter(|fix| matches!(fix, Fix::Exchange(_) | Fix::Queue(_))))
        .expect("it can be created");
    let edits = fix.edits(session(&app).scenario()).expect("the part is there");
    act(&mut app, EditAction::Mend(edits));
    let after = app.missing();
    assert!(!after.iter().any(|one| one.part == before[0].part), "{after:?}");
}
