//! Where labels stand: the keys of bindings, the numbers of a story, and words beside what moves.
//!
//! No label covers a card, or the name of an exchange, or another label. Each has spots that it may stand at, the best first: along its
//! line, or around what it is about. One that finds no room is shortened, or left out until there is room.

use super::camera::{Camera, LABEL, Pixel};
use super::geometry::{self, Curve, Edge, EdgeKind, Plan, Rect};
use super::lettering::{BOLD, COUNT_LETTERS, em, in_tube};
use super::texts::labels as texts;
use super::tokens::{Picture, Shape, Token};
use crate::base::time::Span;
use crate::broker::view::QueueView;
use crate::scenario::{BindingSpec, Point};
use crate::sim::Place;

/// The letters of a key, and of a word beside a token, in canvas units.
pub const KEY_LETTERS: f64 = 11.5;
pub const WORD_LETTERS: f64 = 11.0;
/// A key is set in letters of one width.
const KEY_LETTER: f64 = 7.0;
const KEY_HEIGHT: f64 = 22.0;
const KEY_SIDES: f64 = 18.0;
/// What a second line adds to its height. A key has one from so many letters on.
const KEY_LINE: f64 = 14.0;
const WRAPPED_FROM: usize = 8;
/// What a key has at least, and its sign while a message is composed.
const KEY_MIN: f64 = 36.0;
const SIGN: f64 = 14.0;
/// A key that finds no room is cut to so many letters.
const KEYS_CUT: [f64; 7] = [20.0, 16.0, 13.0, 10.0, 8.0, 5.0, 1.0];
/// Places of a line that a number may stand at.
const STEPS: u32 = 64;
/// Around a label there is so much room.
const GAP: f64 = 2.0;
/// A line that rises less is level: messages must not run over its key.
const LEVEL: f64 = 24.0;
/// Along a line, from the middle.
const SHARES: [f64; 9] = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];
/// Where nothing else has room.
const SHARES_BETWEEN: [f64; 10] = [0.46, 0.54, 0.38, 0.62, 0.3, 0.7, 0.22, 0.78, 0.1, 0.9];
/// How far a badge stands out of the top of a queue.
const BADGE: f64 = 8.0;

/// What is taken already: cards with what stands out of them, and labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Room {
    taken: Vec<Rect>,
}

fn meet(one: &Rect, other: &Rect) -> bool {
    one.left < other.right() + GAP && other.left < one.right() + GAP && one.top < other.bottom() + GAP && other.top < one.bottom() + GAP
}

/// A box of this size around a place.
fn around(at: Point, (width, height): (f64, f64)) -> Rect {
    Rect { left: at.x - width / 2.0, top: at.y - height / 2.0, width, height }
}

impl Room {
    #[must_use]
    pub fn beside_cards(plan: Plan<'_>) -> Self {
        Self::beside(plan, geometry::places(plan).iter())
    }

    /// Beside these cards alone: nothing else is drawn in full.
    pub fn beside<'a>(plan: Plan<'_>, places: impl Iterator<Item = &'a Place>) -> Self {
        let mut taken = Vec::new();
        for place in places.filter(|place| geometry::moved_as(place) == **place) {
            let Some(card) = geometry::card(plan, place) else { continue };
            taken.push(match place {
                Place::Queue(_) if plan.turned.is_none() => Rect { top: card.top - BADGE, height: card.height + BADGE, ..card },
                _ => card,
            });
            if let Place::Exchange(name) = place {
                taken.push(geometry::name_of_exchange(plan, name, &card));
            }
        }
        Self { taken }
    }

    /// Something else stands there.
    pub fn cover(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    #[must_use]
    pub fn is_free(&self, label: &Rect) -> bool {
        !self.taken.iter().any(|taken| meet(taken, label))
    }

    /// The first of these that is free, which is taken then.
    #[inline(never)]
    pub fn take(&mut self, spots: &[Rect]) -> Option<Rect> {
        let spot = *spots.iter().find(|spot| self.is_free(spot))?;
        self.taken.push(spot);
        Some(spot)
    }
}

