//! Exchanges, queues and bindings: declare, delete, bind, purge (sections B and C of the rules).

use super::Broker;
use super::cause::{DropCause, ReadEnd};
use super::channel::{ConsumerState, Gone};
use super::error::{AmqpError, ReplyCode};
use super::event::Event;
use super::exchange::hashing::HashOn;
use super::exchange::{Availability, Bound, DELAYED_TYPE, Destination, Exchange, ExchangeType};
use super::ids::{ChannelId, ConnectionId, ConsumerId, ExchangeId, QueueId};
use super::method::{ExchangeBinding, ExchangeDeclare, QueueBinding, QueueDeclare, Reply};
use super::queue::consumers::Consumers;
use super::queue::enqueuers::Enqueuer;
use super::queue::quorum::QuorumMessages;
use super::queue::settings;
use super::queue::{Kind, Messages, Queue};
use super::value::{Name, Table, Value};
use crate::base::SimTime;
use crate::base::ordered::{OrderedMap, sort_by};

/// Carriage returns and line feeds are stripped from names (rule 7).
fn strip(name: &Name) -> Name {
    if name.bytes().any(|byte| matches!(byte, b'\r' | b'\n')) { name.replace(['\r', '\n'], "").into() } else { name.clone() }
}

/// The name of an exchange that may have bindings: the default exchange has none (rule 9).
fn bindable(name: &Name) -> Result<Name, AmqpError> {
    let name = strip(name);
    if name.is_empty() { Err(access_refused("operation not permitted on the default exchange")) } else { Ok(name) }
}

fn access_refused(text: impl std::fmt::Display) -> AmqpError {
    AmqpError::new(ReplyCode::AccessRefused, text)
}

/// `received 'a' but current is 'b'`, as RabbitMQ says it (rule 14).
fn inequivalent(argument: &str, kind: &str, name: &str, received: &str, current: &str) -> AmqpError {
    AmqpError::precondition(format_args!(
        "inequivalent arg '{argument}' for {kind} '{name}' in vhost '/': received {received} but current is {current}"
    ))
}

fn check_flag(argument: &str, kind: &str, name: &str, received: bool, current: bool) -> Result<(), AmqpError> {
    if received == current {
        return Ok(());
    }
    Err(inequivalent(argument, kind, name, &format!("'{received}'"), &format!("'{current}'")))
}

fn check_argument(argument: &str, kind: &str, name: &str, received: &Table, current: &Table) -> Result<(), AmqpError> {
    let (received, current) = (received.get(argument), current.get(argument));
    if received == current {
        return Ok(());
    }
    // Two values of one type differ by what they are, others by type as well.
    if let (Some(received), Some(current)) = (received, current)
        && received.type_name() == current.type_name()
    {
        return Err(inequivalent(argument, kind, name, &format!("'{received}'"), &format!("'{current}'")));
    }
    let say = |value: Option<&Value>| {
        value.map_or_else(|| "none".to_owned(), |value| format!("the value '{value}' of type '{}'", value.type_name()))
    };
    Err(inequivalent(argument, kind, name, &say(received), &say(current)))
}

impl Broker {
    pub(super) fn exchange_declare(&mut self, declare: ExchangeDeclare) -> Result<Reply, AmqpError> {
        let name = strip(&declare.exchange);
        if name.is_empty() {
            return Err(access_refused("operation not permitted on the default exchange")); // rule 9
        }
        if declare.passive {
            return self.exchange_named(&name).map(|_| Reply::Ok);
        }
        let kind = self.known_type(&declare.kind)?;
        if let Some(id) = self.exchange_names.get(&name) {
            return Self::check_exchange_equivalence(&self.exchanges[id], kind, &declare).map(|()| Reply::Ok);
        }
        if name.starts_with("amq.") {
            return Err(access_refused(format_args!("exchange name '{name}' contains reserved prefix 'amq.*'"))); // rule 8
        }
        if let Some(other) = declare.arguments.get("alternate-exchange").filter(|value| value.as_str().is_none()) {
            return Err(AmqpError::precondition(format_args!(
                "invalid type '{}' for arg 'alternate-exchange' in exchange '{name}' in vhost '/'",
                other.type_name()
            )));
        }
        self.check_exchange_arguments(kind, &declare.arguments)?;
        let alternate = self.effective_alternate(&name, &declare.arguments);
        let mut exchange = Exchange::new(name, kind, declare.durable, declare.auto_delete, declare.internal, declare.arguments);
        exchange.alternate = alternate;
        self.insert_exchange(exchange);
        Ok(Reply::Ok)
    }

