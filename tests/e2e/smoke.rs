//! The path through the page that every engine has to go: it looks for what differs from browser to browser.

use serde_json::json;

use super::visitor::*;

#[tokio::test]
async fn the_smoke_path_in_every_engine() {
    let visitor = Visitor::arrive(1440, 900).await;

    // Open: the system is drawn and painted.
    visitor.wait_for(".node").await;
    let painted = "const c = document.querySelector('.layers canvas'); return c.width > 0 && c.height > 0;";
    visitor
        .until("the canvas is painted", async |visitor| {
            visitor.browser.execute(painted, vec![]).await.expect("the page answers") == json!(true)
        })
        .await;

    // A real pointer takes a part elsewhere.
    let node = Visitor::node("analytics-queue");
    let from = visitor.middle_of(&node).await;
    visitor.drag(from, (from.0 + 60, from.1 + 45)).await;
    visitor.until("the part was moved", async |visitor| visitor.middle_of(&node).await.1 > from.1 + 20).await;

    // Play, kill, revive.
    visitor.choose_speed(5_000).await;
    visitor.click("#play").await;
    visitor.until("the consumer holds some", async |visitor| visitor.count("notification-queue", "unacked").await > 0).await;
    visitor.click("[data-toggle='notification-service']").await;
    visitor.until("messages pile up", async |visitor| visitor.count("notification-queue", "ready").await >= 15).await;
    assert_eq!(visitor.count("notification-queue", "unacked").await, 0);
    visitor.click("[data-toggle='notification-service']").await;
    visitor.until("the queue has drained", async |visitor| visitor.count("notification-queue", "ready").await <= 3).await;

    // A dead letter, and its reason.
    visitor.until("one is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
    visitor.click("#play").await;
    visitor.click("[data-queue='notification-queue.dead'] button").await;
    visitor.wait_for("#inspector .messages").await;
    assert!(visitor.text("#inspector .messages").await.contains("rejected"));

    // Publish.
    visitor.publish("platform-events", "user.created", "{\"userId\": 1}").await;
    visitor.until("the page tells where it went", async |visitor| visitor.text("#composer-result").await == "To analytics-queue.").await;

    // Rewind.
    visitor.scrub(5_000).await;
    visitor.until("it is five seconds", async |visitor| visitor.text("#clock").await == "00:05.000").await;
    assert_eq!(visitor.count("notification-queue.dead", "ready").await, 0, "not one is dead yet");
    visitor.assert_balanced().await;

    // A lesson: its course, a prediction, its verdict.
    visitor.click("#lessons").await;
    visitor.wait_for(".course").await;
    visitor.click("[data-lesson='what-is-a-broker.md']").await;
    // What was moved is in no file: the page asks.
    visitor.wait_for("dialog[open] #replace").await;
    visitor.click("#replace").await;
    visitor.wait_for("#lesson").await;
    visitor.click("[data-step='shipped']").await;
    visitor.click("#check").await;
    visitor.wait_for("#verdict").await;
    visitor.leave().await;
}
