//! Which key does what, where: everywhere on the page, and on a node of the canvas. It knows keys by their names, and no browser.

use super::effect::Asked;
use super::page::Dialog;
use super::{
    Action, CanvasAction, EditAction, FileAction, OperateAction, PageAction, PublishAction, SelectAction, TimeAction, WorkspaceAction,
};
use super::{Drawer, Node, Session, Stop, geometry};
use crate::scenario::{Point, Scenario};

/// A key, as browsers name it, and what is held with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pressed<'a> {
    pub key: &'a str,
    /// Ctrl, or the command key of a Mac.
    pub command: bool,
    pub shift: bool,
    pub alt: bool,
    /// It is held down, and the keyboard repeats it.
    pub again: bool,
}

/// What has the keyboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The canvas, or nothing else: that is where a pointer leaves it.
    #[default]
    Canvas,
    /// A heading beside the canvas, which is read.
    Reading,
    /// A list beside the canvas, which Space scrolls.
    List,
    /// A button or a link beside the canvas.
    Control,
    /// A field, which takes letters.
    Field,
    /// Something in a dialog.
    Dialog,
}

/// What a key does on a part or a line of the canvas.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKey {
    Do(Action),
    /// The keyboard goes to another part or line.
    GoTo(Stop),
    /// An arrow that leads nowhere.
    Stay,
    /// Something is asked for in place.
    Ask(Asked),
    Menu,
    /// What may be created at the end of the line.
    Ends,
}

/// What a key does on a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKey {
    /// To this place.
    Move(usize),
    /// It goes, and the keyboard stands on the step at this place then.
    Remove(Option<usize>),
    /// There is no place to move to.
    Stay,
}

/// Alt and an arrow move a step among so many; Delete and Backspace remove it. None: the browser's own.
#[must_use]
pub fn on_step(key: &str, alt: bool, (index, of): (usize, usize)) -> Option<StepKey> {
    let to = |place: Option<usize>| Some(place.map_or(StepKey::Stay, StepKey::Move));
    match key {
        "ArrowUp" if alt => to(index.checked_sub(1)),
        "ArrowDown" if alt => to(Some(index + 1).filter(|to| *to < of)),
        "Delete" | "Backspace" if !alt => Some(StepKey::Remove(of.checked_sub(2).map(|last| index.min(last)))),
        _ => None,
    }
}

/// By how much keys and buttons zoom.
pub const ZOOM: f64 = 1.25;
/// By how much Alt and an arrow move a node, and Shift and an arrow.
const NUDGE: f64 = 5.0;
const NUDGE_FAR: f64 = 20.0;

