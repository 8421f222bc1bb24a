//! Motion that teaches: hops that take their time, what lands and is counted then, what is said meanwhile.

use requeue::app::camera::Pixel;
use requeue::app::landing::Landing;
use requeue::app::moves::Move;
use requeue::app::tokens::{self, picture};
use requeue::app::{
    App, CanvasAction, EditAction, FileAction, LessonAction, Node, OperateAction, PublishAction, Room, Speed, Stop, TimeAction,
    WorkspaceAction, geometry, lesson,
};
use requeue::base::SimTime;
use requeue::broker::view::QueueView;
use requeue::lesson::Demand;
use requeue::sim::{Place, TimedEvent, WorldEvent};

use super::support::*;

const FRAME: SimTime = SimTime::from_millis(16);

fn frame(app: &mut App) {
    act(app, TimeAction::FramePassed(FRAME));
}

/// The course's system on a network of five milliseconds.
fn quick() -> App {
    let text = COURSE_CHAPTER.replace("\"latency_ms\": 450", "\"latency_ms\": 5");
    assert_ne!(text, COURSE_CHAPTER);
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "quick.json".into(), text });
    app
}

/// Every hop that is seen with its speed, by what it carries and when it departs: how long it was seen, in frames.
fn hops_of(speed: Speed, frames: u32) -> Vec<u32> {
    let mut app = quick();
    play(&mut app, 3);
    act(&mut app, TimeAction::SetSpeed(speed));
    act(&mut app, TimeAction::Play);
    let mut seen: Vec<((SimTime, SimTime), u32)> = Vec::new();
    for _ in 0..frames {
        frame(&mut app);
        let world = session(&app).world();
        let flights = world.flights().map(|flight| (flight.departs, flight.arrives)).filter(|(departs, _)| *departs <= world.now());
        for flight in flights {
            match seen.iter_mut().find(|(known, _)| *known == flight) {
                Some((_, count)) => *count += 1,
                None => seen.push((flight, 1)),
            }
        }
    }
    let end = session(&app).world().now();
    seen.retain(|((departs, arrives), _)| *departs > SimTime::from_secs(3) && *arrives < end);
    seen.into_iter().map(|(_, count)| count).collect()
}

#[test]
fn a_hop_takes_as_long_as_its_speed_says_though_a_flight_lasts_milliseconds() {
    // speed, and the real milliseconds of the shortest hop
    for (speed, millis) in [(Speed::SLOW, 1_800), (Speed::TEACHING, 900), (Speed::BRISK, 400)] {
        let hops = hops_of(speed, 1_500);
        let least = hops.iter().min().expect("something flew") * 16;
        assert!(hops.len() > 3 && least + 32 >= millis, "{speed:?}: {hops:?}");
    }
    let usual = hops_of(Speed::NORMAL, 500);
    assert!(usual.iter().all(|frames| frames * 16 < 100), "at real time a flight of 5 ms takes 5 ms: {usual:?}");
}

#[test]
fn the_speed_changes_no_event() {
    let (mut usual, mut followed) = (opened(), opened());
    act(&mut followed, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut followed, TimeAction::Play);
    while session(&followed).world().now() < SimTime::from_secs(2) {
        frame(&mut followed);
    }
    let end = session(&followed).world().now();
    act(&mut usual, TimeAction::Seek(end));
    wait(&mut usual);
    assert_eq!(session(&usual).world().trace_hash(), session(&followed).world().trace_hash());
}

#[test]
fn pausing_and_seeking_give_the_same_picture() {
    let mut app = opened();
    act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut app, TimeAction::Play);
    let mut tokens = 0;
    for _ in 0..1_000 {
        frame(&mut app);
        tokens = picture(session(&app).plan(), false).tokens.len();
        if session(&app).world().now() > SimTime::from_secs(1) && tokens > 1 {
            break;
        }
    }
    assert!(tokens > 1, "something is seen");
    act(&mut app, TimeAction::Pause);
    let (at, seen) = (session(&app).world().now(), picture(session(&app).plan(), false));
    act(&mut app, TimeAction::Seek(SimTime::ZERO));
    wait(&mut app);
    act(&mut app, TimeAction::Seek(at));
    wait(&mut app);
    assert_eq!(picture(session(&app).plan(), false), seen);
}

