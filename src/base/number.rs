//! Numbers with fractions as text, both ways, by the routines that JSON needs anyway. The standard library's own are 20 KB of the page.

use std::fmt;

use serde_json::Value as Json;

/// A finite number as people write it: `0.5`, `.5`, `+2`, `-1e3`.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text.strip_prefix('+').unwrap_or(text)), |digits| (-1.0, digits));
    digits.starts_with(|first: char| first == '.' || first.is_ascii_digit()).then_some(())?;
    let digits = digits.strip_suffix('.').filter(|whole| !whole.is_empty()).unwrap_or(digits).trim_start_matches('0');
    let zero = if digits.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "0" };
    let number: Json = serde_json::from_str(&format!("{zero}{digits}")).ok()?;
    number.as_f64().map(|number| number * sign)
}

/// To be shown with so many digits after the point, at most 9; ties go away from zero.
#[derive(Clone, Copy, Debug)]
pub struct Fixed(pub f64);

impl fmt::Display for Fixed {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is beyond is shown as the largest")]
    #[expect(clippy::cast_precision_loss, reason = "a power of ten up to 10^9 is exact")]
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = out.precision().unwrap_or(0).min(9);
        let scale = 10_u64.pow(digits as u32);
        let whole = (self.0.abs() * scale as f64).round() as u64;
        let sign = if self.0 < 0.0 && whole > 0 { "-" } else { "" };
        write!(out, "{sign}{}", whole / scale)?;
        if digits == 0 { Ok(()) } else { write!(out, ".{:0digits$}", whole % scale) }
    }
}

/// The shortest text that is this number again.
#[derive(Clone, Copy, Debug)]
pub struct Shortest(pub f64);

impl fmt::Display for Shortest {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.abs() < 1e18 && self.0.fract() == 0.0;
        if whole { write!(out, "{}", self.0 as i64) } else { write!(out, "{}", Json::from(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let cases = [
            ("0", Some(0.0)),
            ("00", Some(0.0)),
            ("007.50", Some(7.5)),
            (" 2.5 ", Some(2.5)),
            (".5", Some(0.5)),
            ("+2", Some(2.0)),
            ("5.", Some(5.0)),
            ("0.", Some(0.0)),
            ("-0.25", Some(-0.25)),
            ("1e3", Some(1000.0)),
            ("0e5", Some(0.0)),
            ("", None),
            ("-", None),
            ("--5", None),
            (".", None),
            ("inf", None),
            ("NaN", None),
            ("1e999", None),
            ("5x", None),
            ("1,5", None),
            ("e5", None),
        ];
        for (text, number) in cases {
            assert_eq!(parse(text), number, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_written_as_people_read_them() {
        let cases = [
            (0.0, 1, "0.0", "0"),
            (1.0, 0, "1", "1"),
            (1.25, 1, "1.3", "1.25"),
            (-0.04, 1, "0.0", "-0.04"),
            (-2.5, 0, "-3", "-2.5"),
            (0.05, 2, "0.05", "0.05"),
            (1_234.5, 3, "1234.500", "1234.5"),
            (0.1 + 0.2, 4, "0.3000", "0.30000000000000004"),
        ];
        for (number, digits, rounded, short) in cases {
            assert_eq!(
                (format!("{:.digits$}", Fixed(number)).as_str(), Shortest(number).to_string().as_str()),
                (rounded, short),
                "{number}"
            );
            assert_eq!(parse(&Shortest(number).to_string()), Some(number));
        }
    }
}
