//! The field's words, each in a sentence or two.

/// Term and meaning, by the alphabet.
pub const TERMS: [(&str, &str); 97] = [
    ("Abandoned", "Not sent or returned, and its program went on without it."),
    ("Ack", "A consumer tells the broker that a message is done; only then is it taken out of the queue."),
    ("Alternate exchange", "Receives what matches no binding of an exchange. Without it the broker drops or returns such a message."),
    (
        "AMQP",
        "The protocol between programs and the broker, here AMQP 0-9-1: its words are publish, deliver, ack, exchange, queue and binding.",
    ),
    (
        "At-least-once",
        "No message is lost, but some arrive twice. It needs three things. The publisher waits for confirms, queue and messages are durable, and the consumer acknowledges after the work.",
    ),
    (
        "Automatic acknowledgement",
        "The broker counts a message as acknowledged when it sends the message. If the consumer fails, the message is lost.",
    ),
    ("Backoff", "Pauses between retries that grow, so that a sick service gets time to recover."),
    ("Backpressure", "A slow receiver makes the sender slow down. In RabbitMQ: prefetch limits deliveries; alarms block publishers."),
    (
        "Balanced",
        "Every copy that came into a queue is accounted for: acknowledged, waiting, dead-lettered, dropped or refused. It does not say that nothing was lost.",
    ),
    (
        "Binding",
        "A rule of an exchange: messages like this go to that queue or exchange. Two bindings of one queue still give it one copy.",
    ),
    ("Binding key", "What a binding compares the routing key with."),
    ("Broker", "The program between publishers and consumers: here a simulated RabbitMQ."),
    ("Channel", "A conversation within a connection. Delivery tags count on it, and errors close it."),
    ("Channels closed", "How often RabbitMQ closed a channel of the service with an error, over all its instances."),
    ("Circuit breaker", "After several failures nothing is sent for a while, so that a sick service can recover."),
    ("Classic queue", "A queue that lives on one node of the broker. It has no delivery limit."),
    ("Command", "Tells one service to do something: charge this card. An event tells that something has happened."),
    ("Competing consumers", "Several consumers on one queue: each message goes to one of them."),
    ("Confirm", "The broker tells the publisher that it has dealt with a message. It does not say that a queue has the message."),
    (
        "Connection",
        "A TCP connection between a program and the broker. It carries channels; when it breaks, all unacked messages are requeued.",
    ),
    ("Consistent-hash exchange", "Sends each message to one binding. Messages of one key go to one queue, as long as the bindings stay."),
    ("Consumer", "A program that subscribes to a queue and receives its messages."),
    ("Consumer capacity", "The share of time in which the queue could deliver at once, as its consumers had room."),
    ("Consumer tag", "The name of a subscription on its channel. A program uses it to cancel the subscription."),
    ("Copies", "What queues were given: one message can be copied to many queues, and once to each."),
    ("Correlation id", "An id that travels with every message and call of one story, so that you can find them all."),
    ("Dead letter", "A message that was rejected without requeue, expired, fell out of a full queue, or was delivered too often."),
    ("Dead-letter exchange (DLX)", "Where a queue sends its dead letters; DLK is the key they travel with."),
    (
        "Dead-letter queue",
        "A queue that receives dead letters by way of a dead-letter exchange. It keeps them until a person or a program deals with them.",
    ),
    ("Default exchange", "Has no name; the routing key is the name of the queue."),
    ("Delayed", "An exchange keeps the message, and routes it later."),
    ("Delayed exchange", "Keeps a message for as long as its x-delay header says. Then it routes it, as an exchange of another type does."),
    (
        "Delivery acknowledgement timeout",
        "How long a delivery may stay unacked; by default 30 minutes. Up to RabbitMQ 4.2 the broker then closes the channel; from 4.3 on a quorum queue takes the message back.",
    ),
    (
        "Delivery limit",
        "How many failed deliveries a quorum queue forgives. The next failure dead-letters the message: limit 3 means at most four deliveries. From RabbitMQ 4.3 on, a nack does not count.",
    ),
    ("Delivery tag", "The number of a delivery on its channel; acks and nacks name it."),
    ("Direct exchange", "Routes a message to every queue whose binding key equals the routing key."),
    (
        "Dropped",
        "The broker discarded it: it expired or was rejected without a dead-letter exchange, or its queue was deleted. A restart drops transient messages.",
    ),
    ("Durable", "A durable queue or exchange exists again after the broker restarts. A message survives only if it is persistent, too."),
    ("Effect", "Something that a handler does to the world and that cannot be undone: an email sent, a card charged."),
    ("Event", "A message that says that something has happened. Each service that is interested receives it."),
    ("Eventual consistency", "The services agree after a while, not at once: the order is saved now, the email and the statistics follow."),
    ("Exchange", "Receives published messages and routes them by its bindings. It stores nothing."),
    ("Fanout exchange", "Sends one copy to every bound queue. It ignores the routing key."),
    ("Gave up", "The client got no answer in time, and it has no attempt left."),
    (
        "Head-of-line blocking",
        "The message at the head of a queue holds up all behind it. The broker removes an expired message only there.",
    ),
    ("Headers exchange", "Routes by the headers of a message and ignores its key."),
    (
        "Heartbeat",
        "A small frame that both ends of a connection send all the time. An end that hears none for too long closes the connection.",
    ),
    ("HTTP client", "Sends HTTP requests to a service."),
    ("Idempotent", "To do it twice has the same effect as to do it once. It makes delivery at least once harmless."),
    ("Invented", "An effect for an order that no record has. An example is an email for an order that was published, but not saved."),
    ("Jitter", "A random part of a pause, so that clients do not retry at the same moment."),
    ("Lag", "How many messages of a stream a reader has not received yet."),
    ("Local-random exchange", "Sends each message to one bound classic queue, at random. RabbitMQ has it from 4.0 on."),
    ("Lost", "It never reached the broker, or it was acknowledged and not handled."),
    (
        "Lost in total",
        "Messages that no longer exist and were not handled: dropped or refused, unroutable, unroutable dead letters, abandoned, and lost.",
    ),
    ("Mandatory", "A message no queue gets is returned to its publisher instead of dropped."),
    ("Message id", "A property that names a message. Here each event has one, and all copies of the event share it."),
    ("Modulus-hash exchange", "Sends each message to one binding, by the hash of its routing key. Another binding moves most keys."),
    ("Nack", "A consumer gives a message back: to be requeued, or to be dead-lettered."),
    ("Offset", "The number of a message in a stream, from 0. A reader starts at an offset, and reads on from there."),
    ("Outbox", "Events saved with the data, in one transaction, and published afterwards by a relay."),
    ("Persistent", "Delivery mode 2: a durable queue keeps the message over a restart."),
    ("Poison message", "A message that can never be handled. Requeued, it is delivered again and again."),
    ("Policy", "Settings for all queues or exchanges whose name matches a pattern."),
    ("Prefetch", "How many unacked deliveries a consumer may hold."),
    ("Priority", "A number of a message. A queue with a max priority delivers higher numbers first."),
    ("Publish", "To hand a message to an exchange."),
    ("Publisher", "A program that sends messages to an exchange. It knows no queue."),
    ("Queue", "Keeps messages in order until they are acknowledged."),
    ("Quorum queue", "A replicated queue that counts failed deliveries."),
    ("Random exchange", "Sends each message to one of its bindings, at random."),
    (
        "Read from streams",
        "Deliveries that readers acknowledged. The stream keeps the messages: each reader reads all of them, and may read them again.",
    ),
    ("Ready", "Messages that wait in the queue for a consumer."),
    ("Redelivered", "It was delivered before, and came back without an ack."),
    (
        "Redrive",
        "Sends dead letters back to where they were published first. The word is from Amazon SQS; in RabbitMQ the shovel plugin moves messages, or a program of your own does.",
    ),
    ("Requeue", "A message goes back to its old place in the queue."),
    (
        "Retention",
        "A limit of a stream's size. The stream removes its oldest segments when it is larger or older than it may be. It never looks at readers.",
    ),
    ("Retired by streams", "Messages that went with an old segment or with their stream, after a reader had acknowledged them."),
    ("Routing key", "The word, or words with dots, a message is routed by."),
    ("Saved twice", "A repeated request made a second record for the same order."),
    ("Segment", "A file of a stream's log. A stream removes messages by whole segments only."),
    ("Service", "A program that handles requests and messages, and publishes events."),
    (
        "Single active consumer",
        "A setting of a queue: one of its consumers receives all messages, and another takes over when that one goes.",
    ),
    (
        "Stream",
        "A log of messages that readers read, each from its own offset. Nothing is taken out: what was read stays until retention removes its segment.",
    ),
    ("Swallowed", "Failures that nothing outside the program heard of: it logged them and went on."),
    ("Timeout", "How long a caller waits for an answer. After that it counts the attempt as failed, although the work may have been done."),
    ("Topic exchange", "Compares word by word: * is one word, # any number."),
    ("Total", "Ready and unacked messages of a queue together."),
    ("TTL", "How long a message may wait before it expires."),
    ("Unacked", "Messages that were delivered and are not acknowledged yet. They are requeued when their consumer fails."),
    ("Unannounced", "An order that was saved, but no event about it was published."),
    ("Unread", "Messages that a program has sent while an alarm blocks its connection. They are lost with its process."),
    ("Unroutable", "No binding matched. The broker drops the message, or returns it if it was mandatory."),
    ("Unroutable dead letters", "Their dead-letter exchange had no queue for them. The broker discarded them without a notice."),
    ("Unsent", "A program could not publish it: there was no channel, because the connection or the broker was down."),
    ("Virtual host", "A separate space in one broker, with its own exchanges, queues and permissions."),
    ("x-death", "A header that the broker writes into a dead letter: the queue, the reason, and how often."),
];