#[test]
fn what_a_crash_returns_is_fanned_out_labelled_and_counted_when_it_lands() {
    let mut app = opened();
    let client = session(&app).scenario().clients[0].name.clone();
    act(&mut app, OperateAction::Request(client, 50));
    let id = notification_service(&app);
    let held = |app: &App| session(app).world().instance(id).expect("it is up").deliveries().count();
    for _ in 0..20 {
        if held(&app) < 5 {
            play(&mut app, 1);
        }
    }
    let held = held(&app);
    assert!(held >= 5, "it holds {held}");
    act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut app, OperateAction::Kill(id));
    act(&mut app, TimeAction::Play);
    let landing = |app: &App| {
        let queue = session(app).world().broker().queue("notification-queue").expect("it is there");
        queue.ready() - Landing::of(app, session(app)).ready(queue)
    };
    for _ in 0..2_000 {
        if landing(&app) >= held as u64 {
            break;
        }
        frame(&mut app);
    }
    assert!(landing(&app) >= held as u64, "all of them fly at once");
    for _ in 0..25 {
        frame(&mut app);
    }
    let seen = picture(session(&app).plan(), false);
    let mut heights: Vec<f64> =
        seen.tokens.iter().filter(|token| token.shape == tokens::Shape::Redelivered).map(|token| token.at.y).collect();
    heights.sort_by(f64::total_cmp);
    assert!(heights.len() >= held && heights.windows(2).all(|pair| pair[1] - pair[0] > 4.0), "each has an arc of its own: {heights:?}");
    let label = format!("{held} unacked, back as redelivered");
    assert!(seen.counts.iter().any(|count| count.text == label), "{:?}", seen.counts);
    let still = picture(session(&app).plan(), true);
    assert!(still.counts.iter().any(|count| count.text == label), "with reduced motion the label stays");
    for _ in 0..3_000 {
        if landing(&app) == 0 {
            return;
        }
        frame(&mut app);
    }
    panic!("they never land");
}

/// The first question of a lesson is watched: its moment, its end, and what is said of it.
fn watched(text: &str) -> (App, requeue::lesson::Question) {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "a.md".into(), text: text.into() });
    let steps = app.classroom.as_ref().expect("a lesson").lesson.steps.clone();
    let asks = steps.iter().enumerate().find_map(|(index, step)| match &step.task {
        requeue::lesson::Task::Predict(question) => Some((index, question.clone())),
        _ => None,
    });
    let (step, question) = asks.expect("it asks something");
    act(&mut app, lesson::LessonAction::ChooseStep(step));
    act(&mut app, lesson::LessonAction::Watch);
    wait_for_seek(&mut app);
    (app, question)
}

fn until_it_stands(app: &mut App) -> SimTime {
    for _ in 0..200_000 {
        if !app.playing {
            return session(app).world().now();
        }
        frame(app);
    }
    panic!("it never stands");
}

#[test]
fn what_is_watched_begins_a_second_before_stands_at_its_moment_and_goes_on_when_that_is_wanted() {
    let (mut app, question) = watched(TOPIC);
    let begins = question.at.saturating_sub(SimTime::from_secs(1));
    assert!((begins..question.at).contains(&session(&app).world().now()), "a second before");
    assert!(app.playing && app.speed() == Speed::TEACHING);
    let shown = session(&app).playhead.shown.clone().expect("the page says what happens");
    assert_eq!((shown.at, shown.until), (question.at, question.until));
    assert_eq!(shown.words, "platform-events gets a message with the key user.created.");
    assert_eq!(until_it_stands(&mut app), question.at, "at the moment itself");
    act(&mut app, TimeAction::Replay);
    wait_for_seek(&mut app);
    assert!(app.playing && session(&app).world().now() < question.at, "again");
    // A pause ends nothing.
    act(&mut app, TimeAction::Pause);
    act(&mut app, TimeAction::Play);
    assert_eq!(until_it_stands(&mut app), question.at);
    act(&mut app, TimeAction::GoOn);
    assert_eq!(until_it_stands(&mut app), question.until, "it stops where it is over");
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
            assert!(shown.words.ends_with('.') && shown.at <= question.until, "{} step {step}: {shown:?}", file.display());
            for ends in [shown.at, question.until] {
                let frames = (0..20 * 60).position(|_| {
                    frame(&mut app);
                    !app.playing
                });
                let now = session(&app).world().now();
                assert!(frames.is_some() && now == ends, "{} step {step}: at {now}, and not at {ends}", file.display());
                act(&mut app, TimeAction::GoOn);
            }
            act(&mut app, TimeAction::Pause);
            act(&mut app, TimeAction::StepForward);
            assert_eq!(app.speed(), Speed::NORMAL, "the learner's own speed comes back");
        }
    }
    assert!(seen > 20, "{seen} questions");
}

