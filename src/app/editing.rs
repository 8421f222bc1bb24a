//! The document is edited, and what runs adapts. Everything that a read-only page refuses is here.

use std::sync::Arc;

use super::arrange::{self, Align};
use super::costs::{History, Way};
use super::document::Typing;
use super::effect::{Asked, Effect};
use super::form::{self, Change, Spot};
use super::geometry::{self, Plan, Rect};
use super::notice::{Notice, Tone};
use super::placing::{self, Free, snapped};
use super::session::Session;
use super::texts::session as texts;
use super::{App, Detail, Node, Stop, lesson};
use crate::base::SimTime;
use crate::base::ordered::in_order;
use crate::broker::{BindingKey, ExchangeType, Name};
use crate::formats::scenario_file::element;
use crate::lesson::Lock;
use crate::scenario::edit::proposal::replaced;
use crate::scenario::edit::{self, Edit, Element, Line, Part, PartKind, Slot, redeclare};
use crate::scenario::{Fault, Moment, Point, Scenario};
use crate::sim::{Input, Place};

#[derive(Clone, Debug, PartialEq)]
pub enum EditAction {
    Apply(Edit),
    /// What was found is mended, in one step.
    Mend(Vec<Edit>),
    /// A field of a form is being typed into: where it stands, what it takes, what it says so far.
    TypeField(Spot, form::Kind, String),
    /// What was typed so far counts no more.
    LeaveField,
    /// What was typed into a field takes effect.
    SetField(Spot, form::Kind, String),
    ChangeList(Spot, Change),
    /// A part gets this name. One that cannot be stands beside its field.
    Rename(Part, String),
    /// A part is put in the column of its kind, where there is room.
    AddPart(PartKind),
    /// A part is put where it was let go.
    AddPartAt(PartKind, Point),
    /// A part is put at the end of a line from another. It meets the line where that was let go, or stands beside its beginning.
    Extend {
        from: Part,
        kind: PartKind,
        at: Option<Point>,
    },
    /// A node follows the pointer, and with it what else is selected.
    Drag(Node, Point),
    /// The same, exactly there in the document: it stands on no grid.
    DragTo(Node, Point),
    /// What was dragged stays where it is.
    Drop,
    /// What was dragged goes back to where it was.
    CancelDrag,
    /// What is selected moves by so much.
    Nudge(f64, f64),
    /// This part does: with what else is selected, where it is selected.
    NudgeAt(Node, f64, f64),
    Align(Align),
    Arrange,
    Cut,
    Paste(String),
    /// Pastes what the clipboard holds.
    PasteCopied,
    Duplicate,
    /// Begins a line at the selected node, or gives it up.
    ToggleLine,
    /// Begins a line at this node. What is selected stays: no drawer may open under a pointer that is down.
    BeginLine(Node),
    /// The line ends at this node.
    EndLine(Node),
    Delete,
    /// Deletes this part or line: with what else is selected, where it is selected.
    DeleteAt(Stop),
    /// The key of the line that is selected is asked for, on the canvas.
    AskKey,
    /// What is to become of an edit that waits.
    Decide(Way),
    /// The steps of an HTTP handler move to the queue that was connected.
    ReplaceHttp,
    /// They stay where they are.
    KeepHttp,
    Undo,
    Redo,
    /// A fault at its time, as a sentence.
    PlanFault(String),
    /// A fault of the scenario, by its number, to another time.
    MoveFault(usize, SimTime),
    RemoveFault(usize),
}

