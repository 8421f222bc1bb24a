//! Scripts made small: fewer steps, fewer arguments, plainer values, for as long as what was found stays.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

/// The smallest script found on which `differs` still tells a difference, and that difference.
///
/// # Errors
/// What `differs` could not do.
pub fn shrink(
    mut script: Json,
    mut difference: String,
    differs: impl Fn(&Json) -> Result<Option<String>, String>,
) -> Result<(Json, String), String> {
    loop {
        let before = script.clone();
        let mut attempt = |candidate: Json, script: &mut Json| -> Result<bool, String> {
            let Some(still) = differs(&candidate)? else { return Ok(false) };
            (*script, difference) = (candidate, still);
            Ok(true)
        };
        fewer_steps(&mut script, &mut attempt)?;
        plainer_steps(&mut script, &mut attempt)?;
        if script == before {
            return Ok((script, difference));
        }
    }
}

type Attempt<'a> = dyn FnMut(Json, &mut Json) -> Result<bool, String> + 'a;

fn steps(script: &Json) -> &[Json] {
    script["steps"].as_array().map_or(&[], Vec::as_slice)
}

/// The same script with these steps. Its plugins stay: the real broker has them anyway, and without them only ours would refuse their types.
fn with_steps(script: &Json, steps: &[Json]) -> Json {
    let mut other = script.clone();
    other["steps"] = steps.into();
    other
}

fn fewer_steps(script: &mut Json, attempt: &mut Attempt) -> Result<(), String> {
    let mut size = steps(script).len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < steps(script).len() {
            let mut shorter = steps(script).to_vec();
            let end = (start + size).min(shorter.len());
            shorter.drain(start..end);
            if !attempt(with_steps(script, &shorter), script)? {
                start += size;
            }
        }
        size /= 2;
    }
    Ok(())
}

fn plainer_steps(script: &mut Json, attempt: &mut Attempt) -> Result<(), String> {
    for index in 0..steps(script).len() {
        // What was made plainer has other ways to become plainer still.
        let mut way = 0;
        while let Some(plainer) = plainer(&steps(script)[index]).into_iter().nth(way) {
            let mut changed = steps(script).to_vec();
            changed[index] = plainer;
            if !attempt(with_steps(script, &changed), script)? {
                way += 1;
            }
        }
    }
    Ok(())
}

/// What makes a step what it is: without it the file cannot be read, or speaks of something else.
const KEPT: [&str; 14] = [
    "op",
    "as",
    "channel",
    "connection",
    "queue",
    "exchange",
    "source",
    "destination",
    "consumer_tag",
    "of",
    "body",
    "name",
    "do",
    "resource",
];

/// Times stay as they are: shorter ones would race with the steps that follow.
fn is_time(name: &str) -> bool {
    ["ms", "expiration"].contains(&name) || ["ttl", "expires", "delayed-retry"].iter().any(|word| name.contains(word))
}

/// A step with one thing less, or one value that is plainer.
fn plainer(step: &Json) -> Vec<Json> {
    let Some(fields) = step.as_object() else { return Vec::new() };
    let mut ways = Vec::new();
    for (name, value) in fields {
        let with = |value: Option<Json>| {
            let mut fields: Map<String, Json> = fields.clone();
            match value {
                Some(value) => fields.insert(name.clone(), value),
                None => fields.remove(name),
            };
            Json::Object(fields)
        };
        if !KEPT.contains(&name.as_str()) {
            ways.push(with(None));
        }
        match value {
            Json::Object(_) => ways.extend(plainer(value).into_iter().map(|value| with(Some(value)))),
            Json::Number(number) if !is_time(name) => {
                let number = number.as_i64().unwrap_or_default();
                let smaller = [0, 1, number / 2, number - 1].into_iter().filter(|smaller| smaller.abs() < number.abs());
                ways.extend(smaller.map(|smaller| with(Some(json!(smaller)))));
            }
            _ => {}
        }
    }
    ways
}

/// As a case in `tests/conformance` has it: one step a line.
#[must_use]
pub fn as_case(script: &Json, seed: u64) -> String {
    let mut text = format!("{{\n  \"case\": \"random script {seed}\",\n  \"rules\": [],\n  \"script\": {{\n    \"script\": 1,\n");
    let _ = writeln!(text, "    \"profile\": {},\n    \"steps\": [", script["profile"]);
    let lines: Vec<String> = steps(script).iter().map(|step| format!("      {step}")).collect();
    text + &lines.join(",\n") + "\n    ]\n  }\n}"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What differs: a limit above 2 on `q`, and a publish to it that has a priority.
    fn differs(script: &Json) -> Option<String> {
        let limited = steps(script).iter().any(|step| step["arguments"]["x-max-length"].as_i64().is_some_and(|limit| limit > 2));
        let published = steps(script).iter().any(|step| step["properties"]["priority"].is_u64());
        let plugins = script["plugins"] == json!(["rabbitmq_consistent_hash_exchange"]);
        (limited && published && plugins).then(|| "it differs".to_owned())
    }

    #[test]
    fn steps_arguments_and_values_go_for_as_long_as_the_difference_stays() {
        let plugins = ["rabbitmq_consistent_hash_exchange"];
        let script = json!({ "script": 1, "profile": "4.0", "plugins": plugins, "steps": [
            { "op": "queue.declare", "queue": "other", "durable": true },
            { "op": "queue.declare", "queue": "q", "durable": true, "arguments": { "x-max-length": 40, "x-max-priority": 3 } },
            { "op": "basic.publish", "routing_key": "q", "body": "m1", "mandatory": true },
            { "op": "basic.publish", "routing_key": "q", "body": "m2", "properties": { "priority": 9, "delivery_mode": 2 } },
            { "op": "basic.get", "queue": "q" },
        ] });
        let (small, difference) = shrink(script, "found".to_owned(), |script| Ok(differs(script))).expect("it runs");
        let expected = json!({ "script": 1, "profile": "4.0", "plugins": plugins, "steps": [
            { "op": "queue.declare", "queue": "q", "arguments": { "x-max-length": 3 } },
            { "op": "basic.publish", "body": "m2", "properties": { "priority": 0 } },
        ] });
        assert_eq!((small, difference.as_str()), (expected, "it differs"));
    }

    #[test]
    fn what_is_printed_can_be_filed() {
        let script = json!({ "script": 1, "profile": "4.0", "steps": [{ "op": "probe" }, { "op": "basic.get", "queue": "q" }] });
        let filed: Json = serde_json::from_str(&as_case(&script, 7)).expect("it is JSON");
        assert_eq!(filed["script"], script);
        assert!(filed["case"].is_string() && filed["rules"].is_array());
    }
}
