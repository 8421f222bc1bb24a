//! Where cards float over the canvas: the card of things to do, the minimap and the notices. They cover no part that they can leave free.

use super::camera::Pixel;
use super::geometry::{self, Rect};
use super::gesture::Gesture;
use super::sizes::Room;
use super::{App, Card, Session};

/// A corner of the stage, and whether what floats there is small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corner {
    pub is_small: bool,
    pub is_right: bool,
    pub is_top: bool,
}

const fn lower(is_small: bool, is_right: bool) -> Corner {
    Corner { is_small, is_right, is_top: false }
}

const fn upper(is_small: bool, is_right: bool) -> Corner {
    Corner { is_small, is_right, is_top: true }
}

/// The card of things to do stands at the lower left. Where it would cover a part, it is folded, and then it goes to another corner.
const CARDS: [Corner; 5] = [lower(false, false), lower(true, false), lower(true, true), upper(true, false), upper(true, true)];
/// The minimap stands at the lower right. Where it would cover a part, it goes to another corner, and then it is smaller. At the lower
/// left is the legend.
const MAPS: [Corner; 6] =
    [lower(false, true), upper(false, true), upper(false, false), lower(true, true), upper(true, true), upper(true, false)];

/// How large the card is at most, whole and folded, and how far from the borders. Below it are legend and zoom.
const CARD_WHOLE: Pixel = Pixel { x: 312.0, y: 268.0 };
const CARD_FOLDED: Pixel = Pixel { x: 240.0, y: 104.0 };
const INSET: f64 = 16.0;
const CARD_BELOW: f64 = 68.0;
const MAP_BELOW: f64 = 64.0;
/// A new part leaves the lower left corner to the card of things to do, and to the legend.
const CARD_LEAST: Pixel = Pixel { x: 344.0, y: 200.0 };
/// And for the largest minimap, from the lower right corner, with the zoom below it.
const MAP_MOST: Pixel = Pixel { x: 174.0, y: 218.0 };
/// A notice in the middle above: its width, and its height with the words beside its buttons or above them.
const NOTICE: f64 = 720.0;
const NOTICE_LINE: f64 = 52.0;
const NOTICE_LINES: f64 = 94.0;
const NOTICE_GAP: f64 = 8.0;
/// So far above a queue its badges begin.
const BADGE: f64 = 10.0;

/// The right upper corner of the card on a stage.
pub(super) fn least_card(stage: Pixel) -> Pixel {
    Pixel { x: CARD_LEAST.x, y: stage.y - CARD_LEAST.y }
}

/// The left upper corner of the minimap on a stage.
pub(super) fn largest_map(stage: Pixel) -> Pixel {
    Pixel { x: stage.x - MAP_MOST.x, y: stage.y - MAP_MOST.y }
}

impl Corner {
    /// The left upper and the right lower corner of what is so large. In a lower corner so much is below it.
    const fn on(self, stage: Pixel, size: Pixel, below: f64) -> (Pixel, Pixel) {
        let left = if self.is_right { stage.x - INSET - size.x } else { INSET };
        let top = if self.is_top { INSET } else { stage.y - below - size.y };
        (Pixel { x: left, y: top }, Pixel { x: left + size.x, y: top + size.y })
    }

    /// Of the card.
    #[must_use]
    pub const fn card_on(self, stage: Pixel) -> (Pixel, Pixel) {
        self.on(stage, if self.is_small { CARD_FOLDED } else { CARD_WHOLE }, CARD_BELOW)
    }

    /// How large the minimap is for a system that takes so much.
    #[must_use]
    pub fn map(self, bounds: &Rect) -> Pixel {
        let x = if self.is_small { 75.0 } else { 150.0 };
        Pixel { x, y: (x * bounds.height / bounds.width.max(1.0)).max(40.0).min(x) }
    }

    /// It stands in an upper corner, and below a notice that would reach it there.
    #[must_use]
    pub fn is_below_notices(self, stage: Pixel, bounds: &Rect, room: Room) -> bool {
        let beside = INSET + self.map(bounds).x + NOTICE_GAP;
        self.is_top && room != Room::Narrow && stage.x < NOTICE + 2.0 * beside
    }

    #[must_use]
    pub fn map_on(self, stage: Pixel, bounds: &Rect, room: Room) -> (Pixel, Pixel) {
        let (first, last) = self.on(stage, self.map(bounds), MAP_BELOW);
        let by = if self.is_below_notices(stage, bounds, room) { NOTICE_LINES + NOTICE_GAP } else { 0.0 };
        (Pixel { y: first.y + by, ..first }, Pixel { y: last.y + by, ..last })
    }
}

