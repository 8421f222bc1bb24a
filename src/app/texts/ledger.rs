//! The ledger.

pub const ABANDONED: &str = "Abandoned";
pub const ACKNOWLEDGED: &str = "Acknowledged";
pub const BALANCED: &str = "Balanced";
pub const LOST: &str = "Lost";
pub const PUBLISHED: &str = "Published";
pub const DELAYED: &str = "Delayed";
pub const UNROUTABLE: &str = "Unroutable";
pub const COPIES_TO_QUEUES: &str = "Copies to queues";
pub const DROPPED_OR_REFUSED: &str = "Dropped or refused";
pub const LOST_IN_TOTAL: &str = "Lost in total";
pub const NEVER_SENT: &str = "Never sent";
pub const NOT_BALANCED: &str = "Not balanced";
pub const READY_UNACKED: &str = "Ready + unacked";
pub const READ: &str = "Read from streams";
pub const RETIRED: &str = "Retired by streams";
pub const UNROUTABLE_DEAD_LETTERS: &str = "Unroutable dead letters";
