//! What an edit would destroy is said before it is made, and RabbitMQ's other ways are offered.

use requeue::app::costs::Way::{self, Keep, NewQueue, Policy, Redeclare, Step};
use requeue::app::costs::{History, Stepping};
use requeue::app::form::{self, About, Kind, Row, Spot};
use requeue::app::notice::Tone;
use requeue::app::{self, App, CanvasAction, EditAction, Effect, Reading, words};
use requeue::scenario::edit::{Edit, Part, PartKind, Slot};
use requeue::scenario::{BindingTarget, Trigger};
use requeue::sim::{Input, InstanceId};

use super::support::*;

const QUEUE: &str = "notification-queue";

/// Messages wait in the queue, for its service is down.
fn waiting() -> App {
    let mut app = opened();
    let id: InstanceId = notification_service(&app);
    act(&mut app, requeue::app::OperateAction::Kill(id));
    play(&mut app, 20);
    assert!(total(&app, QUEUE) > 3);
    app
}

fn total(app: &App, queue: &str) -> u64 {
    session(app).world().broker().queue(queue).map_or(0, requeue::broker::view::QueueView::total)
}

fn slot(app: &App, queue: &str) -> Slot {
    Slot::of_part(session(app).scenario(), &Part::Queue(queue.into())).expect("it is there")
}

fn set(app: &mut App, queue: &str, key: &'static str, kind: Kind, text: &str) {
    let at = Spot::of(slot(app, queue)).field(key);
    act(app, EditAction::SetField(at, kind, text.into()));
}

fn ways(app: &App) -> Vec<Way> {
    session(app).document.held.as_ref().map(|held| held.ways().collect()).unwrap_or_default()
}

fn logged(app: &App, what: &str) -> Option<String> {
    let lines = session(app).playhead.log.newest().map(|entry| words::line(&entry.occurrence, session(app).world()));
    lines.into_iter().find(|line| line.what == what).map(|line| line.detail)
}

fn choice() -> Kind {
    Kind::Choice(Vec::new())
}

#[test]
fn what_rabbitmq_offers_depends_on_what_is_changed() {
    let cases = [
        ("arguments.x-max-length", Kind::Whole, "20", vec![Policy, NewQueue, Redeclare, Keep]),
        ("arguments.x-message-ttl", Kind::Whole, "300000", vec![Policy, NewQueue, Redeclare, Keep]),
        ("arguments.x-overflow", choice(), "\"reject-publish\"", vec![Policy, NewQueue, Redeclare, Keep]),
        // A policy sets no type, no durability, no priorities.
        ("arguments.x-queue-type", choice(), "\"quorum\"", vec![NewQueue, Redeclare, Keep]),
        ("durable", Kind::Flag(true), "false", vec![NewQueue, Redeclare, Keep]),
        ("arguments.x-max-priority", Kind::Whole, "5", vec![NewQueue, Redeclare, Keep]),
        // An argument that is there wins over a policy.
        ("arguments.x-dead-letter-exchange", choice(), "\"platform-events\"", vec![NewQueue, Redeclare, Keep]),
        ("arguments.x-dead-letter-routing-key", Kind::Text, "", vec![NewQueue, Redeclare, Keep]),
    ];
    for (key, kind, text, expected) in cases {
        let mut app = waiting();
        let (before, held) = (session(&app).scenario().clone(), total(&app, QUEUE));
        set(&mut app, QUEUE, key, kind, text);
        assert_eq!(ways(&app), expected, "{key}");
        assert_eq!((session(&app).scenario(), total(&app, QUEUE)), (&before, held), "{key}: nothing is done yet");
        assert_eq!(session(&app).document.typing.as_ref().map(|typing| &*typing.text), Some(text), "{key}: what was typed stands there");
        act(&mut app, EditAction::Decide(Keep));
        assert_eq!((session(&app).scenario(), ways(&app), session(&app).document.typing.clone()), (&before, vec![], None), "{key}");
    }
}

