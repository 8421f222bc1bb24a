//! Publishing: routing, returns, confirms, and how a queue takes a new message (sections C, D, E, I, K).

use std::sync::Arc;

use super::cause::{DeathReason, DropCause, KeptBack, Outcome};
use super::channel::{Routing, Settlement, Transaction};
use super::dead_letter::{self, cc_keys};
use super::dice::Dice;
use super::error::{AmqpError, ReplyCode};
use super::event::{Event, Reach};
use super::exchange::{Chooser, Destination, Exchange, topic};
use super::ids::{ChannelId, ExchangeId, QueueId};
use super::message::{History, Message, Properties};
use super::method::{BasicPublish, Reply};
use super::queue::enqueuers::Enqueuer;
use super::queue::quorum::{self, PendingLetter};
use super::queue::ready::Entry;
use super::queue::settings::{EXPIRY_MILLIS_MAX, Overflow};
use super::queue::{Kind, Queue};
use super::value::{Name, Value};
use super::{Broker, PendingDeadLetter, USER, reply};
use crate::base::SimTime;
use crate::base::ordered::{insert_once, sort_by};

/// What routing needs while it lasts.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    visited: Vec<ExchangeId>,
    pub delays: Delays,
    found: Vec<Destination>,
    words: topic::Walk,
}

/// The exchanges that keep a message for later, and for how many milliseconds (rule 149).
pub(super) type Delays = Vec<(ExchangeId, u64)>;

/// The alternate exchange of the exchange at which a message begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Alternate<'a> {
    Own,
    /// Or none: as it was when the exchange took the message.
    This(Option<&'a Name>),
}

/// Which kept dead letters are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tries {
    New,
    All,
}

/// Who sends a message to a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    Client(ChannelId),
    /// It sends dead letters, and what an exchange has kept.
    Broker,
}

/// Whether queues refused a message, or were gone.
#[derive(Clone, Copy, Debug, Default)]
struct Refusals {
    classic: bool,
    quorum: bool,
}

/// Whether a queue took a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accepted {
    Yes,
    No,
}

impl Broker {
    pub(super) fn basic_publish(&mut self, now: SimTime, channel: ChannelId, publish: BasicPublish) -> Result<Reply, AmqpError> {
        let max = self.profile.rules().message_bytes_max;
        if publish.body.len() > max {
            let text = format_args!("message size {} is larger than configured max size {max}", publish.body.len());
            return Err(AmqpError::precondition(text)); // rule 5
        }
        let exchange = self.exchange_named(&publish.exchange)?; // rule 47: even when mandatory
        if self.exchanges[&exchange].internal {
            let text = format_args!("cannot publish to internal exchange '{}' in vhost '/'", publish.exchange);
            return Err(AmqpError::new(ReplyCode::AccessRefused, text)); // rule 46
        }
        if publish.immediate {
            return Err(AmqpError::not_implemented("immediate=true"));
        }
        let mut properties = publish.properties;
        self.with_reply_queue(channel, &mut properties)?;
        check_properties(&properties)?;
        let message = Arc::new(self.accept(publish.exchange, publish.routing_key, properties, publish.body));
        let (mut queues, delays) = self.route(exchange, &message)?;
        if let Some(recorded) = self.recorded_route(&message) {
            queues = recorded;
        }
        let mut replies = self.reply_queues(&message);
        self.events.push(Event::Published { channel, message: message.clone() });
        let reach = match (queues.is_empty() && replies.is_empty(), delays.is_empty()) {
            (false, _) => Reach::Queues,
            // A message that must be routed is returned, though it comes later (rule 149).
            (true, false) if !publish.mandatory => Reach::Later,
            (true, _) => Reach::Nowhere,
        };
        self.keep_for_later(now, &message, &delays, reach == Reach::Later);
        if reach != Reach::Later {
            let names = self.names_of(&queues, &replies);
            self.events.push(Event::Routed { message: message.clone(), queues: names });
        }
        if !replies.is_empty() && !self.profile.rules().volatile_queues {
            self.answer(&std::mem::take(&mut replies), &message); // rule 59: even in a transaction, and a mandatory one comes back
        }
        let routing = Routing { message, reach, queues, replies, mandatory: publish.mandatory, gone: Vec::new() };
        if let Some(transaction) = &mut self.channel(channel).transaction {
            transaction.publishes.push(routing); // rule 55: routed now, kept until the commit
        } else {
            self.deliver_to_queues(now, channel, &routing);
            self.close_chunks(now);
        }
        Ok(Reply::Ok)
    }

