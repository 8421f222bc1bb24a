//! What a browser keeps of the work on a system: all of it is there when the page is opened again, and nothing runs by itself.

use requeue::app::landing::Landing;
use requeue::app::playhead::Left;
use requeue::app::{
    self, App, EditAction, Effect, FileAction, Keeps, LessonAction, Node, OperateAction, Options, PageAction, PublishAction, SelectAction,
    Speed, TimeAction, commands, update,
};
use requeue::base::SimTime;
use requeue::scenario::Point;
use requeue::scenario::edit::PartKind;

use super::support::*;

/// What a person would miss: the run with its messages, its log, the drawing, and each step back.
fn same_work(one: &mut App, other: &mut App) {
    let (here, there) = (session(one).world(), session(other).world());
    assert_eq!((here.now(), here.steps(), here.trace_hash()), (there.now(), there.steps(), there.trace_hash()));
    assert_eq!(here.ledger(), there.ledger());
    assert_eq!(session(one).scenario_as_drawn(), session(other).scenario_as_drawn());
    assert_eq!(session(one).timeline().furthest(), session(other).timeline().furthest());
    assert_eq!(session(one).is_unsaved(), session(other).is_unsaved());
    let log = |app: &App| session(app).playhead.log.newest().map(|entry| entry.number).collect::<Vec<_>>();
    assert_eq!(log(one), log(other));
    let mut steps = 0;
    while session(one).can_undo() || session(other).can_undo() {
        for app in [&mut *one, &mut *other] {
            assert!(session(app).can_undo(), "after {steps} steps");
            act(app, EditAction::Undo);
            if session(app).document.held.is_some() {
                act(app, EditAction::Decide(requeue::app::costs::Way::Step));
            }
        }
        steps += 1;
        assert_eq!(session(one).scenario_as_drawn(), session(other).scenario_as_drawn(), "after {steps} steps");
    }
}

#[test]
fn the_whole_work_is_there_when_the_page_is_opened_again() {
    let mut app = opened();
    play(&mut app, 4);
    assert!(matches!(&*update(&mut app, PublishAction::Again), [.., Effect::SaveDraft]));
    assert!(matches!(&*update(&mut app, EditAction::AddPart(PartKind::ClassicQueue)), [Effect::SaveDraft]));
    play(&mut app, 3);
    let service = notification_service(&app);
    assert!(matches!(&*update(&mut app, OperateAction::Kill(service)), [Effect::SaveDraft]));
    act(&mut app, EditAction::Drag(Node::Queue("queue-1".into()), Point { x: 30.0, y: 45.0 }));
    assert!(matches!(&*update(&mut app, EditAction::Drop), [Effect::SaveDraft]));
    act(&mut app, EditAction::AddPart(PartKind::Service));
    act(&mut app, EditAction::Undo);
    act(&mut app, TimeAction::StepForward);
    let kept = kept(&app);
    let mut later = opened_again(&kept);
    assert!(!later.playing && later.drafts.is_empty(), "nothing runs by itself");
    assert!(session(&later).can_redo());
    same_work(&mut app, &mut later);
}

/// In the past, after a change of the past, and after a restart: both runs are there.
#[test]
fn a_run_that_was_left_is_there_too() {
    for restarts in [false, true] {
        let mut app = opened();
        act(&mut app, PublishAction::Again);
        play(&mut app, 6);
        if restarts {
            act(&mut app, TimeAction::Restart);
        } else {
            act(&mut app, TimeAction::Seek(SimTime::from_secs(2)));
            let service = notification_service(&app);
            act(&mut app, OperateAction::Kill(service));
        }
        play(&mut app, 3);
        act(&mut app, PublishAction::Again);
        act(&mut app, TimeAction::Seek(SimTime::from_secs(1)));
        wait(&mut app);
        let mut later = opened_again(&kept(&app));
        assert_eq!(session(&later).playhead.left(), Some(if restarts { Left::Restarted } else { Left::Changed }));
        assert!(session(&later).timeline().is_in_the_past());
        assert!(session(&later).playhead.is_the_later_run());
        for app in [&mut app, &mut later] {
            act(app, TimeAction::SwapBranches);
            wait(app);
        }
        // Who works in the first run finds it first again.
        let again = opened_again(&kept(&app));
        assert!(!session(&app).playhead.is_the_later_run() && !session(&again).playhead.is_the_later_run());
        same_work(&mut app, &mut later);
    }
}

