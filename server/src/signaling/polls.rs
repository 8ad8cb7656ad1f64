//! What clients without WebSocket are sent: each answer to a poll is a request of its own, and may
//! be one of many connections. So many can be begun over one connection, and each is kept until its
//! heartbeat is over.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use socketioxide::SocketIo;

use crate::listening::Outflow;
use crate::rooms::Pace;
use crate::time;

/// Clients that may begin to poll at once, and a second: who can open a WebSocket does, and who is
/// refused tries again.
const BURST: u32 = 1000;
const PER_SECOND: u32 = 100;

/// All clients that poll.
#[derive(Clone)]
pub(crate) struct Polls {
    io: SocketIo,
    begun: Arc<Mutex<Pace>>,
}

impl Polls {
    pub(crate) fn new(io: SocketIo) -> Self {
        Self { io, begun: Arc::default() }
    }

    fn may_begin(&self) -> bool {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.allows(time::now(), BURST, PER_SECOND)
    }
}

/// Refuses too many beginnings, counts the answers to polls, and goes on with the connection that is a WebSocket instead.
pub(crate) async fn count_polled(State(polls): State<Polls>, request: Request, next: Next) -> Response {
    let query = request.uri().query().filter(|_| request.method() == Method::GET).unwrap_or_default();
    let has = |start: &str| query.split('&').any(|pair| pair.starts_with(start));
    if has("transport=polling") && !has("sid=") && !polls.may_begin() {
        tracing::debug!("too many clients begin to poll");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let Some(session) = session_of(&polls.io, query) else {
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
