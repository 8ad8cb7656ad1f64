//! Messages that the server keeps (public API M-06, M-15, M-33; wire protocol 7.4, 7.5).

use crate::decryption::Opened;
use crate::room::Room;
use crate::session::{Context, Session};
use crate::{ErrorCode, LogCode, LogLevel, Output, SkylinkError, Timestamp};
use skylink_protocol::signaling::{GetStoredMessages, StoredMessages};
use skylink_protocol::{Object, Value};
use std::collections::VecDeque;

/// An answer of the server that is being decrypted.
#[derive(Debug)]
pub(crate) struct StoredBatch {
    mid: String,
    left: VecDeque<Value>,
    read: Vec<Value>,
    /// What went wrong, each kind once: one secret that is missing may spoil a thousand messages.
    errors: Vec<SkylinkError>,
}

impl Session {
    pub(crate) fn set_message_persistence(
        &mut self,
        room: &str,
        is_persistent: &Value,
    ) -> Result<Option<Value>, SkylinkError> {
        let key = self.require_room(room)?;
        let Some((room, context)) = self.room(key) else { return Ok(None) };
        let flag =
            is_persistent.as_bool().ok_or_else(|| SkylinkError::new(ErrorCode::PersistenceFlagInvalid))?;
        if !room.can_store_messages() {
            return Err(SkylinkError::new(ErrorCode::PersistenceNotEnabled));
        }
        room.is_persistent = Some(flag);
        let detail = Object::new()
            .with("room", room.info())
            .with("isPersistent", flag)
            .with("peerInfo", room.own_info(&context.environment))
            .with("peerId", room.own_id.clone());
        context.event("persistentMessageState", detail);
        Ok(None)
    }

    pub(crate) fn message_persistence(&mut self, room: &str) -> Result<Option<Value>, SkylinkError> {
        let key = self.require_room(room)?;
        Ok(self.room(key).map(|(room, _)| room.persists_messages().into()))
    }

    pub(crate) fn get_stored_messages(&mut self, room: &str, room_session_id: String) -> Option<Value> {
        let key = self.find_room(room)?;
        let (room, context) = self.room(key)?;
        if room.can_store_messages() {
            let request = GetStoredMessages {
                mid: room.own_id.clone(),
                rid: room.rid.clone(),
                target: room.own_id.clone(),
                room_session_id: Some(room_session_id),
            };
            room.ask_history_in_turn(context, request);
        } else {
            context.log(LogLevel::Warn, LogCode::PersistenceNotEnabled, &[]);
        }
        None
    }
}

impl Room {
    fn can_store_messages(&self) -> bool {
        self.ticket.has_persistent_message == Some(true)
    }

    /// Whether messages are to be stored: where they can be they are, unless the app says no.
    pub fn persists_messages(&self) -> bool {
        self.is_persistent.unwrap_or_else(|| self.can_store_messages())
    }

    /// Messages that were sent before may still wait for their key.
    fn ask_history_in_turn(&mut self, context: &mut Context, request: GetStoredMessages) {
        if self.outgoing.is_empty() {
            self.send_when_entered(context, request);
        } else {
            self.history_requests.push(request);
        }
    }

    pub fn send_history_requests(&mut self, context: &mut Context) {
        for request in std::mem::take(&mut self.history_requests) {
            self.send_when_entered(context, request);
        }
    }

    pub fn on_stored_messages(&mut self, context: &mut Context, message: StoredMessages) {
        let parsed = (context.environment.json.parse)(&message.data);
        let Some(Value::List(items)) = parsed else {
            return context.log(LogLevel::Warn, LogCode::BadMessage, &[StoredMessages::TYPE]);
        };
        let (left, read, errors) = (items.into(), Vec::new(), Vec::new());
        self.stored_batches.push_back(StoredBatch { mid: message.mid, left, read, errors });
        self.read_stored_messages(context);
    }

    /// Decrypts as far as there are keys. What cannot be read is left out, and said.
    pub fn read_stored_messages(&mut self, context: &mut Context) {
        while let Some(mut batch) = self.stored_batches.pop_front() {
            while let Some(item) = batch.left.pop_front() {
                let text = |key: &str| item.get(key).and_then(Value::as_text).unwrap_or_default();
                let (mid, id) = (text("mid"), text("secretId"));
                let data = item.get("data").unwrap_or(&Value::Null);
                match self.open(context, mid, id, data, true) {
                    Opened::Content(content) => batch.read.push(stored_message(&batch.mid, &item, content)),
                    Opened::Refused(error) if batch.errors.contains(&error) => {}
                    Opened::Refused(error) => batch.errors.push(error),
                    Opened::Waits | Opened::Begun(..) => {
                        batch.left.push_front(item);
                        return self.stored_batches.push_front(batch);
                    }
                }
            }
            for error in batch.errors {
                context.push(Output::Report(error));
            }
            let detail = Object::new()
                .with("room", self.info())
                .with("storedMessages", batch.read)
                .with("isSelf", true)
                .with("peerId", batch.mid)
                .with("peerInfo", self.own_peer_info(&context.environment));
            context.event("storedMessages", detail);
        }
    }
}

/// As apps see it (public API T-18).
fn stored_message(own_id: &str, item: &Value, content: Value) -> Value {
    let sender = |key: &str| item.get(key).and_then(Value::as_text).filter(|id| !id.is_empty());
    let time = match item.get("timeStamp") {
        Some(Value::Number(time)) => Timestamp(*time).iso8601().into(),
        Some(Value::Text(time)) => Value::from(time.as_str()),
        _ => Value::Null,
    };
    Object::new()
        .with("targetPeerId", own_id)
        .with("senderPeerId", sender("peerSessionId").or(sender("mid")).unwrap_or_default())
        .with("content", content)
        .with("timeStamp", time)
        .with("isPrivate", false)
        .with("isDataChannel", false)
        .into()
}
