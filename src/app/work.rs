//! What takes longer than a frame. It is a state that each frame advances by a budget of steps. It says how far it is, and it can be
//! cancelled. Then everything is as it was before.

use std::sync::Arc;

use super::budget::Working;
use super::composer::Sending;
use super::notice::Notice;
use super::playhead::Moved;
use super::texts::session as texts;
use super::{App, Classroom, Session};
use crate::sim::{HandPublish, Input};

/// How many messages one frame publishes by hand: each is some dozen things that happen.
const PUBLISHES_A_FRAME: u32 = 500;

impl App {
    /// What takes longer than a frame, if anything does.
    #[must_use]
    pub fn working(&self) -> Option<Working> {
        let of_session = self.session.as_ref().and_then(Session::working);
        of_session.or_else(|| self.classroom.as_ref().and_then(Classroom::working))
    }

    pub(super) fn cancel_work(&mut self) {
        if let Some(session) = &mut self.session {
            session.cancel_work();
        }
        if let Some(classroom) = &mut self.classroom {
            classroom.cancel_work();
        }
    }
}

impl Session {
    fn working(&self) -> Option<Working> {
        let part =
            |sending: &Sending| Working { what: texts::PUBLISHING, thousandths: (sending.times - sending.left) * 1_000 / sending.times };
        self.composer.sending.as_ref().map(part).or_else(|| self.playhead.working())
    }

    /// Whether frames have to come although time stands still.
    pub(super) const fn is_busy(&self) -> bool {
        self.composer.sending.is_some() || self.playhead.is_busy()
    }

    /// Whether time stands still until something is done.
    pub(super) const fn is_working(&self) -> bool {
        self.composer.sending.is_some() || self.playhead.is_moving()
    }

    fn cancel_work(&mut self) {
        self.playhead.cancel();
        self.playhead.cancel_story();
        // What was sent was sent.
        if let Some(sending) = self.composer.sending.take() {
            self.published(sending.before, sending.times - sending.left);
        }
    }

    /// Goes on with what is under way.
    pub(super) fn advance_work(&mut self, steps: u64) {
        if self.composer.sending.is_some() {
            self.send_more();
        } else if self.playhead.go_on(steps) == Moved::FoundNothing {
            self.nothing_found();
        }
    }

    pub(super) fn nothing_found(&mut self) {
        self.notice = Some(Notice::told(texts::no_failure_or_dead_letter(&self.world().now())));
    }

    pub(super) fn send(&mut self, message: HandPublish, times: u32) {
        let before = self.playhead.log.last_number();
        self.composer.sending = Some(Sending { message: Arc::new(message), left: times, times, before });
        self.send_more();
    }

    fn send_more(&mut self) {
        let Some(mut sending) = self.composer.sending.take() else { return };
        for _ in 0..sending.left.min(PUBLISHES_A_FRAME) {
            self.inject(Input::Publish(sending.message.clone()));
        }
        sending.left = sending.left.saturating_sub(PUBLISHES_A_FRAME);
        if sending.left == 0 {
            self.published(sending.before, sending.times);
        } else {
            self.composer.sending = Some(sending);
        }
    }
}
