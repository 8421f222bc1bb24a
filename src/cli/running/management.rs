//! The management interface of a running broker, with what lets one in.

use std::time::Duration;

use base64::Engine as _;
use serde_json::Value as Json;

use crate::base::limits;
use crate::cli::amqp::{check_login, decoded, encoded};
use crate::formats::snapshot::Answers;

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer is larger than what a scenario is made of: each queue comes with its statistics.
const ANSWER_BYTES_MAX: u64 = 8 * limits::FILE_BYTES as u64;

/// Where it is, and what lets one in. What was given is never told again: it may hold a password.
pub struct Management {
    base: String,
    /// Of the header `Authorization`.
    login: String,
}

/// Why a request was not answered.
#[derive(Debug)]
pub enum Refused {
    /// 401 or 403: the user may not ask for it.
    Forbidden,
    NotFound,
    Failed(String),
}

impl Management {
    /// Reads `http://user:password@host:port`. A user and password that it does not name are in the environment, or `guest`.
    pub fn parse(url: &str) -> Result<Self, String> {
        let rest = match url.split_once("://") {
            Some(("http", rest)) => rest,
            Some(("https", _)) => {
                return Err(
                    "The management interface is read without TLS only: open a tunnel to it, and give its http:// address.".to_owned()
                );
            }
            _ => return Err("The address of the management interface does not begin with http://.".to_owned()),
        };
        check_login(rest)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, host) = match authority.rsplit_once('@') {
            Some((login, host)) => (Some(login), host),
            None => (None, authority),
        };
        if host.is_empty() || host.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return Err("The address of the management interface names no host.".to_owned());
        }
        let (user, password) = match login {
            Some(login) => {
                let (user, password) = login.split_once(':').unwrap_or((login, ""));
                (decoded(user), decoded(password))
            }
            None => (super::given(super::USER), super::given(super::PASSWORD)),
        };
        let path = path.trim_end_matches('/');
        let base = if path.is_empty() { format!("http://{host}") } else { format!("http://{host}/{path}") };
        let login = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")));
        Ok(Self { base, login })
    }

    /// Without what lets one in.
    pub fn place(&self) -> &str {
        &self.base
    }

    fn agent() -> ureq::Agent {
        ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).max_redirects(0).build().into()
    }

    fn answer(&self, path: &str, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<String, Refused> {
        let failed = |why: &dyn std::fmt::Display| Refused::Failed(format!("{}/api/{path}: {why}", self.base));
        let mut answer = answer.map_err(|error| failed(&error))?;
        match answer.status().as_u16() {
            401 | 403 => Err(Refused::Forbidden),
            404 => Err(Refused::NotFound),
            200..300 => answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string().map_err(|error| failed(&error)),
            status => Err(failed(&format!("status {status}"))),
        }
    }

    pub fn get(&self, path: &str) -> Result<Json, Refused> {
        let answer = Self::agent().get(format!("{}/api/{path}", self.base)).header("Authorization", &self.login).call();
        let text = self.answer(path, answer)?;
        serde_json::from_str(&text).map_err(|_| Refused::Failed(format!("{}/api/{path}: the answer is no JSON", self.base)))
    }

    pub fn put(&self, path: &str, body: &Json) -> Result<(), Refused> {
        let request = Self::agent().put(format!("{}/api/{path}", self.base)).header("Authorization", &self.login);
        let answer = request.header("Content-Type", "application/json").send(body.to_string().as_bytes());
        self.answer(path, answer).map(|_| ())
    }

    /// What a snapshot needs, and must have.
    fn must(&self, path: &str) -> Result<Json, String> {
        self.get(path).map_err(|why| match why {
            Refused::Forbidden => format!("{} does not let this user read {path}: it takes the tag monitoring.", self.base),
            Refused::NotFound => format!("{} has no {path}.", self.base),
            Refused::Failed(why) => why,
        })
    }

    /// The virtual host that is meant: the one that is named, or the only one.
    pub fn vhost(&self, named: Option<&str>) -> Result<String, String> {
        if let Some(named) = named {
            return Ok(named.to_owned());
        }
        let all = self.must("vhosts")?;
        let names: Vec<&str> = all.as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
        match names[..] {
            [only] => Ok(only.to_owned()),
            _ => Err(format!("There are several virtual hosts; choose one with --vhost: {}", names.join(", "))),
        }
    }

    /// Everything that a snapshot is made of. What a user of little power may not read is left out.
    pub fn answers(&self, vhost: &str) -> Result<Answers, String> {
        let vhost = encoded(vhost);
        let of_vhost = |list: &str| self.must(&format!("{list}/{vhost}"));
        let allowed = |path: &str| self.get(path).unwrap_or_default();
        Ok(Answers {
            overview: self.must("overview")?,
            vhost: allowed(&format!("vhosts/{vhost}")),
            exchanges: of_vhost("exchanges")?,
            queues: of_vhost("queues")?,
            bindings: of_vhost("bindings")?,
            policies: allowed(&format!("policies/{vhost}")),
            operator_policies: allowed(&format!("operator-policies/{vhost}")),
            consumers: of_vhost("consumers")?,
            connections: allowed("connections"),
        })
    }
}
