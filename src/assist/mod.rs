//! The assistant that needs no model: everything it says is taken from a source and marked with it.
//!
//! [`summary`] takes sentences from the thread, [`reply`] composes from articles, [`claims`] checks what was composed,
//! [`confidence`] says how far to trust it. All of it is pure and gives the same answer to the same question.

pub mod claims;
pub mod confidence;
pub mod reply;
pub mod sentences;
pub mod summary;
pub mod tone;
