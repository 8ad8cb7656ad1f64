//! Carries out the core's outputs and hands in what the browser reports.
//!
//! JavaScript is never called while the core is borrowed: outputs are taken out one by one, and
//! what a listener asks for meanwhile is queued behind them.

use crate::browser::capture::{get_user_media, split, split_pair, stop, tracks};
use crate::browser::connection::{Connection, Report};
use crate::browser::page::{follow, now, report_error};
use crate::browser::request::Request;
use crate::browser::socket::{Socket, SocketEvent};
use crate::browser::task::NextTask;
use crate::browser::timer::Timer;
use crate::convert::{from_js, members_to_js, to_js, JSON_TEXT};
use crate::handles::Handles;
use crate::host::Host;
use crate::table::Table;
use js_sys::{Array, Function, Promise};
use skylink_core::{
    Call, CapturedStream, ConnectionEvent, ConnectionId, ConnectionOp, Environment, Failure, Input, Output,
    PromiseId, RequestId, SkylinkError, SocketId, Timestamp,
};
use skylink_protocol::{Object as Members, Value};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;

/// Whether outputs are being carried out.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Drain {
    Idle,
    Running,
    /// Waits for the next task.
    Paused,
}

/// What is to be made of a promise of the browser.
enum Pending {
    Answer(RequestId),
    Capture(RequestId),
    Offer(ConnectionId),
    Answering(ConnectionId),
    Local(ConnectionId),
    Remote(ConnectionId),
    Candidate(ConnectionId, u32),
    /// A capture outside any room, for a promise of the app.
    Prefetch(PromiseId),
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
    settled: Closure<dyn Fn(u32, bool, JsValue)>,
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
                settled: Closure::<dyn Fn(u32, bool, JsValue)>::new(move |number, ok, value| {
                    if let Some(driver) = on_settled.upgrade() {
                        driver.on_settled(number, ok, value);
                    }
                }),
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

    pub fn feed(&self, input: Input) {
        self.core.borrow_mut().handle(Timestamp(now()), input);
        self.carry_out();
    }

    pub fn error(&self, error: &SkylinkError) -> JsValue {
        let extra = error.extra.as_ref().map_or(JsValue::UNDEFINED, |extra| members_to_js(extra, None));
        self.host.error(error.code as u32, error.detail.clone(), &extra)
    }

