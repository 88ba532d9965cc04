//! Attacks on the gate: by fast, held and foreign keys, by text, by a second process, by other doors.

mod doors;
mod forged;
mod held;
mod keys;
mod letters;
mod makers;
mod races;
mod typed;
mod walk;
