//! The desk as a service, put together: store, desk, who may come in, routes, MCP, connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use color_eyre::eyre::{Context as _, eyre};
use futures::future::OptionFuture;
use rmcp::ServerHandler;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::access::tls::Clients;
use crate::access::{self, Access, Issuer};
use crate::app::issuer;
use crate::app::mcp::over_http;
use crate::app::models::Models;
use crate::config::{Config, Tls};
use crate::desk::Desk;
use crate::desk::vitals::Vitals;
use crate::domain::text;
use crate::http::health::Readiness;
use crate::http::limits::{Bounds, Limits};
use crate::http::{self, Door, listen};
use crate::mcp::at_once::{self, AtOnce, LocalSessions};
use crate::mcp::server::{Asking, DeskServer};
use crate::random;
use crate::store::Store;

/// A service that listens and does not serve yet.
pub struct Service {
    listener: TcpListener,
    routes: Router,
    stop: CancellationToken,
    vitals: Vitals,
    tls: Option<TlsAcceptor>,
    issuer: Option<Arc<Issuer>>,
}

impl Service {
    /// Puts the service together and takes its address.
    ///
    /// # Errors
    /// When the address is taken or is none.
    pub async fn prepare(store: Arc<dyn Store>, config: &Config, models: &Models) -> color_eyre::Result<Self> {
        let prompts = Arc::new(models.prompts.clone());
        let asking = if config.mcp.elicit { Some(Asking::sealed_with(&store.secret().await?)) } else { None };
        let server = move |desk| {
            let server = DeskServer::for_requests(desk, random::run_id()).with_prompts(Arc::clone(&prompts));
            match &asking {
                Some(asking) => server.asking(Arc::clone(asking)),
                None => server,
            }
        };
        let asks = config.mcp.elicit;
        let at_once = |mcp: Router, desk: Arc<Desk>, sessions: LocalSessions| {
            mcp.layer(from_fn_with_state(AtOnce::new(desk, sessions, asks), at_once::answer))
        };
        Self::put_together(server, at_once, store, config, models).await
    }

    /// The same service with another MCP server in the place of the desk's own.
    ///
    /// # Errors
    /// As [`Service::prepare`].
    pub async fn around<H: ServerHandler>(
        server: impl Fn(Arc<Desk>) -> H + Send + Sync + 'static,
        store: Arc<dyn Store>,
        config: &Config,
        models: &Models,
    ) -> color_eyre::Result<Self> {
        Self::put_together(server, |mcp, _, _| mcp, store, config, models).await
    }

    async fn put_together<H: ServerHandler>(
        server: impl Fn(Arc<Desk>) -> H + Send + Sync + 'static,
        before: impl FnOnce(Router, Arc<Desk>, LocalSessions) -> Router,
        store: Arc<dyn Store>,
        config: &Config,
        models: &Models,
    ) -> color_eyre::Result<Self> {
        // What the desk knows of people's roles counts from here on, whatever a configuration says.
        store.share().await?;
        let stop = CancellationToken::new();
        let listen = &config.serve.listen;
        let listener = TcpListener::bind(listen).await.wrap_err_with(|| format!("cannot listen on {listen}"))?;
        let origins = origins(config, listener.local_addr()?.port());
        let desk = Desk::new(Arc::clone(&store), config.policy.clone()).with_assistant(models.assistant());
        let desk = Arc::new(desk);
        let served = Arc::clone(&desk);
        let in_front = |mcp, sessions| before(mcp, Arc::clone(&desk), sessions);
        let mcp = over_http(move || server(Arc::clone(&served)), in_front, config, origins.clone(), &stop);
        let walk = Duration::from_secs(config.telemetry.verify_minutes.max(1) * 60);
        let vitals = Vitals { store: Arc::clone(&store), walk };
        let issuer = issuer::of(&config.access.issuer)?;
        let access = match &issuer {
            Some(issuer) => Access::new(store).trusting(Arc::clone(issuer)),
            None => Access::new(store),
        };
        let (access, limits) = (Arc::new(access), limits(config, origins));
        let door = Arc::new(Door { desk, access, limits, readiness: Readiness::default() });
        let routes = http::router(door, mcp);
        Ok(Self { listener, routes, stop, vitals, tls: acceptor(&config.serve.tls)?, issuer })
    }

    /// The same service with something before its door.
    #[must_use]
    pub fn behind(self, before: impl FnOnce(Router) -> Router) -> Self {
        Self { routes: before(self.routes), ..self }
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

    /// Whether the issuer's keys can be had, in words; nothing where there is no issuer.
    ///
    /// # Errors
    /// When they cannot.
    pub async fn look_at_issuer(&self) -> color_eyre::Result<Option<String>> {
        match &self.issuer {
            Some(issuer) => look_at(issuer).await.map(Some),
            None => Ok(None),
        }
    }

    /// Serves until it is stopped.
    pub async fn run(self) {
        tokio::spawn(self.vitals.watch(self.stop.clone()));
        // Who has a token of the desk's own does not wait for an issuer; who has one of the issuer's is told.
        tokio::spawn(async move {
            if let Some(Err(error)) = OptionFuture::from(self.issuer.as_deref().map(look_at)).await {
                tracing::warn!(%error, "tokens of the issuer are not taken until its keys can be read");
            }
        });
        listen::serve(self.listener, self.tls, self.routes, self.stop).await;
    }
}

async fn look_at(issuer: &Issuer) -> color_eyre::Result<String> {
    let name = text::line(&issuer.trust().issuer).into_owned();
    match issuer.look().await {
        Ok(1) => Ok(format!("{name}: its one key can be read")),
        Ok(keys) => Ok(format!("{name}: its {keys} keys can be read")),
        Err(why) => Err(eyre!("{name}: its keys cannot be read: {why}")),
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

/// Pages whose scripts may ask: the desk's own, and those that the configuration names.
fn origins(config: &Config, port: u16) -> Vec<String> {
    let scheme = if config.serve.tls.certificate.as_os_str().is_empty() { "http" } else { "https" };
    let own = ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{scheme}://{name}:{port}"));
    own.into_iter().chain(config.serve.allowed_origins.clone()).collect()
}

fn limits(config: &Config, origins: Vec<String>) -> Limits {
    let serve = &config.serve;
    Limits::new(Bounds {
        most_at_once: serve.most_at_once,
        requests_per_minute: serve.requests_per_minute,
        hosts: serve.allowed_hosts.clone(),
        origins,
    })
}
