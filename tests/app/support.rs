//! What the tests of the application share: a page without a browser, and short words for what is done with it.

use requeue::app::camera::Pixel;
use requeue::app::composer::Typed;
use requeue::app::{
    self, Action, App, CanvasAction, EditAction, Effect, FileAction, LessonAction, Node, PublishAction, SelectAction, Session, Speed,
    TimeAction,
};
use requeue::base::SimTime;
use requeue::scenario::edit::Part;
use requeue::sim::InstanceId;

pub const COURSE_CHAPTER: &str = include_str!("../../static/scenarios/course-chapter.json");

/// Every system of the gallery, with its name.
pub fn gallery() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("there are scenarios").map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("it can be read");
            (path.file_stem().expect("a name").to_string_lossy().into_owned(), text)
        })
        .collect()
}

pub fn opened() -> App {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "course-chapter.json".into(), text: COURSE_CHAPTER.into() });
    app
}

pub fn act(app: &mut App, action: impl Into<Action>) {
    app::update(app, action);
}

pub fn compose(app: &mut App, what: Typed, text: &str) {
    act(app, PublishAction::Set(what, text.into()));
}

pub fn session(app: &App) -> &Session {
    app.session.as_ref().expect("a scenario is open")
}

/// What is said of the last action.
pub fn notice(app: &App) -> Option<String> {
    session(app).notice.as_ref().map(|notice| notice.text.clone())
}

pub fn play(app: &mut App, seconds: u64) {
    act(app, TimeAction::Play);
    let pass = |app: &mut App, millis: u64| {
        act(app, TimeAction::FramePassed(SimTime::from_millis(millis)));
        app.worked(SimTime::ZERO);
    };
    let begun = session(app).world().now();
    for _ in 0..seconds * 20 {
        pass(app, 50);
    }
    // Time may have slowed by itself: then it takes more frames.
    while app.speed() == Speed::NORMAL && app.playing {
        let left = (begun + SimTime::from_secs(seconds)).saturating_sub(session(app).world().now());
        if left == SimTime::ZERO {
            break;
        }
        pass(app, left.as_micros().div_ceil(1_000).min(50));
    }
    act(app, TimeAction::Pause);
}

/// The run up to now, as a file has it.
pub fn recording_text(app: &App) -> String {
    requeue::formats::recording_file::write(&session(app).recording(), session(app).world().reached())
}

/// The page is opened again in the same browser, which kept this work and is asked for it.
pub fn opened_again(kept: &str) -> App {
    let mut later = opened();
    act(&mut later, FileAction::DraftsFound(vec![kept.to_owned()]));
    act(&mut later, FileAction::OpenDraft(0));
    wait(&mut later);
    later
}

/// The work on the open system, as a browser keeps it.
pub fn kept(app: &App) -> String {
    app.draft_text(requeue::app::Keeps::Everything).expect("there is room")
}

/// Frames pass until nothing is under way any more.
pub fn wait(app: &mut App) {
    for _ in 0..10_000 {
        if !app.is_busy() {
            return;
        }
        act(app, TimeAction::FramePassed(SimTime::from_millis(16)));
        app.worked(SimTime::ZERO); // as a fast machine does
    }
    panic!("it never ends: {:?}", app.working());
}

pub fn notification_service(app: &App) -> InstanceId {
    let (service, _) = session(app).scenario().service("notification-service").expect("it is there");
    InstanceId { service, instance: 0 }
}

pub fn select(app: &mut App, part: &Part) {
    let world = session(app).world();
    let node = match part {
        Part::Exchange(name) => Node::Exchange(name.clone()),
        Part::Queue(name) => Node::Queue(name.clone()),
        Part::Service(name) => {
            let service = world.services().iter().position(|service| service.spec.name == *name).expect("it is there");
            Node::Instance(InstanceId { service, instance: 0 })
        }
        Part::Client(name) => Node::Client(world.clients().iter().position(|client| client.spec.name == *name).expect("it is there")),
    };
    act(app, SelectAction::Node(Some(node)));
}

pub fn connect(app: &mut App, from: &Part, to: &Part) {
    act(app, SelectAction::Node(None));
    select(app, from);
    act(app, EditAction::ToggleLine);
    select(app, to);
}

/// On a stage of a usual size.
pub fn seen() -> App {
    let mut app = opened();
    act(&mut app, CanvasAction::Resize(Pixel { x: 1_000.0, y: 700.0 }));
    app
}

/// Where a node's middle is on the stage.
pub fn pixel(app: &App, node: &Node) -> Pixel {
    app.camera().to_stage(session(app).place(node).expect("it is there"))
}

/// Two presses, and what the browser then tells.
pub fn double_click(app: &mut App, at: Pixel) -> Vec<Effect> {
    let page = (7, 8);
    for is_first in [true, false] {
        act(app, CanvasAction::PressEmpty { at, boxed: false });
        if is_first {
            act(app, CanvasAction::FirstPress);
        }
        act(app, CanvasAction::Release { at, page, event: None });
    }
    app::update(app, CanvasAction::DoubleClick { at, page })
}

pub fn node(queue: &str) -> Node {
    Node::Queue(queue.into())
}

pub fn ready(app: &App, queue: &str) -> u64 {
    session(app).world().broker().queue(queue).map_or(0, requeue::broker::view::QueueView::ready)
}

pub fn balanced(app: &App) {
    assert_eq!(session(app).world().ledger().imbalances(), [""; 0]);
}

pub const TOPIC: &str = include_str!("../../static/lessons/topic.md");

pub const CRASH: &str = include_str!("../../static/lessons/crash-before-ack.md");

pub const MANAGEMENT: &str = include_str!("../../static/lessons/management-numbers.md");

pub fn in_class(text: &str) -> App {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "lessons/a.md".into(), text: text.into() });
    assert_eq!(app.unreadable, None);
    app
}

pub fn classroom(app: &App) -> &app::Classroom {
    app.classroom.as_ref().expect("a lesson is open")
}

pub fn deed(app: &mut App, action: LessonAction) -> Vec<Effect> {
    app::update(app, action)
}

/// The one effect of an action.
pub fn only(effects: Vec<Effect>) -> Effect {
    let [effect] = <[Effect; 1]>::try_from(effects).expect("one effect");
    effect
}

/// Frames pass until nothing goes on by itself any more.
pub fn settle(app: &mut App) -> Vec<Effect> {
    let mut effects = Vec::new();
    for _ in 0..2_000 {
        effects.extend(app::update(app, TimeAction::FramePassed(SimTime::from_millis(50))));
        app.worked(SimTime::ZERO);
        if !app.is_busy() {
            return effects;
        }
    }
    panic!("it goes on for ever");
}

pub fn step_of(app: &mut App, id: &str) {
    let index = classroom(app).lesson.steps.iter().position(|step| &*step.id == id).expect("there is such a step");
    deed(app, LessonAction::ChooseStep(index));
}

/// A solution, to its last edit.
pub fn show_solution(app: &mut App) {
    deed(app, LessonAction::ShowSolution);
    while let Some((number, of, _)) = classroom(app).shown_edit()
        && number < of
    {
        deed(app, LessonAction::ShowEdit(number + 1));
    }
}
