//! What a reader of the page reads, by area. Views name a text and hold none, so that texts can be rewritten or translated alone.

pub mod composer {
    pub const A_SECOND: &str = "a second";
    pub const CONFIRM: &str = "Confirm";
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
    pub const TIMES: &str = "times";
}

pub mod dialogs {
    pub const ACTIONS: &str = "Actions";
    pub const AS_A_PAGE: &str = "as a page";
    pub const AN_EMPTY_CANVAS: &str = "An empty canvas";
    pub const A_LESSON_OF_YOUR_OWN: &str = "A lesson of your own";
    pub const A_LINK_TO_THIS_LESSON: &str = "A link to this lesson";
    pub const CLOSE: &str = "Close";
    pub const COPY_THE_LINK: &str = "Copy the link";
    pub const EVERYONE_WHO_OPENS_IT_SEES: &str = "Everyone who opens it sees the same, and nothing runs by itself. ";
    pub const FETCHING_THE_LIST: &str = "Fetching the list…";
    pub const FIND_A_TERM: &str = "Find a term";
    pub const FOR_EMBEDDING: &str = "for embedding";
    pub const FOR_EMBEDDING_ONLY_THE_CANVAS: &str = "for embedding: only the canvas and time";
    pub const FOR_EMBEDDING_PLAYING_BY_ITSELF: &str = "for embedding, playing by itself";
    pub const GLOSSARY: &str = "Glossary";
    pub const KEEP_IT_OPEN: &str = "Keep it open";
    pub const KEYBOARD: &str = "Keyboard";
    pub const LESSONS: &str = "Lessons";
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
    pub const AUTO_ACK: &str = "auto ack";
    pub const BINDING_KEY: &str = "Binding key";
    pub const DOWN: &str = "down";
    pub const DRAW_A_LINE_FROM_HERE: &str = "Draw a line from here";
    pub const HEADER_ARGUMENTS_AS_JSON: &str = "Header arguments, as JSON";
    pub const MANUAL_ACK: &str = "manual ack";
    pub const NOTHING_YET_DRAG_A_PART: &str = "Nothing yet. Drag a part from the left, or click it.";
    pub const OR: &str = " or ";
    pub const THE_SYSTEM_ARROW_KEYS_GO: &str = "The system: arrow keys go from node to node";
    pub const UP: &str = "up";
}

pub mod form {
    pub const DEFAULT: &str = "default";
    pub const EARLIER: &str = "Earlier";
    pub const LATER: &str = "Later";
    pub const REMOVE: &str = "Remove";
}

