//! Reports to the statistics server (wire protocol 9): what is posted, where to, and when.

mod content;

pub(crate) use self::content::without_secrets;

use crate::room::{Room, RoomKey};
use crate::session::{Context, Session};
use crate::statistics::{PeerStatistics, Purpose};
use crate::time::sooner;
use crate::{Output, Timestamp};
use skylink_protocol::lists::Keep as _;
use skylink_protocol::{Object, Value};

pub(crate) const AUTH: &str = "/auth";
pub(crate) const CLIENT: &str = "/client";
pub(crate) const SESSION: &str = "/session";
pub(crate) const SIGNALING: &str = "/client/signaling";
pub(crate) const ICE_CONNECTION: &str = "/client/iceconnection";
pub(crate) const ICE_CANDIDATE: &str = "/client/icecandidate";
pub(crate) const ICE_GATHERING: &str = "/client/icegathering";
pub(crate) const NEGOTIATION: &str = "/client/negotiation";
pub(crate) const BANDWIDTH: &str = "/client/bandwidth";
pub(crate) const USER_MEDIA: &str = "/client/usermedia";
pub(crate) const DATA_CHANNEL: &str = "/client/datachannel";
pub(crate) const RECORDING: &str = "/client/recording";

/// How long reports are kept back: each costs the page as much as a part of a connection does, and most come
/// while connections are made.
const GATHERING: f64 = 5_000.0;
/// How many of them there may be in that time; what comes beyond is not reported.
const MAX_GATHERED: usize = 500;
/// How many of them are posted sooner, so that they take little memory.
const ENOUGH: usize = 100;
/// How many are posted in one go, and how long until the next go, so that the page is not held up.
const AT_ONCE: usize = 4;
const PAUSE: f64 = 100.0;
/// How long after its state changed the path of a way is read, for all states that came meanwhile.
const SETTLING: f64 = 2_000.0;

/// Reports that are still to be posted.
#[derive(Debug, Default)]
pub(crate) struct WaitingReports {
    entries: Vec<Waiting>,
    /// How many there were since there were none.
    count: usize,
    due: Option<Timestamp>,
}

#[derive(Debug)]
struct Waiting {
    room: RoomKey,
    url: String,
    /// JSON text, which takes a part of a value's memory.
    body: String,
    /// Whether it is posted with others of its kind.
    in_list: bool,
}

impl Context {
    pub fn reports_deadline(&self) -> Option<Timestamp> {
        self.waiting_reports.due
    }

    /// Posts some of what was kept back.
    pub fn post_due_reports(&mut self) {
        if self.waiting_reports.due.is_some_and(|due| due.is_due(self.now)) {
            self.post_reports(AT_ONCE);
        }
    }

    /// The server wants none of a room.
    fn forget_reports(&mut self, room: RoomKey) {
        let waiting = &mut self.waiting_reports;
        waiting.entries.keep(|entry| entry.room != room);
        if waiting.entries.is_empty() {
            *waiting = WaitingReports::default();
        }
    }

    fn post_reports(&mut self, at_once: usize) {
        for _ in 0..at_once {
            let entries = &mut self.waiting_reports.entries;
            let Some(Waiting { url, in_list, .. }) = entries.first() else { break };
            let (url, in_list) = (url.clone(), *in_list);
            let body = if in_list {
                let reports = entries.take_out(|entry| entry.url == url);
                self.list_of(reports)
            } else {
                entries.remove(0).body
            };
            self.push(Output::Post { url, body });
        }
        let waiting = &mut self.waiting_reports;
        if waiting.entries.is_empty() {
            *waiting = WaitingReports::default();
        } else {
            waiting.due = Some(self.now.plus(PAUSE));
        }
    }

    fn list_of(&self, reports: Vec<Waiting>) -> String {
        let client = (self.environment.json.print)(&self.environment.client_id.as_str().into());
        let mut body = [r#"{"client_id":"#, &client, r#","data":"#].concat();
        let mut mark = '[';
        for Waiting { body: report, .. } in reports {
            body.push(mark);
            body.push_str(&report);
            mark = ',';
        }
        body.push_str("]}");
        body
    }
}

impl PeerStatistics {
    /// When the path of the way is to be read, for what is still to be reported of it.
    pub fn ways_due(&self) -> Option<Timestamp> {
        self.ways.first().map(|(_, at)| at.plus(SETTLING))
    }
}

impl Session {
    /// Without rooms there is nothing that reports could hold up.
    pub(crate) fn post_last_reports(&mut self) {
        if self.rooms.is_empty() {
            self.context.post_reports(usize::MAX);
        }
    }
}

impl Room {
    /// Forgets what was reported before the server said that it wants nothing.
    pub fn forget_unwanted_reports(&self, context: &mut Context) {
        if !self.gathers_statistics() {
            context.forget_reports(self.key);
        }
    }

