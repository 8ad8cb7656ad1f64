//! A model of what browsers do with descriptions (RFC 8829): transceivers, m-section slots and
//! their recycling, `addTrack` on transceivers that never sent. What a browser would not accept,
//! and a sender that is taken away, are recorded as violations.

use crate::mcu::sdp::{
    read, write, Codec, Direction, Extension, IceCredentials, Kind, LocalDescription, LocalSection,
    LocalTrack, Source,
};

#[derive(Debug, Clone)]
pub struct Transceiver {
    pub kind: Kind,
    pub mid: Option<String>,
    pub stopped: bool,
    /// The stream that it is to send; a transceiver may also offer to send nothing.
    pub stream: Option<String>,
    wants_to_send: bool,
    pub sends: bool,
    has_sent: bool,
    pub receives: Option<String>,
    ssrc: u32,
}

#[derive(Debug, Clone)]
struct Slot {
    mid: String,
    kind: Kind,
    transceiver: Option<usize>,
    dead: bool,
}

/// An offer that is not applied yet.
#[derive(Debug, Clone)]
pub struct Proposal {
    slots: Vec<Slot>,
    directions: Vec<Direction>,
    pub sdp: String,
}

#[derive(Debug, PartialEq)]
pub enum TrackEvent {
    Added { mid: String, stream: String },
    Removed { mid: String },
}

pub struct Browser {
    pub transceivers: Vec<Transceiver>,
    slots: Vec<Slot>,
    next_mid: u32,
    next_ssrc: u32,
    ice_generation: u32,
    pub fingerprint: u8,
    pub events: Vec<TrackEvent>,
    pub violations: Vec<String>,
}

impl Browser {
    /// With the empty video transceiver that skylinkjs makes first.
    pub fn new(number: u8) -> Self {
        let mut browser = Self {
            transceivers: Vec::new(),
            slots: Vec::new(),
            next_mid: 0,
            next_ssrc: u32::from(number) * 1000,
            ice_generation: 0,
            fingerprint: number,
            events: Vec::new(),
            violations: Vec::new(),
        };
        browser.add_transceiver(Kind::Video, None);
        browser
    }

    fn add_transceiver(&mut self, kind: Kind, stream: Option<&str>) {
        self.next_ssrc += 2;
        self.transceivers.push(Transceiver {
            kind,
            mid: None,
            stopped: false,
            stream: stream.map(str::to_owned),
            wants_to_send: true,
            sends: false,
            has_sent: false,
            receives: None,
            ssrc: self.next_ssrc,
        });
    }

    pub fn add_track(&mut self, kind: Kind, stream: &str) {
        let is_free =
            |t: &&mut Transceiver| t.kind == kind && !t.stopped && t.stream.is_none() && !t.has_sent;
        match self.transceivers.iter_mut().find(is_free) {
            Some(transceiver) => {
                transceiver.stream = Some(stream.to_owned());
                transceiver.wants_to_send = true;
            }
            None => self.add_transceiver(kind, Some(stream)),
        }
    }

    pub fn remove_track(&mut self, stream: &str) {
        for transceiver in &mut self.transceivers {
            if transceiver.stream.as_deref() == Some(stream) {
                transceiver.stream = None;
                transceiver.wants_to_send = false;
            }
        }
    }

    pub fn restart_ice(&mut self) {
        self.ice_generation += 1;
    }

    /// How many m-sections there are.
    pub fn section_count(&self) -> usize {
        self.slots.len()
    }

    pub fn mid_of(&self, stream: &str) -> Option<String> {
        let transceiver = self.transceivers.iter().find(|t| t.stream.as_deref() == Some(stream))?;
        transceiver.mid.clone()
    }

    pub fn create_offer(&mut self) -> Proposal {
        let mut slots = self.slots.clone();
        for (place, transceiver) in self.transceivers.iter().enumerate() {
            if transceiver.mid.is_some() || transceiver.stopped {
                continue;
            }
            let slot = Slot {
                mid: self.next_mid.to_string(),
                kind: transceiver.kind,
                transceiver: Some(place),
                dead: false,
            };
            self.next_mid += 1;
            match slots.iter_mut().find(|slot| slot.dead) {
                Some(free) => *free = slot,
                None => slots.push(slot),
            }
        }
        if !slots.iter().any(|slot| slot.kind == Kind::Data) {
            let mid = self.next_mid.to_string();
            self.next_mid += 1;
            slots.push(Slot { mid, kind: Kind::Data, transceiver: None, dead: false });
        }
        let directions: Vec<Direction> = slots
            .iter()
            .map(|slot| match slot.transceiver {
                Some(place) if !slot.dead => {
                    Direction { sends: self.transceivers[place].wants_to_send, receives: true }
                }
                _ => Direction::default(),
            })
            .collect();
        let sdp = self.text(&slots, &directions, true);
        Proposal { slots, directions, sdp }
    }

    /// What a stream will be sent on once the proposal is applied.
    pub fn mid_in(&self, proposal: &Proposal, stream: &str) -> Option<String> {
        let is_it = |slot: &&Slot| {
            let place = slot.transceiver.filter(|_| !slot.dead)?;
            (self.transceivers[place].stream.as_deref() == Some(stream)).then_some(())
        };
        proposal.slots.iter().find(|slot| is_it(slot).is_some()).map(|slot| slot.mid.clone())
    }

