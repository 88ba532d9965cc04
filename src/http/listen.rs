//! Connections: accepted, bounded in number, by address and in patience, and let finish when the service stops.

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

use crate::http::crowd::Crowd;
use crate::http::patience::Patient;
use crate::telemetry::metrics;

/// How long a client may take to say what it wants, and to shake hands.
const HEAD: Duration = Duration::from_secs(10);
/// How long a client may leave an answer untaken.
const TAKES: Duration = Duration::from_secs(30);
/// Connections at a time, and of these from one address. A proxy before the service is one.
const MOST_CONNECTIONS: Room = Room { all: 4_096, each: 1_024 };
/// After an error of the listener, such as too many open files.
const BREATH: Duration = Duration::from_millis(50);
/// How long accepted requests may take once the service is asked to stop.
pub const LAST_REQUESTS: Duration = Duration::from_secs(9);

/// How many connections there may be at a time.
#[derive(Clone, Copy)]
struct Room {
    all: usize,
    /// From one address.
    each: usize,
}

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
    serve_within(MOST_CONNECTIONS, listener, tls, routes, stop).await;
}

async fn serve_within(
    room: Room,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    routes: Router,
    stop: CancellationToken,
) {
    let (places, crowd) = (Arc::new(Semaphore::new(room.all)), Crowd::new(room.each));
    let graceful = GracefulShutdown::new();
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
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
        // Too many from there: the others get in.
        let Some(guest) = crowd.enter(address.ip()) else { continue };
        // An answer goes out at once: waiting for more to send costs 40 ms on a kept connection.
        let _ = stream.set_nodelay(true);
        let (tls, routes, watcher) = (tls.clone(), routes.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = (place, guest);
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
    let stream = Patient::new(stream, TAKES);
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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    const SOON: Duration = Duration::from_secs(20);

    /// A service with so much room: its address, what stops it, and its end.
    async fn open(room: Room) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let routes = Router::new().route("/", axum::routing::get(|| async { "here" }));
        let serving = tokio::spawn(serve_within(room, listener, None, routes, stop.clone()));
        (address, stop, serving)
    }

    /// A kept connection that was answered once.
    async fn answered(address: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut begins = [0; 12];
        timeout(SOON, stream.read_exact(&mut begins)).await.unwrap().unwrap();
        assert_eq!(&begins, b"HTTP/1.1 200");
        stream
    }

    #[tokio::test]
    async fn a_service_whose_places_are_all_taken_hears_that_it_shall_stop() {
        let (address, stop, serving) = open(Room { all: 1, each: 9 }).await;
        let _kept = answered(address).await;
        stop.cancel();
        timeout(SOON, serving).await.expect("it stops").unwrap();
    }

    #[tokio::test]
    async fn one_address_does_not_take_all_the_places() {
        let (address, _stop, _serving) = open(Room { all: 9, each: 2 }).await;
        let kept = (answered(address).await, answered(address).await);
        let mut third = TcpStream::connect(address).await.unwrap();
        // It is hung up on, gently or not.
        assert!(matches!(timeout(SOON, third.read(&mut [0; 1])).await.unwrap(), Ok(0) | Err(_)));
        drop(kept);
        let again = async {
            loop {
                let mut stream = TcpStream::connect(address).await.unwrap();
                let sent = stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
                if sent.is_ok() && matches!(stream.read(&mut [0; 1]).await, Ok(1)) {
                    return;
                }
            }
        };
        timeout(SOON, again).await.expect("there is room again");
    }
}
