//! Everything that can be done, by name: for the command palette, for menus, and for the list of shortcuts.

use super::arrange::Align;
use super::{
    Action, App, AuthorAction, Dialog, EditAction, FileAction, Image, Node, OperateAction, PageAction, SelectAction, Session, TimeAction,
};
use crate::broker::Resource;
use crate::scenario::edit::PartKind;
use crate::scenario::{BROKER, FaultKind, Target};
use crate::sim::End;

#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// What stands on a button.
    pub word: String,
    /// What it does, where the word alone does not say it.
    pub explains: &'static str,
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
}

fn command(word: impl Into<String>, keys: &'static str, action: impl Into<Action>) -> Command {
    Command { word: word.into(), explains: "", keys, action: action.into() }
}

/// What can be done with what is selected.
#[must_use]
pub fn of_selection(app: &App) -> Vec<Command> {
    let Some(session) = &app.session else { return Vec::new() };
    let Some(node) = &session.selection.primary else { return Vec::new() };
    let mut commands = Vec::new();
    match node {
        Node::Instance(id) => commands.extend(of_instance(session, *id)),
        Node::Client(index) => {
            let name = session.world().clients().get(*index).map(|client| client.spec.name.clone());
            commands.extend(name.map(|name| command("Send 50 requests at once", "", OperateAction::Request(name, 50))));
        }
        Node::Queue(name) => {
            let queue = || name.clone();
            commands.push(command("Get one message, put it back", "", OperateAction::Get { queue: queue(), count: 1, requeue: true }));
            commands.push(command("Purge", "", OperateAction::Purge(queue())).explained("drop what is ready"));
            let redrive = command("Redrive", "", OperateAction::Move { queue: queue(), to: None });
            commands.push(redrive.explained("send all back to where it was published"));
        }
        Node::Exchange(_) => {}
    }
    if !app.options.read_only {
        if session.selection.also.is_empty() {
            commands.push(command("Connect to…", "C", EditAction::ToggleLine));
        } else {
            for (name, align) in [
                ("Align in a column", Align::Column),
                ("Align in a row", Align::Row),
                ("Spread downwards", Align::SpreadDown),
                ("Spread across", Align::SpreadAcross),
            ] {
                commands.push(command(name, "", EditAction::Align(align)));
            }
        }
        commands.push(command("Copy", "Ctrl+C", SelectAction::Copy));
        commands.push(command("Cut", "Ctrl+X", EditAction::Cut));
        commands.push(command("Duplicate", "Ctrl+D", EditAction::Duplicate));
        commands.push(command("Delete", "Del", EditAction::Delete));
    }
    commands
}

/// What can be done to a program, each fault or its opposite.
#[must_use]
pub fn of_instance(session: &Session, id: crate::sim::InstanceId) -> Vec<Command> {
    let world = session.world();
    let (Some(state), Some(service)) = (world.instance(id), world.services().get(id.service)) else { return Vec::new() };
    let target = || Target { service: service.spec.name.clone(), instance: Some(id.instance) };
    if !state.up {
        return vec![command("Start", "", OperateAction::Start(id))];
    }
    let toggle = |broken: bool, name: &str, mend: &str, kind: FaultKind| {
        if broken { command(mend, "", OperateAction::Mend(kind)) } else { command(name, "", OperateAction::Break(kind)) }
    };
    let cut = FaultKind::Partition([service.spec.name.clone(), BROKER.into()]);
    let hang = toggle(state.hung, "Hang", "Wake", FaultKind::Hang(target()));
    let hang = if state.hung { hang } else { hang.explained("do nothing, keep what it holds") };
    vec![
        command("Kill", "K", OperateAction::Kill(id)),
        command("Stop", "", OperateAction::Break(FaultKind::Stop(target()))).explained("finish what it has begun"),
        hang,
        toggle(state.slowness > 1.0, "Slow down 5×", "Back to its speed", FaultKind::Slow(target(), 5.0)),
        toggle(world.is_cut([End::Service(id.service), End::Broker]), "Cut off from the broker", "Reconnect to the broker", cut),
        command("Fill its store", "", OperateAction::Break(FaultKind::FillStore(service.spec.name.clone()))),
    ]
}

