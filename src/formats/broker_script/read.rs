//! Reading a script: everything is checked before anything runs.

use super::transcript::{body_from_json, properties_from_json};
use crate::base::limits;
use crate::broker::queue::Kind;
use crate::broker::{
    BasicConsume, BasicPublish, Body, Capabilities, ExchangeBinding, ExchangeDeclare, Name, Plugin, Policy, Profile, QueueBinding,
    QueueDeclare, Resource,
};
use crate::formats::document::{Fields, Format, Mistakes, Node};
use crate::formats::scenario_file::policy_fields;
use crate::scenario::Problem;

pub const VERSION: u64 = 1;
/// A step of the clock: a year.
const ADVANCE_MS_MAX: u64 = 31_536_000_000;

#[derive(Clone, Debug)]
pub struct Script {
    pub profile: Profile,
    /// Enabled before it begins. A real broker has what it has.
    pub plugins: Vec<Plugin>,
    /// Of the virtual host in which it runs.
    pub default_queue_type: Option<Kind>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub struct Step {
    /// Its name, by which later steps refer to it.
    pub name: Option<String>,
    pub channel: String,
    /// Of the channel, where this is its first use.
    pub connection: String,
    /// As in the file.
    pub op_name: String,
    /// What takes the place of its routing key or its queue.
    pub name_of: Option<NameOf>,
    pub op: Op,
}

#[derive(Clone, Debug)]
pub enum Op {
    ConnectionOpen(Capabilities),
    ConnectionClose,
    ConnectionDrop,
    ChannelOpen,
    ChannelClose,
    ExchangeDeclare(ExchangeDeclare),
    ExchangeDelete { exchange: Name, if_unused: bool },
    ExchangeBind(ExchangeBinding),
    ExchangeUnbind(ExchangeBinding),
    QueueDeclare(QueueDeclare),
    QueueBind(QueueBinding),
    QueueUnbind(QueueBinding),
    QueuePurge { queue: Name },
    QueueDelete { queue: Name, if_unused: bool, if_empty: bool },
    Qos { prefetch_count: u16, prefetch_size: u32, global: bool },
    Publish(BasicPublish),
    Get { queue: Name, no_ack: bool },
    Consume { consume: BasicConsume, on_delivery: Option<AutoSettle> },
    Cancel { consumer_tag: Name },
    Settle { how: Settle, of: Of, multiple: bool, requeue: bool },
    Recover { requeue: bool },
    ConfirmSelect,
    TxSelect,
    TxCommit,
    TxRollback,
    PolicySet(Policy),
    PolicyClear { name: Name, operator: bool },
    AlarmSet(Resource),
    AlarmClear(Resource),
    Restart,
    Advance { millis: u64 },
    Probe,
}

impl Op {
    /// Puts a name where the operation has its routing key or its queue. Whether it has such a place.
    pub fn take_name(&mut self, name: Name) -> bool {
        let place = match self {
            Self::Publish(publish) => &mut publish.routing_key,
            Self::QueueDeclare(declare) => &mut declare.queue,
            Self::QueueBind(binding) | Self::QueueUnbind(binding) => &mut binding.queue,
            Self::QueuePurge { queue } | Self::QueueDelete { queue, .. } | Self::Get { queue, .. } => queue,
            Self::Consume { consume, .. } => &mut consume.queue,
            _ => return false,
        };
        *place = name;
        true
    }

    /// The bytes of the longest name it sends as a short string (rule 6).
    #[must_use]
    pub fn longest_name(&self) -> Option<usize> {
        let names: Vec<&Name> = match self {
            Self::ExchangeDeclare(declare) => vec![&declare.exchange, &declare.kind],
            Self::ExchangeDelete { exchange, .. } => vec![exchange],
            Self::ExchangeBind(binding) | Self::ExchangeUnbind(binding) => {
                vec![&binding.source, &binding.destination, &binding.routing_key]
            }
            Self::QueueDeclare(declare) => vec![&declare.queue],
            Self::QueueBind(binding) | Self::QueueUnbind(binding) => vec![&binding.queue, &binding.exchange, &binding.routing_key],
            Self::QueuePurge { queue } | Self::QueueDelete { queue, .. } | Self::Get { queue, .. } => vec![queue],
            Self::Publish(publish) => vec![&publish.exchange, &publish.routing_key],
            Self::Consume { consume, .. } => vec![&consume.queue, &consume.consumer_tag],
            Self::Cancel { consumer_tag } => vec![consumer_tag],
            _ => Vec::new(),
        };
        names.into_iter().map(|name| name.len()).max()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settle {
    Ack,
    Nack,
    Reject,
}

impl Settle {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Nack => "nack",
            Self::Reject => "reject",
        }
    }
}

/// Where a name comes from that the broker gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameOf {
    /// The property `reply_to` of a message.
    ReplyTo(Of),
    /// The queue that this step has declared.
    Queue(String),
}

