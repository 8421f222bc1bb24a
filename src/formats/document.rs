//! Reading a JSON document written by hand: every mistake is noted with its path, and unknown fields are mistakes. Reading goes on to the
//! end, so that the author sees all mistakes at once.

use std::cell::{Cell, RefCell};

use serde_json::{Map, Value as Json};

use super::amqp_json::table_from_json;
use crate::base::SimTime;
use crate::base::limits::{self, FILE_BYTES, beyond};
use crate::broker::{Name, Table};
use crate::scenario::validate::few;
use crate::scenario::{Point, Problem};

/// The longest span a file may name: ten years, as RabbitMQ's own limit on expiry.
const SPAN_MS_MAX: f64 = 315_360_000_000.0;

/// The same.
pub const LONGEST: SimTime = SimTime::from_millis(315_360_000_000);

/// The unsigned numbers a document may hold.
pub trait Bounded: TryFrom<u64> + Into<u64> + Copy {
    const MAX: Self;
}

impl Bounded for u8 {
    const MAX: Self = Self::MAX;
}

impl Bounded for u16 {
    const MAX: Self = Self::MAX;
}

impl Bounded for u32 {
    const MAX: Self = Self::MAX;
}

/// Why a file is too large to be read.
#[must_use]
pub fn too_large(text: &str) -> Option<Problem> {
    let message = beyond("bytes of a file", text.len(), FILE_BYTES)?;
    Some(Problem { path: String::new(), message })
}

