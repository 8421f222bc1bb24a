use super::*;
use crate::broker::{Availability, Value};
use crate::scenario::{Action, BindingTarget, ExchangeType, Expectation, Link, Policy, Profile, SimTime, Trigger};

fn edited(edits: &[Edit]) -> Result<Scenario, String> {
    edits.iter().try_fold(Scenario::empty("t"), |scenario, edit| apply(&scenario, edit).map(|edited| edited.scenario))
}

fn add(kind: PartKind) -> Edit {
    Edit::Add { kind, at: Point::default() }
}

fn connect(from: Part, to: Part) -> Edit {
    Edit::Connect { from, to }
}

fn exchange() -> Part {
    Part::Exchange("exchange-1".into())
}

fn queue() -> Part {
    Part::Queue("queue-1".into())
}

fn service(number: u32) -> Part {
    Part::Service(format!("service-{number}").into())
}

fn everything() -> Vec<Edit> {
    vec![
        add(PartKind::Service),
        add(PartKind::Service),
        add(PartKind::Client),
        add(PartKind::Exchange(ExchangeType::Topic)),
        add(PartKind::ClassicQueue),
        connect(service(1), exchange()),
        connect(exchange(), queue()),
        connect(queue(), service(2)),
    ]
}

#[test]
fn a_system_is_built_from_nothing() {
    let scenario = edited(&everything()).expect("it can be built");
    assert_eq!((scenario.services.len(), scenario.broker.bindings.len()), (2, 1));
    assert_eq!(&*scenario.broker.bindings[0].routing_key, "#");
    assert!(matches!(&scenario.services[1].handlers[0].trigger, Trigger::Queue(subscription) if &*subscription.queue == "queue-1"));
}

/// A version that has an exchange type offers it. It can be drawn and bound to a queue, and its plugin is enabled.
#[test]
fn exchanges_are_offered_where_they_can_be_drawn() {
    for (profile, kind) in Profile::ALL.into_iter().flat_map(|profile| ExchangeType::ALL.map(|kind| (profile, kind))) {
        let mut scenario = Scenario::empty("t");
        scenario.broker.profile = profile;
        let part = PartKind::Exchange(kind);
        let offered = PartKind::offered(&scenario).any(|(_, other)| other == part);
        let drawn = [add(PartKind::ClassicQueue), add(part), connect(exchange(), queue())]
            .iter()
            .try_fold(scenario, |scenario, edit| apply(&scenario, edit).map(|edited| edited.scenario));
        assert_eq!(offered, drawn.is_ok(), "{profile} {}: {drawn:?}", kind.name());
        if let (Ok(scenario), Availability::By(plugin)) = (drawn, kind.availability(profile)) {
            assert_eq!(scenario.broker.plugins, [plugin]);
        }
    }
}

#[test]
fn what_cannot_be_connected_says_what_to_do() {
    for (from, to, said) in [
        (queue(), Part::Queue("queue-2".into()), "put an exchange between"),
        (exchange(), service(1), "put a queue between"),
        (Part::Client("client-1".into()), exchange(), "connect it to a service"),
        (service(1), Part::Client("client-1".into()), "A client cannot be called"),
        (service(1), service(1), "wait for itself"),
        (queue(), service(2), "consumes from queue-1 already"),
        (exchange(), queue(), "already"),
    ] {
        let mut edits = everything();
        edits.push(add(PartKind::QuorumQueue));
        edits.push(connect(from, to));
        let why = edited(&edits).expect_err(said);
        assert!(why.contains(said), "{why}");
    }
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let mut edits = everything();
    edits.push(Edit::Rename { part: service(1), name: "service-2".into() });
    assert!(edited(&edits).expect_err("it is taken").contains("used twice"));
}

#[test]
fn an_element_takes_the_place_of_another() {
    let scenario = edited(&everything()).expect("it can be built");
    let mut queue = scenario.broker.queues[0].clone();
    queue.name = "renamed".into();
    let put = |index, element| Edit::Put { index, element: Box::new(element) };
    let edited = apply(&scenario, &put(0, Element::Queue(queue.clone()))).expect("it fits").scenario;
    assert_eq!(edited.broker.bindings[0].destination, BindingTarget::Queue("renamed".into()), "what refers to it follows");
    queue.name = "another".into();
    let edited = apply(&scenario, &put(1, Element::Queue(queue.clone()))).expect("it is one more").scenario;
    assert_eq!(edited.broker.queues.len(), 2);
    let why = apply(&scenario, &put(7, Element::Queue(queue))).expect_err("there is no such place");
    assert!(why.contains("broker.queues[7]"), "{why}");
}

#[test]
fn a_problem_elsewhere_says_where_it_is() {
    let scenario = edited(&everything()).expect("it can be built");
    let mut service = scenario.services[0].clone();
    service.handlers.clear();
    let why = apply(&scenario, &Edit::Put { index: 0, element: Box::new(Element::Service(service)) }).expect_err("it is called");
    assert!(why.starts_with("client client-1: 'service-1' has no endpoint"), "{why}");
}

#[test]
fn a_slot_is_written_as_problems_have_it() {
    for (slot, path) in [(Slot::Queue(2), "broker.queues[2]"), (Slot::Link(0), "network.links[0]"), (Slot::Expectation(11), "expects[11]")]
    {
        assert_eq!(slot.to_string(), path);
        assert_eq!(Slot::of_path(&format!("{path}.name")), Some(slot));
    }
    assert_eq!((Slot::Settings.to_string().as_str(), Slot::of_path("title")), ("", None));
}