    /// Rule 16. Erlang knows some words for other reasons: such a type is invalid, and not unknown.
    fn known_type(&self, name: &str) -> Result<ExchangeType, AmqpError> {
        const ATOMS: [&str; 6] = ["", "classic", "queue", "quorum", "round", "stream"];
        ExchangeType::from_name(name).filter(|kind| self.has(*kind)).ok_or_else(|| {
            let what = if ATOMS.contains(&name) { "invalid" } else { "unknown" };
            AmqpError::precondition(format_args!("{what} exchange type '{name}'"))
        })
    }

    /// Rules 149 and 151.
    fn check_exchange_arguments(&self, kind: ExchangeType, arguments: &Table) -> Result<(), AmqpError> {
        if kind == ExchangeType::DelayedMessage {
            let Some(Value::String(named)) = arguments.get(DELAYED_TYPE) else {
                return Err(AmqpError::precondition("Invalid argument, 'x-delayed-type' must be an existing exchange type"));
            };
            if &**named == kind.name() {
                return Err(AmqpError::precondition("Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'"));
            }
            return self.check_exchange_arguments(self.known_type(named)?, arguments);
        }
        if kind == ExchangeType::ConsistentHash {
            HashOn::of(arguments)?;
        }
        Ok(())
    }

    /// Whether this broker has such exchanges (rule 150).
    fn has(&self, kind: ExchangeType) -> bool {
        match kind.availability(self.profile) {
            Availability::BuiltIn => true,
            Availability::By(plugin) => self.plugins.contains(&plugin),
            Availability::Absent => false,
        }
    }

    /// Rule 16.
    fn check_exchange_equivalence(known: &Exchange, kind: ExchangeType, declare: &ExchangeDeclare) -> Result<(), AmqpError> {
        let name = &known.name;
        if known.kind != kind {
            // As Erlang writes an atom: with a hyphen it needs quotes.
            let atom =
                |kind: ExchangeType| if kind.name().contains('-') { format!("''{}''", kind.name()) } else { format!("'{}'", kind.name()) };
            let (received, current) = (atom(kind), atom(known.kind));
            return Err(inequivalent("type", "exchange", name, &received, &current));
        }
        check_flag("durable", "exchange", name, declare.durable, known.durable)?;
        check_flag("auto_delete", "exchange", name, declare.auto_delete, known.auto_delete)?;
        check_flag("internal", "exchange", name, declare.internal, known.internal)?;
        check_argument("alternate-exchange", "exchange", name, &declare.arguments, &known.arguments)
    }

    pub(super) fn exchange_delete(&mut self, exchange: &Name, if_unused: bool) -> Result<Reply, AmqpError> {
        let name = strip(exchange);
        if name.is_empty() {
            return Err(access_refused("operation not permitted on the default exchange"));
        }
        if name.starts_with("amq.") {
            return Err(access_refused(format_args!("deletion of system exchange '{name}' in vhost '/' not allowed")));
        }
        let Some(&id) = self.exchange_names.get(&name) else { return Ok(Reply::Ok) }; // rule 18
        if if_unused && self.exchanges[&id].has_bindings() {
            return Err(AmqpError::precondition(format_args!("exchange '{name}' in vhost '/' in use"))); // rule 20
        }
        self.delete_exchange(id);
        Ok(Reply::Ok)
    }

    pub(super) fn delete_exchange(&mut self, id: ExchangeId) {
        let Some(exchange) = self.exchanges.remove(&id) else { return };
        self.exchange_names.remove(&exchange.name);
        self.events.push(Event::ExchangeDeleted { exchange: exchange.name });
        self.unbind_destination(Destination::Exchange(id));
    }

