//! The story of a message as rows. A message that goes round and round has the same entries each time. Equal rounds are one row, and the
//! newest is listed.

use std::mem::{Discriminant, discriminant};

use super::words;
use crate::base::SimTime;
use crate::broker::Event;
use crate::sim::{Place, TimedEvent, WorldEvent};

/// So many rows are listed at first, and so many more each time they are asked for.
pub const ROWS: usize = 80;
pub const MORE_ROWS: usize = 400;
/// A round has at most so many entries.
const ROUND_MAX: usize = 12;
/// From so many equal rounds on, all but the newest are one row.
const ROUNDS_MIN: usize = 3;

/// An entry of a story, with its number there.
pub type Entry<'a> = (usize, &'a TimedEvent);

#[derive(Clone, Debug)]
pub enum Row<'a> {
    One(Entry<'a>),
    /// So many rounds like this one came after each other. The newest follows, entry by entry.
    Rounds {
        times: usize,
        of: Vec<Entry<'a>>,
        /// When the last of them ended.
        last: SimTime,
    },
}

/// What happened, and where.
type Kind = (Discriminant<WorldEvent>, Option<Discriminant<Event>>, Option<Place>);

fn kind(entry: &TimedEvent) -> Kind {
    let event = if let WorldEvent::Broker(event) = &entry.what { Some(discriminant(event)) } else { None };
    (discriminant(&entry.what), event, words::place_of(entry))
}

/// The entries in their order, with equal rounds as one row.
#[must_use]
pub fn rows<'a>(entries: &[Entry<'a>]) -> Vec<Row<'a>> {
    let kinds: Vec<Kind> = entries.iter().map(|(_, entry)| kind(entry)).collect();
    let mut rows = Vec::new();
    let mut at = 0;
    while at < entries.len() {
        let rounds = (1..=ROUND_MAX).map(|length| (length, rounds_at(&kinds[at..], length)));
        if let Some((length, times)) = rounds.into_iter().find(|(_, times)| *times >= ROUNDS_MIN) {
            let newest = at + length * (times - 1);
            let last = entries[newest - 1].1.at;
            rows.push(Row::Rounds { times: times - 1, of: entries[at..at + length].to_vec(), last });
            rows.extend(entries[newest..newest + length].iter().map(|entry| Row::One(*entry)));
            at = newest + length;
        } else {
            rows.push(Row::One(entries[at]));
            at += 1;
        }
    }
    rows
}

/// How many equal rounds of this length a list begins with.
fn rounds_at(kinds: &[Kind], length: usize) -> usize {
    let mut rounds = kinds.chunks_exact(length);
    let Some(first) = rounds.next() else { return 0 };
    1 + rounds.take_while(|round| *round == first).count()
}
