//! Requests of other peers and the app's answers: `respondBlobRequest` (public API M-27).

use super::calls::tell_unknown;
use super::chunked::ChunkedDownload;
use super::endings::Ending;
use super::send::seconds_or_default;
use super::streamed_download::StreamedDownload;
use super::{Direction, Facts, Room, Stage, Transfer, Way};
use crate::options::whole_number;
use crate::session::{Context, Session};
use crate::{ErrorCode, Failure, FileId, FileOp, Handle, LogCode, LogLevel, Output, PromiseId, SkylinkError};
use skylink_protocol::data_channel::WriteRequest;
use skylink_protocol::file_channel::{BLOCK_SIZE, PAYLOAD_SIZE};
use skylink_protocol::lists::Keep as _;
use skylink_protocol::{Object, Value};

/// Requests of one peer that may wait for the app; more are refused.
const MAX_REQUESTS: usize = 100;
/// Bytes in a block at the most: it is put together in memory.
const MAX_BLOCK: f64 = 16.0 * BLOCK_SIZE as f64;

/// The answer of an app.
pub(crate) struct Answer {
    pub peer: Value,
    pub id: Value,
    pub accept: bool,
    /// Where the file goes, unless it becomes a blob.
    pub writable: Option<Handle>,
}

impl Session {
    pub(crate) fn respond_blob_request(&mut self, promise: PromiseId, room: &str, answer: Answer) {
        let writable = answer.writable;
        let taken = match self.find_room(room).and_then(|key| self.room(key)) {
            Some((room, context)) => room.respond(context, promise, answer),
            None => {
                self.context.reject(promise, SkylinkError::new(ErrorCode::NoRoomName).into());
                false
            }
        };
        if let Some(writable) = writable.filter(|_| !taken) {
            self.context.push(Output::Release(writable));
        }
    }
}

impl Room {
    /// Whether the writable is taken over.
    fn respond(&mut self, context: &mut Context, promise: PromiseId, answer: Answer) -> bool {
        let Answer { peer, id, accept, writable } = answer;
        let fits = |it: &Transfer| {
            let is_open = matches!(it.stage, Stage::Asked(_));
            it.direction == Direction::Download && (accept || is_open)
        };
        let prefix = Direction::Download.terminated();
        let file = match self.addressed_by_app(prefix, &peer, &id, fits) {
            Ok(file) => file,
            Err(error) => {
                let handle = context.make_error(&error);
                let outcome = |key: &str| {
                    Object::new().with(key, Value::Handle(handle)).with("transferType", "download")
                };
                tell_unknown(context, &peer, &id, outcome("message"));
                let key = peer.as_text().unwrap_or("undefined");
                let result = Object::new().with(key, outcome("error"));
                context.reject(promise, Failure::Value(result.into()));
                context.push(Output::Release(handle));
                return false;
            }
        };
        let Some(transfer) = self.transfer_mut(file) else { return false };
        transfer.promises.push(promise);
        if !matches!(transfer.stage, Stage::Asked(_)) {
            // Accepted twice: both wait for the same end.
            return false;
        }
        if accept {
            self.accept(context, file, writable);
        } else {
            self.send_acknowledge(context, file, -1.0);
            self.end_badly(context, file, Ending::user_rejected());
        }
        accept
    }

    fn accept(&mut self, context: &mut Context, file: FileId, writable: Option<Handle>) {
        let peer = self.transfer(file).and_then(|transfer| self.peer(&transfer.peer));
        // Only 2.7.2 itself is known for it; who sends the last byte after all must be let.
        let loses_last_byte = peer
            .and_then(|peer| peer.info.get("agent")?.get("SDKVersion")?.as_text())
            .is_some_and(|version| version.starts_with("2."));
        let Some(transfer) = self.transfer_mut(file) else { return };
        let Facts { bytes, characters, .. } = transfer.facts;
        let block_size = transfer.way.block_size();
        transfer.stage = match transfer.way {
            Way::Chunked { chunk_size } => {
                let download = ChunkedDownload::new(characters, bytes, chunk_size, loses_last_byte);
                Stage::ChunkedDownload(download)
            }
            Way::Streamed { .. } => Stage::StreamedDownload(StreamedDownload::new(bytes.unwrap_or(0.0))),
        };
        transfer.shown = context.now;
        transfer.start_clock(context.now);
        transfer.op(context, FileOp::Receive { block_size, size: bytes.unwrap_or(0.0), writable });
        self.send_acknowledge(context, file, 0.0);
        if let Some(transfer) = self.transfer(file) {
            transfer.tell(context, "downloadStarted");
        }
    }

    /// A peer wants to send a file.
    pub(super) fn on_write_request(&mut self, context: &mut Context, id: &str, message: &WriteRequest) {
        let streams = self.peer(id).is_some_and(|peer| peer.streams_files);
        let whole = |number: Option<f64>| {
            number.filter(|number| number.is_finite() && *number >= 0.0).map(f64::trunc)
        };
        let bytes = whole(message.original_size);
        let chunk_size = whole(message.chunk_size).unwrap_or(super::chunked::CHUNK_SIZE);
        let given_id = message.transfer_id.clone().filter(|id| !id.is_empty());
        let way = match whole(message.block_size).filter(|_| streams) {
            Some(block_size) => {
                let is_usable = (PAYLOAD_SIZE as f64..=MAX_BLOCK).contains(&block_size);
                if !is_usable || given_id.is_none() || !bytes.is_some_and(|bytes| bytes >= 1.0) {
                    return context.log(
                        LogLevel::Warn,
                        LogCode::BadTransferMessage,
                        &[WriteRequest::TYPE, id],
                    );
                }
                Way::Streamed { block_size }
            }
            None => Way::Chunked { chunk_size },
        };
        let transfer_id =
            given_id.unwrap_or_else(|| ["transfer_", id, "_", &whole_number(context.now.0)].concat());
        if matches!(way, Way::Streamed { .. }) {
            if let Some(known) = self.find_transfer(id, &transfer_id, Direction::Download) {
                // Asked again, since the channel was lost.
                let file = known.file;
                if !matches!(known.stage, Stage::Asked(_)) {
                    self.send_acknowledge(context, file, 0.0);
                }
                return;
            }
        } else if !self.make_room_for_request(context, id) {
            return;
        }
        let facts = Facts {
            name: message.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| transfer_id.clone()),
            bytes: bytes.filter(|bytes| *bytes > 0.0),
            characters: whole(message.size).unwrap_or(0.0),
            mime: message.mime_type.as_text().filter(|mime| !mime.is_empty()).map(str::to_owned),
            timeout: seconds_or_default(message.timeout),
        };
        let file = context.fresh();
        let transfer = Transfer::new(file, transfer_id, id.to_owned(), Direction::Download, facts, way);
        let waits = |it: &&Transfer| {
            it.peer == id && it.direction == Direction::Download && matches!(it.stage, Stage::Asked(_))
        };
        let is_too_much = self.transfers.all.iter().filter(waits).count() >= MAX_REQUESTS;
        self.transfers.all.push(transfer);
        if is_too_much {
            context.log(LogLevel::Warn, LogCode::TooManyRequests, &[id]);
            self.send_acknowledge(context, file, -1.0);
            self.transfers.all.keep(|transfer| transfer.file != file);
        } else if let Some(transfer) = self.transfer(file) {
            transfer.tell_request(context, id);
        }
    }
}
