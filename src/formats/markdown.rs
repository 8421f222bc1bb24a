//! Markdown as lessons have it: headings, paragraphs, lists, quotes, tables, code, emphasis and links.
//!
//! CommonMark without what a lesson does not need. Raw HTML is text, an image is its name, and there are no reference definitions of links.
//! A library for all of it is a tenth of the page. Tests hold this reader to what pulldown-cmark makes of the same text.

use std::ops::Range;

/// No text needs to be nested deeper: what is stays text.
const DEPTH_MAX: usize = 16;
/// A longer paragraph is shown as it is written: finding pairs in it would take its square.
const PARAGRAPH_MAX: usize = 4_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Heading(usize, Vec<Inline>),
    Paragraph(Vec<Inline>),
    /// Its info string, and its lines.
    Code(String, String),
    Quote(Vec<Piece>),
    List {
        is_ordered: bool,
        /// Its items stand without space between them.
        is_tight: bool,
        items: Vec<Vec<Piece>>,
    },
    /// The first row is its head.
    Table(Vec<Vec<Vec<Inline>>>),
    Rule,
}

/// A block, and the lines it is made of, counted from 0 in the text it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub block: Block,
    pub lines: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Text(String),
    Code(String),
    Emphasis(Vec<Inline>),
    Strong(Vec<Inline>),
    /// Where it leads, and its words.
    Link(String, Vec<Inline>),
}

