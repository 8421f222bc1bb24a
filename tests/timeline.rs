//! Time: a moment found by seeking is the moment found by running; back, to the next event, forks; biographies; looking for what
//! breaks.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Arc;

use proptest::prelude::*;
use requeue::base::SimTime;
use requeue::broker::{Event, Name};
use requeue::formats::{recording_file, scenario_file};
use requeue::scenario::{Fault, Property, Scenario};
use requeue::sim::biography::{Whereabouts, biography};
use requeue::sim::explore::{Explorer, Search};
use requeue::sim::judge::{holds, judge};
use requeue::sim::timeline::{KEYFRAME_BYTES_MAX, KEYFRAMES_MAX};
use requeue::sim::{Input, Timeline, World, WorldEvent};

const COURSE_CHAPTER: &str = include_str!("../static/scenarios/course-chapter.json");

fn read(text: &str) -> Arc<Scenario> {
    Arc::new(scenario_file::read(text).unwrap_or_else(|problems| panic!("{problems:#?}")))
}

fn course_chapter() -> Arc<Scenario> {
    read(COURSE_CHAPTER)
}

fn secs(secs: u64) -> SimTime {
    SimTime::from_secs(secs)
}

fn fault(text: &str) -> Input {
    Input::Fault(text.parse::<Fault>().expect("it is a sentence"))
}

fn same(one: &World, other: &World) {
    assert_eq!((one.now(), one.steps(), one.trace_hash()), (other.now(), other.steps(), other.trace_hash()));
    assert_eq!(one.ledger(), other.ledger());
    assert_eq!(one.recording(), other.recording());
    assert_eq!(one.flights().count(), other.flights().count());
}

#[derive(Clone, Debug)]
enum Move {
    Play(u64),
    Seek(u64),
    /// The same in pieces of so many steps.
    SeekInPieces(u64, u64),
    /// Of which so many pieces are done, and then it is cancelled.
    SeekCancelled(u64, u64),
    Back,
    /// To the moment of the last thing before this one, in pieces of so many steps.
    BackInTime(u64),
    Step,
    Inject(Input),
}

fn arbitrary_move() -> impl Strategy<Value = Move> {
    let input = prop_oneof![
        "kill (notification|order)-service at 1?[0-9]s for [0-9]s".prop_map(|text| fault(&text)),
        "(restart broker|alarm disk|hang inventory-service) at 2?[0-9]s for [0-9]s".prop_map(|text| fault(&text)),
        Just(Input::kill("notification-service", 0)),
        Just(Input::start("notification-service", 0)),
        Just(Input::publish("platform-events", "order.placed", serde_json::json!({}))),
        (1_u32..5).prop_map(|count| Input::Request { client: "customers".into(), count }),
        Just(Input::Edit(edited())),
    ];
    prop_oneof![
        3 => (0_u64..20_000).prop_map(Move::Play),
        2 => (0_u64..60_000).prop_map(Move::Seek),
        2 => (0_u64..60_000, 1_u64..3_000).prop_map(|(to, steps)| Move::SeekInPieces(to, steps)),
        2 => (0_u64..60_000, 1_u64..3_000).prop_map(|(to, steps)| Move::SeekCancelled(to, steps)),
        2 => Just(Move::Back),
        2 => (1_u64..3_000).prop_map(Move::BackInTime),
        1 => Just(Move::Step),
        3 => input.prop_map(Move::Inject),
    ]
}