/// Time that only passed is no work: the page would ask about it at each visit. What was looked at alone is kept neither.
#[test]
fn only_what_a_person_did_is_kept() {
    let mut app = opened();
    let kept = |app: &mut App, action: requeue::app::Action| update(app, action).contains(&Effect::SaveDraft);
    assert!(!kept(&mut app, SelectAction::Node(Some(Node::Queue("analytics-queue".into()))).into()), "to look is not to change");
    play(&mut app, 3);
    assert!(!app.is_kept() && !kept(&mut app, FileAction::PageHidden.into()));
    act(&mut app, PublishAction::Again);
    assert!(kept(&mut app, FileAction::PageHidden.into()));
    act(&mut app, TimeAction::Play);
    assert!(!kept(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)).into()), "not in every frame");
    assert!(kept(&mut app, TimeAction::Pause.into()));
    let mut other = App::default();
    act(&mut other, PageAction::SetOptions(Options { read_only: true, ..Options::default() }));
    act(&mut other, FileAction::Opened { name: "link".into(), text: COURSE_CHAPTER.into() });
    act(&mut other, PublishAction::Again);
    assert!(!other.is_kept(), "a page to look at overwrites nothing");
}

/// The page is loaded again while work is open on it: it opens as soon as it can be read. What cannot be read hinders no visit.
#[test]
fn a_reload_comes_back_to_the_work_that_was_open() {
    let mut app = opened();
    assert!(update(&mut app, FileAction::PageHidden).contains(&Effect::NoteWork(false)), "to look is no work");
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    assert!(update(&mut app, FileAction::PageHidden).contains(&Effect::NoteWork(true)));
    let text = kept(&app);
    let mut later = App::default();
    later.arrived = requeue::app::rest::Arrived::FirstAlone(Vec::new());
    act(&mut later, FileAction::DraftsFound(vec![text.clone(), "{}".into()]));
    assert_eq!(update(&mut later, FileAction::ComeBack), [Effect::AwaitRest]);
    let effects = requeue::app::rest::come(&mut later, requeue::app::Rest::ALL);
    assert_eq!(effects, [Effect::PutDraft(text), Effect::KeepOlderDrafts(vec!["{}".into()]), Effect::NoteWork(true)]);
    wait(&mut later);
    same_work(&mut app, &mut later);
    assert!(later.drafts_are_hidden && later.dialog.is_none(), "nothing is asked");
    let mut later = App::default();
    act(&mut later, FileAction::DraftsFound(vec!["{}".into()]));
    let first = Effect::FetchScenario(requeue::app::FIRST_SCENARIO.into());
    assert_eq!((update(&mut later, FileAction::ComeBack), later.drafts_are_hidden), (vec![first], false));
}

/// What writes a draft comes with the second file. What was done before that is kept when it is there, and nobody is warned meanwhile.
#[test]
fn what_is_done_before_the_second_file_is_kept_when_it_comes() {
    let mut app = App::default();
    app.arrived = requeue::app::rest::Arrived::FirstAlone(Vec::new());
    act(&mut app, FileAction::Opened { name: "course-chapter.json".into(), text: COURSE_CHAPTER.into() });
    let service = notification_service(&app);
    assert_eq!(update(&mut app, OperateAction::Kill(service)), []);
    assert_eq!((app.draft_text(Keeps::Everything), notice(&app)), (None, None));
    assert_eq!(update(&mut app, SelectAction::All), []);
    assert_eq!(update(&mut app, SelectAction::Copy), [Effect::AwaitRest]);
    assert_eq!(update(&mut app, FileAction::SaveScenario), [Effect::AwaitRest]);
    let effects = requeue::app::rest::come(&mut app, requeue::app::Rest::ALL);
    assert!(matches!(&*effects, [Effect::SaveDraft, Effect::Copy(_), Effect::Download { .. }]), "{effects:?}");
    let mut later = opened_again(&kept(&app));
    same_work(&mut app, &mut later);
}

/// In a lesson the kept work would lead out of it, and its button could stand where another was just pressed.
#[test]
fn kept_work_is_not_offered_in_a_lesson() {
    let mut app = opened();
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    let text = kept(&app);
    let mut later = App::default();
    act(&mut later, FileAction::DraftsFound(vec![text]));
    assert!(later.offers_drafts());
    act(&mut later, FileAction::Opened { name: "lessons/a.md".into(), text: TOPIC.into() });
    assert!(later.classroom.is_some() && !later.offers_drafts());
    act(&mut later, LessonAction::Close);
    assert!(later.offers_drafts() && later.drafts.len() == 1, "it waited");
}