/// RabbitMQ refuses a dead-letter key without its exchange, also where a policy sets that one.
#[test]
fn the_key_of_dead_letters_follows_their_exchange_into_the_policy() {
    let mut app = waiting();
    let queue = "analytics-queue";
    set(&mut app, queue, "arguments.x-dead-letter-exchange", choice(), "\"\"");
    act(&mut app, EditAction::Decide(Policy));
    let rows = form::rows(session(&app).scenario(), &About::Part(Part::Queue(queue.into())));
    let field = rows.iter().find_map(|row| match row {
        Row::Field(field) if field.own == Some("x-dead-letter-exchange") => Some(field),
        _ => None,
    });
    let exchange = field.expect("it is there");
    assert_eq!(exchange.idle.as_deref(), Some("The policy analytics-queue sets it: the default exchange."));
    let Kind::Choice(options) = &exchange.kind else { panic!("it is a choice") };
    assert_eq!(options[0].1, "as the policy says");
    set(&mut app, queue, "arguments.x-dead-letter-routing-key", Kind::Text, "inventory-queue");
    assert_eq!(ways(&app), [Policy, NewQueue, Redeclare, Keep]);
    act(&mut app, EditAction::Decide(Policy));
    let broker = &session(&app).scenario().broker;
    let policy = broker.policies.iter().find(|policy| &*policy.name == queue).expect("it is there");
    let value = |key: &str| policy.definition.get(key).and_then(|value| value.as_str()).map(ToString::to_string);
    assert_eq!(
        (value("dead-letter-exchange").as_deref(), value("dead-letter-routing-key").as_deref()),
        (Some(""), Some("inventory-queue"))
    );
}

#[test]
fn a_policy_sets_the_same_and_keeps_the_messages() {
    let mut app = waiting();
    let before = (session(&app).scenario().clone(), total(&app, QUEUE));
    set(&mut app, QUEUE, "arguments.x-max-length", Kind::Whole, "200");
    act(&mut app, EditAction::Decide(Policy));
    assert_eq!(total(&app, QUEUE), before.1);
    assert_eq!(session(&app).scenario().broker.queues, before.0.broker.queues);
    assert_eq!(logged(&app, "Policy set").as_deref(), Some(QUEUE));
    // A second one joins the first: of two policies only one would apply.
    set(&mut app, QUEUE, "arguments.x-message-ttl", Kind::Whole, "400000");
    assert_eq!(ways(&app), [Policy, NewQueue, Redeclare, Keep]);
    act(&mut app, EditAction::Decide(Policy));
    let scenario = session(&app).scenario().clone();
    let queue = scenario.broker.queues.iter().find(|queue| &*queue.name == QUEUE).expect("it is there");
    let (_, policy) = scenario.broker.policy_for(queue).expect("one applies");
    let keys: Vec<&str> = policy.definition.iter().map(|(key, _)| &**key).collect();
    assert_eq!((scenario.broker.policies.len(), keys), (1, vec!["max-length", "message-ttl"]));
    let settings = session(&app).world().broker().settings_for(QUEUE, &queue.arguments).expect("it has a type");
    assert_eq!(settings.max_length, Some(200));
    assert!(scenario.broker.queues.iter().filter(|queue| &*queue.name != QUEUE).all(|other| scenario.broker.policy_for(other).is_none()));
    act(&mut app, EditAction::Undo);
    act(&mut app, EditAction::Undo);
    assert_eq!(**session(&app).scenario(), *before.0);
    assert_eq!(logged(&app, "Policy cleared").as_deref(), Some(QUEUE));
    assert_eq!(session(&app).world().broker().settings_for(QUEUE, &queue.arguments).expect("it has a type").max_length, None);
    play(&mut app, 2);
    balanced(&app);
}

#[test]
fn a_queue_that_is_declared_again_has_lost_its_messages_and_the_log_says_it() {
    let mut app = waiting();
    let (before, lost) = (session(&app).scenario().clone(), total(&app, QUEUE));
    assert_eq!(session(&app).lost_with(QUEUE), lost);
    set(&mut app, QUEUE, "arguments.x-max-length", Kind::Whole, "200");
    act(&mut app, EditAction::Decide(Redeclare));
    assert_eq!(total(&app, QUEUE), 0);
    assert_eq!(logged(&app, "Declared"), Some(format!("queue {QUEUE} again, {lost} messages lost")));
    // With the argument there, a policy can lower the limit and not raise it.
    set(&mut app, QUEUE, "arguments.x-max-length", Kind::Whole, "300");
    assert_eq!(ways(&app), [NewQueue, Redeclare, Keep]);
    set(&mut app, QUEUE, "arguments.x-max-length", Kind::Whole, "100");
    assert_eq!(ways(&app), [Policy, NewQueue, Redeclare, Keep]);
    act(&mut app, EditAction::Decide(Keep));
    act(&mut app, EditAction::Undo);
    assert_eq!(**session(&app).scenario(), *before);
    play(&mut app, 5);
    balanced(&app);
}

