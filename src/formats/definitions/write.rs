//! A scenario's broker as definitions that RabbitMQ imports.

use crate::broker::queue::Kind as QueueKind;
use crate::broker::{ApplyTo, Name, Policy, Table};
use crate::formats::amqp_json::table_to_json;
use crate::formats::pretty::Doc;
use crate::scenario::{BindingSpec, BindingTarget, BrokerSpec, ExchangeSpec, Json, QueueSpec};

/// The definitions of a cluster with one virtual host. Services and their traffic are no part of them.
#[must_use]
pub fn write(broker: &BrokerSpec, vhost: &str) -> String {
    let default = (broker.default_queue_type != QueueKind::default()).then(|| broker.default_queue_type.name());
    let metadata = default.map(|kind| Doc::object().with("description", "").with("tags", Doc::list([])).with("default_queue_type", kind));
    let of_users = broker.policies.iter().filter(|policy| !policy.operator);
    let of_operators = broker.policies.iter().filter(|policy| policy.operator);
    Doc::object()
        .with("vhosts", Doc::list([Doc::object().with("name", vhost).with_some("metadata", metadata)]))
        .with("parameters", Doc::list(of_operators.map(|policy| operator_policy(policy, vhost))))
        .with("policies", Doc::list(of_users.map(|policy| user_policy(policy, vhost))))
        .with("queues", Doc::list(broker.queues.iter().map(|one| queue(one, vhost))))
        .with("exchanges", Doc::list(broker.exchanges.iter().map(|one| exchange(one, vhost))))
        .with("bindings", Doc::list(broker.bindings.iter().map(|one| binding(one, vhost))))
        .to_text()
}

fn name(name: &Name) -> Json {
    Json::from(&**name)
}

/// RabbitMQ knows no void in arguments: it is left out.
fn table(table: &Table) -> Json {
    let mut json = table_to_json(table);
    if let Some(fields) = json.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    json
}

fn exchange(exchange: &ExchangeSpec, vhost: &str) -> Doc {
    Doc::object()
        .with("name", name(&exchange.name))
        .with("vhost", vhost)
        .with("type", exchange.kind.name())
        .with("durable", exchange.durable)
        .with("auto_delete", exchange.auto_delete)
        .with("internal", exchange.internal)
        .with("arguments", table(&exchange.arguments))
}

fn queue(queue: &QueueSpec, vhost: &str) -> Doc {
    Doc::object()
        .with("name", name(&queue.name))
        .with("vhost", vhost)
        .with("durable", queue.durable)
        .with("auto_delete", queue.auto_delete)
        .with("arguments", table(&queue.arguments))
}

fn binding(binding: &BindingSpec, vhost: &str) -> Doc {
    let (kind, to) = match &binding.destination {
        BindingTarget::Queue(queue) => ("queue", queue),
        BindingTarget::Exchange(exchange) => ("exchange", exchange),
    };
    Doc::object()
        .with("source", name(&binding.source))
        .with("vhost", vhost)
        .with("destination", name(to))
        .with("destination_type", kind)
        .with("routing_key", name(&binding.routing_key))
        .with("arguments", table(&binding.arguments))
}

fn apply_to(policy: &Policy) -> &'static str {
    ApplyTo::ALL.iter().find(|(_, one)| *one == policy.apply_to).map_or("all", |(word, _)| word)
}

fn of_policy(policy: &Policy) -> Doc {
    Doc::object()
        .with("pattern", policy.pattern.as_str())
        .with("apply-to", apply_to(policy))
        .with("definition", table(&policy.definition))
        .with("priority", policy.priority)
}

fn user_policy(policy: &Policy, vhost: &str) -> Doc {
    Doc::object().with("vhost", vhost).with("name", name(&policy.name)).and(of_policy(policy))
}

fn operator_policy(policy: &Policy, vhost: &str) -> Doc {
    Doc::object()
        .with("vhost", vhost)
        .with("component", "operator_policy")
        .with("name", name(&policy.name))
        .with("value", of_policy(policy))
}
