//! Playing, stepping, rewinding, branching, and what is told of the past.

use requeue::app::camera::Pixel;
use requeue::app::form::{Kind, Spot};
use requeue::app::markers::{MarkerKind, TimelineMarker};
use requeue::app::playhead::Left;
use requeue::app::tokens::picture;
use requeue::app::{
    App, CanvasAction, Drawer, EditAction, Effect, FileAction, Node, OperateAction, PublishAction, Reading, Room, SelectAction, Session,
    Speed, TimeAction, WorkspaceAction, compared, geometry, markers, update,
};
use requeue::base::SimTime;
use requeue::scenario::Point;
use requeue::scenario::edit::{Part, PartKind, Slot};

use super::support::*;

#[test]
fn time_passes_only_while_playing_and_at_the_chosen_speed() {
    let mut app = opened();
    act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
    play(&mut app, 2);
    assert_eq!(session(&app).world().now(), SimTime::from_secs(2));
    act(&mut app, TimeAction::SetSpeed(Speed::Factor(500)));
    play(&mut app, 2);
    assert_eq!(session(&app).world().now(), SimTime::from_secs(3));
    act(&mut app, TimeAction::Play);
    act(&mut app, TimeAction::FramePassed(SimTime::from_secs(3_600)));
    assert!(session(&app).world().now() < SimTime::from_secs(4), "after a sleep time goes on from where it was");
}

#[test]
fn who_hurries_is_stopped_where_the_story_is_told() {
    let mut app = opened();
    let until = session(&app).scenario().until.expect("it has an end");
    act(&mut app, TimeAction::SetSpeed(Speed::Factor(1_000_000)));
    act(&mut app, TimeAction::Play);
    for _ in 0..40 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    }
    assert_eq!((session(&app).world().now(), app.playing), (until, false));
    act(&mut app, TimeAction::Play);
    act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    assert!(session(&app).world().now() > until && app.playing, "and goes on if that is wanted");
}

#[test]
fn the_speed_changes_nothing_but_the_speed() {
    let (mut slow, mut fast) = (opened(), opened());
    play(&mut slow, 20);
    act(&mut fast, TimeAction::SetSpeed(Speed::Factor(20_000)));
    play(&mut fast, 1);
    assert_eq!(session(&slow).world().trace_hash(), session(&fast).world().trace_hash());
}

#[test]
fn a_step_is_one_line_of_the_log_or_one_instant_of_them() {
    let mut app = opened();
    for _ in 0..30 {
        let before = session(&app).playhead.log.last_number();
        let steps = session(&app).world().steps();
        act(&mut app, TimeAction::StepForward);
        assert!(session(&app).world().steps() > steps);
        assert!(session(&app).playhead.log.last_number() > before);
    }
}

#[test]
fn restarting_gives_the_same_run_again() {
    let mut app = opened();
    play(&mut app, 5);
    let hash = session(&app).world().trace_hash();
    act(&mut app, SelectAction::Node(Some(Node::Queue("notification-queue".into()))));
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    act(&mut app, TimeAction::Restart);
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
    play(&mut app, 5);
    assert_eq!(session(&app).world().trace_hash(), hash);
}

#[test]
fn rewinding_shows_the_past_and_a_change_there_keeps_the_other_branch() {
    let mut app = opened();
    play(&mut app, 30);
    let (end, hash) = (session(&app).world().now(), session(&app).world().trace_hash());
    act(&mut app, TimeAction::Seek(SimTime::from_secs(10)));
    assert_eq!(session(&app).world().now(), SimTime::from_secs(10));
    assert!(session(&app).timeline().is_in_the_past());
    assert_eq!(session(&app).timeline().furthest(), end);
    assert!(session(&app).playhead.log.newest().all(|entry| entry.occurrence.at <= SimTime::from_secs(10)), "the log is of the past, too");
    assert!(session(&app).playhead.log.newest().count() > 5);
    assert!(!picture(session(&app).plan(), false).tokens.is_empty(), "and what moved then is seen moving");
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    assert!(!session(&app).timeline().is_in_the_past() && session(&app).playhead.has_other_branch());
    play(&mut app, 20);
    assert_ne!(session(&app).world().trace_hash(), hash);
    let killed = session(&app).world().trace_hash();
    act(&mut app, TimeAction::SwapBranches);
    act(&mut app, TimeAction::Seek(end));
    assert_eq!(session(&app).world().trace_hash(), hash, "as if nothing had been changed");
    act(&mut app, TimeAction::SwapBranches);
    act(&mut app, TimeAction::Seek(SimTime::from_secs(30)));
    assert_eq!(session(&app).world().trace_hash(), killed);
    // Side by side: here it was killed, there it was not.
    act(&mut app, TimeAction::CompareBranches);
    let comparison = session(&app).playhead.comparison.clone().expect("there are two");
    assert_eq!(comparison.at, SimTime::from_secs(30));
    let row = comparison.rows.iter().find(|row| row.quantity.to_string() == "ready(notification-queue)").expect("they differ");
    assert!(row.left > row.right + 10.0, "{row:?}");
    act(&mut app, TimeAction::Seek(SimTime::from_secs(5)));
    act(&mut app, TimeAction::CompareBranches);
    act(&mut app, TimeAction::CompareBranches);
    assert!(
        session(&app).playhead.comparison.as_ref().is_some_and(|comparison| comparison.rows.is_empty()),
        "before the kill they are alike"
    );
}

