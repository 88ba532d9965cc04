//! The time of day, read once and then counted on: it never runs backwards while the program runs.

use std::sync::OnceLock;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

static START: OnceLock<(Timestamp, Instant)> = OnceLock::new();

/// Sets the earliest time that [`now`] may tell: the desk's own last record, should the machine's clock be behind it.
/// Only the first call counts.
pub fn start(not_before: Option<Timestamp>) {
    START.get_or_init(|| (not_before.map_or_else(wall, |least| least.max(wall())), Instant::now()));
}

/// The time now, to the microsecond: a clock that somebody sets back does not bring an expired approval back to life.
#[must_use]
pub fn now() -> Timestamp {
    let (wall, at) = *START.get_or_init(|| (wall(), Instant::now()));
    let passed = SignedDuration::try_from(at.elapsed()).unwrap_or(SignedDuration::MAX);
    let now = wall.checked_add(passed).unwrap_or(Timestamp::MAX);
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

/// What the clock on the wall says, for words about time. Somebody may set it at any moment.
#[must_use]
pub fn wall() -> Timestamp {
    let now = Timestamp::now();
    now.checked_add(moved()).unwrap_or(now)
}

/// By how many seconds a test has moved the clock: what the file says that `CTSN_CLOCK` names. A release has no such clock.
#[cfg(debug_assertions)]
fn moved() -> SignedDuration {
    let told = std::env::var_os("CTSN_CLOCK").and_then(|file| std::fs::read_to_string(file).ok());
    SignedDuration::from_secs(told.and_then(|seconds| seconds.trim().parse().ok()).unwrap_or(0))
}

/// It is never moved.
#[cfg(not(debug_assertions))]
fn moved() -> SignedDuration {
    SignedDuration::ZERO
}
