//! The folder of all recordings: one folder for each, with its journal, its tracks and, at last,
//! its file. Knows who may begin one, and what there is.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::journal::{Journal, Line};
use super::library::{Entry, Library, Retention, Stage};
use crate::mcu::ffmpeg::Ffmpeg;
use crate::secret::Secret;
use crate::time;

/// Name of the journal in the folder of a recording.
const JOURNAL: &str = "journal";
/// Name of the file that all tracks become.
pub(super) const FINISHED: &str = "recording.mp4";

/// How the server records.
#[derive(Debug, Clone)]
pub struct RecordingSettings {
    /// Whether it does.
    pub is_enabled: bool,
    /// Where; nothing is recorded without it.
    pub folder: Option<PathBuf>,
    /// How many recordings may go on.
    pub simultaneous: usize,
    /// How many are composed at a time.
    pub composing: usize,
    /// How long one may be.
    pub longest: Duration,
    /// How many bytes one may have before it is composed.
    pub bytes: u64,
    /// So many bytes are left free on the disk.
    pub free_bytes: u64,
    /// What is kept.
    pub retention: Retention,
    /// Whether the tracks are kept beside the file that they became.
    pub keeps_tracks: bool,
    /// How long the address of a file that members are told is good. Zero: they are not told.
    pub link_lifetime: Duration,
    /// Is told of finished recordings.
    pub webhook: Option<String>,
    /// Signs what it is told.
    pub webhook_secret: Option<Secret>,
}

impl Default for RecordingSettings {
    fn default() -> Self {
        Self {
            is_enabled: true,
            folder: None,
            simultaneous: 10,
            composing: 1,
            longest: Duration::from_secs(4 * 3600),
            bytes: 4 << 30,
            free_bytes: 512 << 20,
            retention: Retention::default(),
            keeps_tracks: false,
            link_lifetime: Duration::from_secs(24 * 3600),
            webhook: None,
            webhook_secret: None,
        }
    }
}

/// Why nothing is recorded. Members are told this text.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The settings say so.
    #[error("this server does not record")]
    Off,
    /// Nothing could compose it.
    #[error("this server does not record, because it has no ffmpeg")]
    NoFfmpeg,
    /// There is no place for it.
    #[error("this server does not record, because it has no folder for data")]
    NoFolder,
    /// Too many.
    #[error("the server makes as many recordings as it may, which is {0}")]
    Busy(usize),
    /// The limit of free bytes is reached.
    #[error("the disk of the server is full")]
    DiskFull,
    /// The limit of one recording is reached.
    #[error("the recording has reached its limit of {0} bytes")]
    TooLarge(u64),
    /// The disk is slower than the media.
    #[error("the disk of the server is too slow")]
    TooSlow,
    /// Anything else.
    #[error("the recording cannot be written: {0}")]
    System(#[from] std::io::Error),
}

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub(super) begun: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) broken: AtomicU64,
    pub(super) composed: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) deleted: AtomicU64,
    pub(super) webhooks_failed: AtomicU64,
}

/// Space and name of a room by its id.
pub type RoomLabel = Box<dyn Fn(&str) -> Option<(String, String)> + Send + Sync>;

/// All recordings of this server.
pub struct Archive {
    settings: RecordingSettings,
    ffmpeg: Option<Ffmpeg>,
    label: RoomLabel,
    library: Mutex<Library>,
    pub(super) numbers: Numbers,
    /// Folders that are being written to, and a bell for when one is not any more.
    writing: AtomicUsize,
    idle: (Mutex<()>, Condvar),
    is_closing: AtomicBool,
    to_compose: Mutex<Option<Sender<String>>>,
}

/// The right to write one recording.
pub(super) struct Slot<'a>(&'a Archive);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let _guard = self.0.idle.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.writing.fetch_sub(1, Ordering::AcqRel);
        self.0.idle.1.notify_all();
    }
}

