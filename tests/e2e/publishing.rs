//! Messages by hand, their stories, dead letters.

use super::visitor::*;

both_ways!(two_bindings_deliver_one_copy, what_a_dead_consumer_held_comes_again, dead_letters_say_why);

#[tokio::test]
async fn a_poison_message_by_hand_is_found_in_the_dead_letter_queue() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.type_into("#composer-key", "order.refunded").await;
    visitor.type_into("#composer-payload", "{\"orderId\": 1}").await;
    visitor.click("#publish").await;
    visitor
        .until("the page tells where it went", async |visitor| {
            visitor.text("#composer-result").await == "One copy each to notification-queue and analytics-queue."
        })
        .await;
    visitor.choose_speed(2_000).await;
    visitor.click("#play").await;
    visitor.until("it is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
    visitor.click("#play").await;
    visitor.click("[data-queue='notification-queue.dead'] button").await;
    visitor.wait_for("#inspector").await;
    assert!(visitor.text("#inspector .messages").await.contains("order.refunded"), "under its original key");
    visitor.leave().await;
}

#[tokio::test]
async fn a_message_tells_its_story() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.choose_speed(20_000).await;
    visitor.click("#play").await;
    visitor.until("one is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
    visitor.click("#play").await;
    visitor.click("[data-queue='notification-queue.dead'] button").await;
    visitor.wait_for("#inspector .messages .link").await;
    visitor.click("#inspector .messages .link").await;
    visitor.wait_for("#biography .story").await;
    let story = visitor.text("#biography").await;
    for part in ["ready in notification-queue.dead", "Handler failed", "Dead-lettered", "acknowledged in analytics-queue"] {
        assert!(story.contains(part), "{part}: {story}");
    }
    visitor.leave().await;
}

#[tokio::test]
async fn before_it_is_published_the_page_says_who_would_get_it_and_why() {
    let visitor = Visitor::arrive(1440, 900).await;
    let preview = visitor.text("#preview").await;
    assert!(preview.contains("One copy each would go to inventory-queue, notification-queue, analytics-queue."), "{preview}");
    visitor.type_into("#composer-key", "user.created").await;
    visitor
        .until("the preview follows", async |visitor| visitor.text("#preview").await.contains("One copy would go to analytics-queue."))
        .await;
    let preview = visitor.text("#preview").await;
    assert!(preview.contains("user is not order") && preview.contains("# matches user.created"), "{preview}");
    visitor.leave().await;
}

async fn two_bindings_deliver_one_copy(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.add("Classic queue", "audit").await;
    for key in ["order.placed", "order.#"] {
        visitor.connect("platform-events", "audit").await;
        visitor.key(key).await;
    }
    visitor.type_into("#composer-key", "order.placed").await;
    visitor
        .until("the preview says it", async |visitor| {
            visitor.text("#preview").await.contains("Several bindings lead to notification-queue and audit: still one copy.")
                || visitor.text("#preview").await.contains("Several bindings lead to audit: still one copy.")
        })
        .await;
    visitor.publish("platform-events", "order.placed", "{}").await;
    // A copy counts when it lands.
    visitor.act("#play").await;
    visitor.until("it arrived", async |visitor| visitor.count("audit", "ready").await > 0).await;
    visitor.act("#play").await;
    assert_eq!(visitor.count("audit", "ready").await, 1);
    visitor.leave().await;
}

async fn what_a_dead_consumer_held_comes_again(way: Way) {
    let visitor = Visitor::working(way).await;
    // It takes its ten, and does nothing with them.
    visitor.act(&Visitor::node("notification-service")).await;
    visitor.act("[data-fault='Hang']").await;
    visitor.fill("#composer-count", "12").await;
    visitor.publish("platform-events", "order.placed", "{\"orderId\": 1, \"address\": {\"zip\": \"1\"}}").await;
    visitor.choose_speed(1_000).await;
    visitor.act("#play").await;
    visitor.until("it holds ten", async |visitor| visitor.count("notification-queue", "unacked").await == 10).await;
    visitor.act("#play").await;
    visitor.act("[data-queue='notification-queue'] button").await;
    visitor.wait_for("[data-messages='notification-queue']").await;
    assert!(visitor.text("[data-messages='notification-queue']").await.contains("notification-service"), "with who holds them");
    visitor.act("[data-toggle='notification-service']").await;
    visitor.act("#play").await;
    visitor.until("they are back", async |visitor| visitor.count("notification-queue", "unacked").await == 0).await;
    visitor.until("they have landed", async |visitor| visitor.count("notification-queue", "ready").await >= 12).await;
    visitor.act("[data-toggle='notification-service']").await;
    visitor.choose("#log-filter", "trouble").await;
    visitor.until("they come again", async |visitor| visitor.text("#log").await.contains("redelivered")).await;
    visitor.act("#play").await;
    visitor.assert_balanced().await;
    visitor.leave().await;
}

async fn dead_letters_say_why(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.act("[data-toggle='notification-service']").await;
    let reason = async |wanted: &str| {
        visitor.act("[data-queue='notification-queue.dead'] button").await;
        visitor.until(wanted, async |visitor| visitor.text("[data-messages='notification-queue.dead']").await.contains(wanted)).await;
    };
    visitor.choose_speed(5_000).await;
    // Too full: the oldest goes.
    visitor.act("[data-queue='notification-queue'] button").await;
    visitor.fill("[id='broker.queues[1].arguments.x-max-length']", "2").await;
    visitor.fill("#composer-count", "3").await;
    visitor.publish("platform-events", "order.placed", "{\"orderId\": 1}").await;
    reason("maxlen").await;
    let says_what_it_drops = async |visitor: &Visitor| {
        let ready = visitor.count("notification-queue.dead", "ready").await;
        ready > 0 && visitor.text("#purge").await == format!("Purge {ready} message{}", if ready == 1 { "" } else { "s" })
    };
    visitor.until("it says what it drops", says_what_it_drops).await;
    visitor.act("#purge").await;
    // Too old.
    visitor.act("[data-queue='notification-queue'] button").await;
    visitor.fill("[id='broker.queues[1].arguments.x-max-length']", "").await;
    visitor.act("#redeclare").await;
    visitor.fill("[id='broker.queues[1].arguments.x-message-ttl']", "500").await;
    visitor.publish("platform-events", "order.placed", "{\"orderId\": 2}").await;
    visitor.act("#play").await;
    reason("expired").await;
    visitor.act("#play").await;
    visitor.act("#purge").await;
    // Rejected, having no address.
    visitor.act("[data-queue='notification-queue'] button").await;
    visitor.fill("[id='broker.queues[1].arguments.x-message-ttl']", "").await;
    visitor.act("#redeclare").await;
    visitor.act("[data-toggle='notification-service']").await;
    visitor.publish("platform-events", "order.placed", "{\"orderId\": 3}").await;
    visitor.act("#play").await;
    reason("rejected").await;
    visitor.until("it has landed", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
    visitor.act("#play").await;
    visitor.wait_for("#dead-letter-alert").await;
    // Sent back, it lives again.
    let dead = visitor.count("notification-queue.dead", "ready").await;
    assert!(dead > 0);
    visitor.choose("#move-to", "to where they were published").await;
    visitor.act("#move").await;
    visitor.until("they are gone from there", async |visitor| visitor.count("notification-queue.dead", "ready").await == 0).await;
    visitor.assert_balanced().await;
    visitor.leave().await;
}
