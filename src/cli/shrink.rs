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
        fewer_pairs(&mut script, &mut attempt)?;
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

/// What opens, and what closes it again: alone, neither can go. After a restart its clients are to connect again, and after an alarm the
/// broker has what it needs again.
const PAIRS: [(&str, &[&str]); 2] = [("alarm.set", &["alarm.clear"]), ("broker.restart", &["connection.open", "channel.open"])];

fn fewer_pairs(script: &mut Json, attempt: &mut Attempt) -> Result<(), String> {
    let mut start = 0;
    while start < steps(script).len() {
        let mut shorter = steps(script).to_vec();
        let first = shorter.remove(start);
        let closing = PAIRS.iter().find(|(opens, _)| first["op"] == *opens).map_or(&[] as &[&str], |(_, closing)| closing);
        for op in closing {
            let found = shorter.iter().skip(start).position(|step| step["op"] == *op && step["resource"] == first["resource"]);
            if let Some(at) = found {
                shorter.remove(start + at);
            }
        }
        if closing.is_empty() || !attempt(with_steps(script, &shorter), script)? {
            start += 1;
        }
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

/// Times stay as they are: shorter ones would race with the steps that follow. Segments of no size stop a real stream.
fn is_kept_as_it_is(name: &str) -> bool {
    ["ms", "expiration", "x-stream-max-segment-size-bytes"].contains(&name)
        || ["ttl", "expires", "delayed-retry"].iter().any(|word| name.contains(word))
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
            // A body stays one of a size and an id.
            Json::Object(_) if name != "body" => ways.extend(plainer(value).into_iter().map(|value| with(Some(value)))),
            Json::Number(number) if !is_kept_as_it_is(name) => {
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
    for field in ["profile", "plugins", "default_queue_type"] {
        if !script[field].is_null() {
            let _ = writeln!(text, "    \"{field}\": {},", script[field]);
        }
    }
    text += "    \"steps\": [\n";
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
    fn what_belongs_together_goes_together() {
        let step = |op: &str| json!({ "op": op });
        let alarm = |op: &str, resource: &str| json!({ "op": op, "resource": resource });
        let script = json!({ "script": 1, "profile": "4.0", "steps": [
            alarm("alarm.set", "memory"), alarm("alarm.set", "disk"), step("basic.get"), alarm("alarm.clear", "disk"),
            alarm("alarm.clear", "memory"), step("broker.restart"), step("connection.open"), step("channel.open"), step("probe"),
        ] });
        let count = |script: &Json, op: &str, resource: &str| {
            steps(script).iter().filter(|step| step["op"] == op && (resource.is_empty() || step["resource"] == resource)).count()
        };
        // It differs while the disk is short and a message is fetched, and every alarm and restart must have its end.
        let differs = |script: &Json| {
            let whole =
                ["memory", "disk"].iter().all(|resource| count(script, "alarm.set", resource) == count(script, "alarm.clear", resource))
                    && count(script, "broker.restart", "") == count(script, "connection.open", "")
                    && count(script, "broker.restart", "") == count(script, "channel.open", "");
            (whole && count(script, "alarm.set", "disk") > 0 && count(script, "basic.get", "") > 0).then(|| "it differs".to_owned())
        };
        let (small, _) = shrink(script, "found".to_owned(), |script| Ok(differs(script))).expect("it runs");
        let left = [alarm("alarm.set", "disk"), step("basic.get"), alarm("alarm.clear", "disk")];
        assert_eq!(steps(&small), left);
    }

    #[test]
    fn what_is_printed_can_be_filed() {
        let script = json!({ "script": 1, "profile": "4.0", "plugins": ["rabbitmq_sharding"], "default_queue_type": "quorum",
            "steps": [{ "op": "probe" }, { "op": "basic.get", "queue": "q" }] });
        let filed: Json = serde_json::from_str(&as_case(&script, 7)).expect("it is JSON");
        assert_eq!(filed["script"], script);
        assert!(filed["case"].is_string() && filed["rules"].is_array());
    }
}