fn wait_for_seek(app: &mut App) {
    for _ in 0..1_000 {
        if app.working().is_none() {
            return;
        }
        frame(app);
    }
    panic!("it never arrives");
}

/// How far a second of frames brings the world.
fn second(app: &mut App) -> SimTime {
    let before = session(app).world().now();
    for _ in 0..20 {
        act(app, TimeAction::FramePassed(SimTime::from_millis(50)));
    }
    session(app).world().now().saturating_sub(before)
}

#[test]
fn time_slows_by_itself_when_a_service_dies_and_its_moment_is_shown_again() {
    let mut app = opened();
    let id = notification_service(&app);
    play(&mut app, 5);
    act(&mut app, TimeAction::Play);
    assert_eq!(second(&mut app), SimTime::from_secs(1));
    let died = session(&app).world().now();
    act(&mut app, OperateAction::Kill(id));
    let told = |app: &App| session(app).playhead.slowing.told().cloned();
    assert_eq!(second(&mut app), SimTime::from_micros(250_000 + 37_500), "the frame of the crash itself is a usual one");
    assert_eq!(told(&app).expect("the page tells").at, died);
    assert_eq!(app.real_speed(), Speed::Factor(250), "the bar shows the speed of time as it is");
    // The learner need not wait.
    act(&mut app, TimeAction::DeclineSlowing);
    assert_eq!((second(&mut app), app.real_speed()), (SimTime::from_secs(1), Speed::NORMAL));
    // Once a minute at most.
    act(&mut app, OperateAction::Start(id));
    assert_eq!(second(&mut app), SimTime::from_secs(1));
    act(&mut app, OperateAction::Kill(id));
    assert_eq!(second(&mut app), SimTime::from_secs(1));
    assert_eq!(told(&app).expect("it still tells of the first").at, died);
    // Again, so that each hop can be followed, from a second before to where all has landed.
    act(&mut app, TimeAction::Replay);
    wait_for_seek(&mut app);
    assert_eq!(app.speed(), Speed::TEACHING);
    assert!(session(&app).world().now() < died, "it begins before");
    for _ in 0..10_000 {
        if !app.playing {
            break;
        }
        frame(&mut app);
    }
    assert!(!app.playing && session(&app).world().now() >= told(&app).map_or(died, |moment| moment.lands), "and ends where it landed");
    assert_eq!(app.speed(), Speed::NORMAL, "the learner's own speed comes back");
    // The notice goes by itself.
    act(&mut app, TimeAction::Play);
    for _ in 0..12 {
        second(&mut app);
    }
    assert_eq!(told(&app), None);
}

/// Nothing flies because of it, and nothing is handed back: there is nothing to follow.
#[test]
fn no_time_slows_for_the_death_of_an_idle_service() {
    let mut app = opened();
    let id = notification_service(&app);
    let told = |app: &App| session(app).playhead.slowing.told().cloned();
    // Nothing has been published yet.
    act(&mut app, TimeAction::Play);
    for _ in 0..2 {
        frame(&mut app);
    }
    assert!(session(&app).world().instance(id).is_some_and(|state| state.runs.is_empty()), "it is idle");
    act(&mut app, OperateAction::Kill(id));
    frame(&mut app);
    assert_eq!((told(&app), app.real_speed()), (None, Speed::NORMAL));
    act(&mut app, OperateAction::Start(id));
    // At work, or with messages that it has not begun, it is told.
    let mut deaths = [0, 0];
    for millis in (5_000..9_000).step_by(130) {
        let mut app = opened();
        act(&mut app, TimeAction::Seek(SimTime::from_millis(millis)));
        wait_for_seek(&mut app);
        act(&mut app, TimeAction::Play);
        let holds = session(&app).world().broker().queue("notification-queue").expect("it is there").unacked();
        act(&mut app, OperateAction::Kill(id));
        for _ in 0..3 {
            frame(&mut app);
        }
        let is_told = told(&app).is_some_and(|moment| moment.words == "A service died. RabbitMQ takes back what it had not acknowledged.");
        assert_eq!(is_told, holds > 0, "{millis}: {holds}");
        deaths[usize::from(holds > 0)] += 1;
    }
    assert!(deaths.iter().all(|deaths| *deaths > 2), "{deaths:?}");
}

