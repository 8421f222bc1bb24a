//! The room that the window has, where drawers open in it, and how large they are. The learner drags their edges, and a browser keeps the
//! sizes.

/// How high the canvas of a phone is above half a sheet: a share of the window.
const ABOVE_SHEET: f64 = 0.45;

/// How much room the window has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    /// Every drawer may be open.
    #[default]
    Wide,
    /// One drawer at a side.
    Middle,
    /// One drawer, as a sheet beneath the canvas: a tablet that stands upright.
    Upright,
    /// One drawer, as a sheet: a phone.
    Narrow,
}

impl Room {
    /// From 1,200 pixels on there is room for both sides; up to 860 there is room for a sheet. The style sheet has the same numbers.
    #[must_use]
    pub const fn of(width: u32, height: u32) -> Self {
        match (width, height) {
            (1_200.., _) => Self::Wide,
            (861.., _) => Self::Middle,
            (700.., 800..) => Self::Upright,
            _ => Self::Narrow,
        }
    }

    /// A drawer is a sheet.
    #[must_use]
    pub const fn has_sheet(self) -> bool {
        matches!(self, Self::Upright | Self::Narrow)
    }

    /// How high the canvas above half a sheet is, in a window that is so high. On a phone the drawing stays there, with and without a sheet.
    /// A tablet would be empty below it. Its drawing has all that is free.
    #[must_use]
    pub fn above_sheet(self, window: f64) -> Option<f64> {
        match self {
            Self::Wide | Self::Middle | Self::Upright => None,
            Self::Narrow => Some((window * ABOVE_SHEET).round()),
        }
    }
}

/// The places that drawers open at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
    Shelf,
}

/// How far the sheet of a phone is drawn up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sheet {
    /// Its head alone.
    Peek,
    #[default]
    Half,
    /// It covers the canvas.
    Full,
}

impl Sheet {
    const ALL: [Self; 3] = [Self::Peek, Self::Half, Self::Full];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Peek => "peek",
            Self::Half => "half",
            Self::Full => "full",
        }
    }

    /// The stop nearest to a height, in per cent of the window.
    const fn nearest(per_cent: u32) -> Self {
        match per_cent {
            0..=27 => Self::Peek,
            28..=65 => Self::Half,
            _ => Self::Full,
        }
    }
}

/// In pixels: the widths of the drawers at the left and right, and the height of the one below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// None: it was not resized, and the room decides.
    left: Option<u32>,
    right: Option<u32>,
    shelf: u32,
    sheet: Sheet,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { left: None, right: None, shelf: 248, sheet: Sheet::Half }
    }
}

/// How wide a drawer is that was not resized. In a narrow window the drawing needs the room. The style sheet has the same numbers.
const fn usual(side: Side, room: Room) -> u32 {
    match (room, side) {
        (Room::Wide, _) | (_, Side::Right | Side::Shelf) => 360,
        (Room::Middle | Room::Upright | Room::Narrow, Side::Left) => 320,
    }
}

impl Sizes {
    /// How small and how large a drawer may be. A sheet is counted by its stops.
    #[must_use]
    pub const fn range(side: Side, room: Room) -> (u32, u32) {
        match (room, side) {
            (Room::Upright | Room::Narrow, _) => (0, 2),
            (_, Side::Left | Side::Right) => (320, 640),
            (_, Side::Shelf) => (160, 480),
        }
    }

    #[must_use]
    pub const fn of(self, side: Side, room: Room) -> u32 {
        match (room, side) {
            (Room::Upright | Room::Narrow, _) => self.sheet as u32,
            (_, Side::Left | Side::Right) => match self.chosen(side) {
                Some(width) => width,
                None => usual(side, room),
            },
            (_, Side::Shelf) => self.shelf,
        }
    }