#[must_use]
pub fn read(text: &str) -> Vec<Piece> {
    if text.contains('\t') {
        let lines: Vec<String> = text.lines().map(without_tabs).collect();
        return blocks(&lines.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    }
    blocks(&text.lines().collect::<Vec<_>>(), 0)
}

/// The words alone.
#[must_use]
pub fn plain(inlines: &[Inline]) -> String {
    let words = |inline: &Inline| match inline {
        Inline::Text(text) | Inline::Code(text) => text.clone(),
        Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Link(_, inner) => plain(inner),
    };
    inlines.iter().map(words).collect()
}

/// Every run of text in a block, however deep the block; emphasis and links are not opened.
pub fn each(block: &Block, see: &mut impl FnMut(&[Inline])) {
    match block {
        Block::Heading(_, inner) | Block::Paragraph(inner) => see(inner),
        Block::Quote(pieces) => pieces.iter().for_each(|piece| each(&piece.block, see)),
        Block::List { items, .. } => items.iter().flatten().for_each(|piece| each(&piece.block, see)),
        Block::Table(rows) => rows.iter().flatten().for_each(|cell| see(cell)),
        Block::Code(..) | Block::Rule => {}
    }
}

/// Tabs before the text, and around what begins an item, reach to the next fourth column.
fn without_tabs(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(letter) =
        rest.chars().next().filter(|letter| matches!(letter, '\t' | ' ' | '-' | '*' | '+' | '>' | '.' | ')' | '0'..='9'))
    {
        out.push_str(if letter == '\t' { &"    "[out.len() % 4..] } else { &rest[..1] });
        rest = &rest[1..];
    }
    out + rest
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The line without so many spaces before it, or without all it has.
fn outdented(line: &str, spaces: usize) -> &str {
    &line[indent(line).min(spaces)..]
}

/// The letter and the length of a fence, and what follows.
fn fence(line: &str) -> Option<(char, usize, &str)> {
    let text = line.trim_start_matches(' ');
    let letter = text.chars().next().filter(|letter| matches!(letter, '`' | '~'))?;
    let rest = text.trim_start_matches(letter);
    let length = text.len() - rest.len();
    (indent(line) < 4 && length >= 3 && !(letter == '`' && rest.contains('`'))).then_some((letter, length, rest.trim()))
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches(' ');
    let rest = text.trim_start_matches('#');
    let level = text.len() - rest.len();
    if indent(line) > 3 || !(1..=6).contains(&level) || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    let words = rest.trim();
    let bare = words.trim_end_matches('#');
    Some((level, if bare.is_empty() || bare.ends_with(' ') { bare.trim_end() } else { words }))
}

fn is_rule(line: &str) -> bool {
    let mut letters = line.chars().filter(|letter| !letter.is_whitespace());
    let Some(first) = letters.next().filter(|letter| matches!(letter, '-' | '*' | '_')) else { return false };
    let mut count = 1;
    indent(line) < 4
        && letters.all(|letter| {
            count += 1;
            letter == first
        })
        && count >= 3
}

/// What begins an item: its letter, its number, and how far its text is from the left.
fn marker(line: &str) -> Option<(char, Option<&str>, usize)> {
    let text = line.trim_start_matches(' ');
    let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let letter = text[digits..].chars().next()?;
    let is_one = if digits == 0 { matches!(letter, '-' | '*' | '+') } else { digits < 10 && matches!(letter, '.' | ')') };
    let rest = &text[digits..].get(1..)?;
    if indent(line) > 3 || !is_one || is_rule(line) || !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let spaces = if rest.trim().is_empty() || indent(rest) > 4 { 1 } else { indent(rest) };
    Some((letter, (digits > 0).then(|| &text[..digits]), indent(line) + digits + 1 + spaces))
}

fn quoted(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(' ').strip_prefix('>').filter(|_| indent(line) < 4)?;
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}

fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = Vec::new();
    let mut from = 0;
    for (at, _) in line.match_indices('|') {
        if !line[..at].ends_with('\\') {
            cells.push(line[from..at].trim());
            from = at + 1;
        }
    }
    if !line[from..].trim().is_empty() || cells.is_empty() {
        cells.push(line[from..].trim());
    }
    cells
}

/// Whether a table begins here: a row, and below it as many dashes.
fn is_table(lines: &[&str]) -> bool {
    let dashes = |cell: &&str| {
        let inner = cell.strip_prefix(':').unwrap_or(cell);
        let inner = inner.strip_suffix(':').unwrap_or(inner);
        !inner.is_empty() && inner.chars().all(|letter| letter == '-')
    };
    let [head, below, ..] = lines else { return false };
    let below = (below.contains('|'), cells(below));
    head.contains('|') && below.0 && below.1.iter().all(dashes) && cells(head).len() == below.1.len()
}

/// Whether the line ends a paragraph before it.
fn interrupts(line: &str) -> bool {
    let begins_list = marker(line).is_some_and(|(_, number, from)| number.is_none_or(|number| number == "1") && line.len() > from);
    line.trim().is_empty() || fence(line).is_some() || heading(line).is_some() || is_rule(line) || quoted(line).is_some() || begins_list
}

fn blocks(lines: &[&str], depth: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if line.trim().is_empty() {
            at += 1;
            continue;
        }
        let rest = &lines[at..];
        let (block, count) = if let Some(found) = fence(line) {
            fenced(rest, found, indent(line))
        } else if let Some((level, words)) = heading(line) {
            (Block::Heading(level, inlines(words)), 1)
        } else if is_rule(line) {
            (Block::Rule, 1)
        } else if indent(line) > 3 {
            indented(rest)
        } else if depth < DEPTH_MAX && quoted(line).is_some() {
            quote(rest, depth)
        } else if let Some(found) = marker(line).filter(|_| depth < DEPTH_MAX) {
            list(rest, found, depth)
        } else if is_table(rest) {
            table(rest)
        } else {
            paragraph(rest)
        };
        pieces.push(Piece { block, lines: at..at + count });
        at += count;
    }
    pieces
}

