//! A model of skylinkjs 2.7.2 as a client of the media server (wire protocol 5.26, 6.7): its
//! negotiation states, buffers and table of media.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{json, Value as Json};

use super::browser::{Browser, Proposal, TrackEvent};
use crate::mcu::sdp::Kind;

enum State {
    /// Not greeted yet.
    Entering,
    OfferSent(Proposal),
    /// A remote offer is being applied; it takes a moment.
    Applying(String),
    AnswerSent,
    Negotiated,
}

pub struct Client {
    pub id: String,
    pub browser: Browser,
    state: State,
    offers: VecDeque<Json>,
    wants_to_negotiate: bool,
    /// Streams that it sends, with their `mediaType`.
    pub streams: BTreeMap<String, (Kind, &'static str)>,
    removed: Vec<(String, Kind)>,
    /// What it knows of everybody's media: publisher, then medium, then m-section and state.
    pub media: BTreeMap<String, BTreeMap<String, (Option<String>, String)>>,
    /// What it shows: m-section, then publisher and stream.
    pub shown: BTreeMap<String, (String, String)>,
    pub joined: Vec<String>,
    pub violations: Vec<String>,
    pub outbox: VecDeque<Json>,
    pub is_silent: bool,
    pub lost_server: bool,
}

impl Client {
    pub fn new(id: &str, number: u8) -> Self {
        let mut client = Self {
            id: id.to_owned(),
            browser: Browser::new(number),
            state: State::Entering,
            offers: VecDeque::new(),
            wants_to_negotiate: false,
            streams: BTreeMap::new(),
            removed: Vec::new(),
            media: BTreeMap::new(),
            shown: BTreeMap::new(),
            joined: Vec::new(),
            violations: Vec::new(),
            outbox: VecDeque::new(),
            is_silent: false,
            lost_server: false,
        };
        client.enter(false);
        client
    }

    fn enter(&mut self, begins_anew: bool) {
        let info = json!({"userData": self.id, "settings": {}});
        self.say(json!({"type": "enter", "target": "MCU", "userInfo": info, "beginsAnew": begins_anew}));
    }

    /// As this SDK does where a browser cannot use its connection any more: the tracks go to a new one.
    pub fn begin_anew(&mut self, number: u8) {
        self.browser = Browser::new(number);
        self.state = State::Entering;
        self.media.clear();
        self.shown.clear();
        self.joined.clear();
        for (stream, (kind, _)) in &self.streams {
            self.browser.add_track(*kind, stream);
        }
        self.enter(true);
    }

    fn say(&mut self, mut message: Json) {
        message["mid"] = json!(self.id);
        message["rid"] = json!("r");
        self.outbox.push_back(message);
    }

    pub fn is_settled(&self) -> bool {
        matches!(self.state, State::Negotiated) && self.offers.is_empty() && !self.wants_to_negotiate
    }

    pub fn send_stream(&mut self, stream: &str, kind: Kind, media_type: &'static str) {
        self.browser.add_track(kind, stream);
        self.streams.insert(stream.to_owned(), (kind, media_type));
        self.negotiate();
    }

    pub fn stop_stream(&mut self, stream: &str) {
        if let Some((kind, _)) = self.streams.remove(stream) {
            self.browser.remove_track(stream);
            self.removed.push((stream.to_owned(), kind));
            self.negotiate();
        }
    }

    pub fn mute(&mut self, stream: &str) {
        let Some((kind, media_type)) = self.streams.get(stream) else { return };
        let event = json!({"type": "mediaInfoEvent", "target": "MCU", "publisherId": self.id,
            "mediaId": media_id(*kind, stream), "mediaType": media_type, "mediaState": "muted"});
        self.say(event);
    }

    pub fn restart_ice(&mut self) {
        self.browser.restart_ice();
        self.negotiate();
    }

    fn negotiate(&mut self) {
        if matches!(self.state, State::Negotiated) {
            self.offer();
        } else {
            self.wants_to_negotiate = true;
        }
    }

    fn offer(&mut self) {
        self.wants_to_negotiate = false;
        let proposal = self.browser.create_offer();
        let list = self.own_list(|browser, stream| browser.mid_in(&proposal, stream));
        let offer = json!({"type": "offer", "target": "MCU", "sdp": proposal.sdp, "weight": 3,
            "mediaInfoList": list, "userInfo": {"userData": self.id, "settings": {}}});
        self.say(offer);
        self.state = State::OfferSent(proposal);
    }

    fn own_list(&mut self, mid: impl Fn(&Browser, &str) -> Option<String>) -> Json {
        let mut list: Vec<Json> = Vec::new();
        for (stream, (kind, media_type)) in &self.streams {
            list.push(json!({"publisherId": self.id, "mediaId": media_id(*kind, stream),
                "mediaType": media_type, "mediaState": "active",
                "transceiverMid": mid(&self.browser, stream), "mediaMetaData": "", "simulcast": ""}));
        }
        for (stream, kind) in std::mem::take(&mut self.removed) {
            list.push(json!({"publisherId": self.id, "mediaId": media_id(kind, &stream),
                "mediaState": "unavailable", "transceiverMid": null}));
        }
        Json::Array(list)
    }

