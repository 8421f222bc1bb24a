//! The lesson's panel: its text, its questions, its goals, and what was found; and a lesson being written.

use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::{Callback, Html, InputEvent, MouseEvent, TargetCast, classes, html};

use super::texts::lesson as texts;
use super::widgets::{Look, button, close_button, on};
use super::{Dispatch, icons};
use crate::app::lesson::Mark;
use crate::app::{Action, App, AuthorAction, Classroom, CourseAction, CourseEntry, LessonAction, PageAction, Session};
use crate::formats::markdown::{Block, Inline, Piece};
use crate::lesson::judge::Finding;
use crate::lesson::{Ask, Clause, Question, Task, look};
use crate::sim::judge::Standing;

fn act(dispatch: &Dispatch, action: LessonAction) -> Callback<MouseEvent> {
    on(dispatch, action)
}

/// Where a link of a lesson may lead.
fn is_safe(link: &str) -> bool {
    let scheme = link.split(['/', '?', '#']).next().unwrap_or_default();
    link.starts_with("https://") || link.starts_with("mailto:") || !scheme.contains(':')
}

/// Markdown as elements. Raw HTML is shown as it is written: as text.
fn prose(text: &[Piece]) -> Html {
    html! { <div class="prose">{ pieces(text, false) }</div> }
}

/// In a tight list a paragraph is its words alone.
fn pieces(pieces: &[Piece], is_tight: bool) -> Html {
    html! { for piece in pieces.iter() { { block(&piece.block, is_tight) } } }
}

fn block(block: &Block, is_tight: bool) -> Html {
    match block {
        Block::Paragraph(inner) if is_tight => words(inner),
        Block::Paragraph(inner) => html! { <p>{ words(inner) }</p> },
        Block::Heading(_, inner) => html! { <h4>{ words(inner) }</h4> },
        Block::Quote(inner) => html! { <blockquote>{ pieces(inner, false) }</blockquote> },
        Block::Code(_, code) => html! { <pre class="mono">{ code }</pre> },
        Block::List { is_ordered, is_tight, items } => {
            let entries = html! { for item in items.iter() { <li>{ pieces(item, *is_tight) }</li> } };
            if *is_ordered {
                html! { <ol>{ entries }</ol> }
            } else {
                html! { <ul>{ entries }</ul> }
            }
        }
        Block::Table(rows) => html! {
            <table class="table">
                for (index, row) in rows.iter().enumerate() {
                    <tr>for cell in row.iter() { if index == 0 { <th>{ words(cell) }</th> } else { <td>{ words(cell) }</td> } }</tr>
                }
            </table>
        },
        Block::Rule => html! { <hr /> },
    }
}

fn words(inlines: &[Inline]) -> Html {
    let word = |inline: &Inline| match inline {
        Inline::Text(text) => html! { { text } },
        Inline::Code(code) => html! { <code>{ code }</code> },
        Inline::Emphasis(inner) => html! { <em>{ words(inner) }</em> },
        Inline::Strong(inner) => html! { <strong>{ words(inner) }</strong> },
        Inline::Link(to, inner) if is_safe(to) => html! { <a href={to.clone()} rel="noreferrer">{ words(inner) }</a> },
        Inline::Link(_, inner) => html! { <a>{ words(inner) }</a> },
    };
    html! { for inline in inlines.iter() { { word(inline) } } }
}

