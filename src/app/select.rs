//! What is looked at: the nodes that are selected, and the event whose story is shown.

use super::editing::EditAction;
use super::effect::{Effect, Reading};
use super::geometry::{self, Rect};
use super::recipe::{Recipe, RecipeAction};
use super::session::Session;
use super::{App, Line, Node, copies, story};
use crate::base::ordered::in_order;
use crate::broker::Name;
use crate::formats::scenario_file::element;
use crate::scenario::Point;
use crate::scenario::edit::{Fragment, Part};

#[derive(Clone, Debug, PartialEq)]
pub enum SelectAction {
    /// This node alone, or none. Where a line is being drawn, it ends at this node.
    Node(Option<Node>),
    /// This line alone.
    Line(Line),
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
    /// Tells the story of an event's copy in a queue.
    CopyIn(Name, Name),
    /// Lists every entry of the story, and then more of them.
    WholeStory,
    /// The shown message, to the clipboard.
    CopyMessage,
    /// Looks into a recipe of the part that is selected.
    Recipe(RecipeAction),
    /// Puts aside the last thing that was begun: a waiting undo, a carried step of a recipe, typing, a line. Or else it closes the drawer
    /// that was opened last.
    PutAside,
}

pub(super) fn update(app: &mut App, action: SelectAction) -> Vec<Effect> {
    let Some(session) = &mut app.session else { return Vec::new() };
    match action {
        SelectAction::Node(node) => match node {
            Some(to) if session.selection.connecting.as_ref().is_some_and(|from| *from != to) => {
                return super::update(app, EditAction::EndLine(to));
            }
            // The canvas keeps the keyboard when it selects a part. Enter on the selected part leads to what the page says of it.
            Some(node) if session.selection.is_alone(&node) => return vec![Effect::Read(Reading::Part)],
            node => session.select(node),
        },
        SelectAction::Line(line) => {
            session.select(None);
            session.selection.set_line(Some(line));
            return vec![Effect::Read(Reading::Line)];
        }
        SelectAction::Toggle(node) => session.selection.toggle(node),
        SelectAction::Box { from, to } => session.select_box(from, to),
        SelectAction::All => {
            let places = geometry::places(session.plan());
            session.selection.set_all(places);
        }
        SelectAction::Copy => return app.copy_selected(),
        SelectAction::Story(event) => session.playhead.ask_story(event, None),
        SelectAction::CopyIn(event, queue) => session.playhead.tell_of(event, queue),
        SelectAction::WholeStory => {
            if let Some(story) = &mut session.playhead.story {
                story.whole = Some(story.whole.map_or(story::ROWS, |rows| rows + story::MORE_ROWS));
            }
        }
        SelectAction::CopyMessage => {
            let story = session.playhead.story.as_ref();
            let text = story.and_then(|story| copies::as_json(story.life.as_ref()?, story.copy.as_ref()));
            return text.map(Effect::Copy).into_iter().collect();
        }
        SelectAction::Recipe(action) => return session.in_recipe(action),
        SelectAction::PutAside if session.document.held.as_ref().is_some_and(|held| held.step.is_some()) => session.document.held = None,
        SelectAction::PutAside if session.recipe.carried.is_some() => return session.in_recipe(RecipeAction::PutBack),
        SelectAction::PutAside if session.document.typing.is_some() => session.document.typing = None,
        SelectAction::PutAside if session.selection.connecting.is_some() => session.selection.connecting = None,
        SelectAction::PutAside => app.close_newest(),
    }
    Vec::new()
}

impl Session {
    pub(super) fn select(&mut self, node: Option<Node>) {
        self.selection.connecting = None;
        if let Some(Node::Exchange(name)) = &node {
            self.composer.exchange = name.clone();
        }
        (self.document.typing, self.document.held) = (None, None);
        self.recipe = Recipe::default();
        self.selection.set(node);
    }

    fn select_box(&mut self, from: Point, to: Point) {
        let within = |rect: &Rect| {
            let at = rect.centre();
            (from.x.min(to.x)..=from.x.max(to.x)).contains(&at.x) && (from.y.min(to.y)..=from.y.max(to.y)).contains(&at.y)
        };
        let found =
            geometry::places(self.plan()).into_iter().filter(|place| geometry::rect(self.plan(), place).is_some_and(|rect| within(&rect)));
        let mut nodes: Vec<Node> = self.selection.iter().cloned().chain(found).collect();
        nodes.dedup();
        self.selection.set_all(nodes);
    }

    /// The parts that are selected, each once.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        in_order(self.selection.iter().filter_map(|node| self.part(node)))
    }

    /// What is selected, as text for the clipboard.
    #[must_use]
    pub fn copied(&self) -> Option<String> {
        let parts = self.parts();
        (!parts.is_empty()).then(|| element::copied(&Fragment::of(&self.scenario_as_drawn(), &parts)))
    }
}
