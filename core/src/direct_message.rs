//! Messages that do not pass through the server (public API M-30, peer behaviour 4.4).

use crate::data_channel::{send_error, Channel};
use crate::media_server::MEDIA_SERVER;
use crate::message_batches::LONG;
use crate::room::{Room, RoomKey};
use crate::roster::Peer;
use crate::session::{Context, Session};
use crate::{ChannelOp, ConnectionOp, ErrorCode, LogCode, LogLevel, MessageText, Output, SkylinkError};
use skylink_protocol::data_channel::DirectMessage;
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::Value;

/// What `DATA_CHANNEL_STATE` says instead of an `Error`.
const NOT_OPEN: &str = "Failed sending message - Data Channel connection is not open";

/// What is sent and to whom.
struct Outgoing {
    message: Value,
    target: Value,
    /// How many UTF-16 units a message has that only the shell has.
    length: usize,
}

impl Outgoing {
    /// The peers named, unless the message is for all.
    fn targets(&self) -> Option<Vec<&str>> {
        match &self.target {
            Value::Text(id) if !id.is_empty() => Some(vec![id]),
            Value::List(ids) if !ids.is_empty() => Some(ids.iter().filter_map(Value::as_text).collect_vec()),
            _ => None,
        }
    }
}

impl Session {
    /// Whether an app means a room that is joined.
    pub fn is_joined(&self, name: &str) -> bool {
        self.rooms.iter().any(|room| room.is_called(name))
    }

    /// The room may be left out: a first argument that names no joined room is the message, unless
    /// three are given.
    pub(crate) fn send_p2p_message(
        &mut self,
        first: Option<Value>,
        second: Option<Value>,
        third: Option<Value>,
        length: usize,
    ) -> Result<Option<Value>, SkylinkError> {
        let first = first.filter(|first| *first != Value::Null && first.as_text() != Some(""));
        let name = first.as_ref().and_then(Value::as_text);
        let named = name.and_then(|name| self.rooms.iter().find(|room| room.is_called(name)));
        let named = named.map(|room| room.key);
        let is_message = first.is_some() && named.is_none() && third.is_none();
        let (message, target) = if is_message { (first, second) } else { (second, third) };
        let message = message.unwrap_or_else(|| "".into());
        let outgoing = Outgoing { message, target: target.unwrap_or_default(), length };
        let keys: Vec<RoomKey> = match named {
            Some(key) => vec![key],
            None => self.rooms.iter().map(|room| room.key).collect_vec(),
        };
        let mut outcome = Ok(None);
        for key in keys {
            if let Some((room, context)) = self.room(key) {
                outcome = outcome.and(room.send_p2p_message(context, &outgoing).map(|()| None));
            }
        }
        self.context.end_message(&outgoing.message);
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
        let named = outgoing.targets().map(|ids| ids.into_iter().map(str::to_owned).collect_vec());
        let is_private = named.is_some();
        let (mut reached, mut outcome) = (0_u32, Ok(()));
        if self.has_media_server() {
            // One message for all, which the media server spreads.
            let targets = named.unwrap_or_default().into_iter().map(Value::from).collect_vec();
            let message = self.direct_message(context, outgoing, targets.into(), is_private);
            outcome = self.send_through_main(context, MEDIA_SERVER, message, outgoing.length);
            reached = u32::from(outcome.is_ok());
        } else {
            let had_channel = |peer: &&Peer| peer.has_had_channel();
            let everybody =
                || self.peers.iter().filter(had_channel).map(|peer| peer.id.clone()).collect_vec();
            let targets = named.unwrap_or_else(everybody);
            if targets.is_empty() {
                context.log(LogLevel::Warn, LogCode::NobodyToSendTo, &[&self.name]);
            }
            for id in &targets {
                let target = if is_private { id.as_str().into() } else { Value::Null };
                let message = self.direct_message(context, outgoing, target, is_private);
                match self.send_through_main(context, id, message, outgoing.length) {
                    Ok(()) => reached = reached.saturating_add(1),
                    Err(error) => outcome = outcome.and(Err(error)),
                }
            }
        }
        // As in 2.7.2 a public message through a media server is not heard by ourselves.
        let is_heard = is_private || !self.has_media_server();
        if is_heard && (outcome.is_ok() || reached > 0) {
            let about = self.kept_own_detail(context);
            let target = if is_private { outgoing.target.clone() } else { Value::Null };
            let content = outgoing.message.clone();
            context.push(Output::Message { about, target, content, is_private, relayed: None });
        }
        outcome
    }

    fn direct_message(
        &self,
        context: &Context,
        outgoing: &Outgoing,
        target: Value,
        is_private: bool,
    ) -> MessageText {
        let print = context.environment.json.print;
        if let Value::Handle(content) = outgoing.message {
            let sender = print(&self.own_id.clone().into());
            let text = DirectMessage::text_before_data(is_private, &sender, &print(&target));
            return MessageText { text, content: Some(content) };
        }
        let message = DirectMessage {
            is_private: Some(is_private),
            sender: self.own_id.clone(),
            target,
            data: outgoing.message.clone(),
        };
        MessageText { text: print(&message.into()), content: None }
    }

    /// Sends a message through the channel for messages. A peer that never had one is left out.
    fn send_through_main(
        &mut self,
        context: &mut Context,
        id: &str,
        message: MessageText,
        length: usize,
    ) -> Result<(), SkylinkError> {
        let Some(peer) = self.peer_mut(id) else {
            context.log(LogLevel::Error, LogCode::UnknownPeer, &[id]);
            return Ok(());
        };
        let (connection, takes_lists) = (peer.connection, peer.takes_message_lists);
        let lost = peer.upkeep.lost.clone();
        match peer.channels.iter_mut().rev().find(|channel| channel.is_messaging) {
            Some(channel) if channel.open => {
                let channel = channel.number;
                let is_short = message.text.len().saturating_add(length) < LONG;
                if let Some(connection) = connection.filter(|_| takes_lists && is_short) {
                    context.send_together(connection, channel, message, length);
                } else {
                    if !is_short {
                        context.send_waiting_messages();
                    }
                    let op = ChannelOp::SendMessages(vec![message]);
                    context.connection(connection, ConnectionOp::Channel { channel, op });
                }
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
    pub fn on_direct_message(&mut self, context: &mut Context, id: &str, message: DirectMessage) {
        let DirectMessage { is_private, sender, target, data } = message;
        let sender = sender.as_deref().filter(|_| id == MEDIA_SERVER).unwrap_or(id);
        self.tell_message(context, sender, target, data, is_private.unwrap_or(false), None);
    }
}

impl Context {
    /// A content that the shell kept is not needed any more.
    pub fn release_content(&mut self, content: &Value) {
        if let Value::Handle(handle) = content {
            self.push(Output::Release(*handle));
        }
    }

    /// As [`Self::release_content`], of messages that nobody can hear.
    pub fn release_contents(&mut self, messages: &[DirectMessage]) {
        for message in messages {
            self.release_content(&message.data);
        }
    }
}

fn not_open(context: &mut Context, channel: &Channel, id: &str, state: &str) -> SkylinkError {
    context.event("dataChannelState", send_error(channel, id).with("error", NOT_OPEN));
    SkylinkError::with_detail(ErrorCode::ChannelNotOpen, state)
}
