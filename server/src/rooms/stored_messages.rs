//! Where persistent messages are kept (wire protocol 7.5).

use std::collections::{BTreeMap, VecDeque};

use skylink_protocol::signaling::StoredMessage;
use skylink_protocol::Value;

/// Keeps messages by room, in the order of receipt.
pub trait MessageStore: Send {
    /// Adds a message to the history of a room of a space.
    fn append(&mut self, space: &str, rid: &str, message: StoredMessage);

    /// The history of a room at a time in milliseconds since 1970, oldest first: of one session, or
    /// all of it.
    fn read(&self, rid: &str, session: Option<&str>, now: u64) -> Vec<StoredMessage>;

    /// Removes what is too old at a time in milliseconds since 1970, in all rooms.
    fn forget_old(&mut self, now: u64);

    /// Waits until everything is where it outlives the process, as far as it is to and the disk takes
    /// it.
    fn flush(&mut self) {}

    /// Changes that the disk has refused so far; they are tried again.
    fn unwritten(&self) -> u64 {
        0
    }

    /// Whether what is to outlive the process is written.
    fn is_writing(&self) -> bool {
        self.unwritten() == 0
    }
}

/// How much a store keeps. What comes on top pushes out the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreLimits {
    /// Messages for each room.
    pub messages_per_room: usize,
    /// Bytes for each room. A whole history must fit into one answer.
    pub bytes_per_room: usize,
    /// Rooms of each space; the one that was not written to for longest is forgotten first.
    pub rooms: usize,
    /// Milliseconds for which a message is kept; 0 means for ever.
    pub age: u64,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self { messages_per_room: 1000, bytes_per_room: 256 * 1024, rooms: 1000, age: 0 }
    }
}

impl StoreLimits {
    #[allow(clippy::cast_precision_loss)]
    fn is_too_old(&self, message: &StoredMessage, now: f64) -> bool {
        self.age > 0 && now - message.time_stamp > self.age as f64
    }
}

#[derive(Debug, Default)]
struct History {
    space: String,
    /// With the numbers that they got when they came.
    messages: VecDeque<(u64, StoredMessage)>,
    bytes: usize,
}

/// Its rooms by the number of their latest message.
type Space = BTreeMap<u64, String>;

impl History {
    fn latest(&self) -> Option<u64> {
        self.messages.back().map(|(number, _)| *number)
    }

    fn remove_oldest(&mut self) -> Option<u64> {
        let (number, message) = self.messages.pop_front()?;
        self.bytes = self.bytes.saturating_sub(size_of_message(&message));
        Some(number)
    }
}

/// What became of a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Its number, if it was stored.
    pub(super) number: Option<u64>,
    /// Numbers of the messages that had to go.
    pub(super) gone: Vec<u64>,
}

/// Keeps messages until the process ends.
#[derive(Debug, Default)]
pub struct MemoryStore {
    limits: StoreLimits,
    histories: BTreeMap<String, History>,
    spaces: BTreeMap<String, Space>,
    last_number: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new(limits: StoreLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Adds a message and says what became of it and of others.
    pub(super) fn put(&mut self, space: &str, rid: &str, message: StoredMessage) -> Outcome {
        self.restore(self.last_number.saturating_add(1), space, rid, message)
    }

    /// As [`Self::put`], with a number that it had before. Numbers must grow.
    pub(super) fn restore(&mut self, number: u64, space: &str, rid: &str, message: StoredMessage) -> Outcome {
        let mut outcome = Outcome::default();
        let size = size_of_message(&message);
        if size > self.limits.bytes_per_room || self.limits.messages_per_room == 0 || self.limits.rooms == 0 {
            tracing::debug!(size, "message too long to be stored");
            return outcome;
        }
        self.last_number = number;
        outcome.number = Some(number);
        let now = message.time_stamp;
        let history = self.histories.entry(rid.to_owned()).or_default();
        if let Some(latest) = history.latest() {
            forget_place(&mut self.spaces, &history.space, latest);
        }
        history.space = space.to_owned();
        history.bytes = history.bytes.saturating_add(size);
        history.messages.push_back((number, message));
        while let Some((_, oldest)) = history.messages.front() {
            let is_too_much = history.messages.len() > self.limits.messages_per_room
                || history.bytes > self.limits.bytes_per_room;
            if !is_too_much && !self.limits.is_too_old(oldest, now) {
                break;
            }
            outcome.gone.extend(history.remove_oldest());
        }
        let rooms = self.spaces.entry(space.to_owned()).or_default();
        rooms.insert(number, rid.to_owned());
        if rooms.len() > self.limits.rooms {
            let quietest = rooms.pop_first().and_then(|(_, rid)| self.histories.remove(&rid));
            outcome.gone.extend(quietest.into_iter().flat_map(|all| all.messages).map(|(number, _)| number));
        }
        outcome
    }

    /// Removes what is too old in all rooms, and gives the numbers of it.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn remove_old(&mut self, now: u64) -> Vec<u64> {
        let mut gone = Vec::new();
        if self.limits.age == 0 {
            return gone;
        }
        let Self { limits, histories, spaces, .. } = self;
        histories.retain(|_, history| {
            let latest = history.latest();
            while history.messages.front().is_some_and(|one| limits.is_too_old(&one.1, now as f64)) {
                gone.extend(history.remove_oldest());
            }
            if let (true, Some(latest)) = (history.messages.is_empty(), latest) {
                forget_place(spaces, &history.space, latest);
            }
            !history.messages.is_empty()
        });
        gone
    }
}

