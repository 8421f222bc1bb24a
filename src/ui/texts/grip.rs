use crate::app::Sheet;

pub const OF_THE_LEFT: &str = "Width of the drawer at the left";
pub const OF_THE_RIGHT: &str = "Width of the drawer at the right";
pub const OF_THE_SHELF: &str = "Height of the drawer below";
pub const OF_THE_SHEET: &str = "Height of the sheet";

pub const fn stop(sheet: Sheet) -> &'static str {
    match sheet {
        Sheet::Peek => "low",
        Sheet::Half => "half",
        Sheet::Full => "full",
    }
}
