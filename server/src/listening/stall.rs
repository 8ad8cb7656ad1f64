//! When a peer that takes nothing is given up.

use std::time::{Duration, Instant};

/// How long one connection's peer has taken nothing.
#[derive(Debug)]
pub(super) struct Stall {
    patience: Duration,
    since: Option<Instant>,
}

impl Stall {
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, since: None }
    }

    /// Something was written.
    pub(super) fn taken(&mut self) {
        self.since = None;
    }

    /// Something waits to be written. Gives the moment at which it is over, unless something is
    /// taken.
    pub(super) fn waits(&mut self, now: Instant) -> Instant {
        let since = *self.since.get_or_insert(now);
        since.checked_add(self.patience).unwrap_or(since)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(85);

    #[test]
    fn time_counts_from_when_something_began_to_wait() {
        let start = Instant::now();
        let second = |second: u64| start + Duration::from_secs(second);
        let mut stall = Stall::new(PATIENCE);
        for now in 10..60 {
            assert_eq!(stall.waits(second(now)), second(10) + PATIENCE);
        }
        stall.taken();
        assert_eq!(stall.waits(second(61)), second(61) + PATIENCE);
    }
}