/// A message that went another way holds nothing more important back: the page would tell of the wrong thing.
#[test]
fn a_death_is_told_although_a_dead_letter_slowed_time_a_moment_ago() {
    let mut app = opened();
    let id = notification_service(&app);
    let told = |app: &App| session(app).playhead.slowing.told().cloned();
    act(&mut app, TimeAction::Play);
    for _ in 0..120 {
        if told(&app).is_some() {
            break;
        }
        second(&mut app);
    }
    let first = told(&app).expect("the first dead letter");
    assert_ne!(first.words, "A service died. RabbitMQ takes back what it had not acknowledged.");
    act(&mut app, TimeAction::DeclineSlowing);
    let died = session(&app).world().now();
    act(&mut app, OperateAction::Kill(id));
    assert!(second(&mut app) < SimTime::from_millis(500));
    let moment = told(&app).expect("the page tells");
    assert_eq!((moment.at, moment.words), (died, "A service died. RabbitMQ takes back what it had not acknowledged."));
}

#[test]
fn no_speed_slows_by_itself_but_those_that_the_eye_follows() {
    for (speed, slows) in [(Speed::Factor(500), false), (Speed::NORMAL, true), (Speed::Factor(5_000), true), (Speed::Factor(20_000), false)]
    {
        let mut app = opened();
        let id = notification_service(&app);
        play(&mut app, 5);
        act(&mut app, TimeAction::SetSpeed(speed));
        act(&mut app, TimeAction::Play);
        act(&mut app, OperateAction::Kill(id));
        let passed = second(&mut app);
        assert_eq!(passed < SimTime::from_millis(u64::from(speed.factor())), slows, "{speed:?}: {passed}");
    }
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
    let length_limit = shown_failure(include_str!("../../static/lessons/length-limit.md")).expect("it fails");
    assert_eq!((length_limit.0, length_limit.2), (SimTime::from_micros(30_550_000), true));
    let topic = shown_failure(include_str!("../../static/lessons/topic.md")).expect("it fails");
    assert!(topic.0 == SimTime::from_secs(40) && topic.1 < SimTime::from_secs(39) && topic.2, "{topic:?}");
}

