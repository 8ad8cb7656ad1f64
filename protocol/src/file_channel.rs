//! The data channel that carries one file between two clients of this SDK. It is called after the
//! transfer, opened by the sender when the receiver accepted, and again after a loss.
//!
//! Bytes go in binary frames, each with a header that tells where they belong, since they may come
//! over several lanes. All else is JSON text on the channel itself: the receiver says what it wants
//! with [`Want`] when the channel is open and again before the limit is reached, the sender says
//! [`End`] when it has sent everything, the receiver [`Done`] when everything is right. Who accepted has room for
//! [`BLOCK_SIZE`] bytes: a file of less may come at once, unless a media server is between.
//!
//! Where both sides announced it, the sender may open lanes: peer connections with one channel each
//! that carry frames beside the file's own channel. Their descriptions and candidates go through
//! the file's channel as [`LaneSignal`], and they live no longer than it does. From the first of these on
//! the receiver says with [`Got`] what came, so that no more is on the way than browsers take.
//!
//! A media server passes such channels on: one of the sender to it, one of it to the receiver, both
//! called after the peer at the far end and the transfer ([`relayed_label`]).

use crate::shape::{messages, shape};

/// Bytes of a frame at the most: what every browser takes in one piece.
pub const FRAME_SIZE: usize = 65_536;

/// Bytes of a frame that are its header: kind, 0, and the place in the file as six bytes, the
/// highest first.
pub const HEADER_SIZE: usize = 8;

/// Bytes of the file in a frame at the most.
pub const PAYLOAD_SIZE: usize = FRAME_SIZE - HEADER_SIZE;

/// Bytes of the file in each block but the last, unless the request says less: the digest is the SHA-256 of
/// the SHA-256 of all blocks, as lower-case hexadecimal digits.
pub const BLOCK_SIZE: usize = PAYLOAD_SIZE * 16;

/// First byte of a frame with bytes of the file.
const BYTES: u8 = 1;

/// The header of a frame whose bytes belong at `offset`.
pub fn frame_header(offset: u64) -> [u8; HEADER_SIZE] {
    let [_, _, place @ ..] = offset.to_be_bytes();
    let [a, b, c, d, e, f] = place;
    [BYTES, 0, a, b, c, d, e, f]
}

/// Where the bytes of a frame belong; `None` if it is no such frame.
pub fn frame_offset(header: &[u8; HEADER_SIZE]) -> Option<u64> {
    let [kind, _, a, b, c, d, e, f] = *header;
    (kind == BYTES).then(|| u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
}

/// How the names of channels begin that a media server passes on.
const RELAYED: &str = "file/";

/// The name of a transfer's channel to a media server, or from it.
pub fn relayed_label(peer: &str, transfer: &str) -> String {
    [RELAYED, peer, "/", transfer].concat()
}

/// The peer and the transfer that a channel's name tells; `None` if it is not for a file.
pub fn parse_relayed_label(label: &str) -> Option<(&str, &str)> {
    label.strip_prefix(RELAYED)?.split_once('/')
}

shape! {
    /// "Send from here on, and up to there."
    pub struct Want: "WANT" {
        /// Bytes that the receiver has without a gap.
        offset: f64 = "offset",
        /// Where to stop until the next one comes.
        limit: f64 = "limit",
    }
}

shape! {
    /// Everything was sent.
    pub struct End: "END" {
        /// See [`BLOCK_SIZE`].
        digest: String = "digest",
    }
}

shape! {
    /// Everything came and is as it was sent.
    pub struct Done: "DONE" {
        /// Bytes.
        size: f64 = "size",
    }
}

shape! {
    /// About a lane: its description, or a candidate, or, without either, that it is given up. The
    /// sender of the file offers, the receiver answers.
    pub struct LaneSignal: "LANE" {
        /// Which one, from 1 on.
        lane: f64 = "lane",
        /// The session description.
        sdp: Option<String> = "sdp",
        /// Candidate attribute text.
        candidate: Option<String> = "candidate",
    }
}

shape! {
    /// How much came over a lane.
    pub struct Got: "GOT" {
        /// Which one; 0 for the file's own channel.
        lane: f64 = "lane",
        /// Bytes of the file that came over it since it was opened.
        bytes: f64 = "bytes",
    }
}

messages! {
    /// Any text on a file's channel.
    pub enum FileMessage {
        /// Receiver to sender.
        Want,
        /// Sender to receiver.
        End,
        /// Receiver to sender.
        Done,
        /// Either way.
        LaneSignal,
        /// Receiver to sender.
        Got,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_they_were_written() {
        for offset in [0, 1, 65_528, 5_000_000_000, (1 << 48) - 1] {
            assert_eq!(frame_offset(&frame_header(offset)), Some(offset));
        }
        assert_eq!(frame_header(0x0102_0304_0506), [1, 0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(frame_offset(&[0; HEADER_SIZE]), None);
        assert_eq!(frame_offset(&[2, 0, 0, 0, 0, 0, 0, 0]), None);
    }

    #[test]
    fn names_of_relayed_channels_are_read_as_they_were_written() {
        assert_eq!(parse_relayed_label(&relayed_label("bob", "alice_1/2")), Some(("bob", "alice_1/2")));
        for label in ["", "file", "file/", "file/bob", "main", "lobby_bob_MCU"] {
            assert_eq!(parse_relayed_label(label), None);
        }
    }

    #[test]
    fn messages_keep_their_members_and_order() {
        for text in [
            r#"{"type":"WANT","offset":0,"limit":8388608}"#,
            r#"{"type":"END","digest":"00ff"}"#,
            r#"{"type":"DONE","size":5}"#,
            r#"{"type":"LANE","lane":1,"sdp":"v=0"}"#,
            r#"{"type":"LANE","lane":3,"candidate":"candidate:1 1 udp"}"#,
            r#"{"type":"LANE","lane":3}"#,
            r#"{"type":"GOT","lane":0,"bytes":32764}"#,
        ] {
            let message: FileMessage = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&message).unwrap(), text);
        }
        for text in [
            r#"{"type":"WANT","offset":0}"#,
            r#"{"type":"END"}"#,
            r#"{"type":"ACK","ackN":0}"#,
            r#"{"type":"LANE"}"#,
            r#"{"type":"GOT","lane":0}"#,
        ] {
            assert!(serde_json::from_str::<FileMessage>(text).is_err());
        }
    }
}
