//! What has room on a card, and what is left out where there is none.

use super::form::{self, Badge};
use super::geometry::Rect;
use super::letters::letter;
pub use super::letters::{BOLD, em};
use crate::broker::Name;
use crate::scenario::{BrokerSpec, QueueSpec};

/// How wide letters are beside those of the widest font: bold ones, and others.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    pub bold: f64,
    pub plain: f64,
}

impl Type {
    pub const WIDEST: Self = Self { bold: 1.0, plain: 1.0 };
    /// Inter, which the page brings along.
    pub const OWN: Self = Self { bold: 0.91, plain: 0.97 };
}

/// So much narrower a name may be drawn before it loses its middle. Numbers are drawn so before the last is left out.
pub const SQUEEZE: f64 = 0.87;

/// A name that fits into so many em: where it is too long, it loses its middle.
#[must_use]
pub fn shortened(name: &str, room: f64) -> String {
    let most = room / (BOLD * SQUEEZE);
    if em(name) <= most {
        return name.to_owned();
    }
    // From both ends, the beginning first.
    let letters: Vec<char> = name.chars().collect();
    let (mut begin, mut end) = (0, letters.len());
    let mut left = most - letter('…');
    while begin < end {
        let (next, is_first) = if begin <= letters.len() - end { (letters[begin], true) } else { (letters[end - 1], false) };
        left -= letter(next);
        if left < 0.0 {
            break;
        }
        if is_first {
            begin += 1;
        } else {
            end -= 1;
        }
    }
    letters[..begin].iter().chain(&['…']).chain(&letters[end..]).collect()
}

/// What ends a word of a name.
const BORDERS: [char; 5] = ['.', '-', '_', ':', ' '];

/// Fewer letters of an end are left out.
const FEW: usize = 3;

/// The same beside other names. One that would be cut like another keeps the words that differ.
#[must_use]
pub fn told_apart(name: &str, others: &mut dyn Iterator<Item = Name>, room: f64) -> String {
    let cut = shortened(name, room);
    let Some((head, tail)) = cut.split_once('…').filter(|_| cut != name) else { return cut };
    let is_alike = |other: &str| other != name && is_cut_so(other, head, tail);
    let alike: Vec<Name> = others.filter(|other| is_alike(other)).collect();
    if alike.is_empty() {
        return cut;
    }
    let letters: Vec<char> = name.chars().collect();
    let (mut begin, mut end) = (letters.len(), letters.len());
    for other in &alike {
        begin = begin.min(name.chars().zip(other.chars()).take_while(|(one, other)| one == other).count());
    }
    for other in &alike {
        let other: Vec<char> = other.chars().collect();
        let shared = letters[begin..].iter().rev().zip(other[begin..].iter().rev());
        end = end.min(letters.len() - shared.take_while(|(one, other)| one == other).count());
    }
    // Whole words.
    while begin > 0 && !BORDERS.contains(&letters[begin - 1]) {
        begin -= 1;
    }
    while end < letters.len() && !BORDERS.contains(&letters[end]) {
        end += 1;
    }
    let differs: String = letters[begin..end].iter().collect();
    let left = |kept: &str| room / (BOLD * SQUEEZE) - em(kept);
    let dots = [begin > 0, end < letters.len()].map(|is_cut| if is_cut { "…" } else { "" });
    let around = |middle: &str| format!("{}{middle}{}", dots[0], dots[1]);
    let whole = around(&differs);
    if left(&whole) < 0.0 {
        let within = left(&around("")) * BOLD * SQUEEZE;
        return around(&shortened(&differs, within));
    }
    // What has room beside it: of its beginning first, since names are read from there.
    let (mut first, mut last) = (0, letters.len());
    let shown = |first: usize, last: usize| {
        let dots = [begin > first, end < last].map(|is_cut| if is_cut { "…" } else { "" });
        let part = |range: std::ops::Range<usize>| letters[range].iter().collect::<String>();
        format!("{}{}{differs}{}{}", part(0..first), dots[0], dots[1], part(last..letters.len()))
    };
    while first < begin && left(&shown(first + 1, last)) >= 0.0 {
        first += 1;
    }
    while last > end && left(&shown(first, last - 1)) >= 0.0 {
        last -= 1;
    }
    // A letter or two say nothing.
    if first < FEW {
        first = 0;
    }
    if letters.len() - last < FEW && last > end {
        last = letters.len();
    }
    shown(first, last)
}

fn is_cut_so(name: &str, head: &str, tail: &str) -> bool {
    name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail)
}

