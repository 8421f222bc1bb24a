//! The page. Everything it does is in `requeue::ui`.

#[cfg(target_arch = "wasm32")]
fn main() {
    requeue::ui::run();
}

#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::disallowed_macros, reason = "a person who runs this natively is told what it is")]
fn main() {
    eprintln!("This is the page of Requeue. Serve it with ./scripts/serve, or use the command `requeue` (feature `cli`).");
}