fn fenced(lines: &[&str], (letter, length, info): (char, usize, &str), spaces: usize) -> (Block, usize) {
    let closes = |line: &&str| fence(line).is_some_and(|(other, long, rest)| other == letter && long >= length && rest.is_empty());
    let end = lines[1..].iter().position(closes);
    let inner = &lines[1..end.map_or(lines.len(), |end| end + 1)];
    let code = inner.iter().flat_map(|line| [outdented(line, spaces), "\n"]).collect();
    (Block::Code(info.to_owned(), code), inner.len() + 1 + usize::from(end.is_some()))
}

fn indented(lines: &[&str]) -> (Block, usize) {
    let belongs = |line: &&&str| indent(line) > 3 || line.trim().is_empty();
    let mut count = lines.iter().take_while(belongs).count();
    count -= lines[..count].iter().rev().take_while(|line| line.trim().is_empty()).count();
    let code = lines[..count].iter().flat_map(|line| [outdented(line, 4), "\n"]).collect();
    (Block::Code(String::new(), code), count)
}

fn quote(lines: &[&str], depth: usize) -> (Block, usize) {
    let mut inner: Vec<&str> = Vec::new();
    for line in lines {
        match quoted(line) {
            Some(text) => inner.push(text),
            // A paragraph goes on where its mark was left out.
            None if !interrupts(line) && inner.last().is_some_and(|last| !interrupts(last)) => inner.push(line),
            None => break,
        }
    }
    (Block::Quote(blocks(&inner, depth + 1)), inner.len())
}

fn list(lines: &[&str], (letter, number, _): (char, Option<&str>, usize), depth: usize) -> (Block, usize) {
    let mut items: Vec<Vec<Piece>> = Vec::new();
    let mut is_tight = true;
    let mut at = 0;
    while let Some((_, _, from)) = lines.get(at).and_then(|line| marker(line)).filter(|found| found.0 == letter) {
        let first = at;
        let mut inner = vec![lines[at].get(from..).unwrap_or_default()];
        at += 1;
        while let Some(line) = lines.get(at) {
            let goes_on = !interrupts(line) && marker(line).is_none() && inner.last().is_some_and(|last| !last.trim().is_empty());
            if line.trim().is_empty() || indent(line) >= from || goes_on {
                inner.push(outdented(line, from));
                at += 1;
            } else {
                break;
            }
        }
        let blank = inner.iter().rev().take_while(|line| line.trim().is_empty()).count().min(inner.len() - 1);
        inner.truncate(inner.len() - blank);
        let pieces = blocks(&inner, depth + 1);
        let follows = lines.get(at).and_then(|line| marker(line)).is_some_and(|found| found.0 == letter);
        is_tight &= !(follows && blank > 0) && pieces.windows(2).all(|two| two[0].lines.end == two[1].lines.start);
        items.push(pieces);
        if !follows {
            at = first + inner.len();
        }
    }
    (Block::List { is_ordered: number.is_some(), is_tight, items }, at)
}

fn table(lines: &[&str]) -> (Block, usize) {
    let width = cells(lines[0]).len();
    let row = |line: &&str| {
        let mut row: Vec<Vec<Inline>> = cells(line).into_iter().map(|cell| inlines(&cell.replace("\\|", "|"))).collect();
        row.truncate(width);
        row
    };
    let count = 2 + lines[2..].iter().take_while(|line| !interrupts(line)).count();
    (Block::Table(lines[..1].iter().chain(&lines[2..count]).map(row).collect()), count)
}

fn paragraph(lines: &[&str]) -> (Block, usize) {
    let mut count = 1;
    while let Some(line) = lines.get(count) {
        let level = if line.trim_start().starts_with('=') { 1 } else { 2 };
        let under = line.trim();
        if indent(line) < 4 && !under.is_empty() && (under.chars().all(|letter| letter == '=') || under.chars().all(|letter| letter == '-'))
        {
            return (Block::Heading(level, inlines(&joined(&lines[..count]))), count + 1);
        }
        if interrupts(line) {
            break;
        }
        count += 1;
    }
    (Block::Paragraph(inlines(&joined(&lines[..count]))), count)
}

