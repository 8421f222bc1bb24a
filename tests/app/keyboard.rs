//! One model of the keyboard on the canvas: what has it is what keys are about. Every key is told.

use requeue::app::keys::{Focus, NodeKey, Pressed, on_stop, shortcut};
use requeue::app::{
    App, CourseAction, EditAction, Effect, FileAction, LessonAction, Node, PageAction, Reading, SelectAction, Stop, commands, geometry,
};

use requeue::scenario::Point;
use requeue::scenario::edit::PartKind;

use super::support::*;

fn press(app: &mut App, node: &Node, pressed: Pressed<'_>) {
    let Some(NodeKey::Do(action)) = on_stop(session(app), &Stop::Node(node.clone()), pressed) else { panic!("{pressed:?}") };
    act(app, action);
}

/// Whatever part has the keyboard, Delete deletes it and Shift and an arrow move it, as they do where it is selected.
#[test]
fn what_has_the_keyboard_is_deleted_and_moved() {
    let places = geometry::places(session(&opened()).plan());
    assert!(places.len() > 8);
    for node in places {
        for pressed in [
            Pressed { key: "Delete", ..Pressed::default() },
            Pressed { key: "ArrowRight", shift: true, ..Pressed::default() },
            Pressed { key: "ArrowUp", alt: true, ..Pressed::default() },
        ] {
            let (mut by_focus, mut by_selection) = (opened(), opened());
            act(&mut by_selection, SelectAction::Node(Some(node.clone())));
            let before = (session(&by_focus).scenario().clone(), session(&by_focus).document.layout.clone());
            press(&mut by_focus, &node, pressed);
            press(&mut by_selection, &node, pressed);
            let after = |app: &App| (session(app).scenario().clone(), session(app).document.layout.clone());
            assert_eq!(after(&by_focus), after(&by_selection), "{node:?} {pressed:?}");
            assert_ne!(after(&by_focus), before, "{node:?} {pressed:?}: it does something");
            assert_eq!(notice(&by_focus), notice(&by_selection), "{node:?} {pressed:?}: the same is told");
            act(&mut by_focus, EditAction::Undo);
            assert_eq!(after(&by_focus), before, "{node:?} {pressed:?}");
        }
    }
    // What else is selected stays, unless the part with the keyboard is one of it.
    let mut app = opened();
    let [one, other, third] = ["inventory-queue", "analytics-queue", "notification-queue"].map(node);
    act(&mut app, SelectAction::Node(Some(one.clone())));
    act(&mut app, SelectAction::Toggle(other.clone()));
    let delete = Pressed { key: "Delete", ..Pressed::default() };
    press(&mut app, &third, delete);
    let has = |app: &App, name: &str| session(app).scenario().broker.queues.iter().any(|queue| &*queue.name == name);
    assert_eq!(["inventory-queue", "analytics-queue", "notification-queue"].map(|name| has(&app, name)), [true, true, false]);
    assert!(session(&app).selection.has(&one) && session(&app).selection.has(&other));
    press(&mut app, &one, delete);
    assert_eq!(["inventory-queue", "analytics-queue"].map(|name| has(&app, name)), [false, false]);
}

/// A key that does something stands in the help, once. A second name of a key needs no line.
#[test]
fn every_key_is_told() {
    let mut app = opened();
    let told = |app: &App| commands::keys(app).into_iter().map(|(keys, _)| keys).collect::<Vec<_>>();
    act(&mut app, SelectAction::Node(Some(node("analytics-queue"))));
    let list = told(&app);
    for keys in &list {
        assert_eq!(list.iter().filter(|other| other == &keys).count(), 1, "{keys} is told once");
    }
    let is_told = |key: &str| list.iter().any(|keys| *keys == key || keys.split([' ', ',']).any(|one| one == key));
    let mut works = 0;
    for letter in ' '..='~' {
        let key = String::from(letter);
        let of_page = shortcut(Pressed { key: &key, ..Pressed::default() }, Focus::Canvas).is_some();
        let with_ctrl = shortcut(Pressed { key: &key, command: true, ..Pressed::default() }, Focus::Canvas).is_some();
        let name = match letter {
            ' ' => "Space".to_owned(),
            '!' => "Shift+1".to_owned(),
            '-' => "−".to_owned(),
            // The key of + without Shift.
            '=' => continue,
            'A'..='Z' => format!("Shift+{letter}"),
            _ => letter.to_ascii_uppercase().to_string(),
        };
        if of_page {
            works += 1;
            assert!(is_told(&name), "{name}: {list:?}");
        }
        // Ctrl with a capital letter comes with Shift, which is told; Ctrl+Y is Ctrl+Shift+Z elsewhere.
        if with_ctrl && !letter.is_ascii_uppercase() && letter != 'y' {
            works += 1;
            assert!(is_told(&format!("Ctrl+{name}")), "Ctrl+{name}: {list:?}");
        }
    }
    assert!(works > 20, "{works}");
    for (key, name) in [("Delete", "Del"), ("F2", "F2"), ("Escape", "Esc")] {
        assert!(shortcut(Pressed { key, ..Pressed::default() }, Focus::Canvas).is_some() && is_told(name), "{key}");
    }
}

