//! What clients are sent, made once for all who get it.
//!
//! Servers do not mask what they write, so the frame of a WebSocket is the same for each of them: a
//! message to a room is one piece of memory, whoever waits for it.

use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::Bytes;

/// The longest head of a frame without a mask.
const LONGEST_HEAD: usize = 10;
/// What stands before the text in the packet of an event, and after it.
const EVENT: &str = r#"42["message","#;
const EVENT_END: u8 = b']';

/// A packet with the head of its WebSocket frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame(Bytes);

impl Frame {
    /// The event `message` with a text.
    pub(crate) fn event(text: &str) -> Self {
        let mut frame = vec![0; LONGEST_HEAD];
        // Most of a text in JSON is quotes, each of which gets a backslash.
        frame.reserve(EVENT.len().saturating_add(text.len()).saturating_add(text.len() / 4));
        frame.extend_from_slice(EVENT.as_bytes());
        // Writing a text to memory never fails.
        let _ = serde_json::to_writer(&mut frame, text);
        frame.push(EVENT_END);
        Self::with_head(frame)
    }

    /// A packet as it is.
    pub(crate) fn packet_of(packet: &str) -> Self {
        let mut frame = vec![0; LONGEST_HEAD];
        frame.extend_from_slice(packet.as_bytes());
        Self::with_head(frame)
    }

    /// Puts the head right before the packet, which begins behind the room for the longest one.
    fn with_head(mut frame: Vec<u8>) -> Self {
        let length = frame.len().saturating_sub(LONGEST_HEAD);
        let mut head = Vec::with_capacity(LONGEST_HEAD);
        let text = FrameHeader { opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
        let _ = text.format(u64::try_from(length).unwrap_or(u64::MAX), &mut head);
        let begin = LONGEST_HEAD.saturating_sub(head.len());
        if let Some(place) = frame.get_mut(begin..LONGEST_HEAD) {
            place.copy_from_slice(&head);
        }
        frame.shrink_to_fit();
        let mut frame = Bytes::from(frame);
        Self(frame.split_off(begin))
    }

    /// The packet alone.
    pub(crate) fn packet(&self) -> &str {
        let head = match self.0.get(1) {
            Some(127) => 10,
            Some(126) => 4,
            _ => 2,
        };
        self.0.get(head..).and_then(|packet| std::str::from_utf8(packet).ok()).unwrap_or_default()
    }

    /// Bytes of the whole.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// As it is written to a WebSocket.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::io::Cursor;

    use skylink_protocol::{engine_io, socket_io};
    use tungstenite::protocol::{Role, WebSocketContext};
    use tungstenite::Message;

    use super::*;

    #[test]
    fn an_event_is_what_the_codec_reads() {
        for text in ["", "{}", "\"quoted\" \\ \u{7} \u{2028} é </script>"] {
            let frame = Frame::event(text);
            let Some(engine_io::Packet::Message(packet)) = engine_io::Packet::parse(frame.packet()) else {
                panic!("{frame:?}");
            };
            let Some(socket_io::Packet::Event { namespace: "/", id: None, payload }) =
                socket_io::Packet::parse(packet)
            else {
                panic!("{packet}");
            };
            let event: (String, String) = serde_json::from_str(payload).unwrap();
            assert_eq!(event, ("message".to_owned(), text.to_owned()));
        }
    }

    #[test]
    fn a_websocket_reads_what_was_put_in() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000] {
            let packet = "x".repeat(length);
            let frame = Frame::packet_of(&packet);
            assert_eq!(frame.packet(), packet);
            let mut client = WebSocketContext::new(Role::Client, None);
            let mut bytes = Cursor::new(frame.into_bytes().to_vec());
            assert_eq!(client.read(&mut bytes).unwrap(), Message::text(packet));
        }
    }
}
