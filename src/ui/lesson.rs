//! The lesson's panel: its text, its questions, its goals, and what was found; the course; and a lesson being written.

use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::virtual_dom::VTag;
use yew::{AttrValue, Callback, Html, InputEvent, MouseEvent, TargetCast, classes};

use super::drawing::close_button;
use super::panels::on;
use super::view::html;
use super::{Dispatch, icons};
use crate::app::lesson::{Deed, progress_count};
use crate::app::{Action, App, Classroom, Session};
use crate::formats::markdown::{self, Block, Inline, Piece};
use crate::formats::{lesson_file, result_file};
use crate::lesson::{Ask, Question, Task};

fn act(dispatch: &Dispatch, deed: Deed) -> Callback<MouseEvent> {
    on(dispatch, Action::Lesson(deed))
}

/// Where a link of a lesson may lead.
fn is_safe(link: &str) -> bool {
    let scheme = link.split(['/', '?', '#']).next().unwrap_or_default();
    link.starts_with("https://") || link.starts_with("mailto:") || !scheme.contains(':')
}

/// Markdown as elements. Raw HTML is shown as it is written: as text.
pub fn markdown(text: &str) -> Html {
    let mut whole = element("div", pieces(&markdown::read(text), false));
    whole.add_attribute("class", AttrValue::Static("prose"));
    whole.into()
}

fn element(tag: &'static str, children: Vec<Html>) -> VTag {
    let mut element = VTag::new(tag);
    element.add_children(children);
    element
}

/// In a tight list a paragraph is its words alone.
fn pieces(pieces: &[Piece], is_tight: bool) -> Vec<Html> {
    pieces.iter().map(|piece| block(&piece.block, is_tight)).collect()
}

fn block(block: &Block, is_tight: bool) -> Html {
    let mut element = match block {
        Block::Paragraph(inner) if is_tight => return html! { <>{ for words(inner) }</> },
        Block::Paragraph(inner) => element("p", words(inner)),
        Block::Heading(_, inner) => element("h4", words(inner)),
        Block::Quote(inner) => element("blockquote", pieces(inner, false)),
        Block::Code(_, code) => element("pre", vec![html! { { code.clone() } }]),
        Block::List { is_ordered, is_tight, items } => {
            let items = items.iter().map(|item| element("li", pieces(item, *is_tight)).into()).collect();
            element(if *is_ordered { "ol" } else { "ul" }, items)
        }
        Block::Table(rows) => {
            let row = |(index, row): (usize, &Vec<Vec<Inline>>)| {
                let cell = |inner: &Vec<Inline>| element(if index == 0 { "th" } else { "td" }, words(inner)).into();
                element("tr", row.iter().map(cell).collect()).into()
            };
            element("table", rows.iter().enumerate().map(row).collect())
        }
        Block::Rule => element("hr", Vec::new()),
    };
    match block {
        Block::Code(..) => element.add_attribute("class", AttrValue::Static("mono")),
        Block::Table(_) => element.add_attribute("class", AttrValue::Static("table")),
        _ => {}
    }
    element.into()
}

fn words(inlines: &[Inline]) -> Vec<Html> {
    let word = |inline: &Inline| match inline {
        Inline::Text(text) => html! { { text.clone() } },
        Inline::Code(code) => element("code", vec![html! { { code.clone() } }]).into(),
        Inline::Emphasis(inner) => element("em", words(inner)).into(),
        Inline::Strong(inner) => element("strong", words(inner)).into(),
        Inline::Link(to, inner) => {
            let mut link = element("a", words(inner));
            if is_safe(to) {
                link.add_attribute("href", AttrValue::from(to.clone()));
                link.add_attribute("rel", AttrValue::Static("noreferrer"));
            }
            link.into()
        }
    };
    inlines.iter().map(word).collect()
}

