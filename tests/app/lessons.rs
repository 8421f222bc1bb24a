//! Lessons in the page: steps, solutions, locks, results.

use std::sync::Arc;

use requeue::app::difference::{Difference, between, difference};
use requeue::app::form::{Kind, Spot};
use requeue::app::lesson::Mark;
use requeue::app::words;
use requeue::app::{
    App, AuthorAction, CourseAction, Dialog, EditAction, Effect, FileAction, Kept, LessonAction, Opened, OperateAction, PageAction, Speed,
    TimeAction, update,
};
use requeue::base::SimTime;
use requeue::broker::Name;
use requeue::lesson::progress::LessonProgress;
use requeue::scenario::Scenario;
use requeue::scenario::edit::{Part, PartKind, Slot};
use requeue::sim::InstanceId;
use requeue::sim::judge::Standing;

use super::support::*;

#[test]
fn a_lesson_is_predicted_fixed_and_its_progress_is_kept() {
    let mut app = in_class(TOPIC);
    deed(&mut app, LessonAction::Answer("audit-log".into()));
    deed(&mut app, LessonAction::CheckAnswer);
    assert_eq!(classroom(&app).work().verdict, Some(false));
    deed(&mut app, LessonAction::Answer("user-events".into()));
    assert_eq!(classroom(&app).work().verdict, None, "another answer is judged anew");
    assert_eq!(deed(&mut app, LessonAction::CheckAnswer), [Effect::SaveProgress, Effect::Reveal(Opened::Verdict)]);
    assert_eq!(classroom(&app).work().verdict, Some(true));
    deed(&mut app, LessonAction::Watch);
    play(&mut app, 3);
    assert!(
        session(&app)
            .playhead
            .log
            .newest()
            .any(|entry| words::line(&entry.occurrence, session(&app).world()).detail.contains("user.created")),
        "it is seen happening"
    );
    step_of(&mut app, "all-orders");
    deed(&mut app, LessonAction::Prove);
    settle(&mut app);
    let findings = classroom(&app).work().findings.clone();
    assert!(!findings[0].good && findings[1].good && !classroom(&app).work().done);
    assert!(findings[0].why.as_ref().is_some_and(|why| why.contains("audit-service")), "{findings:?}");
    // The run that failed, and back again.
    deed(&mut app, LessonAction::OpenFailure(0));
    assert!(classroom(&app).is_away());
    deed(&mut app, LessonAction::ToggleSandbox);
    act(&mut app, EditAction::SetField(Spot::of(Slot::Binding(0)).field("routing_key"), Kind::Text, "order.#".into()));
    deed(&mut app, LessonAction::Prove);
    let effects = settle(&mut app);
    assert!(classroom(&app).work().done && effects == [Effect::SaveProgress, Effect::Reveal(Opened::Verdict)]);
    // Away and back, each step has what was done at it.
    step_of(&mut app, "two");
    assert_eq!(classroom(&app).work().answer, ["audit-log", "user-events"]);
    step_of(&mut app, "all-orders");
    assert_eq!(&*session(&app).scenario().broker.bindings[0].routing_key, "order.#");
    // In another lesson's file with the same steps it is still done.
    let kept = Kept::of(&app);
    let mut again = App::default();
    act(&mut again, CourseAction::ProgressFound(kept));
    act(&mut again, FileAction::Opened { name: "lessons/a.md".into(), text: TOPIC.replace("## Three words", "## Three of them") });
    assert_eq!(classroom(&again).works.iter().filter(|work| work.done).count(), 2);
    assert_eq!(&*classroom(&again).step().id, "all-orders", "where the learner was");
    step_of(&mut again, "two");
    assert_eq!(classroom(&again).work().answer, ["audit-log"], "and what was answered first is there again");
    step_of(&mut again, "all-orders");
    assert_eq!(&*session(&again).scenario().broker.bindings[0].routing_key, "order.#", "and what was drawn");
}

