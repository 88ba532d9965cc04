//! A database that is spoken to in secret, and known by its certificate.

use countersign::store::StoreError;
use countersign::store::postgres::{Options, Postgres};
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};

use crate::postgres::Cluster;

/// Somebody who signs certificates, and their own.
fn authority() -> (Issuer<'static, KeyPair>, Certificate) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&key).unwrap();
    (Issuer::new(params, key), root)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_encrypted_and_the_server_s_name_checked_where_the_url_says_so() {
    let Some(cluster) = tokio::task::spawn_blocking(|| Cluster::start(true)).await.unwrap() else { return };
    let (issuer, root) = authority();
    let (_, stranger) = authority();
    let key = KeyPair::generate().unwrap();
    let names = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = names.signed_by(&key, &issuer).unwrap();
    let cluster = tokio::task::spawn_blocking(move || {
        cluster.encrypt(&certificate.pem(), &key.serialize_pem());
        cluster
    });
    let cluster = cluster.await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let verified = |name: &str, root: &Certificate| {
        let path = dir.path().join(name);
        std::fs::write(&path, root.pem()).unwrap();
        format!("verify-full&sslrootcert={}", path.display())
    };
    let (trusted, strange) = (verified("ca.pem", &root), verified("stranger.pem", &stranger));
    let url = cluster.database().await;
    let by_name = url.replace("127.0.0.1", "localhost");
    let options = Options { place: dir.path().to_owned(), connections: 2 };
    let open = async |url: &str, how: &str| Postgres::open(&format!("{url}?sslmode={how}"), &options).await;

    open(&url, "require").await.unwrap();
    let store = open(&by_name, &trusted).await.unwrap().store;
    countersign::store::Store::counts(&store).await.unwrap();

    // Another name, somebody else's signature, nobody's that the system knows, and in the open.
    let refused = [
        (&url, trusted.as_str(), "certificate"),
        (&by_name, strange.as_str(), "certificate"),
        (&by_name, "verify-full", "certificate"),
        (&by_name, "disable", "no encryption"),
    ];
    for (url, how, why) in refused {
        let error = open(url, how).await.err().unwrap();
        assert!(matches!(error, StoreError::Unopenable { .. }), "{url} {how}: {error:?}");
        assert!(error.to_string().contains(why), "{url} {how}: {error}");
    }
}
