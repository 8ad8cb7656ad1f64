//! The states of a peer connection (public API E-07, E-45).

use skylink_protocol::Object;

/// What the browser reported last.
#[derive(Debug)]
pub(crate) struct ConnectionStates {
    pub signaling: String,
    pub connection: String,
    pub ice: String,
    pub gathering: String,
}

impl Default for ConnectionStates {
    fn default() -> Self {
        let new = || "new".to_owned();
        Self { signaling: "stable".to_owned(), connection: new(), ice: new(), gathering: new() }
    }
}

impl ConnectionStates {
    pub fn is_ice_connected(&self) -> bool {
        matches!(self.ice.as_str(), "connected" | "completed")
    }

    pub fn is_connected(&self) -> bool {
        self.connection == "connected"
    }
}

/// `PEER_CONNECTION_STATE` and `ICE_CONNECTION_STATE`.
pub(crate) fn state_detail(state: &str, peer_id: &str) -> Object {
    Object::new().with("state", state).with("peerId", peer_id)
}
