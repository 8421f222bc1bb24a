//! Probable mistakes. A badge on the part, the sentence with its fix beside the part's fields, and a list of all.

use yew::{Classes, Html, classes, html};

use super::texts::findings as texts;
use super::widgets::{on, placed};
use super::{Dispatch, icons};
use crate::app::geometry::Rect;
use crate::app::{Action, App, CanvasAction, CourseAction, Drawer, EditAction, Session};
use crate::scenario::edit::Part;
use crate::scenario::findings::Finding;

/// So many are listed; their number is beside the heading.
const SHOWN_MAX: usize = 100;

/// The findings of a part, in one text; none: there is nothing.
pub fn told(app: &App, part: Option<&Part>) -> Option<String> {
    let says: Vec<&str> = app.findings.of(part?).iter().map(|finding| &*finding.says).collect();
    (!says.is_empty()).then(|| says.join(" "))
}

/// The number that a part's finding has in the report of an import, while the report is open.
pub fn number(app: &App, part: Option<&Part>) -> Option<usize> {
    let shown = app.importing.as_ref()?.shown.as_ref()?;
    (app.workspace.left == Some(Drawer::Import)).then_some(())?;
    shown.number(app, part?)
}

/// On the corner of a part: a sign, or its number in a list beside the canvas.
pub fn badge(rect: &Rect, (grown, is_small): (f64, bool), says: &str, number: Option<usize>) -> Html {
    // The name of a small card begins in its corner.
    let (left, above) = if is_small { (11.0, 11.0) } else { (5.0, 7.0) };
    html! {
        <g class="finding" transform={placed(rect.left - left * grown, rect.top - above * grown, grown)}>
            <title>{ says.to_owned() }</title>
            if let Some(number) = number {
                <circle cx="8" cy="8" r="9" />
                <text x="8" y="12">{ number }</text>
            } else {
                <path d={icons::WARNING} />
            }
        </g>
    }
}

/// Beside the fields of a part.
pub fn of_part(session: &Session, app: &App, part: &Part, dispatch: &Dispatch) -> Html {
    list(session, app, &app.findings.shown(Some(part)), false, dispatch)
}

/// All of the system's: in its drawer, and above its tables.
pub fn all(id: &'static str, session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let found = app.findings.shown(None);
    if found.is_empty() {
        return html! {};
    }
    html! {
        <section class="sec" {id}>
            <h2>{ texts::PROBABLY_A_MISTAKE }{ " " }<span class="plain number">{ app.findings.all().len() }</span></h2>
            { list(session, app, &found, true, dispatch) }
        </section>
    }
}

/// The icon of what lists them, with their number.
pub fn counted(icon: Html, app: &App) -> Html {
    let count = app.findings.all().len();
    if count == 0 {
        return icon;
    }
    html! { <>{ icon }<b class="count-found number"><span class="visually-hidden">{ texts::PROBABLY_A_MISTAKE }</span>{ count }</b></> }
}

/// A button that looks as it is given.
fn press(class: Classes, word: String, action: impl Into<Action>, dispatch: &Dispatch) -> Html {
    html! { <button type="button" {class} onclick={on(dispatch, action)}>{ word }</button> }
}

fn list(session: &Session, app: &App, found: &[(&Finding, bool)], named: bool, dispatch: &Dispatch) -> Html {
    if found.is_empty() {
        return html! {};
    }
    let one = |(finding, is_mended): &(&Finding, bool)| {
        let mut buttons = Vec::new();
        if let Some(place) = session.node(&finding.part).filter(|_| named) {
            buttons.push(press(classes!("link"), finding.part.name().to_string(), CanvasAction::GoTo(place), dispatch));
        }
        if let (true, Some(fix)) = (is_mended, &finding.fix) {
            let word = texts::fixed(&fix.says());
            buttons.push(html! { <button type="button" class="line small fix" aria-disabled="true">{ word }</button> });
        } else if let Some(fix) = finding.fix.as_ref().filter(|_| !app.options.read_only)
            && let Some(edits) = fix.edits(session.scenario())
        {
            buttons.push(press(classes!("line", "small", "fix"), texts::fix(&fix.says()), EditAction::Mend(edits), dispatch));
        }
        buttons.push(press(classes!("link"), texts::READ_THE_LESSON.into(), CourseAction::Open(finding.kind.lesson().into()), dispatch));
        let icon = if *is_mended { icons::done() } else { icons::warning() };
        html! { <li>{ icon }<p>{ &finding.says }</p><div class="buttons">{ buttons }</div></li> }
    };
    html! { <ul class="findings" aria-label={texts::PROBABLY_A_MISTAKE}>{ for found.iter().take(SHOWN_MAX).map(one) }</ul> }
}
