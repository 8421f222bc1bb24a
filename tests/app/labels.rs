//! Labels, names and lines on the canvas: nothing lies on text, in any system.

use proptest::prelude::*;
use requeue::app::camera::{Camera, Pixel};
use requeue::app::geometry::{self, EdgeKind, Rect};
use requeue::app::labels::{self, Label, Look, Room, Tone};
use requeue::app::lettering::{self, em};
use requeue::app::tokens::{Count, Picture, Shape, Token};
use requeue::app::{App, Asked, CanvasAction, EditAction, FileAction, Node, OperateAction, Speed, TimeAction, WorkspaceAction, tokens};
use requeue::base::SimTime;
use requeue::broker::{ExchangeType, Value};
use requeue::scenario::Point;
use requeue::scenario::edit::{Edit, Element, Part, PartKind};

use super::support::*;

const DESKTOP: Pixel = Pixel { x: 1_392.0, y: 796.0 };
const TABLET: Pixel = Pixel { x: 976.0, y: 664.0 };
const BESIDE_A_DRAWER: Pixel = Pixel { x: 1_032.0, y: 796.0 };
const NARROW_TABLET: Pixel = Pixel { x: 616.0, y: 664.0 };
const PHONE: Pixel = Pixel { x: 390.0, y: 440.0 };

fn on(text: &str, size: Pixel) -> App {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "a.json".into(), text: text.into() });
    sized(&mut app, size);
    app
}

fn sized(app: &mut App, size: Pixel) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window")]
    let room = requeue::app::Room::of(if size == NARROW_TABLET { 1_024 } else { size.x as u32 + 48 }, size.y as u32 + 104);
    act(app, WorkspaceAction::Fit(room));
    act(app, CanvasAction::Resize(size));
}

fn meet(one: &Rect, other: &Rect) -> bool {
    one.left < other.right() && other.left < one.right() && one.top < other.bottom() && other.top < one.bottom()
}

fn cards(app: &App) -> Vec<(Node, Rect)> {
    let plan = session(app).plan();
    let places = geometry::places(plan).into_iter().filter(|place| geometry::moved_as(place) == *place);
    places.map(|place| (place.clone(), geometry::card(plan, &place).expect("it is drawn"))).collect()
}

fn keys(app: &App, room: &mut Room) -> Vec<labels::Key> {
    let (plan, camera) = (session(app).plan(), app.camera());
    let look = Look { camera, is_compact: camera.is_compact() || plan.turned.is_some(), has_signs: false };
    labels::keys(plan, look, room, geometry::edges(plan).iter(), |_, key| key.to_owned(), |_| false)
}

fn waits(app: &App, room: &mut Room) -> Vec<labels::Label> {
    let (plan, camera) = (session(app).plan(), app.camera());
    let look = Look { camera, is_compact: camera.is_compact() || plan.turned.is_some(), has_signs: false };
    labels::waits(plan, look, room, &geometry::edges(plan).iter().collect::<Vec<_>>())
}

