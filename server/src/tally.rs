//! Counts what anybody can make happen so often that it must not be logged each time.

/// Between two lines of the log, in milliseconds.
const PAUSE: u64 = 60_000;

/// How often something happened.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    total: u64,
    told: u64,
    next_line: u64,
}

impl Tally {
    /// It happened. Gives how often since the last line, if it is time for another; `now` is in
    /// milliseconds since 1970.
    pub(crate) fn note(&mut self, now: u64) -> Option<u64> {
        self.total = self.total.saturating_add(1);
        if now < self.next_line {
            return None;
        }
        let untold = self.total.saturating_sub(self.told);
        self.told = self.total;
        self.next_line = now.saturating_add(PAUSE);
        Some(untold)
    }

    /// Since the start.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_one_is_told_at_once_and_the_others_once_a_minute() {
        let mut tally = Tally::default();
        let told: Vec<(u64, u64)> = (0..200_000)
            .step_by(10)
            .filter_map(|time| tally.note(1_000 + time).map(|count| (time, count)))
            .collect();
        assert_eq!(told, [(0, 1), (60_000, 6000), (120_000, 6000), (180_000, 6000)]);
        assert_eq!(tally.total(), 20_000);
    }
}
