//! A bearer token: 256 random bits behind a prefix by which scanners for lost secrets know it.

use std::fmt;

use crate::domain::actor::Role;
use crate::domain::canonical::hex;
use crate::domain::credential::Fingerprint;
use crate::random;

/// Random bytes in a token.
const BYTES: usize = 32;

/// A token. It has no written form but [`Token::reveal`].
pub struct Token(String);

impl Token {
    /// A new one: `cs_b_…` for a bot, `cs_…` for a person, whose role may change.
    #[must_use]
    pub fn new(role: Role) -> Self {
        let prefix = if role == Role::Bot { "cs_b_" } else { "cs_" };
        Self(format!("{prefix}{}", hex(&random::bytes::<BYTES>())))
    }

    /// What somebody shows, if it has the form of one.
    pub(crate) fn read(shown: &str) -> Option<Self> {
        let rest = shown.strip_prefix("cs_")?;
        let digits = rest.strip_prefix("b_").unwrap_or(rest);
        let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (digits.len() == 2 * BYTES && digits.as_bytes().iter().all(is_hex)).then(|| Self(shown.to_owned()))
    }

    /// What the desk keeps of it.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.0.as_bytes())
    }

    /// The text, for whoever it was made for, once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_made_and_shows_itself_to_nobody_else() {
        for role in Role::ALL {
            let token = Token::new(*role);
            assert_eq!(Token::read(token.reveal()).unwrap().fingerprint(), token.fingerprint());
            assert_eq!(format!("{token:?}"), "Token");
        }
        let digits = "0".repeat(64);
        for bad in ["", "cs_", &digits, &format!("cs_{digits}0"), &format!("CS_{digits}"), &format!("cs_{digits} ")] {
            assert!(Token::read(bad).is_none(), "{bad:?}");
        }
    }
}