/// The spots along a line: on it, then above and below it. Beside a level one first.
#[inline(never)]
fn along(spots: &mut Vec<Rect>, curve: &Curve, size: (f64, f64)) {
    let is_level = (curve.to.y - curve.from.y).abs() < LEVEL;
    let by = size.1 / 2.0 + 4.0;
    for by in if is_level { [-by, by, 0.0] } else { [0.0, -by, by] } {
        for share in SHARES.into_iter().chain(SHARES_BETWEEN) {
            let at = curve.at(share);
            spots.push(around(Point { y: at.y + by, ..at }, size));
        }
    }
}

/// The key of a binding as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The number of the binding.
    pub binding: usize,
    pub rect: Rect,
    /// In one line or two. It is shortened, where there is no room for all of it.
    pub shown: String,
}

/// How the canvas is seen.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub camera: Camera,
    pub is_compact: bool,
    /// A message is composed: each key has a sign.
    pub has_signs: bool,
}

/// The keys of these lines. Each has its own words, and a sign where the message that is composed comes to it.
#[inline(never)]
pub fn keys<'a>(
    plan: Plan<'_>,
    look: Look,
    room: &mut Room,
    edges: impl Iterator<Item = &'a Edge>,
    words: impl Fn(usize, &str) -> String,
    is_weighed: impl Fn(usize) -> bool,
) -> Vec<Key> {
    let grown = look.camera.growth_beside(KEY_LETTERS);
    let bindings = &plan.world.scenario().broker.bindings;
    let mut keys = Vec::new();
    for edge in edges {
        let EdgeKind::Binding(number, key) = &edge.kind else { continue };
        let (Some(binding), whole) = (bindings.get(*number), words(*number, key)) else { continue };
        if whole.is_empty() {
            continue;
        }
        let sign = if look.has_signs && is_weighed(*number) { SIGN } else { 0.0 };
        let size = |key: &str| {
            let (widest, lines) = key.split('\n').fold((0, 0.0), |(widest, lines), line| (line.chars().count().max(widest), lines + 1.0));
            #[expect(clippy::cast_precision_loss, reason = "a key has at most 255 bytes")]
            let width = widest as f64 * KEY_LETTER + KEY_SIDES + sign;
            (width * grown, (KEY_HEIGHT + (lines - 1.0) * KEY_LINE) * grown)
        };
        let gap = gap(plan, edge, bindings, binding);
        let is_above = plan.turned.is_some() && !plan.is_in_lane(&edge.to);
        // Beside the other keys of its queue it has its share of the width.
        let share = if look.is_compact && is_above { (gap / grown - KEY_SIDES - sign).max(KEY_MIN) } else { f64::INFINITY };
        let two_lines = wrapped(&whole);
        let first = [Some(whole.clone()), two_lines].into_iter().flatten();
        let first = first.filter(|key| key.split('\n').all(|line| letters(line) * KEY_LETTER <= share));
        let shorter = std::iter::once(share).chain(KEYS_CUT.map(|letters| letters * KEY_LETTER)).map(|room| cut(&whole, room.min(share)));
        // Where nothing else has room, the sign alone says whether it takes the message.
        let alone = (sign > 0.0).then(String::new);
        let mut before = None;
        // Shorter and shorter, until there is room on its line or at it.
        for shown in first.chain(shorter).chain(alone) {
            if before.as_ref() == Some(&shown) {
                continue;
            }
            let (size, mut spots) = (size(&shown), Vec::new());
            // In a turned drawing, lines part where they end.
            if is_above {
                above(&mut spots, plan, edge, bindings, size, gap);
            }
            along(&mut spots, &edge.curve, size);
            if let Some(rect) = room.take(&spots) {
                keys.push(Key { binding: *number, rect, shown });
                break;
            }
            before = Some(shown);
        }
    }
    keys
}

/// Where keys stood when they were last asked for, with all that decides it.
#[derive(Clone, Debug)]
pub struct Kept {
    before: Room,
    scale: u64,
    has_signs: bool,
    words: Vec<(usize, String, bool)>,
    keys: Vec<Key>,
    after: Room,
}

