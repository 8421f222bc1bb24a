//! How programs come and go: they start, connect, lose their connection, are stopped, killed, hung.

use super::World;
use super::network::Opened;
use crate::base::SimTime;
use crate::base::aged::AgedMap;
use crate::base::ordered::OrderedMap;
use crate::broker::{Capabilities, ChannelId, ConnectionId, Method};
use crate::scenario::{Action, Again, Backoff, ChannelError, FailurePolicy, Handler, PublishesOn, Service, Trigger};
use crate::sim::agenda::Item;
use crate::sim::business;
use crate::sim::flight::{Cargo, Delivery};
use crate::sim::ids::{End, InstanceId, Place, Verdict};
use crate::sim::service::{Cause, Data, Job, Memory, Settled, Unconfirmed, Waiting};
use crate::sim::trace::{WorldEvent, event_name};

/// The connection was refused or reset, so there is no HTTP status.
pub(super) const NO_ANSWER: u16 = 0;

/// Whether instances of a service connect to the broker.
pub(super) fn uses_broker(service: &Service) -> bool {
    let consumes = |handler: &Handler| matches!(handler.trigger, Trigger::Queue(_));
    let speaks = |action: &Action| action.published().is_some() || matches!(action, Action::Ask(_));
    let publishes = |handler: &Handler| handler.steps.iter().any(|step| speaks(&step.action));
    let does = |handler: &Handler| consumes(handler) || publishes(handler);
    service.relay.is_some() || !service.declares.is_empty() || service.handlers.iter().any(does)
}

/// Whether instances of a service put their channel in confirm mode.
pub(super) fn uses_confirm_mode(service: &Service) -> bool {
    let waits = |handler: &Handler| {
        handler.policies().any(FailurePolicy::publishes)
            || handler.steps.iter().any(|step| step.action.published().is_some_and(|publish| publish.confirm))
    };
    service.relay.is_some() || service.handlers.iter().any(waits)
}

impl World {
    pub(super) fn start(&mut self, id: InstanceId) {
        let Some(service) = self.services.get_mut(id.service).filter(|service| !service.removed) else { return };
        let wanted = id.instance < service.spec.instances as usize;
        let Some(instance) = service.instances.get_mut(id.instance).filter(|_| wanted) else { return };
        if instance.up {
            instance.start_wanted = instance.stopping;
            return;
        }
        instance.up = true;
        instance.program = None;
        instance.version.clone_from(&service.version);
        instance.began = false;
        instance.was_connected = false;
        (instance.waits, instance.publisher_waits) = (0, 0);
        instance.alone = false;
        instance.runs = AgedMap::default();
        instance.inbox.clear();
        instance.epoch += 1;
        let epoch = instance.epoch;
        self.happened(WorldEvent::Started(id));
        if uses_broker(self.spec_of(id)) {
            self.send_to_broker(id, Vec::new(), Cargo::Connect { instance: id, epoch });
        } else {
            self.begin_start_up(id);
            self.is_ready(id);
        }
    }

    /// What a program does once it is ready.
    fn begin_start_up(&mut self, id: InstanceId) {
        let instance = self.instance_mut(id);
        if std::mem::replace(&mut instance.began, true) {
            return;
        }
        let spec = self.spec_of(id).clone();
        for (handler, _) in spec.handlers.iter().enumerate().filter(|(_, handler)| handler.trigger == Trigger::StartUp) {
            if self.known_instance(id).up {
                self.begin_story(id, handler);
            }
        }
    }

    /// A handler that nothing from outside has set off.
    pub(super) fn begin_story(&mut self, id: InstanceId, handler: usize) {
        let story = self.ledger.business.begin_unasked();
        let data = Data::Json(std::sync::Arc::new(serde_json::json!({ "n": story })));
        self.admit(id, Job { handler, data, cause: Cause::Schedule, story, about: business::story_name(story), since: self.now });
    }

    /// The process ends: its memory is gone, its callers see a reset, and the broker will notice the connection's end.
    pub(super) fn kill(&mut self, id: InstanceId) {
        let Some(instance) = self.services.get_mut(id.service).and_then(|service| service.instances.get_mut(id.instance)) else { return };
        instance.start_wanted = false;
        if !instance.up {
            instance.epoch += 1; // and no supervisor starts it again
            return;
        }
        let runs = instance.runs.len() as u64;
        self.happened(WorldEvent::Killed { instance: id, runs });
        self.end_process(id);
    }