    /// `setLocalDescription` and `setRemoteDescription` one after the other, as skylinkjs does.
    pub fn apply_answer(&mut self, proposal: &Proposal, sdp: &str) {
        let answer = read(sdp).unwrap();
        if answer.sections.len() != proposal.slots.len() {
            return self.violate(format!("answer with {} m-sections", answer.sections.len()));
        }
        self.slots.clone_from(&proposal.slots);
        let streams = streams(sdp);
        for (place, section) in answer.sections.iter().enumerate() {
            let (mid, transceiver) = (self.slots[place].mid.clone(), self.slots[place].transceiver);
            if section.mid != mid || section.kind != self.slots[place].kind {
                return self.violate(format!("answer with m-section {} for {mid}", section.mid));
            }
            let Some(transceiver) = transceiver else { continue };
            self.transceivers[transceiver].mid = Some(mid);
            let offered = proposal.directions[place];
            let theirs = section.direction;
            if theirs.sends && !offered.receives || theirs.receives && !offered.sends {
                self.violate(format!("answer widens the direction of {}", section.mid));
            }
            self.settle(
                place,
                section.rejected,
                offered.sends && theirs.receives,
                theirs.sends,
                &streams[place],
            );
        }
    }

    /// Applies a remote offer and gives the answer.
    pub fn answer(&mut self, sdp: &str) -> String {
        let offer = read(sdp).unwrap();
        let streams = streams(sdp);
        if offer.sections.len() < self.slots.len() {
            self.violate("offer with too few m-sections".to_owned());
        }
        let mut directions = Vec::new();
        for (place, section) in offer.sections.iter().enumerate() {
            let known = self.slots.get(place).cloned();
            match known {
                Some(slot) if slot.mid == section.mid => {}
                Some(slot) if !slot.dead => {
                    self.violate(format!("offer puts {} in place of {}", section.mid, slot.mid));
                }
                _ => {
                    if self.slots.iter().any(|slot| slot.mid == section.mid) {
                        self.violate(format!("offer uses {} twice", section.mid));
                    }
                    self.add_transceiver(section.kind, None);
                    let transceiver = self.transceivers.len() - 1;
                    self.transceivers[transceiver].wants_to_send = false;
                    self.transceivers[transceiver].mid = Some(section.mid.clone());
                    let slot = Slot {
                        mid: section.mid.clone(),
                        kind: section.kind,
                        transceiver: Some(transceiver),
                        dead: false,
                    };
                    match self.slots.get_mut(place) {
                        Some(old) => *old = slot,
                        None => self.slots.push(slot),
                    }
                }
            }
            let Some(transceiver) = self.slots[place].transceiver else {
                directions.push(Direction::default());
                continue;
            };
            let sends = self.transceivers[transceiver].wants_to_send && section.direction.receives;
            self.settle(place, section.rejected, sends, section.direction.sends, &streams[place]);
            directions.push(Direction { sends, receives: section.direction.sends });
        }
        self.text(&self.slots.clone(), &directions, false)
    }

    fn settle(&mut self, place: usize, rejected: bool, sends: bool, receives: bool, stream: &str) {
        let Some(number) = self.slots[place].transceiver else { return };
        let transceiver = &mut self.transceivers[number];
        let mid = self.slots[place].mid.clone();
        let receives = (receives && !rejected).then(|| stream.to_owned());
        match (&transceiver.receives, &receives) {
            (None, Some(stream)) => {
                self.events.push(TrackEvent::Added { mid: mid.clone(), stream: stream.clone() });
            }
            (Some(_), None) => self.events.push(TrackEvent::Removed { mid: mid.clone() }),
            (old, new) if old != new => self.violations.push(format!("{mid} changes its stream unseen")),
            _ => {}
        }
        transceiver.receives = receives;
        transceiver.sends = sends && !rejected;
        transceiver.has_sent |= transceiver.sends;
        if rejected && !transceiver.stopped {
            transceiver.stopped = true;
            self.slots[place].dead = true;
            if transceiver.stream.is_some() {
                self.violations.push(format!("{mid} was stopped although it sends"));
            }
        }
    }

    fn violate(&mut self, what: String) {
        self.violations.push(what);
    }

    fn text(&self, slots: &[Slot], directions: &[Direction], is_offer: bool) -> String {
        let extensions = [(4, Extension::TransportSequence), (9, Extension::Mid)];
        let sections = slots
            .iter()
            .zip(directions)
            .map(|(slot, direction)| LocalSection {
                kind: slot.kind,
                mid: &slot.mid,
                rejected: slot.dead,
                direction: *direction,
                codec: match slot.kind {
                    Kind::Audio => Some(Codec { payload_type: 111, retransmission: None }),
                    Kind::Video => Some(Codec { payload_type: 96, retransmission: Some(97) }),
                    Kind::Data => None,
                },
                transport_feedback: true,
                extensions: &extensions,
                track: slot.transceiver.filter(|_| direction.sends).map(|place| LocalTrack {
                    stream: self.transceivers[place].stream.as_deref().unwrap_or("-"),
                    track: "t",
                    source: Source { ssrc: self.transceivers[place].ssrc, retransmission: None },
                }),
                layers: &[],
            })
            .collect();
        let generation = self.ice_generation;
        let ice = IceCredentials {
            ufrag: format!("u{:03}{generation:04}", self.fingerprint),
            password: format!("{generation:024}"),
        };
        write(&LocalDescription {
            session: 1,
            version: 1,
            is_offer,
            ice: &ice,
            fingerprint: &[self.fingerprint; 32],
            udp: &[],
            tcp: &[],
            sections,
        })
    }
}

/// The first word of `a=msid` of each m-section.
fn streams(sdp: &str) -> Vec<String> {
    let stream = |section: &str| {
        let line = section.lines().find_map(|line| line.strip_prefix("a=msid:"));
        line.and_then(|line| line.split(' ').next()).unwrap_or_default().to_owned()
    };
    sdp.split("\r\nm=").skip(1).map(stream).collect()
}
