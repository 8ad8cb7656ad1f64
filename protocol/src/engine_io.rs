//! Engine.IO protocol 3 over WebSocket text frames (wire protocol 4.2 and 4.3).
//!
//! The codec works on text and leaves the JSON inside alone: the browser build hands it to the
//! browser's own `JSON.parse`. Reading borrows from the frame and allocates nothing.

use crate::shape::shape;

/// One Engine.IO packet: one text frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// First frame of the server: the JSON text of a [`Handshake`].
    Open(&'a str),
    /// The sender is about to close the transport.
    Close,
    /// Sign of life, in this version sent by the client; the text comes back in the [`Packet::Pong`].
    Ping(&'a str),
    /// Answer to [`Packet::Ping`].
    Pong(&'a str),
    /// A Socket.IO packet, see [`crate::socket_io::Packet`].
    Message(&'a str),
    /// End of a transport upgrade.
    Upgrade,
    /// Nothing; flushes a transport that is being replaced.
    Noop,
}

impl<'a> Packet<'a> {
    /// Reads a text frame. `None` if it is empty or of no known type, which includes binary data
    /// in its base64 form (`b…`): Skylink sends none.
    pub fn parse(frame: &'a str) -> Option<Self> {
        let (kind, rest) = frame.split_at_checked(1)?;
        match kind {
            "0" => Some(Packet::Open(rest)),
            "1" => Some(Packet::Close),
            "2" => Some(Packet::Ping(rest)),
            "3" => Some(Packet::Pong(rest)),
            "4" => Some(Packet::Message(rest)),
            "5" => Some(Packet::Upgrade),
            "6" => Some(Packet::Noop),
            _ => None,
        }
    }

    /// The text frame to send.
    pub fn write(&self) -> String {
        let (kind, rest) = match self {
            Packet::Open(handshake) => ("0", *handshake),
            Packet::Close => ("1", ""),
            Packet::Ping(probe) => ("2", *probe),
            Packet::Pong(probe) => ("3", *probe),
            Packet::Message(packet) => ("4", *packet),
            Packet::Upgrade => ("5", ""),
            Packet::Noop => ("6", ""),
        };
        [kind, rest].concat()
    }
}

shape! {
    /// What the server tells in [`Packet::Open`].
    pub struct Handshake {
        /// Engine.IO session, of no meaning to Skylink.
        sid: String = "sid",
        /// Transports that the server would upgrade to; empty on a WebSocket.
        upgrades: Option<Vec<String>> = "upgrades",
        /// Milliseconds between two pings of the client.
        ping_interval: f64 = "pingInterval",
        /// Milliseconds to wait for a pong before the connection counts as lost.
        ping_timeout: f64 = "pingTimeout",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn every_packet_is_read_and_written_alike() {
        for (frame, packet) in [
            (r#"0{"sid":"x"}"#, Packet::Open(r#"{"sid":"x"}"#)),
            ("1", Packet::Close),
            ("2", Packet::Ping("")),
            ("2probe", Packet::Ping("probe")),
            ("3", Packet::Pong("")),
            ("40", Packet::Message("0")),
            ("42[\"message\",\"é\"]", Packet::Message("2[\"message\",\"é\"]")),
            ("5", Packet::Upgrade),
            ("6", Packet::Noop),
        ] {
            assert_eq!(Packet::parse(frame), Some(packet));
            assert_eq!(packet.write(), frame);
        }
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        for frame in ["", "7", "b4AAEC", "é", " 2", "\u{0}"] {
            assert_eq!(Packet::parse(frame), None, "{frame:?}");
        }
    }

    #[test]
    fn the_handshake_is_read_from_the_open_packet() {
        let frame =
            r#"0{"sid":"q4Zt8mXw2KpLr7VbAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;
        let Some(Packet::Open(json)) = Packet::parse(frame) else {
            panic!("no open packet");
        };
        let handshake: Handshake = serde_json::from_str(json).unwrap();
        assert_eq!(handshake.ping_interval, 25_000.0);
        assert_eq!(handshake.ping_timeout, 20_000.0);
        assert_eq!(serde_json::to_string(&handshake).unwrap(), json);
    }
}
