//! What a page's listeners see, and the rules that hold for it at any time.

use skylink_core::Handle;
use skylink_protocol::{Object, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Events that name the peer they are about, and that only make sense while it is there.
const ABOUT_PEERS: [&str; 12] = [
    "onIncomingStream",
    "onIncomingScreenStream",
    "streamEnded",
    "streamMuted",
    "peerUpdated",
    "peerConnectionState",
    "iceConnectionState",
    "dataChannelState",
    "candidateGenerationState",
    "candidatesGathered",
    "roomLock",
    "handshakeProgress",
];

#[derive(Debug, Default)]
pub struct Observer {
    /// Own peer ids, one for each room.
    own_ids: BTreeSet<String>,
    /// Peers that joined and did not leave.
    pub peers: BTreeSet<String>,
    /// Peers that left just now: their connections still say that they close.
    leaving: BTreeSet<String>,
    /// Each event, its `state`, and whether it is about us.
    pub story: Vec<String>,
    /// What is kept of peers for the payloads of messages, and was.
    pub kept: BTreeMap<Handle, Object>,
    /// Direct messages of others: who sent them, and what they say.
    pub heard: Vec<(String, Value)>,
    /// Whether an `answerAck` of a stranger is no surprise, since messages overtake each other.
    tolerates_late_acks: bool,
}

impl Observer {
    pub fn new(tolerates_late_acks: bool) -> Self {
        Self { tolerates_late_acks, ..Self::default() }
    }

    /// Whether the page is in a room.
    pub fn is_in(&self) -> bool {
        !self.own_ids.is_empty()
    }

    /// Everything that one input caused has been seen.
    pub fn end_of_input(&mut self) {
        self.leaving.clear();
    }

    /// A message of somebody of whom something is kept.
    pub fn hear(&mut self, about: Handle, content: Value, is_relayed: bool) {
        let detail = self.kept[&about].clone();
        if !is_relayed && detail.get("isSelf") == Some(&Value::Bool(false)) {
            let peer = detail.get("peerId").and_then(Value::as_text).unwrap();
            self.heard.push((peer.to_owned(), content));
        }
        self.see("onIncomingMessage", &detail);
    }

    pub fn see(&mut self, name: &'static str, detail: &Object) {
        let text = |key: &str| detail.get(key).and_then(Value::as_text);
        let is_self = detail.get("isSelf").and_then(Value::as_bool);
        let is_about_us = is_self == Some(true) || text("peerId").is_some_and(|id| self.own_ids.contains(id));
        let state = text("state").map(|state| format!(" {state}")).unwrap_or_default();
        self.story.push([name, &state, if is_about_us { " self" } else { "" }].concat());
        let Some(peer) = text("peerId").map(str::to_owned) else { return };
        match (name, is_self) {
            ("peerJoined", Some(true)) => assert!(self.own_ids.insert(peer)),
            ("peerJoined" | "serverPeerJoined", _) => {
                assert!(self.is_in(), "a peer joined before we did");
                assert!(self.peers.insert(peer.clone()), "{peer} joined twice");
            }
            ("peerLeft", Some(true)) => {
                assert!(self.own_ids.remove(&peer));
                // Nobody says good-bye to us when we leave.
                if self.own_ids.is_empty() {
                    self.peers.clear();
                }
            }
            ("peerLeft" | "serverPeerLeft", _) => {
                assert!(self.peers.remove(&peer), "{peer} left without being there");
                self.leaving.insert(peer);
            }
            _ if ABOUT_PEERS.contains(&name) => self.check_presence(name, &peer, text("state")),
            _ => {}
        }
    }

    fn check_presence(&self, name: &str, peer: &str, state: Option<&str>) {
        if self.own_ids.contains(peer) || self.peers.contains(peer) {
            return;
        }
        let closes = matches!(state, Some("closing" | "closed")) && self.leaving.contains(peer);
        let late_ack = state == Some("answerAck") && self.tolerates_late_acks;
        assert!(closes || late_ack, "{name} {state:?} about {peer}, who is not there");
    }
}
