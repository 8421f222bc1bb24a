//! Which RabbitMQ is simulated. The differences between versions are this table and nothing else (rule 150).

use std::fmt;

/// A line of RabbitMQ releases that behave alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// 3.13, what `rabbitmq:3-management` runs.
    #[default]
    V3_13,
    /// 4.0 to 4.2.
    V4_0,
    V4_3,
}

impl Profile {
    pub const ALL: [Self; 3] = [Self::V3_13, Self::V4_0, Self::V4_3];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V3_13 => "3.13",
            Self::V4_0 => "4.0",
            Self::V4_3 => "4.3",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    #[must_use]
    pub(super) const fn rules(self) -> Rules {
        match self {
            Self::V3_13 => Rules { interpret_client_x_death: true },
            Self::V4_0 | Self::V4_3 => Rules { interpret_client_x_death: false },
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The switches, one a difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// A client's own `x-death` is read and continued at the next death, or replaced by it (rule 125).
    pub interpret_client_x_death: bool,
}
