//! What moves the view and what does not: edits, drawers, what is added, and whatever is selected.

use proptest::prelude::*;
use requeue::app::camera::Pixel;
use requeue::app::{self, App, CanvasAction, EditAction, Node, Room, SelectAction, WorkspaceAction, geometry};
use requeue::scenario::Point;
use requeue::scenario::edit::{Part, PartKind};

use super::support::*;

#[test]
fn what_is_edited_does_not_move_the_view() {
    // Everything is seen, and there is room: the scale and the place stay.
    let mut app = seen();
    act(&mut app, CanvasAction::Resize(Pixel { x: 1_800.0, y: 1_400.0 }));
    let camera = app.camera();
    let shown = |app: &App| {
        let primary = session(app).selection.primary.clone().expect("what is new is selected");
        app.camera().shows(app.canvas.size, &geometry::rect(session(app).plan(), &primary).expect("it is there"))
    };
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    assert!(app.camera() == camera && shown(&app), "there is room in view");
    act(&mut app, EditAction::Nudge(15.0, 15.0));
    act(&mut app, EditAction::Duplicate);
    assert_eq!(app.camera().scale.to_bits(), camera.scale.to_bits());
    assert!(shown(&app));
    act(&mut app, EditAction::Delete);
    act(&mut app, EditAction::Undo);
    assert_eq!(app.camera().scale.to_bits(), camera.scale.to_bits());
    // When it no longer fits, what is new is seen, as large as before.
    for _ in 0..40 {
        act(&mut app, EditAction::AddPart(PartKind::QuorumQueue));
        assert!(app.camera().scale.to_bits() == camera.scale.to_bits() && shown(&app));
    }
    assert!(app.camera() != camera, "there is no room left");
    // A view that the visitor chose: what is new stands in it.
    let mut app = seen();
    act(&mut app, CanvasAction::Centre(Point { x: 3_000.0, y: 2_000.0 }));
    let camera = app.camera();
    for kind in [PartKind::Client, PartKind::Service, PartKind::ClassicQueue] {
        act(&mut app, EditAction::AddPart(kind));
        assert!(app.camera() == camera && shown(&app), "{kind:?}");
    }
    act(&mut app, EditAction::Arrange);
    assert_eq!(app.canvas.chosen, None, "what is arranged is seen whole");
}

#[test]
fn the_view_comes_back_when_the_drawer_of_what_was_added_closes() {
    let mut app = seen();
    let (size, camera) = (app.canvas.size, app.camera());
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    act(&mut app, CanvasAction::Resize(Pixel { x: 600.0, ..size }));
    assert_eq!(app.camera().scale.to_bits(), camera.scale.to_bits());
    act(&mut app, EditAction::Undo);
    act(&mut app, CanvasAction::Resize(size));
    assert_eq!(app.camera(), camera);
}

#[test]
fn a_drawer_that_opens_does_not_hide_what_is_selected() {
    let mut app = seen();
    let queue = node("analytics-queue");
    act(&mut app, SelectAction::Node(Some(queue.clone())));
    act(&mut app, CanvasAction::Zoom(1.01, None));
    let at = pixel(&app, &queue);
    act(&mut app, CanvasAction::Resize(Pixel { x: at.x, y: 700.0 }));
    let rect = geometry::rect(session(&app).plan(), &queue).expect("it is there");
    assert!(app.camera().shows(app.canvas.size, &rect));
    // What was out of view stays out of view.
    act(&mut app, CanvasAction::Centre(Point { x: 5_000.0, y: 5_000.0 }));
    let camera = app.camera();
    act(&mut app, CanvasAction::Resize(Pixel { x: 400.0, y: 500.0 }));
    assert_eq!(app.camera(), camera);
}

/// Ways to see a system: of everything, or chosen; and how large the stage is.
fn views() -> impl Strategy<Value = (Pixel, Option<(f64, f64, f64)>)> {
    let sizes = prop::sample::select(vec![(1_392.0, 796.0), (1_032.0, 796.0), (976.0, 664.0), (390.0, 688.0)]);
    let chosen = prop::option::of((0.5_f64..1.6, -600.0_f64..600.0, -400.0_f64..400.0));
    (sizes.prop_map(|(x, y)| Pixel { x, y }), chosen)
}

