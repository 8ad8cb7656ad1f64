//! What goes out to a client over a TCP connection, for those who do not hold it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// One TCP connection, seen from outside; or the many of a client that polls.
#[derive(Debug, Clone, Default)]
pub struct Outflow(Arc<State>);

#[derive(Debug, Default)]
struct State {
    written: AtomicU64,
    expects_pings: AtomicBool,
    is_cut: AtomicBool,
    /// Of the client that polled before this connection became its WebSocket.
    session: OnceLock<Outflow>,
}

impl Outflow {
    /// Bytes that the operating system has taken so far, whatever they are.
    pub fn written(&self) -> u64 {
        self.0.written.load(Ordering::Relaxed)
    }

    /// So many more were taken.
    pub fn note_written(&self, bytes: usize) {
        self.0.written.fetch_add(u64::try_from(bytes).unwrap_or(0), Ordering::Relaxed);
        if let Some(session) = self.0.session.get() {
            session.note_written(bytes);
        }
    }

    /// This connection goes on with what a client was sent so far by answers to its polls.
    pub fn go_on_with(&self, session: &Outflow) {
        // Of a client that is its own follower nothing would come to an end.
        if !Arc::ptr_eq(&self.0, &session.0) {
            let _ = self.0.session.set(session.clone());
        }
    }

    /// The peer has promised to let itself be heard: it is a WebSocket now.
    pub fn expect_pings(&self) {
        self.0.expects_pings.store(true, Ordering::Relaxed);
    }

    pub(super) fn expects_pings(&self) -> bool {
        self.0.expects_pings.load(Ordering::Relaxed)
    }

    /// Nothing more goes out. The connection ends when somebody writes, or within a second if
    /// somebody is waiting to.
    pub fn cut(&self) {
        self.0.is_cut.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_cut(&self) -> bool {
        self.0.is_cut.load(Ordering::Relaxed) || self.0.session.get().is_some_and(Outflow::is_cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_polled_before_is_the_same_one_afterwards() {
        let (session, connection) = (Outflow::default(), Outflow::default());
        session.note_written(10);
        connection.note_written(5);
        connection.go_on_with(&session);
        connection.go_on_with(&connection.clone());
        connection.note_written(7);
        assert_eq!((session.written(), connection.written()), (17, 12));
        session.cut();
        assert!(connection.is_cut());
    }
}