    pub(super) fn queue_names_of(&self, queues: &[QueueId]) -> Arc<[Name]> {
        queues.iter().map(|id| self.queues[id].name.clone()).collect()
    }

    /// All reply queues are one to those who look (rule 59).
    fn names_of(&self, queues: &[QueueId], replies: &[Name]) -> Arc<[Name]> {
        if replies.is_empty() {
            return self.queue_names_of(queues);
        }
        let names = queues.iter().map(|id| self.queues[id].name.clone());
        names.chain(std::iter::once(reply::PSEUDO_QUEUE.into())).collect()
    }

    /// Who refused it.
    fn deliver_to_queues(&mut self, now: SimTime, channel: ChannelId, routing: &Routing) -> Refusals {
        let Routing { message, queues, replies, reach, mandatory, gone } = routing;
        if queues.is_empty() && replies.is_empty() && gone.is_empty() && *mandatory {
            self.events.push(Event::Returned {
                channel,
                code: ReplyCode::NoRoute,
                message: message.clone(),
                routed: *reach == Reach::Queues,
            });
        }
        let mut refusals = Refusals::default();
        for queue in queues {
            if self.enqueue(now, *queue, message, Sender::Client(channel)) == Accepted::No {
                *if self.is_classic(*queue) { &mut refusals.classic } else { &mut refusals.quorum } = true;
            }
        }
        if !replies.is_empty() {
            self.answer(replies, message);
        }
        // Rule 51: an unroutable message is confirmed too. Rule 53: one refusal counts, though other queues keep their copy.
        self.confirm(channel, if refusals.classic || refusals.quorum { Outcome::Nack } else { Outcome::Ack });
        refusals
    }

    pub(super) fn confirm_select(&mut self, channel: ChannelId) -> Result<Reply, AmqpError> {
        let state = self.channel(channel);
        if state.transaction.is_some() {
            return Err(AmqpError::precondition("cannot switch from tx to confirm mode")); // rule 55
        }
        state.confirm_next.get_or_insert(1);
        Ok(Reply::Ok)
    }

    pub(super) fn tx_select(&mut self, channel: ChannelId) -> Result<Reply, AmqpError> {
        let state = self.channel(channel);
        if state.confirm_next.is_some() {
            return Err(AmqpError::precondition("cannot switch from confirm to tx mode"));
        }
        state.transaction.get_or_insert_default();
        Ok(Reply::Ok)
    }

    /// Publishes first, then settlements; returns arrive after the commit (rule 55).
    pub(super) fn tx_commit(&mut self, now: SimTime, channel: ChannelId) -> Result<Reply, AmqpError> {
        self.with_unasked_later(now, |broker| broker.commit(now, channel))
    }