/// The same, of a large system: while nothing changes that decides where they stand, they stand there still. All of these lines and
/// parts must stand as they did.
pub fn kept<'a>(
    kept: &mut Option<Kept>,
    plan: Plan<'_>,
    look: Look,
    room: &mut Room,
    edges: impl Iterator<Item = &'a Edge> + Clone,
    words: impl Fn(usize, &str) -> String,
    is_weighed: impl Fn(usize) -> bool,
) -> Vec<Key> {
    let said: Vec<(usize, String, bool)> = edges
        .clone()
        .filter_map(|edge| if let EdgeKind::Binding(number, key) = &edge.kind { Some((*number, key)) } else { None })
        .map(|(number, key)| (number, words(number, key), is_weighed(number)))
        .collect();
    let scale = look.camera.scale.to_bits();
    if let Some(known) = kept.as_ref()
        && known.scale == scale
        && known.has_signs == look.has_signs
        && known.words == said
        && known.before == *room
    {
        room.clone_from(&known.after);
        return known.keys.clone();
    }
    let before = room.clone();
    let keys = keys(plan, look, room, edges, words, is_weighed);
    *kept = Some(Kept { before, scale, has_signs: look.has_signs, words: said, keys: keys.clone(), after: room.clone() });
    keys
}

#[expect(clippy::cast_precision_loss, reason = "a key has at most 255 bytes")]
fn letters(text: &str) -> f64 {
    text.chars().count() as f64
}

/// So many of its borders are looked at.
const WORDS_MAX: usize = 12;
/// What ends a word of a key.
const BORDERS: [char; 5] = ['.', '-', '_', ',', ' '];

/// A key in two lines of whole words, as even as can be. None: it is one word, or short.
fn wrapped(key: &str) -> Option<String> {
    let ends = key.char_indices().filter(|(_, letter)| BORDERS.contains(letter)).map(|(at, letter)| at + letter.len_utf8());
    let widest = |at: &usize| key[..*at].chars().count().max(key[*at..].chars().count());
    let at = ends.filter(|at| *at < key.len() && key.chars().count() > WRAPPED_FROM).min_by_key(widest)?;
    Some(format!("{}\n{}", &key[..at], &key[at..]))
}

/// A key in so many units: it loses whole words, of its middle or of an end. One word alone loses its middle.
fn cut(key: &str, room: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few dozen letters")]
    let most = (room / KEY_LETTER).min(255.0) as usize;
    let letters: Vec<char> = key.chars().collect();
    if letters.len() <= most.max(1) {
        return key.to_owned();
    }
    let is_border = |at: usize| at == 0 || at == letters.len() || BORDERS.contains(&letters[at - 1]);
    let borders: Vec<usize> = (0..=letters.len()).filter(|at| is_border(*at)).take(WORDS_MAX).collect();
    // What ends a word before the gap is no part of it.
    let head = |at: usize| at.saturating_sub(1);
    let mut best = (most.div_ceil(2).saturating_sub(1), letters.len() - most / 2, 0);
    for begin in &borders {
        for end in borders.iter().filter(|end| *end > begin) {
            let said = head(*begin) + 1 + letters.len() - end;
            // The end says more than the beginning.
            if said > 1 && said <= most && said >= best.2 {
                best = (head(*begin), *end, said);
            }
        }
    }
    letters[..best.0].iter().chain(&['…']).chain(&letters[best.1..]).collect()
}

/// How much room a key has between its parts. In a turned drawing, it is its share of the queue's width.
fn gap(plan: Plan<'_>, edge: &Edge, bindings: &[BindingSpec], binding: &BindingSpec) -> f64 {
    let is_turned = plan.turned.is_some() && !plan.is_in_lane(&edge.to);
    match geometry::rect(plan, &edge.to) {
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        Some(rect) if is_turned => {
            let all = bindings.iter().filter(|other| other.destination == binding.destination).count().max(1) as f64;
            rect.width.max(geometry::SMALL_CARD.width) / all
        }
        Some(_) | None => (edge.curve.to.x - edge.curve.from.x).abs(),
    }
}

/// Above the queue, beside the other keys of the same queue.
#[inline(never)]
fn above(spots: &mut Vec<Rect>, plan: Plan<'_>, edge: &Edge, bindings: &[BindingSpec], size: (f64, f64), gap: f64) {
    let (EdgeKind::Binding(number, _), Some(queue)) = (&edge.kind, geometry::rect(plan, &edge.to)) else { return };
    let (mut before, mut all) = (0.0, 0.0);
    for (index, other) in bindings.iter().enumerate() {
        if other.destination == bindings[*number].destination {
            all += 1.0;
            before += f64::from(u8::from(index < *number));
        }
    }
    let x = if all > 1.0 { edge.curve.to.x + (before - (all - 1.0) / 2.0) * gap } else { edge.curve.at(0.78).x };
    spots.push(around(Point { x, y: queue.top - GAP - 7.0 - size.1 / 2.0 }, size));
}

