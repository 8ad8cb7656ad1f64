//! The room: who is there, who publishes what, and who has to be offered what.

use super::lines::{Ending, Medium};
use super::member::{Member, Phase};
use super::{Command, MediaServer, Reply, MEDIA_SERVER};
use crate::description::Description;
use crate::surroundings::print;
use skylink_core::Timestamp;
use skylink_protocol::{Object, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// After so long an offer is sent again, or a round counts as done.
const PATIENCE: f64 = 5_000.0;

/// What a media server may do differently, and what some did wrong.
#[derive(Debug, Clone)]
pub struct Habits {
    pub ending: Ending,
    /// Announces its weight, or none at all.
    pub weight: Option<f64>,
    /// Lines have stream ids of their own instead of the publishers'.
    pub foreign_ids: bool,
    /// Answers with directions as offered, as if it sent on every line.
    pub answers_as_offered: bool,
    /// Offers come without `mediaInfoList`.
    pub hides_owners: bool,
    /// A member's media are offered before others were told that it is there.
    pub late_introductions: bool,
    /// Recordings and live streams fail.
    pub fails: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            ending: Ending::Stops,
            weight: Some(-1.0),
            foreign_ids: false,
            answers_as_offered: false,
            hides_owners: false,
            late_introductions: false,
            fails: false,
        }
    }
}

pub struct Model {
    pub habits: Habits,
    now: Timestamp,
    rid: Value,
    members: BTreeMap<String, Member>,
    replies: VecDeque<Reply>,
    /// Members that others are to be told of.
    unannounced: Vec<String>,
    last_mid: u32,
    recording: Option<u32>,
    last_recording: u32,
}

impl Model {
    pub fn new(habits: Habits) -> Self {
        Self {
            habits,
            now: Timestamp::default(),
            rid: Value::Null,
            members: BTreeMap::new(),
            replies: VecDeque::new(),
            unannounced: Vec::new(),
            last_mid: 0,
            recording: None,
            last_recording: 0,
        }
    }

    fn message(&self, kind: &str) -> Object {
        Object::new().with("type", kind).with("rid", self.rid.clone()).with("mid", MEDIA_SERVER)
    }

    fn send(&mut self, to: &str, message: Object) {
        let message = message.with("target", to).into();
        self.replies.push_back(Reply::Message { to: to.to_owned(), message });
    }

    /// To everybody, without a target.
    fn tell_all(&mut self, except: Option<&str>, message: &Object) {
        for id in self.members.keys().filter(|id| except != Some(id.as_str())) {
            let message = message.clone().into();
            self.replies.push_back(Reply::Message { to: id.clone(), message });
        }
    }

    fn on_message(&mut self, from: &str, message: &Value) {
        let kind = message.get("type").and_then(Value::as_text).unwrap_or_default();
        self.rid = message.get("rid").cloned().unwrap_or_default();
        match kind {
            "enter" => self.on_enter(from, message),
            "offer" => self.on_offer(from, message),
            "answer" => self.on_answer(from, message),
            "answerAck" => self.on_ack(from),
            "mediaInfoEvent" => {
                if let Some(member) = self.members.get_mut(from) {
                    member.change_media(message);
                    let message = message.as_object().unwrap().clone();
                    let mut message = message.with("mid", MEDIA_SERVER).with("publisherId", from);
                    message.remove("target");
                    self.tell_all(Some(from), &message);
                }
            }
            "updateUserEvent" => self.on_user_data(from, message),
            "startRecordingRoom" => self.on_start_recording(),
            "stopRecordingRoom" => self.on_stop_recording(),
            "startRTMP" => self.on_rtmp(message, "startSuccess"),
            "stopRTMP" => self.on_rtmp(message, "stopSuccess"),
            _ => {}
        }
    }

    fn on_enter(&mut self, from: &str, message: &Value) {
        let mut greeting = message.as_object().unwrap().clone().with("mid", from).with("publisherId", from);
        greeting.remove("target");
        assert_eq!(message.get("publisherId").and_then(Value::as_text), Some(from));
        let others: Vec<Value> = self.members.values().map(|member| member.greeting.clone().into()).collect();
        let welcome = self
            .message("welcome")
            .with("agent", MEDIA_SERVER)
            .with("version", "1.0.0")
            .with("os", "linux")
            .with("weight", self.habits.weight)
            .with("enableDataChannel", true)
            .with("enableIceRestart", true)
            .with("SMProtocolVersion", "2.1.0")
            .with("DTProtocolVersion", "0.1.3")
            .with("userInfo", Object::new().with("settings", Object::new()))
            .with("peersInRoom", others);
        self.send(from, welcome);
        if let Some(id) = self.recording {
            let message = self.recording_event("on", id);
            self.send(from, message);
        }
        if self.habits.late_introductions {
            self.unannounced.push(from.to_owned());
        } else {
            self.tell_all(Some(from), &greeting);
        }
        let known = self.members.insert(from.to_owned(), Member::new(greeting));
        assert!(known.is_none(), "{from} enters twice");
    }

