//! Model of `RTCPeerConnection`: signalling states and transceivers as RFC 8829 rules them.
//! Whatever a browser would refuse is refused here too.

use crate::browser::Operation;
use crate::description::{Description, Section, SectionKind};
use crate::handles::Handles;
use crate::jsep::{check_answer, check_offer};
use crate::world::PageId;
use skylink_core::{
    ChannelId, ConnectionEvent, ConnectionId, ConnectionOp, DescriptionKind, Handle, Kind, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signaling {
    Stable,
    HaveLocalOffer,
    HaveRemoteOffer,
}

impl Signaling {
    fn name(self) -> &'static str {
        match self {
            Signaling::Stable => "stable",
            Signaling::HaveLocalOffer => "have-local-offer",
            Signaling::HaveRemoteOffer => "have-remote-offer",
        }
    }
}

#[derive(Debug, Clone)]
struct Transceiver {
    kind: SectionKind,
    mid: Option<String>,
    /// Id of the own stream that it sends.
    sending: Option<String>,
    /// Id of the remote stream that it receives.
    receiving: Option<String>,
    made_by_remote: bool,
    /// Whether its m-section is over for good.
    stopped: bool,
    /// Whether the last round agreed that it sends, and whether any did.
    sends_now: bool,
    has_sent: bool,
}

/// Which transceivers a stream may ride on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Those that never sent, as `addTrack` rules.
    Unused,
    /// Those that do not send now, by `replaceTrack`.
    Idle,
}

/// One end of a data channel.
#[derive(Debug)]
pub struct Channel {
    pub number: ChannelId,
    pub label: String,
    pub made_here: bool,
    pub open: bool,
    /// The other end, once it is open.
    pub twin: Option<(PageId, ConnectionId, ChannelId)>,
    /// When everything that was sent so far has arrived.
    pub busy_until: Timestamp,
}

#[derive(Debug)]
pub struct PeerConnection {
    pub signaling: Signaling,
    /// Operations that wait for their turn (the operations chain of the W3C specification).
    pub chain: VecDeque<ConnectionOp>,
    pub channels: Vec<Channel>,
    /// How many the other side opened.
    pub offered: u32,
    /// The ICE generations of both sides that are connected to each other.
    pub link: Option<(String, String)>,
    transceivers: Vec<Transceiver>,
    /// Own streams that were added, by their handles.
    added: BTreeMap<Handle, String>,
    name: String,
    generation: u32,
    version: u32,
    last_offer: Option<Description>,
    last_answer: Option<Description>,
    current: (Option<Description>, Option<Description>),
    pending_local: Option<Description>,
    pending_remote: Option<Description>,
    /// The generation that candidates were gathered for.
    gathered: Option<String>,
    /// Generations of the other side that a candidate was taken of.
    candidates_of: BTreeSet<String>,
}

fn kind_of(section: SectionKind) -> Option<Kind> {
    match section {
        SectionKind::Audio => Some(Kind::Audio),
        SectionKind::Video => Some(Kind::Video),
        SectionKind::Data => None,
    }
}

impl PeerConnection {
    /// `name` must be unique in the world: ICE generations are named after it.
    pub fn new(name: String) -> Self {
        Self {
            signaling: Signaling::Stable,
            chain: VecDeque::new(),
            channels: Vec::new(),
            offered: 0,
            link: None,
            transceivers: Vec::new(),
            added: BTreeMap::new(),
            name,
            generation: 0,
            version: 0,
            last_offer: None,
            last_answer: None,
            current: (None, None),
            pending_local: None,
            pending_remote: None,
            gathered: None,
            candidates_of: BTreeSet::new(),
        }
    }

    pub fn local(&self) -> Option<&Description> {
        self.pending_local.as_ref().or(self.current.0.as_ref())
    }

    pub fn remote(&self) -> Option<&Description> {
        self.pending_remote.as_ref().or(self.current.1.as_ref())
    }

