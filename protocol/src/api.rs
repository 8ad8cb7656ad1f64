//! The answer of the API (authentication) server to `GET /api/{appKey}/{room}`
//! (wire protocol, section 3).

use crate::shape::shape;
use crate::Value;

shape! {
    /// A successful answer: everything a client needs to open the signalling socket and to ask
    /// for the room. All values but `room_key` and `has_mcu` are opaque to the client and come
    /// back in `joinRoom`.
    pub struct ApiResponse {
        /// Always `true`; older clients take `false` for a failure even with status 200.
        success: Option<bool> = "success",
        /// Internal id of the app key.
        cid: Option<String> = "cid",
        /// Owner of the app key.
        api_owner: Option<String> = "apiOwner",
        /// User id issued for this session; becomes `joinRoom.uid`.
        username: Option<String> = "username",
        /// Signed user token.
        user_cred: Option<String> = "userCred",
        /// Signed room token.
        room_cred: Option<String> = "roomCred",
        /// When the tokens were made, ISO 8601.
        time_stamp: Option<String> = "timeStamp",
        /// Start of the room's window, ISO 8601.
        start: Option<String> = "start",
        /// Length of the room's window in hours.
        len: Option<f64> = "len",
        /// Unique id of the room: the `rid` of every signalling message.
        room_key: String = "room_key",
        /// Id of the meeting that is on, or of the one that the first joiner will start.
        room_session_id: Option<String> = "roomSessionId",
        /// Id of this user's session, usable across reconnects.
        peer_session_id: Option<String> = "peerSessionId",
        /// Whether the key may list the peers of all rooms.
        is_privileged: Option<bool> = "isPrivileged",
        /// Whether members find each other without `introduce`.
        auto_introduce: Option<bool> = "autoIntroduce",
        /// Whether the room has a media server. 2.7.2 needs a real boolean here.
        has_mcu: bool = "hasMCU",
        /// Whether messages may be stored.
        has_persistent_message: Option<bool> = "hasPersistentMessage",
        /// Whether clients should post periodic statistics.
        enable_stats_config: Option<bool> = "enable_stats_config",
        /// Signalling host as `host` or `host:port`.
        signaling_host: Option<String> = "ipSigserver",
        /// Engine.IO path; absent means `/socket.io`.
        signaling_path: Option<String> = "ipSigserverPath",
        /// Plain HTTP ports, of which only the first is ever shown.
        http_port_list: Option<Vec<f64>> = "httpPortList",
        /// HTTPS ports, of which only the first is ever shown.
        https_port_list: Option<Vec<f64>> = "httpsPortList",
        /// JSON text; must be present for 2.7.2, is never used.
        pc_constraints: Option<String> = "pc_constraints",
        /// JSON text; must be present for 2.7.2, is never used.
        offer_constraints: Option<String> = "offer_constraints",
        /// JSON text; must be present for 2.7.2, is never used.
        media_constraints: Option<String> = "media_constraints",
    }
}

shape! {
    /// A refusal: sent with a status outside 200–299, and with CORS headers so that the page can
    /// read it.
    pub struct ApiRefusal {
        /// Always `false`.
        success: Option<bool> = "success",
        /// HTTP status, repeated.
        status: Option<f64> = "status",
        /// One of the `READY_STATE_CHANGE_ERROR` codes, 4001–5005.
        error: Option<f64> = "error",
        /// What went wrong, for a developer.
        info: Option<String> = "info",
    }
}

shape! {
    /// Acknowledgement of a statistics report.
    pub struct StatsReceipt {
        /// Always `true`.
        success: Value = "success",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_its_members_and_order() {
        let text = r#"{"success":true,"cid":"c1f0a6d2","apiOwner":"ops@example.net","username":"u-7b0e2f6c41","userCred":"Zk1x","roomCred":"p0Qa","timeStamp":"2026-03-02T09:15:04.120Z","start":"2026-03-02T09:15:04.120Z","len":24,"room_key":"rk-5f1d9a3e77b04c2e","roomSessionId":"rs-20260302-0007","peerSessionId":"ps-9d41c0aa","isPrivileged":false,"autoIntroduce":true,"hasMCU":false,"hasPersistentMessage":false,"enable_stats_config":true,"ipSigserver":"rtc.example.net:8443","ipSigserverPath":"/socket.io","httpPortList":[80],"httpsPortList":[8443],"pc_constraints":"{}","offer_constraints":"{}","media_constraints":"{}"}"#;
        let answer: ApiResponse = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&answer).unwrap(), text);
    }

    #[test]
    fn an_answer_without_a_room_or_the_kind_of_room_is_refused() {
        for text in [r#"{"hasMCU":false}"#, r#"{"room_key":"rk","hasMCU":"false"}"#] {
            assert!(serde_json::from_str::<ApiResponse>(text).is_err());
        }
        let least = r#"{"room_key":"rk","hasMCU":false}"#;
        assert!(serde_json::from_str::<ApiResponse>(least).is_ok());
    }

    #[test]
    fn a_refusal_keeps_its_members_and_order() {
        let text = r#"{"success":false,"status":403,"error":4003,"info":"origin not allowed"}"#;
        let refusal: ApiRefusal = serde_json::from_str(text).unwrap();
        assert_eq!(refusal.error, Some(4003.0));
        assert_eq!(serde_json::to_string(&refusal).unwrap(), text);
    }
}