    /// Removes the bindings to something deleted, and the auto-delete exchanges that lose their last one (rule 24).
    fn unbind_destination(&mut self, destination: Destination) {
        let profile = self.profile();
        let mut emptied = Vec::new();
        for (id, exchange) in self.exchanges.iter_mut() {
            if exchange.unbind_all(destination, profile) && exchange.auto_delete && !exchange.has_bindings() {
                emptied.push(*id);
            }
        }
        for id in emptied {
            self.delete_exchange(id);
        }
    }

    /// The default exchange at either end, then what is not there, then the binding itself (rule 31).
    pub(super) fn exchange_bind(&mut self, binding: ExchangeBinding) -> Result<Reply, AmqpError> {
        let (source, destination) = (bindable(&binding.source)?, bindable(&binding.destination)?);
        let (source, destination) = (self.exchange_named(&source)?, self.exchange_named(&destination)?);
        let destination = Destination::Exchange(destination);
        self.check_binding(source, destination, &binding.routing_key, &binding.arguments)?;
        self.add_binding(source, destination, &binding.routing_key, binding.arguments);
        Ok(Reply::Ok)
    }

    pub(super) fn exchange_unbind(&mut self, binding: &ExchangeBinding) -> Result<Reply, AmqpError> {
        let (source, destination) = (bindable(&binding.source)?, bindable(&binding.destination)?);
        let (source, destination) = (self.exchange_names.get(&source), self.exchange_names.get(&destination));
        if let (Some(&source), Some(&destination)) = (source, destination) {
            self.remove_binding(source, Destination::Exchange(destination), &binding.routing_key, &binding.arguments);
        }
        Ok(Reply::Ok)
    }

    pub(super) fn queue_bind(&mut self, channel: ChannelId, binding: QueueBinding) -> Result<Reply, AmqpError> {
        let (queue, key) = self.binding_shortcut(channel, &binding)?;
        let source = self.exchange_named(&bindable(&binding.exchange)?)?;
        let Some(&id) = self.queue_names.get(&queue) else { return Err(AmqpError::not_found("queue", &queue)) };
        self.check_binding(source, Destination::Queue(id), &key, &binding.arguments)?;
        self.check_exclusive_access(channel, id)?;
        self.add_binding(source, Destination::Queue(id), &key, binding.arguments);
        Ok(Reply::Ok)
    }

    pub(super) fn queue_unbind(&mut self, channel: ChannelId, binding: &QueueBinding) -> Result<Reply, AmqpError> {
        let (queue, key) = self.binding_shortcut(channel, binding)?;
        let exchange = bindable(&binding.exchange)?;
        if let (Some(&queue), Some(&source)) = (self.queue_names.get(&queue), self.exchange_names.get(&exchange))
            && self.exchanges[&source].has_binding(Destination::Queue(queue), &key, &binding.arguments)
        {
            self.check_exclusive_access(channel, queue)?;
            self.remove_binding(source, Destination::Queue(queue), &key, &binding.arguments);
        }
        Ok(Reply::Ok) // rule 31: what is not there cannot be missed
    }

    /// "" for the queue is the last one declared, and then "" for the key is that queue's name (rule 12).
    fn binding_shortcut(&mut self, channel: ChannelId, binding: &QueueBinding) -> Result<(Name, Name), AmqpError> {
        let queue = self.queue_shortcut(channel, &binding.queue)?;
        self.check_no_reply_queue(&queue)?;
        let key = if binding.queue.is_empty() && binding.routing_key.is_empty() { queue.clone() } else { binding.routing_key.clone() };
        Ok((queue, key))
    }

    fn check_binding(&self, source: ExchangeId, destination: Destination, key: &Name, arguments: &Table) -> Result<(), AmqpError> {
        let bound = match destination {
            Destination::Exchange(_) => Bound::Exchange,
            Destination::Queue(id) => Bound::Queue(self.queues[&id].messages.kind()),
        };
        self.exchanges[&source].routes_as().check_binding(self.profile, bound, key, arguments)
    }

