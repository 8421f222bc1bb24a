//! Erlang's terms as its `~tp` prints them: the properties and keys in the texts of `rabbitmq_tracing`.

use crate::broker::{Name, Table, Value};

/// So deep and so many at most: a text is hostile.
const DEPTH_MAX: usize = 50;
const TERMS_MAX: usize = 20_000;

#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A binary, or a text in quotes.
    Bytes(Vec<u8>),
    Atom(String),
    Int(i64),
    Float(f64),
    List(Vec<Self>),
    Tuple(Vec<Self>),
}

/// Where a text is no term, as a place in it, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoTerm {
    pub at: usize,
    pub why: &'static str,
}

/// Reads one term that fills the text.
///
/// # Errors
/// It is none.
pub fn parse(text: &str) -> Result<Term, NoTerm> {
    let mut reader = Reader { text, at: 0, terms: 0 };
    let term = reader.term(0)?;
    reader.blank();
    if reader.at == text.len() { Ok(term) } else { Err(reader.no("something follows the term")) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    terms: usize,
}

impl Reader<'_> {
    const fn no(&self, why: &'static str) -> NoTerm {
        NoTerm { at: self.at, why }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_there = self.text.as_bytes()[self.at..].starts_with(sign.as_bytes());
        self.at += if is_there { sign.len() } else { 0 };
        is_there
    }

    fn blank(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn term(&mut self, depth: usize) -> Result<Term, NoTerm> {
        self.blank();
        self.terms += 1;
        if depth > DEPTH_MAX || self.terms > TERMS_MAX {
            return Err(self.no("the term is too large"));
        }
        if self.takes("<<") {
            return self.binary();
        }
        match self.peek() {
            Some(b'[') => self.items("]", depth).map(Term::List),
            Some(b'{') => self.items("}", depth).map(Term::Tuple),
            Some(b'"') => Ok(Term::Bytes(self.quoted()?.into_bytes())),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'a'..=b'z') => {
                let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'@';
                let start = self.at;
                while self.peek().is_some_and(letter) {
                    self.at += 1;
                }
                Ok(Term::Atom(self.text[start..self.at].to_owned()))
            }
            _ => Err(self.no("no term begins here")),
        }
    }

    /// Between brackets, with commas.
    fn items(&mut self, end: &str, depth: usize) -> Result<Vec<Term>, NoTerm> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.blank();
            if self.takes(end) {
                return Ok(items);
            }
            if !items.is_empty() && !self.takes(",") {
                return Err(self.no("a comma or a bracket is missing"));
            }
            items.push(self.term(depth + 1)?);
        }
    }

    /// Texts and numbers behind `<<`. A long text is written in parts.
    fn binary(&mut self) -> Result<Term, NoTerm> {
        let mut bytes = Vec::new();
        loop {
            self.blank();
            if self.takes(">>") {
                return Ok(Term::Bytes(bytes));
            }
            let _ = self.takes(",");
            self.blank();
            match self.peek() {
                Some(b'"') => {
                    let text = self.quoted()?;
                    if self.takes("/utf8") || !text.chars().all(|letter| u32::from(letter) < 256) {
                        bytes.extend(text.as_bytes());
                    } else {
                        // Without /utf8, each letter is one byte.
                        bytes.extend(text.chars().filter_map(|letter| u8::try_from(u32::from(letter)).ok()));
                    }
                }
                Some(b'0'..=b'9') => match self.number()? {
                    Term::Int(byte) => bytes.push(u8::try_from(byte).map_err(|_| self.no("a byte is less than 256"))?),
                    _ => return Err(self.no("a byte is a whole number")),
                },
                _ => return Err(self.no("a binary holds texts and bytes")),
            }
        }
    }

    fn quoted(&mut self) -> Result<String, NoTerm> {
        let mut out = String::new();
        let mut letters = self.text[self.at + 1..].char_indices();
        let start = self.at + 1;
        while let Some((place, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at = start + place + 1;
                    return Ok(out);
                }
                '\\' => match letters.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'b')) => out.push('\u{8}'),
                    Some((_, 'f')) => out.push('\u{c}'),
                    Some((_, 'v')) => out.push('\u{b}'),
                    Some((_, 'e')) => out.push('\u{1b}'),
                    Some((_, 'd')) => out.push('\u{7f}'),
                    Some((_, 's')) => out.push(' '),
                    Some((_, '0')) => out.push('\0'),
                    Some((_, 'x')) => {
                        let rest = letters.as_str();
                        let code = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(code, _)| code);
                        let code = code.filter(|code| code.len() <= 6);
                        let found = code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
                        let Some((code, found)) = code.zip(found) else { return Err(self.no("an escape is none")) };
                        out.push(found);
                        letters.nth(code.len() + 1);
                    }
                    Some((_, other)) => out.push(other),
                    None => break,
                },
                other => out.push(other),
            }
        }
        Err(self.no("a quote has no end"))
    }

    fn number(&mut self) -> Result<Term, NoTerm> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        let number = text.parse().map(Term::Int).ok().or_else(|| text.parse().map(Term::Float).ok());
        number.ok_or(NoTerm { at: start, why: "a number is none" })
    }
}

