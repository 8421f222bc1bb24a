//! A lesson that is begun around the canvas, for its author to complete.

pub const AHA: &str = "What learners should understand at the end.";
pub const LEAVES_OUT: &str = "What this lesson does not cover.";

/// Markdown. `head`, `scenario`: JSON.
pub fn lesson(title: &str, head: &str, scenario: &str, exchange: &str, queue: &str) -> String {
    format!(
        "# {title}\n\n```lesson\n{head}\n```\n\nSay what this is about.\n\n```scenario\n{scenario}\n```\n\n## Look around\n\nPoint at what matters.\n\n```step\n{{\"id\": \"look\", \"task\": \"look\"}}\n```\n\n## Predict\n\nAsk something whose answer the run will show.\n\n```step\n{{\"id\": \"predict\", \"task\": \"predict\", \"ask\": \"queues\",\n  \"publish\": {{\"exchange\": \"{exchange}\", \"routing_key\": \"order.placed\", \"payload\": {{}}}},\n  \"because\": \"Say why.\"}}\n```\n\n## Reach something\n\nSay what the learner must reach.\n\n```step\n{{\"id\": \"do\", \"task\": \"do\", \"goal\": [{{\"says\": \"five messages wait\", \"property\": \"ready({queue}) >= 5\"}}],\n  \"hints\": [\"Who takes them out?\"], \"solution\": {{\"inputs\": []}}}}\n```\n"
    )
}
