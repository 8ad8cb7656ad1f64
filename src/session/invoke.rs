//! The one way in for the methods that apps call.

use super::Session;
use crate::convert::name_of;
use wasm_bindgen::prelude::*;

/// Numbers the methods in the order given. `METHODS` in pkg-template/skylink.js has the same order;
/// tests/methods.test.mjs keeps both in step.
macro_rules! numbered {
    ($number:expr; $($name:ident => $result:expr,)*) => {{
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy)]
        enum Method { $($name),* }
        const METHODS: &[Method] = &[$(Method::$name),*];
        match METHODS.get($number) {
            $(Some(Method::$name) => $result,)*
            None => Ok(JsValue::UNDEFINED),
        }
    }};
}

#[wasm_bindgen]
impl Session {
    /// Calls the method of that number with the app's arguments; what is left out is `undefined`.
    ///
    /// # Errors
    /// Where the method throws.
    pub fn invoke(
        &self,
        number: usize,
        a: &JsValue,
        b: &JsValue,
        c: &JsValue,
        d: &JsValue,
        e: &JsValue,
    ) -> Result<JsValue, JsValue> {
        numbered! { number;
            joinRoom => Ok(self.join_room(a, b, c).into()),
            deleteEncryptSecrets => self.delete_encrypt_secrets(a, b),
            cancelBlobTransfer => Ok(self.cancel_blob_transfer(a, b, c).into()),
            generateUUID => Ok(self.generate_uuid().into()),
            getEncryptSecrets => self.get_encrypt_secrets(a),
            getMessagePersistence => self.get_message_persistence(a),
            getConnectionStatus => Ok(self.get_connection_status(a, b)),
            getPeerInfo => self.get_peer_info(a, name_of(b)),
            getPeers => Ok(self.get_peers(a, b)),
            getPeersCustomSettings => self.get_peers_custom_settings(a),
            getPeersDataChannels => self.get_peers_data_channels(a),
            getPeersInRoom => self.get_peers_in_room(a),
            getRecordings => self.get_recordings(a),
            getSelectedSecret => self.get_selected_secret(a),
            getStoredMessages => self.get_stored_messages(a, b),
            getStreamSources => Ok(self.get_stream_sources().into()),
            getStreams => self.get_streams(a, b),
            getUserData => self.get_user_data(a, name_of(b)),
            getUserMedia => Ok(self.get_user_media(a, b)),
            leaveAllRooms => Ok(self.leave_all_rooms(a)),
            leaveRoom => Ok(self.leave_room(a, b)),
            lockRoom => self.lock_room(a),
            muteStreams => self.mute_streams(a, b, name_of(c)),
            refreshConnection => Ok(self.refresh_connection(a, b, c, d)),
            refreshDatachannel => self.refresh_data_channel(a, b),
            respondBlobRequest => Ok(self.respond_blob_request(a, b, c, d, e).into()),
            sendBlobData => Ok(self.send_blob_data(a, b, c, d, e).into()),
            sendMessage => self.send_message(a, b, c, name_of(d)),
            sendP2PMessage => self.send_p2p_message(a, b, c),
            sendStream => Ok(self.send_stream(a, b)),
            setEncryptSecret => self.set_encrypt_secret(a, b, c),
            setMessagePersistence => self.set_message_persistence(a, b),
            setSelectedSecret => self.set_selected_secret(a, b),
            setUserData => self.set_user_data(a, b),
            setVideoView => self.set_video_view(a, b, c),
            shareScreen => Ok(self.share_screen(a, b)),
            startRTMPSession => Ok(self.start_rtmp(a, b, c)),
            startRecording => Ok(self.start_recording(a)),
            stopPrefetchedStream => Ok(self.stop_prefetched_stream(a)),
            stopRTMPSession => Ok(self.stop_rtmp(a, b)),
            stopRecording => Ok(self.stop_recording(a)),
            stopScreen => self.stop_screen(a),
            stopStreams => Ok(self.stop_streams(a, name_of(b))),
            unlockRoom => self.unlock_room(a),
        }
    }
}
