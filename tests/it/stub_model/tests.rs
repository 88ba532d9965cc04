//! The stub itself.