    /// Whether it could reach a side that has this generation and expects that one.
    pub fn can_reach(&self, own: &str, other: &str) -> bool {
        self.local().is_some_and(|local| local.ufrag == own)
            && self.remote().is_some_and(|remote| remote.ufrag == other)
            && self.candidates_of.contains(other)
    }

    /// Whether both sides agreed on data channels.
    pub fn carries_data(&self) -> bool {
        self.current.0.as_ref().is_some_and(Description::has_data)
            && self.current.1.as_ref().is_some_and(Description::has_data)
    }

    /// Ids of the own streams that were added.
    pub fn sent_streams(&self) -> BTreeSet<String> {
        self.transceivers.iter().filter_map(|transceiver| transceiver.sending.clone()).collect()
    }

    /// Ids of the remote streams that arrive.
    pub fn received_streams(&self) -> BTreeSet<String> {
        self.transceivers.iter().filter_map(|transceiver| transceiver.receiving.clone()).collect()
    }

    /// How many m-sections for media there are or will be.
    pub fn media_sections(&self) -> usize {
        self.transceivers.len()
    }

    pub fn add_stream(&mut self, handle: Handle, stream_id: &str, kind: Kind, reuse: Reuse) {
        self.added.insert(handle, stream_id.to_owned());
        let kind = if kind == Kind::Audio { SectionKind::Audio } else { SectionKind::Video };
        let sending = Some(stream_id.to_owned());
        let unused = |t: &&mut Transceiver| {
            let is_free = if reuse == Reuse::Idle { !t.sends_now } else { !t.has_sent };
            t.kind == kind && t.sending.is_none() && is_free && !t.stopped
        };
        match self.transceivers.iter_mut().find(unused) {
            Some(transceiver) => transceiver.sending = sending,
            None => self.transceivers.push(Transceiver {
                kind,
                mid: None,
                sending,
                receiving: None,
                made_by_remote: false,
                stopped: false,
                sends_now: false,
                has_sent: false,
            }),
        }
    }

    pub fn add_transceiver(&mut self, kind: Kind) {
        let kind = if kind == Kind::Audio { SectionKind::Audio } else { SectionKind::Video };
        self.transceivers.push(Transceiver {
            kind,
            mid: None,
            sending: None,
            receiving: None,
            made_by_remote: false,
            stopped: false,
            sends_now: false,
            has_sent: false,
        });
    }

    pub fn remove_stream(&mut self, handle: Handle) {
        let stream = self.added.remove(&handle).expect("only what was added is taken back");
        let sends = |t: &&mut Transceiver| t.sending.as_ref() == Some(&stream);
        if let Some(transceiver) = self.transceivers.iter_mut().find(sends) {
            transceiver.sending = None;
        }
    }

    /// A round is over: what each transceiver sends is settled.
    fn settle_directions(&mut self) {
        let (Some(local), Some(remote)) = self.current.clone() else { return };
        for (ours, theirs) in local.sections.iter().zip(&remote.sections) {
            if let Some(transceiver) = self.with_mid(&ours.mid) {
                transceiver.sends_now = ours.sends && theirs.receives;
                transceiver.has_sent |= transceiver.sends_now;
            }
        }
    }

    pub fn open_channel(&mut self, number: ChannelId, label: String) {
        assert!(!self.channels.iter().any(|channel| channel.number == number), "{number} is taken");
        self.channels.push(Channel {
            number,
            label,
            made_here: true,
            open: false,
            twin: None,
            busy_until: Timestamp::default(),
        });
    }

    /// The generation to gather candidates for, if it was not done yet.
    pub fn take_gathering(&mut self) -> Option<String> {
        let ufrag = self.local()?.ufrag.clone();
        if self.gathered.as_ref() == Some(&ufrag) {
            return None;
        }
        self.gathered = Some(ufrag.clone());
        Some(ufrag)
    }

