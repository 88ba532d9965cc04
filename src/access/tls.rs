//! TLS of the service: its own certificate, and the authorities whose client certificates it takes.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::domain::text;

/// Whether a connection without a client certificate is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clients {
    /// It is: somebody with a token need not have one.
    MayShow,
    /// It is not.
    MustShow,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct BadTls {
    file: String,
    reason: String,
}

impl BadTls {
    fn of(file: &Path, reason: &impl ToString) -> Self {
        Self { file: text::line(&file.to_string_lossy()).into_owned(), reason: reason.to_string() }
    }
}

/// The service's side of TLS: a certificate with its chain and its key (PEM), and the authorities (PEM) that client
/// certificates come from, where any are taken.
///
/// # Errors
/// When a file cannot be read, holds something else, or key and certificate do not belong together.
pub fn server(certificate: &Path, key: &Path, authorities: Option<(&Path, Clients)>) -> Result<ServerConfig, BadTls> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| BadTls::of(certificate, &e))?;
    let builder = match authorities {
        None => builder.with_no_client_auth(),
        Some((file, clients)) => builder.with_client_cert_verifier(verifier(file, clients, provider)?),
    };
    let chain = certificates(certificate)?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|e| BadTls::of(key, &e))?;
    let mut config = builder.with_single_cert(chain, secret).map_err(|e| BadTls::of(certificate, &e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn verifier(
    file: &Path,
    clients: Clients,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, BadTls> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(file)? {
        roots.add(authority).map_err(|e| BadTls::of(file, &e))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let verifier = match clients {
        Clients::MayShow => verifier.allow_unauthenticated(),
        Clients::MustShow => verifier,
    };
    verifier.build().map_err(|e| BadTls::of(file, &e))
}

/// Every certificate of a file; one at least.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, BadTls> {
    let all = CertificateDer::pem_file_iter(file).map_err(|e| BadTls::of(file, &e))?;
    let all: Vec<_> = all.collect::<Result<_, _>>().map_err(|e| BadTls::of(file, &e))?;
    if all.is_empty() { Err(BadTls::of(file, &"it holds no certificate")) } else { Ok(all) }
}