/// The chapter's system with another prefetch, one queue less, and one service more.
fn edited() -> Arc<Scenario> {
    let mut scenario = Scenario::clone(&course_chapter());
    scenario.broker.queues.retain(|queue| &*queue.name != "analytics-queue");
    scenario.broker.bindings.retain(|binding| &**binding.destination.name() != "analytics-queue");
    scenario.services.retain(|service| &*service.name != "analytics-service");
    let mut more = scenario.services[3].clone();
    more.name = "second-opinion".into();
    scenario.services.push(more);
    scenario.services[2].instances = 2;
    Arc::new(scenario)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever was played, rewound, stepped back and changed: where the playhead stands is what a run from zero finds there.
    #[test]
    fn any_moment_is_what_a_run_from_zero_finds(seed in 0_u64..1_000, moves in proptest::collection::vec(arbitrary_move(), 1..14)) {
        let mut timeline = Timeline::new(course_chapter(), seed).with_lookback(secs(5));
        for each in moves {
            match each {
                Move::Play(millis) => { timeline.advance(timeline.world().now() + SimTime::from_millis(millis), u64::MAX); }
                Move::Seek(millis) => timeline.seek(SimTime::from_millis(millis)),
                Move::SeekInPieces(millis, steps) => {
                    let to = SimTime::from_millis(millis);
                    let mut at_once = timeline.clone();
                    at_once.seek(to);
                    timeline.begin_seek(to);
                    let mut before = 0;
                    while !timeline.advance_seek(steps) {
                        let progress = timeline.seek_progress().expect("it is under way");
                        prop_assert!((before..=1_000).contains(&progress));
                        before = progress;
                    }
                    prop_assert_eq!(timeline.seek_progress(), None);
                    same(timeline.world(), at_once.world());
                    prop_assert!(timeline.drain_occurrences().eq(at_once.drain_occurrences()), "whoever keeps a log sees the same");
                }
                Move::SeekCancelled(millis, steps) => {
                    let before = timeline.clone();
                    timeline.begin_seek(SimTime::from_millis(millis));
                    if !timeline.advance_seek(steps) {
                        timeline.cancel_seek();
                        same(timeline.world(), before.world());
                        prop_assert_eq!(timeline.furthest(), before.furthest());
                        prop_assert_eq!(timeline.is_in_the_past(), before.is_in_the_past());
                    }
                }
                Move::Back => { timeline.back(); }
                Move::BackInTime(steps) => {
                    let mut by_steps = timeline.clone();
                    if by_steps.back() {
                        let mut again = by_steps.clone();
                        again.step();
                        let last = again.world().now();
                        while by_steps.world().now() >= last && by_steps.back() {}
                    }
                    timeline.begin_seek_back();
                    while !timeline.advance_seek(steps) {}
                    // A seek stands at the end of its moment.
                    let there = by_steps.world().now();
                    by_steps.seek(there);
                    same(timeline.world(), by_steps.world());
                }
                Move::Step => { timeline.step(); }
                Move::Inject(input) => timeline.inject(input),
            }
            prop_assert!(timeline.keyframes() <= KEYFRAMES_MAX && timeline.keyframe_bytes() <= KEYFRAME_BYTES_MAX);
        }
        // A recording that ends here is opened here, also between two things that happen at one moment.
        let text = recording_file::write(timeline.world().recording(), timeline.world().reached());
        let file = recording_file::read(&text).expect("it is one");
        let mut again = Timeline::open(file.recording.clone()).played_until(file.until).with_lookback(secs(5));
        again.seek(file.end());
        same(again.world(), timeline.world());
        prop_assert!(!again.is_in_the_past());
        // Back may stand between two things that happen at one moment: on to the end of it.
        let now = timeline.world().now();
        timeline.seek(now);
        let from_zero = World::replay(timeline.recording(), now);
        same(timeline.world(), &from_zero);
        prop_assert_eq!(from_zero.ledger().imbalances(), Vec::<String>::new());
    }
}

/// 10,000 inputs: each is kept once, by the world, its timeline, every keyframe and every branch.
#[test]
fn inputs_are_shared_and_injecting_is_linear() {
    let mut timeline = Timeline::new(course_chapter(), 1);
    for number in 0..10_000_u32 {
        timeline.inject(Input::publish("platform-events", "order.placed", serde_json::json!({ "n": number })));
        if number % 500 == 0 {
            timeline.advance(timeline.world().now() + SimTime::from_millis(100), u64::MAX);
        }
    }
    let fork = timeline.fork();
    for other in [timeline.world().recording(), fork.recording(), fork.world().recording()] {
        assert_eq!(other, timeline.recording());
        let published =
            |recording: &requeue::sim::Recording| -> Vec<Input> { recording.inputs.iter().map(|timed| timed.input.clone()).collect() };
        for (one, other) in published(other).iter().zip(&published(timeline.recording())) {
            let (Input::Publish(one), Input::Publish(other)) = (one, other) else { panic!("they are all publishes") };
            assert!(Arc::ptr_eq(one, other), "a message is kept once");
        }
    }
    // To copy a world copies no input: its blocks are shared.
    assert!(fork.world().recording().inputs.shares_with(&timeline.world().recording().inputs));
    timeline.seek(SimTime::ZERO);
    assert!(timeline.world().recording().inputs.len() <= 10_000);
    timeline.seek(fork.world().now());
    same(timeline.world(), fork.world());
}

