//! The page around the canvas: dialogs, views, what a link asks for, preferences.

use super::effect::{Effect, Reading};
use super::words::LogIcon;
use super::{App, Speed};
use crate::base::SimTime;
use crate::lesson::Lock;
use crate::sim::TimedEvent;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Light,
    Dark,
}

/// Whether tokens fly or jump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Motion {
    /// As the system has it.
    #[default]
    System,
    Reduced,
    Full,
}

/// What a menu lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    /// What can be done with what is selected.
    Selection,
    /// What can be done at an empty place of the canvas.
    Canvas,
    /// The parts that can be added there.
    Parts,
    /// The parts that can be created at a line's end: beside its beginning or where it was let go.
    Ends { beside: bool },
}

/// What lies over the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    Gallery,
    Shortcuts,
    /// Everything that can be done, to be found by typing.
    Commands,
    Share,
    Glossary,
    /// The lessons.
    Course,
    /// A lesson being written, with what will come of it.
    Author,
    /// A list of actions, at this place of the page.
    Menu {
        of: Menu,
        x: i32,
        y: i32,
    },
    /// Something is to be opened in the place of what was changed and not saved.
    Replace,
}

/// What the panel of charts shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chart {
    #[default]
    Depth,
    Rates,
    Latency,
    Business,
}

/// Which lines of the log are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    #[default]
    All,
    Messages,
    /// A redelivery, a death, a loss or a failure.
    Trouble,
    Programs,
}

impl Filter {
    /// Whether a line of the log is shown.
    #[must_use]
    pub fn shows(self, occurrence: &TimedEvent, icon: LogIcon) -> bool {
        match self {
            Self::All => true,
            Self::Messages => icon != LogIcon::Program,
            Self::Trouble => matches!(icon, LogIcon::Dead | LogIcon::Failure | LogIcon::Redelivered),
            Self::Programs => occurrence.what.instance().is_some() || icon == LogIcon::Program,
        }
    }
}

/// How often a screen reader hears what happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    Off,
    #[default]
    Summary,
    All,
}

/// What a link asked for: a page within another page, or one for looking only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What a lesson is to keep as it is, besides what it keeps itself.
    pub locks: Vec<Lock>,
    /// Nothing can be edited; time can be moved, and things broken.
    pub read_only: bool,
    /// Only the canvas and time.
    pub embed: bool,
    /// Where the playhead begins.
    pub at: Option<SimTime>,
    /// Plays by itself. Never what a stranger's link asks for: only together with `embed`.
    pub play: bool,
    pub speed: Option<Speed>,
}

/// What is done to the page itself.
#[derive(Clone, Debug, PartialEq)]
pub enum PageAction {
    OpenDialog(Dialog),
    CloseDialog,
    /// Into the search of a dialog.
    TypeQuery(String),
    /// From the canvas to the tables, and back.
    ToggleTable,
    ShowChart(Chart),
    FilterLog(Filter),
    /// Into the search of the log.
    FindInLog(String),
    SetVerbosity(Verbosity),
    /// What the page's address asks for.
    SetOptions(Options),
    SetTheme(Theme),
    SetMotion(Motion),
    /// The reason why a file could not be opened was read.
    DismissUnreadable,
    /// What was said of an action was read.
    DismissNotice,
}

pub(super) fn update(app: &mut App, action: PageAction) -> Vec<Effect> {
    match action {
        // It waits for its answer.
        PageAction::OpenDialog(_) if app.dialog == Some(Dialog::Replace) => {}
        PageAction::OpenDialog(dialog) => {
            let gallery = app.gallery.is_none().then_some(Effect::FetchGallery);
            let course = app.course.is_none().then_some(Effect::FetchCourse);
            let wanted: Vec<Effect> = match dialog {
                Dialog::Gallery => gallery.into_iter().collect(),
                Dialog::Course => course.into_iter().collect(),
                // Scenarios and lessons are found by their titles.
                Dialog::Commands => gallery.into_iter().chain(course).collect(),
                Dialog::Shortcuts | Dialog::Share | Dialog::Glossary | Dialog::Author | Dialog::Menu { .. } | Dialog::Replace => Vec::new(),
            };
            app.query = String::new();
            // A reload comes back to the page of the course.
            let is_kept = dialog == Dialog::Course;
            app.dialog = Some(dialog);
            return wanted.into_iter().chain(is_kept.then_some(Effect::SaveProgress)).collect();
        }
        PageAction::CloseDialog => {
            let is_offered = matches!(app.dialog, Some(Dialog::Menu { of: Menu::Ends { .. }, .. }));
            if let Some(session) = app.session.as_mut().filter(|_| is_offered) {
                session.selection.connecting = None;
            }
            let was_kept = app.dialog.take() == Some(Dialog::Course);
            app.waiting = None;
            return was_kept.then_some(Effect::SaveProgress).into_iter().collect();
        }
        PageAction::TypeQuery(text) => app.query = text,
        PageAction::ToggleTable => {
            app.table = !app.table;
            return app.table.then_some(Effect::Read(Reading::Table)).into_iter().collect();
        }
        PageAction::ShowChart(chart) => app.chart = chart,
        PageAction::FilterLog(filter) => app.filter = filter,
        PageAction::FindInLog(text) => app.find = text,
        PageAction::SetVerbosity(verbosity) => app.verbosity = verbosity,
        PageAction::SetOptions(options) => {
            app.speed = options.speed.or(app.speed);
            app.options = options;
        }
        PageAction::SetTheme(theme) => {
            app.theme = theme;
            return vec![Effect::SavePreferences];
        }
        PageAction::SetMotion(motion) => {
            app.motion = motion;
            return vec![Effect::SavePreferences];
        }
        PageAction::DismissUnreadable => app.unreadable = None,
        PageAction::DismissNotice => {
            if let Some(session) = &mut app.session {
                session.notice = None;
            }
        }
    }
    Vec::new()
}
