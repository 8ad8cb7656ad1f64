//! How transfers end: what the app is told, what its promises get, what the other side is told.

use super::{Direction, Room, Stage, Transfer};
use crate::session::Context;
use crate::{
    ChannelId, ChannelOp, ConnectionOp, ErrorCode, Failure, FileId, FileOp, Handle, Output, SkylinkError,
};
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::{Object, Value};

/// Text for the other side when the browser failed here.
const LOCAL_FAILURE: &str = "Data transfer failed at the remote peer";

/// What the app is told of a bad end.
pub(super) struct Ending {
    state: &'static str,
    message: Message,
}

enum Message {
    Error(SkylinkError),
    Text(String),
    Browser(Handle),
}

impl Ending {
    pub fn text(state: &'static str, text: &str) -> Self {
        Self { state, message: Message::Text(text.to_owned()) }
    }

    pub fn error(error: SkylinkError) -> Self {
        Self { state: "error", message: Message::Error(error) }
    }

    pub fn failed(text: &str) -> Self {
        Self::error(SkylinkError::with_detail(ErrorCode::TransferFailed, text))
    }

    /// The other side does not want it.
    pub fn rejected() -> Self {
        Self::refusal("rejected", "Remote peer rejected")
    }

    /// The app does not want it.
    pub fn user_rejected() -> Self {
        Self::refusal("userRejected", "User rejected")
    }

    fn refusal(state: &'static str, who: &str) -> Self {
        let error = SkylinkError::with_detail(ErrorCode::TransferRejected, who);
        Self { state, message: Message::Error(error) }
    }

    /// The peer, or the channel to it, is gone.
    pub fn lost(direction: Direction, what: &str) -> Self {
        let text = [direction.terminated(), " - ", what].concat();
        Self::error(SkylinkError::with_detail(ErrorCode::NoDataChannel, text))
    }
}

impl Room {
    /// Ends a transfer badly.
    pub(super) fn end_badly(&mut self, context: &mut Context, file: FileId, ending: Ending) {
        let Some(transfer) = self.take_transfer(context, file) else { return };
        let (message, handle) = match ending.message {
            Message::Text(text) => (Value::Text(text), None),
            Message::Browser(handle) => (Value::Handle(handle), Some(handle)),
            Message::Error(error) => {
                let handle = context.make_error(&error);
                (Value::Handle(handle), Some(handle))
            }
        };
        transfer.tell_error(context, ending.state, message.clone());
        let outcome = transfer.outcome_type(Object::new().with("error", message));
        let result = Value::from(Object::new().with(&transfer.peer, outcome));
        match transfer.direction {
            Direction::Upload => {
                let was_asked = matches!(transfer.stage, Stage::Asked(_)) && transfer.is_chunked();
                if was_asked && ending.state != "rejected" {
                    self.transfers.abandoned.push(transfer.peer.clone());
                }
                self.settle_place(context, &transfer, result, handle);
                for promise in &transfer.promises {
                    self.settle_call(context, *promise);
                }
            }
            Direction::Download => {
                for promise in &transfer.promises {
                    if ending.state == "userRejected" {
                        context.resolve(*promise, result.clone());
                    } else {
                        context.reject(*promise, Failure::Value(result.clone()));
                    }
                }
                if let Some(handle) = handle {
                    context.push(Output::Release(handle));
                }
            }
        }
        self.start_next(context, &transfer.peer);
    }

    /// The receiver confirmed that everything arrived.
    pub(super) fn complete_upload(&mut self, context: &mut Context, file: FileId) {
        let Some(transfer) = self.take_transfer(context, file) else { return };
        transfer.tell_end(context, transfer.blob);
        let outcome =
            transfer.outcome_type(Object::new().with("success", transfer.final_info(transfer.blob)));
        let result = Object::new().with(&transfer.peer, outcome);
        self.settle_place(context, &transfer, result.into(), None);
        for promise in &transfer.promises {
            self.settle_call(context, *promise);
        }
        self.start_next(context, &transfer.peer);
    }

