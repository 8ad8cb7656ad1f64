//! Carries out the core's outputs and hands in what the browser reports.
//!
//! JavaScript is never called while the core is borrowed: outputs are taken out one by one, and
//! what a listener asks for meanwhile is queued behind them.

mod connections;
mod files;
mod pending;

use self::files::File;
use self::pending::Pending;
use crate::browser::capture::{get_display_media, get_user_media, stop, tracks_of, watch};
use crate::browser::connection::Connection;
use crate::browser::listener::Listener;
use crate::browser::page::{derive_key, now, open, post_json, report_error, seal};
use crate::browser::request::Request;
use crate::browser::socket::{Socket, SocketEvent};
use crate::browser::task::NextTask;
use crate::browser::timer::Timer;
use crate::convert::{from_js, members_to_js, text, to_js, JSON_TEXT};
use crate::handles::Handles;
use crate::host::Host;
use crate::table::Table;
use js_sys::{Array, Function, Promise, Uint8Array};
use skylink_core::{
    Call, CipherMode, CipherWay, CipherWork, Environment, Failure, Handle, Input, Kind, Output, PromiseId,
    RequestId, SkylinkError, SocketId, Timestamp,
};
use skylink_protocol::{Object as Members, Value};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;
use web_sys::MediaStreamTrack;

/// Whether outputs are being carried out.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Drain {
    Idle,
    Running,
    /// Waits for the next task.
    Paused,
}

/// The core with everything it drives.
pub(crate) struct Driver {
    pub host: Host,
    pub handles: Rc<Handles>,
    core: RefCell<skylink_core::Session>,
    drain: Cell<Drain>,
    last_number: Cell<u32>,
    promises: RefCell<Table<(Function, Function)>>,
    pending: RefCell<Table<Pending>>,
    requests: RefCell<Table<Request>>,
    sockets: RefCell<Table<Socket>>,
    connections: RefCell<Table<Rc<Connection>>>,
    /// Own streams, and the listeners for their ends.
    watched: RefCell<Table<Vec<Listener>>>,
    files: RefCell<Table<File>>,
    /// What ends calls that the app may give up.
    signals: RefCell<Table<Listener>>,
    /// Belongs to the promises as well, which may settle when the session is gone.
    settled: Function,
    timer: Timer,
    next_task: NextTask,
    weak: Weak<Driver>,
}

impl Driver {
    pub fn new(host: Host, mut environment: Environment) -> Result<Rc<Self>, JsValue> {
        environment.json = JSON_TEXT;
        // The task is made first, since only it can fail.
        let slot: Rc<RefCell<Weak<Driver>>> = Rc::default();
        let resume = Rc::clone(&slot);
        let next_task = NextTask::new(move || {
            if let Some(driver) = resume.borrow().upgrade() {
                driver.resume();
            }
        })?;
        let driver = Rc::new_cyclic(|weak: &Weak<Driver>| {
            *slot.borrow_mut() = weak.clone();
            let on_settled = weak.clone();
            let on_timer = weak.clone();
            Driver {
                host,
                handles: Rc::default(),
                core: RefCell::new(skylink_core::Session::new(environment)),
                drain: Cell::new(Drain::Idle),
                last_number: Cell::new(0),
                promises: RefCell::default(),
                pending: RefCell::default(),
                requests: RefCell::default(),
                sockets: RefCell::default(),
                connections: RefCell::default(),
                watched: RefCell::default(),
                files: RefCell::default(),
                signals: RefCell::default(),
                settled: Closure::<dyn Fn(u32, bool, JsValue)>::new(move |number, ok, value| {
                    match on_settled.upgrade() {
                        Some(driver) => driver.on_settled(number, ok, value),
                        // Nobody is left who could stop the camera later.
                        None => value.dyn_ref().into_iter().for_each(stop),
                    }
                })
                .into_js_value()
                .unchecked_into(),
                timer: Timer::new(move || {
                    if let Some(driver) = on_timer.upgrade() {
                        driver.timer.ran();
                        driver.feed(Input::Tick);
                    }
                }),
                next_task,
                weak: weak.clone(),
            }
        });
        Ok(driver)
    }

    /// A promise for the app and the number that settles it.
    pub fn promise(&self) -> (PromiseId, Promise) {
        let number = self.fresh();
        let promise = Promise::new(&mut |resolve, reject| {
            self.promises.borrow_mut().insert(number, (resolve, reject));
        });
        (number, promise)
    }

    /// Lets the app's `AbortSignal` end the call that the promise stands for.
    pub fn end_by(&self, promise: PromiseId, signal: &AbortSignal) {
        let (weak, source) = (self.weak.clone(), signal.clone());
        let listener = Listener::new(signal, "abort", move |_| {
            if let Some(driver) = weak.upgrade() {
                let reason = driver.handles.keep(source.reason());
                let _ = driver.call(Call::AbortTransfers { promise, reason });
            }
        });
        self.signals.borrow_mut().insert(promise, listener);
    }

