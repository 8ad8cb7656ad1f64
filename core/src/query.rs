//! What apps ask without changing anything (public API M-07, M-11, M-16, M-18).

use crate::media::{Kind, LocalStream};
use crate::room::Room;
use crate::session::Session;
use crate::{LogCode, LogLevel};
use skylink_protocol::{Object, Value};

impl Session {
    pub(crate) fn user_data(&mut self, room: &str, peer: Option<&str>) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, _) = self.room(key)?;
        match peer.and_then(|id| room.peer(id)) {
            Some(peer) => {
                let data = peer.info.get("userData").cloned().unwrap_or_default();
                Some(if data == Value::Null { "".into() } else { data })
            }
            None => room.user_data.clone(),
        }
    }

    pub(crate) fn peer_info(&mut self, room: &str, peer: Option<&str>) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        match peer.filter(|id| room.own_id.as_deref() != Some(*id)) {
            None => Some(room.own_peer_info(&context.environment).into()),
            Some(id) => {
                let info = room.peer(id).map(|peer| room.peer_info(peer).into());
                if info.is_none() {
                    context.log(LogLevel::Error, LogCode::UnknownPeer, &[id]);
                }
                info
            }
        }
    }

    pub(crate) fn peers_in_room(&mut self, room: &str) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        let mut peers = Object::new();
        for peer in room.members() {
            peers.set(&peer.id, room.peer_info(peer).with("isSelf", false));
        }
        if let Some(own_id) = &room.own_id {
            peers.set(own_id, room.own_peer_info(&context.environment).with("isSelf", true));
        }
        Some(peers.into())
    }

    pub(crate) fn streams(&mut self, room: &str, include_self: bool) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, _) = self.room(key)?;
        Some(room.stream_list(include_self).into())
    }
}

impl Room {
    /// Streams by peer; peers without any are left out, and we are before we have an id.
    fn stream_list(&self, include_self: bool) -> Object {
        let mut list = Object::new();
        if let Some(own_id) = self.own_id.as_ref().filter(|_| include_self && !self.streams.is_empty()) {
            let of = |kind: Kind, is_screen: bool| -> Value {
                let is_wanted = |s: &&LocalStream| s.kind == kind && s.is_screen() == is_screen;
                let streams = self.streams.iter().filter(is_wanted);
                by_id(streams.map(|stream| (stream.stream_id.clone(), Value::Handle(stream.handle))))
            };
            // The sound of a screen is a part of the screen's own stream.
            let (audio, video) = (of(Kind::Audio, false), of(Kind::Video, false));
            let entry = Object::new().with("streams", entry(audio, video, of(Kind::Video, true)));
            list.set(own_id, entry.with("isSelf", true));
        }
        for peer in self.peers.iter().filter(|peer| !peer.streams.is_empty()) {
            // A stream with sound counts as audio, whatever else it has.
            let of = |screen: bool, audio: bool| -> Value {
                let wanted = peer
                    .streams
                    .iter()
                    .filter(|stream| stream.is_screen == screen && (screen || stream.has_audio == audio));
                by_id(wanted.map(|stream| (stream.stream_id.clone(), Value::Handle(stream.handle))))
            };
            let streams = entry(of(false, true), of(false, false), of(true, false));
            list.set(&peer.id, Object::new().with("streams", streams));
        }
        list
    }
}

fn entry(audio: Value, video: Value, screen: Value) -> Object {
    Object::new().with("audio", audio).with("video", video).with("screenShare", screen)
}

fn by_id(streams: impl Iterator<Item = (String, Value)>) -> Value {
    let map: Object = streams.collect();
    if map.is_empty() {
        Value::Null
    } else {
        map.into()
    }
}