/// How many values a JSON text has: commas and brackets outside of texts tell.
fn values(text: &str) -> usize {
    let (mut count, mut in_text, mut escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if std::mem::take(&mut escaped) => {}
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

/// Why a JSON text has too many values to be parsed.
#[must_use]
pub fn too_many_values(text: &str) -> Option<String> {
    beyond("values of a JSON file", values(text), limits::VALUES)
}

/// Parses the text of a JSON file.
///
/// # Errors
/// It is too large, has too many values, is empty, or no JSON.
pub fn parse(text: &str) -> Result<Json, Problem> {
    let problem = |message: String| Problem { path: String::new(), message };
    if let Some(too_large) = too_large(text) {
        return Err(too_large);
    }
    if text.trim_ascii().is_empty() {
        return Err(problem("the file is empty".to_owned()));
    }
    if let Some(message) = too_many_values(text) {
        return Err(problem(message));
    }
    serde_json::from_str(text).map_err(|error| problem(format!("this is not JSON: {error}")))
}

/// A kind of file: the field that it begins with, which says its version.
#[derive(Debug)]
pub struct Format {
    pub key: &'static str,
    /// As a person calls such a file.
    pub name: &'static str,
    pub version: u64,
}

impl Format {
    /// Whether a document says that it is of this kind.
    #[must_use]
    pub fn is_of(&self, document: &Json) -> bool {
        document.get(self.key).is_some()
    }

    /// Parses a file of this kind. The version comes first: a file of tomorrow is not "full of unknown fields", it is of tomorrow.
    ///
    /// # Errors
    /// It is no JSON, of another kind, or of another version.
    pub fn parse(&self, text: &str) -> Result<Json, Vec<Problem>> {
        let document = parse(text).map_err(|problem| vec![problem])?;
        self.check(&document)?;
        Ok(document)
    }

    /// Whether a document is one of this kind and version.
    ///
    /// # Errors
    /// It is of another kind, or of another version.
    pub fn check(&self, document: &Json) -> Result<(), Vec<Problem>> {
        let Self { key, name, version: ours } = self;
        let message = match document.get(key).map(Json::as_u64) {
            Some(Some(version)) if version == *ours => return Ok(()),
            Some(Some(version)) => format!("this is format {version}, and this Requeue reads format {ours}. A newer one may open it"),
            _ => format!("the format's version is missing: a {name} begins with \"{key}\": {ours}"),
        };
        Err(vec![Problem { path: (*key).to_owned(), message }])
    }
}

/// What was wrong so far. A file of 16 MiB can hold millions of mistakes: the first ones are kept, the others counted.
#[derive(Debug, Default)]
pub struct Mistakes {
    first: RefCell<Vec<Problem>>,
    more: Cell<usize>,
}

impl Mistakes {
    /// Whether another mistake would only be counted.
    fn are_many(&self) -> bool {
        let many = self.first.borrow().len() >= limits::PROBLEMS;
        self.more.set(self.more.get() + usize::from(many));
        many
    }

    pub fn add(&self, path: &str, message: impl Into<String>) {
        if !self.are_many() {
            self.first.borrow_mut().push(Problem { path: path.to_owned(), message: message.into() });
        }
    }

    #[must_use]
    pub fn into_problems(self) -> Vec<Problem> {
        few(self.first.into_inner(), self.more.get())
    }

    /// What was read, if nothing was wrong.
    ///
    /// # Errors
    /// What was wrong; never empty.
    pub fn or<T>(self, read: T) -> Result<T, Vec<Problem>> {
        let problems = self.into_problems();
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }
}

/// A value of the document, and where it stands. After a mistake reading yields the type's empty value.
#[derive(Debug)]
pub struct Node<'a> {
    /// None: it was missing, and that has been noted.
    value: Option<&'a Json>,
    path: String,
    mistakes: &'a Mistakes,
}

impl<'a> Node<'a> {
    #[must_use]
    pub const fn root(value: &'a Json, mistakes: &'a Mistakes) -> Self {
        Self { value: Some(value), path: String::new(), mistakes }
    }

    pub fn mistake(&self, message: impl Into<String>) {
        self.mistakes.add(&self.path, message);
    }

    fn must_be<T>(&self, what: &str, value: Option<T>) -> Option<T> {
        if let (None, Some(found)) = (&value, self.value) {
            let found = match found {
                Json::Null => "null".to_owned(),
                Json::Bool(_) => "true or false".to_owned(),
                Json::Number(number) => number.to_string(),
                Json::String(text) => format!("{text:?}"),
                Json::Array(_) => "a list".to_owned(),
                Json::Object(_) => "an object".to_owned(),
            };
            self.mistake(format!("expected {what}, found {found}"));
        }
        value
    }

    #[must_use]
    pub fn text(&self) -> String {
        self.must_be("a text", self.value.and_then(Json::as_str)).unwrap_or_default().to_owned()
    }

    #[must_use]
    pub fn name(&self) -> Name {
        self.must_be("a text", self.value.and_then(Json::as_str)).unwrap_or_default().into()
    }

    /// The text, if it is one; anything else is no mistake.
    #[must_use]
    pub fn maybe_text(&self) -> Option<&'a str> {
        self.value.and_then(Json::as_str)
    }

    /// A whole number, perhaps negative.
    #[must_use]
    pub fn integer(&self) -> i64 {
        self.must_be("a whole number", self.value.and_then(Json::as_i64)).unwrap_or_default()
    }

    #[must_use]
    pub fn flag(&self) -> bool {
        self.must_be("true or false", self.value.and_then(Json::as_bool)).unwrap_or_default()
    }

    /// A whole number from 0 to `max`.
    #[must_use]
    pub fn whole(&self, max: u64) -> u64 {
        let number = self.value.and_then(Json::as_u64).filter(|number| *number <= max);
        self.must_be(&format!("a whole number from 0 to {max}"), number).unwrap_or_default()
    }

    /// A whole number from 0 to what the type can hold.
    #[must_use]
    pub fn number_up_to<T: Bounded>(&self) -> T {
        T::try_from(self.whole(T::MAX.into())).unwrap_or(T::MAX)
    }

    #[must_use]
    pub fn is_text(&self) -> bool {
        self.value.is_some_and(Json::is_string)
    }

    #[must_use]
    pub fn is_number(&self) -> bool {
        self.value.is_some_and(Json::is_number)
    }

    /// An element with a text form, such as a fault.
    #[must_use]
    pub fn parsed<T: std::str::FromStr<Err = String>>(&self) -> Option<T> {
        let text = self.must_be("a text", self.value.and_then(Json::as_str))?;
        text.parse().map_err(|why: String| self.mistake(why)).ok()
    }

    #[must_use]
    pub fn number(&self) -> f64 {
        self.must_be("a number", self.value.and_then(Json::as_f64)).unwrap_or_default()
    }

    /// Milliseconds, perhaps with a fraction.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is checked to be within bounds")]
    pub fn millis(&self) -> SimTime {
        let millis = self.value.and_then(Json::as_f64).filter(|millis| (0.0..=SPAN_MS_MAX).contains(millis));
        let millis = self.must_be("milliseconds, from 0 to ten years", millis).unwrap_or_default();
        SimTime::from_micros((millis * 1_000.0).round() as u64)
    }

    #[must_use]
    pub fn point(&self) -> Point {
        let pair = self.value.and_then(Json::as_array).filter(|list| list.len() == 2);
        let pair = pair.and_then(|list| list[0].as_f64().zip(list[1].as_f64()));
        let (x, y) = self.must_be("two numbers, as in [120, 80]", pair).unwrap_or_default();
        Point { x, y }
    }

    #[must_use]
    pub fn json(&self) -> Json {
        self.value.cloned().unwrap_or_default()
    }

    #[must_use]
    pub fn object(&self) -> Map<String, Json> {
        self.must_be("an object", self.value.and_then(Json::as_object)).cloned().unwrap_or_default()
    }

    /// The entries of an object whose keys are names.
    #[must_use]
    pub fn entries(&self) -> Vec<(&'a str, Self)> {
        let fields = self.fields();
        let entries = fields.fields.into_iter().flatten();
        entries.map(|(name, value)| (name.as_str(), fields.node(name, Some(value)))).collect()
    }

    #[must_use]
    pub fn table(&self) -> Table {
        table_from_json(&self.object())
    }

    /// One of these words.
    #[must_use]
    pub fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.value.and_then(Json::as_str);
        let found = text.and_then(|text| words.iter().find(|(word, _)| *word == text)).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.must_be::<()>(&format!("one of {}", known.join(", ")), None);
        }
        found
    }

    /// The items of a short list.
    #[must_use]
    pub fn items(&self) -> Vec<Node<'a>> {
        self.items_up_to(limits::ITEMS, "items of a list")
    }

    /// The items of a list that has at most so many; those beyond are not read.
    #[must_use]
    pub fn items_up_to(&self, max: usize, what: &str) -> Vec<Node<'a>> {
        let items = self.must_be("a list", self.value.and_then(Json::as_array)).map_or(&[][..], Vec::as_slice);
        if let Some(why) = beyond(what, items.len(), max) {
            self.mistake(why);
        }
        let item = |(index, value)| Node { value: Some(value), path: format!("{}[{index}]", self.path), mistakes: self.mistakes };
        items.iter().take(max).enumerate().map(item).collect()
    }

    /// The fields of an object. Call [`Fields::done`] when all known ones have been asked for.
    #[must_use]
    pub fn fields(&self) -> Fields<'a> {
        let fields = self.must_be("an object", self.value.and_then(Json::as_object));
        Fields { fields, path: self.path.clone(), mistakes: self.mistakes, known: RefCell::default() }
    }
}

