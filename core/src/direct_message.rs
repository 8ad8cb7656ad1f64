//! Messages that do not pass through the server (public API M-30, peer behaviour 4.4).

use crate::data_channel::{send_error, Channel};
use crate::media_server::MEDIA_SERVER;
use crate::room::{Room, RoomKey};
use crate::roster::Peer;
use crate::session::{Context, Session};
use crate::{ChannelOp, ConnectionOp, ErrorCode, LogCode, LogLevel, SkylinkError};
use skylink_protocol::data_channel::DirectMessage;
use skylink_protocol::{Object, Value};

/// What `DATA_CHANNEL_STATE` says instead of an `Error`.
const NOT_OPEN: &str = "Failed sending message - Data Channel connection is not open";

/// What is sent and to whom.
struct Outgoing {
    message: Value,
    target: Value,
}

impl Outgoing {
    /// The peers named, unless the message is for all.
    fn targets(&self) -> Option<Vec<&str>> {
        match &self.target {
            Value::Text(id) if !id.is_empty() => Some(vec![id]),
            Value::List(ids) if !ids.is_empty() => Some(ids.iter().filter_map(Value::as_text).collect()),
            _ => None,
        }
    }
}

impl Session {
    /// The room may be left out: a first argument that names no joined room is the message, unless
    /// three are given.
    pub(crate) fn send_p2p_message(
        &mut self,
        first: Option<Value>,
        second: Option<Value>,
        third: Option<Value>,
    ) -> Result<Option<Value>, SkylinkError> {
        let first = first.filter(|first| *first != Value::Null && first.as_text() != Some(""));
        let name = first.as_ref().and_then(Value::as_text);
        let named = name.and_then(|name| self.rooms.iter().find(|room| room.is_called(name)));
        let named = named.map(|room| room.key);
        let is_message = first.is_some() && named.is_none() && third.is_none();
        let (message, target) = if is_message { (first, second) } else { (second, third) };
        let outgoing =
            Outgoing { message: message.unwrap_or_else(|| "".into()), target: target.unwrap_or_default() };
        let keys: Vec<RoomKey> = match named {
            Some(key) => vec![key],
            None => self.rooms.iter().map(|room| room.key).collect(),
        };
        let mut outcome = Ok(None);
        for key in keys {
            if let Some((room, context)) = self.room(key) {
                outcome = outcome.and(room.send_p2p_message(context, &outgoing).map(|()| None));
            }
        }
        outcome
    }
}

impl Room {
    /// Sends to everybody it can be sent to; the error is of the first one it could not.
    fn send_p2p_message(&mut self, context: &mut Context, outgoing: &Outgoing) -> Result<(), SkylinkError> {
        if !self.is_entered() {
            context.log(LogLevel::Error, LogCode::P2PNotInRoom, &[&self.name]);
            return Ok(());
        }
        if !self.options.enable_data_channel() {
            context.log(LogLevel::Error, LogCode::DataChannelsOff, &[&self.name]);
            return Ok(());
        }
        let named = outgoing.targets().map(|ids| ids.into_iter().map(str::to_owned).collect::<Vec<_>>());
        let is_private = named.is_some();
        let (mut reached, mut outcome) = (0_u32, Ok(()));
        if self.has_media_server() {
            // One message for all, which the media server spreads.
            let targets = named.unwrap_or_default().into_iter().map(Value::from).collect::<Vec<_>>();
            let text = self.direct_message(context, outgoing, targets.into(), is_private);
            outcome = self.send_text(context, MEDIA_SERVER, text);
            reached = u32::from(outcome.is_ok());
        } else {
            let had_channel = |peer: &&Peer| peer.has_had_channel();
            let everybody = || self.peers.iter().filter(had_channel).map(|peer| peer.id.clone()).collect();
            let targets = named.unwrap_or_else(everybody);
            if targets.is_empty() {
                context.log(LogLevel::Warn, LogCode::NobodyToSendTo, &[&self.name]);
            }
            for id in &targets {
                let target = if is_private { id.as_str().into() } else { Value::Null };
                let text = self.direct_message(context, outgoing, target, is_private);
                match self.send_text(context, id, text) {
                    Ok(()) => reached = reached.saturating_add(1),
                    Err(error) => outcome = outcome.and(Err(error)),
                }
            }
        }
        // As in 2.7.2 a public message through a media server is not heard by ourselves.
        let is_heard = is_private || !self.has_media_server();
        if is_heard && (outcome.is_ok() || reached > 0) {
            let content = Object::new()
                .with("targetPeerId", if is_private { outgoing.target.clone() } else { Value::Null })
                .with("content", outgoing.message.clone())
                .with("senderPeerId", self.own_id())
                .with("isDataChannel", true)
                .with("isPrivate", is_private);
            let detail = self.own_detail(context).with("message", content);
            context.event("onIncomingMessage", detail);
        }
        outcome
    }

    fn direct_message(
        &self,
        context: &Context,
        outgoing: &Outgoing,
        target: Value,
        is_private: bool,
    ) -> String {
        let message = DirectMessage {
            is_private: Some(is_private),
            sender: self.own_id.clone(),
            target,
            data: outgoing.message.clone(),
        };
        (context.environment.json.print)(&message.into())
    }

    /// Sends text through the channel for messages. A peer that never had one is left out.
    fn send_text(&mut self, context: &mut Context, id: &str, text: String) -> Result<(), SkylinkError> {
        let Some(peer) = self.peer_mut(id) else {
            context.log(LogLevel::Error, LogCode::UnknownPeer, &[id]);
            return Ok(());
        };
        let connection = peer.connection;
        let lost = peer.upkeep.lost.clone();
        match peer.channels.iter_mut().rev().find(|channel| channel.is_messaging) {
            Some(channel) if channel.open => {
                channel.buffered += text.len() as f64;
                let op = ChannelOp::SendText(text);
                context.connection(connection, ConnectionOp::Channel { channel: channel.number, op });
                Ok(())
            }
            Some(channel) => Err(not_open(context, channel, id, "connecting")),
            None => match lost {
                Some(label) => Err(not_open(context, &Channel::messaging(0, label), id, "closed")),
                None => {
                    context.log(LogLevel::Error, LogCode::NoDataChannel, &[id]);
                    Ok(())
                }
            },
        }
    }

    /// A message that did not pass through the server came. A media server tells who sent it.
    pub fn on_direct_message(&self, context: &mut Context, id: &str, message: Value) {
        let Ok(message) = DirectMessage::try_from(message) else { return };
        let sender = message.sender.as_deref().filter(|_| id == MEDIA_SERVER).unwrap_or(id);
        let Some(peer) = self.peer(sender) else { return };
        let content = Object::new()
            .with("targetPeerId", message.target)
            .with("content", message.data)
            .with("senderPeerId", sender)
            .with("isDataChannel", true)
            .with("isPrivate", message.is_private.unwrap_or(false));
        let detail = self.peer_detail(peer).with("message", content);
        context.event("onIncomingMessage", detail);
    }
}

fn not_open(context: &mut Context, channel: &Channel, id: &str, state: &str) -> SkylinkError {
    context.event("dataChannelState", send_error(channel, id).with("error", NOT_OPEN));
    SkylinkError::with_detail(ErrorCode::ChannelNotOpen, state)
}