    fn add_binding(&mut self, source: ExchangeId, destination: Destination, key: &Name, arguments: Table) {
        if let Some(exchange) = self.exchanges.get_mut(&source) {
            exchange.bind(destination, key, arguments);
        }
    }

    fn remove_binding(&mut self, source: ExchangeId, destination: Destination, key: &Name, arguments: &Table) {
        let profile = self.profile();
        let Some(exchange) = self.exchanges.get_mut(&source) else { return };
        if exchange.unbind(destination, key, arguments, profile) && exchange.auto_delete && !exchange.has_bindings() {
            self.delete_exchange(source);
        }
    }

    pub(super) fn exchange_named(&self, name: &Name) -> Result<ExchangeId, AmqpError> {
        self.exchange_names.get(name).copied().ok_or_else(|| AmqpError::not_found("exchange", name))
    }

    /// The queue a method names, or the last one its channel declared (rule 12).
    pub(super) fn queue_shortcut(&mut self, channel: ChannelId, name: &Name) -> Result<Name, AmqpError> {
        if !name.is_empty() {
            return Ok(strip(name));
        }
        self.channel(channel).queue_last.clone().ok_or_else(|| AmqpError::new(ReplyCode::NotFound, "no previously declared queue"))
    }

    /// A queue this channel may use.
    pub(super) fn queue_for(&mut self, channel: ChannelId, name: &Name) -> Result<QueueId, AmqpError> {
        let Some(&id) = self.queue_names.get(name) else { return Err(AmqpError::not_found("queue", name)) };
        self.check_exclusive_access(channel, id)?;
        Ok(id)
    }

    /// Rule 15.
    fn check_exclusive_access(&mut self, channel: ChannelId, queue: QueueId) -> Result<(), AmqpError> {
        let connection = self.channel(channel).connection;
        let queue = &self.queues[&queue];
        if queue.exclusive.is_none_or(|owner| owner == connection) {
            return Ok(());
        }
        Err(Self::locked(&queue.name))
    }

    fn locked(queue: &str) -> AmqpError {
        AmqpError::new(
            ReplyCode::ResourceLocked,
            format_args!(
                "cannot obtain exclusive access to locked queue '{queue}' in vhost '/'. It could be originally declared on another \
                 connection or the exclusive property value does not match that of the original declaration."
            ),
        )
    }

    pub(super) fn queue_declare(&mut self, now: SimTime, channel: ChannelId, declare: QueueDeclare) -> Result<Reply, AmqpError> {
        let mut name = strip(&declare.queue);
        if let Some(answer) = self.declare_reply_queue(channel, &name) {
            return answer; // rule 59
        }
        let connection = self.channel(channel).connection;
        if declare.passive {
            let name = if name.is_empty() { self.queue_shortcut(channel, &name)? } else { name };
            let id = self.queue_for(channel, &name)?;
            self.channel(channel).queue_last = Some(name);
            return Ok(self.declared(now, id));
        }
        let declare = self.of_default_type(declare);
        if let Some(&id) = self.queue_names.get(&name) {
            self.check_queue_equivalence(connection, id, &declare)?;
            self.channel(channel).queue_last = Some(name);
            return Ok(self.declared(now, id));
        }
        let kind = self.check_new_queue(&name, &declare)?;
        if name.is_empty() {
            name = self.generated_name("amq.gen"); // rule 11
        }
        let settings = self.effective_settings(&name, kind, &declare.arguments);
        self.ids.queue += 1;
        let id = QueueId(self.ids.queue);
        self.queue_names.insert(name.clone(), id);
        let queue = Queue {
            name: name.clone(),
            durable: declare.durable && !declare.exclusive, // rule 25
            auto_delete: declare.auto_delete,
            exclusive: declare.exclusive.then_some(connection),
            messages: Messages::new(kind, &settings, self.profile.rules()),
            settings,
            arguments: declare.arguments,
            unacked: 0,
            held: std::collections::VecDeque::new(),
            look_at: SimTime::MAX,
            consumers: Consumers::default(),
            had_consumer: false,
            sequence_next: 0, // rule 155: as RabbitMQ numbers them
            used_at: now,
        };
        self.queues.insert(id, Box::new(queue));
        self.channel(channel).queue_last = Some(name);
        Ok(self.declared(now, id))
    }