/// "every order gets its email" fails for orders whose email is missing: the story that is shown is of one of these.
#[test]
fn show_me_tells_of_an_order_that_the_goal_failed_for() {
    let mut app = in_class(include_str!("../../static/lessons/why-events.md"));
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

/// An exchange tells how many copies leave it, although an idle consumer has some of them at once.
#[test]
fn the_caption_counts_every_copy() {
    let mut app = opened();
    act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut app, TimeAction::Play);
    let mut told = 0;
    for _ in 0..6_000 {
        frame(&mut app);
        let labels = picture(session(&app).plan(), false).counts;
        for label in labels.iter().filter(|count| count.is_label && count.text.starts_with("to ")) {
            let key = label.text.as_str();
            assert!(["to 3 queues: a copy each", "to 2 queues: a copy each"].contains(&key), "{key}");
            told += u32::from(key.starts_with("to 3"));
        }
    }
    assert!(told > 10, "{told} times");
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

/// One source for all numbers of a queue: what has not landed for the eye counts nowhere, and what is drawn is what is counted.
#[test]
fn what_has_not_landed_counts_nowhere() {
    let mut app = opened();
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    let (mut flew, mut stacked) = (0, 0);
    act(&mut app, TimeAction::Play);
    for _ in 0..1_000 {
        frame(&mut app);
        let session = session(&app);
        let (landing, seen) = (Landing::of(&app, session), picture(session.plan(), false));
        let queue = session.world().broker().queue("notification-queue").expect("it is there");
        let ready = landing.ready(queue);
        assert_eq!(landing.messages(queue).count() as u64, ready);
        assert_eq!(landing.total(queue), ready + landing.unacked(queue));
        // What is said before a delete or a purge speaks of the same moment, and names what still flies.
        let (all, waiting) = (app.price_of(session, "notification-queue"), app.price_of_ready(session, "notification-queue"));
        assert_eq!((all.landed, all.landed + all.in_flight), (landing.total(queue), queue.total()));
        assert_eq!((waiting.landed, waiting.landed + waiting.in_flight), (ready, queue.ready()));
        let rect = requeue::app::geometry::rect(session.plan(), &node("notification-queue")).expect("it is drawn");
        let inside = |at: &requeue::scenario::Point| (rect.left..rect.right()).contains(&at.x) && (rect.top..rect.bottom()).contains(&at.y);
        let dots = seen.tokens.iter().filter(|token| inside(&token.at) && (token.radius - 6.0).abs() < 0.1).count() as u64;
        let more: u64 = seen
            .counts
            .iter()
            .filter(|count| inside(&count.at))
            .filter_map(|count| count.text.strip_prefix('+')?.parse::<u64>().ok())
            .sum();
        assert_eq!(dots + more, ready, "at {}", session.world().now());
        flew += u32::from(ready < queue.ready());
        stacked += u32::from(more > 0);
    }
    assert!(flew > 5 && stacked > 5, "{flew} times something flew, {stacked} times there were too many to draw");
    // Who wants little motion sees all at once.
    app.still = true;
    let session = session(&app);
    let queue = session.world().broker().queue("notification-queue").expect("it is there");
    assert_eq!(Landing::of(&app, session).ready(queue), queue.ready());
}

/// Ten messages that come back, live and shown again, wherever the playhead is put.
#[test]
fn what_comes_back_is_sixteen_pixels_apart_at_every_moment() {
    for (instances, phone) in [(1, false), (2, false), (1, true)] {
        let text = COURSE_CHAPTER
            .replace("\"name\": \"notification-service\",", &format!("\"name\": \"notification-service\", \"instances\": {instances},"));
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: "a.json".into(), text });
        if phone {
            act(&mut app, WorkspaceAction::Fit(Room::Narrow));
            act(&mut app, CanvasAction::Resize(Pixel { x: 390.0, y: 380.0 }));
        }
        let client = session(&app).scenario().clients[0].name.clone();
        act(&mut app, OperateAction::Request(client, 50));
        let id = notification_service(&app);
        let held = |app: &App| session(app).world().instance(id).map_or(0, |instance| instance.deliveries().count());
        for _ in 0..30 {
            if held(&app) < 10 {
                play(&mut app, 1);
            }
        }
        assert!(held(&app) >= 10, "it holds {}", held(&app));
        let died = session(&app).world().now();
        act(&mut app, OperateAction::Kill(id));
        act(&mut app, TimeAction::Play);
        let mut flew = 0;
        let mut look = |app: &App, when: &str| {
            let seen = picture(session(app).plan(), false);
            let rect = requeue::app::geometry::rect(session(app).plan(), &node("notification-queue")).expect("it is drawn");
            let tube = requeue::app::geometry::tube(&rect);
            let returns = |token: &&tokens::Token| token.shape == tokens::Shape::Redelivered && token.radius > 5.0 && !tube.has(token.at);
            let dots: Vec<_> = seen.tokens.iter().filter(returns).map(|token| token.at).collect();
            flew = flew.max(dots.len());
            for (index, one) in dots.iter().enumerate() {
                for other in &dots[..index] {
                    let apart = libm::hypot(one.x - other.x, one.y - other.y);
                    assert!(
                        apart >= 16.0,
                        "{when}, {instances} instances, at {}: {apart:.1} of {}",
                        session(app).world().now(),
                        dots.len()
                    );
                }
            }
        };
        // The broker hears of it after 450 ms. What goes on to another program flies half of its way back, and then to there.
        let lands = died + SimTime::from_millis(if instances == 1 { 1_500 } else { 670 });
        while app.playing && session(&app).world().now() < lands {
            frame(&mut app);
            look(&app, "live");
        }
        act(&mut app, TimeAction::Replay);
        wait_for_seek(&mut app);
        while app.playing && session(&app).world().now() < lands {
            frame(&mut app);
            look(&app, "shown again");
        }
        for millis in (400..670).step_by(9) {
            act(&mut app, TimeAction::Seek(died + SimTime::from_millis(millis)));
            wait(&mut app);
            look(&app, "put there");
        }
        assert!(flew >= 10, "{flew} flew");
    }
}

#[test]
fn a_price_names_what_still_flies() {
    let price = |landed, in_flight| requeue::app::landing::Price { landed, in_flight }.to_string();
    let told = [price(0, 0), price(1, 0), price(0, 1), price(14, 1), price(5_522, 0)];
    assert_eq!(told, ["no message", "1 message", "1 message in flight", "14 messages and 1 in flight", "5,522 messages"]);
}

/// A queue without consumers can deliver nothing at once: RabbitMQ shows a consumer capacity of 0 %.
#[test]
fn a_queue_that_lost_its_consumers_has_no_consumer_capacity() {
    let mut app = opened();
    play(&mut app, 5);
    let capacity = |app: &App| {
        let world = session(app).world();
        world.metrics().queue("notification-queue").and_then(|metrics| metrics.capacity(world.now()))
    };
    assert!(capacity(&app).is_some_and(|share| share > 0.5));
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    play(&mut app, 3);
    assert_eq!(session(&app).world().broker().queue("notification-queue").map(requeue::broker::view::QueueView::consumers), Some(0));
    assert_eq!(capacity(&app), Some(0.0));
    act(&mut app, OperateAction::Start(id));
    play(&mut app, 3);
    assert!(capacity(&app).is_some_and(|share| share > 0.3), "and what was measured before stays");
}

