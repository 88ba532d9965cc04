//! The desk as a service.

use std::path::PathBuf;

use serde::Deserialize;

/// Where and for whom it is served.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    /// Address and port.
    pub listen: String,
    /// Names that a request may be addressed to, beside this machine's own.
    pub allowed_hosts: Vec<String>,
    /// Pages, by scheme, host and port, whose scripts may ask.
    pub allowed_origins: Vec<String>,
    /// Requests under way at a time.
    pub most_at_once: usize,
    /// Requests a minute from one caller; 0 for as many as come.
    pub requests_per_minute: u32,
    /// Sessions of older MCP clients at a time, of one caller.
    pub sessions_per_caller: usize,
    /// Encrypted connections.
    pub tls: Tls,
}

/// The service's certificate, and whose client certificates it takes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Its certificate and what it was signed by (PEM); empty for connections in the clear.
    pub certificate: PathBuf,
    /// The certificate's key (PEM).
    pub key: PathBuf,
    /// The authorities that client certificates come from (PEM); empty for none.
    pub client_ca: PathBuf,
    /// Whether nobody comes in without one.
    pub require_client_certificate: bool,
}