/// What a key does; none: the browser's own. A key without Ctrl is meant for the canvas and works there alone (WCAG 2.1.4). A letter that
/// is typed or spoken anywhere else does nothing. What types nothing also works where the details of a part are read. Space plays from a
/// heading, which has no use for it. Help is for who is lost: a question mark opens it from everything but a field. Escape closes what was
/// opened last, wherever the keyboard is.
#[must_use]
pub fn shortcut(pressed: Pressed<'_>, focus: Focus) -> Option<Action> {
    let Pressed { key, command, shift, alt, again } = pressed;
    if alt {
        return None;
    }
    let action: Action = match (key, command, focus) {
        ("k", true, _) => PageAction::OpenDialog(Dialog::Commands).into(),
        (_, _, Focus::Dialog) => return None,
        ("Escape", ..) => CanvasAction::Escape.into(),
        ("/", true, _) => PageAction::OpenDialog(Dialog::Commands).into(),
        ("s", true, _) => FileAction::SaveScenario.into(),
        (_, _, Focus::Field) => return None,
        ("z" | "Z", true, _) if shift => EditAction::Redo.into(),
        ("z", true, _) => EditAction::Undo.into(),
        ("y", true, _) => EditAction::Redo.into(),
        ("a", true, _) => SelectAction::All.into(),
        ("c", true, _) => SelectAction::Copy.into(),
        ("x", true, _) => EditAction::Cut.into(),
        ("d", true, _) => EditAction::Duplicate.into(),
        ("0", true, _) => CanvasAction::NaturalSize.into(),
        ("?", false, _) => PageAction::OpenDialog(Dialog::Shortcuts).into(),
        (_, true, _) | (_, false, Focus::Control) => return None,
        ("Delete" | "Backspace", ..) => EditAction::Delete.into(),
        ("F2", ..) => EditAction::AskKey.into(),
        ("ContextMenu" | "F10", ..) if menu(pressed).is_some() => CanvasAction::AskMenu.into(),
        (" ", _, Focus::Reading) => CanvasAction::HoldSpace { again }.into(),
        (_, _, Focus::Reading | Focus::List) => return None,
        ("c", ..) => EditAction::ToggleLine.into(),
        ("t", ..) => PageAction::ToggleTable.into(),
        ("P", ..) => PublishAction::Again.into(),
        ("p", ..) => WorkspaceAction::Toggle(Drawer::Publish).into(),
        ("l", ..) => WorkspaceAction::Toggle(Drawer::Lesson).into(),
        ("b", ..) => WorkspaceAction::Toggle(Drawer::Build).into(),
        (" ", ..) => CanvasAction::HoldSpace { again }.into(),
        (".", ..) => TimeAction::StepForward.into(),
        (",", ..) => TimeAction::StepBack.into(),
        ("n", ..) => TimeAction::FindNext.into(),
        ("!", ..) => CanvasAction::ShowEverything.into(),
        ("+" | "=", ..) => CanvasAction::Zoom(ZOOM, None).into(),
        ("-", ..) => CanvasAction::Zoom(1.0 / ZOOM, None).into(),
        _ => return None,
    };
    Some(action)
}

/// What it does that a key is let go; none: nothing.
#[must_use]
pub fn let_go(key: &str) -> Option<Action> {
    (key == " ").then(|| CanvasAction::LetGoSpace.into())
}

/// What a key does on a stop of the canvas; none: nothing special. Enter chooses. Space is the page's wherever the keyboard stands: it plays.
#[must_use]
pub fn on_stop(session: &Session, stop: &Stop, pressed: Pressed<'_>) -> Option<NodeKey> {
    let line = match stop {
        Stop::Node(node) => return on_node(session, node, pressed),
        Stop::Line(line) => line,
    };
    if let Some(way) = arrow(pressed.key) {
        return Some(nearest(session, stop, way).filter(|_| !moves(pressed)).map_or(NodeKey::Stay, NodeKey::GoTo));
    }
    match pressed.key {
        "Delete" | "Backspace" => Some(NodeKey::Do(EditAction::DeleteAt(stop.clone()).into())),
        "Enter" => Some(NodeKey::Do(SelectAction::Line(line.clone()).into())),
        "F2" => session.key_of(line).map(NodeKey::Ask),
        _ => menu(pressed),
    }
}

fn arrow(key: &str) -> Option<(f64, f64)> {
    match key {
        "ArrowLeft" => Some((-1.0, 0.0)),
        "ArrowRight" => Some((1.0, 0.0)),
        "ArrowUp" => Some((0.0, -1.0)),
        "ArrowDown" => Some((0.0, 1.0)),
        _ => None,
    }
}

/// Arrows walk. With Alt or Shift they move, as they move a step of a recipe.
const fn moves(pressed: Pressed<'_>) -> bool {
    pressed.alt || pressed.shift
}

fn menu(pressed: Pressed<'_>) -> Option<NodeKey> {
    let asks = pressed.key == "ContextMenu" || pressed.key == "F10" && pressed.shift;
    asks.then_some(NodeKey::Menu)
}

