//! The turned drawing of a tall screen: messages travel downwards, and the document stays as it is. And the card of a service, which has
//! all its instances.

use requeue::app::camera::{LABEL, Pixel};
use requeue::app::geometry::{self, EdgeKind, Rect};
use requeue::app::keys::{NodeKey, Pressed, on_stop};
use requeue::app::{
    Action, App, CanvasAction, Drawer, EditAction, FileAction, Node, OperateAction, Room, SelectAction, Sheet, Shelf, Side, Speed, Stop,
    TimeAction, WorkspaceAction, tokens,
};
use requeue::base::SimTime;
use requeue::scenario::Point;
use requeue::scenario::edit::PartKind;
use requeue::sim::InstanceId;

use super::support::*;

const PHONE: Pixel = Pixel { x: 390.0, y: 440.0 };
const DESKTOP: Pixel = Pixel { x: 1_392.0, y: 796.0 };

const SYSTEMS: [(&str, &str); 5] = [
    ("course-chapter", COURSE_CHAPTER),
    ("retry-ttl", include_str!("../../static/scenarios/retry-ttl.json")),
    ("work-queue", include_str!("../../static/scenarios/work-queue.json")),
    ("chapter-retry-bug", include_str!("../../static/scenarios/chapter-retry-bug.json")),
    ("direct", include_str!("../../static/scenarios/direct.json")),
];

fn on(text: &str, size: Pixel) -> App {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "a.json".into(), text: text.into() });
    fit(&mut app, size);
    app
}

fn fit(app: &mut App, size: Pixel) {
    act(app, WorkspaceAction::Fit(if size == PHONE { Room::Narrow } else { Room::Wide }));
    act(app, CanvasAction::Resize(size));
}

fn rect(app: &App, node: &Node) -> Rect {
    geometry::rect(session(app).plan(), node).expect("it is drawn")
}

fn meet(one: &Rect, other: &Rect) -> bool {
    one.left < other.right() && other.left < one.right() && one.top < other.bottom() && other.top < one.bottom()
}

/// The cards that lie on one another.
fn overlaps(app: &App) -> Vec<(Node, Node)> {
    let plan = session(app).plan();
    let cards: Vec<(Node, Rect)> = geometry::places(plan)
        .into_iter()
        .filter(|place| geometry::moved_as(place) == *place)
        .map(|place| (place.clone(), geometry::card(plan, &place).expect("it is drawn")))
        .collect();
    let pairs = cards.iter().enumerate().flat_map(|(index, one)| cards[index + 1..].iter().map(move |other| (one, other)));
    pairs.filter(|(one, other)| meet(&one.1, &other.1)).map(|(one, other)| (one.0.clone(), other.0.clone())).collect()
}

#[test]
fn a_phone_turns_the_drawing_and_messages_travel_downwards() {
    for (name, text) in SYSTEMS {
        let wide = on(text, DESKTOP);
        let app = on(text, PHONE);
        let plan = session(&app).plan();
        assert!(plan.turned.is_some() && session(&wide).plan().turned.is_none(), "{name}");
        assert_eq!(overlaps(&app), [], "{name}");
        for edge in geometry::edges(plan) {
            let (from, to) = (rect(&app, &edge.from), rect(&app, &edge.to));
            let is_consumed = edge.kind == EdgeKind::Consumes;
            assert!(!is_consumed || from.bottom() < to.top, "{name}: {edge:?}");
            assert!(!is_consumed || edge.curve.from.y < edge.curve.to.y, "{name}: {edge:?}");
        }
        let card = geometry::SMALL_CARD.width * app.camera().scale;
        assert!(card > 80.0, "{name}: a card has {card} pixels");
        assert_eq!(session(&app).scenario_as_drawn(), session(&wide).scenario_as_drawn(), "{name}: the document is the same");
        assert!(!session(&app).can_undo(), "{name}");
    }
}