/// The number of a step of a story stands on its line, also where it finds no room. A story without a step tells something else. The
/// key of the line stays as it is. On a short line the number stands beside it, or at last on the end of its pill.
pub fn step(room: &mut Room, edge: &Edge, camera: Camera, key: Option<&Rect>) -> Point {
    let size = 20.0 * camera.growth_beside(KEY_LETTERS);
    let spot = |at: Point| around(at, (size, size));
    let free = room.take(&SHARES.map(|share| spot(edge.curve.at(share))));
    let free = free.or_else(|| room.take(&fine().map(|share| spot(edge.curve.at(share))).collect::<Vec<Rect>>()));
    let beside = |key: &Rect| {
        let (middle, away) = (key.centre(), size / 2.0 + 2.0 * GAP);
        let beside =
            [(key.left - away, middle.y), (key.right() + away, middle.y), (middle.x, key.top - away), (middle.x, key.bottom() + away)];
        beside.map(|(x, y)| spot(Point { x, y }))
    };
    let free = free.or_else(|| room.take(&key.map(beside)?));
    // The end of a pill has no letters: a little less of it than half a number.
    let on_its_end = |key: &Rect| Point { x: key.left - size / 20.0, y: key.centre().y };
    let rect = free.unwrap_or_else(|| spot(key.map_or_else(|| edge.curve.at(0.5), on_its_end)));
    room.cover(rect);
    rect.centre()
}

/// Every place of a line, from its middle on.
fn fine() -> impl Iterator<Item = f64> {
    (1..STEPS / 2).map(|step| f64::from(step) / f64::from(STEPS)).flat_map(|away| [0.5 - away, 0.5 + away])
}

/// What lines of dead letters say where their queue only waits: how long a message stays there. One that comes back to where it died is
/// tried again.
#[inline(never)]
pub fn waits(plan: Plan<'_>, look: Look, room: &mut Room, edges: &[&Edge]) -> Vec<Label> {
    let size = KEY_LETTERS * look.camera.growth_beside(KEY_LETTERS);
    let mut labels = Vec::new();
    for edge in edges {
        let (EdgeKind::DeadLetters, Place::Queue(name)) = (&edge.kind, &edge.from) else { continue };
        let ttl = plan.world.broker().queue(name).and_then(QueueView::message_ttl);
        let is_read = edges.iter().any(|other| other.kind == EdgeKind::Consumes && other.from == edge.from);
        let Some(ttl) = ttl.filter(|_| !is_read) else { continue };
        let mut reached = vec![&edge.to];
        let mut next = 0;
        while let Some(from) = reached.get(next).copied() {
            let leads = |other: &&&Edge| other.from == *from && matches!(other.kind, EdgeKind::DeadLetters | EdgeKind::Binding(..));
            for other in edges.iter().filter(leads) {
                if !reached.contains(&&other.to) {
                    reached.push(&other.to);
                }
            }
            next += 1;
        }
        let text = if reached.contains(&&edge.from) { texts::retry_after(Span(ttl)) } else { texts::expires_after(Span(ttl)) };
        let mut spots = Vec::new();
        beside(&mut spots, &edge.curve, (em(&text) * size, size * 1.3));
        labels.extend(room.take(&spots).map(|rect| Label { rect, text, tone: Tone::Dead }));
    }
    labels
}

/// At the sides of a line.
fn beside(spots: &mut Vec<Rect>, curve: &Curve, (width, height): (f64, f64)) {
    for share in SHARES.into_iter().chain(SHARES_BETWEEN) {
        let at = curve.at(share);
        for (across, down) in [(1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0)] {
            spots.push(around(Point { x: at.x + across * (width / 2.0 + 8.0), y: at.y + down * (height / 2.0 + 4.0) }, (width, height)));
        }
    }
}

/// How a label looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Beside a token: something went wrong, or is repeated.
    Dead,
    Soft,
    /// A number beside a stream, or in a queue.
    Number,
    /// A sentence on its own ground.
    Sentence,
}

/// A word beside what moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub rect: Rect,
    pub text: String,
    pub tone: Tone,
}