    /// Reports something, which is posted when connections have had their time. Its own members replace
    /// those that all have.
    pub fn report(&self, context: &mut Context, endpoint: &'static str, members: Object) {
        // Before the API has answered, only the app can have said no.
        let is_wanted = if self.rid.is_empty() {
            self.options.gathers_statistics() != Some(false)
        } else {
            self.gathers_statistics()
        };
        if !is_wanted {
            return;
        }
        let environment = &context.environment;
        let room = if self.rid.is_empty() { &self.name } else { &self.rid };
        let mut report = Object::new()
            .with("client_id", environment.client_id.as_str())
            .with("app_key", self.options.app_key())
            .with("timestamp", context.now.iso8601())
            .with("room_id", room.as_str())
            .with("user_id", self.own_id.clone())
            .with("error", Value::Null);
        for (key, value) in members.into_members() {
            report.set(&key, value);
        }
        let url = [
            self.options.protocol(&environment.page_protocol),
            self.options.room_server().trim_end_matches('/'),
            "/rest/stats",
            endpoint,
        ]
        .concat();
        let body = (environment.json.print)(&report.into());
        let in_list = matches!(endpoint, ICE_CANDIDATE | ICE_GATHERING | NEGOTIATION);
        let (now, due) = (context.now, context.now.plus(GATHERING));
        let waiting = &mut context.waiting_reports;
        waiting.due.get_or_insert(due);
        if waiting.count < MAX_GATHERED {
            waiting.count = waiting.count.saturating_add(1);
            waiting.entries.push(Waiting { room: self.key, url, body, in_list });
            if waiting.entries.len() >= ENOUGH {
                waiting.due = sooner(waiting.due, Some(now));
            }
        }
    }

    /// Reports about a peer.
    pub fn report_on(
        &self,
        context: &mut Context,
        endpoint: &'static str,
        (id, state): (&str, &str),
        members: Object,
    ) {
        self.report(context, endpoint, members.with("peer_id", id).with("state", state));
    }

    /// The state of a way changed: told with the path that is in use, once there has been one.
    pub fn report_ice(&mut self, context: &mut Context, id: &str, state: &str) {
        let (is_wanted, now) = (self.gathers_statistics(), context.now);
        let Some(peer) = self.peer_mut(id) else { return };
        if peer.statistics.connected_at.is_none() || !is_wanted {
            let members = content::path(&Object::new());
            return self.report_on(context, ICE_CONNECTION, (id, state), members);
        }
        peer.statistics.ways.push((state.to_owned(), now));
    }

    /// Reads the paths of ways that changed a while ago, each once.
    pub fn read_due_ways(&mut self, context: &mut Context) {
        let is_silent = self.options.is_silent_on_statistics();
        for place in 0..self.peers.len() {
            let Some(peer) = self.peers.get_mut(place) else { return };
            let statistics = &mut peer.statistics;
            if !statistics.ways_due().is_some_and(|due| due.is_due(context.now)) {
                continue;
            }
            let ways = std::mem::take(&mut statistics.ways);
            let is_first = ways.iter().any(|(_, at)| statistics.connected_at == Some(*at));
            let id = peer.id.clone();
            self.read_statistics(context, &id, Purpose::Own { silent: is_silent && !is_first, ways });
        }
    }

    /// Statistics that were read for reports on states of the way, or else on bandwidth.
    pub fn report_statistics(
        &self,
        context: &mut Context,
        id: &str,
        status: &Object,
        ways: &[(String, Timestamp)],
    ) {
        if ways.is_empty() {
            let members = self.bandwidth_members(status).with("peer_id", id);
            return self.report(context, BANDWIDTH, members);
        }
        for (state, at) in ways {
            let members = content::path(status).with("timestamp", at.iso8601());
            self.report_on(context, ICE_CONNECTION, (id, state), members);
        }
    }

    pub fn report_media(&self, context: &mut Context) {
        self.report(context, USER_MEDIA, self.media_counts());
    }

    /// Reports what streams there are, now and again every interval.
    pub fn begin_reports(&mut self, context: &mut Context) {
        if self.gathers_statistics() {
            self.report_media(context);
            self.report_due = Some(context.now.plus(self.options.statistics_interval()));
        }
    }

    /// The reports of every interval.
    pub fn report_when_due(&mut self, context: &mut Context) {
        if !self.report_due.is_some_and(|due| due.is_due(context.now)) {
            return;
        }
        self.begin_reports(context);
        let has_streams = !self.streams.is_empty() || self.peers.iter().any(|peer| !peer.streams.is_empty());
        let silent = self.options.is_silent_on_statistics();
        for id in self.connected_ids().into_iter().filter(|_| has_streams) {
            if self.peer(&id).is_some_and(|peer| peer.statistics.connected_at.is_some()) {
                self.read_statistics(context, &id, Purpose::Own { silent, ways: Vec::new() });
            }
        }
    }
}