/// The hue of a key stays when steps, or whole services, come before the one that publishes it.
#[test]
fn a_key_keeps_its_hue_when_other_keys_come() {
    let mut app = opened();
    let keys = ["order.placed", "order.shipped", "user.created"];
    let before = keys.map(|key| session(&app).hue(key));
    let mut scenario = session(&app).scenario().as_ref().clone();
    let mut first = scenario
        .services
        .iter()
        .find_map(|service| service.handlers.iter().flat_map(|handler| &handler.steps).find(|step| step.action.publish().is_some()))
        .expect("something is published")
        .clone();
    let requeue::scenario::Action::Publish(publish) = &mut first.action else { panic!("it publishes") };
    publish.routing_key = "payment.taken".into();
    let service = &mut scenario.services[0];
    service.handlers[0].steps.insert(0, first);
    let element = requeue::scenario::edit::Element::Service(service.clone());
    act(&mut app, EditAction::Apply(requeue::scenario::edit::Edit::Put { index: 0, element: Box::new(element) }));
    assert_eq!(requeue::app::hues::published_keys(session(&app).scenario())[0].to_string(), "payment.taken");
    assert_eq!(keys.map(|key| session(&app).hue(key)), before);
    assert!(!before.contains(&session(&app).hue("payment.taken")));
}

/// What flies to a queue comes into it: not to one that was emptied, or deleted and declared again, while time stands.
#[test]
fn nothing_flies_to_a_queue_that_has_lost_it() {
    let is_there = |app: &App, one: &Move| {
        let Some(Place::Queue(name)) = one.path.last() else { return true };
        let world = session(app).world();
        let waits = world.broker().queue(name).is_some_and(|queue| queue.messages().any(|entry| entry.message.id == one.message.id));
        waits || world.broker().all_unacked().any(|(queue, _, message)| queue == name && message.id == one.message.id)
    };
    let mut flew = 0;
    for queue in ["analytics-queue", "inventory-queue", "notification-queue"] {
        for empties in [true, false] {
            let mut app = opened();
            // Nobody takes what comes there.
            let node = node(queue);
            let instances: Vec<_> = session(&app).world().instances().map(|(id, _)| id).collect();
            for id in instances {
                act(&mut app, OperateAction::Kill(id));
            }
            act(&mut app, PublishAction::Again);
            let coming = |app: &App| session(app).plan().moves.iter().filter(|one| one.path.last() == Some(&node)).count();
            flew += coming(&app);
            if empties {
                act(&mut app, OperateAction::Purge(queue.into()));
            } else {
                act(&mut app, EditAction::DeleteAt(Stop::Node(node.clone())));
                act(&mut app, EditAction::Undo);
                act(&mut app, EditAction::Redo);
                act(&mut app, EditAction::Undo);
                assert!(session(&app).world().broker().queue(queue).is_some(), "{queue} is there again");
            }
            let stale: Vec<&Move> = session(&app).plan().moves.iter().filter(|one| !is_there(&app, one)).collect();
            assert!(stale.is_empty(), "{queue} {empties}: {stale:?}");
        }
    }
    assert!(flew > 3, "{flew}");
}

/// What flies is one picture with what is there: after a queue was deleted and came back empty, nothing flies from it or to it.
#[test]
fn nothing_flies_of_a_queue_that_an_undo_brought_back_empty() {
    let mut seen = 0;
    for millis in (4_000..12_000).step_by(450) {
        let mut app = opened();
        act(&mut app, TimeAction::Seek(SimTime::from_millis(millis)));
        wait_for_seek(&mut app);
        let queue = Node::Queue("notification-queue".into());
        let of_queue = |app: &App| {
            let plan = session(app).plan();
            let picture = tokens::picture(plan, false);
            let id = notification_service(app);
            let [from, to] = [&queue, &Node::Instance(id)].map(|node| geometry::card(plan, node).expect("it is drawn"));
            let between = |token: &&tokens::Token| {
                (from.right() + 1.0..to.left - 1.0).contains(&token.at.x) && (token.at.y - from.centre().y).abs() < 80.0
            };
            picture.tokens.iter().filter(between).count()
        };
        let before = of_queue(&app);
        act(&mut app, EditAction::DeleteAt(Stop::Node(queue.clone())));
        act(&mut app, EditAction::Undo);
        assert_eq!(session(&app).world().broker().queue("notification-queue").map(QueueView::total), Some(0));
        assert_eq!(of_queue(&app), 0, "at {millis} ms, of {before}");
        seen += before;
    }
    assert!(seen > 5, "{seen} flew before");
}

