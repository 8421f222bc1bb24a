//! Other versions of a service's program, which a deploy puts in its place.

use super::{Declaration, Handler, Name, Service};

#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub name: Name,
    /// None declares what the service does.
    pub declares: Option<Vec<Declaration>>,
    /// None handles what the service does, in the same way.
    pub handlers: Option<Vec<Handler>>,
}

impl Service {
    /// The program as this version has it; the service's own, where it names none that there is.
    #[must_use]
    pub fn as_version(&self, version: Option<&Name>) -> Self {
        let mut program = self.clone();
        if let Some(version) = self.versions.iter().find(|other| Some(&other.name) == version) {
            program.declares = version.declares.clone().unwrap_or(program.declares);
            program.handlers = version.handlers.clone().unwrap_or(program.handlers);
        }
        program
    }

    /// Its handlers, and those of its versions.
    pub fn every_handler(&self) -> impl Iterator<Item = &Handler> {
        self.handlers.iter().chain(self.versions.iter().filter_map(|version| version.handlers.as_ref()).flatten())
    }

    pub fn every_handler_mut(&mut self) -> impl Iterator<Item = &mut Handler> {
        self.handlers.iter_mut().chain(self.versions.iter_mut().filter_map(|version| version.handlers.as_mut()).flatten())
    }

    /// Its lists of declarations and of handlers, and those of its versions.
    pub fn programs_mut(&mut self) -> impl Iterator<Item = (Option<&mut Vec<Declaration>>, Option<&mut Vec<Handler>>)> {
        let versions = self.versions.iter_mut().map(|version| (version.declares.as_mut(), version.handlers.as_mut()));
        std::iter::once((Some(&mut self.declares), Some(&mut self.handlers))).chain(versions)
    }
}
