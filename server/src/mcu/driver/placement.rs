//! Which thread has which room.

use std::collections::{HashMap, HashSet};

use crate::mcu::command::Command;

/// All rooms that somebody is in. A new one goes where the fewest members are.
#[derive(Debug)]
pub(super) struct Placement {
    rooms: HashMap<String, Placed>,
    members: Vec<usize>,
}

#[derive(Debug)]
struct Placed {
    worker: usize,
    members: HashSet<String>,
}

impl Placement {
    pub(super) fn new(workers: usize) -> Self {
        Self { rooms: HashMap::new(), members: vec![0; workers] }
    }

    /// The thread that a command is for.
    pub(super) fn place(&mut self, command: &Command) -> Option<usize> {
        match command {
            Command::Message { rid, peer, .. } => {
                let emptiest = self.members.iter().enumerate().min_by_key(|(_, members)| **members);
                let emptiest = emptiest.map_or(0, |(worker, _)| worker);
                let room = self
                    .rooms
                    .entry(rid.clone())
                    .or_insert_with(|| Placed { worker: emptiest, members: HashSet::new() });
                if room.members.insert(peer.clone()) {
                    if let Some(members) = self.members.get_mut(room.worker) {
                        *members = members.saturating_add(1);
                    }
                }
                Some(room.worker)
            }
            Command::Left { rid, peer, .. } => {
                let room = self.rooms.get_mut(rid)?;
                let worker = room.worker;
                if room.members.remove(peer) {
                    if let Some(members) = self.members.get_mut(worker) {
                        *members = members.saturating_sub(1);
                    }
                }
                if room.members.is_empty() {
                    self.rooms.remove(rid);
                }
                Some(worker)
            }
            Command::News { rid, .. } => Some(self.rooms.get(rid)?.worker),
        }
    }
}

#[cfg(test)]
mod tests {
    use skylink_protocol::Value;

    use super::*;

    fn says(rid: &str, peer: &str) -> Command {
        Command::Message { rid: rid.to_owned(), peer: peer.to_owned(), message: Value::Null }
    }

    fn left(rid: &str, peer: &str) -> Command {
        Command::Left { rid: rid.to_owned(), peer: peer.to_owned(), bye: Value::Null }
    }

    #[test]
    fn a_room_stays_where_it_is_and_a_new_one_goes_where_room_is() {
        let mut placement = Placement::new(2);
        assert_eq!(placement.place(&left("a", "nobody")), None);
        assert_eq!(placement.place(&says("a", "1")), Some(0));
        assert_eq!(placement.place(&says("b", "2")), Some(1));
        assert_eq!(placement.place(&says("a", "3")), Some(0));
        assert_eq!(placement.place(&says("a", "3")), Some(0));
        assert_eq!(placement.place(&says("c", "4")), Some(1));
        assert_eq!(placement.members, [2, 2]);
        assert_eq!(placement.place(&left("a", "1")), Some(0));
        assert_eq!(placement.place(&left("a", "1")), Some(0));
        assert_eq!(placement.place(&left("a", "3")), Some(0));
        assert_eq!(placement.place(&left("a", "3")), None);
        assert_eq!(placement.place(&says("d", "5")), Some(0));
        assert_eq!((placement.rooms.len(), placement.members), (3, vec![1, 2]));
    }
}