fn on_node(session: &Session, node: &Node, pressed: Pressed<'_>) -> Option<NodeKey> {
    let arrow = arrow(pressed.key);
    let is_connecting = session.selection.connecting.is_some();
    let action: Action = match (pressed.key, arrow) {
        (_, Some((dx, dy))) if !is_connecting && moves(pressed) => {
            let by = if pressed.shift { NUDGE_FAR } else { NUDGE };
            EditAction::NudgeAt(node.clone(), dx * by, dy * by).into()
        }
        (_, Some(way)) if is_connecting => {
            return Some(next_target(session, node, way).map_or(NodeKey::Stay, |next| NodeKey::GoTo(Stop::Node(next))));
        }
        (_, Some(way)) => return Some(nearest(session, &Stop::Node(node.clone()), way).map_or(NodeKey::Stay, NodeKey::GoTo)),
        ("Enter", _) if pressed.command => SelectAction::Toggle(node.clone()).into(),
        ("Enter", _) if session.selection.connecting.as_ref() == Some(node) => return Some(NodeKey::Ends),
        ("Enter", _) => SelectAction::Node(Some(node.clone())).into(),
        ("F2", _) => return Some(NodeKey::Ask(Asked::Name(node.clone()))),
        ("Delete" | "Backspace", _) if !is_connecting => EditAction::DeleteAt(Stop::Node(node.clone())).into(),
        ("c", _) if !pressed.command && !is_connecting => EditAction::BeginLine(node.clone()).into(),
        ("k", _) if !pressed.command && pressed.again => return Some(NodeKey::Stay),
        ("k", _) if !pressed.command => match node {
            Node::Instance(id) if session.world().instance(*id).is_some_and(|state| state.up) => OperateAction::Kill(*id).into(),
            Node::Instance(id) => OperateAction::Start(*id).into(),
            Node::Client(_) | Node::Exchange(_) | Node::Queue(_) => return None,
        },
        _ => return menu(pressed),
    };
    Some(NodeKey::Do(action))
}

/// The next node a line may lead to, round and round: from its beginning the nearest one comes first.
fn next_target(session: &Session, from: &Node, way: (f64, f64)) -> Option<Node> {
    let plan = session.plan();
    let begins = session.selection.connecting.as_ref().and_then(|node| geometry::rect(plan, node))?.centre();
    let away = |place: &Node| {
        let at = geometry::rect(plan, place)?.centre();
        let (dx, dy) = (at.x - begins.x, at.y - begins.y);
        Some(dx * dx + dy * dy)
    };
    let is_target = |place: &Node| session.may_connect(place) && session.selection.connecting.as_ref() != Some(place);
    let targets: Vec<(f64, Node)> =
        geometry::places(plan).into_iter().filter(is_target).filter_map(|place| Some((away(&place)?, place))).collect();
    // Equally near ones come in the order of the drawing.
    let order = |one: usize, other: usize| targets[one].0.total_cmp(&targets[other].0).then(one.cmp(&other));
    let (here, all) = (targets.iter().position(|(_, place)| place == from), 0..targets.len());
    let next = if way.0 + way.1 > 0.0 {
        let beyond = all.clone().filter(|one| here.is_none_or(|here| order(*one, here).is_gt()));
        beyond.min_by(|one, other| order(*one, *other)).or_else(|| all.min_by(|one, other| order(*one, *other)))
    } else {
        let before = all.clone().filter(|one| here.is_none_or(|here| order(*one, here).is_lt()));
        before.max_by(|one, other| order(*one, *other)).or_else(|| all.max_by(|one, other| order(*one, *other)))
    };
    next.map(|next| targets[next].1.clone())
}

const WAYS: [(f64, f64); 4] = [(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)];
/// In a larger system an arrow only leads to the nearest stop. The cost to join all grows with the square.
const JOINED_MAX: usize = 300;
/// What lies aside of an arrow's way is so much farther.
const ACROSS: f64 = 2.0;
/// What is so near is beside it in no direction.
const BESIDE: f64 = 8.0;

