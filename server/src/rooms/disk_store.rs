//! Stored messages in a file that survives restarts.
//!
//! Readers are answered from memory; a thread of its own writes what changes into an embedded
//! database, many changes in one transaction. After a crash the file is as it was after one of
//! them: at most the last moment is missing, never half a message.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{channel, Sender};
use std::sync::Arc;
use std::thread::JoinHandle;

use redb::Database;
use skylink_protocol::signaling::StoredMessage;
use skylink_protocol::Value;

use super::message_file::{failed, DiskStoreError, MessageFile, Opening, Row};
use super::message_writer::{write_changes, Change};
use super::stored_messages::{MemoryStore, MessageStore, StoreLimits};

/// Keeps messages in a file.
#[derive(Debug)]
pub struct DiskStore {
    memory: MemoryStore,
    changes: Option<Sender<Change>>,
    writer: Option<JoinHandle<()>>,
    unwritten: Arc<AtomicU64>,
}

impl DiskStore {
    /// Opens the file, or makes it, and reads what is in it and not too old at a time in milliseconds
    /// since 1970.
    ///
    /// # Errors
    /// When the file cannot be made, is in use, or is something else.
    pub fn open(path: &Path, limits: StoreLimits, now: u64) -> Result<Self, DiskStoreError> {
        let path = path.to_owned();
        Self::read(Box::new(move || Database::create(&path)), limits, now)
    }

    fn read(opening: Opening, limits: StoreLimits, now: u64) -> Result<Self, DiskStoreError> {
        let mut file = MessageFile::open(opening)?;
        let mut memory = MemoryStore::new(limits);
        // Limits may be other ones than when the messages were written.
        let mut gone = Vec::new();
        let mut last_number = 0;
        for (number, Row { space, rid, text }) in file.read()? {
            last_number = number;
            let message = match serde_json::from_str(&text) {
                Ok(message) => message,
                Err(error) => {
                    tracing::warn!(%error, "a stored message cannot be read");
                    continue;
                }
            };
            let outcome = memory.restore(number, &space, &rid, message);
            gone.extend(outcome.gone);
            if outcome.number.is_none() {
                gone.push(number);
            }
        }
        gone.extend(memory.remove_old(now));
        file.write(&gone.into_iter().map(|number| (number, None)).collect())?;
        let (changes, receiver) = channel();
        let unwritten = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&unwritten);
        let writer = std::thread::Builder::new()
            .name("stored-messages".to_owned())
            .spawn(move || write_changes(file, last_number, &receiver, &count))
            .map_err(failed)?;
        Ok(Self { memory, changes: Some(changes), writer: Some(writer), unwritten })
    }

    fn tell(&self, change: Change) {
        if self.changes.as_ref().is_none_or(|changes| changes.send(change).is_err()) {
            tracing::error!("stored messages are not written any more");
        }
    }
}

impl MessageStore for DiskStore {
    fn append(&mut self, space: &str, rid: &str, message: StoredMessage) {
        let text = text_of(&message);
        let outcome = self.memory.put(space, rid, message);
        if let Some(number) = outcome.number {
            let row = Row { space: space.to_owned(), rid: rid.to_owned(), text };
            self.tell(Change::Put(number, row));
        }
        for number in outcome.gone {
            self.tell(Change::Remove(number));
        }
    }

    fn read(&self, rid: &str, session: Option<&str>, now: u64) -> Vec<StoredMessage> {
        self.memory.read(rid, session, now)
    }

    fn forget_old(&mut self, now: u64) {
        for number in self.memory.remove_old(now) {
            self.tell(Change::Remove(number));
        }
    }

    fn flush(&mut self) {
        let (done, waits) = channel();
        self.tell(Change::Flush(done));
        let _ = waits.recv();
    }

    fn unwritten(&self) -> u64 {
        self.unwritten.load(Ordering::Relaxed)
    }

    fn is_writing(&self) -> bool {
        self.unwritten() == 0 && self.writer.as_ref().is_some_and(|writer| !writer.is_finished())
    }
}