/// The fields of an object being read.
#[derive(Debug)]
pub struct Fields<'a> {
    fields: Option<&'a Map<String, Json>>,
    path: String,
    mistakes: &'a Mistakes,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    fn node(&self, name: &str, value: Option<&'a Json>) -> Node<'a> {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Node { value, path, mistakes: self.mistakes }
    }

    #[must_use]
    pub fn maybe(&self, name: &'static str) -> Option<Node<'a>> {
        self.known.borrow_mut().push(name);
        let value = self.fields?.get(name)?;
        Some(self.node(name, Some(value)))
    }

    #[must_use]
    pub fn need(&self, name: &'static str) -> Node<'a> {
        self.maybe(name).unwrap_or_else(|| {
            let node = self.node(name, None);
            if self.fields.is_some() {
                node.mistake("is missing");
            }
            node
        })
    }

    #[must_use]
    pub fn flag(&self, name: &'static str, default: bool) -> bool {
        self.maybe(name).map_or(default, |node| node.flag())
    }

    /// The items of a list that may be absent.
    #[must_use]
    pub fn items(&self, name: &'static str) -> Vec<Node<'a>> {
        self.maybe(name).map(|node| node.items()).unwrap_or_default()
    }

    /// The same, of at most so many.
    #[must_use]
    pub fn items_up_to(&self, name: &'static str, max: usize, what: &str) -> Vec<Node<'a>> {
        self.maybe(name).map(|node| node.items_up_to(max, what)).unwrap_or_default()
    }

    /// A mistake of the object as a whole.
    pub fn mistake(&self, message: impl Into<String>) {
        self.mistakes.add(&self.path, message);
    }

    /// What has not been asked for is not known.
    pub fn done(&self) {
        let known = self.known.borrow();
        for name in self.fields.into_iter().flat_map(Map::keys).filter(|name| !known.contains(&name.as_str())) {
            if self.mistakes.are_many() {
                continue;
            }
            let message = format!("unknown field; known here: {}", known.join(", "));
            self.node(name, None).mistake(message);
        }
    }
}