/// Enter takes the first that is found: the part that begins with what was typed, and no other part of its kind.
#[test]
fn a_part_is_found_before_the_adding_of_another() {
    let mut app = opened();
    act(&mut app, EditAction::AddPart(PartKind::Exchange(requeue::broker::ExchangeType::Direct)));
    let first = |app: &mut App, typed: &str| {
        act(app, PageAction::TypeQuery(typed.into()));
        commands::found(app).first().map(commands::Command::name)
    };
    assert_eq!(first(&mut app, "exc").as_deref(), Some("Go to exchange-1"));
    assert_eq!(first(&mut app, "Plat").as_deref(), Some("Go to platform-events"));
    // What begins so by itself is meant before.
    assert_eq!(first(&mut app, "und").as_deref(), Some("Undo"));
    assert!(first(&mut app, "add").is_some_and(|name| name.starts_with("Add")));
}

/// Verbs that a learner types, and what does it.
#[test]
fn the_verbs_of_a_learner_find_what_does_it() {
    let lesson = in_class(include_str!("../../static/lessons/why-events.md"));
    let mut app = opened();
    let course: &str = include_str!("../../static/lessons/index.json");
    act(&mut app, CourseAction::Fetched(course.into()));
    let cases: [(&str, &str); 40] = [
        ("kill", "Kill: notification-service"),
        ("crash", "Kill: notification-service"),
        ("kill notif", "Kill: notification-service"),
        ("stop", "Stop: notification-service: finish what it has begun"),
        ("hang", "Hang: notification-service: do nothing, keep what it holds"),
        ("freeze", "Hang: notification-service: do nothing, keep what it holds"),
        ("slow", "Slow down 5×: notification-service"),
        ("partition", "Cut off from the broker: notification-service"),
        ("disconnect", "Cut off from the broker: notification-service"),
        ("restart", "Restart the broker"),
        ("restart rabbitmq", "Restart the broker"),
        ("purge", "Purge: notification-queue: drop ready messages"),
        ("empty", "Purge: notification-queue: drop ready messages"),
        ("get", "Get one message, put it back: notification-queue"),
        ("redrive", "Redrive: notification-queue.dead: send all back to where it was published"),
        ("publish", "Open Publish"),
        ("send", "Open Publish"),
        ("rewind", "Restart from time zero"),
        ("rewind", "One event back"),
        ("back", "One event back"),
        ("back", "Undo"),
        ("revert", "Undo"),
        ("lesson", "Course: all lessons"),
        ("learn", "Course: all lessons"),
        ("share", "Share…"),
        ("link", "Share…"),
        ("save", "Save the scenario"),
        ("export", "Save the scenario"),
        ("download", "Picture of the canvas (PNG)"),
        ("load", "Scenarios"),
        ("new", "New scenario: an empty canvas"),
        ("create", "Add: Classic queue"),
        ("fit", "Show everything"),
        ("zoom", "Zoom in"),
        ("dark", "Dark colours"),
        ("help", "Keyboard shortcuts"),
        ("log", "Open the events"),
        ("graph", "Open the charts"),
        ("run", "Play"),
        ("faster", "Speed: 2×"),
    ];
    let finds = |app: &mut App, typed: &str, name: &str| {
        act(app, PageAction::TypeQuery(typed.into()));
        let found: Vec<String> = commands::found(app).iter().map(commands::Command::name).collect();
        assert!(found.iter().any(|one| one == name), "{typed} finds no {name}: {found:?}");
    };
    for (typed, name) in cases {
        finds(&mut app, typed, name);
    }
    // What is meant comes first: Enter does it.
    for (typed, name) in [("kill", "Kill: "), ("stop", "Stop: "), ("purge", "Purge: "), ("save", "Save"), ("share", "Share")] {
        act(&mut app, PageAction::TypeQuery(typed.into()));
        let first = commands::found(&app).first().map(commands::Command::name).unwrap_or_default();
        assert!(first.starts_with(name), "{typed}: {first}");
    }
    // On what is selected, without its name.
    act(&mut app, SelectAction::Node(Some(node("notification-queue"))));
    for (typed, name) in [("remove", "Delete"), ("bind", "Connect to…"), ("purge", "Purge: drop ready messages")] {
        finds(&mut app, typed, name);
    }
    // At each step of a lesson.
    let mut app = lesson;
    let steps: Vec<_> = classroom(&app).lesson.steps.iter().map(|step| (step.id.clone(), step.task.name())).collect();
    for (step, task) in steps {
        step_of(&mut app, &step);
        let name = match task {
            "predict" => "Check my answer",
            "explain" => "Compare my answer with a model answer",
            "look" => continue,
            _ => "Check my run",
        };
        finds(&mut app, "check", name);
        finds(&mut app, "verify", name);
        if !classroom(&app).step().hints.is_empty() {
            finds(&mut app, "hint", "Show a hint");
        }
    }
}

