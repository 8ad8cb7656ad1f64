//! What the program is told, one JSON text a line, and what it answers:
//! `{ id, name, given }` in, `{ id, value }` or `{ id, error }` out.

use serde::{Deserialize, Serialize};

/// One line of the input.
#[derive(Debug, Deserialize)]
pub struct Request {
    /// Comes back with the answer.
    pub id: u64,
    /// What is to be done.
    #[serde(flatten)]
    pub order: Order,
}

/// What the clients are to do.
#[derive(Debug, Deserialize)]
#[serde(tag = "name", content = "given", rename_all = "camelCase")]
pub enum Order {
    /// So many clients more join.
    Join(Joining),
    /// Everybody speaks in turn, as fast as it goes.
    Flood(Flood),
    /// So many messages a second.
    Pace(Pace),
    /// All go, without a word.
    Leave {},
}

/// How many clients join, and where.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joining {
    /// Host and port of the server.
    pub host: String,
    /// Beginning of the rooms' names.
    pub prefix: String,
    /// Clients.
    pub count: usize,
    /// Clients in each room.
    pub room_size: usize,
}

/// Messages without a pause.
#[derive(Debug, Deserialize)]
pub struct Flood {
    /// Messages said.
    pub messages: usize,
    /// How many hear each.
    pub receivers: usize,
    /// Deliveries that are under way at the most.
    pub window: usize,
}

/// Messages at a steady rate.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pace {
    /// Messages said.
    pub messages: usize,
    /// How many hear each.
    pub receivers: usize,
    /// Messages a second.
    pub per_second: f64,
}

/// One line of the output.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// It is done.
    Done {
        /// Of the request.
        id: u64,
        /// What was measured.
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

/// What was measured.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Nothing.
    Nothing,
    /// How long the joins took, in seconds.
    Joined(f64),
    /// A flood.
    Flooded {
        /// From the first message said to the last heard.
        seconds: f64,
        /// Messages heard.
        delivered: usize,
    },
    /// Milliseconds from saying to hearing.
    Delays {
        /// The middle one.
        median: f64,
        /// 99 of 100 take no longer.
        p99: f64,
    },
}
