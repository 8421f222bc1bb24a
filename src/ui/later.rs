//! What the first picture does not need: drawers, dialogs, the table, edits, lessons and publishing by hand. `scripts/build` puts it into a
//! separate file, which comes when the system is seen. A plain build has it in the page.

use gloo::events::EventListener;
use yew::{Callback, Html, MouseEvent, NodeRef, classes, html};

use super::texts::later as texts;
use super::{Dispatch, compare, costs, dialogs, drawing, keys, table, workspace};
use crate::app::camera::{Camera, Pixel};
use crate::app::geometry::Plan;
use crate::app::labels::{self, Label};
use crate::app::lettering::{self, Badges};
use crate::app::tokens::{Picture, Token};
use crate::app::{App, Rest, Session, Side, highlight};

type Part = fn(&Session, &App, &Dispatch) -> Html;
/// It is given a link, and what was said. It takes a link that was made, what is chosen, and every other action.
type DialogView = fn(&App, &NodeRef, [&str; 2], &Callback<String>, [&Dispatch; 2]) -> Html;

/// Nothing else names these views, so that the build can tell what belongs to them alone.
#[derive(Clone, Copy, Debug)]
pub struct Later {
    pub left: Part,
    pub right: Part,
    pub shelf: Part,
    pub table: Part,
    /// Those of the notices that nothing of the first picture brings.
    pub notices: Part,
    /// What an undo or a redo would destroy.
    pub history: Part,
    pub dialog: DialogView,
    pub in_place: fn(&drawing::Scene<'_>) -> Html,
    pub rest: Rest,
    /// What stands above two drawings.
    pub runs: fn(&Session, bool) -> Html,
    pub words: fn(Plan<'_>, &Picture, Camera, Pixel) -> Vec<Label>,
    /// The tokens that are marked.
    pub asked: fn(&Session, &Picture) -> Vec<Token>,
    pub badges: Badges,
    pub double_clicks: fn() -> Option<EventListener>,
}

const fn views() -> Later {
    Later {
        left: workspace::left,
        right: workspace::right,
        shelf: workspace::shelf,
        table: table::view,
        notices: workspace::notices,
        history: costs::of_history,
        dialog: dialogs::dialog,
        in_place: drawing::in_place,
        rest: Rest::ALL,
        runs: compare::titles,
        words: labels::words,
        asked: highlight::asked,
        badges: lettering::badges,
        double_clicks: keys::double_clicks,
    }
}

/// They could not be fetched. Asking again tries again.
#[derive(Clone, Copy, Debug)]
pub struct NotHere;

#[cfg(feature = "split")]
#[expect(clippy::unnecessary_wraps, reason = "the macro adds the error: the file may not come")]
mod file {
    use super::{Later, NotHere, views};

    impl From<wasm_split_helpers::SplitLoaderError> for NotHere {
        fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
            Self
        }
    }

    #[wasm_split_helpers::wasm_split(later, fallible)]
    pub fn come() -> Result<Later, NotHere> {
        Ok(views())
    }
}

#[cfg(feature = "split")]
pub use file::come;

#[cfg(not(feature = "split"))]
#[expect(clippy::unused_async, reason = "from a file of its own they take a while")]
pub async fn come() -> Result<Later, NotHere> {
    Ok(views())
}

/// How far they are.
#[derive(Clone, Copy, Debug, Default)]
pub enum Arrival {
    #[default]
    Unasked,
    Coming,
    Failed,
    Here(Later),
}

impl Arrival {
    pub const fn here(self) -> Option<Later> {
        match self {
            Self::Here(later) => Some(later),
            Self::Unasked | Self::Coming | Self::Failed => None,
        }
    }
}

/// Stands where a view will be, in its place.
pub fn stand_in(arrival: Arrival, drawer: Option<Side>, again: &Callback<()>) -> Html {
    let place = match drawer {
        Some(Side::Left) => classes!("drawer", "left"),
        Some(Side::Right) => classes!("drawer", "right"),
        Some(Side::Shelf) => classes!("shelf"),
        None => classes!(),
    };
    html! {
        <section class={classes!("coming", place)} aria-label={texts::COMING}>
            if matches!(arrival, Arrival::Failed) {
                <p class="error" role="alert">{ texts::MISSING }</p>
                <button type="button" class="primary" onclick={again.reform(|_: MouseEvent| ())}>{ texts::AGAIN }</button>
            } else {
                <p class="soft" role="status">{ texts::COMING }</p>
            }
        </section>
    }
}
