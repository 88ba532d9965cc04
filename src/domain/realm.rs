//! People whom another desk's door has seen: what somebody is called here for whom an issuer of tokens vouches.
//!
//! Such a name ends in a dot and the issuer's realm, `maya.login.example.com`. A name that is given here has no dot, so
//! nobody whom an issuer vouches for goes by the name of somebody whom the desk's own admin has let in.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::domain::canonical::hex;
use crate::domain::ids::{BadId, PrincipalId};

/// The longest realm: the longest name that ends in it still leaves room for `assistant-` before it.
const MOST: usize = 26;
/// The longest name: 64 characters with `assistant-` before it.
const MOST_NAME: usize = 54;
/// The names of people's own assistants begin so.
const ASSISTANT: &str = "assistant-";
/// Digits of the digest that stands for a handle which cannot be written; no escape looks like what is before it.
const DIGITS: usize = 24;

/// What the names of an issuer's people end in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Realm(String);

/// A text that is no realm.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no realm: 1 to {MOST} of a-z 0-9 . -, a letter or digit at both ends", crate::domain::text::short(.0, 60))]
pub struct BadRealm(String);

impl FromStr for Realm {
    type Err = BadRealm;

    fn from_str(text: &str) -> Result<Self, BadRealm> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let fits = (1..=MOST).contains(&text.len())
            && text.bytes().all(|b| plain(b) || b".-".contains(&b))
            && [text.bytes().next(), text.bytes().last()].into_iter().flatten().all(plain);
        if fits { Ok(Self(text.to_owned())) } else { Err(BadRealm(text.to_owned())) }
    }
}

impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Realm {
    /// What somebody is called here of whom the issuer says `handle`: no two handles are called the same. Letters,
    /// digits, `.` and `-` stand for themselves, another byte is `_` and its two hexadecimal digits; what is too long,
    /// or could be taken for somebody's assistant, is a digest.
    ///
    /// # Errors
    /// Never for a realm that was read.
    pub fn name(&self, handle: &str) -> Result<PrincipalId, BadId> {
        let escaped: String = handle.bytes().map(escaped).collect();
        let begins_well = escaped.starts_with(|c: char| c.is_ascii_alphanumeric()) && !escaped.starts_with(ASSISTANT);
        let written = format!("{escaped}.{self}");
        if begins_well && written.len() <= MOST_NAME {
            return written.parse();
        }
        let digest: String = hex(&Sha256::digest(handle)).chars().take(DIGITS).collect();
        format!("u__{digest}.{self}").parse()
    }
}

fn escaped(byte: u8) -> String {
    let stays = byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    if stays { char::from(byte).to_string() } else { format!("_{byte:02x}") }
}

/// Whether somebody goes by a name that only an issuer gives.
#[must_use]
pub fn is_vouched_for(id: &PrincipalId) -> bool {
    id.as_str().contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::{Principal, Role};

    #[test]
    fn no_two_handles_are_called_the_same_and_none_like_somebody_of_the_desk() {
        let realm: Realm = "sso.example.com".parse().unwrap();
        for (handle, name) in [
            ("maya", "maya.sso.example.com"),
            ("Maya", "Maya.sso.example.com"),
            ("maya.lind", "maya.lind.sso.example.com"),
            ("maya@example.com", "maya_40example.com.sso.example.com"),
            ("auth0|5f7c", "auth0_7c5f7c.sso.example.com"),
            ("m_40x", "m_5f40x.sso.example.com"),
        ] {
            assert_eq!(realm.name(handle).unwrap().as_str(), name);
        }
        for odd in ["", "_x", "assistant-maya", "u__0", &"m".repeat(60), "зоя", "\u{202e}maya"] {
            let id = realm.name(odd).unwrap();
            assert!(id.as_str().ends_with(".sso.example.com") && is_vouched_for(&id), "{odd}: {id}");
            assert!(!id.as_str().starts_with(ASSISTANT), "{odd}: {id}");
        }
        let long = |last: &str| realm.name(&format!("{}{last}", "m".repeat(60))).unwrap();
        assert_ne!(long("a"), long("b"));
    }

    #[test]
    fn the_assistants_of_two_people_are_two() {
        let realm: Realm = "login.microsoftonline.com".parse().unwrap();
        let assistant = |handle: &str| {
            let id = realm.name(handle).unwrap();
            Principal { id, role: Role::Agent }.assistant().id
        };
        assert_ne!(assistant(&"m".repeat(80)), assistant(&"m".repeat(81)));
        assert!(assistant(&"m".repeat(80)).as_str().ends_with(".login.microsoftonline.com"));
    }

    #[test]
    fn a_realm_is_short_and_plain() {
        for bad in ["", ".", "-a", "a.", "A", "a_b", "a b", &"a".repeat(27)] {
            assert!(bad.parse::<Realm>().is_err(), "{bad:?}");
        }
    }
}