/// The part or line to go to in this direction. It goes along a message's way first: from a part to its line, from the line to its end.
fn nearest(session: &Session, from: &Stop, way: (f64, f64)) -> Option<Stop> {
    let mut stops = session.stops();
    let here = stops.iter().position(|(stop, ..)| stop == from)?;
    let way = WAYS.iter().position(|one| *one == way)?;
    let walk = Walk::of(&stops);
    let next = if stops.len() > JOINED_MAX { walk.nearest(here, way)? } else { walk.joined().arrows[here][way]? };
    Some(stops.swap_remove(next).0)
}

impl Session {
    /// Where the keyboard goes on that was on a part or a line of a scenario. Where that was deleted, at the part that arrows would reach
    /// first from its place.
    #[must_use]
    pub fn left_of(&self, before: &Scenario, stop: &Stop, at: Point) -> Option<Stop> {
        let now = match stop {
            Stop::Node(_) => Some(stop.clone()),
            Stop::Line(line) => line.clone().after(before, self.scenario()).map(Stop::Line),
        };
        if let Some(now) = now.filter(|now| self.place_of(now).is_some()) {
            return Some(now);
        }
        let away = |rect: &geometry::Rect| {
            let (dx, dy) = ((rect.centre().x - at.x).abs(), (rect.centre().y - at.y).abs());
            (dx + dy * ACROSS).min(dy + dx * ACROSS)
        };
        geometry::drawn(self.plan()).min_by(|(_, one), (_, other)| away(one).total_cmp(&away(other))).map(|(node, _)| Stop::Node(node))
    }
}

/// Where each arrow leads from each stop. Every stop is reached from every other. Where the nearest ones leave one out, or keep it apart,
/// an arrow that no way needs leads there.
struct Walk {
    arrows: Vec<[Option<usize>; 4]>,
    at: Vec<Point>,
    /// The part that a stop is, and those that a line joins, by number.
    parts: Vec<[Option<usize>; 3]>,
    /// Ways need these arrows.
    is_needed: Vec<[bool; 4]>,
}

impl Walk {
    /// Without arrows.
    fn of(stops: &[(Stop, Point, Option<[Node; 2]>)]) -> Self {
        let nodes = stops.iter().filter_map(|(stop, ..)| if let Stop::Node(node) = stop { Some(geometry::moved_as(node)) } else { None });
        let mut known: Vec<Node> = nodes.collect();
        known.sort_unstable();
        let number = |node: &Node| known.binary_search(&geometry::moved_as(node)).ok();
        let parts = stops.iter().map(|(stop, _, ends)| match (stop, ends) {
            (Stop::Node(node), _) => [number(node), None, None],
            (Stop::Line(_), Some([one, other])) => [None, number(one), number(other)],
            (Stop::Line(_), None) => [None; 3],
        });
        Self { arrows: Vec::new(), at: stops.iter().map(|(_, at, _)| *at).collect(), parts: parts.collect(), is_needed: Vec::new() }
    }

