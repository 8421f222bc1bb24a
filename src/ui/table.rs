//! The same system as tables. They have everything on the canvas by name, with every number and every action. What is chosen here has its
//! fields in the inspector, as on the canvas.

use web_sys::HtmlInputElement;
use yew::{Event, Html, TargetCast, classes, html};

use super::queue::messages;
use super::texts::inspector::delete_with;
use super::texts::table as texts;
use super::widgets::{chosen, on, option};
use super::{Dispatch, findings, stream};
use crate::app::form::{Kind, Spot, marks};
use crate::app::geometry::{self, Edge};
use crate::app::landing::Landing;
use crate::app::line::{self, kind};
use crate::app::words::{self, instance_name};
use crate::app::{Action, App, EditAction, Line, Node, OperateAction, SelectAction, Session, commands};
use crate::base::limits::grouped;
use crate::formats::amqp_json::table_to_json;
use crate::scenario::edit::{Edit, Part, Slot, connectable};
use crate::scenario::{BindingSpec, QueueSpec, Trigger};
use crate::sim::metrics::Counts;
use crate::sim::service::{ClientState, Instance, ServiceState};
use crate::sim::{InstanceId, Place};

/// More rows of a list take too long to draw.
pub const ROWS_MAX: usize = 100;

/// What RabbitMQ's own list of queues counts in a second.
const RATES: [usize; 3] = [Counts::PUBLISH, Counts::DELIVER, Counts::ACK];

const QUEUE_COLUMNS: [&str; 11] = [
    texts::NAME,
    texts::FEATURES,
    texts::READY,
    texts::UNACKED,
    texts::TOTAL,
    texts::CONSUMERS,
    texts::PUBLISH_RATE,
    texts::DELIVER_RATE,
    texts::ACK_RATE,
    texts::MESSAGES,
    "",
];

pub fn view(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let table = Table { session, app, dispatch, read_only: app.options.read_only };
    html! {
        <div class="table-view" role="region" aria-labelledby="table-title" tabindex="0">
            <h2 id="table-title" tabindex="-1">{ texts::TABLE_VIEW }</h2>
            { findings::all("table-findings", session, app, dispatch) }
            { table.clients() }
            { table.services() }
            { table.channels() }
            { table.exchanges() }
            { table.bindings() }
            { table.queues() }
            if let Some(readers) = stream::of_all("table-readers", session, app) {
                <section><h2>{ texts::READERS_OF_STREAMS }</h2>{ readers }</section>
            }
            { table.lines() }
        </div>
    }
}

struct Table<'a> {
    session: &'a Session,
    app: &'a App,
    dispatch: &'a Dispatch,
    read_only: bool,
}

fn head(columns: &[&'static str]) -> Html {
    let cell = |name: &'static str| {
        if name.is_empty() {
            html! { <td /> }
        } else {
            html! { <th scope="col" class={texts::COUNTED.contains(&name).then_some("number")}>{ name }</th> }
        }
    };
    html! { <thead><tr>for name in columns.iter() { { cell(name) } }</tr></thead> }
}

/// A cell with a count.
fn count(number: u64) -> Html {
    html! { <td class="number">{ grouped(number) }</td> }
}

/// A table's end, where it has more rows than it shows.
pub fn more(count: usize) -> Html {
    count
        .checked_sub(ROWS_MAX)
        .filter(|more| *more > 0)
        .map_or_else(Html::default, |more| html! { <p class="note">{ texts::more(&more) }</p> })
}

