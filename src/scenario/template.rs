//! Templates: JSON whose strings may name fields of the data at hand.
//!
//! `"{orderId}"` alone is that field with its type, `"order {orderId}"` is text, `"{quantity * 29.99}"` multiplies and rounds to
//! cents. `{address.zip}` looks inside. What is missing becomes null, or nothing within text.

use serde_json::Number;

use super::{Json, json_object};
use crate::base::number;
use crate::broker::Value;

/// The value at a path of field names separated by dots.
#[must_use]
pub fn field<'a>(data: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(data, |value, name| value.get(name)).filter(|value| !value.is_null())
}

/// Sets the value at a path of field names separated by dots, where [`field`] finds it. Objects on the way are made; other values
/// are left alone.
pub fn set_field(data: &mut Json, path: &str, value: Json) {
    let mut place = data;
    for name in path.split('.') {
        if place.is_null() {
            *place = Json::Object(serde_json::Map::new());
        }
        let Some(fields) = place.as_object_mut() else { return };
        place = fields.entry(name).or_insert(Json::Null);
    }
    *place = value;
}

/// The template with every placeholder replaced.
#[must_use]
pub fn fill(template: &Json, data: &Json) -> Json {
    match template {
        Json::String(text) => fill_string(text, data),
        Json::Array(items) => items.iter().map(|item| fill(item, data)).collect(),
        Json::Object(fields) => json_object(fields.iter().map(|(name, value)| (name.clone(), fill(value, data)))),
        other => other.clone(),
    }
}

/// A template that is text, such as a routing key.
#[must_use]
pub fn fill_text(template: &str, data: &Json) -> String {
    if !template.contains('{') {
        return template.to_owned();
    }
    match fill_string(template, data) {
        Json::String(text) => text,
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// A header that is text may be a template.
#[must_use]
pub fn fill_value(template: &Value, data: &Json) -> Value {
    let Value::String(text) = template else { return template.clone() };
    if !text.contains('{') {
        return template.clone();
    }
    match fill_string(text, data) {
        Json::Null => Value::Void,
        Json::Bool(flag) => Value::Bool(flag),
        Json::Number(number) => number.as_i64().map_or_else(|| Value::Double(number.as_f64().unwrap_or_default()), Value::Int),
        Json::String(text) => Value::string(&text),
        other => Value::string(&other.to_string()),
    }
}

fn fill_string(text: &str, data: &Json) -> Json {
    if let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|inner| !inner.contains(['{', '}'])) {
        return evaluate(inner, data);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((inner, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match evaluate(inner, data) {
            Json::Null => {}
            Json::String(value) => out.push_str(&value),
            other => out.push_str(&other.to_string()),
        }
        rest = after;
    }
    out.push_str(rest);
    Json::String(out)
}

fn evaluate(expression: &str, data: &Json) -> Json {
    let Some((left, right)) = expression.split_once('*') else {
        return field(data, expression.trim()).cloned().unwrap_or(Json::Null);
    };
    let factor = |text: &str| {
        let text = text.trim();
        number::parse(text).or_else(|| field(data, text).and_then(Json::as_f64))
    };
    let product = factor(left).zip(factor(right)).map(|(left, right)| (left * right * 100.0).round() / 100.0);
    product.and_then(Number::from_f64).map_or(Json::Null, Json::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn placeholders_keep_their_type_alone_and_become_text_in_company() {
        let data = json!({"orderId": 7, "quantity": 3, "address": {"zip": null}, "user": "u-1"});
        let cases = [
            (json!("{orderId}"), json!(7)),
            (json!("order {orderId} of {user}"), json!("order 7 of u-1")),
            (json!("{quantity * 29.99}"), json!(89.97)),
            (json!("{address.zip}"), json!(null)),
            (json!("zip: {address.zip}"), json!("zip: ")),
            (json!({"a": ["{user}", 1, true]}), json!({"a": ["u-1", 1, true]})),
            (json!("an open { brace"), json!("an open { brace")),
            (json!("{missing * 2}"), json!(null)),
        ];
        for (template, expected) in cases {
            assert_eq!(fill(&template, &data), expected, "{template}");
        }
    }
}