/// The panel of the lesson that is open.
pub fn panel(app: &App, dispatch: &Dispatch) -> Html {
    let (Some(classroom), Some(session)) = (&app.classroom, &app.session) else { return html! {} };
    let step = classroom.step();
    let work = classroom.work();
    if classroom.is_away() && classroom.shown_failure().is_none() {
        return html! {
            <section class="lesson" id="lesson" aria-label={texts::LESSON}>
                <div class="drawer-body">
                <p id="step-title" tabindex="-1">{ texts::YOU_ARE_PLAYING_FREELY_THE }</p>
                <div class="buttons">
                    { button(Look::Primary, "lesson-back", texts::BACK_TO_THE_LESSON, act(dispatch, LessonAction::ToggleSandbox)) }
                </div>
                </div>
            </section>
        };
    }
    let last = classroom.at + 1 == classroom.lesson.steps.len();
    let place = app.place_of(&classroom.lesson.id);
    let module = match (&*classroom.lesson.module, &place) {
        ("", _) if classroom.lesson.lab => texts::FAILURE_LAB.to_owned(),
        ("", _) => texts::LESSON.to_owned(),
        (module, Some((number, of, _))) => texts::lesson_of(module, *number, *of),
        (module, None) => module.to_owned(),
    };
    let promise = app.course.iter().flat_map(|course| &course.modules).find(|module| module.name == classroom.lesson.module);
    html! {
        <section class="lesson" id="lesson" aria-label={texts::LESSON}>
            <div class="drawer-head">
                <h2>{ module }</h2>
                if let Some((.., [before, after])) = place {
                    { beside("lesson-before", texts::LESSON_BEFORE, before, dispatch) }
                    { beside("lesson-after", texts::LESSON_AFTER, after, dispatch) }
                }
                { close_button(texts::CLOSE_THE_LESSON, act(dispatch, LessonAction::Close)) }
            </div>
            <div class="drawer-body">
                <h3 id="lesson-title" tabindex="-1">{ &classroom.lesson.title }</h3>
                if let Some(promise) = promise { <p class="soft" id="promise">{ &promise.about }</p> }
                { steps(classroom, dispatch) }
                if is_over(classroom) { { ending(classroom, dispatch) } }
                if classroom.at == 0 { { prose(&classroom.prose().intro) } }
                <h4 class="step-title" id="step-title" tabindex="-1">{ &step.title }</h4>
                { prose(&classroom.prose().steps[classroom.at]) }
                { match &step.task {
                    Task::Look => to_see(classroom, session),
                    Task::Predict(question) => predict(classroom, question, dispatch),
                    Task::Do(_) | Task::Break(_) | Task::Fix(_) => goal(classroom, session, dispatch),
                    Task::Explain { question, model, .. } => explain(classroom, question, model, dispatch),
                } }
                // It is read out when it comes, wherever the keyboard is.
                <div role="status" id="given-hints">
                    for (index, hint) in step.hints.iter().take(work.hints).enumerate() {
                        <p class="hint" id={(index + 1 == work.hints).then_some("newest-hint")}>
                            <strong>{ texts::hint(index + 1, step.hints.len()) }</strong>
                            { hint }
                        </p>
                    }
                </div>
                if last { { hand_in(classroom, dispatch) } }
            </div>
            { foot(app, classroom, session, dispatch) }
        </section>
    }
}

/// To the lesson before or after this one.
fn beside(id: &'static str, label: &'static str, entry: Option<&CourseEntry>, dispatch: &Dispatch) -> Html {
    let onclick = entry.map(|entry| on(dispatch, CourseAction::Open(entry.file.clone())));
    let title = entry.map_or_else(|| label.to_owned(), |entry| format!("{label}: {}", entry.title));
    html! {
        <button type="button" class="icon-button" {id} aria-label={title.clone()} {title} disabled={onclick.is_none()} {onclick}>
            { icons::chevron() }
        </button>
    }
}

/// The steps by name: each can be visited again.
fn steps(classroom: &Classroom, dispatch: &Dispatch) -> Html {
    html! {
        <ol class="steps" aria-label={texts::STEPS}>
            for (index, one) in classroom.lesson.steps.iter().enumerate() {
                <li>
                    <button
                        type="button"
                        class={classes!("step", look_of(classroom.mark(index)).0)}
                        data-step={one.id.to_string()}
                        title={one.title.clone()}
                        aria-current={(index == classroom.at).then_some("step")}
                        onclick={act(dispatch, LessonAction::ChooseStep(index))}
                    >
                        { match classroom.mark(index) {
                            Mark::Open => html! { <span>{ index + 1 }</span> },
                            Mark::Done => icons::tick(),
                            Mark::Answered => icons::begun(),
                            Mark::Missed => icons::minus(),
                        } }
                        <span>{ one.task.name() }</span>
                        <span class="visually-hidden">{ format!(", {}{}", one.title, look_of(classroom.mark(index)).1) }</span>
                    </button>
                </li>
            }
        </ol>
    }
}

