//! Moments of a lesson that are watched, and what is told of them.

use requeue::app::{App, EditAction, FileAction, LessonAction, Speed, TimeAction, lesson};
use requeue::base::SimTime;
use requeue::lesson::Demand;
use requeue::sim::{TimedEvent, WorldEvent};

use super::super::support::*;
use super::{frame, stop_at, until_it_stands, wait_for_seek, watched};
use requeue::app::tokens;

#[test]
fn what_is_watched_begins_a_second_before_and_ends_where_the_answer_was_seen() {
    let (mut app, question) = watched(TOPIC);
    let begins = question.at.saturating_sub(SimTime::from_secs(1));
    assert!((begins..question.at).contains(&session(&app).world().now()), "a second before");
    assert!(app.playing && app.speed() == Speed::TEACHING);
    let shown = session(&app).playhead.shown.clone().expect("the page says what happens");
    assert_eq!((shown.at, shown.until), (question.at, question.until));
    let moment = question.at;
    let says = |app: &App| session(app).playhead.shown.as_ref().map(|shown| shown.says(session(app).world().now()).to_owned());
    let (before, after) = (
        format!("At {moment}: platform-events gets a message with the key user.created."),
        format!("At {moment}: platform-events got a message with the key user.created."),
    );
    assert_eq!(says(&app), Some(before));
    stop_at(&mut app, question.at);
    assert_eq!(says(&app), Some(format!("{after} Watch until {}: this run has the answer.", question.until)));
    // A pause ends nothing.
    act(&mut app, TimeAction::Play);
    assert_eq!(until_it_stands(&mut app), question.until, "it stops where it is over");
    assert_eq!(says(&app).as_deref(), Some("Now this run has the answer."));
    act(&mut app, TimeAction::Replay);
    wait_for_seek(&mut app);
    assert!(app.playing && session(&app).world().now() < question.at, "again, from its beginning");
    assert_eq!(until_it_stands(&mut app), question.until);
    act(&mut app, TimeAction::Play);
    frame(&mut app);
    assert!(app.playing && session(&app).world().now() > question.until, "and goes on if that is wanted");
    act(&mut app, TimeAction::CloseShown);
    assert_eq!(session(&app).playhead.shown, None);
}

/// Many questions are about minutes. A learner follows what happens first, and waits no longer than patience lasts.
#[test]
fn what_is_watched_is_over_within_a_minute_in_every_lesson() {
    let frame = |app: &mut App| {
        act(app, TimeAction::FramePassed(SimTime::from_millis(50)));
        app.worked(SimTime::ZERO);
    };
    let mut seen = 0;
    for file in std::fs::read_dir("static/lessons").expect("they are there").map(|file| file.expect("a file").path()) {
        if file.extension().is_none_or(|end| end != "md") {
            continue;
        }
        let mut app = App::default();
        let text = std::fs::read_to_string(&file).expect("it can be read");
        act(&mut app, FileAction::Opened { name: "lesson.md".into(), text });
        let steps = app.classroom.as_ref().expect("a lesson").lesson.steps.len();
        for step in 0..steps {
            act(&mut app, lesson::LessonAction::ChooseStep(step));
            let task = app.classroom.as_ref().expect("a lesson").step().task.clone();
            let requeue::lesson::Task::Predict(question) = task else { continue };
            seen += 1;
            act(&mut app, lesson::LessonAction::Watch);
            wait_for_seek(&mut app);
            let shown = session(&app).playhead.shown.clone().expect("the page says what happens");
            for words in [&shown.words.before, &shown.words.after] {
                assert!(words.ends_with('.') && shown.at <= question.until, "{} step {step}: {shown:?}", file.display());
            }
            assert!(shown.words.before.contains(&shown.at.to_string()), "the moment is still to come: {shown:?}");
            let frames = (0..20 * 60).position(|_| {
                frame(&mut app);
                !app.playing
            });
            let now = session(&app).world().now();
            assert!(frames.is_some() && now == question.until, "{} step {step}: at {now}, and not at {}", file.display(), question.until);
            act(&mut app, TimeAction::StepForward);
            assert_eq!(app.speed(), Speed::NORMAL, "the learner's own speed comes back");
        }
    }
    assert!(seen > 20, "{seen} questions");
}

