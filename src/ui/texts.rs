//! What a reader of the page reads, by area. Views name a text and hold none, so that texts can be rewritten or translated alone.

pub mod composer {
    use std::fmt::Display;

    pub const AND: &str = " and ";
    pub const A_SECOND: &str = "a second";
    pub const CONFIRM: &str = "Confirm";
    pub const DEFAULT_EXCHANGE: &str = "(default exchange)";
    pub const DOES_NOT_MATCH: &str = "does not match";
    pub const EMPTY: &str = "(empty)";
    pub const EXCHANGE: &str = "Exchange";
    pub const EXPIRATION_MS: &str = "Expiration, ms";
    pub const HEADERS_AND_PROPERTIES: &str = "Headers and properties";
    pub const HEADERS_AS_JSON: &str = "Headers, as JSON";
    pub const MANDATORY: &str = "Mandatory";
    pub const ONE_OF_THE_CHAPTERS_EVENTS: &str = "one of the chapter's events…";
    pub const PAYLOAD: &str = "Payload";
    pub const PERSISTENT: &str = "Persistent";
    pub const PRIORITY: &str = "Priority";
    pub const PUBLISH: &str = "Publish";
    pub const REPEAT: &str = "Repeat";
    pub const ROUTING_KEY: &str = "Routing key";
    pub const STOP: &str = "Stop";
    pub const TEMPLATE: &str = "Template";
    pub const THE_MESSAGE_WOULD_BE_DROPPED: &str = "The message would be dropped without notice.";
    pub const THE_MESSAGE_WOULD_BE_RETURNED: &str = "The message would be returned, because it is mandatory.";
    pub const TIMES: &str = "times";

    pub fn comes_here(key: &dyn Display) -> String {
        format!("{key}: this queue gets a copy.")
    }

    pub fn is_stopped(key: &dyn Display) -> String {
        format!("{key}: this queue gets no copy. No binding takes it:")
    }

    pub fn no_binding_leads(key: &dyn Display, exchange: &str) -> String {
        let exchange = if exchange.is_empty() { DEFAULT_EXCHANGE } else { exchange };
        format!("{key}: this queue gets no copy. No binding leads here from {exchange}.")
    }

    pub fn no_binding_matches_so_it(alternate: &dyn Display) -> String {
        format!("No binding matches, so it goes on to the alternate exchange {alternate}.")
    }

    pub fn no_queue_has_this_name(fate: &dyn Display) -> String {
        format!("No queue has this name. {fate}")
    }

    pub fn no_queue_would_get_it(fate: &dyn Display) -> String {
        format!("No queue would get it. {fate}")
    }

    pub fn one_copy_each_would_go(many: &dyn Display) -> String {
        format!("One copy each would go to {many}.")
    }

    pub fn one_copy_would_go_to(one: &dyn Display) -> String {
        format!("One copy would go to {one}.")
    }

    pub fn several_bindings_lead_to_still(doubled: &dyn Display) -> String {
        format!("Several bindings lead to {doubled}: still one copy.")
    }
}

pub mod connect;
pub mod findings;

pub mod queue;