/// The class of a step, and what a reader hears behind its name.
const fn look_of(mark: Mark) -> (Option<&'static str>, &'static str) {
    match mark {
        Mark::Open => (None, ""),
        Mark::Done => (Some("done"), texts::DONE),
        Mark::Answered => (Some("answered"), texts::ANSWERED),
        Mark::Missed => (Some("answered"), texts::ANSWERED_WRONGLY),
    }
}

/// What ticks a step to look at.
fn to_see(classroom: &Classroom, session: &Session) -> Html {
    let is_seen = classroom.work().done;
    let says = match look::last_fault(session.scenario()) {
        Some(at) => texts::watch_until(at),
        None => texts::WATCH_WHAT_HAPPENS.to_owned(),
    };
    let (class, icon, word) =
        if is_seen { (Some("done"), icons::done(), texts::MET) } else { (None, icons::pending(), texts::NOT_SEEN_YET) };
    html! {
        <ul class="hints goal" id="to-see">
            <li {class}>{ icon }<div>{ says }<span class="visually-hidden">{ format!(" ({word})") }</span></div></li>
        </ul>
    }
}

/// What checks this step, and what leads on. One of them is the primary button, and stays in sight however long the step is.
fn foot(app: &App, room: &Classroom, session: &Session, dispatch: &Dispatch) -> Html {
    let (step, work) = (room.step(), room.work());
    if let Some(failure) = room.shown_failure() {
        return html! {
            <div class="drawer-foot shows-run">
                { button(Look::Primary, "lesson-back", texts::BACK_TO_MY_RUN, act(dispatch, LessonAction::ToggleSandbox)) }
                <span class="soft" role="status">{ texts::you_see_run(&failure.run) }{ room.rests().map(|says| format!(" {says}")) }</span>
            </div>
        };
    }
    let last = room.at + 1 == room.lesson.steps.len();
    let is_settled = match &step.task {
        Task::Look => true,
        Task::Predict(_) => work.verdict.is_some(),
        Task::Do(_) | Task::Break(_) | Task::Fix(_) => work.done && !room.is_verdict_old(session),
        Task::Explain { .. } => work.compared,
    };
    let class = if is_settled { "line" } else { "primary" };
    let check_word = if matches!(step.task, Task::Fix(_)) { texts::CHECK_MY_FIX } else { texts::CHECK_MY_RUN };
    let next = app.next_lesson(&room.lesson.id).filter(|_| last && is_settled);
    // There is room for one way on beside the course: the menu has what checks it again.
    let check = match &step.task {
        Task::Look => html! {},
        _ if next.is_some() => html! {},
        Task::Predict(_) => html! { <button type="submit" form="question" {class} id="check">{ texts::CHECK }</button> },
        Task::Do(_) | Task::Break(_) | Task::Fix(_) => html! {
            <button
                type="button"
                {class}
                id="prove"
                aria-disabled={room.is_busy().to_string()}
                onclick={act(dispatch, LessonAction::Prove)}
            >
                { check_word }
            </button>
        },
        Task::Explain { .. } if is_settled => html! {},
        Task::Explain { .. } => html! {
            <button
                type="button"
                {class}
                id="compare-model"
                disabled={work.text.trim().is_empty()}
                onclick={act(dispatch, LessonAction::CompareText)}
            >
                { texts::COMPARE_WITH_A_MODEL_ANSWER }
            </button>
        },
    };
    let course = |class: &'static str| {
        html! {
            <button type="button" {class} id="course" onclick={on(dispatch, PageAction::OpenDialog(crate::app::Dialog::Course))}>
                { texts::COURSE }
            </button>
        }
    };
    let entry = |id: &'static str, text: &'static str, title: Option<&'static str>, action: LessonAction| {
        html! {
            <button type="button" {id} {title} popovertarget="lesson-menu" popovertargetaction="hide" onclick={act(dispatch, action)}>
                { text }
            </button>
        }
    };
    html! {
        <div class="drawer-foot">
            if is_settled && !last {
                { button(Look::Primary, "step-on", texts::NEXT_STEP, act(dispatch, LessonAction::ChooseStep(room.at + 1))) }
            } else if let Some(next) = next {
                <button
                    type="button"
                    class="primary next"
                    id="next-lesson"
                    title={next.title.clone()}
                    onclick={on(dispatch, CourseAction::Open(next.file.clone()))}
                >
                    <span><small>{ texts::next_lesson(&next.minutes) }</small><span>{ &next.title }</span></span>
                    { icons::chevron() }
                </button>
            }
            if is_settled && last && next.is_none() { { course("primary") } }
            { check }
            if next.is_some() { { course("line") } }
            if !is_settled && work.hints < step.hints.len() {
                <button type="button" class="line" id="hint" onclick={act(dispatch, LessonAction::ShowHint)}>
                    { texts::hint(work.hints + 1, step.hints.len()) }
                </button>
            }
            <button type="button" class="icon-button" aria-label={texts::MORE} title={texts::MORE} popovertarget="lesson-menu">
                { icons::dots() }
            </button>
            <div class="menu up" id="lesson-menu" popover="auto">
                if next.is_some() && step.task.goal().is_some() { { entry("prove", check_word, None, LessonAction::Prove) } }
                { entry("reset", texts::RESET, None, LessonAction::Reset) }
                if next.is_none() {
                    <button type="button" id="to-course" popovertarget="lesson-menu" popovertargetaction="hide"
                        onclick={on(dispatch, PageAction::OpenDialog(crate::app::Dialog::Course))}>
                        { texts::COURSE }
                    </button>
                }
                // It stays while the menu closes, or the menu would not.
                if step.task.goal().is_some() { { entry("solution", texts::SHOW_A_SOLUTION, None, LessonAction::ShowSolution) } }
                { entry("sandbox", texts::PLAY_FREELY, Some(texts::PLAY_WITH_A_COPY_THE), LessonAction::ToggleSandbox) }
            </div>
        </div>
    }
}

