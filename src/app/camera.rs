//! How canvas units become pixels: fitting, panning, zooming, and the way from a pointer to the canvas.

use super::geometry::{MARGIN, Rect};
use crate::scenario::Point;

/// How far a visitor may zoom, and how far the page does by itself where all is to fit.
const SCALE_MIN: f64 = 0.5;
const SCALE_MAX: f64 = 2.0;
const FIT_MIN: f64 = 0.3;
const FIT_MAX: f64 = 1.35;
/// What notices take above the drawing, and legend and zoom below it, in pixels. A low stage has room for the zoom alone.
const FLOAT_ABOVE: f64 = 40.0;
const FLOAT_BELOW: f64 = 56.0;
const FLOAT_LOW: f64 = 40.0;
const LOW_STAGE: f64 = 480.0;
/// A stage of so many pixels is a phone's: chips, and notices in their place.
const NARROW: f64 = 620.0;
const FLOAT_NARROW: f64 = 64.0;

const ROUNDING: f64 = 0.01;

/// What a first system takes: five columns of four parts.
const FIRST_SYSTEM: Rect = Rect { left: 0.0, top: 0.0, width: 1_220.0, height: 600.0 };

/// What floats take above and below. On a phone they are all below.
fn floats(size: Pixel) -> (f64, f64) {
    if size.x < NARROW {
        return (0.0, FLOAT_NARROW);
    }
    if size.y < LOW_STAGE { (0.0, FLOAT_LOW) } else { (FLOAT_ABOVE, FLOAT_BELOW) }
}

/// A place of the stage, in pixels from its left and top.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pixel {
    pub x: f64,
    pub y: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    pub left: f64,
    pub top: f64,
    pub scale: f64,
}

impl Default for Camera {
    fn default() -> Self {
        Self { left: 0.0, top: 0.0, scale: 1.0 }
    }
}

/// Below this scale cards are compact: a name and a number, in letters that can be read.
const COMPACT_BELOW: f64 = 0.6;
/// The smallest letters of a card on the screen, in pixels: of a compact one, and of one in full.
const COMPACT_LETTERS: f64 = 11.0;
const LETTERS: f64 = 9.5;
/// From here on cards are too small for letters of that size.
const COMPACT_FROM: f64 = 0.25;

/// How high a label is, in pixels.
pub const LABEL: f64 = 22.0;

impl Camera {
    #[must_use]
    pub fn is_compact(&self) -> bool {
        self.scale < COMPACT_BELOW
    }

    /// The smallest letters on cards, in canvas units.
    #[must_use]
    pub fn letters(&self) -> f64 {
        if self.is_compact() { COMPACT_LETTERS / self.scale.max(COMPACT_FROM) } else { LETTERS / self.scale }
    }

    /// The same on the small cards of a turned drawing, which letters grow with.
    #[must_use]
    pub const fn letters_of_small_cards(&self) -> f64 {
        COMPACT_LETTERS / self.scale.clamp(COMPACT_FROM, 1.0)
    }

    /// How much larger than this, in canvas units, letters are drawn beside cards, where room is scarce.
    #[must_use]
    pub fn growth_beside(&self, size: f64) -> f64 {
        (LETTERS / self.scale.max(COMPACT_FROM) / size).max(1.0)
    }

    /// All of it is seen, in the middle of what no float covers.
    #[must_use]
    pub fn fitting(size: Pixel, bounds: &Rect) -> Self {
        let (above, below) = floats(size);
        let has_floats = size.x >= NARROW && size.y >= LOW_STAGE;
        let size = Pixel { x: size.x, y: (size.y - above - below).max(0.0) };
        let mut scale = (size.x / bounds.width).min(size.y / bounds.height);
        // What is free around a small drawing does not shrink with it: a float is as high as before.
        if has_floats && scale < 1.0 && bounds.height > 2.0 * MARGIN {
            scale = scale.min((size.y - 2.0 * MARGIN) / (bounds.height - 2.0 * MARGIN));
        }
        // A stage without a size, or a system of hostile coordinates, gives no number.
        let scale = if scale.is_finite() { scale.clamp(FIT_MIN, FIT_MAX) } else { FIT_MIN };
        Self {
            left: (size.x - bounds.width * scale) / 2.0 - bounds.left * scale,
            top: above + (size.y - bounds.height * scale) / 2.0 - bounds.top * scale,
            scale,
        }
    }

    #[must_use]
    pub fn to_canvas(self, at: Pixel) -> Point {
        Point { x: (at.x - self.left) / self.scale, y: (at.y - self.top) / self.scale }
    }

    #[must_use]
    pub fn to_stage(self, at: Point) -> Pixel {
        Pixel { x: self.left + at.x * self.scale, y: self.top + at.y * self.scale }
    }