    /// Does one operation of the chain; what happened, in the order in which a page sees it.
    pub fn perform(&mut self, op: ConnectionOp, handles: &mut Handles) -> Vec<ConnectionEvent> {
        let operation = Operation::of(&op);
        let done = match op {
            ConnectionOp::CreateOffer { ice_restart, .. } => self.create_offer(ice_restart),
            ConnectionOp::CreateAnswer { .. } => self.create_answer(),
            ConnectionOp::SetLocal { kind: DescriptionKind::Rollback, .. } => self.roll_back(),
            ConnectionOp::SetLocal { kind, sdp } => self.set_local(kind, &sdp),
            ConnectionOp::SetRemote { kind, sdp } => self.set_remote(kind, &sdp, handles),
            ConnectionOp::AddCandidate { number, candidate, mid, line } => {
                let taken = self.add_candidate(&candidate, mid.as_deref(), line);
                let error = taken.err().map(|_| handles.issue("error"));
                Ok(vec![ConnectionEvent::CandidateAdded { number, error }])
            }
            other => panic!("{other:?} is not part of the chain"),
        };
        done.unwrap_or_else(|_| {
            operation.map(|operation| operation.failure(handles.issue("error"))).into_iter().collect()
        })
    }

    fn ufrag(&self) -> String {
        format!("{}+{}", self.name, self.generation)
    }

    fn negotiated(&self) -> Vec<(SectionKind, String)> {
        self.current.0.as_ref().map(Description::layout).unwrap_or_default()
    }

    /// Whether the offer keeps the m-sections there are. The place of one that is over may be taken.
    fn continues(&self, offer: &Description) -> bool {
        let current = self.current.1.as_ref().map(|remote| remote.sections.as_slice()).unwrap_or_default();
        let keeps =
            |(old, new): (&Section, &Section)| old.stopped || (old.kind, &old.mid) == (new.kind, &new.mid);
        current.len() <= offer.sections.len() && current.iter().zip(&offer.sections).all(keeps)
    }

    fn with_mid(&mut self, mid: &str) -> Option<&mut Transceiver> {
        self.transceivers.iter_mut().find(|transceiver| transceiver.mid.as_deref() == Some(mid))
    }

