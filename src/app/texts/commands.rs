//! Commands by name, and the keyboard.

use std::fmt::Display;

use crate::scenario::edit::{Part, PartKind};

/// What a command would destroy.
pub fn drops(price: &dyn Display) -> String {
    format!("drops {price}")
}

pub const CANVAS: &str = "Canvas";
pub const COPY: &str = "Copy";
pub const CUT: &str = "Cut";
pub const EDIT_ITS_KEY: &str = "Edit its key";
pub const DEPLOY_ITS_OWN: &str = "Deploy the first version";
pub const EACH_INSTANCE_ENDS: &str = "Each instance finishes what it has begun. Then it starts with this version.";
pub const DELETE: &str = "Delete";
pub const DUPLICATE: &str = "Duplicate";
pub const GLOSSARY: &str = "Glossary";
pub const HANG: &str = "Hang";
pub const KILL: &str = "Kill";
pub const EXPLAINS_THE_FIELD: &str = "explains the field that has the keyboard";
pub const GOES_FROM_AREA_TO_AREA: &str = "goes from area to area, with Shift back";
pub const COURSE: &str = "Course";
pub const ALL_LESSONS: &str = "all lessons";
pub const AN_EMPTY_CANVAS: &str = "an empty canvas";
pub const PASTE: &str = "Paste";
pub const PAUSE: &str = "Pause";
pub const PLAY: &str = "Play";
pub const PURGE: &str = "Purge";
pub const REDO: &str = "Redo";
pub const REDRIVE: &str = "Redrive";
pub const SCENARIOS: &str = "Scenarios";
pub const SHARE: &str = "Share…";
pub const START: &str = "Start";
pub const STOP: &str = "Stop";
pub const UNDO: &str = "Undo";
pub const WAKE: &str = "Wake";
pub const ADDS_RENAMES_OR_EDITS: &str = "adds a part on the empty canvas, renames a part, edits a line's key";
pub const ALIGN_IN_A_COLUMN: &str = "Align in a column";
pub const ALIGN_IN_A_ROW: &str = "Align in a row";
pub const SEND_AGAIN: &str = "Publish the last message again";
pub const COMPARE_RUNS: &str = "Compare this run with the other one";
pub const OTHER_RUN: &str = "Switch to the other run";
pub const TOUR: &str = "Tour: six things to try";
pub const ALL_COMMANDS: &str = "all commands";
pub const ARRANGE_ALONG_THE_MESSAGE_FLOW: &str = "Arrange along the message flow";
pub const BACK_TO_ITS_SPEED: &str = "Back to its speed";
pub const CANCELS_A_LINE_OTHERWISE_CLEARS: &str = "cancels a line; otherwise closes what was opened last";
pub const CONNECT_TO: &str = "Connect to…";
pub const CTRL_K_OR_CTRL: &str = "Ctrl+K or Ctrl+/";
pub const CUT_OFF_FROM_THE_BROKER: &str = "Cut off from the broker";
pub const DO_NOTHING_KEEP_WHAT_IT: &str = "do nothing, keep what it holds";
pub const DOUBLE_CLICK: &str = "Double-click";
pub const DRAWS_A_LINE_FROM_THE: &str = "draws a line from the selected node: arrows go through its possible ends, Enter connects";
pub const DROP_WHAT_IS_READY: &str = "drop ready messages";
pub const FILL_ITS_STORE: &str = "Fill its store";
pub const FINISH_WHAT_IT_HAS_BEGUN: &str = "finish what it has begun";
pub const GET_ONE_MESSAGE_PUT_IT: &str = "Get one message, put it back";
pub const GO_FROM_NODE_TO_NODE: &str = "go from a part to its line, and on to the next part";
pub const KEYBOARD_SHORTCUTS: &str = "Keyboard shortcuts";
pub const MAKE_THE_CANVAS_A_LESSON: &str = "Make the canvas a lesson";
pub const MENU_KEY_SHIFT_F10_OR: &str = "Menu key, Shift+F10 or right-click";
pub const MOVES_THE_VIEW: &str = "moves the view";
pub const MOVES_THE_VIEW_SIDEWAYS: &str = "moves the view; with Shift, sideways";
pub const NEW_SCENARIO: &str = "New scenario";
pub const ONE_EVENT_BACK: &str = "One event back";
pub const ONE_EVENT_FORWARD: &str = "One event forward";
pub const ON_A_TOUCH_SCREEN: &str = "On a touch screen";
pub const PICTURE_OF_THE_CANVAS_PNG: &str = "Picture of the canvas (PNG)";
pub const PICTURE_OF_THE_CANVAS_SVG: &str = "Picture of the canvas (SVG)";
pub const RECONNECT_TO_THE_BROKER: &str = "Reconnect to the broker";
pub const RENAMES_IN_PLACE: &str = "renames a part, edits a line's key";
pub const RESTART_FROM_TIME_ZERO: &str = "Restart from time zero";
pub const RESTART_THE_BROKER: &str = "Restart the broker";
pub const SAVE_THE_RECORDING_UP_TO: &str = "Save the recording up to now";
pub const SAVE_THE_SCENARIO: &str = "Save the scenario";
pub const SELECTS_ONE_MORE: &str = "selects one more";
pub const SELECTS_THE_PART: &str = "selects the part or line, and then goes to its fields";
pub const SHIFT_OR_ALT_AND_ARROWS: &str = "Shift+arrows, Alt+arrows";
pub const MOVES_THE_PART: &str = "moves the part and what else is selected: by 20, with Alt by 5";
pub const ON_A_STEP: &str = "On a step: Del, Alt+arrows, →";
pub const REMOVES_OR_MOVES_THE_STEP: &str = "removes it, moves it, goes to its + and ×";
pub const DELETES_THE_PART: &str = "deletes the part or line that has the keyboard, or the selection";
pub const OPENS_BUILD: &str = "opens or closes Build";
pub const OPENS_PUBLISH: &str = "opens or closes Publish";
pub const OPENS_LESSON: &str = "opens or closes the lesson";
pub const SELECTS_WHAT_LIES_IN_A: &str = "selects what lies in a box";
pub const SELECT_EVERYTHING: &str = "Select everything";
pub const SEND_50_REQUESTS_AT_ONCE: &str = "Send 50 requests at once";
pub const SEND_ALL_BACK_TO_WHERE: &str = "send all back to where it was published";
pub const SHIFT_AND_DRAG: &str = "Shift and drag";
pub const SHOW_EVERYTHING: &str = "Show everything";
pub const SLOW_DOWN_5: &str = "Slow down 5×";
pub const SPACE_OR_DRAG_EMPTY_SPACE: &str = "Space and drag, or drag empty space";
pub const SPREAD_ACROSS: &str = "Spread across";
pub const SPREAD_DOWNWARDS: &str = "Spread downwards";
pub const TABLE_VIEW: &str = "Table view";
pub const TAB_THEN_ARROWS: &str = "Tab, then arrows";
pub const THE_ACTIONS_OF_A_NODE: &str = "opens the actions of a part, of a line, or of the canvas";
pub const THIS_LIST: &str = "this list";
pub const TO_THE_NEXT_CRASH_DEAD: &str = "To the next crash, dead letter or failure";
pub const TWO_FINGERS_MOVE_AND_ZOOM: &str = "one finger drags, two move and zoom the view, a long press opens the actions";
pub const WHEEL: &str = "Wheel, or two fingers on a touchpad";
pub const WHEEL_AND: &str = "Ctrl+wheel, pinch, + and −";
pub const ZOOM: &str = "zoom";
pub const ZOOMS_TO_100: &str = "zooms to 100 %";