/// Which delivery is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    Get(String),
    /// The n-th, from 1, to this consumer tag.
    Delivery(Name, usize),
    Tag(u64),
}

/// What a consumer does by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoSettle {
    pub how: Settle,
    pub requeue: bool,
    pub times: Option<u64>,
    pub then: Then,
    /// Other bodies are acknowledged.
    pub body: Option<Body>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Hold,
    Ack,
}

const FORMAT: Format = Format { key: "script", name: "script", version: VERSION };

/// Reads a script.
///
/// # Errors
/// Everything that is wrong, each with its path, such as `steps[3].body`.
pub fn read(text: &str) -> Result<Script, Vec<Problem>> {
    let document = FORMAT.parse(text)?;
    let mistakes = Mistakes::default();
    let script = script(&Node::root(&document, &mistakes), &mistakes);
    mistakes.or(script)
}

fn script(node: &Node, mistakes: &Mistakes) -> Script {
    let fields = node.fields();
    let _ = fields.maybe("script");
    let profiles = Profile::ALL.map(|profile| (profile.name(), profile));
    let steps = fields.need("steps").items_up_to(limits::SCRIPT_STEPS, "steps of a script");
    let plugins = Plugin::ALL.map(|plugin| (plugin.name(), plugin));
    let enabled = fields.maybe("plugins").map(|node| node.items().iter().filter_map(|node| node.one_of(&plugins)).collect());
    let types = Kind::ALL.map(|kind| (kind.name(), kind));
    let script = Script {
        default_queue_type: fields.maybe("default_queue_type").and_then(|node| node.one_of(&types)),
        plugins: enabled.unwrap_or_default(),
        profile: fields.maybe("profile").and_then(|node| node.one_of(&profiles)).unwrap_or_default(),
        steps: steps.iter().filter_map(step).collect(),
    };
    fields.done();
    let mut names: Vec<&String> = Vec::new();
    for (index, step) in script.steps.iter().enumerate() {
        if let Some(name) = &step.name {
            if names.contains(&name) {
                mistakes.add(&format!("steps[{index}].as"), format!("the name '{name}' is used twice"));
            }
            names.push(name);
        }
    }
    script
}

fn step(node: &Node) -> Option<Step> {
    let fields = node.fields();
    let op_name = fields.need("op").text();
    let name = fields.maybe("as").map(|node| node.text());
    let channel = fields.maybe("channel").map_or_else(|| "ch1".into(), |node| node.text());
    let connection = fields.maybe("connection").map_or_else(|| "conn1".into(), |node| node.text());
    let name_of = fields.maybe("name_of").map(|node| (name_of(&node), node));
    let op = op(&op_name, &fields);
    if let Some(op) = &op {
        if let Some((_, node)) = &name_of
            && !op.clone().take_name("".into())
        {
            node.mistake(format!("{op_name} has no routing key and no queue that a name could be for"));
        }
        fields.done();
    }
    Some(Step { name, channel, connection, op_name, name_of: name_of.map(|(name_of, _)| name_of), op: op? })
}

fn name_of(node: &Node) -> NameOf {
    let fields = node.fields();
    let name_of = match (fields.maybe("reply_to"), fields.maybe("queue")) {
        (Some(message), None) => NameOf::ReplyTo(of(&message)),
        (None, Some(step)) => NameOf::Queue(step.text()),
        _ => {
            fields.mistake("which name? Give \"reply_to\" with the message that has it, or \"queue\" with its declaring step");
            NameOf::Queue(String::new())
        }
    };
    fields.done();
    name_of
}

