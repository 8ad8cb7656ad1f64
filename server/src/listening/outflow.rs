//! What goes out over a TCP connection, for those who do not hold it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;

/// One TCP connection, seen from outside.
#[derive(Debug, Clone, Default)]
pub struct Outflow(Arc<State>);

#[derive(Debug, Default)]
struct State {
    written: AtomicU64,
    expects_pings: AtomicBool,
    is_cut: AtomicBool,
}

impl Outflow {
    /// Bytes that the operating system has taken so far, whatever they are.
    pub fn written(&self) -> u64 {
        self.0.written.load(Ordering::Relaxed)
    }

    pub(super) fn note_written(&self, bytes: usize) {
        self.0.written.fetch_add(u64::try_from(bytes).unwrap_or(0), Ordering::Relaxed);
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
        self.0.is_cut.load(Ordering::Relaxed)
    }
}
