//! Methods about files.

use super::{name, Session};
use crate::convert::{from_js, get};
use js_sys::Promise;
use skylink_core::{BlobFacts, Call, PromiseId};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Blob};

impl Session {
    /// `sendBlobData` (public API M-28). `options` may have a `signal`.
    pub fn send_blob_data(
        &self,
        room: &JsValue,
        data: &JsValue,
        peer: &JsValue,
        timeout: &JsValue,
        options: &JsValue,
    ) -> Promise {
        self.ended_by(options, |promise| Call::SendBlob {
            promise,
            room: name(room),
            blob: data.dyn_ref::<Blob>().map(|blob| BlobFacts {
                handle: self.driver.handles.keep(data.clone()),
                size: blob.size(),
                mime: blob.type_(),
                name: get(data, "name").as_string(),
            }),
            target: from_js(peer),
            timeout: from_js(timeout),
        })
    }

    /// `respondBlobRequest` (public API M-27). `options` may have a `signal` and a `writable`.
    pub fn respond_blob_request(
        &self,
        room: &JsValue,
        peer: &JsValue,
        transfer: &JsValue,
        accept: &JsValue,
        options: &JsValue,
    ) -> Promise {
        let writable = get(options, "writable");
        self.ended_by(options, |promise| Call::RespondBlob {
            promise,
            room: name(room),
            peer: from_js(peer),
            transfer: from_js(transfer),
            accept: accept.is_truthy(),
            writable: writable.is_object().then(|| self.driver.handles.keep(writable)),
        })
    }

    /// `cancelBlobTransfer` (public API M-01).
    pub fn cancel_blob_transfer(&self, room: &JsValue, peer: &JsValue, transfer: &JsValue) -> Promise {
        let (promise, result) = self.driver.promise();
        let (peer, transfer) = (from_js(peer), from_js(transfer));
        let _ = self.driver.call(Call::CancelBlob { promise, room: name(room), peer, transfer });
        result
    }

    /// A call that the app may give up with a signal.
    fn ended_by(&self, options: &JsValue, call: impl FnOnce(PromiseId) -> Call) -> Promise {
        let signal = get(options, "signal").dyn_into::<AbortSignal>().ok();
        if let Some(signal) = signal.as_ref().filter(|signal| signal.aborted()) {
            return Promise::reject(&signal.reason());
        }
        let (promise, result) = self.driver.promise();
        if let Some(signal) = &signal {
            self.driver.end_by(promise, signal);
        }
        let _ = self.driver.call(call(promise));
        result
    }
}
