//! Peer connections at work: operations done in their order, candidates found, two ends connected.

use crate::file_shell::Packet;
use crate::media_server::MEDIA_SERVER;
use crate::page::{Client, Page};
use crate::peer_connection::{Channel, PeerConnection, Reuse};
use crate::surroundings::json;
use crate::world::{Happening, PageId, World};
use skylink_core::{
    ChannelEvent, ChannelId, ChannelOp, ConnectionEvent, ConnectionId, ConnectionOp, Input,
    StatisticsReading, Timestamp,
};
use skylink_protocol::file_channel::parse_relayed_label;

/// What goes through a channel.
fn text_of(op: ChannelOp) -> String {
    match op {
        ChannelOp::SendText(text) => text,
        ChannelOp::SendMessages(messages) => {
            let texts: Vec<_> = messages
                .into_iter()
                .map(|message| {
                    assert_eq!(message.content, None, "the apps here give texts to the core");
                    message.text
                })
                .collect();
            if texts.len() == 1 {
                texts.concat()
            } else {
                format!("[{}]", texts.join(","))
            }
        }
        op => unreachable!("{op:?}"),
    }
}

impl World {
    pub(crate) fn operate(&mut self, page: PageId, id: ConnectionId, op: ConnectionOp) {
        let Page { name, browser, client, .. } = &mut self.pages[page];
        let reuse = if matches!(client, Client::Ours(_)) { Reuse::Idle } else { Reuse::Unused };
        if let ConnectionOp::Create { .. } = op {
            let made = browser.connections.insert(id, PeerConnection::new(format!("{name}+{id}")));
            assert!(made.is_none(), "connection {id} is made twice");
            return;
        }
        let connection = browser.connections.get_mut(&id);
        let connection = connection.unwrap_or_else(|| panic!("connection {id} of {name} is gone: {op:?}"));
        match op {
            ConnectionOp::AddStream { stream: handle, kind, .. } => {
                let stream = browser.streams.get(&handle).expect("only own streams are sent");
                assert_eq!(stream.kind, kind);
                assert!(!stream.stopped, "a stream that is over is sent");
                connection.add_stream(handle, &stream.id, kind, reuse);
            }
            ConnectionOp::AddTransceiver(kind) => connection.add_transceiver(kind),
            ConnectionOp::Channel {
                channel,
                op: ChannelOp::Open { label } | ChannelOp::OpenForFile { label, .. },
            } => {
                connection.open_channel(channel, label);
                let far = connection.link.clone().map(|(_, far)| far).unwrap_or_default();
                if far.starts_with(MEDIA_SERVER) {
                    let delay = self.quickly();
                    self.schedule(delay, Happening::LinkToMediaServer(page, id));
                } else if let Some(other) = self.find_end(&far) {
                    let delay = self.quickly();
                    self.schedule(delay, Happening::Link { one: (page, id), other });
                }
            }
            ConnectionOp::Channel {
                channel,
                op: op @ (ChannelOp::SendText(_) | ChannelOp::SendMessages(_)),
            } => {
                let text = text_of(op);
                let link = connection.link.as_ref();
                let far = link.map(|(_, far)| far.clone()).unwrap_or_default();
                let member = self.media_server.as_ref().and_then(|it| it.member_at(&far));
                match member.filter(|_| !self.is_relayed((page, id, channel))) {
                    Some(from) => {
                        let delay = self.quickly();
                        self.schedule(delay, Happening::TextUp { from, text });
                    }
                    None => self.carry(page, id, channel, Packet::Text(text), 0.0),
                }
            }
            ConnectionOp::Channel { channel, op: ChannelOp::Close } => {
                let place = connection.channels.iter().position(|known| known.number == channel);
                let closed = place.map(|place| connection.channels.remove(place));
                let busy_until = closed.as_ref().map_or(Timestamp::default(), |closed| closed.busy_until);
                let twin = closed.and_then(|closed| closed.twin);
                let end = (page, id, channel);
                if self.is_relayed(end) {
                    let delay = self.quickly();
                    let moment = self.now.plus(delay);
                    let moment = if moment < busy_until { busy_until } else { moment };
                    self.schedule_at(moment, Happening::FileChannelEnds(end));
                }
                if let Some((page, connection, channel)) = twin {
                    // The other end closes when it has everything that was sent.
                    let delay = self.quickly();
                    let moment = self.now.plus(delay);
                    let moment = if moment < busy_until { busy_until } else { moment };
                    self.schedule_at(moment, Happening::TwinCloses(page, connection, channel));
                }
            }
            ConnectionOp::RemoveStream(handle) => connection.remove_stream(handle),
            ConnectionOp::PreferCodec { .. } | ConnectionOp::LimitBitrate { .. } => {}
            ConnectionOp::ReadStatistics { request, .. } => {
                let reading = StatisticsReading {
                    raw: browser.handles.issue("statistics"),
                    report: json(&format!(
                        r#"{{"T":{{"type":"transport","selectedCandidatePairId":"P"}},
                        "P":{{"type":"candidate-pair","id":"P","currentRoundTripTime":{}}}}}"#,
                        self.round_trip / 1_000.0
                    )),
                    ..StatisticsReading::default()
                };
                let event = ConnectionEvent::Statistics { request, reading: Box::new(reading) };
                let delay = self.quickly();
                let read = Input::Connection { connection: id, event };
                self.schedule(delay, Happening::Input(page, read));
            }
            ConnectionOp::Close => {
                let closed = browser.connections.remove(&id).unwrap();
                self.forget_relayed(page, id);
                if let Some(link) = closed.link {
                    self.tell_other_end(&link.1);
                }
            }
            op => {
                connection.chain.push_back(op);
                let delay = self.quickly();
                self.schedule(delay, Happening::Operation(page, id));
            }
        }
    }

    pub(crate) fn perform(&mut self, page: PageId, id: ConnectionId) {
        let events = self.pages[page].browser.perform_next(id, &mut self.chance);
        self.report(page, id, events);
        let Some(connection) = self.pages[page].browser.connections.get_mut(&id) else { return };
        if let Some(ufrag) = connection.take_gathering() {
            let delay = self.quickly();
            self.schedule(delay, Happening::Gather { page, connection: id, ufrag, step: 0 });
        }
        self.look_for_links(page, id);
    }

    fn report(&mut self, page: PageId, connection: ConnectionId, events: Vec<ConnectionEvent>) {
        for event in events {
            self.input(page, Input::Connection { connection, event });
        }
    }

    /// Two candidates, then the end of them.
    pub(crate) fn gather(&mut self, page: PageId, id: ConnectionId, ufrag: String, step: u32) {
        let Some(connection) = self.pages[page].browser.connections.get(&id) else { return };
        let Some(first) = connection.local().filter(|local| local.ufrag == ufrag) else { return };
        let mid = first.sections.first().map(|section| section.mid.clone());
        let found = |candidate: String| ConnectionEvent::LocalCandidate { candidate, mid, line: Some(0.0) };
        let address =
            format!("candidate:{step} 1 udp 2122260223 198.51.100.{step} 50068 typ host generation 0");
        let events = match step {
            0 => vec![ConnectionEvent::GatheringState("gathering".into())],
            1 | 2 => vec![found(format!("{address} ufrag {ufrag}"))],
            _ => vec![found(String::new()), ConnectionEvent::GatheringState("complete".into())],
        };
        self.report(page, id, events);
        if step < 3 {
            let delay = self.quickly();
            self.schedule(delay, Happening::Gather { page, connection: id, ufrag, step: step + 1 });
        }
    }

    fn connection(&mut self, (page, id): (PageId, ConnectionId)) -> Option<&mut PeerConnection> {
        self.pages[page].browser.connections.get_mut(&id)
    }

    /// The connection that uses this ICE generation.
    fn find_end(&self, ufrag: &str) -> Option<(PageId, ConnectionId)> {
        self.pages.iter().enumerate().find_map(|(page, it)| {
            let uses = |c: &&PeerConnection| c.local().is_some_and(|local| local.ufrag == ufrag);
            let id = it.browser.connections.iter().find(|(_, connection)| uses(connection))?.0;
            Some((page, *id))
        })
    }

    /// Connects two ends that know each other's descriptions and candidates.
    fn look_for_links(&mut self, page: PageId, id: ConnectionId) {
        let Some(connection) = self.connection((page, id)) else { return };
        let Some(remote) = connection.remote().map(|remote| remote.ufrag.clone()) else { return };
        if remote.starts_with(MEDIA_SERVER) {
            let delay = self.quickly();
            self.schedule(delay, Happening::LinkToMediaServer(page, id));
        } else if let Some(other) = self.find_end(&remote) {
            let delay = self.quickly();
            self.schedule(delay, Happening::Link { one: (page, id), other });
        }
    }

    pub(crate) fn link(&mut self, one: (PageId, ConnectionId), other: (PageId, ConnectionId)) {
        let ufrag =
            |world: &mut Self, end| world.connection(end).and_then(|c| Some(c.local()?.ufrag.clone()));
        let (Some(here), Some(there)) = (ufrag(self, one), ufrag(self, other)) else { return };
        let reaches = |world: &mut Self, end, own: &str, far: &str| {
            world.connection(end).is_some_and(|connection| connection.can_reach(own, far))
        };
        if !reaches(self, one, &here, &there) || !reaches(self, other, &there, &here) {
            return;
        }
        self.end_links(one, (here.clone(), there.clone()));
        self.end_links(other, (there, here));
        self.open_channels(one, other);
        self.open_channels(other, one);
    }

    /// One end is connected now.
    fn end_links(&mut self, end: (PageId, ConnectionId), link: (String, String)) {
        let Some(connection) = self.connection(end) else { return };
        if connection.link.as_ref() == Some(&link) {
            return;
        }
        connection.link = Some(link);
        let events = ["checking", "connected"].map(|state| ConnectionEvent::IceState(state.into()));
        self.report(end.0, end.1, events.to_vec());
        let events = ["connecting", "connected"].map(|state| ConnectionEvent::ConnectionState(state.into()));
        self.report(end.0, end.1, events.to_vec());
    }

    /// A media server is reached as soon as both descriptions are known: its candidates stand in
    /// its own.
    pub(crate) fn link_to_media_server(&mut self, page: PageId, id: ConnectionId) {
        let Some(connection) = self.connection((page, id)) else { return };
        let (Some(local), Some(remote)) = (connection.local(), connection.remote()) else { return };
        let link = (local.ufrag.clone(), remote.ufrag.clone());
        let carries_data = connection.carries_data();
        let far = remote.ufrag.clone();
        self.end_links((page, id), link);
        let Some(connection) = self.connection((page, id)).filter(|_| carries_data) else { return };
        let closed = connection.channels.iter_mut().filter(|channel| !channel.open);
        let open = |channel: &mut Channel| {
            channel.open = true;
            channel_event(channel.number, ChannelEvent::Open)
        };
        let mut for_files = Vec::new();
        let events = closed
            .map(|channel| {
                if parse_relayed_label(&channel.label).is_some() {
                    for_files.push((channel.number, channel.label.clone()));
                }
                open(channel)
            })
            .collect();
        for (number, label) in for_files {
            self.relay_channel((page, id, number), &far, label);
        }
        self.report(page, id, events);
    }

    fn open_channels(&mut self, maker: (PageId, ConnectionId), other: (PageId, ConnectionId)) {
        let carries = |world: &mut Self, end| world.connection(end).is_some_and(|c| c.carries_data());
        if !carries(self, maker) || !carries(self, other) {
            return;
        }
        let Some(connection) = self.connection(maker) else { return };
        let unopened = connection.channels.iter_mut().filter(|channel| channel.made_here && !channel.open);
        let opened: Vec<(ChannelId, String)> = unopened
            .map(|channel| {
                channel.open = true;
                (channel.number, channel.label.clone())
            })
            .collect();
        for (number, label) in opened {
            let Some(connection) = self.connection(other) else { continue };
            connection.offered += 1;
            let theirs = connection.offered;
            connection.channels.push(Channel {
                number: theirs,
                label: label.clone(),
                made_here: false,
                open: true,
                twin: Some((maker.0, maker.1, number)),
                busy_until: Timestamp::default(),
            });
            let mut channels = self.connection(maker).into_iter().flat_map(|c| c.channels.iter_mut());
            if let Some(channel) = channels.find(|channel| channel.number == number) {
                channel.twin = Some((other.0, other.1, theirs));
            }
            self.report(maker.0, maker.1, vec![channel_event(number, ChannelEvent::Open)]);
            let events = [ChannelEvent::Offered { label }, ChannelEvent::Open];
            self.report(other.0, other.1, events.map(|event| channel_event(theirs, event)).to_vec());
        }
    }

    pub(crate) fn channel_mut(
        &mut self,
        page: PageId,
        connection: ConnectionId,
        channel: ChannelId,
    ) -> Option<&mut Channel> {
        let connection = self.connection((page, connection))?;
        connection.channels.iter_mut().find(|known| known.number == channel)
    }

    /// The other end of a channel was closed.
    pub(crate) fn close_twin(&mut self, page: PageId, connection: ConnectionId, channel: ChannelId) {
        let Some(connected) = self.connection((page, connection)) else { return };
        let before = connected.channels.len();
        connected.channels.retain(|known| known.number != channel);
        if connected.channels.len() < before {
            let event = channel_event(channel, ChannelEvent::Closed);
            self.input(page, Input::Connection { connection, event });
        }
    }

    /// The other end of a closed connection notices.
    fn tell_other_end(&mut self, ufrag: &str) {
        let Some((page, connection)) = self.find_end(ufrag) else { return };
        let delay = self.quickly();
        let closed = self.pages[page].browser.connections[&connection].channels.iter().filter(|c| c.open);
        let closed = closed.map(|channel| channel_event(channel.number, ChannelEvent::Closed));
        let failed = ConnectionEvent::ConnectionState("failed".into());
        for event in closed.chain([failed]).collect::<Vec<_>>() {
            self.schedule(delay, Happening::Input(page, Input::Connection { connection, event }));
        }
    }
}

pub(crate) fn channel_event(channel: ChannelId, event: ChannelEvent) -> ConnectionEvent {
    ConnectionEvent::Channel { channel, buffered: 0.0, event }
}