/// A lesson and the scenario of its system have the same title. What is typed of it finds both; Enter opens the lesson.
#[test]
fn the_words_of_a_lesson_find_the_lesson_first() {
    let mut app = opened();
    let course: &str = include_str!("../../static/lessons/index.json");
    act(&mut app, CourseAction::Fetched(course.into()));
    act(&mut app, FileAction::GalleryFetched(include_str!("../../static/gallery.json").into()));
    let lessons = app.course.as_ref().expect("it is read").lessons.clone();
    let titles: Vec<String> = app.gallery.iter().flatten().map(|one| one.entry.title.clone()).collect();
    assert!(lessons.iter().any(|lesson| titles.contains(&lesson.title)), "some have one title");
    for lesson in lessons {
        act(&mut app, PageAction::TypeQuery(lesson.title.clone()));
        let first = commands::found(&app).first().map(|command| command.action.clone());
        assert_eq!(first, Some(CourseAction::Open(lesson.file.clone()).into()), "{}", lesson.title);
    }
    act(&mut app, PageAction::TypeQuery("Fails because".into()));
    let first = commands::found(&app).first().map(|command| command.action.clone());
    assert_eq!(first, Some(CourseAction::Open("why-events.md".into()).into()));
}

/// What a comparison shows is read from its heading; an empty answer is compared with nothing.
#[test]
fn a_model_answer_is_read_from_its_heading() {
    let mut app = in_class(include_str!("../../static/lessons/why-events.md"));
    let explain = classroom(&app).lesson.steps.iter().find(|step| step.task.name() == "explain").expect("it explains").id.clone();
    step_of(&mut app, &explain);
    let reads = |effects: &[Effect]| effects.contains(&Effect::Read(Reading::Model));
    assert!(!reads(&deed(&mut app, LessonAction::CompareText)));
    deed(&mut app, LessonAction::TypeText("The order is saved first.".into()));
    assert!(reads(&deed(&mut app, LessonAction::CompareText)));
}

/// Where the arrows lead from a part or a line.
fn arrows(app: &App, stop: &Stop) -> Vec<Stop> {
    let lead = |key: &&str| match on_stop(session(app), stop, Pressed { key, ..Pressed::default() }) {
        Some(NodeKey::GoTo(stop)) => Some(stop),
        _ => None,
    };
    ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].iter().filter_map(lead).collect()
}