#[test]
fn what_is_dragged_in_a_turned_drawing_stays_where_it_was_let_go() {
    let mut app = on(COURSE_CHAPTER, PHONE);
    let queue = node("analytics-queue");
    let others = |app: &App| geometry::drawn(session(app).plan()).filter(|(place, _)| *place != queue).collect::<Vec<_>>();
    let (before, stood, rest) = (rect(&app, &queue).centre(), session(&app).stands(&queue), others(&app));
    let at = app.camera().to_stage(before);
    assert_eq!(app.node_at(at), Some(queue.clone()), "it is hit where it is drawn");
    let to = Pixel { x: at.x - 40.0, y: at.y + 120.0 };
    act(&mut app, CanvasAction::PressNode(queue.clone(), at));
    act(&mut app, CanvasAction::Move(to));
    let wanted = app.camera().to_canvas(to);
    act(&mut app, CanvasAction::Release { at: to, page: (0, 0), event: None });
    let now = rect(&app, &queue).centre();
    assert!((now.x - wanted.x).abs() < 8.0 && (now.y - wanted.y).abs() < 8.0, "{now:?} is not {wanted:?}");
    assert_eq!(others(&app), rest, "and nothing else moved");
    assert_ne!(session(&app).stands(&queue), stood, "it stands elsewhere in the document, too");
    act(&mut app, EditAction::Undo);
    assert_eq!((session(&app).stands(&queue), rect(&app, &queue).centre()), (stood, before));
}

#[test]
fn keys_go_and_move_as_it_is_drawn() {
    let mut app = on(COURSE_CHAPTER, PHONE);
    let (queue, service) = (node("analytics-queue"), Node::Instance(notification_service(&app)));
    let press = |app: &App, at: &Stop, key: &str| on_stop(session(app), at, Pressed { key, ..Pressed::default() });
    // Along a line, or to what stands there.
    let goes = |app: &App, from: &Node, key: &str| {
        let mut stop = Stop::Node(from.clone());
        loop {
            stop = match press(app, &stop, key) {
                Some(NodeKey::GoTo(next)) => next,
                other => panic!("{key}: {other:?}"),
            };
            if let Stop::Node(node) = stop {
                return node;
            }
        }
    };
    assert_eq!(goes(&app, &node("notification-queue"), "ArrowDown"), service);
    assert_eq!(goes(&app, &service, "ArrowUp"), node("notification-queue"));
    act(&mut app, SelectAction::Node(Some(queue.clone())));
    for (key, across, down) in [("ArrowRight", 5.0, 0.0), ("ArrowDown", 0.0, 5.0), ("ArrowLeft", -5.0, 0.0), ("ArrowUp", 0.0, -5.0)] {
        let before = rect(&app, &queue).centre();
        let pressed = Pressed { key, alt: true, ..Pressed::default() };
        let Some(NodeKey::Do(action)) = on_stop(session(&app), &Stop::Node(queue.clone()), pressed) else { panic!("{key} moves it") };
        act(&mut app, action);
        let after = rect(&app, &queue).centre();
        assert!((after.x - before.x - across).abs() < 0.01 && (after.y - before.y - down).abs() < 0.01, "{key}: {before:?} to {after:?}");
    }
}

#[test]
fn what_is_added_on_a_phone_covers_nothing() {
    let mut app = on(COURSE_CHAPTER, PHONE);
    for kind in [PartKind::Service, PartKind::ClassicQueue, PartKind::QuorumQueue] {
        act(&mut app, EditAction::AddPart(kind));
        assert_eq!(overlaps(&app), [], "{kind:?}");
    }
    let at = rect(&app, &node("notification-queue.dead")).centre();
    act(&mut app, EditAction::AddPartAt(PartKind::ClassicQueue, Point { x: at.x, y: at.y + 110.0 }));
    assert_eq!(overlaps(&app), []);
    // Arranged once more, and on a desktop.
    act(&mut app, EditAction::Arrange);
    assert_eq!(overlaps(&app), []);
    fit(&mut app, DESKTOP);
    assert!(session(&app).plan().turned.is_none());
    assert_eq!(overlaps(&app), []);
}

fn with_instances(count: u32) -> String {
    let instances = format!("\"instances\": {count}");
    SYSTEMS[2].1.replace("\"instances\": 3", &instances).replace("slow encoder#3 4x at 0s", "slow encoder 4x at 0s")
}

