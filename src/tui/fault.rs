//! Mistakes on purpose, for tests of what comes after one. A release has none.

/// Panics where `CTSN_FAULT` names this place.
#[cfg(debug_assertions)]
pub(crate) fn here(place: &str) {
    let named = std::env::var("CTSN_FAULT").is_ok_and(|named| named == place);
    assert!(!named, "a mistake on purpose: {place}");
}

/// Does nothing.
#[cfg(not(debug_assertions))]
pub(crate) fn here(_place: &str) {}