/// One paragraph of several lines: where a line ends, a space is.
fn joined(lines: &[&str]) -> String {
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let line = line.trim();
        let is_last = index + 1 == lines.len();
        text.push_str(line.strip_suffix('\\').filter(|_| !is_last).unwrap_or(line));
        text.push_str(if is_last { "" } else { " " });
    }
    text
}

/// What stands between two pairs that are not found yet.
enum Mark {
    /// Something that is read, and how deep it is.
    Read(Inline, usize),
    /// Stars or underlines that may open, and may close: how many there were, and how many are left.
    Run { letter: char, length: usize, count: usize, opens: bool, closes: bool },
    /// A bracket that may begin a link. Its text says if it is an image's.
    Bracket { is_image: bool, is_dead: bool },
}

fn inlines(text: &str) -> Vec<Inline> {
    if text.len() > PARAGRAPH_MAX {
        return vec![Inline::Text(text.to_owned())];
    }
    let mut marks = Vec::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        let run_of = || rest.len() - rest.trim_start_matches(letter).len();
        let mut length = letter.len_utf8();
        match letter {
            '\\' if rest[1..].starts_with(|letter: char| letter.is_ascii_punctuation()) => {
                length = 2;
                push_text(&mut marks, &rest[1..2]);
            }
            '`' => {
                let count = run_of();
                if let Some((inner, whole)) = code(rest, count) {
                    marks.push(Mark::Read(Inline::Code(inner), 0));
                    length = whole;
                } else {
                    length = count;
                    push_text(&mut marks, &rest[..count]);
                }
            }
            '*' | '_' => {
                let count = run_of();
                length = count;
                marks.push(run(letter, count, before, rest[count..].chars().next().unwrap_or(' ')));
            }
            '!' if rest[1..].starts_with('[') => {
                length = 2;
                marks.push(Mark::Bracket { is_image: true, is_dead: false });
            }
            '[' => marks.push(Mark::Bracket { is_image: false, is_dead: false }),
            ']' => {
                if let Some(whole) = link(&mut marks, &rest[1..]) {
                    length = 1 + whole;
                } else {
                    push_text(&mut marks, "]");
                }
            }
            '<' => match address(rest) {
                Some((to, words, whole)) => {
                    marks.push(Mark::Read(Inline::Link(to, vec![Inline::Text(words.to_owned())]), 1));
                    length = whole;
                }
                None => push_text(&mut marks, "<"),
            },
            '&' => {
                let (letter, whole) = entity(rest).unwrap_or(('&', 1));
                length = whole;
                push_text(&mut marks, letter.encode_utf8(&mut [0; 4]));
            }
            _ => push_text(&mut marks, &rest[..length]),
        }
        before = rest[..length].chars().next_back().unwrap_or(' ');
        rest = &rest[length..];
    }
    paired(marks).0
}

fn push_text(marks: &mut Vec<Mark>, text: &str) {
    if let Some(Mark::Read(Inline::Text(before), _)) = marks.last_mut() {
        before.push_str(text);
    } else {
        marks.push(Mark::Read(Inline::Text(text.to_owned()), 0));
    }
}

/// A span of code and how long it is with its ticks.
fn code(text: &str, ticks: usize) -> Option<(String, usize)> {
    let inner = &text[ticks..];
    let mut from = 0;
    loop {
        let at = from + inner[from..].find('`')?;
        let count = inner[at..].len() - inner[at..].trim_start_matches('`').len();
        if count == ticks {
            let words = &inner[..at];
            let bare = words.strip_prefix(' ').and_then(|words| words.strip_suffix(' ')).filter(|_| !words.trim().is_empty());
            return Some((bare.unwrap_or(words).to_owned(), ticks + at + ticks));
        }
        from = at + count;
    }
}

