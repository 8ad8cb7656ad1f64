//! Whatever takes media of a room and is no member: a recorder, a live stream.
//!
//! Each room has one [`Tap`] of each kind that was registered. It lives on the thread of its room
//! and is called with everything that happens there, in order; what it wants done it puts into
//! [`Orders`]. A call must not take time: files and child processes belong to threads of the
//! tap's own, behind bounded queues. Those report back by a [`TapHandle`].

use std::time::Instant;

use skylink_protocol::Value;

use super::lines::TrackId;
use super::packet::Packet;
use super::room::Track;

/// What a tap is told.
#[derive(Debug)]
pub enum TapEvent<'a> {
    /// A member entered; `peer` is its id.
    Entered {
        /// Peer id.
        peer: &'a str,
    },
    /// A member left.
    Left {
        /// Peer id.
        peer: &'a str,
    },
    /// A track may be taken from now on.
    Published(&'a Track),
    /// A track is over.
    Unpublished(TrackId),
    /// A packet of a track that was asked for with [`Order::Take`].
    Packet {
        /// The track.
        track: TrackId,
        /// The packet.
        packet: &'a Packet,
    },
    /// A member asks the media server for something: `startRecordingRoom`, `startRTMP` and so on.
    /// Every tap sees it; who knows its type answers.
    Request {
        /// Peer id of the member.
        peer: &'a str,
        /// The message.
        message: &'a Value,
    },
    /// News of one of the tap's own threads.
    News(Value),
    /// The time of [`Order::WakeAt`] has come.
    Wake,
    /// The last member left. The tap is dropped after this.
    Closed,
}

/// What a tap wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Give me the packets of this track, and ask for a key frame.
    Take(TrackId),
    /// No more of this track.
    Leave(TrackId),
    /// Ask for a key frame; done at most twice a second for each track.
    KeyFrame(TrackId),
    /// A message for one member. It needs no `rid` and no `mid`.
    Signal {
        /// Peer id.
        to: String,
        /// With its `type`.
        message: Value,
    },
    /// The same for all members.
    SignalAll {
        /// With its `type`.
        message: Value,
    },
    /// Call me at this time; replaces an earlier one.
    WakeAt(Instant),
}

/// What a tap wants done, in order.
pub type Orders = Vec<Order>;

/// Takes part in one room.
pub trait Tap: Send {
    /// Something happened.
    fn handle(&mut self, event: TapEvent<'_>, now: Instant, orders: &mut Orders);
}

/// Lets threads of a tap report to it.
#[derive(Clone)]
pub struct TapHandle {
    send: std::sync::Arc<dyn Fn(Value) + Send + Sync>,
}

impl TapHandle {
    /// A handle that passes news on to `send`.
    pub fn new(send: impl Fn(Value) + Send + Sync + 'static) -> Self {
        Self { send: std::sync::Arc::new(send) }
    }

    /// The tap gets [`TapEvent::News`], if its room is still there.
    pub fn tell(&self, news: Value) {
        (self.send)(news);
    }
}

impl std::fmt::Debug for TapHandle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TapHandle")
    }
}

/// Makes the tap of a new room; `rid` is the room's id.
pub type TapFactory = std::sync::Arc<dyn Fn(&str, TapHandle) -> Box<dyn Tap> + Send + Sync>;
