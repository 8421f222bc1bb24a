//! A message about to be published by hand: what it will be, and what became of the last one.

use std::sync::Arc;

use super::effect::Effect;
use super::form::why_not_json;
use super::notice::Notice;
use super::texts::composer as texts;
use super::{App, Session, words};
use crate::base::{SimTime, limits, number};
use crate::broker::exchange::topic;
use crate::broker::value::SHORTSTR_BYTES_MAX;
use crate::broker::{Event, Name, Properties, Table};
use crate::formats::amqp_json::table_from_json;
use crate::scenario::{Json, Publish};
use crate::sim::{HandPublish, WorldEvent};

/// No more than this are published at once.
pub const COUNT_MAX: u32 = limits::BY_HAND;
/// No faster than this, a second.
pub const RATE_MAX: f64 = 1_000.0;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishAction {
    /// Something is typed into the composer, or chosen.
    Set(Typed, String),
    /// A field was changed and left: what is wrong with it is said now.
    Check(Typed),
    Publish,
    /// Publishes what the composer has once more, wherever the learner is.
    Again,
    /// Where it went was read.
    Dismiss,
    /// Begins to publish at a rate, or ends it.
    Repeat,
}

pub(super) fn update(app: &mut App, action: PublishAction) -> Vec<Effect> {
    if let Some(session) = &mut app.session {
        match action {
            PublishAction::Set(what, text) => session.composer.set(what, text),
            PublishAction::Check(what) => session.composer.error = session.composer.check(what).err().map(|why| (what, why)),
            PublishAction::Publish => {
                session.composer.is_told = false;
                session.publish();
                if !app.playing {
                    session.land();
                }
            }
            PublishAction::Dismiss => session.composer.is_told = false,
            PublishAction::Again => {
                session.composer.is_told = true;
                session.publish();
                if !app.playing {
                    session.land();
                }
                session.composer.refused += u64::from(session.composer.error.is_some());
            }
            PublishAction::Repeat => session.repeat(),
        }
        session.composer.shows_more |= session.composer.is_wrong_inside();
    }
    Vec::new()
}

/// What is typed, as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Composer {
    pub exchange: Name,
    pub routing_key: String,
    pub payload: String,
    /// JSON, or nothing.
    pub headers: String,
    pub persistent: bool,
    pub mandatory: bool,
    pub confirm: bool,
    pub expiration: String,
    pub priority: String,
    pub count: String,
    /// How many a second, when it is repeated.
    pub rate: String,
    /// It is published again and again while time passes: when next.
    pub repeats: Option<SimTime>,
    /// What is being published, more than one frame takes.
    pub(super) sending: Option<Sending>,
    /// What is wrong, and with which field.
    pub error: Option<(Typed, String)>,
    /// Where the last one went.
    pub outcome: Option<String>,
    /// The message that went there: the first, where several were sent.
    pub sent: Option<Name>,
    /// So many were published by hand.
    pub published: u64,
    /// So many could not be sent again: the composer says why.
    pub refused: u64,
    /// A notice over the canvas says where it went, too.
    pub is_told: bool,
    /// This very message was sent: nothing was changed since.
    pub is_sent: bool,
    /// The key was typed or chosen: it follows the system no more.
    is_typed: bool,
    /// A field that is folded away was wrong once: it stays in sight.
    pub shows_more: bool,
}

/// What can be typed or chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    Exchange,
    Key,
    Payload,
    Headers,
    Persistent,
    Mandatory,
    Confirm,
    Expiration,
    Priority,
    Count,
    Rate,
    /// One of [`TEMPLATES`], by its name.
    Template,
}

/// Where a system says nothing of keys.
const USUAL_KEY: &str = "order.placed";

