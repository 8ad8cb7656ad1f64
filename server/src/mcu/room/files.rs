//! Files from member to member. A file comes by a channel of its sender, called after the receiver,
//! and leaves by one to the receiver, called after the sender. What is on it is the protocol of
//! [`skylink_protocol::file_channel`]; only the receiver's window is made smaller on the way, so
//! that a slow receiver slows the sender down and nothing piles up here.

use std::time::Instant;

use skylink_protocol::file_channel::{
    frame_offset, parse_relayed_label, relayed_label, FileMessage, Want, FRAME_SIZE, HEADER_SIZE,
};
use skylink_protocol::Value;

use super::{Room, RoomOutput};
use crate::mcu::counters::Note;

/// Bytes that wait for one member, as far as its files share them evenly.
const SHARED: f64 = 4.0 * 1_048_576.0;
/// Bytes of one file that may wait.
const WINDOW: std::ops::RangeInclusive<f64> = 131_072.0..=1_048_576.0;
/// Files to one member, and files of one member, at the same time. Even if they begin one after
/// the other, each with its share of that moment, less than 13 MiB wait for a member.
const MOST_FILES: usize = 32;
const LONGEST_LABEL: usize = 300;
/// Bytes of a text on a file's channel.
const LONGEST_TEXT: usize = 500;
/// Frames of a file that may wait: each takes some bytes besides its own. A megabyte needs 17, and
/// few more where the window ends within one.
const MOST_FRAMES: u32 = 256;
/// Texts besides those about the window; one each way is needed.
const MOST_TEXTS: u8 = 4;

/// A channel for a file on the connection of one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileChannel {
    /// The member opened it.
    Theirs(u64),
    /// The media server opened it.
    Ours(u64),
}

/// What came by a file's channel, or is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileData {
    /// A message about the file.
    Text(String),
    /// A piece of it, with its header.
    Frame(Vec<u8>),
}

/// What happens to a member's channel for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileEvent {
    /// The member opened it, under this name.
    Offered(FileChannel, String),
    /// Something came.
    Data(FileChannel, FileData),
    /// A frame of so many bytes left.
    Sent(FileChannel, usize),
    /// The member closed it, or it broke.
    Closed(FileChannel),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct End {
    peer: String,
    channel: FileChannel,
}

/// A file on its way.
#[derive(Debug)]
struct Bridge {
    transfer: String,
    sender: End,
    receiver: End,
    /// Up to where the receiver wants it, once it said so.
    wanted: Option<f64>,
    /// Up to where the sender may send.
    told: f64,
    /// Bytes that came, and bytes that left.
    came: f64,
    left: f64,
    /// Frames that came and did not leave.
    frames: u32,
    texts: u8,
}

/// All files of a room.
#[derive(Debug, Default)]
pub(super) struct Files {
    bridges: Vec<Bridge>,
    opened: u64,
}

/// What a member does is not what files need.
struct Broken;

impl Files {
    fn place(&self, peer: &str, channel: FileChannel) -> Option<usize> {
        let is_it = |end: &End| end.channel == channel && end.peer == peer;
        self.bridges.iter().position(|bridge| is_it(&bridge.sender) || is_it(&bridge.receiver))
    }

    fn to(&self, peer: &str) -> usize {
        self.bridges.iter().filter(|bridge| bridge.receiver.peer == peer).count()
    }

    fn from(&self, peer: &str) -> usize {
        self.bridges.iter().filter(|bridge| bridge.sender.peer == peer).count()
    }

    fn window(&self, receiver: &str) -> f64 {
        let sharing = u32::try_from(self.to(receiver)).unwrap_or(u32::MAX).max(1);
        (SHARED / f64::from(sharing)).clamp(*WINDOW.start(), *WINDOW.end())
    }
}

impl Bridge {
    /// What the receiver is to be sent, if anything.
    fn take_from_sender(&mut self, data: FileData) -> Result<FileData, Broken> {
        match &data {
            FileData::Text(text) if matches!(read(text), Some(FileMessage::End(_))) => self.count_text()?,
            FileData::Text(_) => return Err(Broken),
            FileData::Frame(frame) => {
                let header = frame.first_chunk::<HEADER_SIZE>().ok_or(Broken)?;
                let offset = to_number(frame_offset(header).ok_or(Broken)?);
                let length = to_number(frame.len().saturating_sub(HEADER_SIZE) as u64);
                let is_next = offset == self.came && length > 0.0 && offset + length <= self.told;
                if !is_next || frame.len() > FRAME_SIZE || self.frames >= MOST_FRAMES {
                    return Err(Broken);
                }
                self.frames = self.frames.saturating_add(1);
                self.came = offset + length;
            }
        }
        Ok(data)
    }

