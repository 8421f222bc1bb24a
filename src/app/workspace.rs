//! The workspace: which drawers are open around the canvas. One at the left, one at the right, one below; nothing that opens moves what is
//! beneath it.

use super::effect::{Effect, Reading};
use super::sizes::{Room, Side, Sizes};
use super::{App, Dialog, Node, PageAction, Stop, TimeAction};
use crate::base::SimTime;
use crate::broker::Name;

/// What the drawer at the left shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawer {
    /// The parts that can be put on the canvas.
    Build,
    /// The composer.
    Publish,
    /// The lesson that is open.
    Lesson,
    /// Definitions of RabbitMQ, and what is said of them.
    Import,
    /// The scenario as a whole: its text, queues, services, faults and broker.
    System,
}

/// What the drawer below shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    Events,
    Charts,
    Ledger,
    /// Two branches of one run.
    Compare,
}

/// What the drawer at the right shows, where a part is selected and a message's story is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    #[default]
    Part,
    Message,
}

/// What the inspector of a queue shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueTab {
    #[default]
    Overview,
    Messages,
    Bindings,
    Consumers,
    Arguments,
}

impl QueueTab {
    pub const ALL: [Self; 5] = [Self::Overview, Self::Messages, Self::Bindings, Self::Consumers, Self::Arguments];
}

#[derive(Debug)]
pub struct Workspace {
    pub left: Option<Drawer>,
    pub shelf: Option<Shelf>,
    pub detail: Detail,
    /// It stays when another queue is selected.
    pub queue_tab: QueueTab,
    /// Which arguments of the queue are listed: what is typed above them.
    pub arguments: String,
    pub room: Room,
    pub sizes: Sizes,
    /// In the order in which they were opened last: the newest first.
    order: [Side; 3],
    pub card: Option<Card>,
    /// The next system that is put on the canvas runs by itself: that of a first visit.
    pub(super) begins_to_play: bool,
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            left: None,
            shelf: None,
            detail: Detail::default(),
            queue_tab: QueueTab::default(),
            arguments: String::new(),
            room: Room::default(),
            sizes: Sizes::default(),
            order: [Side::Left, Side::Right, Side::Shelf],
            card: None,
            begins_to_play: false,
        }
    }
}

/// The card above the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// What Requeue is, for a first visit.
    Welcome,
    /// Six things to do, for a beginning.
    Tour,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkspaceAction {
    /// The window has this room.
    Fit(Room),
    /// Opens a drawer at the left, or closes it.
    Toggle(Drawer),
    CloseLeft,
    /// Opens the drawer below, or closes it.
    ToggleShelf(Shelf),
    CloseShelf,
    /// Of the selection and the shown story.
    ShowDetail(Detail),
    /// Of the queue that is selected.
    ShowQueueTab(QueueTab),
    /// Those arguments of the queue are listed whose names have these words.
    FilterArguments(String),
    /// The page was opened for itself, by no link: a first visit is greeted, and the system runs.
    Arrive {
        runs: bool,
    },
    /// Six things to do, and time begins.
    JustPlay,
    /// The tour is opened where it was left.
    Tour,
    CloseCard,
    /// A drawer is to have this size: pixels, or a stop of the sheet on a phone.
    Resize(Side, u32),
    /// What a browser kept of the sizes.
    SizesFound(Sizes),
    /// The alert about dead letters is closed. Perhaps this queue, which holds them, is to be selected.
    ReadDeadLetters(Option<Name>),
}

