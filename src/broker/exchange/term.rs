//! Erlang's portable hash of a term, `erlang:phash2`, as far as RabbitMQ hashes what messages carry. It is the same to the bit. Only then
//! does a hashing exchange choose the queue that the real broker chooses.

use crate::broker::value::{Table, Value};

/// What RabbitMQ hashes, as Erlang has it. Lists here never begin with a small number: Erlang hashes those as text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Atom(&'static str),
    Binary(Box<[u8]>),
    Int(i64),
    Float(f64),
    Tuple(Vec<Term>),
    List(Vec<Term>),
}

/// Multiples of this tell the kinds of terms apart.
const GOLDEN: u32 = 0x9e37_79b9;
/// `phash2/1` gives 27 bits.
const BITS: u32 = 27;

impl Term {
    pub fn text(text: &str) -> Self {
        Self::Binary(text.as_bytes().into())
    }

    /// As AMQP's values stand in a table of RabbitMQ's: each beside its type.
    fn typed(value: &Value) -> [Self; 2] {
        [Self::Atom(value.type_name()), Self::of(value)]
    }

    /// The value alone.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Void => Self::Atom("undefined"),
            Value::Bool(true) => Self::Atom("true"),
            Value::Bool(false) => Self::Atom("false"),
            Value::Int(number) => Self::Int(*number),
            Value::Double(number) => Self::Float(*number),
            Value::String(text) => Self::text(text),
            Value::Timestamp(seconds) => Self::Int(i64::try_from(*seconds).unwrap_or(i64::MAX)),
            Value::Array(items) => Self::List(items.iter().map(|item| Self::Tuple(Self::typed(item).into())).collect()),
            Value::Table(table) => Self::of_table(table),
        }
    }

    fn of_table(table: &Table) -> Self {
        let entry = |(name, value): (&crate::broker::Name, &Value)| {
            let [kind, value] = Self::typed(value);
            Self::Tuple(vec![Self::text(name), kind, value])
        };
        Self::List(table.iter().map(entry).collect())
    }

    /// All 32 bits of the hash.
    pub fn hash(&self) -> u32 {
        let mut hash = Hash(0);
        hash.add(self);
        hash.0
    }

    /// `erlang:phash2(Term)`.
    pub fn phash2(&self) -> u32 {
        self.hash() & ((1 << BITS) - 1)
    }
}

/// Bob Jenkins' mixing of three words.
fn mix([mut a, mut b, mut c]: [u32; 3]) -> [u32; 3] {
    // Each round takes two words from the third, and folds in one of them: to the right, to the left, to the right.
    for (first, second, third) in [(13, 8, 13), (12, 16, 5), (3, 10, 15)] {
        a = a.wrapping_sub(b).wrapping_sub(c) ^ (c >> first);
        b = b.wrapping_sub(c).wrapping_sub(a) ^ (a << second);
        c = c.wrapping_sub(a).wrapping_sub(b) ^ (b >> third);
    }
    [a, b, c]
}

/// The hash so far.
struct Hash(u32);

impl Hash {
    fn words(&mut self, one: u32, other: u32, kind: u32) {
        let kind = GOLDEN.wrapping_mul(kind);
        self.0 = mix([kind.wrapping_add(one), kind.wrapping_add(other), self.0])[2];
    }

    fn add(&mut self, term: &Term) {
        match term {
            Term::Atom(name) if self.0 == 0 => self.0 = atom(name),
            Term::Atom(name) => self.words(atom(name), 0, 3),
            Term::Binary(bytes) => self.bytes(bytes),
            Term::Int(number) => self.int(*number),
            Term::Float(number) => {
                let bits = if *number == 0.0 { 0 } else { number.to_bits() };
                self.words(high(bits), low(bits), 12);
            }
            Term::Tuple(items) => {
                self.words(u32::try_from(items.len()).unwrap_or(u32::MAX), 0, 9);
                for item in items {
                    self.add(item);
                }
            }
            Term::List(items) => {
                for item in items {
                    self.add(item);
                }
                self.end_of_list();
            }
        }
    }

    fn end_of_list(&mut self) {
        /// What the end of a list counts as, by itself and after something.
        const ALONE: u32 = 3_468_870_702;
        const TAG: u32 = 2;
        if self.0 == 0 {
            self.0 = ALONE;
        } else {
            self.words(TAG, 0, 2);
        }
    }

