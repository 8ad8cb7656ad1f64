//! The signalling messages (wire protocol, section 5): flat JSON objects with a `type` and a `rid`.

mod handshake;
mod media;
mod messaging;
mod room;
mod video_layers;

pub use handshake::*;
pub use media::*;
pub use messaging::*;
pub use room::*;
pub use video_layers::*;

use crate::shape::messages;

messages! {
    /// Any signalling message that 2.7.2 sends or understands.
    pub enum Message {
        /// Client to server.
        JoinRoom,
        /// Server to client.
        InRoom,
        /// Client to room.
        Enter,
        /// Client to client.
        Welcome,
        /// Client to client.
        Offer,
        /// Client to client.
        Answer,
        /// Client to client.
        AnswerAck,
        /// Client to client.
        Candidate,
        /// Client to client.
        EndOfCandidates,
        /// Client to client, server to room.
        Bye,
        /// Client to room.
        UpdateUser,
        /// Client to room.
        RoomLock,
        /// Client to client.
        MediaInfoEvent,
        /// Client to room or client.
        UserMessage,
        /// Client to room, old clients.
        PublicMessage,
        /// Client to client, old clients.
        PrivateMessage,
        /// Client to server.
        GetStoredMessages,
        /// Server to client.
        StoredMessages,
        /// Client to server.
        GetPeers,
        /// Server to client.
        PeerList,
        /// Client to server, old clients.
        Introduce,
        /// Server to client, old clients.
        Approach,
        /// Server to client, old clients.
        IntroduceError,
        /// Server to client.
        Redirect,
        /// Client to room, old clients.
        StreamStatus,
        /// Client to media server.
        StartRecording,
        /// Client to media server.
        StopRecording,
        /// Media server to room.
        RecordingEvent,
        /// Client to media server.
        StartRtmp,
        /// Client to media server.
        StopRtmp,
        /// Media server to client.
        RtmpEvent,
        /// Client to room, old clients.
        Group,
        /// Client to media server, both ours.
        VideoViews,
        /// Media server to client, both ours.
        VideoLayers,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn reread(text: &str) -> String {
        let message: Message = serde_json::from_str(text).unwrap();
        serde_json::to_string(&message).unwrap()
    }

    #[test]
    fn messages_of_servers_and_old_clients_keep_their_members_and_order() {
        for text in [
            r#"{"type":"inRoom","rid":"r","sid":"a","tieBreaker":7,"pc_config":{"iceServers":[{"url":"stun:ice.example.net"},{"url":"turn:alice@ice.example.net","urls":["turn:ice.example.net:3478?transport=udp"],"username":"alice","credential":"pa55"}]}}"#,
            r#"{"type":"welcome","mid":"MCU","rid":"r","userInfo":{},"temasysPluginVersion":null,"target":"a","publisherId":"MCU","peersInRoom":[{"mid":"b","userInfo":{}}]}"#,
            r#"{"type":"offer","sdp":"v=0\r\n","mid":"a","target":"b","rid":"r","restart":true}"#,
            r#"{"type":"offer","sdp":"v=0\r\n","mid":"MCU","target":"b","rid":"r","mediaInfoList":[{"publisherId":"c","mediaId":"VIDEO_1","mediaType":"video","mediaState":"active","transceiverMid":null,"mediaMetaData":"","simulcast":""}],"publisherId":"c"}"#,
            r#"{"type":"redirect","rid":"r","action":"warning","reason":"fastmsg","info":"slow down"}"#,
            r#"{"type":"peerList","rid":"r","result":{"lobby":["a","b"],"room-2":[]}}"#,
            r#"{"type":"introduce","rid":"r","sendingPeerId":"a","receivingPeerId":"b"}"#,
            r#"{"type":"approach","rid":"r","target":"b"}"#,
            r#"{"type":"introduceError","rid":"r","sendingPeerId":"a","receivingPeerId":"b","reason":"gone"}"#,
            r#"{"type":"stream","mid":"a","rid":"r","status":"ended","streamId":"1","settings":{"isScreensharing":true},"cid":"c"}"#,
            r#"{"type":"public","cid":"c","data":[1],"mid":"a","rid":"r"}"#,
            r#"{"type":"private","cid":"c","data":{"x":null},"mid":"a","rid":"r","target":"b"}"#,
            r#"{"type":"group","lists":["{}"],"mid":"a","rid":"r"}"#,
            r#"{"type":"stopRecordingRoom","rid":"r","target":"MCU"}"#,
            r#"{"type":"recordingEvent","rid":"r","mid":"MCU","action":"error","recordingId":"rec-17","error":"disk full"}"#,
            r#"{"type":"startRTMP","rid":"r","rtmpId":"1","streamId":"s","endpoint":"rtmp://live.example/app/key","mid":"a","target":"MCU"}"#,
            r#"{"type":"stopRTMP","rid":"r","rtmpId":"1","mid":"a","target":"MCU"}"#,
            r#"{"type":"rtmpEvent","rid":"r","action":"startSuccess","rtmpId":"1","peerId":"a","streamId":"s"}"#,
            r#"{"type":"welcome","mid":"MCU","rid":"r","userInfo":{},"temasysPluginVersion":null,"target":"a","fileChannels":true,"videoLayers":true}"#,
            r#"{"type":"videoViews","mid":"a","rid":"r","target":"MCU","views":[]}"#,
            r#"{"type":"videoViews","mid":"a","rid":"r","target":"MCU","views":[{"publisherId":"b","streamId":"s","isPaused":true,"height":0},{"publisherId":"c","streamId":"{t}","isPaused":false,"height":180}]}"#,
            r#"{"type":"videoLayers","mid":"MCU","rid":"r","target":"a","layers":[{"publisherId":"b","streamId":"s","layer":2,"layers":3,"isPaused":false,"isStarved":true}]}"#,
        ] {
            assert_eq!(reread(text), text);
        }
    }

    #[test]
    fn unknown_members_and_optional_ones_of_a_wrong_kind_read_as_absent() {
        let strange = r#"{"type":"bye","rid":"r","mid":"a","target":7,"publisherId":null,"later":{"x":1}}"#;
        assert_eq!(reread(strange), r#"{"type":"bye","rid":"r","mid":"a"}"#);
        let strange = r#"{"type":"offer","sdp":"v=0","mid":"a","target":"b","rid":"r","weight":"9","mediaInfoList":[7,{"mediaId":"AUDIO_1"},{}]}"#;
        let Message::Offer(offer) = serde_json::from_str(strange).unwrap() else {
            panic!("not an offer");
        };
        assert_eq!(offer.weight, None);
        assert_eq!(offer.media_info_list.unwrap().len(), 1);
    }

    #[test]
    fn null_is_told_from_absent_where_any_value_may_stand() {
        let base = r#"{"type":"answer","sdp":"v=0","mid":"a","target":"b","rid":"r""#;
        for rest in ["}", r#","userInfo":null}"#, r#","userInfo":{"settings":{}}}"#] {
            let text = [base, rest].concat();
            assert_eq!(reread(&text), text);
        }
    }

    #[test]
    fn what_is_no_message_is_refused_with_the_reason() {
        use crate::{ShapeError, Value};
        let read = |text: &str| Message::try_from(&serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(read("[]"), Err(ShapeError::UnknownType));
        assert_eq!(read(r#"{"type":"muteAudioEvent"}"#), Err(ShapeError::UnknownType));
        assert_eq!(read(r#"{"type":"enter","mid":"a","rid":1}"#), Err(ShapeError::Member("rid")));
        assert_eq!(Enter::try_from(&Value::Null), Err(ShapeError::NotAnObject));
    }

    #[test]
    fn a_type_names_one_message_only() {
        let mut types = Message::TYPES.to_vec();
        types.sort_unstable();
        types.dedup();
        assert_eq!(types.len(), Message::TYPES.len());
    }
}
