//! Direct messages that wait for others of the same script: their way through browser and network costs as
//! much for one as for a list of them.

use crate::session::{Context, Session};
use crate::{ChannelId, ChannelOp, ConnectionId, ConnectionOp, Handle, MessageText, Output};
use skylink_protocol::Value;

/// From how many UTF-16 units on a message goes by itself: of a long one the way costs little, and it would
/// hold up the others.
pub(crate) const LONG: usize = 2_048;
/// From how many on the messages of a list go without waiting for more. Each unit written as the six bytes of
/// an escape, that is less than the 256 KiB that browsers take.
const ENOUGH: usize = 16_384;
/// What the shortest message takes in a list: quotes and a comma.
const MARKS: usize = 3;

/// What waits, and for whom.
#[derive(Debug, Default)]
pub(crate) struct WaitingMessages {
    batches: Vec<Batch>,
    /// Contents that the shell keeps until they were sent.
    contents: Vec<Handle>,
    /// Whether the shell tells when the script is over.
    is_awaited: bool,
}

#[derive(Debug)]
struct Batch {
    connection: ConnectionId,
    channel: ChannelId,
    messages: Vec<MessageText>,
    /// What is before the content of the last message.
    last: String,
    length: usize,
}

impl Batch {
    fn send(self, context: &mut Context) {
        let op = ChannelOp::SendMessages(self.messages);
        context.connection(self.connection, ConnectionOp::Channel { channel: self.channel, op });
    }
}

impl Context {
    /// Has a short message wait for others to the same peer.
    pub fn send_together(
        &mut self,
        connection: ConnectionId,
        channel: ChannelId,
        mut message: MessageText,
        content_length: usize,
    ) {
        if !self.waiting_messages.is_awaited {
            self.waiting_messages.is_awaited = true;
            self.push(Output::AwaitScriptEnd);
        }
        let batches = &mut self.waiting_messages.batches;
        let is_same = |batch: &&mut Batch| batch.connection == connection && batch.channel == channel;
        if let Some(batch) = batches.iter_mut().find(is_same) {
            if message.content.is_some() && batch.last == message.text {
                message.text.clear();
            } else {
                batch.last.clone_from(&message.text);
            }
            let added = message.text.len().saturating_add(content_length).saturating_add(MARKS);
            batch.length = batch.length.saturating_add(added);
            batch.messages.push(message);
        } else {
            let last = message.text.clone();
            let length = last.len().saturating_add(content_length);
            batches.push(Batch { connection, channel, messages: vec![message], last, length });
        }
    }

    /// Once a message is on its way to everybody: its content is let go when nobody waits for it any more.
    pub fn end_message(&mut self, content: &Value) {
        let waiting = &mut self.waiting_messages;
        match content {
            Value::Handle(content) if !waiting.batches.is_empty() => waiting.contents.push(*content),
            content => self.release_content(content),
        }
        if self.waiting_messages.batches.iter().any(|batch| batch.length >= ENOUGH) {
            self.send_waiting_messages();
        }
    }

    /// Before anything that must not overtake those that wait.
    pub fn send_waiting_messages(&mut self) {
        for batch in std::mem::take(&mut self.waiting_messages.batches) {
            batch.send(self);
        }
        for content in std::mem::take(&mut self.waiting_messages.contents) {
            self.push(Output::Release(content));
        }
    }
}

impl Session {
    /// Before anything but a direct message: nothing overtakes those that wait.
    pub(crate) fn end_batches(&mut self) {
        self.context.send_waiting_messages();
    }

    /// The script that sent messages is over.
    pub(crate) fn on_script_end(&mut self) {
        self.context.waiting_messages.is_awaited = false;
    }
}
