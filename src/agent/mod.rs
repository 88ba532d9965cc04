//! The agent loop: a model asks for tools, [`step`] decides what may happen, [`driver`] does it.
//!
//! An agent reads its own ticket and proposes; it never holds a reviewer and cannot write.

pub mod driver;
pub mod step;
