//! What the path does to datagrams.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longer than any path that is worth a test.
const LONGEST_MS: f64 = 60_000.0;

/// The state of the path, the same for every flow and both directions. Missing fields of the JSON
/// text have the value of a perfect path.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Conditions {
    /// Milliseconds one way; a round trip takes twice as long.
    pub delay_ms: f64,
    /// Up to so many milliseconds more for each datagram, at random. Order within a flow stays.
    pub jitter_ms: f64,
    /// Share of the datagrams that never arrive, 0 to 1.
    pub loss: f64,
    /// What a flow carries in one direction; without it there is no limit.
    pub bytes_per_second: Option<u64>,
    /// Longest time in the queue before a limited rate; what would wait longer is dropped.
    pub queue_ms: f64,
    /// Nothing arrives, not even what is under way.
    pub partitioned: bool,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            delay_ms: 0.0,
            jitter_ms: 0.0,
            loss: 0.0,
            bytes_per_second: None,
            queue_ms: 200.0,
            partitioned: false,
        }
    }
}

/// Conditions that no path can have.
#[derive(Debug, Error, PartialEq)]
pub enum ConditionsError {
    /// A time is negative, no number, or over a minute.
    #[error("{0} is a number of milliseconds from 0 to 60000")]
    Time(&'static str),
    /// The share of losses.
    #[error("loss is a number from 0 to 1")]
    Loss,
    /// A rate of nothing: that is a partition.
    #[error("bytesPerSecond is greater than 0")]
    Rate,
}

impl Conditions {
    /// The same conditions, if a path can have them.
    ///
    /// # Errors
    ///
    /// Says which field is wrong.
    pub fn checked(self) -> Result<Self, ConditionsError> {
        let times = [("delayMs", self.delay_ms), ("jitterMs", self.jitter_ms), ("queueMs", self.queue_ms)];
        for (name, value) in times {
            if !(0.0..=LONGEST_MS).contains(&value) {
                return Err(ConditionsError::Time(name));
            }
        }
        if !(0.0..=1.0).contains(&self.loss) {
            return Err(ConditionsError::Loss);
        }
        if self.bytes_per_second == Some(0) {
            return Err(ConditionsError::Rate);
        }
        Ok(self)
    }

    pub(crate) fn delay(&self) -> Duration {
        milliseconds(self.delay_ms)
    }

    pub(crate) fn jitter(&self, share: f64) -> Duration {
        milliseconds(self.jitter_ms * share)
    }

    pub(crate) fn longest_wait(&self) -> Duration {
        milliseconds(self.queue_ms)
    }

    /// How long a limited rate needs for so many bytes.
    pub(crate) fn time_on_wire(&self, bytes: usize) -> Duration {
        let Some(rate) = self.bytes_per_second else { return Duration::ZERO };
        let nanoseconds = (bytes as u64).saturating_mul(1_000_000_000).checked_div(rate);
        Duration::from_nanos(nanoseconds.unwrap_or(u64::MAX))
    }
}

fn milliseconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value / 1000.0).unwrap_or_default()
}
