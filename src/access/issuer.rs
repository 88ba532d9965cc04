//! Tokens that somebody else signs: JSON Web Tokens of the one issuer whom the operator trusts (OAuth 2.1, as a
//! resource server).
//!
//! A token is for this desk (`aud`), from that issuer (`iss`), signed with one of its public keys by an algorithm that
//! the operator allows, and in its time. What nobody can check is not let in. Who it is of is read by the operator's own
//! table ([`Claims`]), which lets nobody in whom it does not name.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};

use crate::access::claims::{Claims, Said};
use crate::access::keys::{KeySet, Keys, Source};
use crate::access::{Identity, Unauthenticated};
use crate::domain::credential::Fingerprint;
use crate::domain::ids::PrincipalId;

/// The longest token that is read, in bytes.
const MOST_BYTES: usize = 8 * 1024;
/// Tokens, and people, remembered at a time; what is forgotten is checked again.
const MOST: usize = 10_000;
/// Nobody's rights have been looked at.
const NEVER: u64 = u64::MAX;
/// What a token may say that it is; nothing else that an issuer signs opens a desk.
const KINDS: [&str; 3] = ["at+jwt", "application/at+jwt", "jwt"];

/// Whose tokens are taken, and what for, as the operator says.
pub struct Trust {
    /// The issuer, as its tokens name it.
    pub issuer: String,
    /// This desk's address, without a slash at its end: what tokens are asked for.
    pub resource: String,
    /// What tokens may call this desk beside that.
    pub audiences: Vec<String>,
    /// What its tokens may be signed with; public keys only.
    pub algorithms: Vec<Algorithm>,
    /// Where its keys are.
    pub keys: Source,
    /// Who somebody is, by what the issuer says of them.
    pub claims: Claims,
    /// How far the issuer's clock may be from ours.
    pub leeway: SignedDuration,
    /// OAuth scopes that clients are told to ask for; the desk itself looks at none.
    pub scopes: Vec<String>,
}

impl Trust {
    /// Whether a token with this audience is for us: the desk, or its door for MCP.
    fn is_for_us(&self, audience: &str) -> bool {
        let rest = audience.strip_prefix(&self.resource);
        rest.is_some_and(|rest| ["", "/", "/mcp"].contains(&rest)) || self.audiences.iter().any(|own| own == audience)
    }
}

/// An issuer, its keys, and the tokens of it that were checked before.
pub struct Issuer {
    trust: Trust,
    keys: Arc<Keys>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// The keys that the tokens here were checked with.
    keys: Option<Arc<KeySet>>,
    tokens: HashMap<Fingerprint, Arc<Vouched>>,
    /// When the newest token of somebody was issued that gave them their role.
    latest: HashMap<PrincipalId, i64>,
}

/// Somebody for whom the issuer vouches, for a time.
pub(crate) struct Vouched {
    pub(crate) identity: Identity,
    issued_at: i64,
    from: Timestamp,
    until: Timestamp,
    /// The state of everybody's rights when the desk last knew them so.
    settled: AtomicU64,
}

impl Vouched {
    /// Whether the token's time has come and is not over.
    pub(crate) fn is_in_time(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }

    /// Whether the desk knows them as the token says, in this state of everybody's rights.
    pub(crate) fn is_settled(&self, epoch: u64) -> bool {
        self.settled.load(Ordering::Relaxed) == epoch
    }

    pub(crate) fn settle(&self, epoch: u64) {
        self.settled.store(epoch, Ordering::Relaxed);
    }
}

impl Issuer {
    /// Nothing is asked of it yet.
    ///
    /// # Errors
    /// When what its keys are fetched with cannot be made, in words.
    pub fn new(trust: Trust, ca_file: Option<&std::path::Path>) -> Result<Self, String> {
        let keys = Arc::new(Keys::new(trust.keys.clone(), trust.algorithms.clone(), ca_file)?);
        Ok(Self { trust, keys, memory: Mutex::default() })
    }

    /// What the operator says of it.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Whether a text has the form of a token of any issuer.
    pub(crate) fn is_token(shown: &str) -> bool {
        shown.len() <= MOST_BYTES && shown.bytes().filter(|b| *b == b'.').count() == 2
    }

    /// Gets the keys anew; how many can be used.
    ///
    /// # Errors
    /// When they cannot be had, in words.
    pub async fn look(&self) -> Result<usize, String> {
        Ok(self.keys.fresh().await?.len())
    }

    /// Whom a token is of, whatever its time.
    pub(crate) async fn vouched(&self, token: &str) -> Result<Arc<Vouched>, Unauthenticated> {
        let shown = Fingerprint::of(token.as_bytes());
        let held = self.keys.held();
        if let Some((held, known)) = held.and_then(|held| Some((Arc::clone(&held), self.known(&held, &shown)?))) {
            self.keys.renew_soon(&held);
            return Ok(known);
        }
        let header = decode_header(token).map_err(|_no_token| Unauthenticated::Malformed)?;
        if !self.trust.algorithms.contains(&header.alg) || !is_access_token(&header) {
            return Err(Unauthenticated::Malformed);
        }
        // Whoever it is from and for is seen before any key is looked for: nobody else's token makes us ask for keys.
        let peeked: Said = insecure_decode_claims(token).map_err(|_odd| Unauthenticated::Malformed)?;
        if peeked.iss != self.trust.issuer || !peeked.aud.iter().any(|audience| self.trust.is_for_us(audience)) {
            return Err(Unauthenticated::Elsewhere);
        }
        let (said, keys) = self.checked(token, &header).await?;
        let vouched = Arc::new(self.read(&said)?);
        self.keep(keys, shown, &vouched);
        Ok(vouched)
    }