#[test]
fn back_and_forward_by_what_the_log_tells() {
    let mut app = opened();
    play(&mut app, 12);
    let before = session(&app).world().now();
    act(&mut app, TimeAction::StepBack);
    let back = session(&app).world().now();
    assert!(back < before);
    act(&mut app, TimeAction::StepForward);
    assert!(session(&app).world().now() > back && session(&app).world().now() <= before);
    act(&mut app, TimeAction::FindNext);
    let newest = session(&app).playhead.log.newest().next().expect("something happened");
    assert!(markers::is_of_interest(&newest.occurrence.what), "{:?}", newest.occurrence);
    for _ in 0..500 {
        act(&mut app, TimeAction::StepBack);
    }
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
}

/// Beyond a minute, it asks.
#[test]
fn a_search_that_finds_nothing_stops_after_a_minute_and_goes_on_when_asked_again() {
    let mut app = opened();
    act(&mut app, FileAction::New);
    let looks = |app: &mut App| {
        act(app, TimeAction::FindNext);
        wait(app);
        session(app).world().now()
    };
    assert_eq!(looks(&mut app), SimTime::from_secs(60));
    assert!(notice(&app).is_some_and(|says| says.contains("Press again")));
    assert_eq!(looks(&mut app), SimTime::from_secs(60 + 24 * 3_600));
    act(&mut app, TimeAction::StepBack);
    act(&mut app, TimeAction::Seek(SimTime::from_secs(10)));
    wait(&mut app);
    assert_eq!(looks(&mut app), SimTime::from_secs(70), "another search begins");
}

/// The lines of the log, the oldest first.
fn lines(app: &App) -> Vec<String> {
    let mut lines: Vec<String> =
        session(app).playhead.log.newest().map(|entry| format!("{} {:?}", entry.occurrence.at, entry.occurrence.what)).collect();
    lines.reverse();
    lines
}

#[test]
fn looking_for_the_next_crash_leaves_the_same_log_as_playing() {
    let mut app = opened();
    act(&mut app, TimeAction::FindNext);
    let found = lines(&app);
    assert!(found.len() > 10, "what lies between is in the log: {found:?}");
    let mut stepped = opened();
    while session(&stepped).world().now() < session(&app).world().now() {
        act(&mut stepped, TimeAction::StepForward);
    }
    let stepped = lines(&stepped);
    assert_eq!(found[..], stepped[..found.len().min(stepped.len())]);
}

#[test]
fn marks_stand_where_something_broke_each_once() {
    let mut app = opened();
    play(&mut app, 10);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    play(&mut app, 10);
    let marks = |app: &App| session(app).playhead.markers.iter().cloned().collect::<Vec<_>>();
    let first = marks(&app);
    let flag = first.iter().find(|mark| mark.kind == markers::MarkerKind::Fault && mark.at == SimTime::from_secs(10));
    assert_eq!(flag.map(|flag| &*flag.words), Some("notification-service killed"), "a service's only instance has no number");
    assert!(first.iter().any(|mark| mark.kind == markers::MarkerKind::Dead));
    act(&mut app, TimeAction::Seek(SimTime::from_secs(5)));
    play(&mut app, 15);
    assert_eq!(marks(&app), first, "played again, and not noted again");
}

#[test]
fn a_messages_story_is_told_up_to_the_playhead() {
    let mut app = opened();
    play(&mut app, 8);
    act(&mut app, SelectAction::Story(Some("e-1".into())));
    let told = |app: &App| session(app).playhead.story.clone().expect("it was asked for");
    let full = told(&app).life.expect("it was published").entries.len();
    act(&mut app, TimeAction::Seek(SimTime::from_secs(2)));
    wait(&mut app);
    assert!(told(&app).life.is_none_or(|life| life.entries.len() < full));
    act(&mut app, TimeAction::Seek(SimTime::ZERO));
    wait(&mut app);
    assert!(told(&app).life.is_none());
    act(&mut app, SelectAction::Story(None));
    assert!(session(&app).playhead.story.is_none());
}