    /// What the sender is to be sent, if it is to be now.
    fn take_from_receiver(&mut self, data: FileData, window: f64) -> Result<Option<FileData>, Broken> {
        let FileData::Text(text) = &data else { return Err(Broken) };
        match read(text).ok_or(Broken)? {
            FileMessage::Want(Want { offset, limit }) => {
                let is_place = |place: f64| place >= 0.0 && place.fract() == 0.0 && place.is_finite();
                if !is_place(offset) || !is_place(limit) || limit < offset {
                    return Err(Broken);
                }
                match self.wanted {
                    Some(wanted) => self.wanted = Some(wanted.max(limit)),
                    None => {
                        self.wanted = Some(limit);
                        (self.came, self.left, self.told) = (offset, offset, offset);
                        // The sender has to hear where to begin, even if that is the end.
                        return Ok(Some(self.tell(window)));
                    }
                }
                Ok(self.extend(window))
            }
            FileMessage::Done(_) => {
                self.count_text()?;
                Ok(Some(data))
            }
            FileMessage::End(_) | FileMessage::LaneSignal(_) | FileMessage::Got(_) => Err(Broken),
        }
    }

    fn count_text(&mut self) -> Result<(), Broken> {
        self.texts = self.texts.saturating_add(1);
        if self.texts > MOST_TEXTS {
            return Err(Broken);
        }
        Ok(())
    }

    fn limit(&self, window: f64) -> f64 {
        self.wanted.unwrap_or_default().min(self.left + window)
    }

    /// A frame of so many bytes left. What the sender is to be sent, if that is worth a message.
    fn leave(&mut self, bytes: f64, window: f64) -> Option<FileData> {
        self.left += bytes;
        self.frames = self.frames.saturating_sub(1);
        self.extend(window)
    }

    /// Lets the sender go on, if that is worth a message. A few bytes are, once it has sent all that
    /// it might: one that waits is never forgotten, since its last frame leaves later, and a receiver
    /// that wants byte by byte makes no more messages than the sender answers.
    fn extend(&mut self, window: f64) -> Option<FileData> {
        let wanted = self.wanted?;
        let limit = self.limit(window);
        let has_sent_all = limit == wanted && self.came == self.told;
        let is_worth_it = limit > self.told && (has_sent_all || limit - self.told >= window / 2.0);
        is_worth_it.then(|| self.tell(window))
    }

    fn tell(&mut self, window: f64) -> FileData {
        self.told = self.told.max(self.limit(window));
        let want = Want { offset: self.left, limit: self.told };
        FileData::Text(serde_json::to_string(&Value::from(&want)).unwrap_or_default())
    }
}

fn read(text: &str) -> Option<FileMessage> {
    let text = Some(text).filter(|text| text.len() <= LONGEST_TEXT)?;
    FileMessage::try_from(serde_json::from_str::<Value>(text).ok()?).ok()
}

/// Places in files are exact as floating-point numbers.
#[allow(clippy::cast_precision_loss)]
fn to_number(place: u64) -> f64 {
    place as f64
}

impl Room {
    /// Whether a member takes files, and gives them, by channels of their own: 2.7.2 does not.
    pub(super) fn exchanges_files(&self, peer: &str) -> bool {
        let member = self.member(peer);
        member.is_some_and(|member| member.enter.get("fileChannels") == Some(&Value::Bool(true)))
    }

    /// Something happened to the channel of a member for a file.
    pub fn file(&mut self, peer: &str, event: FileEvent, now: Instant) {
        match event {
            FileEvent::Offered(channel, label) if self.may_do_with_files(peer, now) => {
                self.file_offered(peer, channel, &label);
            }
            FileEvent::Offered(channel, _) => self.refuse_file(peer, channel),
            FileEvent::Data(channel, data) => self.file_data(peer, channel, data),
            FileEvent::Sent(channel, bytes) => self.file_sent(peer, channel, bytes),
            FileEvent::Closed(channel) => {
                if let Some(place) = self.files.place(peer, channel) {
                    self.end_bridge(place);
                }
            }
        }
    }