fn predict(classroom: &Classroom, question: &Question, dispatch: &Dispatch) -> Html {
    let work = classroom.work();
    let Some(answer) = &work.choices else { return html! {} };
    let many = question.takes_many();
    let ordered = matches!(question.ask, Ask::Order { .. });
    let kind = if many { "checkbox" } else { "radio" };
    let choice_row = |index: usize, choice: &String| {
        let onchange = {
            let choice = choice.clone();
            dispatch.reform(move |_: yew::Event| Action::Lesson(LessonAction::Answer(choice.clone())))
        };
        let place = ordered.then(|| work.answer.iter().position(|word| word == choice)).flatten().map(|place| format!(" ({}.)", place + 1));
        let is_right = work.verdict.is_some() && !ordered && answer.right.contains(choice);
        html! {
            <label class="check">
                <input
                    type={kind}
                    name="answer"
                    id={format!("answer-{index}")}
                    data-answer={choice.clone()}
                    checked={work.answer.contains(choice)}
                    {onchange}
                />
                <span>{ choice }{ place }</span>
                if is_right { <span class="soft">{ texts::CORRECT }</span> }
            </label>
        }
    };
    html! {
        <form
            class="question"
            id="question"
            onsubmit={dispatch.reform(|event: yew::SubmitEvent| { event.prevent_default(); Action::Lesson(LessonAction::CheckAnswer) })}
        >
            if let Some(publish) = &question.publish {
                <p class="soft">
                    { texts::PUBLISHED }
                    <code>{ if publish.routing_key.is_empty() { texts::NO_KEY } else { &*publish.routing_key } }</code>
                    { texts::TO }
                    <code>{ if publish.exchange.is_empty() { texts::THE_DEFAULT_EXCHANGE } else { &*publish.exchange } }</code>
                </p>
            }
            <fieldset>
                <legend class="visually-hidden">{ &classroom.step().title }</legend>
                for (index, choice) in answer.choices.iter().enumerate() { { choice_row(index, choice) } }
                if many { <p class="soft">{ if ordered { texts::ONE_AFTER_THE_OTHER_IN } else { texts::NONE_ONE_OR_SEVERAL } }</p> }
            </fieldset>
            <div class="buttons">
                { button(Look::Line, "watch", texts::WATCH_IT_HAPPEN, act(dispatch, LessonAction::Watch)) }
            </div>
            if let Some(right) = work.verdict {
                <p role="status" id="verdict" class={classes!("verdict", if right { "good" } else { "bad" })}>
                    <strong>{ if right { texts::RIGHT } else { texts::NOT_QUITE } }</strong>
                    if !right { { the_answer(&answer.right) } }
                    { &question.because }
                </p>
            }
        </form>
    }
}