    fn int(&mut self, number: i64) {
        const SMALL: std::ops::Range<i64> = -(1 << 27)..(1 << 27);
        let size = number.unsigned_abs();
        if !SMALL.contains(&number) {
            return self.words(low(size), high(size), if number < 0 { 10 } else { 11 });
        }
        if number < 0 {
            self.words(low(size), 0, 1);
        }
        self.words(low(number.cast_unsigned()), 0, 1);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let start = GOLDEN.wrapping_mul(13).wrapping_add(self.0);
        if bytes.is_empty() {
            self.0 = start;
            return;
        }
        let mut state = [GOLDEN, GOLDEN, start];
        let (blocks, rest) = bytes.as_chunks::<12>();
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| (word << 8) | u32::from(*byte));
        for block in blocks {
            for (sum, four) in state.iter_mut().zip(block.chunks(4)) {
                *sum = sum.wrapping_add(word(four));
            }
            state = mix(state);
        }
        for (index, (sum, four)) in state.iter_mut().zip(rest.chunks(4)).enumerate() {
            // The lowest byte of the last word is the length's.
            *sum = sum.wrapping_add(if index == 2 { word(four) << 8 } else { word(four) });
        }
        state[2] = state[2].wrapping_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.0 = mix(state)[2];
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
const fn low(number: u64) -> u32 {
    number as u32
}

const fn high(number: u64) -> u32 {
    low(number >> 32)
}

/// The hash of an atom is the one of its name in the table of atoms, by Peter Weinberger.
fn atom(name: &str) -> u32 {
    name.bytes().fold(0_u32, |hash, byte| {
        let hash = (hash << 4).wrapping_add(u32::from(byte));
        let top = hash & 0xf000_0000;
        hash ^ (top >> 24) ^ top
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `erlang:phash2` of Erlang 25 answers.
    #[test]
    fn it_is_erlangs_hash() {
        let text = Term::text;
        let pair = |value: Value| Term::Tuple(Term::typed(&value).into());
        for (term, expected) in [
            (text(""), 13_708_901),
            (text("a"), 112_802_447),
            (text("user-17"), 28_127_772),
            (text("order.placed.eu"), 78_526_665),
            (text("0123456789ab"), 115_360_506),
            (text("0123456789abcdefghijklmnopqrstuvwxyz"), 91_488_717),
            (Term::Atom("undefined"), 45_914_356),
            (Term::Atom("true"), 506_293),
            (Term::Atom("false"), 7_111_573),
            (Term::List(vec![]), 113_427_502),
            (Term::List(vec![text("user-17")]), 101_954_191),
            (Term::List(vec![text("user-17"), text("b")]), 57_286_053),
            (Term::List(vec![text("")]), 38_220_213),
            (pair(Value::string("user-17")), 87_642_042),
            (pair(Value::Int(42)), 125_087_646),
            (pair(Value::Int(-1)), 45_337_174),
            (pair(Value::Bool(true)), 32_030_443),
            (pair(Value::Double(1.5)), 115_320_697),
            (pair(Value::Timestamp(1_700_000_000)), 59_280_699),
            (pair(Value::Array(vec![Value::string("x"), Value::Int(300)])), 62_950_654),
            (pair(Value::Table([("k".into(), Value::Int(1))].into_iter().collect())), 34_071_434),
            (Term::Int(0), 88_723_725),
            (Term::Int(1), 2_614_250),
            (Term::Int(-1), 44_071_773),
            (Term::Int(42), 30_328_728),
            (Term::Int(134_217_727), 112_602_999),
            (Term::Int(134_217_728), 12_354_923),
            (Term::Int(-134_217_728), 69_672_967),
            (Term::Int(-134_217_729), 76_739_502),
            (Term::Int(5_000_000_000), 84_326_241),
            (Term::Int(-5_000_000_000), 43_005_562),
            (Term::Int(i64::MAX), 28_179_613),
            (Term::Int(i64::MIN), 126_213_383),
            (Term::Float(1.5), 10_380_315),
            (Term::Float(-2.25), 106_798_634),
            (Term::Float(0.0), 20_875_736),
            (Term::Float(-0.0), 20_875_736),
        ] {
            assert_eq!(term.phash2(), expected, "{term:?}");
        }
    }
}
