//! What a screen reader hears while time passes: a live region that speaks now and then.

use crate::app::{App, Verbosity, words};

/// It speaks this often at most.
const PERIOD_MS: f64 = 1_500.0;

#[derive(Debug, Default)]
pub struct Announcer {
    said: String,
    /// Up to this line of the log.
    number: u64,
    at: f64,
}

impl Announcer {
    pub fn said(&self) -> &str {
        &self.said
    }

    /// What happened since it last spoke.
    pub fn listen(&mut self, app: &App, now: f64) {
        let Some(session) = &app.session else { return };
        let log = &session.playhead.log;
        if log.last_number() == self.number || now - self.at < PERIOD_MS {
            return;
        }
        let said = match app.verbosity {
            Verbosity::Off => String::new(),
            Verbosity::Summary => words::summary(log.since(self.number)),
            Verbosity::All => match log.newest().next().map(|entry| app.line_of(&entry.occurrence, session.world())) {
                None => String::new(),
                // Said later, when what says it is there.
                Some(None) => return,
                Some(Some(line)) => format!("{} {}", line.what, line.detail),
            },
        };
        *self = Self { said, number: log.last_number(), at: now };
    }
}
