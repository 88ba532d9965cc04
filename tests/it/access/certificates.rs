use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign::access::{self, Wanted, What};
use countersign::app::models::Models;
use countersign::app::serve::Service;
use countersign::config::{self, Tls};
use countersign::domain::actor::Role;
use countersign::domain::credential::Fingerprint;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::access::{ada, give, house, wanted};
use crate::house::House;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for a name: its DER, and it and its key as PEM.
fn certificate(authority: &Authority, name: &str) -> (Vec<u8>, String, String) {
    let key = KeyPair::generate().unwrap();
    let made = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
    (made.der().to_vec(), made.pem(), key.serialize_pem())
}

fn kept(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

async fn served(house: &House, authority: &Authority, require: bool) -> String {
    let (_, pem, key) = certificate(authority, "127.0.0.1");
    let dir = house.dir.path();
    let mut config = config::load(None, None, std::iter::empty(), &[]).unwrap().config;
    "127.0.0.1:0".clone_into(&mut config.serve.listen);
    config.serve.tls = Tls {
        certificate: kept(dir, "server.pem", &pem),
        key: kept(dir, "server.key", &key),
        client_ca: kept(dir, "ca.pem", &authority.pem()),
        require_client_certificate: require,
    };
    let store: Arc<dyn countersign::store::Store> = house.store.clone();
    let models = Models::of(&config, "test", &store).unwrap();
    let service = Service::prepare(store, &config, &models).await.unwrap();
    assert_eq!(service.scheme(), "https");
    let at = format!("https://{}/tickets/T-1", service.address().unwrap());
    tokio::spawn(service.run());
    at
}

fn client(authority: &Authority, own: Option<&(Vec<u8>, String, String)>) -> reqwest::Client {
    let trusted = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([trusted]);
    let own = own.map(|(_, pem, key)| reqwest::Identity::from_pem(format!("{pem}{key}").as_bytes()).unwrap());
    match own {
        Some(own) => client.identity(own),
        None => client,
    }
    .build()
    .unwrap()
}

#[tokio::test]
async fn a_client_certificate_lets_in_whose_it_is_until_it_is_taken_back() {
    let (house, _) = house().await;
    let ca = authority();
    let (known, unknown) = (certificate(&ca, "triage"), certificate(&ca, "somebody"));
    let at = served(&house, &ca, false).await;
    let what = What::Certificate(Fingerprint::of(&known.0));
    let given = Wanted { what, ..wanted("triage", Role::Bot) };
    let (credential, _) = access::give(house.store.as_ref(), &ada(), &house.run.id, given).await.unwrap();
    let status = async |client: &reqwest::Client| client.get(&at).send().await.unwrap().status().as_u16();
    let triage = client(&ca, Some(&known));
    assert_eq!(status(&triage).await, 200);
    assert_eq!(status(&client(&ca, Some(&unknown))).await, 401, "its authority is known, and it is nobody's");
    assert_eq!(status(&client(&ca, None)).await, 401);
    let (_, token) = give(&house, wanted("maya", Role::Agent)).await;
    let with_token = client(&ca, None).get(&at).bearer_auth(token.reveal()).send().await.unwrap();
    assert_eq!(with_token.status(), 200);
    let wrong_token = triage.get(&at).bearer_auth("cs_wrong").send().await.unwrap();
    assert_eq!(wrong_token.status(), 401, "a bad token is not made good by the connection");
    access::take_back(house.store.as_ref(), &ada(), &house.run.id, &credential.id).await.unwrap();
    assert_eq!(status(&triage).await, 401);
}

#[tokio::test]
async fn where_one_is_asked_for_no_connection_is_made_without_it_or_with_a_strangers() {
    let (house, _) = house().await;
    let (ca, other) = (authority(), authority());
    let at = served(&house, &ca, true).await;
    assert!(client(&ca, None).get(&at).send().await.is_err());
    assert!(client(&ca, Some(&certificate(&other, "triage"))).get(&at).send().await.is_err());
    let known_authority = client(&ca, Some(&certificate(&ca, "triage")));
    assert_eq!(known_authority.get(&at).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn files_that_do_not_fit_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let ca = authority();
    let ((_, pem, _), (_, _, other_key)) = (certificate(&ca, "a"), certificate(&ca, "b"));
    let (pem, key) = (kept(dir.path(), "server.pem", &pem), kept(dir.path(), "server.key", &other_key));
    let empty = kept(dir.path(), "empty.pem", "");
    for (certificate, key, named) in
        [(&pem, &key, "server.pem"), (&empty, &key, "empty.pem"), (&pem, &empty, "empty.pem")]
    {
        let error = access::tls::server(certificate, key, None).unwrap_err().to_string();
        assert!(error.contains(named) && !error.contains("PRIVATE"), "{error}");
    }
}
