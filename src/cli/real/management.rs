//! RabbitMQ's management interface: what AMQP has no methods for.

use base64::Engine as _;
use serde_json::Value as Json;

use super::RealBroker;

/// A request to the management interface.
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
            let request = ureq::put(&url).header("Authorization", &authorization).header("Content-Type", "application/json");
            request.send(body.as_bytes()).map_err(say)?;
            String::new()
        }
    };
    Ok(serde_json::from_str(&text).unwrap_or(Json::Null))
}