/// Everything that can be done now.
#[must_use]
pub fn all(app: &App) -> Vec<Command> {
    let mut commands = of_selection(app);
    let Some(session) = &app.session else { return commands };
    let playing = if app.playing { command("Pause", "Space", TimeAction::Pause) } else { command("Play", "Space", TimeAction::Play) };
    commands.extend([
        playing,
        command("One event forward", ".", TimeAction::StepForward),
        command("One event back", ",", TimeAction::StepBack),
        command("To the next crash, dead letter or failure", "N", TimeAction::FindNext),
        command("Restart from time zero", "", TimeAction::Restart),
        command("Restart the broker", "", OperateAction::Break(FaultKind::RestartBroker)),
    ]);
    for (resource, word) in [(Resource::Memory, "memory"), (Resource::Disk, "disk")] {
        let (kind, raised) = (FaultKind::Alarm(resource), session.world().broker().alarms().contains(&resource));
        commands.push(if raised {
            command(format!("Clear the {word} alarm"), "", OperateAction::Mend(kind))
        } else {
            command(format!("Raise a {word} alarm"), "", OperateAction::Break(kind))
        });
    }
    if !app.options.read_only {
        commands.extend(PartKind::ALL.into_iter().map(|(name, kind)| command(format!("Add: {name}"), "", EditAction::AddPart(kind))));
        commands.extend([
            command("Select everything", "Ctrl+A", SelectAction::All),
            command("Arrange along the message flow", "", EditAction::Arrange),
            command("Undo", "Ctrl+Z", EditAction::Undo),
            command("Redo", "Ctrl+Shift+Z", EditAction::Redo),
        ]);
    }
    commands.extend([
        command(if app.table { "Canvas" } else { "Table view" }, "T", Action::Page(PageAction::ToggleTable)),
        command("New scenario", "", FileAction::New),
        command("Scenarios", "", PageAction::OpenDialog(Dialog::Gallery)),
        command("Lessons", "", PageAction::OpenDialog(Dialog::Course)),
        command("Make the canvas a lesson", "", AuthorAction::Open),
        command("Save the scenario", "Ctrl+S", FileAction::SaveScenario),
        command("Save the recording up to now", "", FileAction::SaveRecording),
        command("Share…", "", PageAction::OpenDialog(Dialog::Share)),
        command("Picture of the canvas (PNG)", "", FileAction::SaveImage(Image::Png)),
        command("Picture of the canvas (SVG)", "", FileAction::SaveImage(Image::Svg)),
        command("Glossary", "", PageAction::OpenDialog(Dialog::Glossary)),
        command("Keyboard shortcuts", "?", PageAction::OpenDialog(Dialog::Shortcuts)),
    ]);
    commands
}

/// Those whose name has all the words that were typed.
#[must_use]
pub fn found(app: &App) -> Vec<Command> {
    let words: Vec<String> = app.query.split_whitespace().map(str::to_lowercase).collect();
    let mut commands = all(app);
    commands.retain(|command| {
        let name = command.name().to_lowercase();
        words.iter().all(|word| name.contains(word.as_str()))
    });
    commands
}

/// What keys do, besides commands: for the list.
pub const KEYS: [(&str, &str); 15] = [
    ("Tab, then arrows", "go from node to node on the canvas, along the lines"),
    ("Enter", "selects the node; arrows then move it by 5, with Shift by 20"),
    ("Ctrl+Enter", "selects one more"),
    ("C", "draws a line from the selected node: arrows go through its possible ends, Enter connects"),
    ("F2 or double click", "renames in place"),
    ("Menu key, Shift+F10 or right click", "the actions of a node"),
    ("Shift and drag", "selects what lies in a box"),
    ("Drag empty space", "moves the view"),
    ("Wheel, + and −", "zoom"),
    ("Shift+1", "shows everything"),
    ("Ctrl+0", "zooms to 100 %"),
    ("Ctrl+V", "pastes parts, from another tab, too"),
    ("Ctrl+K or Ctrl+/", "all commands"),
    ("Esc", "cancels a line; otherwise clears the selection and closes the story"),
    ("?", "this list"),
];
