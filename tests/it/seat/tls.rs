//! A desk behind TLS: whose certificate is believed, and a person who shows one of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use countersign::seat::{Address, Arrival, SeatError};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate for a name, and its key.
    fn signs(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.0).unwrap(), key)
    }
}

/// A desk that says who it takes everybody for, to whoever shows a certificate of the authority; its port.
async fn serve(authority: &Authority, asks: bool) -> u16 {
    let (certificate, key) = authority.signs("localhost");
    let mut roots = RootCertStore::empty();
    roots.add(authority.0.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let builder = if asks {
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = builder.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut asked = [0; 4096];
                let _ = stream.read(&mut asked).await;
                let about =
                    json!({"desk": "d-1", "sample": false, "person": {"id": "maya", "role": "agent"}}).to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    about.len()
                );
                let _ = stream.write_all(format!("{head}{about}").as_bytes()).await;
            });
        }
    });
    port
}

fn write(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

async fn arrive(port: u16, dir: &Path, ca: Option<PathBuf>, own: Option<PathBuf>) -> Result<String, SeatError> {
    let url = Address::parse(&format!("https://localhost:{port}"), false).unwrap();
    // Whoever has a certificate needs no token.
    let token_file = own.is_none().then(|| write(dir, "token", "csk_secret\n"));
    let address = Address { url, token_file, ca_file: ca, certificate_file: own };
    let arrival = Arrival::new(address, "r-tls".parse().unwrap(), Duration::from_secs(20)).unwrap();
    arrival.about().await.map(|about| about.person.id.to_string())
}

#[tokio::test]
async fn a_desk_is_believed_by_the_authority_that_is_named_and_a_certificate_is_shown_where_it_asks_for_one() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let ca = write(dir.path(), "ca.pem", &authority.0.pem());
    let (certificate, key) = authority.signs("maya");
    let own = write(dir.path(), "maya.pem", &format!("{}{}", certificate.pem(), key.serialize_pem()));
    let port = serve(&authority, false).await;
    assert_eq!(arrive(port, dir.path(), Some(ca.clone()), None).await.unwrap(), "maya");
    let nobody = arrive(port, dir.path(), None, None).await;
    assert!(matches!(nobody, Err(SeatError::Away { asked: false, .. })), "{nobody:?}");
    let other = write(dir.path(), "other.pem", &Authority::new().0.pem());
    assert!(arrive(port, dir.path(), Some(other), None).await.is_err());

    let port = serve(&authority, true).await;
    assert_eq!(arrive(port, dir.path(), Some(ca.clone()), Some(own)).await.unwrap(), "maya");
    assert!(arrive(port, dir.path(), Some(ca), None).await.is_err());
}
