//! The edge of a drawer, which a pointer or the arrow keys move.

use web_sys::{Element, PointerEvent};
use yew::{AttrValue, Callback, Html, KeyboardEvent, TargetCast as _, html};

use super::texts::grip as texts;
use super::{Dispatch, browser};
use crate::app::{App, Room, Side, Sizes, WorkspaceAction};

/// The size that the pointer asks for: from the drawer's other edge to it.
fn pulled(event: &PointerEvent, side: Side, room: Room) -> Option<u32> {
    let drawer = event.target_dyn_into::<Element>()?.parent_element()?.get_bounding_client_rect();
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    let pixels = match (room, side) {
        (Room::Upright | Room::Narrow, _) | (_, Side::Shelf) => drawer.bottom() - y,
        (_, Side::Left) => x - drawer.left(),
        (_, Side::Right) => drawer.right() - x,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window is some thousand pixels large")]
    let pixels = pixels.max(0.0) as u32;
    Some(Sizes::pulled(room, pixels, browser::window_height()))
}

/// The grip of a drawer.
pub fn grip(app: &App, side: Side, dispatch: &Dispatch) -> Html {
    let room = app.workspace.room;
    let size = app.workspace.sizes.of(side, room);
    let (least, most) = Sizes::range(side, room);
    let is_lying = room.has_sheet() || side == Side::Shelf;
    let resize = {
        let dispatch = dispatch.clone();
        move |size: u32| dispatch.emit(WorkspaceAction::Resize(side, size).into())
    };
    let onpointerdown = Callback::from(|event: PointerEvent| {
        // The pointer may leave the narrow grip while it pulls.
        if let Some(grip) = event.target_dyn_into::<Element>() {
            let _ = grip.set_pointer_capture(event.pointer_id());
        }
    });
    let onpointermove = {
        let resize = resize.clone();
        Callback::from(move |event: PointerEvent| {
            if event.buttons() & 1 == 1
                && let Some(size) = pulled(&event, side, room).filter(|wanted| *wanted != size)
            {
                resize(size);
            }
        })
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let step = Sizes::step(room);
        let larger = size.saturating_add(step);
        let smaller = size.saturating_sub(step);
        let wanted = match (event.key().as_str(), side) {
            ("ArrowUp", _) if is_lying => larger,
            ("ArrowDown", _) if is_lying => smaller,
            ("ArrowRight", Side::Left) | ("ArrowLeft", Side::Right) if !is_lying => larger,
            ("ArrowLeft", Side::Left) | ("ArrowRight", Side::Right) if !is_lying => smaller,
            ("Home", _) => least,
            ("End", _) => most,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        resize(wanted);
    });
    let name = match (room, side) {
        (Room::Upright | Room::Narrow, _) => texts::OF_THE_SHEET,
        (_, Side::Left) => texts::OF_THE_LEFT,
        (_, Side::Right) => texts::OF_THE_RIGHT,
        (_, Side::Shelf) => texts::OF_THE_SHELF,
    };
    let value: AttrValue = size.to_string().into();
    let said = room.has_sheet().then(|| texts::stop(app.workspace.sizes.sheet()));
    let orientation = if is_lying { "horizontal" } else { "vertical" };
    html! {
        <div class="grip" role="separator" tabindex="0" aria-label={name} aria-orientation={orientation} aria-valuenow={value}
            aria-valuemin={least.to_string()} aria-valuemax={most.to_string()} aria-valuetext={said}
            {onpointerdown} {onpointermove} {onkeydown} />
    }
}
