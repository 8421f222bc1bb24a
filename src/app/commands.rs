//! Everything that can be done, by name: for the command palette, for menus, and for the list of shortcuts.

use super::arrange::Align;
use super::form::{self, About, Field, Row};
use super::keys::ZOOM;
use super::landing::Price;
use super::search::Wanted;
use super::texts::commands as texts;
use super::words::place_name;
use super::{
    Action, App, AuthorAction, CanvasAction, CourseAction, Dialog, Drawer, EditAction, Exhibit, FileAction, Image, LessonAction, Node,
    OperateAction, PageAction, PublishAction, SelectAction, Session, Shelf, Side, Speed, Theme, TimeAction, WorkspaceAction, geometry,
};
use crate::broker::{Name, Resource};
use crate::formats::site_list::CourseEntry;
use crate::lesson::Task;
use crate::scenario::edit::{self, Part, PartKind};
use crate::scenario::{BROKER, Deploy, Ending, FaultKind, Point, Target};
use crate::sim::{BY_HAND_MAX, End};

#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// What stands on a button.
    pub word: String,
    /// What it does, where the word alone does not say it.
    pub explains: &'static str,
    /// What it would destroy now, where it would destroy messages.
    pub price: String,
    /// Other words that a learner types for it.
    pub also: &'static str,
    /// The keys that do the same.
    pub keys: &'static str,
    pub action: Action,
}

impl Command {
    /// As the palette lists it.
    #[must_use]
    pub fn name(&self) -> String {
        if self.explains.is_empty() { self.word.clone() } else { format!("{}: {}", self.word, self.explains) }
    }

    /// Whether it destroys something: its button is red.
    #[must_use]
    pub const fn is_destructive(&self) -> bool {
        matches!(self.action, Action::Operate(OperateAction::Kill(_) | OperateAction::Purge(_)) | Action::Edit(EditAction::Delete))
    }

    fn explained(self, explains: &'static str) -> Self {
        Self { explains, ..self }
    }

    /// With what it would destroy.
    fn costing(self, price: Option<Price>) -> Self {
        Self { price: price.map(|price| texts::drops(&price)).unwrap_or_default(), ..self }
    }

    /// With words of others.
    fn or(self, also: &'static str) -> Self {
        Self { also, ..self }
    }
}

fn command(word: impl Into<String>, keys: &'static str, action: impl Into<Action>) -> Command {
    Command { word: word.into(), explains: "", price: String::new(), also: "", keys, action: action.into() }
}

/// What can be done with what is selected.
#[must_use]
pub fn of_selection(app: &App) -> Vec<Command> {
    let Some(session) = &app.session else { return Vec::new() };
    if let Some(line) = session.selection.line.as_ref().filter(|_| !app.options.read_only) {
        let key = session.key_of(line).map(|_| command(texts::EDIT_ITS_KEY, "F2", EditAction::AskKey));
        return key.into_iter().chain([command(texts::DELETE, "Del", EditAction::Delete).or(texts::LIKE_DELETE)]).collect();
    }
    let Some(node) = &session.selection.primary else { return Vec::new() };
    let mut commands = Vec::new();
    match node {
        Node::Instance(id) => commands.extend(of_instance(session, *id)),
        Node::Client(index) => commands.extend(of_client(session, *index)),
        Node::Queue(name) => commands.extend(of_queue(app, session, name)),
        Node::Exchange(_) => {}
    }
    if !app.options.read_only {
        if session.selection.also.is_empty() {
            commands.push(command(texts::CONNECT_TO, "C", EditAction::ToggleLine).or(texts::LIKE_CONNECT));
        } else {
            for (name, align) in [
                (texts::ALIGN_IN_A_COLUMN, Align::Column),
                (texts::ALIGN_IN_A_ROW, Align::Row),
                (texts::SPREAD_DOWNWARDS, Align::SpreadDown),
                (texts::SPREAD_ACROSS, Align::SpreadAcross),
            ] {
                commands.push(command(name, "", EditAction::Align(align)));
            }
        }
        commands.push(command(texts::COPY, "Ctrl+C", SelectAction::Copy));
        commands.push(command(texts::CUT, "Ctrl+X", EditAction::Cut));
        commands.push(command(texts::DUPLICATE, "Ctrl+D", EditAction::Duplicate));
        let delete = command(texts::DELETE, "Del", EditAction::Delete).or(texts::LIKE_DELETE);
        commands.push(delete.costing(app.price_of_selected(session)));
    }
    commands
}

