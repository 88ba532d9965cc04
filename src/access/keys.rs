//! An issuer's public keys: fetched, kept, and asked for again now and then, however often somebody makes us wish to.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::{Certificate, Client, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::domain::text;

/// Keys older than this are fetched again when somebody comes, who does not wait for it.
const FRESH: Duration = Duration::from_mins(5);
/// Keys that could not be fetched again for this long open nothing any more.
const LASTS: Duration = Duration::from_hours(1);
/// The issuer is asked no more often than this, whatever tokens are shown.
const PAUSE: Duration = Duration::from_secs(10);
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes.
const MOST_BYTES: usize = 256 * 1024;
/// Keys that are looked at: a token that names none is tried with each.
const MOST_KEYS: usize = 32;

/// Where an issuer's keys are.
#[derive(Clone, Debug)]
pub enum Source {
    /// In a file, a JWK set.
    File(PathBuf),
    /// At an address, a JWK set.
    At(Url),
    /// Where the issuer of this name says in its own metadata.
    Named(String),
}

/// Reads an address from which keys may come: nobody in between must be able to change them.
///
/// # Errors
/// When it is none, or not `https://`, save on this machine.
pub fn address(text: &str) -> Result<Url, String> {
    let wrong = |why: &str| format!("{} {why}", text::short(text, 200));
    let url = Url::parse(text).map_err(|_none| wrong("is no address: write https://login.example.com"))?;
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.host_str().is_none() || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("is not the address of a host alone"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        _ => Err(wrong("is not https://: somebody in between could give keys of their own")),
    }
}

/// The keys of one fetch.
pub(crate) struct KeySet {
    keys: Vec<Key>,
    at: Instant,
}

struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    decodes: DecodingKey,
}

impl KeySet {
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is a key of this name.
    pub(crate) fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.id.as_deref() == Some(kid))
    }

    /// The keys that may have signed such a token: those of the name, or all where it names none.
    pub(crate) fn for_token(&self, kid: Option<&str>, algorithm: Algorithm) -> impl Iterator<Item = &DecodingKey> {
        let named = move |key: &&Key| kid.is_none() || key.id.as_deref() == kid;
        self.keys.iter().filter(named).filter(move |key| key.algorithms.contains(&algorithm)).map(|key| &key.decodes)
    }

    /// Whether they are not too old to believe.
    pub(crate) fn is_usable(&self) -> bool {
        self.at.elapsed() < LASTS
    }

    fn is_fresh(&self) -> bool {
        self.at.elapsed() < FRESH
    }
}

impl Key {
    /// A key by the algorithms that are allowed and fit it; nothing where it is none for signatures.
    fn read(value: &Value, allowed: &[Algorithm]) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(value.clone()).ok()?;
        let is_for_signing = jwk.common.public_key_use.as_ref().is_none_or(|use_| *use_ == PublicKeyUse::Signature);
        let operations = jwk.common.key_operations.as_ref();
        if !is_for_signing || operations.is_some_and(|all| !all.contains(&KeyOperations::Verify)) {
            return None;
        }
        let said = jwk.common.key_algorithm;
        let fits = |algorithm: &&Algorithm| said.is_none_or(|said| said == KeyAlgorithm::from(**algorithm));
        let of_kind = of_kind(&jwk.algorithm);
        let algorithms: Vec<_> = of_kind.iter().filter(fits).filter(|one| allowed.contains(one)).copied().collect();
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        (!algorithms.is_empty()).then_some(Self { id: jwk.common.key_id, algorithms, decodes: key })
    }
}

/// What a key of this kind can sign with. A secret that both sides hold is no key for us.
#[allow(clippy::wildcard_enum_match_arm, reason = "not ours: what is not named signs nothing")]
fn of_kind(parameters: &AlgorithmParameters) -> &'static [Algorithm] {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    match parameters {
        AlgorithmParameters::RSA(_) => &[RS256, RS384, RS512, PS256, PS384, PS512],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => &[ES256],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => &[ES384],
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => &[EdDSA],
        _ => &[],
    }
}

