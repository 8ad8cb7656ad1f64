//! What clients without WebSocket are sent: each answer to a poll is a request of its own, and may
//! be one of many connections.

use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use socketioxide::SocketIo;

use crate::listening::Outflow;

/// Counts the answers to polls, and goes on with the connection that is a WebSocket instead.
pub(crate) async fn count_polled(State(io): State<SocketIo>, request: Request, next: Next) -> Response {
    let session = match request.method() {
        &Method::GET => request.uri().query().and_then(|query| session_of(&io, query)),
        _ => None,
    };
    let Some(session) = session else {
        return next.run(request).await;
    };
    let connection = request.extensions().get::<Outflow>().cloned();
    let response = next.run(request).await;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        if let Some(connection) = connection {
            connection.go_on_with(&session);
        }
    } else if let Some(length) = response.body().size_hint().exact() {
        session.note_written(usize::try_from(length).unwrap_or(usize::MAX));
    }
    response
}

fn session_of(io: &SocketIo, query: &str) -> Option<Outflow> {
    let sid = query.split('&').find_map(|pair| pair.strip_prefix("sid="))?;
    io.get_socket(sid.parse().ok()?)?.extensions.get::<Outflow>()
}
