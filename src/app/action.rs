//! Everything that can be done, by area. Each area is a module that names its actions and carries them out.

pub use super::author::AuthorAction;
pub use super::composer::PublishAction;
pub use super::course::CourseAction;
pub use super::editing::EditAction;
pub use super::files::FileAction;
pub use super::importing::ImportAction;
pub use super::lesson::LessonAction;
pub use super::operate::OperateAction;
pub use super::page::PageAction;
pub use super::pointer::CanvasAction;
pub use super::select::SelectAction;
pub use super::time::TimeAction;
pub use super::workspace::WorkspaceAction;

/// What happened at the edge of the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Time passes, or the playhead moves.
    Time(TimeAction),
    /// The document changes. A read-only page refuses exactly these.
    Edit(EditAction),
    /// What is looked at: nodes, and the story of an event.
    Select(SelectAction),
    /// What of the canvas is seen, and what the pointer does there.
    Canvas(CanvasAction),
    /// The composer.
    Publish(PublishAction),
    /// What an operator does to the running system: faults, requests, queues.
    Operate(OperateAction),
    /// Dialogs, views and preferences.
    Page(PageAction),
    /// What is opened and what is saved.
    File(FileAction),
    /// In the lesson that is open.
    Lesson(LessonAction),
    /// The list of lessons, and the progress in them.
    Course(CourseAction),
    /// A lesson that is being written.
    Author(AuthorAction),
    /// Definitions of RabbitMQ that come in.
    Import(ImportAction),
    /// Drawers, and the card above the legend.
    Workspace(WorkspaceAction),
}

/// So that a view can send `TimeAction::Play` where an action is wanted.
macro_rules! from_areas {
    ($($area:ident($action:ident)),*) => {
        $(impl From<$action> for Action {
            fn from(action: $action) -> Self {
                Self::$area(action)
            }
        })*
    };
}

from_areas!(
    Time(TimeAction),
    Edit(EditAction),
    Select(SelectAction),
    Canvas(CanvasAction),
    Publish(PublishAction),
    Operate(OperateAction),
    Page(PageAction),
    File(FileAction),
    Lesson(LessonAction),
    Course(CourseAction),
    Author(AuthorAction),
    Import(ImportAction),
    Workspace(WorkspaceAction)
);