/// The chapter's events: name, routing key, payload.
pub const TEMPLATES: [(&str, &str, &str); 5] = [
    (
        "order.placed",
        "order.placed",
        r#"{"orderId": 4711, "userId": "u-1", "product": "course book", "quantity": 2, "total": 59.98, "address": {"zip": "10115"}}"#,
    ),
    (
        texts::ORDER_PLACED_WITHOUT_A_ZIP,
        "order.placed",
        r#"{"orderId": 4712, "userId": "u-2", "product": "course book", "quantity": 1, "total": 29.99, "address": {}}"#,
    ),
    ("order.shipped", "order.shipped", r#"{"orderId": 4711, "userId": "u-1", "address": {"zip": "10115"}}"#),
    ("user.created", "user.created", r#"{"userId": "u-1", "email": "ada@example.org"}"#),
    ("user.deleted", "user.deleted", r#"{"userId": "u-1"}"#),
];

/// A key that a binding with this key takes: * is one word, and # is two.
#[must_use]
pub fn like(binding_key: &str) -> String {
    let words = binding_key.split('.').map(|word| match word {
        "*" => "any",
        "#" => "many.words",
        word => word,
    });
    words.collect::<Vec<_>>().join(".")
}

/// Messages that are being published by hand.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sending {
    pub(super) message: Arc<HandPublish>,
    pub(super) left: u32,
    pub(super) times: u32,
    /// The last line of the log before the first of them.
    pub(super) before: u64,
}

impl Composer {
    /// Publishes nothing more by itself.
    pub(super) fn stop(&mut self) {
        (self.repeats, self.sending) = (None, None);
    }

    #[must_use]
    pub fn new(exchange: Name) -> Self {
        Self {
            exchange,
            routing_key: USUAL_KEY.into(),
            payload: "{\n  \"orderId\": 4711,\n  \"address\": { \"zip\": \"10115\" }\n}".into(),
            headers: String::new(),
            persistent: true,
            mandatory: false,
            confirm: false,
            expiration: String::new(),
            priority: String::new(),
            count: "1".into(),
            rate: "1".into(),
            repeats: None,
            sending: None,
            error: None,
            outcome: None,
            sent: None,
            published: 0,
            refused: 0,
            is_told: false,
            is_sent: false,
            is_typed: false,
            shows_more: false,
        }
    }

    fn set(&mut self, what: Typed, text: String) {
        if self.error.as_ref().is_some_and(|(field, _)| *field == what) {
            self.error = None;
        }
        self.is_sent = false;
        self.is_typed |= matches!(what, Typed::Key | Typed::Template);
        match what {
            Typed::Exchange => self.exchange = text.into(),
            Typed::Key => self.routing_key = text,
            Typed::Payload => self.payload = text,
            Typed::Headers => self.headers = text,
            Typed::Persistent => self.persistent = text == "true",
            Typed::Mandatory => self.mandatory = text == "true",
            Typed::Confirm => self.confirm = text == "true",
            Typed::Expiration => self.expiration = text,
            Typed::Priority => self.priority = text,
            Typed::Count => self.count = text,
            Typed::Rate => self.rate = text,
            Typed::Template => {
                if let Some((_, key, payload)) = TEMPLATES.iter().find(|(name, ..)| *name == text) {
                    (self.routing_key, self.payload, self.error) = ((*key).into(), (*payload).into(), None);
                }
            }
        }
    }

    /// What is wrong with the payload as it is typed, and where.
    ///
    /// # Errors
    /// As JSON says it.
    pub fn payload_is_json(&self) -> Result<(), String> {
        self.check(Typed::Payload)
    }

    /// The template that the message still follows.
    #[must_use]
    pub fn template(&self) -> Option<&'static str> {
        TEMPLATES.into_iter().find(|(_, key, payload)| *key == self.routing_key && *payload == self.payload).map(|(name, ..)| name)
    }

    /// Why a field of the form cannot be sent.
    #[must_use]
    pub fn why(&self, what: Typed) -> Option<&str> {
        self.error.as_ref().filter(|(field, _)| *field == what).map(|(_, why)| &**why)
    }

    /// What is wrong in the foot of the form.
    #[must_use]
    pub fn why_in_foot(&self) -> Option<&str> {
        self.why(Typed::Count).or_else(|| self.why(Typed::Rate))
    }

    /// What is wrong stands among the fields that are folded away.
    fn is_wrong_inside(&self) -> bool {
        [Typed::Headers, Typed::Expiration, Typed::Priority].into_iter().any(|what| self.why(what).is_some())
    }

    /// The headers, if they can be read.
    #[must_use]
    pub fn table(&self) -> Option<Table> {
        if self.headers.trim().is_empty() {
            return Some(Table::new());
        }
        let Ok(Json::Object(fields)) = serde_json::from_str(&self.headers) else { return None };
        Some(table_from_json(&fields))
    }

    /// What exchanges look at beside the key, if it can be read.
    #[must_use]
    pub fn properties(&self) -> Option<Properties> {
        Some(Properties::with_headers(Some(self.table()?)))
    }

    /// # Errors
    /// The first field that is wrong, and why.
    pub fn message(&self) -> Result<HandPublish, (Typed, String)> {
        let of = |what: Typed| move |why: String| (what, why);
        Ok(HandPublish {
            exchange: self.exchange.clone(),
            payload: self.read_payload().map_err(of(Typed::Payload))?,
            routing_key: self.read_key().map_err(of(Typed::Key))?,
            headers: self.read_headers().map_err(of(Typed::Headers))?,
            persistent: self.persistent,
            mandatory: self.mandatory,
            confirm: self.confirm,
            expiration: self.read_expiration().map_err(of(Typed::Expiration))?,
            priority: self.read_priority().map_err(of(Typed::Priority))?,
        })
    }

    /// What is wrong with one field alone.
    fn check(&self, what: Typed) -> Result<(), String> {
        match what {
            Typed::Payload => self.read_payload().map(drop),
            Typed::Key => self.read_key().map(drop),
            Typed::Headers => self.read_headers().map(drop),
            Typed::Expiration => self.read_expiration().map(drop),
            Typed::Priority => self.read_priority().map(drop),
            Typed::Count => self.read_count().map(drop),
            Typed::Rate => self.read_period().map(drop),
            Typed::Exchange | Typed::Persistent | Typed::Mandatory | Typed::Confirm | Typed::Template => Ok(()),
        }
    }

    fn read_payload(&self) -> Result<Json, String> {
        if let Some(why) = limits::beyond(texts::BYTES_OF_A_BODY, self.payload.len(), limits::BODY_BYTES) {
            return Err(texts::the_payload_is_too_large(&why));
        }
        serde_json::from_str(&self.payload).map_err(|error| texts::the_payload_is_not_json(&why_not_json(&self.payload, &error)))
    }

    fn read_key(&self) -> Result<Name, String> {
        let is_short = self.routing_key.len() <= SHORTSTR_BYTES_MAX;
        is_short.then(|| self.routing_key.as_str().into()).ok_or_else(|| texts::a_routing_key_has_at(&SHORTSTR_BYTES_MAX))
    }

    fn read_headers(&self) -> Result<Table, String> {
        self.table().ok_or_else(|| match serde_json::from_str::<Json>(&self.headers) {
            // What is no object at all needs an example.
            Err(error) if self.headers.trim_start().starts_with('{') => {
                texts::the_headers_are_not_json(&why_not_json(&self.headers, &error))
            }
            Ok(_) | Err(_) => texts::HEADERS_ARE_A_JSON_OBJECT.to_owned(),
        })
    }

    fn read_expiration(&self) -> Result<Option<Name>, String> {
        let text = self.expiration.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let number = text.parse::<u32>().map_err(|_| texts::AN_EXPIRATION_IS_A_WHOLE.to_owned())?;
        Ok(Some(number.to_string().into()))
    }

    fn read_priority(&self) -> Result<Option<u8>, String> {
        let text = self.priority.trim();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| texts::A_PRIORITY_IS_A_WHOLE.to_owned())
    }

    fn read_count(&self) -> Result<u32, String> {
        let count = self.count.trim().parse().ok().filter(|count| (1..=COUNT_MAX).contains(count));
        count.ok_or_else(|| texts::from_1_to_at_once(&COUNT_MAX))
    }

    fn read_period(&self) -> Result<SimTime, String> {
        let rate = number::parse(&self.rate).filter(|rate| *rate > 0.0 && *rate <= RATE_MAX);
        let rate = rate.ok_or_else(|| texts::more_than_0_and_at(&number::Shortest(RATE_MAX)))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from a millisecond to a long time")]
        Ok(SimTime::from_micros((1e6 / rate) as u64))
    }

    /// The time between two, when it is repeated.
    ///
    /// # Errors
    /// When the rate is none.
    pub fn period(&self) -> Result<SimTime, (Typed, String)> {
        self.read_period().map_err(|why| (Typed::Rate, why))
    }
}

