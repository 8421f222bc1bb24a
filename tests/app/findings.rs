//! What is probably a mistake in the system that is open: told by part, mended by one edit that can be undone.

use requeue::app::camera::Pixel;
use requeue::app::geometry;
use requeue::app::{App, CanvasAction, EditAction, FileAction, LessonAction, Options, TimeAction, WorkspaceAction};
use requeue::base::SimTime;
use requeue::scenario::edit::{Edit, Part, PartKind};
use requeue::scenario::findings::Kind;
use requeue::scenario::{ExchangeType, Point};

use super::support::*;

fn queue() -> Part {
    Part::Queue("queue-1".into())
}

fn kinds(app: &App, part: &Part) -> Vec<Kind> {
    app.findings.of(part).iter().map(|finding| finding.kind).collect()
}

/// An exchange and a queue, and nothing between them.
fn drawn() -> App {
    let mut app = App::default();
    act(&mut app, FileAction::New);
    for kind in [PartKind::Exchange(ExchangeType::Topic), PartKind::ClassicQueue] {
        act(&mut app, EditAction::Apply(Edit::Add { kind, at: Point::default() }));
    }
    app
}

fn fix(app: &App, part: &Part) -> EditAction {
    let fix = app.findings.of(part)[0].fix.as_ref().expect("it can be mended");
    EditAction::Mend(fix.edits(session(app).scenario()).expect("the part is there"))
}

#[test]
fn the_chapters_system_has_none() {
    assert!(opened().findings.all().is_empty());
}

#[test]
fn each_part_has_its_own_and_a_fix_can_be_undone() {
    let mut app = drawn();
    let exchange = Part::Exchange("exchange-1".into());
    assert_eq!((kinds(&app, &queue()), kinds(&app, &exchange)), (vec![Kind::QueueUnbound], vec![Kind::ExchangeUnbound]));
    assert_eq!(app.findings.all().len(), 2);
    assert!(app.findings.of(&Part::Queue("queue-2".into())).is_empty());
    let edit = fix(&app, &queue());
    act(&mut app, edit);
    assert_eq!(session(&app).scenario().broker.bindings.len(), 1);
    assert!(app.findings.all().is_empty());
    act(&mut app, EditAction::Undo);
    assert_eq!(app.findings.all().len(), 2);
}

/// What a fix puts on the canvas is seen, beside the drawer that has its button.
#[test]
fn what_a_fix_creates_is_seen() {
    let mut created = 0;
    for kind in [PartKind::ClassicQueue, PartKind::Exchange(ExchangeType::Topic), PartKind::Service] {
        let mut app = App::default();
        act(&mut app, FileAction::New);
        act(&mut app, EditAction::AddPart(kind));
        act(&mut app, EditAction::AddPart(PartKind::Exchange(ExchangeType::Topic)));
        let size = Pixel { x: 672.0, y: 520.0 };
        act(&mut app, CanvasAction::Resize(size));
        act(&mut app, CanvasAction::Zoom(1.6, None));
        // The parts stand in the right lower corner, and what is new beyond.
        act(&mut app, CanvasAction::Centre(Point { x: -100.0, y: -100.0 }));
        let mut mended = 0;
        while let Some(finding) = app.findings.all().iter().find(|finding| finding.fix.is_some()).cloned() {
            let known = geometry::places(session(&app).plan());
            let edits = finding.fix.and_then(|fix| fix.edits(session(&app).scenario())).expect("the part is there");
            act(&mut app, EditAction::Mend(edits));
            let plan = session(&app).plan();
            let new: Vec<_> = geometry::places(plan).into_iter().filter(|place| !known.contains(place)).collect();
            for place in &new {
                let rect = geometry::with_name(plan, place).expect("it is drawn");
                assert!(app.camera().shows(size, &rect), "{kind:?}: {place:?}");
            }
            created += new.len();
            mended += 1;
            assert!(mended < 20);
        }
    }
    assert!(created >= 2, "{created}");
}

#[test]
fn a_read_only_page_tells_and_mends_nothing() {
    let mut app = drawn();
    app.options = Options { read_only: true, ..Options::default() };
    let edit = fix(&app, &queue());
    act(&mut app, edit);
    assert_eq!((session(&app).scenario().broker.bindings.len(), app.findings.all().len()), (0, 2));
}

/// The list stays where it is in memory: nothing is searched for while time passes, or a part is moved.
#[test]
fn it_is_searched_for_when_the_system_changes_and_only_then() {
    let mut app = drawn();
    let first = app.findings.all().as_ptr();
    act(&mut app, TimeAction::Play);
    for _ in 0..100 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    }
    act(&mut app, EditAction::Drag(node("queue-1"), Point { x: 300.0, y: 300.0 }));
    act(&mut app, EditAction::Drop);
    assert_eq!(app.findings.all().as_ptr(), first);
    act(&mut app, EditAction::Apply(Edit::Add { kind: PartKind::QuorumQueue, at: Point::default() }));
    assert_eq!(app.findings.all().len(), 3);
}

/// What is wrong is what the lesson asks.
#[test]
fn a_lesson_gives_nothing_away() {
    let mut app = App::default();
    let text = include_str!("../../static/lessons/lab-silent.md").to_owned();
    act(&mut app, FileAction::Opened { name: "lab-silent.md".into(), text });
    assert!(app.classroom.is_some() && app.findings.all().is_empty());
    act(&mut app, LessonAction::Close);
    if app.classroom.is_none() {
        assert_eq!(app.findings.all().len(), 1, "the system is played with freely");
    }
}

/// What is mended stays in its place as long as its list is looked at: no other fix comes under the pointer.
#[test]
fn what_is_pressed_stands_still() {
    let mut app = drawn();
    act(&mut app, EditAction::Apply(Edit::Add { kind: PartKind::ClassicQueue, at: Point::default() }));
    let list = |app: &App| app.findings.shown(None).iter().map(|(one, mended)| (one.part.clone(), *mended)).collect::<Vec<_>>();
    let before = list(&app);
    assert!(before.len() > 2 && before.iter().all(|(_, mended)| !mended));
    let places = |list: &[(Part, bool)]| list.iter().map(|(part, _)| part.clone()).collect::<Vec<_>>();
    for part in [queue(), Part::Queue("queue-2".into())] {
        let mends = fix(&app, &part);
        act(&mut app, mends);
        assert_eq!(places(&list(&app))[..before.len()], places(&before));
        assert!(list(&app).contains(&(part.clone(), true)) && app.findings.of(&part).is_empty());
    }
    // Undone, it is one again; where another list is looked at, what is mended is gone.
    act(&mut app, EditAction::Undo);
    assert!(list(&app).iter().all(|(_, mended)| !mended));
    let mends = fix(&app, &Part::Queue("queue-2".into()));
    act(&mut app, mends);
    assert!(list(&app).iter().any(|(_, mended)| *mended));
    act(&mut app, WorkspaceAction::CloseLeft);
    assert!(list(&app).iter().all(|(_, mended)| !mended));
}