fn of_client(session: &Session, index: usize) -> Option<Command> {
    let name = session.world().clients().get(index).map(|client| client.spec.name.clone());
    name.map(|name| command(texts::SEND_50_REQUESTS_AT_ONCE, "", OperateAction::Request(name, 50)))
}

fn of_queue(app: &App, session: &Session, name: &Name) -> Vec<Command> {
    let queue = || name.clone();
    let purge = command(texts::PURGE, "", OperateAction::Purge(queue())).explained(texts::DROP_WHAT_IS_READY).or(texts::LIKE_PURGE);
    let redrive = command(texts::REDRIVE, "", OperateAction::Move { queue: queue(), count: BY_HAND_MAX, to: None });
    vec![
        command(texts::GET_ONE_MESSAGE_PUT_IT, "", OperateAction::Get { queue: queue(), count: 1, requeue: true }).or(texts::LIKE_GET),
        purge.costing(Some(app.price_of_ready(session, name))),
        redrive.explained(texts::SEND_ALL_BACK_TO_WHERE).or(texts::LIKE_REDRIVE),
    ]
}

/// What can be done to a program, each fault or its opposite.
#[must_use]
pub fn of_instance(session: &Session, id: crate::sim::InstanceId) -> Vec<Command> {
    let world = session.world();
    let (Some(state), Some(service)) = (world.instance(id), world.services().get(id.service)) else { return Vec::new() };
    let target = || Target { service: service.spec.name.clone(), instance: Some(id.instance) };
    if !state.up {
        return vec![command(texts::START, "", OperateAction::Start(id)).or(texts::LIKE_START)];
    }
    let toggle = |broken: bool, name: &str, mend: &str, kind: FaultKind| {
        if broken { command(mend, "", OperateAction::Mend(kind)) } else { command(name, "", OperateAction::Break(kind)) }
    };
    let cut = FaultKind::Partition([service.spec.name.clone().into(), BROKER.into()]);
    let deploy = |version: Option<&Name>| {
        let (service, ending) = (service.spec.name.clone(), Ending::Stop { within: None });
        FaultKind::Deploy(Box::new(Deploy { service, version: version.cloned(), rolling: false, ending }))
    };
    let deploys = service.spec.versions.iter().map(|version| {
        command(texts::deploy(&version.name), "", OperateAction::Break(deploy(Some(&version.name)))).explained(texts::EACH_INSTANCE_ENDS)
    });
    let back = state.version.is_some().then(|| command(texts::DEPLOY_ITS_OWN, "", OperateAction::Break(deploy(None))));
    // Its own work may hold it up, too.
    let hangs = state.hung && !state.is_blocking();
    let hang = toggle(hangs, texts::HANG, texts::WAKE, FaultKind::Hang(target()));
    let hang = if hangs { hang } else { hang.explained(texts::DO_NOTHING_KEEP_WHAT_IT).or(texts::LIKE_HANG) };
    vec![
        command(texts::KILL, "K", OperateAction::Kill(id)).or(texts::LIKE_KILL),
        command(texts::STOP, "", OperateAction::Break(FaultKind::Stop(target())))
            .explained(texts::FINISH_WHAT_IT_HAS_BEGUN)
            .or(texts::LIKE_STOP),
        hang,
        toggle(state.slowness > 1.0, texts::SLOW_DOWN_5, texts::BACK_TO_ITS_SPEED, FaultKind::Slow(target(), 5.0)).or(texts::LIKE_SLOW),
        toggle(world.is_cut([End::Service(id.service), End::Broker]), texts::CUT_OFF_FROM_THE_BROKER, texts::RECONNECT_TO_THE_BROKER, cut)
            .or(texts::LIKE_PARTITION),
        command(texts::FILL_ITS_STORE, "", OperateAction::Break(FaultKind::FillStore(service.spec.name.clone()))).or(texts::LIKE_FULL),
    ]
    .into_iter()
    .chain(deploys)
    .chain(back)
    .collect()
}