pub const CHECK_MY_ANSWER: &str = "Check my answer";
pub const CHECK_MY_RUN: &str = "Check my run";
pub const CLOSE_THE_LESSON: &str = "Close the lesson";
pub const COMPARE_MY_ANSWER: &str = "Compare my answer with a model answer";
pub const DARK_COLOURS: &str = "Dark colours";
pub const LIGHT_COLOURS: &str = "Light colours";
pub const NATURAL_SIZE: &str = "Zoom to 100 %";
pub const NEXT_STEP: &str = "Next step of the lesson";
pub const OPEN_BUILD: &str = "Open Build";
pub const OPEN_CHARTS: &str = "Open the charts";
pub const OPEN_EVENTS: &str = "Open the events";
pub const OPEN_LEDGER: &str = "Open the ledger";
pub const OPEN_LESSON: &str = "Open the lesson";
pub const OPEN_PUBLISH: &str = "Open Publish";
pub const OPEN_IMPORT: &str = "Import RabbitMQ definitions";
pub const OPEN_SYSTEM: &str = "Open the system";
pub const RESET_THE_STEP: &str = "Reset this step of the lesson";
pub const SHOW_A_HINT: &str = "Show a hint";
pub const SHOW_A_SOLUTION: &str = "Show a solution";
pub const STEP_BEFORE: &str = "Previous step of the lesson";
pub const WATCH_IT_HAPPEN: &str = "Watch it happen";
pub const ZOOM_IN: &str = "Zoom in";
pub const ZOOM_OUT: &str = "Zoom out";

