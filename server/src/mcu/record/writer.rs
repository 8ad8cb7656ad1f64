//! The thread that writes the files of one recording.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{sync_channel, Receiver, SyncSender, TrySendError};
use std::sync::Arc;

use super::archive::{write_line, Archive, Refusal};
use super::session::{Job, News};
use crate::mcu::tap::TapHandle;

/// Jobs that may wait for the disk: some seconds of a large room.
const BACKLOG: usize = 2000;
/// After so many bytes it is looked again how much is free.
const CHECK_EVERY: u64 = 256 * 1024;

/// The way to that thread. Closing is dropping.
#[derive(Debug)]
pub(super) struct WriterLink {
    jobs: SyncSender<Job>,
    id: String,
    tap: TapHandle,
    is_broken: bool,
    has_content: bool,
}

impl WriterLink {
    /// Starts the thread. It reports to `tap`.
    pub(super) fn start(archive: &Arc<Archive>, id: &str, rid: &str, tap: &TapHandle) -> Option<Self> {
        let (jobs, receiver) = sync_channel(BACKLOG);
        let link = Self { jobs, id: id.to_owned(), tap: tap.clone(), is_broken: false, has_content: false };
        let (archive, id, rid, tap) = (Arc::clone(archive), id.to_owned(), rid.to_owned(), tap.clone());
        let run = move || run(&archive, &id, &rid, &tap, &receiver);
        match std::thread::Builder::new().name("recording".to_owned()).spawn(run) {
            Ok(_) => Some(link),
            Err(error) => {
                link.tap.tell(News::Failed(link.id.clone(), Refusal::System(error).to_string()).to_value());
                None
            }
        }
    }

    /// Id of the recording, if there is one: it may have been refused.
    pub(super) fn recorded(&self) -> Option<&str> {
        self.has_content.then_some(&self.id)
    }

    /// Never blocks.
    pub(super) fn send(&mut self, job: Job) {
        self.has_content = true;
        if let Err(TrySendError::Full(_)) = self.jobs.try_send(job) {
            if !std::mem::replace(&mut self.is_broken, true) {
                let news = News::Failed(self.id.clone(), Refusal::TooSlow.to_string());
                self.tap.tell(news.to_value());
            }
        }
    }
}

fn run(archive: &Archive, id: &str, rid: &str, tap: &TapHandle, jobs: &Receiver<Job>) {
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
    let mut files = Files { archive, folder, open: HashMap::new(), written: 0, unchecked: 0 };
    let (mut is_told, mut is_empty) = (false, true);
    while let Ok(job) = jobs.recv() {
        if job == Job::Close {
            break;
        }
        is_empty = false;
        if let (Err(refusal), false) = (files.carry_out(job), is_told) {
            tracing::error!(recording = id, reason = %refusal, "a recording cannot go on");
            archive.numbers.broken.fetch_add(1, Ordering::Relaxed);
            is_told = true;
            fail(&refusal);
        }
    }
    for file in files.open.into_values() {
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
    written: u64,
    unchecked: u64,
}

impl Files<'_> {
    fn carry_out(&mut self, job: Job) -> Result<(), Refusal> {
        match job {
            Job::Open(_) | Job::Close => Ok(()),
            Job::Journal(line) => Ok(write_line(&self.folder, &line)?),
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
