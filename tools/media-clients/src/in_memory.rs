//! What the media server takes for a packet without ports, threads and the operating system: one of
//! its workers and clients, in virtual time. Only the worker's own time is counted.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{json, Value as Json};
use skylink_server::mcu::command::{Command, Signal};
use skylink_server::mcu::connection::Endpoint;
use skylink_server::mcu::counters::Counters;
use skylink_server::mcu::engine::{Certificate, Protocol};
use skylink_server::mcu::entropy::Source;
use skylink_server::mcu::room::McuLimits;
use skylink_server::mcu::worker::{Worker, WorkerOutput, WorkerSetup};

use crate::orders::{Counts, Order, Value};
use crate::peer::{Error, Peer};

/// Two clients do not send at the same moments.
const PHASE: Duration = Duration::from_micros(1_370);
/// How long all may take to connect.
const PATIENCE: Duration = Duration::from_secs(30);
/// Until the estimates of the ways are made and probing is over.
const SETTLE: Duration = Duration::from_secs(2);
const SERVER: ([u8; 4], u16) = ([192, 0, 2, 7], 4000);

/// Who is there.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Rooms that are alike.
    pub rooms: usize,
    /// Members of each who send pictures and sound, and get those of the others.
    pub senders: usize,
    /// Members of each who only look on.
    pub listeners: usize,
    /// How long it is measured, in virtual time.
    pub time: Duration,
    /// How long the worker is away between two looks, as one that is busy: what comes in meanwhile
    /// waits. Zero is one that takes each datagram as it comes.
    pub rest: Duration,
}

/// What it took.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Packets that came in.
    pub packets_in: u64,
    /// Packets that reached a receiver.
    pub packets_out: u64,
    /// Of those that were sent to somebody, the share that reached them.
    pub share: f64,
    /// Microseconds of the worker for each packet that reached a receiver.
    pub packet_cost: f64,
    /// The longest of a hundred looks at what came in, but for the longest one: microseconds.
    pub p99_turn: f64,
}

struct Member {
    peer: Peer,
    rid: String,
    id: String,
    address: SocketAddr,
    sends: bool,
    media: Json,
    /// Under which it stands in [`World::due`].
    due: Option<Instant>,
}

/// A worker and its clients.
pub struct World {
    plan: Plan,
    worker: Worker,
    members: Vec<Member>,
    places: HashMap<SocketAddr, usize>,
    ids: HashMap<String, usize>,
    /// Members by the moment at which they have something to do.
    due: BTreeSet<(Instant, usize)>,
    arrived: VecDeque<(SocketAddr, Vec<u8>)>,
    now: Instant,
    /// When the worker looks next at what arrived.
    looks_at: Option<Instant>,
    looked: Instant,
    turns: Vec<Duration>,
}

impl World {
    /// Everybody is there and connected, and sends.
    ///
    /// # Errors
    /// When somebody cannot be connected.
    pub fn new(plan: Plan) -> Result<Self, Error> {
        let failed = |what: &str| Error::Description(what.to_owned());
        let certificate = Arc::new(Certificate::generate().map_err(|_| failed("no certificate"))?);
        let source = Source::new().map_err(|_| failed("no randomness"))?;
        let worker = Worker::new(WorkerSetup {
            endpoint: Arc::new(Endpoint {
                fingerprint: certificate.fingerprint(),
                udp: vec![SERVER.into()],
                tcp: Vec::new(),
            }),
            certificate,
            limits: McuLimits::default(),
            ufrag_prefix: "0+".to_owned(),
            counters: Arc::new(Counters::default()),
            entropy: Arc::new(move || Box::new(source.stream())),
            taps: Vec::new(),
            news: Arc::new(|_, _, _| {}),
        });
        let now = Instant::now();
        let mut world = Self {
            plan,
            worker,
            members: Vec::new(),
            places: HashMap::new(),
            ids: HashMap::new(),
            due: BTreeSet::new(),
            arrived: VecDeque::new(),
            now,
            looks_at: None,
            looked: now,
            turns: Vec::new(),
        };
        for room in 0..plan.rooms {
            for number in 0..plan.senders.saturating_add(plan.listeners) {
                world.join(room, number)?;
            }
        }
        let end = world.now.checked_add(PATIENCE).unwrap_or(world.now);
        while !world.members.iter().all(|member| member.peer.counts().is_connected) {
            if world.now > end {
                return Err(failed("not all are connected"));
            }
            world.step(end)?;
        }
        for place in 0..world.members.len() {
            let (now, rest) = (world.now, PHASE);
            if let Some(member) = world.members.get_mut(place).filter(|member| member.sends) {
                member.peer.obey(Order::Send, now)?;
                world.collect(place);
                world.run(rest)?;
            }
        }
        world.run(SETTLE)?;
        Ok(world)
    }