impl MessageStore for MemoryStore {
    fn append(&mut self, space: &str, rid: &str, message: StoredMessage) {
        self.put(space, rid, message);
    }

    fn forget_old(&mut self, now: u64) {
        self.remove_old(now);
    }

    #[allow(clippy::cast_precision_loss)]
    fn read(&self, rid: &str, session: Option<&str>, now: u64) -> Vec<StoredMessage> {
        self.histories
            .get(rid)
            .into_iter()
            .flat_map(|history| &history.messages)
            .map(|(_, message)| message)
            .filter(|message| session.is_none() || message.room_session_id.as_deref() == session)
            .filter(|message| !self.limits.is_too_old(message, now as f64))
            .cloned()
            .collect()
    }
}

fn forget_place(spaces: &mut BTreeMap<String, Space>, space: &str, latest: u64) {
    if let Some(rooms) = spaces.get_mut(space) {
        rooms.remove(&latest);
        if rooms.is_empty() {
            spaces.remove(space);
        }
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
        store.append("k", "r", message("one", "a"));
        store.append("k", "r", message("two", "b"));
        store.append("k", "other", message("three", "a"));
        assert_eq!(store.read("r", None, 0), [message("one", "a"), message("two", "b")]);
        assert_eq!(store.read("r", Some("b"), 0), [message("two", "b")]);
        assert!(store.read("r", Some("c"), 0).is_empty());
        assert!(store.read("nowhere", None, 0).is_empty());
    }

    #[test]
    fn it_never_grows_beyond_its_limits() {
        let limits = StoreLimits { messages_per_room: 3, bytes_per_room: 1000, rooms: 2, age: 0 };
        let mut store = MemoryStore::new(limits);
        for text in ["1", "2", "3", "4"] {
            store.append("k", "r", message(text, "a"));
        }
        assert_eq!(store.read("r", None, 0)[0], message("2", "a"));
        store.append("k", "r", message(&"x".repeat(900), "a"));
        assert_eq!(store.read("r", None, 0).len(), 1);
        store.append("k", "r", message(&"x".repeat(5000), "a"));
        assert_eq!(store.read("r", None, 0).len(), 1);
        store.append("k", "s", message("1", "a"));
        store.append("k", "t", message("1", "a"));
        assert!(store.read("r", None, 0).is_empty());
        assert_eq!(store.histories.len(), 2);
    }

    #[test]
    fn a_space_pushes_out_its_own_rooms_alone_and_the_quietest_first() {
        let limits = StoreLimits { rooms: 2, ..StoreLimits::default() };
        let mut store = MemoryStore::new(limits);
        store.append("quiet", "q", message("1", "a"));
        for rid in ["a", "b", "a", "c", "d", "c", "e"] {
            store.append("busy", rid, message("1", "a"));
        }
        let sizes = ["q", "a", "b", "c", "d", "e"].map(|rid| store.read(rid, None, 0).len());
        assert_eq!(sizes, [1, 0, 0, 2, 0, 1]);
        assert_eq!(store.spaces["busy"].len(), 2);
    }

    #[test]
    fn old_messages_go() {
        let mut store = MemoryStore::new(StoreLimits { age: 1000, ..StoreLimits::default() });
        let at = |time_stamp: f64| StoredMessage { time_stamp, ..message("x", "a") };
        store.append("k", "r", at(100.0));
        assert_eq!(store.read("r", None, 1100).len(), 1);
        assert!(store.read("r", None, 1101).is_empty());
        assert_eq!(store.put("k", "r", at(1200.0)).gone, [1]);
        store.append("k", "s", at(2000.0));
        assert!(store.remove_old(2200).is_empty());
        assert_eq!(store.remove_old(2201), [2]);
        assert_eq!((store.histories.len(), store.spaces["k"].len()), (1, 1));
        assert_eq!(store.remove_old(9000), [3]);
        assert!(store.spaces.is_empty());
    }
}
