//! How many clients may begin to poll.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::rooms::Pace;

/// At once, and a second: so many can be begun over one connection, and each is kept until its heartbeat
/// is over. Who can open a WebSocket does, and who is refused tries again.
const BURST: u32 = 1000;
const PER_SECOND: u32 = 100;
/// The same of one origin, so that others have their share.
const BURST_OF_ONE: u32 = 250;
const PER_SECOND_OF_ONE: u32 = 25;
/// Origins that are remembered.
const MOST_ORIGINS: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Beginners {
    all: Pace,
    of_one: HashMap<IpAddr, Pace>,
}

impl Beginners {
    /// Whether one more may, which comes from `origin` if that tells it from others.
    pub(super) fn allows(&mut self, origin: Option<IpAddr>, now: u64) -> bool {
        let may_its = origin.is_none_or(|origin| self.allows_of(origin, now));
        may_its && self.all.allows(now, BURST, PER_SECOND)
    }

    fn allows_of(&mut self, origin: IpAddr, now: u64) -> bool {
        if self.of_one.len() >= MOST_ORIGINS && !self.of_one.contains_key(&origin) {
            self.of_one.retain(|_, pace| !pace.is_rested(now, PER_SECOND_OF_ONE));
            if self.of_one.len() >= MOST_ORIGINS {
                self.of_one.clear();
            }
        }
        self.of_one.entry(origin).or_default().allows(now, BURST_OF_ONE, PER_SECOND_OF_ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_origin_leaves_others_their_share() {
        let mut beginners = Beginners::default();
        let [one, other] = [1, 2].map(|last| Some(IpAddr::from([203, 0, 113, last])));
        let mut begun = |origin, now| (0..5000).filter(|_| beginners.allows(origin, now)).count();
        assert_eq!((begun(one, 1000), begun(other, 1000), begun(None, 1000)), (250, 250, 500));
        assert_eq!((begun(one, 2000), begun(other, 2000), begun(None, 2000)), (25, 25, 50));
    }

    #[test]
    fn origins_are_not_remembered_for_ever() {
        let mut beginners = Beginners::default();
        for number in 0..30_000_u32 {
            beginners.allows(Some(IpAddr::from(number.to_be_bytes())), u64::from(number));
        }
        assert!(beginners.of_one.len() <= MOST_ORIGINS);
    }
}
