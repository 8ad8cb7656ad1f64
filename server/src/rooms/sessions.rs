//! Room sessions that were announced but have not begun (wire protocol 7.6).

use std::collections::{HashMap, VecDeque};

/// Asking the API costs nothing, so what it leaves behind is bounded; the oldest go first. The
/// token of a joiner still carries the id.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct PendingSessions {
    by_rid: HashMap<String, String>,
    order: VecDeque<String>,
}

impl PendingSessions {
    pub(super) fn get_or_insert(&mut self, rid: &str, fresh: impl FnOnce() -> String) -> String {
        if let Some(session) = self.by_rid.get(rid) {
            return session.clone();
        }
        if self.order.len() >= MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.by_rid.remove(&oldest);
            }
        }
        let session = fresh();
        self.by_rid.insert(rid.to_owned(), session.clone());
        self.order.push_back(rid.to_owned());
        session
    }

    pub(super) fn take(&mut self, rid: &str) -> Option<String> {
        let session = self.by_rid.remove(rid)?;
        self.order.retain(|other| other != rid);
        Some(session)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn an_announced_session_stays_until_it_begins() {
        let mut sessions = PendingSessions::default();
        assert_eq!(sessions.get_or_insert("r", || "s1".into()), "s1");
        assert_eq!(sessions.get_or_insert("r", || "s2".into()), "s1");
        assert_eq!(sessions.take("r").as_deref(), Some("s1"));
        assert_eq!(sessions.take("r"), None);
        assert_eq!(sessions.get_or_insert("r", || "s3".into()), "s3");
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut sessions = PendingSessions::default();
        for number in 0..MOST + 5 {
            sessions.get_or_insert(&number.to_string(), || format!("s{number}"));
        }
        assert_eq!(sessions.by_rid.len(), MOST);
        assert_eq!(sessions.order.len(), MOST);
        assert_eq!(sessions.take("0"), None);
        assert_eq!(sessions.take("5").as_deref(), Some("s5"));
    }
}
