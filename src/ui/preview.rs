//! A system, very small: shapes and lines without names.

use yew::{Html, html};

use super::widgets::number;
use crate::base::number::Shortest;
use crate::formats::site_list::{Outline, OutlineLine, Shape, ShapeKind};

/// What is on the canvas, very small: shapes and lines without names.
pub fn preview(outline: &Outline, view: [f64; 4]) -> Html {
    let Outline { shapes, lines } = outline;
    if shapes.is_empty() {
        return html! {};
    }
    let view = view.map(|value| Shortest(value).to_string()).join(" ");
    html! {
        <svg class="preview-map" viewBox={view} aria-hidden="true">
            for drawn in lines.iter() { { line(*drawn, shapes) } }
            for drawn in shapes.iter() { { shape(*drawn) } }
        </svg>
    }
}

/// From middle to middle: the shapes stand before it.
fn line(OutlineLine { from, to, dead }: OutlineLine, shapes: &[Shape]) -> Html {
    let Some((start, end)) = shapes.get(from).zip(shapes.get(to)) else { return html! {} };
    let [from, to] = [start.centre, end.centre];
    html! {
        <line class={dead.then_some("dead")} x1={number(from.x)} y1={number(from.y)} x2={number(to.x)} y2={number(to.y)} />
    }
}

fn shape(Shape { kind, centre }: Shape) -> Html {
    let (width, height, radius) = match kind {
        ShapeKind::Exchange => (72.0, 72.0, "36"),
        ShapeKind::Client => (130.0, 46.0, "23"),
        ShapeKind::Queue => (196.0, 48.0, "10"),
        ShapeKind::Service => (196.0, 80.0, "12"),
    };
    html! {
        <rect
            class={format!("shape-{}", kind.letter())}
            x={number(centre.x - width / 2.0)}
            y={number(centre.y - height / 2.0)}
            width={number(width)}
            height={number(height)}
            rx={radius}
        />
    }
}
