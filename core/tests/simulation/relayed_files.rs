//! Channels for files on the connections to a media server: in order, as fast as it goes, and with
//! what is on them handed to the media server as it would see it.

use crate::connectivity::channel_event;
use crate::file_shell::{Content, Packet, SPEED};
use crate::media_server::{Command, MEDIA_SERVER};
use crate::peer_connection::Channel;
use crate::world::{Happening, PageId, World};
use skylink_core::{ChannelEvent, ChannelId, ConnectionId, Input, Piece, Timestamp};
use skylink_protocol::file_channel::{frame_header, frame_offset, HEADER_SIZE};
use skylink_server::mcu::room::{FileChannel, FileData, FileEvent};

/// One end of a data channel.
pub type End = (PageId, ConnectionId, ChannelId);

/// A channel of a page, and what the media server knows it by.
#[derive(Debug)]
pub struct RelayedChannel {
    pub member: String,
    pub channel: FileChannel,
    pub end: End,
}

/// The content takes the place of the lane, which nobody reads.
fn written(packet: Packet) -> FileData {
    match packet {
        Packet::Text(text) => FileData::Text(text),
        Packet::Frame(content, piece) => {
            let mut frame = frame_header(piece.offset as u64).to_vec();
            frame[1] = u8::try_from(content).unwrap();
            frame.resize(HEADER_SIZE + piece.length as usize, 0);
            FileData::Frame(frame)
        }
        Packet::Chunk(..) => panic!("chunks go to peers of 2.7.2 alone"),
    }
}

fn read(data: FileData) -> (Packet, f64) {
    match data {
        FileData::Text(text) => (Packet::Text(text), 0.0),
        FileData::Frame(frame) => {
            let offset = frame_offset(frame[..HEADER_SIZE].try_into().unwrap()).unwrap() as f64;
            let length = (frame.len() - HEADER_SIZE) as f64;
            (Packet::Frame(Content::from(frame[1]), Piece { offset, length }), length)
        }
    }
}

impl World {
    fn tell_of_file(&mut self, from: String, event: FileEvent) {
        self.command_media_server(Command::File { from, event });
    }

    /// A page's channel for a file reached the media server.
    pub(crate) fn relay_channel(&mut self, end: End, far: &str, label: String) {
        let Some(member) = self.media_server.as_ref().and_then(|it| it.member_at(far)) else { return };
        self.relayed_count += 1;
        let channel = FileChannel::Theirs(self.relayed_count);
        self.relayed.push(RelayedChannel { member: member.clone(), channel, end });
        self.tell_of_file(member, FileEvent::Offered(channel, label));
    }

    pub(crate) fn is_relayed(&self, end: End) -> bool {
        self.relayed.iter().any(|relayed| relayed.end == end)
    }

    /// Something that a page sent arrives.
    pub(crate) fn file_arrives(&mut self, end: End, packet: Packet) {
        let Some(relayed) = self.relayed.iter().find(|relayed| relayed.end == end) else { return };
        let (member, channel) = (relayed.member.clone(), relayed.channel);
        self.tell_of_file(member, FileEvent::Data(channel, written(packet)));
    }

    /// A page closed its channel, or the channel broke.
    pub(crate) fn file_channel_ends(&mut self, end: End) {
        let Some(place) = self.relayed.iter().position(|relayed| relayed.end == end) else { return };
        let relayed = self.relayed.remove(place);
        self.tell_of_file(relayed.member, FileEvent::Closed(relayed.channel));
    }

    fn connection_of(&self, member: &str) -> Option<(PageId, ConnectionId)> {
        let media_server = self.media_server.as_ref()?;
        self.pages.iter().enumerate().find_map(|(page, it)| {
            let leads = |link: &(String, String)| {
                link.1.starts_with(MEDIA_SERVER) && media_server.member_at(&link.1).as_deref() == Some(member)
            };
            let mut connections = it.browser.connections.iter();
            let (id, _) = connections.find(|(_, connection)| connection.link.as_ref().is_some_and(leads))?;
            Some((page, *id))
        })
    }

    /// The media server opens a channel to a member.
    pub(crate) fn open_relayed(&mut self, member: String, channel: FileChannel, label: String) {
        let Some((page, id)) = self.connection_of(&member) else { return };
        let Some(connection) = self.pages[page].browser.connections.get_mut(&id) else { return };
        connection.offered += 1;
        let number = connection.offered;
        connection.channels.push(Channel {
            number,
            label: label.clone(),
            made_here: false,
            open: true,
            twin: None,
            busy_until: Timestamp::default(),
        });
        self.relayed.push(RelayedChannel { member, channel, end: (page, id, number) });
        let delay = self.quickly();
        for event in [ChannelEvent::Offered { label }, ChannelEvent::Open] {
            self.schedule(delay, Happening::OnChannel(page, id, number, channel_event(number, event)));
        }
    }

    /// The media server sends something by a channel.
    pub(crate) fn send_relayed(&mut self, member: String, channel: FileChannel, data: FileData) {
        let is_it = |relayed: &&RelayedChannel| relayed.member == member && relayed.channel == channel;
        let Some(end) = self.relayed.iter().find(is_it).map(|relayed| relayed.end) else { return };
        let bytes = match &data {
            FileData::Frame(frame) => Some(frame.len()),
            FileData::Text(_) => None,
        };
        let (packet, length) = read(data);
        let delay = self.quickly();
        let earliest = self.now.plus(delay);
        let Some(known) = self.channel_mut(end.0, end.1, end.2) else { return };
        // Both directions have one clock: that is slower, but in order.
        let start = if known.busy_until < earliest { earliest } else { known.busy_until };
        known.busy_until = start.plus(length / SPEED);
        let moment = known.busy_until;
        self.schedule_at(moment, Happening::Packet { to: end, packet });
        if let Some(bytes) = bytes {
            let event = FileEvent::Sent(channel, bytes);
            self.schedule_at(moment, Happening::RelayedFile(member, event));
        }
    }

    /// The media server closes a channel.
    pub(crate) fn close_relayed(&mut self, member: &str, channel: FileChannel) {
        let is_it = |relayed: &RelayedChannel| relayed.member == member && relayed.channel == channel;
        let Some(place) = self.relayed.iter().position(is_it) else { return };
        let (page, connection, number) = self.relayed.remove(place).end;
        let delay = self.quickly();
        self.schedule(delay, Happening::TwinCloses(page, connection, number));
    }

    /// A page gives up a connection.
    pub(crate) fn forget_relayed(&mut self, page: PageId, connection: ConnectionId) {
        self.relayed.retain(|relayed| (relayed.end.0, relayed.end.1) != (page, connection));
    }

    pub(crate) fn file_event(&mut self, member: String, event: FileEvent) {
        self.tell_of_file(member, event);
    }

    /// A channel of a page breaks, and the media server notices.
    pub(crate) fn break_relayed(&mut self, end: End) {
        if self.is_relayed(end) {
            let delay = self.quickly();
            self.schedule(delay, Happening::FileChannelEnds(end));
        }
        let (page, connection, number) = end;
        let event = channel_event(number, ChannelEvent::Closed);
        let delay = self.quickly();
        self.schedule(delay, Happening::Input(page, Input::Connection { connection, event }));
    }
}
