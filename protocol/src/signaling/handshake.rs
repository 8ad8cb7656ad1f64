//! `enter` to `endOfCandidates`: how two peers of a room meet (wire protocol 5.5 to 5.10).

use crate::shape::shape;
use crate::Value;

shape! {
    /// "I am here; whoever is in the room, greet me." Sent right after `inRoom`.
    pub struct Enter: "enter" {
        /// Sender's peer id.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
        /// Browser name.
        agent: Option<String> = "agent",
        /// Browser version, as text.
        version: Option<String> = "version",
        /// Platform.
        os: Option<String> = "os",
        /// The sender's peer info without `room`.
        user_info: Value = "userInfo",
        /// The sender's tie breaker.
        weight: Option<f64> = "weight",
        /// Always `null`, for old clients.
        temasys_plugin_version: Value = "temasysPluginVersion",
        /// Whether the sender opens data channels.
        enable_data_channel: Option<bool> = "enableDataChannel",
        /// Whether the sender can restart ICE.
        enable_ice_restart: Option<bool> = "enableIceRestart",
        /// Signalling protocol version.
        sm_protocol_version: Option<String> = "SMProtocolVersion",
        /// Data protocol version.
        dt_protocol_version: Option<String> = "DTProtocolVersion",
        /// Ciphers of messages that the sender reads beyond the one of 2.7.2, which ignores this.
        message_ciphers: Option<Vec<String>> = "messageCiphers",
        /// `MCU` in rooms with a media server, or the one peer that is to begin anew; otherwise absent.
        target: Option<String> = "target",
        /// The peer the message is about where a media server sits in between.
        publisher_id: Option<String> = "publisherId",
        /// Whether files may come through channels of their own; 2.7.2 ignores this.
        file_channels: Option<bool> = "fileChannels",
        /// Whether such a channel may have lanes beside it; 2.7.2 ignores this.
        file_lanes: Option<bool> = "fileLanes",
        /// Whether direct messages may come as a list; 2.7.2 ignores this.
        message_lists: Option<bool> = "messageLists",
        /// Whether the target is known, and the connection to it given up; 2.7.2 ignores such an `enter`.
        begins_anew: Option<bool> = "beginsAnew",
    }
}

shape! {
    /// Answer to `enter`: asks the newcomer for an offer.
    pub struct Welcome: "welcome" {
        /// Sender's peer id.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
        /// Browser name.
        agent: Option<String> = "agent",
        /// Browser version, as text.
        version: Option<String> = "version",
        /// Platform.
        os: Option<String> = "os",
        /// The sender's peer info without `room`.
        user_info: Value = "userInfo",
        /// The sender's tie breaker.
        weight: Option<f64> = "weight",
        /// Always `null`, for old clients.
        temasys_plugin_version: Value = "temasysPluginVersion",
        /// Whether the sender opens data channels.
        enable_data_channel: Option<bool> = "enableDataChannel",
        /// Whether the sender can restart ICE.
        enable_ice_restart: Option<bool> = "enableIceRestart",
        /// Signalling protocol version.
        sm_protocol_version: Option<String> = "SMProtocolVersion",
        /// Data protocol version.
        dt_protocol_version: Option<String> = "DTProtocolVersion",
        /// Ciphers of messages that the sender reads beyond the one of 2.7.2, which ignores this.
        message_ciphers: Option<Vec<String>> = "messageCiphers",
        /// The newcomer.
        target: String = "target",
        /// The peer the message is about where a media server sits in between.
        publisher_id: Option<String> = "publisherId",
        /// From a media server: `enter`-shaped objects of everybody in the room.
        peers_in_room: Option<Vec<Value>> = "peersInRoom",
        /// Whether files may come through channels of their own; 2.7.2 ignores this.
        file_channels: Option<bool> = "fileChannels",
        /// Whether such a channel may have lanes beside it; 2.7.2 ignores this.
        file_lanes: Option<bool> = "fileLanes",
        /// Whether direct messages may come as a list; 2.7.2 ignores this.
        message_lists: Option<bool> = "messageLists",
        /// From a media server: it takes pictures in several sizes (`a=simulcast`) and
        /// [`super::VideoViews`], and sends [`super::VideoLayers`]; 2.7.2 ignores this.
        video_layers: Option<bool> = "videoLayers",
    }
}