/// Where a learner was: the lesson, its step, what is drawn and not judged yet, the chosen path.
#[test]
fn a_reload_comes_back_to_where_one_was() {
    let index = include_str!("../../static/lessons/index.json");
    let mut app = App::default();
    act(&mut app, CourseAction::ChoosePath("90 minutes".into()));
    let effects = update(&mut app, FileAction::Opened { name: "lessons/topic.md".into(), text: TOPIC.into() });
    assert!(effects.contains(&Effect::SaveProgress) && effects.contains(&Effect::FetchCourse), "{effects:?}");
    act(&mut app, CourseAction::Fetched(index.into()));
    step_of(&mut app, "all-orders");
    let key = Spot::of(Slot::Binding(0)).field("routing_key");
    let effects = update(&mut app, EditAction::SetField(key, Kind::Text, "order.placed.*".into()));
    assert!(effects.contains(&Effect::SaveProgress), "what is drawn is kept: {effects:?}");
    let kept = Kept::of(&app);
    let mut again = App::default();
    act(&mut again, CourseAction::ProgressFound(kept));
    assert_eq!((&*again.path, again.back_to.as_deref()), ("90 minutes", Some("topic.md")));
    act(&mut again, FileAction::Opened { name: "lessons/topic.md".into(), text: TOPIC.into() });
    assert_eq!(&*classroom(&again).step().id, "all-orders");
    assert_eq!(&*session(&again).scenario().broker.bindings[0].routing_key, "order.placed.*");
    // A verdict is there again, and the step is not solved by it.
    deed(&mut again, LessonAction::Prove);
    settle(&mut again);
    let goods = |app: &App| classroom(app).work().findings.iter().map(|finding| finding.good).collect::<Vec<_>>();
    let told = goods(&again);
    assert!(told.contains(&false), "{told:?}");
    let kept = Kept::of(&again);
    let mut third = App::default();
    act(&mut third, CourseAction::ProgressFound(kept));
    act(&mut third, FileAction::Opened { name: "lessons/topic.md".into(), text: TOPIC.into() });
    settle(&mut third);
    assert_eq!((goods(&third), classroom(&third).work().done), (told, false));
    assert!(!classroom(&third).is_verdict_old(session(&third)));
    // What was changed since is not judged unasked.
    let key = Spot::of(Slot::Binding(0)).field("routing_key");
    act(&mut third, EditAction::SetField(key, Kind::Text, "order.*".into()));
    let mut fourth = App::default();
    act(&mut fourth, CourseAction::ProgressFound(Kept::of(&third)));
    act(&mut fourth, FileAction::Opened { name: "lessons/topic.md".into(), text: TOPIC.into() });
    settle(&mut fourth);
    assert!(goods(&fourth).is_empty());
    // A lesson that was closed is not come back to.
    assert_eq!(deed(&mut again, LessonAction::Close), [Effect::SaveProgress]);
    assert_eq!(Kept::of(&again).place, "90 minutes\n");
}

/// The page of the course is open again after a reload, until it is closed.
#[test]
fn a_reload_comes_back_to_the_page_of_the_course() {
    let mut app = App::default();
    let effects = update(&mut app, PageAction::OpenDialog(Dialog::Course));
    assert!(effects.contains(&Effect::SaveProgress), "{effects:?}");
    let comes_back = |app: &App| {
        let mut again = App::default();
        act(&mut again, CourseAction::ProgressFound(Kept::of(app)));
        again.back_on_course
    };
    assert!(comes_back(&app));
    assert_eq!(update(&mut app, PageAction::CloseDialog), [Effect::SaveProgress]);
    assert!(!comes_back(&app));
}

#[test]
fn continue_opens_what_is_begun_and_then_what_comes_next() {
    let mut app = App::default();
    act(&mut app, CourseAction::Fetched(include_str!("../../static/lessons/index.json").into()));
    let proposed = |app: &App| app.proposed().map(|entry| entry.id().to_owned());
    let next = |app: &App, id: &str| app.next_lesson(id).map(|entry| entry.id().to_owned());
    let done = |app: &mut App, id: &str, done: &[&str]| {
        let done = done.iter().map(|step| (*step).into()).collect();
        app.progress.set(&id.into(), LessonProgress { steps: 2, done, at: None });
    };
    assert_eq!(proposed(&app).as_deref(), Some("why-events"));
    done(&mut app, "why-events", &["a", "b"]);
    assert_eq!(proposed(&app).as_deref(), Some("sync-or-async"));
    done(&mut app, "topic", &["a"]);
    assert_eq!(proposed(&app).as_deref(), Some("topic"), "it is begun");
    let (entry, progress) = (app.proposed().expect("there is one"), app.progress.of("topic").expect("it is begun"));
    assert_eq!(entry.minutes_left(progress), entry.minutes.div_ceil(2), "one of two steps is left");
    assert_eq!(entry.minutes_left(&LessonProgress { steps: 0, ..progress.clone() }), 0);
    assert_eq!(next(&app, "lab-lost-on-restart").as_deref(), Some("sync-or-async"), "after the last lesson: what is left");
    act(&mut app, CourseAction::ChoosePath("20 minutes".into()));
    assert_eq!((proposed(&app).as_deref(), next(&app, "why-events").as_deref()), (Some("lab-hot-loop"), Some("lab-hot-loop")));
    assert_eq!(next(&app, "topic").as_deref(), Some("lab-hot-loop"), "a lesson beside the path leads back to it");
    done(&mut app, "lab-hot-loop", &["a", "b"]);
    assert_eq!((proposed(&app), next(&app, "why-events")), (None, None));
    // The lesson that is open comes before others that are begun.
    act(&mut app, CourseAction::ChoosePath(String::new()));
    done(&mut app, "fanout", &["a"]);
    act(&mut app, FileAction::Opened { name: "lessons/topic.md".into(), text: TOPIC.into() });
    assert_eq!(proposed(&app).as_deref(), Some("topic"));
}

