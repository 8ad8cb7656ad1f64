//! What the program is told, one JSON text a line, and what it answers, in any order:
//! `{ id, client, order, … }` in, `{ id, value }` or `{ id, error }` out.

use serde::{Deserialize, Serialize};

/// One line of the input.
#[derive(Debug, Deserialize)]
pub struct Request {
    /// Comes back with the answer.
    pub id: u64,
    /// Name of the client. The first order with a name makes the client.
    pub client: String,
    /// What it is to do.
    #[serde(flatten)]
    pub order: Order,
}

/// What a client is to do.
#[derive(Debug, Deserialize)]
#[serde(tag = "order", rename_all = "camelCase")]
pub enum Order {
    /// Offers a line for each kind that it shall send. The answer is an SDP text.
    Offer {
        /// Pictures.
        #[serde(default)]
        pictures: bool,
        /// Sound.
        #[serde(default)]
        sound: bool,
        /// A data channel.
        #[serde(default)]
        channel: bool,
    },
    /// Takes the answer to its offer.
    TakeAnswer {
        /// The text.
        sdp: String,
    },
    /// Takes an offer. The answer is an SDP text.
    TakeOffer {
        /// The text.
        sdp: String,
    },
    /// Sends on all the lines that it offered, until it is told to be silent.
    Send,
    /// Sends no more.
    BeSilent,
    /// Tells its [`Counts`].
    Count,
}

/// What a client has seen so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Whether it is connected.
    pub is_connected: bool,
    /// Packets of media that it sent.
    pub sent: u64,
    /// Packets of media that came, without those that came twice.
    pub received: u64,
    /// Key frames that it was asked for.
    pub key_frames_wanted: u64,
}

/// One line of the output.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// It is done.
    Done {
        /// Of the request.
        id: u64,
        /// What was asked for.
        value: Value,
    },
    /// It failed.
    Failed {
        /// Of the request.
        id: u64,
        /// Why.
        error: String,
    },
}

/// What was asked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Nothing.
    Nothing,
    /// A description.
    Sdp(String),
    /// Numbers.
    Counts(Counts),
}