/// The service of a work queue, as its instances.
fn encoders(app: &App) -> Vec<Node> {
    let (service, _) = session(app).scenario().service("encoder").expect("it is there");
    let is = |place: &Node| matches!(place, Node::Instance(InstanceId { service: of, .. }) if *of == service);
    geometry::places(session(app).plan()).into_iter().filter(is).collect()
}

#[test]
fn instances_of_a_service_stand_in_one_card() {
    // how many, and how high the card is at most
    for (count, highest) in [(1, 80.0), (2, 130.0), (4, 200.0), (5, 130.0), (20, 190.0), (200, 970.0)] {
        for size in [DESKTOP, PHONE] {
            let app = on(&with_instances(count), size);
            let (plan, instances) = (session(&app).plan(), encoders(&app));
            assert_eq!(instances.len(), count as usize);
            let card = geometry::card(plan, &instances[0]).expect("it is drawn");
            assert!(card.height <= highest, "{count}: {card:?}");
            let mut before: Vec<Rect> = Vec::new();
            for instance in &instances {
                let one = rect(&app, instance);
                assert!(one.left >= card.left && one.right() <= card.right() && one.bottom() <= card.bottom(), "{count}: {one:?}");
                let free = before.iter().all(|other| {
                    one.left >= other.right() || other.left >= one.right() || one.top >= other.bottom() || other.top >= one.bottom()
                });
                assert!(free, "{count}: {instance:?} is hit by itself");
                assert_eq!(app.node_at(app.camera().to_stage(one.centre())).as_ref(), Some(instance), "{count}");
                before.push(one);
            }
            let consumes = geometry::edges(plan).into_iter().filter(|edge| edge.kind == EdgeKind::Consumes).count();
            assert_eq!(consumes, 1, "one line leads to all of them");
        }
    }
}

#[test]
fn a_card_of_many_instances_covers_no_service_below() {
    for count in [1, 2, 3, 4, 8, 40] {
        let mut app = on(&with_instances(count), DESKTOP);
        act(&mut app, EditAction::Arrange);
        assert_eq!(overlaps(&app), [], "{count}");
    }
    // A second instance, where the chapter's services stand.
    for service in ["inventory-service", "notification-service"] {
        let mut app = opened();
        let (index, spec) = session(&app).scenario().service(service).expect("it is there");
        let mut spec = spec.clone();
        spec.instances = 2;
        let element = requeue::scenario::edit::Element::Service(spec);
        act(&mut app, EditAction::Apply(requeue::scenario::edit::Edit::Put { index, element: Box::new(element) }));
        assert_eq!(overlaps(&app), [], "{service}");
    }
}

#[test]
fn a_sheet_gives_way_to_what_happens_and_what_opens_is_half() {
    let full = |app: &mut App| act(app, WorkspaceAction::Resize(Side::Left, Sheet::Full as u32));
    // What opens, and whether it takes the place of another panel.
    let opens: [(Action, bool); 7] = [
        (WorkspaceAction::Toggle(Drawer::System).into(), true),
        (WorkspaceAction::ToggleShelf(Shelf::Events).into(), true),
        (SelectAction::Node(Some(node("analytics-queue"))).into(), true),
        (TimeAction::Play.into(), true),
        (TimeAction::PlayOrPause.into(), true),
        (TimeAction::Seek(SimTime::from_secs(5)).into(), false),
        (TimeAction::FramePassed(SimTime::from_millis(16)).into(), false),
    ];
    for (action, is_lower) in opens {
        let mut app = on(COURSE_CHAPTER, PHONE);
        act(&mut app, WorkspaceAction::Toggle(Drawer::Publish));
        full(&mut app);
        act(&mut app, action.clone());
        let wanted = if is_lower { Sheet::Half } else { Sheet::Full };
        assert_eq!(app.workspace.sizes.sheet(), wanted, "{action:?}");
    }
    // A learner who pulls it up while time passes keeps it so; another part in the same panel keeps it, too.
    let mut app = on(COURSE_CHAPTER, PHONE);
    act(&mut app, TimeAction::Play);
    act(&mut app, SelectAction::Node(Some(node("analytics-queue"))));
    full(&mut app);
    act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    act(&mut app, SelectAction::Node(Some(node("notification-queue"))));
    assert_eq!(app.workspace.sizes.sheet(), Sheet::Full);
    // Time slowed for a service that died: it is shown once more, where it can be seen.
    let service = notification_service(&app);
    while session(&app).world().instance(service).expect("it is there").deliveries().count() < 2 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    }
    act(&mut app, OperateAction::Kill(service));
    for _ in 0..40 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    }
    act(&mut app, TimeAction::Replay);
    assert_eq!(app.workspace.sizes.sheet(), Sheet::Half);
    // A head alone stays so: it hides nothing.
    act(&mut app, TimeAction::Pause);
    act(&mut app, WorkspaceAction::Resize(Side::Right, Sheet::Peek as u32));
    act(&mut app, TimeAction::Play);
    assert_eq!(app.workspace.sizes.sheet(), Sheet::Peek);
}

