//! The browsers that tests run in. The whole suite runs in Chromium; the smoke path also runs in the others.

use std::path::Path;

use serde_json::{Map, Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

impl Engine {
    /// `REQUEUE_ENGINE` names it; without it, Chromium.
    pub fn of_this_run() -> Self {
        match std::env::var("REQUEUE_ENGINE").as_deref() {
            Err(_) | Ok("chromium") => Self::Chromium,
            Ok("firefox") => Self::Firefox,
            Ok("webkit") => Self::WebKit,
            Ok(other) => panic!("REQUEUE_ENGINE is {other:?}: it must be chromium, firefox or webkit"),
        }
    }

    /// What its driver has to know.
    pub fn capabilities(self, (width, height): (u32, u32), downloads: &Path) -> Map<String, Value> {
        let binary = |variable: &str| std::env::var(variable).ok();
        let given = |name: &str, mut options: Value, binary: Option<String>| {
            if let Some(binary) = binary {
                options["binary"] = json!(binary);
            }
            (name.to_owned(), options)
        };
        match self {
            Self::Chromium => {
                let mut arguments: Vec<String> = [
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--no-first-run",
                ]
                .map(str::to_owned)
                .into();
                arguments.push(format!("--window-size={width},{height}"));
                let options = json!({ "args": arguments, "prefs": { "download.default_directory": downloads } });
                let logs = ("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
                Map::from_iter([given("goog:chromeOptions", options, binary("REQUEUE_CHROMIUM")), logs])
            }
            Self::Firefox => {
                let options = json!({ "args": ["-headless", format!("--width={width}"), format!("--height={height}")] });
                Map::from_iter([given("moz:firefoxOptions", options, binary("REQUEUE_FIREFOX"))])
            }
            Self::WebKit => {
                let options = json!({ "args": ["--automation"] });
                Map::from_iter([given("webkitgtk:browserOptions", options, binary("REQUEUE_MINIBROWSER"))])
            }
        }
    }
}