impl Drop for DiskStore {
    fn drop(&mut self) {
        self.changes = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn text_of(message: &StoredMessage) -> String {
    serde_json::to_string(&Value::from(message)).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
mod tests {
    use std::fs::File;
    use std::io::{Error, ErrorKind};
    use std::sync::atomic::AtomicBool;

    use proptest::prelude::*;
    use redb::backends::FileBackend;
    use redb::{DatabaseError, StorageBackend};

    use super::*;

    fn message(data: usize, time_stamp: f64) -> StoredMessage {
        StoredMessage {
            mid: "m".into(),
            secret_id: "s".into(),
            data: "x".repeat(data).into(),
            time_stamp,
            room_session_id: Some("session".into()),
            ..StoredMessage::default()
        }
    }

    #[test]
    fn a_file_that_is_no_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("messages");
        std::fs::write(&path, "something else, long enough to be looked at").unwrap();
        assert!(DiskStore::open(&path, StoreLimits::default(), 0).is_err());
    }

    #[test]
    fn a_file_copied_while_it_is_written_is_sound() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copy) = (folder.path().join("messages"), folder.path().join("copy"));
        let mut store = DiskStore::open(&path, StoreLimits::default(), 0).unwrap();
        for number in 0..50 {
            store.append("k", "r", message(number, 0.0));
        }
        store.flush();
        // As after a crash: the database was never closed.
        std::fs::copy(&path, &copy).unwrap();
        let crashed = DiskStore::open(&copy, StoreLimits::default(), 0).unwrap();
        assert_eq!(crashed.read("r", None, 0), store.read("r", None, 0));
        assert_eq!(crashed.read("r", None, 0).len(), 50);
    }