pub mod inspector {
    pub const ALL_COMMANDS: &str = "All commands";
    pub const BECAUSE_OF: &str = "Because of";
    pub const BROKER: &str = "Broker";
    pub const CLEAR: &str = "Clear";
    pub const CLOSE_THE_INSPECTOR: &str = "Close the inspector";
    pub const CLOSE_THE_STORY: &str = "Close the story";
    pub const CONNECT_TO: &str = "Connect to…";
    pub const DEAD_LETTER_ALERT: &str = "Dead-letter alert";
    pub const DELETE: &str = "Delete";
    pub const DELETE_IT_AND_WHAT_REFERS: &str = "Delete it, and what refers to it (Delete)";
    pub const DRAW_A_LINE_FROM_HERE: &str = "Draw a line from here (C)";
    pub const DROPS_EVERY_READY_MESSAGE_UNACKED: &str = "Drops every ready message; unacked ones stay";
    pub const EVENT_ID_E_G_E: &str = "event ID, e.g. e-7";
    pub const FAULTS: &str = "Faults";
    pub const FIELDS: &str = "Fields";
    pub const GETS_A_MESSAGE_AND_ACKNOWLEDGES: &str = "Gets a message and acknowledges it: it is gone";
    pub const GETS_A_MESSAGE_AND_PUTS: &str = "Gets a message and puts it back (nack, requeue): it will count as redelivered";
    pub const GET_ACK: &str = "Get, ack";
    pub const GET_REQUEUE: &str = "Get, requeue";
    pub const GO_TO_THIS_MOMENT: &str = "Go to this moment";
    pub const HEADERS_PROPERTIES_PAYLOAD: &str = "Headers, properties, payload";
    pub const INSPECTOR: &str = "Inspector";
    pub const IT_ROUTES_AND_STORES_NOTHING: &str = "It routes, and stores nothing.";
    pub const LED_TO: &str = "Led to";
    pub const LETTER: &str = "letter";
    pub const LETTERS: &str = "letters";
    pub const MESSAGES_BY_HAND: &str = "Messages by hand";
    pub const MORE: &str = "More…";
    pub const MOVE_ALL: &str = "Move all";
    pub const N1_TRANSIENT: &str = "1, transient";
    pub const N2_PERSISTENT: &str = "2, persistent";
    pub const NAME: &str = "Name";
    pub const NONE: &str = "None.";
    pub const NONE_WHAT_ARRIVES_GOES_STRAIGHT: &str = "None: what arrives goes straight to a consumer that has room.";
    pub const PUBLISHES_EVERY_READY_MESSAGE_THERE: &str = "Publishes every ready message there, and takes it out of here";
    pub const PURGE: &str = "Purge";
    pub const QUEUES: &str = "Queues";
    pub const RAISE: &str = "Raise";
    pub const READY: &str = "Ready";
    pub const READY_THE_NEXT_FIRST: &str = "Ready, the next first";
    pub const RESTART: &str = "Restart";
    pub const SEND_50_AT_ONCE: &str = "Send 50 at once";
    pub const SEND_A_REQUEST: &str = "Send a request";
    pub const SERVICES: &str = "Services";
    pub const THE_BROKER_DOES_NOT_HAVE: &str = "The broker does not have it now: it was deleted, expired, or did not survive a restart.";
    pub const THE_SCENARIO_AS_A_WHOLE: &str = "The scenario as a whole";
    pub const THE_STORY_OF_A_MESSAGE: &str = "The story of a message";
    pub const TOTAL: &str = "Total";
    pub const TO_WHERE_THEY_WERE_PUBLISHED: &str = "to where they were published";
    pub const UNACKED: &str = "Unacked";
    pub const UNACKED_WITH_WHO_HOLDS_THEM: &str = "Unacked, with who holds them";
    pub const WHAT_HAPPENED_TO_THIS_MESSAGE: &str = "What happened to this message?";
    pub const WHERE: &str = "Where";
    pub const WHERE_ALL_ITS_MESSAGES_ARE: &str = "Where all its messages are to go";
    pub const WHERE_DID_MY_MESSAGE_GO: &str = "Where did my message go?";
}

