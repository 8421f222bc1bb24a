//! What the tour asks for.

pub const STEPS: [&str; 6] = [
    "Pause time.",
    "Follow a message: select a dot, or a message in a list.",
    "Send a message with the button at the top.",
    "Kill notification-service with its switch.",
    "Start it again. What comes back?",
    "Go back in time: drag the slider.",
];
/// In a system without that service.
pub const KILL_A_SERVICE: &str = "Kill a service with its switch.";
/// Beside the first step, where there is a keyboard.
pub const SPACE_TOO: &str = "Space does it, too.";