    fn commit(&mut self, now: SimTime, channel: ChannelId) -> Result<Reply, AmqpError> {
        let Transaction { publishes, settlements } = self.take_transaction(channel)?;
        let mut complete = true;
        let mut publishes = publishes.into_iter();
        while let Some(mut routing) = publishes.next() {
            match self.look_for_gone(&mut routing) {
                Ok(gone) => {
                    let refusals = self.deliver_to_queues(now, channel, &routing);
                    // A quorum queue refuses at once, before the channel looks for refusals, and that is the end of it (rule 55).
                    complete &= gone.quorum || refusals.quorum || !(gone.classic || refusals.classic);
                }
                Err(error) => {
                    self.forget_publishes(std::iter::once(routing).chain(publishes));
                    return Err(error);
                }
            }
        }
        self.close_chunks(now); // rule 164
        // What was settled alike in a row is settled together.
        let merges = self.profile.rules().commit_merges_refusals;
        let are_alike = |one: Settlement, next: Settlement| one == next || merges && one.requeues() == next.requeues();
        for alike in settlements.chunk_by(|(_, one), (_, next)| are_alike(*one, *next)) {
            let mut tags: Vec<u64> = alike.iter().map(|(tag, _)| *tag).collect();
            sort_by(&mut tags, Ord::cmp);
            self.settle_all(now, channel, &tags, alike[0].1);
        }
        // What a full queue refuses cannot be nacked here, and the rest has happened.
        if complete { Ok(Reply::Ok) } else { Err(AmqpError::precondition("partial tx completion")) }
    }

    /// A queue was deleted before the commit. A quorum queue that has its name now gets the message. A classic one does not: then the
    /// transaction is not complete.
    ///
    /// # Errors
    /// A stream is looked for until 4.1, and each queue as of 4.2. RabbitMQ fails if another type of queue has the name then.
    fn look_for_gone(&self, routing: &mut Routing) -> Result<Refusals, AmqpError> {
        let looks = self.profile.rules().commit_looks_for_queues;
        let mut refusals = Refusals::default();
        // It goes through the queues by their names: the other way round, but for those of the default exchange.
        sort_by(&mut routing.gone, |(one, _), (other, _)| one.cmp(other));
        if !routing.message.exchange.is_empty() {
            routing.gone.reverse();
        }
        for &(ref name, kind) in &routing.gone {
            let found = self.queue_names.get(name).copied();
            let refused = |text: std::fmt::Arguments<'_>| Err(AmqpError::new(ReplyCode::ResourceError, text));
            let kind = Kind::from_name(kind).unwrap_or_default();
            let is_other = found.is_some_and(|id| self.queues[&id].messages.kind() != kind);
            match kind {
                _ if looks && is_other => return Err(AmqpError::internal()),
                _ if looks && found.is_none() => {
                    return refused(format_args!("failed to deliver message: {{not_found,{{resource,<<\"/\">>,queue,<<\"{name}\">>}}}}"));
                }
                Kind::Stream if !looks => return refused(format_args!("Stream not found for queue '{name}' in vhost '/'")),
                Kind::Classic => refusals.classic = true,
                Kind::Quorum if found.is_none() || is_other => refusals.quorum = true,
                Kind::Quorum | Kind::Stream => routing.queues.extend(found),
            }
        }
        Ok(refusals)
    }

    /// The publishes are forgotten, the deliveries wait for a settlement again.
    pub(super) fn tx_rollback(&mut self, channel: ChannelId) -> Result<Reply, AmqpError> {
        let Transaction { settlements, publishes } = self.take_transaction(channel)?;
        self.forget_publishes(publishes);
        let state = self.channel(channel);
        for (delivery_tag, _) in settlements {
            if let Some(delivery) = state.unacked.get_mut(delivery_tag) {
                delivery.settled = false;
            }
        }
        Ok(Reply::Ok)
    }

    pub(super) fn forget_publishes(&mut self, publishes: impl IntoIterator<Item = Routing>) {
        for Routing { message, reach, .. } in publishes {
            if reach == Reach::Later {
                self.delays.is_not_alone(message.id);
            }
            self.events.push(Event::RolledBack { message, reach });
        }
    }

    fn take_transaction(&mut self, channel: ChannelId) -> Result<Transaction, AmqpError> {
        let transaction = self.channel(channel).transaction.as_mut();
        transaction.map(std::mem::take).ok_or_else(|| AmqpError::precondition("channel is not transactional"))
    }