/// CommonMark's flanking: a run opens where a word begins after it, and closes where one ends before it.
fn run(letter: char, count: usize, before: char, after: char) -> Mark {
    let is_sign = |letter: char| !letter.is_alphanumeric() && !letter.is_whitespace();
    let left = !after.is_whitespace() && (!is_sign(after) || before.is_whitespace() || is_sign(before));
    let right = !before.is_whitespace() && (!is_sign(before) || after.is_whitespace() || is_sign(after));
    let is_star = letter == '*';
    Mark::Run {
        letter,
        length: count,
        count,
        opens: left && (is_star || !right || is_sign(before)),
        closes: right && (is_star || !left || is_sign(after)),
    }
}

/// Makes a link of what stands since its bracket, where an address follows; how long that is.
fn link(marks: &mut Vec<Mark>, rest: &str) -> Option<usize> {
    let open = marks.iter().rposition(|mark| matches!(mark, Mark::Bracket { .. }))?;
    let Mark::Bracket { is_image, is_dead } = marks[open] else { return None };
    let target = (!is_dead).then(|| target(rest)).flatten();
    let Some((to, whole)) = target else {
        marks[open] = Mark::Read(Inline::Text(if is_image { "![" } else { "[" }.to_owned()), 0);
        return None;
    };
    let (words, depth) = paired(marks.split_off(open + 1));
    marks.pop();
    if is_image {
        push_text(marks, &plain(&words));
    } else {
        for mark in marks.iter_mut() {
            if let Mark::Bracket { is_image: false, is_dead } = mark {
                *is_dead = true;
            }
        }
        marks.push(Mark::Read(Inline::Link(to, words), depth + 1));
    }
    Some(whole)
}

/// Brackets deeper than this are no address.
const BRACKETS_MAX: usize = 32;

/// `(address "title")`: the address, and how long it is.
fn target(text: &str) -> Option<(String, usize)> {
    let inner = text.strip_prefix('(')?;
    let start = inner.trim_start();
    let (to, rest) = if let Some(pointed) = start.strip_prefix('<') {
        let mut is_escaped = false;
        let end = pointed.find(|letter: char| {
            let ends = letter == '>' && !is_escaped;
            is_escaped = letter == '\\' && !is_escaped;
            ends
        })?;
        (&pointed[..end], &pointed[end + 1..])
    } else {
        let (mut depth, mut is_escaped) = (0_usize, false);
        let end = start.find(|letter: char| {
            let ends = letter.is_whitespace() || letter.is_control() || (letter == ')' && depth == 0 && !is_escaped);
            match letter {
                '(' if !is_escaped => depth += 1,
                ')' if !is_escaped => depth = depth.saturating_sub(1),
                _ => {}
            }
            is_escaped = letter == '\\' && !is_escaped;
            ends || depth > BRACKETS_MAX
        })?;
        start.split_at(end)
    };
    let mut rest = rest.trim_start();
    if let Some(quote) = rest.chars().next().filter(|letter| matches!(letter, '"' | '\'' | '(')) {
        rest = rest[1..].split_once(if quote == '(' { ')' } else { quote })?.1.trim_start();
    }
    let rest = rest.strip_prefix(')')?;
    Some((unescaped(to), text.len() - rest.len()))
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let (letter, length) = match letter {
            '\\' if rest[1..].starts_with(|next: char| next.is_ascii_punctuation()) => (char::from(rest.as_bytes()[1]), 2),
            '&' => entity(rest).unwrap_or(('&', 1)),
            _ => (letter, letter.len_utf8()),
        };
        out.push(letter);
        rest = &rest[length..];
    }
    out
}

