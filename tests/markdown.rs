//! The Markdown of lessons is CommonMark's: what our reader makes of a text is what pulldown-cmark makes of it.
#![cfg(not(target_arch = "wasm32"))]

use std::fmt::Write as _;

use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use requeue::formats::markdown::{Block, Inline, Piece, read};

fn ours(text: &str) -> String {
    let mut out = String::new();
    pieces(&read(text), false, &mut out);
    out
}

fn pieces(pieces: &[Piece], is_tight: bool, out: &mut String) {
    for piece in pieces {
        match &piece.block {
            Block::Heading(level, inner) => {
                write!(out, "<h{level}>").expect("a string takes all");
                words(inner, out);
                out.push_str("</h>\n");
            }
            Block::Paragraph(inner) if is_tight => words(inner, out),
            Block::Paragraph(inner) => {
                out.push_str("<p>");
                words(inner, out);
                out.push_str("</p>\n");
            }
            Block::Code(info, code) => writeln!(out, "<pre {info}>{code}</pre>").expect("a string takes all"),
            Block::Quote(inner) => {
                out.push_str("<quote>");
                self::pieces(inner, false, out);
                out.push_str("</quote>\n");
            }
            Block::List { is_ordered, is_tight, items } => {
                out.push_str(if *is_ordered { "<ol>" } else { "<ul>" });
                for item in items {
                    out.push_str("<li>");
                    self::pieces(item, *is_tight, out);
                    out.push_str("</li>\n");
                }
                out.push_str("</list>\n");
            }
            Block::Table(rows) => {
                out.push_str("<table>");
                for row in rows {
                    out.push_str("<tr>");
                    // A short row is filled up there, and left to the browser here.
                    for index in 0..rows[0].len() {
                        out.push_str("<td>");
                        words(row.get(index).map_or(&[][..], Vec::as_slice), out);
                        out.push_str("</td>");
                    }
                    out.push_str("</tr>\n");
                }
                out.push_str("</table>\n");
            }
            Block::Rule => out.push_str("<hr>\n"),
        }
    }
}

fn words(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        let (before, inner, after) = match inline {
            Inline::Text(text) => {
                out.push_str(text);
                continue;
            }
            Inline::Code(code) => {
                write!(out, "<code>{code}</code>").expect("a string takes all");
                continue;
            }
            Inline::Emphasis(inner) => ("<em>".to_owned(), inner, "</em>"),
            Inline::Strong(inner) => ("<strong>".to_owned(), inner, "</strong>"),
            Inline::Link(to, inner) => (format!("<a {to}>"), inner, "</a>"),
        };
        out.push_str(&before);
        words(inner, out);
        out.push_str(after);
    }
}

fn theirs(text: &str) -> String {
    let mut out = String::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(tag) => match tag {
                Tag::Paragraph => out.push_str("<p>"),
                Tag::Heading { level, .. } => write!(out, "<h{}>", level as usize).expect("a string takes all"),
                Tag::CodeBlock(CodeBlockKind::Fenced(info)) => write!(out, "<pre {info}>").expect("a string takes all"),
                Tag::CodeBlock(CodeBlockKind::Indented) => out.push_str("<pre >"),
                Tag::BlockQuote(_) => out.push_str("<quote>"),
                Tag::List(Some(_)) => out.push_str("<ol>"),
                Tag::List(None) => out.push_str("<ul>"),
                Tag::Item => out.push_str("<li>"),
                Tag::Table(_) => out.push_str("<table>"),
                Tag::TableHead | Tag::TableRow => out.push_str("<tr>"),
                Tag::TableCell => out.push_str("<td>"),
                Tag::Emphasis => out.push_str("<em>"),
                Tag::Strong => out.push_str("<strong>"),
                Tag::Link { dest_url, link_type, .. } => {
                    let mail = if link_type == pulldown_cmark::LinkType::Email { "mailto:" } else { "" };
                    write!(out, "<a {mail}{dest_url}>").expect("a string takes all");
                }
                _ => {}
            },
            Event::End(tag) => match tag {
                TagEnd::Paragraph => out.push_str("</p>\n"),
                TagEnd::Heading(_) => out.push_str("</h>\n"),
                TagEnd::CodeBlock => out.push_str("</pre>\n"),
                TagEnd::BlockQuote(_) => out.push_str("</quote>\n"),
                TagEnd::List(_) => out.push_str("</list>\n"),
                TagEnd::Item => out.push_str("</li>\n"),
                TagEnd::Table => out.push_str("</table>\n"),
                TagEnd::TableHead | TagEnd::TableRow => out.push_str("</tr>\n"),
                TagEnd::TableCell => out.push_str("</td>"),
                TagEnd::Emphasis => out.push_str("</em>"),
                TagEnd::Strong => out.push_str("</strong>"),
                TagEnd::Link => out.push_str("</a>"),
                _ => {}
            },
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => out.push_str(&text),
            Event::Code(code) => write!(out, "<code>{code}</code>").expect("a string takes all"),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            Event::Rule => out.push_str("<hr>\n"),
            _ => {}
        }
    }
    out
}

