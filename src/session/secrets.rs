//! The secrets that messages are encrypted with.

use super::{name, Session};
use crate::browser::page::random_bytes;
use crate::convert::from_js;
use skylink_core::Call;
use wasm_bindgen::prelude::*;

impl Session {
    /// `setEncryptSecret` (public API M-32).
    ///
    /// # Errors
    /// Unless the room is joined, both are texts, and the id is new.
    pub fn set_encrypt_secret(
        &self,
        room: &JsValue,
        secret: &JsValue,
        secret_id: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let (secret, secret_id) = (from_js(secret), from_js(secret_id));
        self.called(Call::SetEncryptSecret { room: name(room), secret, secret_id })
    }

    /// `getEncryptSecrets` (public API M-05).
    ///
    /// # Errors
    /// When no such room is joined.
    pub fn get_encrypt_secrets(&self, room: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::GetEncryptSecrets { room: name(room) })
    }

    /// `deleteEncryptSecrets` (public API M-02).
    ///
    /// # Errors
    /// When no such room is joined, or there is no such secret.
    pub fn delete_encrypt_secrets(&self, room: &JsValue, secret_id: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::DeleteEncryptSecrets { room: name(room), secret_id: from_js(secret_id) })
    }

    /// `setSelectedSecret` (public API M-34).
    ///
    /// # Errors
    /// When no such room is joined, or there is no such secret.
    pub fn set_selected_secret(&self, room: &JsValue, secret_id: &JsValue) -> Result<JsValue, JsValue> {
        let secret_id = from_js(secret_id);
        self.called(Call::SetSelectedSecret { room: name(room), secret_id, salt: random_bytes() })
    }

    /// `getSelectedSecret` (public API M-14): the id of the selected secret.
    ///
    /// # Errors
    /// When no such room is joined.
    pub fn get_selected_secret(&self, room: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::GetSelectedSecret { room: name(room) })
    }
}