/// The beginning of a text that fits into so many em, and a sign that there was more.
#[must_use]
pub fn ended(text: &str, room: f64) -> String {
    if em(text) <= room {
        return text.to_owned();
    }
    let mut left = room - letter('…');
    let kept = text.chars().take_while(|one| {
        left -= letter(*one);
        left >= 0.0
    });
    kept.chain(['…']).collect()
}

/// How many of these widths have room beside one another.
pub fn fitting(widths: impl Iterator<Item = f64>, mut room: f64) -> usize {
    let fits = |width: &f64| {
        room -= width;
        room >= 0.0
    };
    widths.take_while(fits).count()
}

/// The letters of a count, in canvas units.
pub const COUNT_LETTERS: f64 = 12.0;
/// Letters of a full card grow this much at most. Below that scale a card is small, and its number stands elsewhere.
pub const GROWN_MAX: f64 = 1.32;

/// A number at the left of a queue's tube.
#[must_use]
pub fn in_tube(tube: &Rect, text: &str, grown: f64) -> Rect {
    let (width, height) = (em(text) * BOLD * COUNT_LETTERS * grown, COUNT_LETTERS * 1.2 * grown);
    Rect { left: tube.left + 4.0, top: tube.centre().y - height / 2.0, width, height }
}

/// What letters take above their line and below it, in em.
const ASCENT: f64 = 0.76;
const DESCENT: f64 = 0.23;
/// Beside a name that has less, in em, no number stands.
const NAME_LEAST: f64 = 2.0;

/// Where the two texts of a client's card stand: each on its line, or both on one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lines {
    pub left: f64,
    pub name: f64,
    /// How wide the name may be.
    pub room: f64,
    /// Left and line of the number.
    pub number: Option<(f64, f64)>,
}

/// Of a card, of letters of these sizes, and of a number that is so wide. `usual` are the lines below its top and above its bottom.
#[must_use]
pub fn lines(rect: &Rect, (name, number): (f64, f64), wide: f64, usual: (f64, f64)) -> Lines {
    let (left, right) = (rect.left + 16.0, rect.right() - 12.0);
    let (first, second) = (rect.top + usual.0, rect.bottom() - usual.1);
    let below = |line: f64| line + DESCENT * name + ASCENT * number;
    let two = |first: f64, second: f64| Lines { left, name: first, room: right - left, number: Some((left, second)) };
    if below(first) <= second {
        return two(first, second);
    }
    // As near to one another and to the border as letters may be.
    let first = rect.top + 2.0 + ASCENT * name;
    if below(first) <= rect.bottom() - 2.0 {
        return two(first, below(first).max(second));
    }
    let (line, room) = (rect.centre().y + (ASCENT - DESCENT) / 2.0 * name, right - left - wide - 0.3 * name);
    if room >= NAME_LEAST * name {
        return Lines { left, name: line, room, number: Some((right - wide, line)) };
    }
    Lines { left, name: line, room: right - left, number: None }
}

/// The dot before the name of a service. Its middle, its radius, and the beginning of the name, from the card's left.
#[must_use]
pub const fn dot(is_turned: bool, grown: f64) -> (f64, f64, f64) {
    if is_turned { (2.0 + 6.0 * grown, 4.2 * grown, 5.0 + 13.0 * grown) } else { (9.5 + 7.5 * grown, 4.5 * grown, 13.0 + 16.0 * grown) }
}

/// Between two badges.
pub const BADGE_GAP: f64 = 4.0;

/// What a badge takes, with the gap after it.
#[must_use]
pub fn badge_width(mark: &str) -> f64 {
    em(mark) * 10.0 + 9.0 + BADGE_GAP
}

/// The room for the badges on the top border of a card that is so wide. At its left is what was found, and dead letters come beside it.
#[must_use]
pub fn room_of_badges(width: f64) -> f64 {
    width - 54.0
}

/// Gives the badges of a queue that have so much room.
pub type Badges = fn(&BrokerSpec, &QueueSpec, f64) -> Vec<Badge>;

/// What marks a queue, as far as it has room.
#[must_use]
pub fn badges(broker: &BrokerSpec, queue: &QueueSpec, room: f64) -> Vec<Badge> {
    badges_within(form::badges(broker, queue), room)
}

