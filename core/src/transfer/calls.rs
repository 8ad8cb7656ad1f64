//! What the app waits for: `sendBlobData` for all its peers, and the ends that it brings about
//! itself with `cancelBlobTransfer` or an `AbortSignal` (public API M-01).

use super::endings::Ending;
use super::{Direction, Room, Stage, Transfer};
use crate::session::{Context, Session};
use crate::{ErrorCode, Failure, FileId, Handle, Output, PromiseId, SkylinkError};
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::{Object, Value};

const CANCEL: &str = "Cancel data transfer terminated";

/// One call of `sendBlobData`.
#[derive(Debug)]
pub(crate) struct UploadCall {
    promise: PromiseId,
    blob: Handle,
    /// What became of the transfer with each peer, in the order of the peers.
    places: Vec<(FileId, Option<Value>)>,
    /// Errors that the results refer to.
    errors: Vec<Handle>,
}

impl UploadCall {
    pub fn new(promise: PromiseId, blob: Handle) -> Self {
        Self { promise, blob, places: Vec::new(), errors: Vec::new() }
    }
}

impl Room {
    fn call_mut(&mut self, promise: PromiseId) -> Option<&mut UploadCall> {
        self.transfers.calls.iter_mut().find(|call| call.promise == promise)
    }

    pub(super) fn add_place(&mut self, promise: PromiseId, file: FileId) {
        if let Some(call) = self.call_mut(promise) {
            call.places.push((file, None));
        }
    }

    /// The transfer with one peer is over. `error` is kept until the call is settled.
    pub(super) fn settle_place(
        &mut self,
        context: &mut Context,
        transfer: &Transfer,
        result: Value,
        error: Option<Handle>,
    ) {
        let promise = transfer.promises.first().copied();
        let Some(call) = promise.and_then(|promise| self.call_mut(promise)) else {
            return error.into_iter().for_each(|error| context.push(Output::Release(error)));
        };
        call.errors.extend(error);
        if let Some((_, place)) = call.places.iter_mut().find(|(file, _)| *file == transfer.file) {
            *place = Some(result);
        }
    }

    /// Settles a call when it is over with every peer.
    pub(super) fn settle_call(&mut self, context: &mut Context, promise: PromiseId) {
        let is_over = |call: &UploadCall| {
            call.promise == promise && call.places.iter().all(|(_, result)| result.is_some())
        };
        let Some(place) = self.transfers.calls.iter().position(is_over) else { return };
        let call = self.transfers.calls.remove(place);
        let results: Vec<Value> = call.places.into_iter().filter_map(|(_, result)| result).collect_vec();
        context.resolve(promise, results.into());
        for handle in call.errors.into_iter().chain([call.blob]) {
            context.push(Output::Release(handle));
        }
    }

    /// Ends a transfer because the app wants it.
    fn cancel(&mut self, context: &mut Context, file: FileId) {
        let Some(transfer) = self.transfer(file) else { return };
        if !matches!(transfer.stage, Stage::Queued { .. }) {
            self.send_cancel(context, file);
        }
        self.end_badly(context, file, Ending::text("cancel", "User cancelled data transfer"));
    }

    fn cancel_blob_transfer(&mut self, context: &mut Context, promise: PromiseId, peer: &Value, id: &Value) {
        let found = self.addressed_by_app(CANCEL, peer, id, |_| true);
        match found {
            Ok(file) => {
                let result = Object::new().with("peerId", peer.clone()).with("transferId", id.clone());
                context.resolve(promise, result.into());
                self.cancel(context, file);
            }
            Err(error) => {
                let handle = context.make_error(&error);
                let told =
                    Object::new().with("message", Value::Handle(handle)).with("transferType", "cancel");
                tell_unknown(context, peer, id, told);
                context.reject(promise, Failure::Browser(handle));
                context.push(Output::Release(handle));
            }
        }
    }

    /// The transfer that the app means, or why there is none. `prefix` begins the text of the error.
    pub(super) fn addressed_by_app(
        &self,
        prefix: &str,
        peer: &Value,
        id: &Value,
        fits: impl Fn(&Transfer) -> bool,
    ) -> Result<FileId, SkylinkError> {
        let fail = |code| Err(SkylinkError::with_detail(code, prefix));
        let Value::Text(id) = id else { return fail(ErrorCode::NoTransferId) };
        let Value::Text(peer) = peer else { return fail(ErrorCode::NoPeerId) };
        if self.carrier_of(peer).is_none_or(|carrier| carrier.main_channel().is_none()) {
            let text = [prefix, " - Peer Connection does not have Data Channel sessions"].concat();
            return Err(SkylinkError::with_detail(ErrorCode::NoDataChannel, text));
        }
        let is_it = |it: &&Transfer| it.peer == *peer && it.id == *id && fits(it);
        match self.transfers.all.iter().find(is_it) {
            Some(transfer) => Ok(transfer.file),
            None => fail(ErrorCode::UnknownTransfer),
        }
    }

    /// The app gave up what the promise stands for.
    fn abort(&mut self, context: &mut Context, promise: PromiseId, reason: Handle) -> bool {
        let files: Vec<FileId> = self
            .transfers
            .all
            .iter_mut()
            .filter(|transfer| transfer.promises.contains(&promise))
            .map(|transfer| {
                transfer.promises.keep(|waiting| *waiting != promise);
                transfer.file
            })
            .collect_vec();
        let call = self.transfers.calls.iter().position(|call| call.promise == promise);
        let call = call.map(|place| self.transfers.calls.remove(place));
        if files.is_empty() && call.is_none() {
            return false;
        }
        for file in files {
            // Another answer to the same request may still wait for it.
            let is_wanted = self.transfer(file).is_some_and(|transfer| {
                transfer.direction == Direction::Download && !transfer.promises.is_empty()
            });
            if !is_wanted {
                self.cancel(context, file);
            }
        }
        context.reject(promise, Failure::Browser(reason));
        for handle in call.into_iter().flat_map(|call| call.errors.into_iter().chain([call.blob])) {
            context.push(Output::Release(handle));
        }
        true
    }
}

/// `DATA_TRANSFER_STATE` about a transfer that there is not.
pub(super) fn tell_unknown(context: &mut Context, peer: &Value, id: &Value, error: Object) {
    let detail = Object::new()
        .with("state", "error")
        .with("transferId", id.clone())
        .with("peerId", peer.clone())
        .with("transferInfo", Value::Null)
        .with("error", error);
    context.event("dataTransferState", detail);
}

impl Session {
    pub(crate) fn cancel_blob_transfer(&mut self, promise: PromiseId, room: &str, peer: &Value, id: &Value) {
        match self.find_room(room).and_then(|key| self.room(key)) {
            Some((room, context)) => room.cancel_blob_transfer(context, promise, peer, id),
            None => self.context.reject(promise, SkylinkError::new(ErrorCode::NoRoomName).into()),
        }
    }

    pub(crate) fn abort_transfers(&mut self, promise: PromiseId, reason: Handle) {
        let context = &mut self.context;
        let _ = self.rooms.iter_mut().any(|room| room.abort(context, promise, reason));
        self.context.push(Output::Release(reason));
    }
}
