//! Signed checkpoints in the form of a C2SP signed note: origin, size, hash, and an Ed25519 signature.

use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};

use crate::domain::audit::chain::Head;
use crate::domain::canonical::hex;

/// A head that somebody with the desk's key has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Its head.
    pub head: Head,
    signature: [u8; 64],
}

impl Checkpoint {
    /// Signs the head of the log `origin`.
    #[must_use]
    pub fn sign(origin: &str, head: Head, key: &SigningKey) -> Self {
        let signature = key.sign(signed_text(origin, &head).as_bytes()).to_bytes();
        Self { origin: origin.to_owned(), head, signature }
    }

    /// Whether the key made this signature.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let text = signed_text(&self.origin, &self.head);
        key.verify(text.as_bytes(), &Signature::from_bytes(&self.signature)).is_ok()
    }

    /// One line for the checkpoint file: `origin size hash signature`, the last two in hex.
    #[must_use]
    pub fn to_line(&self) -> String {
        format!("{} {} {} {}", self.origin, self.head.size, self.head.hash, hex(&self.signature))
    }

    /// Reads such a line.
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let origin = words.next()?.to_owned();
        let head = Head { size: words.next()?.parse().ok()?, hash: words.next()?.to_owned() };
        let signature = unhex(words.next()?)?.try_into().ok()?;
        words.next().is_none().then_some(Self { origin, head, signature })
    }
}

fn signed_text(origin: &str, head: &Head) -> String {
    format!("countersign/{origin}\n{}\n{}\n", head.size, head.hash)
}

/// Bytes from lower- or upper-case hex.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_survives_its_line_and_no_other_key_makes_it() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let head = Head { size: 3, hash: "ab".repeat(32) };
        let made = Checkpoint::sign("log", head, &key);
        let read = Checkpoint::from_line(&made.to_line()).unwrap();
        assert_eq!(read, made);
        assert!(read.is_signed_by(&key.verifying_key()));
        assert!(!read.is_signed_by(&SigningKey::from_bytes(&[8; 32]).verifying_key()));
        let mut longer = read;
        longer.head.size = 4;
        assert!(!longer.is_signed_by(&key.verifying_key()));
    }
}
