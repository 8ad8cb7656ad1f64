//! When messages arrive, and in which order.

use crate::chance::Chance;
use skylink_core::Timestamp;
use std::collections::BTreeMap;
use std::ops::Range;

/// A websocket between a page and the server.
pub type Wire = u64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// All messages to a page keep their order, as on a real websocket.
    PerReceiver,
    /// Messages of one sender to one receiver keep their order; different senders overtake.
    PerSender,
    /// Everything overtakes everything, but nothing the `inRoom` of its receiver.
    None,
}

#[derive(Debug, Clone)]
pub struct Habits {
    /// Milliseconds on the way.
    pub delay: Range<f64>,
    pub order: Order,
    /// How likely a relayed message arrives twice.
    pub duplicates: f64,
}

impl Habits {
    pub fn good() -> Self {
        Self { delay: 5.0..40.0, order: Order::PerReceiver, duplicates: 0.0 }
    }

    pub fn unruly() -> Self {
        Self { delay: 5.0..900.0, order: Order::PerSender, duplicates: 0.1 }
    }

    pub fn harsh() -> Self {
        Self { delay: 5.0..600.0, order: Order::None, duplicates: 0.2 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Up(Wire),
    Down { from: Wire, to: Wire },
}

/// The ways between pages and the server.
#[derive(Debug)]
pub struct Network {
    pub habits: Habits,
    last: BTreeMap<Lane, Timestamp>,
    /// Not before this moment does anything reach a page.
    let_in: BTreeMap<Wire, Timestamp>,
}

impl Network {
    pub fn new(habits: Habits) -> Self {
        Self { habits, last: BTreeMap::new(), let_in: BTreeMap::new() }
    }

    /// When something that a page sends reaches the server.
    pub fn up(&mut self, chance: &mut Chance, now: Timestamp, wire: Wire) -> Timestamp {
        let delay = chance.delay(&self.habits.delay);
        self.in_lane(Lane::Up(wire), now.plus(delay))
    }

    /// When a message caused by `from` reaches `to`: once, or twice.
    pub fn down(&mut self, chance: &mut Chance, now: Timestamp, from: Wire, to: Wire) -> Vec<Timestamp> {
        let copies = if from != to && chance.happens(self.habits.duplicates) { 2 } else { 1 };
        let floor = self.let_in.get(&to).copied().unwrap_or_default();
        let mut moments = Vec::new();
        for _ in 0..copies {
            let delay = chance.delay(&self.habits.delay);
            let earliest = later(now.plus(delay), floor);
            let moment = match self.habits.order {
                Order::None => earliest,
                Order::PerSender => self.in_lane(Lane::Down { from, to }, earliest),
                Order::PerReceiver => self.in_lane(Lane::Down { from: to, to }, earliest),
            };
            moments.push(moment);
            if self.habits.order != Order::None {
                // The copy comes right behind.
                moments.extend((1..copies).map(|_| moment));
                break;
            }
        }
        moments
    }

    /// From now on nothing reaches the page before that moment.
    pub fn hold_back_until(&mut self, wire: Wire, moment: Timestamp) {
        self.let_in.insert(wire, moment);
    }

    fn in_lane(&mut self, lane: Lane, earliest: Timestamp) -> Timestamp {
        let last = self.last.entry(lane).or_default();
        *last = later(*last, earliest);
        *last
    }
}

fn later(a: Timestamp, b: Timestamp) -> Timestamp {
    if a < b {
        b
    } else {
        a
    }
}
