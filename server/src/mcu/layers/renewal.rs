//! When the estimate of what a line carries is to be made anew.
//!
//! An estimate rises to one and a half of what is sent at most, and the engine tries a line for more
//! only where much less is sent than estimated. So after a congestion it may stay where it is for
//! minutes, though the line is wide again. Begun anew, it tries the line for several times as much at
//! once, in a few packets.

use std::time::{Duration, Instant};

/// How long an estimate may stay where it is while more is wanted.
const PATIENCE: Duration = Duration::from_secs(6);
/// The same when a new one said what the old one had said; it doubles each time.
const MOST_PATIENCE: Duration = Duration::from_secs(48);
/// Estimates that differ less than this say the same, in percent.
const RISE: u64 = 115;
/// A new estimate was of use if it is so much more, in percent.
const USE: u64 = 150;

/// Watches the estimate of one line.
#[derive(Debug)]
pub struct Renewal {
    patience: Duration,
    /// Where the estimate is, and since when.
    level: Option<(u64, Instant)>,
    /// What it was when it was made anew.
    before: u64,
    /// It is of before an outage.
    is_overdue: bool,
}

impl Default for Renewal {
    fn default() -> Self {
        Self { patience: PATIENCE, level: None, before: 0, is_overdue: false }
    }
}

impl Renewal {
    /// For a line that was out of order: what is known of it is to be tried at once.
    pub fn overdue() -> Self {
        Self { is_overdue: true, ..Self::default() }
    }

    /// Whether the estimate is to be made anew now. Both figures are bits a second.
    pub fn is_due(&mut self, estimate: u64, desired: u64, now: Instant) -> bool {
        let is_more = |than: u64, percent: u64| estimate >= than.saturating_mul(percent) / 100;
        if estimate >= desired || is_more(self.before, USE) {
            self.patience = PATIENCE;
        }
        let moved = self
            .level
            .is_none_or(|(level, _)| is_more(level, RISE) || level >= estimate.saturating_mul(RISE) / 100);
        if moved || estimate >= desired {
            self.level = Some((estimate, now));
        }
        if std::mem::take(&mut self.is_overdue) {
            return estimate < desired;
        }
        let is_due =
            self.level.is_some_and(|(_, since)| now.saturating_duration_since(since) >= self.patience);
        if is_due {
            self.patience = self.patience.saturating_mul(2).min(MOST_PATIENCE);
            (self.level, self.before) = (Some((estimate, now)), estimate);
        }
        is_due
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    /// Asks four times a second; after how many seconds each it was due.
    fn dues(renewal: &mut Renewal, estimates: impl Iterator<Item = u64>, desired: u64) -> Vec<u64> {
        let start = Instant::now();
        let quarter = Duration::from_millis(250);
        let asked = estimates
            .zip(0_u32..)
            .filter(|(estimate, count)| renewal.is_due(*estimate, desired, start + quarter * *count));
        asked.map(|(_, count)| u64::from(count / 4)).collect()
    }

    #[test]
    fn an_estimate_that_stays_too_low_is_made_anew_and_more_rarely_in_vain() {
        let stays = (0..800).map(|count| 300_000 + count % 3 * 10_000);
        assert_eq!(dues(&mut Renewal::default(), stays, 900_000), [6, 18, 42, 90, 138, 186]);
    }

    #[test]
    fn one_that_moves_or_is_enough_is_left_alone() {
        let rises = (0..80).map(|count| 100_000 + count * 10_000);
        assert!(dues(&mut Renewal::default(), rises, 5_000_000).is_empty());
        let falls = (0..80).map(|count| 2_000_000 - count * 20_000);
        assert!(dues(&mut Renewal::default(), falls, 5_000_000).is_empty());
        let is_enough = std::iter::repeat_n(900_000, 400);
        assert!(dues(&mut Renewal::default(), is_enough, 900_000).is_empty());
    }

    #[test]
    fn after_an_outage_it_is_made_anew_at_once_if_it_is_too_low() {
        let stays = || std::iter::repeat_n(300_000, 200);
        assert_eq!(dues(&mut Renewal::overdue(), stays(), 900_000), [0, 6, 18, 42]);
        assert!(dues(&mut Renewal::overdue(), stays(), 300_000).is_empty());
    }

    #[test]
    fn where_it_was_of_use_it_is_done_again_soon() {
        let mut renewal = Renewal::default();
        let vain = std::iter::repeat_n(200_000, 100);
        assert_eq!(dues(&mut renewal, vain, 900_000), [6, 18]);
        let useful = std::iter::once(400_000).chain(std::iter::repeat_n(400_000, 60));
        assert_eq!(dues(&mut renewal, useful, 900_000), [6]);
    }
}