pub mod dialogs {
    pub const ACTIONS: &str = "Actions";
    pub const ADD_A_PART: &str = "Add a part";
    pub const AN_EMPTY_CANVAS: &str = "An empty canvas";
    pub const AS_A_PAGE: &str = "as a page";
    pub const A_LESSON_OF_YOUR_OWN: &str = "A lesson of your own";
    pub const A_LINK_TO_THIS_LESSON: &str = "A link to this lesson";
    pub const CANVAS: &str = "Canvas";
    pub const CLOSE: &str = "Close";
    pub const COPY_THE_LINK: &str = "Copy the link";
    pub const EVERYONE_WHO_OPENS_IT_SEES: &str = "Everyone who opens it sees the same, and nothing runs by itself. ";
    pub const FETCHING_THE_LIST: &str = "Fetching the list…";
    pub const FIND_A_TERM: &str = "Find a term";
    pub const FOR_EMBEDDING: &str = "for embedding";
    pub const FOR_EMBEDDING_ONLY_THE_CANVAS: &str = "for embedding: only the canvas and time";
    pub const FOR_EMBEDDING_PLAYING_BY_ITSELF: &str = "for embedding, playing by itself";
    pub const GLOSSARY: &str = "Glossary";
    pub const HELP: &str = "Help";
    pub const KEEP_IT_OPEN: &str = "Keep it open";
    pub const KEYS: &str = "Keys";
    pub const COURSE: &str = "Course";
    pub const LINK: &str = "Link";
    pub const LINK_TO_THIS_LESSON: &str = "Link to this lesson";
    pub const MAKE_A_LINK: &str = "Make a link";
    pub const NO_MATCHING_COMMAND: &str = "No matching command.";
    pub const OVER_2_000_CHARACTERS_SOME: &str = "Over 2,000 characters: some programs cut such links off. A file is safer.";
    pub const PICTURE_PNG: &str = "Picture (PNG)";
    pub const PICTURE_SVG: &str = "Picture (SVG)";
    pub const READ_ONLY: &str = "read-only";
    pub const RECORDING_UP_TO_NOW: &str = "Recording up to now";
    pub const REPLACE_IT: &str = "Replace it";
    pub const REPLACE_WHAT_IS_OPEN: &str = "Replace what is open?";
    pub const SAVE_IT: &str = "Save it";
    pub const SAVE_THE_RECORDING: &str = "Save the recording";
    pub const SAVE_THE_SCENARIO: &str = "Save the scenario";
    pub const SCENARIO: &str = "Scenario";
    pub const SCENARIOS: &str = "Scenarios";
    pub const SHARE: &str = "Share";
    pub const THAT_IS_LONGER_THAN_16: &str = "That is longer than 16 KiB, which no link may be: save it as a file, and share that.";
    pub const THE_LINK_HOLDS_EVERYTHING_ITSELF: &str = "The link holds everything itself and is sent to no server. ";
    pub const TO_KEEP_YOUR_WORK_USE: &str = "To keep your work use Save: a link does not change when you go on.";
    pub const TYPE_TO_SEARCH_ENTER_RUNS: &str = "Type to search; Enter runs the first match";
    pub const WHAT_DO_YOU_WANT_TO: &str = "What do you want to do?";
    pub const WITH_SERVICES_AND_CLIENTS_LOCKED: &str = "with services and clients locked";

    pub fn characters(count: usize) -> String {
        format!("{count} characters")
    }

    pub fn has_unsaved_changes(title: &str) -> String {
        format!("“{title}” has unsaved changes.")
    }

    pub fn link_to(document: &str, opening: &str) -> String {
        format!("Link: {document}, {opening}")
    }
}

pub mod drawing {
    use std::fmt::Display;

    pub const AUTO_ACK: &str = "auto ack";
    pub const BLOCKED_BY_THE_BROKER: &str = "blocked by the broker";
    pub const CUT_OFF_FROM_THE_BROKER: &str = "cut off from the broker";
    pub const DOWN: &str = "down";
    pub const DRAW_A_LINE_FROM_HERE: &str = "Draw a line from here";
    pub const EMPTY: &str = "empty";
    pub const MANUAL_ACK: &str = "manual ack";
    pub const NOTHING_YET_DRAG_A_PART: &str = "Nothing yet. Drag a part from the left, or double-click here.";
    pub const OR: &str = " or ";
    pub const READY: &str = "Ready";
    pub const THE_SYSTEM_ARROW_KEYS_GO: &str = "The system: arrow keys go from node to node";
    pub const TOTAL: &str = "Total";
    pub const UNACKED: &str = "Unacked";
    pub const UP: &str = "up";

    pub fn exchange(glyph: &dyn Display, name: &dyn Display, kind: &dyn Display) -> String {
        format!("{glyph} {name} {kind}, exchange")
    }

    pub fn handled(handled: &dyn Display) -> String {
        format!("handled {handled}")
    }

    pub fn prefetch(prefetch: &dyn Display, acks: &dyn Display) -> String {
        format!("prefetch {prefetch} · {acks}")
    }

    pub fn queue(name: &dyn Display, caption: &dyn Display, features: &dyn Display) -> String {
        format!("{name} {caption} {features}, queue")
    }

    pub fn ready_unacked_total(ready: &dyn Display, unacked: &dyn Display, total: &dyn Display) -> String {
        format!("Ready {ready} Unacked {unacked} Total {total}")
    }

    pub fn both(one: &str, other: &str) -> String {
        if one.is_empty() { other.to_owned() } else { format!("{one} {other}") }
    }

