//! The server's own media server, as far as it decides: everything but packets.

use super::{Command, MediaServer, Reply, MEDIA_SERVER};
use skylink_core::Timestamp;
use skylink_server::mcu::connection::{Endpoint, Entropy};
use skylink_server::mcu::room::{Room, RoomOutput, RoomSetup};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Numbers that need not be secret here.
struct Counted(u64);

impl Entropy for Counted {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

pub struct Real {
    room: Room,
    track_ids: u64,
    /// Our ICE generation towards each member.
    ufrags: BTreeMap<String, String>,
    replies: VecDeque<Reply>,
    /// The same moment on both clocks.
    start: (Timestamp, Instant),
}

impl Real {
    pub fn new(rid: &str, now: Timestamp) -> Self {
        let endpoint =
            Endpoint { fingerprint: [9; 32], udp: vec!["192.0.2.1:4000".parse().unwrap()], tcp: Vec::new() };
        let setup = RoomSetup {
            endpoint: Arc::new(endpoint),
            limits: Default::default(),
            ufrag_prefix: [MEDIA_SERVER, "+"].concat(),
            counters: Arc::default(),
        };
        Self {
            room: Room::new(rid, setup, Box::new(Counted(1))),
            track_ids: 0,
            ufrags: BTreeMap::new(),
            replies: VecDeque::new(),
            start: (now, Instant::now()),
        }
    }

    fn instant(&self, now: Timestamp) -> Instant {
        self.start.1 + Duration::from_secs_f64((now.0 - self.start.0 .0) / 1_000.0)
    }

    fn collect(&mut self) {
        while let Some(output) = self.room.poll() {
            match output {
                RoomOutput::Signal { to, message } => self.replies.push_back(Reply::Message { to, message }),
                RoomOutput::OpenFile { to, channel, label } => {
                    self.replies.push_back(Reply::OpenFile { to, channel, label });
                }
                RoomOutput::File { to, channel, data } => {
                    self.replies.push_back(Reply::File { to, channel, data });
                }
                RoomOutput::CloseFile { to, channel } => {
                    self.replies.push_back(Reply::CloseFile { to, channel });
                }
                RoomOutput::Text { to, text } => self.replies.push_back(Reply::Text { to, text }),
                RoomOutput::Open { peer, opening } => {
                    self.ufrags.insert(peer, opening.local.ufrag);
                }
                RoomOutput::Restart { peer, local, .. } => {
                    self.ufrags.insert(peer, local.ufrag);
                }
                RoomOutput::Close { peer } => {
                    self.ufrags.remove(&peer);
                }
                RoomOutput::Apply { .. }
                | RoomOutput::Published(_)
                | RoomOutput::Unpublished(_)
                | RoomOutput::Views { .. }
                | RoomOutput::Request { .. } => {}
            }
        }
    }
}

impl MediaServer for Real {
    fn handle(&mut self, now: Timestamp, command: Command) {
        let now = self.instant(now);
        match command {
            Command::Message { from, message } => {
                self.room.receive(&from, &message, now, &mut self.track_ids);
            }
            Command::Gone { member } => self.room.leave(&member, now, &mut self.track_ids),
            Command::File { from, event } => self.room.file(&from, event, now),
            Command::Text { from, text } => self.room.text(&from, &text, now),
        }
        self.collect();
    }

    fn poll(&mut self) -> Option<Reply> {
        self.replies.pop_front()
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        let wait = self.room.deadline()?.saturating_duration_since(self.start.1);
        Some(self.start.0.plus(wait.as_secs_f64() * 1_000.0 + 1.0))
    }

    fn tick(&mut self, now: Timestamp) {
        let now = self.instant(now);
        self.room.tick(now, &mut self.track_ids);
        self.collect();
    }

    fn is_quiet(&self) -> bool {
        self.room.deadline().is_none()
    }

    fn member_at(&self, ufrag: &str) -> Option<String> {
        self.ufrags.iter().find(|(_, own)| *own == ufrag).map(|(peer, _)| peer.clone())
    }
}