    /// A queue without a type gets the virtual host's, if it is durable and stays. Else it is a classic queue (rule 154).
    fn of_default_type(&self, mut declare: QueueDeclare) -> QueueDeclare {
        if let Some(default) = self.default_queue_type {
            let fits = declare.durable && !declare.exclusive && !declare.auto_delete;
            let kind = if fits { default } else { Kind::Classic };
            declare.arguments.get_or_insert_with("x-queue-type".into(), || Value::string(kind.name()));
        }
        declare
    }

    /// Rules 8, 11, 26 to 29.
    fn check_new_queue(&self, name: &Name, declare: &QueueDeclare) -> Result<Kind, AmqpError> {
        if name.starts_with("amq.") {
            return Err(access_refused(format_args!("queue name '{name}' contains reserved prefix 'amq.*'")));
        }
        let place = format!("queue '{name}' in vhost '/'");
        let kind = settings::kind(&place, &declare.arguments)?;
        settings::check(&place, kind, &declare.arguments, self.profile.rules())?;
        if kind != Kind::Classic {
            let invalid =
                |property: &str| AmqpError::precondition(format_args!("invalid property '{property}' for queue '{name}' in vhost '/'"));
            if name.is_empty() {
                let text = format_args!("Cannot declare a server-named queue for type {}", kind.module());
                return Err(AmqpError::precondition(text));
            }
            if declare.auto_delete {
                return Err(invalid("auto-delete"));
            }
            if declare.exclusive {
                return Err(invalid("exclusive-owner"));
            }
            if !declare.durable {
                return Err(invalid("non-durable"));
            }
            settings::check_filter_size(kind, &declare.arguments, self.profile.rules())?;
        } else if !declare.durable && !declare.exclusive && !self.profile.rules().transient_queues {
            return Err(AmqpError::new(
                ReplyCode::InternalError,
                "Feature `transient_nonexcl_queues` is deprecated.\nBy default, this feature is not permitted anymore.\nThe feature will be \
                 removed from a future major RabbitMQ version, regardless of the configuration; actual version to be determined.\nTo \
                 continue using this feature when it is not permitted by default, set the following parameter in your configuration:\n    \
                 \"deprecated_features.permit.transient_nonexcl_queues = true\"",
            ));
        }
        Ok(kind)
    }

    /// `queue.declare-ok` (rule 13). A declaration counts as use, but not to a quorum queue (rule 101).
    fn declared(&mut self, now: SimTime, id: QueueId) -> Reply {
        let consumer_count = self.declared_consumers(id);
        let queue = self.queues.get_mut(&id).expect("the caller has just found it");
        if queue.messages.kind() == Kind::Classic {
            queue.used_at = now;
        }
        let reply = Reply::QueueDeclared { queue: queue.name.clone(), message_count: queue.messages.len() as u64, consumer_count };
        self.refresh_deadline(id);
        reply
    }

    /// A quorum queue counts its active consumers and the cancelled ones that still hold messages. It also counts every fetched message
    /// that is not settled. It does not count the consumers that wait to become the single active one (rule 13).
    fn declared_consumers(&self, id: QueueId) -> u64 {
        let Some(queue) = self.queues.get(&id) else { return 0 };
        match queue.messages.kind() {
            Kind::Classic => return queue.consumers.len() as u64,
            Kind::Stream => return 0, // rule 168
            Kind::Quorum => {}
        }
        let consumers = self.consumers.values().filter(|state| state.queue == id && !state.waits).count();
        let held = self.channels.values().flat_map(|channel| channel.unacked.values());
        let fetched = held.filter(|delivery| delivery.queue == id && delivery.consumer.is_none()).count();
        (consumers + fetched) as u64
    }