fn the_answer(right: &[String]) -> String {
    if right.is_empty() { texts::THE_ANSWER_IS_NONE.into() } else { texts::the_answer_is(&right.join(", ")) }
}

fn goal(classroom: &Classroom, session: &Session, dispatch: &Dispatch) -> Html {
    let Some(goal) = classroom.step().task.goal() else { return html! {} };
    let work = classroom.work();
    let system = matches!(classroom.step().task, Task::Fix(_));
    let is_old = classroom.is_verdict_old(session);
    let (met, of) = (work.findings.iter().filter(|finding| finding.good).count(), work.findings.len());
    let clause_row = |index: usize, clause: &Clause| {
        let found = work.findings.get(index);
        let live = found.is_none().then(|| classroom.live(session, index)).flatten();
        let (class, icon, word) = match (found.map(|finding| finding.good), live) {
            (Some(true), _) | (None, Some(Standing::Met)) => (Some("done"), icons::done(), texts::MET),
            (Some(false), _) | (None, Some(Standing::NotMet)) => (Some("not"), icons::failed(), texts::NOT_MET),
            (None, Some(Standing::SoFar)) => (None, icons::pending(), texts::SO_FAR),
            (None, Some(Standing::NotYet) | None) => (None, icons::pending(), texts::NOT_CHECKED_YET),
        };
        html! {
            <li {class}>
                { icon }
                <div>
                    { &clause.says }
                    <span class="visually-hidden">{ format!(" ({word})") }</span>
                    if let Some(finding) = found.filter(|finding| !finding.good) { { failed(classroom, index, finding, dispatch) } }
                </div>
            </li>
        }
    };
    html! {
        <>
            if !work.findings.is_empty() {
                <p role="status" id="verdict" class={classes!("verdict", if is_old { "old" } else if met == of { "good" } else { "bad" })}>
                    if is_old { { texts::BEFORE_YOUR_LAST_CHANGE } }
                    { texts::of_goals_met(&met, &of) }
                </p>
            }
            <ul class={classes!("hints", "goal", is_old.then_some("old"))} id="goal">
                for (index, clause) in goal.clauses.iter().enumerate() { { clause_row(index, clause) } }
            </ul>
            <p class="soft">
                if system {
                    { texts::checked_in_different_runs(&goal.seeds, &(if goal.faults.is_empty() { "" } else { texts::WITH_FAULTS })) }
                } else {
                    { texts::WE_CHECK_YOUR_RUN_SO }
                }
            </p>
            <div class="buttons">
                if let Some(judging) = &classroom.judging {
                    <progress
                        max={judging.progress().1.to_string()}
                        value={judging.progress().0.to_string()}
                        aria-label={texts::CHECKING}
                    />
                }
                if classroom.is_solution() { { button(Look::Small, "mine", texts::BACK_TO_MINE, act(dispatch, LessonAction::LeaveSolution)) } }
            </div>
            { edit_shown(classroom, dispatch) }
        </>
    }
}

