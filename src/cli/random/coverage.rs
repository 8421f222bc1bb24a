//! Which rules random scripts exercise.