/// What can be done at a place of the canvas.
#[must_use]
pub fn of_canvas(app: &App) -> Vec<Command> {
    let mut commands = parts(app, |kind| EditAction::AddPartAt(kind, app.canvas.menu_at));
    commands.extend(of_document(app));
    commands
}

/// The parts that can be created at the end of the line that is being drawn.
#[must_use]
pub fn of_ends(app: &App, beside: bool) -> Vec<Command> {
    let Some(session) = app.session.as_ref().filter(|_| !app.options.read_only) else { return Vec::new() };
    let Some(from) = session.selection.connecting.as_ref().and_then(|node| session.part(node)) else { return Vec::new() };
    let at = (!beside).then_some(app.canvas.menu_at);
    ends(&from, at)
}

/// The parts that can be created at the end of a line from this one.
#[must_use]
pub fn ends(from: &Part, at: Option<Point>) -> Vec<Command> {
    let one = |kind: &PartKind| {
        let (word, explains) = texts::end(from, *kind);
        command(word, "", EditAction::Extend { from: from.clone(), kind: *kind, at }).explained(explains)
    };
    edit::ends(from).iter().map(one).collect()
}

/// The parts that can be added at a place of the canvas.
#[must_use]
pub fn of_parts(app: &App) -> Vec<Command> {
    parts(app, |kind| EditAction::AddPartAt(kind, app.canvas.menu_at))
}

fn parts(app: &App, add: impl Fn(PartKind) -> EditAction) -> Vec<Command> {
    let Some(session) = app.session.as_ref().filter(|_| !app.options.read_only) else { return Vec::new() };
    PartKind::offered(session.scenario()).map(|(name, kind)| command(texts::add(&name), "", add(kind)).or(texts::LIKE_ADD)).collect()
}

/// What concerns all of the canvas.
fn of_document(app: &App) -> Vec<Command> {
    let show = command(texts::SHOW_EVERYTHING, "Shift+1", CanvasAction::ShowEverything).or(texts::LIKE_FIT);
    if app.options.read_only {
        return vec![show];
    }
    vec![
        command(texts::PASTE, "Ctrl+V", EditAction::PasteCopied),
        command(texts::SELECT_EVERYTHING, "Ctrl+A", SelectAction::All),
        command(texts::ARRANGE_ALONG_THE_MESSAGE_FLOW, "", EditAction::Arrange).or(texts::LIKE_ARRANGE),
        show,
    ]
}

