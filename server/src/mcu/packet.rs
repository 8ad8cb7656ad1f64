//! A media packet without the parts that change from connection to connection.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// One RTP packet of a track, decrypted. Taps get those of one layer at a time, whose numbers, time
/// stamps and source are made into one stream; the numbers of pictures in the payload stay the
/// publisher's.
#[derive(Debug, Clone, PartialEq)]
pub struct Packet {
    /// Sequence number, counted on beyond 16 bits. Retransmitted packets come late, none comes
    /// twice.
    pub sequence: u64,
    /// RTP time stamp: 1/48 000 s for Opus, 1/90 000 s for VP8.
    pub time: u32,
    /// Source of the publisher. When it changes, numbers and time stamps start anew.
    pub source: u32,
    /// Last packet of a picture; first one after silence.
    pub marker: bool,
    /// Opus frame, or VP8 payload descriptor and data (RFC 7741).
    pub payload: Arc<[u8]>,
    /// When it came in.
    pub arrived: Instant,
    /// Loudness in -dBov, and whether it is speech.
    pub audio_level: Option<(i8, Option<bool>)>,
    /// Quarter turns clockwise that the picture needs.
    pub rotation: Option<u8>,
    /// What the publisher's sender reports say last: its clock, and the RTP time stamp of that
    /// moment. Links the times of its tracks.
    pub clock: Option<(SystemTime, u32)>,
}