fn name(fields: &Fields, field: &'static str) -> Name {
    fields.maybe(field).map_or_else(|| "".into(), |node| node.name())
}

fn arguments(fields: &Fields) -> crate::broker::Table {
    fields.maybe("arguments").map(|node| node.table()).unwrap_or_default()
}

fn short(fields: &Fields, field: &'static str) -> u16 {
    fields.maybe(field).map_or(0, |node| u16::try_from(node.whole(u64::from(u16::MAX))).unwrap_or(u16::MAX))
}

fn op(op_name: &str, fields: &Fields) -> Option<Op> {
    Some(match op_name {
        "connection.open" => Op::ConnectionOpen(fields.maybe("capabilities").map(|node| capabilities(&node)).unwrap_or_default()),
        "connection.close" => Op::ConnectionClose,
        "connection.drop" => Op::ConnectionDrop,
        "channel.open" => Op::ChannelOpen,
        "channel.close" => Op::ChannelClose,
        "exchange.declare" => Op::ExchangeDeclare(ExchangeDeclare {
            exchange: fields.need("exchange").name(),
            kind: fields.maybe("type").map_or_else(|| "direct".into(), |node| node.name()),
            durable: fields.flag("durable", false),
            auto_delete: fields.flag("auto_delete", false),
            internal: fields.flag("internal", false),
            passive: fields.flag("passive", false),
            arguments: arguments(fields),
        }),
        "exchange.delete" => Op::ExchangeDelete { exchange: fields.need("exchange").name(), if_unused: fields.flag("if_unused", false) },
        "exchange.bind" => Op::ExchangeBind(exchange_binding(fields)),
        "exchange.unbind" => Op::ExchangeUnbind(exchange_binding(fields)),
        "queue.declare" => Op::QueueDeclare(QueueDeclare {
            queue: name(fields, "queue"),
            durable: fields.flag("durable", false),
            exclusive: fields.flag("exclusive", false),
            auto_delete: fields.flag("auto_delete", false),
            passive: fields.flag("passive", false),
            arguments: arguments(fields),
        }),
        "queue.bind" => Op::QueueBind(queue_binding(fields)),
        "queue.unbind" => Op::QueueUnbind(queue_binding(fields)),
        "queue.purge" => Op::QueuePurge { queue: fields.need("queue").name() },
        "queue.delete" => Op::QueueDelete {
            queue: fields.need("queue").name(),
            if_unused: fields.flag("if_unused", false),
            if_empty: fields.flag("if_empty", false),
        },
        "basic.qos" => Op::Qos {
            prefetch_count: short(fields, "prefetch_count"),
            prefetch_size: fields.maybe("prefetch_size").map_or(0, |node| u32::try_from(node.whole(u64::from(u32::MAX))).unwrap_or(0)),
            global: fields.flag("global", false),
        },
        "basic.publish" => Op::Publish(BasicPublish {
            exchange: name(fields, "exchange"),
            routing_key: name(fields, "routing_key"),
            mandatory: fields.flag("mandatory", false),
            immediate: fields.flag("immediate", false),
            properties: fields.maybe("properties").map(|node| properties_from_json(&node)).unwrap_or_default().into(),
            body: body_from_json(&fields.need("body")),
        }),
        "basic.get" => Op::Get { queue: fields.need("queue").name(), no_ack: fields.flag("no_ack", false) },
        "basic.consume" => Op::Consume {
            consume: BasicConsume {
                queue: fields.need("queue").name(),
                consumer_tag: name(fields, "consumer_tag"),
                no_ack: fields.flag("no_ack", false),
                exclusive: fields.flag("exclusive", false),
                arguments: arguments(fields),
            },
            on_delivery: fields.maybe("on_delivery").map(|node| auto_settle(&node)),
        },
        "basic.cancel" => Op::Cancel { consumer_tag: fields.need("consumer_tag").name() },
        "basic.ack" => {
            Op::Settle { how: Settle::Ack, of: of(&fields.need("of")), multiple: fields.flag("multiple", false), requeue: false }
        }
        "basic.nack" => Op::Settle {
            how: Settle::Nack,
            of: of(&fields.need("of")),
            multiple: fields.flag("multiple", false),
            requeue: fields.flag("requeue", true),
        },
        "basic.reject" => {
            Op::Settle { how: Settle::Reject, of: of(&fields.need("of")), multiple: false, requeue: fields.flag("requeue", true) }
        }
        "basic.recover" => Op::Recover { requeue: fields.flag("requeue", true) },
        "confirm.select" => Op::ConfirmSelect,
        "tx.select" => Op::TxSelect,
        "tx.commit" => Op::TxCommit,
        "tx.rollback" => Op::TxRollback,
        "policy.set" => Op::PolicySet(policy_fields(fields)),
        "policy.clear" => Op::PolicyClear { name: fields.need("name").name(), operator: fields.flag("operator", false) },
        "alarm.set" => Op::AlarmSet(resource(fields)),
        "alarm.clear" => Op::AlarmClear(resource(fields)),
        "broker.restart" => Op::Restart,
        "advance" => Op::Advance { millis: fields.need("ms").whole(ADVANCE_MS_MAX) },
        "probe" => Op::Probe,
        "" => return None, // missing, and noted
        other => {
            fields.need("op").mistake(format!("there is no op '{other}'"));
            return None;
        }
    })
}

