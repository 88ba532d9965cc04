//! Where a database is: a URL as people write it, its secrets never shown.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use crate::domain::database::DatabaseUrl;
use crate::store::StoreError;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_millis(1_500);
/// How every connection is set: a commit is durable when it answers, and nobody waits for a lock for ever.
const SETTINGS: &str = "-c synchronous_commit=on -c lock_timeout=5s -c statement_timeout=9s \
                        -c idle_in_transaction_session_timeout=30s -c timezone=UTC";
/// Where systems keep the certificates that they trust.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

/// A database, and how to speak to it.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) config: Config,
    pub(crate) tls: MakeRustlsConnect,
    /// For people: without the password.
    pub(crate) shown: String,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=FILE`.
    pub(crate) fn read(url: &str) -> Result<Self, StoreError> {
        let shown = DatabaseUrl::from(url.to_owned()).to_string();
        let unopenable = |reason: String| StoreError::Unopenable { path: shown.clone(), reason };
        let mut parsed = Url::parse(url).map_err(|e| unopenable(e.to_string()))?;
        let (mut mode, mut roots, mut rest) = ("prefer".to_owned(), None, Vec::new());
        for (key, value) in parsed.query_pairs() {
            match key.as_ref() {
                "sslmode" => mode = value.into_owned(),
                "sslrootcert" => roots = Some(PathBuf::from(value.into_owned())),
                _ => rest.push((key.into_owned(), value.into_owned())),
            }
        }
        parsed.set_query(None);
        if !rest.is_empty() {
            parsed.query_pairs_mut().extend_pairs(rest);
        }
        // What it says of a wrong URL may quote it.
        let config: Result<Config, _> = parsed.as_str().parse();
        let mut config = config.map_err(|_quotes| unopenable("this is no postgres:// URL".to_owned()))?;
        let tls = match mode.as_str() {
            "disable" => set(&mut config, SslMode::Disable, unverified()),
            "allow" | "prefer" => set(&mut config, SslMode::Prefer, unverified()),
            "require" => set(&mut config, SslMode::Require, unverified()),
            "verify-ca" | "verify-full" => set(&mut config, SslMode::Require, verified(roots.as_deref())),
            _ => Err("sslmode is disable, prefer, require or verify-full".to_owned()),
        };
        let tls = MakeRustlsConnect::new(tls.map_err(unopenable)?);
        let options = config.get_options().map_or(SETTINGS.to_owned(), |own| format!("{own} {SETTINGS}"));
        config.options(options).connect_timeout(CONNECT).tcp_user_timeout(CONNECT);
        config.keepalives_idle(Duration::from_secs(20));
        if config.get_application_name().is_none() {
            config.application_name("countersign");
        }
        Ok(Self { config, tls, shown })
    }
}

impl Address {
    /// How a connection is made that whoever looks after the database finds by what it is for.
    pub(crate) fn config_for(&self, what: &str) -> Config {
        let mut config = self.config.clone();
        let name = format!("{} {what}", config.get_application_name().unwrap_or_default());
        config.application_name(name);
        config
    }
}

fn set(config: &mut Config, mode: SslMode, tls: Result<ClientConfig, String>) -> Result<ClientConfig, String> {
    config.ssl_mode(mode);
    tls
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(|e| e.to_string())
}

/// Encrypted, whoever answers: what `sslmode=require` means for every client of PostgreSQL.
fn unverified() -> Result<ClientConfig, String> {
    let anybody = Arc::new(Anybody(aws_lc_rs::default_provider()));
    Ok(builder()?.dangerous().with_custom_certificate_verifier(anybody).with_no_client_auth())
}

/// Encrypted, and only where the certificate is good for the host's name.
fn verified(roots: Option<&Path>) -> Result<ClientConfig, String> {
    let bundle = roots.map(Path::to_owned).or_else(|| BUNDLES.iter().map(PathBuf::from).find(|path| path.exists()));
    let bundle = bundle.ok_or("there are no certificates to trust: give sslrootcert=FILE")?;
    let unread = |e: &dyn std::fmt::Display| format!("{}: {e}", crate::domain::text::line(&bundle.to_string_lossy()));
    let mut trusted = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&bundle).map_err(|e| unread(&e))? {
        // A system's bundle may hold one that is too old to be read.
        let _ = trusted.add(certificate.map_err(|e| unread(&e))?);
    }
    if trusted.is_empty() {
        return Err(unread(&"no certificate is in it"));
    }
    Ok(builder()?.with_root_certificates(trusted).with_no_client_auth())
}

/// Takes any certificate, if its owner has signed with it.
#[derive(Debug)]
struct Anybody(CryptoProvider);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for url in [
            "postgres://maya:s3cret@db.example.com:5433/desk",
            "postgres://maya:s3cret@db.example.com:5433/desk?sslmode=require&password=s3cret",
            "postgres://maya:s3cret@db.example.com:notaport/desk",
            "postgres://maya:s3cret@db/desk?sslmode=s3cret",
            "postgres://maya:s3cret@db/desk?connect_timeout=s3cret",
            "s3cret",
        ] {
            if let Err(error) = Address::read(url) {
                assert!(!error.to_string().contains("s3cret"), "{error}");
            }
        }
    }

    #[test]
    fn how_it_is_encrypted_is_what_the_url_says() {
        let mode = |query: &str| Address::read(&format!("postgres://db/desk{query}")).map(|a| a.config.get_ssl_mode());
        assert_eq!(mode("").unwrap(), SslMode::Prefer);
        assert_eq!(mode("?sslmode=disable").unwrap(), SslMode::Disable);
        assert_eq!(mode("?sslmode=require").unwrap(), SslMode::Require);
        assert!(mode("?sslmode=sometimes").unwrap_err().to_string().contains("verify-full"));
        assert!(mode("?sslmode=verify-full&sslrootcert=/nowhere.pem").is_err());
    }
}