/// A token that is seen before its queue is in no number of it, although RabbitMQ has handed it to a consumer already.
#[test]
fn what_passes_through_a_queue_counts_when_it_comes_there() {
    let (mut app, question) = watched(TOPIC);
    assert_eq!(until_it_stands(&mut app), question.at);
    let counts = |app: &App| {
        let (session, landing) = (session(app), Landing::of(app, session(app)));
        ["audit-log", "user-events"].map(|name| {
            let queue = session.world().broker().queue(name).expect("it is there");
            (queue.unacked(), landing.ready(queue), landing.unacked(queue), landing.total(queue))
        })
    };
    let before = counts(&app).map(|counts| counts.0);
    assert!(before.iter().all(|unacked| *unacked > 0), "RabbitMQ has handed it on: {before:?}");
    let token = |app: &App| {
        let rect = |node: &str| requeue::app::geometry::rect(session(app).plan(), &Place::Queue(node.into())).expect("it is drawn");
        let left = rect("audit-log").left;
        let event = session(app).plan().moves.iter().next();
        assert!(event.is_none(), "nothing waits: all of it passes through");
        picture(session(app).plan(), false).tokens.iter().filter(|token| token.at.x < left && token.radius > 5.0).count()
    };
    let (mut flew, mut landed) = (0, 0);
    for number in 0..200 {
        if number == 30 {
            act(&mut app, TimeAction::GoOn);
        }
        let flies = token(&app) > 0;
        for (_, ready, unacked, total) in counts(&app) {
            assert_eq!((ready, unacked, total), if flies { (0, 0, 0) } else { (0, 1, 1) }, "seen before its queue: {flies}");
        }
        flew += u32::from(flies);
        landed += u32::from(!flies);
        frame(&mut app);
    }
    assert!(flew > 20 && landed > 20, "{flew} frames before the queue, {landed} at it");
}

/// At every frame of a run, what a queue shows is what the broker has without what is seen before it. Nothing is lost on the way.
#[test]
fn what_passes_through_counts_at_every_speed() {
    for (speed, dies) in [(Speed::TEACHING, false), (Speed::TEACHING, true), (Speed::NORMAL, true)] {
        let mut app = opened();
        let id = notification_service(&app);
        play(&mut app, 8);
        act(&mut app, TimeAction::SetSpeed(speed));
        act(&mut app, TimeAction::Play);
        let (mut passed, mut before) = (0, 0);
        for number in 0..1_500 {
            if dies && number == 400 {
                act(&mut app, OperateAction::Kill(id));
            }
            frame(&mut app);
            let session = session(&app);
            let landing = Landing::of(&app, session);
            for queue in session.world().broker().queues() {
                let seen = (landing.ready(queue), landing.unacked(queue), landing.total(queue));
                assert_eq!(seen.0 + seen.1, seen.2, "{} at {}", queue.name(), session.world().now());
                passed += u32::from(seen.2 < queue.total());
                before += u32::from(seen.1 < queue.unacked());
            }
        }
        assert!(passed > 10 && before > 10, "{passed} and {before} times something was on its way");
    }
}

/// Until they land, messages that a crash gives back are what they were for the eye: unacked.
#[test]
fn what_a_crash_gives_back_stays_unacked_until_it_lands() {
    let (mut app, id, held) = busy(10);
    act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut app, OperateAction::Kill(id));
    act(&mut app, TimeAction::Play);
    let (mut flew, mut landed) = (0, false);
    for _ in 0..3_000 {
        frame(&mut app);
        let (session, landing) = (session(&app), Landing::of(&app, session(&app)));
        let queue = session.world().broker().queue("notification-queue").expect("it is there");
        let back = session.plan().moves.iter().filter(|one| {
            one.kind == requeue::app::moves::MoveKind::Requeued && session.plan().moves.share(one, session.world().now()) < 1.0
        });
        let back = back.count() as u64;
        if back > 0 {
            flew += 1;
            assert_eq!(landing.unacked(queue), back + queue.unacked(), "at {}", session.world().now());
            assert_eq!(landing.total(queue), landing.ready(queue) + landing.unacked(queue));
        } else if flew > 0 {
            landed = true;
            assert!(landing.ready(queue) >= held && landing.unacked(queue) == queue.unacked());
            break;
        }
    }
    assert!(flew > 20 && landed, "{flew} frames");
}