#[test]
fn a_new_queue_takes_over_and_the_old_one_is_drained() {
    let mut app = waiting();
    let (before, kept) = (session(&app).scenario().clone(), total(&app, QUEUE));
    set(&mut app, QUEUE, "arguments.x-queue-type", choice(), "\"quorum\"");
    let new = session(&app).document.held.as_ref().and_then(|held| held.new_queue().cloned()).expect("one is offered");
    act(&mut app, EditAction::Decide(NewQueue));
    let scenario = session(&app).scenario().clone();
    let leads_to = |name: &str| scenario.broker.bindings.iter().filter(|one| one.destination == BindingTarget::Queue(name.into())).count();
    assert_eq!((leads_to(QUEUE), leads_to(&new)), (0, 1));
    assert_eq!(total(&app, QUEUE), kept);
    assert!(notice(&app).is_some_and(|told| told.contains(QUEUE) && told.contains(&kept.to_string())));
    let service = scenario.services.iter().find(|service| &*service.name == "notification-service").expect("it is there");
    let consumed: Vec<&str> =
        service.handlers.iter().filter_map(|one| if let Trigger::Queue(from) = &one.trigger { Some(&*from.queue) } else { None }).collect();
    assert_eq!(consumed, [QUEUE, &*new]);
    let id = notification_service(&app);
    act(&mut app, requeue::app::OperateAction::Start(id));
    play(&mut app, 60);
    assert_eq!(total(&app, QUEUE), 0, "the old queue is drained");
    assert!(session(&app).world().ledger().queues.get(&new).is_some_and(|copies| copies.arrived > 0), "the new one is in use");
    balanced(&app);
    act(&mut app, EditAction::Undo);
    act(&mut app, EditAction::Decide(Step)); // messages have come there
    assert_eq!(**session(&app).scenario(), *before);
}

/// Not only fields: a dead-letter line, a name, a fix.
#[test]
fn other_edits_that_would_delete_a_queue_wait_too() {
    let mut app = waiting();
    let before = session(&app).scenario().clone();
    // At time zero a queue is declared as it is drawn.
    let mut fresh = opened();
    set(&mut fresh, QUEUE, "arguments.x-max-length", Kind::Whole, "20");
    assert_eq!((ways(&fresh), total(&fresh, QUEUE)), (vec![], 0));
    assert!(session(&fresh).scenario().broker.queues.iter().any(|queue| queue.arguments.get("x-max-length").is_some()));
    connect(&mut app, &Part::Queue("inventory-queue".into()), &Part::Exchange("platform-events.dlx".into()));
    // Its key is asked for before.
    let asked = requeue::app::Asked::DeadLetters { queue: "inventory-queue".into(), exchange: "platform-events.dlx".into() };
    let line = asked.answered(session(&app), "inventory-queue.dead").expect("it is drawn");
    act(&mut app, line);
    assert_eq!(ways(&app), [Policy, NewQueue, Redeclare, Keep]);
    assert_eq!(session(&app).document.held.as_ref().map(|held| (&*held.queue, held.at.clone())), Some(("inventory-queue", None)));
    assert_eq!(session(&app).selection.primary, Some(node("inventory-queue")), "its inspector says it");
    act(&mut app, EditAction::Decide(Policy));
    let line = requeue::app::geometry::edges(session(&app).plan());
    assert!(
        line.iter().any(|edge| edge.from == node("inventory-queue") && edge.kind == requeue::app::geometry::EdgeKind::DeadLetters),
        "dead letters of a policy have their line"
    );
    act(&mut app, EditAction::Undo);
    assert_eq!(**session(&app).scenario(), *before);
    let rename = Edit::Rename { part: Part::Queue(QUEUE.into()), name: "emails".into() };
    act(&mut app, EditAction::Apply(rename));
    assert_eq!(ways(&app), [Redeclare, Keep]);
    act(&mut app, EditAction::Decide(Redeclare));
    assert!(session(&app).world().broker().queue("emails").is_some());
    // Another selection leaves what was held.
    set(&mut app, "emails", "arguments.x-max-length", Kind::Whole, "20");
    select(&mut app, &Part::Queue("analytics-queue".into()));
    assert_eq!(ways(&app), []);
    let recorded = session(&app).timeline().recording().inputs.iter().any(|timed| matches!(timed.input, Input::Edit(_)));
    assert!(recorded);
    balanced(&app);
}