/// The same terms as the page writes them elsewhere.
const FORMS: [(&str, &str); 15] = [
    ("Acknowledged", "Ack"),
    ("Arrived", "Copies"),
    ("Consumers", "Consumer"),
    ("Copies to queues", "Copies"),
    ("Dead-lettered", "Dead letter"),
    ("Delivery mode", "Persistent"),
    ("Dropped or refused", "Dropped"),
    ("Expiration", "TTL"),
    ("Never sent", "Unsent"),
    ("Not balanced", "Balanced"),
    ("Published", "Publish"),
    ("Offsets", "Offset"),
    ("Ready + unacked", "Ready"),
    ("Returned", "Mandatory"),
    ("Segments", "Segment"),
];

/// What a term means, in each form that the page writes: `Consumers`, `Dead-lettered`, `Ready + unacked`. A term is never found by the
/// beginning of another: a dead-letter queue is no dead letter.
#[must_use]
pub fn meaning(term: &str) -> Option<&'static str> {
    let is = |name: &str| plain(name) == plain(term);
    let name = FORMS.iter().find(|(form, _)| is(form)).map_or(term, |(_, name)| name);
    TERMS.iter().find(|(entry, _)| plain(entry) == plain(name)).map(|(_, meaning)| *meaning)
}

fn plain(term: &str) -> String {
    term.to_ascii_lowercase().replace('-', " ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::broker::ExchangeType;
    use crate::scenario::edit::PartKind;

    #[test]
    fn terms_stand_by_the_alphabet_and_are_found_in_any_form() {
        assert!(TERMS.is_sorted_by_key(|(name, _)| name.to_ascii_lowercase()));
        for (written, term) in FORMS {
            assert!(TERMS.iter().any(|(name, _)| *name == term), "{term}");
            assert!(!TERMS.iter().any(|(name, _)| plain(name) == plain(written)), "{written} has an entry, and is no form of {term}");
            assert_eq!(meaning(written), meaning(term), "{written}");
        }
        assert_eq!(meaning("unroutable"), meaning("Unroutable"));
        assert_ne!(meaning("Dead-letter queue"), meaning("Dead letter"));
        assert_eq!(meaning("Consumer weather"), None, "nothing is found by the beginning of a term");
    }

    #[test]
    fn every_part_has_an_entry_and_every_exchange_type_is_a_part() {
        for (title, _) in PartKind::ALL {
            assert!(meaning(title).is_some(), "the glossary does not explain “{title}”, and so the Build drawer does not either");
        }
        for kind in ExchangeType::ALL {
            let part = PartKind::ALL.iter().find(|(_, part)| *part == PartKind::Exchange(kind));
            assert!(part.is_some(), "{} exchanges cannot be added", kind.name());
        }
    }

    /// Each word that the page shows with a question mark has a meaning, or says all by itself.
    #[test]
    fn what_the_page_explains_is_in_the_glossary() {
        const SAY_ALL: [&str; 10] =
            ["Accepted", "Failed", "Handled", "Requests", "Saved", "Sent", "State", "Succeeded", "Timed out", "Working on"];
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui");
        let files = std::fs::read_dir(&folder).expect("it is there").map(|file| file.expect("a file").path());
        let mut shown = Vec::new();
        for file in files.filter(|file| file.extension().is_some_and(|end| end == "rs")) {
            let code = std::fs::read_to_string(&file).expect("it can be read");
            if !["explained(", "row,", "row}"].iter().any(|word| code.contains(word)) {
                continue;
            }
            // The words stand in the area's texts.
            let area = code.split(" as texts").next().and_then(|before| before.rsplit([':', '{', ' ']).next()).unwrap_or_default();
            let texts = std::fs::read_to_string(folder.join("texts").join(area).with_extension("rs")).unwrap_or_default();
            for call in ["row(texts::", "line(texts::", "number(texts::", "explained(texts::"] {
                let names = code.match_indices(call).filter_map(|(at, _)| code[at + call.len()..].split([',', ')']).next());
                let words = names.filter_map(|name| texts.split(&format!("const {name}: &str = \"")).nth(1)?.split('"').next());
                shown.extend(words.filter(|word| word.starts_with(|letter: char| letter.is_ascii_uppercase())).map(str::to_owned));
            }
        }
        assert!(shown.len() >= 15, "the page's terms are written in another way now: {shown:?}");
        for term in shown {
            assert!(meaning(&term).is_some() || SAY_ALL.contains(&&*term), "the page shows “{term}”: the glossary has no such entry");
        }
    }
}
