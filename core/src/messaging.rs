//! Chat through the server (wire protocol 7.1).

use crate::room::Room;
use crate::session::{Context, Session};
use crate::{ErrorCode, LogCode, LogLevel, Output, SkylinkError};
use skylink_protocol::signaling::UserMessage;
use skylink_protocol::{Object, Value};

impl Session {
    pub(crate) fn send_user_message(
        &mut self,
        room: &str,
        message: Value,
        target: Value,
        peer_session_id: String,
        message_id: String,
    ) -> Result<Option<Value>, SkylinkError> {
        let Some(key) = self.find_room(room) else { return Ok(None) };
        let Some((room, context)) = self.room(key) else { return Ok(None) };
        if !room.is_entered() {
            return Err(SkylinkError::new(ErrorCode::NotInRoom));
        }
        let is_private = match &target {
            Value::Text(id) => !id.is_empty(),
            Value::List(ids) => !ids.is_empty(),
            _ => false,
        };
        let wanted: Vec<&str> = match &target {
            Value::Text(id) => vec![id],
            Value::List(ids) => ids.iter().filter_map(Value::as_text).collect(),
            _ => Vec::new(),
        };
        let (known, unknown): (Vec<&str>, Vec<&str>) =
            wanted.into_iter().partition(|id| room.members().any(|peer| peer.id == *id));
        for id in unknown.into_iter().filter(|_| is_private) {
            context.log(LogLevel::Error, LogCode::UnknownPeer, &[id]);
        }
        let wire = |target: Option<String>| UserMessage {
            data: message.clone(),
            mid: room.own_id(),
            rid: room.rid.clone(),
            msg_id: Some(message_id.clone()),
            room_session_id: room.ticket.room_session_id.clone(),
            peer_session_id: Some(peer_session_id.clone()),
            target,
            secret_id: None,
            is_persistent: None,
        };
        if is_private {
            for id in &known {
                room.send(context, &wire(Some((*id).to_owned())).into());
            }
        } else {
            room.send(context, &wire(None).into());
        }
        let peers = room.members().map(|peer| Value::Text(peer.id.clone())).collect::<Vec<_>>();
        let sender = if peer_session_id.is_empty() { room.own_id() } else { peer_session_id };
        let content = Object::new()
            .with("targetPeerId", if is_private { target.clone() } else { Value::Null })
            .with("content", message)
            .with("senderPeerId", sender)
            .with("isDataChannel", false)
            .with("isPrivate", is_private)
            .with("timeStamp", context.now.iso8601())
            .with(
                "listOfPeers",
                if is_private { known.into_iter().map(Value::from).collect() } else { peers },
            );
        let detail = Object::new()
            .with("room", room.info())
            .with("isSelf", true)
            .with("peerId", room.own_id())
            .with("peerInfo", room.own_peer_info(&context.environment))
            .with("message", content);
        context.event("onIncomingMessage", detail);
        Ok(None)
    }

    pub(crate) fn set_lock(&mut self, room: &str, lock: bool) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        room.is_locked = lock;
        let message =
            skylink_protocol::signaling::RoomLock { mid: room.own_id(), rid: room.rid.clone(), lock };
        room.send_when_entered(context, message);
        let detail = room.own_detail(context).with("isLocked", lock);
        context.event("roomLock", detail);
        None
    }

    pub(crate) fn set_user_data(&mut self, room: &str, data: Value) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        let user_data = match &data {
            Value::Text(_) => data.clone(),
            data if data.is_truthy() => (context.environment.json.print)(data).into(),
            _ => "".into(),
        };
        room.user_data = Some(data);
        let message = skylink_protocol::signaling::UpdateUser {
            mid: room.own_id(),
            rid: room.rid.clone(),
            user_data,
            stamp: Some(context.now.0.trunc()),
        };
        room.send_when_entered(context, message);
        room.own_update(context);
        None
    }
}

impl Room {
    pub fn on_user_message(&mut self, context: &mut Context, message: &UserMessage) {
        if message.secret_id.is_some() {
            return context.push(Output::Report(SkylinkError::new(ErrorCode::SecretsNotProvided)));
        }
        let sender = message.peer_session_id.as_deref().filter(|id| !id.is_empty()).unwrap_or(&message.mid);
        self.incoming_message(context, &message.mid, sender, message.data.clone(), message.target.is_some());
    }

    /// A message of an old client, whose type says whether it is private.
    pub fn on_plain_message(&mut self, context: &mut Context, mid: &str, data: Value, is_private: bool) {
        self.incoming_message(context, mid, mid, data, is_private);
    }

    fn incoming_message(
        &mut self,
        context: &mut Context,
        mid: &str,
        sender: &str,
        content: Value,
        is_private: bool,
    ) {
        let content = Object::new()
            .with("targetPeerId", self.own_id.clone())
            .with("content", content)
            .with("senderPeerId", sender)
            .with("isDataChannel", false)
            .with("isPrivate", is_private)
            .with("timeStamp", context.now.iso8601());
        let mut detail = Object::new()
            .with("room", self.info())
            .with("isSelf", false)
            .with("peerId", mid)
            .with("message", content);
        if let Some(peer) = self.peer(mid) {
            detail.set("peerInfo", self.peer_info(peer));
        }
        context.event("onIncomingMessage", detail);
    }
}