    pub fn requests_http_client(name: &dyn Display, sent: &dyn Display) -> String {
        format!("{name} {sent} requests, HTTP client")
    }

    pub fn saved_handled(records: &dyn Display, handled: &dyn Display) -> String {
        format!("saved {records} · handled {handled}")
    }

    pub fn sent(count: &dyn Display) -> String {
        format!("sent {count}")
    }

    pub fn service_working_on(
        name: &dyn Display,
        caption: &dyn Display,
        foot: &dyn Display,
        up: &dyn Display,
        working: &dyn Display,
    ) -> String {
        format!("{name} {caption} {foot}, service, {up}, working on {working}")
    }

    pub fn the_binding_key_to(key: &dyn Display, destination: &dyn Display) -> String {
        format!("{key}, the binding key to {destination}")
    }

    pub fn this_instance(word: &dyn Display) -> String {
        format!("{word} this instance")
    }
}

pub mod grip;

pub mod form {
    use std::fmt::Display;

    pub const FIELDS: &str = "Fields";
    pub const DEFAULT: &str = "default";
    pub const EARLIER: &str = "Earlier";
    pub const LATER: &str = "Later";
    pub const REMOVE: &str = "Remove";

    pub fn earlier(title: &dyn Display) -> String {
        format!("{title}: earlier")
    }

    pub fn later(title: &dyn Display) -> String {
        format!("{title}: later")
    }

    pub fn remove(title: &dyn Display) -> String {
        format!("{title}: remove")
    }
}

pub mod inspector {
    use std::fmt::Display;

    pub const ALL_COMMANDS: &str = "All commands";
    pub const BECAUSE_OF: &str = "Because of";
    pub const CLOSE_THE_INSPECTOR: &str = "Close the inspector";
    pub const CLOSE_THE_STORY: &str = "Close the story";
    pub const CONNECT_TO: &str = "Connect to…";
    pub const COPIES_NOW: &str = "Copies now";
    pub const DELETE: &str = "Delete";
    pub const DELETE_IT_AND_WHAT_REFERS: &str = "Delete it, and what refers to it (Delete)";
    pub const DELIVERY_MODE: &str = "Delivery mode";
    pub const DRAW_A_LINE_FROM_HERE: &str = "Draw a line from here (C)";
    pub const FAULTS: &str = "Faults";
    pub const GO_TO_THIS_MOMENT: &str = "Go to this moment";
    pub const HEADERS_PROPERTIES_PAYLOAD: &str = "Headers, properties, payload";
    pub const HTTP_CLIENT: &str = "HTTP client";
    pub const IT_ROUTES_AND_STORES_NOTHING: &str = "It routes, and stores nothing.";
    pub const LED_TO: &str = "Led to";
    pub const MORE: &str = "More…";
    pub const N1_TRANSIENT: &str = "1, transient";
    pub const N2_PERSISTENT: &str = "2, persistent";
    pub const NAME: &str = "Name";
    pub const NEWEST_FIRST: &str = "newest first";
    pub const ONLY_ITS_SIZE_IS_KNOWN: &str = "(only its size is known)";
    pub const ROUTING_KEY: &str = "Routing key";
    pub const SEND_50_AT_ONCE: &str = "Send 50 at once";
    pub const SEND_A_REQUEST: &str = "Send a request";
    pub const THE_STORY_OF_A_MESSAGE: &str = "The story of a message";
    pub const TIMED_OUT: &str = "Timed out";
    pub const WHAT_HAPPENED_TO_THIS_MESSAGE: &str = "What happened to this message?";
    pub const WORKING_ON: &str = "Working on";

    pub fn and_more(count: &dyn Display) -> String {
        format!("and {count} more")
    }

    pub fn ms(expiration: &dyn Display) -> String {
        format!("{expiration} ms")
    }

    pub fn there_is_no_such_message(now: &dyn Display) -> String {
        format!("There is no such message yet at {now}.")
    }

    pub fn published_to(exchange: &str, keys: &dyn Display) -> String {
        let exchange = if exchange.is_empty() { "the default exchange" } else { exchange };
        format!("From exchange {exchange}, routing key {keys}")
    }

    /// Of one copy, where there are several.
    pub fn story_until(copy: Option<&crate::broker::Name>, at: &dyn Display) -> String {
        copy.map_or_else(|| format!("Story until {at}"), |queue| format!("Story of the copy in {queue}, until {at}"))
    }

