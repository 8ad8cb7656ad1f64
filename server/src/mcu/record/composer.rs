//! Threads that make one file of each recording that ended, and tell who wants to know.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::archive::{read_journal, write_line, Archive, Refusal, FINISHED};
use super::compose;
use super::journal::{Journal, Line, Outcome, TrackLine};
use super::library::Stage;
use super::plan::plan;
use super::session::News;
use super::webhook::Caller;
use crate::mcu::ffmpeg::{Job, StartError};
use crate::mcu::tap::TapHandle;
use crate::time;

/// How often a recording is tried that the server did not survive.
const MOST_ATTEMPTS: usize = 3;
/// How often it is looked whether the server ends.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often it is looked how much of the disk is free, while ffmpeg writes.
const CHECK_EVERY: Duration = Duration::from_secs(3);
/// Name of the file while it is made.
const DRAFT: &str = "recording.part";
/// Name of the file that tells ffmpeg how, meanwhile.
const SCRIPT: &str = "graph";
/// How often it is looked what has become too old.
const RETAIN_EVERY: Duration = Duration::from_secs(600);
/// Composing may take so much longer than the recording.
const MOST_SLOWNESS: f64 = 20.0;
const LEAST_PATIENCE: f64 = 120.0;
/// Leaves the processor to the media threads.
const NICENESS: u8 = 10;
/// How far into a file its first cluster is, at most.
const HEADER: usize = 1024;
/// RFC 9559, 5.1.3.
const CLUSTER_ID: [u8; 4] = [0x1f, 0x43, 0xb6, 0x75];

