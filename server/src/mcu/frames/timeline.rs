//! RTP time stamps of a track as time since its first frame. They have 32 bits, begin anywhere,
//! and begin anew with another source.

use std::time::{Duration, Instant, SystemTime};

/// Time stamps that are further than this from when the packets came are not believed.
const MOST_ASTRAY_SECONDS: i64 = 10;
/// Sender reports that are older than this, in time stamps, say nothing.
const LONGEST_REPORT_AGE_SECONDS: i64 = 600;

#[derive(Debug)]
pub(super) struct Timeline {
    rate: i64,
    last: Option<Placed>,
    is_restarted: bool,
}

#[derive(Debug, Clone, Copy)]
struct Placed {
    stamp: u32,
    arrived: Instant,
    ticks: i64,
}

impl Timeline {
    pub(super) fn new(rate: u32) -> Self {
        Self { rate: i64::from(rate).max(1), last: None, is_restarted: false }
    }

    /// The next time stamp has nothing to do with the one before.
    pub(super) fn restart(&mut self) {
        self.is_restarted = true;
    }

    /// Time since the first frame, and time of capture by the publisher's clock.
    pub(super) fn place(
        &mut self,
        stamp: u32,
        arrived: Instant,
        clock: Option<(SystemTime, u32)>,
    ) -> (Duration, Option<SystemTime>) {
        let ticks = match self.last {
            None => 0,
            Some(last) => {
                let step = distance(last.stamp, stamp);
                let elapsed = self.ticks(arrived.saturating_duration_since(last.arrived));
                let most_astray = self.rate.saturating_mul(MOST_ASTRAY_SECONDS);
                let is_astray = step.saturating_sub(elapsed).saturating_abs() > most_astray;
                let step = if self.is_restarted || is_astray { elapsed } else { step };
                last.ticks.saturating_add(step.max(0))
            }
        };
        self.is_restarted = false;
        self.last = Some(Placed { stamp, arrived, ticks });
        (self.duration(ticks), clock.and_then(|(moment, of)| self.captured(moment, of, stamp)))
    }

    fn captured(&self, moment: SystemTime, of: u32, stamp: u32) -> Option<SystemTime> {
        let distance = distance(of, stamp);
        if distance.saturating_abs() > self.rate.saturating_mul(LONGEST_REPORT_AGE_SECONDS) {
            return None;
        }
        let span = self.duration(distance.saturating_abs());
        if distance < 0 {
            moment.checked_sub(span)
        } else {
            moment.checked_add(span)
        }
    }

    fn ticks(&self, span: Duration) -> i64 {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        micros.saturating_mul(self.rate).checked_div(1_000_000).unwrap_or_default()
    }

    fn duration(&self, ticks: i64) -> Duration {
        let micros = i128::from(ticks).saturating_mul(1_000_000).checked_div(i128::from(self.rate));
        Duration::from_micros(micros.and_then(|micros| u64::try_from(micros).ok()).unwrap_or_default())
    }
}

/// The shorter way round.
fn distance(from: u32, to: u32) -> i64 {
    i64::from(i32::from_ne_bytes(to.wrapping_sub(from).to_ne_bytes()))
}
