//! Icons, drawn as SVG: there is no icon font, and no emoji on a bare machine.

use yew::{Html, html};

fn stroked(path: &'static str) -> Html {
    html! {
        <svg
            class="icon"
            viewBox="0 0 16 16"
            width="16"
            height="16"
            aria-hidden="true"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-linecap="round"
            stroke-linejoin="round"
        >
            <path d={path} />
        </svg>
    }
}

fn filled(path: &'static str) -> Html {
    html! { <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="currentColor"><path d={path} /></svg> }
}

pub fn logo() -> Html {
    html! {
        <svg
            class="logo-mark"
            viewBox="0 0 22 22"
            width="22"
            height="22"
            aria-hidden="true"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linecap="round"
            stroke-linejoin="round"
        >
            <path d="M4 8h10a4 4 0 0 1 0 8H8" />
            <path d="M8 4 4 8l4 4" />
            <circle cx="6" cy="16" r="1.4" fill="currentColor" />
        </svg>
    }
}

pub fn play() -> Html {
    filled("M4.6 2.6v10.8a.5.5 0 0 0 .76.43l8.7-5.4a.5.5 0 0 0 0-.86l-8.7-5.4a.5.5 0 0 0-.76.43z")
}

pub fn pause() -> Html {
    filled("M4.4 3h2.7v10H4.4zM8.9 3h2.7v10H8.9z")
}

pub fn step() -> Html {
    stroked("m4 3 6.5 5L4 13zM13 3v10")
}

pub fn back() -> Html {
    stroked("M12 3 5.5 8 12 13zM3 3v10")
}

pub fn next() -> Html {
    stroked("m3 3 5 5-5 5M8.5 3l5 5-5 5")
}

pub fn undo() -> Html {
    stroked("M6 3 2.8 6.2 6 9.4M3 6.2h6.2a3.8 3.8 0 0 1 0 7.6H6")
}

pub fn redo() -> Html {
    stroked("m10 3 3.2 3.2L10 9.4M13 6.2H6.8a3.8 3.8 0 0 0 0 7.6H10")
}

pub fn up() -> Html {
    stroked("M8 13V3.5M4 7l4-4 4 4")
}

pub fn down() -> Html {
    stroked("M8 3v9.5M4 9l4 4 4-4")
}

pub fn plus() -> Html {
    stroked("M8 3v10M3 8h10")
}

pub fn minus() -> Html {
    stroked("M3 8h10")
}

/// Boxes in columns, joined by lines.
pub fn arrange() -> Html {
    stroked("M2 5.5h4v5H2zM10.5 2h3.5v4h-3.5zM10.5 10h3.5v4h-3.5zM6 8h2.2M10.5 4H8.2v8h2.3")
}

pub fn fit() -> Html {
    stroked("M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10")
}

pub fn restart() -> Html {
    stroked("M3 8a5 5 0 1 0 1.7-3.75M3 2.6v2.9h2.9")
}

pub fn open() -> Html {
    stroked("M2 12.5v-9h4l1.4 1.8H14v7.2z")
}

pub fn import() -> Html {
    stroked("M8 2v7.5M5 6.8 8 9.8l3-3M2.5 10.5v3h11v-3")
}

pub fn sun() -> Html {
    stroked(
        "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.2v1.2M8 13.6v1.2M1.2 8h1.2M13.6 8h1.2M3.2 3.2l.9.9M11.9 11.9l.9.9M3.2 12.8l.9-.9M11.9 4.1l.9-.9",
    )
}

pub fn moon() -> Html {
    stroked("M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z")
}

pub fn auto() -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="1.8" />
            <path d="M8 2.4a5.6 5.6 0 0 1 0 11.2z" fill="currentColor" />
        </svg>
    }
}

pub fn motion() -> Html {
    stroked("M1.8 5h5.4M1.8 8h3.6M1.8 11h5.4M11.4 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z")
}

pub fn motion_full() -> Html {
    html! {
        <svg
            class="icon"
            viewBox="0 0 16 16"
            width="16"
            height="16"
            aria-hidden="true"
            fill="currentColor"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-linecap="round"
        >
            <path d="M1.8 5h5.4M1.8 8h3.6M1.8 11h5.4" />
            <circle cx="11.4" cy="8" r="2.8" />
        </svg>
    }
}

