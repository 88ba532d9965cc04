//! An authorization server on loopback: metadata, keys that can be changed, and tokens of whatever kind is wanted. Its
//! keys are made when it starts.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use countersign::clock;
use countersign::config::Issuer;
use countersign::domain::actor::Role;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PKCS_RSA_SHA256};
use serde_json::{Value, json};

/// What the desk of these tests is called by whoever gives tokens for it.
pub(crate) const DESK: &str = "https://desk.example.com";

/// What stands before the key itself in a PKCS #8 key for RSA with 2,048 bits: that is how the crate that signs reads it.
const PKCS8_HEAD: usize = 26;

/// A key of the issuer's.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    secret: EncodingKey,
}

impl Key {
    pub(crate) fn new(kid: &str, algorithm: Algorithm) -> Self {
        let pair = |kind| KeyPair::generate_for(kind).unwrap().serialize_der();
        let secret = match algorithm {
            Algorithm::RS256 => EncodingKey::from_rsa_der(&pair(&PKCS_RSA_SHA256)[PKCS8_HEAD..]),
            Algorithm::ES256 => EncodingKey::from_ec_der(&pair(&PKCS_ECDSA_P256_SHA256)),
            Algorithm::EdDSA => EncodingKey::from_ed_der(&seed_alone(&pair(&PKCS_ED25519))),
            other => panic!("no test needs {other:?}"),
        };
        Self { kid: kid.to_owned(), algorithm, secret }
    }

    /// Its public half.
    pub(crate) fn public(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.secret, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.kid.clone());
        serde_json::to_value(jwk).unwrap()
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.kid.clone()), typ: Some("at+jwt".into()), ..Header::new(self.algorithm) };
        self.sign_as(&header, claims)
    }

    pub(crate) fn sign_as(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.secret).unwrap()
    }
}

/// A PKCS #8 key of the first version, without its public half, as the same crate reads it.
fn seed_alone(der: &[u8]) -> Vec<u8> {
    let seed = der.windows(4).position(|four| four == [0x04, 0x22, 0x04, 0x20]).unwrap() + 4;
    let head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    [&head[..], &der[seed..seed + 32]].concat()
}

#[derive(Default)]
struct Shared {
    url: Mutex<String>,
    keys: Mutex<Vec<Value>>,
    asked: AtomicUsize,
    is_down: AtomicBool,
}

pub(crate) struct StubIssuer {
    pub(crate) url: String,
    pub(crate) key: Key,
    shared: Arc<Shared>,
}

impl StubIssuer {
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        tokio::spawn(countersign::http::listen::serve(
            listener,
            None,
            routes,
            tokio_util::sync::CancellationToken::new(),
        ));
        let (url, key) = (format!("http://{address}"), Key::new("k1", Algorithm::EdDSA));
        shared.url.lock().unwrap().clone_from(&url);
        let issuer = Self { url, key, shared };
        issuer.publish(&[&issuer.key]);
        issuer
    }

    /// Its public keys from now on.
    pub(crate) fn publish(&self, keys: &[&Key]) {
        *self.shared.keys.lock().unwrap() = keys.iter().map(|key| key.public()).collect();
    }

    /// How often it was asked for its keys.
    pub(crate) fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn go_down(&self, is_down: bool) {
        self.shared.is_down.store(is_down, Ordering::SeqCst);
    }

    /// A configuration that trusts it.
    pub(crate) fn trusted(&self, issuer: &mut Issuer) {
        issuer.url.clone_from(&self.url);
        DESK.clone_into(&mut issuer.audience);
        "sso".clone_into(&mut issuer.realm);
        issuer.roles = Role::ALL.iter().map(|role| (format!("desk-{role}"), *role)).collect();
    }

    /// What it says of somebody in a role, for ten minutes.
    pub(crate) fn claims(&self, handle: &str, role: Role) -> Value {
        let now = clock::wall().as_second();
        let mut claims = json!({
            "iss": self.url, "aud": DESK, "iat": now, "exp": now + 600, "sub": handle, "roles": [format!("desk-{role}")],
        });
        if role == Role::Bot {
            claims["countersign_scope"] = json!("all");
        }
        claims
    }

    /// A good token.
    pub(crate) fn token(&self, handle: &str, role: Role) -> String {
        self.key.sign(&self.claims(handle, role))
    }
}

async fn metadata(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, StatusCode> {
    up(&shared)?;
    let url = shared.url.lock().unwrap().clone();
    Ok(Json(json!({"issuer": url, "jwks_uri": format!("{url}/keys")})))
}

async fn keys(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, StatusCode> {
    up(&shared)?;
    shared.asked.fetch_add(1, Ordering::SeqCst);
    Ok(Json(json!({"keys": shared.keys.lock().unwrap().clone()})))
}

fn up(shared: &Shared) -> Result<(), StatusCode> {
    if shared.is_down.load(Ordering::SeqCst) { Err(StatusCode::SERVICE_UNAVAILABLE) } else { Ok(()) }
}