/// Lets something change the document, and keeps a draft of what it changed.
pub(super) fn update(app: &mut App, action: EditAction) -> Vec<Effect> {
    let (adds, arranges) = (is_adding(&action), action == EditAction::Arrange);
    // A drag asks at each move; the canvas stands still meanwhile anyway.
    let seen = (!matches!(action, EditAction::Drag(..) | EditAction::DragTo(..) | EditAction::TypeField(..) | EditAction::LeaveField))
        .then(|| app.camera());
    // What is new stands where it is seen.
    let free = adds.then(|| app.free());
    let Some(session) = &mut app.session else { return Vec::new() };
    let before = session.document.version();
    let renames = matches!(action, EditAction::Rename(..));
    let known = matches!(action, EditAction::Mend(_)).then(|| geometry::places(session.plan()));
    let mut effects = session.change(action, free.as_ref());
    let is_refused = renames && session.document.typing.as_ref().is_some_and(|typing| typing.why.is_some());
    if session.document.version() == before {
        if is_refused {
            // The name may have been typed on the canvas: its field is shown.
            let newest = app.seen().first().copied();
            app.workspace.detail = Detail::Part;
            app.workspace.detail(newest);
        }
        return effects;
    }
    session.is_operated = false;
    if arranges {
        app.show_everything();
    } else if let Some(seen) = seen {
        app.stay_at(seen, adds);
    }
    if let Some(known) = known {
        app.reveal_new(&known);
    }
    let Some(session) = &app.session else { return effects };
    // In a lesson the work is kept with the lesson.
    if let Some(classroom) = &app.classroom {
        effects.extend(lesson::keep_drawing(classroom, Some(session), &mut app.works));
    }
    effects
}

/// Whether it puts parts on the canvas.
const fn is_adding(action: &EditAction) -> bool {
    matches!(
        action,
        EditAction::AddPart(_) | EditAction::AddPartAt(..) | EditAction::Extend { .. } | EditAction::Paste(_) | EditAction::Duplicate
    )
}

/// One sentence with the number of faults, expectations and hints that went with a part. None: none did.
fn gone_too(old: &Scenario, new: &Scenario) -> Option<String> {
    let less = |of: fn(&Scenario) -> usize| of(old).saturating_sub(of(new));
    let counts = [less(|scenario| scenario.faults.len()), less(|scenario| scenario.expects.len()), less(|scenario| scenario.hints.len())];
    counts.iter().any(|count| *count > 0).then(|| texts::removed_too(counts))
}

