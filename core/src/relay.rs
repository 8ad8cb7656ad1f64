//! Signalling messages coming in: told to the app, read as their type, handed to who deals with it.

use crate::media_server::by_publisher;
use crate::room::{Room, RoomKey};
use crate::session::{Context, Session};
use crate::{ErrorCode, LogCode, LogLevel, SkylinkError, SocketId};
use skylink_protocol::signaling::{
    Answer, AnswerAck, Bye, Candidate, EndOfCandidates, Enter, InRoom, IntroduceError, MediaInfoEvent, Offer,
    PeerList, PrivateMessage, PublicMessage, RecordingEvent, Redirect, RoomLock, RtmpEvent, StoredMessages,
    StreamStatus, UpdateUser, UserMessage, VideoLayers, Welcome,
};
use skylink_protocol::{Object, Value};

impl Session {
    pub(crate) fn on_message(&mut self, socket: SocketId, text: &Value, message: Value) {
        let rid = message.get("rid").and_then(Value::as_text).unwrap_or_default();
        let of_room = |room: &&Room| room.socket == Some(socket) && room.rid == rid;
        let Some(key) = self.rooms.iter().find(of_room).map(|room| room.key) else { return };
        self.announce_message(socket, text);
        let message = by_publisher(message);
        let kind = message.get("type").and_then(Value::as_text).unwrap_or_default();
        if kind != UserMessage::TYPE {
            self.release_kept_details();
        }
        if !self.dispatch(key, kind, &message) {
            self.context.log(LogLevel::Warn, LogCode::BadMessage, &[kind]);
        }
    }

    /// Hands the message on; false if it lacks what it needs.
    fn dispatch(&mut self, key: RoomKey, kind: &str, message: &Value) -> bool {
        if matches!(kind, InRoom::TYPE | Redirect::TYPE) {
            if let Some((room, context)) = self.room(key) {
                room.report_session(context, message);
            }
        }
        match kind {
            InRoom::TYPE => return InRoom::try_from(message).map(|m| self.on_in_room(key, &m)).is_ok(),
            Redirect::TYPE => return Redirect::try_from(message).map(|m| self.on_redirect(key, &m)).is_ok(),
            _ => {}
        }
        let Some((room, context)) = self.room(key) else { return true };
        if !room.is_entered() {
            context.log(LogLevel::Debug, LogCode::DroppedMessage, &[kind]);
            return true;
        }
        match kind {
            Enter::TYPE => Enter::try_from(message).map(|m| room.on_enter(context, m)).is_ok(),
            Welcome::TYPE => Welcome::try_from(message).map(|m| room.on_welcome(context, m)).is_ok(),
            Offer::TYPE => Offer::try_from(message).map(|m| room.on_offer(context, m)).is_ok(),
            Answer::TYPE => Answer::try_from(message).map(|m| room.on_answer(context, m)).is_ok(),
            AnswerAck::TYPE => AnswerAck::try_from(message).map(|m| room.on_answer_ack(context, &m)).is_ok(),
            Candidate::TYPE => Candidate::try_from(message).map(|m| room.on_candidate(context, m)).is_ok(),
            EndOfCandidates::TYPE => {
                EndOfCandidates::try_from(message).map(|m| room.on_end_of_candidates(context, &m)).is_ok()
            }
            Bye::TYPE => Bye::try_from(message).map(|m| room.on_bye(context, &m)).is_ok(),
            MediaInfoEvent::TYPE => {
                MediaInfoEvent::try_from(message).map(|m| room.on_media_info(context, &m)).is_ok()
            }
            UpdateUser::TYPE => {
                UpdateUser::try_from(message).map(|m| room.on_update_user(context, &m)).is_ok()
            }
            RoomLock::TYPE => RoomLock::try_from(message).map(|m| room.on_room_lock(context, &m)).is_ok(),
            UserMessage::TYPE => {
                UserMessage::try_from(message).map(|m| room.on_user_message(context, m)).is_ok()
            }
            PublicMessage::TYPE => PublicMessage::try_from(message)
                .map(|m| room.on_plain_message(context, &m.mid, m.data, false))
                .is_ok(),
            PrivateMessage::TYPE => PrivateMessage::try_from(message)
                .map(|m| room.on_plain_message(context, &m.mid, m.data, true))
                .is_ok(),
            RecordingEvent::TYPE => {
                RecordingEvent::try_from(message).map(|m| room.on_recording_event(context, m)).is_ok()
            }
            RtmpEvent::TYPE => RtmpEvent::try_from(message).map(|m| room.on_rtmp_event(context, &m)).is_ok(),
            VideoLayers::TYPE => room.on_video_layers(context, message),
            StreamStatus::TYPE => {
                StreamStatus::try_from(message).map(|m| room.on_stream_status(context, &m)).is_ok()
            }
            StoredMessages::TYPE => {
                StoredMessages::try_from(message).map(|m| room.on_stored_messages(context, m)).is_ok()
            }
            PeerList::TYPE => PeerList::try_from(message).map(|m| room.on_peer_list(context, m)).is_ok(),
            IntroduceError::TYPE => {
                IntroduceError::try_from(message).map(|m| room.on_introduce_error(context, &m)).is_ok()
            }
            _ => {
                context.log(LogLevel::Debug, LogCode::UnhandledMessage, &[kind]);
                true
            }
        }
    }