    /// Gives up a promise that the core did not take.
    pub fn forget_promise(&self, number: PromiseId) {
        let entry = self.promises.borrow_mut().remove(number);
        drop(entry);
    }

    /// Does what the app asks and carries out what follows from it.
    pub fn call(&self, call: Call) -> Result<Option<Value>, SkylinkError> {
        let result = self.core.borrow_mut().call(Timestamp(now()), call);
        self.carry_out();
        result
    }

    /// Whether an app means a room that is joined.
    pub fn is_joined(&self, name: &str) -> bool {
        self.core.borrow().is_joined(name)
    }

    pub fn feed(&self, input: Input) {
        self.core.borrow_mut().handle(Timestamp(now()), input);
        self.carry_out();
    }

    pub fn error(&self, error: &SkylinkError) -> JsValue {
        let extra = error.extra.as_ref().map_or(JsValue::UNDEFINED, |extra| members_to_js(extra, None));
        self.host.error(error.code as u32, error.detail.clone(), &extra)
    }

    /// How many objects, promises, requests, sockets, connections and files are held.
    pub fn held(&self) -> [usize; 7] {
        [
            self.handles.count(),
            self.promises.borrow().len(),
            self.pending.borrow().len(),
            self.requests.borrow().len(),
            self.sockets.borrow().len(),
            self.connections.borrow().len(),
            self.files.borrow().len(),
        ]
    }

    /// A promise for the split pair of a capture outside any room.
    pub fn prefetch(&self, capture: &Promise) -> Promise {
        let (number, promise) = self.promise();
        self.follow(capture, Pending::Prefetch(number));
        promise
    }

    fn fresh(&self) -> u32 {
        let number = self.last_number.get().wrapping_add(1);
        self.last_number.set(number);
        number
    }

    fn resume(&self) {
        if self.drain.get() == Drain::Paused {
            self.drain.set(Drain::Idle);
            self.carry_out();
        }
    }

    fn carry_out(&self) {
        if self.drain.get() != Drain::Idle {
            return;
        }
        self.drain.set(Drain::Running);
        loop {
            let output = self.core.borrow_mut().poll_output();
            match output {
                None => break,
                Some(Output::NextTask) => {
                    self.next_task.request();
                    return self.drain.set(Drain::Paused);
                }
                Some(output) => self.perform(output),
            }
        }
        self.drain.set(Drain::Idle);
        let deadline = self.core.borrow().next_deadline();
        self.timer.set(deadline.map(|deadline| deadline.0));
    }

