//! Data channels with a peer (peer behaviour 4.1, 4.2 and 4.5).

use crate::room::Room;
use crate::roster::Peer;
use crate::session::Context;
use crate::transfer::StreamEvent;
use crate::{ChannelEvent, ChannelId, ChannelOp, ConnectionOp, Handle, LogCode, LogLevel, Output};
use skylink_protocol::data_channel::DirectMessage;
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::{Object, Value};

/// `sctpCauseCode` of a connection that the other side closed on purpose (RFC 4960, 3.3.10.12).
const CLOSED_BY_USER: f64 = 12.0;

/// A data channel that is opening or open.
#[derive(Debug)]
pub(crate) struct Channel {
    pub number: ChannelId,
    pub label: String,
    /// Whether it is for messages. The newest such channel is the one in use.
    pub is_messaging: bool,
    pub open: bool,
    /// Whether the other side closed the whole connection.
    pub aborted: bool,
    /// Bytes that wait to be sent, as far as is known.
    pub buffered: f64,
}

impl Channel {
    pub fn messaging(number: ChannelId, label: String) -> Self {
        Self { number, label, is_messaging: true, open: false, aborted: false, buffered: 0.0 }
    }

    pub fn type_name(&self) -> &'static str {
        if self.is_messaging {
            "messaging"
        } else {
            "data"
        }
    }

    /// Members that every `DATA_CHANNEL_STATE` has.
    pub fn detail(&self, state: &str, peer_id: &str) -> Object {
        Object::new()
            .with("state", state)
            .with("peerId", peer_id)
            .with("channelName", self.label.as_str())
            .with("channelType", self.type_name())
            .with("bufferAmount", buffer_amount(self.buffered))
    }
}

fn buffer_amount(buffered: f64) -> Object {
    Object::new()
        .with("bufferedAmount", buffered)
        .with("bufferedAmountLow", buffered)
        .with("bufferedAmountLowThreshold", 0.0)
}

impl Peer {
    /// The channel for messages.
    pub fn main_channel(&self) -> Option<&Channel> {
        self.channels.iter().rev().find(|channel| channel.is_messaging)
    }

    pub fn has_open_channel(&self) -> bool {
        self.main_channel().is_some_and(|channel| channel.open)
    }

    fn channel_mut(&mut self, number: ChannelId) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.number == number)
    }

    fn take_channel(&mut self, number: ChannelId) -> Option<Channel> {
        let place = self.channels.iter().position(|channel| channel.number == number)?;
        Some(self.channels.remove(place))
    }

    /// Whether both sides want data channels. `own` tells whether we do.
    fn may_have_channels(&self, own: bool) -> bool {
        own && self.config_flag("enableDataChannel")
    }
}

impl Room {
    /// Opens the channel for messages with the first offer.
    pub fn open_first_channel(&mut self, context: &mut Context, id: &str) {
        let own = self.options.enable_data_channel();
        let label = [&self.rid, "_", &self.own_id(), "_", id].concat();
        let Some(peer) = self.peer_mut(id) else { return };
        if !peer.negotiated && peer.main_channel().is_none() && peer.may_have_channels(own) {
            open_channel(context, peer, label);
        }
    }

    pub fn on_channel_event(
        &mut self,
        context: &mut Context,
        id: &str,
        number: ChannelId,
        buffered: f64,
        event: ChannelEvent,
    ) {
        let (own, now) = (self.options.enable_data_channel(), context.now);
        let Some(peer) = self.peer_mut(id) else { return };
        let mut is_stream = false;
        if let Some(channel) = peer.channel_mut(number) {
            channel.buffered = buffered;
            is_stream = !channel.is_messaging;
        }
        match event {
            ChannelEvent::Offered { label } if peer.may_have_channels(own) => {
                let known = peer.main_channel().map(|channel| &channel.label).or(peer.upkeep.lost.as_ref());
                // The first one is for messages; a later one only under the same label. 2.7.2 has no others, but
                // makes one of its own when it offers before it has heard of ours.
                let is_messaging = !peer.streams_files || known.is_none_or(|known| *known == label);
                peer.channels.push(Channel { is_messaging, ..Channel::messaging(number, label.clone()) });
                if is_messaging {
                    peer.upkeep.found();
                } else {
                    self.on_stream_event(context, id, number, StreamEvent::Offered(label));
                }
            }
            ChannelEvent::Offered { .. } => close(context, peer, number),
            ChannelEvent::Open => {
                let Some(channel) = peer.channel_mut(number) else { return };
                channel.open = true;
                let detail = channel.detail("open", id);
                let label = channel.label.clone();
                context.event("dataChannelState", detail);
                if is_stream {
                    return self.on_stream_event(context, id, number, StreamEvent::Open);
                }
                self.report_channel(context, id, &label, "open");
                self.resume_transfers(context, id);
            }
            ChannelEvent::Closed => {
                let Some(channel) = peer.take_channel(number) else { return };
                close(context, peer, number);
                let is_lost = channel.is_messaging && peer.main_channel().is_none();
                if is_lost {
                    // The other side of a connection that it closes opens no new one.
                    let may_revive = peer.we_offered && !channel.aborted && peer.states.is_connected();
                    peer.upkeep.lose(&channel, may_revive, now);
                }
                let detail = channel.detail("closed", id).with("room", self.info());
                context.event("dataChannelState", detail);
                if is_stream {
                    return self.on_stream_event(context, id, number, StreamEvent::Lost);
                }
                self.report_channel(context, id, &channel.label, "closed");
                if is_lost {
                    self.end_transfers_on_main(context, id);
                }
            }
            ChannelEvent::BufferedAmountLow if is_stream => {
                self.on_stream_event(context, id, number, StreamEvent::Low(buffered));
            }
            ChannelEvent::BufferedAmountLow => {
                let detail = peer.channel_mut(number).map(|channel| channel.detail("bufferedAmountLow", id));
                if let Some(detail) = detail {
                    context.event("dataChannelState", detail.with("room", self.info()));
                }
            }
            ChannelEvent::Text(text) if is_stream => {
                self.on_stream_event(context, id, number, StreamEvent::Text(text));
            }
            ChannelEvent::Text(text) => {
                if peer.channel_mut(number).is_some() {
                    self.on_channel_text(context, id, &text);
                }
            }
            ChannelEvent::Messages(messages) if is_stream => context.release_contents(&messages),
            ChannelEvent::Messages(messages) => {
                for message in messages {
                    self.on_direct_message(context, id, message);
                }
            }
            ChannelEvent::Chunk(text) => self.on_chunk(context, id, text),
            ChannelEvent::Frame { frame, piece } => {
                self.on_stream_event(context, id, number, StreamEvent::Frame(frame, piece));
            }
            ChannelEvent::Failed { error, cause } => {
                let aborted = cause == Some(CLOSED_BY_USER);
                let detail = peer.channel_mut(number).map(|channel| {
                    channel.aborted = aborted;
                    channel.detail("error", id)
                });
                self.on_channel_error(context, id, number, detail.filter(|_| !aborted), error);
            }
            ChannelEvent::NotMade(error) => {
                let detail = peer
                    .take_channel(number)
                    .map(|channel| channel.detail("createError", id).with("buferAmount", buffer_amount(0.0)));
                self.on_channel_error(context, id, number, detail, error);
            }
            ChannelEvent::NotSent(error) => {
                let detail = peer.channel_mut(number).map(|channel| send_error(channel, id));
                self.on_channel_error(context, id, number, detail, error);
            }
        }
    }

