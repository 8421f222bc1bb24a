//! How wide letters are.
//!
//! Nothing here asks a browser. The widths are those of `DejaVu` Sans, the widest font of a page; Inter takes a little less.

/// The letters from the space to `~`, in hundredths of an em.
#[rustfmt::skip]
const WIDTHS: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 28, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53,
    100, 69, 69, 70, 77, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 39, 34, 39, 84, 50,
    50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
];
/// Bold letters are so much wider.
pub const BOLD: f64 = 1.1;

pub fn letter(letter: char) -> f64 {
    let known = (letter as usize).checked_sub(usize::from(b' ')).and_then(|place| WIDTHS.get(place));
    known.map_or(if letter == '·' { 0.32 } else { 1.0 }, |width| f64::from(*width) / 100.0)
}

/// How wide a text is at most, in em.
#[must_use]
pub fn em(text: &str) -> f64 {
    text.chars().map(letter).sum()
}