    /// Its machine is gone, and says nothing: callers wait. The broker keeps the connection until heartbeats are missing for too long.
    pub(super) fn power_off(&mut self, id: InstanceId) {
        let Some(instance) = self.services.get_mut(id.service).and_then(|service| service.instances.get_mut(id.instance)) else { return };
        // What cannot answer any more is answered by no one.
        instance.runs.values_mut().filter(|run| matches!(run.cause, Cause::Request(_))).for_each(|run| run.replied = true);
        instance.inbox.retain(|job| !matches!(job.cause, Cause::Request(_)));
        let connections = instance.connections();
        (instance.publisher, instance.connection) = (None, None);
        self.kill(id);
        for (connection, opened) in connections {
            self.leaving.push(Opened { connection, at: opened, of: id });
            if let Some(at) = self.given_up_at(opened, self.now) {
                self.agenda.push(at, Item::PeerGone(connection, id));
            }
        }
    }

    pub(super) fn peer_gone(&mut self, connection: ConnectionId, id: InstanceId) {
        self.leaving.retain(|left| left.connection != connection);
        if self.broker.flow(connection).is_some() {
            self.give_up(id, connection);
        }
    }

    /// An edit takes its place, or takes it away. What it does not finish is lost to it as in a crash.
    pub(super) fn replace(&mut self, id: InstanceId) {
        let instance = self.instance_mut(id);
        if !instance.up {
            return self.kill(id);
        }
        instance.start_wanted = false;
        let runs = instance.runs.len() as u64;
        self.happened(WorldEvent::Replaced { instance: id, runs });
        self.end_process(id);
    }

    fn end_process(&mut self, id: InstanceId) {
        if self.spec_of(id).in_memory {
            let records = self.services[id.service].store.forget() as u64;
            if records > 0 {
                self.happened(WorldEvent::RecordsLost { instance: id, records });
            }
        }
        let instance = self.instance_mut(id);
        instance.up = false;
        (instance.closed_with, instance.publisher_closed_with) = (None, None);
        instance.stopping = false;
        instance.hung = false;
        instance.held_up = None;
        instance.read_at = None;
        let unsent = std::mem::take(&mut instance.unsent);
        instance.hang_wanted = false;
        instance.waits_unblocked = None;
        instance.gives_back = false;
        instance.epoch += 1;
        instance.channel = None;
        instance.setting_up = None;
        instance.own_channels = OrderedMap::new();
        instance.stop_wanted = false;
        instance.cancelling.clear();
        let frozen = std::mem::take(&mut instance.frozen);
        instance.circuits = OrderedMap::default();
        instance.acks_due = OrderedMap::new();
        instance.done = Memory::default();
        let connections = instance.connections();
        (instance.publisher, instance.connection) = (None, None);
        let runs = std::mem::take(&mut instance.runs);
        let jobs = std::mem::take(&mut instance.inbox);
        self.forget_awaiting(id);
        // What had not left goes with it.
        for flight in unsent {
            self.flights.remove(flight);
        }
        for item in frozen {
            if let Item::Arrival(flight) = item {
                self.flights.remove(flight);
            }
        }
        let work = runs.into_values().map(|run| (run.cause, run.replied, run.settled));
        for (cause, replied, settled) in work.chain(jobs.into_iter().map(|job| (job.cause, false, Settled::No))).collect::<Vec<_>>() {
            match cause {
                Cause::Request(caller) if !replied => {
                    let (link, path) = ([End::Service(id.service), caller.end()], vec![Place::Instance(id), caller.place()]);
                    self.send_http(link, path, Cargo::Response { to: caller, status: NO_ANSWER });
                }
                Cause::Delivery { queue, no_ack, message, .. } => {
                    self.lose_if_acknowledged(queue, &message, no_ack, settled, "the program died with it");
                }
                Cause::Request(_) | Cause::Schedule => {}
            }
        }
        for (connection, opened) in connections {
            self.leaving.push(Opened { connection, at: opened, of: id });
            self.send_to_broker(id, Vec::new(), Cargo::Disconnect { connection });
        }
        if std::mem::take(&mut self.instance_mut(id).start_wanted) {
            self.start(id);
        }
    }

    /// The process fails by itself, and its supervisor starts it again.
    pub(super) fn crash(&mut self, id: InstanceId) {
        self.kill(id);
        let service = &self.services[id.service];
        let (restart, epoch) = (service.spec.restart, service.instances[id.instance].epoch);
        if let Some(pause) = restart {
            self.agenda.push(self.now + pause, Item::Restart { instance: id, epoch });
        }
    }