fn capabilities(node: &Node) -> Capabilities {
    // A list of those the client has.
    let mut capabilities = Capabilities { consumer_cancel_notify: false, connection_blocked: false };
    for item in node.items() {
        match item.one_of(&[
            ("consumer_cancel_notify", 0_u8),
            ("connection.blocked", 1),
            ("connection_blocked", 1),
            ("publisher_confirms", 2),
            ("basic.nack", 2),
            ("exchange_exchange_bindings", 2),
            ("authentication_failure_close", 2),
        ]) {
            Some(0) => capabilities.consumer_cancel_notify = true,
            Some(1) => capabilities.connection_blocked = true,
            _ => {}
        }
    }
    capabilities
}

fn exchange_binding(fields: &Fields) -> ExchangeBinding {
    ExchangeBinding {
        source: fields.need("source").name(),
        destination: fields.need("destination").name(),
        routing_key: name(fields, "routing_key"),
        arguments: arguments(fields),
    }
}

fn queue_binding(fields: &Fields) -> QueueBinding {
    QueueBinding {
        queue: fields.need("queue").name(),
        exchange: fields.need("exchange").name(),
        routing_key: name(fields, "routing_key"),
        arguments: arguments(fields),
    }
}

fn resource(fields: &Fields) -> Resource {
    let resources = Resource::ALL.map(|resource| (resource.name(), resource));
    fields.need("resource").one_of(&resources).unwrap_or(Resource::Memory)
}

fn of(node: &Node) -> Of {
    let fields = node.fields();
    let of = match (fields.maybe("get"), fields.maybe("delivery"), fields.maybe("delivery_tag")) {
        (Some(get), None, None) => Of::Get(get.text()),
        (None, Some(delivery), None) => {
            if let [tag, number] = delivery.items().as_slice() {
                Of::Delivery(tag.name(), usize::try_from(number.whole(1_000_000)).unwrap_or(usize::MAX))
            } else {
                delivery.mistake("expected a consumer tag and a number, as in [\"c\", 2]");
                Of::Tag(0)
            }
        }
        (None, None, Some(tag)) => Of::Tag(tag.whole(u64::MAX)),
        _ => {
            fields.mistake("which delivery? Give \"get\", \"delivery\" or \"delivery_tag\"");
            Of::Tag(0)
        }
    };
    fields.done();
    of
}

fn auto_settle(node: &Node) -> AutoSettle {
    let fields = node.fields();
    let settle = AutoSettle {
        how: fields.need("do").one_of(&[("ack", Settle::Ack), ("nack", Settle::Nack), ("reject", Settle::Reject)]).unwrap_or(Settle::Ack),
        requeue: fields.flag("requeue", true),
        times: fields.maybe("times").map(|node| node.whole(1_000_000)),
        then: fields.maybe("then").and_then(|node| node.one_of(&[("hold", Then::Hold), ("ack", Then::Ack)])).unwrap_or(Then::Hold),
        body: fields.maybe("body").map(|node| body_from_json(&node)),
    };
    fields.done();
    settle
}
