use std::fmt::Display;

use crate::base::SimTime;
use crate::lesson::Level;

pub const A_LABEL_FOR_YOUR_TEACHER: &str = "A label for your teacher, if you want one";
pub const BACK_TO_MY_RUN: &str = "Back to my run";
pub const BEFORE_YOUR_LAST_CHANGE: &str = "Before your last change: ";
pub const CHECK_MY_RUN: &str = "Check my run";
pub const CONTINUE: &str = "Continue";
pub const COURSE: &str = "Course";
pub const DETAILS: &str = "Details";
pub const DONE_ALREADY: &str = "Again";
pub const EVERYTHING_WITH_THE_LAB: &str = "Everything, with the failure lab.";
pub const LEARN_EVENT_DRIVEN_ARCHITECTURE: &str = "Learn event-driven architecture with RabbitMQ. Build it, break it, fix it.";
pub const MET: &str = "met";
pub const NEXT: &str = "Next";
pub const NEXT_STEP: &str = "Next step";
pub const PREVIOUS: &str = "Previous";
pub const PROGRESS: &str = "Progress";
pub const SHOW_ME: &str = "Show me";
pub const START: &str = "Start";
pub const WHOLE_COURSE: &str = "Whole course";
pub const YOUR_PATH: &str = "Your path";
pub const YOU_TEACH: &str = "You teach?";
pub const BACK_TO_MINE: &str = "Back to mine";
pub const BACK_TO_THE_LESSON: &str = "Back to the lesson";
pub const CHECK: &str = "Check";
pub const CHECKING: &str = "Checking";
pub const CHECK_MY_FIX: &str = "Check my fix";
pub const CLOSE_THE_LESSON: &str = "Close the lesson";
pub const A_MODEL_ANSWER: &str = "A model answer";
pub const COMPARE_WITH_A_MODEL_ANSWER: &str = "Compare with a model answer";
pub const CORRECT: &str = "✓ correct";
pub const ANSWERED: &str = ", answered";
pub const ANSWERED_WRONGLY: &str = ", answered: not quite";
pub const DONE: &str = ", done";
pub const FAILURE_LAB: &str = "Failure lab";
pub const FETCHING_THE_LIST: &str = "Fetching the list…";
pub const FOR_TEACHERS: &str = "For teachers";
pub const HAND_IT_IN: &str = "Hand it in";
pub const HOW_WOULD_IT_BE_GRADED: &str = "How would it be graded?";
pub const LESSON_AFTER: &str = "Next lesson";
pub const LESSON_BEFORE: &str = "Previous lesson";
pub const LESSON: &str = "Lesson";
pub const MAKE_THE_CANVAS_A_LESSON: &str = "Make the canvas a lesson";
pub const MORE: &str = "More";
pub const NONE_ONE_OR_SEVERAL: &str = "None, one or several.";
pub const NOT_CHECKED_YET: &str = "not checked yet";
pub const NOT_COVERED_HERE: &str = "Not covered here";
pub const NOT_MET: &str = "not met";
pub const NOT_SEEN_YET: &str = "not seen yet";
pub const NOT_QUITE: &str = "Not quite. ";
pub const NO_KEY: &str = "(no key)";
pub const ONE_AFTER_THE_OTHER_IN: &str = "One after the other, in their order.";
pub const PLAY_FREELY: &str = "Play freely";
pub const PLAY_WITH_A_COPY_THE: &str = "Play with a copy; the lesson waits";
pub const PROGRESS_STAYS_IN_THIS_BROWSER: &str =
    "Progress stays in this browser. Save it, and open the file in another browser. Open also takes lessons you wrote.";