    pub(super) fn restart_process(&mut self, id: InstanceId, epoch: u32) {
        if self.known_instance(id).epoch == epoch {
            self.start(id);
        }
    }

    /// It takes nothing new, finishes what it has begun, and ends.
    pub(super) fn stop(&mut self, id: InstanceId) {
        let Some(instance) = self.services.get_mut(id.service).and_then(|service| service.instances.get_mut(id.instance)) else { return };
        if !instance.up || instance.stopping {
            return;
        }
        if instance.hung {
            instance.stop_wanted = true; // it hears of it when it wakes
            return;
        }
        instance.stopping = true;
        let gives_back = instance.gives_back;
        self.happened(WorldEvent::Stopping(id));
        self.cancel_all(id);
        // Behind the cancel: what is given back to a consumer comes back.
        if gives_back {
            self.give_back(id);
        }
        self.stop_if_idle(id);
    }

    /// The same, but what it has received and not begun goes back to its queue.
    pub(super) fn stop_giving_back(&mut self, id: InstanceId) {
        let Some(instance) = self.services.get_mut(id.service).and_then(|service| service.instances.get_mut(id.instance)) else { return };
        if !instance.up || instance.stopping {
            return;
        }
        instance.gives_back = true;
        self.stop(id);
    }

    fn give_back(&mut self, id: InstanceId) {
        let instance = self.instance_mut(id);
        let jobs = std::mem::take(&mut instance.inbox);
        for job in jobs {
            self.give_back_or_keep(id, job);
        }
    }

    /// What was acknowledged on delivery cannot go back, nor can a request.
    pub(super) fn give_back_or_keep(&mut self, id: InstanceId, job: Job) {
        if let Cause::Delivery { channel, delivery_tag, no_ack: false, message, queue, .. } = &job.cause
            && self.known_instance(id).receives_on(*channel)
        {
            let (channel, delivery_tag, message, queue) = (*channel, *delivery_tag, message.clone(), queue.clone());
            let (event, verdict) = (job.about, Verdict::Requeue);
            self.happened(WorldEvent::Settling { instance: id, message: message.id, event, verdict });
            let path = vec![Place::Instance(id), Place::Queue(queue)];
            self.send_to_broker(id, path, Cargo::Settlement { channel, delivery_tag, verdict, message, early: false, loses: None });
        } else {
            self.instance_mut(id).inbox.push_back(job);
        }
    }

    pub(super) fn stop_if_idle(&mut self, id: InstanceId) {
        let instance = self.known_instance(id);
        let idle = instance.runs.is_empty() && instance.inbox.is_empty() && instance.cancelling.is_empty();
        if instance.up && instance.stopping && !instance.hung && idle {
            self.happened(WorldEvent::Stopped(id));
            self.end_process(id);
        }
    }

    /// `basic.cancel-ok`: everything that was delivered before has arrived.
    pub(super) fn cancelled(&mut self, id: InstanceId, channel: ChannelId) {
        let cancelling = &mut self.instance_mut(id).cancelling;
        if let Some(place) = cancelling.iter().position(|other| *other == channel) {
            cancelling.remove(place);
            self.stop_if_idle(id);
        }
    }

    pub(super) fn wake(&mut self, id: InstanceId) {
        let instance = self.instance_mut(id);
        instance.hang_wanted = false;
        // What its own work holds up wakes by itself.
        if instance.held_up.is_none() && std::mem::replace(&mut instance.hung, false) {
            self.wakes(id);
        }
    }

    /// What came meanwhile comes now.
    pub(super) fn wakes(&mut self, id: InstanceId) {
        self.turns(id);
        let instance = self.instance_mut(id);
        let frozen = std::mem::take(&mut instance.frozen);
        for item in frozen {
            self.agenda.push(self.now, item);
        }
        self.take_from_inbox(id);
        if std::mem::take(&mut self.instance_mut(id).stop_wanted) {
            self.stop(id);
        }
        self.stop_if_idle(id);
    }

    /// Its channel or connection is gone: a program tries again after a while, as the chapter's does. What it was handling goes on,
    /// but nothing can be said of those deliveries any more.
    pub(super) fn lost_channel(&mut self, id: InstanceId) {
        self.connection_is_gone(id);
        let was_connected = self.known_instance(id).was_connected;
        let tries_again = self.spec_of(id).reconnects.tries_again(was_connected);
        self.without_channel(id, tries_again);
    }

