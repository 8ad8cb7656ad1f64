//! Messages on data channels (`sendP2PMessage`, `sendBlobData`): the media server passes them on.
//! The sender is whoever's channel they came by, and each goes to its addressees alone.

use std::time::Instant;

use skylink_protocol::data_channel::{Acknowledge, Cancel, DirectMessage, TransferError, WriteRequest};
use skylink_protocol::{Object, Value};

use super::{Room, RoomOutput};
use crate::mcu::counters::Note;

/// No more addressees of one message are looked at.
const MOST_TARGETS: usize = 200;

/// Messages about files, and channels for them, that a member may send and open at once, and for
/// long: one of each for each receiver of each file, and few more.
const FILE_TEXTS: (u32, u32) = (1_000, 200);

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

    pub(super) fn allows(&mut self, now: Instant, burst: u32, per_second: u32) -> bool {
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

enum Text {
    Message(DirectMessage),
    /// About a file.
    File(Object),
}

fn read(text: &str) -> Option<Text> {
    let value: Value = serde_json::from_str(text).ok()?;
    match value.get("type").and_then(Value::as_text)? {
        DirectMessage::TYPE => DirectMessage::try_from(&value).ok().map(Text::Message),
        WriteRequest::TYPE | Acknowledge::TYPE | TransferError::TYPE | Cancel::TYPE => {
            value.as_object().cloned().map(Text::File)
        }
        _ => None,
    }
}

impl Room {
    /// A text came by the data channel of a member.
    pub fn text(&mut self, from: &str, text: &str, now: Instant) {
        let limits = self.setup.limits;
        let Some(member) = self.member_mut(from) else { return };
        let text = Some(text).filter(|text| text.len() <= limits.text_bytes).and_then(read);
        match text {
            Some(Text::Message(message))
                if member.pace.allows(now, limits.text_burst, limits.texts_per_second) =>
            {
                self.pass_on(from, message);
            }
            Some(Text::File(message)) if self.may_do_with_files(from, now) => {
                self.pass_on_about_file(from, message);
            }
            _ => self.setup.counters.note(Note::TextDropped),
        }
    }

    /// Whether a member keeps to the pace of what concerns files.
    pub(super) fn may_do_with_files(&mut self, peer: &str, now: Instant) -> bool {
        let (burst, per_second) = FILE_TEXTS;
        self.member_mut(peer).is_some_and(|member| member.file_pace.allows(now, burst, per_second))
    }

    fn pass_on_about_file(&mut self, from: &str, message: Object) {
        let part = |key: &str| message.get(key).and_then(Value::as_text).map(str::to_owned);
        let Some(to) = part("target").filter(|to| to != from) else {
            return self.setup.counters.note(Note::TextDropped);
        };
        if self.exchanges_files(from) && self.exchanges_files(&to) {
            return self.send_text(to, &Value::Object(message.with("sender", from)));
        }
        self.setup.counters.note(Note::TextDropped);
        if part("type").as_deref() == Some(WriteRequest::TYPE) {
            let refusal = TransferError {
                content: Some("The peer takes no files in a room with a media server".to_owned()),
                sender: Some(to),
                name: part("name"),
                transfer_id: part("transferId"),
            };
            self.send_text(from.to_owned(), &Value::from(&refusal));
        }
    }

    fn send_text(&mut self, to: String, message: &Value) {
        if let Ok(text) = serde_json::to_string(message) {
            self.setup.counters.note(Note::TextRelayed);
            self.outputs.push_back(RoomOutput::Text { to, text });
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
            self.send_text(receiver, &Value::from(&relayed));
        }
    }
}