pub mod lesson {
    pub const ALL_LESSONS: &str = "All lessons";
    pub const A_LABEL_FOR_YOUR_TEACHER: &str = "A label for your teacher, if you want one";
    pub const BACK: &str = "Back";
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
    pub const FAILURE_LAB_SYSTEMS_THAT_ARE: &str = "Failure lab: systems that are broken already";
    pub const FETCHING_THE_LIST: &str = "Fetching the list…";
    pub const FOR_TEACHERS: &str = "For teachers";
    pub const HAND_IT_IN: &str = "Hand it in";
    pub const HOW_WOULD_IT_BE_GRADED: &str = "How would it be graded?";
    pub const LESSON: &str = "Lesson";
    pub const MAKE_THE_CANVAS_A_LESSON: &str = "Make the canvas a lesson";
    pub const NEXT: &str = "Next";
    pub const NONE_ONE_OR_SEVERAL: &str = "None, one or several.";
    pub const NOT_QUITE: &str = "Not quite. ";
    pub const NO_KEY: &str = "(no key)";
    pub const ONE_AFTER_THE_OTHER_IN: &str = "One after the other, in their order.";
    pub const PLAY_FREELY: &str = "Play freely";
    pub const PLAY_WITH_A_COPY_THE: &str = "Play with a copy; the lesson waits";
    pub const PROGRESS_STAYS_IN_THIS_BROWSER: &str =
        "Progress stays in this browser. Open the file to take it along; Open also takes lessons you wrote.";
    pub const PUBLISHED: &str = "Published: ";
    pub const RESET: &str = "Reset";
    pub const RIGHT: &str = "Right. ";
    pub const SAVE_IT: &str = "Save it";
    pub const SAVE_MY_PROGRESS_AS_A: &str = "Save my progress as a file";
    pub const SAVE_THE_RESULT_FILE: &str = "Save the result file";
    pub const SHOW_A_SOLUTION: &str = "Show a solution";
    pub const SHOW_THE_RUN: &str = "Show the run";
    pub const START_OVER_FROM_THE_CANVAS: &str = "Start over from the canvas";
    pub const STEPS: &str = "Steps";
    pub const TAKEAWAY: &str = "Takeaway: ";
    pub const THE_DEFAULT_EXCHANGE: &str = "the default exchange";
    pub const THE_LESSON_IN_MARKDOWN: &str = "The lesson, in Markdown";
    pub const TO: &str = " to ";
    pub const TRY_IT: &str = "Try it";
    pub const WATCH_IT_HAPPEN: &str = "Watch it happen";
    pub const WE_CHECK_YOUR_RUN_SO: &str = "We check your run so far.";
    pub const WITH_FAULTS: &str = ", with faults";
    pub const YOU_ARE_PLAYING_FREELY_THE: &str = "You are playing freely. The lesson waits where you left it.";
}

pub mod page {
    pub const CANVAS: &str = "Canvas";
    pub const OPENING_THE_COURSE_CHAPTERS_SYSTEM: &str = "Opening the course chapter's system…";
    pub const VIEW: &str = "View";
}

pub mod panels {
    pub const ALL_COMMANDS_CTRL_K: &str = "All commands (Ctrl+K)";
    pub const A_LINK_THAT_HOLDS_THIS: &str = "A link that holds this scenario, or this run";
    pub const CANCEL: &str = "Cancel";
    pub const CHOOSE_A_HIGHLIGHTED_NODE_TO: &str = "Choose a highlighted node to connect to, or press Esc.";
    pub const CONTINUE_EDITING: &str = "Continue editing";
    pub const DISCARD_IT: &str = "Discard it";
    pub const DISMISS: &str = "Dismiss";
    pub const DONE: &str = " (done)";
    pub const EACH_ROUTING_KEY_HAS_ITS: &str = "Each routing key has its colour. ";
    pub const EVERYTHING_ON_THE_CANVAS_AS: &str = "Everything on the canvas as tables (T)";
    pub const EXPECTED_AFTER: &str = "Expected after ";
    pub const GLOSSARY_WHAT_THE_WORDS_MEAN: &str = "Glossary: what the words mean";
    pub const LEGEND: &str = "Legend";
    pub const LESSONS: &str = "Lessons";
    pub const MET: &str = "met";
    pub const NO_DESCRIPTION_YET: &str = "No description yet.";
    pub const OPEN: &str = "Open";
    pub const OPEN_A_SCENARIO_A_RECORDING: &str = "Open a scenario, a recording, a lesson, or your progress";
    pub const PARTS: &str = "Parts";
    pub const PLAYS_AND_PAUSES: &str = " plays and pauses, ";
    pub const READ_ONLY: &str = "read-only";
    pub const REDO: &str = "Redo";
    pub const REDO_CTRL_SHIFT_Z: &str = "Redo (Ctrl+Shift+Z)";
    pub const REQUEUE: &str = "Requeue";
    pub const SAVE: &str = "Save";
    pub const SAVE_THIS_SCENARIO_AS_A: &str = "Save this scenario as a file (Ctrl+S)";
    pub const SCENARIOS: &str = "Scenarios";
    pub const SHARE: &str = "Share";
    pub const SHOWS_ALL_KEYS: &str = " shows all keys.";
    pub const SKIP_TO_THE_CANVAS: &str = "Skip to the canvas";
    pub const SO_FAR: &str = "so far";
    pub const SPACE: &str = "Space";
    pub const TABLE_VIEW: &str = "Table view";
    pub const THIS_SYSTEM: &str = "This system";
    pub const TRY_THIS: &str = "Try this";
    pub const UNDO: &str = "Undo";
    pub const UNDO_CTRL_Z: &str = "Undo (Ctrl+Z)";
    pub const UNREAD_PROGRESS_IS_KEPT: &str =
        "It stays in this browser: Lessons, “Save my progress as a file” saves it as well, in a file of its own.";
    pub const WHAT_WAS_OPEN_BEFORE_IS: &str = "What was open before is still open.";
    pub const YOUR_PROGRESS_CANNOT_BE_READ: &str = "Part of your progress in lessons cannot be read.";