impl Session {
    fn change(&mut self, action: EditAction, free: Option<&Free>) -> Vec<Effect> {
        match action {
            EditAction::Apply(edit) => self.edit(&[edit]),
            EditAction::Mend(edits) => self.edit(&edits),
            EditAction::TypeField(at, kind, text) => {
                let tried = self.typed(&at, &kind, &text).and_then(|edit| edit::apply(self.scenario(), &edit));
                self.document.typing = Some(Typing { at, text, why: tried.err() });
            }
            EditAction::SetField(at, kind, text) => match self.typed(&at, &kind, &text).and_then(|edit| self.try_edit(&[edit])) {
                Ok(()) => {
                    if let Some(held) = &mut self.document.held {
                        held.at = Some(at.clone());
                    }
                    self.document.typing = self.document.held.is_some().then_some(Typing { at, text, why: None });
                }
                Err(why) => self.document.typing = Some(Typing { at, text, why: Some(why) }),
            },
            EditAction::LeaveField => self.document.typing = None,
            EditAction::Rename(part, text) => {
                let Some(at) = form::name_of(self.scenario(), &part) else { return Vec::new() };
                let node = self.node(&part);
                let tried = self.try_edit(&[Edit::Rename { part, name: text.trim().into() }]);
                if tried.is_err() && self.selection.primary != node {
                    self.selection.set(node);
                }
                self.document.typing = tried.err().map(|why| Typing { at, text, why: Some(why) });
            }
            EditAction::ChangeList(at, change) => {
                let before = self.scenario().clone();
                match form::edit(&before, &at, &change).and_then(|edit| self.try_edit(&[edit])) {
                    Ok(()) if before != *self.scenario() => self.recipe.follow(&before, &at, &change),
                    Ok(()) => self.recipe.carried = None,
                    Err(why) => {
                        self.recipe.carried = None;
                        self.notice = Some(Notice::refused(why));
                    }
                }
            }
            EditAction::AddPart(kind) => {
                let at = placing::of(self, kind, None, free);
                self.edit(&[Edit::Add { kind, at }]);
            }
            EditAction::AddPartAt(kind, at) => {
                let at = placing::at(self, kind, self.plan().in_document(None, at), free);
                self.edit(&[Edit::Add { kind, at }]);
            }
            EditAction::Extend { from, kind, at } => {
                let before = self.scenario().clone();
                let at = match at {
                    Some(tip) => placing::at_tip(self, &from, kind, tip, free),
                    None => placing::of(self, kind, Some(&from), None),
                };
                self.selection.connecting = None;
                self.edit(&[Edit::Extend { from: from.clone(), kind, at }]);
                let to = self.selection.primary.clone();
                return self.asks_for(&before, &from, to.as_ref());
            }
            EditAction::Drag(node, to) => self.drag(&node, snapped(self.plan().in_document(Some(&node), to))),
            EditAction::DragTo(node, to) => self.drag(&node, to),
            EditAction::Drop => {
                let scenario = self.scenario().clone();
                self.document.drop_dragged(&scenario);
            }
            EditAction::CancelDrag => self.document.cancel_drag(),
            EditAction::Nudge(dx, dy) => self.nudge(self.selection.iter().cloned().collect(), dx, dy),
            EditAction::NudgeAt(node, dx, dy) => {
                let moved = if self.selection.has(&node) { self.selection.iter().cloned().collect() } else { vec![node] };
                self.nudge(moved, dx, dy);
            }
            EditAction::Align(align) => {
                let plan = self.plan();
                let nodes: Vec<(Node, Rect)> =
                    self.selection.iter().filter_map(|node| Some((node.clone(), geometry::rect(plan, node)?))).collect();
                let places = arrange::aligned(&nodes, align).into_iter();
                let places = places
                    .map(|(node, at)| {
                        let at = plan.in_document(Some(&node), at);
                        (node, at)
                    })
                    .collect();
                self.put(places);
            }
            EditAction::Arrange => {
                self.put(arrange::arranged(self.plan().flat()));
                self.forget_turned();
            }
            EditAction::Cut => {
                let copied = self.copied();
                self.delete();
                return copied.map(Effect::Copy).into_iter().collect();
            }
            EditAction::Paste(text) => self.paste(&text),
            EditAction::PasteCopied => return vec![Effect::AskClipboard],
            EditAction::Duplicate => {
                if let Some(text) = self.copied() {
                    self.paste(&text);
                }
            }
            EditAction::BeginLine(node) => self.selection.connecting = Some(node),
            EditAction::ToggleLine => self.selection.toggle_line(),
            EditAction::EndLine(to) => {
                let before = self.scenario().clone();
                let Some(from) = self.selection.connecting.take().and_then(|node| self.part(&node)) else { return Vec::new() };
                // The line is drawn with its key: one step, and RabbitMQ is asked once.
                if let (Part::Queue(queue), Node::Exchange(exchange)) = (&from, &to) {
                    return vec![Effect::Ask(Asked::DeadLetters { queue: queue.clone(), exchange: exchange.clone() })];
                }
                self.connect_to(&from, &to);
                return self.asks_for(&before, &from, Some(&to));
            }
            EditAction::DeleteAt(Stop::Node(node)) if !self.selection.has(&node) => {
                let part = self.part(&node).map(Edit::Remove);
                self.edit(part.as_slice());
            }
            EditAction::DeleteAt(Stop::Line(line)) if self.selection.line.as_ref() != Some(&line) => self.edit(&[Edit::Cut(line)]),
            EditAction::Delete | EditAction::DeleteAt(_) => self.delete(),
            EditAction::AskKey => {
                let asked = self.selection.line.as_ref().and_then(|line| self.key_of(line));
                return asked.map(Effect::Ask).into_iter().collect();
            }
            EditAction::Decide(way) => self.decide(way),
            EditAction::KeepHttp => self.replaced = None,
            EditAction::ReplaceHttp => {
                if let Some(replaced) = self.replaced.take() {
                    self.edit(&replaced.edits);
                }
            }
            EditAction::Undo => return self.ask_for(History::Undo),
            EditAction::Redo => return self.ask_for(History::Redo),
            EditAction::PlanFault(text) => match text.parse() {
                Ok(fault) => self.put_fault(self.scenario().faults.len(), fault),
                Err(why) => self.notice = Some(Notice::refused(why)),
            },
            EditAction::MoveFault(index, at) => {
                if let Some(fault) = self.scenario().faults.get(index) {
                    self.put_fault(index, Fault { when: Moment::At(at), ..fault.clone() });
                }
            }
            EditAction::RemoveFault(index) => self.edit(&[Edit::Take(Slot::Fault(index))]),
        }
        Vec::new()
    }

    fn nudge(&mut self, nodes: Vec<Node>, dx: f64, dy: f64) {
        let by = |node: &Node, at: Point| self.plan().in_document(Some(node), Point { x: at.x + dx, y: at.y + dy });
        let moved = nodes.into_iter().filter_map(|node| self.place(&node).map(|at| by(&node, at)).map(|at| (node, at)));
        self.put(moved.collect());
    }