    pub fn with_others(also: &dyn Display) -> String {
        format!(" and {also} more")
    }
}

pub mod lesson {
    use std::fmt::Display;

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
    pub const NEXT_STEP: &str = "Next step";
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
    pub const COMPARE_WITH_A_MODEL_ANSWER: &str = "Compare with a model answer";
    pub const CORRECT: &str = "✓ correct";
    pub const DID_YOU_SAY_THAT: &str = "Did you say that…";
    pub const DONE: &str = ", done";
    pub const FAILURE_LAB: &str = "Failure lab";
    pub const FETCHING_THE_LIST: &str = "Fetching the list…";
    pub const FOR_TEACHERS: &str = "For teachers";
    pub const HAND_IT_IN: &str = "Hand it in";
    pub const HOW_WOULD_IT_BE_GRADED: &str = "How would it be graded?";
    pub const LESSON: &str = "Lesson";
    pub const MAKE_THE_CANVAS_A_LESSON: &str = "Make the canvas a lesson";
    pub const MORE: &str = "More";
    pub const NONE_ONE_OR_SEVERAL: &str = "None, one or several.";
    pub const NOT_CHECKED_YET: &str = "not checked yet";
    pub const NOT_MET: &str = "not met";
    pub const NOT_QUITE: &str = "Not quite. ";
    pub const NO_KEY: &str = "(no key)";
    pub const ONE_AFTER_THE_OTHER_IN: &str = "One after the other, in their order.";
    pub const PLAY_FREELY: &str = "Play freely";
    pub const PLAY_WITH_A_COPY_THE: &str = "Play with a copy; the lesson waits";
    pub const PROGRESS_STAYS_IN_THIS_BROWSER: &str =
        "Progress stays in this browser. Save it, and open the file in another browser. Open also takes lessons you wrote.";
    pub const PUBLISHED: &str = "Published: ";
    pub const RESET: &str = "Reset";
    pub const RIGHT: &str = "Right. ";
    pub const SAVE_IT: &str = "Save it";
    pub const SAVE_MY_PROGRESS_AS_A: &str = "Save my progress as a file";
    pub const SAVE_THE_RESULT_FILE: &str = "Save the result file";
    pub const SHOW_A_SOLUTION: &str = "Show a solution";
    pub const SO_FAR: &str = "so far";
    pub const START_OVER_FROM_THE_CANVAS: &str = "Start over from the canvas";
    pub const STEPS: &str = "Steps";
    pub const TAKEAWAY: &str = "Takeaway";
    pub const THE_ANSWER_IS_NONE: &str = "The answer is: none. ";
    pub const THE_DEFAULT_EXCHANGE: &str = "the default exchange";
    pub const THE_LESSON_IN_MARKDOWN: &str = "The lesson, in Markdown";
    pub const TO: &str = " to ";
    pub const TRY_IT: &str = "Try it";
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

    pub fn hint(number: usize, of: usize) -> String {
        format!("Hint {number} of {of}")
    }

    pub fn do_first(title: &dyn Display) -> String {
        format!("Do first: {title}")
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
        format!("{done} of {of} lessons done. {minutes} minutes left.")
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

    pub fn not_covered_here(leaves_out: &dyn Display) -> String {
        format!("Not covered here: {leaves_out}")
    }

    pub fn of_goals_met(met: &dyn Display, of: &dyn Display) -> String {
        format!("{met} of {of} goals met.")
    }

    pub fn of_steps(done: usize, steps: usize) -> String {
        format!("{done} of {steps} steps done")
    }

    pub fn you_see_run(run: &dyn Display) -> String {
        format!("You see run {run}.")
    }

    pub fn the_answer_is(right: &dyn Display) -> String {
        format!("The answer is {right}. ")
    }
}

pub mod page {
    use crate::base::number::Fixed;

    pub const CANVAS: &str = "Canvas";
    pub const NOTICES: &str = "Notices";
    pub const OPENING_THE_COURSE_CHAPTERS_SYSTEM: &str = "Opening the course chapter's system…";
    pub const SHOW_EVERYTHING: &str = "Show everything (Shift+1)";
    pub const SKIP_TO_THE_CANVAS: &str = "Skip to the canvas";
    pub const VIEW: &str = "View";
    pub const ZOOM_IN: &str = "Zoom in";
    pub const ZOOM_OUT: &str = "Zoom out";

