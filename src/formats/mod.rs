//! Everything that enters or leaves as bytes. Wire types live here, with their versions and limits; the rest of the house
//! never sees them.

pub mod amqp_json;
pub mod scenario_file;
