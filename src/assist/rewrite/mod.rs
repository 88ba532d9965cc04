//! A text in other words without a model: only by leaving out, and by quoting what it cites.
//!
//! Nothing is put into new words here, so nothing can be said that was not said before: [`shorter`] is a part of the
//! text, [`longer`] is the text with passages of its own sources. What else can be asked for needs a model.

mod longer;
mod pieces;
mod shorter;

pub use longer::longer;
pub use shorter::shorter;

#[cfg(test)]
mod tests;