#[test]
fn one_back_and_one_forward_is_where_one_was() {
    let mut timeline = Timeline::new(course_chapter(), 1);
    timeline.advance(secs(20), u64::MAX);
    timeline.inject(Input::kill("notification-service", 0));
    timeline.advance(secs(30), u64::MAX);
    let mut before = Vec::new();
    for _ in 0..600 {
        before.push((timeline.world().steps(), timeline.world().trace_hash(), timeline.world().recording().inputs.len()));
        assert!(timeline.back());
    }
    assert!(timeline.world().now() < secs(20), "behind the kill, too");
    assert!(timeline.is_in_the_past());
    while let Some((steps, hash, inputs)) = before.pop() {
        while (timeline.world().steps(), timeline.world().recording().inputs.len()) < (steps, inputs) {
            timeline.step();
        }
        assert_eq!((timeline.world().steps(), timeline.world().trace_hash()), (steps, hash));
    }
    timeline.seek(SimTime::ZERO);
    assert_eq!(timeline.world().now(), SimTime::ZERO);
    while timeline.back() {}
    assert_eq!(timeline.world().steps(), 0);
}

#[test]
fn to_the_next_event_of_a_kind_and_until_something_is_true() {
    let mut timeline = Timeline::new(course_chapter(), 1);
    let dead = |what: &WorldEvent| matches!(what, WorldEvent::Broker(Event::DeadLettered { .. }));
    let first = timeline.run_to(secs(600), |occurrence| dead(&occurrence.what)).expect("one order in twenty is poisoned");
    assert_eq!(timeline.world().now(), first.at);
    assert_eq!(timeline.world().ledger().total().dead_lettered_total(), 1);
    let second = timeline.run_to(secs(600), |occurrence| dead(&occurrence.what)).expect("there are more");
    assert!(second.at >= first.at && timeline.world().ledger().total().dead_lettered_total() == 2);
    let five: Property = "dead(notification-queue) < 5".parse().expect("a property");
    assert!(timeline.run_while(secs(600), |world| holds(world, &five)));
    assert_eq!(timeline.world().ledger().total().dead_lettered_total(), 5);
    assert!(!timeline.run_while(timeline.world().now() + secs(1), |_| true), "it never becomes false");
    assert!(timeline.run_to(secs(601), |occurrence| occurrence.what == WorldEvent::Edited).is_none());
    assert_eq!(timeline.world().now(), secs(601));
}

#[test]
fn a_fork_is_another_future_from_one_past() {
    let mut real = Timeline::new(course_chapter(), 1);
    real.advance(secs(30), u64::MAX);
    real.inject(Input::kill("notification-service", 0));
    real.advance(secs(60), u64::MAX);
    real.seek(SimTime::from_millis(29_990));
    let mut other = real.fork();
    let mut wider = Scenario::clone(other.world().scenario());
    wider.services[3].instances = 3;
    other.inject(Input::Edit(Arc::new(wider)));
    other.advance(secs(60), u64::MAX);
    real.seek(secs(60));
    assert_eq!(real.recording().inputs.len(), 1, "the fork changes nothing here");
    assert!(real.world().broker().queue("notification-queue").expect("declared").ready() > 50);
    assert!(other.world().broker().queue("notification-queue").expect("declared").ready() < 10);
    same(other.world(), &World::replay(other.recording(), secs(60)));
    same(real.world(), &World::replay(real.recording(), secs(60)));
}

#[test]
fn keyframes_stay_within_their_limits() {
    let mut timeline = Timeline::new(course_chapter(), 1);
    timeline.advance(secs(2_700), u64::MAX);
    assert!(timeline.world().steps() > 150_000);
    assert!((KEYFRAMES_MAX / 4..=KEYFRAMES_MAX).contains(&timeline.keyframes()), "{}", timeline.keyframes());
    assert!(timeline.keyframe_bytes() <= KEYFRAME_BYTES_MAX);
}