/// `<https://…>` or `<somebody@somewhere>`: where it leads, its words, and how long it is.
fn address(text: &str) -> Option<(String, &str, usize)> {
    let end = text[1..].find(|letter: char| letter.is_whitespace() || matches!(letter, '<' | '>'))?;
    let inner = text[1..].get(..end).filter(|_| text[1 + end..].starts_with('>'))?;
    let scheme = inner.split_once(':').map(|(scheme, _)| scheme);
    let is_url = scheme.is_some_and(|scheme| scheme.len() > 1 && scheme.chars().all(|letter| letter.is_ascii_alphanumeric()));
    let is_mail = inner.split_once('@').is_some_and(|(who, at)| !who.is_empty() && at.contains('.') && !inner.contains(['/', '"', '\\']));
    (is_url || is_mail).then(|| (if is_url { inner.to_owned() } else { format!("mailto:{inner}") }, inner, inner.len() + 2))
}

fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|letter| letter == b';')?;
    let name = &text[1..end];
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let number = number.strip_prefix(['x', 'X']).map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
            char::from_u32(number?).filter(|letter| *letter != '\0')?
        }
    };
    Some((letter, name.len() + 2))
}

/// Finds what belongs together, as CommonMark does; and how deep it is.
fn paired(marks: Vec<Mark>) -> (Vec<Inline>, usize) {
    let mut done: Vec<Mark> = Vec::with_capacity(marks.len());
    // Below here a closer of this kind has looked in vain already.
    let mut bottoms: Vec<((char, bool, usize), usize)> = Vec::new();
    for mut mark in marks {
        while let Mark::Run { letter, length, count, opens, closes: true } = mark {
            let kind = (letter, opens, length % 3);
            let bottom = bottoms.iter().find(|(other, _)| *other == kind).map_or(0, |(_, bottom)| *bottom);
            let Some(opener) = (bottom..done.len()).rev().find(|before| belong(&done[*before], &mark)) else {
                bottoms.retain(|(other, _)| *other != kind);
                bottoms.push((kind, done.len()));
                break;
            };
            let (inner, depth) = collected(done.split_off(opener + 1));
            for (_, bottom) in &mut bottoms {
                *bottom = opener.min(*bottom);
            }
            let Some(Mark::Run { count: left, .. }) = done.last_mut() else { break };
            let taken = if *left > 1 && count > 1 { 2 } else { 1 };
            *left -= taken;
            if *left == 0 {
                done.pop();
            }
            done.push(match taken {
                _ if depth >= DEPTH_MAX => Mark::Read(Inline::Text(plain(&inner)), 0),
                2 => Mark::Read(Inline::Strong(inner), depth + 1),
                _ => Mark::Read(Inline::Emphasis(inner), depth + 1),
            });
            mark = Mark::Run { letter, length, count: count - taken, opens, closes: count > taken };
        }
        if !matches!(mark, Mark::Run { count: 0, .. }) {
            done.push(mark);
        }
    }
    collected(done)
}

/// What is left without another half is text.
fn collected(marks: Vec<Mark>) -> (Vec<Inline>, usize) {
    let mut inlines: Vec<Inline> = Vec::new();
    let mut deepest = 0;
    for mark in marks {
        let Mark::Read(inline, depth) = as_text(mark) else { continue };
        deepest = deepest.max(depth);
        match (inlines.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            (_, inline) => inlines.push(inline),
        }
    }
    (inlines, deepest)
}

/// What found no other half is what it looks like.
fn as_text(mark: Mark) -> Mark {
    match mark {
        Mark::Run { letter, count, .. } => Mark::Read(Inline::Text(letter.to_string().repeat(count)), 0),
        Mark::Bracket { is_image, .. } => Mark::Read(Inline::Text(if is_image { "![" } else { "[" }.to_owned()), 0),
        read @ Mark::Read(..) => read,
    }
}

fn belong(opener: &Mark, closer: &Mark) -> bool {
    let (Mark::Run { letter, length, opens: true, closes, .. }, Mark::Run { letter: other, length: second, opens, .. }) = (opener, closer)
    else {
        return false;
    };
    let clash = (*closes || *opens) && (length + second) % 3 == 0 && !(length % 3 == 0 && second % 3 == 0);
    letter == other && !clash
}
