//! Messages as 2.7.2 words them (wire protocol 5.1, 5.7, 5.14).

use super::OldPage;
use crate::surroundings::json;
use skylink_core::{CapturedStream, Kind};
use skylink_protocol::{Object, Value};

impl OldPage {
    pub(super) fn message(&self, kind: &str) -> Object {
        let message = Object::new().with("type", kind).with("rid", self.rid.as_str());
        message.with("mid", self.own_id.clone())
    }

    pub(super) fn greeting(&self, kind: &str) -> Object {
        let message = self.message(kind).with("agent", "chrome").with("version", "156");
        message.with("weight", self.weight).with("userInfo", self.user_info())
    }

    pub(super) fn media_status(&self) -> Object {
        let of = |muted: &bool| if *muted { 0.0 } else { 1.0 };
        let entry = |(stream, muted): &(CapturedStream, bool)| {
            let (audio, video) =
                if stream.kind == Kind::Audio { (of(muted), -1.0) } else { (-1.0, of(muted)) };
            let status = Object::new().with("audioMuted", audio).with("videoMuted", video);
            (stream.stream_id.clone(), Value::from(status))
        };
        self.streams.iter().map(entry).collect()
    }

    fn user_info(&self) -> Object {
        let settings = json(r#"{"audio":{},"video":{},"maxBandwidth":{},"data":true}"#);
        let config = json(r#"{"enableDataChannel":true,"enableIceRestart":false}"#);
        Object::new()
            .with("userData", self.user_data.clone())
            .with("settings", settings)
            .with("mediaStatus", self.media_status())
            .with("agent", json(r#"{"name":"chrome","version":156}"#))
            .with("config", config.as_object().unwrap().clone().with("priorityWeight", self.weight))
    }

    pub(super) fn media_info(&self, stream: &CapturedStream, sdp: &str) -> Object {
        let (prefix, media_type) = match stream.kind {
            Kind::Audio => ("AUDIO_", "audioMic"),
            Kind::Video => ("VIDEO_", "videoCamera"),
        };
        let section = sdp.split("\r\nm=").find(|part| part.contains(&format!("msid:{} ", stream.stream_id)));
        let mid = section.and_then(|part| part.split("a=mid:").nth(1)?.lines().next());
        let muted = self.told_muted.get(&stream.stream_id) == Some(&true);
        Object::new()
            .with("publisherId", self.own_id.clone())
            .with("mediaId", [prefix, &stream.stream_id].concat())
            .with("mediaType", media_type)
            .with("mediaState", if muted { "muted" } else { "active" })
            .with("transceiverMid", mid.map(str::to_owned))
    }

    pub(super) fn description(&self, kind: &str, id: &str, sdp: &str) -> Object {
        let sent = self.streams.iter().map(|(stream, _)| self.media_info(stream, sdp));
        let removed = self.removed.iter().map(|stream| {
            self.media_info(stream, sdp).with("mediaState", "unavailable").with("transceiverMid", "0")
        });
        let list = sent.chain(removed).map(Value::from).collect::<Vec<_>>();
        let message = self.message(kind).with("sdp", sdp).with("target", id);
        message.with("userInfo", self.user_info()).with("mediaInfoList", list)
    }
}
