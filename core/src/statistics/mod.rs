//! Statistics of connections (public API M-04, peer behaviour 6).

mod connection;
mod media;
mod report;
mod transport;

pub use self::connection::DescriptionReading;

use self::report::{counters, Report};
use crate::data_channel::Channel;
use crate::room::Room;
use crate::roster::Peer;
use crate::session::{Context, Session};
use crate::{
    ConnectionOp, ErrorCode, Failure, FileId, Handle, Output, PromiseId, RequestId, SkylinkError, Timestamp,
};
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::{Object, Value};

/// What the browser says of a connection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StatisticsReading {
    /// The entries of the report by their ids.
    pub report: Value,
    /// The same as the browser's own objects.
    pub raw: Handle,
    /// The local description.
    pub local: DescriptionReading,
    /// The remote description.
    pub remote: DescriptionReading,
}

/// Why statistics are read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Purpose {
    /// For `getConnectionStatus`: the promise, and the place in its list.
    Asked(PromiseId, usize),
    /// For a report, with events or without: on states of the way and when they came, or else on bandwidth.
    Own { silent: bool, ways: Vec<(String, Timestamp)> },
    /// To know how long a round trip takes, for a transfer.
    Lanes(FileId),
}

impl Purpose {
    fn is_silent(&self) -> bool {
        matches!(self, Purpose::Own { silent: true, .. } | Purpose::Lanes(_))
    }
}

/// Statistics of one peer.
#[derive(Debug, Default)]
pub(crate) struct PeerStatistics {
    /// When ICE connected for the first time.
    pub connected_at: Option<Timestamp>,
    /// States of the way that are still to be reported, and when they came.
    pub ways: Vec<(String, Timestamp)>,
    reads: Vec<(RequestId, Purpose)>,
    /// The counters at the last read of the app, and at ours: neither disturbs the rates of the other.
    before: (Option<Object>, Option<Object>),
}

/// A promise for the statistics of some peers.
#[derive(Debug)]
pub(crate) struct StatusWait {
    promise: PromiseId,
    /// One for each peer asked for, as far as they are there.
    entries: Vec<Option<Value>>,
    /// To be released afterwards.
    raw: Vec<Handle>,
}

impl Session {
    pub(crate) fn connection_status(&mut self, promise: PromiseId, room: &str, wanted: &Value) {
        let outcome = match self.find_room(room).and_then(|key| self.room(key)) {
            Some((room, context)) => room.ask_for_status(context, promise, wanted),
            None => Err(SkylinkError::new(ErrorCode::NoRoomName)),
        };
        if let Err(error) = outcome {
            self.context.reject(promise, error.into());
        }
    }
}

impl Room {
    fn ask_for_status(
        &mut self,
        context: &mut Context,
        promise: PromiseId,
        wanted: &Value,
    ) -> Result<(), SkylinkError> {
        let connected = |peer: &&Peer| peer.connection.is_some();
        let all: Vec<String> = self.peers.iter().filter(connected).map(|peer| peer.id.clone()).collect_vec();
        if all.is_empty() {
            return Err(SkylinkError::new(ErrorCode::NoConnectionYet));
        }
        let ids = match wanted {
            Value::Text(id) => vec![id.clone()],
            Value::List(ids) => {
                ids.iter().map(|id| id.as_text().unwrap_or_default().to_owned()).collect_vec()
            }
            _ => all.clone(),
        };
        if let Some(unknown) = ids.iter().rev().find(|id| !all.contains(id)) {
            return Err(SkylinkError::with_detail(ErrorCode::PeerNotFound, unknown.as_str()));
        }
        let entries = vec![None; ids.len()];
        self.status_waits.push(StatusWait { promise, entries, raw: Vec::new() });
        let gathers = self.gathers_statistics();
        for (place, id) in ids.iter().enumerate() {
            let purpose = Purpose::Asked(promise, place);
            let is_ready = self.peer(id).is_some_and(|peer| peer.statistics.connected_at.is_some());
            if gathers && is_ready {
                self.read_statistics(context, id, purpose);
            } else {
                self.fill_status(context, promise, place, Value::Null, None);
            }
        }
        self.settle_status(context);
        Ok(())
    }

    /// Whether the app, or else the API server, wants statistics.
    pub fn gathers_statistics(&self) -> bool {
        self.options.gathers_statistics().or(self.ticket.enable_stats_config).unwrap_or(false)
    }

    pub fn read_statistics(&mut self, context: &mut Context, id: &str, purpose: Purpose) {
        let request = context.fresh();
        let Some(peer) = self.peer_mut(id) else { return };
        let silent = purpose.is_silent();
        let can_wait = matches!(purpose, Purpose::Own { .. });
        peer.statistics.reads.push((request, purpose));
        if !silent {
            status_event(context, 0.0, id, None);
        }
        context.connection(peer.connection, ConnectionOp::ReadStatistics { request, can_wait });
    }

