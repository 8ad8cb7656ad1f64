//! The messages of the data channel `main`: direct messages and the control of file transfers
//! (peer behaviour 4.4, 4.5 and 5.3). Text on the channel that is not JSON is a chunk of a file.
//!
//! Clients of this SDK take a JSON list of messages, too. An item that is a text is the `data` of a message
//! that is else like the one before.
//!
//! They send the control of transfers to a media server too: with the peer id of the
//! addressee as `target`. The addressee gets it with the sender's true peer id as `sender`.

use crate::shape::{messages, shape};
use crate::Value;

shape! {
    /// Offers a file. Its chunks follow one by one, each asked for with an [`Acknowledge`].
    pub struct WriteRequest: "WRQ" {
        /// Id of the transfer; the receiver makes one up if it is absent.
        transfer_id: Option<String> = "transferId",
        /// File name, or the transfer's id.
        name: Option<String> = "name",
        /// Length of the base64 text of all chunks together.
        size: Option<f64> = "size",
        /// Length of the file in bytes.
        original_size: Option<f64> = "originalSize",
        /// `blob`.
        data_type: Option<String> = "dataType",
        /// MIME type, or `null`.
        mime_type: Value = "mimeType",
        /// `binaryString`: chunks are base64 text.
        chunk_type: Option<String> = "chunkType",
        /// Bytes of the file in each chunk but the last.
        chunk_size: Option<f64> = "chunkSize",
        /// Seconds to wait for a chunk or its acknowledgement.
        timeout: Option<f64> = "timeout",
        /// Always `false`, also for a transfer to named peers.
        is_private: Option<bool> = "isPrivate",
        /// Sender's peer id.
        sender: Option<String> = "sender",
        /// Browser name.
        agent: Option<String> = "agent",
        /// Browser version, here a number.
        version: Option<f64> = "version",
        /// Addressee's peer id.
        target: Option<String> = "target",
        /// Between clients of this SDK: the bytes come through a channel of their own
        /// ([`crate::file_channel`]), in blocks of this size.
        block_size: Option<f64> = "blockSize",
    }
}

shape! {
    /// Accepts, goes on with or refuses the transfer that the channel is busy with.
    pub struct Acknowledge: "ACK" {
        /// Sender's peer id.
        sender: Option<String> = "sender",
        /// -1 refuses; from 0 on it is the number of the next chunk wanted.
        ack_n: f64 = "ackN",
        /// Between clients of this SDK: which transfer.
        transfer_id: Option<String> = "transferId",
    }
}

shape! {
    /// A transfer failed.
    pub struct TransferError: "ERROR" {
        /// What went wrong.
        content: Option<String> = "content",
        /// Sender's peer id.
        sender: Option<String> = "sender",
        /// File name.
        name: Option<String> = "name",
        /// Between clients of this SDK: which transfer.
        transfer_id: Option<String> = "transferId",
    }
}

shape! {
    /// A transfer was cancelled by the other side.
    pub struct Cancel: "CANCEL" {
        /// Sender's peer id.
        sender: Option<String> = "sender",
        /// Text for the application.
        content: Option<String> = "content",
        /// File name.
        name: Option<String> = "name",
        /// Always 0.
        ack_n: Option<f64> = "ackN",
        /// Between clients of this SDK: which transfer.
        transfer_id: Option<String> = "transferId",
    }
}

shape! {
    /// A message that does not pass through the server.
    pub struct DirectMessage: "MESSAGE" {
        /// Whether it was sent to named peers only.
        is_private: Option<bool> = "isPrivate",
        /// Sender's peer id; absent means the peer at the other end of the channel.
        sender: Option<String> = "sender",
        /// Addressee's peer id or `null`; on a media server's channel a list of peer ids.
        target: Value = "target",
        /// Any JSON value.
        data: Value = "data",
    }
}

impl DirectMessage {
    /// The JSON text of a message up to its data, which come last; `sender` and `target` are JSON
    /// texts. For data that only the shell has.
    pub fn text_before_data(is_private: bool, sender: &str, target: &str) -> String {
        let is_private = if is_private { "true" } else { "false" };
        let parts = [
            r#"{"type":"MESSAGE","isPrivate":"#,
            is_private,
            r#","sender":"#,
            sender,
            r#","target":"#,
            target,
            r#","data":"#,
        ];
        parts.concat()
    }
}

messages! {
    /// Any JSON message on the data channel `main`.
    pub enum ChannelMessage {
        /// Sender to receiver of a file.
        WriteRequest,
        /// Receiver to sender of a file.
        Acknowledge,
        /// Either way.
        TransferError,
        /// Either way.
        Cancel,
        /// Either way.
        DirectMessage,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn reread(text: &str) -> String {
        let message: ChannelMessage = serde_json::from_str(text).unwrap();
        serde_json::to_string(&message).unwrap()
    }

    #[test]
    fn messages_keep_their_members_and_order() {
        for text in [
            r#"{"type":"WRQ","transferId":"a_1","name":"x.txt","size":8,"originalSize":5,"dataType":"blob","mimeType":null,"chunkType":"binaryString","chunkSize":49152,"timeout":60,"isPrivate":false,"sender":"a","agent":"chrome","version":124,"target":"b"}"#,
            r#"{"type":"ACK","sender":"b","ackN":-1}"#,
            r#"{"type":"ERROR","content":"timed out","sender":"b","name":"x.txt"}"#,
            r#"{"type":"CANCEL","sender":"b","content":"cancelled","name":"x.txt","ackN":0}"#,
            r#"{"type":"WRQ","transferId":"a_1","mimeType":null,"blockSize":1048448}"#,
            r#"{"type":"ACK","sender":"b","ackN":0,"transferId":"a_1"}"#,
            r#"{"type":"ERROR","content":"timed out","sender":"b","name":"x.txt","transferId":"a_1"}"#,
            r#"{"type":"CANCEL","sender":"b","content":"cancelled","name":"x.txt","ackN":0,"transferId":"a_1"}"#,
            r#"{"type":"MESSAGE","isPrivate":true,"sender":"a","target":"b","data":{"any":[1]}}"#,
            r#"{"type":"MESSAGE","isPrivate":false,"sender":"a","target":null,"data":"hi"}"#,
            r#"{"type":"MESSAGE","isPrivate":false,"sender":"a","target":[],"data":"hi"}"#,
        ] {
            assert_eq!(reread(text), text);
        }
    }

    #[test]
    fn a_message_can_be_written_without_its_data() {
        for is_private in [true, false] {
            let whole = DirectMessage {
                is_private: Some(is_private),
                sender: Some("a\"b".to_owned()),
                target: Value::List(vec!["c".into()]),
                data: Value::Null,
            };
            let before = DirectMessage::text_before_data(is_private, r#""a\"b""#, r#"["c"]"#);
            assert_eq!(before + "null}", serde_json::to_string(&ChannelMessage::from(whole)).unwrap());
        }
    }

    #[test]
    fn an_acknowledgement_without_a_number_is_refused() {
        assert!(serde_json::from_str::<ChannelMessage>(r#"{"type":"ACK","ackN":"0"}"#).is_err());
        assert!(serde_json::from_str::<ChannelMessage>(r#"{"type":"PUT"}"#).is_err());
        assert!(serde_json::from_str::<ChannelMessage>("12").is_err());
    }
}