/// The badges that have room: with their numbers, where those have room as well. Those that have none are one badge together, with their
/// number and all their sentences.
#[must_use]
pub fn badges_within(mut badges: Vec<Badge>, room: f64) -> Vec<Badge> {
    if badges.iter().map(|badge| badge_width(&badge.whole)).sum::<f64>() <= room {
        for badge in &mut badges {
            badge.mark.clone_from(&badge.whole);
        }
        return badges;
    }
    let fits = |badges: &[Badge], room: f64| fitting(badges.iter().map(|badge| badge_width(&badge.mark)), room);
    if fits(&badges, room) < badges.len() {
        let rest = badges.split_off(fits(&badges, room - badge_width("+99")));
        let (mark, all) = (format!("+{}", rest.len()), |of: fn(&Badge) -> &str| rest.iter().map(of).collect::<Vec<_>>());
        let (name, tip) = (all(|badge| &badge.name).join(", "), all(|badge| &badge.tip).join(" "));
        badges.push(Badge { whole: mark.clone(), mark, name, tip });
    }
    badges
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_too_long_for_its_card_loses_its_middle() {
        for (name, room, shown) in [
            ("notification-queue.dead", 13.0, "notification-queue.dead"),
            ("orders", 13.0, "orders"),
            ("orders.of.all.customers.of.the.north", 7.4, "orders.….north"),
            ("wwwwwwwwwwwwwwwwwwww", 7.4, "wwww…wwww"),
            ("überlänge-überlänge", 4.4, "übe…ge"),
        ] {
            assert_eq!(shortened(name, room), shown, "{name}");
        }
    }

    /// The queues of a real system, whose names differ in their middle.
    const QUEUES: [&str; 17] = [
        "reservation.created.queue",
        "reservation.dlq",
        "customer.validated.queue",
        "customer.rejected.queue",
        "customer.dlq",
        "payment.completed.queue",
        "payment.failed.queue",
        "payment.refunded.queue",
        "payment.dlq",
        "fleet.confirmed.queue",
        "fleet.rejected.queue",
        "fleet.dlq",
        "customer.validate.command.queue",
        "payment.process.command.queue",
        "payment.refund.command.queue",
        "fleet.confirm.command.queue",
        "fleet.release.command.queue",
    ];

    fn beside_all(name: &str, all: &[&str], room: f64) -> String {
        told_apart(name, &mut all.iter().map(|one| Name::from(*one)), room)
    }

    #[test]
    fn names_that_differ_in_their_middle_keep_what_differs() {
        for (name, room, shown) in [
            ("payment.completed.queue", 10.0, "paym…completed…"),
            ("payment.failed.queue", 10.0, "payment.failed…"),
            ("payment.process.command.queue", 10.0, "payment.process…"),
            ("payment.refund.command.queue", 10.0, "payment.refund…"),
            ("payment.refunded.queue", 10.0, "payme…refunded…"),
            ("fleet.dlq", 10.0, "fleet.dlq"),
        ] {
            assert_eq!(beside_all(name, &QUEUES, room), shown, "{name}");
        }
        for room in [8.0, 9.0, 10.0, 12.0, 16.0] {
            let mut shown: Vec<String> = QUEUES.iter().map(|name| beside_all(name, &QUEUES, room)).collect();
            shown.sort();
            shown.dedup();
            assert_eq!(shown.len(), QUEUES.len(), "{room}: {shown:?}");
        }
    }

    proptest! {
        /// The same of a name beside others. One that has room is whole.
        #[test]
        fn no_name_beside_others_is_wider_than_its_room(
            name in "[a-c.-]{1,24}", others in proptest::collection::vec("[a-c.-]{1,24}", 0..6), room in 3.0_f64..20.0
        ) {
            let others: Vec<&str> = others.iter().map(|other| &**other).collect();
            let shown = beside_all(&name, &others, room);
            prop_assert!(em(&shown) * BOLD * SQUEEZE <= room + 1e-9);
            prop_assert_eq!(shown == name, em(&name) * BOLD * SQUEEZE <= room);
        }

        /// Each text stays within its room, and one that has room is whole.
        #[test]
        fn no_text_is_wider_than_its_room(text in "\\PC{0,60}", room in 2.0_f64..40.0) {
            prop_assert!(em(&shortened(&text, room)) * BOLD * SQUEEZE <= room + 1e-9);
            prop_assert!(em(&ended(&text, room)) <= room + 1e-9);
            prop_assert!(em(&text) > room || ended(&text, room) == text);
            let badges: Vec<Badge> = text.split(' ').map(|mark| Badge {
                    mark: mark.chars().take(8).collect(), whole: mark.chars().take(12).collect(), name: mark.into(), tip: "It is so.".into()
                }).collect();
            let (all, shown) = (badges.len(), badges_within(badges, room * 10.0));
            let wide: f64 = shown.iter().map(|badge| badge_width(&badge.mark)).sum();
            prop_assert!(wide <= (room * 10.0).max(badge_width("+99")) && shown.iter().map(|badge| badge.tip.matches("It").count()).sum::<usize>() == all);
            let words: Vec<&str> = text.split(' ').collect();
            let count = fitting(words.iter().map(|word| em(word)), room);
            prop_assert!(words[..count].iter().map(|word| em(word)).sum::<f64>() <= room + 1e-9);
        }
    }
}
