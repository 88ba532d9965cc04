//! The screen without a terminal: events in, effects and frames out.

mod approval;
mod decisions;
mod desk;
mod hostile;
mod screens;
mod work;
