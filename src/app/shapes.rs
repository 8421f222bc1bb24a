//! Boxes and curves, and how large parts are, in canvas units.

use crate::base::number::Fixed;
use crate::scenario::Point;

/// Places of a curve that are looked at where the nearest is wanted.
pub(super) const STEPS: u32 = 64;

pub const SERVICE: Size = Size { width: 196.0, height: 80.0 };
pub const CLIENT: Size = Size { width: 130.0, height: 46.0 };
pub const QUEUE: Size = Size { width: 196.0, height: 84.0 };
pub const EXCHANGE_RADIUS: f64 = 36.0;
pub(super) const EXCHANGE: Size = Size { width: EXCHANGE_RADIUS * 2.0, height: EXCHANGE_RADIUS * 2.0 };
/// In the turned drawing of a phone.
pub const SMALL_CARD: Size = Size { width: 118.0, height: 54.0 };
pub(super) const SMALL_CLIENT: Size = Size { width: 96.0, height: 40.0 };
pub(super) const CLIENT_SHARE: f64 = SMALL_CLIENT.width / SMALL_CARD.width;
pub(super) const SMALL_EXCHANGE: Size = Size { width: 44.0, height: 44.0 };
/// Between the cards of a row of a turned drawing: dead letters fall through it.
pub(super) const COLUMN_GAP: f64 = 16.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub(super) fn around(centre: Point, size: Size) -> Self {
        Self { left: centre.x - size.width / 2.0, top: centre.y - size.height / 2.0, width: size.width, height: size.height }
    }

    /// Across is down, and down is across.
    #[must_use]
    pub const fn flipped(&self) -> Self {
        Self { left: self.top, top: self.left, width: self.height, height: self.width }
    }

    #[must_use]
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    #[must_use]
    pub fn has(&self, at: Point) -> bool {
        (self.left..=self.right()).contains(&at.x) && (self.top..=self.bottom()).contains(&at.y)
    }

    /// With so much more on every side.
    #[must_use]
    pub fn grown(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, width: self.width + 2.0 * by, height: self.height + 2.0 * by }
    }

    /// Both, and what is between them.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        Self { left, top, width: self.right().max(other.right()) - left, height: self.bottom().max(other.bottom()) - top }
    }

    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.left < other.right() && other.left < self.right() && self.top < other.bottom() && other.top < self.bottom()
    }

    #[must_use]
    pub fn centre(&self) -> Point {
        Point { x: self.left + self.width / 2.0, y: self.top + self.height / 2.0 }
    }
}

/// A cubic Bézier curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    pub from: Point,
    pub control_from: Point,
    pub control_to: Point,
    pub to: Point,
}

impl Curve {
    /// The point at a share of the way, from 0 to 1.
    #[must_use]
    pub fn at(&self, share: f64) -> Point {
        let rest = 1.0 - share;
        let weights = [rest * rest * rest, 3.0 * rest * rest * share, 3.0 * rest * share * share, share * share * share];
        let points = [self.from, self.control_from, self.control_to, self.to];
        let sum = |pick: fn(&Point) -> f64| points.iter().zip(weights).map(|(point, weight)| pick(point) * weight).sum();
        Point { x: sum(|point| point.x), y: sum(|point| point.y) }
    }

    #[must_use]
    pub fn length(&self) -> f64 {
        (1..=STEPS).map(|step| self.step_to(step)).sum()
    }

    fn step_to(&self, step: u32) -> f64 {
        let [before, at] = [step - 1, step].map(|step| self.at(f64::from(step) / f64::from(STEPS)));
        libm::hypot(at.x - before.x, at.y - before.y)
    }

    /// The point where this share of its length is behind: who moves along it so is as fast everywhere.
    #[must_use]
    pub fn walked(&self, share: f64) -> Point {
        let mut left = self.length() * share.clamp(0.0, 1.0);
        for step in 1..=STEPS {
            let length = self.step_to(step);
            if left < length {
                return self.at((f64::from(step - 1) + left / length) / f64::from(STEPS));
            }
            left -= length;
        }
        self.to
    }

    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { from: self.to, control_from: self.control_to, control_to: self.control_from, to: self.from }
    }

    /// Its middle lies so far beside where it was.
    pub(super) fn bowed(self, by: f64) -> Self {
        let (dx, dy) = (self.to.x - self.from.x, self.to.y - self.from.y);
        let by = by * 4.0 / 3.0 / libm::hypot(dx, dy).max(1.0);
        let aside = |at: Point| Point { x: at.x - dy * by, y: at.y + dx * by };
        Self { control_from: aside(self.control_from), control_to: aside(self.control_to), ..self }
    }

    pub(super) fn flipped(self) -> Self {
        let flip = |at: Point| Point { x: at.y, y: at.x };
        Self { from: flip(self.from), control_from: flip(self.control_from), control_to: flip(self.control_to), to: flip(self.to) }
    }

    /// As an SVG path.
    #[must_use]
    pub fn svg(&self) -> String {
        let Self { from, control_from, control_to, to } = self;
        format!(
            "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            Fixed(from.x),
            Fixed(from.y),
            Fixed(control_from.x),
            Fixed(control_from.y),
            Fixed(control_to.x),
            Fixed(control_to.y),
            Fixed(to.x),
            Fixed(to.y)
        )
    }
}