/// A verdict is about what was there when it was asked for.
#[test]
fn a_verdict_is_old_after_a_change_and_undo_makes_it_new() {
    let mut app = in_class(TOPIC);
    step_of(&mut app, "all-orders");
    deed(&mut app, LessonAction::Prove);
    settle(&mut app);
    let old = |app: &App| classroom(app).is_verdict_old(session(app));
    assert!(!old(&app));
    deed(&mut app, LessonAction::OpenFailure(0));
    assert!(classroom(&app).shown_failure().is_some() && !old(&app));
    deed(&mut app, LessonAction::ToggleSandbox);
    assert!(classroom(&app).shown_failure().is_none());
    act(&mut app, EditAction::SetField(Spot::of(Slot::Binding(0)).field("routing_key"), Kind::Text, "order.#".into()));
    assert!(old(&app));
    act(&mut app, EditAction::Undo);
    assert!(!old(&app));
}

type Way = fn(&mut App);

/// The failing run makes room: for the next step, for another check, for a reset.
#[test]
fn a_failing_run_is_left_by_going_on() {
    let goes_on: [(&str, Way); 3] = [
        ("another step", |app| step_of(app, "two")),
        ("check again", |app| {
            deed(app, LessonAction::Prove);
        }),
        ("reset", |app| {
            deed(app, LessonAction::Reset);
        }),
    ];
    for (name, go_on) in goes_on {
        let mut app = in_class(TOPIC);
        step_of(&mut app, "all-orders");
        deed(&mut app, LessonAction::Prove);
        settle(&mut app);
        deed(&mut app, LessonAction::OpenFailure(0));
        go_on(&mut app);
        assert!(!classroom(&app).is_away(), "{name}");
        step_of(&mut app, "all-orders");
        assert!(session(&app).world().recording().inputs.is_empty(), "{name}: the learner's own run is there");
    }
}

/// What a learner repaired is still on the canvas where it is to be explained.
#[test]
fn the_solved_system_stays_where_it_is_explained() {
    let mut app = in_class(include_str!("../../static/lessons/topic-or-fanout.md"));
    let steps = classroom(&app).lesson.steps.clone();
    let fix = steps.iter().find(|step| step.task.goal().is_some()).expect("it has a goal").id.clone();
    let explain = steps.iter().find(|step| step.task.name() == "explain").expect("it explains").id.clone();
    step_of(&mut app, &fix);
    show_solution(&mut app);
    deed(&mut app, LessonAction::Prove);
    settle(&mut app);
    assert!(classroom(&app).work().done);
    let solved = session(&app).scenario().clone();
    act(&mut app, EditAction::AddPart(PartKind::Client));
    step_of(&mut app, &explain);
    settle(&mut app);
    // What was drawn there can be undone here.
    assert!(session(&app).can_undo() && *session(&app).scenario() != solved);
    act(&mut app, EditAction::Undo);
    assert_eq!(*session(&app).scenario(), solved);
    // And after a reload.
    let mut again = App::default();
    act(&mut again, CourseAction::ProgressFound(Kept::of(&app)));
    act(
        &mut again,
        FileAction::Opened {
            name: "lessons/topic-or-fanout.md".into(),
            text: include_str!("../../static/lessons/topic-or-fanout.md").into(),
        },
    );
    settle(&mut again);
    assert_eq!((&classroom(&again).step().id, &**session(&again).scenario()), (&explain, &*solved));
}