/// The panel of the lesson that is open.
pub fn panel(app: &App, dispatch: &Dispatch) -> Html {
    let (Some(room), Some(session)) = (&app.classroom, &app.session) else { return html! {} };
    let step = room.step();
    let work = room.work();
    if room.is_away() {
        return html! {
            <section class="sec lesson" id="lesson" aria-label="Lesson">
                <p id="step-title" tabindex="-1">{ "You are playing freely. The lesson waits where you left it." }</p>
                <div class="buttons"><button type="button" class="primary" id="lesson-back" onclick={act(dispatch, Deed::SandboxPressed)}>{ "Back to the lesson" }</button></div>
            </section>
        };
    }
    let last = room.at + 1 == room.lesson.steps.len();
    html! {
        <section class="sec lesson" id="lesson" aria-label="Lesson">
            <div class="sec-head"><h2>{ if room.lesson.lab { "Failure lab" } else { "Lesson" } }</h2>{ close_button("Close the lesson", act(dispatch, Deed::Closed)) }</div>
            <h3>{ &room.lesson.title }</h3>
            <ol class="steps" aria-label="Steps">
                { for room.lesson.steps.iter().zip(&room.works).enumerate().map(|(index, (one, work))| html! {
                    <li><button type="button" class={classes!("step", work.done.then_some("done"))} data-step={one.id.to_string()} title={one.title.clone()}
                        aria-current={(index == room.at).then_some("step")} aria-label={format!("{}, {}{}", one.title, one.task.name(), if work.done { ", done" } else { "" })}
                        onclick={act(dispatch, Deed::StepChosen(index))}>{ if work.done { icons::done() } else { icons::pending() } }</button></li>
                }) }
            </ol>
            if room.at == 0 { { markdown(&room.lesson.intro) } }
            <h4 class="step-title" id="step-title" tabindex="-1">{ &step.title }<span class="badge">{ step.task.name() }</span></h4>
            { markdown(&step.text) }
            { match &step.task {
                Task::Look => html! {},
                Task::Predict(question) => predict(room, question, dispatch),
                Task::Do(_) | Task::Break(_) | Task::Fix(_) => goal(room, session, dispatch),
                Task::Explain { question, model, checklist } => explain(room, question, model, checklist, dispatch),
            } }
            { for step.hints.iter().take(work.hints).map(|hint| html! { <p class="hint">{ hint }</p> }) }
            <div class="buttons">
                if work.hints < step.hints.len() {
                    <button type="button" class="line small" id="hint" onclick={act(dispatch, Deed::HintPressed)}>{ format!("Hint {} of {}", work.hints + 1, step.hints.len()) }</button>
                }
                <button type="button" class="line small" id="reset" onclick={act(dispatch, Deed::ResetPressed)}>{ "Reset" }</button>
                <button type="button" class="line small" id="sandbox" title="Play with a copy; the lesson waits" onclick={act(dispatch, Deed::SandboxPressed)}>{ "Play freely" }</button>
            </div>
            <div class="buttons walk">
                if room.at > 0 { <button type="button" class="line" id="step-back" onclick={act(dispatch, Deed::StepChosen(room.at - 1))}>{ "Back" }</button> }
                if last {
                    <button type="button" class="line" id="course" onclick={on(dispatch, Action::DialogOpened(crate::app::Dialog::Course))}>{ "All lessons" }</button>
                } else {
                    <button type="button" class={if work.done { "primary" } else { "line" }} id="step-on" onclick={act(dispatch, Deed::StepChosen(room.at + 1))}>{ "Next" }</button>
                }
            </div>
            if last { { ending(room, dispatch) } }
        </section>
    }
}

fn predict(room: &Classroom, question: &Question, dispatch: &Dispatch) -> Html {
    let work = room.work();
    let Some(answer) = &work.choices else { return html! {} };
    let many = question.takes_many();
    let ordered = matches!(question.ask, Ask::Order { .. });
    let kind = if many { "checkbox" } else { "radio" };
    html! {
        <form class="question" onsubmit={dispatch.reform(|event: yew::SubmitEvent| { event.prevent_default(); Action::Lesson(Deed::AnswerChecked) })}>
            if let Some(publish) = &question.publish {
                <p class="soft">{ "Published: " }<code>{ if publish.routing_key.is_empty() { "(no key)" } else { &*publish.routing_key } }</code>{ " to " }<code>{ if publish.exchange.is_empty() { "the default exchange" } else { &*publish.exchange } }</code></p>
            }
            <fieldset><legend class="visually-hidden">{ &room.step().title }</legend>
                { for answer.choices.iter().enumerate().map(|(index, choice)| {
                    let onchange = { let choice = choice.clone(); dispatch.reform(move |_: yew::Event| Action::Lesson(Deed::Answered(choice.clone()))) };
                    let place = ordered.then(|| work.answer.iter().position(|word| word == choice)).flatten().map(|place| format!(" ({}.)", place + 1));
                    let sign = work.verdict.filter(|_| !ordered).map(|_| if answer.right.contains(choice) { html! { <span class="soft">{ "✓ so it is" }</span> } } else { html! {} });
                    html! { <label class="check"><input type={kind} name="answer" id={format!("answer-{index}")} data-answer={choice.clone()} checked={work.answer.contains(choice)} {onchange} /><span>{ choice }{ place }</span>{ sign }</label> }
                }) }
                if many { <p class="soft">{ if ordered { "One after the other, in their order." } else { "None, one or several." } }</p> }
            </fieldset>
            <div class="buttons">
                <button type="submit" class="primary" id="check">{ "Check" }</button>
                <button type="button" class="line" id="watch" onclick={act(dispatch, Deed::Watched)}>{ "Watch it happen" }</button>
            </div>
            if let Some(right) = work.verdict {
                <p role="status" id="verdict" class={classes!("verdict", if right { "good" } else { "bad" })}><strong>{ if right { "Right. " } else { "Not quite. " } }</strong>
                    { if right { String::new() } else if answer.right.is_empty() { "It is: none. ".into() } else { format!("It is: {}. ", answer.right.join(", ")) } }{ &question.because }</p>
            }
        </form>
    }
}