    pub fn percent(scale: f64) -> String {
        format!("{:.0} %", Fixed(scale * 100.0))
    }
}

pub mod panels {
    pub const REPLAY: &str = "Replay";
    pub const FULL_SPEED: &str = "Do not slow down";
    use crate::broker::Profile;
    use std::fmt::Display;

    pub const ACK: &str = "ack, or answer";
    pub const SEND_ONCE_MORE: &str = "Publish this message again (Shift+P)";
    pub const TOUR: &str = "Tour: six things to try";
    pub const ALL_COMMANDS_CTRL_K: &str = "All commands (Ctrl+K)";
    pub const A_LINK_THAT_HOLDS_THIS: &str = "A link that holds this scenario, or this run";
    pub const CANCEL: &str = "Cancel";
    pub const CHOOSE_A_HIGHLIGHTED_NODE_TO: &str = "Choose a highlighted part, or create one.";
    pub const CONTINUE_EDITING: &str = "Continue editing";
    pub const COURSE: &str = "Course";
    pub const CTRL_K: &str = "Ctrl K";
    pub const DEAD_LETTER: &str = "dead letter";
    pub const DISCARD_IT: &str = "Discard it";
    pub const DISMISS: &str = "Dismiss";
    pub const FIND_A_PART_OR_COMMAND: &str = "Find a part or a command";
    pub const FIRST_DELIVERY: &str = "first delivery";
    pub const GLOSSARY_WHAT_THE_WORDS_MEAN: &str = "Glossary: what the words mean";
    pub const HOW_TO_ADD_A_PART: &str = "Click a part, or drag it to its place. Draw lines from the dot at its edge.";
    pub const HTTP_REQUEST: &str = "HTTP request";
    pub const LEGEND: &str = "Legend";
    pub const MENU: &str = "Menu";
    pub const MOTION_FOLLOW_SYSTEM: &str = "Motion: follow system";
    pub const MOTION_FULL: &str = "Motion: full";
    pub const MOTION_REDUCED: &str = "Motion: reduced";
    pub const OPEN: &str = "Open";
    pub const OPEN_A_SCENARIO_A_RECORDING: &str = "Open a scenario, a recording, a lesson, or your progress";
    pub const READ_ONLY: &str = "read-only";
    pub const REDELIVERED: &str = "redelivered";
    pub const REDO: &str = "Redo";
    pub const REDO_CTRL_SHIFT_Z: &str = "Redo (Ctrl+Shift+Z)";
    pub const REQUEUE: &str = "Requeue";
    pub const SAVE_THIS_SCENARIO_AS_A: &str = "Save this scenario as a file (Ctrl+S)";
    pub const SCENARIOS: &str = "Scenarios";
    pub const SHARE: &str = "Share";
    pub const THEME_DARK: &str = "Theme: dark";
    pub const THEME_FOLLOW_SYSTEM: &str = "Theme: follow system";
    pub const THEME_LIGHT: &str = "Theme: light";
    pub const UNDO: &str = "Undo";
    pub const UNDO_CTRL_Z: &str = "Undo (Ctrl+Z)";
    pub const UNREAD_PROGRESS_IS_KEPT: &str =
        "It stays in this browser: Lessons, “Save my progress as a file” saves it in a file of its own.";
    pub const WHAT_WAS_OPEN_BEFORE_IS: &str = "What was open before is still open.";
    pub const YOUR_PROGRESS_CANNOT_BE_READ: &str = "Part of your progress in lessons cannot be read.";

    pub fn send(key: &dyn Display) -> String {
        format!("Send {key}")
    }

    pub fn add(part: &str) -> String {
        format!("Add: {part}")
    }

    pub fn add_by_click_or_drag(part: &str) -> String {
        format!("Add: {part}. Click, or drag it to its place.")
    }

    pub fn and_more(count: usize) -> String {
        format!("and {count} more")
    }

    pub fn cannot_be_opened(name: &str) -> String {
        format!("{name} cannot be opened.")
    }

    pub fn rabbitmq(profile: Profile) -> String {
        format!("RabbitMQ {profile}")
    }

    /// A part's name without its kind, which its icon shows.
    pub fn you_have_unsaved_changes_to(title: &dyn Display) -> String {
        format!("You have unsaved changes to “{title}”.")
    }
}

pub mod table {
    use std::fmt::Display;