    /// Rules 14 and 15.
    fn check_queue_equivalence(&self, connection: ConnectionId, id: QueueId, declare: &QueueDeclare) -> Result<(), AmqpError> {
        let known = &self.queues[&id];
        let name = &known.name;
        if known.exclusive != declare.exclusive.then_some(connection) {
            return Err(Self::locked(name));
        }
        check_flag("durable", "queue", name, declare.durable && !declare.exclusive, known.durable)?;
        check_flag("auto_delete", "queue", name, declare.auto_delete, known.auto_delete)?;
        let classic = Value::string("classic");
        let with_type = |arguments: &Table| {
            let mut arguments = arguments.clone();
            arguments.get_or_insert_with("x-queue-type".into(), || classic.clone());
            arguments
        };
        let (received, current) = (with_type(&declare.arguments), with_type(&known.arguments));
        let rules = self.profile.rules();
        let told = |arguments: Table| if rules.ages_are_durations { settings::ages_in_millis(arguments) } else { arguments };
        let (received, current) = (told(received), told(current));
        settings::compared_arguments(known.messages.kind(), rules)
            .try_for_each(|argument| check_argument(argument, "queue", name, &received, &current))
    }

    pub(super) fn queue_purge(&mut self, now: SimTime, channel: ChannelId, queue: &Name) -> Result<Reply, AmqpError> {
        let name = self.queue_shortcut(channel, queue)?;
        if self.is_volatile_queue(&name) {
            return Ok(Reply::Messages { message_count: 0 }); // rule 59
        }
        let id = self.queue_for(channel, &name)?;
        if self.queues[&id].messages.kind() == Kind::Stream {
            let text = format_args!("queue.purge not supported by stream queues queue '{name}' in vhost '/'");
            return Err(AmqpError::not_implemented(text)); // rule 148
        }
        let mut message_count = self.drop_ready(id, DropCause::Purged); // rule 22
        if self.profile.rules().purge_drops_kept {
            message_count += self.drop_pending(id, DropCause::Purged) + self.drop_delayed(id, DropCause::Purged);
        }
        self.dispatch(now, id);
        Ok(Reply::Messages { message_count })
    }

    fn drop_ready(&mut self, id: QueueId, cause: DropCause) -> u64 {
        let Some(queue) = self.queues.get_mut(&id) else { return 0 };
        let count = queue.messages.len() as u64;
        let dropped = queue.messages.take().into_iter();
        self.events.extend(dropped.map(|entry| Event::Dropped { queue: queue.name.clone(), message: entry.message, cause }));
        count
    }

    /// The dead letters that a quorum queue keeps until they have arrived.
    pub(super) fn drop_pending(&mut self, id: QueueId, cause: DropCause) -> u64 {
        let Some(queue) = self.queues.get_mut(&id) else { return 0 };
        let Some(messages) = queue.messages.quorum_mut() else { return 0 };
        let pending = std::mem::take(&mut messages.pending);
        messages.pending_retry_at = None;
        let count = pending.len() as u64;
        let dropped = pending.into_iter().map(|letter| letter.entry);
        self.events.extend(dropped.map(|entry| Event::Dropped { queue: queue.name.clone(), message: entry.message, cause }));
        count
    }

    /// The messages that a quorum queue hides for a retry.
    fn drop_delayed(&mut self, id: QueueId, cause: DropCause) -> u64 {
        let Some(queue) = self.queues.get_mut(&id) else { return 0 };
        let delayed = queue.messages.quorum_mut().map(QuorumMessages::take_delayed).unwrap_or_default();
        let count = delayed.len() as u64;
        self.events.extend(delayed.into_iter().map(|entry| Event::Dropped { queue: queue.name.clone(), message: entry.message, cause }));
        count
    }

