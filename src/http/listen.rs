//! Connections: accepted, bounded in number and patience, and let finish when the service stops.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use crate::telemetry::metrics;

/// How long a client may take to say what it wants, and to shake hands.
const HEAD: Duration = Duration::from_secs(10);
/// Connections at a time.
const MOST_CONNECTIONS: usize = 4_096;
/// After an error of the listener, such as too many open files.
const BREATH: Duration = Duration::from_millis(50);
/// How long accepted requests may take once the service is asked to stop.
pub const LAST_REQUESTS: Duration = Duration::from_secs(9);

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Their address.
    pub address: SocketAddr,
    /// The client certificate that the connection was made with, DER.
    pub certificate: Option<Arc<[u8]>>,
}

/// Serves `routes` on `listener` until `stop`; then accepts no more and waits for what is under way.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, routes: Router, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let (stream, address) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            },
        };
        // An answer goes out at once: waiting for more to send costs 40 ms on a kept connection.
        let _ = stream.set_nodelay(true);
        let (tls, routes, watcher) = (tls.clone(), routes.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            let _open = metrics::connected();
            let Some((io, peer)) = greet(stream, address, tls).await else { return };
            if let Err(error) = watcher.watch(connection(io, peer, routes)).await {
                tracing::debug!(%error, %address, "a connection ended");
            }
        });
    }
    drop(listener);
    if timeout(LAST_REQUESTS, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests under way were cut off after {} s", LAST_REQUESTS.as_secs());
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The connection as it is spoken on, and who is at its other end.
async fn greet(stream: TcpStream, address: SocketAddr, tls: Option<TlsAcceptor>) -> Option<(Box<dyn Stream>, Peer)> {
    let Some(tls) = tls else { return Some((Box::new(stream), Peer { address, certificate: None })) };
    let stream = timeout(HEAD, tls.accept(stream)).await.ok()?.ok()?;
    let certificates = stream.get_ref().1.peer_certificates();
    let certificate = certificates.and_then(|chain| chain.first()).map(|first| Arc::from(first.as_ref()));
    Some((Box::new(stream), Peer { address, certificate }))
}

fn connection(
    io: Box<dyn Stream>,
    peer: Peer,
    routes: Router,
) -> http1::Connection<
    TokioIo<Box<dyn Stream>>,
    impl hyper::service::Service<
        hyper::Request<Incoming>,
        Response = axum::response::Response,
        Error = std::convert::Infallible,
        Future: Send,
    >,
> {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut routes = routes.clone();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer.clone());
        async move { routes.call(request).await }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_headers(64).max_buf_size(64 * 1024);
    http.serve_connection(TokioIo::new(io), service)
}
