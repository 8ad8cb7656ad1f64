//! The peers of a room.

use crate::candidates::Candidates;
use crate::channel_upkeep::ChannelUpkeep;
use crate::connection_states::ConnectionStates;
use crate::data_channel::Channel;
use crate::ice_recovery::IceRecovery;
use crate::media::RemoteStream;
use crate::negotiation::Negotiation;
use crate::statistics::PeerStatistics;
use crate::{ConnectionId, Handle};
use skylink_protocol::signaling::MediaInfo;
use skylink_protocol::{Object, Value};

/// Another member of a room.
#[derive(Debug)]
pub(crate) struct Peer {
    pub id: String,
    /// What the peer told about itself: `userData`, `settings`, `mediaStatus`, `agent`, `config`.
    pub info: Object,
    /// None for a member whose media come through a media server.
    pub connection: Option<ConnectionId>,
    pub negotiation: Negotiation,
    pub candidates: Candidates,
    /// What comes over the connection; over a media server's, what all members send.
    pub media: Vec<MediaInfo>,
    pub streams: Vec<RemoteStream>,
    /// Own media that were taken back and that the peer is to be told of, and how many of them the
    /// last description told.
    pub removed: Vec<MediaInfo>,
    pub removals_told: usize,
    /// Own streams that were added to the connection.
    pub sent: Vec<Handle>,
    /// Data channels that are opening or open.
    pub channels: Vec<Channel>,
    pub upkeep: ChannelUpkeep,
    pub states: ConnectionStates,
    pub recovery: IceRecovery,
    /// Whether files go to it through channels of their own.
    pub streams_files: bool,
    /// Whether these may have lanes beside them.
    pub takes_lanes: bool,
    /// Whether direct messages may come to it as a list.
    pub takes_message_lists: bool,
    /// Whether it is a media server that takes pictures in layers.
    pub takes_layers: bool,
    pub statistics: PeerStatistics,
    /// `RTCOfferOptions` of our last offer.
    pub offer_options: Value,
    /// The last description of ours that was sent.
    pub own_sdp: String,
    /// Whether that was an offer.
    pub we_offered: bool,
    /// Whether the peer announced that it reads messages encrypted by AES-GCM.
    pub reads_aes_gcm: bool,
    /// When the peer last changed its user data, on its own clock.
    pub user_data_stamp: f64,
    /// Whether a first round is over, so that later offers are restart offers.
    pub negotiated: bool,
    /// Whether the offer under way restarts ICE.
    pub restarts_ice: bool,
    /// Whether our side opens the DTLS connection, once there was an answer.
    pub opens_dtls: bool,
    /// Whether parameters were changed in our last description, and whether our browser refused that.
    pub changed_parameters: bool,
    pub refused_parameters: bool,
    /// The browser's error while it is being told.
    pub failure: Option<Handle>,
    /// What the shell keeps of it for the payloads of messages.
    pub kept: Option<Handle>,
}

impl Peer {
    pub fn new(id: String, info: Object, connection: Option<ConnectionId>, negotiation: Negotiation) -> Self {
        Self {
            id,
            info,
            connection,
            negotiation,
            candidates: Candidates::default(),
            media: Vec::new(),
            streams: Vec::new(),
            removed: Vec::new(),
            removals_told: 0,
            sent: Vec::new(),
            channels: Vec::new(),
            upkeep: ChannelUpkeep::default(),
            states: ConnectionStates::default(),
            recovery: IceRecovery::default(),
            streams_files: false,
            takes_lanes: false,
            takes_message_lists: false,
            takes_layers: false,
            statistics: PeerStatistics::default(),
            offer_options: Value::Null,
            own_sdp: String::new(),
            we_offered: false,
            reads_aes_gcm: false,
            user_data_stamp: 0.0,
            negotiated: false,
            restarts_ice: false,
            opens_dtls: false,
            changed_parameters: false,
            refused_parameters: false,
            failure: None,
            kept: None,
        }
    }

    /// A flag of the peer's `config`.
    pub fn config_flag(&self, key: &str) -> bool {
        self.info.get("config").and_then(|config| config.get(key)).is_some_and(|flag| flag.is_truthy())
    }

    pub fn stream(&self, stream_id: &str) -> Option<&RemoteStream> {
        self.streams.iter().find(|stream| stream.stream_id == stream_id)
    }
}
