//! The browser's report about a connection, and the one before it.

use skylink_protocol::{Object, Value};

/// What a rate needs to be kept of a report.
const COUNTED: [&str; 3] = ["inbound-rtp", "outbound-rtp", "candidate-pair"];

/// A report, its entries by their ids.
pub(crate) struct Report<'a> {
    entries: &'a Object,
    before: Option<&'a Object>,
    /// When everything was 0, in milliseconds since 1970.
    beginning: f64,
}

impl<'a> Report<'a> {
    pub fn new(entries: &'a Object, before: Option<&'a Object>, beginning: f64) -> Self {
        Self { entries, before, beginning }
    }

    pub fn entry(&self, id: Option<&Value>) -> Option<&'a Value> {
        self.entries.get(id?.as_text()?)
    }

    pub fn of_type(&self, kind: &str) -> impl Iterator<Item = &'a Value> + use<'a, '_> {
        let kind = Value::from(kind);
        self.entries.iter().map(|(_, entry)| entry).filter(move |entry| entry.get("type") == Some(&kind))
    }

    /// How much a counter grew per second, with three decimals.
    pub fn rate(&self, entry: &Value, field: &str) -> f64 {
        let before = entry.get("id").and_then(Value::as_text).and_then(|id| self.before?.get(id));
        let now = number(Some(entry), field);
        // A counter that went back began anew.
        let then = number(before, field);
        let grown = if now < then { now } else { now - then };
        let since = before.map_or(self.beginning, |before| number(Some(before), "timestamp"));
        let seconds = (number(Some(entry), "timestamp") - since) / 1_000.0;
        if seconds > 0.0 {
            (grown / seconds * 1_000.0).round() / 1_000.0
        } else {
            0.0
        }
    }
}

/// A number among the members, 0 if there is none.
pub(crate) fn number(entry: Option<&Value>, field: &str) -> f64 {
    entry.and_then(|entry| entry.get(field)?.as_number()).unwrap_or(0.0)
}

/// What the next report is compared with.
pub(crate) fn counters(entries: Object) -> Object {
    let is_counted = |entry: &Value| {
        entry.get("type").and_then(Value::as_text).is_some_and(|kind| COUNTED.contains(&kind))
    };
    let kept = entries.into_members().filter(|(_, entry)| is_counted(entry));
    Object::from_distinct(kept.collect())
}