#[test]
fn every_lesson_is_read_as_common_mark_has_it() {
    let mut count = 0;
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/static/lessons")).expect("the lessons are there") {
        let path = file.expect("it can be read").path();
        if path.extension().is_some_and(|ending| ending == "md") {
            let text = std::fs::read_to_string(&path).expect("it is text");
            assert_eq!(ours(&text), theirs(&text), "{}", path.display());
            count += 1;
        }
    }
    assert!(count >= 38, "{count} lessons");
}

/// What would take its square, or fill the memory, does not: each of these is a megabyte, the most a lesson may have.
#[test]
fn large_files_are_read() {
    let table = format!("|{}\n|{}\n{}", "a|".repeat(1_000), "-|".repeat(1_000), "x\n".repeat(500_000));
    let paragraphs = |text: &str, times: usize| format!("{}\n\n", text.repeat(times)).repeat(1_000_000 / (text.len() * times + 2));
    for text in [
        table,
        "---\n".repeat(250_000),
        "a\n\n".repeat(330_000),
        paragraphs("a", 3_999),
        paragraphs("*a* ", 999),
        paragraphs("a* ", 1_300),
        paragraphs("[](", 1_333),
        paragraphs("<", 3_999),
        paragraphs("&", 3_999),
        paragraphs("`a``", 999),
        "> ".repeat(500_000),
        "- ".repeat(500_000),
    ] {
        assert!(!read(&text).is_empty());
        assert!(requeue::formats::lesson_file::read(&format!("# T\n\n{text}")).is_err());
    }
}

#[test]
fn what_people_write_is_read_as_common_mark_has_it() {
    let cases = [
        "# One #\n\n## Two\nthree\n===\nfour\nfive\n---\n#no\n####### no\n# C#",
        "*a* _b_ **c** __d__ ***e*** a*b*c a_b_c **a*b*c** *a**b**c* * a * ** **\n\n*(x)*. _\"y\"_ **a",
        "`a` ``b`c`` ` d ` `e\nf` `open\n\n\\*no\\* \\`no\\` \\a 5 \\< 6 a\\\nb  \nc",
        "[a](b) [a *b*](<c d> \"title\") [a](b(c)d) [a [b](c) d](e) [no] [no](a b) ![image](x.png) [a](\n\n<https://a.b/c> <a@b.c> <b>bold</b> a < b",
        "- a\n- b\n  c\n\n  d\n- e\n\n1. x\n2. y\n   - z\n   - w\n\n7) seven",
        "- a\n\n- b\n* c\n+ d\n-\n- e\n    code?",
        "> a\nb\n> - c\n>\n> d\n\n> ```\n> e\n> ```",
        "```js\na\n  b\n```\n~~~\nc\n```\n~~~\n````\n```\n````\n    indented\n\n    more\n\nend\n```\nopen",
        "| a | b |\n|---|:-:|\n| `c` | d\\|e |\n| f |\n\nafter\na | b\n--|--\nc | d",
        "a\n***\nb\n\n* * *\n_____\n--",
        "&amp; &lt; &#65; &#x42; &none; & a&b;",
        "text\n- list\n2. no list\n> quote\n# head\n    goes on",
        "- a\n\t- b\n\n1.\tOne\n2.\ttwo\n\n\tmore\n\n-\tx\n\n>\tq\n\nend\n\n\tcode",
        "[a](https://x/?p=1&amp;q=2) [b](https://x/Foo_\\(bar\\)) [c](b\\)c) [d](b (title)) [e](<f\\>&amp;g>) [h](i\\j)",
        "**a *b** c* ***d** e* *f **g* h** a*** ****b**** **c*d**e*f",
        "Ünï *çödé* **“quoted”** „*low*“ — *dash*—*dash*",
        "\u{feff}# with a mark",
        "",
    ];
    for text in cases {
        let text = format!("{text}\n");
        assert_eq!(ours(&text), theirs(&text), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Pairs of stars, underlines, ticks and brackets, however they are mixed.
    #[test]
    fn pairs_are_found_as_common_mark_finds_them(parts in proptest::collection::vec(
        prop::sample::select(vec!["*", "**", "***", "_", "__", " ", "a", "b c", "`", "``", "[", "](d)", "]", "\\", ".", "(", "é"]), 0..14
    )) {
        let text = format!("x {} y", parts.concat());
        prop_assert_eq!(ours(&text), theirs(&text), "{}", text);
    }

    /// Lines of every kind, one below another.
    #[test]
    fn lines_are_taken_together_as_common_mark_takes_them(parts in proptest::collection::vec(
        prop::sample::select(vec!["a", "b *c*", "", "", "# h", "- i", "- j", "  k", "1. l", "> q", "```", "***", "    m", "***n", "a | b"]), 0..9
    )) {
        let text = parts.join("\n") + "\n";
        prop_assert_eq!(ours(&text), theirs(&text), "{}", text);
    }

    /// Whatever it is given, mixed of what means something.
    #[test]
    fn it_reads_any_mixture(parts in proptest::collection::vec(
        prop::sample::select(vec!["\n", "\n\n", "*", "_", "`", "```\n", "[", "](", ")", "<", ">", "\\", "&", "&#x41;", "|", "-|-", "- ", "1. ", "> ", "#", "\t", "    ", "é", "a", "=", "!"]), 0..60
    )) {
        let _ = read(&parts.concat());
    }

    /// Whatever it is given.
    #[test]
    fn it_reads_anything(text in "(?s).{0,200}") {
        let _ = read(&text);
    }
}
