//! A double click presses one control. A press may put another one into its place: "Kill" comes where "Start" was. The second click was
//! not meant for that.

/// A click, as a browser counts it, and what it falls on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click<'a> {
    /// The place in a row of quick clicks at one spot, from 1 on; 0: no pointer clicked.
    pub count: i32,
    /// What a learner knows the control by; none: it is on no control.
    pub on: Option<&'a str>,
}

/// Remembers what the first click of a row was meant for.
#[derive(Debug, Default)]
pub struct Guard {
    meant: Option<String>,
}

impl Guard {
    /// Whether the control takes this click: it is the first, or it presses once more what the first one pressed.
    #[must_use]
    pub fn lets(&mut self, click: Click<'_>) -> bool {
        if click.count > 1 {
            return click.on.is_none() || click.on == self.meant.as_deref();
        }
        if click.count == 1 {
            self.meant = click.on.map(str::to_owned);
        }
        true
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_comes_under_the_pointer_is_not_pressed_by_the_second_click() {
        for (first, second, lets) in [
            (Some("Kill"), Some("Start"), false),
            (Some("Start"), Some("Kill"), false),
            (Some("replace-http"), Some("draft-discard"), false),
            (Some("Fix: create a service"), Some("Publish"), false),
            // A part was chosen, and a drawer opened above it.
            (None, Some("Delete"), false),
            (Some("undo"), Some("undo"), true),
            (Some("Close"), None, true),
        ] {
            let mut guard = Guard::default();
            assert!(guard.lets(Click { count: 1, on: first }));
            assert_eq!(guard.lets(Click { count: 2, on: second }), lets, "{first:?} {second:?}");
            assert!(guard.lets(Click { count: 1, on: second }), "a click that stands alone is meant");
        }
    }

    proptest! {
        /// A row of clicks presses one control at most, however the controls change under the pointer.
        #[test]
        fn a_row_of_clicks_presses_one_control(rows in prop::collection::vec(prop::collection::vec(prop::option::of(0..3_u8), 1..5), 1..5)) {
            let mut guard = Guard::default();
            for row in rows {
                let names: Vec<Option<String>> = row.iter().map(|on| on.map(|on| on.to_string())).collect();
                let clicks = (1..).zip(&names).filter(|(count, on)| guard.lets(Click { count: *count, on: on.as_deref() }));
                let pressed: Vec<&String> = clicks.filter_map(|(_, on)| on.as_ref()).collect();
                prop_assert!(pressed.iter().all(|one| Some(*one) == names[0].as_ref()), "{pressed:?} of {names:?}");
                // What is no pointer's is never held back, and changes nothing.
                let is_let = guard.lets(Click { count: 0, on: Some("other") });
                prop_assert!(is_let);
            }
        }
    }
}
