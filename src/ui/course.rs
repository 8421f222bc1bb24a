//! The course as a page: what to go on with, the modules with their lessons, and the paths through them.

use yew::{Html, classes, html};

use super::preview::preview;
use super::texts::lesson as texts;
use super::widgets::{Look, button, on};
use super::{Dispatch, icons};
use crate::app::gallery::view;
use crate::app::{App, AuthorAction, Course, CourseAction, CourseEntry};
use crate::lesson::Level;
use crate::lesson::progress::LessonProgress;

pub fn course(app: &App, dispatch: &Dispatch) -> Html {
    let Some(course) = &app.course else { return html! { <p class="soft" role="status">{ texts::FETCHING_THE_LIST }</p> } };
    let path = app.on_path();
    let left: Vec<&CourseEntry> = path.iter().filter(|entry| !is_done(app, entry)).copied().collect();
    let done = path.len() - left.len();
    html! {
        <div class="course-page">
            <p class="soft">{ texts::LEARN_EVENT_DRIVEN_ARCHITECTURE }</p>
            <div>
                if let Some(entry) = app.proposed() { { go_on(app, entry, dispatch) } }
                <div class="course">for module in course.modules.iter() { { section(app, course, &path, &module.name, &module.about, dispatch) } }</div>
            </div>
            <div class="course-side">
                <fieldset class="tile">
                    <legend>{ texts::YOUR_PATH }</legend>
                    for one in course.paths.iter() { { way(app, &one.name, &one.name, &one.about, one.lessons.len(), dispatch) } }
                    { way(app, "", texts::WHOLE_COURSE, texts::EVERYTHING_WITH_THE_LAB, course.lessons.len(), dispatch) }
                </fieldset>
                <div class="tile">
                    <h3>{ texts::PROGRESS }</h3>
                    <progress max={path.len().to_string()} value={done.to_string()} aria-label={texts::PROGRESS} />
                    <p id="course-progress">
                        { texts::lessons_done(done, path.len(), left.iter().map(|entry| entry.minutes).sum()) }
                    </p>
                    <p class="soft">{ texts::PROGRESS_STAYS_IN_THIS_BROWSER }</p>
                    <div class="buttons files">
                        { button(Look::Small, "progress-save", texts::SAVE_MY_PROGRESS_AS_A, on(dispatch, CourseAction::SaveProgress)) }
                    </div>
                </div>
                <div class="tile">
                    <h3>{ texts::YOU_TEACH }</h3>
                    <div class="buttons files">
                        <a class="button line small" href="teachers.html">{ texts::FOR_TEACHERS }</a>
                        { button(Look::Small, "author", texts::MAKE_THE_CANVAS_A_LESSON, on(dispatch, AuthorAction::Open)) }
                    </div>
                </div>
            </div>
        </div>
    }
}

fn is_done(app: &App, entry: &CourseEntry) -> bool {
    app.progress.of(entry.id()).is_some_and(LessonProgress::is_complete)
}

/// The one button that most learners want.
fn go_on(app: &App, entry: &CourseEntry, dispatch: &Dispatch) -> Html {
    let progress = app.progress.of(entry.id());
    html! {
        <div class="tile continue">
            <div>
            <p class="soft">{ &entry.module }</p>
            <h3>{ &entry.title }</h3>
            <p class="soft">
                { progress.map_or_else(
                    || texts::minutes(entry.minutes),
                    |progress| texts::of_steps(progress.done.len(), progress.steps, entry.minutes_left(progress)),
                ) }
            </p>
            <button type="button" class="primary" id="continue" onclick={on(dispatch, CourseAction::Open(entry.file.clone()))}>
                { if progress.is_some() { texts::CONTINUE } else { texts::START } }
            </button>
            </div>
            { preview(&entry.outline, view(&entry.outline.shapes)) }
        </div>
    }
}