/// An expectation is renamed by the kind of its name. A queue may have the name of an effect, a client, or a word of properties.
#[test]
fn expectations_follow_by_kind() {
    for (property, renamed) in [
        ("ready(orders) = 0", "ready(depth) = 0"),
        ("dead(orders: rejected) < 3", "dead(depth: rejected) < 3"),
        ("p95(queueing orders) < 1s", "p95(queueing depth) < 1s"),
        ("p95(http orders) < 1s", "p95(http orders) < 1s"),
        ("duplicated(orders) = 0", "duplicated(orders) = 0"),
        ("depth(orders) < saved", "depth(depth) < saved"),
    ] {
        let mut scenario = edited(&everything()).expect("it can be built");
        names::rename(&mut scenario, &queue(), &"orders".into());
        names::rename(&mut scenario, &Part::Client("client-1".into()), &"orders".into());
        scenario.services[1].handlers[0].steps[0].action = Action::Effect { what: "orders".into(), of: "eventId".into(), key: None };
        scenario.until = Some(SimTime::from_secs(1));
        scenario.expects.push(Expectation { says: String::new(), property: property.parse().expect(property) });
        let rename = Edit::Rename { part: Part::Queue("orders".into()), name: "depth".into() };
        let edited = apply(&scenario, &rename).expect("it can be renamed");
        assert_eq!(edited.scenario.expects[0].property.to_string(), renamed);
        assert_eq!(edited.told, Vec::<String>::new());
    }
}

#[test]
fn what_goes_too_is_told() {
    let mut scenario = edited(&everything()).expect("it can be built");
    scenario.until = Some(SimTime::from_secs(1));
    for says in ["", "all is done"] {
        scenario.expects.push(Expectation { says: says.into(), property: "ready(queue-1) = 0".parse().expect("a property") });
    }
    scenario.faults.push("hang service-2 at step 2 of message 5".parse().expect("a fault"));
    let edited = apply(&scenario, &Edit::Remove(queue())).expect("it can go");
    assert_eq!(
        edited.told,
        [
            "The fault “hang service-2 at step 2 of message 5” was removed too: 'service-2' has no step 2. They are counted from 1, and 0 is before the acknowledgement.",
            "An expectation was removed too: there is no queue 'queue-1'.",
            "An expectation “all is done” was removed too: there is no queue 'queue-1'."
        ]
    );
}

#[test]
fn what_stands_outside_of_the_canvas_stands_at_its_edge() {
    let scenario = edited(&everything()).expect("it can be built");
    let at = |x, y| moved(&scenario, [(queue(), Point { x, y })]).broker.queues[0].at;
    assert_eq!(at(1e308, -1e308), Point { x: 1e6, y: -1e6 });
    assert_eq!(at(f64::NAN, 0.0), scenario.broker.queues[0].at);
}

type Change<'a> = &'a dyn Fn(&mut Scenario);

/// What names a part besides lines: policies, dead letters by the default exchange, links and partitions. It follows, and it goes.
#[test]
fn names_stand_in_many_places() {
    let policy = |key: &str, name: &str| Policy {
        name: "p".into(),
        pattern: "^".into(),
        apply_to: crate::broker::ApplyTo::All,
        definition: [(key.into(), Value::string(name))].into_iter().collect(),
        priority: 0,
        operator: false,
    };
    let client = || Part::Client("client-1".into());
    let cases: [(Part, Change<'_>); 5] = [
        (exchange(), &|scenario| scenario.broker.policies.push(policy("dead-letter-exchange", "exchange-1"))),
        (exchange(), &|scenario| scenario.broker.policies.push(policy("alternate-exchange", "exchange-1"))),
        (queue(), &|scenario| {
            let arguments = &mut scenario.broker.queues[1].arguments;
            arguments.insert("x-dead-letter-exchange".into(), Value::string(""));
            arguments.insert("x-dead-letter-routing-key".into(), Value::string("queue-1"));
        }),
        (client(), &|scenario| {
            scenario.network.links.push(Link {
                ends: ["client-1".into(), "service-1".into()],
                latency: SimTime::from_millis(5),
                jitter: SimTime::ZERO,
            });
        }),
        (client(), &|scenario| scenario.faults.push("partition client-1 from service-1 at 1s for 1s".parse().expect("a fault"))),
    ];
    for (part, says) in cases {
        let mut edits = everything();
        edits.push(add(PartKind::ClassicQueue));
        let mut scenario = edited(&edits).expect("it can be built");
        let references = |scenario: &Scenario, part: &Part| {
            let mut found = 0;
            names::each_reference(&mut scenario.clone(), &mut |referent, name| {
                found += usize::from(referent.may_be(part) && name == part.name());
            });
            found
        };
        let before = references(&scenario, &part);
        says(&mut scenario);
        assert_eq!(references(&scenario, &part), before + 1, "{part} is named once more");
        let new = part.named("another".into());
        let followed = apply(&scenario, &Edit::Rename { part: part.clone(), name: "another".into() }).expect("it can be renamed");
        assert_eq!(references(&followed.scenario, &new), before + 1, "{part}");
        let left = apply(&scenario, &Edit::Remove(part.clone())).expect("it can be removed").scenario;
        assert_eq!(references(&left, &part), 0, "{part}");
    }
}
