//! How numbers and their nouns stand in what the page says.

use requeue::app::composer::Typed;
use requeue::app::whatif::{Fate, of_queue};
use requeue::app::{Drawer, FileAction, OperateAction, PublishAction, Speed, TimeAction, WorkspaceAction, ledger, tokens, words};
use requeue::broker::Name;
use requeue::sim::biography::Whereabouts;

use super::support::*;

/// A count of a thousand or more has separators, and one of a thing is not many. An event, a time, a version and a port are no counts.
fn faults(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split([' ', '(', ')', ';']).collect();
    let is_count = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let long =
        words.iter().filter(|word| is_count(word.trim_end_matches([',', '.', ':'])) && word.trim_end_matches([',', '.', ':']).len() > 3);
    let plural = words.windows(2).filter(|pair| pair[0] == "1" && PLURALS.contains(&pair[1].trim_end_matches([',', '.', ':'])));
    long.map(ToString::to_string).chain(plural.map(|pair| pair.join(" "))).collect()
}

const PLURALS: [&str; 12] = [
    "others",
    "messages",
    "times",
    "handlers",
    "bindings",
    "queues",
    "copies",
    "requests",
    "orders",
    "dead letters",
    "consumers",
    "readers",
];

#[test]
fn counts_have_separators_and_nouns_their_number() {
    assert_eq!(faults("behind 1 others, and 5522 messages"), ["5522", "1 others,"], "the check can fail");
    let mut told: Vec<String> = Vec::new();
    let mut app = opened();
    let world = session(&app).world();
    let queue: Name = "orders".into();
    for position in [1, 2, 999, 1_000, 5_522] {
        told.push(words::whereabouts(&Whereabouts::Ready { queue: queue.clone(), position }, world));
    }
    assert_eq!(told[0], "ready in orders, behind 1 other");
    assert_eq!(told[4], "ready in orders, behind 5,522 others");
    let client = session(&app).scenario().clients[0].name.clone();
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    // The number of an order is a name.
    compose(&mut app, Typed::Payload, "{\"orderId\": 7, \"address\": {\"zip\": \"1\"}}");
    compose(&mut app, Typed::Count, "2000");
    act(&mut app, PublishAction::Publish);
    wait(&mut app);
    act(&mut app, OperateAction::Request(client, 1));
    act(&mut app, TimeAction::SetSpeed(Speed::Factor(20_000)));
    for _ in 0..4 {
        play(&mut app, 1);
        let session = session(&app);
        told.extend(session.playhead.log.newest().map(|entry| words::line(&entry.occurrence, session.world()).detail));
        told.push(words::summary(session.playhead.log.newest().map(|entry| &entry.occurrence)));
        let book = session.world().ledger();
        told.extend(ledger::rows(&book).into_iter().map(|row| row.value));
        told.extend(tokens::picture(session.plan(), false).counts.into_iter().map(|count| count.text));
        told.extend(session.playhead.markers.iter().map(|mark| mark.words.clone()));
        told.push(app.price_of(session, "notification-queue").to_string());
    }
    let queue = session(&app).world().broker().queue("notification-queue").expect("it is there");
    assert!(queue.ready() > 1_000 && told.len() > 500, "{} ready, {} texts", queue.ready(), told.len());
    for text in told {
        assert_eq!(faults(&text), [""; 0], "{text}");
    }
}

/// A headers exchange compares values: the one that did not match is named, with what was wanted.
#[test]
fn the_header_that_did_not_match_is_named_with_its_value() {
    let mut app = opened();
    let text = COURSE_CHAPTER.replacen("\"type\": \"topic\"", "\"type\": \"headers\"", 1).replacen(
        "\"routing_key\": \"order.*\"",
        "\"routing_key\": \"\", \"arguments\": {\"x-match\": \"all\", \"region\": \"eu\", \"size\": 2}",
        1,
    );
    act(&mut app, FileAction::Opened { name: "a.json".into(), text });
    assert_eq!(app.unreadable, None);
    act(&mut app, WorkspaceAction::Toggle(Drawer::Publish));
    let told = |app: &requeue::app::App| match of_queue(app, session(app), &"notification-queue".into()) {
        Some((_, Fate::Stopped(bindings))) => bindings.iter().map(words::why).collect::<Vec<_>>().join(" "),
        other => panic!("{other:?}"),
    };
    compose(&mut app, Typed::Headers, "{\"region\": \"us\"}");
    assert_eq!(told(&app), "all: region is \"us\", not \"eu\", size is missing, not 2");
    compose(&mut app, Typed::Headers, "{\"region\": \"eu\", \"size\": 3}");
    assert_eq!(told(&app), "all: region is \"eu\", size is 3, not 2");
}

/// Exchanges that choose say how, for each binding. What they say they choose is where the message goes.
#[test]
fn exchanges_that_choose_say_how_they_choose() {
    // scenario, exchange, what is said of the binding that is chosen, and of the others
    let cases = [
        ("consistent-hash", "user-events", "hash of user-17 → ring position ", "; shard-"),
        ("modulus-hash", "jobs", "hash of the keys → this one of 3 bindings", "hash of the keys → another of 3 bindings"),
        ("random-exchange", "jobs", "chosen at random among 3 bindings", "chosen at random among 3 bindings"),
        ("local-random", "jobs", "chosen at random among 3 bindings", "chosen at random among 3 bindings"),
    ];
    for (file, exchange, of_chosen, of_others) in cases {
        let path = format!("{}/static/scenarios/{file}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("it is in the gallery");
        let mut app = opened();
        act(&mut app, FileAction::Opened { name: format!("{file}.json"), text });
        assert_eq!(app.unreadable, None, "{file}");
        act(&mut app, TimeAction::Seek(requeue::base::SimTime::from_secs(1)));
        wait(&mut app);
        act(&mut app, WorkspaceAction::Toggle(Drawer::Publish));
        compose(&mut app, Typed::Exchange, exchange);
        compose(&mut app, Typed::Key, "user-17");
        let preview = requeue::app::whatif::preview(&app, session(&app)).unwrap_or_else(|| panic!("{file}: nothing is composed"));
        let (chosen, others): (Vec<_>, Vec<_>) = preview.bindings.iter().map(|(_, one)| one).partition(|one| one.matches);
        assert_eq!((chosen.len(), others.len()), (1, 2), "{file}");
        assert_eq!(preview.queues, [chosen[0].binding.destination.clone()], "{file}");
        assert!(words::why(chosen[0]).contains(of_chosen), "{file}: {}", words::why(chosen[0]));
        if file == "consistent-hash" {
            assert!(words::why(chosen[0]).contains(&format!(" → {}", preview.queues[0])), "{}", words::why(chosen[0]));
        }
        assert!(others.iter().all(|one| words::why(one).contains(of_others)), "{file}: {}", words::why(others[0]));
    }
}