    fn delete(&mut self) {
        let lines = self.selection.line.iter().cloned().map(Edit::Cut);
        let edits: Vec<Edit> = self.parts().into_iter().map(Edit::Remove).chain(lines).collect();
        self.edit(&edits);
    }

    fn put_fault(&mut self, index: usize, fault: Fault) {
        self.edit(&[Edit::Put { index, element: Box::new(Element::Fault(fault)) }]);
    }

    fn paste(&mut self, text: &str) {
        let known = in_order(Part::all(self.scenario()));
        let done = element::pasted(text).and_then(|parts| self.try_edit(&[Edit::Paste(Box::new(parts))]));
        match done {
            Ok(()) => {
                let new = Part::all(self.scenario()).filter(|part| known.binary_search(part).is_err());
                let nodes: Vec<Node> = new.filter_map(|part| self.node(&part)).collect();
                self.selection.set_all(nodes);
            }
            Err(why) => self.notice = Some(Notice::refused(why)),
        }
    }

    /// The key of the line that was drawn since the document was so, where its exchange looks at one.
    fn asks_for(&self, before: &Scenario, from: &Part, to: Option<&Node>) -> Vec<Effect> {
        let (scenario, broker) = (self.scenario(), &self.scenario().broker);
        let looks_at_keys = |name: &Name| {
            let exchange = broker.exchanges.iter().find(|exchange| exchange.name == *name);
            exchange.is_some_and(|exchange| {
                let kind = exchange.routes_as();
                kind == ExchangeType::Headers || kind.binding_key() != BindingKey::Ignored
            })
        };
        let asked = match (from, to) {
            _ if *before == **scenario => None,
            (Part::Exchange(name), _) => {
                Some(Asked::Binding(broker.bindings.len() - 1)).filter(|_| looks_at_keys(name) && !broker.bindings.is_empty())
            }
            (Part::Service(name), Some(Node::Exchange(exchange))) if looks_at_keys(exchange) => {
                let service = scenario.services.iter().position(|service| service.name == *name);
                let line = Line::Publishes { service: name.clone(), to: Part::Exchange(exchange.clone()) };
                // A new step stands at the end of the first handler.
                let step = line.steps(scenario).into_iter().rev().min_by_key(|at| at.handler);
                service.zip(step).map(|(service, at)| Asked::Publish { service, at })
            }
            (Part::Queue(queue), Some(Node::Exchange(exchange))) => {
                Some(Asked::DeadLetters { queue: queue.clone(), exchange: exchange.clone() })
            }
            (Part::Queue(_) | Part::Service(_) | Part::Client(_), _) => None,
        };
        asked.map(Effect::Ask).into_iter().collect()
    }

    fn remember(&mut self) {
        let scenario = self.scenario().clone();
        self.document.remember(&scenario);
    }

    /// Changes the document, and with it what runs; or shows why not.
    fn edit(&mut self, edits: &[Edit]) {
        if let Err(why) = self.try_edit(edits) {
            self.notice = Some(Notice::refused(why));
        }
    }

    /// Changes the document, and with it what runs; or says why not. What would destroy messages waits for a decision.
    fn try_edit(&mut self, edits: &[Edit]) -> Result<(), String> {
        self.document.held = None;
        let edits = &redeclare::completed(self.scenario(), edits);
        let (new, told) = self.edited(edits)?;
        match self.needs_decision(&new, edits) {
            Some(held) => self.hold(held),
            None => self.put_in_place(new, edits, &told),
        }
        Ok(())
    }

    /// Changes the document, and with it the run, at every price; or says why not.
    pub(super) fn make(&mut self, edits: &[Edit]) -> Result<(), String> {
        let (new, told) = self.edited(edits)?;
        self.put_in_place(new, edits, &told);
        Ok(())
    }

    /// The scenario after some edits, and what they tell.
    pub(super) fn edited(&self, edits: &[Edit]) -> Result<(Scenario, Vec<String>), String> {
        let mut new = Scenario::clone(self.scenario());
        let mut told = Vec::new();
        for edit in edits {
            let edited = edit::apply(&new, edit)?;
            new = edited.scenario;
            told.extend(edited.told);
        }
        Ok((new, told))
    }

