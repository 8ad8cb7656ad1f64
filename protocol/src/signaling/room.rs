//! Entering, leaving and ruling a room (wire protocol 5.3, 5.4, 5.11 to 5.13, 5.18 to 5.20).

use crate::shape::shape;
use crate::Value;

shape! {
    /// A client asks to be let in, with what the API server gave it.
    pub struct JoinRoom: "joinRoom" {
        /// User id issued by the API.
        uid: Option<String> = "uid",
        /// Internal id of the app key.
        cid: Option<String> = "cid",
        /// Room id.
        rid: String = "rid",
        /// Signed user token.
        user_cred: Option<String> = "userCred",
        /// When the tokens were made.
        time_stamp: Option<String> = "timeStamp",
        /// Owner of the app key.
        api_owner: Option<String> = "apiOwner",
        /// Signed room token.
        room_cred: Option<String> = "roomCred",
        /// Start of the room's window, ISO 8601.
        start: Option<String> = "start",
        /// Length of the room's window in hours.
        len: Option<f64> = "len",
        /// Echo of the API's answer.
        is_privileged: Option<bool> = "isPrivileged",
        /// Echo of the API's answer.
        auto_introduce: Option<bool> = "autoIntroduce",
        /// The app key.
        key: Option<String> = "key",
    }
}

shape! {
    /// One ICE server as the wire has it.
    pub struct IceServer {
        /// `scheme:host` or `scheme:user@host`. 2.7.2 reads only this and throws without it.
        url: Option<String> = "url",
        /// Full URLs with ports, read by clients that know this member.
        urls: Option<Vec<String>> = "urls",
        /// User name, read by clients that know this member.
        username: Option<String> = "username",
        /// Password.
        credential: Option<String> = "credential",
    }
}

shape! {
    /// How to reach other peers.
    pub struct PcConfig {
        /// STUN and TURN servers.
        ice_servers: Option<Vec<IceServer>> = "iceServers",
    }
}

shape! {
    /// The server lets the client in.
    pub struct InRoom: "inRoom" {
        /// Room id.
        rid: String = "rid",
        /// The client's peer id from now on.
        sid: String = "sid",
        /// Number, unique in the room, that decides glare.
        tie_breaker: Option<f64> = "tieBreaker",
        /// ICE servers.
        pc_config: Option<PcConfig> = "pc_config",
    }
}

shape! {
    /// A peer leaves. From a client: one for each peer; from the server: one for the whole room.
    pub struct Bye: "bye" {
        /// Room id.
        rid: String = "rid",
        /// The peer that leaves.
        mid: String = "mid",
        /// Addressee's peer id, absent in the server's form.
        target: Option<String> = "target",
        /// The peer that leaves, in rooms with a media server the only member read.
        publisher_id: Option<String> = "publisherId",
    }
}

shape! {
    /// A peer's custom data changed.
    pub struct UpdateUser: "updateUserEvent" {
        /// Sender's peer id.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
        /// Text as it is, anything else as JSON text.
        user_data: Value = "userData",
        /// Sender's clock in milliseconds; older ones are ignored.
        stamp: Option<f64> = "stamp",
    }
}

shape! {
    /// The room was locked or unlocked.
    pub struct RoomLock: "roomLockEvent" {
        /// Sender's peer id.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
        /// Whether it is locked now.
        lock: bool = "lock",
    }
}

shape! {
    /// The server refuses, warns or ends; nothing is redirected.
    pub struct Redirect: "redirect" {
        /// Room id.
        rid: String = "rid",
        /// `warning`, `reject` or `locked`.
        action: String = "action",
        /// One of `SYSTEM_ACTION_REASON`.
        reason: Option<String> = "reason",
        /// For a person.
        info: Option<String> = "info",
    }
}

shape! {
    /// A privileged client asks who is in which room.
    pub struct GetPeers: "getPeers" {
        /// Whether privileged peers are listed too.
        show_all: Option<bool> = "showAll",
        /// Room id.
        rid: String = "rid",
        /// Sender's peer id, if it is known already.
        mid: Option<String> = "mid",
    }
}

shape! {
    /// Answer to `getPeers`.
    pub struct PeerList: "peerList" {
        /// Room id.
        rid: String = "rid",
        /// Room name to list of peer ids.
        result: Value = "result",
    }
}

shape! {
    /// A privileged client connects two members of a room that does not introduce by itself.
    pub struct Introduce: "introduce" {
        /// Room id.
        rid: String = "rid",
        /// The peer that is to send `enter`.
        sending_peer_id: String = "sendingPeerId",
        /// The peer that is to greet it.
        receiving_peer_id: String = "receivingPeerId",
    }
}

shape! {
    /// The server asks an old client to send `enter` to `target`. 2.7.2 ignores it.
    pub struct Approach: "approach" {
        /// Room id.
        rid: String = "rid",
        /// The peer to approach.
        target: String = "target",
    }
}

shape! {
    /// An introduction failed. Never send it to 2.7.2: it throws there.
    pub struct IntroduceError: "introduceError" {
        /// Room id.
        rid: String = "rid",
        /// As asked for.
        sending_peer_id: Option<String> = "sendingPeerId",
        /// As asked for.
        receiving_peer_id: Option<String> = "receivingPeerId",
        /// For a person.
        reason: Option<String> = "reason",
    }
}