fn goal(room: &Classroom, session: &Session, dispatch: &Dispatch) -> Html {
    let Some(goal) = room.step().task.goal() else { return html! {} };
    let work = room.work();
    let system = matches!(room.step().task, Task::Fix(_));
    html! {
        <>
            <ul class="hints goal" id="goal">
                { for goal.clauses.iter().enumerate().map(|(index, clause)| {
                    let found = work.findings.get(index);
                    let live = found.is_none().then(|| room.live(session, index)).flatten();
                    let (class, icon, word) = match (found.map(|finding| finding.good), live) {
                        (Some(true), _) => (Some("done"), icons::done(), "it holds"),
                        (Some(false), _) => (Some("not"), icons::failed(), "it does not hold"),
                        (None, Some(true)) => (Some("done"), icons::done(), "so far"),
                        (None, _) => (None, icons::pending(), "to be judged"),
                    };
                    html! {
                        <li {class}>{ icon }<span>{ &clause.says }<span class="visually-hidden">{ format!(" ({word})") }</span>
                            if let Some(finding) = found.filter(|finding| !finding.good) {
                                if let Some(why) = &finding.why { <span class="why">{ why }</span> }
                                if finding.failing.is_some() { <button type="button" class="link" data-failure={index.to_string()} onclick={act(dispatch, Deed::FailureOpened(index))}>{ "Show the run" }</button> }
                            }
                        </span></li>
                    }
                }) }
            </ul>
            if system {
                <p class="soft">{ format!("Judged on {} seeds{}.", goal.seeds, if goal.faults.is_empty() { "" } else { ", with faults" }) }</p>
            } else {
                <p class="soft">{ "Judged is your run up to now." }</p>
            }
            <div class="buttons">
                <button type="button" class="primary" id="prove" aria-disabled={room.is_busy().to_string()} onclick={act(dispatch, Deed::ProvePressed)}>{ "Prove it" }</button>
                if let Some(judging) = &room.judging {
                    <progress max={judging.progress().1.to_string()} value={judging.progress().0.to_string()} aria-label="Judging" />
                }
                if room.is_solution() {
                    <button type="button" class="line small" id="mine" onclick={act(dispatch, Deed::MinePressed)}>{ "Back to mine" }</button>
                } else {
                    <button type="button" class="line small" id="solution" onclick={act(dispatch, Deed::SolutionPressed)}>{ "Show a solution" }</button>
                }
            </div>
            if !work.findings.is_empty() {
                <p role="status" id="verdict" class={classes!("verdict", if work.findings.iter().all(|finding| finding.good) { "good" } else { "bad" })}>
                    { if work.findings.iter().all(|finding| finding.good) { room.lesson.aha.clone() } else { format!("{} of {} hold.", work.findings.iter().filter(|finding| finding.good).count(), work.findings.len()) } }</p>
            }
        </>
    }
}

fn explain(room: &Classroom, question: &str, model: &str, checklist: &[String], dispatch: &Dispatch) -> Html {
    let work = room.work();
    let oninput =
        dispatch.reform(|event: InputEvent| Action::Lesson(Deed::Typed(event.target_unchecked_into::<HtmlTextAreaElement>().value())));
    html! {
        <>
            <label class="field"><span>{ question.to_owned() }</span><textarea id="explanation" rows="5" value={work.text.clone()} {oninput} /></label>
            <div class="buttons"><button type="button" class="primary" id="compare-model" disabled={work.text.trim().is_empty()} onclick={act(dispatch, Deed::Compared)}>{ "Compare with a model answer" }</button></div>
            if work.compared {
                <blockquote id="model">{ model.to_owned() }</blockquote>
                <fieldset><legend>{ "Did you say that…" }</legend>
                    { for checklist.iter().enumerate().map(|(index, point)| html! {
                        <label class="check"><input type="checkbox" checked={work.ticked.get(index).copied().unwrap_or(false)} onchange={dispatch.reform(move |_: yew::Event| Action::Lesson(Deed::Ticked(index)))} /><span>{ point }</span></label>
                    }) }
                </fieldset>
            }
        </>
    }
}

