//! Datagrams under way, in virtual time.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;

use crate::conditions::Conditions;

/// More than a second of a fast path; beyond, datagrams are dropped as by a full router.
const MOST_BYTES_UNDER_WAY: usize = 64 << 20;

/// One direction between two origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flow {
    /// Who sends.
    pub from: SocketAddr,
    /// Who receives.
    pub to: SocketAddr,
}

/// What arrives.
#[derive(Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Between whom.
    pub flow: Flow,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What became of datagrams so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Handed in.
    pub sent: u64,
    /// Handed out.
    pub arrived: u64,
    /// Bytes handed out.
    pub arrived_bytes: u64,
    /// Dropped by chance.
    pub lost: u64,
    /// Dropped because a queue was full.
    pub overflowed: u64,
    /// Dropped by a partition.
    pub partitioned: u64,
}

#[derive(Default)]
struct Direction {
    /// When the last bit of the last datagram has left the queue.
    free_at: Duration,
    last_arrival: Duration,
}

/// The path: datagrams go in, and come out later or never. Time is counted from any fixed moment.
pub struct Path {
    conditions: Conditions,
    random: fastrand::Rng,
    directions: HashMap<Flow, Direction>,
    under_way: BTreeMap<(Duration, u64), Datagram>,
    bytes_under_way: usize,
    counters: Counters,
}

impl Path {
    /// A path on which chance repeats itself for the same seed.
    #[must_use]
    pub fn new(conditions: Conditions, seed: u64) -> Self {
        Self {
            conditions,
            random: fastrand::Rng::with_seed(seed),
            directions: HashMap::new(),
            under_way: BTreeMap::new(),
            bytes_under_way: 0,
            counters: Counters::default(),
        }
    }

    /// What the path does now.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        self.conditions
    }

    /// What became of the datagrams so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Changes the path. What is under way arrives as it would have, but for a partition.
    pub fn set_conditions(&mut self, conditions: Conditions) {
        self.conditions = conditions;
        if conditions.partitioned {
            self.counters.partitioned = self.counters.partitioned.saturating_add(self.under_way.len() as u64);
            self.under_way.clear();
            self.bytes_under_way = 0;
        }
    }

    /// Takes a datagram in.
    pub fn send(&mut self, now: Duration, flow: Flow, bytes: &[u8]) {
        let counters = &mut self.counters;
        counters.sent = counters.sent.saturating_add(1);
        if self.conditions.partitioned {
            counters.partitioned = counters.partitioned.saturating_add(1);
            return;
        }
        // Chance is asked each time, so that a changed loss does not change the jitter.
        let (fate, jitter) = (self.random.f64(), self.random.f64());
        if fate < self.conditions.loss {
            counters.lost = counters.lost.saturating_add(1);
            return;
        }
        let direction = self.directions.entry(flow).or_default();
        let begin = direction.free_at.max(now);
        let waits = begin.saturating_sub(now);
        let under_way = self.bytes_under_way.saturating_add(bytes.len());
        if waits > self.conditions.longest_wait() || under_way > MOST_BYTES_UNDER_WAY {
            counters.overflowed = counters.overflowed.saturating_add(1);
            return;
        }
        direction.free_at = begin.saturating_add(self.conditions.time_on_wire(bytes.len()));
        let arrival = direction
            .free_at
            .saturating_add(self.conditions.delay())
            .saturating_add(self.conditions.jitter(jitter))
            .max(direction.last_arrival);
        direction.last_arrival = arrival;
        self.bytes_under_way = under_way;
        self.under_way.insert((arrival, counters.sent), Datagram { flow, bytes: bytes.to_vec() });
    }

    /// The next datagram that has arrived by now.
    pub fn poll_arrival(&mut self, now: Duration) -> Option<Datagram> {
        let first = self.under_way.first_entry()?;
        if first.key().0 > now {
            return None;
        }
        let datagram = first.remove();
        self.bytes_under_way = self.bytes_under_way.saturating_sub(datagram.bytes.len());
        self.counters.arrived = self.counters.arrived.saturating_add(1);
        self.counters.arrived_bytes = self.counters.arrived_bytes.saturating_add(datagram.bytes.len() as u64);
        Some(datagram)
    }

    /// When `poll_arrival` has something again.
    #[must_use]
    pub fn next_arrival(&self) -> Option<Duration> {
        self.under_way.first_key_value().map(|((arrival, _), _)| *arrival)
    }
}
