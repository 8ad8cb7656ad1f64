//! One room: who is in it, who publishes what, and what each client is to receive. Messages of
//! clients come in, messages for clients and orders for the engine go out. No IO, no clock.

mod files;
mod publishing;
mod relay;
mod signaling;
#[cfg(test)]
mod tests;
mod views;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use skylink_protocol::{Object, Value};

use super::connection::{Connection, Endpoint, Entropy, Opening, Silence};
use super::counters::{Counters, Note};
use super::lines::{Change, TrackId};
use super::media_info::Medium;
use super::messages;
use super::sdp::{IceCredentials, Kind};
use files::Files;
pub use files::{FileChannel, FileData, FileEvent};
use relay::Pace;
pub use views::View;

/// Limits that keep one client from spoiling a room for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct McuLimits {
    /// Members of a room that may publish media at the same time.
    pub publishers: usize,
    /// Media that one member may publish.
    pub media_per_member: usize,
    /// Longest data channel message in bytes.
    pub text_bytes: usize,
    /// Data channel messages that a member may send at once.
    pub text_burst: u32,
    /// Data channel messages a second that a member may send for long.
    pub texts_per_second: u32,
}

impl Default for McuLimits {
    fn default() -> Self {
        Self {
            publishers: 50,
            media_per_member: 8,
            text_bytes: 64 * 1024,
            text_burst: 200,
            texts_per_second: 50,
        }
    }
}

/// What all rooms of a worker share.
#[derive(Debug, Clone)]
pub struct RoomSetup {
    /// Where the media server is reached.
    pub endpoint: Arc<Endpoint>,
    /// Limits.
    pub limits: McuLimits,
    /// Beginning of the ICE user names of this worker's connections.
    pub ufrag_prefix: String,
    /// Counters.
    pub counters: Arc<Counters>,
}

/// What a room wants done, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum RoomOutput {
    /// A signalling message for a member.
    Signal {
        /// Peer id.
        to: String,
        /// The message.
        message: Value,
    },
    /// A connection begins.
    Open {
        /// Peer id.
        peer: String,
        /// What the engine needs to know.
        opening: Opening,
    },
    /// A client checks addresses anew.
    Restart {
        /// Peer id.
        peer: String,
        /// Our new credentials.
        local: IceCredentials,
        /// The client's.
        remote: IceCredentials,
    },
    /// What is sent and received on a connection changes.
    Apply {
        /// Peer id.
        peer: String,
        /// One after the other.
        changes: Vec<Change>,
    },
    /// A connection ends.
    Close {
        /// Peer id.
        peer: String,
    },
    /// A text for the data channel of a member.
    Text {
        /// Peer id.
        to: String,
        /// The text.
        text: String,
    },
    /// A channel for a file is to be opened to a member.
    OpenFile {
        /// Peer id.
        to: String,
        /// The channel.
        channel: FileChannel,
        /// Its name.
        label: String,
    },
    /// Something is to go by the channel of a file.
    File {
        /// Peer id.
        to: String,
        /// The channel.
        channel: FileChannel,
        /// What.
        data: FileData,
    },
    /// The channel of a file is to be closed, with what waits for it.
    CloseFile {
        /// Peer id.
        to: String,
        /// The channel.
        channel: FileChannel,
    },
    /// A member shows videos like this from now on.
    Views {
        /// Peer id.
        peer: String,
        /// Those that are not shown in the usual way.
        views: Vec<View>,
    },
    /// A track may be sent to others from now on.
    Published(Track),
    /// A track is gone.
    Unpublished(TrackId),
    /// A message to the media server that is not about connections: recording, for instance.
    Request {
        /// Peer id of the sender.
        peer: String,
        /// The message.
        message: Value,
    },
}

/// A track that a member publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// Unique among all tracks of a worker.
    pub id: TrackId,
    /// Peer id of the member.
    pub publisher: String,
    /// The line of the publisher's connection that brings it.
    pub mid: String,
    /// Id of the track at its publisher.
    pub name: String,
    /// What the publisher says about it.
    pub medium: Medium,
    /// How many layers it comes in; a track without layers has one.
    pub layers: usize,
}

impl Track {
    /// Sound or pictures.
    pub fn kind(&self) -> Kind {
        self.medium.kind()
    }
}

#[derive(Debug)]
struct Member {
    id: String,
    /// Its `enter`, as others get it.
    enter: Object,
    media: Vec<Medium>,
    connection: Option<Connection>,
    pace: Pace,
    file_pace: Pace,
    view_pace: Pace,
    is_over_limit: bool,
}

