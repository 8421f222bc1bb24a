use super::table::By;
use super::*;
use crate::base::ordered::in_order;
use crate::broker::Value;
use crate::broker::policy::{ApplyTo, Policy};
use crate::formats::scenario_file;
use crate::scenario::edit::apply;
use crate::scenario::handler::StepKind;
use crate::scenario::{BrokerSpec, Point, Table};
use proptest::prelude::*;

fn gallery() -> Vec<Scenario> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios");
    let files = std::fs::read_dir(folder).expect("there are scenarios");
    files
        .map(|file| {
            scenario_file::read(&std::fs::read_to_string(file.expect("a file").path()).expect("it can be read")).expect("it is good")
        })
        .collect()
}

fn abouts(scenario: &Scenario) -> Vec<About> {
    let broker = &scenario.broker;
    let mut all = vec![About::Scenario];
    all.extend(scenario.clients.iter().map(|one| About::Part(Part::Client(one.name.clone()))));
    all.extend(scenario.services.iter().map(|one| About::Part(Part::Service(one.name.clone()))));
    all.extend(broker.exchanges.iter().map(|one| About::Part(Part::Exchange(one.name.clone()))));
    all.extend(broker.queues.iter().map(|one| About::Part(Part::Queue(one.name.clone()))));
    all
}

fn fields(rows: &[Row]) -> Vec<Field> {
    rows.iter()
        .flat_map(|row| match row {
            Row::Field(field) => vec![field.clone()],
            Row::Item { rows, .. } | Row::Advanced { rows, .. } => fields(rows),
            Row::Add { .. } => Vec::new(),
        })
        .collect()
}

fn leaves(value: &Json, path: &str, found: &mut Vec<String>) {
    match value {
        Json::Object(fields) if !fields.is_empty() => fields.iter().for_each(|(key, value)| leaves(value, &join(path, key), found)),
        Json::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(index, value)| leaves(value, &format!("{path}[{index}]"), found));
        }
        _ => found.push(path.to_owned()),
    }
}

fn changed(scenario: &Scenario, at: &Spot, change: &Change) -> Result<Scenario, String> {
    apply(scenario, &edit(scenario, at, change)?).map(|edited| edited.scenario)
}