    /// What is between two pixels of the stage, in canvas units.
    #[must_use]
    pub fn part(self, first: Pixel, last: Pixel) -> Rect {
        let (first, last) = (self.to_canvas(first), self.to_canvas(last));
        Rect { left: first.x, top: first.y, width: last.x - first.x, height: last.y - first.y }
    }

    #[must_use]
    pub fn panned(self, dx: f64, dy: f64) -> Self {
        Self { left: self.left + dx, top: self.top + dy, ..self }
    }

    /// What is under the pixel stays there. A system that fits only when it is smaller may stay so.
    #[must_use]
    pub fn zoomed(self, by: f64, about: Pixel) -> Self {
        let under = self.to_canvas(about);
        let scale = (self.scale * by).clamp(SCALE_MIN.min(self.scale), SCALE_MAX);
        Self { left: self.left + under.x * (self.scale - scale), top: self.top + under.y * (self.scale - scale), scale }
    }

    /// Two fingers went from these pixels to those: what was under them stays under them.
    #[must_use]
    pub fn pinched(self, from: [Pixel; 2], to: [Pixel; 2]) -> Self {
        let middle = |[one, other]: [Pixel; 2]| Pixel { x: f64::midpoint(one.x, other.x), y: f64::midpoint(one.y, other.y) };
        let apart = |[one, other]: [Pixel; 2]| libm::hypot(one.x - other.x, one.y - other.y).max(1.0);
        let (before, now) = (middle(from), middle(to));
        self.zoomed(apart(to) / apart(from), before).panned(now.x - before.x, now.y - before.y)
    }

    /// What no float covers, in canvas units.
    #[must_use]
    pub fn view(self, size: Pixel) -> Rect {
        let (above, below) = floats(size);
        let (first, last) = (self.to_canvas(Pixel { x: 0.0, y: above }), self.to_canvas(Pixel { x: size.x, y: size.y - below }));
        Rect { left: first.x, top: first.y, width: (last.x - first.x).max(0.0), height: (last.y - first.y).max(0.0) }
    }

    /// The middle of a label of this width, in canvas units. All of it is in view, as near to its place as can be.
    #[must_use]
    pub fn within_view(self, size: Pixel, at: Point, width: f64) -> Point {
        let (view, half) = (self.view(size), LABEL / 2.0 / self.scale);
        let near = |at: f64, first: f64, last: f64| at.min(last).max(first);
        Point { x: near(at.x, view.left + width / 2.0, view.right() - width / 2.0), y: near(at.y, view.top + half, view.bottom() - half) }
    }

    /// Moved as little as can be, so that no edge and no float covers this. What is too large for the stage begins at its edge.
    #[must_use]
    pub fn revealing(self, size: Pixel, rect: &Rect) -> Self {
        self.revealing_within(&self.view(size), rect)
    }

    /// The same, where less is seen than the whole stage.
    #[must_use]
    pub fn revealing_within(self, view: &Rect, rect: &Rect) -> Self {
        let by = |first: f64, last: f64, from: f64, to: f64| {
            let by = if first < from || last - first > to - from { from - first } else { (to - last).min(0.0) };
            // A rounding error is no reason to jump.
            if by.abs() < ROUNDING { 0.0 } else { by }
        };
        let across = by(rect.left, rect.right(), view.left, view.right());
        let down = by(rect.top, rect.bottom(), view.top, view.bottom());
        self.panned(across * self.scale, down * self.scale)
    }

    /// An empty canvas has room for a first system, from clients to services. On a phone it is as large as it is drawn.
    #[must_use]
    pub fn of_nothing(size: Pixel) -> Self {
        if size.x < NARROW { Self::default() } else { Self::fitting(size, &FIRST_SYSTEM) }
    }

    /// The same scale, where all of it still fits.
    #[must_use]
    pub fn keeping(self, size: Pixel, bounds: &Rect) -> Option<Self> {
        let view = self.view(size);
        let fits = bounds.width <= view.width + ROUNDING && bounds.height <= view.height + ROUNDING;
        fits.then(|| self.revealing(size, bounds))
    }

    /// At 100 %.
    #[must_use]
    pub fn natural(self, about: Pixel) -> Self {
        self.zoomed(1.0 / self.scale, about)
    }

    /// All of it is on the stage.
    #[must_use]
    pub fn shows(self, size: Pixel, rect: &Rect) -> bool {
        let (first, last) =
            (self.to_canvas(Pixel { x: -ROUNDING, y: -ROUNDING }), self.to_canvas(Pixel { x: size.x + ROUNDING, y: size.y + ROUNDING }));
        rect.left >= first.x && rect.top >= first.y && rect.right() <= last.x && rect.bottom() <= last.y
    }