#[test]
fn a_solution_is_shown_edit_by_edit_and_reset_takes_it_back() {
    let mut app = in_class(include_str!("../../static/lessons/why-events.md"));
    step_of(&mut app, "announce");
    deed(&mut app, LessonAction::ShowHint);
    deed(&mut app, LessonAction::ShowHint);
    assert_eq!(classroom(&app).work().hints, 2);
    let start = session(&app).scenario().clone();
    deed(&mut app, LessonAction::ShowSolution);
    let shown = |app: &App| {
        let (number, of, difference) = classroom(app).shown_edit().expect("it is shown");
        assert_eq!(session(app).points, difference.parts, "what changed is pointed at");
        (number, of, difference.says)
    };
    let told = [
        "Add the exchange platform-events.",
        "Add the queue notification-queue.",
        "Bind notification-queue to platform-events with the key order.*.",
        "order-service: step 3 becomes “Publish order.placed”.",
        "notification-service begins to work differently: When a message of notification-queue arrives.",
    ];
    for (place, says) in told.into_iter().enumerate() {
        assert_eq!(shown(&app), (place + 1, told.len(), says.to_owned()));
        deed(&mut app, LessonAction::ShowEdit(place + 2));
    }
    let whole = session(&app).scenario().clone();
    // Back and forth: the system follows.
    deed(&mut app, LessonAction::ShowEdit(2));
    assert!(session(&app).scenario().broker.bindings.is_empty() && shown(&app).0 == 2);
    deed(&mut app, LessonAction::ShowEdit(0));
    assert_eq!(shown(&app).0, 2, "there is none before the first");
    deed(&mut app, LessonAction::ShowEdit(5));
    assert_eq!(*session(&app).scenario(), whole);
    assert!(session(&app).can_undo(), "and each can be undone");
    deed(&mut app, LessonAction::Prove);
    settle(&mut app);
    assert!(classroom(&app).work().done);
    deed(&mut app, LessonAction::Reset);
    assert_eq!(**session(&app).scenario(), *start);
    assert_eq!(classroom(&app).work().hints, 2, "what one was told one knows");
}

#[test]
fn breaking_is_judged_on_the_run_and_with_faults_alone() {
    let mut app = in_class(CRASH);
    step_of(&mut app, "twice");
    play(&mut app, 3);
    deed(&mut app, LessonAction::Prove);
    settle(&mut app);
    assert!(!classroom(&app).work().findings[0].good, "nobody got two yet");
    act(&mut app, EditAction::PlanFault("kill notification-service at step 3 of message 60 for 2s".into()));
    act(&mut app, TimeAction::SetSpeed(Speed::Factor(20_000)));
    play(&mut app, 3);
    deed(&mut app, LessonAction::Prove);
    settle(&mut app);
    let findings = classroom(&app).work().findings.clone();
    assert!(findings.iter().all(|finding| finding.good), "{findings:?}");
}

#[test]
fn what_is_locked_says_so_and_a_result_is_handed_in() {
    let mut app = in_class(include_str!("../../static/lessons/publish-subscribe.md"));
    act(&mut app, EditAction::AddPart(PartKind::Service));
    assert!(notice(&app).is_some_and(|why| why.contains("services")));
    deed(&mut app, LessonAction::TypeStudent("Grace".into()));
    step_of(&mut app, "audit");
    show_solution(&mut app);
    deed(&mut app, LessonAction::Prove);
    settle(&mut app);
    let Effect::Download { name, text } = only(deed(&mut app, LessonAction::SaveResult)) else { panic!("a file") };
    assert_eq!(name, "publish-subscribe-result.json");
    let submission = requeue::formats::result_file::read(&text).expect("it can be read");
    let graded = requeue::lesson::grade::grade(&classroom(&app).lesson, &submission, &[]);
    deed(&mut app, LessonAction::Grade);
    wait(&mut app);
    assert_eq!(Some(&graded), classroom(&app).graded.as_ref(), "the page and whoever grades say the same");
    assert_eq!(graded.student.as_deref(), Some("Grace"));
    assert_eq!(graded.score, 500, "one of two");
}