impl Archive {
    /// Reads what is there. The other half takes ids of recordings that are to be composed, those
    /// that a crash left behind first.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(
        settings: RecordingSettings,
        ffmpeg: Option<Ffmpeg>,
        label: RoomLabel,
    ) -> std::io::Result<(Arc<Self>, Receiver<String>)> {
        let (to_compose, queue) = channel();
        let mut library = Library::default();
        if let Some(folder) = &settings.folder {
            std::fs::create_dir_all(folder)?;
            for item in std::fs::read_dir(folder)? {
                let path = item?.path();
                let Some(entry) = entry_of(&path) else { continue };
                if entry.stage == Stage::Composing {
                    let _ = to_compose.send(entry.id.clone());
                }
                library.put(entry);
            }
        }
        let archive = Self {
            settings,
            ffmpeg,
            label,
            library: Mutex::new(library),
            numbers: Numbers::default(),
            writing: AtomicUsize::new(0),
            idle: (Mutex::new(()), Condvar::new()),
            is_closing: AtomicBool::new(false),
            to_compose: Mutex::new(Some(to_compose)),
        };
        Ok((Arc::new(archive), queue))
    }

    /// How it records.
    pub fn settings(&self) -> &RecordingSettings {
        &self.settings
    }

    /// Why it does not record at all, if so.
    pub fn is_unable(&self) -> Option<Refusal> {
        match (&self.ffmpeg, &self.settings.folder) {
            _ if !self.settings.is_enabled => Some(Refusal::Off),
            (None, _) => Some(Refusal::NoFfmpeg),
            (_, None) => Some(Refusal::NoFolder),
            _ => None,
        }
    }

    pub(super) fn ffmpeg(&self) -> Option<&Ffmpeg> {
        self.ffmpeg.as_ref()
    }

    /// What there is.
    pub fn library(&self) -> MutexGuard<'_, Library> {
        self.library.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The folder of a recording. Ids are our own; others do not exist.
    pub(super) fn folder(&self, id: &str) -> Option<PathBuf> {
        let is_id = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || !id.chars().all(is_id) {
            return None;
        }
        Some(self.settings.folder.as_ref()?.join(id))
    }

    /// Makes the folder of a recording that begins.
    pub(super) fn begin(&self, id: &str, rid: &str) -> Result<(PathBuf, Slot<'_>), Refusal> {
        if let Some(refusal) = self.is_unable() {
            return Err(refusal);
        }
        let most = self.settings.simultaneous;
        let one_more = |writing: usize| writing.checked_add(1).filter(|more| *more <= most);
        let attempt = self.writing.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more);
        attempt.map_err(|_| Refusal::Busy(most))?;
        let slot = Slot(self);
        let folder = self.folder(id).ok_or(Refusal::NoFolder)?;
        self.check_disk()?;
        std::fs::create_dir(&folder)?;
        let (space, room) = (self.label)(rid).unwrap_or_default();
        let begun = time::now();
        let line = Line::Begun {
            id: id.to_owned(),
            rid: rid.to_owned(),
            space: space.clone(),
            room: room.clone(),
            at: begun,
        };
        write_line(&folder, &line)?;
        let journal =
            Journal { id: id.to_owned(), rid: rid.to_owned(), space, room, begun, ..Journal::default() };
        self.library().put(Entry { stage: Stage::Recording, ..Entry::of(&journal, 0) });
        self.numbers.begun.fetch_add(1, Ordering::Relaxed);
        Ok((folder, slot))
    }

    /// Whether enough is free.
    pub(super) fn check_disk(&self) -> Result<(), Refusal> {
        let Some(folder) = &self.settings.folder else { return Err(Refusal::NoFolder) };
        let disk = rustix::fs::statvfs(folder).map_err(std::io::Error::from)?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < self.settings.free_bytes {
            return Err(Refusal::DiskFull);
        }
        Ok(())
    }

    /// All files of a recording are written.
    pub(super) fn ended(&self, id: &str) {
        if let Some(entry) = self.library().get_mut(id) {
            entry.stage = Stage::Composing;
        }
        if let Some(queue) = &*self.to_compose.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = queue.send(id.to_owned());
        }
    }

    /// A recording ended before anybody was told that it began.
    pub(super) fn forget(&self, id: &str) {
        self.library().remove(id);
        if let Some(Err(error)) = self.folder(id).map(std::fs::remove_dir_all) {
            tracing::error!(recording = id, %error, "an empty recording cannot be deleted");
        }
    }

    /// Reads the journal of a recording anew.
    pub(super) fn refresh(&self, id: &str) -> Option<Entry> {
        let entry = entry_of(&self.folder(id)?)?;
        self.library().put(entry.clone());
        Some(entry)
    }

    /// The file of a finished recording.
    pub fn file(&self, id: &str) -> Option<PathBuf> {
        let is_ready = self.library().get(id)?.stage == Stage::Ready;
        Some(self.folder(id).filter(|_| is_ready)?.join(FINISHED))
    }

    /// Deletes a recording that is over; `false` if it is not.
    ///
    /// # Errors
    /// When its folder cannot be deleted.
    pub fn delete(&self, id: &str) -> std::io::Result<bool> {
        let Some(folder) = self.folder(id) else { return Ok(false) };
        let taken = {
            let mut library = self.library();
            let is_over = library.get(id).is_some_and(|entry| entry.stage.is_over());
            if is_over {
                library.remove(id)
            } else {
                None
            }
        };
        let Some(entry) = taken else { return Ok(false) };
        // The library is not held meanwhile: whoever asks what there is must not wait for the disk.
        if let Err(error) = std::fs::remove_dir_all(folder) {
            if error.kind() != std::io::ErrorKind::NotFound {
                self.library().put(entry);
                return Err(error);
            }
        }
        self.numbers.deleted.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    }

    /// Deletes what is not to be kept any longer.
    pub(super) fn retain(&self) {
        let outdated = self.library().outdated(self.settings.retention, time::now());
        for id in outdated {
            match self.delete(&id) {
                Ok(_) => tracing::info!(recording = id, "an old recording was deleted"),
                Err(error) => tracing::error!(recording = id, %error, "an old recording cannot be deleted"),
            }
        }
    }

    pub(super) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Acquire)
    }

    /// The server ends: composing stops, and files that are being written get a moment to be
    /// completed. What is open then is taken up at the next start.
    pub fn close(&self, patience: Duration) {
        self.is_closing.store(true, Ordering::Release);
        self.to_compose.lock().unwrap_or_else(PoisonError::into_inner).take();
        let guard = self.idle.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_writing = |(): &mut ()| self.writing.load(Ordering::Acquire) > 0;
        let waited = self.idle.1.wait_timeout_while(guard, patience, is_writing);
        if waited.is_ok_and(|(_, outcome)| outcome.timed_out()) {
            tracing::warn!("recordings that go on were not completed in time");
        }
    }

    /// Its numbers as Prometheus text.
    pub fn write_metrics(&self, text: &mut String) {
        use std::fmt::Write;
        let size = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let count = |stage| size(self.library().count(stage));
        let numbers = &self.numbers;
        let get = |number: &AtomicU64| number.load(Ordering::Relaxed);
        for (name, kind, help, value) in [
            ("active", "gauge", "Recordings that go on.", count(Stage::Recording)),
            ("composing", "gauge", "Recordings that wait to be composed or are.", count(Stage::Composing)),
            ("ready", "gauge", "Recordings that can be downloaded.", count(Stage::Ready)),
            ("begun_total", "counter", "Recordings begun.", get(&numbers.begun)),
            ("refused_total", "counter", "Recordings refused.", get(&numbers.refused)),
            ("broken_total", "counter", "Recordings ended by a limit or a fault.", get(&numbers.broken)),
            ("composed_total", "counter", "Recordings composed.", get(&numbers.composed)),
            ("failed_total", "counter", "Recordings that could not be composed.", get(&numbers.failed)),
            ("deleted_total", "counter", "Recordings deleted.", get(&numbers.deleted)),
            ("bytes_total", "counter", "Bytes of tracks written.", get(&numbers.bytes)),
            (
                "webhooks_failed_total",
                "counter",
                "Finished recordings that the webhook did not take.",
                get(&numbers.webhooks_failed),
            ),
        ] {
            // Writing to a String never fails.
            let _ = writeln!(
                text,
                "# HELP skylink_recordings_{name} {help}\n# TYPE skylink_recordings_{name} {kind}\nskylink_recordings_{name} {value}"
            );
        }
    }
}

/// Adds a line to the journal in a folder. What must not be lost is on disk when this returns.
pub(super) fn write_line(folder: &Path, line: &Line) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(folder.join(JOURNAL))?;
    file.write_all(line.to_text().as_bytes())?;
    match line {
        Line::Beat { .. } | Line::Sync(_) => Ok(()),
        _ => file.sync_data(),
    }
}

pub(super) fn read_journal(folder: &Path) -> std::io::Result<Journal> {
    Ok(Journal::read(&String::from_utf8_lossy(&std::fs::read(folder.join(JOURNAL))?)))
}

/// What a folder holds; `None` if it is no recording's.
fn entry_of(folder: &Path) -> Option<Entry> {
    let journal = read_journal(folder).ok()?;
    let is_its_own = folder.file_name()?.to_str()? == journal.id;
    let files = std::fs::read_dir(folder).ok()?.filter_map(|file| file.ok()?.metadata().ok());
    let bytes = files.map(|about| about.len()).fold(0, u64::saturating_add);
    is_its_own.then(|| Entry::of(&journal, bytes))
}