/// In every system of the gallery, as it is drawn, as it is arranged, and where all parts stand at one place.
#[test]
fn arrows_lead_from_each_part_and_line_to_each_other() {
    for (name, text) in gallery() {
        for how in ["drawn", "arranged", "at one place"] {
            let mut app = App::default();
            act(&mut app, FileAction::Opened { name: name.clone(), text: text.clone() });
            let places = geometry::places(session(&app).plan());
            if how == "arranged" {
                act(&mut app, EditAction::Arrange);
            } else if how == "at one place" {
                for place in places {
                    act(&mut app, EditAction::DragTo(place, Point::default()));
                    act(&mut app, EditAction::Drop);
                }
            }
            let stops: Vec<Stop> = session(&app).stops().into_iter().map(|(stop, ..)| stop).collect();
            assert!(stops.len() > 2, "{name}");
            let lead: Vec<Vec<usize>> = stops
                .iter()
                .map(|stop| arrows(&app, stop).iter().filter_map(|to| stops.iter().position(|stop| stop == to)).collect())
                .collect();
            for from in 0..stops.len() {
                let mut reached = vec![from];
                let mut next = 0;
                while let Some(here) = reached.get(next) {
                    let new: Vec<usize> = lead[*here].iter().copied().filter(|to| !reached.contains(to)).collect();
                    for to in new {
                        if !reached.contains(&to) {
                            reached.push(to);
                        }
                    }
                    next += 1;
                }
                let left: Vec<&Stop> = (0..stops.len()).filter(|stop| !reached.contains(stop)).map(|stop| &stops[stop]).collect();
                assert!(left.is_empty(), "{name} {how}: from {:?} no arrows lead to {left:?}", stops[from]);
            }
        }
    }
}

/// In every system of the gallery, from each part that is deleted.
#[test]
fn what_is_deleted_leaves_the_keyboard_at_the_nearest_part_that_remains() {
    let (mut first, mut all) = (0, 0);
    for (name, text) in gallery() {
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: name.clone(), text });
        let stops = session(&app).stops();
        for (stop, at, _) in &stops {
            let before = session(&app).scenario().clone();
            assert_eq!(session(&app).left_of(&before, stop, *at).as_ref(), Some(stop), "{name}: it is there");
            act(&mut app, EditAction::DeleteAt(stop.clone()));
            let to = session(&app).left_of(&before, stop, *at).expect("more is there");
            let (there, parts) = (session(&app).place_of(&to).expect("it is drawn"), geometry::drawn(session(&app).plan()));
            let away = |to: Point| libm::hypot(to.x - at.x, to.y - at.y);
            let least = parts.map(|(_, rect)| away(rect.centre())).fold(f64::INFINITY, f64::min);
            // An arrow's way is longer than the crow's, and no more than that. Another key between the same two parts is the same line.
            assert!(away(there) <= least * 2.5 || matches!(to, Stop::Line(_)), "{name}: from {stop:?} to {to:?}");
            first += usize::from(to == session(&app).stops()[0].0);
            act(&mut app, EditAction::Undo);
        }
        all += stops.len();
    }
    assert!(first < all / 3, "{first} of {all} lead to the first part");
}

/// While a line is drawn, arrows offer its ends: first the nearest one, and then all others.
#[test]
fn arrows_offer_the_nearest_end_first() {
    for (name, text) in gallery() {
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: name.clone(), text });
        let places = geometry::places(session(&app).plan());
        for begins in &places {
            act(&mut app, EditAction::BeginLine(begins.clone()));
            let ends: Vec<&Node> = places.iter().filter(|place| *place != begins && session(&app).may_connect(place)).collect();
            let away = |node: &Node| {
                let [from, to] = [begins, node].map(|node| geometry::rect(session(&app).plan(), node).expect("it is drawn").centre());
                let (dx, dy) = (from.x - to.x, from.y - to.y);
                dx * dx + dy * dy
            };
            let (mut here, mut offered) = (begins.clone(), Vec::new());
            for _ in &ends {
                let [Stop::Node(next), ..] = &arrows(&app, &Stop::Node(here))[1..] else { panic!("{name}: an end") };
                offered.push(away(next));
                assert!(ends.contains(&next), "{name}");
                here = next.clone();
            }
            assert!(offered.is_sorted(), "{name} {begins:?}: {offered:?}");
        }
    }
}
