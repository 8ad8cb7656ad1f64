//! What a model of 2.7.2 keeps for each peer.

use crate::page::MemberView;
use skylink_core::{ConnectionId, Handle, Kind};
use skylink_protocol::{Object, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// States of the original's negotiation (wire protocol 5.26).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Welcoming,
    /// A `welcome` came, the first offer is being made.
    Welcomed,
    LocalOfferSent,
    RemoteAnswerReceived,
    LocalOfferSet,
    RemoteAnswerSet,
    RemoteOfferReceived,
    RemoteOfferSet,
    LocalAnswerSet,
    Negotiated,
}

#[derive(Debug)]
pub struct OldPeer {
    pub connection: ConnectionId,
    pub state: State,
    pub local_offer: Option<String>,
    pub answer: String,
    pub own_sdp: String,
    pub buffered_offers: VecDeque<Value>,
    pub buffered_restart: bool,
    pub buffered_candidates: Vec<Value>,
    pub has_remote: bool,
    pub has_channel: bool,
    pub sent: BTreeSet<String>,
    pub streams: BTreeMap<String, Handle>,
    user_data: Value,
    media_status: Object,
    media: BTreeMap<String, Value>,
}

impl OldPeer {
    pub fn new(connection: ConnectionId, state: State, greeting: &Value) -> Self {
        let mut peer = Self {
            connection,
            state,
            local_offer: None,
            answer: String::new(),
            own_sdp: String::new(),
            buffered_offers: VecDeque::new(),
            buffered_restart: false,
            buffered_candidates: Vec::new(),
            has_remote: false,
            has_channel: false,
            sent: BTreeSet::new(),
            streams: BTreeMap::new(),
            user_data: Value::Null,
            media_status: Object::new(),
            media: BTreeMap::new(),
        };
        peer.take_over_info(greeting);
        peer
    }

    pub fn view(&self) -> MemberView {
        MemberView {
            streams: self.streams.keys().cloned().collect(),
            media_status: self.media_status.clone(),
            user_data: self.user_data.clone(),
        }
    }

    fn take_over_info(&mut self, message: &Value) {
        let Some(info) = message.get("userInfo") else { return };
        // Without settings the original throws in the middle of a handshake.
        assert!(info.get("settings").and_then(Value::as_object).is_some(), "userInfo without settings");
        self.user_data = info.get("userData").cloned().unwrap_or_default();
        self.media_status = info.get("mediaStatus").and_then(Value::as_object).cloned().unwrap_or_default();
    }

    /// Takes over what an offer or answer says of its sender; gives its description.
    pub fn take_over(&mut self, message: &Value) -> String {
        self.take_over_info(message);
        let list = message.get("mediaInfoList").and_then(Value::as_list).unwrap_or_default();
        let named = |info: &Value| Some((info.get("mediaId")?.as_text()?.to_owned(), info.clone()));
        let is_there = |info: &&Value| info.get("mediaState") != Some(&"unavailable".into());
        self.media = list.iter().filter(is_there).filter_map(named).collect();
        message.get("sdp").and_then(Value::as_text).unwrap().to_owned()
    }

    /// A track left. The whole stream goes, and the handle comes back.
    pub fn on_track_removed(&mut self, stream_id: &str) -> Option<Handle> {
        self.media_status.remove(stream_id);
        self.streams.remove(stream_id)
    }

    /// `mediaInfoEvent` and `updateUserEvent`.
    pub fn update(&mut self, message: &Value) {
        if let Some(text) = message.get("userData").and_then(Value::as_text) {
            self.user_data = serde_json::from_str(text).unwrap_or_else(|_| text.into());
        }
        let Some(media_id) = message.get("mediaId").and_then(Value::as_text) else { return };
        let Some(Value::Object(info)) = self.media.get_mut(media_id) else {
            self.media.insert(media_id.to_owned(), message.clone());
            return;
        };
        let state = message.get("mediaState").cloned();
        info.set("mediaState", state.clone());
        let (kind, stream_id) = media_id.split_once('_').unwrap();
        let key = if kind == "AUDIO" { "audioMuted" } else { "videoMuted" };
        if let Some(Value::Object(status)) = self.media_status.get_mut(stream_id) {
            status.set(key, if state == Some("muted".into()) { 0.0 } else { 1.0 });
        }
    }

    /// A track came. Without mediaInfo of its m-section the original throws and the stream never
    /// surfaces; its handle comes back.
    pub fn on_track(&mut self, handle: Handle, id: &str, kind: Kind, mid: Option<&str>) -> Option<Handle> {
        let info = self.media.values().find(|i| i.get("transceiverMid").and_then(Value::as_text) == mid);
        let Some(info) = info else { return Some(handle) };
        let value = if info.get("mediaState") == Some(&"muted".into()) { 0.0 } else { 1.0 };
        let (audio, video) = if kind == Kind::Audio { (value, -1.0) } else { (-1.0, value) };
        self.media_status.set(id, Object::new().with("audioMuted", audio).with("videoMuted", video));
        self.streams.insert(id.to_owned(), handle)
    }
}