    pub(super) fn queue_delete(&mut self, channel: ChannelId, queue: &Name, if_unused: bool, if_empty: bool) -> Result<Reply, AmqpError> {
        let name = self.queue_shortcut(channel, queue)?;
        let Some(&id) = self.queue_names.get(&name) else { return Ok(Reply::Messages { message_count: 0 }) }; // rule 18
        self.check_exclusive_access(channel, id)?;
        let state = &self.queues[&id];
        if state.messages.kind() == Kind::Stream {
            self.delete_queue(id);
            return Ok(Reply::Messages { message_count: 0 }); // rule 168: whatever the flags say
        }
        if state.messages.kind() == Kind::Quorum && (if_unused || if_empty) {
            return Err(AmqpError::not_implemented(format_args!(
                "cannot delete queue '{name}' in vhost '/'. queue.delete operations with {} flag set are not supported by quorum queues",
                if if_unused { "if-unused" } else { "if-empty" }
            ))); // rule 4
        }
        if if_unused && !state.consumers.is_empty() {
            return Err(AmqpError::precondition(format_args!("queue '{name}' in vhost '/' in use"))); // rule 19
        }
        if if_empty && !state.messages.is_empty() {
            return Err(AmqpError::precondition(format_args!("queue '{name}' in vhost '/' not empty")));
        }
        Ok(Reply::Messages { message_count: self.delete_queue(id) })
    }

    /// Its messages are dropped, not dead-lettered; its consumers are cancelled (rule 21). The number of ready messages it had.
    pub(super) fn delete_queue(&mut self, id: QueueId) -> u64 {
        self.drop_log(id);
        let message_count = self.drop_ready(id, DropCause::QueueDeleted);
        self.drop_pending(id, DropCause::QueueDeleted);
        self.drop_delayed(id, DropCause::QueueDeleted);
        let Some(queue) = self.queues.remove(&id) else { return 0 };
        self.queue_names.remove(&queue.name);
        self.deadlines.remove(&id);
        if queue.settings.at_least_once {
            self.forget_enqueuer(Enqueuer::DeadLetters(id));
        }
        // A channel keeps the tags of a queue in their order, and informs its client in this order (rule 82).
        let mut cancelled: Vec<(ChannelId, Name)> = Vec::new();
        let ended: Vec<ConsumerId> = self.consumers.iter().filter(|(_, state)| state.queue == id).map(|(consumer, _)| *consumer).collect();
        let mut tags: OrderedMap<ConsumerId, Name> = OrderedMap::new();
        for consumer in ended {
            let Some(state) = self.consumers.remove(&consumer) else { continue };
            tags.insert(consumer, state.tag.clone());
            let Some(channel) = self.channels.get_mut(&state.channel) else { continue };
            channel.cancelled.retain(|other| *other != consumer);
            if state.state != ConsumerState::Cancelled {
                channel.consumers.remove(&state.tag);
                cancelled.push((state.channel, state.tag));
            }
        }
        sort_by(&mut cancelled, Ord::cmp);
        for (channel, tag) in cancelled {
            self.tell_cancelled(channel, tag, queue.name.clone(), false);
        }
        // What is out with consumers has no queue to come back to; its tags may still be settled (rule 155).
        let is_stream = queue.messages.kind() == Kind::Stream;
        for (channel, state) in self.channels.iter_mut() {
            for routing in state.transaction.iter_mut().flat_map(|transaction| &mut transaction.publishes) {
                let before = routing.queues.len();
                routing.queues.retain(|other| *other != id);
                if routing.queues.len() < before {
                    routing.gone.push((queue.name.clone(), queue.messages.kind().name()));
                }
            }
            for (delivery_tag, unacked) in state.unacked.iter_mut().filter(|(_, unacked)| unacked.queue == id) {
                let consumer_tag = unacked.consumer.and_then(|consumer| tags.get(&consumer).cloned());
                unacked.gone = Some(Box::new(Gone { queue: queue.name.clone(), consumer_tag, number: unacked.number }));
                let (queue, message) = (queue.name.clone(), unacked.entry.message.clone());
                self.events.push(if is_stream {
                    Event::Read { queue, channel: *channel, delivery_tag, message, end: ReadEnd::Gone }
                } else {
                    Event::Dropped { queue, message, cause: DropCause::QueueDeleted }
                });
            }
        }
        self.events.push(Event::QueueDeleted { queue: queue.name });
        self.unbind_destination(Destination::Queue(id));
        message_count
    }
}
