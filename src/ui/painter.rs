//! Paints what moves, on one canvas above the drawing. It decides nothing: it is given tokens and paints them.

use std::fmt::Write as _;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::app::camera::{Camera, Pixel};
use crate::app::geometry::Curve;
use crate::app::hues::HUES;
use crate::app::labels::{Label, Tone, WORD_LETTERS};
use crate::app::lettering::COUNT_LETTERS;
use crate::app::tokens::{Arc, Picture, Shape, Token};
use crate::base::number::Fixed;
use crate::scenario::Point;

/// The colours of the current theme, as the style sheet has them.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    hues: Vec<String>,
    dead: String,
    ok: String,
    ink: String,
    ink_soft: String,
    node: String,
}

impl Palette {
    pub fn read() -> Option<Self> {
        let window = web_sys::window()?;
        let root = window.document()?.document_element()?;
        let style = window.get_computed_style(&root).ok()??;
        let colour = |name: &str| style.get_property_value(name).unwrap_or_default();
        Some(Self {
            hues: (1..=HUES).map(|index| colour(&format!("--k{index}"))).collect(),
            dead: colour("--dead"),
            ok: colour("--ok"),
            ink: colour("--ink"),
            ink_soft: colour("--ink2"),
            node: colour("--node"),
        })
    }
}

/// Makes the backing store as fine as the screen.
fn fit(canvas: &HtmlCanvasElement, size: Pixel, ratio: f64) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen has few pixels")]
    let (wide, high) = ((size.x * ratio).round() as u32, (size.y * ratio).round() as u32);
    if canvas.width() != wide || canvas.height() != high {
        canvas.set_width(wide);
        canvas.set_height(high);
    }
}

/// A size in pixels of the page. To ask the page for it would cost another layout a frame.
pub fn paint(canvas: &HtmlCanvasElement, size: Pixel, picture: &Picture, labels: &[Label], camera: Camera, palette: &Palette) {
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
    let Some(context) = context(canvas) else { return };
    fit(canvas, size, ratio);
    let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, size.x, size.y);
    let _ = context.translate(camera.left, camera.top);
    let _ = context.scale(camera.scale, camera.scale);
    context.set_line_cap("round");
    context.set_line_join("round");
    for arc in &picture.arcs {
        way(&context, arc, palette);
    }
    for token in &picture.tokens {
        draw(&context, token, palette);
    }
    context.set_text_align("center");
    context.set_text_baseline("middle");
    for Label { rect, text, tone } in labels {
        let (at, half) = (rect.centre(), (rect.width - rect.height) / 2.0);
        let (weight, letters, colour) = look(*tone, palette);
        set_font(&context, weight, letters, camera);
        if *tone == Tone::Sentence {
            stroke(&context, at, &[(-half, 0.0), (half, 0.0)], &palette.ink_soft, rect.height);
            stroke(&context, at, &[(-half, 0.0), (half, 0.0)], &palette.node, rect.height - 2.0 / camera.scale);
        } else {
            context.set_line_width(4.0);
            context.set_stroke_style_str(&palette.node);
            let _ = context.stroke_text(text, at.x, at.y);
        }
        context.set_fill_style_str(colour);
        let _ = context.fill_text(text, at.x, at.y);
    }
}

/// The tokens that are asked about lie on top of the picture that was painted last, with rings around them.
pub fn mark(canvas: &HtmlCanvasElement, tokens: &[Token], palette: &Palette) {
    let Some(context) = context(canvas).filter(|_| !tokens.is_empty()) else { return };
    for token in tokens {
        let Token { at, radius, .. } = token;
        draw(&context, token, palette);
        ring(&context, *at, *radius + 5.0, &palette.ink);
    }
}

/// Weight, letters and colour of a label.
fn look(tone: Tone, palette: &Palette) -> (u32, f64, &str) {
    match tone {
        Tone::Dead => (500, WORD_LETTERS, &palette.dead),
        Tone::Soft => (500, WORD_LETTERS, &palette.ink_soft),
        Tone::Number | Tone::Sentence => (600, COUNT_LETTERS, &palette.ink_soft),
    }
}