#[test]
fn a_story_that_is_open_follows_while_time_passes() {
    let mut app = opened();
    act(&mut app, SelectAction::Story(Some("e-1".into())));
    let told = |app: &App| session(app).playhead.story.clone().expect("it was asked for");
    assert!(told(&app).life.is_none(), "nothing is published yet");
    act(&mut app, TimeAction::Play);
    let entries = |app: &App| told(app).life.map_or(0, |life| life.entries.len());
    let mut seen = Vec::new();
    for _ in 0..200 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
        seen.push(entries(&app));
    }
    assert_eq!(seen[0], 0, "it does not know the future");
    seen.dedup();
    assert!(seen.len() > 2, "it grows while time passes: {seen:?}");
    act(&mut app, TimeAction::Pause);
    assert_eq!(told(&app).at, session(&app).world().now(), "and is complete where time stops");
}

#[test]
fn escape_puts_aside_the_line_then_what_was_opened_last() {
    let mut app = opened();
    play(&mut app, 5);
    let node = Node::Queue("analytics-queue".into());
    act(&mut app, SelectAction::Story(Some("e-1".into())));
    act(&mut app, SelectAction::Node(Some(node.clone())));
    act(&mut app, EditAction::ToggleLine);
    act(&mut app, SelectAction::PutAside);
    assert_eq!((session(&app).selection.connecting.clone(), session(&app).selection.primary.clone()), (None, Some(node)), "the line alone");
    assert!(session(&app).playhead.story.is_some());
    act(&mut app, SelectAction::PutAside);
    assert_eq!(session(&app).selection.primary, None);
    assert!(session(&app).playhead.story.is_some(), "it was opened before");
    act(&mut app, SelectAction::PutAside);
    assert!(session(&app).playhead.story.is_none(), "the story is closed");
}

#[test]
fn what_is_opened_to_be_read_is_shown_from_its_beginning() {
    let mut app = opened();
    play(&mut app, 5);
    act(&mut app, TimeAction::Seek(SimTime::from_secs(2)));
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    assert_eq!(requeue::app::update(&mut app, TimeAction::CompareBranches), [Effect::Read(Reading::Comparison)]);
    assert_eq!(requeue::app::update(&mut app, TimeAction::CompareBranches), [], "it is closed");
    let lesson = include_str!("../../static/lessons/topic.md");
    let effects = requeue::app::update(&mut app, FileAction::Opened { name: "lessons/topic.md".into(), text: lesson.into() });
    assert!(effects.contains(&Effect::Read(Reading::Lesson)), "{effects:?}");
}

#[test]
fn time_begins_again_and_what_was_drawn_stays() {
    let mut app = opened();
    play(&mut app, 5);
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    act(&mut app, TimeAction::Restart);
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
    assert!(session(&app).world().broker().queue("queue-1").is_some());
    act(&mut app, EditAction::Undo);
    assert!(session(&app).world().broker().queue("queue-1").is_none());
}

#[test]
fn a_seed_that_is_edited_counts_from_the_next_restart() {
    let mut app = opened();
    play(&mut app, 5);
    let before = session(&app).world().trace_hash();
    act(&mut app, EditAction::SetField(Spot::of(Slot::Settings).field("seed"), Kind::Whole, "99".into()));
    act(&mut app, TimeAction::Restart);
    play(&mut app, 5);
    assert_ne!(session(&app).world().trace_hash(), before);
    assert_eq!(session(&app).world().recording().seed, 99);
}

/// What is expected of a run is met or missed when its time is over, or when nothing can change it any more.
#[test]
fn what_is_expected_is_not_ticked_while_it_can_still_change() {
    use requeue::sim::judge::{Standing, standing};
    let mut app = opened();
    let stand = |app: &App, property: &str| {
        let is_over = session(app).world().now() >= session(app).scenario().until.expect("it has an end");
        standing(session(app).world(), &property.parse().expect(property), is_over)
    };
    assert_eq!(stand(&app, "lost_in_total = 0"), Standing::NotYet);
    play(&mut app, 17);
    for (property, expected) in [
        ("lost_in_total = 0", Standing::SoFar),
        ("done(email sent) > 200", Standing::NotYet),
        ("done(email sent) > 2", Standing::Met),
        ("published < 2", Standing::NotMet),
        ("ready(inventory-queue) < 100", Standing::SoFar),
    ] {
        assert_eq!(stand(&app, property), expected, "{property}");
    }
    act(&mut app, TimeAction::Seek(SimTime::from_secs(120)));
    wait(&mut app);
    assert_eq!(stand(&app, "lost_in_total = 0"), Standing::Met);
    assert_eq!(stand(&app, "ready(inventory-queue) > 100"), Standing::NotMet);
}

