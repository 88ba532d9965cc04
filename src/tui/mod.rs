//! The screen: a queue, a ticket, what the assistant says about it, and the approval card.
//!
//! ```text
//! terminal, agent, store -> one mpsc<Msg> -> update(&mut Model, Msg) -> effects -> runtime does them -> Msg
//!                                               `-> view(&Model, frame), only when something changed
//! ```
//!
//! [`events`] holds everything that can arrive and everything that the screen may ask for. [`update`] decides and
//! performs nothing; [`view`] draws and decides nothing; both know neither clock, file nor network. [`run`] is the
//! loop, and `runtime` is the one place that acts.
//!
//! What must hold:
//! - [`model::Model::context`] alone says who has the keyboard; [`keymap`] alone says what a key means there.
//! - Every answer carries the id of the request it answers; nobody waits for a stale one, so it goes nowhere.
//! - Text from outside becomes a span through `view::text::outside` only.
//! - [`events::Effect::Approve`] leaves only from a card whose every row was on screen, and only once.

mod answered;
mod editor;
pub mod events;
mod fault;
mod highlight;
pub(crate) mod input;
pub mod keymap;
pub mod manner;
pub mod model;
pub mod outside;
mod pen;
mod private;
pub mod run;
pub(crate) mod runtime;
pub mod sheet;
mod signals;
pub mod start;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