/// After it was saved it is still there, and is not called unsaved.
#[test]
fn what_was_saved_is_not_called_unsaved() {
    let mut app = opened();
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    let is_saved = |text: String| {
        let mut later = opened();
        act(&mut later, FileAction::DraftsFound(vec![text]));
        assert_eq!(later.drafts[0].title(), Some("The course chapter's system"));
        later.drafts[0].readable().map(|draft| draft.is_saved)
    };
    assert_eq!(is_saved(kept(&app)), Some(false));
    let effects = update(&mut app, FileAction::SaveScenario);
    assert!(matches!(&*effects, [Effect::Download { .. }, Effect::SaveDraft]), "{effects:?}");
    assert_eq!(is_saved(kept(&app)), Some(true));
    let mut later = opened_again(&kept(&app));
    assert!(!session(&later).is_unsaved());
    act(&mut later, EditAction::AddPart(PartKind::ClassicQueue));
    assert!(session(&later).is_unsaved());
}

/// What was kept before is offered until it is decided on, whatever is begun meanwhile.
#[test]
fn what_was_kept_before_is_never_overwritten() {
    let text = |title: &str| {
        let mut app = App::default();
        let other = COURSE_CHAPTER.replace("The course chapter's system", title);
        act(&mut app, FileAction::Opened { name: "a.json".into(), text: other });
        act(&mut app, PublishAction::Again);
        kept(&app)
    };
    let (first, second) = (text("First"), text("Second"));
    let mut app = opened();
    act(&mut app, FileAction::DraftsFound(vec![first.clone(), second.clone()]));
    let effects = update(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    assert_eq!(effects, [Effect::KeepOlderDrafts(vec![first.clone(), second.clone()]), Effect::SaveDraft]);
    assert_eq!(update(&mut app, EditAction::AddPart(PartKind::ClassicQueue)), [Effect::SaveDraft]);
    assert_eq!(update(&mut app, FileAction::DiscardDraft), [Effect::KeepOlderDrafts(vec![second.clone()])]);
    // What is open was changed: it is asked about first.
    let effects = update(&mut app, FileAction::OpenDraft(0));
    assert_eq!(app.dialog, Some(requeue::app::Dialog::Replace), "{effects:?}");
    act(&mut app, FileAction::ConfirmReplace);
    assert_eq!(session(&app).scenario().title, "Second");
    // Discarding is undone, and closing the offer discards nothing.
    let mut app = opened();
    act(&mut app, FileAction::DraftsFound(vec![first.clone(), second.clone()]));
    act(&mut app, FileAction::DiscardDraft);
    assert_eq!(update(&mut app, FileAction::RestoreDraft), [Effect::KeepOlderDrafts(vec![first.clone(), second.clone()])]);
    assert_eq!(update(&mut app, FileAction::RestoreDraft), []);
    assert_eq!(update(&mut app, FileAction::HideDrafts), []);
    assert!(app.drafts_are_hidden && app.drafts.len() == 2);
    // Each is found among the commands, also the older one.
    let commands = commands::all(&app);
    let kept: Vec<_> = commands.iter().filter(|command| matches!(command.action, app::Action::File(FileAction::OpenDraft(_)))).collect();
    assert_eq!(
        kept.iter().map(|command| &*command.word).collect::<Vec<_>>(),
        ["Go on with kept work: First", "Go on with kept work: Second"]
    );
    let action = kept[1].action.clone();
    let effects = update(&mut app, action);
    assert_eq!(session(&app).scenario().title, "Second");
    assert!(
        effects.contains(&Effect::KeepOlderDrafts(vec![first.clone()])) && effects.contains(&Effect::PutDraft(second.clone())),
        "{effects:?}"
    );
    // With nothing begun, the newest has the first place.
    let mut app = opened();
    act(&mut app, FileAction::DraftsFound(vec![first, second.clone()]));
    assert_eq!(update(&mut app, FileAction::DiscardDraft), [Effect::ForgetDraft, Effect::KeepOlderDrafts(vec![second])]);
}

/// A draft of the first edition was a scenario. One that is damaged, or of tomorrow, is told of, and can be saved as a file.
#[test]
fn an_old_draft_opens_and_a_damaged_one_is_told_of() {
    let mut later = opened_again(COURSE_CHAPTER);
    assert!(session(&later).is_unsaved(), "no file has it");
    act(&mut later, EditAction::Undo);
    let mut app = opened();
    act(&mut app, PublishAction::Again);
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    let good = kept(&app);
    for (text, told) in [
        ("{ not a scenario".to_owned(), "this is not JSON"),
        (good[..good.len() / 2].to_owned(), "this is not JSON"),
        (good.replacen("\"requeue_draft\":1", "\"requeue_draft\":9", 1), "this is format 9, and this Requeue reads format 1"),
        (good.replacen("\"of\":0", "\"of\":7", 1), "a whole number"),
        (good.replacen("\"saved\"", "\"safed\"", 1), "unknown field"),
        (good.replacen("\"x-message-ttl\"", "\"x-massage-ttl\"", 1).replacen("\"type\":\"topic\"", "\"type\":\"topical\"", 1), "topical"),
    ] {
        let mut later = opened();
        act(&mut later, FileAction::DraftsFound(vec![text.clone()]));
        let problems: Vec<String> = later.drafts[0].problems().expect(told).iter().map(ToString::to_string).collect();
        assert!(problems.iter().any(|problem| problem.contains(told)), "{told}: {problems:?}");
        assert_eq!(update(&mut later, FileAction::OpenDraft(0)), []);
        let Effect::Download { text: saved, .. } = only(update(&mut later, FileAction::SaveDraftAsFile)) else { panic!("a file") };
        assert_eq!(saved, text);
        assert_eq!(update(&mut later, PublishAction::Again), [Effect::KeepOlderDrafts(vec![text]), Effect::SaveDraft], "and is not lost");
    }
}

/// As much as there is room for; what is not kept is said, once.
#[test]
fn what_cannot_be_kept_is_said() {
    let mut app = opened();
    act(&mut app, PublishAction::Again);
    let says = |app: &App| notice(app).unwrap_or_default();
    for (keeps, said) in [
        (Keeps::Everything, ""),
        (Keeps::Run, "undo"),
        (Keeps::Drawing, "only the drawing"),
        (Keeps::Drawing, ""),
        (Keeps::Everything, ""),
        (Keeps::Nothing, "Save it as a file"),
    ] {
        act(&mut app, PageAction::DismissNotice);
        act(&mut app, FileAction::DraftKept(keeps));
        assert!(says(&app).contains(said) && says(&app).is_empty() == said.is_empty(), "{keeps:?}: {}", says(&app));
    }
    // A run of very many edits is larger than a browser keeps: its drawing is not.
    for _ in 0..400 {
        act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
        act(&mut app, EditAction::Undo);
    }
    assert_eq!(app.draft_text(Keeps::Everything), None);
    let drawing = app.draft_text(Keeps::Drawing).expect("there is room");
    assert_eq!(session(&opened_again(&drawing)).scenario_as_drawn(), session(&app).scenario_as_drawn());
}

/// A message flies for a while, and counts where it has landed: what is counted after a reload is what was counted before, wherever
/// time was stopped and at which speed it had run.
#[test]
fn a_reload_counts_what_had_landed() {
    let counts = |app: &App| {
        let landing = Landing::of(app, session(app));
        session(app).world().broker().queues().map(|queue| (landing.ready(queue), landing.total(queue))).collect::<Vec<_>>()
    };
    let mut flying = 0;
    for stop in 0..60 {
        let mut app = opened();
        act(&mut app, TimeAction::SetSpeed(Speed::Factor(20_000)));
        act(&mut app, TimeAction::Play);
        for _ in 0..60 + stop {
            act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
            app.worked(SimTime::ZERO);
        }
        act(&mut app, TimeAction::Pause);
        act(&mut app, TimeAction::SetSpeed(Speed::NORMAL));
        act(&mut app, PublishAction::Again);
        wait(&mut app);
        let mut later = opened_again(&kept(&app));
        assert_eq!(counts(&app), counts(&later), "stopped at {}", session(&app).world().now());
        // What was published while time stands lands in both, also where one of them was kept before.
        for _ in 0..200 {
            act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
            act(&mut later, TimeAction::FramePassed(SimTime::from_millis(16)));
        }
        assert_eq!(counts(&app), counts(&later), "when it has landed");
        flying += u32::from(!Landing::of(&app, session(&app)).is_empty());
    }
    assert!(flying > 0, "nothing ever flew");
}