/// Everything that can be done now.
#[must_use]
pub fn all(app: &App) -> Vec<Command> {
    let mut commands = of_selection(app);
    let Some(session) = &app.session else { return commands };
    let playing = if app.playing {
        command(texts::PAUSE, "Space", TimeAction::Pause).or(texts::LIKE_PAUSE)
    } else {
        command(texts::PLAY, "Space", TimeAction::Play).or(texts::LIKE_PLAY)
    };
    commands.extend([
        playing,
        command(texts::ONE_EVENT_FORWARD, ".", TimeAction::StepForward).or(texts::LIKE_FORWARD),
        command(texts::ONE_EVENT_BACK, ",", TimeAction::StepBack).or(texts::LIKE_BACK),
        command(texts::TO_THE_NEXT_CRASH_DEAD, "N", TimeAction::FindNext).or(texts::LIKE_NEXT),
        command(texts::RESTART_FROM_TIME_ZERO, "", TimeAction::Restart).or(texts::LIKE_RESTART),
        command(texts::RESTART_THE_BROKER, "", OperateAction::Break(FaultKind::RestartBroker)).or(texts::LIKE_BROKER),
    ]);
    for (resource, word) in [(Resource::Memory, "memory"), (Resource::Disk, "disk")] {
        let (kind, raised) = (FaultKind::Alarm(resource), session.world().broker().alarms().contains(&resource));
        commands.push(if raised {
            command(texts::clear_the_alarm(&word), "", OperateAction::Mend(kind))
        } else {
            command(texts::raise_the_alarm(&word), "", OperateAction::Break(kind))
        });
    }
    commands.extend(parts(app, EditAction::AddPart));
    commands.extend(of_document(app));
    if !app.options.read_only {
        commands.extend([
            command(texts::UNDO, "Ctrl+Z", EditAction::Undo).or(texts::LIKE_UNDO),
            command(texts::REDO, "Ctrl+Shift+Z", EditAction::Redo),
        ]);
    }
    commands.extend([
        command(if app.table { texts::CANVAS } else { texts::TABLE_VIEW }, "T", Action::Page(PageAction::ToggleTable)),
        command(texts::NEW_SCENARIO, "", FileAction::New).explained(texts::AN_EMPTY_CANVAS).or(texts::LIKE_NEW),
        command(texts::SCENARIOS, "", PageAction::OpenDialog(Dialog::Gallery)).or(texts::LIKE_SCENARIOS),
        command(texts::COURSE, "", PageAction::OpenDialog(Dialog::Course)).explained(texts::ALL_LESSONS).or(texts::LIKE_COURSE),
        command(texts::TOUR, "", WorkspaceAction::Tour),
        command(texts::SEND_AGAIN, "Shift+P", PublishAction::Again).or(texts::LIKE_AGAIN),
        command(texts::MAKE_THE_CANVAS_A_LESSON, "", AuthorAction::Open),
        command(texts::SAVE_THE_SCENARIO, "Ctrl+S", FileAction::SaveScenario).or(texts::LIKE_SAVE),
        command(texts::SAVE_THE_RECORDING_UP_TO, "", FileAction::SaveRecording).or(texts::LIKE_SAVE),
        command(texts::SHARE, "", PageAction::OpenDialog(Dialog::Share)).or(texts::LIKE_SHARE),
        command(texts::PICTURE_OF_THE_CANVAS_PNG, "", FileAction::SaveImage(Image::Png)).or(texts::LIKE_PICTURE),
        command(texts::PICTURE_OF_THE_CANVAS_SVG, "", FileAction::SaveImage(Image::Svg)).or(texts::LIKE_PICTURE),
        command(texts::GLOSSARY, "", PageAction::OpenDialog(Dialog::Glossary)).or(texts::LIKE_GLOSSARY),
        command(texts::KEYBOARD_SHORTCUTS, "?", PageAction::OpenDialog(Dialog::Shortcuts)).or(texts::LIKE_HELP),
    ]);
    if app.session.as_ref().is_some_and(|session| session.playhead.has_other_branch()) {
        commands.extend([
            command(texts::OTHER_RUN, "", TimeAction::SwapBranches),
            command(texts::COMPARE_RUNS, "", TimeAction::CompareBranches),
        ]);
    }
    let kept = app.drafts.iter().enumerate().filter_map(|(place, draft)| Some((place, draft.title()?)));
    commands.extend(kept.map(|(place, title)| command(texts::go_on_with(&title), "", FileAction::OpenDraft(place))));
    commands
}

/// The fields of so many parts are looked through.
const PARTS_MAX: usize = 50;
/// More of them are too many to read.
const FOUND_MAX: usize = 100;