pub(super) fn update(app: &mut App, action: WorkspaceAction) -> Vec<Effect> {
    let is_embedded = app.options.embed;
    let seen = app.seen();
    let workspace = &mut app.workspace;
    match action {
        WorkspaceAction::Fit(room) => workspace.room = room,
        WorkspaceAction::Toggle(drawer) if workspace.left == Some(drawer) && seen.contains(&Side::Left) => app.close_left(),
        WorkspaceAction::Toggle(Drawer::Lesson) if app.classroom.is_none() => {
            return super::update(app, PageAction::OpenDialog(Dialog::Course));
        }
        WorkspaceAction::Toggle(drawer) => {
            workspace.open(drawer);
            return vec![Effect::Read(Reading::Drawer)];
        }
        WorkspaceAction::CloseLeft => app.close_left(),
        WorkspaceAction::ToggleShelf(shelf) if workspace.shelf == Some(shelf) && seen.contains(&Side::Shelf) => workspace.shelf = None,
        WorkspaceAction::ToggleShelf(shelf) => {
            workspace.open_shelf(shelf);
            return vec![Effect::Read(Reading::Shelf)];
        }
        WorkspaceAction::CloseShelf => workspace.shelf = None,
        WorkspaceAction::ShowDetail(detail) => workspace.detail = detail,
        WorkspaceAction::ShowQueueTab(tab) => workspace.queue_tab = tab,
        WorkspaceAction::FilterArguments(text) => workspace.arguments = text,
        // Who left work here has been here: that is offered, and nothing beside it.
        WorkspaceAction::Arrive { runs } if !is_embedded && !app.tour.is_welcomed && app.drafts.is_empty() => {
            workspace.card = Some(Card::Welcome);
            workspace.begins_to_play = runs;
        }
        WorkspaceAction::Arrive { .. } => {}
        WorkspaceAction::JustPlay => {
            let mut effects = super::update(app, WorkspaceAction::Tour);
            effects.extend(super::update(app, TimeAction::Play));
            return effects;
        }
        WorkspaceAction::Tour => {
            // On a phone a sheet would cover it.
            while app.workspace.room.has_sheet() && !app.seen().is_empty() {
                app.close_newest();
            }
            return show(app, Some(Card::Tour));
        }
        WorkspaceAction::CloseCard => return show(app, None),
        WorkspaceAction::Resize(side, size) => {
            workspace.sizes.set(side, workspace.room, size);
            return vec![Effect::KeepSizes];
        }
        WorkspaceAction::SizesFound(sizes) => {
            workspace.sizes = sizes;
            return vec![Effect::KeepSizes];
        }
        WorkspaceAction::ReadDeadLetters(queue) => {
            if let Some(session) = &mut app.session {
                session.dead_letters_read = true;
                if let Some(queue) = queue {
                    session.selection.set(Some(Node::Queue(queue)));
                }
            }
        }
    }
    Vec::new()
}

/// Another card, or none: the first one was read.
fn show(app: &mut App, card: Option<Card>) -> Vec<Effect> {
    app.workspace.card = card;
    app.tour.is_welcomed = true;
    vec![Effect::SaveProgress]
}

impl Workspace {
    pub(super) fn open(&mut self, drawer: Drawer) {
        self.left = Some(drawer);
        self.bring(Side::Left);
        self.sizes.halve();
    }

    fn open_shelf(&mut self, shelf: Shelf) {
        self.shelf = Some(shelf);
        self.bring(Side::Shelf);
        self.sizes.halve();
    }

    /// The right drawer shows something else: it keeps its height where it was the newest.
    pub(super) fn detail(&mut self, newest: Option<Side>) {
        self.bring(Side::Right);
        if newest == Some(Side::Right) {
            self.sizes.raise();
        } else {
            self.sizes.halve();
        }
    }

    fn bring(&mut self, side: Side) {
        let [first, second, _] = self.order;
        if side != first {
            self.order = [side, first, if side == second { self.order[2] } else { second }];
        }
    }
}

impl App {
    /// Whether a drawer is open at this side.
    fn is_open(&self, side: Side) -> bool {
        match side {
            Side::Left => self.workspace.left.is_some(),
            Side::Right => {
                self.session.as_ref().is_some_and(|session| session.selection.stop().is_some() || session.playhead.story.is_some())
            }
            Side::Shelf => self.workspace.shelf.is_some(),
        }
    }

    /// Where a window has the room, what is opened beside a lesson stands beneath it. The task stays in sight.
    #[must_use]
    pub fn keeps_lesson(&self) -> bool {
        let is_other = self.workspace.left.is_some_and(|drawer| drawer != Drawer::Lesson);
        is_other && self.classroom.is_some() && !self.workspace.room.has_sheet()
    }

    /// A lesson that was kept in sight stays.
    fn close_left(&mut self) {
        self.workspace.left = self.keeps_lesson().then_some(Drawer::Lesson);
    }

    /// Closes the drawer that was opened last: at the right, what is in front there.
    pub(super) fn close_newest(&mut self) {
        let seen = self.seen();
        // A page within another page has no button that would open a drawer again.
        let is_shown = |side: &Side| seen.contains(side) && (!self.options.embed || *side == Side::Right);
        match self.workspace.order.into_iter().find(is_shown) {
            Some(Side::Left) => self.close_left(),
            Some(Side::Shelf) => self.workspace.shelf = None,
            Some(Side::Right) => {
                let Some(session) = &mut self.session else { return };
                let is_told = session.playhead.story.is_some();
                if is_told && (self.workspace.detail == Detail::Message || session.selection.stop().is_none()) {
                    session.playhead.ask_story(None, None);
                } else {
                    session.select(None);
                }
            }
            None => {}
        }
    }