    pub const AT_START_UP: &str = "at start-up";
    pub const BINDINGS: &str = "Bindings";
    pub const BINDING_KEY_OR_HEADER_ARGUMENTS: &str = "Binding key, or header arguments";
    pub const CONNECT: &str = "Connect";
    pub const DELETE: &str = "Delete";
    pub const EXCHANGES: &str = "Exchanges";
    pub const GONE_FROM_THE_BROKER: &str = "gone from the broker";
    pub const HTTP_CLIENTS: &str = "HTTP clients";
    pub const NO: &str = "no";
    pub const QUEUES: &str = "Queues";
    pub const REMOVE: &str = "Remove";
    pub const RUNS_ON: &str = "Runs on";
    pub const SERVICES: &str = "Services";
    pub const SHOW: &str = "Show";
    pub const TABLE_VIEW: &str = "Table view";
    pub const WORKING_ON: &str = "Working on";
    pub const YES: &str = "yes";

    pub fn automatic_ack(queue: &dyn Display) -> String {
        format!("{queue}, automatic ack")
    }

    pub fn connect(part: &dyn Display) -> String {
        format!("Connect {part}")
    }

    pub fn more(count: &dyn Display) -> String {
        format!("{count} more are not listed. Ctrl+K finds every part by its name.")
    }

    pub fn delete(part: &dyn Display) -> String {
        format!("Delete {part}")
    }

    pub fn every(every: &dyn Display) -> String {
        format!("every {every}")
    }

    pub fn every_records(every: &dyn Display, state: &dyn Display) -> String {
        format!("every {every}, {state} records")
    }

    pub fn key_from_to(source: &dyn Display, destination: &dyn Display) -> String {
        format!("Key from {source} to {destination}")
    }

    pub fn prefetch(queue: &dyn Display, prefetch: &dyn Display) -> String {
        format!("{queue}, prefetch {prefetch}")
    }

    pub fn remove_the_binding_from_to(source: &dyn Display, destination: &dyn Display) -> String {
        format!("Remove the binding from {source} to {destination}")
    }

    pub fn where_is_to_lead(part: &dyn Display) -> String {
        format!("Where {part} is to lead")
    }
}

pub mod time {
    use std::fmt::Display;

    pub const AS_FAST_AS_POSSIBLE: &str = "as fast as possible";
    pub const A_SUMMARY: &str = "a summary";
    pub const BUSINESS_LEDGER: &str = "Business ledger";
    pub const CHARTS: &str = "Charts";
    pub const DIFFERS: &str = "Differs";
    pub const EVENTS: &str = "Events";
    pub const EVENTS_THE_NEWEST_FIRST: &str = "Events, the newest first";
    pub const EVENT_ID_E_G_E: &str = "event ID, e.g. e-7";
    pub const FIND: &str = "find";
    pub const FIND_IN_THE_EVENTS: &str = "Find in the events";
    pub const FROM_TO: &str = "From … to";
    pub const GAVE_UP: &str = "Gave up";
    pub const GO_TO_THIS_MOMENT: &str = "Go to this moment";
    pub const HERE: &str = "Here";
    pub const LATENCY: &str = "Latency";
    pub const LEDGER: &str = "Ledger";
    pub const MOMENT: &str = "Moment";
    pub const MORE_OF_TIME: &str = "More of time";
    pub const NO_QUEUE: &str = "No queue";
    pub const OF: &str = "of";
    pub const ONE_EVENT_BACK: &str = "One event back";
    pub const ONE_EVENT_FORWARD: &str = "One event forward";
    pub const OTHER_BRANCH: &str = "Other branch";
    pub const PAUSE: &str = "Pause";
    pub const PLAY: &str = "Play";
    pub const RESTART_FROM_TIME_ZERO: &str = "Restart from time zero";
    pub const SAVED_TWICE: &str = "Saved twice";
    pub const SPACE: &str = "Space";
    pub const SPEED: &str = "Speed";
    pub const EACH_HOP: &str = "Follow each hop";
    pub const TIMES_REAL_TIME: &str = "Times real time";
    pub const SLOW: &str = "Slow";
    pub const FOLLOW: &str = "Normal";
    pub const BRISK: &str = "Fast";
    pub const THE_BRANCHES_COMPARED: &str = "The branches compared";
    pub const THE_BROKER: &str = "the broker";
    pub const TIME: &str = "Time";
    pub const TO_THE_NEXT_CRASH_DEAD: &str = "To the next crash, dead letter or failure";
    pub const UNTIL_NOW_THEY_ARE_ALIKE: &str = "Until now they are alike.";
    pub const VIRTUAL_TIME: &str = "Virtual time";
    pub const WHAT_A_SCREEN_READER_HEARS: &str = "What a screen reader hears";
    pub const WHAT_HAPPENED_TO_THIS_MESSAGE: &str = "What happened to this message?";
    pub const WHERE_DID_MY_MESSAGE_GO: &str = "Where did my message go?";
    pub const WHICH_EVENTS: &str = "Which events";

