//! The run that was left, drawn beside the one that is shown. Both stand at the same moment.

use super::session::Session;
use super::{App, Room, Speed};

impl App {
    pub(super) fn stand_beside(&mut self) {
        self.follow_other_run();
        self.look_under();
    }

    /// While two runs are compared, the other one follows the time of this one. A narrow window has no room for two drawings.
    fn follow_other_run(&mut self) {
        let has_room = self.workspace.room == Room::Wide && !self.table && !self.options.embed;
        let session = self.session.as_ref().filter(|session| has_room && session.playhead.comparison.is_some());
        let Some(session) = session else {
            self.beside = None;
            return;
        };
        let number = session.playhead.number_of_other();
        let kept = self.beside.take().filter(|beside| Some(beside.playhead.number()) == number);
        let mut beside = kept.or_else(|| session.playhead.of_other_run().map(|playhead| Box::new(Session::on(playhead))));
        if let Some(beside) = &mut beside {
            beside.stand_beside(session, self.speed(), self.playing, self.budget.steps());
        }
        self.beside = beside;
    }
}

impl Session {
    /// Stands where the other one stands, in time and on the canvas.
    fn stand_beside(&mut self, other: &Self, speed: Speed, passes: bool, steps: u64) {
        // A number may be another part's in another run.
        let is_same = |node: &super::Node| self.part(node) == other.part(node);
        let layout = other.document.layout.iter().filter(|(node, _)| is_same(node)).map(|(node, at)| (node.clone(), *at)).collect();
        self.document.layout = layout;
        self.hues = other.hues.clone();
        self.fly_at(speed);
        if passes {
            self.playhead.moves.settle();
        }
        let now = other.world().now();
        if self.playhead.is_moving() {
            self.playhead.go_on(steps);
        } else if passes && self.world().now() < now {
            self.playhead.advance(now, steps);
        } else if self.world().now() != now {
            self.playhead.seek(now, steps);
        }
    }
}
