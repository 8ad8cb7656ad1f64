//! Where persistent messages are kept (wire protocol 7.5).

use std::collections::{BTreeMap, VecDeque};

use skylink_protocol::signaling::StoredMessage;
use skylink_protocol::Value;

/// Keeps messages by room, in the order of receipt.
pub trait MessageStore: Send {
    /// Adds a message to a room's history.
    fn append(&mut self, rid: &str, message: StoredMessage);

    /// The history of a room, oldest first: of one session, or all of it.
    fn read(&self, rid: &str, session: Option<&str>) -> Vec<StoredMessage>;
}

/// How much the in-memory store keeps. What comes on top pushes out the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryStoreLimits {
    /// Messages for each room.
    pub messages_per_room: usize,
    /// Bytes for each room. A whole history must fit into one answer.
    pub bytes_per_room: usize,
    /// Rooms; the one whose history began first is forgotten first.
    pub rooms: usize,
}

impl Default for MemoryStoreLimits {
    fn default() -> Self {
        Self { messages_per_room: 1000, bytes_per_room: 256 * 1024, rooms: 1000 }
    }
}

#[derive(Debug, Default)]
struct History {
    messages: VecDeque<StoredMessage>,
    bytes: usize,
}

/// Keeps messages until the process ends.
#[derive(Debug, Default)]
pub struct MemoryStore {
    limits: MemoryStoreLimits,
    histories: BTreeMap<String, History>,
    order: VecDeque<String>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new(limits: MemoryStoreLimits) -> Self {
        Self { limits, ..Self::default() }
    }
}

impl MessageStore for MemoryStore {
    fn append(&mut self, rid: &str, message: StoredMessage) {
        let size = size_of_message(&message);
        if size > self.limits.bytes_per_room {
            tracing::debug!(size, "message too long to be stored");
            return;
        }
        if !self.histories.contains_key(rid) {
            if self.order.len() >= self.limits.rooms {
                if let Some(oldest) = self.order.pop_front() {
                    self.histories.remove(&oldest);
                }
            }
            self.order.push_back(rid.to_owned());
        }
        let history = self.histories.entry(rid.to_owned()).or_default();
        history.bytes = history.bytes.saturating_add(size);
        history.messages.push_back(message);
        while history.messages.len() > self.limits.messages_per_room
            || history.bytes > self.limits.bytes_per_room
        {
            let Some(oldest) = history.messages.pop_front() else {
                break;
            };
            history.bytes = history.bytes.saturating_sub(size_of_message(&oldest));
        }
    }

    fn read(&self, rid: &str, session: Option<&str>) -> Vec<StoredMessage> {
        self.histories
            .get(rid)
            .into_iter()
            .flat_map(|history| &history.messages)
            .filter(|message| session.is_none() || message.room_session_id.as_deref() == session)
            .cloned()
            .collect()
    }
}

/// Roughly what the message takes in an answer.
fn size_of_message(message: &StoredMessage) -> usize {
    serde_json::to_string(&Value::from(message)).map_or(0, |text| text.len())
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn message(data: &str, session: &str) -> StoredMessage {
        StoredMessage {
            mid: "m".into(),
            secret_id: "s".into(),
            data: data.into(),
            room_session_id: Some(session.into()),
            ..StoredMessage::default()
        }
    }

    #[test]
    fn history_comes_back_in_order_and_by_session() {
        let mut store = MemoryStore::default();
        store.append("r", message("one", "a"));
        store.append("r", message("two", "b"));
        store.append("other", message("three", "a"));
        assert_eq!(store.read("r", None), [message("one", "a"), message("two", "b")]);
        assert_eq!(store.read("r", Some("b")), [message("two", "b")]);
        assert!(store.read("r", Some("c")).is_empty());
        assert!(store.read("nowhere", None).is_empty());
    }

    #[test]
    fn it_never_grows_beyond_its_limits() {
        let mut store =
            MemoryStore::new(MemoryStoreLimits { messages_per_room: 3, bytes_per_room: 1000, rooms: 2 });
        for text in ["1", "2", "3", "4"] {
            store.append("r", message(text, "a"));
        }
        assert_eq!(store.read("r", None)[0], message("2", "a"));
        store.append("r", message(&"x".repeat(900), "a"));
        assert_eq!(store.read("r", None).len(), 1);
        store.append("r", message(&"x".repeat(5000), "a"));
        assert_eq!(store.read("r", None).len(), 1);
        store.append("s", message("1", "a"));
        store.append("t", message("1", "a"));
        assert!(store.read("r", None).is_empty());
        assert_eq!(store.histories.len(), 2);
    }
}
