//! Live streams: `startRTMP` sends a member's pictures and sound to an RTMP server, encoded by
//! ffmpeg as H.264 and AAC.
//!
//! ```text
//!  packets ─► frames::Assembler ─► feed ─ live WebM ─► run: queue ─► ffmpeg ─► rtmp://…
//!                                  ▲                    │
//!              tap ─ requests ─► session ◄─ progress, end ┘
//! ```
//!
//! | module | what it decides |
//! | --- | --- |
//! | [`endpoint`] | where streams may go, and what of it may be logged |
//! | [`feed`] | which frames make a stream, and when they are |
//! | [`session`] | when to begin, to try again, to give up |
//! | `tap` | whose tracks a stream has; what members are told |
//! | `this_machine` | which addresses lead back here |
//! | `run` | nothing: it has the threads and the child process |

pub mod endpoint;
pub mod feed;
mod progress;
mod run;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
mod run_tests;
pub mod session;
mod tap;
#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]
mod tests;
mod this_machine;

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::Arc;

pub use this_machine::ThisMachine;

use super::ffmpeg::Ffmpeg;
use super::tap::TapFactory;

/// All that members are told of a stream that did not get through. What ffmpeg says of it is for the log:
/// it would tell whoever tries addresses which ports are open.
const UNREACHED: &str = "the endpoint cannot be reached, or does not take the stream";

/// What live streams may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveStreamLimits {
    /// In all rooms together. One takes about a sixth of a core.
    pub at_once: usize,
    /// In one room.
    pub in_a_room: usize,
    /// Whether endpoints may be on this machine or in private networks.
    pub private_addresses: bool,
}

impl Default for LiveStreamLimits {
    fn default() -> Self {
        Self { at_once: 8, in_a_room: 4, private_addresses: false }
    }
}

/// The live streams of all rooms.
#[derive(Debug)]
pub struct LiveStreams {
    ffmpeg: Ffmpeg,
    limits: LiveStreamLimits,
    this_machine: Arc<ThisMachine>,
    running: AtomicUsize,
    /// Of the next stream.
    numbers: AtomicU64,
    started: AtomicU64,
    failed: AtomicU64,
    attempts: AtomicU64,
    lost: AtomicU64,
}

/// Counts as a live stream.
#[derive(Debug)]
struct Place(Arc<LiveStreams>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

impl LiveStreams {
    /// None runs yet.
    pub fn new(ffmpeg: &Ffmpeg, limits: LiveStreamLimits, this_machine: ThisMachine) -> Arc<Self> {
        Arc::new(Self {
            // One that was stopped may still be about to end when the next begins.
            ffmpeg: ffmpeg.with_limit(limits.at_once.saturating_mul(2)),
            limits,
            this_machine: Arc::new(this_machine),
            running: AtomicUsize::new(0),
            numbers: AtomicU64::new(1),
            started: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            attempts: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        })
    }

    /// Makes the part of each room.
    pub fn taps(self: &Arc<Self>) -> TapFactory {
        let streams = Arc::clone(self);
        Arc::new(move |rid, handle| {
            let ffmpeg = streams.ffmpeg.clone();
            let start = Box::new(move |launch| run::start(ffmpeg.clone(), launch));
            Box::new(tap::LiveTap::new(rid, handle, Arc::clone(&streams), start))
        })
    }

    /// Its numbers as Prometheus text.
    pub fn write_metrics(&self, text: &mut String) {
        let running = u64::try_from(self.running.load(Ordering::Relaxed)).unwrap_or(u64::MAX);
        let total = |count: &AtomicU64| count.load(Ordering::Relaxed);
        for (name, kind, help, value) in [
            ("live_streams", "gauge", "Live streams under way.", running),
            ("live_streams_total", "counter", "Live streams that came to be live.", total(&self.started)),
            ("live_stream_attempts_total", "counter", "Attempts to send one.", total(&self.attempts)),
            (
                "live_stream_failures_total",
                "counter",
                "Live streams that were given up.",
                total(&self.failed),
            ),
            (
                "live_stream_pieces_lost_total",
                "counter",
                "Frames that ffmpeg was too slow for.",
                total(&self.lost),
            ),
        ] {
            // Writing to a String never fails.
            let _ = writeln!(
                text,
                "# HELP skylink_media_{name} {help}\n# TYPE skylink_media_{name} {kind}\nskylink_media_{name} {value}"
            );
        }
    }

    fn place(self: &Arc<Self>) -> Option<Place> {
        let one_more = |running: usize| running.checked_add(1).filter(|more| *more <= self.limits.at_once);
        self.running.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).ok()?;
        Some(Place(Arc::clone(self)))
    }
}