/// Those whose name has all the words that were typed, and the parts of the system by their names.
#[must_use]
pub fn found(app: &App) -> Vec<Command> {
    let wanted = Wanted::words(&app.query);
    let mut commands = all(app);
    // Parts are many: they are listed when their name is asked for.
    if let Some(session) = app.session.as_ref().filter(|_| !app.query.trim().is_empty()) {
        let parts = geometry::places(session.plan()).into_iter();
        commands.extend(parts.map(|place| command(texts::go_to(&place_name(session.world(), &place)), "", CanvasAction::GoTo(place))));
        // What is selected is nearer than another system.
        commands.extend(of_fields(app, session));
        commands.extend(of_parts_by_name(app, session));
        commands.extend(of_lesson(app));
        commands.extend(of_page(app));
        commands.extend(of_site(app));
        commands.extend(
            Speed::ALL.into_iter().map(|speed| command(texts::speed(&speed), "", TimeAction::SetSpeed(speed)).or(texts::LIKE_SPEED)),
        );
        let event = app.query.trim();
        if event.strip_prefix("e-").is_some_and(|number| number.parse::<u64>().is_ok()) {
            commands.push(command(texts::tell_the_story_of(&event), "", SelectAction::Story(Some(event.into()))));
        }
    }
    commands.retain(|command| wanted.is_in(&format!("{} {}", command.name(), command.also)));
    let (typed, goes_to) = (app.query.trim().to_ascii_lowercase(), texts::go_to(&"").to_ascii_lowercase());
    // What begins with what is typed is meant, and then the part whose name does: Enter would add another part otherwise.
    commands.sort_by_key(|command| {
        let name = command.name().to_ascii_lowercase();
        match (name.starts_with(&typed), name.strip_prefix(&goes_to)) {
            (true, _) => 0,
            (false, Some(part)) if part.starts_with(&typed) => 1,
            // Its own words count more than others for it.
            (false, _) if wanted.is_in(&name) => 2,
            (false, _) => 3,
        }
    });
    commands.truncate(FOUND_MAX);
    commands
}

/// What is done to each part that is not selected, by its name.
fn of_parts_by_name(app: &App, session: &Session) -> Vec<Command> {
    let places = geometry::places(session.plan()).into_iter().filter(|place| session.selection.primary.as_ref() != Some(place));
    let of = |place: Node| {
        let name = place_name(session.world(), &place);
        let commands = match &place {
            Node::Instance(id) => of_instance(session, *id),
            Node::Client(index) => of_client(session, *index).into_iter().collect(),
            Node::Queue(queue) => of_queue(app, session, queue),
            Node::Exchange(_) => Vec::new(),
        };
        commands.into_iter().map(move |command| Command { word: texts::to_part(&command.word, &name), keys: "", ..command })
    };
    places.take(PARTS_MAX).flat_map(of).collect()
}

/// What a lesson's buttons do at this step.
fn of_lesson(app: &App) -> Vec<Command> {
    let Some(classroom) = &app.classroom else { return Vec::new() };
    let step = classroom.step();
    let check = match &step.task {
        Task::Predict(_) => Some(command(texts::CHECK_MY_ANSWER, "", LessonAction::CheckAnswer).or(texts::LIKE_CHECK)),
        Task::Do(_) | Task::Break(_) | Task::Fix(_) if !classroom.is_busy() => {
            Some(command(texts::CHECK_MY_RUN, "", LessonAction::Prove).or(texts::LIKE_CHECK))
        }
        Task::Explain { .. } => Some(command(texts::COMPARE_MY_ANSWER, "", LessonAction::CompareText).or(texts::LIKE_CHECK)),
        Task::Look | Task::Do(_) | Task::Break(_) | Task::Fix(_) => None,
    };
    let watch = matches!(step.task, Task::Predict(_)).then(|| command(texts::WATCH_IT_HAPPEN, "", LessonAction::Watch));
    let hint = (classroom.work().hints < step.hints.len()).then(|| command(texts::SHOW_A_HINT, "", LessonAction::ShowHint));
    let solution = step.task.goal().map(|_| command(texts::SHOW_A_SOLUTION, "", LessonAction::ShowSolution));
    let at = classroom.at;
    let next = (at + 1 < classroom.lesson.steps.len()).then(|| command(texts::NEXT_STEP, "", LessonAction::ChooseStep(at + 1)));
    let before = at.checked_sub(1).map(|before| command(texts::STEP_BEFORE, "", LessonAction::ChooseStep(before)));
    let steps = [check, watch, hint, solution, next, before].into_iter().flatten();
    steps
        .chain([command(texts::RESET_THE_STEP, "", LessonAction::Reset), command(texts::CLOSE_THE_LESSON, "", LessonAction::Close)])
        .collect()
}