pub const PUBLISHED: &str = "Published: ";
pub const RESET: &str = "Reset";
pub const RIGHT: &str = "Correct. ";
pub const SAVE_IT: &str = "Save it";
pub const SAVE_MY_PROGRESS_AS_A: &str = "Save my progress as a file";
pub const SAVE_THE_RESULT_FILE: &str = "Save the result file";
pub const SHOW_A_SOLUTION: &str = "Show a solution";
pub const SOLUTION: &str = "Solution";
pub const SO_FAR: &str = "so far";
pub const START_OVER_FROM_THE_CANVAS: &str = "Start over from the canvas";
pub const STEPS: &str = "Steps";
pub const TAKEAWAY: &str = "Takeaway";
pub const THE_ANSWER_IS_NONE: &str = "The answer is: none. ";
pub const THE_DEFAULT_EXCHANGE: &str = "the default exchange";
pub const THE_LESSON_IN_MARKDOWN: &str = "The lesson, in Markdown";
pub const TO: &str = " to ";
pub const TRY_IT: &str = "Try it";
pub const WATCH_WHAT_HAPPENS: &str = "Press Play, and watch what happens.";
pub const WATCH_IT_HAPPEN: &str = "Watch it happen";
pub const WE_CHECK_YOUR_RUN_SO: &str = "We check your run so far.";
pub const WITH_FAULTS: &str = ", with faults";
pub const YOU_ARE_PLAYING_FREELY_THE: &str = "You are playing freely. The lesson waits where you left it.";

pub fn chapter(chapter: &str) -> String {
    if chapter.starts_with(|letter: char| letter.is_ascii_digit()) { format!("Chapter {chapter}") } else { chapter.to_owned() }
}

pub fn checked_in_different_runs(seeds: &dyn Display, with_faults: &dyn Display) -> String {
    format!("Checked in {seeds} different runs{with_faults}.")
}

pub fn edit(number: usize, of: usize) -> String {
    format!("Solution, change {number} of {of}")
}

pub fn hint(number: usize, of: usize) -> String {
    format!("Hint {number} of {of}")
}

pub fn do_first(title: &dyn Display) -> String {
    format!("Do first: {title}")
}

pub fn lesson_of(module: &str, number: usize, of: usize) -> String {
    format!("{module} · {number} of {of}")
}

pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Basic => "Basic",
        Level::Medium => "Medium",
        Level::Hard => "Hard",
    }
}

pub fn lessons(lessons: usize) -> String {
    format!("{lessons} lessons")
}

pub fn lessons_done(done: usize, of: usize, minutes: u64) -> String {
    format!("{done} of {of} lessons done. {} left.", duration(minutes))
}

/// "45 minutes", "6 hours", "2 hours 30 minutes".
fn duration(minutes: u64) -> String {
    let many = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    match (minutes / 60, minutes % 60) {
        (0, minutes) => many(minutes, "minute"),
        (hours, 0) => many(hours, "hour"),
        (hours, minutes) => format!("{} {}", many(hours, "hour"), many(minutes, "minute")),
    }
}

pub fn minutes(minutes: u64) -> String {
    format!("{minutes} min")
}

pub fn next_lesson(minutes: &dyn Display) -> String {
    format!("Next lesson, {minutes} min")
}

pub fn of(done: usize, of: usize) -> String {
    format!("{done} of {of}")
}

pub fn of_goals_met(met: &dyn Display, of: &dyn Display) -> String {
    format!("{met} of {of} goals met.")
}

pub fn of_steps(done: usize, steps: usize, minutes_left: u64) -> String {
    format!("{done} of {steps} steps done, about {minutes_left} min left")
}

pub fn your_answer_covers(points: usize, of: usize) -> String {
    format!("Tick each point that your answer has: {points} of {of} so far.")
}

/// What a step to look at waits for.
pub fn watch_until(at: SimTime) -> String {
    format!("Press Play, and watch until {at}.")
}

pub fn you_see_run(run: &dyn Display) -> String {
    format!("You see run {run}.")
}

pub fn the_answer_is(right: &dyn Display) -> String {
    format!("The answer is {right}. ")
}
