pub mod broker;
pub mod scenario;
pub mod sim;
pub mod formats;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod cli;