    /// A new message as the broker keeps it: the BCC header is set apart (rule 48).
    fn accept(&mut self, exchange: Name, routing_key: Name, mut properties: Arc<Properties>, body: super::Body) -> Message {
        if properties.header("BCC").is_some() {
            let headers = Arc::make_mut(&mut properties).headers.get_or_insert_default();
            let bcc = match headers.remove("BCC") {
                Some(Value::Array(keys)) => keys.iter().filter_map(|key| key.as_str().cloned()).collect(),
                _ => Vec::new(),
            };
            Arc::make_mut(&mut properties).history = Some(Box::new(History { bcc, ..History::default() }));
        }
        Message { id: self.ids.message(), exchange, routing_key, properties, body }
    }

    fn confirm(&mut self, channel: ChannelId, outcome: Outcome) {
        let state = self.channel(channel);
        let Some(sequence) = state.confirm_next else { return };
        state.confirm_next = Some(sequence + 1);
        self.events.push(Event::Confirmed { channel, sequence, outcome });
    }

    /// The queues a message goes to, each once however many bindings match (rule 32), in the order they were declared.
    /// Beside them the exchanges that keep it for later.
    ///
    /// # Errors
    /// An exchange cannot read for how long to keep it.
    pub(super) fn route(&mut self, exchange: ExchangeId, message: &Message) -> Result<(Vec<QueueId>, Delays), AmqpError> {
        let properties = &message.properties;
        if properties.headers.is_none()
            && properties.history.is_none()
            && self.exchanges.get(&exchange).is_some_and(|exchange| exchange.name.is_empty())
        {
            return Ok((self.queue_names.get(&message.routing_key).copied().into_iter().collect(), Delays::new())); // rule 33, for most
        }
        // Lists that are filled and emptied with every message keep their memory.
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut dice = std::mem::take(&mut self.dice);
        let queues = self.route_with(exchange, Alternate::Own, message, &mut scratch, &mut dice);
        let delays = std::mem::take(&mut scratch.delays);
        (self.scratch, self.dice) = (scratch, dice);
        Ok((queues?, delays))
    }

    /// Of a message that this exchange has kept. If the exchange is gone, then so are its bindings: its alternate exchange is left.
    pub(super) fn route_later(&mut self, exchange: &Name, alternate: Option<&Name>, message: &Message) -> Vec<QueueId> {
        let known = |name: &Name| self.exchange_names.get(name).copied();
        let start = known(exchange).map(|id| (id, Alternate::This(alternate))).or_else(|| Some((known(alternate?)?, Alternate::Own)));
        let Some((start, alternate)) = start else { return Vec::new() };
        let mut dice = std::mem::take(&mut self.dice);
        let queues = self.route_with(start, alternate, message, &mut Scratch::default(), &mut dice);
        self.dice = dice;
        queues.unwrap_or_default()
    }