fn marks(app: &App) -> Vec<String> {
    session(app).playhead.markers.iter().map(|mark| format!("{} {}", mark.at, mark.words)).collect()
}

/// The run is deterministic: what is known of it stays true wherever the playhead stands.
#[test]
fn what_is_known_of_a_run_outlives_every_jump() {
    let mut app = opened();
    play(&mut app, 40);
    let (whole, count, marked) = (lines(&app), session(&app).playhead.log.last_number(), marks(&app));
    assert!(count > 400 && whole.len() > 400 && !marked.is_empty());
    act(&mut app, TimeAction::Seek(SimTime::from_secs(37)));
    wait(&mut app);
    let until = |at: u64| -> Vec<String> {
        let entries = session(&app).playhead.log.newest().filter(|entry| entry.occurrence.at <= SimTime::from_secs(at));
        let mut lines: Vec<String> = entries.map(|entry| format!("{} {:?}", entry.occurrence.at, entry.occurrence.what)).collect();
        lines.reverse();
        lines
    };
    let known = until(37);
    assert_eq!(lines(&app), known);
    assert_eq!(known[..], whole[..known.len()], "the lines before it are those of the run");
    assert_eq!(session(&app).playhead.log.last_number(), known.len() as u64);
    assert_eq!(marks(&app), marked, "the future that is known stays drawn");
    for (at, expected) in [(2, known.iter().filter(|line| line.as_str() < "00:02.001").count()), (40, whole.len())] {
        act(&mut app, TimeAction::Seek(SimTime::from_secs(at)));
        wait(&mut app);
        assert_eq!((lines(&app).len(), session(&app).playhead.log.last_number()), (expected, expected as u64), "at {at} s");
    }
    assert_eq!(lines(&app), whole);
    // A run that was never played is known as far as it was jumped over.
    let mut other = opened();
    act(&mut other, TimeAction::Seek(SimTime::from_secs(40)));
    wait(&mut other);
    assert_eq!((lines(&other), marks(&other)), (whole, marked));
}

/// Each branch has its own log and marks.
#[test]
fn a_branch_that_is_left_keeps_its_log_and_its_marks() {
    let mut app = opened();
    play(&mut app, 40);
    let (first, first_marks) = (lines(&app), marks(&app));
    act(&mut app, TimeAction::Seek(SimTime::from_secs(20)));
    wait(&mut app);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    assert!(marks(&app).iter().all(|mark| mark.as_str() < "00:20.001"), "{:?}", marks(&app));
    play(&mut app, 20);
    let (second, second_marks) = (lines(&app), marks(&app));
    assert!(first != second && first_marks != second_marks);
    act(&mut app, TimeAction::SwapBranches);
    wait(&mut app);
    assert_eq!((lines(&app), marks(&app)), (first, first_marks));
    act(&mut app, TimeAction::SwapBranches);
    wait(&mut app);
    assert_eq!((lines(&app), marks(&app)), (second, second_marks));
}

/// A step back and one forward give the same lines: something may happen several times in one moment.
#[test]
fn the_log_has_no_line_twice_and_none_is_missing() {
    let mut app = opened();
    play(&mut app, 30);
    for round in 0..60 {
        match round % 7 {
            0..=2 => act(&mut app, TimeAction::StepBack),
            3 => act(&mut app, TimeAction::Seek(SimTime::from_millis(round * 400))),
            4 => act(&mut app, TimeAction::FindNext),
            _ => act(&mut app, TimeAction::StepForward),
        }
        wait(&mut app);
        let numbers: Vec<u64> = session(&app).playhead.log.newest().map(|entry| entry.number).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] == pair[1] + 1), "round {round}: {numbers:?}");
        assert_eq!(numbers.first().copied().unwrap_or(0), session(&app).playhead.log.last_number(), "round {round}");
        let now = session(&app).world().now();
        assert!(session(&app).playhead.log.newest().all(|entry| entry.occurrence.at <= now), "round {round}");
    }
    let here = (session(&app).world().now(), lines(&app));
    let mut fresh = opened();
    act(&mut fresh, TimeAction::Seek(here.0));
    wait(&mut fresh);
    let whole = lines(&fresh);
    assert_eq!(here.1[..], whole[..here.1.len()]);
}