/// The course's system at a moment when notification-service holds so many messages.
fn busy(least: u64) -> (App, requeue::sim::InstanceId, u64) {
    let mut app = opened();
    let client = session(&app).scenario().clients[0].name.clone();
    act(&mut app, OperateAction::Request(client, 50));
    let id = notification_service(&app);
    let held = |app: &App| session(app).world().instance(id).map_or(0, |instance| instance.deliveries().count() as u64);
    for _ in 0..30 {
        if held(&app) < least {
            play(&mut app, 1);
        }
    }
    let held = held(&app);
    assert!(held >= least, "it holds {held}");
    (app, id, held)
}

/// A learner goes back to before the crash and kills it again at the same moment: the first crash has not happened.
#[test]
fn a_crash_that_happens_again_counts_its_own_messages() {
    let (mut app, id, held) = busy(10);
    let died = session(&app).world().now();
    let words = |app: &App| session(app).playhead.slowing.words();
    for again in [false, true] {
        if again {
            act(&mut app, TimeAction::Pause);
            act(&mut app, TimeAction::Seek(died));
            wait(&mut app);
        }
        act(&mut app, OperateAction::Kill(id));
        act(&mut app, TimeAction::Play);
        for _ in 0..120 {
            frame(&mut app);
        }
        let told = format!("{held} unacked");
        assert!(words(&app).is_some_and(|words| words.contains(&told)), "{told}: {:?}", words(&app));
    }
}

/// State is shape: what expires is an hourglass before it goes on as a dead letter, and what RabbitMQ returns is a triangle.
#[test]
fn what_expires_and_what_is_returned_have_shapes_of_their_own() {
    let seen = |app: &mut App, wanted: tokens::Shape, frames: u32| {
        act(app, TimeAction::SetSpeed(Speed::TEACHING));
        act(app, TimeAction::Play);
        (0..frames).any(|_| {
            frame(app);
            picture(session(app).plan(), false).tokens.iter().any(|token| token.shape == wanted)
        })
    };
    let mut app = opened();
    assert!(!session(&app).lets_messages_expire() && !session(&app).has_messages_returned(), "its legend needs no such mark");
    assert!(!seen(&mut app, tokens::Shape::Expired, 1_000));
    let expiring = COURSE_CHAPTER.replace("\"x-dead-letter-exchange\":", "\"x-message-ttl\": 300, \"x-dead-letter-exchange\":");
    assert_ne!(expiring, COURSE_CHAPTER);
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "a.json".into(), text: expiring });
    assert!(session(&app).lets_messages_expire());
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    assert!(seen(&mut app, tokens::Shape::Expired, 3_000), "an hourglass");
    let returning = COURSE_CHAPTER
        .replace("\"do\": \"publish\",", "\"do\": \"publish\", \"mandatory\": true,")
        .replace("\"order.*\"", "\"x\"")
        .replace("\"#\"", "\"y\"");
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "b.json".into(), text: returning });
    assert!(session(&app).has_messages_returned());
    assert!(seen(&mut app, tokens::Shape::Returned, 3_000), "a triangle");
}

/// However often it goes round a retry loop, whose queues have keys of their own.
#[test]
fn an_event_keeps_its_hue_however_often_it_comes_back() {
    let mut round = 0;
    for file in ["retry-ttl", "chapter-retry-bug", "retry-quorum"] {
        let (_, text) = gallery().into_iter().find(|(name, _)| name == file).expect("it is in the gallery");
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: file.into(), text });
        let mut hues: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        for _ in 0..60 {
            play(&mut app, 1);
            // What a service publishes has its own key.
            let dead = tokens::picture(session(&app).plan(), false).tokens.into_iter().filter(|token| token.shape == tokens::Shape::Dead);
            for token in dead {
                let Some(event) = token.event else { continue };
                let hue = *hues.entry(event.to_string()).or_insert(token.hue);
                assert_eq!(token.hue, hue, "{file}: {event} as {:?}", token.shape);
            }
            round += session(&app)
                .world()
                .broker()
                .queues()
                .flat_map(QueueView::messages)
                .filter(|entry| entry.message.deaths().len() > 1)
                .count();
        }
    }
    assert!(round > 5, "{round} were on a second round");
}