    /// This place of the canvas is in the middle.
    #[must_use]
    pub fn centred(self, size: Pixel, at: Point) -> Self {
        Self { left: size.x / 2.0 - at.x * self.scale, top: size.y / 2.0 - at.y * self.scale, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Pixel = Pixel { x: 800.0, y: 600.0 };

    fn near(one: f64, other: f64) {
        assert!((one - other).abs() < 1e-9, "{one} is not {other}");
    }

    #[test]
    fn what_fits_is_in_the_middle_and_within_the_limits_of_scale() {
        // width and height of the system, and the scale at which it is seen
        let room = SIZE.y - FLOAT_ABOVE - FLOAT_BELOW;
        for (width, height, scale) in [
            (800.0, room, 1.0),
            (1_600.0, room, 0.5),
            (800.0, room * 2.5, (room - 2.0 * MARGIN) / (room * 2.5 - 2.0 * MARGIN)),
            (10.0, 10.0, FIT_MAX),
            (9e4, 9e4, FIT_MIN),
        ] {
            let bounds = Rect { left: -50.0, top: 20.0, width, height };
            let camera = Camera::fitting(SIZE, &bounds);
            near(camera.scale, scale);
            let middle = camera.to_canvas(Pixel { x: 400.0, y: FLOAT_ABOVE + room / 2.0 });
            near(middle.x, bounds.centre().x);
            near(middle.y, bounds.centre().y);
        }
    }

    #[test]
    fn floats_cover_no_part_of_what_fits() {
        // the stage's height, and what is free above and below
        for (height, above, below) in [
            (800.0, FLOAT_ABOVE + MARGIN, FLOAT_BELOW + MARGIN),
            (LOW_STAGE, FLOAT_ABOVE + MARGIN, FLOAT_BELOW + MARGIN),
            (380.0, 0.0, FLOAT_LOW),
        ] {
            let bounds = Rect { left: 0.0, top: 0.0, width: 100.0, height: 700.0 };
            let camera = Camera::fitting(Pixel { x: 900.0, y: height }, &bounds);
            // A part stands within a margin.
            let (first, last) = (camera.to_stage(Point { x: 0.0, y: MARGIN }).y, camera.to_stage(Point { x: 0.0, y: 700.0 - MARGIN }).y);
            assert!(first >= above - 1e-9 && last <= height - below + 1e-9, "{height}: {first} to {last}");
        }
        let phone = Camera::fitting(Pixel { x: 390.0, y: 380.0 }, &Rect { left: 0.0, top: 0.0, width: 100.0, height: 700.0 });
        near(phone.to_stage(Point { x: 0.0, y: 700.0 }).y, 380.0 - FLOAT_NARROW);
    }

    #[test]
    fn there_and_back_is_where_it_was() {
        let camera = Camera { left: 17.0, top: -230.0, scale: 0.7 };
        let at = Pixel { x: 123.0, y: 45.0 };
        let back = camera.to_stage(camera.to_canvas(at));
        near(back.x, at.x);
        near(back.y, at.y);
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer_and_ends_at_the_limits() {
        let mut camera = Camera { left: 40.0, top: 30.0, scale: 1.0 };
        let about = Pixel { x: 300.0, y: 200.0 };
        let under = camera.to_canvas(about);
        for by in [1.25, 1.25, 0.5, 1.1] {
            camera = camera.zoomed(by, about);
            near(camera.to_canvas(about).x, under.x);
            near(camera.to_canvas(about).y, under.y);
        }
        near(camera.zoomed(100.0, about).scale, SCALE_MAX);
        near(camera.zoomed(0.001, about).scale, SCALE_MIN);
        near(camera.natural(about).scale, 1.0);
        // What is seen smaller than a visitor may zoom does not jump.
        let far = Camera { scale: 0.35, ..camera };
        near(far.zoomed(0.5, about).scale, 0.35);
    }

    #[test]
    fn what_two_fingers_hold_stays_under_them() {
        let camera = Camera { left: 40.0, top: 30.0, scale: 1.0 };
        let from = [Pixel { x: 100.0, y: 100.0 }, Pixel { x: 200.0, y: 100.0 }];
        for to in
            [[Pixel { x: 80.0, y: 120.0 }, Pixel { x: 230.0, y: 120.0 }], [Pixel { x: 300.0, y: 200.0 }, Pixel { x: 360.0, y: 200.0 }]]
        {
            let pinched = camera.pinched(from, to);
            for (before, now) in from.into_iter().zip(to) {
                near(pinched.to_canvas(now).x, camera.to_canvas(before).x);
                near(pinched.to_canvas(now).y, camera.to_canvas(before).y);
            }
        }
        assert!(camera.pinched([from[0]; 2], [from[0]; 2]).scale.is_finite(), "two fingers at one place");
    }

    #[test]
    fn what_is_to_be_seen_is_reached_by_the_shortest_way() {
        let camera = Camera::default();
        let at = |left: f64, top: f64, width: f64| Rect { left, top, width, height: 100.0 };
        // what is to be seen, and how far the view moves
        for (rect, across, down) in [
            (at(100.0, 100.0, 200.0), 0.0, 0.0),
            (at(-30.0, 100.0, 200.0), 30.0, 0.0),
            (at(700.0, 100.0, 200.0), -100.0, 0.0),
            (at(100.0, 0.0, 200.0), 0.0, FLOAT_ABOVE),
            (at(100.0, 500.0, 200.0), 0.0, -FLOAT_BELOW),
            (at(50.0, 100.0, 900.0), -50.0, 0.0),
        ] {
            assert_eq!(camera.revealing(SIZE, &rect), camera.panned(across, down), "{rect:?}");
        }
    }

    #[test]
    fn a_label_stays_in_view_near_its_place() {
        let camera = Camera { left: 0.0, top: 0.0, scale: 2.0 };
        let (half, last) = (LABEL / 4.0, (SIZE.y - FLOAT_BELOW) / 2.0);
        for (at, wanted) in [
            ((200.0, 150.0), (200.0, 150.0)),
            ((-40.0, 150.0), (60.0, 150.0)),
            ((390.0, 0.0), (340.0, FLOAT_ABOVE / 2.0 + half)),
            ((200.0, 900.0), (200.0, last - half)),
        ] {
            let label = camera.within_view(SIZE, Point { x: at.0, y: at.1 }, 120.0);
            near(label.x, wanted.0);
            near(label.y, wanted.1);
        }
        // One that is wider than the view begins with it.
        near(camera.within_view(SIZE, Point { x: 0.0, y: 150.0 }, 1_000.0).x, 500.0);
    }

    #[test]
    fn a_view_is_kept_as_long_as_all_of_it_fits() {
        let bounds = Rect { left: 0.0, top: 0.0, width: 500.0, height: 300.0 };
        let camera = Camera::fitting(SIZE, &bounds);
        assert_eq!(camera.keeping(SIZE, &bounds), Some(camera));
        let wider = Rect { width: 560.0, ..bounds };
        let kept = camera.keeping(SIZE, &wider).expect("it fits");
        near(kept.scale, camera.scale);
        assert!(kept.shows(SIZE, &wider));
        assert_eq!(camera.keeping(SIZE, &Rect { width: 700.0, ..bounds }), None, "it does not fit at this scale");
        assert_eq!(camera.keeping(Pixel::default(), &bounds), None);
    }

    #[test]
    fn panning_and_centring_move_the_view() {
        let camera = Camera { left: 1.0, top: 2.0, scale: 2.0 };
        assert_eq!(camera.panned(10.0, -5.0), Camera { left: 11.0, top: -3.0, scale: 2.0 });
        let centred = camera.centred(SIZE, Point { x: 70.0, y: 90.0 });
        assert_eq!(centred.to_stage(Point { x: 70.0, y: 90.0 }), Pixel { x: 400.0, y: 300.0 });
    }

    #[test]
    fn nothing_gives_a_camera_that_is_no_number() {
        let endless = Rect { left: -1e308, top: 0.0, width: f64::INFINITY, height: 10.0 };
        assert!(Camera::fitting(SIZE, &endless).scale.is_finite());
        let empty = Rect { left: 0.0, top: 0.0, width: 0.0, height: 0.0 };
        assert!(Camera::fitting(Pixel::default(), &empty).scale.is_finite());
    }

    /// No letter is smaller than 9.5 pixels, at every scale of a full card. A card of a few letters is the exception.
    #[test]
    fn letters_of_small_cards_can_be_read() {
        // the scale, and what letters of 11.5 are on a card and beside one, in pixels
        for (scale, on, beside) in [
            (1.0, 11.5, 11.5),
            (0.9, 10.35, 10.35),
            (0.7, 9.5, 9.5),
            (0.6, 9.5, 9.5),
            (0.59, 11.0, 9.5),
            (0.25, 11.0, 9.5),
            (0.1, 4.4, 3.8),
        ] {
            let camera = Camera { scale, ..Camera::default() };
            near(camera.letters().max(11.5) * scale, on);
            near(11.5 * camera.growth_beside(11.5) * scale, beside);
        }
        const { assert!(COMPACT_FROM <= FIT_MIN, "a view that the page chooses is larger") };
    }
}