    /// The same, and it does not try again.
    pub(super) fn lost_for_good(&mut self, id: InstanceId) {
        self.connection_is_gone(id);
        self.without_channel(id, false);
    }

    fn connection_is_gone(&mut self, id: InstanceId) {
        if let Some(connection) = self.instance_mut(id).connection.take() {
            self.broker.close_connection(self.now, connection);
            self.publisher_went_along(id);
            self.own_channels_went_along(id);
        }
    }

    /// The broker has closed the channel with an error: what follows is the program's choice.
    pub(super) fn channel_closed(&mut self, id: InstanceId) {
        match self.spec_of(id).on_channel_error {
            ChannelError::Reconnect => self.lost_channel(id),
            ChannelError::Reopen => self.without_channel(id, true),
            ChannelError::Ignore => self.without_channel(id, false),
            ChannelError::Exit => self.crash(id),
        }
    }

    fn without_channel(&mut self, id: InstanceId, tries_again: bool) {
        let instance = self.instance_mut(id);
        let channel = instance.channel.take();
        instance.setting_up = None;
        instance.cancelling.retain(|other| Some(*other) != channel);
        if instance.own_channels.is_empty() {
            instance.acks_due = OrderedMap::new();
        }
        self.try_again(id, tries_again);
        self.consults_in_vain(id);
        if self.known_instance(id).publisher.is_none() {
            self.confirms_in_vain(id);
            self.waits_no_longer(id);
        }
        self.stop_if_idle(id);
    }

    /// No confirm comes any more for what is out.
    pub(super) fn confirms_in_vain(&mut self, id: InstanceId) {
        let instance = self.known_instance(id);
        let (epoch, hung) = (instance.epoch, instance.hung);
        for who in self.forget_awaiting(id) {
            let Waiting::Run { run, wait } = who else { continue };
            if hung {
                // It finds out when it wakes.
                let frozen = &mut self.instance_mut(id).frozen;
                frozen.push(Item::TimesOut { instance: id, epoch, run, wait });
            } else {
                self.publish_settled(id, run, wait, Err(Unconfirmed::ConnectionGone));
            }
        }
    }

    /// The broker will not confirm what is out on a channel that is gone.
    pub(super) fn forget_awaiting(&mut self, id: InstanceId) -> Vec<Waiting> {
        let service = &mut self.services[id.service];
        let instance = &mut service.instances[id.instance];
        instance.published = 0;
        let awaiting = std::mem::take(&mut instance.awaiting);
        service.store.outbox.is_cut_off(id);
        awaiting.into_values().map(|awaiting| awaiting.who).collect()
    }

    pub(super) fn reconnect(&mut self, id: InstanceId, epoch: u32) {
        let instance = self.known_instance(id);
        if instance.epoch != epoch || instance.has_channel() || !instance.up || instance.stopping {
            return;
        }
        if self.is_cut_off(id) {
            self.connect_failed(id, "no route to the broker");
        } else {
            self.send_to_broker(id, Vec::new(), Cargo::Connect { instance: id, epoch });
        }
    }

    fn connect_failed(&mut self, id: InstanceId, reason: &'static str) {
        let was_connected = self.known_instance(id).was_connected;
        self.happened(WorldEvent::ConnectFailed { instance: id, reason });
        let tries_again = self.spec_of(id).reconnects.tries_again(was_connected);
        self.try_again(id, tries_again);
    }

    fn try_again(&mut self, id: InstanceId, tries_again: bool) {
        let instance = self.instance_mut(id);
        let epoch = instance.epoch;
        if tries_again {
            instance.waits += 1;
            let waits = instance.waits;
            let pause = self.pause(id, waits);
            self.agenda.push(self.now + pause, Item::Reconnect { instance: id, epoch });
        } else {
            self.instance_mut(id).alone = true;
            self.happened(WorldEvent::GoesOnAlone(id));
            self.is_ready(id);
        }
    }

    /// How long a program waits before it tries again, after so many tries in a row.
    pub(super) fn pause(&mut self, id: InstanceId, waits: u32) -> SimTime {
        let spec = self.spec_of(id).clone();
        match &spec.backoff {
            None => spec.reconnect,
            Some(backoff) => self.instance_mut(id).random.backoff(&Backoff { first: spec.reconnect, ..backoff.clone() }, waits),
        }
    }