    pub fn hear(&mut self, message: &Json) {
        if self.is_silent {
            return;
        }
        match message["type"].as_str().unwrap() {
            "welcome" => {
                assert_eq!(message["mid"], "MCU");
                for peer in message["peersInRoom"].as_array().unwrap() {
                    self.meet(peer);
                }
                self.offer();
            }
            "enter" => self.meet(message),
            "offer" => self.hear_offer(message.clone()),
            "answer" => self.hear_answer(message),
            "answerAck" => {
                if matches!(self.state, State::AnswerSent) {
                    self.rest();
                }
            }
            "mediaInfoEvent" => {
                let publisher = message["publisherId"].as_str().unwrap();
                let media = self.media.entry(publisher.to_owned()).or_default();
                if let Some(medium) = media.get_mut(message["mediaId"].as_str().unwrap()) {
                    medium.1 = message["mediaState"].as_str().unwrap().to_owned();
                }
            }
            "bye" => self.lost_server |= message["publisherId"] == "MCU",
            other => self.violations.push(format!("a message of type {other}")),
        }
    }

    fn meet(&mut self, enter: &Json) {
        let id = enter["publisherId"].as_str().unwrap().to_owned();
        if enter["mid"] != *id || self.joined.contains(&id) || id == self.id {
            self.violations.push(format!("{id} joined twice or as somebody else"));
        }
        self.joined.push(id);
    }

    fn hear_offer(&mut self, offer: Json) {
        match &self.state {
            // Our weight is greater, so theirs is dropped: the answer to ours is to come.
            State::OfferSent(_) if offer["weight"].as_f64().unwrap() < 3.0 => {}
            State::Negotiated => self.apply_offer(&offer),
            _ => self.offers.push_back(offer),
        }
    }

    /// `mediaInfoList` counts from here on; the browser takes its time with the description.
    fn apply_offer(&mut self, offer: &Json) {
        self.learn(offer);
        self.state = State::Applying(offer["sdp"].as_str().unwrap().to_owned());
    }

    /// Whether the browser is busy, and goes on when [`Client::work`] is called.
    pub fn is_busy(&self) -> bool {
        matches!(self.state, State::Applying(_))
    }

    pub fn work(&mut self) {
        let State::Applying(sdp) = &self.state else { return };
        let sdp = self.browser.answer(&sdp.clone());
        self.note_tracks();
        let list = self.own_list(Browser::mid_of);
        self.say(json!({"type": "answer", "target": "MCU", "sdp": sdp, "mediaInfoList": list,
            "userInfo": {"userData": self.id, "settings": {}}}));
        self.state = State::AnswerSent;
    }

    fn hear_answer(&mut self, answer: &Json) {
        let State::OfferSent(proposal) = &self.state else { return };
        let proposal = proposal.clone();
        self.learn(answer);
        self.browser.apply_answer(&proposal, answer["sdp"].as_str().unwrap());
        self.note_tracks();
        self.say(json!({"type": "answerAck", "target": "MCU", "success": true}));
        self.state = State::Negotiated;
        if self.wants_to_negotiate {
            self.offer();
        }
    }

    fn rest(&mut self) {
        self.state = State::Negotiated;
        if let Some(offer) = self.offers.pop_front() {
            self.apply_offer(&offer);
        } else if self.wants_to_negotiate {
            self.offer();
        }
    }

    /// Replaces the media of every publisher in the list; entries that are gone stay there.
    fn learn(&mut self, message: &Json) {
        let Some(list) = message["mediaInfoList"].as_array() else { return };
        let mut new: BTreeMap<String, BTreeMap<String, (Option<String>, String)>> = BTreeMap::new();
        for info in list {
            let publisher = info["publisherId"].as_str().unwrap();
            if publisher == self.id {
                self.violations.push("was told of its own media".to_owned());
            }
            let mid = info["transceiverMid"].as_str().map(str::to_owned);
            let entry = (mid, info["mediaState"].as_str().unwrap().to_owned());
            let media = new.entry(publisher.to_owned()).or_default();
            media.insert(info["mediaId"].as_str().unwrap().to_owned(), entry);
        }
        self.media.extend(new);
    }

    fn note_tracks(&mut self) {
        for event in std::mem::take(&mut self.browser.events) {
            match event {
                TrackEvent::Removed { mid } => {
                    self.shown.remove(&mid);
                }
                TrackEvent::Added { mid, stream } => {
                    let owner = self.media.iter().find_map(|(publisher, media)| {
                        let is_it =
                            |(_, (own, _)): &(&String, &(Option<String>, String))| *own == Some(mid.clone());
                        media.iter().find(is_it).map(|(id, _)| (publisher.clone(), id.clone()))
                    });
                    match owner {
                        Some((publisher, id))
                            if id.ends_with(&stream) && self.joined.contains(&publisher) =>
                        {
                            self.shown.insert(mid, (publisher, stream));
                        }
                        other => {
                            self.violations.push(format!("{stream} on {mid} is attributed to {other:?}"))
                        }
                    }
                }
            }
        }
    }
}

pub fn media_id(kind: Kind, stream: &str) -> String {
    let prefix = if kind == Kind::Audio { "AUDIO" } else { "VIDEO" };
    format!("{prefix}_{stream}")
}