/// What was learned, what was left out, and what can be handed in.
fn ending(room: &Classroom, dispatch: &Dispatch) -> Html {
    let oninput =
        dispatch.reform(|event: InputEvent| Action::Lesson(Deed::StudentTyped(event.target_unchecked_into::<HtmlInputElement>().value())));
    html! {
        <div class="ending">
            <p><strong>{ "To take along: " }</strong>{ &room.lesson.aha }</p>
            <p class="soft">{ format!("Left out: {}", room.lesson.leaves_out) }</p>
            <details id="hand-in"><summary>{ "Hand it in" }</summary>
                <label class="field"><span>{ "A label for your teacher, if you want one" }</span><input id="student" value={room.student.clone()} {oninput} autocomplete="off" /></label>
                <div class="buttons">
                    <button type="button" class="line small" id="result" onclick={act(dispatch, Deed::ResultPressed)}>{ "Save the result file" }</button>
                    <button type="button" class="line small" id="grade-it" onclick={act(dispatch, Deed::GradePressed)}>{ "How would it be graded?" }</button>
                </div>
                if let Some(grade) = &room.graded { <pre class="mono" id="grade">{ result_file::grade_text(grade) }</pre> }
            </details>
        </div>
    }
}

/// The lessons of the site, and what was done of them.
pub fn course(app: &App, dispatch: &Dispatch) -> Html {
    let Some(lessons) = &app.course else { return html! { <p class="soft" role="status">{ "Fetching the list…" }</p> } };
    let list = |lab: bool| {
        html! {
            <ol class="course">
                { for lessons.iter().filter(|listed| listed.lab == lab).map(|listed| {
                    let done = progress_count(&app.progress, listed.file.trim_end_matches(".md"));
                    let all = done.is_some_and(|(done, of)| done as u64 >= of);
                    html! {
                        <li><button type="button" data-lesson={listed.file.clone()} onclick={on(dispatch, Action::LessonChosen(listed.file.clone()))}>
                            <span class={classes!("mark-of", all.then_some("done"))}>{ if all { icons::done() } else { icons::pending() } }</span>
                            <strong>{ &listed.title }</strong>
                            <span class="soft">{ format!("{} min{}{}", listed.minutes, if listed.chapter.is_empty() { String::new() } else { format!(" · chapter {}", listed.chapter) }, done.filter(|_| !all).map(|(done, of)| format!(" · {done} of {of} steps")).unwrap_or_default()) }</span>
                            if all { <span class="aha">{ &listed.aha }</span> }</button></li>
                    }
                }) }
            </ol>
        }
    };
    html! {
        <>
            { list(false) }
            <h3>{ "Failure lab: systems that are broken already" }</h3>
            { list(true) }
            <div class="buttons files">
                <button type="button" class="line small" id="progress-save" onclick={on(dispatch, Action::ProgressPressed)}>{ "Save my progress as a file" }</button>
                <button type="button" class="line small" id="author" onclick={on(dispatch, Action::AuthorPressed)}>{ "Make the canvas a lesson" }</button>
                <a class="button line small" href="teachers.html">{ "For teachers" }</a>
            </div>
            <p class="soft">{ "Progress stays in this browser. Open the file to take it along; Open also takes lessons you wrote." }</p>
        </>
    }
}

/// A lesson being written, beside what will come of it.
pub fn author(app: &App, dispatch: &Dispatch) -> Html {
    let oninput = dispatch.reform(|event: InputEvent| Action::LessonWritten(event.target_unchecked_into::<HtmlTextAreaElement>().value()));
    let read = lesson_file::read(&app.written);
    html! {
        <div class="author">
            <label class="field"><span>{ "The lesson, in Markdown" }</span><textarea id="written" class="mono" rows="26" value={app.written.clone()} {oninput} spellcheck="false" /></label>
            <div>
                { match &read {
                    Err(problems) => html! { <ul class="why" role="status" id="written-problems">{ for problems.iter().take(8).map(|problem| html! { <li>{ problem.to_string() }</li> }) }</ul> },
                    Ok(lesson) => html! {
                        <div class="lesson" id="written-preview"><h3>{ &lesson.title }</h3>{ markdown(&lesson.intro) }
                            { for lesson.steps.iter().map(|step| html! { <><h4 class="step-title">{ &step.title }<span class="badge">{ step.task.name() }</span></h4>{ markdown(&step.text) }</> }) }
                        </div>
                    },
                } }
                <div class="buttons files">
                    <button type="button" class="primary" id="written-open" disabled={read.is_err()} onclick={on(dispatch, Action::WrittenOpened)}>{ "Try it" }</button>
                    <button type="button" class="line" id="written-anew" onclick={on(dispatch, Action::WrittenAnew)}>{ "Begin anew from the canvas" }</button>
                    <button type="button" class="line" id="written-save" onclick={on(dispatch, Action::WrittenSaved)}>{ "Save it" }</button>
                </div>
            </div>
        </div>
    }
}