/// To delete a queue and to undo a declaration cost messages, too: it is told how many.
#[test]
fn what_goes_with_a_deleted_queue_is_told() {
    let told = |app: &App| notice(app).unwrap_or_default();
    let mut app = waiting();
    let lost = total(&app, QUEUE);
    select(&mut app, &Part::Queue(QUEUE.into()));
    act(&mut app, EditAction::Delete);
    assert!(told(&app).contains(&format!("RabbitMQ deleted {QUEUE} with {lost} messages.")), "{}", told(&app));
    // An empty one goes without a word of messages.
    let mut app = opened();
    select(&mut app, &Part::Queue("inventory-queue".into()));
    act(&mut app, EditAction::Delete);
    assert!(!told(&app).contains("RabbitMQ deleted"), "{}", told(&app));
    // The undo of "Delete and declare" deletes and declares once more.
    let mut app = waiting();
    set(&mut app, QUEUE, "arguments.x-max-length", Kind::Whole, "20");
    act(&mut app, EditAction::Decide(Redeclare));
    play(&mut app, 10);
    let lost = total(&app, QUEUE);
    assert!(lost > 1, "messages came again");
    act(&mut app, EditAction::Undo);
    act(&mut app, EditAction::Decide(Step));
    assert_eq!((told(&app), total(&app, QUEUE)), (format!("RabbitMQ deleted {QUEUE} with {lost} messages."), 0));
}

/// What an undo or a redo would destroy is asked for before, as with an edit.
#[test]
fn no_step_of_the_history_destroys_messages_unasked() {
    let mut app = waiting();
    let rename = |from: &str, to: &str| Edit::Rename { part: Part::Queue(from.into()), name: to.into() };
    act(&mut app, EditAction::Apply(rename(QUEUE, "emails")));
    act(&mut app, EditAction::Decide(Redeclare));
    play(&mut app, 20);
    let (renamed, held) = (session(&app).scenario().clone(), total(&app, "emails"));
    assert!(held > 3);
    for answer in [Keep, Step] {
        act(&mut app, EditAction::Undo);
        assert_eq!(ways(&app), [Step, Keep]);
        let says = session(&app).document.held.as_ref().and_then(|held| held.step.as_ref()).map(|step| &*step.says);
        assert_eq!(says, Some("Rename the queue notification-queue to emails."));
        assert_eq!((session(&app).scenario(), total(&app, "emails")), (&renamed, held), "nothing is done yet");
        act(&mut app, EditAction::Decide(answer));
        assert_eq!(session(&app).scenario() == &renamed, answer == Keep);
        assert!(ways(&app).is_empty() && session(&app).can_undo() == (answer == Keep));
    }
    assert_eq!(total(&app, "emails"), 0);
    // The same forwards; where nothing would be lost nothing is asked.
    act(&mut app, EditAction::Redo);
    assert_eq!((ways(&app), session(&app).scenario() == &renamed), (vec![], true));
    act(&mut app, EditAction::Undo);
    play(&mut app, 20);
    assert!(total(&app, QUEUE) > 3);
    act(&mut app, EditAction::Redo);
    assert_eq!((ways(&app), session(&app).scenario() == &renamed), (vec![Step, Keep], false));
    act(&mut app, EditAction::Decide(Step));
    assert_eq!(**session(&app).scenario(), *renamed);
    balanced(&app);
}