/// The comparison is of the moment that is shown, and says in words what sets the runs apart.
#[test]
fn the_comparison_follows_the_time() {
    let mut app = opened();
    play(&mut app, 10);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    play(&mut app, 15);
    act(&mut app, TimeAction::Seek(SimTime::from_secs(8)));
    wait(&mut app);
    let slot = session(&app).scenario().service("notification-service").expect("it is there").0;
    let prefetch = Spot::of(Slot::Service(slot)).field("handlers").item(0).field("on.prefetch");
    act(&mut app, EditAction::SetField(prefetch, Kind::Whole, "1".into()));
    act(&mut app, TimeAction::CompareBranches);
    wait(&mut app);
    let at = |app: &App| session(app).playhead.comparison.as_ref().map(|comparison| comparison.at);
    assert_eq!(at(&app), Some(SimTime::from_secs(8)));
    play(&mut app, 17);
    let now = session(&app).world().now();
    assert!(at(&app).is_some_and(|at| at + SimTime::from_millis(1_100) >= now), "{:?} at {now}", at(&app));
    act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    wait(&mut app);
    assert_eq!(at(&app), Some(now));
    let comparison = session(&app).playhead.comparison.clone().expect("it stays");
    let rows: Vec<String> = comparison.rows.iter().map(|row| compared::words(&row.quantity)).collect();
    assert!(rows.iter().any(|row| row == "notification-queue: ready") && !rows.iter().any(|row| row.contains(['(', '_'])), "{rows:?}");
    let (_, [here, _]) = comparison.depths.iter().find(|(name, _)| &**name == "notification-queue").expect("it differs");
    assert_eq!(here.last().map(|depth| depth.ready), Some(ready(&app, "notification-queue")));
    let whys = compared::whys(session(&app), &comparison.rows);
    let why = |of: &str| rows.iter().position(|row| row == of).map(|at| whys[at].as_str());
    assert_eq!(why("notification-queue: requeued"), Some("notification-service was killed in A"));
    assert_eq!(why("notification-queue: redelivered").map(|says| says.ends_with("requeued more")), Some(true), "{rows:?} {whys:?}");
    assert_eq!(why("notification-queue: ready"), Some("A has no consumer now"));
    let apart = compared::apart(session(&app));
    assert!(apart[0].starts_with("Changed in B: notification-service"), "{apart:?}");
    // Extra requeues come from the change itself: that is said.
    assert_eq!(apart[1], "In B the change reconnected notification-service. RabbitMQ requeued what it held.");
    assert_eq!(apart[2], "Killed in A alone: notification-service at 00:10.000.");
    let missing = session(&app).playhead.done_there_alone();
    let deeds: Vec<_> = missing.iter().map(|timed| compared::deed(&timed.input)).collect();
    assert_eq!(deeds, [Some("kill notification-service#1".to_owned())]);
}

/// While the slider is held, time stands and the scale stays, whatever the scenario of that moment plans. Then it goes on as it was.
#[test]
fn the_slider_holds_time_and_keeps_its_scale() {
    for plays in [true, false] {
        let mut app = opened();
        play(&mut app, 20);
        act(&mut app, EditAction::PlanFault("restart broker at 1m".into()));
        let minute = SimTime::from_secs(60);
        if plays {
            act(&mut app, TimeAction::Play);
        }
        act(&mut app, TimeAction::HoldSlider);
        for to in [15, 3, 18] {
            act(&mut app, TimeAction::Slide(SimTime::from_secs(to)));
            for _ in 0..20 {
                act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
            }
            assert_eq!(session(&app).world().now(), SimTime::from_secs(to), "time is held");
            let slider = app.slider.expect("it is held");
            assert_eq!((slider.at, slider.end), (SimTime::from_secs(to), minute));
        }
        act(&mut app, TimeAction::LetSliderGo);
        assert_eq!((app.slider, app.playing), (None, plays), "it goes on as it was");
        assert_eq!(session(&app).scale_end(), minute, "a fault that is planned later in the run is still on the scale");
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
        assert_eq!(session(&app).world().now() > SimTime::from_secs(18), plays);
    }
}