    /// The drawers that the window has room for, among those that are open: the newest first.
    #[must_use]
    pub fn seen(&self) -> Vec<Side> {
        let mut open = self.workspace.order.into_iter().filter(|side| self.is_open(*side));
        match self.workspace.room {
            Room::Wide => open.collect(),
            Room::Middle => {
                let mut sides = open.clone().filter(|side| *side != Side::Shelf);
                sides.next().into_iter().chain(open.find(|side| *side == Side::Shelf)).collect()
            }
            Room::Upright | Room::Narrow => open.take(1).collect(),
        }
    }
}

/// What the drawers follow. An action that opens a lesson, selects a part, asks for a story or compares branches opens its drawer.
#[derive(Debug, PartialEq)]
pub(super) struct Followed {
    lesson: bool,
    selected: Option<Stop>,
    story: Option<(Name, Option<Name>)>,
    compares: bool,
    refused: u64,
    plays: bool,
    /// A moment is shown, up to here.
    shown: Option<SimTime>,
    /// A notice says where a message went.
    sent: bool,
    /// Time was set back, and another branch is kept.
    branches: [bool; 2],
    /// On a phone it is the sheet.
    newest: Option<Side>,
}

impl Followed {
    pub(super) fn of(app: &App) -> Self {
        let session = app.session.as_ref();
        Self {
            lesson: app.classroom.is_some(),
            selected: session.and_then(|session| session.selection.stop()),
            story: session.and_then(|session| session.playhead.story.as_ref().map(|story| (story.event.clone(), story.copy.clone()))),
            compares: session.is_some_and(|session| session.playhead.comparison.is_some()),
            refused: session.map_or(0, |session| session.composer.refused),
            plays: app.playing,
            shown: app.show.as_ref().map(|show| show.until),
            sent: session.is_some_and(|session| session.composer.is_told),
            branches: session.map_or([false; 2], |session| [session.timeline().is_in_the_past(), session.playhead.tells_of_other_branch()]),
            newest: app.seen().first().copied(),
        }
    }

    /// Opens and closes drawers after an action.
    pub(super) fn follow(self, app: &mut App, wanted: Option<Detail>, effects: &[Effect]) {
        let now = Self::of(app);
        let reads = |one: Reading| effects.contains(&Effect::Read(one));
        if now == self && wanted.is_none() && effects.is_empty() {
            return;
        }
        let seen = app.seen();
        let is_hidden = app.workspace.left != Some(Drawer::Lesson) && !app.keeps_lesson() || !seen.contains(&Side::Left);
        let workspace = &mut app.workspace;
        if now.lesson && (!self.lesson || is_hidden && (reads(Reading::Lesson) || reads(Reading::Step))) {
            workspace.open(Drawer::Lesson);
            workspace.card = None;
        } else if self.lesson && !now.lesson && workspace.left == Some(Drawer::Lesson) {
            workspace.left = None;
        }
        if now.selected != self.selected {
            workspace.arguments.clear();
        }
        if now.selected != self.selected || wanted == Some(Detail::Part) {
            workspace.detail = if now.selected.is_some() { Detail::Part } else { Detail::Message };
            if now.selected.is_some() {
                workspace.detail(self.newest);
            }
        }
        if now.story != self.story || wanted == Some(Detail::Message) {
            workspace.detail = if now.story.is_some() { Detail::Message } else { Detail::Part };
            if now.story.is_some() {
                workspace.detail(self.newest);
            }
        }
        if now.plays && !self.plays || now.shown.is_some() && now.shown != self.shown {
            workspace.sizes.lower();
        }
        // Only the newest notice is seen: where a message went gives its place to what is said of branches.
        if let Some(session) = app.session.as_mut().filter(|_| self.sent && (0..2).any(|one| now.branches[one] && !self.branches[one])) {
            session.composer.is_told = false;
        }
        if now.refused > self.refused {
            workspace.open(Drawer::Publish);
        }
        let is_hidden = workspace.shelf != Some(Shelf::Compare) || !seen.contains(&Side::Shelf);
        if now.compares && (!self.compares || is_hidden && reads(Reading::Comparison)) {
            workspace.open_shelf(Shelf::Compare);
            // Two drawings need the whole width. What is opened from now on is what the learner wants to see beside them.
            if !self.compares && workspace.room == Room::Wide {
                workspace.left = workspace.left.filter(|drawer| *drawer == Drawer::Lesson);
                if let Some(session) = &mut app.session {
                    session.playhead.ask_story(None, None);
                    session.select(None);
                }
            }
        } else if self.compares && !now.compares && workspace.shelf == Some(Shelf::Compare) {
            workspace.shelf = None;
        }
    }
}