impl Term {
    /// Bytes that are a text; what is none of UTF-8 is shown as such.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    #[must_use]
    pub fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// A list of `{Name, Type, Value}`, as AMQP's tables are in RabbitMQ. What is none of these is left out.
    #[must_use]
    pub fn table(&self) -> Table {
        let fields = self.items().unwrap_or_default().iter();
        fields
            .filter_map(|field| match field {
                Self::Tuple(parts) => match &parts[..] {
                    [name, Self::Atom(kind), value] => Some((Name::from(name.text()?), value.value(kind))),
                    _ => None,
                },
                _ => None,
            })
            .collect()
    }

    fn value(&self, kind: &str) -> Value {
        match (kind, self) {
            ("table", _) => Value::Table(self.table()),
            ("array", Self::List(items)) => {
                let typed = |item: &Self| match item {
                    Self::Tuple(parts) => match &parts[..] {
                        [Self::Atom(kind), value] => value.value(kind),
                        _ => Value::Void,
                    },
                    _ => Value::Void,
                };
                Value::Array(items.iter().map(typed).collect())
            }
            ("timestamp", Self::Int(seconds)) => Value::Timestamp(u64::try_from(*seconds).unwrap_or_default()),
            (_, Self::Int(number)) => Value::Int(*number),
            (_, Self::Float(number)) => Value::Double(*number),
            (_, Self::Bytes(_)) => Value::string(&self.text().unwrap_or_default()),
            (_, Self::Atom(word)) if word == "true" || word == "false" => Value::Bool(word == "true"),
            _ => Value::Void,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_erlang_prints_is_read() {
        let text = "[{<<\"delivery_mode\">>,signedint,2},\n {<<\"headers\">>,table,\n  [{<<\"a\\\"b\">>,longstr,<<\"x\"\n     \"y\">>},\n   {<<\"n\">>,double,1.5e-3},{<<\"l\">>,array,[{longstr,<<229,147,136>>},{bool,true}]},{<<\"v\">>,void,undefined}]}]";
        let table = parse(text).expect("it is a term").table();
        assert_eq!(table.get("delivery_mode"), Some(&Value::Int(2)));
        let Some(Value::Table(headers)) = table.get("headers") else { panic!("{table:?}") };
        assert_eq!(headers.get("a\"b"), Some(&Value::string("xy")));
        assert_eq!(headers.get("n"), Some(&Value::Double(0.0015)));
        assert_eq!(headers.get("l"), Some(&Value::Array(vec![Value::string("哈"), Value::Bool(true)])));
        assert_eq!(headers.get("v"), Some(&Value::Void));
        assert_eq!(
            parse("[<<\"\u{e9}\"/utf8>>, <<\"\u{e9}\">>]").expect("it is"),
            Term::List(vec![Term::Bytes("\u{e9}".into()), Term::Bytes(vec![0xe9]),])
        );
        assert_eq!(parse("[]").expect("it is"), Term::List(Vec::new()));
    }

    #[test]
    fn what_is_none_says_where() {
        for (text, at) in [("", 0), ("[1", 2), ("<<\"a", 2), ("[1 2]", 3), ("{a,<<300>>}", 8), ("x y", 2), ("\"\\x{110000}\"", 0)] {
            assert_eq!(parse(text).expect_err(text).at, at, "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)).expect_err("too deep").why, "the term is too large");
        assert_eq!(parse(&format!("[{}1]", "1,".repeat(100_000))).expect_err("too many").why, "the term is too large");
    }
}
