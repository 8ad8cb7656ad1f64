//! Clients without a WebSocket: what they say and are told goes in requests of their own.

use std::future::{poll_fn, Future};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use axum::body::{to_bytes, Body};
use axum::http::{header, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::time::sleep_until;

use super::endpoint::{Endpoint, Membership};
use super::line::Line;
use super::websocket;
use super::wire::Wire;
use crate::sockets::{packets, write_payload, Frame, Incoming, Outcome, Refusal};

const TEXT: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; charset=UTF-8")];

fn answer(frames: &[Frame]) -> Response {
    (TEXT, write_payload(frames)).into_response()
}

/// A new client.
pub(super) fn open(member: Membership) -> Response {
    let frames = member.line().with(|session| session.opening());
    tokio::spawn(watch(member));
    answer(&frames)
}

/// Until the client is gone, or has a WebSocket, with which this goes on.
async fn watch(member: Membership) {
    if let Some(wire) = upgraded(member.line()).await {
        websocket::serve(wire, member).await;
    }
}

async fn upgraded(line: &Line) -> Option<Box<Wire>> {
    let deadline = || line.with(|session| session.deadline());
    let mut heartbeat = pin!(sleep_until(deadline().into()));
    poll_fn(|context| {
        let over = line.owner_waits(context.waker(), false, |session| session.is_over().then_some(()));
        if over.is_some() {
            return Poll::Ready(None);
        }
        if let Some(wire) = line.arrived() {
            return Poll::Ready(Some(wire));
        }
        while heartbeat.as_mut().poll(context).is_ready() {
            if deadline() <= Instant::now() {
                tracing::debug!("nothing is heard of a client any more");
                return Poll::Ready(None);
            }
            heartbeat.as_mut().reset(deadline().into());
        }
        Poll::Pending
    })
    .await
}

/// The client asks what there is.
pub(super) async fn poll(line: Arc<Line>) -> Result<Response, Refusal> {
    let ticket = line.change(|session| session.begin_poll())?;
    let frames = poll_fn(|context| {
        line.poll_waits(context.waker(), |session| session.answer(ticket)).map_or(Poll::Pending, Poll::Ready)
    });
    let frames = frames.await;
    // It may have been the last thing that the session's task waits for.
    line.change(|_| ());
    Ok(answer(&frames))
}

/// The client says something.
pub(super) async fn post(endpoint: &Endpoint, line: Arc<Line>, body: Body) -> Result<Response, Refusal> {
    if !line.with(|session| session.is_polling()) {
        return Err(Refusal::BadRequest);
    }
    // As in Engine.IO. Each body takes memory, and the order of two would be anybody's guess.
    let Some(_posting) = line.begin_post() else {
        line.change(|session| session.cut());
        return Err(Refusal::BadRequest);
    };
    let most = endpoint.most_bytes(&line.intake());
    let Ok(body) = to_bytes(body, most).await else {
        // Something of what it said is lost.
        line.change(|session| session.cut());
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    if !std::str::from_utf8(&body).is_ok_and(|payload| is_heard(endpoint, &line, payload)) {
        tracing::debug!("a client that posts something else than packets is let go");
        line.change(|session| session.cut());
        return Ok(StatusCode::BAD_REQUEST.into_response());
    }
    Ok((TEXT, "ok").into_response())
}

/// `false` if it cannot be divided into packets.
fn is_heard(endpoint: &Endpoint, line: &Line, payload: &str) -> bool {
    let mut intake = line.intake();
    for packet in packets(payload) {
        let Ok(packet) = packet else {
            return false;
        };
        let incoming = Incoming::read(packet);
        match line.change(|session| session.take_in(incoming, Instant::now())) {
            Outcome::Over => break,
            outcome => endpoint.hear(line, outcome, &mut intake),
        }
    }
    true
}