/// A clause that was shown: when it went wrong, when the show ends, and whether a story is told.
type ShownFailure = (SimTime, SimTime, bool);

/// The first run that fails at a step with a goal, shown to its end.
fn shown_failure(text: &str) -> Option<ShownFailure> {
    let mut app = proved(text)?;
    let clause = app.classroom.as_ref()?.work().findings.iter().position(|finding| finding.failing.is_some())?;
    shown_clause(&mut app, clause)
}

/// At the first step with a goal, which is checked.
fn proved(text: &str) -> Option<App> {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "lesson.md".into(), text: text.into() });
    let steps = &app.classroom.as_ref()?.lesson.steps;
    let fix = steps.iter().position(|step| step.task.goal().is_some())?;
    act(&mut app, lesson::LessonAction::ChooseStep(fix));
    act(&mut app, lesson::LessonAction::Prove);
    wait(&mut app);
    Some(app)
}

fn shown_clause(app: &mut App, clause: usize) -> Option<ShownFailure> {
    let at = app.classroom.as_ref()?.work().findings.get(clause)?.failing.as_ref()?.at;
    act(app, lesson::LessonAction::OpenFailure(clause));
    // The moment is looked for, so many steps a frame.
    for _ in 0..10_000 {
        if app.playing {
            break;
        }
        frame(app);
    }
    wait_for_seek(app);
    assert!(app.playing, "it is shown");
    let begun = session(app).world().now();
    for _ in 0..20_000 {
        if !app.playing {
            break;
        }
        frame(app);
    }
    let end = session(app).world().now();
    // A story is found by playing from the beginning.
    for _ in 0..1_000 {
        if session(app).playhead.story.as_ref().is_none_or(|story| story.life.is_some()) {
            break;
        }
        frame(app);
    }
    assert!(!app.playing && begun + SimTime::from_millis(1_100) >= end.min(at), "no minute of nothing before it: {begun} to {end}");
    let room = app.classroom.as_ref().expect("the lesson stays open");
    let told = session(app).playhead.story.is_some();
    let rests = |words: &[&str]| room.rests().is_some_and(|says| words.iter().any(|words| says.contains(words)));
    // It stops at the moment itself; or it says what is missing.
    assert!(end >= at || rests(&["was the last to move", "It went wrong for"]), "{end} of {at}");
    assert!(told || rests(&["No message moved", "press Play", "No message of this run"]), "a story, or why there is none");
    assert_the_story_is_of_the_goal(app, clause);
    Some((at, end, told))
}

