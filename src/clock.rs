//! The time of day, read once and then counted on: it never runs backwards while the program runs.

use std::sync::OnceLock;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

static START: OnceLock<(Timestamp, Instant)> = OnceLock::new();

/// Sets the earliest time that [`now`] may tell: the desk's own last record, should the machine's clock be behind it.
/// Only the first call counts.
pub fn start(not_before: Option<Timestamp>) {
    START.get_or_init(|| (not_before.map_or_else(Timestamp::now, |least| least.max(Timestamp::now())), Instant::now()));
}

/// The time now, to the microsecond: a clock that somebody sets back does not bring an expired approval back to life.
#[must_use]
pub fn now() -> Timestamp {
    let (wall, at) = *START.get_or_init(|| (Timestamp::now(), Instant::now()));
    let passed = SignedDuration::try_from(at.elapsed()).unwrap_or(SignedDuration::MAX);
    let now = wall.checked_add(passed).unwrap_or(Timestamp::MAX);
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}