/// What the page has beside the canvas, as long as it is not open; and how it looks.
fn of_page(app: &App) -> Vec<Command> {
    let drawers = [
        (Drawer::Build, texts::OPEN_BUILD, texts::LIKE_BUILD),
        (Drawer::Publish, texts::OPEN_PUBLISH, texts::LIKE_PUBLISH),
        (Drawer::Lesson, texts::OPEN_LESSON, texts::LIKE_COURSE),
        (Drawer::System, texts::OPEN_SYSTEM, texts::LIKE_SYSTEM),
        (Drawer::Import, texts::OPEN_IMPORT, texts::LIKE_IMPORT),
    ];
    let seen = app.seen();
    let is_closed = |side: Side, open: bool| !(open && seen.contains(&side));
    let drawers = drawers.into_iter().filter(|(drawer, ..)| *drawer != Drawer::Import || !app.options.read_only);
    let drawers = drawers.filter(|(drawer, ..)| is_closed(Side::Left, app.workspace.left == Some(*drawer)));
    let drawers = drawers.map(|(drawer, word, also)| command(word, "", WorkspaceAction::Toggle(drawer)).or(also));
    let shelves = [
        (Shelf::Events, texts::OPEN_EVENTS, texts::LIKE_EVENTS),
        (Shelf::Charts, texts::OPEN_CHARTS, texts::LIKE_CHARTS),
        (Shelf::Ledger, texts::OPEN_LEDGER, texts::LIKE_LEDGER),
    ];
    let shelves = shelves.into_iter().filter(|(shelf, ..)| is_closed(Side::Shelf, app.workspace.shelf == Some(*shelf)));
    let shelves = shelves.map(|(shelf, word, also)| command(word, "", WorkspaceAction::ToggleShelf(shelf)).or(also));
    let view = [
        command(texts::ZOOM_IN, "", CanvasAction::Zoom(ZOOM, None)),
        command(texts::ZOOM_OUT, "", CanvasAction::Zoom(1.0 / ZOOM, None)),
        command(texts::NATURAL_SIZE, "", CanvasAction::NaturalSize),
        command(texts::DARK_COLOURS, "", PageAction::SetTheme(Theme::Dark)).or(texts::LIKE_THEME),
        command(texts::LIGHT_COLOURS, "", PageAction::SetTheme(Theme::Light)).or(texts::LIKE_THEME),
    ];
    drawers.chain(shelves).chain(view).collect()
}

/// The fields of the parts that are selected or named. A queue has its arguments, the others have each field of one value.
fn of_fields(app: &App, session: &Session) -> Vec<Command> {
    let typed = app.query.to_ascii_lowercase();
    let is_meant = |part: &Part| {
        let is_selected = session.selection.primary.as_ref().and_then(|node| session.part(node)).as_ref() == Some(part);
        let name = part.name().to_ascii_lowercase();
        let mut words = typed.split_whitespace().map(|word| word.len() > 1 && name.contains(word));
        // A name alone means the part itself.
        is_selected || words.clone().any(|is_named| is_named) && words.any(|is_named| !is_named)
    };
    let fields = |part: Part| {
        let rows = form::rows(session.scenario(), &About::Part(part.clone()));
        let one = |field: Field| {
            let is_shown = field.own.is_some() || !matches!(part, Part::Queue(_));
            let found = session.node(&part).filter(|_| is_shown)?;
            let name = texts::field_of(field.label, part.name());
            Some(command(name, "", CanvasAction::GoToField(found, field.at)).explained(field.own.unwrap_or_default()))
        };
        fields_of(rows).into_iter().filter_map(one).collect::<Vec<_>>()
    };
    Part::all(session.scenario()).filter(is_meant).take(PARTS_MAX).flat_map(fields).collect()
}