/// The keys as they were fetched last, and the way to newer ones.
pub(crate) struct Keys {
    source: Source,
    allowed: Vec<Algorithm>,
    client: Client,
    held: RwLock<Option<Arc<KeySet>>>,
    /// Taken by whoever fetches; how the last try went, and when.
    turn: Mutex<Option<Try>>,
}

struct Try {
    at: Instant,
    failed: Option<String>,
}

impl Try {
    /// Whether the issuer may be asked again.
    fn is_past(&self) -> bool {
        self.at.elapsed() >= PAUSE
    }
}

impl Keys {
    pub(crate) fn new(source: Source, allowed: Vec<Algorithm>, ca_file: Option<&Path>) -> Result<Self, String> {
        let client = Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        let client = match ca_file {
            None => client,
            Some(path) => client.tls_certs_merge(authorities(path)?),
        };
        let client = client.build().map_err(|error| text::bottom(&error))?;
        Ok(Self { source, allowed, client, held: RwLock::default(), turn: Mutex::default() })
    }

    /// What was fetched last.
    pub(crate) fn held(&self) -> Option<Arc<KeySet>> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keys that can be believed. Old ones are renewed meanwhile; where there are none that can be, it is waited for.
    pub(crate) async fn current(self: &Arc<Self>) -> Result<Arc<KeySet>, String> {
        match self.held().filter(|held| held.is_usable()) {
            Some(held) => {
                self.renew_soon(&held);
                Ok(held)
            }
            None => self.fetched(None).await,
        }
    }

    /// Renews keys that are not fresh, while nobody waits.
    pub(crate) fn renew_soon(self: &Arc<Self>, held: &Arc<KeySet>) {
        let may_ask = || self.turn.try_lock().is_ok_and(|last| last.as_ref().is_none_or(Try::is_past));
        if held.is_fresh() || !may_ask() {
            return;
        }
        let (keys, held) = (Arc::clone(self), Arc::clone(held));
        tokio::spawn(async move {
            if let Err(error) = keys.fetched(Some(&held)).await {
                tracing::warn!(%error, "the issuer's keys were not renewed");
            }
        });
    }

    /// Keys that were fetched after those, where it is not too soon to ask; else what there is.
    pub(crate) async fn newer_than(&self, known: &Arc<KeySet>) -> Result<Arc<KeySet>, String> {
        self.fetched(Some(known)).await
    }

    /// Keys that were fetched just now.
    pub(crate) async fn fresh(&self) -> Result<Arc<KeySet>, String> {
        self.fetched(self.held().as_ref()).await
    }

