//! How many connections there may be. Without a limit somebody who opens them takes all
//! descriptors, and files and media have none left.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{getrlimit, Resource};

use crate::tally::Tally;

/// However many descriptors there are: each connection takes memory too.
const MOST: usize = 100_000;

/// Places for connections.
#[derive(Debug)]
pub struct Places {
    most: usize,
    taken: AtomicUsize,
    refused: Mutex<Tally>,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Places>);

impl Place {
    #[cfg(test)]
    pub(super) fn alone() -> Self {
        Self(Places::new(1))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Places {
    /// So many.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: AtomicUsize::new(0), refused: Mutex::default() })
    }

    /// As many as are wanted; else three quarters of the descriptors, and 100 000 at the most.
    pub fn wanted(wanted: Option<usize>) -> Arc<Self> {
        let descriptors = getrlimit(Resource::Nofile).current;
        let descriptors = descriptors.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        if let Some(connections) = wanted.filter(|wanted| *wanted >= descriptors) {
            tracing::warn!(
                connections,
                descriptors,
                "the limit of connections is none: descriptors end before it"
            );
        }
        Self::new(wanted.unwrap_or_else(|| usual(descriptors)))
    }

    /// How many there are.
    pub fn most(&self) -> usize {
        self.most
    }

    /// How many connections there are.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Acquire)
    }

    /// How many were refused since the start.
    pub fn refused(&self) -> u64 {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).total()
    }

    /// A place for a connection that came in, or `None`, which is counted. `now` is in milliseconds
    /// since 1970.
    pub(super) fn take(self: &Arc<Self>, now: u64) -> Option<Place> {
        let is_free = |taken: usize| Some(taken).filter(|taken| *taken < self.most);
        let more = |taken| is_free(taken).and_then(|taken| taken.checked_add(1));
        if self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok() {
            return Some(Place(Arc::clone(self)));
        }
        let untold = self.refused.lock().unwrap_or_else(PoisonError::into_inner).note(now);
        if let Some(refused) = untold {
            tracing::warn!(
                refused,
                most = self.most,
                "there are as many connections as may be, others are refused"
            );
        }
        None
    }
}

fn usual(descriptors: usize) -> usize {
    descriptors.saturating_sub(descriptors.div_ceil(4)).clamp(1, MOST)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_connection_ends() {
        let places = Places::new(2);
        let first = places.take(0).unwrap();
        let _second = places.take(0).unwrap();
        assert!(places.take(0).is_none() && places.take(1).is_none());
        assert_eq!((places.taken(), places.refused()), (2, 2));
        drop(first);
        let _third = places.take(2).unwrap();
        assert!(places.take(3).is_none());
    }

    #[test]
    fn some_descriptors_are_left_for_others() {
        assert_eq!([4, 1024, 65536, usize::MAX].map(usual), [3, 768, 49152, MOST]);
    }
}