    fn on_offer(&mut self, from: &str, message: &Value) {
        let Some(member) = self.members.get_mut(from) else { return };
        let offer = description(message);
        member.yield_offer();
        member.note_ufrag(&offer);
        member.lines.take_offer(&offer);
        member.take_over(message);
        member.phase = Phase::Answered { due: self.now.plus(PATIENCE) };
        let mut answer = member.describe(from, Some(&offer), self.habits.foreign_ids);
        crate::jsep::check_answer(&offer, &answer);
        if self.habits.answers_as_offered {
            for section in &mut answer.sections {
                section.stream.get_or_insert(format!("echo-{}", section.mid));
                section.sends = true;
            }
        }
        let none: Vec<Value> = Vec::new();
        let answer = self.message("answer").with("sdp", answer.to_string()).with("mediaInfoList", none);
        self.send(from, answer);
    }

    fn on_answer(&mut self, from: &str, message: &Value) {
        let Some(member) = self.members.get_mut(from) else { return };
        let answer = description(message);
        match &member.phase {
            Phase::Offered { offer, .. } if offer.layout() == answer.layout() => {
                crate::jsep::check_answer(offer, &answer);
            }
            // To an offer that was dropped.
            _ => return,
        }
        member.note_ufrag(&answer);
        member.phase = Phase::Stable;
        member.lines.take_answer(&answer);
        member.take_over(message);
        member.publish(from);
        let ack = self.message("answerAck").with("success", true);
        self.send(from, ack);
        self.offer_changes();
    }

    fn on_ack(&mut self, from: &str) {
        let Some(member) = self.members.get_mut(from) else { return };
        if matches!(member.phase, Phase::Answered { .. }) {
            member.phase = Phase::Stable;
            member.publish(from);
            self.offer_changes();
        }
    }

    /// Newcomers are told the newest, in the form in which it stands in a greeting.
    fn on_user_data(&mut self, from: &str, message: &Value) {
        let Some(member) = self.members.get_mut(from) else { return };
        let text = message.get("userData").and_then(Value::as_text).unwrap_or_default();
        let data = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        if let Some(Value::Object(info)) = member.greeting.get_mut("userInfo") {
            info.set("userData", data);
        }
    }

    /// Everybody is offered what the others publish, as far as they are free.
    fn offer_changes(&mut self) {
        for id in self.members.keys().cloned().collect::<Vec<_>>() {
            self.offer_changes_to(&id);
        }
        for late in std::mem::take(&mut self.unannounced) {
            if let Some(member) = self.members.get(&late) {
                let greeting = member.greeting.clone();
                self.tell_all(Some(&late), &greeting);
            }
        }
    }

    fn offer_changes_to(&mut self, id: &str) {
        let others = self.members.iter().filter(|(other, _)| *other != id);
        let published: BTreeMap<Medium, Object> =
            others.flat_map(|(_, member)| member.published.clone()).collect();
        let wanted: BTreeSet<Medium> = published.keys().cloned().collect();
        let Some(member) = self.members.get_mut(id).filter(|member| matches!(member.phase, Phase::Stable))
        else {
            return;
        };
        if member.lines.served() == wanted {
            return;
        }
        let before = member.lines.clone();
        let mut ended = std::mem::take(&mut member.ended);
        let last_mid = &mut self.last_mid;
        let fresh = || {
            *last_mid += 1;
            format!("s{last_mid}")
        };
        ended.extend(member.lines.plan(&wanted, self.habits.ending, fresh));
        // What ended and came back is not mentioned as gone.
        ended.retain(|medium| !wanted.contains(medium));
        let live = published.into_iter().map(|(medium, info)| {
            let mid = member.lines.mid_of(&medium).map(str::to_owned);
            info.with("publisherId", medium.publisher).with("transceiverMid", mid)
        });
        let gone = ended.iter().map(|medium| {
            Object::new()
                .with("publisherId", medium.publisher.as_str())
                .with("mediaId", medium.media_id.as_str())
                .with("mediaState", "unavailable")
                .with("transceiverMid", Value::Null)
        });
        let list: Vec<Value> = live.chain(gone).map(Value::from).collect();
        let offer = member.describe(id, None, self.habits.foreign_ids);
        let mut message = self.message("offer").with("sdp", offer.to_string()).with("target", id);
        if let Some(weight) = self.habits.weight {
            message.set("weight", weight);
        }
        if !self.habits.hides_owners {
            message.set("mediaInfoList", list);
        }
        let due = self.now.plus(PATIENCE);
        self.send(id, message.clone());
        if let Some(member) = self.members.get_mut(id) {
            member.phase = Phase::Offered { offer, message: message.into(), before, ended, due };
        }
    }

