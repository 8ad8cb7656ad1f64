//! What is said about transfers on the channel for messages (peer behaviour 5.3). Between clients
//! of this SDK each message names its transfer; with 2.7.2 it means the one under way.

use super::endings::Ending;
use super::{Direction, Room, Stage, Transfer};
use crate::media_server::MEDIA_SERVER;
use crate::session::Context;
use crate::{ChannelOp, ConnectionOp, FileId, LogCode, LogLevel};
use skylink_protocol::data_channel::{Acknowledge, Cancel, TransferError, WriteRequest};
use skylink_protocol::lists::Keep as _;
use skylink_protocol::Value;

impl Room {
    /// A message that is about a transfer. False if it is about something else.
    pub fn on_transfer_message(
        &mut self,
        context: &mut Context,
        id: &str,
        kind: &str,
        message: &Value,
    ) -> bool {
        // A media server passes messages on, and says whose they are.
        let id = if id == MEDIA_SERVER {
            let sender = message.get("sender").and_then(Value::as_text);
            match sender.filter(|sender| *sender != id && self.source_of(sender) == id) {
                Some(sender) => sender,
                None => return false,
            }
        } else {
            id
        };
        match kind {
            WriteRequest::TYPE => {
                if let Ok(message) = WriteRequest::try_from(message) {
                    self.on_write_request(context, id, &message);
                }
            }
            Acknowledge::TYPE => match Acknowledge::try_from(message) {
                Ok(message) => self.on_acknowledge(context, id, &message),
                Err(_) => context.log(LogLevel::Warn, LogCode::BadTransferMessage, &[kind, id]),
            },
            TransferError::TYPE => {
                if let Ok(message) = TransferError::try_from(message) {
                    let text = message.content.as_deref().unwrap_or_default();
                    match self.addressed(id, message.transfer_id.as_deref(), |_| true) {
                        Some(file) => self.end_badly(context, file, Ending::failed(text)),
                        None => stray(context, kind, id),
                    }
                }
            }
            Cancel::TYPE => {
                if let Ok(message) = Cancel::try_from(message) {
                    let text = message.content.as_deref().unwrap_or_default();
                    match self.addressed(id, message.transfer_id.as_deref(), |_| true) {
                        Some(file) => self.end_badly(context, file, Ending::text("cancel", text)),
                        None => stray(context, kind, id),
                    }
                }
            }
            _ => return false,
        }
        true
    }

    /// The transfer that a peer's message means.
    fn addressed(&self, peer: &str, id: Option<&str>, fits: impl Fn(&Transfer) -> bool) -> Option<FileId> {
        let is_meant = |it: &&Transfer| {
            let is_named = match id {
                Some(id) => !it.is_chunked() && it.id == id,
                None => it.occupies_main(),
            };
            it.peer == peer && is_named && fits(it)
        };
        self.transfers.all.iter().find(is_meant).map(|transfer| transfer.file)
    }

    fn on_acknowledge(&mut self, context: &mut Context, id: &str, message: &Acknowledge) {
        let named = message.transfer_id.as_deref();
        let Some(file) = self.addressed(id, named, |it| it.direction == Direction::Upload) else {
            return self.on_stray_acknowledge(context, id, message);
        };
        if message.ack_n < 0.0 {
            return self.end_badly(context, file, Ending::rejected());
        }
        let Some(transfer) = self.transfer(file) else { return };
        match transfer.stage {
            Stage::Asked(_) if !transfer.is_chunked() && message.ack_n == 0.0 => {
                self.start_stream(context, file)
            }
            Stage::Asked(_) | Stage::ChunkedUpload(_) if transfer.is_chunked() => {
                self.on_chunk_acknowledged(context, file, message.ack_n);
            }
            _ => stray(context, Acknowledge::TYPE, id),
        }
    }

    /// Somebody answers a request that was given up: without a word it would wait for ever.
    fn on_stray_acknowledge(&mut self, context: &mut Context, id: &str, message: &Acknowledge) {
        stray(context, Acknowledge::TYPE, id);
        let was_abandoned = self.transfers.abandoned.iter().any(|peer| peer == id);
        self.transfers.abandoned.keep(|peer| peer != id);
        if message.ack_n == 0.0 && (was_abandoned || message.transfer_id.is_some()) {
            let name = message.transfer_id.clone();
            let cancel = self.cancel_message(name.clone().unwrap_or_default(), name);
            self.send_on_main(context, id, cancel.into());
        }
    }

    fn cancel_message(&self, name: String, transfer_id: Option<String>) -> Cancel {
        Cancel {
            sender: self.own_id.clone(),
            content: Some("Remote peer cancelled data transfer".to_owned()),
            name: Some(name),
            ack_n: Some(0.0),
            transfer_id,
        }
    }

    pub(super) fn send_cancel(&mut self, context: &mut Context, file: FileId) {
        let Some((peer, name, id)) = self.naming(file) else { return };
        let cancel = self.cancel_message(name, id);
        self.send_on_main(context, &peer, cancel.into());
    }

    pub(super) fn send_error(&mut self, context: &mut Context, file: FileId, content: &str) {
        let Some((peer, name, transfer_id)) = self.naming(file) else { return };
        let error = TransferError {
            content: Some(content.to_owned()),
            sender: self.own_id.clone(),
            name: Some(name),
            transfer_id,
        };
        self.send_on_main(context, &peer, error.into());
    }

    pub(super) fn send_acknowledge(&mut self, context: &mut Context, file: FileId, number: f64) {
        let Some((peer, _, transfer_id)) = self.naming(file) else { return };
        let acknowledge = Acknowledge { sender: self.own_id.clone(), ack_n: number, transfer_id };
        self.send_on_main(context, &peer, acknowledge.into());
    }

    /// Whom to write to, the file's name, and the transfer's id where it is named.
    fn naming(&self, file: FileId) -> Option<(String, String, Option<String>)> {
        let transfer = self.transfer(file)?;
        let id = (!transfer.is_chunked()).then(|| transfer.id.clone());
        Some((transfer.peer.clone(), transfer.facts.name.clone(), id))
    }

    /// Sends a message about transfers to a peer, unless the channel for messages is closed.
    pub(super) fn send_on_main(&self, context: &mut Context, peer: &str, mut message: Value) {
        let Some(carrier) = self.carrier_of(peer) else { return };
        if carrier.id != peer {
            if let Value::Object(message) = &mut message {
                message.set("target", peer);
            }
        }
        if let Some(channel) = carrier.main_channel().filter(|channel| channel.open) {
            let text = (context.environment.json.print)(&message);
            let op = ConnectionOp::Channel { channel: channel.number, op: ChannelOp::SendText(text) };
            context.connection(carrier.connection, op);
        }
    }
}

fn stray(context: &mut Context, kind: &str, peer: &str) {
    context.log(LogLevel::Debug, LogCode::StrayTransferMessage, &[kind, peer]);
}
