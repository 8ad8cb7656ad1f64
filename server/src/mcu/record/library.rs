//! All recordings that there are, as the journals on disk tell, and which of them have to go.

use std::collections::BTreeMap;

use super::journal::{Journal, Outcome};

/// How far a recording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It goes on.
    Recording,
    /// It waits to be composed, or is being so.
    Composing,
    /// The file is there.
    Ready,
    /// There is no file and there will be none.
    Failed,
}

impl Stage {
    /// As the HTTP API says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Composing => "composing",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    /// Whether it may be deleted.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Ready | Self::Failed)
    }
}

/// One recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Id of the room.
    pub rid: String,
    /// Space of the app keys.
    pub space: String,
    /// Name of the room.
    pub room: String,
    /// When it began: milliseconds since 1970.
    pub begun: u64,
    /// How far it is.
    pub stage: Stage,
    /// How long it is, once that is known.
    pub seconds: Option<f64>,
    /// Bytes on disk, once it is over.
    pub bytes: u64,
    /// What went wrong, if anything did.
    pub error: Option<String>,
}

impl Entry {
    /// What a journal says of it.
    pub fn of(journal: &Journal, bytes: u64) -> Self {
        let (stage, seconds) = match journal.outcome {
            Outcome::Open => (Stage::Composing, None),
            Outcome::Composed { seconds } => (Stage::Ready, Some(seconds)),
            Outcome::Failed => (Stage::Failed, None),
        };
        Self {
            id: journal.id.clone(),
            rid: journal.rid.clone(),
            space: journal.space.clone(),
            room: journal.room.clone(),
            begun: journal.begun,
            stage,
            seconds,
            bytes,
            error: journal.error.clone(),
        }
    }
}

/// What is kept for how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Older ones go, in milliseconds.
    pub age: Option<u64>,
    /// The oldest go until all together have no more bytes.
    pub bytes: Option<u64>,
}

/// All recordings, by id.
#[derive(Debug, Default)]
pub struct Library {
    entries: BTreeMap<String, Entry>,
}

impl Library {
    /// A new one, or what is known better of an old one.
    pub fn put(&mut self, entry: Entry) {
        self.entries.insert(entry.id.clone(), entry);
    }

    /// One of them.
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// One of them, for changing it in place.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Entry> {
        self.entries.get_mut(id)
    }

    /// It is no more.
    pub fn remove(&mut self, id: &str) -> Option<Entry> {
        self.entries.remove(id)
    }

    /// Those of a space, and of one of its rooms if that is named; the latest first.
    pub fn list(&self, space: &str, room: Option<&str>) -> Vec<&Entry> {
        let is_wanted = |entry: &&Entry| entry.space == space && room.is_none_or(|room| entry.room == room);
        let mut list: Vec<&Entry> = self.entries.values().filter(is_wanted).collect();
        list.sort_by(|one, other| (other.begun, &other.id).cmp(&(one.begun, &one.id)));
        list
    }

    /// How many are at a stage.
    pub fn count(&self, stage: Stage) -> usize {
        self.entries.values().filter(|entry| entry.stage == stage).count()
    }

    /// Ids of those that are to be deleted.
    pub fn outdated(&self, retention: Retention, now: u64) -> Vec<String> {
        let mut over: Vec<&Entry> = self.entries.values().filter(|entry| entry.stage.is_over()).collect();
        over.sort_by_key(|entry| entry.begun);
        let mut total: u64 = over.iter().map(|entry| entry.bytes).fold(0, u64::saturating_add);
        let mut outdated = Vec::new();
        for entry in over {
            let is_old = retention.age.is_some_and(|age| now.saturating_sub(entry.begun) > age);
            let is_too_much = retention.bytes.is_some_and(|most| total > most);
            if is_old || is_too_much {
                total = total.saturating_sub(entry.bytes);
                outdated.push(entry.id.clone());
            }
        }
        outdated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(entries: &[(&str, u64, u64, Stage)]) -> Library {
        let mut library = Library::default();
        for (id, begun, bytes, stage) in entries {
            let journal =
                Journal { id: (*id).into(), begun: *begun, space: "s".into(), ..Journal::default() };
            library.put(Entry { stage: *stage, ..Entry::of(&journal, *bytes) });
        }
        library
    }

    #[test]
    fn old_ones_and_the_oldest_of_too_many_go() {
        let library = library(&[
            ("a", 100, 10, Stage::Ready),
            ("b", 50, 10, Stage::Failed),
            ("c", 10, 99, Stage::Recording),
            ("d", 20, 99, Stage::Composing),
            ("e", 200, 30, Stage::Ready),
        ]);
        let outdated = |age, bytes| library.outdated(Retention { age, bytes }, 210);
        assert!(outdated(None, None).is_empty());
        assert!(outdated(Some(160), Some(50)).is_empty());
        assert_eq!(outdated(Some(159), None), ["b"]);
        assert_eq!(outdated(None, Some(49)), ["b"]);
        assert_eq!(outdated(None, Some(35)), ["b", "a"]);
        assert_eq!(outdated(Some(1), None), ["b", "a", "e"]);
        assert_eq!(outdated(None, Some(0)), ["b", "a", "e"]);
    }

    #[test]
    fn the_latest_come_first_and_spaces_are_apart() {
        let mut library = library(&[("a", 1, 0, Stage::Ready), ("b", 2, 0, Stage::Ready)]);
        let other = Journal { id: "c".into(), space: "t".into(), room: "x".into(), ..Journal::default() };
        library.put(Entry::of(&other, 0));
        let ids = |space, room| -> Vec<String> {
            library.list(space, room).into_iter().map(|entry| entry.id.clone()).collect()
        };
        assert_eq!(ids("s", None), ["b", "a"]);
        assert_eq!(ids("t", Some("x")), ["c"]);
        assert!(ids("t", Some("y")).is_empty() && ids("u", None).is_empty());
    }
}
