//! The lesson's panel: its text, its questions, its goals, and what was found; the course; and a lesson being written.

use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::{Callback, Html, InputEvent, MouseEvent, TargetCast, classes, html};

use super::texts::lesson as texts;
use super::widgets::{Look, button, close_button, on};
use super::{Dispatch, icons};
use crate::app::{Action, App, AuthorAction, Classroom, CourseAction, CourseEntry, LessonAction, PageAction, Session};
use crate::formats::markdown::{Block, Inline, Piece};
use crate::lesson::progress::LessonProgress;
use crate::lesson::{Ask, Clause, Question, Task};

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
    if classroom.is_away() {
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
    html! {
        <section class="lesson" id="lesson" aria-label={texts::LESSON}>
            <div class="drawer-head">
                <h2>{ if classroom.lesson.lab { texts::FAILURE_LAB } else { texts::LESSON } }</h2>
                { close_button(texts::CLOSE_THE_LESSON, act(dispatch, LessonAction::Close)) }
            </div>
            <div class="drawer-body">
                <h3 id="lesson-title" tabindex="-1">{ &classroom.lesson.title }</h3>
                { steps(classroom, dispatch) }
                if classroom.at == 0 { { prose(&classroom.prose.intro) } }
                <h4 class="step-title" id="step-title" tabindex="-1">{ &step.title }<span class="badge">{ step.task.name() }</span></h4>
                { prose(&classroom.prose.steps[classroom.at]) }
                { match &step.task {
                    Task::Look => html! {},
                    Task::Predict(question) => predict(classroom, question, dispatch),
                    Task::Do(_) | Task::Break(_) | Task::Fix(_) => goal(classroom, session, dispatch),
                    Task::Explain { question, model, checklist } => explain(classroom, question, model, checklist, dispatch),
                } }
                for hint in step.hints.iter().take(work.hints) { <p class="hint">{ hint }</p> }
                if last { { ending(classroom, dispatch) } }
            </div>
            { foot(classroom, dispatch) }
        </section>
    }
}

/// The steps by number: each can be visited again.
fn steps(classroom: &Classroom, dispatch: &Dispatch) -> Html {
    html! {
        <ol class="steps" aria-label={texts::STEPS}>
            for (index, (one, work)) in classroom.lesson.steps.iter().zip(&classroom.works).enumerate() {
                <li>
                    <button
                        type="button"
                        class={classes!("step", work.done.then_some("done"))}
                        data-step={one.id.to_string()}
                        title={one.title.clone()}
                        aria-current={(index == classroom.at).then_some("step")}
                        aria-label={format!("{}, {}{}", one.title, one.task.name(), if work.done { texts::DONE } else { "" })}
                        onclick={act(dispatch, LessonAction::ChooseStep(index))}
                    >
                        if work.done { { icons::tick() } }
                        <span>{ one.task.name() }</span>
                    </button>
                </li>
            }
        </ol>
    }
}

