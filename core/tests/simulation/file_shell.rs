//! What shells do with the files of transfers, and how channels carry them. The bytes of a file are
//! not there: a piece stands for them, together with the file that it is of.

use crate::page::Page;
use crate::world::{Happening, PageId, World};
use skylink_core::{
    ChannelEvent, ChannelId, ConnectionEvent, ConnectionId, FileEvent, FileId, FileOp, Handle, Input, Piece,
};
use skylink_protocol::file_channel::PAYLOAD_SIZE;
use std::collections::BTreeMap;

/// Bytes in each millisecond.
pub const SPEED: f64 = 20_000.0;

/// Tells the contents of files apart.
pub type Content = u32;

/// Something on its way through a data channel.
#[derive(Debug, Clone)]
pub enum Packet {
    Text(String),
    Frame(Content, Piece),
    Chunk(Content, Piece),
}

/// A file as a shell has it.
#[derive(Debug, Default)]
pub struct File {
    /// What was read and may be sent.
    held: Vec<Piece>,
    content: Option<Content>,
    /// Bytes received, all of them in their order.
    received: f64,
    is_sink: bool,
}

#[derive(Debug, Default)]
pub struct Files {
    pub open: BTreeMap<FileId, File>,
    /// Contents of blobs of the app.
    pub blobs: BTreeMap<Handle, Content>,
    /// Contents and sizes of what was received.
    pub complete: Vec<(Content, f64)>,
    /// What came through a channel and waits to be put away.
    pub arrived: BTreeMap<Handle, (Content, Piece)>,
}

impl World {
    pub(crate) fn work_on_file(&mut self, page: PageId, file: FileId, op: FileOp) {
        let Page { browser, files, .. } = &mut self.pages[page];
        match op {
            FileOp::Read { blob, piece, .. } => {
                files.open.entry(file).or_default().content = Some(files.blobs[&blob]);
                self.report_file(page, file, FileEvent::Read(piece));
            }
            FileOp::SendFrames { connection, channel, piece } => {
                let content = files.open[&file].content.unwrap();
                assert!(files.open[&file].holds(piece), "{piece:?} was not read");
                files
                    .open
                    .get_mut(&file)
                    .unwrap()
                    .held
                    .retain(|held| held.offset + held.length > piece.offset);
                let (mut offset, end) = (piece.offset, piece.offset + piece.length);
                while offset < end {
                    let length = (end - offset).min(PAYLOAD_SIZE as f64);
                    let frame = Packet::Frame(content, Piece { offset, length });
                    self.carry(page, connection, channel, frame, length);
                    offset += length;
                }
                self.tell_when_sent(page, connection, channel);
            }
            FileOp::SendText { connection, channel, piece } => {
                let content = files.open[&file].content.unwrap();
                assert!(files.open[&file].holds(piece), "{piece:?} was not read");
                let end = piece.offset + piece.length;
                files.open.get_mut(&file).unwrap().held.retain(|held| held.offset + held.length > end);
                self.carry(page, connection, channel, Packet::Chunk(content, piece), piece.length);
            }
            FileOp::Receive { .. } => {
                let made = files.open.insert(file, File { is_sink: true, ..File::default() });
                assert!(made.is_none());
            }
            FileOp::StoreFrame(handle) => {
                let stored = files.store(file, handle);
                browser.handles.release(handle);
                self.report_file(page, file, FileEvent::Stored(stored));
            }
            FileOp::StoreText(handle) => {
                let bytes = files.arrived[&handle].1.length;
                files.store(file, handle);
                browser.handles.release(handle);
                self.report_file(page, file, FileEvent::Decoded(bytes));
            }
            FileOp::Digest => {
                let digest = format!("{:?}", files.open[&file].content);
                self.report_file(page, file, FileEvent::Digest(digest));
            }
            FileOp::Close { .. } => {
                let blob = browser.handles.issue("received file");
                self.report_file(page, file, FileEvent::Closed(Some(blob)));
            }
            FileOp::Forget => {
                // A queued transfer that is accepted late has nothing yet.
                files.open.remove(&file);
            }
        }
    }

    /// The browser takes its time, and does one after the other.
    fn report_file(&mut self, page: PageId, file: FileId, event: FileEvent) {
        let delay = self.quickly();
        let moment = self.now.plus(delay);
        let last = self.pages[page].file_reports.entry(file).or_insert(moment);
        let moment = if moment < *last { *last } else { moment };
        *last = moment;
        self.schedule_at(moment, Happening::FileReport(page, file, event));
    }