fn document(scenario: &Scenario) -> Json {
    serde_json::from_str(&scenario_file::write(scenario)).expect("it is JSON")
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn chapter() -> Scenario {
    gallery().into_iter().find(|scenario| scenario.title == "The course chapter's system").expect("the chapter's")
}

/// The spot that is written so, of a field or of a list.
fn spot(scenario: &Scenario, written: &str) -> Spot {
    fn all(rows: &[Row]) -> Vec<Spot> {
        rows.iter()
            .flat_map(|row| match row {
                Row::Field(field) => vec![field.at.clone()],
                Row::Item { at, rows, .. } => [vec![at.clone()], all(rows)].concat(),
                Row::Advanced { rows, .. } => all(rows),
                Row::Add { at, .. } => vec![at.clone()],
            })
            .collect()
    }
    let mut spots = abouts(scenario).into_iter().flat_map(|about| all(&rows(scenario, &about)));
    spots.find(|spot| spot.to_string() == written).unwrap_or_else(|| panic!("no {written}"))
}

/// Every field that any scenario of the gallery has can be edited. But for names, places, and faults, which are edited elsewhere.
#[test]
fn every_field_of_every_scenario_has_its_row() {
    for scenario in gallery() {
        let known: Vec<Field> = abouts(&scenario).iter().flat_map(|about| fields(&rows(&scenario, about))).collect();
        let mut found = Vec::new();
        leaves(&document(&scenario), "", &mut found);
        for path in found {
            let own_way = path == "requeue"
                || path == "broker"
                || path.contains(".at[")
                || path.rsplit_once('.').is_some_and(|(_, key)| key == "name")
                || path.starts_with("faults")
                || path.starts_with("broker.bindings");
            let has_row = known.iter().any(|field| {
                let at = field.at.to_string();
                let within = path.strip_prefix(&at).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
                within && (path == at || matches!(field.kind, Kind::Json | Kind::Choice(_)))
            });
            assert!(own_way || has_row, "{}: no field for {path}", scenario.title);
        }
    }
}

/// The gallery, and systems with values that say nothing: a null is a value of AMQP's.
fn with_nulls() -> Vec<Scenario> {
    let mut all = gallery();
    for mut scenario in gallery() {
        let nulls = || [("x-match".into(), crate::broker::Value::string("all")), ("type".into(), crate::broker::Value::Void)];
        for binding in &mut scenario.broker.bindings {
            binding.arguments = nulls().into_iter().collect();
        }
        for step in scenario.services.iter_mut().flat_map(|service| &mut service.handlers).flat_map(|handler| &mut handler.steps) {
            if let Some(publish) = step.action.publish_mut() {
                publish.headers = nulls().into_iter().collect();
                publish.payload = serde_json::json!({ "nothing": null });
            }
        }
        for client in &mut scenario.clients {
            client.body = serde_json::json!({ "nothing": null });
        }
        all.push(scenario);
    }
    all
}

/// Typing again what stands there changes nothing, in every field.
#[test]
fn what_stands_there_can_be_typed_again() {
    for scenario in with_nulls() {
        for field in abouts(&scenario).iter().flat_map(|about| fields(&rows(&scenario, about))) {
            let value = parse(&field.kind, &field.text).unwrap_or_else(|why| panic!("{}: {why}", field.at));
            let again =
                changed(&scenario, &field.at, &Change::Set(value)).unwrap_or_else(|why| panic!("{}, {}: {why}", scenario.title, field.at));
            assert!(again == scenario, "{}: {} changed {}", scenario.title, field.text, field.at);
        }
    }
}

/// A change of one element leaves all others as they were.
#[test]
fn an_edit_changes_its_own_element_alone() {
    for scenario in with_nulls() {
        for field in abouts(&scenario).iter().flat_map(|about| fields(&rows(&scenario, about))) {
            let Ok(new) = changed(&scenario, &field.at, &Change::Set(None)) else { continue };
            let Some(Edit::Put { index, element }) =
                field.at.slot.element(&scenario).map(|old| Edit::Put { index: field.at.slot.index(), element: Box::new(old) })
            else {
                panic!("{} is of an element", field.at)
            };
            let back = apply(&new, &Edit::Put { index, element }).expect("it was so before").scenario;
            assert!(back == scenario, "{}: taking {} away changed something else", scenario.title, field.at);
        }
    }
}

/// Each choice gives what it says, or is refused for a reason of these. Each of the reasons stands somewhere in the gallery.
#[test]
fn every_choice_is_one() {
    let reasons = [
        "has no endpoint",
        "of queue type rabbit_classic_queue",
        "routing_key_but_no_dlx_defined",
        "a client outside has no circuit breaker",
        "a quorum queue cannot have the overflow reject-publish-dlx",
        "a quorum queue is durable and stays",
        "refuses transient queues",
        "nothing has the effect",
        "there is nothing to acknowledge",
        "is published by a relay, and there is none",
        "The binding key must be an integer",
        "does not have this type",
        "not valid for this exchange type",
        "only a stream has offsets",
        "of queue type rabbit_stream_queue",
        "the reader of a stream needs a prefetch",
        "a stream is durable and stays",
        "this binding is not on the canvas",
        "nothing declares the default exchange",
        "no step writes one",
        "there is no queue",
    ];
    let mut met = [0; 21];
    for scenario in gallery() {
        for field in abouts(&scenario).iter().flat_map(|about| fields(&rows(&scenario, about))) {
            let Kind::Choice(options) = &field.kind else { continue };
            for (option, words) in options {
                let value = parse(&field.kind, option).expect("options are JSON");
                match changed(&scenario, &field.at, &Change::Set(value)) {
                    // The choice is what the field says now, and nothing else is chosen.
                    Ok(new) => {
                        let now = abouts(&new).iter().flat_map(|about| fields(&rows(&new, about))).find(|now| now.at == field.at);
                        let Some(Field { kind: Kind::Choice(options), text, .. }) = now else { panic!("{} is gone", field.at) };
                        let chosen = options.iter().find(|(value, _)| *value == text).map(|(_, words)| words);
                        assert_eq!(chosen, Some(words), "{}, {}: {option}", scenario.title, field.at);
                    }
                    Err(why) => {
                        let reason = reasons.iter().position(|reason| why.contains(reason));
                        met[reason.unwrap_or_else(|| panic!("{}, {}: {words}: {why}", scenario.title, field.at))] += 1;
                    }
                }
            }
        }
    }
    assert!(met.iter().all(|times| *times > 0), "{met:?}");
}

/// A choice in a list is a word of the file, and each word of the file is there.
#[test]
fn every_word_of_the_file_is_a_choice() {
    use crate::broker::{ApplyTo, ExchangeType, Profile};
    use crate::scenario::edit::PartKind;
    use crate::scenario::{Again, CopiedHeaders, Memory};
    let words = |fields: &[table::Field], key: &str| {
        let field = fields.iter().find(|field| field.key == key).expect("it is a field");
        let table::Kind::Words(words) = field.kind.plain() else { panic!("{key} has words") };
        in_order(words.iter().map(|(word, _)| *word))
    };
    assert_eq!(words(&EXCHANGE, "type"), in_order(ExchangeType::ALL.map(ExchangeType::name)));
    assert_eq!(words(&SETTINGS, "broker.profile"), in_order(Profile::ALL.map(Profile::name)));
    assert_eq!(words(POLICIES.fields, "apply_to"), in_order(ApplyTo::ALL.map(|(word, _)| word)));
    let once = fields::steps::HANDLER.iter().find(|field| field.key == "once").expect("it is a field");
    let table::Kind::OneOf { shapes, .. } = once.kind.plain() else { panic!("it is there, or not") };
    assert_eq!(words(shapes[1].fields, "memory"), in_order(Memory::ALL.map(|(word, _)| word)));
    let policy = fields::steps::POLICY.iter().find(|shape| shape.name.starts_with("publish again")).expect("it is a shape");
    assert_eq!(words(policy.fields, "headers"), in_order(CopiedHeaders::ALL.map(|(word, _)| word)));
    assert_eq!(words(&fields::scenario::SERVICE, "again"), in_order(Again::ALL.map(|(word, _)| word)));
    for kind in ExchangeType::ALL {
        assert!(PartKind::ALL.iter().any(|(_, part)| *part == PartKind::Exchange(kind)), "{} can be drawn", kind.name());
    }
}

/// Where nothing is typed the field says what holds: "default" alone says nothing.
#[test]
fn an_empty_field_says_its_default() {
    let (mut count, mut silent) = (0, Vec::new());
    for mut scenario in gallery() {
        for kind in ["classic", "quorum", "stream"] {
            let arguments = [("x-queue-type".into(), Value::string(kind))].into_iter().collect();
            let at = Point::default();
            scenario.broker.queues.push(QueueSpec { name: kind.into(), at, durable: true, auto_delete: false, arguments, messages: 0 });
        }
        for about in abouts(&scenario) {
            for field in fields(&rows(&scenario, &about)) {
                let is_typed = matches!(field.kind, Kind::Text | Kind::Whole | Kind::Number);
                if is_typed && field.text.is_empty() && field.usual.is_empty() && !silent.contains(&field.label) {
                    silent.push(field.label);
                }
                count += usize::from(is_typed && field.text.is_empty());
            }
        }
    }
    assert_eq!(silent, [""; 0]);
    assert!(count > 100, "{count}");
}

/// Every argument of the broker's table has its field, and words for nothing that the broker does not take.
#[test]
fn every_queue_argument_is_a_field() {
    // The queue mode has no effect any more.
    let wanted = QUEUE_ARGUMENTS.iter().map(|argument| argument.name).filter(|name| *name != "x-queue-mode");
    let fields = QUEUE.iter().filter_map(|field| match field.kind {
        table::Kind::Argument { called, .. } => Some((field.key.strip_prefix("arguments.").unwrap_or_default(), called)),
        _ => None,
    });
    assert_eq!(in_order(wanted), in_order(fields.clone().map(|(name, _)| name)));
    for (name, called) in fields {
        for (word, shown) in called {
            let known = match argument(&format!("arguments.{name}")).map(|argument| &argument.takes) {
                Some(Takes::OneOf(words)) => words.contains(word),
                Some(Takes::Exchange) => word.is_empty(),
                _ => false,
            };
            assert!(known && !shown.is_empty(), "{name}: {word}");
        }
    }
}

/// A queue of each type on each version shows the arguments that it heeds. One that is set is never hidden: it says why it has no effect.
#[test]
fn a_queue_shows_what_its_type_and_its_version_have() {
    use crate::broker::{Profile, Value};
    for profile in Profile::ALL {
        for kind in QueueKind::ALL {
            let mut scenario = chapter();
            scenario.broker.profile = profile;
            let name = scenario.broker.queues[0].name.clone();
            scenario.broker.queues[0].arguments = [("x-queue-type".into(), Value::string(kind.name()))].into_iter().collect();
            let shown = |scenario: &Scenario| fields(&rows(scenario, &About::Part(Part::Queue(name.clone()))));
            let plain = shown(&scenario);
            assert!(plain.iter().all(|field| field.idle.is_none()), "{profile} {kind:?}");
            for argument in QUEUE_ARGUMENTS.iter().filter(|argument| !matches!(argument.name, "x-queue-mode" | "x-queue-type")) {
                let is_shown = plain.iter().any(|field| field.own == Some(argument.name));
                let is_heeded = argument.is_heeded_by(kind, profile);
                assert_eq!(is_shown, is_heeded, "{} of {profile} {kind:?}", argument.name);
                let mut set = scenario.clone();
                set.broker.queues[0].arguments.insert(argument.name.into(), Value::Int(1));
                let field = shown(&set).into_iter().find(|field| field.own == Some(argument.name));
                let field = field.unwrap_or_else(|| panic!("{} of {profile} {kind:?} is hidden", argument.name));
                assert_eq!(field.idle.is_some(), !is_heeded, "{} of {profile} {kind:?}", argument.name);
            }
            let is_flag = |field: &&Field| field.own.is_none() && matches!(field.kind, Kind::Flag(_));
            let flags = |scenario: &Scenario| shown(scenario).iter().filter(is_flag).count();
            assert_eq!(flags(&scenario) > 0, kind == QueueKind::Classic, "{profile} {kind:?}");
            scenario.broker.queues[0].durable = false;
            assert!(flags(&scenario) > 0, "{profile} {kind:?}");
        }
    }
    let (mut classic, mut quorum) = (chapter(), chapter());
    let has = |scenario: &Scenario, name: &str| {
        let queue = scenario.broker.queues[0].name.clone();
        fields(&rows(scenario, &About::Part(Part::Queue(queue)))).iter().any(|field| field.own == Some(name))
    };
    assert!(!has(&classic, "x-delivery-limit") && !has(&classic, "x-max-age") && has(&classic, "x-max-priority"));
    quorum.broker.queues[0].arguments.insert("x-queue-type".into(), Value::string("quorum"));
    assert!(has(&quorum, "x-delivery-limit") && !has(&quorum, "x-delayed-retry-type") && !has(&quorum, "x-max-priority"));
    (classic.broker.profile, quorum.broker.profile) = (Profile::V4_3, Profile::V4_3);
    assert!(has(&quorum, "x-delayed-retry-type") && !has(&classic, "x-consumer-timeout"));
}

/// The beginning of a name, or words of a label, leave the fields that are meant.
#[test]
fn arguments_are_found_by_what_is_typed() {
    let scenario = chapter();
    let queue = About::Part(Part::Queue(scenario.broker.queues[0].name.clone()));
    let found = |typed: &str| fields(&matching(rows(&scenario, &queue), typed)).iter().filter_map(|field| field.own).collect::<Vec<_>>();
    assert_eq!(found("max-le"), ["x-max-length", "x-max-length-bytes"]);
    assert_eq!(found("Length max"), ["x-max-length", "x-max-length-bytes"]);
    assert_eq!(found("ttl"), ["x-message-ttl"]);
    assert_eq!(found("nothing"), [""; 0]);
    assert!(found("").len() > 8);
}

/// A step of each kind can be added, as the file's word for it; every kind has its shape.
#[test]
fn every_kind_of_step_is_a_shape() {
    let words: Vec<&str> = fields::steps::ACTION
        .iter()
        .map(|shape| match shape.distinguished {
            By::Value("do", word) => word,
            _ => panic!("{} is told by what it does", shape.name),
        })
        .collect();
    assert_eq!(words, StepKind::ALL.map(|(word, _)| word));
    for shape in &fields::steps::ACTION {
        assert!(!shape.title.is_empty() && shape.template.contains("\"do\""), "{}", shape.name);
    }
}

#[test]
fn lists_grow_shrink_and_are_put_in_order() {
    let scenario = chapter();
    let index = scenario.service("order-service").expect("it is there").0;
    let steps = format!("services[{index}].handlers[0].steps");
    let moved = changed(&scenario, &spot(&scenario, &format!("{steps}[2]")), &Change::Move(1)).expect("they can be exchanged");
    assert_eq!(moved.services[index].handlers[0].steps[1].action.kind(), StepKind::Publish);
    let fewer = changed(&moved, &spot(&moved, &format!("{steps}[1]")), &Change::Remove).expect("it can go");
    assert_eq!(fewer.services[index].handlers[0].steps.len() + 1, moved.services[index].handlers[0].steps.len());
    let all = rows(&scenario, &About::Part(Part::Service("order-service".into())));
    let Some(Row::Item { rows, title, .. }) = all.iter().find(|row| matches!(row, Row::Item { .. })) else { panic!("it has handlers") };
    assert_eq!(title, "POST /orders");
    let Some(Row::Add { at, choices, .. }) = rows.iter().find(|row| matches!(row, Row::Add { .. })) else { panic!("steps can be added") };
    let before = scenario.services[index].handlers[0].steps.len();
    // A request is no delivery: nothing is acknowledged, and none is fetched.
    let kinds = StepKind::ALL.into_iter().filter(|(_, kind)| !matches!(kind, StepKind::Ack | StepKind::Get));
    assert_eq!(choices.len(), kinds.clone().count());
    for ((label, item), (_, kind)) in choices.iter().zip(kinds) {
        let new = changed(&scenario, at, &Change::Add(item.clone())).unwrap_or_else(|why| panic!("{label}: {why}"));
        assert_eq!(new.services[index].handlers[0].steps[before].action.kind(), kind, "{label}");
    }
}

#[test]
fn what_cannot_be_says_so() {
    let scenario = chapter();
    assert!(parse(&Kind::Whole, "many").expect_err("no number").contains("whole number"));
    assert!(parse(&Kind::Json, "{").expect_err("no JSON").contains("not JSON"));
    let at = spot(&scenario, "broker.queues[0].arguments.x-message-ttl");
    let why = changed(&scenario, &at, &Change::Set(Some(Json::from(-5)))).expect_err("no such TTL");
    assert!(why.contains("x-message-ttl"), "{why}");
    let gone = Spot::of(Slot::Service(77)).field("instances");
    let why = changed(&scenario, &gone, &Change::Set(None)).expect_err("no such service");
    assert!(why.contains("services[77].instances any more"), "{why}");
}

/// Names are data: a beginning that speaks of them has each letter as it is.
#[test]
fn a_beginning_speaks_of_what_is_there() {
    let mut scenario = chapter();
    let name: crate::scenario::Name = "odd \"name\"".into();
    let old = scenario.broker.exchanges[0].name.clone();
    scenario = apply(&scenario, &Edit::Rename { part: Part::Exchange(old), name: name.clone() }).expect("any name will do").scenario;
    let json = Form { scenario: &scenario }.filled(r#"{"exchange":"$exchange","routing_key":"$"}"#);
    assert_eq!(json, serde_json::json!({ "exchange": &*name, "routing_key": "$" }));
}

#[test]
fn a_placeholder_without_quotes_is_explained() {
    // what is typed, what the message says
    let cases = [
        (r#"{"orderId": {orderId}}"#, r#"A field of the handled message stands in quotes: "orderId": "{orderId}"."#),
        (r#"{"zip": {address.zip}, "total": 1}"#, r#""{address.zip}""#),
        (r#"{"orderId": "{orderId}""#, "This is not JSON: EOF"),
        (r#"{"orderId": }"#, "This is not JSON: expected value"),
    ];
    for (typed, said) in cases {
        let why = parse(&Kind::Json, typed).expect_err(typed);
        assert!(why.contains(said), "{typed}: {why}");
    }
    assert!(parse(&Kind::Json, r#"{"orderId": "{orderId}"}"#).is_ok());
}

proptest! {
    /// Every text has its way into a field and out of it: the empty one too, and one in quotes.
    #[test]
    fn any_text_can_stand_in_a_field(text in r#"["\\ a{}é]{0,6}"#) {
        let value = Some(Json::from(text.as_str()));
        prop_assert_eq!(parse(&Kind::Text, &shown(&text)), Ok(value));
    }
}

/// A queue shows what makes it special as RabbitMQ's pages do, each mark with a sentence.
#[test]
fn a_queue_has_a_badge_for_each_argument_and_for_its_policy() {
    let mut scenario = gallery().into_iter().find(|one| one.broker.policies.is_empty() && !one.broker.queues.is_empty()).expect("one");
    let queue = &mut scenario.broker.queues[0];
    queue.arguments.insert("x-queue-type".into(), Value::string("quorum"));
    queue.arguments.insert("x-delivery-limit".into(), Value::Int(3));
    let queue = queue.clone();
    let marks = |scenario: &Scenario| badges(&scenario.broker, &queue).iter().map(|badge| badge.mark.clone()).collect::<Vec<_>>();
    assert_eq!(marks(&scenario)[..2], ["D", "quorum"]);
    let limit = badges(&scenario.broker, &queue).into_iter().find(|badge| badge.mark == "DlL").expect("it has one");
    assert_eq!((&*limit.whole, &*limit.name), ("DlL 3", "x-delivery-limit 3"), "where there is room, with its number; read out, in full");
    assert!(marks(&scenario).iter().any(|mark| mark == "DlL") && !marks(&scenario).iter().any(|mark| mark == "Pol"));
    scenario.broker.policies.push(Policy {
        name: "limits".into(),
        pattern: Policy::pattern_of(&queue.name),
        apply_to: ApplyTo::Queues,
        definition: [("max-length".into(), Value::Int(5))].into_iter().collect(),
        priority: 0,
        operator: false,
    });
    let all = badges(&scenario.broker, &queue);
    assert_eq!(all.last().map(|badge| (&*badge.mark, &*badge.tip)), Some(("Pol", "The policy limits applies here and sets max-length.")));
    for queue in gallery().iter().flat_map(|scenario| &scenario.broker.queues).chain([&queue]) {
        for badge in badges(&scenario.broker, queue) {
            let words = badge.tip.split_whitespace().count();
            assert!(badge.tip.ends_with('.') && words <= 22, "{}: {}", badge.mark, badge.tip);
        }
    }
}

/// The badges of RabbitMQ's management pages, for every argument that has one there.
#[test]
fn badges_are_those_of_the_management_pages() {
    let known = [
        ("x-message-ttl", "TTL"),
        ("x-expires", "Exp"),
        ("x-max-length", "Lim"),
        ("x-max-length-bytes", "Lim B"),
        ("x-delivery-limit", "DlL"),
        ("x-overflow", "Ovfl"),
        ("x-dead-letter-exchange", "DLX"),
        ("x-dead-letter-routing-key", "DLK"),
        ("x-queue-leader-locator", "LL"),
        ("x-max-priority", "Pri"),
        ("x-single-active-consumer", "SAC"),
    ];
    for argument in QUEUE.iter().filter_map(|field| field.key.strip_prefix("arguments.")) {
        let queue = QueueSpec {
            name: "queue".into(),
            at: Point::default(),
            durable: false,
            auto_delete: false,
            arguments: [(argument.into(), Value::Int(1))].into_iter().collect(),
            messages: 0,
        };
        let expected: Vec<&str> = known.iter().filter(|(name, _)| *name == argument).map(|(_, mark)| *mark).collect();
        let none = BrokerSpec::default();
        let shown: Vec<&str> = marks(&none, &queue).into_iter().filter(|mark| known.iter().any(|(_, known)| known == mark)).collect();
        assert_eq!(shown, expected, "{argument}");
    }
    let queue =
        QueueSpec { name: "queue".into(), at: Point::default(), durable: true, auto_delete: true, arguments: Table::new(), messages: 0 };
    assert_eq!(marks(&BrokerSpec::default(), &queue), ["D", "AD"]);
}

/// What a request brings can be answered; only a delivery can be acknowledged, rejected or published again.
#[test]
fn a_handler_is_offered_what_its_kind_can_have() {
    let scenario =
        crate::formats::scenario_file::read(include_str!("../../../static/scenarios/course-chapter.json")).expect("it can be read");
    let (mut requests, mut deliveries) = (0, 0);
    for (number, service) in scenario.services.iter().enumerate() {
        for (index, handler) in service.handlers.iter().enumerate() {
            let part = Part::Service(service.name.clone());
            let place = format!("services[{number}].handlers[{index}]");
            let mut offered = Vec::new();
            let mut todo = rows(&scenario, &About::Part(part));
            while let Some(row) = todo.pop() {
                match row {
                    Row::Item { rows, .. } | Row::Advanced { rows, .. } => todo.extend(rows),
                    Row::Field(Field { at, kind: Kind::Choice(options), .. }) if at.to_string().starts_with(&place) => {
                        offered.extend(options.into_iter().map(|(_, name)| name));
                    }
                    Row::Add { at, choices, .. } if at.to_string().starts_with(&place) => {
                        offered.extend(choices.into_iter().map(|(name, _)| name.to_owned()));
                    }
                    Row::Field(_) | Row::Add { .. } => {}
                }
            }
            let of_deliveries = ["Acknowledge", "reject: requeue", "nack: requeue", "log it and acknowledge", "reject: dead-letter"];
            let is_delivery = matches!(handler.trigger, Trigger::Queue(_));
            *(if is_delivery { &mut deliveries } else { &mut requests }) += 1;
            for name in of_deliveries {
                assert_eq!(offered.iter().any(|other| other == name), is_delivery, "{place} {name}: {offered:?}");
            }
        }
    }
    assert!(requests > 1 && deliveries > 1);
}