impl Table<'_> {
    fn name(&self, node: Node, name: &str) -> Html {
        let selected = self.session.selection.has(&node);
        self.choice(name, selected, SelectAction::Node(Some(node)))
    }

    fn line(&self, line: Line, name: &str) -> Html {
        let selected = self.session.selection.line.as_ref() == Some(&line);
        self.choice(name, selected, SelectAction::Line(line))
    }

    /// The head of a row, which selects what the row is about.
    fn choice(&self, name: &str, selected: bool, action: SelectAction) -> Html {
        html! {
            <th scope="row">
                <button
                    type="button"
                    class={classes!("link", selected.then_some("chosen"))}
                    aria-pressed={selected.to_string()}
                    onclick={on(self.dispatch, action)}
                >
                    { name.to_owned() }
                </button>
            </th>
        }
    }

    /// The lines that no other table has: who consumes, calls and publishes, and where dead letters go.
    fn lines(&self) -> Html {
        let lines: Vec<(Line, Edge)> = self.session.lines().into_iter().filter(|(line, _)| !matches!(line, Line::Binding(_))).collect();
        let name = |node: &Node| self.session.part(node).map(|part| part.name().to_string()).unwrap_or_default();
        html! {
            <section>
                <h2>{ texts::LINES }</h2>
                <table class="table" id="table-lines">
                    { head(&[texts::LINE, texts::FROM, "To"]) }
                    <tbody>
                        for (line, edge) in lines.iter().take(ROWS_MAX) {
                            <tr>{ self.line(line.clone(), kind(line)) }<td>{ name(&edge.from) }</td><td>{ name(&edge.to) }</td></tr>
                        }
                    </tbody>
                </table>
                { more(lines.len()) }
            </section>
        }
    }

    /// What a line may lead to from here, and the end of the part.
    fn tools(&self, part: &Part) -> Html {
        if self.read_only {
            return html! { <td /> };
        }
        let parts: Vec<Part> = {
            let mut parts: Vec<Part> = geometry::places(self.session.plan()).iter().filter_map(|place| self.session.part(place)).collect();
            parts.dedup();
            parts
        };
        let targets: Vec<Part> = parts.into_iter().filter(|to| connectable(part, to)).take(ROWS_MAX).collect();
        let ends = commands::ends(part, None);
        let words = targets.iter().map(|to| to.name().to_string()).chain(ends.iter().map(|end| end.word.clone()));
        let onclick = {
            let connect = |to: &Part| Action::Edit(EditAction::Apply(Edit::Connect { from: part.clone(), to: to.clone() }));
            let actions: Vec<Action> = targets.iter().map(connect).chain(ends.iter().map(|end| end.action.clone())).collect();
            chosen(self.dispatch, move |index| {
                let action = index.parse::<usize>().ok().and_then(|index| actions.get(index).cloned());
                action.unwrap_or(Action::Select(SelectAction::Node(None)))
            })
        };
        html! {
            <td class="tools">
                <select
                    class="small"
                    aria-label={texts::where_is_to_lead(&part.name())}
                    data-connect={part.name().to_string()}
                >
                    for (index, word) in words.enumerate() { { option(&index.to_string(), &word, index == 0) } }
                </select>
                <button type="button" class="line small" aria-label={texts::connect(&part.name())} {onclick}>
                    { texts::CONNECT }
                </button>
                <button
                    type="button"
                    class="line small danger"
                    aria-label={texts::delete(&part.name())}
                    onclick={on(self.dispatch, EditAction::Apply(Edit::Remove(part.clone())))}
                >
                    { texts::DELETE }
                </button>
                // Always one line: no row may jump.
                if let Part::Queue(queue) = part {
                    <p class="soft price">{ delete_with(self.app.price_of(self.session, queue)) }</p>
                }
            </td>
        }
    }

    fn clients(&self) -> Html {
        let world = self.session.world();
        let row = |index: usize, client: &ClientState| {
            let http = world.metrics().http(&client.spec.name);
            html! {
                <tr key={client.spec.name.to_string()}>
                    { self.name(Place::Client(index), &client.spec.name) }
                    <td>{ format!("{} {}", client.spec.calls.service, client.spec.calls.path) }</td>
                    { count(world.requests(index)) }
                    { count(http.map_or(0, |http| http.succeeded)) }
                    { count(http.map_or(0, |http| http.failed + http.timed_out)) }
                    { self.tools(&Part::Client(client.spec.name.clone())) }
                </tr>
            }
        };
        html! {
            <section>
                <h2>{ texts::HTTP_CLIENTS }</h2>
                <table class="table" id="table-clients">
                    { head(&[texts::NAME, "Calls", texts::SENT, texts::SUCCEEDED, texts::FAILED, ""]) }
                    <tbody>
                        for (index, client) in world.clients().iter().enumerate().filter(|(_, client)| !client.removed).take(ROWS_MAX) {
                            { row(index, client) }
                        }
                    </tbody>
                </table>
                { more(world.clients().iter().filter(|client| !client.removed).count()) }
            </section>
        }
    }

    fn services(&self) -> Html {
        let world = self.session.world();
        let row = |id: InstanceId, state: &Instance| {
            let name = instance_name(world, id);
            let spec = &world.services()[id.service].spec;
            let (action, word) = if state.up {
                (Action::Operate(OperateAction::Kill(id)), texts::KILL)
            } else {
                (Action::Operate(OperateAction::Start(id)), texts::START)
            };
            html! {
                <tr key={name.clone()}>
                    { self.name(Place::Instance(id), &name) }
                    <td>for handler in spec.handlers.iter() { <div>{ trigger_words(&handler.trigger) }</div> }</td>
                    <td>{ words::state(self.session.world(), id) }</td>
                    { count(state.deliveries().count() as u64) }
                    { count(state.handled) }
                    { count(state.failed) }
                    <td>
                        <button
                            type="button"
                            class="line small"
                            aria-label={format!("{word} {name}")}
                            onclick={on(self.dispatch, action)}
                        >
                            { word }
                        </button>
                    </td>
                    { if id.instance == 0 { self.tools(&Part::Service(spec.name.clone())) } else { html! { <td /> } } }
                </tr>
            }
        };
        html! {
            <section>
                <h2>{ texts::SERVICES }</h2>
                <table class="table" id="table-services">
                    { head(&[texts::NAME, texts::RUNS_ON, texts::STATE, texts::WORKING_ON, texts::HANDLED, texts::FAILED, "", ""]) }
                    <tbody>for (id, state) in world.instances().take(ROWS_MAX) { { row(id, state) } }</tbody>
                </table>
                { more(world.instances().count()) }
            </section>
        }
    }

    /// What RabbitMQ has of each service, and what it took away.
    fn channels(&self) -> Html {
        let world = self.session.world();
        let row = |(index, service): (usize, &ServiceState)| {
            let instances = || (0..service.instances.len()).map(|instance| InstanceId { service: index, instance });
            let unread: u64 = instances().map(|id| world.unread_of(id)).sum();
            let waiting: usize = service.instances.iter().map(|instance| instance.inbox.len()).sum();
            html! {
                <tr key={service.spec.name.to_string()}>
                    <th scope="row">{ &*service.spec.name }</th>
                    { count(world.connections_of(index)) }
                    { count(service.channel_errors) }
                    { count(waiting as u64) }
                    { count(unread) }
                    { count(service.swallowed) }
                </tr>
            }
        };
        let columns = [texts::SERVICE, texts::CONNECTIONS, texts::CHANNELS_CLOSED, texts::NOT_BEGUN, texts::UNREAD, texts::SWALLOWED];
        html! {
            <section>
                <h2>{ texts::CONNECTIONS_AND_CHANNELS }</h2>
                <table class="table" id="table-channels">
                    { head(&columns) }
                    <tbody>
                        for one in world.services().iter().enumerate().filter(|(_, service)| !service.removed).take(ROWS_MAX) {
                            { row(one) }
                        }
                    </tbody>
                </table>
                { more(world.services().iter().filter(|service| !service.removed).count()) }
            </section>
        }
    }

    fn exchanges(&self) -> Html {
        let exists = |name: &str| self.session.world().broker().exchange_type(name).is_some();
        html! {
            <section>
                <h2>{ texts::EXCHANGES }</h2>
                <table class="table" id="table-exchanges">
                    { head(&[texts::NAME, texts::TYPE, texts::DURABLE, texts::STATE, ""]) }
                    <tbody>
                        for exchange in self.session.scenario().broker.exchanges.iter().take(ROWS_MAX) {
                            <tr key={exchange.name.to_string()}>
                                { self.name(Place::Exchange(exchange.name.clone()), &exchange.name) }
                                <td>{ exchange.kind.name() }</td>
                                <td>{ if exchange.durable { texts::YES } else { texts::NO } }</td>
                                <td>{ if exists(&exchange.name) { "" } else { texts::NOT_ON_THE_BROKER } }</td>
                                { self.tools(&Part::Exchange(exchange.name.clone())) }
                            </tr>
                        }
                    </tbody>
                </table>
                { more(self.session.scenario().broker.exchanges.len()) }
            </section>
        }
    }

    fn bindings(&self) -> Html {
        let scenario = self.session.scenario();
        let row = |index: usize, binding: &BindingSpec| {
            let headers = scenario.broker.is_headers_exchange(&binding.source);
            let (field, kind) = if headers { ("arguments", Kind::Json) } else { ("routing_key", Kind::Text) };
            let value = if headers { table_to_json(&binding.arguments).to_string() } else { binding.routing_key.to_string() };
            let at = Spot::of(Slot::Binding(index)).field(field);
            let why = self.session.document.typing.as_ref().filter(|typing| typing.at == at).and_then(|typing| typing.why.clone());
            let onchange = self.dispatch.reform(move |event: Event| {
                Action::Edit(EditAction::SetField(at.clone(), kind.clone(), event.target_unchecked_into::<HtmlInputElement>().value()))
            });
            let remove = Action::Edit(EditAction::Apply(Edit::Take(Slot::Binding(index))));
            html! {
                <tr>
                    { self.line(Line::Binding(index), &binding.source) }
                    <td>{ &**binding.destination.name() }</td>
                    <td>
                        <input
                            class="mono"
                            aria-label={texts::key_from_to(&binding.source, &binding.destination.name())}
                            data-key={index.to_string()}
                            {value}
                            {onchange}
                            disabled={self.read_only}
                            aria-invalid={why.is_some().then_some("true")}
                            autocomplete="off"
                            spellcheck="false"
                        />
                        if let Some(why) = why { <p class="why" role="alert">{ why }</p> }
                    </td>
                    <td>{ if line::is_absent(self.session, index) { texts::NOT_ON_THE_BROKER } else { "" } }</td>
                    <td>
                        if !self.read_only {
                            <button
                                type="button"
                                class="line small danger"
                                aria-label={texts::remove_the_binding_from_to(&binding.source, &binding.destination.name())}
                                onclick={on(self.dispatch, remove)}
                            >
                                { texts::REMOVE }
                            </button>
                        }
                    </td>
                </tr>
            }
        };
        html! {
            <section>
                <h2>{ texts::BINDINGS }</h2>
                <table class="table" id="table-bindings">
                    { head(&[texts::FROM, "To", texts::BINDING_KEY_OR_HEADER_ARGUMENTS, texts::STATE, ""]) }
                    <tbody>for (index, binding) in scenario.broker.bindings.iter().enumerate().take(ROWS_MAX) { { row(index, binding) } }</tbody>
                </table>
                { more(scenario.broker.bindings.len()) }
            </section>
        }
    }

    fn queues(&self) -> Html {
        let landing = Landing::of(self.app, self.session);
        let scenario = self.session.scenario();
        let row = |spec: &QueueSpec| {
            let queue = self.session.world().broker().queue(&spec.name);
            let rates = self.session.world().metrics().rates(&spec.name);
            html! {
                <tr key={spec.name.to_string()}>
                    { self.name(Place::Queue(spec.name.clone()), &spec.name) }
                    <td>{ marks(&scenario.broker, spec).join(" ") }</td>
                    if let Some(queue) = queue {
                        { count(landing.ready(queue)) }
                        { count(landing.unacked(queue)) }
                        { count(landing.total(queue)) }
                        { count(queue.consumers()) }
                        for rate in RATES { <td class="number rate">{ texts::rate(rates[rate]) }</td> }
                        <td>
                            <details><summary>{ texts::SHOW }</summary>{ messages(self.session, self.app, &spec.name, self.dispatch) }</details>
                        </td>
                    } else {
                        <td colspan="8">{ texts::NOT_ON_THE_BROKER }</td>
                    }
                    { self.tools(&Part::Queue(spec.name.clone())) }
                </tr>
            }
        };
        html! {
            <section>
                <h2>{ texts::QUEUES }</h2>
                <table class="table" id="table-queues">
                    { head(&QUEUE_COLUMNS) }
                    <tbody>for spec in scenario.broker.queues.iter().take(ROWS_MAX) { { row(spec) } }</tbody>
                </table>
                { more(scenario.broker.queues.len()) }
            </section>
        }
    }
}

fn trigger_words(trigger: &Trigger) -> String {
    use crate::base::time::Span;
    match trigger {
        Trigger::Http { path } => path.to_string(),
        Trigger::Queue(subscription) if subscription.auto_ack => texts::automatic_ack(&subscription.queue),
        Trigger::Queue(subscription) => texts::prefetch(&subscription.queue, &subscription.prefetch),
        Trigger::Schedule { every, records: None } => texts::every(&Span(*every)),
        Trigger::Schedule { every, records: Some(records) } => texts::every_records(&Span(*every), &records.state),
        Trigger::StartUp => texts::AT_START_UP.to_owned(),
    }
}
