//! One client, as the hub, its requests and its task share it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::wire::Wire;
use crate::listening::Client;
use crate::rooms::{ConnectionId, Intake};
use crate::sockets::{Frame, Session};

/// A session and those who wait for something of it.
pub(super) struct Line {
    state: Mutex<State>,
    /// Held while texts of the client are read, so that they are read in order.
    intake: Mutex<Intake>,
    is_posting: AtomicBool,
    connection: ConnectionId,
    client: Option<Client>,
}

struct State {
    session: Session,
    poll: Option<Waker>,
    owner: Option<Waker>,
    /// Whether the owner wants to know of frames too, not of the end alone.
    wants_frames: bool,
    /// The WebSocket that has replaced polling.
    arrived: Option<Box<Wire>>,
}

impl State {
    fn wake(&mut self) -> (Option<Waker>, Option<Waker>) {
        (self.owner.take(), self.poll.take())
    }
}

/// Wakes them after the lock is let go.
fn wake((owner, poll): (Option<Waker>, Option<Waker>)) {
    for waker in [owner, poll].into_iter().flatten() {
        waker.wake();
    }
}

/// The right to post something, until it is dropped.
pub(super) struct Posting<'a>(&'a AtomicBool);

impl Drop for Posting<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Line {
    pub(super) fn new(session: Session, connection: ConnectionId, client: Option<Client>) -> Self {
        let state = State { session, poll: None, owner: None, wants_frames: false, arrived: None };
        Self {
            state: Mutex::new(state),
            intake: Mutex::default(),
            is_posting: AtomicBool::default(),
            connection,
            client,
        }
    }

    /// What the rooms know it by.
    pub(super) fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Whose it is.
    pub(super) fn client(&self) -> Option<Client> {
        self.client
    }

    pub(super) fn intake(&self) -> MutexGuard<'_, Intake> {
        self.intake.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` while something is being posted already.
    pub(super) fn begin_post(&self) -> Option<Posting<'_>> {
        (!self.is_posting.swap(true, Ordering::AcqRel)).then(|| Posting(&self.is_posting))
    }

    /// Something for the client. `false` if too much waits for it already.
    pub(super) fn send(&self, frame: Frame) -> bool {
        let mut state = self.lock();
        let fits = state.session.send(frame);
        let owner = if state.wants_frames { state.owner.take() } else { None };
        let waiting = (owner, state.poll.take());
        drop(state);
        wake(waiting);
        fits
    }

    /// Something happens to the session that others may wait for.
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut Session) -> T) -> T {
        let mut state = self.lock();
        let outcome = act(&mut state.session);
        let waiting = state.wake();
        drop(state);
        wake(waiting);
        outcome
    }

    /// The same for the session's owner, who need not be told.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Session) -> T) -> T {
        act(&mut self.lock().session)
    }

    /// The WebSocket of the session has arrived.
    pub(super) fn hand_over(&self, wire: Box<Wire>) {
        let mut state = self.lock();
        state.arrived = Some(wire);
        let waiting = state.wake();
        drop(state);
        wake(waiting);
    }

    /// As [`Line::with`]; its owner waits if that gives nothing, for frames too if it `wants_frames`.
    pub(super) fn owner_waits<T>(
        &self,
        waker: &Waker,
        wants_frames: bool,
        act: impl FnOnce(&mut Session) -> Option<T>,
    ) -> Option<T> {
        let mut state = self.lock();
        let outcome = act(&mut state.session);
        if outcome.is_none() {
            state.wants_frames = wants_frames;
            remember(&mut state.owner, waker);
        }
        outcome
    }

    /// The WebSocket that has replaced polling, which its owner waits for.
    pub(super) fn arrived(&self) -> Option<Box<Wire>> {
        self.lock().arrived.take()
    }

    /// As [`Line::with`]; a poll waits if that gives nothing.
    pub(super) fn poll_waits<T>(
        &self,
        waker: &Waker,
        act: impl FnOnce(&mut Session) -> Option<T>,
    ) -> Option<T> {
        let mut state = self.lock();
        let outcome = act(&mut state.session);
        if outcome.is_none() {
            remember(&mut state.poll, waker);
        }
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remember(place: &mut Option<Waker>, waker: &Waker) {
    if !place.as_ref().is_some_and(|known| known.will_wake(waker)) {
        *place = Some(waker.clone());
    }
}
