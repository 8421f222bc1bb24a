//! Messages and AMQP field tables as JSON. Null is void, whole numbers are integers, everything else is as one would guess.

use serde_json::{Map, Number, Value as Json};

use crate::broker::queue::stream::OFFSET_HEADER;
use crate::broker::{Message, Name, Table, Value};
use crate::scenario::json_object;

#[must_use]
pub fn table_from_json(fields: &Map<String, Json>) -> Table {
    fields.iter().map(|(name, value)| (name.as_str().into(), timestamp(name, value).unwrap_or_else(|| value_from_json(value)))).collect()
}

/// JSON has no timestamps. A stream's offset may be one, and cannot be a table: `{"timestamp": 5}`, in seconds.
fn timestamp(name: &str, value: &Json) -> Option<Value> {
    let fields = value.as_object().filter(|fields| name == OFFSET_HEADER && fields.len() == 1)?;
    fields.get("timestamp")?.as_u64().map(Value::Timestamp)
}

#[must_use]
pub fn value_from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Void,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Int(integer),
            None => Value::Double(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::string(text),
        Json::Array(items) => Value::Array(items.iter().map(value_from_json).collect()),
        Json::Object(fields) => Value::Table(table_from_json(fields)),
    }
}

#[must_use]
pub fn table_to_json(table: &Table) -> Json {
    json_object(table.iter().map(|(name, value)| (name.to_string(), value_to_json(value))))
}

/// A message as a text for people, with the names that RabbitMQ's management interface has.
#[must_use]
pub fn message_to_json(message: &Message) -> String {
    let properties = &message.properties;
    let text = |name: &Name| Json::from(&**name);
    let own = [
        ("message_id", properties.message_id.as_ref().map(text)),
        ("delivery_mode", properties.delivery_mode.map(Json::from)),
        ("priority", properties.priority.map(Json::from)),
        ("expiration", properties.expiration.as_ref().map(text)),
        ("headers", properties.headers.as_ref().map(table_to_json)),
    ];
    let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let fields = [
        ("exchange", text(&message.exchange)),
        ("routing_key", text(&message.routing_key)),
        ("properties", json_object(own)),
        ("payload", Json::from(message.body.as_text().unwrap_or_default())),
    ];
    format!("{:#}", json_object(fields.map(|(name, value)| (name.to_owned(), value))))
}

#[must_use]
pub fn value_to_json(value: &Value) -> Json {
    match value {
        Value::Void => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Int(number) => Json::from(*number),
        Value::Double(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Value::String(text) => Json::String(text.to_string()),
        Value::Timestamp(seconds) => Json::from(*seconds),
        Value::Array(items) => items.iter().map(value_to_json).collect(),
        Value::Table(table) => table_to_json(table),
    }
}