shape! {
    /// One medium that a peer sends: which m-section carries it, of whom, and whether it is muted.
    pub struct MediaInfo {
        /// Peer id of the owner.
        publisher_id: Option<String> = "publisherId",
        /// `AUDIO_` or `VIDEO_` followed by the stream id.
        media_id: String = "mediaId",
        /// `audioMic`, `videoCamera`, `videoScreen`, `videoOther`, `audio` or `video`.
        media_type: Option<String> = "mediaType",
        /// `active`, `muted`, `stopped` or `unavailable`.
        media_state: Option<String> = "mediaState",
        /// The `mid` of the m-section in the description sent along; `null` if it has none.
        transceiver_mid: Value = "transceiverMid",
        /// Always empty.
        media_meta_data: Option<String> = "mediaMetaData",
        /// Always empty.
        simulcast: Option<String> = "simulcast",
    }
}

shape! {
    /// A session description offered. With the restart members set it renegotiates.
    pub struct Offer: "offer" {
        /// Session description text.
        sdp: String = "sdp",
        /// Sender's peer id.
        mid: String = "mid",
        /// Addressee's peer id.
        target: String = "target",
        /// Room id.
        rid: String = "rid",
        /// The sender's peer info without `room`; replaces what the receiver knew.
        user_info: Option<Value> = "userInfo",
        /// The sender's tie breaker, decides glare.
        weight: Option<f64> = "weight",
        /// Everything the sender sends.
        media_info_list: Option<Vec<MediaInfo>> = "mediaInfoList",
        /// The peer the message is about where a media server sits in between.
        publisher_id: Option<String> = "publisherId",
        /// Restart offers: browser name.
        agent: Option<String> = "agent",
        /// Restart offers: browser version, as text.
        version: Option<String> = "version",
        /// Restart offers: platform.
        os: Option<String> = "os",
        /// Restart offers: whether the sender opens data channels.
        enable_data_channel: Option<bool> = "enableDataChannel",
        /// Restart offers: whether the sender can restart ICE.
        enable_ice_restart: Option<bool> = "enableIceRestart",
        /// Restart offers: whether ICE restarts with this offer.
        do_ice_restart: Option<bool> = "doIceRestart",
        /// Restart offers: always `false`.
        is_restart_resend: Option<bool> = "isRestartResend",
        /// Restart offers: always `null`, for old clients.
        temasys_plugin_version: Option<Value> = "temasysPluginVersion",
        /// Restart offers: signalling protocol version.
        sm_protocol_version: Option<String> = "SMProtocolVersion",
        /// Restart offers: data protocol version.
        dt_protocol_version: Option<String> = "DTProtocolVersion",
        /// `true` where a pending description is sent again.
        restart: Option<bool> = "restart",
    }
}

shape! {
    /// The description that answers an offer.
    pub struct Answer: "answer" {
        /// Session description text.
        sdp: String = "sdp",
        /// Sender's peer id.
        mid: String = "mid",
        /// Addressee's peer id.
        target: String = "target",
        /// Room id.
        rid: String = "rid",
        /// The sender's peer info without `room`; replaces what the receiver knew.
        user_info: Option<Value> = "userInfo",
        /// Everything the sender sends.
        media_info_list: Option<Vec<MediaInfo>> = "mediaInfoList",
        /// The peer the message is about where a media server sits in between.
        publisher_id: Option<String> = "publisherId",
    }
}

shape! {
    /// Tells the answerer whether its answer could be applied.
    pub struct AnswerAck: "answerAck" {
        /// Room id.
        rid: String = "rid",
        /// Sender's peer id.
        mid: String = "mid",
        /// Addressee's peer id.
        target: String = "target",
        /// Whether the answer was applied.
        success: bool = "success",
    }
}

shape! {
    /// One ICE candidate.
    pub struct Candidate: "candidate" {
        /// `sdpMLineIndex`.
        label: Option<f64> = "label",
        /// `sdpMid`.
        id: Option<String> = "id",
        /// Candidate attribute text.
        candidate: String = "candidate",
        /// Sender's peer id.
        mid: String = "mid",
        /// Addressee's peer id.
        target: String = "target",
        /// Room id.
        rid: String = "rid",
    }
}

shape! {
    /// Sent once gathering is over for a while, with the number of candidates sent so far.
    pub struct EndOfCandidates: "endOfCandidates" {
        /// Candidates sent to this peer since the connection was made.
        expected: Option<f64> = "noOfExpectedCandidates",
        /// Sender's peer id.
        mid: String = "mid",
        /// Addressee's peer id.
        target: String = "target",
        /// Room id.
        rid: String = "rid",
    }
}
