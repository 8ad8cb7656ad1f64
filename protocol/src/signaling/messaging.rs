//! Chat and stored messages (wire protocol 5.15 to 5.17, 5.25 and section 7).

use crate::shape::shape;
use crate::Value;

shape! {
    /// A chat message, to the room or to `target`.
    pub struct UserMessage: "message" {
        /// Text, or ciphertext when `secret_id` is there.
        data: Value = "data",
        /// Sender's peer id.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
        /// Id of the message. Not a valid UUID from 2.7.2.
        msg_id: Option<String> = "msgId",
        /// Meeting it belongs to.
        room_session_id: Option<String> = "roomSessionId",
        /// Lasting id of the sender, shown instead of the peer id.
        peer_session_id: Option<String> = "peerSessionId",
        /// Which secret encrypted `data`.
        secret_id: Option<String> = "secretId",
        /// Addressee's peer id; its presence makes the message private.
        target: Option<String> = "target",
        /// Whether to store it. 2.7.2 may put a text here, which reads as absent.
        is_persistent: Option<bool> = "isPersistent",
    }
}

shape! {
    /// A message to the room from an old client.
    pub struct PublicMessage: "public" {
        /// Internal id of the app key.
        cid: Option<String> = "cid",
        /// Any JSON value.
        data: Value = "data",
        /// Sender's peer id.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
    }
}

shape! {
    /// A message to one peer from an old client.
    pub struct PrivateMessage: "private" {
        /// Internal id of the app key.
        cid: Option<String> = "cid",
        /// Any JSON value.
        data: Value = "data",
        /// Sender's peer id.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
        /// Addressee's peer id.
        target: String = "target",
    }
}

shape! {
    /// A client asks for the stored messages of its room.
    pub struct GetStoredMessages: "getStoredMessages" {
        /// Sender's peer id.
        mid: Option<String> = "mid",
        /// Room id.
        rid: String = "rid",
        /// The sender itself.
        target: Option<String> = "target",
        /// Empty for the whole history, else one meeting.
        room_session_id: Option<String> = "roomSessionId",
    }
}

shape! {
    /// Answer to `getStoredMessages`.
    pub struct StoredMessages: "storedMessages" {
        /// The asking peer.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
        /// JSON text of a list of [`StoredMessage`].
        data: String = "data",
    }
}

shape! {
    /// One stored message. The server never sees the plain text.
    pub struct StoredMessage {
        /// Sender's peer id at that time.
        mid: String = "mid",
        /// Lasting id of the sender.
        peer_session_id: Option<String> = "peerSessionId",
        /// Which secret encrypted `data`.
        secret_id: String = "secretId",
        /// Server's clock in milliseconds.
        time_stamp: f64 = "timeStamp",
        /// Ciphertext exactly as received.
        data: Value = "data",
        /// Meeting it belongs to.
        room_session_id: Option<String> = "roomSessionId",
        /// Id of the message.
        msg_id: Option<String> = "msgId",
    }
}

shape! {
    /// Several broadcasts of an old client in one.
    pub struct Group: "group" {
        /// JSON texts of the single messages.
        lists: Vec<String> = "lists",
        /// Sender's peer id.
        mid: Option<String> = "mid",
        /// Room id.
        rid: String = "rid",
    }
}