    pub fn on_statistics(
        &mut self,
        context: &mut Context,
        id: &str,
        request: RequestId,
        reading: StatisticsReading,
    ) {
        let raw = reading.raw;
        match self.take_read(id, request) {
            Some(Purpose::Lanes(file)) => {
                context.push(Output::Release(raw));
                if let Value::Object(entries) = &reading.report {
                    let round_trip = transport::round_trip(&Report::new(entries, None, 0.0));
                    self.on_round_trip(context, file, round_trip);
                }
            }
            Some(purpose) => {
                let status = self.status(id, reading, &purpose);
                if !purpose.is_silent() {
                    status_event(context, 1.0, id, Some(("stats", status.clone().into())));
                }
                match purpose {
                    Purpose::Asked(promise, place) => {
                        self.fill_status(context, promise, place, status.into(), Some(raw));
                        self.settle_status(context);
                    }
                    Purpose::Own { ways, .. } => {
                        context.push(Output::Release(raw));
                        self.report_statistics(context, id, &status, &ways);
                    }
                    Purpose::Lanes(_) => {}
                }
            }
            None => context.push(Output::Release(raw)),
        }
    }

    pub fn on_statistics_failed(
        &mut self,
        context: &mut Context,
        id: &str,
        request: RequestId,
        error: Handle,
    ) {
        let purpose = self.take_read(id, request);
        if purpose.as_ref().is_some_and(|purpose| !purpose.is_silent()) {
            status_event(context, -1.0, id, Some(("error", Value::Handle(error))));
        }
        if let Some(Purpose::Asked(promise, _)) = purpose {
            if let Some(place) = self.status_waits.iter().position(|wait| wait.promise == promise) {
                let wait = self.status_waits.remove(place);
                context.reject(promise, Failure::Browser(error));
                release_all(context, wait.raw);
            }
        }
        context.push(Output::Release(error));
    }

    /// A peer is gone: what was asked about it stays unanswered, what became of its way is reported.
    pub fn end_statistics(&mut self, context: &mut Context, peer: &mut Peer) {
        let ways = std::mem::take(&mut peer.statistics.ways);
        if !ways.is_empty() {
            self.report_statistics(context, &peer.id, &Object::new(), &ways);
        }
        for (_, purpose) in std::mem::take(&mut peer.statistics.reads) {
            if let Purpose::Asked(promise, place) = purpose {
                self.fill_status(context, promise, place, Value::Null, None);
            }
        }
        self.settle_status(context);
    }

    fn take_read(&mut self, id: &str, request: RequestId) -> Option<Purpose> {
        let reads = &mut self.peer_mut(id)?.statistics.reads;
        let place = reads.iter().position(|(known, _)| *known == request)?;
        Some(reads.remove(place).1)
    }

    /// What apps get to see (public API T-06).
    fn status(&mut self, id: &str, reading: StatisticsReading, purpose: &Purpose) -> Object {
        let mut output = Object::new().with("peerId", id).with("raw", Value::Handle(reading.raw));
        let Some(peer) = self.peer(id) else { return output };
        let (local, remote) = (&reading.local, &reading.remote);
        let transfer = |channel: &Channel| self.transfer_on(id, channel).map(|transfer| transfer.id.clone());
        let info = connection::connection_info(peer, &self.configuration, local, remote, transfer);
        output.set("connection", info);
        let Some(peer) = self.peer_mut(id) else { return output };
        let entries = match reading.report {
            Value::Object(entries) => entries,
            _ => Object::new(),
        };
        let beginning = peer.statistics.connected_at.unwrap_or_default();
        let before = match purpose {
            Purpose::Asked(..) => &mut peer.statistics.before.0,
            Purpose::Own { .. } | Purpose::Lanes(_) => &mut peer.statistics.before.1,
        };
        let report = Report::new(&entries, before.as_ref(), beginning.0);
        media::add_media(&report, &mut output);
        transport::add_transport(&report, &mut output);
        *before = Some(counters(entries));
        output
    }

    fn fill_status(
        &mut self,
        context: &mut Context,
        promise: PromiseId,
        place: usize,
        entry: Value,
        raw: Option<Handle>,
    ) {
        let Some(wait) = self.status_waits.iter_mut().find(|wait| wait.promise == promise) else {
            // Another peer's statistics could not be read, which ended the wait for all.
            return release_all(context, raw);
        };
        wait.raw.extend(raw);
        if let Some(slot) = wait.entries.get_mut(place) {
            *slot = Some(entry);
        }
    }

    /// Resolves the promises whose entries are all there.
    fn settle_status(&mut self, context: &mut Context) {
        let is_full = |wait: &StatusWait| wait.entries.iter().all(Option::is_some);
        for wait in self.status_waits.take_out(is_full) {
            let entries: Vec<Value> = wait.entries.into_iter().map(Option::unwrap_or_default).collect_vec();
            context.resolve(wait.promise, entries.into());
            release_all(context, wait.raw);
        }
    }
}

fn release_all(context: &mut Context, handles: impl IntoIterator<Item = Handle>) {
    for handle in handles {
        context.push(Output::Release(handle));
    }
}

fn status_event(context: &mut Context, state: f64, id: &str, more: Option<(&str, Value)>) {
    let mut detail = Object::new().with("state", state).with("peerId", id);
    if let Some((key, value)) = more {
        detail.set(key, value);
    }
    context.event("getConnectionStatusStateChange", detail);
}

#[cfg(test)]
#[path = "captured_tests.rs"]
mod tests;
