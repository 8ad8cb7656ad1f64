//! A page: an app, the SDK in it, and the browser around it.

use crate::browser::Browser;
use crate::file_shell::Files;
use crate::network::Wire;
use crate::observer::Observer;
use crate::old_page::OldPage;
use crate::transfers::FileHabits;
use skylink_core::{
    Call, Failure, FileId, Input, Output, PromiseId, Session, SkylinkError, SocketId, Timestamp,
};
use skylink_protocol::{Object, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The SDK in a page.
pub enum Client {
    /// Ours.
    Ours(Box<Session>),
    /// A model of 2.7.2.
    Old(Box<OldPage>),
}

impl Client {
    pub fn call(&mut self, now: Timestamp, call: Call) -> Result<Option<Value>, SkylinkError> {
        match self {
            Client::Ours(session) => session.call(now, call),
            Client::Old(page) => Ok(page.call(now, call)),
        }
    }

    pub fn handle(&mut self, now: Timestamp, input: Input) {
        match self {
            Client::Ours(session) => session.handle(now, input),
            Client::Old(page) => page.handle(now, input),
        }
    }

    pub fn poll_output(&mut self) -> Option<Output> {
        match self {
            Client::Ours(session) => session.poll_output(),
            Client::Old(page) => page.poll_output(),
        }
    }

    pub fn next_deadline(&self) -> Option<Timestamp> {
        match self {
            Client::Ours(session) => session.next_deadline(),
            Client::Old(page) => page.next_deadline(),
        }
    }
}

/// Promises of the app. Each is settled once.
#[derive(Debug, Default)]
pub struct Promises {
    last: PromiseId,
    pub pending: BTreeSet<PromiseId>,
    pub settled: BTreeMap<PromiseId, Result<Value, Failure>>,
}

impl Promises {
    pub fn make(&mut self) -> PromiseId {
        self.last += 1;
        self.pending.insert(self.last);
        self.last
    }

    pub fn settle(&mut self, promise: PromiseId, outcome: Result<Value, Failure>) {
        assert!(self.pending.remove(&promise), "promise {promise} is settled, but was not pending");
        self.settled.insert(promise, outcome);
    }
}

pub struct Page {
    pub name: String,
    pub client: Client,
    pub browser: Browser,
    pub promises: Promises,
    pub observer: Observer,
    pub sockets: BTreeMap<SocketId, Wire>,
    /// Every frame that it sent.
    pub sent: Vec<String>,
    /// Whether the app wants to be in the room.
    pub wants_in: bool,
    pub files: Files,
    /// When the browser last reported of a file.
    pub file_reports: BTreeMap<FileId, Timestamp>,
    /// What the app does with requests.
    pub habits: FileHabits,
}

/// What a page knows of a member of the room.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemberView {
    pub streams: BTreeSet<String>,
    pub media_status: Object,
    pub user_data: Value,
}

/// What a page knows of the room.
#[derive(Debug, Clone, Default)]
pub struct View {
    pub own_id: String,
    pub own: MemberView,
    pub others: BTreeMap<String, MemberView>,
}

impl Page {
    /// What the app would be told if it asked now.
    pub fn view(&mut self, now: Timestamp, room: &str) -> View {
        if let Client::Old(page) = &self.client {
            return page.view();
        }
        let room = room.to_owned();
        let mut ask = |call: Call| self.client.call(now, call).unwrap().unwrap();
        let members = ask(Call::GetPeersInRoom { room: room.clone() });
        let streams = ask(Call::GetStreams { room, include_self: true });
        let mut view = View::default();
        for (id, info) in members.as_object().expect("the room is joined").iter() {
            let mut member = MemberView::default();
            for kind in ["audio", "video", "screenShare"] {
                let of_kind = streams.get(id).and_then(|of| of.get("streams")?.get(kind)?.as_object());
                member
                    .streams
                    .extend(of_kind.into_iter().flat_map(Object::iter).map(|(id, _)| id.to_owned()));
            }
            member.media_status = info.get("mediaStatus").and_then(Value::as_object).unwrap().clone();
            member.user_data = info.get("userData").cloned().unwrap();
            if info.get("isSelf") == Some(&Value::Bool(true)) {
                view.own_id = id.to_owned();
                view.own = member;
            } else {
                view.others.insert(id.to_owned(), member);
            }
        }
        view
    }
}