    /// Measures.
    ///
    /// # Errors
    /// When somebody's engine cannot go on.
    pub fn measure(&mut self) -> Result<Figures, Error> {
        let before = self.totals();
        self.turns.clear();
        self.run(self.plan.time)?;
        let after = self.totals();
        let (sent, received) =
            (after.sent.saturating_sub(before.sent), after.received.saturating_sub(before.received));
        self.turns.sort_unstable();
        let spent: Duration = self.turns.iter().sum();
        let p99 = self.turns.len().saturating_mul(99) / 100;
        let receivers = self.plan.senders.saturating_add(self.plan.listeners).saturating_sub(1);
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        Ok(Figures {
            packets_in: sent,
            packets_out: received,
            share: float(received) / (float(sent) * float(u64::try_from(receivers).unwrap_or_default())),
            packet_cost: micros(spent) / float(received),
            p99_turn: micros(self.turns.get(p99).copied().unwrap_or_default()),
        })
    }

    fn totals(&self) -> Counts {
        let add = |sum: Counts, member: &Member| {
            let counts = member.peer.counts();
            Counts {
                sent: sum.sent.saturating_add(counts.sent),
                received: sum.received.saturating_add(counts.received),
                ..sum
            }
        };
        self.members.iter().fold(Counts::default(), add)
    }

    fn join(&mut self, room: usize, number: usize) -> Result<(), Error> {
        let place = self.members.len();
        let [a, b] = u16::try_from(place).unwrap_or_default().to_be_bytes();
        let address = SocketAddr::from(([10, 0, a, b], 5000));
        let (rid, id) = (format!("room{room}"), format!("peer{room}-{number}"));
        let sends = number < self.plan.senders;
        let mut peer = Peer::new(address, self.now)?;
        let offer = Order::Offer { pictures: sends, sound: sends, channel: true };
        let Value::Sdp(sdp) = peer.obey(offer, self.now)? else { return Err(Error::NoOffer) };
        let media = media_of(&sdp, &id);
        self.places.insert(address, place);
        self.ids.insert(id.clone(), place);
        self.members.push(Member { peer, rid, id, address, sends, media: media.clone(), due: None });
        self.say(place, json!({ "type": "enter", "userInfo": {} }));
        self.say(place, json!({ "type": "offer", "sdp": sdp, "mediaInfoList": media, "weight": 1 }));
        self.run(PHASE)
    }

    fn say(&mut self, place: usize, mut message: Json) {
        let Some(member) = self.members.get(place) else { return };
        if let Some(fields) = message.as_object_mut() {
            fields.insert("mid".to_owned(), member.id.clone().into());
            fields.insert("rid".to_owned(), member.rid.clone().into());
            fields.insert("target".to_owned(), "MCU".into());
        }
        if let Ok(message) = serde_json::from_value(message) {
            let command = Command::Message { rid: member.rid.clone(), peer: member.id.clone(), message };
            self.worker.handle(command, self.now);
        }
    }

    fn run(&mut self, time: Duration) -> Result<(), Error> {
        let end = self.now.checked_add(time).unwrap_or(self.now);
        while self.now < end {
            self.step(end)?;
        }
        Ok(())
    }

    /// Goes on to the next moment at which something happens, and not beyond the end.
    fn step(&mut self, end: Instant) -> Result<(), Error> {
        self.take_outputs()?;
        let due = self.due.first().map(|(at, _)| *at);
        let next = [due, self.worker_at()].into_iter().flatten().fold(end, Instant::min);
        self.now = next.max(self.now);
        while let Some((at, place)) = self.due.first().copied().filter(|(at, _)| *at <= self.now) {
            self.due.remove(&(at, place));
            if let Some(member) = self.members.get_mut(place) {
                member.peer.work(self.now)?;
            }
            self.collect(place);
        }
        if self.worker_at().is_some_and(|at| at <= self.now) {
            self.turn();
        }
        Ok(())
    }