    /// Everything that came is put away.
    pub(super) fn complete_download(&mut self, context: &mut Context, file: FileId, blob: Option<Handle>) {
        if self.transfer(file).is_some_and(|transfer| matches!(transfer.stage, Stage::Closing { .. })) {
            self.confirm(context, file);
            if let Some(transfer) = self.take_transfer(context, file) {
                transfer.tell_end(context, blob);
                let outcome = transfer.outcome_type(Object::new().with("success", transfer.final_info(blob)));
                for promise in &transfer.promises {
                    context.resolve(*promise, Object::new().with(&transfer.peer, outcome.clone()).into());
                }
                self.start_next(context, &transfer.peer);
            }
        }
        if let Some(blob) = blob {
            context.push(Output::Release(blob));
        }
    }

    /// Ends a transfer for a reason that the other side is told.
    pub(super) fn fail(&mut self, context: &mut Context, file: FileId, text: &str) {
        self.send_error(context, file, text);
        self.end_badly(context, file, Ending::failed(text));
    }

    /// The browser could not read or write the file.
    pub(super) fn fail_locally(&mut self, context: &mut Context, file: FileId, error: Handle) {
        self.send_error(context, file, LOCAL_FAILURE);
        self.end_badly(context, file, Ending { state: "error", message: Message::Browser(error) });
    }

    /// A peer is gone, and with it what was under way.
    pub(crate) fn end_transfers(&mut self, context: &mut Context, peer: &str) {
        let is_meant = |it: &&Transfer| it.peer == peer || self.source_of(&it.peer) == peer;
        let ending: Vec<FileId> = self.transfers.all.iter().filter(is_meant).map(|it| it.file).collect_vec();
        for file in ending {
            let Some(transfer) = self.transfer(file) else { continue };
            let what = match transfer.direction {
                Direction::Upload => "No Peer Connection detected",
                Direction::Download => "Peer Connection does not have Data Channel sessions",
            };
            let ending = Ending::lost(transfer.direction, what);
            self.end_badly(context, file, ending);
        }
        self.transfers.abandoned.keep(|id| id != peer);
        self.transfers.finished.keep(|(id, ..)| id != peer);
    }

    /// The channel for messages is gone, and with it what it carried.
    pub(crate) fn end_transfers_on_main(&mut self, context: &mut Context, peer: &str) {
        let is_on_main = |it: &&Transfer| it.peer == peer && it.is_chunked();
        while let Some(transfer) = self.transfers.all.iter().find(is_on_main) {
            let ending = Ending::lost(transfer.direction, "Data Channel connection is not open");
            let file = transfer.file;
            self.end_badly(context, file, ending);
        }
        self.transfers.abandoned.keep(|id| id != peer);
    }

    /// Takes a transfer off the list, with its channel and what the shell has of it.
    fn take_transfer(&mut self, context: &mut Context, file: FileId) -> Option<Transfer> {
        let place = self.transfers.all.iter().position(|transfer| transfer.file == file)?;
        let mut transfer = self.transfers.all.remove(place);
        transfer.close_lanes(context);
        if transfer.has_file() {
            transfer.op(context, FileOp::Forget);
        }
        // The receiver leaves the channel to the sender: what it said last has to arrive.
        if let Some(channel) = transfer.channel.filter(|_| transfer.direction == Direction::Upload) {
            self.drop_channel(context, &transfer.peer, channel);
        }
        Some(transfer)
    }

    pub(super) fn drop_channel(&mut self, context: &mut Context, peer: &str, channel: ChannelId) {
        let carrier = self.source_of(peer).to_owned();
        if let Some(peer) = self.peer_mut(&carrier) {
            peer.channels.keep(|known| known.number != channel);
            context.connection(peer.connection, ConnectionOp::Channel { channel, op: ChannelOp::Close });
        }
    }
}
