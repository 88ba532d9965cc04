//! MCP over streamable HTTP, both eras: sessions for clients of 2025-11-25, none for those of 2026-07-28.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::middleware::from_fn_with_state;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::SessionManager as _;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::http::limits::LOOPBACK;
use crate::http::sent::MOST_BYTES;
use crate::http::session::{Seal, own};
use crate::http::sessions::{Hall, Sessions};
use crate::mcp::at_once::LocalSessions;

/// A session of an older client is kept while a person thinks, and no longer.
const SILENCE: Duration = Duration::from_hours(4);
/// A client whose connection broke off is told to come back after this,
const COMES_BACK: Duration = Duration::from_secs(1);
/// and an answer that was ready meanwhile is kept for it no longer than this. A busy session keeps each of its answers so
/// long, and looks through all of them at every request.
const KEPT_FOR: Duration = Duration::from_secs(3);

/// Routes for `server`, which is made anew for each session, and for each request that has none; behind what comes
/// `before` it and knows the sessions.
pub(crate) fn over_http<H: ServerHandler>(
    server: impl Fn() -> H + Send + Sync + 'static,
    before: impl FnOnce(Router, LocalSessions) -> Router,
    config: &Config,
    origins: Vec<String>,
    stop: &CancellationToken,
) -> Router {
    let mut sessions = LocalSessionManager::default();
    sessions.session_config.keep_alive = Some(SILENCE);
    sessions.session_config.sse_retry = Some(COMES_BACK);
    sessions.session_config.completed_cache_ttl = KEPT_FOR;
    let hosts = LOOPBACK.iter().map(|name| (*name).to_owned()).chain(config.serve.allowed_hosts.clone());
    let settings = StreamableHttpServerConfig::default()
        .with_allowed_hosts(hosts)
        .with_allowed_origins(origins)
        .enforce_origin_validation()
        .with_json_response(true)
        .with_sse_retry(Some(COMES_BACK))
        .with_max_request_body_bytes(MOST_BYTES)
        .with_cancellation_token(stop.child_token());
    let sessions = Arc::new(sessions);
    let counted = Sessions::new(Arc::new(Local(Arc::clone(&sessions))), config.serve.sessions_per_caller);
    let service = StreamableHttpService::new(move || Ok(server()), Arc::clone(&sessions), settings);
    let mcp = before(Router::new().fallback_service(service), sessions);
    mcp.layer(from_fn_with_state((Seal::new(), Arc::new(counted)), own))
}

/// The sessions of this process.
struct Local(LocalSessions);

#[async_trait]
impl Hall for Local {
    async fn is_there(&self, name: &str) -> bool {
        // Where it cannot be told it may be there.
        self.0.has_session(&name.into()).await.unwrap_or(true)
    }

    async fn end(&self, name: &str) {
        if let Err(error) = self.0.close_session(&name.into()).await {
            tracing::debug!(%error, "a session was not ended, or had ended");
        }
    }
}