    fn nearest(&self, from: usize, way: usize) -> Option<usize> {
        let nearest = (0..self.at.len()).filter_map(|to| Some((to, self.length(from, to, way)?)));
        nearest.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(to, _)| to)
    }

    fn joined(mut self) -> Self {
        let count = self.at.len();
        self.arrows = (0..count).map(|from| std::array::from_fn(|way| self.nearest(from, way))).collect();
        self.is_needed = vec![[false; 4]; count];
        if count > 0 {
            self.join(false);
            self.join(true);
        }
        self
    }

    /// How far it is from one stop to another in this direction; none: it is not there.
    fn length(&self, from: usize, to: usize, way: usize) -> Option<f64> {
        let (dx, dy) = (self.at[to].x - self.at[from].x, self.at[to].y - self.at[from].y);
        let (along, across) = (dx * WAYS[way].0 + dy * WAYS[way].1, (dx * WAYS[way].1).abs() + (dy * WAYS[way].0).abs());
        let joins = |part: usize, line: usize| self.parts[part][0].is_some_and(|part| self.parts[line][1..].contains(&Some(part)));
        let joined = if joins(from, to) || joins(to, from) { 0.5 } else { 1.0 };
        (from != to && along > BESIDE).then_some((along + across * ACROSS) * joined)
    }

    /// Ways lead to the first stop from all others; onwards: from the first stop to all others.
    fn join(&mut self, onwards: bool) {
        let mut is_joined = vec![false; self.at.len()];
        is_joined[0] = true;
        self.spread(&mut is_joined, 0, onwards);
        while let Some(apart) = is_joined.iter().position(|joined| !joined) {
            let leads = (0..self.at.len()).filter(|stop| is_joined[*stop]).flat_map(|other| (0..WAYS.len()).map(move |way| (other, way)));
            let leads = leads.map(|(other, way)| if onwards { (other, apart, way) } else { (apart, other, way) });
            let best = leads.filter(|(from, _, way)| !self.is_needed[*from][*way]).min_by(|one, other| {
                let [one, other] = [one, other].map(|(from, to, way)| self.cost(*from, *to, *way));
                (one.0, one.1).cmp(&(other.0, other.1)).then(one.2.total_cmp(&other.2))
            });
            is_joined[apart] = true;
            if let Some((from, to, way)) = best {
                self.arrows[from][way] = Some(to);
                self.is_needed[from][way] = true;
            }
            self.spread(&mut is_joined, apart, onwards);
        }
    }

    /// The cost of an arrow that leads there from now on. It may point elsewhere, be the only one to where it led, or be long.
    fn cost(&self, from: usize, to: usize, way: usize) -> (bool, bool, f64) {
        let now = self.arrows[from][way];
        let is_missed = now.is_some_and(|now| self.arrows[from].iter().filter(|one| **one == Some(now)).count() == 1);
        let length = self.length(from, to, way);
        let far = || (self.at[to].x - self.at[from].x).abs() + (self.at[to].y - self.at[from].y).abs();
        (length.is_none(), is_missed, length.unwrap_or_else(far))
    }

    /// What arrows join to this stop is joined, and these arrows are needed.
    fn spread(&mut self, is_joined: &mut [bool], stop: usize, onwards: bool) {
        let mut todo = vec![stop];
        while let Some(here) = todo.pop() {
            let stops = if onwards { here..here + 1 } else { 0..self.at.len() };
            for (from, way) in stops.flat_map(|from| (0..WAYS.len()).map(move |way| (from, way))) {
                let Some(to) = self.arrows[from][way].filter(|to| onwards || *to == here) else { continue };
                let other = if onwards { to } else { from };
                if !is_joined[other] {
                    is_joined[other] = true;
                    self.is_needed[from][way] = true;
                    todo.push(other);
                }
            }
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str) -> Pressed<'_> {
        Pressed { key, ..Pressed::default() }
    }

    fn with_command(key: &str) -> Pressed<'_> {
        Pressed { key, command: true, ..Pressed::default() }
    }

    #[test]
    fn keys_of_the_page() {
        // key, what it does on the page
        let cases: [(Pressed<'_>, Option<Action>); 24] = [
            (key(" "), Some(CanvasAction::HoldSpace { again: false }.into())),
            (Pressed { again: true, ..key(" ") }, Some(CanvasAction::HoldSpace { again: true }.into())),
            (key("."), Some(TimeAction::StepForward.into())),
            (key(","), Some(TimeAction::StepBack.into())),
            (key("n"), Some(TimeAction::FindNext.into())),
            (key("c"), Some(EditAction::ToggleLine.into())),
            (key("t"), Some(PageAction::ToggleTable.into())),
            (key("Delete"), Some(EditAction::Delete.into())),
            (key("ContextMenu"), Some(CanvasAction::AskMenu.into())),
            (Pressed { shift: true, ..key("F10") }, Some(CanvasAction::AskMenu.into())),
            (key("F10"), None),
            (key("Escape"), Some(CanvasAction::Escape.into())),
            (key("!"), Some(CanvasAction::ShowEverything.into())),
            (key("+"), Some(CanvasAction::Zoom(ZOOM, None).into())),
            (key("?"), Some(PageAction::OpenDialog(Dialog::Shortcuts).into())),
            (with_command("z"), Some(EditAction::Undo.into())),
            (Pressed { shift: true, ..with_command("Z") }, Some(EditAction::Redo.into())),
            (with_command("x"), Some(EditAction::Cut.into())),
            (with_command("c"), Some(SelectAction::Copy.into())),
            (with_command("0"), Some(CanvasAction::NaturalSize.into())),
            (with_command("k"), Some(PageAction::OpenDialog(Dialog::Commands).into())),
            (with_command("r"), None),
            (key("q"), None),
            (Pressed { alt: true, ..key("c") }, None),
        ];
        for (pressed, action) in cases {
            assert_eq!(shortcut(pressed, Focus::Canvas), action, "{pressed:?}");
        }
    }

    #[test]
    fn what_has_the_keyboard_keeps_its_keys() {
        // key, focus, whether the page takes it
        let cases = [
            (key("ContextMenu"), Focus::Control, false),
            (key("Delete"), Focus::Control, false),
            (key("Delete"), Focus::List, true),
            // Space plays from a heading, presses a button, and scrolls a list.
            (key(" "), Focus::Reading, true),
            (key(" "), Focus::Control, false),
            (key(" "), Focus::List, false),
            (key(" "), Focus::Field, false),
            (key(" "), Focus::Dialog, false),
            (key("?"), Focus::Reading, true),
            (key("?"), Focus::Control, true),
            (key("?"), Focus::List, true),
            (key("?"), Focus::Field, false),
            (key("?"), Focus::Dialog, false),
            (key("Delete"), Focus::Reading, true),
            (key("Delete"), Focus::Field, false),
            (key("F2"), Focus::Dialog, false),
            (key("ContextMenu"), Focus::Dialog, false),
            (with_command("z"), Focus::Control, true),
            (with_command("z"), Focus::Field, false),
            (with_command("c"), Focus::Field, false),
            (with_command("s"), Focus::Field, true),
            (with_command("k"), Focus::Field, true),
            (with_command("k"), Focus::Dialog, true),
            (with_command("s"), Focus::Dialog, false),
            (key("Escape"), Focus::Control, true),
            (key("Escape"), Focus::Reading, true),
            (key("Escape"), Focus::Field, true),
            (key("Escape"), Focus::Dialog, false),
        ];
        for (pressed, focus, taken) in cases {
            assert_eq!(shortcut(pressed, focus).is_some(), taken, "{pressed:?} {focus:?}");
        }
    }

    /// Every key that types something is the canvas's alone, but for the two that `what_has_the_keyboard_keeps_its_keys` names.
    #[test]
    fn a_key_without_ctrl_works_on_the_canvas_alone() {
        let typed: Vec<String> = (' '..='~').map(String::from).collect();
        let mut works = 0;
        for name in typed.iter().map(String::as_str) {
            for focus in [Focus::Reading, Focus::List, Focus::Control, Focus::Field, Focus::Dialog] {
                let is_everywhere = matches!((name, focus), (" ", Focus::Reading) | ("?", Focus::Reading | Focus::List | Focus::Control));
                assert_eq!(shortcut(key(name), focus).is_some(), is_everywhere, "{name} {focus:?}");
            }
            works += usize::from(shortcut(key(name), Focus::Canvas).is_some());
        }
        assert!(works > 10, "{works}");
    }
}
