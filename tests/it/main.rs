//! The front-door tests: one binary.