/// Also those that are rarely changed; what a list has is reached from the list.
fn fields_of(rows: Vec<Row>) -> Vec<Field> {
    let one = |row| match row {
        Row::Field(field) => vec![field],
        Row::Advanced { rows, .. } => fields_of(rows),
        Row::Item { .. } | Row::Add { .. } => Vec::new(),
    };
    rows.into_iter().flat_map(one).collect()
}

/// The lessons and scenarios of the site, as far as their lists have come.
fn of_site(app: &App) -> impl Iterator<Item = Command> {
    let scenario =
        |one: &Exhibit| command(texts::open_the_scenario(&one.entry.title), "", FileAction::OpenFromGallery(one.entry.file.clone()));
    let lesson = |one: &CourseEntry| command(texts::open_the_lesson(&one.title), "", CourseAction::Open(one.file.clone()));
    // A lesson and its system may have one title: Enter then opens what explains it.
    let lessons = app.course.iter().flat_map(move |course| course.lessons.iter().map(lesson));
    lessons.chain(app.gallery.iter().flatten().map(scenario))
}

/// What keys do, besides commands: for the list.
const KEYS: [(&str, &str); 24] = [
    ("F1", texts::EXPLAINS_THE_FIELD),
    ("F6", texts::GOES_FROM_AREA_TO_AREA),
    (texts::TAB_THEN_ARROWS, texts::GO_FROM_NODE_TO_NODE),
    ("Enter", texts::SELECTS_THE_PART),
    ("Ctrl+Enter", texts::SELECTS_ONE_MORE),
    (texts::SHIFT_OR_ALT_AND_ARROWS, texts::MOVES_THE_PART),
    ("Del", texts::DELETES_THE_PART),
    (texts::ON_A_STEP, texts::REMOVES_OR_MOVES_THE_STEP),
    ("C", texts::DRAWS_A_LINE_FROM_THE),
    ("F2", texts::RENAMES_IN_PLACE),
    (texts::DOUBLE_CLICK, texts::ADDS_RENAMES_OR_EDITS),
    (texts::MENU_KEY_SHIFT_F10_OR, texts::THE_ACTIONS_OF_A_NODE),
    (texts::SHIFT_AND_DRAG, texts::SELECTS_WHAT_LIES_IN_A),
    (texts::WHEEL, texts::MOVES_THE_VIEW_SIDEWAYS),
    (texts::SPACE_OR_DRAG_EMPTY_SPACE, texts::MOVES_THE_VIEW),
    (texts::WHEEL_AND, texts::ZOOM),
    ("Ctrl+0", texts::ZOOMS_TO_100),
    (texts::ON_A_TOUCH_SCREEN, texts::TWO_FINGERS_MOVE_AND_ZOOM),
    ("B", texts::OPENS_BUILD),
    ("P", texts::OPENS_PUBLISH),
    ("L", texts::OPENS_LESSON),
    (texts::CTRL_K_OR_CTRL, texts::ALL_COMMANDS),
    ("Esc", texts::CANCELS_A_LINE_OTHERWISE_CLEARS),
    ("?", texts::THIS_LIST),
];

/// Every key with what it does: first what is no command.
#[must_use]
pub fn keys(app: &App) -> Vec<(&'static str, String)> {
    let is_told = |keys: &str| KEYS.iter().any(|(told, _)| *told == keys);
    let commands = all(app).into_iter().filter(|command| !command.keys.is_empty() && !is_told(command.keys));
    let commands = commands.map(|command| (command.keys, command.name())).collect::<Vec<_>>();
    KEYS.into_iter().map(|(keys, does)| (keys, does.to_owned())).chain(commands).collect()
}
