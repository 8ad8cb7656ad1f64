//! The class that the JavaScript part of the package wraps: each method hands one call to the core.
//! JavaScript reaches them by number (`invoke`): an export each would cost 4 kB.

mod channels;
mod files;
mod invoke;
mod media;
mod media_server;
mod messages;
mod secrets;
mod statistics;

use crate::browser::page::{can_derive_keys, random_uuid};
use crate::convert::{from_js, get, name_of, text, to_js, JSON_TEXT};
use crate::driver::Driver;
use crate::host::Host;
use crate::media_calls;
use js_sys::{Promise, Reflect};
use skylink_core::{Call, Environment};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::Value;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// All rooms of a page.
#[wasm_bindgen]
pub struct Session {
    driver: Rc<Driver>,
}

#[wasm_bindgen]
impl Session {
    /// A session without rooms. `environment` is `{ agent: { name, version, os }, sdkVersion }`.
    ///
    /// # Errors
    /// Where the page lacks message channels.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, environment: &JsValue) -> Result<Session, JsValue> {
        let agent = get(environment, "agent");
        let global = js_sys::global();
        let prototype = get(&get(&global, "RTCPeerConnection"), "prototype");
        let environment = Environment {
            agent_name: text(&agent, "name"),
            agent_version: get(&agent, "version").as_f64().unwrap_or_default(),
            agent_os: get(&agent, "os").as_string(),
            sdk_version: text(environment, "sdkVersion"),
            language: text(&get(&global, "navigator"), "language"),
            client_id: random_uuid(),
            page_protocol: text(&get(&global, "location"), "protocol"),
            can_restart_ice: Reflect::has(&prototype, &JsValue::from_str("restartIce")).unwrap_or(false),
            can_derive_keys: can_derive_keys(),
            json: JSON_TEXT,
        };
        Ok(Session { driver: Driver::new(host, environment)? })
    }
}

impl Session {
    /// How many objects, promises of apps, promises of the browser, requests, sockets, connections
    /// and files are held, for tests that look for leaks.
    pub fn held(&self) -> Vec<u32> {
        self.driver.held().iter().map(|&count| u32::try_from(count).unwrap_or(u32::MAX)).collect_vec()
    }

    /// `joinRoom` (public API M-20).
    pub fn join_room(&self, init_options: &JsValue, options: &JsValue, streams: &JsValue) -> Promise {
        let prefetched = media_calls::prefetched(&self.driver, options, streams);
        let (promise, result) = self.driver.promise();
        let (init_options, options) = (from_js(init_options), from_js(options));
        let _ = self.driver.call(Call::JoinRoom { promise, init_options, options, prefetched });
        result
    }

    /// `leaveRoom` (public API M-22).
    pub fn leave_room(&self, room: &JsValue, stop_streams: &JsValue) -> JsValue {
        let stop_streams = stops(stop_streams);
        self.promised(|promise| Call::LeaveRoom { promise, room: name(room), stop_streams }, JsValue::NULL)
    }

    /// `leaveAllRooms` (public API M-21).
    pub fn leave_all_rooms(&self, stop_streams: &JsValue) -> JsValue {
        let stop_streams = stops(stop_streams);
        self.promised(|promise| Call::LeaveAllRooms { promise, stop_streams }, JsValue::NULL)
    }

    /// `getUserMedia`, in a room or outside (public API M-19).
    pub fn get_user_media(&self, room: &JsValue, options: &JsValue) -> JsValue {
        match room.as_string() {
            Some(room) if !room.is_empty() => {
                let options = media_calls::media_options(options);
                let call = |promise| Call::GetUserMedia { promise, room, options };
                self.promised(call, JsValue::UNDEFINED)
            }
            None if room.is_object() => media_calls::prefetch(&self.driver, room),
            _ if room.is_falsy() => media_calls::prefetch(&self.driver, options),
            _ => JsValue::UNDEFINED,
        }
    }

    /// `stopPrefetchedStream` (public API M-39).
    pub fn stop_prefetched_stream(&self, stream: &JsValue) -> JsValue {
        media_calls::stop_prefetched(&self.driver, stream);
        JsValue::NULL
    }

    /// `lockRoom` (public API M-23).
    pub fn lock_room(&self, room: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::SetLock { room: name(room), lock: true })
    }

    /// `unlockRoom` (public API M-44).
    pub fn unlock_room(&self, room: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::SetLock { room: name(room), lock: false })
    }

    /// `muteStreams` (public API M-24).
    pub fn mute_streams(
        &self,
        room: &JsValue,
        options: &JsValue,
        stream_id: Option<String>,
    ) -> Result<JsValue, JsValue> {
        let options =
            if options.is_undefined() { Value::Object(Default::default()) } else { from_js(options) };
        self.called(Call::MuteStreams { room: name(room), options, stream_id })
    }

    /// `setUserData` (public API M-35).
    pub fn set_user_data(&self, room: &JsValue, data: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::SetUserData { room: name(room), data: from_js(data) })
    }

    /// `getUserData` (public API M-18).
    pub fn get_user_data(&self, room: &JsValue, peer: Option<String>) -> Result<JsValue, JsValue> {
        self.called(Call::GetUserData { room: name(room), peer })
    }

    /// `getPeerInfo` (public API M-07).
    pub fn get_peer_info(&self, room: &JsValue, peer: Option<String>) -> Result<JsValue, JsValue> {
        self.called(Call::GetPeerInfo { room: name(room), peer })
    }

    /// `getPeersInRoom` (public API M-11).
    pub fn get_peers_in_room(&self, room: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::GetPeersInRoom { room: name(room) })
    }

    /// `getStreams` (public API M-16).
    pub fn get_streams(&self, room: &JsValue, include_self: &JsValue) -> Result<JsValue, JsValue> {
        let include_self = include_self.is_undefined() || include_self.is_truthy();
        self.called(Call::GetStreams { room: name(room), include_self })
    }

    /// `generateUUID` (public API M-03).
    pub fn generate_uuid(&self) -> String {
        random_uuid()
    }

    /// A method that returns at once, or throws.
    fn called(&self, call: Call) -> Result<JsValue, JsValue> {
        match self.driver.call(call) {
            Ok(result) => {
                Ok(result.map_or(JsValue::UNDEFINED, |value| to_js(&value, Some(&self.driver.handles))))
            }
            Err(error) => Err(self.driver.error(&error)),
        }
    }

    /// A method whose promise the core settles, unless it declines.
    fn promised(&self, call: impl FnOnce(u32) -> Call, declined: JsValue) -> JsValue {
        let (promise, result) = self.driver.promise();
        match self.driver.call(call(promise)) {
            Ok(Some(_)) => {
                self.driver.forget_promise(promise);
                declined
            }
            _ => result.into(),
        }
    }
}

/// A room's name; anything but text names no room.
fn name(room: &JsValue) -> String {
    name_of(room).unwrap_or_default()
}

/// The option `stopStreams`, true unless told otherwise.
fn stops(option: &JsValue) -> bool {
    option.is_undefined() || option.is_truthy()
}
