//! What has to be done when one table of lines follows another.

use super::{Incoming, LineTable, TrackId};
use crate::mcu::sdp::{Codec, Kind, Source};

/// What must happen to a connection when one table follows another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The client sends on this line, from now on or from other sources than before.
    Receive {
        /// The line.
        mid: String,
        /// Sound or pictures.
        kind: Kind,
        /// Where from, if it is known.
        source: Option<Source>,
        /// Layers that it comes in, the lowest first. Empty if there is but one.
        layers: Vec<String>,
    },
    /// The client no longer sends on this line.
    StopReceiving {
        /// The line.
        mid: String,
    },
    /// A track is to be sent on this line.
    Send {
        /// The line.
        mid: String,
        /// Sound or pictures.
        kind: Kind,
        /// The track.
        track: TrackId,
        /// Payload types.
        codec: Codec,
        /// Where from.
        source: Source,
        /// Whether the client gives feedback on each packet.
        feedback: bool,
    },
    /// The track is no longer to be sent.
    StopSending {
        /// The line.
        mid: String,
        /// The track.
        track: TrackId,
    },
    /// The line is gone; what was on it has been stopped before.
    Remove {
        /// The line.
        mid: String,
    },
}

/// What has to be done to get from one table to another, in this order.
pub fn changes(before: &LineTable, after: &LineTable) -> Vec<Change> {
    let mut list = Vec::new();
    for old in before.lines.iter().filter(|line| !line.stopped && line.kind != Kind::Data) {
        let new = after.lines.iter().find(|line| line.mid == old.mid && !line.stopped);
        let mid = || old.mid.clone();
        if old.incoming.is_some() && new.is_none_or(|new| new.incoming.is_none()) {
            list.push(Change::StopReceiving { mid: mid() });
        }
        if let Some(outgoing) = &old.outgoing {
            if new.is_none_or(|new| new.outgoing.as_ref() != Some(outgoing)) {
                list.push(Change::StopSending { mid: mid(), track: outgoing.track });
            }
        }
        if new.is_none() {
            list.push(Change::Remove { mid: mid() });
        }
    }
    for new in after.lines.iter().filter(|line| !line.stopped) {
        let old = before.lines.iter().find(|line| line.mid == new.mid && !line.stopped);
        if let Some(incoming) = &new.incoming {
            let known = old.and_then(|old| old.incoming.as_ref());
            let is_same =
                |known: &Incoming| known.source == incoming.source && known.layers == incoming.layers;
            if !known.is_some_and(is_same) {
                list.push(Change::Receive {
                    mid: new.mid.clone(),
                    kind: new.kind,
                    source: incoming.source,
                    layers: incoming.layers.clone(),
                });
            }
        }
        if let (Some(outgoing), Some(codec)) = (&new.outgoing, new.codec) {
            if old.is_none_or(|old| old.outgoing.as_ref() != Some(outgoing)) {
                list.push(Change::Send {
                    mid: new.mid.clone(),
                    kind: new.kind,
                    track: outgoing.track,
                    codec,
                    source: outgoing.source,
                    feedback: new.transport_feedback,
                });
            }
        }
    }
    list
}
