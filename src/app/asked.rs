//! What is asked in place, on the canvas: the name of a part, and the key that a line has.

use super::camera::{Camera, Pixel};
use super::editing::EditAction;
use super::effect::Asked;
use super::form::{self, Change, Kind, Spot};
use super::geometry::{self, Curve, EdgeKind, Rect};
use super::labels::Room;
use super::texts::session as texts;
use super::{Node, Session};
use crate::broker::Value;
use crate::formats::amqp_json::table_to_json;
use crate::scenario::edit::{Edit, Element, Part, Slot, StepAt, proposal};
use crate::scenario::{Action, Point};

/// What a field takes with its examples, and with its note, in pixels. Its middle is so far below its top.
const FIELD: Pixel = Pixel { x: 200.0, y: 84.0 };
const NOTED: Pixel = Pixel { x: 236.0, y: 66.0 };
const FIELD_MIDDLE: f64 = 15.0;
/// Places around the middle of its line that are tried, so many pixels apart.
const FIELD_STEP: f64 = 16.0;
const STEPS_TRIED: i32 = 20;

/// A field on the canvas.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its middle.
    pub at: Point,
    pub text: String,
    pub label: &'static str,
    /// What goes with what is typed.
    pub note: String,
}

impl Asked {
    /// None: what it asks for is gone.
    #[must_use]
    pub fn field(&self, session: &Session) -> Option<Field> {
        let (plan, scenario) = (session.plan(), session.scenario());
        let between = |kind: &dyn Fn(&geometry::Edge) -> bool| geometry::edges(plan).into_iter().find(kind).map(|edge| edge.curve.at(0.5));
        let mut note = String::new();
        let (at, text, label) = match self {
            Self::Name(place) => {
                let rect = geometry::rect(plan, place)?;
                let y = if matches!(place, Node::Exchange(_)) { rect.bottom() + 20.0 } else { rect.top - 2.0 };
                (Point { x: rect.centre().x, y }, session.part(place)?.name().to_string(), texts::NAME)
            }
            Self::Binding(number) => {
                let at = between(&|edge| matches!(edge.kind, EdgeKind::Binding(other, _) if other == *number))?;
                let binding = scenario.broker.bindings.get(*number)?;
                if scenario.broker.is_headers_exchange(&binding.source) {
                    (at, table_to_json(&binding.arguments).to_string(), texts::HEADER_ARGUMENTS_AS_JSON)
                } else {
                    (at, binding.routing_key.to_string(), texts::BINDING_KEY)
                }
            }
            Self::Publish { service, at: StepAt { handler, step } } => {
                let spec = scenario.services.get(*service)?;
                let publish = spec.handlers.get(*handler)?.steps.get(*step)?.action.publish()?;
                let from = session.node(&Part::Service(spec.name.clone()))?;
                let to = geometry::place_of(publish.destination());
                let at = between(&|edge| edge.from == from && edge.to == to)?;
                let fields: Vec<&str> = publish.payload.as_object().into_iter().flatten().map(|(key, _)| &**key).collect();
                note = texts::payload(&fields.join(", "));
                (at, publish.routing_key.to_string(), texts::ROUTING_KEY)
            }
            Self::DeadLetters { queue, exchange } => {
                let curve = self.line(session)?;
                let spec = scenario.broker.queues.iter().find(|one| one.name == *queue)?;
                let is_there = spec.dead_letter_exchange() == Some(exchange);
                let key = if is_there { spec.dead_letter_routing_key().cloned() } else { proposal::dead_key(scenario, queue, exchange) };
                note = if key.is_some() { "x-dead-letter-routing-key".into() } else { texts::KEEPS_ITS_KEY.into() };
                (curve.at(0.5), key.map_or_else(String::new, |key| key.to_string()), texts::DEAD_LETTER_KEY)
            }
        };
        Some(Field { at, text, label, note })
    }

    /// A line that is there only with the answer.
    #[must_use]
    pub fn line(&self, session: &Session) -> Option<Curve> {
        let Self::DeadLetters { queue, exchange } = self else { return None };
        let (plan, from, to) = (session.plan(), Node::Queue(queue.clone()), Node::Exchange(exchange.clone()));
        geometry::leg(plan, &geometry::obstacles(plan), &from, &to, true)
    }

