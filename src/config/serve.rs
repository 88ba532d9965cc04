//! The desk as a service.

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
}
