//! What a hand has hold of: the fingers on the stage, the Space key, and what its presses met.

use super::Stop;
use super::camera::Pixel;

/// What a finger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// The first finger: others are forgotten.
    First,
    Down,
    Moves,
    Up,
}

/// What a press meets.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Hit {
    Empty,
    On(Stop),
    /// A line begins there: two presses mean that twice.
    Port,
}

impl From<Option<Stop>> for Hit {
    fn from(stop: Option<Stop>) -> Self {
        stop.map_or(Self::Empty, Self::On)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Space {
    #[default]
    Up,
    /// Let go now, it plays.
    Tapped,
    /// It has moved the view, or was held for long.
    Held,
}

#[derive(Debug, Default)]
pub struct Hand {
    /// The fingers on the stage, and where they are.
    fingers: Vec<(i32, Pixel)>,
    /// What was pressed last was pressed by a finger, which is coarser than a pointer.
    is_finger: bool,
    space: Space,
    /// What the last press met.
    met: Option<Hit>,
    /// What the first press of a click met. What opens meanwhile may put something else beneath the second press.
    first: Option<Hit>,
}

impl Hand {
    pub(super) const fn is_space_held(&self) -> bool {
        !matches!(self.space, Space::Up)
    }

    pub(super) const fn is_finger(&self) -> bool {
        self.is_finger
    }

    pub(super) fn has_one_finger(&self) -> bool {
        self.fingers.len() < 2
    }

    /// Something is pressed: by a finger, or by a pointer.
    pub(super) fn feel(&mut self) {
        self.is_finger = !self.fingers.is_empty();
    }

    pub(super) fn press(&mut self, hit: Hit) {
        self.met = Some(hit);
    }

    /// The last press was the first of a click.
    pub(super) fn begin(&mut self) {
        self.first = self.met.take();
    }

    /// What a double click means: the page reports it after its second press.
    pub(super) fn meant(&mut self) -> Option<Hit> {
        self.met = None;
        self.first.take()
    }

    pub(super) const fn hold_space(&mut self, again: bool) {
        self.space = if again { Space::Held } else { Space::Tapped };
    }

    /// Whether it was only tapped.
    pub(super) fn let_go_space(&mut self) -> bool {
        std::mem::take(&mut self.space) == Space::Tapped
    }

    /// The two fingers that are on the stage then; none: fewer.
    pub(super) fn touch(&mut self, touch: Touch, finger: i32, at: Pixel) -> Option<[Pixel; 2]> {
        match touch {
            Touch::First => self.fingers = vec![(finger, at)],
            Touch::Down => self.fingers.push((finger, at)),
            Touch::Moves => self.fingers.iter_mut().filter(|(other, _)| *other == finger).for_each(|(_, place)| *place = at),
            Touch::Up => self.fingers.retain(|(other, _)| *other != finger),
        }
        if let [(_, one), (_, other), ..] = *self.fingers { Some([one, other]) } else { None }
    }
}
