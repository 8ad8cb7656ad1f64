//! How the negotiation with one member stands.

use super::lines::{Lines, Medium};
use crate::description::Description;
use skylink_core::Timestamp;
use skylink_protocol::{Object, Value};
use std::collections::BTreeMap;

/// Where the handshake with a member stands.
#[derive(Debug)]
pub enum Phase {
    /// It is to offer.
    Greeted,
    /// It was answered and is to acknowledge.
    Answered { due: Timestamp },
    /// We may offer.
    Stable,
    /// Our offer is out. If it loses, the lines are as they were before.
    Offered { offer: Description, message: Value, before: Lines, ended: Vec<Medium>, due: Timestamp },
}

/// A member of the room.
#[derive(Debug)]
pub struct Member {
    /// What others are told of it, shaped as `enter`.
    pub greeting: Object,
    pub phase: Phase,
    pub lines: Lines,
    /// What it said it publishes, by media id.
    pub told: BTreeMap<String, Object>,
    /// What it publishes: told, carried by a line, and negotiated.
    pub published: BTreeMap<Medium, Object>,
    /// Media that ended and that it was not told of.
    pub ended: Vec<Medium>,
    version: u32,
    generation: u32,
    /// The ICE generation of its side.
    ufrag: String,
}

impl Member {
    pub fn new(greeting: Object) -> Self {
        Self {
            greeting,
            phase: Phase::Greeted,
            lines: Lines::default(),
            told: BTreeMap::new(),
            published: BTreeMap::new(),
            ended: Vec::new(),
            version: 0,
            generation: 0,
            ufrag: String::new(),
        }
    }

    /// A description of ours for this member.
    pub fn describe(&mut self, id: &str, of: Option<&Description>, foreign_ids: bool) -> Description {
        self.version += 1;
        let ufrag = format!("{}+{id}+{}", super::MEDIA_SERVER, self.generation);
        Description { ufrag, version: self.version, sections: self.lines.sections(of, foreign_ids) }
    }

    /// The other side restarts ICE, so this one does.
    pub fn note_ufrag(&mut self, description: &Description) {
        if !self.ufrag.is_empty() && self.ufrag != description.ufrag {
            self.generation += 1;
        }
        self.ufrag.clone_from(&description.ufrag);
    }

    /// Takes over what an offer or answer says of its sender.
    pub fn take_over(&mut self, message: &Value) {
        if let Some(info) = message.get("userInfo") {
            self.greeting.set("userInfo", info.clone());
        }
        let list = message.get("mediaInfoList").and_then(Value::as_list).unwrap_or_default();
        self.told = list
            .iter()
            .filter_map(|info| Some((info.get("mediaId")?.as_text()?.to_owned(), info.as_object()?.clone())))
            .filter(|(_, info)| info.get("mediaState") != Some(&"unavailable".into()))
            .collect();
    }

    /// A round is over: what it told and carries is published.
    pub fn publish(&mut self, id: &str) {
        let carried = |(media_id, info): (&String, &Object)| {
            let medium = Medium { publisher: id.to_owned(), media_id: media_id.clone() };
            let mid = info.get("transceiverMid").and_then(Value::as_text)?;
            self.lines.carries(mid, medium.stream_id()).then(|| (medium, info.clone()))
        };
        self.published = self.told.iter().filter_map(carried).collect();
    }

    /// It changed the state of a medium, or took it back.
    pub fn change_media(&mut self, message: &Value) {
        let Some(media_id) = message.get("mediaId").and_then(Value::as_text) else { return };
        let state = message.get("mediaState").cloned().unwrap_or_default();
        if let Some(info) = self.told.get_mut(media_id) {
            info.set("mediaState", state.clone());
        }
        if let Some((_, info)) = self.published.iter_mut().find(|(medium, _)| medium.media_id == media_id) {
            info.set("mediaState", state);
        }
    }

    /// Our offer lost: it never was.
    pub fn yield_offer(&mut self) {
        if let Phase::Offered { before, ended, .. } = std::mem::replace(&mut self.phase, Phase::Stable) {
            self.lines = before;
            self.ended.extend(ended);
        }
    }
}