/// One room.
pub struct Room {
    rid: String,
    setup: RoomSetup,
    members: Vec<Member>,
    tracks: BTreeMap<TrackId, Track>,
    files: Files,
    outputs: VecDeque<RoomOutput>,
    entropy: Box<dyn Entropy + Send>,
}

impl Room {
    /// An empty room.
    pub fn new(rid: &str, setup: RoomSetup, entropy: Box<dyn Entropy + Send>) -> Self {
        Self {
            rid: rid.to_owned(),
            setup,
            members: Vec::new(),
            tracks: BTreeMap::new(),
            files: Files::default(),
            outputs: VecDeque::new(),
            entropy,
        }
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// How many members it has.
    pub fn member_count(&self) -> usize {
        self.members.len()
    }

    /// Peer ids of all members.
    pub fn member_ids(&self) -> Vec<String> {
        self.members.iter().map(|member| member.id.clone()).collect()
    }

    /// All tracks that are published.
    pub fn tracks(&self) -> impl Iterator<Item = &Track> {
        self.tracks.values()
    }

    /// A track that is published.
    pub fn track(&self, id: TrackId) -> Option<&Track> {
        self.tracks.get(&id)
    }

    /// The next thing to be done.
    pub fn poll(&mut self) -> Option<RoomOutput> {
        self.outputs.pop_front()
    }

    /// When [`Room::tick`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        self.members.iter().filter_map(|member| member.connection.as_ref()?.deadline()).min()
    }

    /// A member left, or its signalling connection is gone.
    pub fn leave(&mut self, peer: &str, now: Instant, track_ids: &mut u64) {
        let Some(place) = self.members.iter().position(|member| member.id == peer) else { return };
        self.end_files(peer);
        let member = self.members.remove(place);
        if member.connection.is_some() {
            self.outputs.push_back(RoomOutput::Close { peer: peer.to_owned() });
        }
        self.unpublish(|track| track.publisher == peer);
        self.settle(now, track_ids);
    }

    /// A connection was given up. The client hears that the media server is gone, which lets
    /// applications join again.
    pub fn fail(&mut self, peer: &str, now: Instant, track_ids: &mut u64) {
        if self.member(peer).is_some() {
            self.signal(peer, messages::bye(&self.rid));
            self.hang_up(peer, now, track_ids);
        }
    }

    /// A client closed its connection. It may offer a new one.
    pub fn hang_up(&mut self, peer: &str, now: Instant, track_ids: &mut u64) {
        let Some(member) = self.member_mut(peer) else { return };
        member.connection = None;
        self.end_files(peer);
        self.outputs.push_back(RoomOutput::Close { peer: peer.to_owned() });
        self.unpublish(|track| track.publisher == peer);
        self.settle(now, track_ids);
    }

    /// Does what is due because clients are silent.
    pub fn tick(&mut self, now: Instant, track_ids: &mut u64) {
        let mut offers = Vec::new();
        for member in &mut self.members {
            let Some(connection) = &mut member.connection else { continue };
            let counters = &self.setup.counters;
            match connection.tick(now) {
                Silence::None => {}
                Silence::Unacknowledged => {
                    counters.note(Note::Silent);
                    tracing::debug!(peer = member.id, "answer not acknowledged in time");
                }
                Silence::OfferAgain(offer) => {
                    counters.note(Note::Silent);
                    tracing::debug!(peer = member.id, "offer not answered in time, sent again");
                    offers.push((member.id.clone(), offer));
                }
                Silence::GaveUp => {
                    counters.note(Note::GivenUp);
                    tracing::warn!(
                        peer = member.id,
                        room = self.rid,
                        "a client answers no offers and gets no more media until it makes one itself"
                    );
                }
            }
        }
        for (peer, offer) in offers {
            let message = messages::offer(&self.rid, &peer, offer);
            self.signal(&peer, message);
        }
        self.settle(now, track_ids);
    }

    fn member(&self, peer: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == peer)
    }

    fn member_mut(&mut self, peer: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.id == peer)
    }

    fn signal(&mut self, to: &str, message: Value) {
        self.outputs.push_back(RoomOutput::Signal { to: to.to_owned(), message });
    }

    fn signal_others(&mut self, than: &str, message: &Value) {
        let others: Vec<String> =
            self.members.iter().filter(|member| member.id != than).map(|member| member.id.clone()).collect();
        for other in others {
            self.signal(&other, message.clone());
        }
    }
}