    fn file_offered(&mut self, from: &str, channel: FileChannel, label: &str) {
        let label = Some(label).filter(|label| label.len() <= LONGEST_LABEL);
        let meant = label.and_then(parse_relayed_label).filter(|(to, _)| {
            *to != from
                && self.exchanges_files(from)
                && self.exchanges_files(to)
                && self.member(to).is_some_and(|member| member.connection.is_some())
        });
        let Some((to, transfer)) = meant else { return self.refuse_file(from, channel) };
        // Opened again: what is left of the channel before is of no use.
        let is_it = |bridge: &Bridge| {
            bridge.sender.peer == from && bridge.receiver.peer == to && bridge.transfer == transfer
        };
        if let Some(place) = self.files.bridges.iter().position(is_it) {
            self.end_bridge(place);
        }
        if self.files.to(to) >= MOST_FILES || self.files.from(from) >= MOST_FILES {
            return self.refuse_file(from, channel);
        }
        self.setup.counters.note(Note::FileOpened);
        self.files.opened = self.files.opened.saturating_add(1);
        let onward = FileChannel::Ours(self.files.opened);
        self.files.bridges.push(Bridge {
            transfer: transfer.to_owned(),
            sender: End { peer: from.to_owned(), channel },
            receiver: End { peer: to.to_owned(), channel: onward },
            wanted: None,
            told: 0.0,
            came: 0.0,
            left: 0.0,
            frames: 0,
            texts: 0,
        });
        let label = relayed_label(from, transfer);
        self.outputs.push_back(RoomOutput::OpenFile { to: to.to_owned(), channel: onward, label });
    }

    fn refuse_file(&mut self, peer: &str, channel: FileChannel) {
        self.setup.counters.note(Note::FileRefused);
        self.outputs.push_back(RoomOutput::CloseFile { to: peer.to_owned(), channel });
    }

    fn file_data(&mut self, from: &str, channel: FileChannel, data: FileData) {
        let Some(place) = self.files.place(from, channel) else { return };
        let Some(bridge) = self.files.bridges.get(place) else { return };
        let window = self.files.window(&bridge.receiver.peer);
        let is_sender = bridge.sender.peer == from;
        let Some(bridge) = self.files.bridges.get_mut(place) else { return };
        let outcome = if is_sender {
            bridge.take_from_sender(data).map(|data| Some((bridge.receiver.clone(), data)))
        } else {
            let answer = bridge.take_from_receiver(data, window);
            answer.map(|data| data.map(|data| (bridge.sender.clone(), data)))
        };
        match outcome {
            Ok(Some((End { peer, channel }, data))) => {
                self.outputs.push_back(RoomOutput::File { to: peer, channel, data });
            }
            Ok(None) => {}
            Err(Broken) => {
                self.setup.counters.note(Note::FileRefused);
                tracing::debug!(peer = from, room = self.rid, "a file's channel is used wrongly and closed");
                self.end_bridge(place);
            }
        }
    }

    /// A frame left for its receiver: there is room for more.
    fn file_sent(&mut self, to: &str, channel: FileChannel, frame: usize) {
        let Some(place) = self.files.place(to, channel) else { return };
        let window = self.files.window(to);
        let Some(bridge) = self.files.bridges.get_mut(place) else { return };
        let bytes = frame.saturating_sub(HEADER_SIZE);
        self.setup.counters.add(Note::FileBytes, bytes);
        if let Some(data) = bridge.leave(to_number(bytes as u64), window) {
            let End { peer, channel } = bridge.sender.clone();
            self.outputs.push_back(RoomOutput::File { to: peer, channel, data });
        }
    }

    /// The connection of a member is gone, and with it its files.
    pub(super) fn end_files(&mut self, peer: &str) {
        let is_its = |bridge: &Bridge| bridge.sender.peer == peer || bridge.receiver.peer == peer;
        while let Some(place) = self.files.bridges.iter().position(is_its) {
            self.end_bridge(place);
        }
    }

    fn end_bridge(&mut self, place: usize) {
        let Bridge { sender, receiver, .. } = self.files.bridges.remove(place);
        for End { peer, channel } in [sender, receiver] {
            self.outputs.push_back(RoomOutput::CloseFile { to: peer, channel });
        }
    }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