/// A line that brings messages back says after how long. One from a queue that somebody reads says nothing: most go another way.
#[test]
fn a_retry_says_after_how_long() {
    let ttl = include_str!("../../static/scenarios/retry-ttl.json");
    for size in [DESKTOP, BESIDE_A_DRAWER, TABLET, NARROW_TABLET, PHONE] {
        let says = |text: &str| {
            waits(&on(text, size), &mut Room::beside_cards(session(&on(text, size)).plan()))
                .into_iter()
                .map(|label| label.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(says(ttl), ["retry after 5 s"], "{size:?}");
        let parked = ttl.replace(
            "\"x-dead-letter-routing-key\": \"notification-queue\", \"x-message-ttl\": 5000",
            "\"x-dead-letter-routing-key\": \"notification-queue.park\", \"x-message-ttl\": 250",
        );
        assert_eq!(says(&parked), ["expires after 250 ms"], "{size:?}");
        assert_eq!(says(include_str!("../../static/scenarios/dead-letters-ttl.json")), [""; 0], "{size:?}");
    }
}

/// What lies on what, at this moment.
fn covered(app: &App) -> Vec<String> {
    let (plan, camera) = (session(app).plan(), app.camera());
    let mut room = Room::beside_cards(plan);
    let keys = keys(app, &mut room).into_iter().map(|key| (key.shown, key.rect));
    let waits = waits(app, &mut room).into_iter().map(|label| (label.text, label.rect));
    let words = labels::words(plan, &tokens::picture(plan, false), camera, app.canvas.size);
    let words = words.into_iter().filter(|word| {
        // A number in a queue stands among its tokens.
        !(word.tone == Tone::Number && word.text.starts_with('+'))
    });
    let all: Vec<(String, Rect)> = keys.chain(waits).chain(words.map(|word| (word.text, word.rect))).collect();
    let cards = cards(app);
    let mut covered = Vec::new();
    for (index, (text, rect)) in all.iter().enumerate() {
        let on_cards = cards.iter().filter(|(_, card)| meet(card, rect)).map(|(place, _)| format!("{text} lies on {place:?}"));
        let on_labels = all[index + 1..].iter().filter(|(_, other)| meet(other, rect)).map(|(other, _)| format!("{text} lies on {other}"));
        covered.extend(on_cards.chain(on_labels));
    }
    covered
}

/// In every scenario of the gallery, while it runs, on three screens: nothing that is written lies on anything that is written.
#[test]
fn no_label_lies_on_a_card_or_on_another_label() {
    let (mut said, mut shown, mut bindings) = (0, 0, 0);
    for (name, text) in gallery() {
        for size in [DESKTOP, TABLET, PHONE] {
            let mut app = on(&text, size);
            let keyed = |edge: &&geometry::Edge| matches!(&edge.kind, EdgeKind::Binding(_, key) if !key.is_empty());
            bindings += geometry::edges(session(&app).plan()).iter().filter(keyed).count();
            shown += keys(&app, &mut Room::beside_cards(session(&app).plan())).len();
            act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
            act(&mut app, TimeAction::Play);
            for frame in 0..500 {
                act(&mut app, TimeAction::FramePassed(SimTime::from_millis(40)));
                if frame % 20 != 0 {
                    continue;
                }
                let plan = session(&app).plan();
                said += labels::words(plan, &tokens::picture(plan, false), app.camera(), size).len();
                assert_eq!(covered(&app), [""; 0], "{name}, {size:?}, at {}", session(&app).world().now());
            }
        }
    }
    assert!(said > 100, "they say something: {said}");
    // Of large systems on a phone a key may be left out; elsewhere none is.
    assert!(shown * 20 >= bindings * 19, "{shown} of {bindings} keys are shown");
}

/// Wherever it is needed, at the edge of the view, too: a word that is cut says nothing.
#[test]
fn a_label_is_seen_whole_or_not_at_all() {
    let (size, mut said) = (Pixel { x: 700.0, y: 480.0 }, 0);
    for (name, text) in gallery() {
        let mut app = on(&text, size);
        act(&mut app, CanvasAction::Zoom(1.6, None));
        let (plan, camera) = (session(&app).plan(), app.camera());
        let view = camera.view(size);
        for step in 0..=14 {
            let share = f64::from(step) / 14.0;
            let [across, down] = [size.x * share, size.y * share];
            for (x, y) in [(across, 3.0), (across, size.y - 3.0), (3.0, down), (size.x - 3.0, down)] {
                let at = camera.to_canvas(Pixel { x, y });
                let word =
                    |at| Token { at, shape: Shape::Dead, hue: 0, radius: 6.0, label: Some("dropped, full: at most 5".into()), event: None };
                let number = Count { at, text: "×1,212".into(), is_label: false, within: None };
                let sentence = Count { at, text: "10 unacked, back as redelivered".into(), is_label: true, within: None };
                for picture in [
                    Picture { tokens: vec![word(at)], ..Picture::default() },
                    Picture { counts: vec![number], ..Picture::default() },
                    Picture { counts: vec![sentence], ..Picture::default() },
                ] {
                    for Label { rect, text, .. } in labels::words(plan, &picture, camera, size) {
                        let is_seen = rect.left >= view.left
                            && rect.top >= view.top
                            && rect.right() <= view.right()
                            && rect.bottom() <= view.bottom();
                        assert!(is_seen, "{name}: {text} at {rect:?} in {view:?}");
                        said += 1;
                    }
                }
            }
        }
    }
    assert!(said > 500, "{said}");
}

/// Every key stands on its own line, or right at it, in every scenario and on every screen, with drawers open and closed. On a phone
/// it stands above its queue, where its line ends. The chapter's keys are whole.
#[test]
fn every_key_stands_at_its_own_line() {
    let mut cut: Vec<String> = Vec::new();
    let mut far: Vec<String> = Vec::new();
    for (name, text) in gallery() {
        for size in [DESKTOP, BESIDE_A_DRAWER, TABLET, NARROW_TABLET, PHONE] {
            let app = on(&text, size);
            let (plan, camera) = (session(&app).plan(), app.camera());
            let edges = geometry::edges(plan);
            for key in keys(&app, &mut Room::beside_cards(plan)) {
                let is_its = |edge: &&geometry::Edge| matches!(edge.kind, EdgeKind::Binding(number, _) if number == key.binding);
                let edge = edges.iter().find(is_its).expect("it has a line");
                let at = key.rect.centre();
                let away = (0..=64).map(|step| edge.curve.at(f64::from(step) / 64.0)).map(|on| libm::hypot(on.x - at.x, on.y - at.y));
                let away = away.fold(f64::INFINITY, f64::min) / camera.growth_beside(labels::KEY_LETTERS);
                // Several keys share the width of a queue. One in two lines is as much higher.
                let beside = key.rect.height / 2.0 / camera.growth_beside(labels::KEY_LETTERS) + 5.0;
                let most = plan.turned.map_or(beside, |_| 40.0);
                if away > most {
                    far.push(format!("{name}, {size:?}: {} is {away:.0} from its line", key.shown));
                }
                if key.shown.contains('…') && size != PHONE && name == "course-chapter" {
                    cut.push(format!("{name}, {size:?}: {}", key.shown));
                }
            }
        }
    }
    assert_eq!(far, [""; 0]);
    assert_eq!(cut, [""; 0]);
}

/// The field that a key is typed into is seen, and covers no part and no name of an exchange.
#[test]
fn a_key_is_typed_beside_the_parts() {
    let mut covers: Vec<String> = Vec::new();
    let mut typed = 0;
    for (name, text) in gallery() {
        for size in [DESKTOP, BESIDE_A_DRAWER, TABLET, NARROW_TABLET] {
            let app = on(&text, size);
            let (plan, camera) = (session(&app).plan(), app.camera());
            let broker = &session(&app).scenario().broker;
            let bindings = (0..broker.bindings.len()).map(Asked::Binding);
            let dead = broker.queues.iter().flat_map(|queue| {
                broker.exchanges.iter().map(|exchange| Asked::DeadLetters { queue: queue.name.clone(), exchange: exchange.name.clone() })
            });
            for asked in bindings.chain(dead) {
                let Some(field) = asked.takes(session(&app), camera, size) else { continue };
                typed += 1;
                let view = camera.view(size);
                let is_seen = field.left >= view.left - 0.01
                    && field.right() <= view.right() + 0.01
                    && field.top >= view.top - 0.01
                    && field.bottom() <= view.bottom() + 0.01;
                assert!(is_seen, "{name}, {size:?}: {asked:?} is not in view");
                if !Room::beside_cards(plan).is_free(&field) {
                    covers.push(format!("{name}, {size:?}: {asked:?}"));
                }
            }
        }
    }
    assert!(typed > 400, "{typed}");
    assert_eq!(covers, [""; 0]);
}

/// A number of a story is under no key and on no card, wherever its line has a free place.
#[test]
fn a_number_of_a_story_covers_nothing() {
    let mut beside_keys = 0;
    for (name, text) in gallery() {
        for size in [DESKTOP, BESIDE_A_DRAWER, TABLET, NARROW_TABLET, PHONE] {
            let app = on(&text, size);
            let (plan, camera) = (session(&app).plan(), app.camera());
            let mut room = Room::beside_cards(plan);
            let wide = 20.0 * camera.growth_beside(labels::KEY_LETTERS);
            let around = |at: requeue::scenario::Point| Rect { left: at.x - wide / 2.0, top: at.y - wide / 2.0, width: wide, height: wide };
            let mut numbers: Vec<Rect> = Vec::new();
            let shown = keys(&app, &mut room);
            assert_eq!(shown, keys(&app, &mut Room::beside_cards(plan)), "a story changes no key");
            let sides = 9.0 * camera.growth_beside(labels::KEY_LETTERS);
            for edge in geometry::edges(plan) {
                let own = shown.iter().find(|key| matches!(edge.kind, geometry::EdgeKind::Binding(number, _) if number == key.binding));
                let has_room = (4..=60).any(|step| room.is_free(&around(edge.curve.at(f64::from(step) / 64.0))));
                let number = around(labels::step(&mut room, &edge, camera, own.map(|key| &key.rect)));
                let on_a_card = cards(&app).iter().any(|(_, card)| meet(card, &number));
                let on_a_number = numbers.iter().any(|other| meet(other, &number));
                assert!(!has_room || !on_a_card && !on_a_number, "{name}, {size:?}: {edge:?}");
                numbers.push(number);
                // The end of its own pill has no letters.
                let of_key = |key: &labels::Key| {
                    if Some(key) == own {
                        Rect { left: key.rect.left + sides, width: key.rect.width - 2.0 * sides, ..key.rect }
                    } else {
                        key.rect
                    }
                };
                let under = shown.iter().find(|key| meet(&of_key(key), &number));
                assert!(under.is_none() || !has_room && own.is_none(), "{name}, {size:?}: {number:?} of {edge:?} lies on {under:?}");
                beside_keys += usize::from(own.is_some() && !has_room);
            }
        }
    }
    assert!(beside_keys > 10, "short lines are among them: {beside_keys}");
}

/// A number beside the tokens of a queue stands in its tube, and covers none of them.
#[test]
fn the_number_of_a_full_queue_stays_within_it() {
    for size in [DESKTOP, TABLET] {
        let mut app = on(COURSE_CHAPTER, size);
        let id = notification_service(&app);
        act(&mut app, OperateAction::Kill(id));
        let client = session(&app).scenario().clients[0].name.clone();
        let mut seen = 0;
        for requests in [8_u32, 3, 90, 900, 9_000] {
            act(&mut app, OperateAction::Request(client.clone(), requests));
            play(&mut app, 5);
            let plan = session(&app).plan();
            let queue = geometry::rect(plan, &node("notification-queue")).expect("it is drawn");
            let tube = geometry::tube(&queue);
            let picture = tokens::picture(plan, false);
            for number in labels::words(plan, &picture, app.camera(), size).iter().filter(|word| word.text.starts_with('+')) {
                if !meet(&number.rect, &queue) {
                    continue;
                }
                seen += 1;
                assert!(number.rect.left >= tube.left && number.rect.right() <= tube.right(), "{number:?} stands out of {tube:?}");
                let is_covered = |token: &&tokens::Token| {
                    number.rect.has(requeue::scenario::Point { x: token.at.x - token.radius, y: token.at.y }) && token.event.is_some()
                };
                assert_eq!(picture.tokens.iter().find(is_covered), None, "{number:?}");
            }
        }
        assert!(seen > 2, "it is full: {seen}");
    }
}

/// Two bindings between the same two parts are two lines.
#[test]
fn no_line_hides_another() {
    let mut app = opened();
    for key in ["order.*", "user.#", "a.b"] {
        connect(&mut app, &Part::Exchange("platform-events".into()), &Part::Queue("notification-queue".into()));
        let last = session(&app).scenario().broker.bindings.len() - 1;
        let spot = requeue::app::form::Spot::of(requeue::scenario::edit::Slot::Binding(last)).field("routing_key");
        act(&mut app, EditAction::SetField(spot, requeue::app::form::Kind::Text, key.into()));
    }
    apart(&app, "the chapter");
    for (name, text) in gallery() {
        apart(&on(&text, DESKTOP), &name);
    }
}

fn apart(app: &App, name: &str) {
    let edges = geometry::edges(session(app).plan());
    for (index, one) in edges.iter().enumerate() {
        for other in edges[index + 1..].iter().filter(|other| other.from == one.from && other.to == one.to) {
            let (a, b) = (one.curve.at(0.5), other.curve.at(0.5));
            assert!((a.x - b.x).abs().max((a.y - b.y).abs()) > 8.0, "{name}: {one:?} hides {other:?}");
        }
    }
}

/// A line that is hidden by another for a good part of its way, or right where they meet a part: one comes there, and the other leaves.
fn hidden(app: &App) -> Vec<String> {
    const STEPS: u32 = 40;
    let edges = geometry::edges(session(app).plan());
    let points: Vec<Vec<Point>> =
        edges.iter().map(|edge| (0..=STEPS).map(|step| edge.curve.at(f64::from(step) / f64::from(STEPS))).collect()).collect();
    let apart = |one: &Point, other: &Point| libm::hypot(one.x - other.x, one.y - other.y);
    let mut found = Vec::new();
    for (index, one) in edges.iter().enumerate() {
        for (number, other) in edges.iter().enumerate().skip(index + 1) {
            let hides = points[index].iter().filter(|at| points[number].iter().any(|other| apart(at, other) < 3.0)).count();
            let meets =
                [(&one.curve.from, &other.curve.to), (&one.curve.to, &other.curve.from)].iter().any(|(from, to)| apart(from, to) < 6.0);
            if meets || hides > 16 {
                let what = if meets { "comes where it leaves" } else { "lies on it" };
                found.push(format!(
                    "{:?} {:?} to {:?} and {:?} {:?} to {:?}: {what}",
                    one.kind, one.from, one.to, other.kind, other.from, other.to
                ));
            }
        }
    }
    found
}

/// In every system of the gallery, as it is drawn and arranged, and where the exchange stands at the right of its queues.
#[test]
fn a_line_that_comes_lies_on_none_that_leaves() {
    let mut found = Vec::new();
    for (name, text) in gallery() {
        let mut app = on(&text, DESKTOP);
        let mut look = |app: &App, how: &str| found.extend(hidden(app).into_iter().map(|line| format!("{name} {how}: {line}")));
        look(&app, "as drawn");
        act(&mut app, EditAction::Arrange);
        look(&app, "arranged");
        let exchanges: Vec<Node> = session(&app).scenario().broker.exchanges.iter().map(|one| Node::Exchange(one.name.clone())).collect();
        for exchange in exchanges {
            let right = geometry::bounds(session(&app).plan()).right();
            let at = session(&app).place(&exchange).expect("it is drawn");
            act(&mut app, EditAction::DragTo(exchange, Point { x: right + 90.0, y: at.y + 45.0 }));
            act(&mut app, EditAction::Drop);
        }
        look(&app, "with exchanges at the right");
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Dead letters come to a queue beside its badges, however many it has and however large they are.
#[test]
fn dead_letters_come_beside_the_badges_of_a_queue() {
    let mut lines = 0;
    for (name, text) in gallery() {
        for is_full in [false, true] {
            let mut app = on(&text, DESKTOP);
            let queues = session(&app).scenario().broker.queues.clone();
            let below = geometry::bounds(session(&app).plan()).bottom() + 150.0;
            // The first sends its dead letters straight to the second, which stands below.
            let [Some(first), Some(second)] = [0, 1].map(|index| queues.get(index).map(|queue| queue.name.clone())) else { continue };
            for (index, mut queue) in queues.into_iter().enumerate().take(2) {
                let integers: &[(&str, i64)] = if is_full {
                    &[("x-message-ttl", 60_000), ("x-expires", 9_000_000), ("x-max-length", 10_000), ("x-max-length-bytes", 100_000)]
                } else {
                    &[]
                };
                let integers = integers.iter().map(|(name, value)| (*name, Value::Int(*value)));
                let to = [("x-dead-letter-exchange", Value::string("")), ("x-dead-letter-routing-key", Value::string(&second))];
                for (argument, value) in integers.chain(to.into_iter().filter(|_| queue.name == first)) {
                    queue.arguments.insert(argument.into(), value);
                }
                act(&mut app, EditAction::Apply(Edit::Put { index, element: Box::new(Element::Queue(queue)) }));
            }
            act(&mut app, EditAction::DragTo(Node::Queue(second.clone()), Point { x: 400.0, y: below }));
            act(&mut app, EditAction::Drop);
            let (plan, broker) = (session(&app).plan(), &session(&app).scenario().broker);
            for edge in geometry::edges(plan).iter().filter(|edge| edge.kind == EdgeKind::DeadLetters) {
                let Node::Queue(queue) = &edge.to else { continue };
                let (rect, spec) =
                    (geometry::rect(plan, &edge.to).expect("it is drawn"), broker.queues.iter().find(|one| one.name == *queue));
                if (edge.curve.to.y - rect.top).abs() > 1.0 {
                    continue;
                }
                let grown = lettering::GROWN_MAX;
                let badges = lettering::badges(broker, spec.expect("it is declared"), lettering::room_of_badges(rect.width) / grown);
                let wide: f64 = badges.iter().map(|badge| lettering::badge_width(&badge.mark)).sum::<f64>() * grown;
                assert!(edge.curve.to.x + 6.0 < rect.right() - 4.0 - wide, "{name}: {queue} {badges:?}");
                lines += 1;
            }
        }
    }
    assert!(lines > 10, "{lines}");
}

/// The lines that pass behind a part that is not their end.
fn behind(app: &App) -> Vec<String> {
    let cards = cards(app);
    let mut found = Vec::new();
    for edge in geometry::edges(session(app).plan()) {
        for (place, card) in cards.iter().filter(|(place, _)| *place != edge.from && *place != edge.to) {
            if geometry::passes(&edge.curve, card) {
                found.push(format!("{:?} to {:?} passes behind {place:?}", edge.from, edge.to));
            }
        }
    }
    found
}

/// No line of the gallery passes behind a card or through a text. The page shows all of each line, and of each name.
#[test]
fn a_line_crosses_no_text_and_is_seen_whole() {
    let (mut crosses, mut hidden): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for (name, text) in gallery() {
        let app = on(&text, DESKTOP);
        let plan = session(&app).plan();
        let names = geometry::places(plan).into_iter().filter_map(|place| {
            let Node::Exchange(exchange) = &place else { return None };
            Some((place.clone(), geometry::name_of_exchange(plan, exchange, &geometry::card(plan, &place)?)))
        });
        let names: Vec<(Node, Rect)> = names.collect();
        crosses.extend(behind(&app).into_iter().map(|line| format!("{name}: {line}")));
        for edge in geometry::edges(plan) {
            for (place, text) in names.iter().filter(|(_, text)| geometry::passes(&edge.curve, text)) {
                crosses.push(format!("{name}: {:?} to {:?} crosses the name of {place:?}, {text:?}", edge.from, edge.to));
            }
        }
        for size in [DESKTOP, BESIDE_A_DRAWER, TABLET, Pixel { x: 720.0, y: 912.0 }] {
            let app = on(&text, size);
            let (plan, view) = (session(&app).plan(), app.camera().part(Pixel::default(), size));
            let is_seen = |at: Point| view.has(at);
            for edge in geometry::edges(plan).iter().filter(|edge| !(0..=32).all(|step| is_seen(edge.curve.at(f64::from(step) / 32.0)))) {
                hidden.push(format!("{name}, {size:?}: {:?} to {:?}", edge.from, edge.to));
            }
            for (place, text) in &names {
                if !is_seen(Point { x: text.left, y: text.top }) || !is_seen(Point { x: text.right(), y: text.bottom() }) {
                    hidden.push(format!("{name}, {size:?}: the name of {place:?}"));
                }
            }
        }
    }
    assert!(crosses.is_empty() && hidden.is_empty(), "{crosses:#?} {hidden:#?}");
}

fn on_one_another(app: &App) -> Vec<String> {
    let cards = cards(app);
    let pairs = cards.iter().enumerate().flat_map(|(index, one)| cards[index + 1..].iter().map(move |other| (one, other)));
    pairs.filter(|(one, other)| meet(&one.1, &other.1)).map(|(one, other)| format!("{:?} lies on {:?}", one.0, other.0)).collect()
}

fn empty() -> App {
    let mut app = App::default();
    act(&mut app, FileAction::New);
    sized(&mut app, DESKTOP);
    app
}

fn added(app: &mut App, kind: PartKind) -> Part {
    act(app, EditAction::AddPart(kind));
    let node = session(app).selection.primary.clone().expect("what is new is selected");
    session(app).part(&node).expect("it is a part")
}

/// Client, service, exchange, three queues and their services, as a newcomer builds them: in the order of the flow, or parts first.
#[test]
fn what_is_added_stands_in_the_way_of_no_line() {
    for parts_first in [false, true] {
        let mut app = empty();
        added(&mut app, PartKind::Client);
        let api = Part::Service("service-1".into());
        let exchange = added(&mut app, PartKind::Exchange(ExchangeType::Topic));
        let queues: Vec<Part> = [PartKind::QuorumQueue, PartKind::ClassicQueue, PartKind::ClassicQueue]
            .into_iter()
            .map(|kind| {
                let queue = added(&mut app, kind);
                if !parts_first {
                    connect(&mut app, &exchange, &queue);
                }
                queue
            })
            .collect();
        connect(&mut app, &api, &exchange);
        for queue in &queues {
            let service = added(&mut app, PartKind::Service);
            if parts_first {
                connect(&mut app, &exchange, queue);
            }
            connect(&mut app, queue, &service);
        }
        // Dead letters: to an exchange of their own, and back.
        let dead = added(&mut app, PartKind::Exchange(ExchangeType::Direct));
        let edit = dead_letters(&app, "queue-1", dead.name());
        act(&mut app, EditAction::Apply(edit));
        let retry = added(&mut app, PartKind::ClassicQueue);
        connect(&mut app, &dead, &retry);
        let edit = dead_letters(&app, retry.name(), exchange.name());
        act(&mut app, EditAction::Apply(edit));
        assert_eq!(notice(&app), None);
        assert_eq!(behind(&app), [""; 0], "parts first: {parts_first}");
        assert_eq!(on_one_another(&app), [""; 0], "parts first: {parts_first}");
        assert_eq!(covered(&app), [""; 0], "parts first: {parts_first}");
        let x = |part: &Part| session(&app).stands(&session(&app).node(part).expect("it is there")).expect("it stands").x;
        assert!(x(&api) < x(&exchange) && x(&exchange) < x(&queues[0]), "along the flow");
        assert!(x(&queues[0]) < x(&Part::Service("service-2".into())));
    }
}

fn dead_letters(app: &App, queue: &str, exchange: &str) -> Edit {
    let broker = &session(app).scenario().broker;
    let index = broker.queues.iter().position(|one| &*one.name == queue).expect("it is there");
    let mut spec = broker.queues[index].clone();
    spec.arguments.insert("x-dead-letter-exchange".into(), requeue::broker::Value::string(exchange));
    spec.arguments.insert("x-dead-letter-routing-key".into(), requeue::broker::Value::string("dead.letter"));
    Edit::Put { index, element: Box::new(requeue::scenario::edit::Element::Queue(spec)) }
}

#[derive(Clone, Copy, Debug)]
enum Built {
    Added(PartKind),
    Connected(usize, usize),
    Extended(usize, PartKind),
    Arranged,
}

fn kinds() -> impl Strategy<Value = PartKind> {
    prop::sample::select(vec![
        PartKind::Client,
        PartKind::Service,
        PartKind::Exchange(ExchangeType::Topic),
        PartKind::ClassicQueue,
        PartKind::QuorumQueue,
        PartKind::Stream,
    ])
}

fn steps() -> impl Strategy<Value = Built> {
    prop_oneof![
        4 => kinds().prop_map(Built::Added),
        6 => (0..20_usize, 0..20_usize).prop_map(|(from, to)| Built::Connected(from, to)),
        2 => (0..20_usize, kinds()).prop_map(|(from, kind)| Built::Extended(from, kind)),
        1 => Just(Built::Arranged),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Wherever the parts of a system stand, on a lattice: what comes to a part lies on nothing that leaves it.
    #[test]
    fn lines_of_any_placement_lie_beside_one_another(order in Just((0..30_u32).collect::<Vec<_>>()).prop_shuffle(), system in 0_usize..40) {
        let systems = gallery();
        let mut app = on(&systems[system % systems.len()].1, DESKTOP);
        let places: Vec<Node> = geometry::places(session(&app).plan()).into_iter().filter(|place| geometry::moved_as(place) == *place).collect();
        for (place, cell) in places.into_iter().zip(order) {
            let at = Point { x: 150.0 + 260.0 * f64::from(cell % 6), y: 150.0 + 165.0 * f64::from(cell / 6) };
            act(&mut app, EditAction::DragTo(place, at));
            act(&mut app, EditAction::Drop);
        }
        prop_assert_eq!(hidden(&app), [""; 0]);
    }

    /// However a system is drawn: no part lies on another, no label on a part or a label, and no line hides another.
    #[test]
    fn whatever_is_built_can_be_read(steps in prop::collection::vec(steps(), 1..30), seconds in 0_u64..4) {
        let mut app = empty();
        for step in steps {
            let parts: Vec<Part> = Part::all(session(&app).scenario()).collect();
            let part = |index: usize| parts.get(index % parts.len().max(1)).cloned();
            match step {
                Built::Added(kind) => act(&mut app, EditAction::AddPart(kind)),
                Built::Connected(from, to) => {
                    if let (Some(from), Some(to)) = (part(from), part(to)) {
                        act(&mut app, EditAction::Apply(Edit::Connect { from, to }));
                    }
                }
                Built::Extended(from, kind) => {
                    if let Some(from) = part(from) {
                        act(&mut app, EditAction::Extend { from, kind, at: None });
                    }
                }
                Built::Arranged => act(&mut app, EditAction::Arrange),
            }
            prop_assert_eq!(on_one_another(&app), [""; 0]);
        }
        play(&mut app, seconds);
        for size in [DESKTOP, TABLET] {
            sized(&mut app, size);
            prop_assert_eq!(covered(&app), [""; 0]);
        }
        apart(&app, "a random system");
    }
}

/// The name and the number of a client, and the dot and the name of a service, lie beside one another and within their card: in every
/// system, at every scale, in the widest letters. Down to half its size a card has its number.
#[test]
fn texts_of_a_card_do_not_meet() {
    let mut wrong: Vec<String> = Vec::new();
    let mut seen = 0;
    for (system, text) in gallery() {
        for size in [DESKTOP, PHONE] {
            let app = on(&text, size);
            let is_turned = session(&app).plan().turned.is_some();
            for scale in (30..=200_u32).map(|percent| f64::from(percent) / 100.0) {
                let camera = Camera { scale, ..Camera::default() };
                let letters = if is_turned { camera.letters_of_small_cards() } else { camera.letters() };
                let is_compact = is_turned || camera.is_compact();
                let sized = |usual: f64| if is_compact { letters } else { letters.max(usual) };
                let (name, number) = (sized(13.5), sized(11.5));
                let usual = if is_turned { 4.0 + 0.8 * letters } else { 20.0 + ((name / 13.5 - 1.0) * 6.0).min(7.0) };
                for (place, card) in cards(&app) {
                    let meets = match &place {
                        Node::Client(_) => [if is_compact { "8" } else { "sent 8" }, if is_compact { "48,213" } else { "sent 48,213" }]
                            .into_iter()
                            .find(|count| {
                                let wide = em(count) * number;
                                let lines = lettering::lines(&card, (name, number), wide, (usual, if is_turned { 6.0 } else { 10.0 }));
                                let of_name = lettered(lines.left, lines.name, lines.room, name);
                                let of_number =
                                    lines.number.map(|(left, line)| Rect { height: 0.75 * number, ..lettered(left, line, wide, number) });
                                let bad = |one: &Rect| one.top < card.top || one.bottom() > card.bottom() || one.right() > card.right();
                                bad(&of_name)
                                    || of_number.is_some_and(|one| one.bottom() > card.bottom() || meet(&one, &of_name))
                                    || of_number.is_none() && scale >= 0.5 && count.ends_with('8')
                            }),
                        Node::Instance(_) => {
                            let (at, radius, begins) = lettering::dot(is_turned, name / 13.5);
                            (at - radius < 1.5 || at + radius + 2.5 > begins).then_some("dot")
                        }
                        Node::Exchange(_) | Node::Queue(_) => None,
                    };
                    seen += 1;
                    wrong.extend(meets.map(|what| format!("{system}, {size:?}, {scale}: {place:?}, {what}")));
                }
            }
        }
    }
    assert!(seen > 10_000, "{seen}");
    assert!(wrong.is_empty(), "{} of {seen}: {:?}", wrong.len(), &wrong[..wrong.len().min(6)]);
}

/// The box of letters that stand on a line.
fn lettered(left: f64, line: f64, width: f64, size: f64) -> Rect {
    Rect { left, top: line - 0.75 * size, width, height: 0.97 * size }
}

/// While a message is composed, each binding's pill has its key beside its sign on a phone, too: which of them takes it can be read.
#[test]
fn a_phone_shows_the_key_beside_its_sign() {
    let (mut shown, mut whole) = (0, 0);
    for (name, text) in gallery() {
        let app = on(&text, PHONE);
        let plan = session(&app).plan();
        let look = Look { camera: app.camera(), is_compact: true, has_signs: true };
        let edges = geometry::edges(plan);
        let mut room = Room::beside_cards(plan);
        for key in labels::keys(plan, look, &mut room, edges.iter(), |_, key| key.to_owned(), |_| true) {
            let of = &session(&app).scenario().broker.bindings[key.binding].routing_key;
            // In one line or two.
            let said = key.shown.replace('\n', "");
            assert!(!said.is_empty(), "{name}: {of}");
            let ends = said.split_once('…');
            let is_part = ends.is_some_and(|(begin, end)| of.starts_with(begin) && of.ends_with(end));
            assert!(is_part || *said == **of, "{name}: {said} of {of}");
            // What it keeps are whole words.
            let is_border = |letter: Option<char>| letter.is_none_or(|letter| ".-_, ".contains(letter));
            let begins_within = |begin: &str| !begin.is_empty() && !is_border(of[begin.len()..].chars().next());
            let ends_within = |end: &str| !end.is_empty() && !is_border(of[..of.len() - end.len()].chars().next_back());
            let in_a_word = ends.is_some_and(|(begin, end)| begins_within(begin) || ends_within(end));
            assert!(!in_a_word || !of.contains(['.', '-', '_', ',', ' ']), "{name}: {said} of {of} is cut in a word");
            shown += 1;
            whole += usize::from(*said == **of);
        }
    }
    assert!(shown > 20 && whole * 3 > shown * 2, "{whole} of {shown}");
}