    /// What the token says, once a key of the issuer's has signed it.
    async fn checked(&self, token: &str, header: &Header) -> Result<(Said, Arc<KeySet>), Unauthenticated> {
        let held = self.keys.current().await.map_err(Unauthenticated::NoKeys)?;
        if let Some(said) = signed(token, header, &held)? {
            return Ok((said, held));
        }
        // The issuer may have new keys; a key that is known and has not signed it is the answer.
        if header.kid.as_deref().is_some_and(|kid| held.has(kid)) {
            return Err(Unauthenticated::Unknown);
        }
        let renewed = self.keys.newer_than(&held).await.map_err(Unauthenticated::NoKeys)?;
        signed(token, header, &renewed)?.map(|said| (said, renewed)).ok_or(Unauthenticated::Unknown)
    }

    fn read(&self, said: &Said) -> Result<Vouched, Unauthenticated> {
        let time = |seconds: f64| time(seconds).ok_or(Unauthenticated::Malformed);
        let identity = self.trust.claims.identity(said)?;
        let until = time(said.exp)?;
        let from = said.nbf.map_or(Ok(Timestamp::MIN), time)?;
        let issued_at = said.iat.map_or(Ok(0), |iat| time(iat).map(Timestamp::as_second))?;
        let leeway = self.trust.leeway;
        Ok(Vouched {
            identity,
            issued_at,
            from: from.checked_sub(leeway).unwrap_or(Timestamp::MIN),
            until: until.checked_add(leeway).unwrap_or(Timestamp::MAX),
            settled: AtomicU64::new(NEVER),
        })
    }

    /// A token that was checked before with the keys that are held.
    fn known(&self, held: &Arc<KeySet>, shown: &Fingerprint) -> Option<Arc<Vouched>> {
        let memory = self.memory();
        let same = memory.keys.as_ref().is_some_and(|keys| Arc::ptr_eq(keys, held));
        (same && held.is_usable()).then(|| memory.tokens.get(shown).cloned()).flatten()
    }

    /// Remembers a token as long as the keys stay that it was checked with: one that the issuer has taken back opens
    /// nothing any more.
    fn keep(&self, keys: Arc<KeySet>, shown: Fingerprint, vouched: &Arc<Vouched>) {
        let mut memory = self.memory();
        let same = memory.keys.as_ref().is_some_and(|known| Arc::ptr_eq(known, &keys));
        if !same || memory.tokens.len() >= MOST {
            memory.tokens.clear();
        }
        memory.keys = Some(keys);
        memory.tokens.insert(shown, Arc::clone(vouched));
    }

    /// Whether this token may say what somebody's role is: not when a newer one has said another.
    pub(crate) fn may_settle(&self, vouched: &Vouched, is_news: bool) -> bool {
        let mut memory = self.memory();
        let id = &vouched.identity.principal.id;
        let latest = memory.latest.get(id).copied().unwrap_or(i64::MIN);
        if vouched.issued_at < latest {
            return !is_news;
        }
        if memory.latest.len() >= MOST && latest == i64::MIN {
            memory.latest.clear();
        }
        memory.latest.insert(id.clone(), vouched.issued_at);
        true
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_access_token(header: &Header) -> bool {
    header.typ.as_deref().is_none_or(|typ| KINDS.iter().any(|kind| kind.eq_ignore_ascii_case(typ)))
}

/// What the token says, when one of these keys has signed it.
fn signed(token: &str, header: &Header, keys: &KeySet) -> Result<Option<Said>, Unauthenticated> {
    let mut validation = Validation::new(header.alg);
    // Issuer and audience were looked at; the time is looked at whenever the token is shown.
    validation.validate_exp = false;
    validation.validate_aud = false;
    let try_with = |key: &DecodingKey| match decode::<Said>(token, key, &validation) {
        Ok(checked) => Ok(Some(checked.claims)),
        // Another key may be the one.
        Err(error) if is_of_the_key(error.kind()) => Ok(None),
        Err(_odd) => Err(Unauthenticated::Malformed),
    };
    for key in keys.for_token(header.kid.as_deref(), header.alg) {
        if let Some(said) = try_with(key)? {
            return Ok(Some(said));
        }
    }
    Ok(None)
}

#[allow(clippy::wildcard_enum_match_arm, reason = "of many errors these say that the key is not the one")]
fn is_of_the_key(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidSignature
            | ErrorKind::InvalidEcdsaKey
            | ErrorKind::InvalidEddsaKey
            | ErrorKind::InvalidRsaKey(_)
            | ErrorKind::InvalidKeyFormat
    )
}

/// A `NumericDate`; nothing where it is none that there can be.
fn time(seconds: f64) -> Option<Timestamp> {
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::from_duration(since).ok()
}
