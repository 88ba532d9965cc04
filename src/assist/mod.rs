//! What an assistant says about a ticket: without a model everything is taken from a source and marked with it.
//!
//! [`model`] gives a model something to read and reads what it writes. Without one, [`summary`] takes sentences from the thread, [`reply`] composes from articles, [`claims`] checks what was composed,
//! [`confidence`] says how far to trust it. All of it is pure and gives the same answer to the same question.

pub mod calibration;
//! [`summary`] takes sentences from the thread, [`reply`] composes from articles, [`claims`] checks what was composed,
//! [`confidence`] says how far to trust it, [`canned_rank`] orders the canned replies. All of it is pure and gives the same answer to the same question.
pub mod canned_rank;
pub mod claims;
pub mod confidence;
pub mod model;
pub mod reply;
pub mod sentences;
pub mod summary;
pub mod tone;