#[test]
fn a_recording_is_a_file_and_back() {
    let mut timeline = Timeline::new(course_chapter(), 7);
    let inputs = [
        fault("kill notification-service at 2s for 3s"),
        fault("hang inventory-service at step 2 of message 3"),
        Input::kill("order-service", 0),
        Input::start("order-service", 0),
        Input::Request { client: "customers".into(), count: 3 },
        Input::publish("platform-events", "order.placed", serde_json::json!({ "a": [1, null, "x"] })),
        Input::Edit(edited()),
        Input::Silence,
    ];
    for input in inputs {
        timeline.advance(timeline.world().now() + SimTime::from_micros(1_234_567), u64::MAX);
        timeline.inject(input);
    }
    timeline.advance(secs(20), u64::MAX);
    let text = recording_file::write(timeline.recording(), timeline.world().now());
    let file = recording_file::read(&text).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"));
    assert_eq!((&file.recording, file.until), (timeline.recording(), secs(20)));
    same(&World::replay(&file.recording, file.until), timeline.world());
}

#[test]
fn what_is_wrong_with_a_recording_is_said_with_its_place() {
    let timeline = Timeline::new(course_chapter(), 7);
    let mut inputs = timeline.recording().clone();
    let at = |millis, input| requeue::sim::TimedInput { at: SimTime::from_millis(millis), after_steps: 0, input };
    inputs.inputs = [at(1, fault("kill order-service at 2s")), at(2, Input::Silence)].into_iter().collect();
    let good = recording_file::write(&inputs, secs(1));
    assert!(recording_file::read(&good).is_ok());
    for (from, to, said) in [
        ("\"requeue_recording\": 1", "\"requeue_recording\": 9", "requeue_recording: this is format 9"),
        ("kill order-service", "tickle order-service", "inputs[0].fault: 'tickle order-service at 2s' is not a fault"),
        ("\"silence\": true", "\"noise\": true", "inputs[1].noise: unknown field"),
        ("\"at_ms\": 2", "\"at_ms\": 0", "inputs: inputs are given in their order"),
        ("\"prefetch\": 10", "\"prefetch\": -10", "scenario.services[2].handlers[0].on.prefetch: expected"),
        ("\"queue\": \"inventory-queue\"", "\"queue\": \"inventory\"", "scenario.broker.bindings[0].queue: there is no queue 'inventory'"),
    ] {
        assert!(good.contains(from), "{from}");
        let problems = recording_file::read(&good.replacen(from, to, 1)).expect_err(said);
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(all.iter().any(|problem| problem.starts_with(said)), "{said}: {all:#?}");
    }
}

#[test]
fn with_other_faults_the_inputs_of_a_recording_still_come_in_their_time() {
    let mut timeline = Timeline::new(course_chapter(), 1);
    timeline.advance(secs(60), u64::MAX);
    timeline.inject(Input::kill("analytics-service", 0));
    timeline.advance(secs(61), u64::MAX);
    let mut other = timeline.recording().clone();
    let early = requeue::sim::TimedInput { at: SimTime::ZERO, after_steps: 0, input: fault("kill order-service at 1s for 50s") };
    other.inputs = std::iter::once(&early).chain(other.inputs.iter()).cloned().collect();
    let mut world = World::new(other.scenario.clone(), 1);
    let mut killed = None;
    while world.step_along(&other.inputs, secs(90)) {
        for occurrence in world.drain_occurrences() {
            if matches!(&occurrence.what, WorldEvent::Killed { instance, .. } if instance.service == 4) {
                killed = Some(occurrence.at);
            }
        }
    }
    assert_eq!(killed, Some(secs(60)));
    assert_eq!(world.recording().inputs.len(), 2);
}

