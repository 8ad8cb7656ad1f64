//! The data channels of one client: one for messages, and one for each file that is passed on.
//! str0m takes 128 KiB at a time; what waits for that is here, messages before files, files by
//! turns.

use std::collections::VecDeque;
use std::time::Instant;

use skylink_protocol::file_channel::parse_relayed_label;
use str0m::channel::{ChannelConfig, ChannelData, ChannelId};

use super::{Connection, EngineOutput};
use crate::mcu::room::{FileChannel, FileData, FileEvent};

/// Bytes of messages that may wait.
const MOST_TEXT: usize = 256 * 1024;

#[derive(Debug)]
struct File {
    id: ChannelId,
    channel: FileChannel,
    is_open: bool,
    /// Nobody wants it any more.
    is_over: bool,
    waiting: VecDeque<FileData>,
}

/// All channels of a client.
#[derive(Debug, Default)]
pub(super) struct Channels {
    /// For messages. The newest one is in use.
    main: Vec<ChannelId>,
    texts: VecDeque<String>,
    files: Vec<File>,
    offered: u64,
    turn: usize,
}

enum Waiting {
    Text(ChannelId, String),
    File(ChannelId, FileChannel, FileData),
}

impl Channels {
    fn file_mut(&mut self, channel: FileChannel) -> Option<&mut File> {
        self.files.iter_mut().find(|file| file.channel == channel && !file.is_over)
    }

    fn take_waiting(&mut self) -> Option<Waiting> {
        if let Some(main) = self.main.last() {
            if let Some(text) = self.texts.pop_front() {
                return Some(Waiting::Text(*main, text));
            }
        }
        let places = (0..self.files.len()).map(|step| self.turn.saturating_add(step));
        let mut places = places.map(|place| place.checked_rem(self.files.len()).unwrap_or_default());
        let has_waiting = |file: &File| file.is_open && !file.is_over && !file.waiting.is_empty();
        let place = places.find(|place| self.files.get(*place).is_some_and(has_waiting))?;
        self.turn = place.saturating_add(1);
        let file = self.files.get_mut(place)?;
        file.waiting.pop_front().map(|data| Waiting::File(file.id, file.channel, data))
    }

    fn put_back(&mut self, waiting: Waiting) {
        match waiting {
            Waiting::Text(_, text) => self.texts.push_front(text),
            Waiting::File(_, channel, data) => {
                if let Some(file) = self.file_mut(channel) {
                    file.waiting.push_front(data);
                }
            }
        }
    }
}

impl Connection {
    /// Sends a text by the client's data channel. `false` if it has none, or takes no more.
    pub fn send_text(&mut self, text: &str, now: Instant) -> bool {
        let Channels { main, texts, .. } = &mut self.channels;
        let waiting = texts.iter().map(String::len).fold(text.len(), usize::saturating_add);
        if main.is_empty() || !self.is_open || waiting > MOST_TEXT {
            return false;
        }
        texts.push_back(text.to_owned());
        self.flush_channels(now);
        true
    }

    /// Opens a channel for a file.
    pub fn open_file(&mut self, channel: FileChannel, label: String, now: Instant) {
        let config = ChannelConfig { label, ..ChannelConfig::default() };
        let id = self.act(now, |rtc| rtc.direct_api().create_data_channel(config));
        if let Some(id) = id {
            let file = File { id, channel, is_open: false, is_over: false, waiting: VecDeque::new() };
            self.channels.files.push(file);
        }
    }

    /// Sends something by the channel of a file, as soon as that takes it.
    pub fn send_file(&mut self, channel: FileChannel, data: FileData, now: Instant) {
        if let Some(file) = self.channels.file_mut(channel) {
            file.waiting.push_back(data);
            self.flush_channels(now);
        }
    }

    /// Closes the channel of a file.
    pub fn close_file(&mut self, channel: FileChannel, now: Instant) {
        let Some(file) = self.channels.file_mut(channel) else { return };
        // Its end is awaited: before it is open it cannot be closed.
        file.is_over = true;
        file.waiting.clear();
        let id = file.id;
        self.act(now, |rtc| rtc.direct_api().close_data_channel(id));
    }

    /// Hands over what waits, as far as it is taken.
    pub(super) fn flush_channels(&mut self, now: Instant) {
        while let Some(waiting) = self.channels.take_waiting() {
            let (id, is_binary, bytes) = match &waiting {
                Waiting::Text(id, text) | Waiting::File(id, _, FileData::Text(text)) => {
                    (*id, false, text.as_bytes())
                }
                Waiting::File(id, _, FileData::Frame(frame)) => (*id, true, frame.as_slice()),
            };
            let write = |rtc: &mut str0m::Rtc| rtc.channel(id)?.write(is_binary, bytes).ok();
            match self.act(now, write).flatten() {
                Some(true) => {
                    if let Waiting::File(_, channel, FileData::Frame(frame)) = waiting {
                        let sent = FileEvent::Sent(channel, frame.len());
                        self.outputs.push_back(EngineOutput::File(sent));
                    }
                }
                Some(false) => return self.channels.put_back(waiting),
                // It is closing: what was for it is lost with it.
                None => {}
            }
        }
    }

    pub(super) fn channel_opened(&mut self, id: ChannelId, label: String) -> Option<FileEvent> {
        let channels = &mut self.channels;
        if let Some(file) = channels.files.iter_mut().find(|file| file.id == id) {
            file.is_open = true;
            if file.is_over {
                self.rtc.direct_api().close_data_channel(id);
            }
            return None;
        }
        if parse_relayed_label(&label).is_none() {
            channels.main.push(id);
            return None;
        }
        channels.offered = channels.offered.saturating_add(1);
        let channel = FileChannel::Theirs(channels.offered);
        let file = File { id, channel, is_open: true, is_over: false, waiting: VecDeque::new() };
        channels.files.push(file);
        Some(FileEvent::Offered(channel, label))
    }

    pub(super) fn channel_closed(&mut self, id: ChannelId) -> Option<FileEvent> {
        self.channels.main.retain(|known| *known != id);
        let place = self.channels.files.iter().position(|file| file.id == id)?;
        let file = self.channels.files.remove(place);
        (!file.is_over).then_some(FileEvent::Closed(file.channel))
    }

    pub(super) fn channel_data(&mut self, data: ChannelData) -> Option<EngineOutput> {
        let ChannelData { id, binary, data } = data;
        let data = if binary { FileData::Frame(data) } else { FileData::Text(String::from_utf8(data).ok()?) };
        match (self.channels.files.iter().find(|file| file.id == id), data) {
            (Some(file), data) => {
                (!file.is_over).then_some(EngineOutput::File(FileEvent::Data(file.channel, data)))
            }
            (None, FileData::Text(text)) if self.channels.main.contains(&id) => {
                Some(EngineOutput::Text(text))
            }
            (None, _) => None,
        }
    }
}