/// What leads on stays in sight, however long the step is.
fn foot(room: &Classroom, dispatch: &Dispatch) -> Html {
    let (step, work) = (room.step(), room.work());
    let last = room.at + 1 == room.lesson.steps.len();
    html! {
        <div class="drawer-foot">
            if room.at > 0 {
                <button type="button" class="line" id="step-back" onclick={act(dispatch, LessonAction::ChooseStep(room.at - 1))}>
                    { texts::BACK }
                </button>
            }
            if last {
                <button type="button" class="line" id="course" onclick={on(dispatch, PageAction::OpenDialog(crate::app::Dialog::Course))}>
                    { texts::ALL_LESSONS }
                </button>
            } else {
                <button
                    type="button"
                    class={if work.done { "primary" } else { "line" }}
                    id="step-on"
                    onclick={act(dispatch, LessonAction::ChooseStep(room.at + 1))}
                >
                    { texts::NEXT }
                </button>
            }
            <span class="grow" />
            if work.hints < step.hints.len() {
                <button type="button" class="line" id="hint" onclick={act(dispatch, LessonAction::ShowHint)}>
                    { texts::hint(work.hints + 1, step.hints.len()) }
                </button>
            }
            <button type="button" class="icon-button" aria-label={texts::MORE} title={texts::MORE} popovertarget="lesson-menu">
                { icons::dots() }
            </button>
            <div class="menu up" id="lesson-menu" popover="auto">
                <button
                    type="button"
                    id="reset"
                    popovertarget="lesson-menu"
                    popovertargetaction="hide"
                    onclick={act(dispatch, LessonAction::Reset)}
                >
                    { texts::RESET }
                </button>
                <button
                    type="button"
                    id="sandbox"
                    title={texts::PLAY_WITH_A_COPY_THE}
                    popovertarget="lesson-menu"
                    popovertargetaction="hide"
                    onclick={act(dispatch, LessonAction::ToggleSandbox)}
                >
                    { texts::PLAY_FREELY }
                </button>
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
                <button type="submit" class="primary" id="check">{ texts::CHECK }</button>
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
    let (met, of) = (work.findings.iter().filter(|finding| finding.good).count(), work.findings.len());
    let clause_row = |index: usize, clause: &Clause| {
        let found = work.findings.get(index);
        let live = found.is_none().then(|| classroom.live(session, index)).flatten();
        let (class, icon, word) = match (found.map(|finding| finding.good), live) {
            (Some(true), _) => (Some("done"), icons::done(), "met"),
            (Some(false), _) => (Some("not"), icons::failed(), texts::NOT_MET),
            (None, Some(true)) => (Some("done"), icons::done(), texts::SO_FAR),
            (None, _) => (None, icons::pending(), texts::NOT_CHECKED_YET),
        };
        html! {
            <li {class}>
                { icon }
                <span>
                    { &clause.says }
                    <span class="visually-hidden">{ format!(" ({word})") }</span>
                    if let Some(finding) = found.filter(|finding| !finding.good) {
                        if let Some(why) = &finding.why { <span class="why">{ why }</span> }
                        if finding.failing.is_some() {
                            <button
                                type="button"
                                class="link"
                                data-failure={index.to_string()}
                                onclick={act(dispatch, LessonAction::OpenFailure(index))}
                            >
                                { texts::SHOW_THE_RUN }
                            </button>
                        }
                    }
                </span>
            </li>
        }
    };
    html! {
        <>
            <ul class="hints goal" id="goal">for (index, clause) in goal.clauses.iter().enumerate() { { clause_row(index, clause) } }</ul>
            if system {
                <p class="soft">
                    { texts::checked_in_different_runs(&goal.seeds, &(if goal.faults.is_empty() { "" } else { texts::WITH_FAULTS })) }
                </p>
            } else {
                <p class="soft">{ texts::WE_CHECK_YOUR_RUN_SO }</p>
            }
            <div class="buttons">
                <button
                    type="button"
                    class="primary"
                    id="prove"
                    aria-disabled={classroom.is_busy().to_string()}
                    onclick={act(dispatch, LessonAction::Prove)}
                >
                    { texts::CHECK_MY_FIX }
                </button>
                if let Some(judging) = &classroom.judging {
                    <progress
                        max={judging.progress().1.to_string()}
                        value={judging.progress().0.to_string()}
                        aria-label={texts::CHECKING}
                    />
                }
                if classroom.is_solution() {
                    { button(Look::Small, "mine", texts::BACK_TO_MINE, act(dispatch, LessonAction::LeaveSolution)) }
                } else {
                    { button(Look::Small, "solution", texts::SHOW_A_SOLUTION, act(dispatch, LessonAction::ShowSolution)) }
                }
            </div>
            if !work.findings.is_empty() {
                <p
                    role="status"
                    id="verdict"
                    class={classes!("verdict", if work.findings.iter().all(|finding| finding.good) { "good" } else { "bad" })}
                >
                    { if met == of { classroom.lesson.aha.clone() } else { texts::of_goals_met(&met, &of) } }
                </p>
            }
        </>
    }
}

fn explain(classroom: &Classroom, question: &str, model: &str, checklist: &[String], dispatch: &Dispatch) -> Html {
    let work = classroom.work();
    let oninput = dispatch
        .reform(|event: InputEvent| Action::Lesson(LessonAction::TypeText(event.target_unchecked_into::<HtmlTextAreaElement>().value())));
    html! {
        <>
            <label class="field">
                <span>{ question.to_owned() }</span>
                <textarea id="explanation" rows="5" value={work.text.clone()} {oninput} />
            </label>
            <div class="buttons">
                <button
                    type="button"
                    class="primary"
                    id="compare-model"
                    disabled={work.text.trim().is_empty()}
                    onclick={act(dispatch, LessonAction::CompareText)}
                >
                    { texts::COMPARE_WITH_A_MODEL_ANSWER }
                </button>
            </div>
            if work.compared {
                <blockquote id="model">{ model.to_owned() }</blockquote>
                <fieldset>
                    <legend>{ texts::DID_YOU_SAY_THAT }</legend>
                    for (index, point) in checklist.iter().enumerate() {
                        <label class="check">
                            <input
                                type="checkbox"
                                checked={work.ticked.get(index).copied().unwrap_or(false)}
                                onchange={dispatch.reform(move |_: yew::Event| Action::Lesson(LessonAction::Tick(index)))}
                            />
                            <span>{ point }</span>
                        </label>
                    }
                </fieldset>
            }
        </>
    }
}

/// What was learned, what was left out, and what can be handed in.
fn ending(classroom: &Classroom, dispatch: &Dispatch) -> Html {
    let oninput = dispatch
        .reform(|event: InputEvent| Action::Lesson(LessonAction::TypeStudent(event.target_unchecked_into::<HtmlInputElement>().value())));
    html! {
        <div class="ending">
            <p><strong>{ texts::TAKEAWAY }</strong>{ &classroom.lesson.aha }</p>
            <p class="soft">{ texts::not_covered_here(&classroom.lesson.leaves_out) }</p>
            <details id="hand-in">
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
        </div>
    }
}

/// The lessons of the site, and what was done of them.
pub fn course(app: &App, dispatch: &Dispatch) -> Html {
    let Some(course) = &app.course else { return html! { <p class="soft" role="status">{ texts::FETCHING_THE_LIST }</p> } };
    let lesson_row = |listed: &CourseEntry| {
        let done = app.progress.of(listed.file.trim_end_matches(".md"));
        let all = done.is_some_and(LessonProgress::is_complete);
        let is_numbered = listed.chapter.starts_with(|letter: char| letter.is_ascii_digit());
        let chapter = match &*listed.chapter {
            "" => String::new(),
            chapter if is_numbered => texts::chapter(&chapter),
            chapter => format!(" · {chapter}"),
        };
        let progress = done.filter(|_| !all).map(|progress| texts::of_steps(&progress.done.len(), &progress.steps)).unwrap_or_default();
        html! {
            <li>
                <button type="button" data-lesson={listed.file.clone()} onclick={on(dispatch, CourseAction::Open(listed.file.clone()))}>
                    <span class={classes!("mark-of", all.then_some("done"))}>{ if all { icons::done() } else { icons::pending() } }</span>
                    <strong>{ &listed.title }</strong>
                    <span class="soft">{ texts::min(&listed.minutes, &chapter, &progress) }</span>
                    if all { <span class="aha">{ &listed.aha }</span> }
                </button>
            </li>
        }
    };
    let list = |lab: bool| {
        html! { <ol class="course">for listed in course.lessons.iter().filter(|listed| listed.lab == lab) { { lesson_row(listed) } }</ol> }
    };
    html! {
        <>
            { list(false) }
            <h3>{ texts::FAILURE_LAB_SYSTEMS_THAT_ARE }</h3>
            { list(true) }
            <div class="buttons files">
                { button(Look::Small, "progress-save", texts::SAVE_MY_PROGRESS_AS_A, on(dispatch, CourseAction::SaveProgress)) }
                { button(Look::Small, "author", texts::MAKE_THE_CANVAS_A_LESSON, on(dispatch, AuthorAction::Open)) }
                <a class="button line small" href="teachers.html">{ texts::FOR_TEACHERS }</a>
            </div>
            <p class="soft">{ texts::PROGRESS_STAYS_IN_THIS_BROWSER }</p>
        </>
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
                        <div class="lesson" id="written-preview"><h3>{ &lesson.title }</h3>{ prose(&texts.intro) }
                            for (step, text) in lesson.steps.iter().zip(&texts.steps) {
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
