//! The screen without a terminal: events in, effects and frames out.

mod ahead;
mod approval;
mod beside;
mod bulk;
mod canned;
mod decisions;
mod desk;
mod editor;
mod hostile;
mod join;
mod kept;
mod keys;
mod mouse;
mod outbox;
mod outgoing;
mod palette;
mod presence;
mod rating;
mod screens;
mod seek;
mod supervisor;
mod themes;
mod unread;
mod views;
mod wire;
mod work;