/// A solution is shown edit by edit.
fn edit_shown(classroom: &Classroom, dispatch: &Dispatch) -> Html {
    let Some((number, of, difference)) = classroom.shown_edit() else { return html! {} };
    let to = |id: &'static str, word: &'static str, number: usize, can: bool| {
        let onclick = act(dispatch, LessonAction::ShowEdit(number));
        html! { <button type="button" class="line small" {id} disabled={!can} {onclick}>{ word }</button> }
    };
    html! {
        <div class="hint" id="edit" role="group" aria-label={texts::SOLUTION}>
            <div role="status"><strong>{ texts::edit(number, of) }</strong>{ difference.says }</div>
            <div class="buttons">
                { to("edit-back", texts::PREVIOUS, number - 1, number > 1) }
                { to("edit-on", texts::NEXT, number + 1, number < of) }
            </div>
        </div>
    }
}

/// What happened instead, in words; the formula for those who want it; and the run in which it happened.
fn failed(classroom: &Classroom, index: usize, finding: &Finding, dispatch: &Dispatch) -> Html {
    html! {
        <>
            if let Some(told) = classroom.told(finding) { <p class="why">{ told }</p> }
            <div class="buttons">
                if finding.failing.is_some() {
                    <button
                        type="button"
                        class="line small"
                        data-failure={index.to_string()}
                        onclick={act(dispatch, LessonAction::OpenFailure(index))}
                    >
                        { icons::play() }
                        { texts::SHOW_ME }
                    </button>
                }
                if finding.seen.is_some() {
                    <details class="formula">
                        <summary>{ texts::DETAILS }</summary>
                        <code>{ finding.why.clone() }</code>
                    </details>
                }
            </div>
        </>
    }
}

/// At the end of the lesson it stands with the takeaway, above all else.
fn explain(classroom: &Classroom, question: &str, model: &str, dispatch: &Dispatch) -> Html {
    if is_over(classroom) {
        return html! {};
    }
    html! {
        <>
            { own(classroom, question, dispatch) }
            { model_of(classroom, model) }
            { checklist(classroom, dispatch) }
        </>
    }
}

/// What the learner answers.
fn own(classroom: &Classroom, question: &str, dispatch: &Dispatch) -> Html {
    let oninput = dispatch
        .reform(|event: InputEvent| Action::Lesson(LessonAction::TypeText(event.target_unchecked_into::<HtmlTextAreaElement>().value())));
    html! {
        <label class="field">
            <span>{ question.to_owned() }</span>
            <textarea id="explanation" rows="4" value={classroom.work().text.clone()} {oninput} />
        </label>
    }
}

/// The model answer, once it was asked for.
fn model_of(classroom: &Classroom, model: &str) -> Html {
    html! {
        if classroom.work().compared {
            <div id="model">
                <h4 id="model-title" tabindex="-1">{ texts::A_MODEL_ANSWER }</h4>
                <blockquote>{ model.to_owned() }</blockquote>
            </div>
        }
    }
}

/// At the last step, and it is done.
fn is_over(classroom: &Classroom) -> bool {
    classroom.at + 1 == classroom.lesson.steps.len() && classroom.work().done
}

/// What the model answer says: a learner ticks what the own answer says, too.
fn checklist(classroom: &Classroom, dispatch: &Dispatch) -> Html {
    let (work, step) = (classroom.work(), classroom.step());
    let Task::Explain { checklist, .. } = &step.task else { return html! {} };
    if !work.compared {
        return html! {};
    }
    let is_ticked = |index: usize| work.ticked.get(index).copied().unwrap_or(false);
    let covered = (0..checklist.len()).filter(|index| is_ticked(*index)).count();
    html! {
        <fieldset id="checklist">
            <legend>{ texts::your_answer_covers(covered, checklist.len()) }</legend>
            for (index, point) in checklist.iter().enumerate() {
                <label class="check">
                    <input
                        type="checkbox"
                        checked={is_ticked(index)}
                        onchange={dispatch.reform(move |_: yew::Event| Action::Lesson(LessonAction::Tick(index)))}
                    />
                    <span>{ point }</span>
                </label>
            }
        </fieldset>
    }
}