    async fn fetched(&self, known: Option<&Arc<KeySet>>) -> Result<Arc<KeySet>, String> {
        let mut turn = self.turn.lock().await;
        let held = self.held();
        let is_news = match (&held, known) {
            (Some(held), Some(known)) => !Arc::ptr_eq(held, known),
            (Some(held), None) => held.is_usable(),
            (None, _) => false,
        };
        if let (true, Some(held)) = (is_news, &held) {
            return Ok(Arc::clone(held));
        }
        if let Some(Try { failed, .. }) = turn.as_ref().filter(|last| !last.is_past()) {
            return match (failed, held.filter(|held| held.is_usable())) {
                (None, Some(held)) => Ok(held),
                (Some(why), _) => Err(why.clone()),
                (None, None) => Err("its keys are too old".to_owned()),
            };
        }
        let fetched = self.fetch().await;
        *turn = Some(Try { at: Instant::now(), failed: fetched.as_ref().err().cloned() });
        let set = Arc::new(KeySet { keys: fetched?, at: Instant::now() });
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&set));
        Ok(set)
    }

    async fn fetch(&self) -> Result<Vec<Key>, String> {
        let text = match &self.source {
            Source::File(path) => read(path.clone()).await?,
            Source::At(url) => self.get(url.clone()).await?,
            Source::Named(issuer) => self.get(self.discover(issuer).await?).await?,
        };
        let set: Value = serde_json::from_slice(&text).map_err(|error| format!("this is no JWK set: {error}"))?;
        let all = set["keys"].as_array().ok_or("this is no JWK set: it has no `keys`")?;
        let keys: Vec<_> = all.iter().take(MOST_KEYS).filter_map(|value| Key::read(value, &self.allowed)).collect();
        if keys.is_empty() {
            return Err("there is no public key for an algorithm that is allowed".to_owned());
        }
        Ok(keys)
    }

    /// Where the issuer says that its keys are: in the metadata of `OpenID` Connect, or of RFC 8414.
    async fn discover(&self, issuer: &str) -> Result<Url, String> {
        #[derive(Deserialize)]
        struct Metadata {
            issuer: String,
            jwks_uri: String,
        }
        let mut failed = Vec::new();
        for at in documents(issuer)? {
            match self.get(at.clone()).await {
                Ok(text) => {
                    let odd = |error: serde_json::Error| format!("{at} is no metadata of an issuer: {error}");
                    let found: Metadata = serde_json::from_slice(&text).map_err(odd)?;
                    if found.issuer != issuer {
                        return Err(format!("{at} is of another issuer: {}", text::short(&found.issuer, 200)));
                    }
                    return address(&found.jwks_uri);
                }
                Err(error) => failed.push(error),
            }
        }
        Err(failed.join("; "))
    }

    async fn get(&self, url: Url) -> Result<Vec<u8>, String> {
        let failed = |error: &reqwest::Error| format!("{url}: {}", text::bottom(error));
        let mut response = self.client.get(url.clone()).send().await.map_err(|error| failed(&error))?;
        if response.status() != StatusCode::OK {
            return Err(format!("{url}: {}", response.status()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err(format!("{url}: the answer is larger than {} KiB", MOST_BYTES / 1024));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// Where an issuer's metadata may be.
fn documents(issuer: &str) -> Result<[Url; 2], String> {
    let base = address(issuer)?;
    let path = base.path().trim_end_matches('/');
    let at = |path: String| {
        let mut url = base.clone();
        url.set_path(&path);
        url
    };
    Ok([
        at(format!("{path}/.well-known/openid-configuration")),
        at(format!("/.well-known/oauth-authorization-server{path}")),
    ])
}

async fn read(path: PathBuf) -> Result<Vec<u8>, String> {
    let shown = text::line(&path.to_string_lossy()).into_owned();
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    read.map_err(|error| error.to_string())?.map_err(|error| format!("{shown}: {error}"))
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, String> {
    let wrong = |why: String| format!("{}: {why}", text::line(&path.to_string_lossy()));
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(text::bottom(&error)))?;
    if found.is_empty() { Err(wrong("there is no certificate in it".to_owned())) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_come_from_where_nobody_in_between_can_change_them() {
        for good in ["https://login.example.com", "https://login.example.com/realms/desk", "http://127.0.0.1:9/x"] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in ["http://login.example.com", "http://localhost.evil.example", "file:///keys", "https://a:b@c", "x"] {
            assert!(address(bad).is_err(), "{bad}");
        }
        let at = documents("https://login.example.com/realms/desk").unwrap().map(String::from);
        assert_eq!(at[0], "https://login.example.com/realms/desk/.well-known/openid-configuration");
        assert_eq!(at[1], "https://login.example.com/.well-known/oauth-authorization-server/realms/desk");
    }

    #[test]
    fn a_key_signs_what_its_kind_its_owner_and_the_operator_say() {
        let all = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let with = |also: Value| {
            let mut key = ed.clone();
            for (name, value) in also.as_object().unwrap() {
                key[name] = value.clone();
            }
            Key::read(&key, &all).map(|key| key.algorithms)
        };
        assert_eq!(with(json!({})), Some(vec![Algorithm::EdDSA]));
        assert_eq!(with(json!({"alg": "EdDSA", "use": "sig", "key_ops": ["verify"]})), Some(vec![Algorithm::EdDSA]));
        for none in [json!({"use": "enc"}), json!({"key_ops": ["encrypt"]}), json!({"alg": "RS256"}), json!({"x": "?"})]
        {
            assert_eq!(with(none.clone()), None, "{none}");
        }
        assert!(Key::read(&ed, &[Algorithm::RS256]).is_none());
        assert!(Key::read(&json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}), &all).is_none());
    }
}