#[test]
fn an_edited_queue_keeps_its_programs_and_an_edit_waits_for_the_broker() {
    let mut timeline = Timeline::new(course_chapter(), 1);
    timeline.advance(secs(20), u64::MAX);
    let mut edited = Scenario::clone(&course_chapter());
    edited.broker.queues[0].arguments.insert("x-max-length".into(), requeue::broker::Value::Int(100));
    edited.network.latency = SimTime::from_millis(5);
    timeline.inject(Input::Edit(Arc::new(edited.clone())));
    assert_eq!(timeline.world().broker().queue("inventory-queue").expect("declared").consumers(), 1);
    let handled = |timeline: &Timeline| timeline.world().services()[2].instances[0].handled;
    let before = handled(&timeline);
    timeline.advance(secs(60), u64::MAX);
    assert!(handled(&timeline) > before + 50);
    timeline.inject(fault("restart broker at 0s for 5s"));
    edited.broker.queues.push(requeue::scenario::QueueSpec {
        name: "late".into(),
        at: requeue::scenario::Point::default(),
        durable: true,
        auto_delete: false,
        arguments: requeue::broker::Table::new(),
        messages: 0,
    });
    timeline.inject(Input::Edit(Arc::new(edited)));
    assert!(timeline.world().broker().queue("late").is_none());
    timeline.advance(secs(70), u64::MAX);
    assert!(timeline.world().broker().queue("late").is_some());
    same(timeline.world(), &World::replay(timeline.recording(), secs(70)));
}

/// The places of an event, as text.
fn places(timeline: &Timeline, event: &str) -> Vec<String> {
    let until = timeline.world().now();
    let found = biography(timeline.world().recording(), &event.into(), until);
    found.map(|life| life.whereabouts.iter().map(|place| format!("{place:?}")).collect()).unwrap_or_default()
}

#[test]
fn where_did_my_message_go() {
    let mut timeline = Timeline::new(course_chapter(), 1);
    timeline.advance(secs(10), u64::MAX);
    timeline.inject(Input::kill("notification-service", 0));
    timeline.advance(secs(12), u64::MAX);
    // Whatever was published: every copy is somewhere.
    let published = timeline.world().ledger().messages.published;
    for number in 1..=published {
        let life = biography(timeline.world().recording(), &format!("e-{number}").as_str().into(), secs(12)).expect("it was published");
        let routed = life.entries.iter().find_map(|entry| match &entry.what {
            WorldEvent::Broker(Event::Routed { queues, .. }) => Some(queues.len()),
            _ => None,
        });
        let on_the_way = life.whereabouts.contains(&Whereabouts::OnTheWayToBroker);
        if !on_the_way {
            // A dead letter is where it was brought.
            assert_eq!(life.whereabouts.len(), routed.expect("it was routed"), "e-{number}: {:?}", life.whereabouts);
        }
        assert!(life.entries.is_sorted_by_key(|entry| entry.at));
        assert!(life.cause.is_some_and(|cause| cause.starts_with("c-")), "an order was its cause");
    }
    assert!(places(&timeline, "e-999").is_empty());
    // A message that is published by hand and finds nobody.
    let _ = timeline.drain_occurrences();
    timeline.inject(Input::publish("platform-events.dlx", "nobody", serde_json::json!({})));
    let by_hand = timeline.drain_occurrences().find_map(|occurrence| occurrence.what.about().cloned()).expect("it was published");
    assert_eq!(places(&timeline, &by_hand), ["Unroutable { confirmed: false }"], "and without a confirm");
}

const RETRIED: &str = r#"{
  "requeue": 1, "title": "t", "network": { "latency_ms": 1 },
  "broker": {
    "exchanges": [{ "name": "retry.ex", "at": [0, 0], "type": "direct" }],
    "queues": [
      { "name": "work", "at": [0, 0], "arguments": { "x-dead-letter-exchange": "retry.ex", "x-dead-letter-routing-key": "work" } },
      { "name": "work.retry", "at": [0, 0],
        "arguments": { "x-message-ttl": 500, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "work" } },
      { "name": "done", "at": [0, 0] }
    ],
    "bindings": [{ "source": "retry.ex", "queue": "work.retry", "routing_key": "work" }]
  },
  "clients": [],
  "services": [
    { "name": "seeder", "at": [0, 0], "handlers": [
      { "on": { "start_up": true }, "steps": [{ "do": "publish", "routing_key": "work", "payload": {} }] }] },
    { "name": "worker", "at": [0, 0], "handlers": [
      { "on": { "queue": "work" },
        "steps": [{ "do": "effect", "what": "tried", "of": "eventId", "fails": { "first_attempts": 2 } },
                  { "do": "publish", "routing_key": "done", "payload": {} }] }] }
  ]
}"#;