impl Session {
    /// Until a key is typed, or something is sent, the message is one of this system.
    pub(super) fn propose_message(&mut self) {
        if self.composer.is_typed || self.composer.published > 0 {
            return;
        }
        let (exchange, key) = self.proposed();
        (self.composer.exchange, self.composer.routing_key) = (exchange, key);
    }

    /// What a service publishes there. Else a key of the exchange's bindings, or a key that leads to a queue without an exchange.
    fn proposed(&self) -> (Name, String) {
        let (broker, exchange) = (&self.scenario().broker, &self.composer.exchange);
        let published: Vec<&Publish> = self.publishes().filter(|publish| !publish.routing_key.contains('{')).collect();
        let here = || published.iter().filter(move |publish| publish.exchange == *exchange);
        let usual = here().find(|publish| &*publish.routing_key == USUAL_KEY).or_else(|| here().next());
        let leads = |key: &str| !self.world().broker().destinations(exchange, key, Properties::default()).is_empty();
        // Where the chapter's event leads nowhere, the first message is one that arrives.
        if let Some(publish) = usual.or_else(|| published.first().filter(|_| !leads(USUAL_KEY))) {
            return (publish.exchange.clone(), publish.routing_key.to_string());
        }
        if exchange.is_empty() {
            let key = broker.queues.first().map_or_else(|| USUAL_KEY.to_owned(), |queue| queue.name.to_string());
            return (exchange.clone(), key);
        }
        let bound = broker.bindings.iter().filter(|binding| binding.source == *exchange && !binding.routing_key.is_empty());
        let bound: Vec<&str> = bound.map(|binding| &*binding.routing_key).filter(|key| *key != "#").collect();
        let is_usual = bound.is_empty() || bound.iter().any(|key| topic::matches(key, USUAL_KEY));
        let key = if is_usual { USUAL_KEY.to_owned() } else { like(bound[0]) };
        (exchange.clone(), key)
    }