    /// The broker answers a new instance: a connection, a channel, and its consumers with their prefetch.
    pub(super) fn connect(&mut self, id: InstanceId, epoch: u32) {
        let instance = self.known_instance(id);
        if instance.epoch != epoch || instance.has_channel() || instance.stopping {
            return;
        }
        if self.broker_down {
            self.connect_failed(id, "the broker is down");
            return;
        }
        // A program that opens another channel still has its connection.
        let kept = instance.connection;
        let connection = kept.unwrap_or_else(|| self.broker.open_connection(Capabilities::default()));
        let Ok(channel) = self.broker.open_channel(self.now, connection) else { return };
        let now = self.now;
        let instance = self.instance_mut(id);
        instance.connection = Some(connection);
        instance.setting_up = Some(channel);
        if kept.is_none() {
            instance.lane_in = now;
            instance.connected_at = now;
        }
        self.keep_place(id, connection, channel);
        self.happened(WorldEvent::Connected(id));
        let spec = self.spec_of(id).clone();
        if spec.publishes_on != PublishesOn::Shared {
            self.open_publisher(id);
        } else if uses_confirm_mode(&spec) {
            let _ = self.broker.apply(self.now, channel, Method::ConfirmSelect);
        }
        let again = if self.known_instance(id).was_connected { spec.again } else { Again::All };
        if again == Again::Nothing || (again == Again::Declares && spec.declares.is_empty()) {
            self.is_set_up(id, channel);
            self.is_accepted(id);
        } else if spec.declares.is_empty() || again == Again::Consumes {
            self.instance_mut(id).channel = Some(channel);
            self.consume_all(id, channel);
            // What is refused has closed the channel: the broker's event says so.
            if self.broker.is_open(channel) {
                self.is_set_up(id, channel);
            }
        } else {
            self.declare(id, channel, 0);
        }
    }

    /// The program on a channel; those that it had are forgotten.
    pub(super) fn keep_place(&mut self, id: InstanceId, connection: ConnectionId, channel: ChannelId) {
        // A channel that was closed just now stays: the program will notice.
        let instance = self.known_instance(id);
        let is_gone = |channel: ChannelId| !self.broker.is_open(channel) && !instance.uses(channel);
        let own = self.channels.iter().filter(|(_, of)| **of == id);
        let gone: Vec<ChannelId> = own.map(|(channel, _)| *channel).filter(|channel| is_gone(*channel)).collect();
        for channel in gone {
            self.channels.remove(&channel);
        }
        self.channels.insert(channel, id);
        let instance = self.known_instance(id);
        let before =
            self.connections.iter().find(|(known, of)| **of == id && !instance.has_connection(**known)).map(|(connection, _)| *connection);
        if let Some(before) = before {
            self.connections.remove(&before);
        }
        self.connections.insert(connection, id);
    }

    /// A program can use its channel from now on.
    pub(super) fn is_set_up(&mut self, id: InstanceId, channel: ChannelId) {
        let instance = self.instance_mut(id);
        instance.setting_up = None;
        instance.channel = Some(channel);
        instance.closed_with = None;
        self.begin_start_up(id);
        self.is_ready(id);
    }

    /// The broker has refused nothing: the next pause is short again.
    pub(super) fn is_accepted(&mut self, id: InstanceId) {
        let instance = self.instance_mut(id);
        instance.was_connected = true;
        instance.waits = 0;
    }

    /// A delivery arrives at a program, or where it was.
    pub(super) fn receive(&mut self, delivery: Delivery) {
        let Delivery { to, channel, handler, queue, delivery_tag, message, redelivered, no_ack } = delivery;
        let event = event_name(&message);
        let instance = self.known_instance(to);
        let is_up = instance.up;
        if !instance.receives_on(channel) || handler >= self.spec_of(to).handlers.len() {
            if no_ack {
                *self.ledger.queue(&queue).lost.get_or_default("the program had ended when it arrived") += 1;
            }
            // A channel that the broker has closed holds nothing any more: the message is in its queue again.
            let is_unacked = !no_ack && self.broker.is_open(channel);
            self.happened(WorldEvent::LostDelivery { instance: to, message: message.id, event, no_ack, is_up, is_unacked });
            return;
        }
        let story = business::story_of(message.properties.correlation_id.as_ref());
        let data = Data::Body(message.clone());
        let cause = Cause::Delivery { queue, channel, delivery_tag, no_ack, redelivered, message };
        self.admit(to, Job { handler, data, cause, story, about: event, since: self.now });
    }
}
