//! The rate limit of one connection: a bucket of tokens that refills evenly.

/// No second warning within this time.
const WARNING_INTERVAL: u64 = 10_000;

#[derive(Debug, Clone, Default)]
pub(crate) struct Pace {
    spent: f64,
    at: u64,
    warned_at: Option<u64>,
}

impl Pace {
    /// Takes a token. With a rate of 0 there is no limit.
    pub(crate) fn allows(&mut self, now: u64, burst: u32, per_second: u32) -> bool {
        if per_second == 0 {
            return true;
        }
        self.refill(now, f64::from(per_second));
        if self.spent + 1.0 > f64::from(burst) {
            return false;
        }
        self.spent += 1.0;
        true
    }

    /// Takes tokens whether there are any or not, and tells how many are taken.
    pub(super) fn spend(&mut self, now: u64, tokens: f64, per_second: f64) -> f64 {
        self.refill(now, per_second);
        self.spent += tokens;
        self.spent
    }

    fn refill(&mut self, now: u64, per_second: f64) {
        #[allow(clippy::cast_precision_loss)]
        let elapsed = now.saturating_sub(self.at) as f64 / 1000.0;
        self.at = self.at.max(now);
        self.spent = (self.spent - elapsed * per_second).max(0.0);
    }

    /// Whether as much is allowed as ever.
    pub(crate) fn is_rested(&mut self, now: u64, per_second: u32) -> bool {
        self.refill(now, f64::from(per_second));
        self.spent <= 0.0
    }

    /// Whether it is time to tell the client that it is too fast.
    pub(super) fn should_warn(&mut self, now: u64) -> bool {
        let due = self.warned_at.is_none_or(|at| now.saturating_sub(at) >= WARNING_INTERVAL);
        if due {
            self.warned_at = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_bucket_refills() {
        let mut pace = Pace::default();
        let passed = (0..150).filter(|_| pace.allows(1000, 100, 10)).count();
        assert_eq!(passed, 100);
        let passed = (0..150).filter(|_| pace.allows(2000, 100, 10)).count();
        assert_eq!(passed, 10);
        assert!(Pace::default().allows(0, 0, 0));
    }

    #[test]
    fn warnings_are_rare_and_a_clock_set_back_does_no_harm() {
        let mut pace = Pace::default();
        assert!(pace.should_warn(5));
        assert!(!pace.should_warn(9_000));
        assert!(pace.should_warn(10_005));
        assert!(pace.allows(10_000, 1, 1));
        assert!(!pace.allows(0, 1, 1));
    }
}