// Words of learners for the same: they are found, and shown nowhere.
pub const LIKE_ADD: &str = "new create";
pub const LIKE_AGAIN: &str = "repeat resend";
pub const LIKE_ARRANGE: &str = "layout tidy order";
pub const LIKE_BACK: &str = "rewind previous undo time";
pub const LIKE_BROKER: &str = "rabbitmq reboot crash";
pub const LIKE_BUILD: &str = "add new part palette draw";
pub const LIKE_CHARTS: &str = "graph depth rates latency";
pub const LIKE_CHECK: &str = "check prove submit verify answer goal grade";
pub const LIKE_CONNECT: &str = "bind binding line link draw";
pub const LIKE_COURSE: &str = "lesson learn exercise lab";
pub const LIKE_DELETE: &str = "remove";
pub const LIKE_EVENTS: &str = "log trace history";
pub const LIKE_FIT: &str = "zoom fit view";
pub const LIKE_FORWARD: &str = "next step";
pub const LIKE_FULL: &str = "disk database full";
pub const LIKE_GET: &str = "peek look read";
pub const LIKE_GLOSSARY: &str = "help terms words";
pub const LIKE_HANG: &str = "freeze block";
pub const LIKE_HELP: &str = "help keys";
pub const LIKE_KILL: &str = "crash die terminate";
pub const LIKE_LEDGER: &str = "balance lost orders emails";
pub const LIKE_NEW: &str = "clear create";
pub const LIKE_NEXT: &str = "find jump error";
pub const LIKE_PARTITION: &str = "network partition disconnect";
pub const LIKE_PAUSE: &str = "stop freeze";
pub const LIKE_PICTURE: &str = "save export download image";
pub const LIKE_PLAY: &str = "run start go";
pub const LIKE_PUBLISH: &str = "send message composer";
pub const LIKE_PURGE: &str = "empty clear delete messages";
pub const LIKE_REDRIVE: &str = "move shovel replay dead letter";
pub const LIKE_RESTART: &str = "rewind reset begin back to start";
pub const LIKE_SAVE: &str = "export download file";
pub const LIKE_SCENARIOS: &str = "open load gallery example";
pub const LIKE_SHARE: &str = "link copy url send";
pub const LIKE_SLOW: &str = "delay";
pub const LIKE_SPEED: &str = "faster slower quick";
pub const LIKE_START: &str = "revive restart run";
pub const LIKE_STOP: &str = "shut down terminate";
pub const LIKE_IMPORT: &str = "file json export vhost virtual host lint check open";
pub const LIKE_SYSTEM: &str = "scenario services queues faults broker policy";
pub const LIKE_THEME: &str = "theme mode";
pub const LIKE_UNDO: &str = "back revert";

/// An action of a menu, and the part that it is done to.
pub fn to_part(action: &str, part: &str) -> String {
    format!("{action}: {part}")
}

pub fn add(name: &dyn Display) -> String {
    format!("Add: {name}")
}

pub fn field_of(label: &str, part: &str) -> String {
    format!("{label} of {part}")
}

pub fn speed(speed: &dyn Display) -> String {
    format!("Speed: {speed}")
}

pub fn go_on_with(title: &dyn Display) -> String {
    format!("Go on with kept work: {title}")
}

pub fn open_the_scenario(title: &dyn Display) -> String {
    format!("Open the scenario: {title}")
}

pub fn open_the_lesson(title: &dyn Display) -> String {
    format!("Open the lesson: {title}")
}

pub fn tell_the_story_of(event: &dyn Display) -> String {
    format!("Tell the story of {event}")
}

pub fn go_to(name: &dyn Display) -> String {
    format!("Go to {name}")
}

pub fn clear_the_alarm(word: &dyn Display) -> String {
    format!("Clear the {word} alarm")
}

pub fn raise_the_alarm(word: &dyn Display) -> String {
    format!("Raise a {word} alarm")
}

/// A part that can be created at the end of a line, and what the line then means.
pub fn end(from: &Part, kind: PartKind) -> (String, &'static str) {
    let means = match (from, kind) {
        (Part::Exchange(_), _) => "bound to it",
        (Part::Queue(_), PartKind::Exchange(_)) => return ("New dead-letter exchange".into(), "gets its dead letters"),
        (Part::Queue(_), _) => "consumes from it",
        (Part::Service(_), PartKind::ClassicQueue | PartKind::QuorumQueue | PartKind::Stream) => {
            "the service publishes there by the default exchange"
        }
        (Part::Service(_), PartKind::Exchange(_)) => "the service publishes there",
        (Part::Client(_) | Part::Service(_), _) => "gets its HTTP requests",
    };
    let name = PartKind::ALL.iter().find(|(_, one)| *one == kind).map_or("part", |(name, _)| name);
    (format!("New {}", name.to_ascii_lowercase()), means)
}

/// Puts a version of a service's program in the place of what runs.
#[must_use]
pub fn deploy(version: &str) -> String {
    format!("Deploy version {version}")
}
