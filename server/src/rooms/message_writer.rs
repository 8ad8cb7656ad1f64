//! What is still to be written into the file of stored messages, and the thread that writes it.
//!
//! Nothing is given up while the server runs: what a full or broken disk does not take is tried
//! again, together with what came since.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::message_file::{MessageFile, Row};

/// How long after a failure it is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// What the writing thread is to do.
pub(super) enum Change {
    Put(u64, Row),
    Remove(u64),
    /// Try now, and say when it was tried.
    Flush(Sender<()>),
}

/// Changes that the file does not have yet. They take no more room than the messages in memory and
/// those that the file holds: what came and went in between is forgotten.
#[derive(Debug)]
struct Pending {
    rows: BTreeMap<u64, Option<Row>>,
    /// Messages up to this number may be in the file.
    tried: u64,
}

impl Pending {
    fn put(&mut self, number: u64, row: Row) {
        self.rows.insert(number, Some(row));
    }

    fn remove(&mut self, number: u64) {
        if number > self.tried {
            self.rows.remove(&number);
        } else {
            self.rows.insert(number, None);
        }
    }

    fn note_try(&mut self) {
        if let Some((last, _)) = self.rows.last_key_value() {
            self.tried = self.tried.max(*last);
        }
    }

    fn len(&self) -> u64 {
        u64::try_from(self.rows.len()).unwrap_or(u64::MAX)
    }
}

/// Writes what comes until nobody can send any more. `last_number` is the highest in the file;
/// `unwritten` is kept at the number of changes that wait for the disk.
pub(super) fn write_changes(
    mut file: MessageFile,
    last_number: u64,
    changes: &Receiver<Change>,
    unwritten: &Arc<AtomicU64>,
) {
    let mut pending = Pending { rows: BTreeMap::new(), tried: last_number };
    let mut next_try: Option<Instant> = None;
    let mut is_over = false;
    while !is_over {
        let first = match next_try {
            None => changes.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(moment) => changes.recv_timeout(moment.saturating_duration_since(Instant::now())),
        };
        is_over = matches!(first, Err(RecvTimeoutError::Disconnected));
        let mut waiting = Vec::new();
        for change in first.into_iter().chain(changes.try_iter()) {
            match change {
                Change::Put(number, row) => pending.put(number, row),
                Change::Remove(number) => pending.remove(number),
                Change::Flush(done) => waiting.push(done),
            }
        }
        let is_due = next_try.is_none_or(|moment| moment <= Instant::now());
        if is_due || is_over || !waiting.is_empty() {
            next_try = write_all(&mut file, &mut pending);
        }
        unwritten.store(pending.len(), Ordering::Relaxed);
        for done in waiting {
            let _ = done.send(());
        }
    }
    if pending.len() > 0 {
        tracing::error!(changes = pending.len(), "stored messages are lost: the disk does not take them");
    }
}

/// Says when to try again.
fn write_all(file: &mut MessageFile, pending: &mut Pending) -> Option<Instant> {
    pending.note_try();
    match file.write(&pending.rows) {
        Ok(()) => {
            pending.rows.clear();
            None
        }
        Err(error) => {
            let changes = pending.len();
            tracing::error!(%error, changes, "stored messages could not be written; they are tried again");
            Instant::now().checked_add(RETRY)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_went_before_it_was_tried_needs_no_writing() {
        let row = Row { space: "k".into(), rid: "r".into(), text: "{}".into() };
        let mut pending = Pending { rows: BTreeMap::new(), tried: 5 };
        pending.put(6, row.clone());
        pending.remove(6);
        pending.remove(5);
        assert_eq!(pending.rows, BTreeMap::from([(5, None)]));

        // A try that failed may have reached the file all the same.
        pending.put(7, row);
        pending.note_try();
        pending.remove(7);
        assert_eq!(pending.rows, BTreeMap::from([(5, None), (7, None)]));
    }
}
