//! The way to one client, and how much waits on it.

use std::net::IpAddr;

use serde_json::value::RawValue;
use socketioxide::extract::SocketRef;
use socketioxide::{SendError, SocketError};

use crate::listening::{Client, Outflow};

/// What a packet has beside the message: the event's name, and the head of a frame or the length
/// before it.
const PACKET: u64 = 18;

/// A socket of a client.
pub(super) struct Outlet {
    socket: SocketRef,
    outflow: Option<Outflow>,
    waiting: Waiting,
}

impl Outlet {
    /// A socket; what it is sent is counted if it has an [`Outflow`].
    pub(super) fn new(socket: SocketRef) -> Self {
        let outflow = socket.extensions.get::<Outflow>();
        Self { socket, outflow, waiting: Waiting::default() }
    }

    /// Whose it is, for the log.
    pub(super) fn client(&self) -> Option<IpAddr> {
        self.socket.req_parts().extensions.get().map(|Client(address)| *address)
    }

    pub(super) fn socket(&self) -> SocketRef {
        self.socket.clone()
    }

    /// `false` if this would be more than may wait for the client, in messages or in bytes; 0 bytes
    /// mean any.
    pub(super) fn send(&mut self, message: &RawValue, most_bytes: u64) -> bool {
        if let Some(outflow) = &self.outflow {
            let length = u64::try_from(message.get().len()).unwrap_or(u64::MAX);
            if !self.waiting.fits(length.saturating_add(PACKET), outflow.written(), most_bytes) {
                return false;
            }
        }
        let sent = self.socket.emit("message", message);
        !matches!(sent, Err(SendError::Socket(SocketError::InternalChannelFull)))
    }

    /// Ends the connection at once, whatever waits.
    pub(super) fn cut(&self) {
        if let Some(outflow) = &self.outflow {
            outflow.cut();
        }
    }
}

/// The difference between what was handed over and what was written.
#[derive(Debug, Default)]
struct Waiting {
    handed_over: u64,
}

impl Waiting {
    /// Whether so much more may wait, which it then does. What is written beside messages counts as
    /// messages until all is written: then the two are equal again.
    fn fits(&mut self, length: u64, written: u64, most: u64) -> bool {
        let before = self.handed_over.max(written);
        let after = before.saturating_add(length);
        // One alone always fits.
        if most > 0 && before > written && after.saturating_sub(written) > most {
            return false;
        }
        self.handed_over = after;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_waits_counts() {
        let mut waiting = Waiting::default();
        for message in 0..100 {
            assert!(waiting.fits(60, message * 60, 100), "{message}");
        }
        assert!(!waiting.fits(60, 99 * 60, 100));
        assert!(waiting.fits(40, 99 * 60, 100));
        assert!(!waiting.fits(1, 99 * 60, 100));
        assert!(waiting.fits(1, 99 * 60, 0));
    }

    #[test]
    fn other_bytes_do_not_add_up_and_one_message_always_fits() {
        let mut waiting = Waiting::default();
        // The answer to the handshake, and pongs.
        assert!(waiting.fits(500, 1000, 100));
        assert!(!waiting.fits(1, 1400, 100));
        assert!(waiting.fits(500, 5000, 100));
        assert!(!waiting.fits(1, 5000, 100));
    }
}
