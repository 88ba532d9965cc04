//! Randomness from the operating system, and the names made of it.

use crate::domain::canonical::hex;

/// `N` random bytes.
///
/// # Panics
/// When the operating system has no randomness to give: nothing safe can be done then.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[allow(clippy::expect_used)] // a receipt must never be guessable
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A name with 128 random bits, like `r-4f1c…`.
#[must_use]
pub fn id(prefix: &str) -> String {
    format!("{prefix}-{}", hex(&bytes::<16>()))
}

/// A name with 32 random bits for what people read, like `p-4f1c9a2e`.
#[must_use]
pub fn short_id(prefix: &str) -> String {
    format!("{prefix}-{}", hex(&bytes::<4>()))
}