/// A module with its lessons. The one that has the proposed lesson is open.
fn section(app: &App, course: &Course, path: &[&CourseEntry], name: &str, about: &str, dispatch: &Dispatch) -> Html {
    let lessons: Vec<&CourseEntry> = course.lessons.iter().filter(|entry| entry.module == name).collect();
    let done = lessons.iter().filter(|entry| is_done(app, entry)).count();
    let minutes = lessons.iter().map(|entry| entry.minutes).sum();
    let proposed = app.proposed();
    html! {
        <details open={proposed.is_some_and(|entry| entry.module == name)}>
            <summary>
                { mark(done == lessons.len()) }
                <strong>{ name.to_owned() }</strong>
                <span class="about">{ about.to_owned() }</span>
                <span class="number">{ texts::of(done, lessons.len()) }</span>
                <span class="number">{ texts::minutes(minutes) }</span>
                { icons::chevron() }
            </summary>
            <ol>for entry in lessons { { row(app, course, entry, path.contains(&entry), proposed == Some(entry), dispatch) } }</ol>
        </details>
    }
}

fn mark(is_done: bool) -> Html {
    html! { <span class={classes!("mark-of", is_done.then_some("done"))}>{ if is_done { icons::done() } else { icons::pending() } }</span> }
}

/// A lesson that was begun is neither empty nor done.
fn mark_of(is_done: bool, is_begun: bool) -> Html {
    if is_begun && !is_done {
        html! { <span class="mark-of begun">{ icons::begun() }</span> }
    } else {
        mark(is_done)
    }
}

fn row(app: &App, course: &Course, entry: &CourseEntry, is_on_path: bool, is_proposed: bool, dispatch: &Dispatch) -> Html {
    let all = is_done(app, entry);
    let begun = app.progress.of(entry.id());
    let first = entry.needs.iter().filter_map(|need| course.lesson(need)).find(|need| !is_done(app, need));
    let below = match (all, first) {
        (true, _) => entry.aha.clone(),
        (false, Some(first)) => texts::do_first(&first.title),
        (false, None) => texts::chapter(&entry.chapter),
    };
    html! {
        <li class={classes!(is_proposed.then_some("now"), (!is_on_path).then_some("off-path"))}>
            <button type="button" data-lesson={entry.file.clone()} onclick={on(dispatch, CourseAction::Open(entry.file.clone()))}>
                { mark_of(all, begun.is_some()) }
                <span class="what"><strong>{ &entry.title }</strong><span class="soft">{ below }</span></span>
                if let Some(level) = entry.level { <span class="level">{ bars(level) }{ texts::level(level) }</span> }
                <span class="number">{ texts::minutes(entry.minutes) }</span>
                <span class="go">{ if all { texts::DONE_ALREADY } else if begun.is_some() { texts::CONTINUE } else { texts::START } }</span>
            </button>
        </li>
    }
}

/// One, two or three bars.
fn bars(level: Level) -> Html {
    html! {
        <svg width="22" height="12" aria-hidden="true">
            for (x, (_, of)) in ["0", "8", "16"].into_iter().zip(Level::ALL) {
                <rect {x} y="2" width="5" height="10" class={(of as u8 <= level as u8).then_some("on")} />
            }
        </svg>
    }
}

fn way(app: &App, path: &str, name: &str, about: &str, lessons: usize, dispatch: &Dispatch) -> Html {
    let path = path.to_owned();
    let checked = app.path == path;
    let chosen = path.clone();
    let onchange = dispatch.reform(move |_: yew::Event| CourseAction::ChoosePath(chosen.clone()).into());
    html! {
        <label class={classes!("way", checked.then_some("on"))}>
            <input type="radio" name="path" data-path={path} {checked} {onchange} />
            <strong>{ name.to_owned() }</strong>
            <span class="soft">{ texts::lessons(lessons) }</span>
            <span class="about">{ about.to_owned() }</span>
        </label>
    }
}