#[derive(Clone, Debug)]
enum Added {
    Part(PartKind),
    At(PartKind, f64, f64),
    Beside(usize, PartKind),
    Again,
}

fn adds() -> impl Strategy<Value = Added> {
    let kinds = || {
        prop::sample::select(vec![
            PartKind::Client,
            PartKind::Service,
            PartKind::Exchange(requeue::broker::ExchangeType::Topic),
            PartKind::ClassicQueue,
            PartKind::QuorumQueue,
        ])
    };
    prop_oneof![
        4 => kinds().prop_map(Added::Part),
        2 => (kinds(), 0.0_f64..1.0, 0.0_f64..1.0).prop_map(|(kind, x, y)| Added::At(kind, x, y)),
        2 => (0..20_usize, kinds()).prop_map(|(from, kind)| Added::Beside(from, kind)),
        1 => Just(Added::Again),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever is added, however the canvas is seen: nothing gets larger or smaller, and what is new is seen whole, beside the drawer
    /// that it opens. When that closes, the view is where it was.
    #[test]
    fn what_is_added_is_seen_and_changes_no_scale((size, chosen) in views(), adds in prop::collection::vec(adds(), 1..6), is_empty in any::<bool>()) {
        let mut app = opened();
        if is_empty {
            act(&mut app, app::FileAction::New);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window")]
        act(&mut app, WorkspaceAction::Fit(Room::of(size.x as u32 + 48, size.y as u32 + 104)));
        act(&mut app, CanvasAction::Resize(size));
        if let Some((zoom, across, down)) = chosen {
            act(&mut app, CanvasAction::Zoom(zoom, None));
            act(&mut app, CanvasAction::Wheel { at: Pixel::default(), dx: across, dy: down, zooms: false, sideways: false });
        }
        let scale = app.camera().scale;
        for add in adds {
            let parts: Vec<Part> = Part::all(session(&app).scenario()).collect();
            let before = parts.len();
            match add {
                Added::Part(kind) => act(&mut app, EditAction::AddPart(kind)),
                Added::At(kind, x, y) => {
                    let at = app.camera().to_canvas(Pixel { x: size.x * x, y: size.y * y });
                    act(&mut app, EditAction::AddPartAt(kind, at));
                }
                Added::Beside(from, kind) if !parts.is_empty() => {
                    act(&mut app, EditAction::Extend { from: parts[from % parts.len()].clone(), kind, at: None });
                }
                Added::Beside(..) => {}
                Added::Again => act(&mut app, EditAction::Duplicate),
            }
            prop_assert_eq!(app.camera().scale.to_bits(), scale.to_bits(), "{:?}", add);
            if Part::all(session(&app).scenario()).count() == before {
                continue;
            }
            let seen = |app: &App| {
                let new = session(app).selection.primary.clone().expect("what is new is selected");
                let rect = geometry::with_name(session(app).plan(), &new).expect("it is drawn");
                let view = app.camera().view(app.canvas.size);
                let near = 0.01;
                (rect.left >= view.left - near && rect.right() <= view.right() + near && rect.top >= view.top - near && rect.bottom() <= view.bottom() + near)
                    .then_some(())
                    .ok_or_else(|| format!("{rect:?} is not within {view:?}"))
            };
            prop_assert_eq!(seen(&app), Ok(()), "{:?}", add);
            // Its drawer opens, and closes.
            let home = app.camera();
            let beside = if size.x > 600.0 { Pixel { x: size.x - 360.0, ..size } } else { Pixel { y: 380.0, ..size } };
            act(&mut app, CanvasAction::Resize(beside));
            prop_assert_eq!(app.camera().scale.to_bits(), scale.to_bits(), "{:?}", add);
            prop_assert_eq!(seen(&app), Ok(()), "{:?} beside its drawer", add);
            act(&mut app, CanvasAction::Resize(size));
            prop_assert_eq!(app.camera(), home, "{:?}", add);
        }
    }
}

/// Where there is room that is seen, what is new stands there: the view does not move, the card of things to do covers nothing.
#[test]
fn what_is_added_stands_where_it_is_seen() {
    let mut app = opened();
    act(&mut app, WorkspaceAction::Fit(Room::Wide));
    act(&mut app, WorkspaceAction::Toggle(app::Drawer::Build));
    let (open, beside) = (Pixel { x: 1_032.0, y: 796.0 }, Pixel { x: 672.0, y: 796.0 });
    act(&mut app, CanvasAction::Resize(open));
    act(&mut app, CanvasAction::Zoom(0.7, None));
    act(&mut app, WorkspaceAction::Tour);
    let camera = app.camera();
    for kind in [PartKind::ClassicQueue, PartKind::Service, PartKind::Exchange(requeue::broker::ExchangeType::Topic)] {
        act(&mut app, EditAction::AddPart(kind));
        assert_eq!(app.camera(), camera, "{kind:?}");
        let new = session(&app).selection.primary.clone().expect("it is selected");
        let rect = geometry::with_name(session(&app).plan(), &new).expect("it is drawn");
        act(&mut app, CanvasAction::Resize(beside));
        assert_eq!(app.camera(), camera, "{kind:?}: beside its drawer, too");
        let (first, last) =
            (camera.to_stage(Point { x: rect.left, y: rect.top }), camera.to_stage(Point { x: rect.right(), y: rect.bottom() }));
        assert!(first.x >= 0.0 && last.x <= beside.x && last.y <= beside.y, "{kind:?}: {first:?} to {last:?}");
        let is_under_the_card = first.x < 328.0 && last.y > beside.y - 180.0;
        assert!(!is_under_the_card, "{kind:?}: {first:?} to {last:?}");
        act(&mut app, SelectAction::Node(None));
        act(&mut app, CanvasAction::Resize(open));
    }
}

/// A drawer moves the view only where it would hide what is selected; never while a pointer is down; and what it moved comes back.
#[test]
fn a_drawer_moves_the_view_only_from_what_is_selected() {
    let (open, beside) = (Pixel { x: 1_392.0, y: 796.0 }, Pixel { x: 1_032.0, y: 796.0 });
    // a part at the right, one at the left
    let service = Node::Instance(notification_service(&opened()));
    for (part, moves) in [(node("analytics-queue"), false), (service, true)] {
        let mut app = opened();
        act(&mut app, CanvasAction::Resize(open));
        act(&mut app, CanvasAction::Zoom(1.0, None));
        act(&mut app, SelectAction::Node(Some(part.clone())));
        let before = app.camera();
        act(&mut app, CanvasAction::Resize(beside));
        assert_eq!(app.camera() != before, moves, "{part:?}");
        assert_eq!(app.camera().scale.to_bits(), before.scale.to_bits());
        act(&mut app, CanvasAction::Resize(open));
        assert_eq!(app.camera(), before, "{part:?}: it closed");
        // What the visitor moved meanwhile stays.
        act(&mut app, CanvasAction::Resize(beside));
        act(&mut app, CanvasAction::Wheel { at: Pixel::default(), dx: 10.0, dy: 0.0, zooms: false, sideways: false });
        let chosen = app.camera();
        act(&mut app, CanvasAction::PressEmpty { at: Pixel { x: 5.0, y: 5.0 }, boxed: false });
        act(&mut app, CanvasAction::Resize(open));
        assert_eq!(app.camera(), chosen, "{part:?}");
    }
}

/// Opens a drawer of 360 pixels at the left or the right of a window: of the canvas without it, this is left.
fn beside(app: &mut App, whole: Pixel, left: f64, right: f64) {
    act(app, CanvasAction::Beside(left, whole));
    act(app, CanvasAction::Resize(Pixel { x: whole.x - left - right, ..whole }));
}

/// Nobody chose the view. A drawer that opens keeps the drawing as large as it is wherever that has room, moves only what it would cover,
/// and leaves everything in view; at last it is as it was.
#[test]
fn a_drawer_changes_the_view_no_more_than_it_must() {
    let (mut kept, mut smaller) = (0, 0);
    for (name, text) in gallery() {
        for (width, height) in [(1_872.0, 976.0), (1_392.0, 796.0), (976.0, 664.0)] {
            let whole = Pixel { x: width, y: height };
            let mut app = App::default();
            act(&mut app, app::FileAction::Opened { name: "a.json".into(), text: text.clone() });
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window")]
            act(&mut app, WorkspaceAction::Fit(Room::of(width as u32 + 48, height as u32 + 104)));
            beside(&mut app, whole, 0.0, 0.0);
            let home = app.camera();
            let bounds = geometry::bounds(session(&app).plan());
            for (left, right) in [(360.0, 0.0), (0.0, 360.0), (360.0, 360.0)] {
                let what = format!("{name}, {whole:?}, {left}, {right}");
                beside(&mut app, whole, left, right);
                let (now, size) = (app.camera(), app.canvas.size);
                let has_room = bounds.width * home.scale <= size.x && size.x >= 620.0;
                assert!(!has_room || now.scale.to_bits() == home.scale.to_bits(), "{what}: it has room as large as it is");
                assert!(now.scale <= home.scale && now.scale >= home.scale.min(0.5) - 1e-9, "{what}: {}", now.scale);
                assert!(now.shows(size, &bounds) || now.scale <= 0.5, "{what}: it is in view");
                // On the page it stands where it was, if no drawer is there.
                let stood = home.left + bounds.left * home.scale;
                if has_room && stood >= left && stood + bounds.width * home.scale <= width - right {
                    assert!((now.left + left - home.left).abs() < 0.02, "{what}: it is moved");
                }
                kept += usize::from(has_room);
                smaller += usize::from(now.scale < home.scale);
                beside(&mut app, whole, 0.0, 0.0);
                assert_eq!(app.camera(), home, "{what}: it closed");
            }
        }
    }
    assert!(kept > 20 && smaller > 20, "{kept} {smaller}");
}

/// What is selected opens its inspector. The drawing keeps its size, whatever else is open, and stands still unless the drawer would cover
/// what is selected. Another selection moves nothing that is seen. When the drawer shuts, all is as it was.
#[test]
fn a_selection_does_not_change_the_size_of_what_is_looked_at() {
    let (mut still, mut moved) = (0, 0);
    for (name, text) in gallery() {
        for (width, height, left) in [(1_872.0, 976.0, 0.0), (1_392.0, 796.0, 0.0), (1_392.0, 796.0, 360.0), (976.0, 664.0, 0.0)] {
            let whole = Pixel { x: width, y: height };
            let mut app = App::default();
            act(&mut app, app::FileAction::Opened { name: "a.json".into(), text: text.clone() });
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window")]
            act(&mut app, WorkspaceAction::Fit(Room::of(width as u32 + 48, height as u32 + 104)));
            beside(&mut app, whole, left, 0.0);
            let home = app.camera();
            let parts = geometry::places(session(&app).plan());
            for part in &parts {
                let what = format!("{name}, {whole:?}, {left}, {part:?}");
                act(&mut app, SelectAction::Node(Some(part.clone())));
                beside(&mut app, whole, left, 360.0);
                let (now, size) = (app.camera(), app.canvas.size);
                let rect = geometry::rect(session(&app).plan(), part).expect("it is drawn");
                assert_eq!(now.scale.to_bits(), home.scale.to_bits(), "{what}");
                assert!(now.shows(size, &rect) || !home.shows(whole, &rect), "{what}: it is in view");
                // With the room that a part that is revealed has around it.
                let is_clear = home.shows(size, &rect.grown(17.0 / home.scale));
                if is_clear && home.to_stage(geometry::bounds(session(&app).plan()).centre()).x > 0.0 {
                    let is_shifted = (now.left - home.left).abs() > 0.02;
                    still += usize::from(!is_shifted);
                }
                moved += usize::from(now != home);
                if let Some(next) = parts
                    .iter()
                    .find(|next| *next != part && now.shows(size, &geometry::rect(session(&app).plan(), next).expect("it is drawn")))
                {
                    act(&mut app, SelectAction::Node(Some(next.clone())));
                    assert_eq!(app.camera(), now, "{what}: then {next:?}, which is seen");
                }
                act(&mut app, SelectAction::Node(None));
                beside(&mut app, whole, left, 0.0);
                assert_eq!(app.camera(), home, "{what}: it shut");
            }
        }
    }
    assert!(still > 20 && moved > 20, "{still} {moved}");
}

/// On a tablet, the inspector of a part takes a third of the canvas: the part is seen, as large as when it was selected.
#[test]
fn an_inspector_on_a_tablet_leaves_its_part_in_view() {
    for part in ["inventory-queue", "analytics-queue", "notification-queue.dead"].map(node) {
        let mut app = opened();
        let whole = Pixel { x: 976.0, y: 664.0 };
        act(&mut app, WorkspaceAction::Fit(Room::Middle));
        beside(&mut app, whole, 0.0, 0.0);
        let home = app.camera();
        act(&mut app, SelectAction::Node(Some(part.clone())));
        beside(&mut app, whole, 0.0, 360.0);
        assert_eq!(app.camera().scale.to_bits(), home.scale.to_bits());
        let rect = geometry::with_name(session(&app).plan(), &part).expect("it is drawn");
        assert!(app.camera().shows(app.canvas.size, &rect), "{part:?}");
        act(&mut app, SelectAction::Node(None));
        beside(&mut app, whole, 0.0, 0.0);
        assert_eq!(app.camera(), home);
    }
}

/// What the page does after each action: the drawers that are seen take their place from the stage.
fn lay_out(app: &mut App, whole: Pixel) {
    let seen = app.seen();
    let width = |side: app::Side| if seen.contains(&side) { 360.0 } else { 0.0 };
    let below = if seen.contains(&app::Side::Shelf) { 248.0 } else { 0.0 };
    let size = Pixel { x: whole.x - width(app::Side::Left) - width(app::Side::Right), y: whole.y - below };
    if size != app.canvas.size {
        act(app, CanvasAction::Beside(width(app::Side::Left), whole));
        act(app, CanvasAction::Resize(size));
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Add(PartKind),
    Extend(usize, PartKind),
    Select(Option<usize>),
    Click(usize),
    Drag(usize, f64, f64),
    Open(app::Drawer),
    Shelf,
    Zoom(f64),
    Length(u64),
}

fn deeds() -> impl Strategy<Value = Deed> {
    let kinds = || prop::sample::select(vec![PartKind::Client, PartKind::Service, PartKind::ClassicQueue, PartKind::QuorumQueue]);
    prop_oneof![
        kinds().prop_map(Deed::Add),
        (0..20_usize, kinds()).prop_map(|(from, kind)| Deed::Extend(from, kind)),
        prop::option::of(0..20_usize).prop_map(Deed::Select),
        (0..20_usize).prop_map(Deed::Click),
        (0..20_usize, -300.0_f64..300.0, -200.0_f64..200.0).prop_map(|(part, x, y)| Deed::Drag(part, x, y)),
        prop::sample::select(vec![app::Drawer::Build, app::Drawer::Publish, app::Drawer::System]).prop_map(Deed::Open),
        Just(Deed::Shelf),
        (0.7_f64..1.4).prop_map(Deed::Zoom),
        (1..9_u64).prop_map(Deed::Length),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// After any deeds before it, Enter in a field of an inspector moves no part on the screen.
    #[test]
    fn a_field_moves_no_view((width, height) in prop::sample::select(vec![(1_392.0, 796.0), (976.0, 664.0)]), is_empty in any::<bool>(), deeds in prop::collection::vec(deeds(), 1..12)) {
        let whole = Pixel { x: width, y: height };
        let mut app = opened();
        if is_empty {
            act(&mut app, app::FileAction::New);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window")]
        act(&mut app, WorkspaceAction::Fit(Room::of(width as u32 + 48, height as u32 + 104)));
        lay_out(&mut app, whole);
        let mut before: Vec<String> = Vec::new();
        for deed in deeds.into_iter().chain([Deed::Select(Some(0)), Deed::Length(5)]) {
            before.push(format!("{deed:?}"));
            let nodes = geometry::places(session(&app).plan());
            let parts: Vec<Part> = Part::all(session(&app).scenario()).collect();
            let node = |index: usize| nodes.get(index % nodes.len().max(1)).cloned();
            match deed {
                Deed::Add(kind) => act(&mut app, EditAction::AddPart(kind)),
                Deed::Extend(from, kind) if !parts.is_empty() => {
                    act(&mut app, EditAction::Extend { from: parts[from % parts.len()].clone(), kind, at: None });
                }
                Deed::Extend(..) => {}
                Deed::Select(index) => act(&mut app, SelectAction::Node(index.and_then(node))),
                Deed::Click(index) | Deed::Drag(index, ..) => {
                    let Some(node) = node(index) else { continue };
                    let at = pixel(&app, &node);
                    act(&mut app, CanvasAction::PressNode(node.clone(), at));
                    if let Deed::Drag(_, x, y) = deed {
                        act(&mut app, CanvasAction::Move(Pixel { x: at.x + x, y: at.y + y }));
                        let moving = app.camera();
                        act(&mut app, CanvasAction::Release { at: Pixel { x: at.x + x, y: at.y + y }, page: (0, 0), event: None });
                        prop_assert!(app.camera().scale <= moving.scale);
                    } else {
                        act(&mut app, CanvasAction::Release { at, page: (0, 0), event: None });
                        act(&mut app, CanvasAction::Click { node, also: false, event: None });
                    }
                }
                Deed::Open(drawer) => act(&mut app, WorkspaceAction::Toggle(drawer)),
                Deed::Shelf => act(&mut app, WorkspaceAction::ToggleShelf(app::Shelf::Ledger)),
                Deed::Zoom(by) => act(&mut app, CanvasAction::Zoom(by, None)),
                Deed::Length(length) => {
                    let Some(index) = session(&app).scenario().broker.queues.iter().position(|_| true) else { continue };
                    let name = session(&app).scenario().broker.queues[index].name.clone();
                    act(&mut app, SelectAction::Node(Some(Node::Queue(name))));
                    lay_out(&mut app, whole);
                    let camera = app.camera();
                    let at = app::form::Spot::of(requeue::scenario::edit::Slot::Queue(index)).field("arguments.x-max-length");
                    act(&mut app, EditAction::SetField(at, app::form::Kind::Whole, length.to_string()));
                    prop_assert_eq!(app.camera(), camera, "{:?}", before);
                    lay_out(&mut app, whole);
                    prop_assert_eq!(app.camera(), camera, "{:?}: laid out", before);
                }
            }
            lay_out(&mut app, whole);
        }
    }
}

/// What a lesson points at stays in sight, beside each selected part, and with drawers open.
#[test]
fn what_a_lesson_points_at_stays_in_sight() {
    use requeue::app::lesson::LessonAction;
    let mut seen = 0;
    for (width, height) in [(1_392.0, 796.0), (976.0, 664.0)] {
        let whole = Pixel { x: width, y: height };
        for (is_chosen, drawer) in [(false, None), (false, Some(app::Drawer::Build)), (true, Some(app::Drawer::Build))] {
            let mut app = in_class(CRASH);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window")]
            act(&mut app, WorkspaceAction::Fit(Room::of(width as u32 + 48, height as u32 + 104)));
            lay_out(&mut app, whole);
            for step in 0..classroom(&app).lesson.steps.len() {
                act(&mut app, LessonAction::ChooseStep(step));
                lay_out(&mut app, whole);
                let points = classroom(&app).lesson.steps[step].points.clone();
                let pointed = |app: &App| {
                    let places = geometry::places(session(app).plan()).into_iter();
                    places.filter(|place| session(app).part(place).is_some_and(|part| points.contains(part.name()))).collect::<Vec<_>>()
                };
                if is_chosen {
                    act(&mut app, CanvasAction::Zoom(1.0, None));
                }
                for node in geometry::places(session(&app).plan()) {
                    if let Some(drawer) = drawer
                        && app.workspace.left != Some(drawer)
                    {
                        act(&mut app, WorkspaceAction::Toggle(drawer));
                        lay_out(&mut app, whole);
                    }
                    act(&mut app, SelectAction::Node(Some(node.clone())));
                    lay_out(&mut app, whole);
                    for place in pointed(&app) {
                        let rect = geometry::rect(session(&app).plan(), &place).expect("it is drawn");
                        assert!(
                            app.camera().shows(app.canvas.size, &rect),
                            "{whole:?} {is_chosen} {drawer:?} step {step}, {node:?}: {place:?}"
                        );
                        seen += 1;
                    }
                    act(&mut app, SelectAction::Node(None));
                    lay_out(&mut app, whole);
                }
            }
        }
    }
    assert!(seen > 20, "{seen}");
}