/// What a person did to a run is not lost when time begins again; a run that was only played comes again by itself.
#[test]
fn a_restart_keeps_what_was_done_by_hand_and_says_so() {
    let mut app = opened();
    play(&mut app, 5);
    let told = |effects: &[Effect]| matches!(effects, [Effect::Tell(text), ..] if text.contains("begins again"));
    assert!(told(&update(&mut app, TimeAction::Restart)));
    assert_eq!(session(&app).playhead.left(), None);
    play(&mut app, 2);
    act(&mut app, PublishAction::Again);
    play(&mut app, 3);
    let (now, hash) = (session(&app).world().now(), session(&app).world().trace_hash());
    assert!(told(&update(&mut app, TimeAction::Restart)));
    assert_eq!(session(&app).playhead.left(), Some(Left::Restarted));
    assert!(told(&update(&mut app, TimeAction::Restart)));
    assert_eq!(session(&app).playhead.left(), Some(Left::Restarted), "a second restart does not lose it");
    act(&mut app, TimeAction::SwapBranches);
    act(&mut app, TimeAction::Seek(now));
    wait(&mut app);
    assert_eq!(session(&app).world().trace_hash(), hash);
}

/// Both runs are drawn: the other one stands at the moment of this one, while time passes and wherever it is set.
#[test]
fn the_other_run_stands_beside_this_one() {
    let mut app = opened();
    play(&mut app, 8);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    play(&mut app, 12);
    act(&mut app, TimeAction::Seek(SimTime::from_secs(5)));
    act(&mut app, PublishAction::Again);
    play(&mut app, 10);
    assert!(app.beside.is_none(), "nothing is compared");
    act(&mut app, TimeAction::CompareBranches);
    let agree = |app: &App, when: &str| {
        let (here, there) = (session(app), app.beside.as_deref().expect("it is drawn"));
        assert_eq!(here.world().now(), there.world().now(), "{when}");
        let killed = |session: &Session| !session.world().instance(service).expect("it is there").up;
        assert_eq!((killed(here), killed(there)), (false, there.world().now() >= SimTime::from_secs(8)), "{when}");
        // It is the run that was left, and not another.
        let left = here.playhead.other_world().expect("there are two");
        if left.now() == there.world().now() {
            assert_eq!(left.trace_hash(), there.world().trace_hash(), "{when}");
        }
        !picture(there.plan(), false).tokens.is_empty()
    };
    let mut seen = usize::from(agree(&app, "at once"));
    act(&mut app, TimeAction::Play);
    for _ in 0..100 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
        app.worked(SimTime::ZERO);
        seen += usize::from(agree(&app, "while time passes"));
    }
    assert!(seen > 50, "what moves there is drawn: {seen}");
    for seconds in [3, 12, 7, 14] {
        act(&mut app, TimeAction::Seek(SimTime::from_secs(seconds)));
        while app.is_busy() {
            act(&mut app, TimeAction::FramePassed(SimTime::from_millis(20)));
        }
        agree(&app, "where it is set");
    }
    act(&mut app, TimeAction::CompareBranches);
    assert!(app.beside.is_none());
    act(&mut app, TimeAction::CompareBranches);
    act(&mut app, WorkspaceAction::Fit(Room::Middle));
    assert!(app.beside.is_none(), "there is no room for two");
}

/// What opens lies over two runs that are compared: both drawings keep their size. What is selected moves out from under a drawer, and back.
#[test]
fn what_opens_over_two_runs_changes_no_size() {
    let mut app = opened();
    play(&mut app, 8);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    play(&mut app, 4);
    act(&mut app, TimeAction::Seek(SimTime::from_secs(5)));
    act(&mut app, PublishAction::Again);
    play(&mut app, 5);
    act(&mut app, WorkspaceAction::Fit(Room::Wide));
    act(&mut app, TimeAction::CompareBranches);
    wait(&mut app);
    let (half, whole) = (Pixel { x: 696.0, y: 548.0 }, Pixel { x: 1_392.0, y: 796.0 });
    for is_after in [true, false] {
        if compared::Run::shown(session(&app)) == compared::Run::Before || !is_after {
            act(&mut app, TimeAction::SwapBranches);
            wait(&mut app);
        }
        let is_after = compared::Run::shown(session(&app)) == compared::Run::After;
        act(&mut app, CanvasAction::Beside(if is_after { half.x } else { 0.0 }, whole));
        act(&mut app, CanvasAction::Resize(half));
        let home = app.camera();
        assert_eq!(app.covered(), (0.0, 0.0));
        for node in geometry::places(session(&app).plan()) {
            act(&mut app, SelectAction::Node(Some(node.clone())));
            let (camera, covered) = (app.camera(), app.covered());
            assert_eq!(covered, if is_after { (0.0, 360.0) } else { (0.0, 0.0) }, "{node:?}");
            assert!((camera.scale - home.scale).abs() < 1e-9, "{node:?}: as large as before");
            let rect = geometry::with_name(session(&app).plan(), &node).expect("it is drawn");
            let right = camera.to_stage(Point { x: rect.right(), y: rect.top }).x;
            assert!(right <= half.x - covered.1, "{node:?} lies under the drawer: {right}");
            act(&mut app, SelectAction::Node(None));
            assert_eq!(app.camera(), home, "{node:?}: and back");
        }
        act(&mut app, WorkspaceAction::Toggle(Drawer::Publish));
        assert_eq!((app.covered().0, app.camera()), (if is_after { 0.0 } else { 360.0 }, home));
        act(&mut app, WorkspaceAction::CloseLeft);
    }
}

