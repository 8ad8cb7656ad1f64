//! Mute states, recording and live streaming (wire protocol 5.14, 5.21 to 5.23 and section 8).

use crate::shape::shape;
use crate::Value;

shape! {
    /// A medium was muted, unmuted or removed.
    pub struct MediaInfoEvent: "mediaInfoEvent" {
        /// Room id.
        rid: String = "rid",
        /// Sender's peer id.
        mid: String = "mid",
        /// Addressee's peer id.
        target: Option<String> = "target",
        /// Peer id of the owner.
        publisher_id: Option<String> = "publisherId",
        /// `AUDIO_` or `VIDEO_` followed by the stream id.
        media_id: String = "mediaId",
        /// As in [`super::MediaInfo`].
        media_type: Option<String> = "mediaType",
        /// `active`, `muted`, `stopped` or `unavailable`.
        media_state: Option<String> = "mediaState",
    }
}

shape! {
    /// Stream state of an old client.
    pub struct StreamStatus: "stream" {
        /// Sender's peer id.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
        /// `ended`.
        status: Option<String> = "status",
        /// The stream.
        stream_id: Option<String> = "streamId",
        /// `isScreensharing`, `audio`, `video`.
        settings: Value = "settings",
        /// Internal id of the app key.
        cid: Option<String> = "cid",
    }
}

shape! {
    /// Asks the media server to record the room.
    pub struct StartRecording: "startRecordingRoom" {
        /// Room id.
        rid: String = "rid",
        /// `MCU`, or `REC_SRV` where there is no media server.
        target: String = "target",
    }
}

shape! {
    /// Asks the media server to stop recording.
    pub struct StopRecording: "stopRecordingRoom" {
        /// Room id.
        rid: String = "rid",
        /// `MCU`, or `REC_SRV` where there is no media server.
        target: String = "target",
    }
}

shape! {
    /// State of a recording.
    pub struct RecordingEvent: "recordingEvent" {
        /// Room id.
        rid: String = "rid",
        /// `MCU`.
        mid: Option<String> = "mid",
        /// `on`, `off`, `error`, or `url`, which 2.7.2 ignores.
        action: String = "action",
        /// Id of the recording.
        recording_id: Option<String> = "recordingId",
        /// What went wrong.
        error: Option<String> = "error",
        /// Address of the file; without a host it is the server's.
        url: Option<String> = "url",
    }
}

shape! {
    /// Asks the media server to stream to an RTMP endpoint.
    pub struct StartRtmp: "startRTMP" {
        /// Room id.
        rid: String = "rid",
        /// Id made by the client.
        rtmp_id: String = "rtmpId",
        /// Stream to send.
        stream_id: Option<String> = "streamId",
        /// `rtmp://` address.
        endpoint: Option<String> = "endpoint",
        /// Sender's peer id.
        mid: Option<String> = "mid",
        /// `MCU`.
        target: String = "target",
    }
}

shape! {
    /// Asks the media server to end a live stream.
    pub struct StopRtmp: "stopRTMP" {
        /// Room id.
        rid: String = "rid",
        /// Id made by the client.
        rtmp_id: String = "rtmpId",
        /// Sender's peer id.
        mid: Option<String> = "mid",
        /// `MCU`.
        target: String = "target",
    }
}

shape! {
    /// State of a live stream.
    pub struct RtmpEvent: "rtmpEvent" {
        /// Room id.
        rid: String = "rid",
        /// `startSuccess`, `stopSuccess` or `error`.
        action: String = "action",
        /// Id made by the client.
        rtmp_id: String = "rtmpId",
        /// Who started it.
        peer_id: Option<String> = "peerId",
        /// Stream that is sent.
        stream_id: Option<String> = "streamId",
        /// What went wrong.
        error: Option<String> = "error",
    }
}
