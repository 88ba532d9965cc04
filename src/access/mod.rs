//! Who is at the door: a credential becomes an identity, or nothing.
//!
//! A credential is looked up by its fingerprint and remembered until the desk says that somebody may do more or less
//! than before ([`crate::store::credentials::Credentials::access_epoch`]): a token that was taken back opens nothing
//! from that moment in the process that took it back, and within a second in others.

mod issue;
mod known;
pub mod tls;
mod token;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::watch;

pub use issue::{NotGiven, Wanted, What, found, give, set_role, take_back};
pub use token::Token;

use crate::access::known::{Entry, Known};
use crate::clock;
use crate::domain::actor::Principal;
use crate::domain::credential::{Fingerprint, Kind, Standing};
use crate::domain::scope::Scope;
use crate::store::{Store, StoreError};

/// Somebody who has shown a good credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who, in the role that they have now.
    pub principal: Principal,
    /// The name that replies are signed with.
    pub name: String,
    /// Which tickets there are for them.
    pub scope: Scope,
}

/// Why somebody is not let in, in a word for the log; the outside is told no more than that they are not.
#[derive(Debug, thiserror::Error)]
pub enum Unauthenticated {
    /// What was shown is no credential at all.
    #[error("malformed")]
    Malformed,
    /// It is nobody's.
    #[error("unknown")]
    Unknown,
    /// Its time is over, or has not come.
    #[error("expired")]
    Expired,
    /// It was taken back.
    #[error("revoked")]
    Revoked,
    /// It is for another desk, or from somebody whom this desk does not believe.
    #[error("elsewhere")]
    Elsewhere,
    /// Nobody can tell just now.
    #[error("unavailable: {0}")]
    Unavailable(#[from] StoreError),
}

impl Unauthenticated {
    /// One word for the log and for counting.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Elsewhere => "elsewhere",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

/// The credentials that open this desk.
pub struct Access {
    store: Arc<dyn Store>,
    changes: watch::Receiver<u64>,
    known: Known,
}

impl Access {
    /// Those that the desk knows.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { changes: store.changes(), store, known: Known::default() }
    }

    /// Whose bearer token this is.
    ///
    /// # Errors
    /// When it is nobody's, not any more, or the store fails.
    pub async fn authenticate(&self, bearer: &str) -> Result<Identity, Unauthenticated> {
        let token = Token::read(bearer).ok_or(Unauthenticated::Malformed)?;
        self.by(token.fingerprint(), Kind::Token).await
    }

    /// Whose client certificate this is: the DER of the first of the chain, proved by the connection.
    ///
    /// # Errors
    /// As [`Access::authenticate`].
    pub async fn by_certificate(&self, der: &[u8]) -> Result<Identity, Unauthenticated> {
        self.by(Fingerprint::of(der), Kind::Certificate).await
    }

    async fn by(&self, shown: Fingerprint, kind: Kind) -> Result<Identity, Unauthenticated> {
        let revision = *self.changes.borrow();
        if !self.known.is_of(revision) {
            self.known.settle(revision, self.store.access_epoch().await?);
        }
        let entry = match self.known.get(&shown) {
            Some(entry) => entry,
            None => self.look_up(shown).await?,
        };
        if entry.credential.kind != kind {
            return Err(Unauthenticated::Unknown);
        }
        let now = now();
        match entry.credential.standing(now) {
            Standing::Good => {}
            Standing::Expired => return Err(Unauthenticated::Expired),
            Standing::Revoked => return Err(Unauthenticated::Revoked),
        }
        self.note_use(&entry, now).await;
        Ok(entry.identity.clone())
    }

    async fn look_up(&self, shown: Fingerprint) -> Result<Arc<Entry>, Unauthenticated> {
        let epoch = self.known.epoch();
        let credential = self.store.credential(&shown).await?.ok_or(Unauthenticated::Unknown)?;
        Ok(self.known.keep(epoch, shown, Entry::of(credential)))
    }

    /// The day is noted once a day. That it cannot be noted keeps nobody out.
    async fn note_use(&self, entry: &Entry, now: Timestamp) {
        let Some(today) = entry.first_use_of_a_day(now.as_second().div_euclid(24 * 60 * 60)) else { return };
        let day = now.to_zoned(TimeZone::UTC).date();
        if let Err(error) = self.store.shown(&entry.credential.id, day).await {
            tracing::warn!(%error, "the last use of a credential was not noted");
            entry.forget_use(today);
        }
    }
}

/// The later of the two clocks: one that is set back, or stood still while the machine slept, brings nothing back.
fn now() -> Timestamp {
    clock::now().max(clock::wall())
}