/// From the middle of what a word is about to the middle of the word, in steps of its size.
const AROUND: [(f64, f64); 8] = [(1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
/// So many rings around it are tried.
const RINGS: u32 = 3;

/// All of it is seen, with the edge of its letters.
fn is_within(view: &Rect, spot: &Rect) -> bool {
    let spot = spot.grown(GAP);
    spot.left >= view.left && spot.right() <= view.right() && spot.top >= view.top && spot.bottom() <= view.bottom()
}

/// Boxes around a place, the nearest first, as far as they are in view.
fn rings(at: Point, beside: f64, (width, height): (f64, f64), view: &Rect) -> Vec<Rect> {
    let mut spots = Vec::new();
    for ring in 0..RINGS {
        for (across, down) in AROUND {
            let away = beside + f64::from(ring) * height;
            let centre = Point { x: at.x + across * (width / 2.0 + away), y: at.y + down * (height / 2.0 + away) };
            let spot = around(centre, (width, height));
            spots.extend(Some(spot).filter(|spot| is_within(view, spot)));
        }
    }
    spots
}

/// All words of a picture where they stand, as it is seen. What finds no room is left out.
#[must_use]
pub fn words(plan: Plan<'_>, picture: &Picture, camera: Camera, size: Pixel) -> Vec<Label> {
    let mut labels = Vec::new();
    let is_small = camera.is_compact() || plan.turned.is_some();
    let sized = |text: &str, letters: f64, bold: f64| {
        (em(text) * bold * letters * camera.growth_beside(letters), letters * 1.2 * camera.growth_beside(letters))
    };
    let is_needed = picture.tokens.iter().any(|token| token.label.is_some()) || picture.counts.iter().any(|count| count.within.is_none());
    let mut room = Room { taken: Vec::new() };
    if is_needed {
        room = Room::beside_cards(plan);
        let look = Look { camera, is_compact: is_small, has_signs: false };
        let edges = geometry::edges(plan);
        keys(plan, look, &mut room, edges.iter(), |_, key| key.to_owned(), |_| false);
        waits(plan, look, &mut room, &edges.iter().collect::<Vec<_>>());
    }
    let view = camera.view(size);
    // Sentences first: they say most.
    for count in picture.counts.iter().filter(|count| count.is_label) {
        let width = sized(&count.text, COUNT_LETTERS, BOLD).0 + 18.0 / camera.scale;
        let (at, size) = (camera.within_view(size, count.at, width), (width, LABEL / camera.scale));
        let mut spots = vec![around(at, size)];
        spots.retain(|spot| is_within(&view, spot));
        spots.extend(rings(at, 4.0, size, &view));
        if let Some(rect) = room.take(&spots) {
            labels.push(Label { rect, text: count.text.clone(), tone: Tone::Sentence });
        }
    }
    for count in picture.counts.iter().filter(|count| !count.is_label) {
        let size = sized(&count.text, COUNT_LETTERS, BOLD);
        let rect = match count.within {
            // A small card has its number already.
            Some(_) if is_small => None,
            Some(tube) => Some(in_tube(&tube, &count.text, camera.growth_beside(COUNT_LETTERS))),
            None => {
                let mut spots = vec![around(count.at, size)];
                spots.retain(|spot| is_within(&view, spot));
                spots.extend(rings(count.at, 4.0, size, &view));
                // It covers no token, if it can.
                let disc = |token: &Token| around(token.at, (token.radius * 2.0, token.radius * 2.0));
                let is_open = |spot: &Rect| !picture.tokens.iter().any(|token| meet(spot, &disc(token)));
                let open: Vec<Rect> = spots.iter().copied().filter(is_open).collect();
                room.take(&open).or_else(|| room.take(&spots))
            }
        };
        labels.extend(rect.map(|rect| Label { rect, text: count.text.clone(), tone: Tone::Number }));
    }
    for token in &picture.tokens {
        let Some(word) = token.label.as_deref() else { continue };
        let tone = if matches!(token.shape, Shape::Redelivered) { Tone::Soft } else { Tone::Dead };
        if let Some(rect) = room.take(&rings(token.at, token.radius + 6.0, sized(word, WORD_LETTERS, 1.0), &view)) {
            labels.push(Label { rect, text: word.to_owned(), tone });
        }
    }
    labels
}
