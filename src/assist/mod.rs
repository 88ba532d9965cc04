//! What an assistant says about a ticket: without a model everything is taken from a source and marked with it.
//!
//! [`model`] gives a model something to read and reads what it writes. Without one, [`summary`] takes sentences from the
//! thread and [`reply`] composes from articles. [`claims`] checks what was written and [`grounds`] says what each
//! sentence rests on; [`canned_rank`] orders the canned replies; [`confidence`] says how far to trust a reply,
//! [`calibration`] what that number is worth at this desk, and [`learn`] what the desk can be taught by what people
//! changed; [`rewrite`] makes a draft shorter or longer. All of it is pure and gives the same answer to the same question.

pub mod calibration;
pub mod canned_rank;
pub mod claims;
pub mod confidence;
pub mod grounds;
pub mod learn;
pub mod model;
pub mod reply;
pub mod rewrite;
pub mod sentences;
pub mod summary;
pub mod tone;