    fn on_channel_error(
        &mut self,
        context: &mut Context,
        id: &str,
        number: ChannelId,
        detail: Option<Object>,
        error: Handle,
    ) {
        if let Some(detail) = detail {
            context.event("dataChannelState", detail.with("error", Value::Handle(error)));
        }
        context.push(Output::Release(error));
        // Nothing but a transfer is lost with it.
        self.on_stream_event(context, id, number, StreamEvent::Lost);
    }

    /// Text came: a JSON message by its `type` (peer behaviour 4.5), or a list of them.
    fn on_channel_text(&mut self, context: &mut Context, id: &str, text: &str) {
        match (context.environment.json.parse)(text) {
            Some(Value::List(items)) => {
                let mut message = Value::Null;
                for item in items {
                    match &mut message {
                        Value::Object(message) if item.as_text().is_some() => message.set("data", item),
                        message => *message = item,
                    }
                    self.on_channel_message(context, id, &message);
                }
            }
            Some(message) => self.on_channel_message(context, id, &message),
            None => {}
        }
    }

    fn on_channel_message(&mut self, context: &mut Context, id: &str, value: &Value) {
        let kind = value.get("type").and_then(Value::as_text).unwrap_or_default();
        match kind {
            DirectMessage::TYPE => {
                if let Ok(message) = DirectMessage::try_from(value) {
                    self.on_direct_message(context, id, message);
                }
            }
            kind if self.on_transfer_message(context, id, kind, value) => {}
            kind => context.log(LogLevel::Debug, LogCode::UnhandledMessage, &[kind]),
        }
    }

    /// Gives up the channels with a peer whose answer has none.
    pub fn close_channels(&mut self, context: &mut Context, id: &str) {
        let Some(peer) = self.peer_mut(id) else { return };
        for number in peer.channels.iter().map(|channel| channel.number).collect_vec() {
            close(context, peer, number);
        }
        self.end_channels(context, id, |_| true);
        self.end_transfers(context, id);
    }

    /// Forgets channels with a peer. Fires the closing states, which browsers leave out.
    pub fn end_channels(&mut self, context: &mut Context, id: &str, is_meant: fn(&Channel) -> bool) {
        let Some(peer) = self.peer_mut(id) else { return };
        for channel in peer.channels.take_out(is_meant) {
            // The first thing that happens: the room does not say yet that it is left.
            let closing = self.info().with("inRoom", true);
            for (state, room) in [("closing", closing), ("closed", self.info())] {
                context.event("dataChannelState", channel.detail(state, id).with("room", room));
            }
        }
    }
}

pub(crate) fn open_channel(context: &mut Context, peer: &mut Peer, label: String) {
    let channel = context.fresh_channel();
    let op = ChannelOp::Open { label: label.clone() };
    context.connection(peer.connection, ConnectionOp::Channel { channel, op });
    peer.channels.push(Channel::messaging(channel, label));
}

pub(crate) fn close(context: &mut Context, peer: &Peer, channel: ChannelId) {
    context.connection(peer.connection, ConnectionOp::Channel { channel, op: ChannelOp::Close });
}

/// What `DATA_CHANNEL_STATE` says of a message that was not sent, but for the error.
pub(crate) fn send_error(channel: &Channel, peer_id: &str) -> Object {
    channel.detail("sendMessageError", peer_id).with("messageType", "messaging")
}
