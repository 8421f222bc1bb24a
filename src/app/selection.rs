//! What is selected on the canvas, and the node from which a line is being drawn.

use super::geometry;
use super::{Line, Node};

/// What can be chosen on the canvas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    Node(Node),
    Line(Line),
}

#[derive(Debug, Default)]
pub struct Selection {
    /// The node that the inspector shows.
    pub primary: Option<Node>,
    /// What else is selected.
    pub also: Vec<Node>,
    /// A line that is selected: then no part is.
    pub line: Option<Line>,
    /// A node from which a line is being drawn.
    pub connecting: Option<Node>,
}

impl Selection {
    /// Everything that is selected.
    pub fn iter(&self) -> impl Iterator<Item = &Node> {
        self.primary.iter().chain(&self.also)
    }

    /// What the inspector shows.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        self.primary.clone().map(Stop::Node).or_else(|| self.line.clone().map(Stop::Line))
    }

    #[must_use]
    pub fn has(&self, node: &Node) -> bool {
        self.iter().any(|other| other == node)
    }

    /// Whether this part is selected, and nothing else.
    pub(super) fn is_alone(&self, node: &Node) -> bool {
        self.primary.as_ref() == Some(node) && self.also.is_empty() && self.connecting.is_none()
    }

    pub(super) fn set(&mut self, node: Option<Node>) {
        self.primary = node;
        self.also.clear();
        self.line = None;
    }

    pub(super) fn set_line(&mut self, line: Option<Line>) {
        self.set(None);
        self.line = line;
    }

    /// All instances of a service are one.
    pub(super) fn set_all(&mut self, mut nodes: Vec<Node>) {
        nodes.dedup_by_key(|node| geometry::moved_as(node));
        self.set(nodes.pop());
        self.also = nodes;
    }

    /// One more, or one less.
    pub(super) fn toggle(&mut self, node: Node) {
        self.line = None;
        if self.primary.as_ref() == Some(&node) {
            self.primary = self.also.pop();
        } else if let Some(place) = self.also.iter().position(|other| *other == node) {
            self.also.remove(place);
        } else {
            self.also.extend(self.primary.replace(node));
        }
    }

    pub(super) fn retain(&mut self, is_there: impl Fn(&Node) -> bool) {
        self.also.retain(&is_there);
        self.primary = self.primary.take().filter(is_there).or_else(|| self.also.pop());
    }

    pub(super) fn toggle_line(&mut self) {
        self.connecting = if self.connecting.is_some() { None } else { self.primary.clone() };
    }
}
