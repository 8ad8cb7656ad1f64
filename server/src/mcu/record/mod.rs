//! Records rooms: each track into a file of its own while it goes on, and all of them into one MP4
//! when it is over.
//!
//! ```text
//!  room ── TapEvent ─► recorder ─► session ── Job ─► writer (a thread for each recording)
//!    ▲                               │                 │ journal, 0.webm, 1.webm …
//!    └── recordingEvent ◄── Order ───┘                 ▼
//!                                              composer (threads) ── ffmpeg ─► recording.mp4
//!                                                      └─► the room, the webhook (a thread)
//! ```
//!
//! | module | what it decides |
//! | --- | --- |
//! | [`session`] | when a room is recorded, what its members are told |
//! | [`track_file`] | what of a track goes into its file, and when it began |
//! | [`journal`] | what is remembered, also over a crash |
//! | [`plan`], [`compose`] | where each track is in the composed file |
//! | [`library`] | what there is, and what is deleted |
//!
//! None of these does IO. [`archive`] has the folder of all recordings and their limits.

pub mod archive;
pub mod compose;
mod composer;
pub mod journal;
pub mod library;
pub mod plan;
mod recorder;
pub mod session;
#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss
)]
mod tests;
pub mod track_file;
mod webhook;
mod writer;

pub use archive::{Archive, RecordingSettings, Refusal, RoomLabel};
pub use composer::LinkMaker;
pub use webhook::describe;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::ffmpeg::Ffmpeg;
use super::tap::TapFactory;
use composer::Composer;

/// How long files that are being written may take when the server ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// Everything that records.
pub struct Studio {
    archive: Arc<Archive>,
    composer: Arc<Composer>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    webhook: Mutex<Option<JoinHandle<()>>>,
}

impl Studio {
    /// Reads what there is and begins to compose what a crash left behind. Without `ffmpeg` or a
    /// folder it refuses to record.
    ///
    /// # Errors
    /// When the folder does not work, or when there are no threads.
    pub fn open(
        settings: RecordingSettings,
        ffmpeg: Option<Ffmpeg>,
        label: RoomLabel,
        link: LinkMaker,
    ) -> std::io::Result<Self> {
        let composing = settings.composing.max(1);
        let ffmpeg = ffmpeg.map(|ffmpeg| ffmpeg.with_limit(composing));
        let (archive, queue) = Archive::open(settings, ffmpeg, label)?;
        let (caller, webhook) = webhook::Caller::start(&archive)?;
        let composer = Composer::new(Arc::clone(&archive), queue, link, caller);
        let studio = Self { archive, composer, threads: Mutex::default(), webhook: Mutex::new(webhook) };
        if studio.archive.is_unable().is_none() {
            for number in 0..composing {
                let composer = Arc::clone(&studio.composer);
                let name = format!("composer-{number}");
                let thread = std::thread::Builder::new().name(name).spawn(move || composer.run())?;
                studio.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
            }
        }
        Ok(studio)
    }

    /// Makes the recorder of each room.
    pub fn taps(&self) -> TapFactory {
        recorder::factory(Arc::clone(&self.archive), Arc::clone(&self.composer))
    }

    /// All recordings.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Once the media server has ended.
    pub fn close(&self) {
        self.archive.close(FAREWELL);
        for thread in std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner)) {
            let _ = thread.join();
        }
        self.composer.close();
        if let Some(thread) = self.webhook.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}
