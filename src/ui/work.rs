//! What takes longer than a frame: how far it is, and the way out.

use yew::{Html, html};

use super::Dispatch;
use super::texts::panels as texts;
use super::widgets::on;
use crate::app::{Action, App, TimeAction};

pub fn work(app: &App, dispatch: &Dispatch) -> Html {
    let Some(working) = app.working() else { return html! {} };
    html! {
        <div class="notice slim" role="status" id="working">
            <span>{ working.what }</span>
            <progress max="1000" value={working.thousandths.to_string()} aria-label={working.what} />
            <button type="button" class="line small" id="cancel" onclick={on(dispatch, Action::Time(TimeAction::Cancel))}>{ texts::CANCEL }</button>
        </div>
    }
}
