//! What the server does with each type of message (wire protocol 5.2 and 11.2).

use skylink_protocol::signaling::{
    Answer, AnswerAck, Approach, Bye, Candidate, EndOfCandidates, Enter, GetPeers, GetStoredMessages, Group,
    InRoom, Introduce, IntroduceError, JoinRoom, MediaInfoEvent, Offer, PeerList, PrivateMessage,
    PublicMessage, RecordingEvent, Redirect, RoomLock, RtmpEvent, StartRecording, StartRtmp, StopRecording,
    StopRtmp, StoredMessages, StreamStatus, UpdateUser, UserMessage, VideoLayers, VideoViews, Welcome,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageKind {
    Join,
    Enter,
    /// To one peer; without it two peers cannot connect, so an absent one is answered for.
    Handshake,
    /// To one peer.
    Direct,
    /// To everybody else in the room.
    Broadcast,
    /// To one peer or to everybody, and perhaps into the store.
    Chat,
    Lock,
    Bye,
    GetPeers,
    GetStoredMessages,
    Introduce,
    Group,
    /// Only the server, or a media server behind it, may send it.
    ServerOnly,
    Unknown,
}

impl MessageKind {
    pub(super) fn of(message_type: &str) -> Self {
        match message_type {
            JoinRoom::TYPE => Self::Join,
            Enter::TYPE => Self::Enter,
            Welcome::TYPE
            | Offer::TYPE
            | Answer::TYPE
            | AnswerAck::TYPE
            | Candidate::TYPE
            | EndOfCandidates::TYPE => Self::Handshake,
            MediaInfoEvent::TYPE
            | PrivateMessage::TYPE
            | StartRecording::TYPE
            | StopRecording::TYPE
            | StartRtmp::TYPE
            | StopRtmp::TYPE
            | VideoViews::TYPE => Self::Direct,
            PublicMessage::TYPE | UpdateUser::TYPE | StreamStatus::TYPE => Self::Broadcast,
            // Mute states of clients before 2.0 (wire protocol 5.24); 2.x ignores them.
            "muteAudioEvent" | "muteVideoEvent" => Self::Broadcast,
            UserMessage::TYPE => Self::Chat,
            RoomLock::TYPE => Self::Lock,
            Bye::TYPE => Self::Bye,
            GetPeers::TYPE => Self::GetPeers,
            GetStoredMessages::TYPE => Self::GetStoredMessages,
            Introduce::TYPE => Self::Introduce,
            Group::TYPE => Self::Group,
            // Relaying these would let one member forge the server's word to another.
            InRoom::TYPE
            | Redirect::TYPE
            | PeerList::TYPE
            | StoredMessages::TYPE
            | Approach::TYPE
            | IntroduceError::TYPE
            | RecordingEvent::TYPE
            | RtmpEvent::TYPE
            | VideoLayers::TYPE => Self::ServerOnly,
            _ => Self::Unknown,
        }
    }

    /// Whether the rate limit spares it: two peers that lose one of these may never connect.
    pub(super) fn is_spared(self) -> bool {
        matches!(self, Self::Join | Self::Enter | Self::Handshake | Self::Bye)
    }
}