/// The same as SVG, for a picture that is kept.
pub fn svg(picture: &Picture, labels: &[Label], camera: Camera, palette: &Palette) -> String {
    let mut out =
        format!("<g transform=\"translate({:.1} {:.1}) scale({:.3})\">", Fixed(camera.left), Fixed(camera.top), Fixed(camera.scale));
    for arc in &picture.arcs {
        let colour = palette.hues.get(arc.hue).unwrap_or(&palette.ink);
        let _ = write!(
            out,
            "<path d=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.4\" stroke-linecap=\"round\" stroke-dasharray=\"1 4\"/>",
            arc.curve.svg()
        );
    }
    for Token { at, shape, hue, radius, .. } in &picture.tokens {
        let colour = palette.hues.get(*hue).unwrap_or(&palette.ink);
        let (x, y, r) = (at.x, at.y, *radius);
        let _ = match shape {
            Shape::First => write!(out, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"{colour}\"/>", Fixed(x), Fixed(y), Fixed(r)),
            Shape::Redelivered => write!(
                out,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"{colour}\"/><circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\"/>",
                Fixed(x),
                Fixed(y),
                Fixed(r - 1.2),
                Fixed(x),
                Fixed(y),
                Fixed(r + 2.0)
            ),
            Shape::Dead | Shape::Expired | Shape::Returned => {
                let point = |(x, y): &(f64, f64)| format!("{:.1},{:.1}", Fixed(at.x + x * r), Fixed(at.y + y * r));
                let points = corners(*shape).iter().map(point).collect::<Vec<_>>().join(" ");
                write!(out, "<polygon points=\"{points}\" fill=\"{colour}\"/>")
            }
            Shape::Request => write!(
                out,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{w:.1}\" height=\"{w:.1}\" fill=\"{}\"/>",
                Fixed(x - r),
                Fixed(y - r),
                palette.ink_soft,
                w = Fixed(r * 2.0)
            ),
            Shape::Ok => {
                write!(
                    out,
                    "<path d=\"M{:.1} {:.1}l3 3l5-6\" fill=\"none\" stroke=\"{}\" stroke-width=\"2.2\"/>",
                    Fixed(x - 4.0),
                    Fixed(y),
                    palette.ok
                )
            }
            Shape::Failed => write!(
                out,
                "<path d=\"M{:.1} {:.1}l6 6m0-6l-6 6\" fill=\"none\" stroke=\"{}\" stroke-width=\"2.2\"/>",
                Fixed(x - 3.0),
                Fixed(y - 3.0),
                palette.dead
            ),
            Shape::Unroutable | Shape::Held => {
                let colour = if *shape == Shape::Held { colour } else { &palette.dead };
                write!(
                    out,
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\"/>",
                    Fixed(x),
                    Fixed(y),
                    Fixed(r)
                )
            }
        };
    }
    for Label { rect, text, tone } in labels {
        let (_, letters, colour) = look(*tone, palette);
        let (at, size) = (rect.centre(), letters * camera.growth_beside(letters));
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"{:.1}\" fill=\"{colour}\">{text}</text>",
            Fixed(at.x),
            Fixed(at.y + 4.0),
            Fixed(size)
        );
    }
    out + "</g>"
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    let context: Result<_, JsValue> = canvas.get_context("2d");
    context.ok()??.dyn_into().ok()
}

/// As large as it must be to be read.
fn set_font(context: &CanvasRenderingContext2d, weight: u32, size: f64, camera: Camera) {
    context.set_font(&format!("{weight} {:.1}px Inter, system-ui, sans-serif", Fixed(size * camera.growth_beside(size))));
}