    /// Nanoseconds that this thread had the processor while it opened a file of so many messages.
    fn cost_of_opening(messages: usize, limits: StoreLimits) -> u64 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("messages");
        let mut store = DiskStore::open(&path, limits, 0).unwrap();
        for number in 0..messages {
            store.append("k", &(number % 100).to_string(), message(1, 0.0));
        }
        drop(store);
        let used = || -> u64 {
            let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
            text.split(' ').next().unwrap().parse().unwrap()
        };
        let before = used();
        let store = DiskStore::open(&path, limits, 0).unwrap();
        let cost = used() - before;
        assert_eq!(store.read("0", None, 0).len(), messages / 100);
        cost
    }

    #[test]
    fn opening_takes_time_in_proportion_to_what_is_stored() {
        let limits = StoreLimits { bytes_per_room: usize::MAX, ..StoreLimits::default() };
        let (few, many) = (cost_of_opening(1000, limits), cost_of_opening(16_000, limits));
        // Sixteen times as many messages; a step for each pair of them would be 256 times as much.
        assert!(many < few * 60, "{few} ns for few, {many} ns for many");
    }

    #[test]
    fn limits_of_now_count_for_what_was_stored_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("messages");
        let mut store = DiskStore::open(&path, StoreLimits::default(), 0).unwrap();
        for size in [10, 400, 10, 20, 30] {
            store.append("k", "r", message(size, 0.0));
        }
        drop(store);
        let sizes = |limits: StoreLimits| -> Vec<usize> {
            let store = DiskStore::open(&path, limits, 0).unwrap();
            store.read("r", None, 0).iter().map(|one| one.data.as_text().unwrap().len()).collect()
        };
        let narrow = StoreLimits { bytes_per_room: 300, messages_per_room: 2, ..StoreLimits::default() };
        assert_eq!(sizes(narrow), [20, 30]);
        // What had to go is gone from the file too.
        assert_eq!(sizes(StoreLimits::default()), [20, 30]);
    }

    /// What the file holds, whatever memory says.
    fn on_disk(path: &Path) -> usize {
        let path = path.to_owned();
        MessageFile::open(Box::new(move || Database::create(&path))).unwrap().read().unwrap().len()
    }

    #[test]
    fn old_messages_of_quiet_rooms_leave_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("messages");
        let limits = StoreLimits { age: 1000, ..StoreLimits::default() };
        let mut store = DiskStore::open(&path, limits, 0).unwrap();
        for (rid, time_stamp) in [("a", 100.0), ("b", 500.0), ("c", 900.0)] {
            store.append("k", rid, message(1, time_stamp));
        }
        store.forget_old(1101);
        drop(store);
        assert_eq!(on_disk(&path), 2);
        drop(DiskStore::open(&path, limits, 1501).unwrap());
        assert_eq!(on_disk(&path), 1);
    }

    /// A real file on a disk that can be full.
    #[derive(Debug)]
    struct Disk {
        file: FileBackend,
        is_full: Arc<AtomicBool>,
    }

    impl Disk {
        fn open(path: &Path, is_full: &Arc<AtomicBool>) -> Result<Database, DatabaseError> {
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false);
            let file = FileBackend::new(options.open(path).unwrap())?;
            Database::builder().create_with_backend(Self { file, is_full: Arc::clone(is_full) })
        }

        fn space(&self) -> Result<(), Error> {
            match self.is_full.load(Ordering::SeqCst) {
                true => Err(Error::from(ErrorKind::StorageFull)),
                false => Ok(()),
            }
        }
    }

    impl StorageBackend for Disk {
        fn len(&self) -> Result<u64, Error> {
            self.file.len()
        }
        fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
            self.file.read(offset, out)
        }
        fn set_len(&self, len: u64) -> Result<(), Error> {
            self.space().and_then(|()| self.file.set_len(len))
        }
        fn sync_data(&self) -> Result<(), Error> {
            self.file.sync_data()
        }
        fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
            self.space().and_then(|()| self.file.write(offset, data))
        }
        fn close(&self) -> Result<(), Error> {
            self.file.close()
        }
    }

    #[test]
    fn what_a_full_disk_does_not_take_is_written_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("messages");
        let is_full = Arc::new(AtomicBool::new(false));
        let limits = StoreLimits { messages_per_room: 3, ..StoreLimits::default() };
        let (of_store, disk) = (path.clone(), Arc::clone(&is_full));
        let mut store = DiskStore::read(Box::new(move || Disk::open(&of_store, &disk)), limits, 0).unwrap();
        store.append("k", "r", message(1, 0.0));
        store.append("k", "r", message(2, 0.0));
        store.flush();
        assert!(store.unwritten() == 0 && store.is_writing());

        is_full.store(true, Ordering::SeqCst);
        for size in 3..=6 {
            store.append("k", "r", message(size, 0.0));
            store.flush();
        }
        // Three messages, and three that have to leave the file or may have come into it.
        assert_eq!(store.unwritten(), 6);
        assert!(!store.is_writing());

        is_full.store(false, Ordering::SeqCst);
        store.append("k", "r", message(7, 0.0));
        store.flush();
        assert!(store.unwritten() == 0 && store.is_writing());
        let kept = store.read("r", None, 0);
        drop(store);
        let restarted = DiskStore::open(&path, limits, 0).unwrap();
        assert_eq!(restarted.read("r", None, 0), kept);
        drop(restarted);
        assert_eq!(on_disk(&path), 3);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Append(u8, usize),
        Restart,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => (0..6_u8, 0..300_usize).prop_map(|(room, size)| Step::Append(room, size)),
            1 => Just(Step::Restart),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn it_is_like_memory_that_survives_restarts(steps in prop::collection::vec(step(), 1..40)) {
            let limits = StoreLimits { messages_per_room: 4, bytes_per_room: 900, rooms: 2, age: 15 };
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("messages");
            let mut model = MemoryStore::new(limits);
            let mut store = DiskStore::open(&path, limits, 0).unwrap();
            for (moment, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Append(room, size) => {
                        let message = message(size, moment as f64);
                        let (space, room) = (room % 2, room.to_string());
                        model.append(&space.to_string(), &room, message.clone());
                        store.append(&space.to_string(), &room, message);
                    }
                    Step::Restart => {
                        drop(store);
                        store = DiskStore::open(&path, limits, moment as u64).unwrap();
                    }
                }
                for room in 0..6 {
                    let room = room.to_string();
                    let now = moment as u64;
                    prop_assert_eq!(model.read(&room, None, now), store.read(&room, None, now));
                }
            }
        }
    }
}