/// The address at which members get a finished file.
pub type LinkMaker = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("nothing was published while it was recorded")]
    Empty,
    #[error("nothing of the recording came to the disk")]
    Lost,
    #[error("the server ended {0} times while the recording was composed")]
    TooManyAttempts(usize),
    #[error("ffmpeg could not compose the recording: {0}")]
    Ffmpeg(String),
    #[error("no track of the recording can be decoded: {0}")]
    Undecodable(String),
    #[error("composing took too long")]
    TooSlow,
    #[error("the recording cannot be composed: {0}")]
    Refused(#[from] Refusal),
    #[error("the recording cannot be composed: {0}")]
    System(#[from] std::io::Error),
    /// The server ends.
    #[error("postponed")]
    Postponed,
}

/// A file that was made.
struct Composed {
    /// How long it is.
    seconds: f64,
    /// What is missing from it.
    error: Option<String>,
}

/// Composes recordings.
pub struct Composer {
    archive: Arc<Archive>,
    link: LinkMaker,
    /// Rooms that want to hear of their recordings.
    rooms: Mutex<HashMap<String, TapHandle>>,
    queue: Mutex<Receiver<String>>,
    webhook: Caller,
}

impl Composer {
    pub(super) fn new(
        archive: Arc<Archive>,
        queue: Receiver<String>,
        link: LinkMaker,
        webhook: Caller,
    ) -> Arc<Self> {
        Arc::new(Self { archive, link, rooms: Mutex::default(), queue: Mutex::new(queue), webhook })
    }

    /// Its threads have ended: nobody else will be told.
    pub(super) fn close(&self) {
        self.webhook.close();
    }

    /// A room will want to hear of this recording.
    pub(super) fn expect(&self, id: &str, room: &TapHandle) {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), room.clone());
    }

    /// One of its threads: until the archive is closed.
    pub(super) fn run(&self) {
        loop {
            self.archive.retain();
            let next = self.queue.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(RETAIN_EVERY);
            match next {
                Ok(id) if !self.archive.is_closing() => self.finish(&id),
                Err(RecvTimeoutError::Timeout) => {}
                _ => return,
            }
        }
    }

    fn finish(&self, id: &str) {
        let Some(folder) = self.archive.folder(id) else { return };
        let outcome = self.compose(&folder);
        if outcome.is_err() {
            // Mostly there is none. What is left of one must not fill the disk.
            let _ = std::fs::remove_file(folder.join(DRAFT));
        }
        let is_empty = matches!(outcome, Err(Failure::Empty));
        let (line, news) = match outcome {
            Ok(Composed { seconds, error }) => {
                self.archive.numbers.composed.fetch_add(1, Ordering::Relaxed);
                (Line::Composed { at: time::now(), seconds, error }, None)
            }
            Err(Failure::Postponed) => (Line::Postponed, None),
            Err(failure) => {
                if is_empty {
                    tracing::info!(recording = id, "nothing came into a recording");
                } else {
                    tracing::error!(recording = id, reason = %failure, "a recording could not be composed");
                    self.archive.numbers.failed.fetch_add(1, Ordering::Relaxed);
                }
                let error = failure.to_string();
                let news = News::Failed(id.to_owned(), error.clone());
                (Line::Failed { at: time::now(), error }, Some(news))
            }
        };
        let is_composed = matches!(line, Line::Composed { .. });
        match write_line(&folder, &line) {
            Ok(()) if is_composed && !self.archive.settings().keeps_tracks => delete_tracks(&folder),
            Ok(()) => {}
            Err(error) => {
                tracing::error!(recording = id, %error, "the journal of a recording cannot be written");
            }
        }
        let Some(mut entry) = self.archive.refresh(id) else { return };
        if is_empty {
            // Those who were told that it goes on hear that there is nothing.
            self.archive.forget(id);
        }
        if let Line::Composed { seconds, .. } = line {
            // The file is there, whether or not the journal could be told.
            (entry.stage, entry.seconds) = (Stage::Ready, Some(seconds));
            self.archive.library().put(entry.clone());
        }
        if line == Line::Postponed {
            return;
        }
        let link = (self.link)(id).filter(|_| is_composed);
        let room = self.rooms.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        let news = news.or_else(|| link.clone().map(|link| News::Finished(id.to_owned(), link)));
        if let (Some(room), Some(news)) = (room, news) {
            room.tell(news.to_value());
        }
        if is_composed {
            tracing::info!(
                recording = id,
                seconds = entry.seconds,
                bytes = entry.bytes,
                "a recording is ready"
            );
        }
        self.webhook.tell(&entry);
    }

    fn compose(&self, folder: &Path) -> Result<Composed, Failure> {
        let mut journal = read_journal(folder)?;
        if let Outcome::Composed { seconds } = journal.outcome {
            return Ok(Composed { seconds, error: None });
        }
        // It comes there by its new name alone, so it is whole. The journal was not told.
        if folder.join(FINISHED).is_file() {
            let seconds = plan(&journal).map_or(0.0, |plan| plan.seconds);
            return Ok(Composed { seconds, error: None });
        }
        if journal.attempts >= MOST_ATTEMPTS {
            return Err(Failure::TooManyAttempts(journal.attempts));
        }
        write_line(folder, &Line::Composing)?;
        if journal.tracks.is_empty() {
            return Err(Failure::Empty);
        }
        keep_tracks_with_media(&mut journal, folder);
        let seconds = plan(&journal).ok_or(Failure::Lost)?.seconds;
        self.archive.check_disk()?;
        let draft = folder.join(DRAFT);
        let error = match self.make(&journal, folder, &draft) {
            Ok(()) => None,
            Err(Failure::Ffmpeg(log)) => {
                let all = journal.tracks.len();
                let bad = self.leave_out_undecodable(&mut journal, folder, seconds)?;
                if bad == 0 {
                    return Err(Failure::Ffmpeg(log));
                }
                if journal.tracks.is_empty() {
                    return Err(Failure::Undecodable(log));
                }
                self.make(&journal, folder, &draft)?;
                Some(format!("{bad} of {all} tracks cannot be decoded and are left out"))
            }
            Err(failure) => return Err(failure),
        };
        std::fs::File::open(&draft)?.sync_all()?;
        std::fs::rename(&draft, folder.join(FINISHED))?;
        Ok(Composed { seconds, error })
    }

    fn make(&self, journal: &Journal, folder: &Path, draft: &Path) -> Result<(), Failure> {
        let plan = plan(journal).ok_or(Failure::Lost)?;
        let script = folder.join(SCRIPT);
        std::fs::write(&script, compose::graph(&plan))?;
        let made = self.run_ffmpeg(compose::arguments(&plan, folder, &script, draft), plan.seconds);
        let _ = std::fs::remove_file(&script);
        made
    }

    /// What a client sends as pictures need not be any: that costs it its track, not the others
    /// their recording. Gives how many there are.
    fn leave_out_undecodable(
        &self,
        journal: &mut Journal,
        folder: &Path,
        seconds: f64,
    ) -> Result<usize, Failure> {
        let all = journal.tracks.len();
        for known in std::mem::take(&mut journal.tracks) {
            match self.run_ffmpeg(compose::trial(folder, &known.track.file), seconds) {
                Ok(()) => journal.tracks.push(known),
                Err(Failure::Ffmpeg(reason)) => {
                    let TrackLine { file, peer, .. } = &known.track;
                    tracing::warn!(recording = journal.id, file, peer, reason, "a track cannot be decoded");
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(all.saturating_sub(journal.tracks.len()))
    }

    fn run_ffmpeg(&self, arguments: Vec<std::ffi::OsString>, seconds: f64) -> Result<(), Failure> {
        let ffmpeg = self.archive.ffmpeg().ok_or_else(|| Failure::Ffmpeg("it is not there".to_owned()))?;
        let job = || Job { arguments: arguments.clone(), niceness: NICENESS, ..Job::default() };
        let mut running = loop {
            match ffmpeg.start(job(), || {}) {
                Ok(running) => break running,
                // Live streams have it.
                Err(StartError::Busy(_)) if !self.archive.is_closing() => std::thread::sleep(LOOK_EVERY),
                Err(StartError::Busy(_)) => return Err(Failure::Postponed),
                Err(StartError::System(error)) => return Err(error.into()),
            }
        };
        let patience = Duration::from_secs_f64((seconds * MOST_SLOWNESS).max(LEAST_PATIENCE));
        let begun = Instant::now();
        let mut checked = begun;
        loop {
            if let Some(ending) = running.wait(LOOK_EVERY) {
                let log = || ending.log.lines().last().unwrap_or(&ending.status).to_owned();
                return if ending.is_success { Ok(()) } else { Err(Failure::Ffmpeg(log())) };
            }
            if self.archive.is_closing() {
                return Err(Failure::Postponed);
            }
            if checked.elapsed() > CHECK_EVERY {
                checked = Instant::now();
                self.archive.check_disk()?;
            }
            if begun.elapsed() > patience {
                return Err(Failure::TooSlow);
            }
        }
    }
}

/// A crash may have come before the first cluster of a file.
fn keep_tracks_with_media(journal: &mut Journal, folder: &Path) {
    let has_media = |file: &str| {
        use std::io::Read;
        let mut start = Vec::new();
        let limit = u64::try_from(HEADER).unwrap_or(u64::MAX);
        let read =
            std::fs::File::open(folder.join(file)).and_then(|file| file.take(limit).read_to_end(&mut start));
        read.is_ok() && start.windows(CLUSTER_ID.len()).any(|window| window == CLUSTER_ID)
    };
    journal.tracks.retain(|known| has_media(&known.track.file));
}

fn delete_tracks(folder: &Path) {
    let Ok(journal) = read_journal(folder) else { return };
    for known in journal.tracks {
        if let Err(error) = std::fs::remove_file(folder.join(&known.track.file)) {
            tracing::warn!(file = known.track.file, %error, "a track cannot be deleted");
        }
    }
}