#[test]
fn time_begun_again_in_a_lesson_is_judged_as_it_is_seen() {
    let mut app = in_class(MANAGEMENT);
    step_of(&mut app, "diagnose");
    let service = session(&app).scenario().service("analytics-service").expect("it is there").0;
    act(
        &mut app,
        EditAction::SetField(Spot::of(Slot::Service(service)).field("handlers").item(0).field("on.prefetch"), Kind::Whole, "3".into()),
    );
    play(&mut app, 2);
    act(&mut app, TimeAction::Restart);
    act(&mut app, OperateAction::Kill(InstanceId { service, instance: 0 }));
    act(&mut app, TimeAction::SetSpeed(Speed::Factor(20_000)));
    play(&mut app, 2);
    let stands = |clause| classroom(&app).live(session(&app), clause).map(|stands| matches!(stands, Standing::Met | Standing::SoFar));
    let seen: Vec<Option<bool>> = (0..3).map(stands).collect();
    deed(&mut app, LessonAction::Prove);
    settle(&mut app);
    let found: Vec<Option<bool>> = classroom(&app).work().findings.iter().map(|finding| Some(finding.good)).collect();
    assert_eq!(found, seen);
    assert!(
        classroom(&app).work().done,
        "{:?}",
        classroom(&app).work().findings.iter().map(|finding| finding.why.clone()).collect::<Vec<_>>()
    );
}

#[test]
fn one_may_play_freely_and_the_lesson_waits() {
    let mut app = in_class(MANAGEMENT);
    step_of(&mut app, "diagnose");
    play(&mut app, 3);
    let time = session(&app).world().now();
    deed(&mut app, LessonAction::ToggleSandbox);
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    play(&mut app, 5);
    deed(&mut app, LessonAction::ToggleSandbox);
    assert_eq!(session(&app).world().now(), time);
    assert!(session(&app).world().broker().queue("queue-1").is_none());
    deed(&mut app, LessonAction::Close);
    assert!(app.classroom.is_none() && app.session.is_some(), "what is on the canvas stays");
}

#[test]
fn a_lesson_is_made_of_the_canvas_and_can_be_opened() {
    let mut app = opened();
    act(&mut app, AuthorAction::Open);
    assert!(app.written.read().is_ok(), "{:?}", app.written.read());
    act(&mut app, AuthorAction::Try);
    assert_eq!(classroom(&app).lesson.title, "The course chapter's system");
    act(&mut app, AuthorAction::Type("no lesson".into()));
    act(&mut app, AuthorAction::Try);
    assert!(app.unreadable.is_some() && app.classroom.is_some(), "what was open still is");
    let mut drawn = opened();
    act(&mut drawn, EditAction::AddPart(PartKind::ClassicQueue));
    act(&mut drawn, FileAction::Opened { name: "a.md".into(), text: TOPIC.into() });
    assert_eq!(drawn.dialog, Some(Dialog::Replace), "unsaved work is asked about here, too");
    act(&mut drawn, FileAction::ConfirmReplace);
    assert_eq!(&*classroom(&drawn).lesson.id, "topic");
}