    /// What is reported of a file that was forgotten meanwhile is dropped, as by the real shell.
    pub(crate) fn let_file_report(&mut self, page: PageId, file: FileId, event: FileEvent) {
        let files = &mut self.pages[page].files;
        let Some(open) = files.open.get_mut(&file) else {
            if let FileEvent::Closed(Some(blob)) = event {
                self.pages[page].browser.handles.release(blob);
            }
            return;
        };
        match &event {
            FileEvent::Read(piece) => open.held.push(*piece),
            FileEvent::Closed(Some(_)) => {
                let complete = (open.content.unwrap(), open.received);
                files.complete.push(complete);
            }
            _ => {}
        }
        self.input(page, Input::File { file, event });
    }

    /// Sends through a channel: in order, and as fast as it goes.
    pub(crate) fn carry(
        &mut self,
        page: PageId,
        connection: ConnectionId,
        channel: ChannelId,
        packet: Packet,
        bytes: f64,
    ) {
        let delay = self.quickly();
        let now = self.now;
        let Some(sender) = self.channel_mut(page, connection, channel) else { return };
        if !sender.open {
            return;
        }
        let twin = sender.twin;
        let earliest = now.plus(delay);
        let start = if sender.busy_until < earliest { earliest } else { sender.busy_until };
        sender.busy_until = start.plus(bytes / SPEED);
        let moment = sender.busy_until;
        match twin {
            Some(to) => self.schedule_at(moment, Happening::Packet { to, packet }),
            None if self.is_relayed((page, connection, channel)) => {
                self.schedule_at(moment, Happening::FileArrives((page, connection, channel), packet));
            }
            None => {}
        }
    }

    fn tell_when_sent(&mut self, page: PageId, connection: ConnectionId, channel: ChannelId) {
        let Some(sender) = self.channel_mut(page, connection, channel) else { return };
        let moment = sender.busy_until;
        let event =
            ConnectionEvent::Channel { channel, buffered: 0.0, event: ChannelEvent::BufferedAmountLow };
        self.schedule_at(moment, Happening::OnChannel(page, connection, channel, event));
    }

    /// A packet arrives, unless its channel is gone.
    pub(crate) fn deliver_packet(&mut self, to: (PageId, ConnectionId, ChannelId), packet: Packet) {
        let (page, connection, channel) = to;
        if self.channel_mut(page, connection, channel).is_none() {
            return;
        }
        let Page { browser, files, .. } = &mut self.pages[page];
        let event = match packet {
            Packet::Text(text) => ChannelEvent::Text(text),
            Packet::Frame(content, piece) => {
                let frame = browser.handles.issue("frame");
                files.arrived.insert(frame, (content, piece));
                ChannelEvent::Frame { frame, piece: Some(piece) }
            }
            Packet::Chunk(content, piece) => {
                let text = browser.handles.issue("chunk");
                files.arrived.insert(text, (content, piece));
                ChannelEvent::Chunk(text)
            }
        };
        self.input(
            page,
            Input::Connection {
                connection,
                event: ConnectionEvent::Channel { channel, buffered: 0.0, event },
            },
        );
    }

    /// A channel breaks: both ends notice, one after the other, and what was under way is lost.
    pub fn break_channel(&mut self, page: PageId, connection: ConnectionId, channel: ChannelId) {
        let Some(known) = self.channel_mut(page, connection, channel) else { return };
        let twin = known.twin;
        if self.is_relayed((page, connection, channel)) {
            if let Some(connected) = self.pages[page].browser.connections.get_mut(&connection) {
                connected.channels.retain(|known| known.number != channel);
            }
            return self.break_relayed((page, connection, channel));
        }
        for (page, connection, channel) in [Some((page, connection, channel)), twin].into_iter().flatten() {
            let Some(connected) = self.pages[page].browser.connections.get_mut(&connection) else { continue };
            connected.channels.retain(|known| known.number != channel);
            let delay = self.quickly();
            let event = ConnectionEvent::Channel { channel, buffered: 0.0, event: ChannelEvent::Closed };
            self.schedule(delay, Happening::Input(page, Input::Connection { connection, event }));
        }
    }
}

impl File {
    fn holds(&self, piece: Piece) -> bool {
        let mut place = piece.offset;
        let end = piece.offset + piece.length;
        while place < end {
            let covers = |held: &&Piece| held.offset <= place && place < held.offset + held.length;
            let Some(held) = self.held.iter().find(covers) else { return false };
            place = held.offset + held.length;
        }
        true
    }
}

impl Files {
    /// Puts away what arrived: the right bytes, and in their order.
    fn store(&mut self, file: FileId, handle: Handle) -> f64 {
        let (content, piece) = self.arrived.remove(&handle).unwrap();
        let file = self.open.get_mut(&file).unwrap();
        assert!(file.is_sink);
        assert_eq!(*file.content.get_or_insert(content), content, "bytes of another file");
        assert_eq!(piece.offset, file.received, "bytes out of order");
        file.received += piece.length;
        file.received
    }
}