    /// `alternate`: of the first exchange.
    pub(super) fn route_with(
        &self,
        exchange: ExchangeId,
        alternate: Alternate<'_>,
        message: &Message,
        scratch: &mut Scratch,
        dice: &mut Dice,
    ) -> Result<Vec<QueueId>, AmqpError> {
        let Scratch { visited, delays, found, words } = scratch;
        delays.clear();
        let mut keys: Vec<Name> = Vec::new();
        if message.properties.headers.is_some() {
            keys.extend(cc_keys(message));
        }
        keys.extend_from_slice(message.bcc());
        let all_keys = || std::iter::once(&message.routing_key).chain(&keys);

        let name_of = |destination| self.name_of(destination);
        let mut chooser = Chooser { profile: self.profile, dice, name_of: &name_of };
        let mut queues = Vec::new();
        visited.clear();
        visited.push(exchange);
        let mut next = 0;
        while let Some(&id) = visited.get(next) {
            next += 1;
            let Some(exchange) = self.exchanges.get(&id) else { continue };
            if exchange.name.is_empty() {
                if next > 1 {
                    continue; // nothing is bound to it: as an alternate exchange it leads nowhere (rule 45)
                }
                all_keys().filter_map(|key| self.queue_names.get(key)).for_each(|queue| insert_once(&mut queues, *queue)); // rule 33
                continue;
            }
            match exchange.delay(&message.properties)? {
                Some(millis) => delays.push((id, millis)),
                None => exchange.route(all_keys(), &message.properties, &mut chooser, found, words),
            }
            if found.is_empty() {
                // Rule 45: the alternate exchange is for what this exchange itself could not place, and for what it keeps (rule 149).
                let own = exchange.alternate.as_ref();
                let alternate = match alternate {
                    Alternate::This(alternate) if next == 1 => alternate,
                    Alternate::This(_) | Alternate::Own => own,
                };
                let alternate = alternate.and_then(|name| self.exchange_names.get(name));
                found.extend(alternate.map(|id| Destination::Exchange(*id)));
            }
            for destination in found.drain(..) {
                match destination {
                    Destination::Queue(queue) => insert_once(&mut queues, queue),
                    Destination::Exchange(other) if !visited.contains(&other) => visited.push(other), // rule 44
                    Destination::Exchange(_) => {}
                }
            }
        }
        Ok(queues)
    }

    /// Where one exchange alone sends a message.
    pub(super) fn destinations_at(&self, exchange: &Exchange, message: &Message, dice: &mut Dice) -> Vec<Destination> {
        let name_of = |destination| self.name_of(destination);
        let mut chooser = Chooser { profile: self.profile, dice, name_of: &name_of };
        let mut found = Vec::new();
        let key = std::iter::once(&message.routing_key);
        exchange.route(key, &message.properties, &mut chooser, &mut found, &mut topic::Walk::default());
        found
    }

    /// Whether it is a queue, and its name: exchanges come before queues, as RabbitMQ sorts them.
    pub(super) fn name_of(&self, destination: Destination) -> Option<(bool, &Name)> {
        match destination {
            Destination::Queue(id) => self.queues.get(&id).map(|queue| (true, &queue.name)),
            Destination::Exchange(id) => self.exchanges.get(&id).map(|exchange| (false, &exchange.name)),
        }
    }

    /// Rule 61: refuse, or hand over at once, or keep.
    pub(super) fn enqueue(&mut self, now: SimTime, id: QueueId, message: &Arc<Message>, sender: Sender) -> Accepted {
        let rules = self.profile.rules();
        let Some(queue) = self.queues.get_mut(&id) else { return Accepted::Yes };
        let kind = queue.messages.kind();
        if kind == Kind::Stream {
            self.append(now, id, message, matches!(sender, Sender::Client(_)));
            return Accepted::Yes;
        }
        let enqueuer = match sender {
            Sender::Client(channel) => Some(Enqueuer::Channel(channel)),
            Sender::Broker => None,
        };
        if queue.refuses(message.body.len(), enqueuer, self.methods) {
            let dead = Some(&*queue)
                .filter(|queue| queue.settings.overflow == Overflow::RejectPublishDlx)
                .and_then(|queue| pending_dead_letter(queue, message.clone(), DeathReason::Maxlen, 0));
            let refused = Event::Refused { queue: queue.name.clone(), message: message.clone(), dead_lettered: dead.is_some() };
            self.events.push(refused);
            self.dead_letters.extend(dead);
            return Accepted::No;
        }
        let entry = queue.entry(message.clone(), now, rules);
        if let Some(consumer) = self.next_consumer(id) {
            if kind == Kind::Quorum
                && let Some(messages) = self.queues.get_mut(&id).and_then(|queue| queue.messages.quorum_mut())
            {
                messages.take_turn();
            }
            self.deliver(now, id, consumer, entry, true);
            return Accepted::Yes;
        }
        let Some(queue) = self.queues.get_mut(&id) else { return Accepted::Yes };
        queue.messages.push_back(entry);
        self.events.push(Event::Enqueued { queue: queue.name.clone(), message: message.clone() });
        let dropped = self.enforce_limit(id);
        if dropped || !self.queues.get(&id).is_some_and(|queue| queue.messages.overlooks_new_head()) {
            self.drop_expired(now, id);
        }
        self.refresh_deadline(id);
        Accepted::Yes
    }

