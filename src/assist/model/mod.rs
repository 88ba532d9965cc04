//! Summaries and replies by a model: what it is given to read, and what is made of what it writes.
//!
//! [`brief`] builds the context within a budget; every line of data is marked as data. [`draft`] and [`summary`] read the
//! answer: citations are numbers of sources that this brief gave out, every sentence is linked to what it rests on, and
//! what rests on nothing is marked. The confidence is ours, never the model's own word.

pub mod brief;
pub mod draft;
pub mod rewrite;
pub mod summary;

#[cfg(test)]
mod tests;
