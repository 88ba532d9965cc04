//! Who is at the door: a credential becomes an identity, or nothing.
//!
//! A credential is looked up by its fingerprint and remembered until the desk says that somebody may do more or less
//! than before ([`crate::store::credentials::Credentials::access_epoch`]): a token that was taken back opens nothing
//! from that moment in the process that took it back, and within a second in others, whether or not they hear of it.
//! Beside these credentials of the desk's own there are tokens that one issuer signs, where the operator trusts one
//! ([`issuer`]).

mod claims;
mod issue;
pub mod issuer;
pub mod keys;
mod known;
mod stay;
pub mod tls;
mod token;

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{Semaphore, watch};

pub use claims::Claims;
pub use issue::{NotGiven, Wanted, What, found, give, set_role, take_back};
pub use issuer::Issuer;
pub use stay::Stay;
pub use token::Token;

use crate::access::issuer::Vouched;
use crate::access::known::{Entry, Known};
use crate::clock;
use crate::domain::actor::{Principal, Role};
use crate::domain::credential::{Fingerprint, Kind, Person, Standing};
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
    /// Nobody can tell just now: the issuer's keys cannot be had.
    #[error("unavailable: {0}")]
    NoKeys(String),
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
            Self::Unavailable(_) | Self::NoKeys(_) => "unavailable",
        }
    }
}

/// What somebody shows at the door. It is secret, and has no written form.
#[derive(Clone, PartialEq, Eq)]
pub enum Shown {
    /// A token of the desk's own.
    Token(Fingerprint),
    /// A client certificate, proved by the connection.
    Certificate(Fingerprint),
    /// A token that an issuer has signed, or nobody.
    Signed(Arc<str>),
}

/// The credentials that open this desk.
pub struct Access {
    store: Arc<dyn Store>,
    changes: watch::Receiver<u64>,
    known: Known,
    issuer: Option<Arc<Issuer>>,
    /// Places for looking up what is shown for the first time: strangers make the desk do no more than that at a time.
    looking: Semaphore,
}

/// What is shown for the first time and looked up at a time.
const MOST_LOOKED_UP: usize = 16;

impl Access {
    /// Those that the desk knows.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        let (known, looking) = (Known::default(), Semaphore::new(MOST_LOOKED_UP));
        Self { changes: store.changes(), store, known, issuer: None, looking }
    }

    /// The same beside the tokens of an issuer.
    #[must_use]
    pub fn trusting(self, issuer: Arc<Issuer>) -> Self {
        Self { issuer: Some(issuer), ..self }
    }

    /// The issuer whose tokens are taken, where there is one.
    #[must_use]
    pub fn issuer(&self) -> Option<&Arc<Issuer>> {
        self.issuer.as_ref()
    }

    /// What a bearer token is, whoever it is of.
    ///
    /// # Errors
    /// When it has the form of none.
    pub fn bearer(&self, bearer: &str) -> Result<Shown, Unauthenticated> {
        match Token::read(bearer) {
            Some(token) => Ok(Shown::Token(token.fingerprint())),
            None if self.issuer.is_some() && Issuer::is_token(bearer) => Ok(Shown::Signed(bearer.into())),
            None => Err(Unauthenticated::Malformed),
        }
    }

    /// Whose it is what somebody shows.
    ///
    /// # Errors
    /// When it is nobody's, not any more, or nobody can tell just now.
    pub async fn identify(&self, shown: &Shown) -> Result<Identity, Unauthenticated> {
        match shown {
            Shown::Token(fingerprint) => self.by(*fingerprint, Kind::Token).await,
            Shown::Certificate(fingerprint) => self.by(*fingerprint, Kind::Certificate).await,
            Shown::Signed(token) => self.vouched_for(token).await,
        }
    }

    /// Whose it was when that could be told last, and would be now by its own dates. Whether it was taken back meanwhile
    /// nobody knows.
    #[must_use]
    pub fn as_last_known(&self, shown: &Shown) -> Option<Identity> {
        let (Shown::Token(fingerprint) | Shown::Certificate(fingerprint)) = shown else { return None };
        let entry = self.known.get(fingerprint)?;
        (entry.credential.standing(now()) == Standing::Good).then(|| entry.identity.clone())
    }

    /// Whose bearer token this is.
    ///
    /// # Errors
    /// As [`Access::bearer`] and [`Access::identify`].
    pub async fn authenticate(&self, bearer: &str) -> Result<Identity, Unauthenticated> {
        self.identify(&self.bearer(bearer)?).await
    }

    /// Whose client certificate this is: the DER of the first of the chain, proved by the connection.
    ///
    /// # Errors
    /// As [`Access::identify`].
    pub async fn by_certificate(&self, der: &[u8]) -> Result<Identity, Unauthenticated> {
        self.identify(&Shown::Certificate(Fingerprint::of(der))).await
    }

    /// The state of everybody's rights; what was remembered of another one is forgotten.
    async fn epoch(&self) -> Result<u64, StoreError> {
        let revision = *self.changes.borrow();
        let now = Instant::now();
        if !self.known.is_right(revision, now) {
            self.known.settle(revision, now, self.store.access_epoch().await?);
        }
        Ok(self.known.epoch())
    }

    async fn by(&self, shown: Fingerprint, kind: Kind) -> Result<Identity, Unauthenticated> {
        self.epoch().await?;
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

    /// Whom the issuer vouches for; the desk knows them then in the role that the token gives.
    async fn vouched_for(&self, token: &str) -> Result<Identity, Unauthenticated> {
        let issuer = self.issuer.as_ref().ok_or(Unauthenticated::Malformed)?;
        let vouched = issuer.vouched(token).await?;
        if !vouched.is_in_time(now()) {
            return Err(Unauthenticated::Expired);
        }
        let epoch = self.epoch().await?;
        if !vouched.is_settled(epoch) {
            self.take_in(issuer, &vouched).await?;
            vouched.settle(epoch);
        }
        Ok(vouched.identity.clone())
    }

    /// Makes somebody known in the role that their token gives. A bot never becomes a person, nor the other way round.
    async fn take_in(&self, issuer: &Issuer, vouched: &Vouched) -> Result<(), Unauthenticated> {
        let Identity { principal, name, .. } = &vouched.identity;
        let known = self.store.person_named(&principal.id).await?.map(|person| person.principal.role);
        if known.is_some_and(|known| (known == Role::Bot) != (principal.role == Role::Bot)) {
            tracing::warn!(who = %principal.id, "a token would make a person a program, or a program a person");
            return Err(Unauthenticated::Unknown);
        }
        let is_news = known != Some(principal.role);
        if !issuer.may_settle(vouched, is_news) {
            return Err(Unauthenticated::Expired);
        }
        if is_news {
            let person = Person { principal: principal.clone(), name: name.clone() };
            issue::vouched_for(self.store.as_ref(), &issuer.trust().issuer, &person, known).await?;
        }
        Ok(())
    }

    async fn look_up(&self, shown: Fingerprint) -> Result<Arc<Entry>, Unauthenticated> {
        // It is never closed.
        let _place = self.looking.acquire().await.ok();
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
