//! `sendBlobData` (public API M-28): the checks of 2.7.2 in its order, then one transfer for each
//! peer.

use super::{Direction, Facts, Room, Transfer, UploadCall, Way, DEFAULT_TIMEOUT};
use crate::options::whole_number;
use crate::session::{Context, Session};
use crate::{BlobFacts, ErrorCode, Handle, Output, PromiseId, SkylinkError};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::Value;

/// What the app wants sent.
pub(crate) struct Sending {
    /// None if it is no blob.
    pub blob: Option<BlobFacts>,
    /// Peer ids, or the timeout.
    pub target: Value,
    pub timeout: Value,
}

impl Session {
    pub(crate) fn send_blob_data(&mut self, promise: PromiseId, room: &str, sending: Sending) {
        let blob = sending.blob.as_ref().map(|blob| blob.handle);
        let outcome = match self.find_room(room) {
            None => Err(SkylinkError::new(ErrorCode::NoRoomName)),
            Some(key) => match self.room(key) {
                Some((room, context)) => room.send_blob(context, promise, sending),
                None => Ok(()),
            },
        };
        if let Err(error) = outcome {
            self.context.reject(promise, error.into());
            if let Some(blob) = blob {
                self.context.push(Output::Release(blob));
            }
        }
    }
}

impl Room {
    fn send_blob(
        &mut self,
        context: &mut Context,
        promise: PromiseId,
        sending: Sending,
    ) -> Result<(), SkylinkError> {
        let fail = |code| Err(SkylinkError::new(code));
        if self.has_media_server() && !self.has_file_relay() {
            return fail(ErrorCode::MediaServerFiles);
        }
        let Some(blob) = sending.blob else { return fail(ErrorCode::NoBlob) };
        if blob.size < 1.0 {
            return fail(ErrorCode::EmptyBlob);
        }
        if !self.options.enable_data_channel() {
            return fail(ErrorCode::DataChannelsDisabled);
        }
        let everybody: Vec<String> = self.members().map(|peer| peer.id.clone()).collect_vec();
        if everybody.is_empty() {
            return fail(ErrorCode::NoPeersInRoom);
        }
        let mut timeout = sending.timeout;
        let targets = match sending.target {
            Value::List(ids) => {
                ids.iter().map(|id| id.as_text().unwrap_or_default().to_owned()).collect_vec()
            }
            target if !target.is_truthy() => everybody,
            Value::Text(id) => vec![id],
            number @ Value::Number(_) => {
                timeout = number;
                everybody
            }
            _ => return fail(ErrorCode::InvalidPeerIds),
        };
        let targets: Vec<String> = targets;
        if !targets.is_empty() && targets.iter().all(|id| self.is_out_of_reach(id)) {
            return fail(ErrorCode::MediaServerFiles);
        }
        let timeout = match timeout {
            timeout if !timeout.is_truthy() => DEFAULT_TIMEOUT,
            Value::Number(seconds) => seconds_or_default(Some(seconds)),
            _ => return fail(ErrorCode::InvalidTimeout),
        };
        self.start_uploads(context, promise, &blob, targets, timeout);
        Ok(())
    }

    fn start_uploads(
        &mut self,
        context: &mut Context,
        promise: PromiseId,
        blob: &BlobFacts,
        targets: Vec<String>,
        timeout: f64,
    ) {
        let id = self.fresh_transfer_id(context);
        let mime = Some(blob.mime.clone()).filter(|mime| !mime.is_empty());
        let name = blob.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone());
        let facts = Facts::of(name, blob.size, mime, timeout);
        self.transfers.calls.push(UploadCall::new(promise, blob.handle));
        let mut started = Vec::new();
        for peer in targets {
            let way =
                self.peer(&peer).map_or(Way::Chunked { chunk_size: super::chunked::CHUNK_SIZE }, |peer| {
                    peer.way_of_files(blob.size)
                });
            let file = context.fresh();
            let mut transfer = Transfer::new(file, id.clone(), peer, Direction::Upload, facts.clone(), way);
            transfer.blob = Some(blob.handle);
            transfer.promises.push(promise);
            transfer.touch(context.now);
            self.add_place(promise, file);
            match self.hindrance(&transfer) {
                Some(error) => self.refuse_to_start(context, &transfer, &error),
                None => {
                    self.transfers.all.push(transfer);
                    started.push(file);
                }
            }
        }
        // Nothing is asked before all are known: what an answer causes must find the whole call.
        for file in started {
            self.begin_upload(context, file);
        }
        self.settle_call(context, promise);
    }

    /// `<own id>_<milliseconds>`, a little later if that was used before.
    fn fresh_transfer_id(&mut self, context: &Context) -> String {
        self.transfers.last_id = context.now.0.trunc().max(self.transfers.last_id + 1.0);
        [&self.own_id(), "_", &whole_number(self.transfers.last_id)].concat()
    }

    /// Why a transfer cannot start.
    fn hindrance(&self, transfer: &Transfer) -> Option<SkylinkError> {
        let missing = |what: &str| {
            let text = [Direction::Upload.terminated(), " - ", what].concat();
            Some(SkylinkError::with_detail(ErrorCode::NoDataChannel, text))
        };
        if self.is_out_of_reach(&transfer.peer) {
            return Some(SkylinkError::new(ErrorCode::MediaServerFiles));
        }
        let is_known = self.peer(&transfer.peer).is_some();
        let carrier = self.carrier_of(&transfer.peer).filter(|it| is_known && it.connection.is_some());
        let Some(peer) = carrier else {
            return missing("No Peer Connection detected");
        };
        match peer.main_channel() {
            None => missing("No Data Channel connection"),
            Some(channel) if !channel.open => missing("Data Channel connection is not open"),
            Some(_) if self.find_transfer(&transfer.peer, &transfer.id, Direction::Upload).is_some() => {
                Some(SkylinkError::new(ErrorCode::TransferInProgress))
            }
            Some(_) => None,
        }
    }

    /// The app gets a bare `Error` for a peer that nothing could be sent to.
    fn refuse_to_start(&mut self, context: &mut Context, transfer: &Transfer, error: &SkylinkError) {
        let error: Handle = context.make_error(error);
        transfer.tell_error(context, "error", Value::Handle(error));
        self.settle_place(context, transfer, Value::Handle(error), Some(error));
    }
}

/// Seconds to wait: none and nonsense mean the default.
pub(super) fn seconds_or_default(seconds: Option<f64>) -> f64 {
    seconds.filter(|seconds| seconds.is_finite() && *seconds > 0.0).unwrap_or(DEFAULT_TIMEOUT)
}
