//! Clients with a WebSocket. One task reads, writes, and watches the heartbeat.

use std::future::{poll_fn, Future};
use std::pin::{pin, Pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use tokio::time::{sleep_until, timeout, Sleep};
use tungstenite::handshake::server::create_response_with_body;

use super::endpoint::{Endpoint, Membership};
use super::line::Line;
use super::wire::Wire;
use crate::listening::Client;
use crate::rooms::Intake;
use crate::sockets::{Incoming, Next, Outcome, ProbeStep, Refusal};

/// How long a client may take to change over from polling.
const UPGRADE_PATIENCE: Duration = Duration::from_secs(10);
/// How long a client that was told goodbye may take to say the same.
const FAREWELL: Duration = Duration::from_secs(2);
/// Texts that are read before others have their turn.
const AT_ONCE: usize = 64;

/// A new client.
pub(super) fn open(endpoint: &Arc<Endpoint>, mut request: Request) -> Result<Response, Refusal> {
    let response = agree(&request)?;
    let client = request.extensions().get::<Client>().copied();
    let endpoint = Arc::clone(endpoint);
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Some(wire) = arrive(upgrade, &endpoint).await {
            if let Some(member) = endpoint.open_websocket(client) {
                serve(wire, member).await;
            }
        }
    });
    Ok(response)
}

/// A client that polls wants to go on with a WebSocket.
pub(super) fn upgrade(
    endpoint: &Arc<Endpoint>,
    line: &Arc<Line>,
    mut request: Request,
) -> Result<Response, Refusal> {
    let response = agree(&request)?;
    line.change(|session| session.begin_upgrade())?;
    let probe = Probe(Arc::clone(line));
    let endpoint = Arc::clone(endpoint);
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let replaced = timeout(UPGRADE_PATIENCE, async {
            let mut wire = arrive(upgrade, &endpoint).await?;
            probe.replaces(&mut wire).await.then_some(wire)
        });
        if let Ok(Some(wire)) = replaced.await {
            probe.0.hand_over(wire);
        }
    });
    Ok(response)
}

/// The answer that makes a WebSocket of the connection.
fn agree(request: &Request) -> Result<Response, Refusal> {
    create_response_with_body(request, Body::empty).map_err(|error| {
        tracing::debug!(%error, "no WebSocket");
        Refusal::BadRequest
    })
}

async fn arrive(upgrade: OnUpgrade, endpoint: &Endpoint) -> Option<Box<Wire>> {
    Wire::of(upgrade.await.ok()?, endpoint.most_bytes(&Intake::default()))
}

/// A session on its way from polling to a WebSocket; it goes on polling if this ends before.
struct Probe(Arc<Line>);

impl Drop for Probe {
    fn drop(&mut self) {
        self.0.change(|session| session.abandon_upgrade());
    }
}

impl Probe {
    async fn replaces(&self, wire: &mut Wire) -> bool {
        loop {
            if poll_fn(|context| wire.poll_written(context)).await.is_err() {
                return false;
            }
            let Some(packet) = poll_fn(|context| wire.poll_text(context)).await else {
                return false;
            };
            match self.0.change(|session| session.probe(&packet, Instant::now())) {
                ProbeStep::Answer(frame) => wire.hand().extend([frame]),
                ProbeStep::Replaced => return true,
                ProbeStep::Failed => return false,
            }
        }
    }
}

/// Until the client is gone.
pub(super) async fn serve(wire: Box<Wire>, member: Membership) {
    let mut heartbeat = pin!(sleep_until(member.line().with(|session| session.deadline()).into()));
    let mut socket = Socket { wire, member, has_said_goodbye: false, is_inside: false };
    socket.look_inside();
    poll_fn(|context| socket.poll(heartbeat.as_mut(), context)).await;
}

struct Socket {
    wire: Box<Wire>,
    member: Membership,
    has_said_goodbye: bool,
    /// Whether it was in a room at some time.
    is_inside: bool,
}

impl Socket {
    /// Ready at the end.
    fn poll(&mut self, mut heartbeat: Pin<&mut Sleep>, context: &mut Context<'_>) -> Poll<()> {
        while heartbeat.as_mut().poll(context).is_ready() {
            if self.has_said_goodbye {
                return Poll::Ready(());
            }
            let deadline = self.member.line().with(|session| session.deadline());
            if deadline <= Instant::now() {
                tracing::debug!("nothing is heard of a client any more");
                return Poll::Ready(());
            }
            heartbeat.as_mut().reset(deadline.into());
        }
        for _ in 0..AT_ONCE {
            if self.write(heartbeat.as_mut(), context).is_err() {
                return Poll::Ready(());
            }
            match self.wire.poll_text(context) {
                Poll::Ready(Some(packet)) => {
                    if self.read(&packet).is_err() {
                        return Poll::Ready(());
                    }
                }
                Poll::Ready(None) => {
                    // The other end's goodbye is answered, if it takes it at once.
                    let _ = self.wire.poll_written(context);
                    return Poll::Ready(());
                }
                // Answers of the codec.
                Poll::Pending => match self.wire.poll_written(context) {
                    Poll::Ready(Err(_)) => return Poll::Ready(()),
                    Poll::Ready(Ok(())) | Poll::Pending => return Poll::Pending,
                },
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Writes what there is and waits for more, or until the client takes it.
    fn write(&mut self, mut heartbeat: Pin<&mut Sleep>, context: &mut Context<'_>) -> Result<(), End> {
        loop {
            let is_blocked = match self.wire.poll_written(context) {
                Poll::Ready(Ok(())) => false,
                Poll::Ready(Err(_)) => return Err(End),
                Poll::Pending => true,
            };
            let waits_for_end = is_blocked || self.has_said_goodbye;
            let hand = self.wire.hand();
            let next = self.member.line().owner_waits(context.waker(), !waits_for_end, |session| {
                if waits_for_end {
                    return session.is_over().then_some(Next::LetGo);
                }
                Some(session.next(hand)).filter(|next| *next != Next::Wait)
            });
            match next {
                None | Some(Next::Wait) => return Ok(()),
                Some(Next::Write) => {}
                Some(Next::LetGo) => return Err(End),
                Some(Next::SayGoodbye) => {
                    self.has_said_goodbye = true;
                    self.wire.close(context);
                    let patience = tokio::time::Instant::now().checked_add(FAREWELL);
                    if let Some(patience) = patience {
                        heartbeat.as_mut().reset(patience);
                        // It has to be looked at again to wake anybody.
                        let _ = heartbeat.as_mut().poll(context);
                    }
                }
            }
        }
    }

    /// Who is in a room may say more.
    fn look_inside(&mut self) {
        let intake = self.member.line().intake();
        if !self.is_inside && intake.is_inside() {
            self.is_inside = true;
            self.wire.allow(self.member.endpoint().most_bytes(&intake));
        }
    }

    fn read(&mut self, packet: &str) -> Result<(), End> {
        let incoming = Incoming::read(packet);
        match self.member.line().with(|session| session.take_in(incoming, Instant::now())) {
            Outcome::Over => Err(End),
            outcome => {
                let line = self.member.line();
                self.member.endpoint().hear(line, outcome, &mut line.intake());
                self.look_inside();
                Ok(())
            }
        }
    }
}

/// It is over.
struct End;