    pub fn a_second(whose: &dyn Display) -> String {
        format!("{whose}, a second")
    }

    pub fn depth_of(name: &dyn Display) -> String {
        format!("Depth of {name}")
    }

    pub fn drag_it_to_another_time(fault: &dyn Display) -> String {
        format!("{fault}: drag it to another time")
    }

    pub fn here_ready_unacked_and_total(name: &dyn Display) -> String {
        format!("{name} here: ready, unacked and total")
    }

    pub fn http(name: &dyn Display) -> String {
        format!("{name}: HTTP")
    }

    pub fn in_the_other_branch_ready(name: &dyn Display) -> String {
        format!("{name} in the other branch: ready, unacked and total")
    }

    pub fn invented(what: &dyn Display) -> String {
        format!("{what}: invented")
    }

    pub fn missing(what: &dyn Display) -> String {
        format!("{what}: missing")
    }

    pub fn ms(value: &dyn Display) -> String {
        format!("{value:.0} ms")
    }

    pub fn over_time_at_most(label: &dyn Display, top: &dyn Display) -> String {
        format!("{label} over time, at most {top:.0}")
    }

    pub fn rates_of_a_second(whose: &dyn Display) -> String {
        format!("Rates of {whose}, a second")
    }

    pub fn say(name: &dyn Display) -> String {
        format!("say {name}")
    }

    pub fn to(top: &dyn Display) -> String {
        format!("to {top:.0}")
    }

    pub fn to_ack(name: &dyn Display) -> String {
        format!("{name}: to ack")
    }

    pub fn to_delivery(name: &dyn Display) -> String {
        format!("{name}: to delivery")
    }

    pub fn twice(what: &dyn Display) -> String {
        format!("{what}: twice")
    }

    pub fn with_key(what: &str, key: &str) -> String {
        if key.is_empty() { what.to_owned() } else { format!("{what} ({key})") }
    }
}

pub mod browser {
    use std::fmt::Display;

    pub const BYTES_OF_A_FILE: &str = "bytes of a file";
    pub const REQUEUE_IS_BROKEN: &str = "Requeue is broken";
    pub const SOMETHING_IN_REQUEUE_IS_BROKEN: &str = "Something in Requeue is broken. That is our mistake, not yours.";
    pub const THE_LINK: &str = "The link";
    pub const THIS_BROWSER_IS_TOO_OLD: &str = "this browser is too old for it";
    pub const WHAT_YOU_HAVE_DRAWN_IS: &str = "What you have drawn is kept: load the page again, and go on with it.";

    pub fn it_begins_with_and_this(version: &dyn Display) -> String {
        format!("it begins with “{version}”, and this Requeue reads links of version 1")
    }

    pub fn it_cannot_be_read(reason: &dyn Display) -> String {
        format!("it cannot be read: {reason}")
    }
}

pub mod widgets {
    use std::fmt::Display;

    pub fn what_is(term: &dyn Display) -> String {
        format!("What is: {term}")
    }
}

pub mod workspace {
    use crate::base::SimTime;