    /// Rule 103: while there is too much, the head goes; whether any went. What refuses instead begins or ends to.
    pub(super) fn enforce_limit(&mut self, id: QueueId) -> bool {
        let Some(queue) = self.queues.get_mut(&id) else { return false };
        if queue.messages.kind() == Kind::Quorum {
            queue.tell_enqueuers(self.methods, self.profile.rules());
        }
        if queue.settings.overflow != Overflow::DropHead {
            return false;
        }
        if !queue.is_over_limit() {
            return false;
        }
        let mut dropped: Vec<Entry> = Vec::new();
        while queue.is_over_limit()
            && let Some(entry) = queue.messages.pop_front()
        {
            dropped.push(entry);
        }
        // What a quorum queue drops at once is published in reverse, unless it keeps its dead letters until they have arrived.
        if queue.messages.kind() == Kind::Quorum {
            queue.tell_enqueuers(self.methods, self.profile.rules());
        }
        if self.profile.rules().drops_last_first && queue.messages.kind() == Kind::Quorum && !queue.settings.at_least_once {
            dropped.reverse();
        }
        let any = !dropped.is_empty();
        for entry in dropped {
            self.die(id, entry, DeathReason::Maxlen);
        }
        any
    }

    /// A copy leaves its queue unacknowledged: to the dead-letter exchange, or to nowhere (rule 116).
    pub(super) fn die(&mut self, id: QueueId, entry: Entry, reason: DeathReason) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        if queue.settings.at_least_once
            && queue.settings.dead_letter_exchange.is_some()
            && let Some(messages) = queue.messages.quorum_mut()
        {
            // Kept until its target has it (rule 129); the first try is made at once.
            messages.pending.push_back(PendingLetter { entry, reason, kept_back: KeptBack::NotTried });
            if !self.dead_letter_queues.contains(&id) {
                self.dead_letter_queues.push(id);
            }
            return;
        }
        let exchange_exists = queue.settings.dead_letter_exchange.as_ref().is_some_and(|name| self.exchange_names.contains_key(name));
        if exchange_exists {
            let failures = entry.failures();
            self.dead_letters.extend(pending_dead_letter(queue, entry.message, reason, failures));
        } else {
            self.events.push(Event::Dropped { queue: queue.name.clone(), message: entry.message, cause: DropCause::Died(reason) });
        }
    }

    /// Publishes what died meanwhile. A dead letter that finds a full queue may push out another: hence the loop. It ends: only a rejected
    /// message can come back to a queue in which it died (rule 127).
    pub(super) fn publish_dead_letters(&mut self, now: SimTime) {
        loop {
            while let Some(pending) = self.dead_letters.pop_front() {
                self.publish_dead_letter(now, &pending);
                self.close_chunks(now);
            }
            let Some(id) = self.dead_letter_queues.pop() else { return };
            self.try_pending(now, id, Tries::New);
        }
    }

    fn publish_dead_letter(&mut self, now: SimTime, pending: &PendingDeadLetter) {
        let PendingDeadLetter { queue, message, reason, exchange, .. } = pending;
        let Some((dead, queues, delays)) = self.dead_letter_routing(now, pending) else {
            self.events.push(Event::Dropped { queue: queue.clone(), message: message.clone(), cause: DropCause::Died(*reason) });
            return;
        };
        let targets = self.without_cycles(&dead, &queues, *reason);
        if targets.is_empty() && !queues.is_empty() {
            self.events.push(Event::Dropped { queue: queue.clone(), message: message.clone(), cause: DropCause::Cycle(*reason) });
            self.keep_for_later(now, &dead, &delays, false);
            return;
        }
        let (queue, message, exchange) = (queue.clone(), message.clone(), exchange.clone());
        self.events.push(Event::DeadLettered { queue, message, reason: *reason, exchange, successor: dead.id });
        self.keep_for_later(now, &dead, &delays, targets.is_empty());
        // Before 4.2 the queue that publishes it knows no reply queue (rule 59).
        let replies = if self.profile.rules().volatile_queues { self.reply_queues(&dead) } else { Vec::new() };
        if delays.is_empty() || !targets.is_empty() {
            self.events.push(Event::Routed { message: dead.clone(), queues: self.names_of(&targets, &replies) });
        }
        self.keep_out_of_cycles(&dead, &queues, *reason);
        for target in targets {
            self.enqueue(now, target, &dead, Sender::Broker); // rule 119: a target that refuses it loses it
        }
        self.answer(&replies, &dead);
    }

    /// The dead letter as its exchange sees it, the queues it chooses, and what keeps it for later. None without an exchange.
    fn dead_letter_routing(&mut self, now: SimTime, pending: &PendingDeadLetter) -> Option<(Arc<Message>, Vec<QueueId>, Delays)> {
        let PendingDeadLetter { queue, message, reason, exchange, routing_key, failures } = pending;
        let exchange_id = *self.exchange_names.get(exchange)?;
        let death = dead_letter::NewDeath { queue, reason: *reason, exchange, routing_key: routing_key.as_ref(), failures: *failures };
        let dead = dead_letter::dead_letter(message, self.ids.message(), &death, now, self.profile.rules());
        // A delay that cannot be read ends the process of the queue, and the dead letter with it.
        let (queues, delays) = self.route(exchange_id, &dead).unwrap_or_default();
        Some((dead.into(), queues, delays))
    }

    /// The queues that do not get a dead letter although its exchange chose them.
    fn keep_out_of_cycles(&mut self, dead: &Arc<Message>, queues: &[QueueId], reason: DeathReason) {
        for queue in queues.iter().map(|queue| &self.queues[queue].name).filter(|queue| dead_letter::is_cycle(dead, queue, reason)) {
            self.events.push(Event::KeptOut { queue: queue.clone(), message: dead.clone(), reason });
        }
    }

    fn without_cycles(&self, dead: &Message, queues: &[QueueId], reason: DeathReason) -> Vec<QueueId> {
        queues.iter().copied().filter(|target| !dead_letter::is_cycle(dead, &self.queues[target].name, reason)).collect()
    }

    /// At least once. A dead letter leaves when every target has taken it. Otherwise it stays, and there is another try later. A new one is
    /// tried at once, those that have waited when their time has come.
    pub(super) fn try_pending(&mut self, now: SimTime, id: QueueId, tries: Tries) {
        let Some(messages) = self.queues.get_mut(&id).and_then(|queue| queue.messages.quorum_mut()) else { return };
        if tries == Tries::All {
            messages.pending_retry_at = None;
        }
        let mut waiting = std::mem::take(&mut messages.pending);
        for mut letter in std::mem::take(&mut waiting) {
            if tries == Tries::All || letter.kept_back == KeptBack::NotTried {
                let Some(queue) = self.queues.get(&id) else { return };
                let pending = pending_dead_letter(queue, letter.entry.message.clone(), letter.reason, letter.entry.failures());
                match pending.map_or(Err(KeptBack::NoExchange), |pending| self.place_at_least_once(now, id, &pending)) {
                    Ok(()) => continue,
                    Err(why) => letter.kept_back = why,
                }
            }
            waiting.push_back(letter);
        }
        if let Some(messages) = self.queues.get_mut(&id).and_then(|queue| queue.messages.quorum_mut()) {
            // What died of being placed, in a circle of queues, comes behind what waited.
            waiting.append(&mut messages.pending);
            messages.pending = waiting;
            if !messages.pending.is_empty() {
                messages.pending_retry_at.get_or_insert(now + quorum::DEAD_LETTER_RETRY);
            }
        }
        self.enforce_limit(id);
        self.refresh_deadline(id);
    }

    /// Places it in every target, or in none and says why.
    fn place_at_least_once(&mut self, now: SimTime, id: QueueId, letter: &PendingDeadLetter) -> Result<(), KeptBack> {
        let (dead, queues, delays) = self.dead_letter_routing(now, letter).ok_or(KeptBack::NoExchange)?;
        // The queue does not know: it keeps its copy, and tries again.
        self.keep_for_later(now, &dead, &delays, false);
        if queues.is_empty() {
            return Err(KeptBack::NoRoute);
        }
        let targets = self.without_cycles(&dead, &queues, letter.reason);
        if targets.is_empty() {
            return Err(KeptBack::Cycle);
        }
        let (bytes, method) = (dead.body.len(), self.methods);
        let mut refused = false;
        for target in &targets {
            let target = self.queues.get_mut(target);
            refused |= target.is_some_and(|target| target.refuses(bytes, Some(Enqueuer::DeadLetters(id)), method));
        }
        if refused {
            return Err(KeptBack::TargetRefuses);
        }
        let PendingDeadLetter { queue, message, reason, exchange, .. } = letter;
        let (queue, message, exchange) = (queue.clone(), message.clone(), exchange.clone());
        self.events.push(Event::DeadLettered { queue, message, reason: *reason, exchange, successor: dead.id });
        self.events.push(Event::Routed { message: dead.clone(), queues: self.queue_names_of(&targets) });
        self.keep_out_of_cycles(&dead, &queues, letter.reason);
        for target in targets {
            self.enqueue(now, target, &dead, Sender::Broker);
        }
        self.close_chunks(now);
        Ok(())
    }
}