    pub fn and_more(count: usize) -> String {
        format!("and {count} more")
    }

    pub fn cannot_be_opened(name: &str) -> String {
        format!("{name} cannot be opened.")
    }
}

pub mod table {
    pub const BINDINGS: &str = "Bindings";
    pub const CONNECT: &str = "Connect";
    pub const DELETE: &str = "Delete";
    pub const EXCHANGES: &str = "Exchanges";
    pub const GONE_FROM_THE_BROKER: &str = "gone from the broker";
    pub const HTTP_CLIENTS: &str = "HTTP clients";
    pub const NO: &str = "no";
    pub const QUEUES: &str = "Queues";
    pub const REMOVE: &str = "Remove";
    pub const SERVICES: &str = "Services";
    pub const SHOW: &str = "Show";
    pub const TABLE_VIEW: &str = "Table view";
    pub const YES: &str = "yes";
}

pub mod time {
    pub const ADD: &str = "Add";
    pub const A_FAULT_AS_A_SENTENCE: &str = "A fault, as a sentence";
    pub const CHARTS: &str = "Charts";
    pub const CLOSE_COMPARISON: &str = "Close comparison";
    pub const COMPARE_THE_TWO: &str = "Compare the two";
    pub const DIFFERS: &str = "Differs";
    pub const EVENTS: &str = "Events";
    pub const EVENTS_THE_NEWEST_FIRST: &str = "Events, the newest first";
    pub const FIND: &str = "find";
    pub const FIND_IN_THE_EVENTS: &str = "Find in the events";
    pub const FROM_TO: &str = "From … to";
    pub const GO_TO_THIS_MOMENT: &str = "Go to this moment";
    pub const HERE: &str = "Here";
    pub const KILL_NOTIFICATION_SERVICE_AT_30S: &str = "kill notification-service at 30s for 10s";
    pub const LATENCY: &str = "Latency";
    pub const LEDGER: &str = "Ledger";
    pub const MOMENT: &str = "Moment";
    pub const OF: &str = "of";
    pub const ONE_EVENT_BACK: &str = "One event back";
    pub const ONE_EVENT_FORWARD: &str = "One event forward";
    pub const OTHER_BRANCH: &str = "Other branch";
    pub const REMOVE: &str = "Remove";
    pub const RESTART_FROM_TIME_ZERO: &str = "Restart from time zero";
    pub const SPEED: &str = "Speed";
    pub const SWITCH_TO_THE_OTHER_BRANCH: &str = "Switch to the other branch";
    pub const THE_BRANCHES_COMPARED: &str = "The branches compared";
    pub const TIME: &str = "Time";
    pub const TO_THE_NEXT_CRASH_DEAD: &str = "To the next crash, dead letter or failure";
    pub const UNTIL_NOW_THEY_ARE_ALIKE: &str = "Until now they are alike.";
    pub const VIRTUAL_TIME: &str = "Virtual time";
    pub const WHAT_A_SCREEN_READER_HEARS: &str = "What a screen reader hears";
    pub const WHAT_HAPPENED_TO_THIS_MESSAGE: &str = "What happened to this message?";
    pub const WHICH_EVENTS: &str = "Which events";
    pub const YOU_CHANGED_THE_PAST_THIS: &str = "You changed the past: this is another branch.";
}
