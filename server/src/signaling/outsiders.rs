//! Sockets that are in no room. Clients open one to join, and close it with their last room.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use crate::rooms::ConnectionId;

/// How long one may say nothing, in milliseconds. Clients open it before they ask for camera and
/// microphone, so it is silent for as long as somebody thinks about that. Whoever waits for a locked room to open tries
/// again by then.
const LONGEST_SILENCE: u64 = 10 * 60 * 1000;

/// When one said something last, and where it comes from, if that tells it from others.
#[derive(Debug)]
struct Outsider {
    heard: u64,
    origin: Option<IpAddr>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Outsiders {
    all: BTreeMap<ConnectionId, Outsider>,
    by_origin: HashMap<IpAddr, BTreeSet<ConnectionId>>,
}

impl Outsiders {
    /// It was opened, or said something, and is in no room.
    pub(super) fn heard(&mut self, connection: ConnectionId, origin: Option<IpAddr>, now: u64) {
        self.all.insert(connection, Outsider { heard: now, origin });
        if let Some(origin) = origin {
            self.by_origin.entry(origin).or_default().insert(connection);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The oldest of them, if there are more than may be. Not the one that was silent for longest:
    /// speaking costs nothing, and who means to join does so soon.
    pub(super) fn beyond(&self, most: usize) -> Option<ConnectionId> {
        let oldest = self.all.first_key_value().map(|(connection, _)| *connection);
        oldest.filter(|_| self.all.len() > most)
    }

    /// The same for those of one origin.
    pub(super) fn beyond_of(&self, origin: IpAddr, most: usize) -> Option<ConnectionId> {
        let its = self.by_origin.get(&origin).filter(|its| its.len() > most)?;
        its.first().copied()
    }

    /// It is in a room, or gone.
    pub(super) fn forget(&mut self, connection: ConnectionId) {
        let Some(origin) = self.all.remove(&connection).and_then(|outsider| outsider.origin) else { return };
        if let Some(its) = self.by_origin.get_mut(&origin) {
            its.remove(&connection);
            if its.is_empty() {
                self.by_origin.remove(&origin);
            }
        }
    }

    /// Those that have nothing to say.
    pub(super) fn silent(&self, now: u64) -> Vec<ConnectionId> {
        let is_silent = |one: &Outsider| now.saturating_sub(one.heard) >= LONGEST_SILENCE;
        self.all.iter().filter(|(_, one)| is_silent(one)).map(|(connection, _)| *connection).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_where_there_are_too_many() {
        let mut outsiders = Outsiders::default();
        for number in [3, 1, 2] {
            assert_eq!(outsiders.beyond(2), None);
            outsiders.heard(ConnectionId(number), None, 1000 - number);
        }
        assert_eq!((outsiders.len(), outsiders.beyond(2)), (3, Some(ConnectionId(1))));
        outsiders.forget(ConnectionId(1));
        assert_eq!(outsiders.beyond(2), None);
    }

    #[test]
    fn one_origin_has_so_many_and_no_more() {
        let mut outsiders = Outsiders::default();
        let [one, other] = [1, 2].map(|last| IpAddr::from([203, 0, 113, last]));
        for (number, origin) in [(1, None), (2, Some(one)), (3, Some(other)), (4, Some(one)), (5, None)] {
            outsiders.heard(ConnectionId(number), origin, 0);
        }
        outsiders.heard(ConnectionId(2), Some(one), 9);
        assert_eq!((outsiders.beyond_of(one, 2), outsiders.beyond_of(other, 1)), (None, None));
        outsiders.heard(ConnectionId(6), Some(one), 10);
        assert_eq!(outsiders.beyond_of(one, 2), Some(ConnectionId(2)));
        for number in [2, 4, 6] {
            outsiders.forget(ConnectionId(number));
        }
        assert_eq!((outsiders.beyond_of(one, 0), outsiders.by_origin.len()), (None, 1));
    }

    #[test]
    fn who_joins_nothing_and_says_nothing_is_found() {
        let (silent, joining, trying) = (ConnectionId(1), ConnectionId(2), ConnectionId(3));
        let mut outsiders = Outsiders::default();
        for connection in [silent, joining, trying] {
            outsiders.heard(connection, None, 1000);
        }
        outsiders.forget(joining);
        outsiders.heard(trying, None, 500_000);
        assert_eq!(outsiders.silent(600_999), []);
        assert_eq!(outsiders.silent(601_000), [silent]);
        outsiders.forget(silent);
        assert_eq!(outsiders.silent(1_099_999), []);
        assert_eq!(outsiders.silent(1_100_000), [trying]);
    }
}
