//! JSON with the place of each value, for files that others wrote.
//!
//! Comments, commas before a closing bracket and a byte order mark are noted, and read over. Some releases of RabbitMQ refuse them.
//! Anything else that is no JSON is a [`Mistake`] at its place. It quotes nothing of the file: a password may stand there.

use serde_json::Number;

use crate::base::limits::{self, beyond};
use crate::base::ordered::sort_by_key;
use crate::formats::document::{too_large, too_many_values};

/// How deep lists and objects may stand in each other.
const DEPTH_MAX: usize = 64;

/// How many oddities of a kind are kept.
const ODDITIES_MAX: usize = 20;

/// A place in a text. Lines and columns are counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub line: usize,
    pub column: usize,
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Spot>),
    Object(Vec<Field>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub value: Spot,
}

/// A value, and at which byte it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    pub byte: usize,
    pub node: Node,
}

impl Spot {
    /// A field of an object: of several with one name the last, as RabbitMQ has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Node::Object(fields) = &self.node else { return None };
        fields.iter().rev().find(|field| field.name == name).map(|field| &field.value)
    }

    #[must_use]
    pub fn fields(&self) -> &[Field] {
        if let Node::Object(fields) = &self.node { fields } else { &[] }
    }

    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Node::List(items) = &self.node { items } else { &[] }
    }

    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Node::Text(text) = &self.node { Some(text) } else { None }
    }

    #[must_use]
    pub const fn flag(&self) -> Option<bool> {
        if let Node::Bool(flag) = &self.node { Some(*flag) } else { None }
    }

    #[must_use]
    pub const fn is_list(&self) -> bool {
        matches!(self.node, Node::List(_))
    }

    pub const fn is_object(&self) -> bool {
        matches!(self.node, Node::Object(_))
    }

    /// The value at a path such as `broker.queues[3]`, or what of the way there is.
    #[must_use]
    pub fn at(&self, path: &str) -> &Self {
        let mut spot = self;
        for step in path.split(['.', '[']).map(|step| step.trim_end_matches(']')).filter(|step| !step.is_empty()) {
            let next = match step.parse::<usize>() {
                Ok(index) => spot.items().get(index),
                Err(_) => spot.get(step),
            };
            let Some(next) = next else { break };
            spot = next;
        }
        spot
    }
}

/// What RabbitMQ may not read, and Requeue does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    ByteOrderMark,
    Comment,
    TrailingComma,
    DuplicateField,
    /// Within a text, where JSON allows it.
    Template,
}

/// Why a text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// None: it is about the file as a whole.
    pub at: Option<At>,
    pub says: String,
    /// What mends it.
    pub todo: &'static str,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(at) = self.at {
            write!(f, "{at}: ")?;
        }
        f.write_str(&self.says)?;
        if self.todo.is_empty() { Ok(()) } else { write!(f, " {}", self.todo) }
    }
}

/// At which byte each line begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines<'a> {
    text: &'a str,
    begins: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let begins = std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        Self { text, begins: begins.collect() }
    }

    #[must_use]
    pub fn at(&self, byte: usize) -> At {
        let line = self.begins.partition_point(|begins| *begins <= byte);
        let begins = self.begins[line.saturating_sub(1)];
        // A file may be one line of megabytes: beyond some, bytes count.
        let within = &self.text[begins..self.text.floor_char_boundary(byte)];
        let column = if within.len() > 10_000 { within.len() } else { within.chars().count() };
        At { line, column: column + 1 }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<'a> {
    pub root: Spot,
    pub oddities: Vec<(Oddity, usize)>,
    pub lines: Lines<'a>,
}

