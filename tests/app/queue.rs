//! The inspector of a queue: its tabs, its bindings, its rates.

use requeue::app::form::{About, Field, Row, rows};
use requeue::app::words;
use requeue::app::{
    App, CanvasAction, Dialog, EditAction, Effect, FileAction, OperateAction, PageAction, QueueTab, SelectAction, Side, TimeAction,
    WorkspaceAction, commands, update,
};
use requeue::base::SimTime;
use requeue::broker::queue::settings::QUEUE_ARGUMENTS;
use requeue::broker::{Table, Value};
use requeue::scenario::QueueSpec;
use requeue::scenario::edit::{Edit, Element, Part};
use requeue::sim::InstanceId;
use requeue::sim::metrics::Counts;

use super::support::*;

#[test]
fn a_tab_stays_while_the_selection_moves_to_another_queue() {
    let mut app = opened();
    for tab in QueueTab::ALL {
        select(&mut app, &Part::Queue("notification-queue".into()));
        act(&mut app, WorkspaceAction::ShowQueueTab(tab));
        select(&mut app, &Part::Exchange("platform-events".into()));
        select(&mut app, &Part::Queue("analytics-queue".into()));
        assert_eq!(app.workspace.queue_tab, tab);
    }
}

#[test]
fn arguments_carry_rabbitmqs_own_names() {
    let app = opened();
    let fields = rows(session(&app).scenario(), &About::Part(Part::Queue("notification-queue".into())));
    let own: Vec<&str> = fields.iter().filter_map(|row| if let Row::Field(Field { own, .. }) = row { *own } else { None }).collect();
    assert!(own.contains(&"x-dead-letter-exchange") && own.contains(&"x-max-length"), "{own:?}");
    assert!(own.iter().all(|name| QUEUE_ARGUMENTS.iter().any(|argument| argument.name == *name)), "{own:?}");
}

#[test]
fn the_bindings_of_a_queue_are_those_that_lead_to_it() {
    let app = opened();
    for (queue, expected) in [
        ("notification-queue", vec!["From platform-events, key order.*"]),
        ("notification-queue.dead", vec!["From platform-events.dlx, key notification-queue.dead"]),
    ] {
        let rows = rows(session(&app).scenario(), &About::BindingsTo(queue.into()));
        let titles: Vec<&str> =
            rows.iter().filter_map(|row| if let Row::Item { title, .. } = row { Some(&**title) } else { None }).collect();
        assert_eq!(titles, expected, "{queue}");
    }
}

/// The rate is what the ledger counts between two samples five seconds apart.
#[test]
fn rates_are_means_over_five_seconds() {
    let mut app = opened();
    let arrived =
        |app: &requeue::app::App| session(app).world().ledger().queues.get("notification-queue").map_or(0, |copies| copies.arrived);
    for queue in ["notification-queue", "no-such-queue"] {
        assert!(session(&app).world().metrics().rates(queue).iter().all(|rate| rate.abs() < f64::EPSILON), "{queue}");
    }
    for second in [20, 40] {
        act(&mut app, TimeAction::Seek(SimTime::from_secs(second - 5)));
        wait(&mut app);
        let before = arrived(&app);
        act(&mut app, TimeAction::Seek(SimTime::from_secs(second)));
        wait(&mut app);
        let rates = session(&app).world().metrics().rates("notification-queue");
        let counted = arrived(&app) - before;
        assert!(counted > 0);
        // A message may arrive at the very moment of a sample.
        assert!((rates[Counts::PUBLISH] * 5.0 - f64::from(u32::try_from(counted).expect("few"))).abs() <= 1.0, "{rates:?}, {counted}");
        assert!(rates[Counts::DELIVER] > 0.0 && rates[Counts::ACK] > 0.0, "{rates:?}");
    }
    for (index, name) in [(Counts::PUBLISH, "publish"), (Counts::DELIVER, "deliver"), (Counts::ACK, "ack")] {
        assert_eq!(Counts::NAMES[index], name);
    }
}

/// The palette knows each argument of each queue by its name: it leads to the argument's field.
#[test]
fn an_argument_is_reached_by_its_name() {
    let mut app = opened();
    act(&mut app, WorkspaceAction::FilterArguments("ttl".into()));
    act(&mut app, PageAction::OpenDialog(Dialog::Commands));
    for (typed, own) in [
        ("max length of notification-queue.dead", "x-max-length"),
        ("x-message-ttl analytics", "x-message-ttl"),
        ("notification-queue.dead overflow", "x-overflow"),
    ] {
        act(&mut app, PageAction::TypeQuery(typed.into()));
        let found = commands::found(&app);
        let first = found.first().unwrap_or_else(|| panic!("nothing for {typed}"));
        assert_eq!(first.explains, own, "{}", first.name());
        let effects = update(&mut app, first.action.clone());
        let Some(Effect::ReadField(at)) = effects.last() else { panic!("{effects:?}") };
        assert!(at.to_string().ends_with(&format!("arguments.{own}")), "{at}");
        assert_eq!((app.workspace.queue_tab, app.seen()), (QueueTab::Arguments, vec![Side::Right]));
        assert_eq!(app.workspace.arguments, "", "what was typed above the others hides it no more");
    }
    // Of the queue that is selected, without its name; and of no queue that is not meant.
    act(&mut app, SelectAction::Node(Some(node("analytics-queue"))));
    act(&mut app, PageAction::TypeQuery("dead-letter".into()));
    assert!(commands::found(&app).iter().any(|one| one.name().contains("of analytics-queue") && one.explains == "x-dead-letter-exchange"));
    act(&mut app, CanvasAction::Escape);
    assert!(!commands::found(&app).iter().any(|one| one.name().contains("of analytics-queue")));
}

