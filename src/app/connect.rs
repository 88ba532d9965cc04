//! Sitting down at a desk that is served elsewhere.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::{WrapErr as _, ensure};
use reqwest::header::HeaderName;

use crate::app::Sitting;
use crate::app::models::Models;
use crate::config::{Config, DeskFile};
use crate::domain::actor::Role;
use crate::mcp::client::McpBackend;
use crate::random;
use crate::seat::{Address, Arrival, Seat};
use crate::tools::Run;

/// Says that a connection is the person's assistant's: it reads and proposes, whatever the person may.
const AS: (HeaderName, &str) = (HeaderName::from_static("countersign-as"), "assistant");

/// Where the desk is that the configuration names; nothing where it is one of this machine's own.
///
/// # Errors
/// When the address is none, would send the token in clear, or comes without a token or a certificate.
pub fn address(desk: &DeskFile) -> color_eyre::Result<Option<Address>> {
    if desk.connect.is_empty() {
        return Ok(None);
    }
    let url = Address::parse(&desk.connect, desk.insecure_http)?;
    let given = |path: &PathBuf| Some(path.clone()).filter(|path| !path.as_os_str().is_empty());
    let (token_file, certificate_file) = (given(&desk.token_file), given(&desk.certificate_file));
    ensure!(
        token_file.is_some() || certificate_file.is_some(),
        "a desk elsewhere asks who you are: name the file of your token with --token-file FILE, or that of your \
         certificate and its key with --certificate-file FILE"
    );
    Ok(Some(Address { url, token_file, ca_file: given(&desk.ca_file), certificate_file }))
}

/// Opens a desk elsewhere for the person whose token it is: its tools over MCP, everything else at its seat.
///
/// # Errors
/// When the desk cannot be reached or takes the token for nobody's.
pub async fn sit_down_elsewhere(address: Address, config: &Config) -> color_eyre::Result<Sitting> {
    let run = Run::new(random::run_id());
    let patience = Duration::from_secs(config.mcp.timeout_seconds);
    let (desk, door) = (address.name(), address.door("mcp"));
    let at = || format!("{desk} cannot be worked at");
    let remarks = address.exposed().into_iter().collect();
    let (own, bot) = (address.client(&[])?, address.client(&[AS])?);
    let arrival = Arrival::new(address, run.id.clone(), patience)?;
    // First who is there: a token that is not taken is said as such.
    let about = arrival.about().await.wrap_err_with(at)?;
    ensure!(about.person.role != Role::Bot, "{} is a program: only people have a seat at a desk", about.person.id);
    // Drafts lie in a folder of that name.
    let is_name = !about.desk.is_empty() && about.desk.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    ensure!(is_name, "{desk} goes by a name that no desk has");
    let connections = tokio::try_join!(
        McpBackend::over_http(own, door.clone(), patience),
        McpBackend::over_http(bot, door, patience)
    );
    let (backend, assistant) = connections.wrap_err_with(at)?;
    let (backend, assistant) = (Arc::new(backend), Arc::new(assistant));
    let seat: Arc<dyn Seat> = Arc::new(arrival.sit_down(about, backend.changes()));
    // Summaries and drafts are the desk's own models'; what it spends is spent there, so nothing is prepared unasked.
    let models = Models::elsewhere();
    Ok(Sitting { seat, backend, assistant, run, models, desk, remarks })
}
