//! The field's words, each in a sentence or two.

/// Term and meaning, by the alphabet.
pub const TERMS: [(&str, &str); 51] = [
    ("Ack", "A consumer tells the broker that a message is done; only then is it taken out of the queue."),
    ("Alternate exchange", "Gets what matches no binding of an exchange, instead of its being dropped or returned."),
    ("At-least-once", "Nothing is lost, but something may come twice: what a broker with acknowledgements gives."),
    ("Automatic acknowledgement", "The broker takes a message for done when it has sent it. Who dies then has lost it."),
    ("Backpressure", "Who is slow gets less: prefetch holds deliveries back, an alarm holds publishers back."),
    ("Balanced", "Every copy that came into a queue is accounted for: acknowledged, waiting, dead-lettered, dropped or lost."),
    (
        "Binding",
        "A rule of an exchange: messages like this go to that queue or exchange. Two bindings of one queue still give it one copy.",
    ),
    ("Binding key", "What a binding compares the routing key with."),
    ("Broker", "The program between publishers and consumers: here a simulated RabbitMQ."),
    ("Channel", "A conversation within a connection. Delivery tags count on it, and errors close it."),
    ("Circuit breaker", "After several failures nothing is sent for a while, so that a sick service can recover."),
    ("Competing consumers", "Several consumers on one queue: each message goes to one of them."),
    ("Confirm", "The broker tells the publisher that it has taken a message over."),
    ("Consumer", "Who has subscribed to a queue and gets its messages delivered."),
    ("Consumer capacity", "The share of time in which the queue could deliver at once, as its consumers had room."),
    ("Copies", "What queues were given: one message can be copied to many queues, and once to each."),
    ("Dead letter", "A message that was rejected without requeue, expired, fell out of a full queue, or was delivered too often."),
    ("Dead-letter exchange (DLX)", "Where a queue sends its dead letters; DLK is the key they travel with."),
    ("Default exchange", "Has no name; the routing key is the name of the queue."),
    ("Delivery limit", "How often a quorum queue delivers a message that fails before it is dead-lettered."),
    ("Delivery tag", "The number of a delivery on its channel; acks and nacks name it."),
    ("Direct exchange", "Goes by keys that are the same."),
    ("Dropped", "Thrown away by the broker, as the queue's settings say: nobody hears of it."),
    ("Durable", "Is there again after the broker restarts: for queues and exchanges. Messages must be persistent, too."),
    ("Event", "Something that has happened, told to whoever wants to know."),
    ("Exchange", "Takes what is published and routes it by its bindings. It stores nothing."),
    ("Fanout exchange", "Gives a copy to every binding."),
    ("Head-of-line blocking", "What stands first keeps the others waiting: TTL is only looked at there."),
    ("Headers exchange", "Goes by the headers of a message instead of its key."),
    ("Idempotent", "Doing it twice is as doing it once; what makes at-least-once harmless."),
    ("Lost", "Gone with a broker, a queue or a connection that did not keep it."),
    ("Mandatory", "A message no queue gets is returned to its publisher instead of dropped."),
    ("Nack", "A consumer gives a message back: to be requeued, or to be dead-lettered."),
    ("Outbox", "Events saved with the data, in one transaction, and published afterwards by a relay."),
    ("Persistent", "Delivery mode 2: a durable queue keeps the message over a restart."),
    ("Poison message", "One that can never be handled: requeued, it comes again for ever."),
    ("Policy", "Settings for all queues or exchanges whose name matches a pattern."),
    ("Prefetch", "How many unacked deliveries a consumer may hold."),
    ("Publish", "To hand a message to an exchange."),
    ("Publisher", "Who sends messages to an exchange, and knows no queue."),
    ("Queue", "Keeps messages in order until they are acknowledged."),
    ("Quorum queue", "A replicated queue that counts failed deliveries."),
    ("Ready", "Messages that wait in the queue for a consumer."),
    ("Redelivered", "It was delivered before, and came back without an ack."),
    ("Redrive", "Sends dead letters back to where they were published first."),
    ("Requeue", "A message goes back to its old place in the queue."),
    ("Routing key", "The word, or words with dots, a message is routed by."),
    ("Topic exchange", "Compares word by word: * is one word, # any number."),
    ("TTL", "How long a message may wait before it expires."),
    ("Unacked", "Messages that were delivered and not acknowledged yet. They come back when their consumer dies."),
    ("Unroutable", "No binding matched: dropped, or returned if it was mandatory."),
];

/// What a term means, in whatever form it is written: `Consumers`, `Dead-lettered`, `Ready + unacked`.
#[must_use]
pub fn meaning(term: &str) -> Option<&'static str> {
    let plain = |term: &str| term.to_ascii_lowercase().replace('-', " ");
    let wanted = plain(term);
    let whole = TERMS.iter().find(|(name, _)| plain(name) == wanted);
    let begins = || TERMS.iter().rev().find(|(name, _)| wanted.starts_with(&plain(name)));
    whole.or_else(begins).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_stand_by_the_alphabet_and_are_found_in_any_form() {
        assert!(TERMS.is_sorted_by_key(|(name, _)| name.to_ascii_lowercase()));
        for (written, term) in [
            ("Acknowledged", "Ack"),
            ("Consumers", "Consumer"),
            ("Consumer capacity", "Consumer capacity"),
            ("Dead-lettered", "Dead letter"),
            ("Published", "Publish"),
            ("Ready + unacked", "Ready"),
            ("unroutable", "Unroutable"),
        ] {
            assert_eq!(meaning(written), meaning(term), "{written}");
            assert!(TERMS.iter().any(|(name, _)| *name == term), "{term}");
        }
        assert_eq!(meaning("weather"), None);
    }
}
