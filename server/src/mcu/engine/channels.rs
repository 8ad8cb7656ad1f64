//! The data channels of one client: one for messages, and one for each file that is passed on.
//! str0m takes 128 KiB at a time; what waits for that is here, messages before files, files by
//! turns.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use skylink_protocol::file_channel::parse_relayed_label;
use str0m::channel::{ChannelConfig, ChannelData, ChannelId};

use super::{Connection, Ending, EngineOutput};
use crate::mcu::room::{FileChannel, FileData, FileEvent};

/// Bytes of messages that may wait.
const MOST_TEXT: usize = 256 * 1024;
/// Frames and texts of one file that may wait. A room lets less wait if both ends behave.
const MOST_WAITING: usize = 512;
/// Channels that a client may have open. Each costs time with everything that is sent.
const MOST_THEIRS: usize = 192;
/// Channels that are opened to a client, those included that it did not open yet.
const MOST_OURS: usize = 64;
/// Channels that are closed keep their stream until the client confirms that (RFC 6525), one a round
/// trip. With so many streams in use no more channels are opened for a while.
const MANY_STREAMS: usize = 256;
const STREAMS_PATIENCE: Duration = Duration::from_secs(1);
/// A client that still confirms nothing is given up.
const MOST_STREAMS: usize = 512;

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
    /// One was open: from then on those that are opened get a stream at once.
    was_open: bool,
    /// No more are opened until then.
    full_until: Option<Instant>,
}

/// Streams are given out from the lowest that is free, every other one.
fn streams_in_use(newest: u16) -> usize {
    usize::from(newest / 2).saturating_add(1)
}

enum Waiting {
    Text(ChannelId, String),
    File(ChannelId, FileChannel, FileData),
}

impl Channels {
    fn ours(&self) -> usize {
        self.files.iter().filter(|file| matches!(file.channel, FileChannel::Ours(_))).count()
    }

    fn theirs(&self) -> usize {
        self.files.len().saturating_sub(self.ours()).saturating_add(self.main.len())
    }

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

    /// Opens a channel for a file. It is closed at once if the client has too many: others open files
    /// to it, so that alone is no reason to give it up.
    pub fn open_file(&mut self, channel: FileChannel, label: String, now: Instant) {
        let is_full = self.channels.full_until.is_some_and(|until| now < until);
        if is_full || self.channels.ours() >= MOST_OURS {
            self.outputs.push_back(EngineOutput::File(FileEvent::Closed(channel)));
            return;
        }
        let config = ChannelConfig { label, ..ChannelConfig::default() };
        let Some(id) = self.act(now, |rtc| rtc.direct_api().create_data_channel(config)) else { return };
        let file = File { id, channel, is_open: false, is_over: false, waiting: VecDeque::new() };
        self.channels.files.push(file);
        let stream = self.rtc.direct_api().sctp_stream_id_by_channel_id(id);
        let in_use = match stream {
            Some(stream) => streams_in_use(stream),
            // All are taken, and the engine would try for ever.
            None if self.channels.was_open => usize::MAX,
            None => 0,
        };
        if in_use > MOST_STREAMS {
            self.give_up("a client does not confirm that channels are closed");
        } else if in_use > MANY_STREAMS {
            self.channels.full_until = now.checked_add(STREAMS_PATIENCE);
        }
    }

    fn give_up(&mut self, reason: &str) {
        if self.is_open {
            tracing::debug!(reason, "connection given up");
            self.close(Ending::Failed);
        }
    }

    /// Sends something by the channel of a file, as soon as that takes it.
    pub fn send_file(&mut self, channel: FileChannel, data: FileData, now: Instant) {
        let Some(file) = self.channels.file_mut(channel) else { return };
        if file.waiting.len() >= MOST_WAITING {
            self.close_file(channel, now);
            self.outputs.push_back(EngineOutput::File(FileEvent::Closed(channel)));
            return;
        }
        file.waiting.push_back(data);
        self.flush_channels(now);
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
        channels.was_open = true;
        if let Some(file) = channels.files.iter_mut().find(|file| file.id == id) {
            file.is_open = true;
            if file.is_over {
                self.rtc.direct_api().close_data_channel(id);
            }
            return None;
        }
        if channels.theirs() >= MOST_THEIRS {
            self.give_up("a client opens too many channels");
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