    /// What a hand chose; the style sheet knows what else there is.
    #[must_use]
    pub const fn chosen(self, side: Side) -> Option<u32> {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
            Side::Shelf => Some(self.shelf),
        }
    }

    #[must_use]
    pub const fn sheet(self) -> Sheet {
        self.sheet
    }

    /// What a key changes: a step of a rhythm, or of the sheet's stops.
    #[must_use]
    pub const fn step(room: Room) -> u32 {
        match room {
            Room::Upright | Room::Narrow => 1,
            Room::Wide | Room::Middle => 16,
        }
    }

    /// Takes a size within its range.
    pub(super) fn set(&mut self, side: Side, room: Room, size: u32) {
        let (least, most) = Self::range(side, room);
        let size = size.clamp(least, most);
        match (room, side) {
            (Room::Upright | Room::Narrow, _) => self.sheet = Sheet::ALL[size as usize],
            (_, Side::Left) => self.left = Some(size),
            (_, Side::Right) => self.right = Some(size),
            (_, Side::Shelf) => self.shelf = size,
        }
    }

    /// What is shown is seen: a sheet whose head alone shows rises.
    pub(super) fn raise(&mut self) {
        if self.sheet == Sheet::Peek {
            self.sheet = Sheet::Half;
        }
    }

    /// A panel that opens is seen, with the canvas above it.
    pub(super) const fn halve(&mut self) {
        self.sheet = Sheet::Half;
    }

    /// What happens on the canvas is seen: no sheet covers it.
    pub(super) fn lower(&mut self) {
        if self.sheet == Sheet::Full {
            self.sheet = Sheet::Half;
        }
    }

    /// The size that a pointer asks for: so many pixels of a window that is so high.
    #[must_use]
    pub const fn pulled(room: Room, pixels: u32, window: u32) -> u32 {
        match room {
            Room::Upright | Room::Narrow if window > 0 => Sheet::nearest(pixels.saturating_mul(100) / window) as u32,
            Room::Upright | Room::Narrow => Sheet::Half as u32,
            Room::Wide | Room::Middle => pixels,
        }
    }

    /// As a browser keeps them.
    #[must_use]
    pub fn write(self) -> String {
        let width = |chosen: Option<u32>| chosen.map_or_else(|| "-".to_owned(), |width| width.to_string());
        format!("{} {} {} {}", width(self.left), width(self.right), self.shelf, self.sheet.name())
    }

    /// What a browser kept; what cannot be read is as at first.
    #[must_use]
    pub fn read(kept: &str) -> Self {
        let mut words = kept.split(' ');
        let mut sizes = Self::default();
        for side in [Side::Left, Side::Right, Side::Shelf] {
            let kept = words.next().and_then(|word| word.parse().ok());
            // It was written where no width had been chosen.
            let is_usual = side != Side::Shelf && kept == Some(usual(side, Room::Wide));
            if let Some(size) = kept.filter(|_| !is_usual) {
                sizes.set(side, Room::Wide, size);
            }
        }
        let sheet = words.next().and_then(|word| Sheet::ALL.into_iter().find(|sheet| sheet.name() == word));
        sizes.sheet = sheet.unwrap_or_default();
        sizes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stay_within_their_range_and_are_read_as_they_were_written() {
        let mut sizes = Sizes::default();
        sizes.set(Side::Left, Room::Wide, 4_000);
        sizes.set(Side::Right, Room::Middle, 0);
        sizes.set(Side::Shelf, Room::Wide, 300);
        sizes.set(Side::Shelf, Room::Narrow, 2);
        assert_eq!(sizes.write(), "640 320 300 full");
        assert_eq!(Sizes::read(&sizes.write()), sizes);
        assert_eq!(sizes.of(Side::Left, Room::Narrow), 2, "every drawer is the same sheet on a phone");
        assert_eq!(Sizes::read(""), Sizes::default());
        assert_eq!(Sizes::read("99999999999 x 1 tall").write(), "- - 160 half");
        assert_eq!([Room::Wide, Room::Middle].map(|room| Sizes::default().of(Side::Left, room)), [360, 320], "the drawing needs the room");
    }

    #[test]
    fn only_a_phone_keeps_the_drawing_above_its_sheet() {
        let above = [(1_440, 900), (1_024, 768), (820, 1_180), (390, 844)]
            .map(|(width, height)| Room::of(width, height).above_sheet(height.into()));
        assert_eq!(above, [None, None, None, Some(380.0)]);
    }

    #[test]
    fn a_sheet_stops_where_the_pointer_is_nearest() {
        let stops = [60, 200, 400, 500, 600, 844].map(|pixels| Sizes::pulled(Room::Narrow, pixels, 844));
        assert_eq!(stops, [0, 0, 1, 1, 2, 2]);
        assert_eq!(Sizes::pulled(Room::Wide, 400, 844), 400);
        assert_eq!(Sizes::pulled(Room::Narrow, 400, 0), 1);
    }
}
