//! Promises of the browser, and what becomes of them.

use super::files::Step;
use super::Driver;
use crate::browser::capture::{captured, sound_of, split, split_pair};
use crate::browser::page::follow;
use crate::convert::{from_js, text};
use js_sys::{Array, Promise, Uint8Array};
use skylink_core::{
    CapturedStream, ConnectionEvent, ConnectionId, FileId, Handle, Input, Kind, PromiseId, RequestId,
};
use skylink_protocol::Value;
use wasm_bindgen::prelude::*;
use web_sys::{MediaStream, MediaStreamTrack};

/// What is to be made of a promise of the browser.
pub(super) enum Pending {
    ScriptEnd,
    Answer(RequestId),
    Capture(RequestId),
    Screen(RequestId),
    Key(RequestId),
    Cipher(RequestId),
    Offer(ConnectionId),
    Answering(ConnectionId),
    Local(ConnectionId),
    Remote(ConnectionId),
    Candidate(ConnectionId, u32),
    /// Something of a file.
    File(FileId, Step),
    Statistics(ConnectionId, RequestId),
    /// A capture outside any room, for a promise of the app.
    Prefetch(PromiseId),
}

impl Driver {
    /// Waits for a promise without holding it up.
    pub(super) fn follow(&self, promise: &Promise, pending: Pending) {
        let number = self.fresh();
        self.pending.borrow_mut().insert(number, pending);
        follow(promise, number, &self.settled);
    }

    /// A promise of the browser settled.
    pub(super) fn on_settled(&self, number: u32, ok: bool, value: JsValue) {
        let pending = self.pending.borrow_mut().remove(number);
        let sdp = || text(&value, "sdp");
        let failed = |connection, event: fn(Handle) -> ConnectionEvent| {
            self.report(connection, event(self.handles.keep(value.clone())));
        };
        match pending {
            None => {}
            Some(Pending::ScriptEnd) => self.feed(Input::ScriptEnded),
            Some(Pending::Answer(request)) => self.on_answer(request, ok, &value),
            Some(Pending::Key(request)) => {
                let key = value.dyn_ref::<Uint8Array>().filter(|_| ok).map(Uint8Array::to_vec);
                let key = key.and_then(|bytes| bytes.try_into().ok());
                self.feed(Input::KeyDerived { request, key });
            }
            Some(Pending::Cipher(request)) => {
                let outcome = ok.then(|| match value.is_string() {
                    true => Value::Handle(self.handles.keep(value)),
                    false => from_js(&value),
                });
                self.feed(Input::Ciphered { request, outcome });
            }
            Some(Pending::Capture(request)) if ok => {
                let streams: Vec<CapturedStream> = split(value.unchecked_ref(), &self.handles);
                self.feed(Input::Captured { request, streams });
            }
            Some(Pending::Screen(request)) if ok => {
                let stream: &MediaStream = value.unchecked_ref();
                let sound = sound_of(stream, &self.handles);
                let settings = stream.get_video_tracks().get(0);
                let settings = from_js(&settings.unchecked_ref::<MediaStreamTrack>().get_settings());
                let screen = captured(stream, Kind::Video, &self.handles);
                self.feed(Input::ScreenCaptured { request, screen, sound, settings });
            }
            Some(Pending::Capture(request) | Pending::Screen(request)) => {
                self.feed(Input::CaptureFailed { request, error: self.handles.keep(value) });
            }
            Some(Pending::Prefetch(promise)) => {
                let result = if ok { split_pair(value.unchecked_ref()) } else { value };
                self.settle(promise, ok, &result);
            }
            Some(Pending::Offer(id)) if ok => self.report(id, ConnectionEvent::OfferCreated(sdp())),
            Some(Pending::Answering(id)) if ok => self.report(id, ConnectionEvent::AnswerCreated(sdp())),
            Some(Pending::Local(id)) if ok => self.report(id, ConnectionEvent::LocalSet),
            Some(Pending::Remote(id)) if ok => self.report(id, ConnectionEvent::RemoteSet),
            Some(Pending::Answering(id)) => failed(id, ConnectionEvent::AnswerNotCreated),
            Some(Pending::Offer(id) | Pending::Local(id) | Pending::Remote(id)) => {
                failed(id, ConnectionEvent::DescriptionFailed);
            }
            Some(Pending::File(file, step)) => self.on_file_step(file, step, ok, value),
            Some(Pending::Statistics(id, request)) => self.on_statistics(id, request, ok, value),
            Some(Pending::Candidate(id, number)) => {
                let error = (!ok).then(|| self.handles.keep(value));
                self.report(id, ConnectionEvent::CandidateAdded { number, error });
            }
        }
    }

    fn on_statistics(&self, id: ConnectionId, request: RequestId, ok: bool, value: JsValue) {
        let Some(connection) = self.connections.borrow().get(id).cloned() else { return };
        self.report(
            id,
            if ok {
                let reading = Box::new(connection.statistics(&value));
                ConnectionEvent::Statistics { request, reading }
            } else {
                ConnectionEvent::StatisticsFailed { request, error: self.handles.keep(value) }
            },
        );
    }

    fn on_answer(&self, request: RequestId, ok: bool, value: &JsValue) {
        // Done, so that dropping it must not abort anything any more.
        let running = self.requests.borrow_mut().remove(request);
        drop(running);
        if ok {
            let answer: &Array = value.unchecked_ref();
            let status = answer.get(0).as_f64().unwrap_or_default() as u32;
            let body = answer.get(1);
            let body = (!body.is_undefined()).then(|| from_js(&body));
            self.feed(Input::ApiAnswered { request, status, body });
        } else {
            self.feed(Input::ApiFailed { request, text: text(value, "message") });
        }
    }
}