/// What a service held that dies flies back within the canvas, and its label lies on no other part.
#[test]
fn what_a_crash_returns_is_in_view() {
    for size in [DESKTOP, PHONE] {
        for service in ["inventory-service", "notification-service", "analytics-service"] {
            let mut app = on(COURSE_CHAPTER, size);
            let client = session(&app).scenario().clients[0].name.clone();
            act(&mut app, OperateAction::Request(client, 50));
            let (index, _) = session(&app).scenario().service(service).expect("it is there");
            let id = InstanceId { service: index, instance: 0 };
            let held = |app: &App| session(app).world().instance(id).expect("it is there").deliveries().count();
            for _ in 0..20 {
                if held(&app) < 5 {
                    play(&mut app, 1);
                }
            }
            assert!(held(&app) >= 5, "{service}: it holds {}", held(&app));
            act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
            act(&mut app, TimeAction::Play);
            act(&mut app, OperateAction::Kill(id));
            let mut seen = 0;
            for _ in 0..300 {
                act(&mut app, TimeAction::FramePassed(SimTime::from_millis(32)));
                let (camera, plan) = (app.camera(), session(&app).plan());
                let picture = tokens::picture(plan, false);
                let Some(label) = picture.counts.iter().find(|count| count.text.contains("unacked")) else { continue };
                seen += 1;
                for token in picture.tokens.iter().filter(|token| token.shape == tokens::Shape::Redelivered) {
                    let at = camera.to_stage(token.at);
                    let within = (0.0..=size.x).contains(&at.x) && (0.0..=size.y).contains(&at.y);
                    assert!(within, "{service}, {size:?}: {at:?}");
                }
                let (width, height) = (200.0 / camera.scale, LABEL / camera.scale);
                let at = camera.within_view(size, label.at, width);
                let label = Rect { left: at.x - width / 2.0, top: at.y - height / 2.0, width, height };
                let dead = rect(&app, &Node::Instance(id));
                let below = label.top - dead.bottom();
                assert!((0.0..40.0).contains(&below), "{service}, {size:?}: {label:?} is not beneath {dead:?}");
                let beneath = geometry::drawn(plan).filter(|(place, _)| *place != Node::Instance(id));
                let covered: Vec<Node> = beneath.filter(|(_, card)| meet(card, &label)).map(|(place, _)| place).collect();
                assert_eq!(covered, [], "{service}, {size:?}: {label:?}");
            }
            assert!(seen > 5, "{service}: the label is seen");
        }
    }
}