    fn recording_event(&self, action: &str, id: u32) -> Object {
        self.message("recordingEvent").with("action", action).with("recordingId", format!("rec-{id}"))
    }

    fn on_start_recording(&mut self) {
        if self.habits.fails {
            let failure = self.message("recordingEvent").with("action", "error").with("error", "disk full");
            return self.tell_all(None, &failure);
        }
        if self.recording.is_none() {
            self.last_recording += 1;
            self.recording = Some(self.last_recording);
        }
        let message = self.recording_event("on", self.last_recording);
        self.tell_all(None, &message);
    }

    fn on_stop_recording(&mut self) {
        if let Some(id) = self.recording.take() {
            let message = self.recording_event("off", id);
            self.tell_all(None, &message);
        }
    }

    fn on_rtmp(&mut self, request: &Value, success: &str) {
        let id = request.get("rtmpId").cloned().unwrap_or_default();
        let mut message = self.message("rtmpEvent").with("rtmpId", id);
        message.remove("mid");
        message.set("action", if self.habits.fails { "error" } else { success });
        self.tell_all(None, &message);
    }

    /// A direct message, under its true sender's name.
    fn on_text(&mut self, from: &str, text: &str) {
        let Ok(Value::Object(mut message)) = serde_json::from_str::<Value>(text) else { return };
        message.set("sender", from);
        let targets: Vec<String> = match message.get("target") {
            Some(Value::List(ids)) => ids.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let is_private = !targets.is_empty();
        for to in self.members.keys().filter(|id| *id != from && (!is_private || targets.contains(id))) {
            let target = if is_private { to.as_str().into() } else { Value::Null };
            let text = print(&message.clone().with("target", target).into());
            self.replies.push_back(Reply::Text { to: to.clone(), text });
        }
    }
}

impl MediaServer for Model {
    fn handle(&mut self, now: Timestamp, command: Command) {
        self.now = now;
        match command {
            Command::Message { from, message } => self.on_message(&from, &message),
            Command::Gone { member } => {
                self.members.remove(&member);
                if self.members.is_empty() {
                    self.recording = None;
                }
                self.offer_changes();
            }
            Command::Text { from, text } => self.on_text(&from, &text),
            Command::File { .. } => panic!("files are sent although it did not announce that"),
        }
    }

    fn poll(&mut self) -> Option<Reply> {
        self.replies.pop_front()
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        let dues = self.members.values().filter_map(|member| match member.phase {
            Phase::Answered { due } | Phase::Offered { due, .. } => Some(due),
            Phase::Greeted | Phase::Stable => None,
        });
        dues.fold(None, |soonest: Option<Timestamp>, due| match soonest {
            Some(soonest) if soonest < due => Some(soonest),
            _ => Some(due),
        })
    }

    fn tick(&mut self, now: Timestamp) {
        self.now = now;
        let again = now.plus(PATIENCE);
        let mut silent = Vec::new();
        for (id, member) in &mut self.members {
            match &mut member.phase {
                Phase::Offered { due, message, .. } if *due <= now => {
                    // The same one again: another one would have other lines than what the member
                    // may have taken meanwhile.
                    *due = again;
                    self.replies.push_back(Reply::Message { to: id.clone(), message: message.clone() });
                }
                Phase::Answered { due } if *due <= now => silent.push(id.clone()),
                _ => {}
            }
        }
        for id in silent {
            self.on_ack(&id);
        }
    }

    fn member_at(&self, ufrag: &str) -> Option<String> {
        ufrag.split('+').nth(1).map(str::to_owned)
    }

    fn is_quiet(&self) -> bool {
        self.members.values().all(|member| matches!(member.phase, Phase::Stable))
    }
}

fn description(message: &Value) -> Description {
    let sdp = message.get("sdp").and_then(Value::as_text).expect("a description has an SDP");
    Description::parse(sdp).unwrap_or_else(|| panic!("{sdp} is no description"))
}