    fn perform(&self, output: Output) {
        match output {
            Output::Event { name, detail } => {
                if self.host.hears(name) {
                    self.host.dispatch(name, &members_to_js(&detail, Some(&self.handles)));
                }
            }
            Output::Keep { handle, object } => self.handles.keep_as(handle, members_to_js(&object, None)),
            Output::Message { about, target, content, is_private, relayed } => {
                let (about, target) = (self.handles.get(about), to_js(&target, None));
                let content = to_js(&content, Some(&self.handles));
                let relayed = relayed.unwrap_or_default();
                let peers = relayed.peers.map_or(JsValue::UNDEFINED, |peers| to_js(&peers.into(), None));
                let (time, sender) = (relayed.time.0, relayed.sender);
                self.host.message(&about, &target, &content, is_private, time, sender, &peers);
            }
            Output::ChannelMessage { session, text } => {
                if self.host.hears("channelMessage") {
                    let detail =
                        Members::new().with("message", text).with("socketSession", (*session).clone());
                    self.host.dispatch("channelMessage", &members_to_js(&detail, Some(&self.handles)));
                }
            }
            Output::Resolve { promise, value } => {
                self.settle(promise, true, &to_js(&value, Some(&self.handles)))
            }
            Output::Reject { promise, failure } => {
                let error = match failure {
                    Failure::Error(error) => self.error(&error),
                    Failure::Browser(handle) => self.handles.get(handle),
                    Failure::Value(value) => to_js(&value, Some(&self.handles)),
                };
                self.settle(promise, false, &error);
            }
            Output::Fulfil(promise) => self.settle(promise, true, &JsValue::UNDEFINED),
            Output::NextTask => {}
            Output::AwaitScriptEnd => {
                self.follow(&Promise::resolve(&JsValue::UNDEFINED), Pending::ScriptEnd);
            }
            Output::Log { level, code, details } => {
                let details: Array = details.iter().map(|detail| JsValue::from_str(detail)).collect();
                self.host.log(level as u32, code as u32, &details);
            }
            Output::MakeError { handle, error } => self.handles.keep_as(handle, self.error(&error)),
            Output::Report(error) => report_error(&self.error(&error)),
            Output::Fetch { request, url, headers } => self.fetch(request, &url, &headers),
            Output::Post { url, body } => post_json(&url, &body),
            Output::AbortFetch(request) => drop(self.requests.borrow_mut().remove(request)),
            Output::DeriveKey { request, secret, salt, rounds } => {
                let promise = derive_key(&secret, Uint8Array::from(salt.as_slice()), rounds);
                self.follow(&promise, Pending::Key(request));
            }
            Output::Cipher { request, work } => {
                let CipherWork { mode, key, initial, associated, way } = &work;
                let is_gcm = *mode == CipherMode::Gcm;
                let promise = match way {
                    CipherWay::Seal { mark, head, plain } => {
                        seal(mark, head, plain, is_gcm, key, initial, associated)
                    }
                    CipherWay::Open { text, head } => open(text, *head, is_gcm, key, initial, associated),
                };
                self.follow(&promise, Pending::Cipher(request));
            }
            Output::OpenSocket { socket, url } => self.open_socket(socket, &url),
            Output::SendFrame { socket, text } => {
                if let Some(socket) = self.sockets.borrow().get(socket) {
                    socket.send(&text);
                }
            }
            Output::SendHolding { socket, before, data, after } => {
                if let Some(socket) = self.sockets.borrow().get(socket) {
                    socket.send_holding(&before, &self.handles.get(data), after);
                }
            }
            Output::CloseSocket(socket) => {
                let socket = self.sockets.borrow_mut().remove(socket);
                drop(socket);
            }
            Output::Capture { request, constraints } => match get_user_media(&to_js(&constraints, None)) {
                Ok(promise) => self.follow(&promise, Pending::Capture(request)),
                Err(error) => self.feed(Input::CaptureFailed { request, error: self.handles.keep(error) }),
            },
            Output::CaptureScreen { request, constraints } => {
                self.follow(&get_display_media(&to_js(&constraints, None)), Pending::Screen(request));
            }
            Output::WatchTracks { stream, kind } => self.watch(stream, kind),
            Output::EnableTracks { stream, kind, enabled } => {
                if let Some(stream) = self.handles.get_as(stream) {
                    for track in tracks_of(&stream, kind) {
                        track.unchecked_into::<MediaStreamTrack>().set_enabled(enabled);
                    }
                }
            }
            Output::StopTracks(stream) => {
                if let Some(stream) = self.handles.get_as(stream) {
                    stop(&stream);
                }
            }
            Output::Release(handle) => {
                let listeners = self.watched.borrow_mut().remove(handle);
                drop(listeners);
                self.handles.release(handle);
            }
            Output::File { file, op } => self.work_on_file(file, op),
            Output::Connection { connection, op } => self.operate(connection, op),
        }
    }

    fn settle(&self, promise: PromiseId, ok: bool, value: &JsValue) {
        let entry = self.promises.borrow_mut().remove(promise);
        let signal = self.signals.borrow_mut().remove(promise);
        drop(signal);
        if let Some((resolve, reject)) = entry {
            // The functions of a promise do not throw.
            let _ = if ok { resolve } else { reject }.call1(&JsValue::UNDEFINED, value);
        }
    }

    fn fetch(&self, request: RequestId, url: &str, headers: &[(&'static str, String)]) {
        match Request::get(url, headers) {
            Ok((running, promise)) => {
                self.requests.borrow_mut().insert(request, running);
                self.follow(&promise, Pending::Answer(request));
            }
            Err(error) => self.feed(Input::ApiFailed { request, text: text(&error, "message") }),
        }
    }

    fn watch(&self, number: Handle, kind: Kind) {
        let Some(stream) = self.handles.get_as(number) else { return };
        let weak = self.weak.clone();
        let listeners = watch(&stream, kind, move || {
            if let Some(driver) = weak.upgrade() {
                driver.feed(Input::TracksEnded(number));
            }
        });
        self.watched.borrow_mut().insert(number, listeners);
    }

    fn open_socket(&self, socket: SocketId, url: &str) {
        let weak = self.weak.clone();
        let report = move |event| {
            if let Some(driver) = weak.upgrade() {
                driver.feed(match event {
                    SocketEvent::Message(text, message) => {
                        let text = Value::Handle(driver.handles.keep(text));
                        Input::SocketMessage { socket, text, message: from_js(&message) }
                    }
                    SocketEvent::Frame(text) => Input::SocketFrame { socket, text },
                    SocketEvent::Closed => Input::SocketClosed { socket },
                });
            }
        };
        match Socket::open(url, report) {
            Ok(open) => self.sockets.borrow_mut().insert(socket, open),
            Err(_) => self.feed(Input::SocketClosed { socket }),
        }
    }
}

impl Drop for Driver {
    /// The camera does not go on when the session is gone.
    fn drop(&mut self) {
        for (number, _) in self.watched.borrow().iter() {
            self.handles.get_as(number).iter().for_each(stop);
        }
    }
}