/// Dead letters lie beneath all else; their line leaves between two columns, and passes behind no card but the last.
#[test]
fn dead_letters_have_a_lane_beneath() {
    for (name, text) in [("course-chapter", COURSE_CHAPTER), ("chapter-retry-bug", SYSTEMS[3].1)] {
        let app = on(text, PHONE);
        let plan = session(&app).plan();
        let lane: Vec<Node> = geometry::places(plan).into_iter().filter(|place| plan.is_in_lane(place)).collect();
        let above = geometry::drawn(plan).filter(|(place, _)| !lane.contains(place)).map(|(_, rect)| rect.bottom());
        let above = above.fold(f64::NEG_INFINITY, f64::max);
        assert!(!lane.is_empty(), "{name}");
        assert!(lane.iter().all(|place| rect(&app, place).top > above), "{name}: {lane:?}");
        let falls: Vec<geometry::Edge> =
            geometry::edges(plan).into_iter().filter(|edge| edge.kind == EdgeKind::DeadLetters && lane.contains(&edge.to)).collect();
        assert!(!falls.is_empty(), "{name}");
        for edge in falls {
            let on_the_way = (1..100).map(|step| edge.curve.at(f64::from(step) / 100.0));
            let crossed: Vec<Node> = on_the_way
                .flat_map(|at| geometry::drawn(plan).filter(move |(_, card)| card.has(at)).map(|(place, _)| place))
                .filter(|place| *place != edge.from && *place != edge.to)
                .collect();
            assert_eq!(crossed, [], "{name}: {edge:?}");
        }
    }
    // A retry comes back up beside the cards, to the side of its queue.
    let app = on(SYSTEMS[1].1, PHONE);
    let plan = session(&app).plan();
    let rises = |edge: &geometry::Edge| edge.kind == EdgeKind::DeadLetters && plan.is_in_lane(&edge.from) && !plan.is_in_lane(&edge.to);
    let edge = geometry::edges(plan).into_iter().find(rises).expect("the retry");
    let (from, to) = (rect(&app, &edge.from), rect(&app, &edge.to));
    assert!(edge.curve.from.y <= from.top && (edge.curve.to.x <= to.left || edge.curve.to.x >= to.right()), "{edge:?}");
    let lowest = (0..=100).map(|step| edge.curve.at(f64::from(step) / 100.0).y).fold(f64::NEG_INFINITY, f64::max);
    assert!(lowest <= from.top + 0.01, "it takes no way round: {edge:?}");
    // As many columns as queues, each name nearly whole: eleven pixels a letter, at most 0.6 of it wide.
    let app = on(COURSE_CHAPTER, PHONE);
    let plan = session(&app).plan();
    let columns: Vec<Rect> = ["inventory-queue", "notification-queue", "analytics-queue"].map(|queue| rect(&app, &node(queue))).to_vec();
    let card = columns[0].width * app.camera().scale;
    assert!(card >= 105.0, "a card has {card} pixels");
    let bottom = app.camera().to_stage(Point { x: 0.0, y: geometry::bounds(plan).bottom() }).y;
    assert!(bottom <= PHONE.y - 60.0, "the chips cover nothing: {bottom}");
}

#[test]
fn a_part_of_the_lane_is_dragged_and_nudged_as_it_is_drawn() {
    let mut app = on(COURSE_CHAPTER, PHONE);
    let dead = node("notification-queue.dead");
    let (before, stood) = (rect(&app, &dead).centre(), session(&app).stands(&dead));
    let at = app.camera().to_stage(before);
    let to = Pixel { x: at.x + 20.0, y: at.y - 30.0 };
    act(&mut app, CanvasAction::PressNode(dead.clone(), at));
    act(&mut app, CanvasAction::Move(to));
    let wanted = app.camera().to_canvas(to);
    act(&mut app, CanvasAction::Release { at: to, page: (0, 0), event: None });
    let now = rect(&app, &dead).centre();
    assert!((now.x - wanted.x).abs() < 8.0 && (now.y - wanted.y).abs() < 8.0, "{now:?} is not {wanted:?}");
    act(&mut app, EditAction::Undo);
    assert_eq!((session(&app).stands(&dead), rect(&app, &dead).centre()), (stood, before));
    act(&mut app, SelectAction::Node(Some(dead.clone())));
    act(&mut app, EditAction::Nudge(5.0, 0.0));
    let after = rect(&app, &dead).centre();
    assert!((after.x - before.x - 5.0).abs() < 0.01 && (after.y - before.y).abs() < 0.01, "{before:?} to {after:?}");
}