    fn create_offer(&mut self, ice_restart: bool) -> Result<Vec<ConnectionEvent>, &'static str> {
        if self.signaling == Signaling::HaveRemoteOffer {
            return Err("InvalidStateError");
        }
        let layout = self.local().map(Description::layout).unwrap_or_default();
        let mut sections = Vec::new();
        let taken: Vec<String> = layout.iter().map(|(_, mid)| mid.clone()).collect();
        let mut mids = (0..).map(|number: u32| number.to_string()).filter(|mid| !taken.contains(mid));
        let unnamed: Vec<Transceiver> =
            self.transceivers.iter().filter(|t| t.mid.is_none() && !t.stopped).cloned().collect();
        let mut unnamed = unnamed.iter();
        for (kind, mid) in layout {
            sections.push(match self.with_mid(&mid) {
                // The place of one that is over can be taken by a new one.
                Some(transceiver) if transceiver.stopped => match unnamed.next() {
                    Some(new) => offered(new, mids.next().unwrap()),
                    None => offered(transceiver, mid),
                },
                Some(transceiver) => offered(transceiver, mid),
                None if kind == SectionKind::Data => Section::data(mid),
                None => panic!("m-section {mid} has no transceiver"),
            });
        }
        sections.extend(unnamed.map(|transceiver| offered(transceiver, mids.next().unwrap())));
        if !self.channels.is_empty() && !sections.iter().any(|section| section.kind == SectionKind::Data) {
            sections.push(Section::data(mids.next().unwrap()));
        }
        let ufrag = format!("{}+{}", self.name, self.generation + u32::from(ice_restart));
        self.version += 1;
        let offer = Description { ufrag, version: self.version, sections };
        if let Some(local) = self.local() {
            check_offer(local, &offer);
        }
        let text = offer.to_string();
        self.last_offer = Some(offer);
        Ok(vec![ConnectionEvent::OfferCreated(text)])
    }

    fn create_answer(&mut self) -> Result<Vec<ConnectionEvent>, &'static str> {
        let Some(offer) =
            self.pending_remote.clone().filter(|_| self.signaling == Signaling::HaveRemoteOffer)
        else {
            return Err("InvalidStateError");
        };
        let mut sections = Vec::new();
        for section in offer.sections.clone() {
            sections.push(match self.with_mid(&section.mid) {
                None => Section::data(section.mid),
                Some(_) if section.stopped => section,
                Some(transceiver) => {
                    let stream = transceiver.sending.clone().filter(|_| section.receives);
                    Section { sends: stream.is_some(), receives: section.sends, stream, ..section }
                }
            });
        }
        self.version += 1;
        let answer = Description { ufrag: self.ufrag(), version: self.version, sections };
        check_answer(&offer, &answer);
        let text = answer.to_string();
        self.last_answer = Some(answer);
        Ok(vec![ConnectionEvent::AnswerCreated(text)])
    }

    fn set_local(&mut self, kind: DescriptionKind, sdp: &str) -> Result<Vec<ConnectionEvent>, &'static str> {
        let description = Description::parse(sdp).ok_or("OperationError")?;
        if kind == DescriptionKind::Answer {
            if self.signaling != Signaling::HaveRemoteOffer {
                return Err("InvalidStateError");
            }
            if self.last_answer.as_ref() != Some(&description) {
                return Err("InvalidModificationError");
            }
            self.current = (Some(description), self.pending_remote.take());
            self.settle_directions();
        } else {
            if self.signaling == Signaling::HaveRemoteOffer {
                return Err("InvalidStateError");
            }
            if self.last_offer.as_ref() != Some(&description) {
                return Err("InvalidModificationError");
            }
            for section in &description.sections {
                if section.kind != SectionKind::Data && self.with_mid(&section.mid).is_none() {
                    let unnamed =
                        |t: &&mut Transceiver| t.mid.is_none() && !t.stopped && t.kind == section.kind;
                    let transceiver = self.transceivers.iter_mut().find(unnamed).unwrap();
                    transceiver.mid = Some(section.mid.clone());
                }
            }
            // An ICE restart begins when its offer is set, not when it is made.
            self.generation = description.ufrag.rsplit('+').next().unwrap().parse().unwrap();
            self.pending_local = Some(description);
        }
        let state =
            if kind == DescriptionKind::Answer { Signaling::Stable } else { Signaling::HaveLocalOffer };
        let mut events = self.become_state(state);
        events.push(ConnectionEvent::LocalSet);
        Ok(events)
    }

    fn set_remote(
        &mut self,
        kind: DescriptionKind,
        sdp: &str,
        handles: &mut Handles,
    ) -> Result<Vec<ConnectionEvent>, &'static str> {
        let description = Description::parse(sdp).ok_or("OperationError")?;
        let mut events = Vec::new();
        if kind == DescriptionKind::Answer {
            let offer = self.pending_local.clone().filter(|_| self.signaling == Signaling::HaveLocalOffer);
            let offer = offer.ok_or("InvalidStateError")?;
            if offer.layout() != description.layout() {
                return Err("InvalidAccessError");
            }
            self.pending_local = None;
            self.current = (Some(offer), Some(description.clone()));
            self.settle_directions();
            events.extend(self.become_state(Signaling::Stable));
        } else {
            if !self.continues(&description) {
                return Err("InvalidAccessError");
            }
            if self.signaling == Signaling::HaveLocalOffer {
                events.extend(self.roll_back()?.into_iter().filter(|e| *e != ConnectionEvent::LocalSet));
            }
            self.associate(&description);
            if self.current.1.as_ref().is_some_and(|known| known.ufrag != description.ufrag) {
                // The other side restarts ICE, so this one does.
                self.generation += 1;
            }
            self.pending_remote = Some(description.clone());
            events.extend(self.become_state(Signaling::HaveRemoteOffer));
        }
        events.extend(self.take_over_tracks(&description, handles));
        events.push(ConnectionEvent::RemoteSet);
        Ok(events)
    }

    /// Each offered m-section gets a transceiver (RFC 8829 section 5.10).
    fn associate(&mut self, offer: &Description) {
        for section in offer.sections.iter().filter(|section| section.kind != SectionKind::Data) {
            if self.with_mid(&section.mid).is_some() {
                continue;
            }
            let mid = Some(section.mid.clone());
            // One that waits for its first m-section only suits where the other side receives.
            let free = |t: &&mut Transceiver| {
                section.receives
                    && t.mid.is_none()
                    && t.kind == section.kind
                    && !t.made_by_remote
                    && !t.stopped
            };
            match self.transceivers.iter_mut().find(free) {
                Some(transceiver) => transceiver.mid = mid,
                None => self.transceivers.push(Transceiver {
                    kind: section.kind,
                    mid,
                    sending: None,
                    receiving: None,
                    made_by_remote: true,
                    stopped: false,
                    sends_now: false,
                    has_sent: false,
                }),
            }
        }
    }

    fn take_over_tracks(&mut self, remote: &Description, handles: &mut Handles) -> Vec<ConnectionEvent> {
        let mut events = Vec::new();
        for section in &remote.sections {
            let (Some(kind), Some(transceiver)) = (kind_of(section.kind), self.with_mid(&section.mid)) else {
                continue;
            };
            let stream = section.stream.clone().filter(|_| section.sends);
            if section.stopped {
                transceiver.stopped = true;
                transceiver.sending = None;
            }
            let before = std::mem::replace(&mut transceiver.receiving, stream.clone());
            if before == stream {
                continue;
            }
            if let Some(stream_id) = before {
                let (has_audio, has_video) = (false, false);
                events.push(ConnectionEvent::TrackRemoved { stream_id, kind, has_audio, has_video });
            }
            if let Some(stream_id) = stream {
                let (stream, mid) = (handles.issue("remote stream"), Some(section.mid.clone()));
                events.push(ConnectionEvent::Track { stream, stream_id, kind, mid });
            }
        }
        events
    }

    fn roll_back(&mut self) -> Result<Vec<ConnectionEvent>, &'static str> {
        if self.signaling != Signaling::HaveLocalOffer {
            return Err("InvalidStateError");
        }
        self.pending_local = None;
        let kept: BTreeSet<String> = self.negotiated().into_iter().map(|(_, mid)| mid).collect();
        for transceiver in &mut self.transceivers {
            transceiver.mid = transceiver.mid.take().filter(|mid| kept.contains(mid));
        }
        if kept.is_empty() {
            // The transports go with the offer.
            self.generation += 1;
            self.gathered = None;
        }
        let last_offer = self.last_offer.take();
        let mut events = self.become_state(Signaling::Stable);
        // Chromium sets it again.
        self.last_offer = last_offer;
        events.push(ConnectionEvent::LocalSet);
        Ok(events)
    }

    fn become_state(&mut self, state: Signaling) -> Vec<ConnectionEvent> {
        if state == Signaling::Stable {
            self.last_offer = None;
            self.last_answer = None;
        }
        if std::mem::replace(&mut self.signaling, state) == state {
            return Vec::new();
        }
        vec![ConnectionEvent::SignalingState(state.name().into())]
    }

    fn add_candidate(
        &mut self,
        candidate: &str,
        mid: Option<&str>,
        line: Option<f64>,
    ) -> Result<(), &'static str> {
        let remote = self.remote().ok_or("InvalidStateError")?;
        let has_line = |line: f64| (0..remote.sections.len()).any(|place| place as f64 == line);
        let is_known = match mid {
            Some(mid) => remote.sections.iter().any(|section| section.mid == mid),
            None => line.is_some_and(has_line),
        };
        if !is_known {
            return Err("OperationError");
        }
        let ufrag = candidate.rsplit(' ').next().unwrap_or_default().to_owned();
        if remote.ufrag == ufrag {
            self.candidates_of.insert(ufrag);
        }
        Ok(())
    }
}

fn offered(transceiver: &Transceiver, mid: String) -> Section {
    let stream = transceiver.sending.clone();
    let stopped = transceiver.stopped;
    Section { kind: transceiver.kind, mid, sends: stream.is_some(), receives: !stopped, stream, stopped }
}