/// The question about a step of the history names the step and gets the keyboard; pressed again, it says that it waits. Selecting
/// nothing of its own, it can be left by Escape, and the other step takes its place.
#[test]
fn a_step_that_destroys_is_asked_about_beside_its_button() {
    let mut app = waiting();
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    let queue = session(&app).scenario().broker.queues.last().expect("it is there").name.clone();
    act(&mut app, EditAction::Apply(Edit::Connect { from: Part::Exchange("platform-events".into()), to: Part::Queue(queue.clone()) }));
    play(&mut app, 20);
    assert!(total(&app, &queue) > 0);
    act(&mut app, EditAction::Undo);
    assert_eq!(ways(&app), [], "a binding goes without a loss");
    let asked = |app: &App| session(app).document.held.as_ref().and_then(|held| held.step.clone());
    let selected = session(&app).selection.primary.clone();
    for again in [false, true, true] {
        assert_eq!(app::update(&mut app, EditAction::Undo), [Effect::Read(Reading::History)], "it gets the keyboard");
        let says = format!("Add the queue {queue}.");
        assert_eq!(asked(&app), Some(Stepping { way: History::Undo, says, again }));
        assert_eq!(session(&app).selection.primary, selected, "nothing else opens");
    }
    // The canvas keeps its selection; Escape leaves only the question.
    act(&mut app, CanvasAction::Escape);
    assert_eq!((asked(&app), &session(&app).selection.primary), (None, &selected));
    act(&mut app, EditAction::Undo);
    act(&mut app, EditAction::Decide(Step));
    assert!(session(&app).scenario().broker.queues.iter().all(|one| one.name != queue) && asked(&app).is_none());
    // What does nothing says so.
    let mut fresh = opened();
    for (action, word) in [(EditAction::Undo, "undo"), (EditAction::Redo, "redo")] {
        let effects = app::update(&mut fresh, action);
        assert!(matches!(&*effects, [Effect::Tell(told)] if told.contains(word)), "{effects:?}");
    }
}

/// A policy keeps messages only as far as its own limit allows: how many leave at once is said before.
#[test]
fn a_policy_says_how_many_messages_it_takes_out() {
    for (limit, leave) in [("2", true), ("100000", false)] {
        let mut app = waiting();
        let before = total(&app, QUEUE);
        set(&mut app, QUEUE, "arguments.x-max-length", Kind::Whole, limit);
        let said = |app: &App| {
            let price = app.leave_by_policy(session(app), session(app).document.held.as_ref().expect("it waits"));
            assert_eq!(price.landed, (price.landed + price.in_flight).min(app.price_of(session(app), QUEUE).landed), "as the counters say");
            price.landed + price.in_flight
        };
        let at_first = said(&app);
        assert_eq!(at_first > 0, leave, "{limit}");
        assert_eq!(total(&app, QUEUE), before, "it was only tried");
        // Time goes on while it waits: what is said is of the moment that is shown.
        play(&mut app, 10);
        let (before, said) = (total(&app, QUEUE), said(&app));
        assert_eq!(said > at_first, leave, "{limit}");
        act(&mut app, EditAction::Decide(Policy));
        assert_eq!(before - total(&app, QUEUE), said, "{limit}");
    }
}

/// What came with an addition is told; what went is a warning; what was not done is a refusal. No two look alike.
#[test]
fn a_notice_says_how_grave_it_is() {
    let tone = |app: &App| session(app).notice.as_ref().map(|notice| notice.tone);
    let mut app = opened();
    act(&mut app, app::FileAction::New);
    act(&mut app, EditAction::AddPart(PartKind::Client));
    assert_eq!(tone(&app), Some(Tone::Told), "{:?}: a service came with it", notice(&app));
    let mut app = waiting();
    select(&mut app, &Part::Queue(QUEUE.into()));
    act(&mut app, EditAction::Delete);
    assert_eq!(tone(&app), Some(Tone::Warning), "{:?}: messages went", notice(&app));
    let (from, to) = (Part::Queue("inventory-queue".into()), Part::Queue("analytics-queue".into()));
    act(&mut app, EditAction::Apply(Edit::Connect { from, to }));
    assert_eq!(tone(&app), Some(Tone::Refused), "{:?}", notice(&app));
}