/// Whatever a sheet does, the drawing stands still. Only what is selected is not hidden, in a view that was chosen.
#[test]
fn no_sheet_moves_the_drawing() {
    for (name, text) in SYSTEMS {
        let mut app = on(text, PHONE);
        // Above half a sheet, with a card, above a head alone, and without any.
        let stages = [380.0, 440.0, 600.0, 688.0].map(|y| Pixel { y, ..PHONE });
        act(&mut app, CanvasAction::AboveSheet(Some(380.0)));
        let before = app.camera();
        for size in stages {
            act(&mut app, CanvasAction::Resize(size));
            assert_eq!(app.camera(), before, "{name}, {size:?}");
        }
        let bounds = geometry::bounds(session(&app).plan());
        act(&mut app, CanvasAction::Resize(stages[0]));
        assert!(app.camera().shows(stages[0], &bounds), "{name}: all of it is seen above half a sheet");
    }
    let mut app = on(COURSE_CHAPTER, PHONE);
    act(&mut app, CanvasAction::AboveSheet(Some(380.0)));
    act(&mut app, CanvasAction::Resize(Pixel { y: 688.0, ..PHONE }));
    act(&mut app, CanvasAction::Wheel { at: Pixel::default(), dx: 0.0, dy: -120.0, zooms: false, sideways: false });
    let before = app.camera();
    for (part, moves) in [("inventory-queue", false), ("notification-queue.dead", true)] {
        act(&mut app, SelectAction::Node(Some(node(part))));
        act(&mut app, CanvasAction::Resize(Pixel { y: 380.0, ..PHONE }));
        assert_eq!(app.camera() != before, moves, "{part}");
        assert!(app.camera().shows(app.canvas.size, &rect(&app, &node(part))), "{part}");
        act(&mut app, CanvasAction::Resize(Pixel { y: 688.0, ..PHONE }));
        assert_eq!(app.camera(), before, "{part}");
    }
}

/// The target of a port takes nothing of its own card and nothing of another, for a pointer and for a finger.
#[test]
fn a_port_is_met_beside_its_card() {
    for (name, text) in SYSTEMS {
        for size in [PHONE, DESKTOP] {
            let app = on(text, size);
            let plan = session(&app).plan();
            let cards: Vec<(Node, Rect)> = geometry::places(plan)
                .into_iter()
                .filter(|place| geometry::moved_as(place) == *place)
                .filter_map(|place| Some((place.clone(), geometry::card(plan, &place)?)))
                .collect();
            let mut deep = 0;
            for (place, _) in &cards {
                for pixels in [24.0, 44.0] {
                    let target = geometry::target_of_port(plan, place, &cards, pixels / app.camera().scale).expect("it has one");
                    let is_met = |(other, card): &&(Node, Rect)| {
                        // The border of a hexagon is left of the right of its box.
                        let width = if matches!(other, Node::Exchange(_)) { card.width * 0.93 } else { card.width };
                        target.width > 0.0 && target.height > 0.0 && meet(&target, &Rect { width, ..*card })
                    };
                    assert_eq!(cards.iter().find(is_met), None, "{name}, {size:?}: the port of {place:?}");
                    deep += usize::from(target.width.min(target.height) * app.camera().scale >= 23.9);
                }
            }
            assert!(deep >= cards.len(), "{name}, {size:?}: {deep} targets of {} are as large as a pointer's", cards.len() * 2);
        }
    }
}

/// A requeue flies beside its queue where no dead letters fall.
#[test]
fn a_requeue_flies_on_no_line_of_dead_letters() {
    let mut seen = 0;
    for (name, text) in gallery() {
        let app = on(&text, PHONE);
        let plan = session(&app).plan();
        if plan.turned.is_none() {
            continue;
        }
        let edges = geometry::edges(plan);
        for consumes in edges.iter().filter(|edge| edge.kind == EdgeKind::Consumes) {
            let Some(arc) = geometry::requeue_arc(plan, &consumes.to, &consumes.from) else { continue };
            for dead in edges.iter().filter(|edge| edge.kind == EdgeKind::DeadLetters && edge.from == consumes.from) {
                let on = |curve: &geometry::Curve, step: u32| curve.at(f64::from(step) / 40.0);
                for at in (4..37).map(|step| on(&arc, step)) {
                    let near = (0..=40).map(|step| on(&dead.curve, step)).map(|line| libm::hypot(line.x - at.x, line.y - at.y));
                    let near = near.fold(f64::INFINITY, f64::min);
                    assert!(near > 12.0, "{name}: {:?} comes as near as {near}", consumes.from);
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 3, "{seen}");
}