/// Of a service that is selected or named, also those that are folded away: a keyboard needs no thirty stops to get there.
#[test]
fn the_fields_of_a_service_are_found_by_their_names() {
    let mut app = opened();
    let service = session(&app).node(&Part::Service("notification-service".into())).expect("it is there");
    for (typed, field) in [("instances notification-service", "instances"), ("notification-service restarts after", "restart_ms")] {
        act(&mut app, PageAction::TypeQuery(typed.into()));
        let found = commands::found(&app);
        let first = found.first().unwrap_or_else(|| panic!("nothing for {typed}"));
        let effects = update(&mut app, first.action.clone());
        let Some(Effect::ReadField(at)) = effects.last() else { panic!("{effects:?}") };
        assert!(at.to_string().starts_with("services[") && at.to_string().ends_with(field), "{at}");
        assert!(session(&app).selection.has(&service));
        act(&mut app, CanvasAction::Escape);
    }
    act(&mut app, SelectAction::Node(Some(service)));
    act(&mut app, PageAction::TypeQuery("instances".into()));
    assert_eq!(commands::found(&app).first().map(commands::Command::name).as_deref(), Some("Instances of notification-service"));
}

/// A queue that has as many messages as it may says so, and what happens to the next one.
#[test]
fn a_full_queue_says_so() {
    let arguments = |lengths: &[(&str, i64)], overflow: &str| {
        let numbers = lengths.iter().map(|(name, value)| ((*name).into(), Value::Int(*value)));
        numbers.chain([("x-overflow".into(), Value::string(overflow))]).collect::<Table>()
    };
    let cases = [
        (arguments(&[("x-max-length", 2)], "drop-head"), Some("full: each new message drops the oldest")),
        (arguments(&[("x-max-length", 2)], "reject-publish"), Some("full: RabbitMQ refuses new messages")),
        (arguments(&[("x-max-length", 2)], "reject-publish-dlx"), Some("full: RabbitMQ dead-letters new messages")),
        (arguments(&[("x-max-length-bytes", 300)], "drop-head"), Some("full: each new message drops the oldest")),
        (arguments(&[("x-max-length", 1_000)], "drop-head"), None),
        (arguments(&[], "drop-head"), None),
    ];
    for (arguments, says) in cases {
        let mut app = opened();
        let broker = &session(&app).scenario().broker;
        let index = broker.queues.iter().position(|queue| &*queue.name == "analytics-queue").expect("it is there");
        let spec = QueueSpec { arguments, ..broker.queues[index].clone() };
        act(&mut app, EditAction::Apply(Edit::Put { index, element: Box::new(Element::Queue(spec)) }));
        let full = |app: &App| {
            let world = session(app).world();
            words::full(world, world.broker().queue("analytics-queue").expect("it is there"))
        };
        assert_eq!(full(&app), None, "it is empty");
        // Its consumer is down.
        let (service, _) = session(&app).scenario().service("analytics-service").expect("it is there");
        act(&mut app, OperateAction::Kill(InstanceId { service, instance: 0 }));
        play(&mut app, 40);
        assert_eq!(full(&app), says);
    }
}

/// What clients publish counts once, and once for each queue that it is routed to. Dead letters count nowhere, as in RabbitMQ.
#[test]
fn an_exchange_counts_what_clients_publish_and_where_it_goes() {
    for (file, text) in gallery() {
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: file.clone(), text });
        play(&mut app, 20);
        let world = session(&app).world();
        let exchanges: Vec<_> = world.broker().declared_exchanges().map(|exchange| exchange.name.clone()).collect();
        let ledger = world.ledger();
        let names = exchanges.iter().map(|name| &**name).chain([""]);
        let sum = names.clone().map(|name| world.metrics().exchange(name).published_in).sum::<u64>();
        assert_eq!(sum, ledger.messages.published, "{file}");
        for name in names {
            let (all, rates) = (world.metrics().exchange(name), world.metrics().exchange_rates(name));
            let most = |count: u64| f64::from(u32::try_from(count).expect("a few")) / 5.0 + 0.01;
            assert!(rates[0] <= most(all.published_in) && rates[1] <= most(all.published_out), "{file} {name}: {rates:?} {all:?}");
            assert!(all.published_in > 0 || all.published_out == 0, "{file} {name}: {all:?}");
        }
    }
    let mut app = opened();
    play(&mut app, 60);
    let metrics = session(&app).world().metrics();
    let events = metrics.exchange("platform-events");
    let queues = session(&app).scenario().broker.bindings.iter().filter(|binding| &*binding.source == "platform-events").count() as u64;
    assert!(events.published_in > 20, "{events:?}");
    assert!(events.published_out > events.published_in && events.published_out <= events.published_in * queues, "{events:?}");
    let [published, routed] = metrics.exchange_rates("platform-events");
    assert!(published > 0.2 && routed > published, "{published} {routed}");
    let dead = session(&app).world().ledger().total().dead_lettered_total();
    assert!(dead > 0, "some died");
}