    /// All of it is one step of the history.
    fn put_in_place(&mut self, new: Scenario, edits: &[Edit], told: &[String]) {
        let removes = edits.iter().any(|edit| matches!(edit, Edit::Remove(_)));
        let gone = removes.then(|| self.gone_with_queues(&new)).flatten();
        let cuts = removes || edits.iter().any(|edit| matches!(edit, Edit::Cut(_)));
        let also = cuts.then(|| gone_too(self.scenario(), &new)).flatten();
        self.become_scenario(new);
        for edit in edits {
            self.follow(edit);
        }
        if cuts && self.notice.is_none() && !told.is_empty() {
            self.playhead.log.remark_edit(told.join(" "));
        }
        if self.notice.is_none() && (gone.is_some() || !told.is_empty()) {
            // What an addition tells is what came with it; what anything else tells is what went with it.
            let comes = edits.iter().all(|edit| matches!(edit, Edit::Add { .. } | Edit::Extend { .. }));
            let tone = if comes { Tone::Told } else { Tone::Warning };
            let told: Vec<String> = match also {
                Some(also) => gone.into_iter().chain([also]).collect(),
                None => gone.into_iter().chain(told.iter().cloned()).collect(),
            };
            self.notice = Some(Notice { tone, text: told.join(" ") });
        }
    }

    /// The document is another from now on.
    pub(super) fn become_scenario(&mut self, new: Scenario) {
        self.notice = None;
        self.replaced = None;
        if new == **self.scenario() {
            return;
        }
        if let Some(lock) = Lock::broken(&self.document.locked, self.scenario(), &new) {
            self.notice = Some(Notice::refused(texts::the_lesson_keeps_its_as(&lock.name())));
            return;
        }
        self.remember();
        self.replace(Arc::new(new));
        let plan = Plan {
            world: self.playhead.world(),
            moves: &self.playhead.moves,
            layout: &self.document.layout,
            hues: &self.hues,
            turned: None,
        };
        self.selection.retain(|node| geometry::rect(plan, node).is_some());
    }

    /// What runs becomes this. A line that is selected stays, as long as it is there.
    fn replace(&mut self, new: Arc<Scenario>) {
        let old = self.scenario().clone();
        self.inject(Input::Edit(new));
        // The first exchange of a canvas is where a message is published by hand, unless something was said of that.
        if let ([], [first, ..]) = (&*old.broker.exchanges, &*self.scenario().broker.exchanges)
            && self.composer.exchange.is_empty()
            && self.composer.published == 0
        {
            let name = first.name.clone();
            self.composer.exchange = name;
        }
        self.propose_message();
        let line = self.selection.line.take().and_then(|line| line.after(&old, self.scenario()));
        self.selection.line = line.filter(|line| self.edge_of(line).is_some());
    }

    /// The edit that sets a field to what was typed, or why it cannot be.
    fn typed(&self, at: &Spot, kind: &form::Kind, text: &str) -> Result<Edit, String> {
        form::parse(kind, text).and_then(|value| form::edit(self.scenario(), at, &Change::Set(value)))
    }

    fn connect_to(&mut self, from: &Part, to: &Node) {
        if let Some(to) = self.part(to) {
            let steps = |session: &Self| session.scenario().service(from.name()).map_or(0, |(_, service)| edit::publishes_to(service, &to));
            let before = steps(self);
            self.edit(&[Edit::Connect { from: from.clone(), to: to.clone() }]);
            // Both steps are one line of the drawing.
            if matches!(from, Part::Service(_)) && before > 0 && steps(self) > before {
                self.notice = Some(Notice::told(texts::publishes_again(from.name(), to.name())));
            }
            // Its key is asked for next: it is a field of the part where it begins.
            let node = self.node(from);
            self.selection.set(node);
        }
    }

    /// Whether a line can lead there from where it was begun.
    #[must_use]
    pub fn may_connect(&self, to: &Node) -> bool {
        let from = self.selection.connecting.as_ref().and_then(|node| self.part(node));
        from.zip(self.part(to)).is_some_and(|(from, to)| edit::connectable(&from, &to))
    }

    /// Nodes to their new places, as one step.
    fn put(&mut self, places: Vec<(Node, Point)>) {
        let places: Vec<(Node, Point)> = places.into_iter().filter(|(node, at)| self.stands(node) != Some(*at)).collect();
        if places.is_empty() {
            return;
        }
        self.remember();
        self.document.put(places);
    }