    /// How many objects, promises, requests, sockets and connections are held.
    pub fn held(&self) -> [usize; 6] {
        [
            self.handles.len(),
            self.promises.borrow().len(),
            self.pending.borrow().len(),
            self.requests.borrow().len(),
            self.sockets.borrow().len(),
            self.connections.borrow().len(),
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
                self.host.dispatch(name, &members_to_js(&detail, Some(&self.handles)));
            }
            Output::Resolve { promise, value } => self.settle(promise, true, &to_js(&value, Some(&self.handles))),
            Output::Reject { promise, failure } => {
                let error = match failure {
                    Failure::Error(error) => self.error(&error),
                    Failure::Browser(handle) => self.handles.get(handle),
                };
                self.settle(promise, false, &error);
            }
            Output::NextTask => {}
            Output::Log { level, code, details } => {
                let details: Array = details.iter().map(|detail| JsValue::from_str(detail)).collect();
                self.host.log(level as u32, code as u32, &details);
            }
            Output::MakeError { handle, error } => self.handles.keep_as(handle, self.error(&error)),
            Output::Report(error) => report_error(&self.error(&error)),
            Output::Fetch { request, url, headers } => self.fetch(request, &url, &headers),
            Output::AbortFetch(request) => drop(self.requests.borrow_mut().remove(request)),
            Output::OpenSocket { socket, url } => self.open_socket(socket, &url),
            Output::SendFrame { socket, text } => {
                if let Some(socket) = self.sockets.borrow().get(socket) {
                    socket.send(&text);
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
            Output::EnableTracks { stream, enabled } => {
                if let Some(stream) = self.handles.get_as(stream) {
                    tracks(&stream).for_each(|track| track.set_enabled(enabled));
                }
            }
            Output::StopTracks(stream) => {
                if let Some(stream) = self.handles.get_as(stream) {
                    stop(&stream);
                }
            }
            Output::Release(handle) => self.handles.release(handle),
            Output::Connection { connection, op } => self.operate(connection, op),
        }
    }

    fn settle(&self, promise: PromiseId, ok: bool, value: &JsValue) {
        let entry = self.promises.borrow_mut().remove(promise);
        if let Some((resolve, reject)) = entry {
            // The functions of a promise do not throw.
            let _ = if ok { resolve } else { reject }.call1(&JsValue::UNDEFINED, value);
        }
    }

    fn follow(&self, promise: &Promise, pending: Pending) {
        let number = self.fresh();
        self.pending.borrow_mut().insert(number, pending);
        follow(promise, number, self.settled.as_ref().unchecked_ref());
    }

    fn fetch(&self, request: RequestId, url: &str, headers: &[(&'static str, String)]) {
        match Request::get(url, headers) {
            Ok((running, promise)) => {
                self.requests.borrow_mut().insert(request, running);
                self.follow(&promise, Pending::Answer(request));
            }
            Err(error) => self.feed(Input::ApiFailed { request, text: crate::convert::text(&error, "message") }),
        }
    }

    fn open_socket(&self, socket: SocketId, url: &str) {
        let weak = self.weak.clone();
        let report = move |event| {
            if let Some(driver) = weak.upgrade() {
                driver.feed(match event {
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

    fn operate(&self, id: ConnectionId, op: ConnectionOp) {
        if let ConnectionOp::Create { configuration } = &op {
            return self.create_connection(id, configuration);
        }
        if op == ConnectionOp::Close {
            let connection = self.connections.borrow_mut().remove(id);
            return drop(connection);
        }
        let Some(connection) = self.connections.borrow().get(id).cloned() else { return };
        let options = |ice_restart: Option<bool>, detection: bool| {
            let mut options = Members::new().with("voiceActivityDetection", detection);
            if let Some(ice_restart) = ice_restart {
                options.set("iceRestart", ice_restart);
            }
            members_to_js(&options, None)
        };
        match op {
            ConnectionOp::Create { .. } | ConnectionOp::Close => {}
            ConnectionOp::AddStream(stream) => {
                if let Some(stream) = self.handles.get_as(stream) {
                    connection.add_stream(&stream);
                }
            }
            ConnectionOp::OpenChannel { label } => connection.open_channel(&label),
            ConnectionOp::SendText { label, text } => {
                if let Err(error) = connection.send_text(&label, &text) {
                    let error = self.handles.keep(error);
                    self.report(id, ConnectionEvent::ChannelFailed { label, error });
                }
            }
            ConnectionOp::CreateOffer { ice_restart, voice_activity_detection } => {
                let options = options(Some(ice_restart), voice_activity_detection);
                self.follow(&connection.create_offer(&options), Pending::Offer(id));
            }
            ConnectionOp::CreateAnswer { voice_activity_detection } => {
                let options = options(None, voice_activity_detection);
                self.follow(&connection.create_answer(&options), Pending::Answering(id));
            }
            ConnectionOp::SetLocal { kind, sdp } => {
                self.follow(&connection.set_local(kind, &sdp), Pending::Local(id));
            }
            ConnectionOp::SetRemote { kind, sdp } => {
                self.follow(&connection.set_remote(kind, &sdp), Pending::Remote(id));
            }
            ConnectionOp::AddCandidate { number, candidate, mid, line } => {
                let candidate =
                    Members::new().with("candidate", candidate).with("sdpMid", mid).with("sdpMLineIndex", line);
                let promise = connection.add_candidate(&members_to_js(&candidate, None));
                self.follow(&promise, Pending::Candidate(id, number));
            }
        }
    }

    fn create_connection(&self, id: ConnectionId, configuration: &Value) {
        let weak = self.weak.clone();
        let report: Report = Rc::new(move |event| {
            if let Some(driver) = weak.upgrade() {
                driver.report(id, event);
            }
        });
        match Connection::new(&to_js(configuration, None), Rc::clone(&self.handles), report) {
            Ok(connection) => self.connections.borrow_mut().insert(id, Rc::new(connection)),
            Err(error) => {
                let error = self.handles.keep(error);
                self.report(id, ConnectionEvent::CreateFailed(error));
            }
        }
    }

    fn report(&self, connection: ConnectionId, event: ConnectionEvent) {
        self.feed(Input::Connection { connection, event });
    }

    /// A promise of the browser settled.
    fn on_settled(&self, number: u32, ok: bool, value: JsValue) {
        let pending = self.pending.borrow_mut().remove(number);
        let sdp = || crate::convert::text(&value, "sdp");
        let failed = |connection| {
            let error = self.handles.keep(value.clone());
            self.report(connection, ConnectionEvent::DescriptionFailed(error));
        };
        match pending {
            None => {}
            Some(Pending::Answer(request)) => self.on_answer(request, ok, &value),
            Some(Pending::Capture(request)) if ok => {
                let streams: Vec<CapturedStream> = split(value.unchecked_ref(), &self.handles);
                self.feed(Input::Captured { request, streams });
            }
            Some(Pending::Capture(request)) => {
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
            Some(Pending::Offer(id) | Pending::Answering(id) | Pending::Local(id) | Pending::Remote(id)) => {
                failed(id);
            }
            Some(Pending::Candidate(id, number)) => {
                let error = (!ok).then(|| self.handles.keep(value));
                self.report(id, ConnectionEvent::CandidateAdded { number, error });
            }
        }
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
            self.feed(Input::ApiFailed { request, text: crate::convert::text(value, "message") });
        }
    }
}
