//! Messages on data channels (`sendP2PMessage`): the media server passes them on. The sender is
//! whoever's channel they came by, and each goes to its addressees alone.

use std::time::Instant;

use skylink_protocol::data_channel::DirectMessage;
use skylink_protocol::Value;

use super::{Room, RoomOutput};
use crate::mcu::counters::Note;

/// No more addressees of one message are looked at.
const MOST_TARGETS: usize = 200;

/// A bucket of tokens that refills evenly.
#[derive(Debug)]
pub(super) struct Pace {
    spent: f64,
    at: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { spent: 0.0, at: now }
    }

    fn allows(&mut self, now: Instant, burst: u32, per_second: u32) -> bool {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.spent = (self.spent - elapsed * f64::from(per_second)).max(0.0);
        let allows = self.spent + 1.0 <= f64::from(burst);
        if allows {
            self.spent += 1.0;
        }
        allows
    }
}

/// Anything but a message is for two peers alone.
fn read(text: &str) -> Option<DirectMessage> {
    let value: Value = serde_json::from_str(text).ok()?;
    let is_message = value.get("type").and_then(Value::as_text) == Some(DirectMessage::TYPE);
    DirectMessage::try_from(&value).ok().filter(|_| is_message)
}

impl Room {
    /// A text came by the data channel of a member.
    pub fn text(&mut self, from: &str, text: &str, now: Instant) {
        let limits = self.setup.limits;
        let Some(member) = self.member_mut(from) else { return };
        let is_within_limits = text.len() <= limits.text_bytes
            && member.pace.allows(now, limits.text_burst, limits.texts_per_second);
        match is_within_limits.then(|| read(text)).flatten() {
            Some(message) => self.pass_on(from, message),
            None => self.setup.counters.note(Note::TextDropped),
        }
    }

    fn pass_on(&mut self, from: &str, message: DirectMessage) {
        let is_private = message.is_private == Some(true);
        let targets: Vec<&str> = match &message.target {
            Value::List(items) => items.iter().take(MOST_TARGETS).filter_map(Value::as_text).collect(),
            Value::Text(id) => vec![id],
            _ => Vec::new(),
        };
        let is_addressed = |id: &str| if is_private { targets.contains(&id) } else { true };
        let receivers: Vec<String> = self
            .members
            .iter()
            .map(|member| member.id.clone())
            .filter(|id| id != from && is_addressed(id))
            .collect();
        for receiver in receivers {
            let relayed = DirectMessage {
                is_private: Some(is_private),
                sender: Some(from.to_owned()),
                // As one peer sends it to another.
                target: if is_private { Value::from(receiver.as_str()) } else { Value::Null },
                data: message.data.clone(),
            };
            if let Ok(text) = serde_json::to_string(&relayed) {
                self.setup.counters.note(Note::TextRelayed);
                self.outputs.push_back(RoomOutput::Text { to: receiver, text });
            }
        }
    }
}