fn draw(context: &CanvasRenderingContext2d, token: &Token, palette: &Palette) {
    let Token { at, shape, hue, radius, .. } = token;
    let colour = palette.hues.get(*hue).unwrap_or(&palette.ink);
    match shape {
        Shape::First => disc(context, *at, *radius, colour),
        Shape::Redelivered => {
            disc(context, *at, *radius - 1.2, colour);
            ring(context, *at, *radius + 2.0, colour);
        }
        Shape::Dead | Shape::Expired | Shape::Returned => fill(context, *at, *radius, corners(*shape), colour),
        Shape::Request => {
            context.set_fill_style_str(&palette.ink_soft);
            context.fill_rect(at.x - radius, at.y - radius, radius * 2.0, radius * 2.0);
        }
        Shape::Ok => {
            let points = [(-4.0, 0.2), (-1.2, 3.0), (4.2, -3.4)];
            stroke(context, *at, &points, &palette.node, 5.0);
            stroke(context, *at, &points, &palette.ok, 2.2);
        }
        Shape::Failed => {
            for points in [[(-3.2, -3.2), (3.2, 3.2)], [(3.2, -3.2), (-3.2, 3.2)]] {
                stroke(context, *at, &points, &palette.dead, 2.2);
            }
        }
        Shape::Unroutable => ring(context, *at, *radius, &palette.dead),
        Shape::Held => ring(context, *at, *radius - 0.6, colour),
    }
}

/// A dotted arc.
fn way(context: &CanvasRenderingContext2d, arc: &Arc, palette: &Palette) {
    let (Curve { from, control_from, control_to, to }, colour) = (&arc.curve, palette.hues.get(arc.hue).unwrap_or(&palette.ink));
    let _ = context.set_line_dash(&[1.0, 4.0].map(JsValue::from).into_iter().collect::<Array>());
    context.begin_path();
    context.move_to(from.x, from.y);
    context.bezier_curve_to(control_from.x, control_from.y, control_to.x, control_to.y, to.x, to.y);
    context.set_line_width(1.4);
    context.set_stroke_style_str(colour);
    context.stroke();
    let _ = context.set_line_dash(&Array::new());
}

fn disc(context: &CanvasRenderingContext2d, at: Point, radius: f64, colour: &str) {
    context.begin_path();
    let _ = context.arc(at.x, at.y, radius, 0.0, std::f64::consts::TAU);
    context.set_fill_style_str(colour);
    context.fill();
}

fn ring(context: &CanvasRenderingContext2d, at: Point, radius: f64, colour: &str) {
    context.begin_path();
    let _ = context.arc(at.x, at.y, radius, 0.0, std::f64::consts::TAU);
    context.set_line_width(1.6);
    context.set_stroke_style_str(colour);
    context.stroke();
}

/// Of what is filled and has corners, around its middle, as parts of its radius.
const fn corners(shape: Shape) -> &'static [(f64, f64)] {
    match shape {
        Shape::Dead => &[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)],
        Shape::Expired => &[(-1.0, -1.2), (1.0, -1.2), (-1.0, 1.2), (1.0, 1.2)],
        Shape::Returned => &[(0.0, -1.2), (1.15, 0.9), (-1.15, 0.9)],
        Shape::First | Shape::Redelivered | Shape::Request | Shape::Ok | Shape::Failed | Shape::Unroutable | Shape::Held => &[],
    }
}

fn fill(context: &CanvasRenderingContext2d, at: Point, radius: f64, corners: &[(f64, f64)], colour: &str) {
    context.begin_path();
    for (x, y) in corners {
        context.line_to(at.x + x * radius, at.y + y * radius);
    }
    context.set_fill_style_str(colour);
    context.fill();
}

fn stroke(context: &CanvasRenderingContext2d, at: Point, points: &[(f64, f64)], colour: &str, width: f64) {
    context.begin_path();
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 {
            context.move_to(at.x + x, at.y + y);
        } else {
            context.line_to(at.x + x, at.y + y);
        }
    }
    context.set_line_width(width);
    context.set_stroke_style_str(colour);
    context.stroke();
}