impl App {
    /// Where the card of things to do covers no part and no name, in the view of the page itself. It does not move when the
    /// visitor moves the view. Beside a drawer it is folded; on a tablet it waits until it has room again.
    #[must_use]
    pub fn card_spot(&self) -> Option<Corner> {
        let [whole, folded, ..] = CARDS;
        if self.workspace.room == Room::Narrow {
            return Some(Corner { is_small: !self.seen().is_empty(), ..whole });
        }
        let Some(session) = &self.session else { return Some(folded) };
        let (plan, camera, begins) = (session.plan(), self.unmoved(), usize::from(!self.seen().is_empty()));
        let parts: Vec<Rect> = geometry::places(plan).iter().filter_map(|place| geometry::with_name(plan, place)).collect();
        let is_free = |spot: &Corner| {
            let (first, last) = spot.card_on(self.canvas.size);
            let card = camera.part(first, last);
            !parts.iter().any(|part| part.meets(&card))
        };
        CARDS[begins..].iter().copied().find(is_free).or_else(|| (self.workspace.room == Room::Wide).then_some(folded))
    }

    /// The minimap stays where it is as long as it covers nothing there, and while a pointer is down.
    pub(super) fn place_map(&mut self) {
        let (now, camera, size) = (self.canvas.map, self.camera(), self.canvas.size);
        if self.canvas.gesture != Gesture::Idle && now.is_some() {
            return;
        }
        let Some(session) = self.session.as_ref().filter(|_| self.canvas.chosen.is_some()) else {
            self.canvas.map = None;
            return;
        };
        let plan = session.plan();
        let parts: Vec<Rect> = geometry::places(plan).iter().filter_map(|place| geometry::with_name(plan, place)).collect();
        let bounds = geometry::bounds(plan);
        let card = (self.workspace.card == Some(Card::Tour)).then(|| self.card_spot()).flatten().map(|spot| spot.card_on(size));
        let card = card.map(|(first, last)| camera.part(first, last));
        let (first, last) = self.room_of_notices();
        let notice = camera.part(first, last);
        let is_free = |spot: &Corner| {
            let (first, last) = spot.map_on(size, &bounds, self.workspace.room);
            let map = camera.part(first, last);
            !parts.iter().chain(&card).chain([&notice]).any(|part| part.meets(&map))
        };
        let is_hidden = parts.iter().any(|rect| !camera.shows(size, rect));
        self.canvas.map = if is_hidden { now.into_iter().chain(MAPS).find(is_free) } else { None };
    }

    /// The left upper and the right lower corner of what the highest notice takes, whether one is shown or not.
    #[must_use]
    pub fn room_of_notices(&self) -> (Pixel, Pixel) {
        let (stage, is_phone) = (self.canvas.size, self.workspace.room == Room::Narrow);
        let below = if is_phone { NOTICE_GAP } else { CARD_BELOW };
        // Beside another run it stands in the middle of both.
        if is_phone || self.beside.is_some() {
            return (Pixel { x: 0.0, y: stage.y - below - NOTICE_LINES }, Pixel { x: stage.x, y: stage.y - below });
        }
        let is_low = self.has_low_notices();
        let (first, last) = self.notice_on(is_low);
        let (top, bottom) = if is_low { (last.y - NOTICE_LINES, last.y) } else { (first.y, first.y + NOTICE_LINES) };
        (Pixel { y: top, ..first }, Pixel { y: bottom, ..last })
    }

    /// The left upper and the right lower corner of a notice in the middle, above or below.
    #[must_use]
    pub fn notice_on(&self, is_low: bool) -> (Pixel, Pixel) {
        let told = |session: &Session| session.timeline().is_in_the_past() || session.playhead.tells_of_other_branch();
        let (stage, high) = (self.canvas.size, if self.session.as_ref().is_some_and(told) { NOTICE_LINES } else { NOTICE_LINE });
        let width = NOTICE.min(stage.x - 2.0 * INSET);
        let (left, top) = ((stage.x - width) / 2.0, if is_low { stage.y - CARD_BELOW - high } else { INSET });
        (Pixel { x: left, y: top }, Pixel { x: left + width, y: top + high })
    }

    /// A notice stands above, where it covers no part and no badge; or else below, where it covers none.
    #[must_use]
    pub fn has_low_notices(&self) -> bool {
        let Some(session) = self.session.as_ref().filter(|_| self.workspace.room != Room::Narrow) else { return false };
        let (plan, camera) = (session.plan(), self.camera());
        let covers = |is_low: bool| {
            let (first, last) = self.notice_on(is_low);
            let notice = camera.part(first, last);
            let with_badge = |part: Rect| Rect { top: part.top - BADGE, height: part.height + BADGE, ..part };
            geometry::places(plan).iter().filter_map(|place| geometry::with_name(plan, place)).any(|part| with_badge(part).meets(&notice))
        };
        covers(false) && !covers(true)
    }
}
