//! When a peer that takes nothing is given up.

use std::time::{Duration, Instant};

/// What one connection's peer took and said last.
#[derive(Debug)]
pub(super) struct Stall {
    patience: Duration,
    heard: Instant,
    since: Option<Instant>,
}

impl Stall {
    pub(super) fn new(patience: Duration, now: Instant) -> Self {
        Self { patience, heard: now, since: None }
    }

    /// Something was read.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// Something was written.
    pub(super) fn taken(&mut self) {
        self.since = None;
    }

    /// Something waits to be written. Gives the moment at which it is over, unless something is
    /// taken: that of its heartbeat, if pings are expected and none came, else a patience after
    /// it began.
    pub(super) fn waits(&mut self, now: Instant, expects_pings: bool) -> Instant {
        let since = *self.since.get_or_insert(now);
        let over = |from: Instant| from.checked_add(self.patience).unwrap_or(from);
        if expects_pings {
            over(since).min(over(self.heard).max(since))
        } else {
            over(since)
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(85);

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn who_takes_nothing_is_given_up_though_it_speaks() {
        let start = Instant::now();
        let mut stall = Stall::new(PATIENCE, start);
        let begun = start + seconds(10);
        assert_eq!(stall.waits(begun, false), begun + PATIENCE);
        for second in 11..60 {
            stall.heard(start + seconds(second));
            assert_eq!(stall.waits(start + seconds(second), true), begun + PATIENCE);
        }
        stall.taken();
        let again = start + seconds(61);
        assert_eq!(stall.waits(again, true), start + seconds(59) + PATIENCE);
    }

    #[test]
    fn silence_counts_only_where_pings_are_expected() {
        let start = Instant::now();
        let late = start + seconds(80);
        assert_eq!(Stall::new(PATIENCE, start).waits(late, true), start + PATIENCE);
        assert_eq!(Stall::new(PATIENCE, start).waits(late, false), late + PATIENCE);
        let too_late = start + seconds(100);
        assert_eq!(Stall::new(PATIENCE, start).waits(too_late, true), too_late);
    }
}