/// A kept text that cannot be read, or not wholly, is kept, told and handed out; what can be read is there.
#[test]
fn broken_progress_loses_nothing() {
    let kept = Kept {
        progress: r#"{"topic": {"steps": 3, "done": ["two"]}, "durable": 7}"#.into(),
        works: r#"{"topic": "no result"}"#.into(),
        unread: "from an earlier visit\n".into(),
        ..Kept::default()
    };
    let mut app = App::default();
    assert_eq!(update(&mut app, CourseAction::ProgressFound(kept.clone())), [Effect::SaveProgress]);
    assert_eq!(app.unread_problems.iter().map(ToString::to_string).collect::<Vec<_>>(), ["durable: expected an object, found 7"]);
    assert_eq!(Kept::of(&app).unread, format!("from an earlier visit\n{}\n", kept.progress));
    // The work is read when its lesson is opened. The other lesson's progress is there.
    let effects = update(&mut app, FileAction::Opened { name: "lessons/topic.md".into(), text: TOPIC.into() });
    assert!(effects.contains(&Effect::SaveProgress), "{effects:?}");
    assert_eq!(classroom(&app).works.iter().filter(|work| work.done).count(), 1, "as it is kept");
    assert!(Kept::of(&app).unread.ends_with("no result\n") && app.unread_problems.len() == 2);
    step_of(&mut app, "two");
    assert!(Kept::of(&app).unread.contains(r#""durable": 7"#), "what is saved later does not replace it");
    let effects = update(&mut app, CourseAction::SaveProgress);
    let files: Vec<&str> =
        effects.iter().filter_map(|effect| if let Effect::Download { text, .. } = effect { Some(&**text) } else { None }).collect();
    assert!(files.len() == 2 && files[1].contains(r#""durable": 7"#) && files[1].contains("no result"), "{files:?}");
    act(&mut app, CourseAction::DismissUnread);
    assert!(app.unread_problems.is_empty() && !Kept::of(&app).unread.is_empty());
}

/// What is written is read once for each change, however often it is shown while time passes.
#[test]
fn a_lesson_that_is_written_is_read_once() {
    let mut app = opened();
    act(&mut app, AuthorAction::Open);
    let read = |app: &App| app.written.read().map(std::ptr::from_ref).expect("a lesson");
    let prose = |app: &App| app.written.read().map(|(lesson, texts)| texts.of(lesson).steps[0].as_ptr()).expect("a lesson");
    let (first, first_prose) = (read(&app), prose(&app));
    play(&mut app, 1);
    act(&mut app, AuthorAction::Open);
    assert_eq!((read(&app), prose(&app)), (first, first_prose));
    let text = app.written.text().replace("Look around", "Look about");
    act(&mut app, AuthorAction::Type(text));
    assert_ne!(prose(&app), first_prose);
    // A lesson that is open has its texts, too.
    act(&mut app, AuthorAction::Try);
    let texts = classroom(&app).prose().steps[0].as_ptr();
    play(&mut app, 1);
    assert_eq!(classroom(&app).prose().steps[0].as_ptr(), texts);
}

#[test]
fn a_list_of_the_site_that_is_broken_says_so() {
    let mut app = App::default();
    act(&mut app, CourseAction::Fetched("<!doctype html>".into()));
    assert!(app.course.as_ref().is_some_and(|course| course.lessons.is_empty()));
    let unreadable = app.unreadable.take().expect("it says so");
    assert!(unreadable.name.contains("lessons") && unreadable.problems[0].message.contains("JSON"));
    act(&mut app, FileAction::GalleryFetched("[7]".into()));
    assert!(app.unreadable.is_some_and(|unreadable| unreadable.problems[0].path == "[0]"));
    assert!(app.gallery.as_ref().is_some_and(Vec::is_empty));
}

/// The systems on the way, each with the one before it.
fn steps(before: &Arc<Scenario>, after: &Arc<Scenario>) -> Vec<(Arc<Scenario>, Arc<Scenario>)> {
    let way = between(before, after);
    assert_eq!(way.last(), Some(after), "it ends where the solution does");
    [before.clone()].into_iter().chain(way.clone()).zip(way).collect()
}

/// Each change of each solution is told in one sentence, and points at a part that is on the canvas.
#[test]
fn every_edit_of_every_solution_is_told() {
    let mut told = 0;
    for path in std::fs::read_dir("static/lessons").expect("there are lessons").map(|file| file.expect("a file").path()) {
        // The guide for authors is no lesson, and reads as none.
        let Ok(lesson) = requeue::formats::lesson_file::read(&std::fs::read_to_string(&path).expect("it can be read")) else { continue };
        for goal in lesson.steps.iter().filter_map(|step| step.task.goal()) {
            let mut before = &lesson.scenario;
            for after in &goal.solution.edits {
                for (now, next) in steps(before, after) {
                    let Difference { says, parts } = difference(&now, &next);
                    told += 1;
                    assert!(says.ends_with('.') && says.len() > 10, "{}: {says}", path.display());
                    let names: Vec<Name> = Part::all(&next).map(|part| part.name().clone()).collect();
                    assert!(
                        (says.starts_with("Remove") || !parts.is_empty()) && parts.iter().all(|part| names.contains(part)),
                        "{}: {says} {parts:?}",
                        path.display()
                    );
                }
                before = after;
            }
        }
    }
    assert!(told > 60, "{told}");
}

/// Before anything was done nothing is met; what can still break is not met yet either.
#[test]
fn a_goal_has_its_tick_when_nothing_can_change_it_any_more() {
    let mut app = in_class(include_str!("../../static/lessons/retry-bug.md"));
    let mut seen = 0;
    for step in 0..classroom(&app).lesson.steps.len() {
        deed(&mut app, LessonAction::ChooseStep(step));
        let Some(goal) = classroom(&app).step().task.goal() else { continue };
        for clause in 0..goal.clauses.len() {
            let stands = classroom(&app).live(session(&app), clause);
            assert!(stands.is_none_or(|stands| stands == Standing::NotYet), "{}: {stands:?}", goal.clauses[clause].says);
            seen += usize::from(stands.is_some());
        }
    }
    assert!(seen > 2, "{seen} clauses are looked at while the learner acts");
}

/// Whatever a button of the drawer opens is scrolled into view: it must not stay under the fold.
#[test]
fn whatever_a_button_of_the_lesson_opens_is_revealed() {
    let mut app = in_class(TOPIC);
    let opened = |effects: Vec<Effect>| {
        let of = |effect| if let Effect::Reveal(opened) = effect { Some(opened) } else { None };
        effects.into_iter().find_map(of)
    };
    deed(&mut app, LessonAction::Answer("user-events".into()));
    let found = deed(&mut app, LessonAction::CheckAnswer);
    assert_eq!(opened(found), Some(Opened::Verdict));
    let hint = deed(&mut app, LessonAction::ShowHint);
    assert_eq!(opened(hint), Some(Opened::Hint));
    step_of(&mut app, "all-orders");
    assert_eq!(opened(deed(&mut app, LessonAction::Prove)), None, "the runs are played first");
    assert_eq!(opened(settle(&mut app)), Some(Opened::Verdict));
    assert_eq!(opened(deed(&mut app, LessonAction::ShowSolution)), Some(Opened::Change));
    assert_eq!(opened(deed(&mut app, LessonAction::ShowEdit(1))), Some(Opened::Change));
    assert_eq!(opened(deed(&mut app, LessonAction::Grade)), Some(Opened::Grade));
    let mut app = in_class(include_str!("../../static/lessons/topic-or-fanout.md"));
    step_of(&mut app, "why");
    deed(&mut app, LessonAction::TypeText("Each consumer binds what it wants.".into()));
    let effects = deed(&mut app, LessonAction::CompareText);
    assert!(effects.contains(&Effect::Read(requeue::app::Reading::Model)), "{effects:?}");
    assert_eq!(opened(effects), Some(Opened::Model));
}

/// The tick is for what was seen: past the last planned fault, or a message at its end. Going on is not seeing.
#[test]
fn a_look_is_done_when_its_point_was_seen() {
    let mut steps = 0;
    for path in std::fs::read_dir("static/lessons").expect("there are lessons").map(|file| file.expect("a file").path()) {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let Ok(lesson) = requeue::formats::lesson_file::read(&text) else { continue };
        for step in lesson.steps.iter().filter(|step| step.task.name() == "look") {
            steps += 1;
            let name = format!("{}, {}", path.display(), step.id);
            let mut app = in_class(&text);
            step_of(&mut app, &step.id);
            let at = classroom(&app).at;
            let is_done = |app: &App| classroom(app).works[at].done;
            act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
            assert!(!is_done(&app), "{name}: time stands");
            deed(&mut app, LessonAction::ChooseStep((at + 1) % lesson.steps.len()));
            assert!(!is_done(&app), "{name}: the learner went on without having seen it");
            deed(&mut app, LessonAction::ChooseStep(at));
            act(&mut app, TimeAction::SetSpeed(Speed::Factor(20_000)));
            act(&mut app, TimeAction::Play);
            let fault = requeue::lesson::look::last_fault(&lesson.scenario);
            while !is_done(&app) {
                let before = session(&app).world().now();
                assert!(before < SimTime::from_secs(120), "{name}: nothing is seen in two minutes");
                act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
                app.worked(SimTime::ZERO);
            }
            let now = session(&app).world().now();
            assert!(now > SimTime::ZERO && fault.is_none_or(|fault| now >= fault), "{name}: done at {now}, and its fault is at {fault:?}");
        }
    }
    assert!(steps >= 3, "{steps}");
}

/// A learner who leads time from event to event sees the fault, too. Before that, nothing is ticked.
#[test]
fn a_step_to_look_at_is_done_by_single_steps() {
    let mut tried = 0;
    for path in std::fs::read_dir("static/lessons").expect("there are lessons").map(|file| file.expect("a file").path()) {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let Ok(lesson) = requeue::formats::lesson_file::read(&text) else { continue };
        let Some(fault) = requeue::lesson::look::last_fault(&lesson.scenario).filter(|at| *at > SimTime::ZERO) else { continue };
        for step in lesson.steps.iter().filter(|step| step.task.name() == "look") {
            let name = format!("{}, {}", path.display(), step.id);
            let mut app = in_class(&text);
            step_of(&mut app, &step.id);
            let is_done = |app: &App| classroom(app).works[classroom(app).at].done;
            act(&mut app, TimeAction::Seek(fault.saturating_sub(SimTime::from_millis(1))));
            settle(&mut app);
            assert!(!is_done(&app), "{name}: it was not played");
            // The fault has come when nothing of its moment is left.
            let has_come = |app: &App| {
                let world = session(app).world();
                world.now() >= fault && world.next_at().is_none_or(|next| next > fault)
            };
            for _ in 0..10_000 {
                assert_eq!(is_done(&app), has_come(&app), "{name}, at {}", session(&app).world().now());
                if is_done(&app) {
                    break;
                }
                act(&mut app, TimeAction::StepForward);
            }
            assert!(is_done(&app), "{name}");
            tried += 1;
        }
    }
    assert!(tried >= 1, "{tried}");
}

/// An answer that was not right is marked as an answer: a tick says that something was right, or seen.
#[test]
fn only_a_right_first_answer_has_a_tick() {
    for (answers, mark) in [(&["audit-log", "user-events"][..], Mark::Done), (&["audit-log"], Mark::Missed)] {
        let mut app = in_class(TOPIC);
        let at = classroom(&app).at;
        assert_eq!(classroom(&app).mark(at), Mark::Open);
        for answer in answers {
            deed(&mut app, LessonAction::Answer((*answer).into()));
        }
        deed(&mut app, LessonAction::CheckAnswer);
        assert_eq!(classroom(&app).mark(at), mark, "{answers:?}");
        assert!(classroom(&app).work().done, "the learner can go on: the answer was shown");
        // The answer is shown by now: giving it then is no prediction.
        deed(&mut app, LessonAction::Answer("user-events".into()));
        deed(&mut app, LessonAction::CheckAnswer);
        assert_eq!(classroom(&app).mark(at), mark);
        // After a reload the first answer is there again, and what is right is worked out at its step.
        let mut again = App::default();
        act(&mut again, CourseAction::ProgressFound(Kept::of(&app)));
        act(&mut again, FileAction::Opened { name: "lessons/a.md".into(), text: TOPIC.into() });
        settle(&mut again);
        assert_eq!(classroom(&again).mark(at), mark);
    }
}

/// What is shown has a speed of its own. The learner's own is back when the show ends, and whichever way it is left.
#[test]
fn a_show_leaves_the_speed_as_the_learner_had_it() {
    let own = Speed::Factor(2_000);
    let leaves: [(&str, Way); 8] = [
        ("another step", |app| step_of(app, "two")),
        ("back to the own run", |app| {
            deed(app, LessonAction::ToggleSandbox);
        }),
        ("check again", |app| {
            deed(app, LessonAction::Prove);
            settle(app);
        }),
        ("a solution", |app| {
            deed(app, LessonAction::ShowSolution);
        }),
        ("reset", |app| {
            deed(app, LessonAction::Reset);
        }),
        ("the lesson closes", |app| {
            deed(app, LessonAction::Close);
        }),
        ("another lesson", |app| act(app, FileAction::Opened { name: "b.md".into(), text: CRASH.into() })),
        ("seeks", |app| act(app, TimeAction::Seek(SimTime::ZERO))),
    ];
    for (name, leave) in leaves {
        let mut app = in_class(TOPIC);
        act(&mut app, TimeAction::SetSpeed(own));
        step_of(&mut app, "all-orders");
        deed(&mut app, LessonAction::Prove);
        settle(&mut app);
        deed(&mut app, LessonAction::OpenFailure(0));
        for _ in 0..1_000 {
            if app.is_showing() {
                break;
            }
            act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
            app.worked(SimTime::ZERO);
        }
        assert_eq!(app.speed(), Speed::TEACHING, "{name}: it is shown");
        leave(&mut app);
        assert_eq!(app.speed(), own, "{name}");
    }
}

/// What is told of a moment is told no longer than it takes to read, once time passes on from it.
#[test]
fn what_is_told_of_a_moment_goes_when_time_passes_on() {
    let mut app = in_class(TOPIC);
    deed(&mut app, LessonAction::Watch);
    for _ in 0..10_000 {
        if !app.playing && app.working().is_none() {
            break;
        }
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
        app.worked(SimTime::ZERO);
    }
    for _ in 0..400 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
    }
    assert!(session(&app).playhead.shown.is_some(), "while time stands at the moment, it stays");
    assert_eq!(session(&app).plan().moves.waits_since(), None, "where time stands, nothing is waited for");
    // Everything has landed by then. The way of the message that was published stays lit.
    let story = session(&app).playhead.story.as_ref().and_then(|story| story.life.as_ref()).expect("its story is open");
    assert!(story.entries.iter().any(|entry| format!("{entry:?}").contains("user-events")), "{story:?}");
    act(&mut app, TimeAction::Play);
    for _ in 0..400 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
        app.worked(SimTime::ZERO);
    }
    assert_eq!(session(&app).playhead.shown, None);
}