fn pending_dead_letter(queue: &Queue, message: Arc<Message>, reason: DeathReason, failures: u32) -> Option<PendingDeadLetter> {
    Some(PendingDeadLetter {
        queue: queue.name.clone(),
        reason,
        exchange: queue.settings.dead_letter_exchange.clone()?,
        routing_key: queue.settings.dead_letter_routing_key.clone(),
        failures: failures.max(message.failures()),
        message,
    })
}

/// What is wrong with an expiration, in RabbitMQ's terms (rule 57).
fn expiration_problem(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(text.len() - digits.len() + length);
    match (length, number.parse::<i64>()) {
        (0, _) => Some("no_integer".to_owned()),
        _ if !rest.is_empty() => Some(format!("{{leftover_string,\"{rest}\"}}")),
        (_, Ok(millis)) if millis < 0 => Some(format!("{{value_negative,{millis}}}")),
        (_, Ok(millis)) if millis <= EXPIRY_MILLIS_MAX => None,
        _ => Some(format!("{{value_too_big,{number}}}")),
    }
}

/// Rules 48, 56, 57.
fn check_properties(properties: &Properties) -> Result<(), AmqpError> {
    if let Some(user) = properties.user_id.as_ref().filter(|user| &***user != USER) {
        return Err(AmqpError::precondition(format_args!("user_id property set to '{user}' but authenticated user was '{USER}'")));
    }
    if let Some(expiration) = &properties.expiration
        && let Some(why) = expiration_problem(expiration)
    {
        return Err(AmqpError::precondition(format_args!("invalid expiration '{expiration}': {why}")));
    }
    for header in ["CC", "BCC"] {
        if let Some(value) = properties.header(header).filter(|value| value.as_array().is_none()) {
            return Err(AmqpError::precondition(format_args!(
                "invalid message: {{unacceptable_type_in_header,\"{header}\",{}}}",
                value.type_name()
            )));
        }
    }
    Ok(())
}
