//! Chat through the server (wire protocol 7.1).

use crate::decryption::IncomingMessage;
use crate::encryption::OutgoingMessage;
use crate::options::MessageCipher;
use crate::room::Room;
use crate::session::{Context, Session};
use crate::{ErrorCode, LogCode, LogLevel, Output, Relayed, SkylinkError, MESSAGE_RANDOMNESS};
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::signaling::UserMessage;
use skylink_protocol::Value;

impl Session {
    pub(crate) fn send_user_message(
        &mut self,
        room: &str,
        content: Value,
        target: Value,
        peer_session_id: String,
        message_id: String,
        randomness: [u8; MESSAGE_RANDOMNESS],
    ) -> Result<Option<Value>, SkylinkError> {
        let Some(key) = self.find_room(room) else { return Ok(None) };
        let Some((room, context)) = self.room(key) else { return Ok(None) };
        let is_private = match &target {
            Value::Text(id) => !id.is_empty(),
            Value::List(ids) => !ids.is_empty(),
            _ => false,
        };
        let secret = room.secrets.selected().map(|(id, secret)| (id.to_owned(), secret.to_owned()));
        let is_persistent = room.persists_messages();
        if let Some(code) = room.why_not_to_send(context, is_private, is_persistent, secret.is_some()) {
            return Err(SkylinkError::new(code));
        }
        let wanted: Vec<&str> = match &target {
            Value::Text(id) => vec![id],
            Value::List(ids) => ids.iter().filter_map(Value::as_text).collect_vec(),
            _ => Vec::new(),
        };
        let mut known = wanted;
        let unknown = known.take_out(|id| !room.members().any(|peer| peer.id == *id));
        for id in unknown.into_iter().filter(|_| is_private) {
            context.log(LogLevel::Error, LogCode::UnknownPeer, &[id]);
        }
        let message = OutgoingMessage {
            content: content.clone(),
            targets: is_private.then(|| known.iter().map(|&id| id.to_owned()).collect_vec()),
            peer_session_id: peer_session_id.clone(),
            message_id,
            secret,
            is_persistent,
            randomness,
        };
        room.send_in_turn(context, message);
        let peers = room.members().map(|peer| Value::Text(peer.id.clone())).collect_vec();
        let relayed = Relayed {
            sender: Some(peer_session_id).filter(|id| !id.is_empty()),
            time: context.now,
            peers: Some(if is_private { known.into_iter().map(Value::from).collect_vec() } else { peers }),
        };
        let about = room.kept_own_detail(context);
        let target = if is_private { target.clone() } else { Value::Null };
        context.push(Output::Message { about, target, content, is_private, relayed: Some(relayed) });
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
    /// The conditions of 2.7.2, in its order (public API M-29).
    fn why_not_to_send(
        &self,
        context: &Context,
        is_private: bool,
        is_persistent: bool,
        is_encrypted: bool,
    ) -> Option<ErrorCode> {
        let needs_secret = is_persistent && !is_encrypted;
        let needs_keys = is_encrypted && self.options.message_cipher() == MessageCipher::AesGcm;
        match () {
            () if is_persistent && is_private => Some(ErrorCode::PrivateNotPersistent),
            () if needs_secret && self.secrets.is_empty() => Some(ErrorCode::NoSecretToSelect),
            () if needs_secret => Some(ErrorCode::SecretNotSelected),
            () if !self.is_entered() => Some(ErrorCode::NotInRoom),
            () if needs_keys && !context.environment.can_derive_keys => Some(ErrorCode::CipherUnavailable),
            () => None,
        }
    }

    pub fn on_user_message(&mut self, context: &mut Context, message: UserMessage) {
        let sender = message.peer_session_id.filter(|id| !id.is_empty());
        let message = IncomingMessage {
            sender: sender.unwrap_or_else(|| message.mid.clone()),
            mid: message.mid,
            content: message.data,
            is_private: message.target.is_some_and(|id| !id.is_empty()),
            secret_id: message.secret_id.filter(|id| !id.is_empty()),
            salt: None,
        };
        self.receive_in_turn(context, message);
    }

    /// A message of an old client, whose type says whether it is private.
    pub fn on_plain_message(&mut self, context: &mut Context, mid: &str, content: Value, is_private: bool) {
        let (mid, sender) = (mid.to_owned(), mid.to_owned());
        let (secret_id, salt) = (None, None);
        self.receive_in_turn(context, IncomingMessage { mid, sender, content, is_private, secret_id, salt });
    }
}