pub fn still() -> Html {
    stroked("M8 3.4a4.6 4.6 0 1 0 0 9.2 4.6 4.6 0 0 0 0-9.2zM6.6 6.2v3.6M9.4 6.2v3.6")
}

pub fn close() -> Html {
    stroked("m4 4 8 8m0-8-8 8")
}

pub fn send() -> Html {
    stroked("M2 8h11m-4-4 4 4-4 4")
}

pub fn book() -> Html {
    stroked("M8 4.4C6.6 3.2 4.6 2.9 2.2 3v9.4c2.4-.1 4.4.2 5.8 1.4M8 4.4c1.4-1.2 3.4-1.5 5.8-1.4v9.4c-2.4-.1-4.4.2-5.8 1.4M8 4.4v9.4")
}

pub fn done() -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <circle cx="8" cy="8" r="7" fill="currentColor" />
            <path
                d="m4.9 8.1 2.1 2.2 4-4.3"
                fill="none"
                class="on-fill"
                stroke-width="1.8"
                stroke-linecap="round"
                stroke-linejoin="round"
            />
        </svg>
    }
}

pub fn failed() -> Html {
    html! {
        <svg
            class="icon failed"
            viewBox="0 0 16 16"
            width="16"
            height="16"
            aria-hidden="true"
            fill="none"
            stroke="currentColor"
            stroke-width="1.6"
            stroke-linecap="round"
        >
            <circle cx="8" cy="8" r="6.4" />
            <path d="m5.6 5.6 4.8 4.8M10.4 5.6l-4.8 4.8" />
        </svg>
    }
}

/// Half of it is done.
pub fn begun() -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" stroke-width="1.4" />
            <path d="M8 3.6a4.4 4.4 0 0 1 0 8.8z" fill="currentColor" />
        </svg>
    }
}

pub fn pending() -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" stroke-width="1.4" />
        </svg>
    }
}

/// A triangle with its exclamation mark: what colour says, shape says too.
pub const WARNING: &str = "M8 1.8 14.8 13.8H1.2zM8 6.2v3.6M8 11.7v.1";

pub fn warning() -> Html {
    stroked(WARNING)
}

pub fn build() -> Html {
    stroked("M8 1.8 13.4 5v6L8 14.2 2.6 11V5zM8 5.6v4.8M5.6 8h4.8")
}

pub fn system() -> Html {
    stroked("M2.5 3.5h4v4h-4zM9.5 8.5h4v4h-4zM6.5 5.5h3a2 2 0 0 1 2 2v1M4.5 7.5v5h5")
}

pub fn table() -> Html {
    stroked("M2.5 3h11v10h-11zM2.5 6.4h11M6.4 6.4V13")
}

pub fn help() -> Html {
    stroked("M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.5.2-.8.6-.8 1.1M8 11.4v.1")
}

pub fn find() -> Html {
    stroked("M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.4 10.4 14 14")
}

pub fn share() -> Html {
    stroked(
        "M4 9.6a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2zM12 5.6a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2zM12 13.6a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2zM5.5 7.3l5-2.5M5.5 8.7l5 2.5",
    )
}

pub fn save() -> Html {
    stroked("M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11")
}

pub fn dots() -> Html {
    filled(
        "M3 6.7a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zM8 6.7a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zM13 6.7a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6z",
    )
}

pub fn holds() -> Html {
    filled(
        "M6 2a1.4 1.4 0 1 1 0 2.8A1.4 1.4 0 0 1 6 2zm4 0a1.4 1.4 0 1 1 0 2.8A1.4 1.4 0 0 1 10 2zM6 6.6a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8zm4 0a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8zM6 11.2A1.4 1.4 0 1 1 6 14a1.4 1.4 0 0 1 0-2.8zm4 0a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8z",
    )
}

pub fn legend() -> Html {
    stroked("M4.5 5.6a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2zM4.5 10 6.7 12.2 4.5 14.4 2.3 12.2zM9 4h5M9 12.2h5")
}

pub fn chevron() -> Html {
    stroked("m4.5 6.5 3.5 3.5 3.5-3.5")
}

pub fn tick() -> Html {
    stroked("m3 8.4 3.2 3.2L13 4.6")
}
