//! Sockets that are in no room. Clients open one to join, and close it with their last room.

use std::collections::BTreeMap;

use crate::rooms::ConnectionId;

/// How long one may say nothing, in milliseconds. Clients open it before they ask for camera and
/// microphone, so it is silent for as long as somebody thinks about that. Whoever waits for a locked room to open tries
/// again by then.
const LONGEST_SILENCE: u64 = 10 * 60 * 1000;

/// When each of them said something last.
#[derive(Debug, Default)]
pub(super) struct Outsiders(BTreeMap<ConnectionId, u64>);

impl Outsiders {
    /// It was opened, or said something, and is in no room.
    pub(super) fn heard(&mut self, connection: ConnectionId, now: u64) {
        self.0.insert(connection, now);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The oldest of them, if there are more than may be. Not the one that was silent for longest:
    /// speaking costs nothing, and who means to join does so soon.
    pub(super) fn beyond(&self, most: usize) -> Option<ConnectionId> {
        let oldest = self.0.first_key_value().map(|(connection, _)| *connection);
        oldest.filter(|_| self.0.len() > most)
    }

    /// It is in a room, or gone.
    pub(super) fn forget(&mut self, connection: ConnectionId) {
        self.0.remove(&connection);
    }

    /// Those that have nothing to say.
    pub(super) fn silent(&self, now: u64) -> Vec<ConnectionId> {
        let is_silent = |since: u64| now.saturating_sub(since) >= LONGEST_SILENCE;
        self.0.iter().filter(|(_, since)| is_silent(**since)).map(|(connection, _)| *connection).collect()
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
            outsiders.heard(ConnectionId(number), 1000 - number);
        }
        assert_eq!((outsiders.len(), outsiders.beyond(2)), (3, Some(ConnectionId(1))));
        outsiders.forget(ConnectionId(1));
        assert_eq!(outsiders.beyond(2), None);
    }

    #[test]
    fn who_joins_nothing_and_says_nothing_is_found() {
        let (silent, joining, trying) = (ConnectionId(1), ConnectionId(2), ConnectionId(3));
        let mut outsiders = Outsiders::default();
        for connection in [silent, joining, trying] {
            outsiders.heard(connection, 1000);
        }
        outsiders.forget(joining);
        outsiders.heard(trying, 500_000);
        assert_eq!(outsiders.silent(600_999), []);
        assert_eq!(outsiders.silent(601_000), [silent]);
        outsiders.forget(silent);
        assert_eq!(outsiders.silent(1_099_999), []);
        assert_eq!(outsiders.silent(1_100_000), [trying]);
    }
}
