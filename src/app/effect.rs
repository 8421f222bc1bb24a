//! What the browser does beyond showing the new state. One action may have several effects.

use super::camera::Pixel;
use super::form::Spot;
use super::{Node, Stop};
use crate::broker::Name;
use crate::scenario::edit::StepAt;

/// A picture of the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Image {
    Png,
    Svg,
}

/// What a page that embeds this one receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostMessage {
    /// JSON: the lesson, its number of steps and those that are done.
    Progress(String),
    /// The result of a lesson, as its file has it.
    Result(String),
}

/// What a reader is led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A lesson that was opened.
    Lesson,
    /// Another step of the lesson.
    Step,
    /// The two branches side by side.
    Comparison,
    /// What the drawer at the left shows.
    Drawer,
    /// What the drawer below shows.
    Shelf,
    /// What the page says of a line.
    Line,
    /// What the page says of the part that is selected.
    Part,
    /// The system as tables.
    Table,
    /// A model answer.
    Model,
    /// What an undo or a redo would destroy.
    History,
}

/// What an action opens where the reader is. It must not stay under the fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The newest hint.
    Hint,
    /// What was found: of an answer, or of a run.
    Verdict,
    /// A change of a solution.
    Change,
    Model,
    Grade,
}

/// What a field on the canvas asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Name(Node),
    /// The key of a binding, or its header arguments; by its number.
    Binding(usize),
    /// The key that a step of a service publishes with.
    Publish {
        service: usize,
        at: StepAt,
    },
    /// The key under which a queue dead-letters to an exchange. The line is drawn with the answer.
    DeadLetters {
        queue: Name,
        exchange: Name,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    SavePreferences,
    /// An action waits for the second file of the page.
    AwaitRest,
    /// The drawers take their sizes, and the browser keeps them.
    KeepSizes,
    /// Keep the work on the open system, so that nothing is lost when the page is left or breaks.
    SaveDraft,
    /// Keep this as the work on it.
    PutDraft(String),
    ForgetDraft,
    /// Whether a reload of this page comes back to the work on it.
    NoteWork(bool),
    /// Keep these, and no others, as work of before.
    KeepOlderDrafts(Vec<String>),
    /// The list of the gallery is wanted.
    FetchGallery,
    /// A scenario of the gallery is wanted.
    FetchScenario(String),
    /// The list of the lessons is wanted.
    FetchCourse,
    /// One of the lessons is wanted.
    FetchLesson(String),
    /// Progress in lessons changed.
    SaveProgress,
    /// A file for the visitor.
    Download {
        name: String,
        text: String,
    },
    /// A link to this page that holds a text, with these options.
    MakeLink {
        text: String,
        options: String,
    },
    /// What was done, in words: they stand for a while.
    Tell(String),
    /// For the clipboard.
    Copy(String),
    /// A picture of the canvas as it is, under this name.
    Picture(Image, String),
    TellHost(HostMessage),
    /// The click that the browser reports next was the end of a gesture.
    SwallowClick,
    /// A field opens where this stands on the canvas.
    Ask(Asked),
    /// A menu opens at a pixel of the stage: of a part or a line, or of the canvas.
    AskMenu(Option<Stop>, Pixel),
    /// What the clipboard holds is to be pasted.
    AskClipboard,
    /// Something is to be read from its beginning: its panel is scrolled there, and gets the keyboard.
    Read(Reading),
    /// This opened: it is scrolled into view, and the keyboard stays.
    Reveal(Opened),
    /// A field of a form is shown, and gets the keyboard.
    ReadField(Spot),
}