/// Of a message with the goal's key, of the event that a verdict names, or of the first order that the goal failed for.
fn assert_the_story_is_of_the_goal(app: &App, clause: usize) {
    let room = app.classroom.as_ref().expect("a lesson");
    let (finding, goal) = (&room.work().findings[clause], room.step().task.goal().expect("a goal"));
    let story = session(app).playhead.story.as_ref();
    let lesson = &room.lesson.title;
    let life = || story.and_then(|story| story.life.as_ref());
    let entries = || life().unwrap_or_else(|| panic!("{lesson}, clause {clause}: no story")).entries.iter();
    match &goal.clauses[clause].demand {
        Demand::Reaches { exchange, routing_key, .. } if story.is_some() => {
            let is_it = |message: &requeue::broker::Message| message.routing_key == *routing_key && message.exchange == *exchange;
            let has_its_key = entries().any(|entry| entry.what.message().is_some_and(&is_it));
            assert!(has_its_key, "a story without {routing_key}: {story:?}");
        }
        // It lights the way of such a message, as the composer would.
        Demand::Reaches { exchange, routing_key, .. } => {
            let asks = session(app).playhead.shown.as_ref().and_then(|shown| shown.asks.as_ref()).expect("it asks");
            let preview = requeue::app::whatif::preview(app, session(app)).expect("a way is lit");
            assert_eq!((&asks.exchange, preview.routing_key), (exchange, &**routing_key));
        }
        Demand::Order { .. } | Demand::Attempts { .. } => {
            let event = &finding.failing.as_ref().expect("a run").event;
            let told = story.map(|story| &story.event);
            assert!(event.is_none() || event.as_ref() == told, "{told:?} in the place of {event:?}");
            assert!(told.is_none_or(|told| finding.why.as_ref().is_some_and(|why| why.contains(&**told))), "{told:?}: {:?}", finding.why);
        }
        Demand::Property(property) => {
            let failing = finding.failing.as_ref().expect("a run");
            let mut world = requeue::sim::World::new(failing.recording.scenario.clone(), failing.recording.seed);
            while world.step_along(&failing.recording.inputs, failing.at) {}
            let Some(order) = requeue::sim::judge::culprit(&world, property) else { return };
            let orders = |entry: &TimedEvent| match entry.what.message() {
                Some(message) => message.properties.correlation_id.clone(),
                None => entry.what.about().cloned(),
            };
            assert!(entries().any(|entry| orders(entry).as_ref() == Some(&order)), "a story without {order}, which {property} failed for");
        }
        Demand::Added { .. } => panic!("no run shows a count of parts"),
    }
}

#[test]
fn the_run_that_failed_is_shown_from_a_second_before_with_a_story() {
    // In the one a message falls out of a full queue at that moment; in the other nothing moves any more when it is judged.
    let length_limit = shown_failure(include_str!("../../../static/lessons/length-limit.md")).expect("it fails");
    assert_eq!((length_limit.0, length_limit.2), (SimTime::from_micros(30_550_000), true));
    let topic = shown_failure(include_str!("../../../static/lessons/topic.md")).expect("it fails");
    assert!(topic.0 == SimTime::from_secs(40) && topic.1 < SimTime::from_secs(39) && topic.2, "{topic:?}");
}

/// "every order gets its email" fails for orders whose email is missing: the story that is shown is of one of these.
#[test]
fn show_me_tells_of_an_order_that_the_goal_failed_for() {
    let mut app = in_class(include_str!("../../../static/lessons/why-events.md"));
    step_of(&mut app, "announce");
    deed(&mut app, LessonAction::Prove);
    wait(&mut app);
    // "no order fails", and "every order gets its email, even if late".
    for clause in [0, 1] {
        assert!(classroom(&app).work().findings[clause].failing.is_some(), "clause {clause}");
        deed(&mut app, LessonAction::OpenFailure(clause));
        for _ in 0..30_000 {
            if app.playing {
                break;
            }
            frame(&mut app);
        }
        while app.playing {
            frame(&mut app);
        }
        let session = session(&app);
        let life = session.playhead.story.as_ref().and_then(|story| story.life.as_ref()).expect("it tells a story");
        let is_done = |what: &WorldEvent| matches!(what, WorldEvent::Effect { what, .. } if &**what == "email sent");
        let was_done = life.entries.iter().any(|entry| is_done(&entry.what));
        assert!(!was_done, "clause {clause}: this order had its email");
        deed(&mut app, LessonAction::ToggleSandbox);
    }
}