#[test]
fn a_biography_goes_through_dead_letters_and_on_to_what_came_of_it() {
    let mut timeline = Timeline::new(read(RETRIED), 1);
    timeline.advance(secs(5), u64::MAX);
    let life = biography(timeline.recording(), &"e-1".into(), secs(5)).expect("it was published");
    let story: Vec<&str> = life.entries.iter().map(|entry| entry.what.name()).collect();
    let lap = ["delivered", "began", "handler_failed", "settling", "dead_lettered", "routed", "enqueued", "dead_lettered", "routed"];
    assert_eq!(story.iter().filter(|name| **name == "dead_lettered").count(), 4, "{story:?}");
    assert!(story.windows(lap.len()).any(|part| part == lap), "{story:?}");
    assert_eq!(life.cause.as_deref(), Some("c-1"));
    assert_eq!(life.effects, [Name::from("e-2")], "what was published while it was handled");
    assert_eq!(life.whereabouts, [Whereabouts::Acknowledged { queue: "work".into(), times: 1 }]);
    assert_eq!(places(&timeline, "e-2"), ["Ready { queue: \"done\", position: 0 }"]);
    let after = biography(timeline.recording(), &"e-2".into(), secs(5)).expect("it was published");
    assert_eq!(after.cause.as_deref(), Some("e-1"));
}

/// An order service whose steps are in the wrong order.
const PUBLISH_FIRST: &str = r#"{
  "requeue": 1, "title": "t", "network": { "latency_ms": 5 },
  "broker": { "queues": [{ "name": "emails", "at": [0, 0] }] },
  "clients": [{ "name": "customers", "at": [0, 0], "calls": { "service": "orders", "endpoint": "POST /orders" },
    "arrivals": { "every_ms": 500, "count": 6 }, "timeout_ms": 1000 }],
  "services": [
    { "name": "orders", "at": [0, 0], "handlers": [{ "on": { "http": "POST /orders" }, "steps": [
      { "do": "publish", "routing_key": "emails", "payload": {} }, { "do": "persist", "id": "orderId", "state": "pending" }] }] },
    { "name": "notification", "at": [0, 0], "handlers": [{ "on": { "queue": "emails", "prefetch": 10 }, "steps": [
      { "do": "work", "ms": 20 }, { "do": "effect", "what": "email sent", "of": "eventId" }] }] }
  ]
}"#;

fn explore(text: &str, property: &str, runs: u64) -> Explorer {
    let scenario = read(text);
    let property = property.parse().expect("a property");
    let mut explorer = Explorer::new(Search { scenario, seed: 1, property, until: secs(10), runs });
    while !explorer.is_over() {
        explorer.next_run();
    }
    explorer
}

#[test]
fn exploring_finds_the_crash_between_two_steps_and_nothing_where_there_is_nothing() {
    let explorer = explore(PUBLISH_FIRST, "invented(email sent) = 0", 200);
    let found = explorer.found().expect("a crash after the first step");
    assert_eq!(found.faults.len(), 1);
    assert_eq!(found.faults[0].to_string().split(" of ").next(), Some("kill orders at step 2"));
    // Anybody can see it.
    let text = recording_file::write(&found.recording, found.at);
    let file = recording_file::read(&text).expect("it is a recording");
    let world = World::replay(&file.recording, file.until);
    assert!(!judge(&world, &explorer.search().property).holds);
    assert!(file.until < secs(10), "it is no longer than it has to be: {}", file.until);

    let twice = explore(PUBLISH_FIRST, "no email sent twice", 200);
    let found = twice.found().expect("a crash before the acknowledgement");
    assert_eq!(found.faults[0].to_string(), "kill notification at step 3 of message 1 for 2s");

    let held = explore(PUBLISH_FIRST, "depth of emails below 50", 60);
    assert!(held.found().is_none());
    assert_eq!(held.runs_done(), 60);
}

#[test]
fn exploring_is_the_same_every_time() {
    let [one, other] = [0, 1].map(|_| explore(PUBLISH_FIRST, "no order without an email sent", 100));
    let text = |explorer: &Explorer| explorer.found().map(|found| recording_file::write(&found.recording, found.at));
    assert!(one.found().is_some());
    assert_eq!(text(&one), text(&other));
}