    /// The server refuses, warns or ends (wire protocol 6.5).
    fn on_redirect(&mut self, key: RoomKey, message: &Redirect) {
        let reason = message.reason.as_deref().unwrap_or_default();
        let info = message.info.as_deref().unwrap_or_default();
        let detail = Object::new()
            .with("action", message.action.as_str())
            .with("info", info)
            .with("reason", reason)
            .with("rid", message.rid.as_str());
        self.context.event("systemAction", detail.clone());
        let is_joining = self.rooms.iter().any(|room| room.key == key && !room.is_entered());
        if is_joining && message.action != "warning" {
            let code = if reason == "locked" { ErrorCode::RoomLocked } else { ErrorCode::RoomRefused };
            let text = if info.is_empty() { reason } else { info };
            self.fail_join(key, SkylinkError::with_detail(code, text).with_extra(detail).into());
        }
    }
}

impl Room {
    fn on_room_lock(&mut self, context: &mut Context, message: &RoomLock) {
        self.is_locked = message.lock;
        let detail = self.detail_of(&message.mid).with("isLocked", message.lock);
        context.event("roomLock", detail);
    }

    fn on_update_user(&mut self, context: &mut Context, message: &UpdateUser) {
        let parse = context.environment.json.parse;
        let data = match &message.user_data {
            Value::Text(text) => {
                let text = unescape_quotes(text);
                parse(&text).unwrap_or(Value::Text(text))
            }
            other => other.clone(),
        };
        let Some(peer) = self.peer_mut(&message.mid) else { return };
        let stamp = message.stamp.unwrap_or(peer.user_data_stamp);
        if stamp < peer.user_data_stamp {
            return;
        }
        peer.user_data_stamp = stamp;
        peer.info.set("userData", if data.is_truthy() { data } else { Object::new().into() });
        self.peer_update(context, &message.mid);
    }

    /// `PEER_UPDATED` about a peer.
    pub fn peer_update(&self, context: &mut Context, id: &str) {
        if let Some(peer) = self.peer(id) {
            let mut detail = self.peer_detail(peer);
            detail.remove("room");
            context.event("peerUpdated", detail);
        }
    }

    /// An old client says that a stream ended.
    fn on_stream_status(&mut self, context: &mut Context, message: &StreamStatus) {
        let Some(peer) = self.peer(&message.mid) else { return };
        if message.status.as_deref() != Some("ended") {
            return;
        }
        let flag = |key: &str| message.settings.get(key).is_some_and(Value::is_truthy);
        let detail = self
            .peer_detail(peer)
            .with("streamId", message.stream_id.clone())
            .with("isScreensharing", flag("isScreensharing"))
            .with("options", message.settings.clone())
            .with("isVideo", flag("video"))
            .with("isAudio", flag("audio"));
        context.event("streamEnded", detail);
    }
}

/// The original server wrote `"` as `&quot;`.
fn unescape_quotes(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.strip_prefix("quot;") {
            Some(rest) => {
                plain.push('"');
                plain.push_str(rest);
            }
            None => {
                plain.push('&');
                plain.push_str(part);
            }
        }
    }
    plain
}