/// Parses a text. An empty one is an empty document, as RabbitMQ has it.
///
/// # Errors
/// What is no JSON, with its place and with what to do.
pub fn parse(text: &str) -> Result<Parsed<'_>, Mistake> {
    let whole = |says: String| Mistake { at: None, says: format!("{says}."), todo: "" };
    if let Some(problem) = too_large(text) {
        return Err(whole(problem.message));
    }
    if let Some(message) = too_many_values(text) {
        return Err(whole(message));
    }
    let mut reader = Reader { text, next: 0, oddities: Vec::new() };
    if text.starts_with('\u{feff}') {
        reader.next = '\u{feff}'.len_utf8();
        reader.note(Oddity::ByteOrderMark, 0);
    }
    let root = reader.document().map_err(|Wrong { byte, says, todo }| Mistake { at: Some(Lines::of(text).at(byte)), says, todo })?;
    let mut oddities = reader.oddities;
    sort_by_key(&mut oddities, |(_, byte)| *byte);
    Ok(Parsed { root, oddities, lines: Lines::of(text) })
}

struct Wrong {
    byte: usize,
    says: String,
    todo: &'static str,
}

type Read<T> = Result<T, Wrong>;

const RENDER: &str = "Render the template first, and open the file that comes out.";

struct Reader<'a> {
    text: &'a str,
    next: usize,
    oddities: Vec<(Oddity, usize)>,
}