/// What was done by hand in the run before is done again in the run after, each at its time: then only the change sets them apart.
#[test]
fn what_was_done_before_is_repeated_after() {
    let mut app = opened();
    play(&mut app, 8);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    play(&mut app, 4);
    act(&mut app, PublishAction::Again);
    play(&mut app, 8);
    let end = session(&app).world().now();
    act(&mut app, TimeAction::Seek(SimTime::from_secs(5)));
    act(&mut app, EditAction::Rename(Part::Queue("analytics-queue".into()), "numbers".into()));
    play(&mut app, 15);
    act(&mut app, TimeAction::Seek(end));
    act(&mut app, TimeAction::CompareBranches);
    let is_up = |app: &App| session(app).world().instance(service).expect("it is there").up;
    assert!(is_up(&app));
    assert_eq!(session(&app).playhead.done_there_alone().len(), 2);
    assert_eq!(session(&app).playhead.parted(), Some(SimTime::from_secs(5)));
    assert!(compared::apart(session(&app)).iter().any(|says| says.starts_with("Killed in A alone")));
    act(&mut app, TimeAction::RepeatWhatWasDone);
    while app.is_busy() {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(20)));
    }
    assert!(!is_up(&app) && session(&app).playhead.done_there_alone().is_empty());
    assert_eq!((session(&app).world().now(), session(&app).timeline().furthest()), (end, end));
    assert!(compared::apart(session(&app)).iter().all(|says| !says.starts_with("Killed")), "the change alone");
    assert!(session(&app).playhead.slowing.told().is_none_or(|moment| moment.at < end));
    let comparison = session(&app).playhead.comparison.as_ref().expect("they are compared again");
    assert_eq!(comparison.at, end);
    // What was repeated belongs to this run: it is in its file, and plays again the same.
    let hash = session(&app).world().trace_hash();
    act(&mut app, TimeAction::Seek(SimTime::from_secs(6)));
    assert!(is_up(&app));
    act(&mut app, TimeAction::Seek(end));
    assert_eq!(session(&app).world().trace_hash(), hash);
    // One of the two is kept: the other is given up, and nothing compares them any more.
    act(&mut app, TimeAction::KeepRun);
    assert!(session(&app).playhead.comparison.is_none() && session(&app).playhead.other_world().is_none());
    assert_eq!(session(&app).world().now(), end);
}

/// A row says why it differs where a fact of the two systems can be named.
#[test]
fn rows_of_a_comparison_say_why() {
    let mut app = opened();
    play(&mut app, 20);
    let end = session(&app).world().now();
    act(&mut app, TimeAction::Seek(SimTime::from_secs(10)));
    wait(&mut app);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    act(&mut app, TimeAction::Seek(end));
    act(&mut app, TimeAction::CompareBranches);
    wait(&mut app);
    let comparison = session(&app).playhead.comparison.clone().expect("they are compared");
    let whys = compared::whys(session(&app), &comparison.rows);
    let why = |of: &str| comparison.rows.iter().position(|row| compared::words(&row.quantity) == of).map(|at| whys[at].clone());
    let dead = why("notification-queue: dead-lettered").expect("one run rejects more");
    assert!(dead.starts_with("A: ") && dead.ends_with(" more rejected"), "{dead}");
    assert_eq!(why("notification-queue.dead: arrived").as_deref(), Some("dead letters of notification-queue"));
    assert_eq!(why("notification-queue: consumers").as_deref(), Some("B has no consumer now"));
    assert_eq!(why("email sent: missing").as_deref(), Some("notification-service is down in B"));
}

