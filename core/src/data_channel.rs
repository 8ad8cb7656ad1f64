//! The data channels with a peer: the one called `main`, for messages, and what comes through it
//! (peer behaviour 4). Each kind of text is handed to the module that knows it.

use crate::input::ChannelState;
use crate::room::Room;
use crate::roster::Peer;
use crate::session::Context;
use crate::{ConnectionOp, Handle, LogCode, LogLevel, Output};
use skylink_protocol::data_channel::DirectMessage;
use skylink_protocol::{Object, Value};

/// The data channel for messages with a peer.
#[derive(Debug)]
pub(crate) struct Channel {
    pub label: String,
    pub open: bool,
}

impl Peer {
    /// Whether the label is that of the channel for messages.
    pub fn is_main_channel(&self, label: &str) -> bool {
        self.channel.as_ref().is_some_and(|channel| channel.label == label)
    }
}

impl Room {
    /// Opens the channel for messages, on the side that makes the first offer.
    pub fn open_channel(&mut self, context: &mut Context, id: &str) {
        let (rid, own_id, wanted) = (self.rid.clone(), self.own_id(), self.options.enable_data_channel());
        let Some(peer) = self.peer_mut(id) else { return };
        if wanted && peer.channel.is_none() && !peer.negotiated && peer.config_flag("enableDataChannel") {
            let label = [&rid, "_", &own_id, "_", id].concat();
            context.connection(peer.connection, ConnectionOp::OpenChannel { label: label.clone() });
            peer.channel = Some(Channel { label, open: false });
        }
    }

    /// The peer opened a channel. The first one is the main one; a later one only under its label.
    pub fn on_channel_offered(&mut self, id: &str, label: String) {
        let Some(peer) = self.peer_mut(id) else { return };
        if peer.channel.is_none() || peer.is_main_channel(&label) {
            peer.channel = Some(Channel { label, open: false });
        }
    }

    pub fn on_channel_state(&mut self, context: &mut Context, id: &str, label: &str, state: ChannelState) {
        let Some(peer) = self.peer_mut(id) else { return };
        let Some(channel) = peer.channel.as_mut().filter(|channel| channel.label == label) else { return };
        channel.open = state == ChannelState::Open;
        if channel.open {
            context.event("dataChannelState", channel_detail("open", id, label));
        } else {
            peer.channel = None;
            let detail = channel_detail("closed", id, label).with("room", self.info());
            context.event("dataChannelState", detail);
        }
    }

    /// Gives up the data channel of a peer whose answer has none.
    pub fn close_channel(&mut self, context: &mut Context, id: &str) {
        let Some(channel) = self.peer_mut(id).and_then(|peer| peer.channel.take()) else { return };
        for state in ["closing", "closed"] {
            let detail = channel_detail(state, id, &channel.label).with("room", self.info());
            context.event("dataChannelState", detail);
        }
    }

    /// The browser reported an error of a channel.
    pub fn on_channel_failed(&self, context: &mut Context, id: &str, label: &str, error: Handle) {
        let detail = channel_detail("error", id, label).with("error", Value::Handle(error));
        context.event("dataChannelState", detail);
        context.push(Output::Release(error));
    }

    /// Text came: JSON messages by their `type` (peer behaviour 4.5).
    pub fn on_channel_text(&mut self, context: &mut Context, id: &str, text: &str) {
        let Some(value) = (context.environment.json.parse)(text) else { return };
        match value.get("type").and_then(Value::as_text).unwrap_or_default() {
            DirectMessage::TYPE => self.on_direct_message(context, id, value),
            kind => context.log(LogLevel::Debug, LogCode::UnhandledMessage, &[kind]),
        }
    }

    /// A message that did not pass through the server (peer behaviour 4.4).
    fn on_direct_message(&mut self, context: &mut Context, id: &str, message: Value) {
        let Ok(message) = DirectMessage::try_from(message) else { return };
        let Some(peer) = self.peer(id) else { return };
        let content = Object::new()
            .with("targetPeerId", message.target)
            .with("content", message.data)
            .with("senderPeerId", id)
            .with("isDataChannel", true)
            .with("isPrivate", message.is_private);
        let detail = self.peer_detail(peer).with("message", content);
        context.event("onIncomingMessage", detail);
    }
}

/// Members that every `DATA_CHANNEL_STATE` has. Nothing is queued when these are made.
pub(crate) fn channel_detail(state: &str, peer_id: &str, label: &str) -> Object {
    Object::new()
        .with("state", state)
        .with("peerId", peer_id)
        .with("channelName", label)
        .with("channelType", "messaging")
        .with(
            "bufferAmount",
            Object::new().with("bufferedAmountLow", 0.0).with("bufferedAmountLowThreshold", 0.0),
        )
}