    /// Whether something would be lost.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        !self.document.is_saved() && (self.can_undo() || self.document.came_unsaved())
    }

    /// The selection stays with its part, and goes to one that is new.
    fn follow(&mut self, edit: &Edit) {
        let scenario = self.scenario();
        let part = match edit {
            Edit::Add { kind, .. } | Edit::Extend { kind, .. } => match kind {
                PartKind::Client => scenario.clients.last().map(|client| Part::Client(client.name.clone())),
                PartKind::Service => scenario.services.last().map(|service| Part::Service(service.name.clone())),
                PartKind::Exchange(_) => scenario.broker.exchanges.last().map(|exchange| Part::Exchange(exchange.name.clone())),
                PartKind::ClassicQueue | PartKind::QuorumQueue | PartKind::Stream => {
                    scenario.broker.queues.last().map(|queue| Part::Queue(queue.name.clone()))
                }
            },
            Edit::Rename { part, name } => Some(part.named(name.clone())),
            Edit::Connect { from: Part::Queue(queue), to: Part::Service(service) } => {
                self.replaced = replaced(self.scenario(), queue, service);
                return;
            }
            // What was removed is selected no more; what else is stays.
            Edit::Remove(_)
            | Edit::Connect { .. }
            | Edit::Cut(_)
            | Edit::Put { .. }
            | Edit::Take(_)
            | Edit::Reorder { .. }
            | Edit::Paste(_)
            | Edit::Populate(_)
            | Edit::Move(_) => return,
        };
        // A renamed node stands where it stood.
        if let Edit::Rename { part: old, .. } = edit
            && let Some(new) = part.as_ref().and_then(|part| self.node(part))
            && let Some(at) = self.old_place(old)
        {
            self.document.layout.insert(new, at);
        }
        let node = part.and_then(|part| self.node(&part));
        self.selection.set(node);
    }

    fn old_place(&self, part: &Part) -> Option<Point> {
        match part {
            Part::Exchange(name) => self.document.layout.get(&Place::Exchange(name.clone())).copied(),
            Part::Queue(name) => self.document.layout.get(&Place::Queue(name.clone())).copied(),
            // Programs are known by their place in the world, which another name does not change.
            Part::Client(_) | Part::Service(_) => None,
        }
    }

    /// What else is selected comes along.
    fn drag(&mut self, node: &Node, to: Point) {
        let node = geometry::moved_as(node);
        let Some(at) = self.stands(&node) else { return };
        let others: Vec<Node> = if self.selection.has(&node) {
            self.selection.iter().map(geometry::moved_as).filter(|other| *other != node).collect()
        } else {
            Vec::new()
        };
        let along = others.into_iter().filter_map(|other| {
            let place = self.stands(&other)?;
            Some((other, Point { x: place.x + to.x - at.x, y: place.y + to.y - at.y }))
        });
        let places: Vec<(Node, Point)> = along.chain([(node.clone(), to)]).collect();
        let scenario = self.scenario().clone();
        self.document.drag(&scenario, node, places);
    }

    /// Another version of the document. Time goes on: to undo is a new input, it never rewinds the world.
    pub(super) fn take(&mut self, step: History) {
        let now = self.scenario().clone();
        let version = match step {
            History::Undo => self.document.undo(&now),
            History::Redo => self.document.redo(&now),
        };
        self.document.held = None;
        let Some(version) = version.filter(|version| version != self.scenario()) else { return };
        let selected = self.selection.primary.as_ref().and_then(|node| self.part(node));
        let gone = self.gone_with_queues(&version);
        self.replace(version);
        // What was asked about a line that may be there no more.
        self.replaced = None;
        self.notice = gone.map(Notice::warning).or_else(|| self.notice.take());
        let node = selected.and_then(|part| self.node(&part)).filter(|node| geometry::rect(self.plan(), node).is_some());
        if self.selection.line.is_none() {
            self.selection.set(node);
        }
    }

    #[must_use]
    pub fn can_undo(&self) -> bool {
        self.document.can_undo(self.scenario())
    }

    #[must_use]
    pub fn can_redo(&self) -> bool {
        self.document.can_redo(self.scenario())
    }
}
