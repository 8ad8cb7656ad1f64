//! What answers `/socket.io`, and the table of all sessions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{header, StatusCode};
use axum::response::{IntoResponse, Response};
use skylink_protocol::engine_io::Handshake;
use tokio::sync::Notify;

use super::beginners::Beginners;
use super::hub::Hub;
use super::line::Line;
use super::{polling, websocket};
use crate::listening::Client;
use crate::rooms::Intake;
use crate::sockets::{Capacity, Outcome, Question, Refusal, Rules, Session, Sid};
use crate::time;

/// Longest frame, and longest body, of who is in no room: what is read of it is far shorter, and what is not
/// complete takes memory.
const OUTSIDE_BYTES: usize = 256 * 1024;

/// Settings of the transport.
#[derive(Debug, Clone, Copy)]
pub struct SocketSettings {
    /// How often clients ping.
    pub ping_interval: Duration,
    /// How much later than that a ping may come.
    pub ping_timeout: Duration,
    /// Longest frame in bytes.
    pub frame_bytes: usize,
    /// Messages that may wait for one client.
    pub send_queue: usize,
    /// Bytes that may wait for one client; 0 means any.
    pub send_bytes: usize,
}

/// All sessions.
pub struct Endpoint {
    hub: Arc<Hub>,
    settings: SocketSettings,
    table: Mutex<Table>,
    /// Somebody is gone.
    left: Notify,
    polling_begun: Mutex<Beginners>,
}

#[derive(Default)]
struct Table {
    lines: HashMap<Sid, Arc<Line>>,
    is_closed: bool,
}

/// A session's place in the table and among the rooms, until it is dropped. The task of the session
/// has it.
pub(super) struct Membership {
    endpoint: Arc<Endpoint>,
    line: Arc<Line>,
    sid: Sid,
}

impl Membership {
    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.line.change(Session::cut);
        self.endpoint.table().lines.remove(&self.sid);
        self.endpoint.hub.disconnect(self.line.connection());
        self.endpoint.left.notify_waiters();
    }
}

impl Endpoint {
    /// One without sessions.
    pub fn new(hub: Arc<Hub>, settings: SocketSettings) -> Self {
        Self { hub, settings, table: Mutex::default(), left: Notify::new(), polling_begun: Mutex::default() }
    }

    /// Tells all clients that the server ends, and takes no more.
    pub fn close(&self) {
        let mut table = self.table();
        table.is_closed = true;
        let lines: Vec<Arc<Line>> = table.lines.values().cloned().collect();
        drop(table);
        self.hub.fall_silent();
        for line in lines {
            line.change(Session::shut);
        }
    }

    /// Until all sessions are over.
    pub async fn closed(&self) {
        loop {
            let left = self.left.notified();
            if self.table().lines.is_empty() {
                return;
            }
            left.await;
        }
    }

    /// Longest frame, and longest body of a request, of a client.
    pub(super) fn most_bytes(&self, intake: &Intake) -> usize {
        let most = self.settings.frame_bytes;
        if intake.is_inside() {
            most
        } else {
            most.min(OUTSIDE_BYTES)
        }
    }

    /// A session over a WebSocket.
    pub(super) fn open_websocket(self: &Arc<Self>, client: Option<Client>) -> Option<Membership> {
        self.open(client, &[], Session::websocket)
    }

    fn open_polling(self: &Arc<Self>, client: Option<Client>) -> Response {
        let mut begun = self.polling_begun.lock().unwrap_or_else(PoisonError::into_inner);
        let may_begin = begun.allows(client.and_then(Client::origin), time::now());
        drop(begun);
        if !may_begin {
            tracing::debug!("too many clients begin to poll");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        match self.open(client, &["websocket"], Session::polling) {
            Some(member) => polling::open(member),
            None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }

    /// `None` if there are to be no more.
    fn open(
        self: &Arc<Self>,
        client: Option<Client>,
        upgrades: &[&str],
        session: fn(&str, Rules, Instant) -> Session,
    ) -> Option<Membership> {
        let sid = Sid::random().inspect_err(|error| tracing::error!(%error, "no randomness")).ok()?;
        let settings = &self.settings;
        let handshake = Handshake {
            sid: sid.to_string(),
            upgrades: Some(upgrades.iter().map(|way| (*way).to_owned()).collect()),
            ping_interval: milliseconds(settings.ping_interval),
            ping_timeout: milliseconds(settings.ping_timeout),
        };
        let handshake = serde_json::to_string(&handshake).ok()?;
        let rules = Rules {
            patience: settings.ping_interval.saturating_add(settings.ping_timeout),
            capacity: Capacity { frames: settings.send_queue, bytes: settings.send_bytes },
        };
        let line = self.hub.connect(session(&handshake, rules, Instant::now()), client);
        let member = Membership { endpoint: Arc::clone(self), line, sid };
        let mut table = self.table();
        table.lines.insert(sid, Arc::clone(&member.line));
        let is_closed = table.is_closed;
        drop(table);
        (!is_closed).then_some(member)
    }

    /// What follows from what a client said.
    pub(super) fn hear(&self, line: &Line, outcome: Outcome, intake: &mut Intake) {
        match outcome {
            Outcome::Text(text) => self.hub.receive(line.connection(), intake, &text),
            Outcome::Odd => {
                tracing::debug!("a packet that is no event with exactly one text was dropped");
                // Counted, and one too many, like a message that is nothing.
                self.hub.receive(line.connection(), intake, "");
            }
            Outcome::Left => self.hub.disconnect(line.connection()),
            Outcome::Nothing | Outcome::Over => {}
        }
    }

    async fn attend(self: &Arc<Self>, request: Request) -> Result<Response, Refusal> {
        let find = |sid: Sid| self.table().lines.get(&sid).cloned().ok_or(Refusal::UnknownSession);
        match Question::read(request.method().as_str(), request.uri().query())? {
            Question::OpenPolling => Ok(self.open_polling(request.extensions().get().copied())),
            Question::OpenWebSocket => websocket::open(self, request),
            Question::Poll(sid) => polling::poll(find(sid)?).await,
            Question::Post(sid) => polling::post(self, find(sid)?, request.into_body()).await,
            Question::Upgrade(sid) => websocket::upgrade(self, &find(sid)?, request),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[allow(clippy::cast_precision_loss)]
fn milliseconds(time: Duration) -> f64 {
    time.as_millis() as f64
}

/// Answers a request to `/socket.io`.
pub async fn answer(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    endpoint.attend(request).await.unwrap_or_else(|refusal| {
        tracing::debug!(?refusal, "a request for signalling is refused");
        (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/json")], refusal.json())
            .into_response()
    })
}
