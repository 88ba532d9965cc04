//! The desk as a service, put together: store, desk, who may come in, routes, MCP, connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use color_eyre::eyre::{Context as _, eyre};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::access::tls::Clients;
use crate::access::{self, Access};
use crate::app::models::Models;
use crate::config::{Config, Tls};
use crate::desk::Desk;
use crate::desk::vitals::Vitals;
use crate::http::limits::{Bounds, LOOPBACK, Limits};
use crate::http::sent::MOST_BYTES;
use crate::http::{self, Door, listen};
use crate::llm::prompt::Prompts;
use crate::mcp::server::DeskServer;
use crate::random;
use crate::store::Store;

/// A session of an older client is kept while a person thinks, and no longer.
const SILENCE: Duration = Duration::from_hours(4);

/// A service that listens and does not serve yet.
pub struct Service {
    listener: TcpListener,
    routes: Router,
    stop: CancellationToken,
    vitals: Vitals,
    tls: Option<TlsAcceptor>,
}

impl Service {
    /// Puts the service together and takes its address.
    ///
    /// # Errors
    /// When the address is taken or is none.
    pub async fn prepare(store: Arc<dyn Store>, config: &Config, models: &Models) -> color_eyre::Result<Self> {
        let stop = CancellationToken::new();
        let desk = Desk::new(Arc::clone(&store), config.policy.clone()).with_assistant(models.assistant());
        let desk = Arc::new(desk);
        let mcp = mcp(Arc::clone(&desk), Arc::new(models.prompts.clone()), config, &stop);
        let walk = Duration::from_secs(config.telemetry.verify_minutes.max(1) * 60);
        let vitals = Vitals { store: Arc::clone(&store), walk };
        let door = Arc::new(Door { desk, access: Access::new(store), limits: limits(config) });
        let routes = http::router(door, mcp);
        let listen = &config.serve.listen;
        let listener = TcpListener::bind(listen).await.wrap_err_with(|| format!("cannot listen on {listen}"))?;
        Ok(Self { listener, routes, stop, vitals, tls: acceptor(&config.serve.tls)? })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the listener has lost its address.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// How it is spoken to.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Stops it: what was accepted is finished, within ten seconds.
    #[must_use]
    pub fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Serves until it is stopped.
    pub async fn run(self) {
        tokio::spawn(self.vitals.watch(self.stop.clone()));
        listen::serve(self.listener, self.tls, self.routes, self.stop).await;
    }
}

/// Encrypted connections, where there is a certificate for them.
fn acceptor(tls: &Tls) -> color_eyre::Result<Option<TlsAcceptor>> {
    let Tls { certificate, key, client_ca, require_client_certificate } = tls;
    if certificate.as_os_str().is_empty() {
        return Ok(None);
    }
    if *require_client_certificate && client_ca.as_os_str().is_empty() {
        return Err(eyre!("[serve.tls] asks for client certificates: client_ca must name who signs them"));
    }
    let clients = if *require_client_certificate { Clients::MustShow } else { Clients::MayShow };
    let authorities = (!client_ca.as_os_str().is_empty()).then_some((client_ca.as_path(), clients));
    let config = access::tls::server(certificate, key, authorities).wrap_err("[serve.tls]")?;
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

fn limits(config: &Config) -> Limits {
    let serve = &config.serve;
    Limits::new(Bounds {
        most_at_once: serve.most_at_once,
        requests_per_minute: serve.requests_per_minute,
        hosts: serve.allowed_hosts.clone(),
        origins: serve.allowed_origins.clone(),
    })
}

/// MCP over streamable HTTP, both eras: sessions for clients of 2025-11-25, none for those of 2026-07-28.
fn mcp(desk: Arc<Desk>, prompts: Arc<Prompts>, config: &Config, stop: &CancellationToken) -> Router {
    let mut sessions = LocalSessionManager::default();
    sessions.session_config.keep_alive = Some(SILENCE);
    let hosts = LOOPBACK.iter().map(|name| (*name).to_owned()).chain(config.serve.allowed_hosts.clone());
    let settings = StreamableHttpServerConfig::default()
        .with_allowed_hosts(hosts)
        .with_allowed_origins(config.serve.allowed_origins.clone())
        .enforce_origin_validation()
        .with_json_response(true)
        .with_max_request_body_bytes(MOST_BYTES)
        .with_cancellation_token(stop.child_token());
    let service = StreamableHttpService::new(
        move || {
            let server = DeskServer::for_requests(Arc::clone(&desk), random::run_id());
            Ok(server.with_prompts(Arc::clone(&prompts)))
        },
        Arc::new(sessions),
        settings,
    );
    Router::new().fallback_service(service)
}