/// At every lesson's first goal that is not met.
#[test]
fn show_me_tells_a_story_in_every_lesson() {
    let (mut told, mut shown) = (0, 0);
    for path in std::fs::read_dir("static/lessons").expect("there are lessons").map(|file| file.expect("a file").path()) {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let Some(app) = proved(&text) else { continue };
        let (findings, goal) = (&classroom(&app).work().findings, classroom(&app).step().task.goal().expect("a goal"));
        let first = findings.iter().position(|finding| finding.failing.is_some());
        // One of each sort: to show all takes minutes.
        let is_shown = |index: usize| Some(index) == first || !matches!(goal.clauses[index].demand, Demand::Property(_));
        for clause in (0..findings.len()).filter(|index| is_shown(*index)) {
            let mut app = proved(&text).expect("a lesson");
            let Some((at, end, has_story)) = shown_clause(&mut app, clause) else { continue };
            shown += 1;
            told += u32::from(has_story);
            let asks = session(&app).playhead.shown.as_ref().is_some_and(|shown| shown.asks.is_some());
            // A learner's run that has not begun has no message.
            assert!(has_story || asks || at == SimTime::ZERO, "{}: {at}, shown to {end}", path.display());
        }
    }
    assert!(shown > 30 && told > 25, "{told} stories in {shown} lessons");
}

/// The goal is about user.deleted, which no service publishes: its way is lit, and says who gets it beside those that should.
#[test]
fn show_me_lights_the_way_of_a_message_that_no_run_has() {
    let mut app = in_class(TOPIC);
    step_of(&mut app, "all-orders");
    let goal = classroom(&app).step().task.goal().expect("a goal");
    let (wrong, clause) = goal.wrong.first().cloned().expect("a wrong solution");
    let scenario = wrong.edits.last().expect("an edit").clone();
    let binding = scenario.broker.bindings[0].clone();
    let element = requeue::scenario::edit::Element::Binding(binding);
    act(&mut app, EditAction::Apply(requeue::scenario::edit::Edit::Put { index: 0, element: Box::new(element) }));
    deed(&mut app, LessonAction::Prove);
    wait(&mut app);
    let room = app.classroom.as_ref().expect("a lesson");
    let finding = room.work().findings[clause].clone();
    assert_eq!(room.told(&finding).as_deref(), Some("notification-service also gets user.deleted."));
    shown_clause(&mut app, clause).expect("it fails");
    let preview = requeue::app::whatif::preview(&app, session(&app)).expect("a way is lit");
    assert!(preview.queues.iter().any(|queue| &**queue == "order-notifications"), "{:?}", preview.queues);
    deed(&mut app, LessonAction::ToggleSandbox);
    assert!(requeue::app::whatif::preview(&app, session(&app)).is_none(), "with the run its light goes out");
}

/// While nothing moves, a show does not wait as a message does: time hurries, the canvas tells how much of it passes and where, and what
/// happens is the same.
#[test]
fn a_show_hurries_where_nothing_moves_and_says_what_waits() {
    let (mut app, question) = watched(include_str!("../../../static/lessons/head-of-line.md"));
    let moment = session(&app).playhead.shown.as_ref().expect("the page says what happens").at;
    stop_at(&mut app, moment);
    act(&mut app, TimeAction::GoOn);
    let (mut told, mut idle, mut longest, mut frames) = (Vec::new(), 0, 0, 0);
    while app.playing && frames < 20_000 {
        let plan = session(&app).plan();
        let moves = tokens::shortest_hop(plan).is_some();
        let waits = tokens::picture(plan, false).counts.into_iter().find(|count| count.text.contains(" pass"));
        assert!(!moves || waits.is_none(), "something moves, and yet {waits:?}");
        told.extend(waits.map(|count| count.text));
        idle = if moves { 0 } else { idle + 16 };
        longest = longest.max(idle);
        frame(&mut app);
        frames += 1;
    }
    let end = session(&app).world().now();
    assert_eq!(end, question.until);
    assert!(longest < 4_500, "nothing moved for {longest} ms");
    assert!(told.iter().any(|words| words.contains(" in ")), "{told:?}");
    let seen = session(&app).world().trace_hash();
    act(&mut app, TimeAction::Seek(SimTime::ZERO));
    wait(&mut app);
    act(&mut app, TimeAction::Seek(end));
    wait(&mut app);
    assert_eq!(session(&app).world().trace_hash(), seen);
    let has_ended = tokens::picture(session(&app).plan(), false).counts.iter().all(|count| !count.text.contains(" pass"));
    assert!(has_ended, "the show is over");
}