    /// The box that the field takes, in canvas units. It is as near to its line as possible, in view, and covers no part. A name is typed
    /// over itself.
    #[must_use]
    pub fn takes(&self, session: &Session, camera: Camera, size: Pixel) -> Option<Rect> {
        let field = self.field(session)?;
        let (width, height) = if field.note.is_empty() { (FIELD.x, FIELD.y) } else { (NOTED.x, NOTED.y) };
        let (width, height) = (width / camera.scale, height / camera.scale);
        let at = |x: f64, y: f64| Rect { left: x - width / 2.0, top: y - FIELD_MIDDLE / camera.scale, width, height };
        let usual = at(field.at.x, field.at.y);
        if matches!(self, Self::Name(_)) {
            return Some(usual);
        }
        let (view, room) = (camera.view(size), Room::beside_cards(session.plan()));
        let is_seen =
            |one: &Rect| one.left >= view.left && one.right() <= view.right() && one.top >= view.top && one.bottom() <= view.bottom();
        let step = FIELD_STEP / camera.scale;
        let spots = (-STEPS_TRIED..=STEPS_TRIED).flat_map(|across| (-STEPS_TRIED..=STEPS_TRIED).map(move |down| (across, down)));
        let away = |(across, down): &(i32, i32)| across * across + down * down;
        let spots = spots.map(|spot| (away(&spot), at(field.at.x + f64::from(spot.0) * step, field.at.y + f64::from(spot.1) * step)));
        let free = spots.filter(|(_, rect)| is_seen(rect) && room.is_free(rect)).min_by_key(|(away, _)| *away);
        // Where parts are everywhere, it covers some of them, and is seen.
        let within = |at: f64, first: f64, last: f64| at.min(last).max(first);
        Some(free.map_or_else(
            || Rect {
                left: within(usual.left, view.left, view.right() - width),
                top: within(usual.top, view.top, view.bottom() - height),
                ..usual
            },
            |(_, rect)| rect,
        ))
    }

    /// What is done with the answer; none: it changes nothing.
    #[must_use]
    pub fn answered(&self, session: &Session, text: &str) -> Option<EditAction> {
        let (text, scenario) = (text.trim(), session.scenario());
        let (at, kind) = match self {
            Self::Name(place) => {
                let part = session.part(place).filter(|part| &**part.name() != text)?;
                return Some(EditAction::Rename(part, text.into()));
            }
            Self::DeadLetters { queue, exchange } => {
                let index = scenario.broker.queues.iter().position(|one| one.name == *queue)?;
                let mut spec = scenario.broker.queues[index].clone();
                spec.arguments.insert("x-dead-letter-exchange".into(), Value::String(exchange.clone()));
                let key = "x-dead-letter-routing-key";
                // Without a separate key, a dead letter keeps the one it came with.
                if text.is_empty() {
                    spec.arguments.remove(key)
                } else {
                    spec.arguments.insert(key.into(), Value::string(text))
                };
                return Some(EditAction::Apply(Edit::Put { index, element: Box::new(Element::Queue(spec)) }));
            }
            Self::Binding(number) => {
                let binding = scenario.broker.bindings.get(*number)?;
                let headers = scenario.broker.is_headers_exchange(&binding.source);
                let (field, kind) = if headers { ("arguments", Kind::Json) } else { ("routing_key", Kind::Text) };
                (Spot::of(Slot::Binding(*number)).field(field), kind)
            }
            Self::Publish { service, at } => {
                let spec = scenario.services.get(*service)?;
                let outbox = matches!(spec.handlers.get(at.handler)?.steps.get(at.step)?.action, Action::Persist { .. });
                let step = Spot::of(Slot::Service(*service)).at_step(*at);
                (step.field(if outbox { "outbox.routing_key" } else { "routing_key" }), Kind::Text)
            }
        };
        if self.field(session)?.text == text {
            return None;
        }
        Some(match form::parse(&kind, text) {
            Ok(value) => EditAction::ChangeList(at, Change::Set(value)),
            // It is shown beside its field, with what was typed.
            Err(_) => EditAction::SetField(at, kind, text.to_owned()),
        })
    }
}
