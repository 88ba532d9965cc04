//! Randomness from the operating system, and the names made of it.

use crate::domain::canonical::hex;
use crate::domain::ids::{CredentialId, ProposalId, ReceiptId, RunId};

/// `N` random bytes.
///
/// # Panics
/// When the operating system has no randomness to give: nothing safe can be done then.
#[must_use]
#[allow(clippy::expect_used)] // a receipt must never be guessable
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// From 0 to just below 1.
#[must_use]
pub fn fraction() -> f64 {
    f64::from(u32::from_le_bytes(bytes())) / (f64::from(u32::MAX) + 1.0)
}

/// A name with `N` random bytes in hex, like `r-4f1c9a2e`.
#[must_use]
pub fn name<const N: usize>(prefix: &str) -> String {
    format!("{prefix}-{}", hex(&bytes::<N>()))
}

#[allow(clippy::expect_used)]
fn id<T: TryFrom<String, Error: std::fmt::Debug>>(name: String) -> T {
    T::try_from(name).expect("a prefix and hex digits are an id")
}

/// A new proposal's name: 64 random bits, so that no two of a desk's proposals come to be called the same, however many
/// there are. With half of that, two of fifty thousand were in one desk of four, and the second could not be filed.
#[must_use]
pub fn proposal_id() -> ProposalId {
    id(name::<8>("p"))
}

/// A new receipt's name: 128 random bits.
#[must_use]
pub fn receipt_id() -> ReceiptId {
    id(name::<16>("rc"))
}

/// A new credential's name.
#[must_use]
pub fn credential_id() -> CredentialId {
    id(name::<4>("k"))
}

/// A new run's or sitting's name.
#[must_use]
pub fn run_id() -> RunId {
    id(name::<4>("r"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn two_hundred_thousand_proposals_have_as_many_names() {
        let names: HashSet<String> = (0..200_000).map(|_| proposal_id().to_string()).collect();
        assert_eq!(names.len(), 200_000);
    }
}