/// What was learned, what RabbitMQ itself does otherwise, and what was left out.
fn ending(classroom: &Classroom, dispatch: &Dispatch) -> Html {
    html! {
        <div id="ending">
            <div class="verdict good takeaway">
                <p id="ending-title" tabindex="-1">{ icons::done() }<strong>{ texts::TAKEAWAY }</strong></p>
                <p>{ &classroom.lesson.aha }</p>
            </div>
            if let Task::Explain { question, model, .. } = &classroom.step().task {
                // Both answers are in sight together.
                { own(classroom, question, dispatch) }
                { model_of(classroom, model) }
            }
            { checklist(classroom, dispatch) }
            { prose(&classroom.prose().in_rabbitmq) }
            <h4>{ texts::NOT_COVERED_HERE }</h4>
            <p class="soft">{ &classroom.lesson.leaves_out }</p>
        </div>
    }
}

fn hand_in(classroom: &Classroom, dispatch: &Dispatch) -> Html {
    let oninput = dispatch
        .reform(|event: InputEvent| Action::Lesson(LessonAction::TypeStudent(event.target_unchecked_into::<HtmlInputElement>().value())));
    html! {
        <details id="hand-in" class="ending">
            <summary>{ texts::HAND_IT_IN }</summary>
            <label class="field">
                <span>{ texts::A_LABEL_FOR_YOUR_TEACHER }</span>
                <input id="student" value={classroom.student.clone()} {oninput} autocomplete="off" />
            </label>
            <div class="buttons">
                { button(Look::Small, "result", texts::SAVE_THE_RESULT_FILE, act(dispatch, LessonAction::SaveResult)) }
                { button(Look::Small, "grade-it", texts::HOW_WOULD_IT_BE_GRADED, act(dispatch, LessonAction::Grade)) }
            </div>
            if let Some(grade) = classroom.grade_text() { <pre class="mono" id="grade">{ grade }</pre> }
        </details>
    }
}

/// A lesson being written, beside what will come of it.
pub fn author(app: &App, dispatch: &Dispatch) -> Html {
    let oninput = dispatch
        .reform(|event: InputEvent| Action::Author(AuthorAction::Type(event.target_unchecked_into::<HtmlTextAreaElement>().value())));
    let read = app.written.read();
    html! {
        <div class="author">
            <label class="field">
                <span>{ texts::THE_LESSON_IN_MARKDOWN }</span>
                <textarea id="written" class="mono" rows="26" value={app.written.text().to_owned()} {oninput} spellcheck="false" />
            </label>
            <div>
                { match read {
                    Err(problems) => html! {
                        <ul class="why" role="status" id="written-problems">
                            for problem in problems.iter().take(8) {
                                <li>{ problem.to_string() }</li>
                            }
                        </ul>
                    },
                    Ok((lesson, texts)) => html! {
                        <div class="lesson" id="written-preview"><h3>{ &lesson.title }</h3>{ prose(&texts.of(lesson).intro) }
                            for (step, text) in lesson.steps.iter().zip(&texts.of(lesson).steps) {
                                <h4 class="step-title">{ &step.title }<span class="badge">{ step.task.name() }</span></h4>
                                { prose(text) }
                            }
                        </div>
                    },
                } }
                <div class="buttons files">
                    <button
                        type="button"
                        class="primary"
                        id="written-open"
                        disabled={read.is_err()}
                        onclick={on(dispatch, AuthorAction::Try)}
                    >
                        { texts::TRY_IT }
                    </button>
                    { button(Look::Line, "written-over", texts::START_OVER_FROM_THE_CANVAS, on(dispatch, AuthorAction::StartOver)) }
                    { button(Look::Line, "written-save", texts::SAVE_IT, on(dispatch, AuthorAction::Save)) }
                </div>
            </div>
        </div>
    }
}
