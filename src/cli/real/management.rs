//! RabbitMQ's management interface: what AMQP has no methods for.

use base64::Engine as _;
use serde_json::Value as Json;

use super::RealBroker;

const BAD_REQUEST: u16 = 400;

/// Why a request was refused, as the broker said it. Before 4.3 it is written for a page.
pub fn refusal(answer: &Json) -> Option<String> {
    let reason = answer["reason"].as_str()?.trim();
    let reason = reason.strip_prefix("Validation failed").unwrap_or(reason).trim();
    Some(reason.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}

/// A request to the management interface. What it refuses has a [`refusal`].
pub fn manage(broker: &RealBroker, verb: &str, path: &str, body: Option<&Json>) -> Result<Json, String> {
    let url = format!("{}/api/{path}", broker.management.trim_end_matches('/'));
    let login = format!("{}:{}", broker.address.user, broker.address.password);
    let authorization = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(login));
    let say = |error: ureq::Error| format!("{verb} {url}: {error}");
    let text = match verb {
        "GET" => {
            let mut answer = ureq::get(&url).header("Authorization", &authorization).call().map_err(say)?;
            answer.body_mut().read_to_string().map_err(say)?
        }
        "DELETE" => {
            // What is not there is deleted.
            match ureq::delete(&url).header("Authorization", &authorization).call() {
                Ok(_) | Err(ureq::Error::StatusCode(404)) => String::new(),
                Err(error) => return Err(say(error)),
            }
        }
        _ => {
            let body = body.map(ToString::to_string).unwrap_or_default();
            let request = if verb == "POST" { ureq::post(&url) } else { ureq::put(&url) };
            let request = request.header("Authorization", &authorization).header("Content-Type", "application/json");
            // What is refused says why.
            let mut answer = request.config().http_status_as_error(false).build().send(body.as_bytes()).map_err(say)?;
            let text = answer.body_mut().read_to_string().map_err(say)?;
            match answer.status().as_u16() {
                status if status >= 400 && status != BAD_REQUEST => return Err(format!("{verb} {url}: {status} {text}")),
                _ => text,
            }
        }
    };
    Ok(serde_json::from_str(&text).unwrap_or(Json::Null))
}
