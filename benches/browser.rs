//! The broker's speed in a browser, by the same workload as natively.
#![cfg(target_arch = "wasm32")]

mod workload;

use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn publish_route_deliver_ack() {
    let now = || web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now());
    let publishes = 100_000;
    let mut broker = workload::Fanout::new();
    broker.run(20_000);
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let start = now();
            broker.run(publishes);
            now() - start
        })
        .collect();
    times.sort_by(f64::total_cmp);
    console_log!("wasm: {:.0} publishes a second", f64::from(publishes) / times[3] * 1e3);
}
