//! Packets in the order of their numbers. A gap is waited for, for some time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::mcu::packet::Packet;

/// Packets that wait behind a gap at most: a second of a very large picture.
const MOST_WAITING: usize = 2048;

#[derive(Debug)]
pub(super) enum Pulled {
    /// The next one.
    Packet(Packet),
    /// One or more are not to be had.
    Gap,
}

#[derive(Debug)]
pub(super) struct Reorder {
    patience: Duration,
    next: Option<u64>,
    waiting: BTreeMap<u64, Packet>,
    /// When the first packet beyond the gap came in.
    gap_since: Option<Instant>,
    is_finished: bool,
}

impl Reorder {
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, next: None, waiting: BTreeMap::new(), gap_since: None, is_finished: false }
    }

    /// One that comes too late is dropped.
    pub(super) fn insert(&mut self, packet: Packet) {
        let next = *self.next.get_or_insert(packet.sequence);
        if packet.sequence < next {
            return;
        }
        if packet.sequence > next && self.gap_since.is_none() {
            self.gap_since = Some(packet.arrived);
        }
        self.waiting.insert(packet.sequence, packet);
    }

    pub(super) fn pull(&mut self, now: Instant) -> Option<Pulled> {
        let first = *self.waiting.first_key_value()?.0;
        if self.next.is_some_and(|next| first > next) {
            let is_due = self.deadline().is_none_or(|deadline| deadline <= now);
            if !is_due && !self.is_finished && self.waiting.len() <= MOST_WAITING {
                return None;
            }
            self.next = Some(first);
            return Some(Pulled::Gap);
        }
        let (_, packet) = self.waiting.pop_first()?;
        let next = first.saturating_add(1);
        self.next = Some(next);
        let is_gap = self.waiting.first_key_value().is_some_and(|(first, _)| *first > next);
        self.gap_since = if is_gap { self.waiting.values().map(|packet| packet.arrived).min() } else { None };
        Some(Pulled::Packet(packet))
    }

    /// When the gap is waited for no longer.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.gap_since?.checked_add(self.patience)
    }

    /// Another numbering begins.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.next = None;
        self.gap_since = None;
    }

    /// Nothing is waited for any more.
    pub(super) fn finish(&mut self) {
        self.is_finished = true;
    }
}
