//! `requeue snapshot` and `requeue watch`: a broker that runs.

mod management;
mod snapshot;
mod watch;

pub use management::Management;
pub use snapshot::{Options as SnapshotOptions, snapshot};
pub use watch::{Options as WatchOptions, watch};

use super::amqp::Address;

/// The user and the password, where an address names none.
const USER: &str = "REQUEUE_USER";
const PASSWORD: &str = "REQUEUE_PASSWORD";

#[expect(clippy::disallowed_methods, reason = "a password in the environment is not seen in the list of processes")]
fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| "guest".to_owned())
}

/// An address without a user is entered with what the environment has.
fn from_environment(url: &str, address: &mut Address) {
    if !url.contains('@') {
        (address.user, address.password) = (given(USER), given(PASSWORD));
    }
}
