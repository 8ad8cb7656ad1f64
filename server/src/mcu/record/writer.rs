//! The thread that writes the files of one recording.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{sync_channel, Receiver, SyncSender, TrySendError};
use std::sync::Arc;

use super::archive::{write_line, Archive, Refusal};
use super::session::{Job, News};
use crate::mcu::tap::TapHandle;

/// Jobs that may wait for the disk: some seconds of a large room.
const BACKLOG: usize = 2000;
/// Bytes of tracks that may wait for it.
const BACKLOG_BYTES: usize = 64 << 20;
/// After so many bytes it is looked again how much is free.
const CHECK_EVERY: u64 = 256 * 1024;

/// The way to that thread. Closing is dropping.
#[derive(Debug)]
pub(super) struct WriterLink {
    jobs: SyncSender<Job>,
    /// Bytes that wait.
    waiting: Arc<AtomicUsize>,
    id: String,
    tap: TapHandle,
    is_broken: bool,
    has_content: bool,
}

impl WriterLink {
    /// Starts the thread. It reports to `tap`.
    pub(super) fn start(archive: &Arc<Archive>, id: &str, rid: &str, tap: &TapHandle) -> Option<Self> {
        let (jobs, receiver) = sync_channel(BACKLOG);
        let link = Self::to(jobs, id, tap);
        let waiting = Arc::clone(&link.waiting);
        let (archive, id, rid, tap) = (Arc::clone(archive), id.to_owned(), rid.to_owned(), tap.clone());
        let run = move || run(&archive, &id, &rid, &tap, &receiver, &waiting);
        match std::thread::Builder::new().name("recording".to_owned()).spawn(run) {
            Ok(_) => Some(link),
            Err(error) => {
                link.tap.tell(News::Failed(link.id.clone(), Refusal::System(error).to_string()).to_value());
                None
            }
        }
    }

    fn to(jobs: SyncSender<Job>, id: &str, tap: &TapHandle) -> Self {
        let (id, tap) = (id.to_owned(), tap.clone());
        Self { jobs, waiting: Arc::default(), id, tap, is_broken: false, has_content: false }
    }

    /// Id of the recording, if there is one: it may have been refused.
    pub(super) fn recorded(&self) -> Option<&str> {
        self.has_content.then_some(&self.id)
    }

    /// Never blocks.
    pub(super) fn send(&mut self, job: Job) {
        self.has_content = true;
        let bytes = weight(&job);
        // This thread alone adds, so what it sees is never too little.
        let is_too_much =
            bytes > 0 && self.waiting.load(Ordering::Acquire) > BACKLOG_BYTES.saturating_sub(bytes);
        self.waiting.fetch_add(bytes, Ordering::AcqRel);
        let is_full = is_too_much || matches!(self.jobs.try_send(job), Err(TrySendError::Full(_)));
        if is_full {
            self.waiting.fetch_sub(bytes, Ordering::AcqRel);
            if !std::mem::replace(&mut self.is_broken, true) {
                let news = News::Failed(self.id.clone(), Refusal::TooSlow.to_string());
                self.tap.tell(news.to_value());
            }
        }
    }
}

/// Bytes of a track in it.
fn weight(job: &Job) -> usize {
    if let Job::Piece { bytes, .. } = job {
        bytes.len()
    } else {
        0
    }
}

fn run(archive: &Archive, id: &str, rid: &str, tap: &TapHandle, jobs: &Receiver<Job>, waiting: &AtomicUsize) {
    let fail = |refusal: &Refusal| tap.tell(News::Failed(id.to_owned(), refusal.to_string()).to_value());
    let (folder, slot) = match archive.begin(id, rid) {
        Ok(begun) => begun,
        Err(refusal) => {
            tracing::warn!(room = rid, reason = %refusal, "a recording was refused");
            archive.numbers.refused.fetch_add(1, Ordering::Relaxed);
            return fail(&refusal);
        }
    };
    tracing::info!(recording = id, room = rid, "recording");
    tap.tell(News::Opened(id.to_owned()).to_value());
    let mut files =
        Files { archive, folder, open: HashMap::new(), complete: Vec::new(), written: 0, unchecked: 0 };
    let (mut is_told, mut is_empty) = (false, true);
    while let Ok(job) = jobs.recv() {
        if job == Job::Close {
            break;
        }
        is_empty = false;
        waiting.fetch_sub(weight(&job), Ordering::AcqRel);
        if let (Err(refusal), false) = (files.carry_out(job), is_told) {
            tracing::error!(recording = id, reason = %refusal, "a recording cannot go on");
            archive.numbers.broken.fetch_add(1, Ordering::Relaxed);
            is_told = true;
            fail(&refusal);
        }
    }
    let complete = files.complete.iter().filter_map(|file| File::open(files.folder.join(file)).ok());
    for file in complete.chain(files.open.into_values()) {
        let _ = file.sync_data();
    }
    drop(slot);
    if is_empty {
        // It was stopped before it was known that it could begin: nobody was told of it.
        return archive.forget(id);
    }
    archive.ended(id);
}

struct Files<'a> {
    archive: &'a Archive,
    folder: PathBuf,
    open: HashMap<String, File>,
    /// Files that are not open any more.
    complete: Vec<String>,
    written: u64,
    unchecked: u64,
}

impl Files<'_> {
    fn carry_out(&mut self, job: Job) -> Result<(), Refusal> {
        match job {
            Job::Open(_) | Job::Close => Ok(()),
            Job::Journal(line) => Ok(write_line(&self.folder, &line)?),
            Job::Complete(file) => {
                // A client may send and stop hundreds of times while a room is recorded.
                if self.open.remove(&file).is_some() {
                    self.complete.push(file);
                }
                Ok(())
            }
            Job::Piece { file, bytes } => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                let file = match self.open.entry(file) {
                    std::collections::hash_map::Entry::Occupied(open) => open.into_mut(),
                    std::collections::hash_map::Entry::Vacant(new) => {
                        let path = Path::new(&self.folder).join(new.key());
                        new.insert(std::fs::OpenOptions::new().create(true).append(true).open(path)?)
                    }
                };
                file.write_all(&bytes)?;
                self.archive.numbers.bytes.fetch_add(length, Ordering::Relaxed);
                self.written = self.written.saturating_add(length);
                self.unchecked = self.unchecked.saturating_add(length);
                let most = self.archive.settings().bytes;
                if self.written > most {
                    return Err(Refusal::TooLarge(most));
                }
                if self.unchecked > CHECK_EVERY {
                    self.unchecked = 0;
                    self.archive.check_disk()?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn no_more_waits_for_a_slow_disk_than_there_is_memory_for() {
        let (jobs, queue) = sync_channel(BACKLOG);
        let (told, news) = std::sync::mpsc::channel();
        let mut link = WriterLink::to(jobs, "rec", &TapHandle::new(move |value| drop(told.send(value))));
        let piece = || Job::Piece { file: "0.webm".to_owned(), bytes: vec![0; 1 << 20] };
        for _ in 0..64 {
            link.send(piece());
        }
        assert!(news.try_recv().is_err());
        link.send(piece());
        link.send(piece());
        let failed = News::Failed("rec".to_owned(), "the disk of the server is too slow".to_owned());
        assert_eq!(news.try_iter().collect::<Vec<_>>(), [failed.to_value()]);
        assert_eq!(queue.try_iter().count(), 64);
        // Where it ended is still written down.
        link.send(Job::Journal(super::super::journal::Line::Ended { at: 1, error: None }));
        assert_eq!(queue.try_iter().count(), 1);
    }
}
