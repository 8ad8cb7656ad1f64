//! Messages through the server, stored ones, and what privileged keys may ask.

use super::{name, Session};
use crate::browser::page::{random_bytes, random_uuid};
use crate::convert::from_js;
use skylink_core::Call;
use skylink_protocol::Value;
use wasm_bindgen::prelude::*;

impl Session {
    /// `sendMessage` (public API M-29).
    ///
    /// # Errors
    /// When the message cannot be sent as it is to be.
    pub fn send_message(
        &self,
        room: &JsValue,
        message: &JsValue,
        target: &JsValue,
        peer_session_id: Option<String>,
    ) -> Result<JsValue, JsValue> {
        self.called(Call::SendMessage {
            room: name(room),
            message: if message.is_undefined() { Value::from("") } else { from_js(message) },
            target: from_js(target),
            peer_session_id: peer_session_id.unwrap_or_default(),
            message_id: random_uuid(),
            randomness: random_bytes(),
        })
    }

    /// `setMessagePersistence` (public API M-33).
    ///
    /// # Errors
    /// Unless the room is joined, the key stores messages, and the flag is one.
    pub fn set_message_persistence(
        &self,
        room: &JsValue,
        is_persistent: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.called(Call::SetMessagePersistence { room: name(room), is_persistent: from_js(is_persistent) })
    }

    /// `getMessagePersistence` (public API M-06).
    ///
    /// # Errors
    /// When no such room is joined.
    pub fn get_message_persistence(&self, room: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::GetMessagePersistence { room: name(room) })
    }

    /// `getStoredMessages` (public API M-15).
    pub fn get_stored_messages(&self, room: &JsValue, session: &JsValue) -> Result<JsValue, JsValue> {
        let room_session_id = session.as_string().unwrap_or_default();
        self.called(Call::GetStoredMessages { room: name(room), room_session_id })
    }

    /// `getPeers` (public API M-08).
    pub fn get_peers(&self, room: &JsValue, show_all: &JsValue) -> JsValue {
        let (room, show_all) = (name(room), show_all.is_truthy());
        self.promised(|promise| Call::GetPeers { promise, room, show_all }, JsValue::NULL)
    }

    /// `getPeersCustomSettings` (public API M-09).
    pub fn get_peers_custom_settings(&self, room: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::GetPeersCustomSettings { room: name(room) })
    }
}
