//! Templates: JSON whose strings may name fields of the data at hand.
//!
//! `"{orderId}"` alone is that field with its type, `"order {orderId}"` is text, `"{quantity * 29.99}"` multiplies and rounds to
//! cents. `{address.zip}` looks inside. What is missing becomes null, or nothing within text.

use std::borrow::Cow;

use serde_json::Number;

use super::{Json, json_object};
use crate::base::limits::BODY_BYTES;
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

/// Fills templates with the fields of the data at hand, and counts what that makes.
///
/// A template may name a field twice, and publish the result where it is filled again. What it makes doubles at every hop. Beyond
/// [`BODY_BYTES`] the filler writes nothing more, and [`Self::bytes`] says that this was too much.
#[derive(Debug)]
pub struct Filler<'a> {
    data: &'a Json,
    bytes: usize,
}

impl<'a> Filler<'a> {
    #[must_use]
    pub const fn new(data: &'a Json) -> Self {
        Self { data, bytes: 0 }
    }

    /// How many bytes all that it has filled takes as text, about. It stops counting where it stops writing.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    fn has_room(&mut self, more: usize) -> bool {
        if self.bytes <= BODY_BYTES {
            self.bytes = self.bytes.saturating_add(more);
        }
        self.bytes <= BODY_BYTES
    }

    /// The template with every placeholder replaced.
    #[must_use]
    pub fn json(&mut self, template: &Json) -> Json {
        match template {
            Json::String(text) => {
                self.has_room(2);
                self.string(text)
            }
            Json::Array(items) => {
                self.has_room(2);
                let items = items.iter().map_while(|item| self.has_room(1).then(|| self.json(item)));
                Json::Array(items.collect())
            }
            Json::Object(fields) => {
                self.has_room(2);
                json_object(
                    fields.iter().map_while(|(name, value)| self.has_room(name.len() + 4).then(|| (name.clone(), self.json(value)))),
                )
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => self.copy(template),
        }
    }

    /// A template that is text, such as a routing key.
    #[must_use]
    pub fn text(&mut self, template: &str) -> String {
        match self.string(template) {
            Json::String(text) => text,
            Json::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// A header that is text may be a template.
    #[must_use]
    pub fn value(&mut self, template: &Value) -> Value {
        let Value::String(text) = template else { return template.clone() };
        if !text.contains('{') {
            return template.clone();
        }
        match self.string(text) {
            Json::Null => Value::Void,
            Json::Bool(flag) => Value::Bool(flag),
            Json::Number(number) => number.as_i64().map_or_else(|| Value::Double(number.as_f64().unwrap_or_default()), Value::Int),
            Json::String(text) => Value::string(&text),
            other => Value::string(&other.to_string()),
        }
    }

    fn copy(&mut self, value: &Json) -> Json {
        if self.has_room(size(value)) { value.clone() } else { Json::Null }
    }

    fn string(&mut self, text: &str) -> Json {
        if let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|inner| !inner.contains(['{', '}'])) {
            return self.copy(&evaluate(inner, self.data));
        }
        let mut out = String::new();
        let mut rest = text;
        // A placeholder counts as well: where it stands for nothing, to look for its field takes time.
        while self.has_room(1)
            && let Some((before, after)) = rest.split_once('{')
        {
            self.push(&mut out, before);
            let Some((inner, after)) = after.split_once('}') else {
                self.push(&mut out, "{");
                rest = after;
                continue;
            };
            match &*evaluate(inner, self.data) {
                Json::Null => {}
                Json::String(value) => self.push(&mut out, value),
                other if self.has_room(size(other)) => out.push_str(&other.to_string()),
                _ => {}
            }
            rest = after;
        }
        self.push(&mut out, rest);
        Json::String(out)
    }

    fn push(&mut self, out: &mut String, text: &str) {
        if self.has_room(text.len()) {
            out.push_str(text);
        }
    }
}

/// How many bytes a value takes as text, about: what is escaped takes more.
#[must_use]
pub fn size(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) => 4,
        Json::Number(_) => 8,
        Json::String(text) => text.len() + 2,
        Json::Array(items) => items.iter().map(|item| size(item) + 1).sum::<usize>() + 2,
        Json::Object(fields) => fields.iter().map(|(name, value)| name.len() + size(value) + 4).sum::<usize>() + 2,
    }
}

fn evaluate<'a>(expression: &str, data: &'a Json) -> Cow<'a, Json> {
    let Some((left, right)) = expression.split_once('*') else {
        return field(data, expression.trim()).map_or(Cow::Owned(Json::Null), Cow::Borrowed);
    };
    let factor = |text: &str| {
        let text = text.trim();
        number::parse(text).or_else(|| field(data, text).and_then(Json::as_f64))
    };
    let product = factor(left).zip(factor(right)).map(|(left, right)| (left * right * 100.0).round() / 100.0);
    Cow::Owned(product.and_then(Number::from_f64).map_or(Json::Null, Json::Number))
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
            assert_eq!(Filler::new(&data).json(&template), expected, "{template}");
        }
    }

    /// Each template would make terabytes: many placeholders in one text, in one list, in one object, side by side.
    #[test]
    fn what_grows_too_large_is_cut_short_and_counted() {
        let data = json!({ "x": "y".repeat(BODY_BYTES / 4), "list": vec![7; 100_000] });
        let many = |one: &str| one.repeat(200_000);
        let templates = [
            json!("{x}{x}{x}{x}{x}"),
            json!(many("{x}")),
            json!(many("{list}")),
            json!(vec!["{x}"; 200_000]),
            json!(vec!["{list}"; 200_000]),
            json_object((0..200_000).map(|number| (number.to_string(), json!("{x}")))),
            json!("z".repeat(BODY_BYTES + 1)),
            json!(vec![json!([]); BODY_BYTES]),
        ];
        for template in templates {
            let mut filler = Filler::new(&data);
            let made = filler.json(&template);
            assert!((BODY_BYTES + 1..2 * BODY_BYTES).contains(&filler.bytes()), "{}", filler.bytes());
            assert!(size(&made) <= BODY_BYTES + 16, "{}", size(&made));
            assert_eq!(
                (filler.text("{x}"), filler.value(&Value::string("{x}"))),
                (String::new(), Value::Void),
                "nothing is written any more"
            );
        }
    }
}