    /// When the worker looks next.
    fn worker_at(&self) -> Option<Instant> {
        let earliest = self.looked.checked_add(self.plan.rest)?;
        let wanted = [self.looks_at, self.worker.deadline()].into_iter().flatten().min()?;
        Some(wanted.max(earliest))
    }

    /// As a thread of the media server does it.
    fn turn(&mut self) {
        self.looked = self.now;
        self.looks_at = None;
        let begun = Instant::now();
        for (from, datagram) in self.arrived.drain(..) {
            self.worker.datagram(Protocol::Udp, from, &datagram, self.now);
        }
        self.worker.flush(self.now);
        if self.worker.deadline().is_some_and(|deadline| deadline <= self.now) {
            self.worker.tick(self.now);
        }
        self.turns.push(begun.elapsed());
    }

    fn take_outputs(&mut self) -> Result<(), Error> {
        while let Some(output) = self.worker.poll() {
            match output {
                WorkerOutput::Transmit { to, contents, .. } => {
                    let Some(place) = self.places.get(&to).copied() else { continue };
                    if let Some(member) = self.members.get_mut(place) {
                        member.peer.receive(SERVER.into(), &contents, self.now)?;
                    }
                    self.collect(place);
                }
                WorkerOutput::Signal(signal) => self.hear(&signal)?,
                WorkerOutput::Learn(..) | WorkerOutput::Forget(..) => {}
            }
        }
        Ok(())
    }

    fn hear(&mut self, signal: &Signal) -> Result<(), Error> {
        let Some(place) = self.ids.get(&signal.to).copied() else { return Ok(()) };
        let Some(member) = self.members.get_mut(place) else { return Ok(()) };
        let message = serde_json::to_value(&signal.message).unwrap_or_default();
        let field = |name: &str| message.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let sdp = field("sdp");
        match field("type").as_str() {
            "answer" => {
                member.peer.obey(Order::TakeAnswer { sdp }, self.now)?;
                self.say(place, json!({ "type": "answerAck", "success": true }));
            }
            "offer" => {
                let answer = member.peer.obey(Order::TakeOffer { sdp }, self.now)?;
                let Value::Sdp(sdp) = answer else { return Ok(()) };
                let media = member.media.clone();
                self.say(place, json!({ "type": "answer", "sdp": sdp, "mediaInfoList": media }));
            }
            _ => {}
        }
        if let Some(member) = self.members.get_mut(place) {
            member.peer.work(self.now)?;
        }
        self.collect(place);
        Ok(())
    }

    /// Takes what a member sends, and notes when it goes on.
    fn collect(&mut self, place: usize) {
        let Some(member) = self.members.get_mut(place) else { return };
        while let Some((_, datagram)) = member.peer.poll() {
            self.arrived.push_back((member.address, datagram));
            self.looks_at.get_or_insert(self.now);
        }
        if let Some(due) = member.due.replace(member.peer.deadline()) {
            self.due.remove(&(due, place));
        }
        self.due.insert((member.peer.deadline(), place));
    }
}

fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// What the lines of a description carry, as signalling says it.
fn media_of(sdp: &str, id: &str) -> Json {
    let sections = sdp.split("\r\nm=").skip(1);
    let entry = |section: &str| {
        let mid = section.split("\r\n").find_map(|line| line.strip_prefix("a=mid:"))?;
        let kind = section.split(' ').next().filter(|kind| ["audio", "video"].contains(kind))?;
        let media = format!("{}_{id}", kind.to_uppercase());
        Some(json!({ "publisherId": id, "mediaId": media, "mediaState": "active", "transceiverMid": mid }))
    };
    Json::Array(sections.filter_map(entry).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_two_send_reaches_all_in_their_room_and_nobody_else() {
        for rest in [Duration::ZERO, Duration::from_millis(2)] {
            let plan = Plan { rooms: 2, senders: 2, listeners: 2, time: Duration::from_secs(1), rest };
            let figures = World::new(plan).unwrap().measure().unwrap();
            // 110 packets a second of each; those under way at an end of the second may count or not.
            assert!((400..=480).contains(&figures.packets_in), "{figures:?}");
            assert!((0.97..=1.03).contains(&figures.share), "{figures:?}");
        }
    }
}
