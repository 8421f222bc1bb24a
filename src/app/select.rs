//! What is looked at: the nodes that are selected, and the event whose story is told.

use super::editing::{self, EditAction};
use super::effect::Effect;
use super::geometry::{self, Rect};
use super::session::{Session, Told};
use super::{App, Node};
use crate::base::ordered::in_order;
use crate::broker::Name;
use crate::scenario::Point;
use crate::scenario::edit::Part;

#[derive(Clone, Debug, PartialEq)]
pub enum SelectAction {
    /// This node alone, or none. Where a line is being drawn, it ends at this node.
    Node(Option<Node>),
    /// Selects one more, or one less.
    Toggle(Node),
    /// Everything within a rectangle of the canvas, besides what is selected already.
    Box {
        from: Point,
        to: Point,
    },
    All,
    /// What is selected, to the clipboard.
    Copy,
    /// Tells the story of this event; none closes it.
    Story(Option<Name>),
    /// Puts aside what the canvas shows besides the system: the line that is being drawn, or else the selection and the story.
    PutAside,
}

pub(super) fn update(app: &mut App, action: SelectAction) -> Vec<Effect> {
    let Some(session) = &mut app.session else { return Vec::new() };
    match action {
        SelectAction::Node(node) => match node {
            Some(to) if session.connecting.as_ref().is_some_and(|from| *from != to) => {
                return editing::update(app, EditAction::EndLine(to));
            }
            node => session.select(node),
        },
        SelectAction::Toggle(node) => session.toggle(node),
        SelectAction::Box { from, to } => session.select_box(from, to),
        SelectAction::All => session.select_all(geometry::places(session.plan())),
        SelectAction::Copy => return session.copied().map(Effect::Copy).into_iter().collect(),
        SelectAction::Story(event) => {
            session.biography = event.map(Told::new);
            session.tell();
        }
        SelectAction::PutAside if session.connecting.is_some() => session.connecting = None,
        SelectAction::PutAside => {
            session.select(None);
            session.biography = None;
        }
    }
    Vec::new()
}

impl Session {
    fn select(&mut self, node: Option<Node>) {
        self.connecting = None;
        if let Some(Node::Exchange(name)) = &node {
            self.composer.exchange = name.clone();
        }
        self.typing = None;
        self.also.clear();
        self.selection = node;
    }

    fn toggle(&mut self, node: Node) {
        if self.selection.as_ref() == Some(&node) {
            self.selection = self.also.pop();
        } else if let Some(place) = self.also.iter().position(|other| *other == node) {
            self.also.remove(place);
        } else {
            self.also.extend(self.selection.replace(node));
        }
    }

    fn select_box(&mut self, from: Point, to: Point) {
        let within = |rect: &Rect| {
            let at = rect.centre();
            (from.x.min(to.x)..=from.x.max(to.x)).contains(&at.x) && (from.y.min(to.y)..=from.y.max(to.y)).contains(&at.y)
        };
        let found =
            geometry::places(self.plan()).into_iter().filter(|place| geometry::rect(self.plan(), place).is_some_and(|rect| within(&rect)));
        let mut nodes: Vec<Node> = self.selected().cloned().chain(found).collect();
        nodes.dedup();
        self.select_all(nodes);
    }

    /// Everything that is selected.
    pub fn selected(&self) -> impl Iterator<Item = &Node> {
        self.selection.iter().chain(&self.also)
    }

    #[must_use]
    pub fn is_selected(&self, node: &Node) -> bool {
        self.selected().any(|other| other == node)
    }

    pub(super) fn select_all(&mut self, mut nodes: Vec<Node>) {
        nodes.dedup_by_key(|node| geometry::moved_as(node));
        self.selection = nodes.pop();
        self.also = nodes;
    }

    /// The parts that are selected, each once.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        in_order(self.selected().filter_map(|node| self.part(node)))
    }

    /// What is selected, as text for the clipboard.
    #[must_use]
    pub fn copied(&self) -> Option<String> {
        let parts = self.parts();
        (!parts.is_empty()).then(|| super::arrange::copied(&self.document(), &parts))
    }
}
