//! Methods about connections and their data channels.

use super::{name, Session};
use crate::convert::from_js;
use js_sys::JsString;
use skylink_core::{Call, Input};
use skylink_protocol::Value;
use wasm_bindgen::prelude::*;

impl Session {
    /// `sendP2PMessage` (public API M-30).
    ///
    /// # Errors
    /// When a data channel is not open.
    pub fn send_p2p_message(
        &self,
        first: &JsValue,
        second: &JsValue,
        third: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let room = first.as_string().filter(|name| self.driver.is_joined(name));
        let (second, length) = match second.dyn_ref::<JsString>().filter(|_| room.is_some()) {
            // Behind a room stands the message, whose text need not enter the module.
            Some(text) => {
                (Some(Value::Handle(self.driver.handles.keep(second.clone()))), text.length() as usize)
            }
            None => (given(second), 0),
        };
        let first = room.map(Value::Text).or_else(|| given(first));
        self.called(Call::SendP2PMessage { first, second, third: given(third), length })
    }

    /// `refreshConnection` (public API M-25).
    pub fn refresh_connection(
        &self,
        room: &JsValue,
        peers: &JsValue,
        ice_restart: &JsValue,
        options: &JsValue,
    ) -> JsValue {
        let (room, given) = (name(room), [peers, ice_restart, options].map(from_js).into());
        self.promised(|promise| Call::RefreshConnection { promise, room, given }, JsValue::NULL)
    }

    /// `refreshDatachannel` (public API M-26).
    pub fn refresh_data_channel(&self, room: &JsValue, peer: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::RefreshDataChannel { room: name(room), peer: name(peer) })
    }

    /// `getPeersDataChannels` (public API M-10).
    pub fn get_peers_data_channels(&self, room: &JsValue) -> Result<JsValue, JsValue> {
        // What waits for others counts as buffered.
        self.driver.feed(Input::ScriptEnded);
        let readings = self.driver.read_channels();
        self.called(Call::GetPeersDataChannels { room: name(room), readings })
    }
}

/// An argument, unless it was left out.
fn given(argument: &JsValue) -> Option<Value> {
    (!argument.is_undefined()).then(|| from_js(argument))
}