/// Another default type concerns new queues alone. Those that are there get the name of the type that they have.
#[test]
fn another_default_type_deletes_nothing() {
    let mut app = waiting();
    let before = total(&app, QUEUE);
    act(&mut app, EditAction::SetField(Spot::of(Slot::Settings).field("broker.default_queue_type"), choice(), "\"quorum\"".into()));
    assert_eq!(ways(&app), [], "nothing is asked");
    let now = session(&app);
    assert_eq!(now.scenario().broker.default_queue_type, requeue::broker::queue::Kind::Quorum);
    assert!(now.scenario().broker.queues.iter().all(|queue| queue.arguments.contains_key("x-queue-type")));
    assert_eq!((total(&app, QUEUE), session(&app).world().ledger().lost_in_total()), (before, 0));
    act(&mut app, EditAction::Undo);
    assert_eq!((ways(&app), total(&app, QUEUE)), (vec![], before));
    play(&mut app, 25);
    balanced(&app);
}

/// The price beside Delete is that of everything selected.
#[test]
fn the_price_of_several_parts_is_what_goes_with_all() {
    let mut app = waiting();
    assert_eq!(app.price_of_selected(session(&app)), None);
    act(&mut app, requeue::app::SelectAction::All);
    let price = app.price_of_selected(session(&app)).expect("queues are selected");
    let queues = &session(&app).scenario().broker.queues;
    let all: u64 = queues.iter().map(|queue| total(&app, &queue.name)).sum();
    assert!(all > total(&app, QUEUE), "another queue has messages, too");
    assert_eq!(price.landed + price.in_flight, all);
    act(&mut app, EditAction::Delete);
    assert_eq!(session(&app).world().ledger().lost_in_total(), all);
}

/// Each menu says beside Delete and Purge what they would drop, with the numbers of the inspector.
#[test]
fn a_menu_says_what_delete_and_purge_would_drop() {
    let mut app = waiting();
    let price = |app: &App, word: &str| {
        let commands = app::commands::of_selection(app);
        commands.into_iter().find(|command| command.word == word).expect(word).price
    };
    select(&mut app, &Part::Queue(QUEUE.into()));
    let (all, ready) = (app.price_of_selected(session(&app)).expect("it is a queue"), app.price_of_ready(session(&app), QUEUE));
    assert!(!all.is_nothing() && !ready.is_nothing());
    assert_eq!((price(&app, "Delete"), price(&app, "Purge")), (format!("drops {all}"), format!("drops {ready}")));
    let exchange = session(&app).scenario().broker.exchanges[0].name.clone();
    select(&mut app, &Part::Exchange(exchange));
    assert_eq!(price(&app, "Delete"), "", "an exchange has no messages");
}

/// A removal that takes many things with it says so in one short sentence with their numbers. The events name each.
#[test]
fn what_goes_with_a_part_is_counted_in_one_sentence() {
    let mut app = waiting();
    let mut scenario = requeue::scenario::Scenario::clone(session(&app).scenario());
    scenario.until = Some(requeue::base::SimTime::from_secs(60));
    let known = scenario.expects.len();
    for says in ["", "one", "two", "three"] {
        let property = format!("ready({QUEUE}) = 0").parse().expect("a property");
        scenario.expects.push(requeue::scenario::Expectation { says: says.into(), property });
    }
    let text = requeue::formats::scenario_file::write(&scenario);
    act(&mut app, app::FileAction::Opened { name: "x.json".into(), text });
    assert_eq!(session(&app).scenario().expects.len(), known + 4);
    select(&mut app, &Part::Queue(QUEUE.into()));
    act(&mut app, EditAction::Delete);
    let left = session(&app).scenario().expects.len();
    let text = notice(&app).expect("it is told");
    assert!(text.contains(&format!("{} expectations", known + 4 - left)), "{text}");
    assert_eq!(text.matches("removed too").count(), 1, "{text}");
    assert!(text.split_whitespace().count() <= 15, "{text}");
    let log = &session(&app).playhead.log;
    let remark = log.newest().find_map(|entry| log.remark(entry.number)).expect("the events say more").to_owned();
    assert!(["one", "two", "three"].iter().all(|says| remark.contains(&format!("“{says}”"))), "{remark}");
    // Another way from before the edit has no such line.
    act(&mut app, EditAction::Undo);
    assert_eq!(session(&app).scenario().expects.len(), known + 4);
}