    pub const BELOW: &str = "What happened";
    pub const BUILD: &str = "Build";
    pub const BUILD_EXPLAINED: &str = "Parts for the canvas (B)";
    pub const CHARTS: &str = "Charts";
    pub const CLOSE: &str = "Close";
    pub const CLOSE_COMPARISON: &str = "Close comparison";
    pub const CLOSE_THE_DRAWER: &str = "Close the drawer";
    pub const COMPARE: &str = "Compare";
    pub const DETAILS: &str = "Details";
    pub const DRAWERS: &str = "Drawers";
    pub const EVENTS: &str = "Events";
    pub const HELP: &str = "Help";
    pub const HELP_EXPLAINED: &str = "Keys and glossary (?)";
    pub const JUST_PLAY: &str = "Just play";
    pub const LEDGER: &str = "Ledger";
    pub const LESSON: &str = "Lesson";
    pub const LESSON_EXPLAINED: &str = "The lesson, or the course (L)";
    pub const PUBLISH: &str = "Publish";
    pub const PUBLISH_EXPLAINED: &str = "Publish a message by hand (P)";
    pub const SHOW: &str = "Show";
    pub const START_THE_COURSE: &str = "Start the course";
    pub const SWITCH: &str = "Switch to the other";
    pub const SYSTEM: &str = "System";
    pub const SYSTEM_EXPLAINED: &str = "Queues, services, faults and the broker";
    pub const TABLE: &str = "Table";
    pub const TABLE_EXPLAINED: &str = "Everything on the canvas as tables (T)";
    pub const THERE_ARE_TWO_BRANCHES: &str = "You changed the past. The run before your change is kept.";
    pub const TRY_THIS: &str = "Try this";
    pub const WHAT_THIS_IS: &str = "Watch messages travel through RabbitMQ, and break things safely.";
    pub const WHAT_TO_DO: &str =
        "Customers place orders, and three services react. Click a dot to follow it. Kill a service. Go back in time.";

    pub fn dead_letters_in(count: u64, queue: &str, queues: usize) -> String {
        let letters = if count == 1 { "dead letter" } else { "dead letters" };
        if queues == 1 { format!("{count} {letters} in {queue}") } else { format!("{count} {letters} in {queues} queues") }
    }

    pub fn in_the_past(furthest: SimTime) -> String {
        format!("You are in the past. The run goes on to {furthest}. A change here starts a second run; this one is kept.")
    }

    pub fn of_all(done: usize, of: usize) -> String {
        format!("{done} of {of}")
    }
}

pub mod system {
    use std::fmt::Display;

    pub const NOT_MET: &str = "not met";
    pub const NOT_YET: &str = "not yet";
    pub const SCHEDULE_A_FAULT: &str = "Schedule a fault";
    pub const DOWN_NO_CLIENT_CAN_CONNECT: &str = "Down: no client can connect.";
    pub const AND: &str = " and ";
    pub const ADD: &str = "Add";
    pub const A_FAULT_AS_A_SENTENCE: &str = "A fault, as a sentence";
    pub const BROKER: &str = "Broker";
    pub const CLEAR: &str = "Clear";
    pub const DONE: &str = " (done)";
    pub const EXPECTED_AFTER: &str = "Expected after ";
    pub const FIELDS: &str = "Fields";
    pub const KILL_NOTIFICATION_SERVICE_AT_30S: &str = "kill notification-service at 30s for 10s";
    pub const MET: &str = "met";
    pub const NAME: &str = "Name";
    pub const NO_DESCRIPTION_YET: &str = "No description yet.";
    pub const QUEUES: &str = "Queues";
    pub const RAISE: &str = "Raise";
    pub const READY: &str = "Ready";
    pub const REMOVE: &str = "Remove";
    pub const RESTART: &str = "Restart";
    pub const SERVICES: &str = "Services";
    pub const SO_FAR: &str = "so far";
    pub const THE_SCENARIO_AS_A_WHOLE: &str = "The scenario as a whole";
    pub const TOTAL: &str = "Total";
    pub const TRY_THIS: &str = "Try this";
    pub const UNACKED: &str = "Unacked";

    pub fn scheduled_faults(planned: &dyn Display) -> String {
        format!("Scheduled faults: {planned}")
    }

    pub fn by_a_second(word: &dyn Display, fault: &dyn Display) -> String {
        format!("{word} by a second: {fault}")
    }

    pub fn move_by_a_second(word: &dyn Display) -> String {
        format!("{word} by a second")
    }

    pub fn remove(fault: &dyn Display) -> String {
        format!("Remove: {fault}")
    }

    pub fn alarm(action: &dyn Display, resource: &dyn Display) -> String {
        format!("{action} {resource} alarm")
    }

    pub fn low_on_publishers_are_blocked(names: &dyn Display) -> String {
        format!("Low on {names}: publishers are blocked.")
    }
}
