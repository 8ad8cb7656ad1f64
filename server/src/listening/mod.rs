//! TCP connections: taken in, served by the router, let go when they do nothing.
//!
//! hyper's own loop, as axum has it, knows no time: it waits for ever for the rest of a request, and
//! for a peer that takes nothing of an answer.

mod client;
mod descriptors;
mod places;
mod stall;
mod stream;

pub use client::Client;
pub use descriptors::take_all_descriptors;
pub use places::Places;
pub(crate) use stream::Stream;

use std::future::Future;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower_http::add_extension::AddExtension;

use crate::time;

/// Proxies keep connections for a minute; who closes first must not be the server, or it meets a
/// request.
const HEAD: Duration = Duration::from_secs(75);
/// Without descriptors nobody can be let in until somebody leaves.
const ACCEPT_RETRY: Duration = Duration::from_secs(1);

/// How long a connection may wait for its peer.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request, the wait for a further request included.
    pub head: Duration,
    /// For a peer that takes nothing.
    pub stall: Duration,
}

impl Patience {
    /// The usual one for heads.
    pub fn with_stall(stall: Duration) -> Self {
        Self { head: HEAD, stall }
    }
}

/// The other end of a request's connection: the client, or a proxy.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Serves until `stop` is done, and then until the requests that are under way have their answers.
/// Each request has its connection's [`Peer`] among its extensions. Connections beyond the places
/// are closed.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    places: Arc<Places>,
    stop: impl Future<Output = ()>,
) {
    let (farewell, begun) = watch::channel(());
    let accepting = async {
        loop {
            let (tcp, peer) = accept(&listener).await;
            let Some(place) = places.take(time::now()) else { continue };
            let _ = tcp.set_nodelay(true);
            let peer = Peer(peer.ip().to_canonical());
            let stream = Stream::new(tcp, place, patience.stall);
            let service = AddExtension::new(router.clone(), peer);
            tokio::spawn(serve_one(stream, service, patience.head, begun.clone()));
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop => {}
    }
    drop(listener);
    drop(begun);
    let _ = farewell.send(());
    farewell.closed().await;
}

type Service = AddExtension<Router, Peer>;

/// Until the connection ends, or belongs to a WebSocket.
async fn serve_one(stream: Stream, service: Service, head: Duration, mut farewell: watch::Receiver<()>) {
    let service = TowerToHyperService::new(service);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        _ = farewell.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::trace!(%error, "a connection ended");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_the_peer(error.kind()) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken in");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

fn is_of_the_peer(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn who_never_ends_the_head_of_a_request_is_let_go() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let patience = Patience { head: Duration::from_millis(200), stall: Duration::from_secs(60) };
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, Router::new(), patience, Places::new(10), async {
            let _ = stopped.await;
        }));
        for begun in ["GET / HTTP/1.1\r\nHost: x\r\n", "", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(begun.as_bytes()).await.unwrap();
            let mut answer = String::new();
            let end = tokio::time::timeout(Duration::from_secs(20), stream.read_to_string(&mut answer));
            end.await.unwrap().unwrap();
            assert_eq!(answer.starts_with("HTTP/1.1 404"), begun.ends_with("\r\n\r\n"), "{answer}");
        }
        stop.send(()).unwrap();
        serving.await.unwrap();
    }
}