    /// The key of the message that is composed is one of this system: published, bound, or a queue's name.
    #[must_use]
    pub fn knows_composed_key(&self) -> bool {
        let (broker, Composer { exchange, routing_key: key, .. }) = (&self.scenario().broker, &self.composer);
        let takes = |bound: &str| bound == key || bound != "#" && topic::matches(bound, key);
        self.composer.is_typed
            || self.keys().iter().any(|known| ***known == **key)
            || exchange.is_empty() && broker.queues.iter().any(|queue| *queue.name == **key)
            || broker.bindings.iter().any(|binding| binding.source == *exchange && takes(&binding.routing_key))
    }

    fn publish(&mut self) {
        (self.composer.outcome, self.composer.sent) = (None, None);
        match self.composer.message().and_then(|message| Ok((message, self.composer.read_count().map_err(|why| (Typed::Count, why))?))) {
            Err(error) => self.composer.error = Some(error),
            Ok((message, times)) => {
                self.composer.error = None;
                if self.composer.sending.is_some() {
                    self.notice = Some(Notice::refused(texts::THE_MESSAGES_BEFORE_THESE_ARE));
                } else {
                    self.send(message, times);
                }
            }
        }
    }

    /// Time stands: what moves at this moment is seen to land all the same. More than one frame publishes is too much for the eye.
    pub(super) fn land(&mut self) {
        if self.composer.sending.is_none() {
            let now = self.world().now();
            self.playhead.moves.begin_to_land(now);
        }
    }

    /// As many were sent as were wanted.
    pub(super) fn published(&mut self, before: u64, times: u32) {
        self.composer.published += u64::from(times);
        self.composer.is_sent = true;
        self.composer.outcome = self.outcome(before, times);
        self.composer.sent = self.playhead.log.since(before).find_map(|occurrence| match &occurrence.what {
            WorldEvent::Broker(Event::Published { message, .. }) => message.properties.message_id.clone(),
            _ => None,
        });
    }

    /// Begins to publish at a rate, or ends it.
    fn repeat(&mut self) {
        let now = self.world().now();
        let composer = &mut self.composer;
        if composer.repeats.take().is_none() {
            let tried = composer.message().and_then(|_| composer.period());
            composer.repeats = tried.is_ok().then_some(now);
            composer.error = tried.err();
        }
    }

    /// What became of what was just published.
    fn outcome(&self, before: u64, times: u32) -> Option<String> {
        let world = self.world();
        let of_this = || self.playhead.log.since(before).map(|occurrence| &occurrence.what);
        let returned = of_this().any(|what| matches!(what, WorldEvent::Broker(Event::Returned { .. })));
        let went = if returned {
            Some(texts::IT_FOUND_NO_QUEUE_AND.to_owned())
        } else {
            self.playhead.log.since(before).find_map(words::where_it_went)
        };
        let went = went.or_else(|| match world.broker().alarms().first() {
            _ if world.is_broker_down() => Some(texts::THE_BROKER_IS_DOWN_IT.into()),
            Some(resource) => Some(texts::the_broker_is_low_on(&resource.name())),
            None => None,
        })?;
        let confirmed = if self.composer.confirm && !world.is_broker_down() && world.broker().alarms().is_empty() {
            texts::THE_BROKER_CONFIRMED_IT
        } else {
            ""
        };
        let times = if times > 1 { texts::times(&times) } else { String::new() };
        Some(format!("{times}{went}{confirmed}"))
    }
}