/// A service that an edit deploys again gives back what it holds. Nothing died, and what died in the run before did not die here.
#[test]
fn a_service_that_is_deployed_again_did_not_die() {
    let mut app = opened();
    play(&mut app, 8);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    play(&mut app, 2);
    let words = |app: &App| session(app).playhead.slowing.words().unwrap_or_default();
    assert!(words(&app).starts_with("A service died."), "{}", words(&app));
    act(&mut app, TimeAction::Seek(SimTime::from_secs(7)));
    let mut frames = 0;
    while session(&app).world().broker().queue("notification-queue").is_none_or(|queue| queue.unacked() < 2) {
        play(&mut app, 1);
        frames += 1;
        assert!(frames < 60, "it holds some at some time");
    }
    let prefetch = Spot::of(Slot::Service(service.service)).field("handlers").item(0).field("on.prefetch");
    act(&mut app, EditAction::SetField(prefetch, Kind::Whole, "1".into()));
    play(&mut app, 1);
    assert!(words(&app).starts_with("A service was deployed again."), "{}", words(&app));
    assert!(words(&app).contains("unacked → back"), "{}", words(&app));
}

/// Marks that would lie upon one another are one, with their number and all of their words.
#[test]
fn marks_of_the_timeline_do_not_lie_upon_one_another() {
    let mark = |millis: u64, kind| TimelineMarker { at: SimTime::from_millis(millis), kind, words: format!("mark {millis}") };
    let kinds = [MarkerKind::Dead, MarkerKind::Lost, MarkerKind::Fault, MarkerKind::Mended];
    let (mut together, mut named) = (0, 0);
    for seed in 0..200_u64 {
        let mut at = 0;
        let marks: Vec<TimelineMarker> = (0..seed % 60)
            .map(|number| {
                at += (seed * 7_919 + number * number * 104_729) % 4_000;
                mark(at, kinds[((seed + number) % 4) as usize])
            })
            .collect();
        let end = SimTime::from_millis(at.max(1));
        for width in [92.0, 216.0, 632.0, 1_112.0] {
            let clusters = markers::clusters(marks.iter(), end, width);
            let all: Vec<&TimelineMarker> = clusters.iter().flat_map(|cluster| cluster.marks.iter().copied()).collect();
            assert_eq!(all, marks.iter().collect::<Vec<_>>(), "each is in one, in order");
            let place = |at: SimTime| at.as_secs_f64() / end.as_secs_f64() * width;
            for pair in clusters.windows(2) {
                let needed = if pair[0].marks.len() > 1 { 34.0 } else { 16.0 };
                assert!(place(pair[1].at()) - place(pair[0].at()) >= needed - 1e-6, "{seed} {width}");
            }
            for cluster in &clusters {
                let words = cluster.words();
                assert!(cluster.marks.iter().take(8).all(|mark| words.contains(&mark.words)), "{words}");
                assert_eq!(words.contains(" more"), cluster.marks.len() > 8, "{words}");
                let is_fault = cluster.marks.iter().any(|mark| mark.kind == MarkerKind::Fault);
                assert!(!is_fault || cluster.kind() == MarkerKind::Fault, "what weighs most is seen");
                together += usize::from(cluster.marks.len() > 1);
            }
            for (index, name) in markers::names(&clusters, &[], end, width).iter().enumerate() {
                let Some(name) = name else { continue };
                let next = clusters.get(index + 1).map_or(width, |next| place(next.at()));
                let takes = requeue::app::lettering::em(name) * 0.957 * 11.0;
                assert!(place(clusters[index].at()) + 12.0 + takes <= next, "{seed} {width}: {name}");
                named += 1;
            }
            let ticks = markers::ticks(end, width);
            assert!(ticks[0].0 == SimTime::ZERO && ticks.iter().all(|(at, _)| *at <= end), "{seed} {width}");
            let is_apart = |pair: &[(SimTime, String)]| place(pair[1].0) - place(pair[0].0) > 70.0;
            assert!(ticks.windows(2).all(is_apart), "{seed} {width}: {ticks:?}");
        }
    }
    assert!(together > 100 && named > 100, "{together} {named}");
    let words = |end: u64| markers::ticks(SimTime::from_secs(end), 400.0).into_iter().map(|(_, words)| words).collect::<Vec<_>>();
    assert_eq!(words(10), ["0:00", "0:02", "0:04", "0:06", "0:08", "0:10"]);
    assert_eq!(words(120), ["0:00", "0:30", "1:00", "1:30", "2:00"]);
    assert_eq!(words(7_200), ["0:00", "30:00", "1:00:00", "1:30:00", "2:00:00"]);
}
