//! What opens a desk to somebody from outside, as the desk knows it: never the secret, only its fingerprint.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::domain::actor::Principal;
use crate::domain::canonical::hex;
use crate::domain::ids::{CredentialId, PrincipalId};
use crate::domain::scope::Scope;

words! {
    /// What is shown at the door.
    Kind {
        /// A secret text, in every request.
        Token = "token",
        /// A client certificate, when the connection is made.
        Certificate = "certificate",
    }
}

/// The SHA-256 of a secret text, or of a certificate's DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of what is shown at the door.
    #[must_use]
    pub fn of(shown: &[u8]) -> Self {
        Self(Sha256::digest(shown).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Whether a credential opens the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Good,
    /// Its time is over.
    Expired,
    /// Somebody took it back.
    Revoked,
}

/// A credential, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Credential {
    /// Its name, for lists and the log; it opens nothing.
    pub id: CredentialId,
    /// What is shown.
    pub kind: Kind,
    /// Whose it is, in the role that they have now.
    pub principal: Principal,
    /// That principal's name as shown.
    pub name: String,
    /// Which tickets it opens, to a bot.
    pub scope: Scope,
    /// Since when.
    pub created_at: Timestamp,
    /// Who gave it.
    pub created_by: PrincipalId,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// The last day on which it was shown.
    pub last_used: Option<Date>,
}

impl Credential {
    /// Whether it opens the desk at this time.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => Standing::Revoked,
            (None, Some(end)) if now >= end => Standing::Expired,
            (None, _) => Standing::Good,
        }
    }
}

/// Somebody of the desk under the name that people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who, in which role.
    pub principal: Principal,
    /// The name as shown.
    pub name: String,
}