impl Reader<'_> {
    fn note(&mut self, oddity: Oddity, byte: usize) {
        if self.oddities.iter().filter(|(known, _)| *known == oddity).count() < ODDITIES_MAX {
            self.oddities.push((oddity, byte));
        }
    }

    fn rest(&self) -> &str {
        &self.text[self.next..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.next).copied()
    }

    fn wrong<T>(&self, says: impl Into<String>, todo: &'static str) -> Read<T> {
        Err(Wrong { byte: self.next, says: says.into(), todo })
    }

    fn document(&mut self) -> Read<Spot> {
        self.space()?;
        // RabbitMQ takes it as definitions of nothing.
        if self.peek().is_none() {
            return self.wrong("The file is empty: it has no definitions.", "Export them again.");
        }
        let root = self.value(0)?;
        self.space()?;
        if self.peek().is_some() {
            return self.wrong("The document has ended here, and more follows.", "Open one document at a time.");
        }
        Ok(root)
    }

    /// Over blanks and comments.
    fn space(&mut self) -> Read<()> {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
            self.next += blanks;
            let begins = self.next;
            let rest = self.rest();
            if rest.starts_with("//") || rest.starts_with('#') {
                let length = rest.find('\n').unwrap_or(rest.len());
                self.next += length;
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let Some(length) = comment.find("*/") else {
                    return self.wrong("A comment begins here and does not end.", "Close it, or remove it.");
                };
                self.next += length + 4;
            } else {
                return Ok(());
            }
            self.note(Oddity::Comment, begins);
        }
    }

    /// What stands where something else was expected.
    fn stranger<T>(&self, expected: &str) -> Read<T> {
        let rest = self.rest();
        if ["{{", "{%", "{#", "${", "$(", "$", "<%", "%", "@"].iter().any(|sign| rest.starts_with(sign)) {
            return self.wrong("A template stands here, and no JSON.", RENDER);
        }
        match rest.chars().next() {
            None => self.wrong(format!("The file ends where {expected} should stand."), "It was cut off: export or copy it again."),
            Some('\'' | '‘' | '’' | '“' | '”') => {
                self.wrong("JSON has no such quotation marks.", "Write texts in straight double quotes.")
            }
            Some('<') => self.wrong("This is markup, and no JSON.", "A login page was saved, perhaps: export the definitions again."),
            Some(letter) if letter.is_alphabetic() => {
                self.wrong(format!("A bare word stands where {expected} should stand."), "Put texts and names in double quotes.")
            }
            Some(_) => self.wrong(format!("A sign stands where {expected} should stand."), "Is a comma or a quote missing before it?"),
        }
    }

    fn value(&mut self, depth: usize) -> Read<Spot> {
        let byte = self.next;
        if depth > DEPTH_MAX {
            return self.wrong(format!("Lists and objects stand more than {DEPTH_MAX} deep in each other."), "");
        }
        let rest = self.rest();
        let word = [("null", Node::Null), ("true", Node::Bool(true)), ("false", Node::Bool(false))];
        let ends = |word: &str| !rest[word.len()..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        if let Some((word, node)) = word.into_iter().find(|(word, _)| rest.starts_with(word) && ends(word)) {
            self.next += word.len();
            return Ok(Spot { byte, node });
        }
        let node = match self.peek() {
            Some(b'"') => Node::Text(self.string()?),
            Some(b'{') if !rest.starts_with("{{") && !rest.starts_with("{%") => Node::Object(self.object(depth)?),
            Some(b'[') => Node::List(self.list(depth)?),
            Some(b'-' | b'0'..=b'9') => Node::Number(self.number()?),
            _ => return self.stranger("a value"),
        };
        Ok(Spot { byte, node })
    }

    fn number(&mut self) -> Read<Number> {
        let rest = self.rest();
        let length = rest.find(|letter: char| !matches!(letter, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        match serde_json::from_str(&rest[..length]) {
            Ok(number) => {
                self.next += length;
                Ok(number)
            }
            Err(_) => self.wrong("This is no number of JSON.", "Numbers are written as in 60000 or 0.5."),
        }
    }

    fn string(&mut self) -> Read<String> {
        let begins = self.next;
        let mut escaped = false;
        for (place, byte) in self.text.bytes().enumerate().skip(begins + 1) {
            match byte {
                _ if std::mem::take(&mut escaped) => {}
                b'\\' => escaped = true,
                b'\n' => {
                    return Err(Wrong {
                        byte: place,
                        says: "A line ends within a text.".to_owned(),
                        todo: "Is a double quote missing before it?",
                    });
                }
                b'"' => {
                    let Ok(text) = serde_json::from_str::<String>(&self.text[begins..=place]) else {
                        return self.wrong(
                            "This text has an escape or a control sign that JSON does not know.",
                            "Write \\n, \\t or \\u0000 for such signs.",
                        );
                    };
                    if ["{{", "${", "<%"].iter().any(|sign| text.contains(sign)) {
                        self.note(Oddity::Template, begins);
                    }
                    self.next = place + 1;
                    return Ok(text);
                }
                _ => {}
            }
        }
        self.wrong("A text begins here and does not end.", "Close it with a double quote.")
    }

    /// After an element: whether another follows.
    fn goes_on(&mut self, closing: u8) -> Read<bool> {
        self.space()?;
        match self.peek() {
            Some(b',') => {
                let comma = self.next;
                self.next += 1;
                self.space()?;
                if self.peek() == Some(closing) {
                    self.note(Oddity::TrailingComma, comma);
                    self.next += 1;
                    return Ok(false);
                }
                Ok(true)
            }
            Some(byte) if byte == closing => {
                self.next += 1;
                Ok(false)
            }
            _ => self.stranger("a comma or a closing bracket"),
        }
    }

    fn list(&mut self, depth: usize) -> Read<Vec<Spot>> {
        self.next += 1;
        self.space()?;
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.next += 1;
            return Ok(items);
        }
        loop {
            items.push(self.value(depth + 1)?);
            if !self.goes_on(b']')? {
                return Ok(items);
            }
            self.space()?;
        }
    }

    fn object(&mut self, depth: usize) -> Read<Vec<Field>> {
        let begins = self.next;
        self.next += 1;
        self.space()?;
        let mut fields: Vec<Field> = Vec::new();
        if self.peek() == Some(b'}') {
            self.next += 1;
            return Ok(fields);
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.stranger("the name of a field");
            }
            let named = self.next;
            let name = self.string()?;
            self.space()?;
            if self.peek() != Some(b':') {
                return self.stranger("a colon");
            }
            self.next += 1;
            self.space()?;
            let value = self.value(depth + 1)?;
            if fields.iter().any(|field| field.name == name) {
                self.note(Oddity::DuplicateField, named);
            }
            fields.push(Field { name, value });
            if let Some(says) = beyond("fields of an object", fields.len(), limits::ITEMS) {
                return Err(Wrong { byte: begins, says: format!("{says}."), todo: "" });
            }
            if !self.goes_on(b'}')? {
                return Ok(fields);
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn json(spot: &Spot) -> serde_json::Value {
        use serde_json::Value as Json;
        match &spot.node {
            Node::Null => Json::Null,
            Node::Bool(flag) => Json::Bool(*flag),
            Node::Number(number) => Json::Number(number.clone()),
            Node::Text(text) => Json::from(text.as_str()),
            Node::List(items) => items.iter().map(json).collect(),
            Node::Object(fields) => fields.iter().map(|field| (field.name.clone(), json(&field.value))).collect(),
        }
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, told) in [
            ("{\"a\": 1,\n  'b': 2}", "line 2, column 3: JSON has no such quotation marks."),
            ("{\"a\": {{ ttl }}}", "line 1, column 7: A template stands here"),
            ("{\"é\": ${TTL}}", "line 1, column 7: A template stands here"),
            ("{{ include \"x\" }}", "line 1, column 1: A template stands here"),
            ("{\"a\": 1\n \"b\": 2}", "line 2, column 2: A sign stands where a comma or a closing bracket should stand."),
            ("{\"a\": True}", "line 1, column 7: A bare word stands where a value should stand."),
            ("{\"a\": \"b", "line 1, column 7: A text begins here and does not end."),
            ("{\"a\": \"b\n\"}", "line 1, column 9: A line ends within a text."),
            ("{\"a\": [1, 2", "line 1, column 12: The file ends where a comma or a closing bracket should stand."),
            ("{} {}", "line 1, column 4: The document has ended here"),
            ("{\"a\": 01}", "line 1, column 7: This is no number of JSON."),
            ("/* {", "line 1, column 1: A comment begins here"),
            ("<html>", "line 1, column 1: This is markup"),
            ("{\"a\": \"\\x\"}", "line 1, column 7: This text has an escape"),
        ] {
            let mistake = parse(text).expect_err(text).to_string();
            assert!(mistake.starts_with(told), "{text}: {mistake}");
        }
        let deep = "[".repeat(100_000);
        assert!(parse(&deep).expect_err("deep").says.contains("deep in each other"));
        let secret = parse("{\"password\": hunter2}").expect_err("no JSON").to_string();
        assert!(!secret.contains("hunter2"), "{secret}");
    }

    #[test]
    fn what_rabbitmq_may_refuse_is_read_and_noted() {
        let text = "\u{feff}{ // one\n \"a\": [1, /* two */ 2,], \"a\": \"{{ x }}\", # three\n}";
        let parsed = parse(text).expect("it is read");
        assert_eq!(json(&parsed.root), serde_json::json!({ "a": "{{ x }}" }));
        let noted: Vec<(Oddity, At)> = parsed.oddities.iter().map(|(what, byte)| (*what, parsed.lines.at(*byte))).collect();
        let at = |line, column| At { line, column };
        assert_eq!(
            noted,
            [
                (Oddity::ByteOrderMark, at(1, 1)),
                (Oddity::Comment, at(1, 4)),
                (Oddity::Comment, at(2, 11)),
                (Oddity::TrailingComma, at(2, 22)),
                (Oddity::DuplicateField, at(2, 26)),
                (Oddity::Template, at(2, 31)),
                (Oddity::TrailingComma, at(2, 40)),
                (Oddity::Comment, at(2, 42)),
            ]
        );
        assert_eq!(parse("[{\"a\": 1}]").expect("JSON").root.at("[0].a").byte, 7);
    }

    proptest! {
        /// What serde reads is read, and the same comes out. Nothing panics, and places lie within the text.
        #[test]
        fn json_is_read_as_serde_reads_it(text in "[\\[\\]{}\",:0-9a-z \\\\\n/é.\\-#$]{0,40}") {
            let ours = parse(&text);
            if let Ok(theirs) = serde_json::from_str::<serde_json::Value>(&text) {
                prop_assert_eq!(json(&ours.expect("it is JSON").root), theirs);
            } else if let Err(Mistake { at: Some(at), .. }) = ours {
                prop_assert!(at.line <= text.matches('\n').count() + 1);
            }
        }
    }
}
