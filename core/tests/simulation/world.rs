//! Pages, the network between them, and the server, in virtual time. One queue decides what
//! happens next, one seed decides everything else.

use crate::browser::Browser;
use crate::chance::Chance;
use crate::file_shell::{Content, Packet};
use crate::media_server::{Command, MediaServer};
use crate::network::{Habits, Network, Order, Wire};
use crate::observer::Observer;
use crate::old_page::OldPage;
use crate::page::{Client, Page, Promises};
use crate::relayed_files::{End, RelayedChannel};
use crate::server::{Delivery, Server};
use crate::surroundings::{environment, frame_input, json};
use skylink_core::{
    Call, CapturedStream, ChannelId, ConnectionEvent, ConnectionId, FileEvent, FileId, Handle, Input, Kind,
    MediaToSend, Output, Prefetched, PromiseId, RequestId, Session, SocketId, Timestamp,
};
use skylink_protocol::{Object, Value};
use std::collections::BTreeMap;

/// Names a page of a world.
pub type PageId = usize;

pub const ROOM: &str = "lobby";
const START: Timestamp = Timestamp(1_772_443_204_000.0);
/// Deadlines beyond this are pings of the sockets, which never end.
const FAR: f64 = 3_600_000.0;
/// Within this time after the last thing that somebody did all must be quiet.
const PATIENCE: f64 = 60_000.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Media {
    pub audio: bool,
    pub video: bool,
}

impl Media {
    pub const NONE: Media = Media { audio: false, video: false };
    pub const AUDIO: Media = Media { audio: true, video: false };
    pub const BOTH: Media = Media { audio: true, video: true };
}

/// What an app does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Join(Media),
    Leave,
    /// The network drops the socket; the app joins again when it is told.
    LoseSocket(Media),
    Mute {
        audio: bool,
        video: bool,
    },
    SetUserData(f64),
    SendMessage,
    /// More camera and microphone, while in the room.
    Capture(Media),
    /// The same, and sent.
    SendStream(Media),
    /// One of the own streams, counted from the oldest, or all that are no screens.
    StopStreams(Option<usize>),
    ShareScreen {
        sound: bool,
    },
    StopScreen,
    /// A device is unplugged, or the browser's own button pressed.
    EndTracks(usize),
    Lock(bool),
    /// All connections.
    RefreshConnections {
        ice_restart: bool,
    },
    /// The data channel to a peer, counted from the first one known.
    RefreshChannel(usize),
    AskForStatistics,
}

pub enum Happening {
    Act(PageId, Action),
    Input(PageId, Input),
    Answer(PageId, RequestId, String),
    Grant(PageId, RequestId, Vec<Kind>),
    GrantScreen(PageId, RequestId, bool),
    Operation(PageId, ConnectionId),
    Gather {
        page: PageId,
        connection: ConnectionId,
        ufrag: String,
        step: u32,
    },
    Link {
        one: (PageId, ConnectionId),
        other: (PageId, ConnectionId),
    },
    SocketOpens(Wire),
    FrameUp(Wire, String),
    FrameDown(Wire, String),
    ServerLoses(Wire),
    MediaServerTicks,
    TextUp {
        from: String,
        text: String,
    },
    LinkToMediaServer(PageId, ConnectionId),
    FileReport(PageId, FileId, FileEvent),
    Packet {
        to: (PageId, ConnectionId, ChannelId),
        packet: Packet,
    },
    /// Something on a channel for a file reaches the media server.
    FileArrives(End, Packet),
    /// A channel for a file is closed for the media server.
    FileChannelEnds(End),
    /// The media server has sent a frame of a file.
    RelayedFile(String, skylink_server::mcu::room::FileEvent),
    /// Something about a channel, if it is still there.
    OnChannel(PageId, ConnectionId, ChannelId, ConnectionEvent),
    /// The other end of a channel was closed.
    TwinCloses(PageId, ConnectionId, ChannelId),
    /// An app answers a request.
    Respond {
        page: PageId,
        peer: Value,
        transfer: Value,
        accept: bool,
    },
    /// An app sends a file of that size to everybody.
    SendFile(PageId, f64),
    /// An app cancels some transfer of its own.
    Cancel(PageId),
    /// A channel of a page breaks: any, by its place among all.
    Break(PageId, usize),
    /// A peer connection of a page that belongs to a transfer fails: any, by its place among all such.
    FailLane(PageId, usize),
}

pub struct World {
    pub now: Timestamp,
    pub pages: Vec<Page>,
    pub server: Server,
    /// Media of everybody go through it, if there is one.
    pub media_server: Option<Box<dyn MediaServer>>,
    pub network: Network,
    pub chance: Chance,
    /// Milliseconds that the browser takes for an operation.
    pub effort: std::ops::Range<f64>,
    queue: BTreeMap<(u64, u64), Happening>,
    queued: u64,
    wires: Vec<Option<(PageId, SocketId)>>,
    aborted: Vec<(PageId, RequestId)>,
    last_action: Timestamp,
    streams: u32,
    /// Files that apps sent: who, how large, and what was promised of what.
    pub sent_files: Vec<(PageId, f64, (PromiseId, Content))>,
    /// The channels for files that lead to a media server, and how many members opened.
    pub relayed: Vec<RelayedChannel>,
    pub relayed_count: u64,
    /// Milliseconds of a round trip between pages, as browsers tell it.
    pub round_trip: f64,
    /// Whether nobody learns what others can do beyond 2.7.2.
    pub is_plain: bool,
    /// Whether what happens is written out, for somebody who looks into a failure.
    is_told: bool,
}

impl World {
    pub fn new(seed: u64, habits: Habits) -> Self {
        Self {
            now: START,
            pages: Vec::new(),
            server: Server::new(),
            media_server: None,
            network: Network::new(habits),
            chance: Chance::new(seed),
            effort: 1.0..30.0,
            queue: BTreeMap::new(),
            queued: 0,
            wires: Vec::new(),
            aborted: Vec::new(),
            last_action: START,
            streams: 0,
            sent_files: Vec::new(),
            relayed: Vec::new(),
            relayed_count: 0,
            round_trip: 0.0,
            is_plain: false,
            is_told: std::env::var_os("SIMULATION_TRACE").is_some(),
        }
    }

    /// Opens a page with our SDK.
    pub fn page(&mut self, name: &str) -> PageId {
        self.add_page(name, Client::Ours(Box::new(Session::new(environment()))))
    }

    /// Opens a page with the model of 2.7.2.
    pub fn old_page(&mut self, name: &str) -> PageId {
        self.add_page(name, Client::Old(Box::new(OldPage::new())))
    }

    fn add_page(&mut self, name: &str, client: Client) -> PageId {
        let tolerates_late_acks = self.network.habits.order != Order::PerReceiver;
        self.pages.push(Page {
            name: name.to_owned(),
            client,
            browser: Browser::default(),
            promises: Promises::default(),
            observer: Observer::new(tolerates_late_acks),
            sockets: BTreeMap::new(),
            sent: Vec::new(),
            wants_in: false,
            files: Default::default(),
            file_reports: BTreeMap::new(),
            habits: Default::default(),
        });
        self.pages.len() - 1
    }

    /// Lets an app do something after some milliseconds.
    pub fn after(&mut self, delay: f64, page: PageId, action: Action) {
        self.schedule(delay, Happening::Act(page, action));
    }

    /// Lets an app do something now.
    pub fn act(&mut self, page: PageId, action: Action) {
        self.tell(page, &action);
        self.last_action = self.now;
        match action {
            Action::Join(media) => {
                self.join(page, ROOM, media);
            }
            Action::Leave => {
                self.pages[page].wants_in = false;
                self.promise(page, |promise| Call::LeaveAllRooms { promise, stop_streams: true });
            }
            Action::LoseSocket(media) => self.lose_socket(page, media),
            Action::Mute { audio, video } => {
                let options = Object::new().with("audioMuted", audio).with("videoMuted", video).into();
                self.call(page, Call::MuteStreams { room: ROOM.into(), options, stream_id: None });
            }
            Action::SetUserData(number) => {
                let data = Object::new().with("number", number).into();
                self.call(page, Call::SetUserData { room: ROOM.into(), data });
            }
            Action::SendMessage if self.pages[page].observer.is_in() => {
                self.call(
                    page,
                    Call::SendMessage {
                        room: ROOM.into(),
                        message: "hello".into(),
                        target: Value::Null,
                        peer_session_id: String::new(),
                        message_id: "m".into(),
                        randomness: [7; 28],
                    },
                );
            }
            Action::Capture(media) if self.pages[page].wants_in => {
                let options = Object::new().with("audio", media.audio).with("video", media.video).into();
                self.promise(page, |promise| Call::GetUserMedia { promise, room: ROOM.into(), options });
            }
            Action::RefreshConnections { ice_restart } if self.pages[page].observer.is_in() => {
                let given = vec![Value::Null, ice_restart.into()];
                self.promise(page, |promise| Call::RefreshConnection { promise, room: ROOM.into(), given });
            }
            Action::RefreshChannel(place) if self.pages[page].observer.is_in() => {
                let members = self.call(page, Call::GetPeersInRoom { room: ROOM.into() }).unwrap();
                let peer = members.as_object().unwrap().iter().nth(place).map(|(id, _)| id.to_owned());
                if let Some(peer) = peer {
                    self.call(page, Call::RefreshDataChannel { room: ROOM.into(), peer });
                }
            }
            Action::AskForStatistics if self.pages[page].observer.is_in() => {
                let peers = Value::Null;
                self.promise(page, |promise| Call::GetConnectionStatus { promise, room: ROOM.into(), peers });
            }
            Action::RefreshConnections { .. } | Action::RefreshChannel(_) | Action::AskForStatistics => {}
            Action::Lock(lock) => {
                self.call(page, Call::SetLock { room: ROOM.into(), lock });
            }
            Action::SendStream(media) if self.pages[page].observer.is_in() => {
                let options = Object::new().with("audio", media.audio).with("video", media.video).into();
                let media = MediaToSend::Options(options);
                self.promise(page, |promise| Call::SendStream { promise, room: ROOM.into(), media });
            }
            Action::StopStreams(which) => {
                let stream_id = which.and_then(|place| self.own_stream(page, place)).map(|(_, id)| id);
                self.promise(page, |promise| Call::StopStreams { promise, room: ROOM.into(), stream_id });
            }
            Action::ShareScreen { sound } if self.pages[page].wants_in => {
                let options = Object::new().with("audio", sound).with("video", true).into();
                self.promise(page, |promise| Call::ShareScreen { promise, room: ROOM.into(), options });
            }
            Action::StopScreen => {
                self.call(page, Call::StopScreen { room: ROOM.into() });
            }
            Action::EndTracks(place) => {
                let stream = self.own_stream(page, place);
                let stream = stream.filter(|(handle, _)| self.pages[page].browser.stream(*handle).watched);
                if let Some((handle, _)) = stream {
                    self.pages[page].browser.stream(handle).stopped = true;
                    self.input(page, Input::TracksEnded(handle));
                }
            }
            Action::SendMessage | Action::Capture(_) | Action::SendStream(_) | Action::ShareScreen { .. } => {
            }
        }
    }

    /// An own stream of a page, counted from the oldest, if it has that many.
    fn own_stream(&self, page: PageId, place: usize) -> Option<(Handle, String)> {
        let (handle, stream) = self.pages[page].browser.streams.iter().nth(place)?;
        Some((*handle, stream.id.clone()))
    }

    /// A page of 2.7.2 renegotiates with all its peers, several times in one turn.
    pub fn refresh(&mut self, page: PageId, times: usize) {
        self.last_action = self.now;
        let Client::Old(old) = &mut self.pages[page].client else { panic!("not a page of 2.7.2") };
        (0..times).for_each(|_| old.refresh_all());
        self.carry_out_all(page);
    }

    /// Calls `joinRoom`.
    pub fn join(&mut self, page: PageId, room: &str, media: Media) -> PromiseId {
        self.last_action = self.now;
        self.pages[page].wants_in = true;
        let options = Object::new()
            .with("roomName", room)
            .with("audio", media.audio)
            .with("video", media.video)
            .with("userData", Object::new().with("name", self.pages[page].name.as_str()))
            .into();
        self.promise(page, |promise| Call::JoinRoom {
            promise,
            init_options: json(r#"{"appKey":"demo"}"#),
            options,
            prefetched: Prefetched::None,
        })
    }

    /// Calls `leaveRoom`.
    pub fn leave_room(&mut self, page: PageId, room: &str) {
        self.last_action = self.now;
        self.promise(page, |promise| Call::LeaveRoom { promise, room: room.into(), stop_streams: true });
    }

    fn lose_socket(&mut self, page: PageId, media: Media) {
        let sockets: Vec<(SocketId, Wire)> = self.pages[page].sockets.iter().map(|(s, w)| (*s, *w)).collect();
        for (socket, wire) in sockets {
            self.pages[page].sockets.remove(&socket);
            self.wires[wire as usize] = None;
            let notices_after = self.chance.delay(&(0.0..3_000.0));
            self.schedule(notices_after, Happening::ServerLoses(wire));
            self.input(page, Input::SocketClosed { socket });
        }
        let waits = self.chance.delay(&(0.0..2_000.0));
        if self.pages[page].wants_in {
            self.after(waits, page, Action::Join(media));
        }
    }

    pub(crate) fn promise(&mut self, page: PageId, call: impl FnOnce(PromiseId) -> Call) -> PromiseId {
        let promise = self.pages[page].promises.make();
        if self.call(page, call(promise)).is_some() {
            // The room is unknown: the method gives `null` and no promise.
            self.pages[page].promises.pending.remove(&promise);
        }
        promise
    }

    pub fn call(&mut self, page: PageId, call: Call) -> Option<Value> {
        let now = self.now;
        let returned = self.pages[page].client.call(now, call).expect("nothing here is called too early");
        self.carry_out_all(page);
        returned
    }

    pub fn input(&mut self, page: PageId, input: Input) {
        self.tell(page, &input);
        let now = self.now;
        self.pages[page].client.handle(now, input);
        self.carry_out_all(page);
    }

    fn carry_out_all(&mut self, page: PageId) {
        while let Some(output) = self.pages[page].client.poll_output() {
            self.carry_out(page, output);
        }
        self.pages[page].observer.end_of_input();
    }

    pub(crate) fn schedule(&mut self, delay: f64, happening: Happening) {
        self.schedule_at(self.now.plus(delay), happening);
    }

    pub(crate) fn schedule_at(&mut self, moment: Timestamp, happening: Happening) {
        self.queued += 1;
        // Microseconds, so that moments can be keys.
        self.queue.insert(((moment.0 * 1_000.0) as u64, self.queued), happening);
    }

    pub(crate) fn quickly(&mut self) -> f64 {
        let effort = self.effort.clone();
        self.chance.delay(&effort)
    }

    /// Milliseconds since the beginning.
    pub fn elapsed(&self) -> f64 {
        self.now.0 - START.0
    }

    /// Runs until nothing is left to happen. Panics if that takes too long.
    pub fn settle(&mut self) {
        while self.step() {
            let waited = self.now.0 - self.last_action.0;
            assert!(waited <= PATIENCE, "not quiet after {waited} ms: {}", self.pending());
        }
    }

    fn pending(&self) -> String {
        let of =
            |page: &Page| format!("{}: {:?}", page.name, page.client.next_deadline().map(|d| d.0 - START.0));
        self.pages.iter().map(of).collect::<Vec<_>>().join(", ")
    }

    /// Lets the next thing happen; false if there is none.
    pub fn step(&mut self) -> bool {
        let soonest = |best: Option<(Timestamp, PageId)>, (id, page): (PageId, &Page)| {
            let due = page.client.next_deadline().filter(|due| due.0 < self.now.0 + FAR);
            match (best, due) {
                (Some((moment, _)), Some(due)) if due < moment => Some((due, id)),
                (None, Some(due)) => Some((due, id)),
                _ => best,
            }
        };
        let deadline = self.pages.iter().enumerate().fold(None, soonest);
        let queued = self.queue.first_key_value().map(|(key, _)| Timestamp(key.0 as f64 / 1_000.0));
        let moment = match (queued, deadline) {
            (Some(queued), Some((due, _))) if due < queued => due,
            (Some(queued), _) => queued,
            (None, Some((due, _))) => due,
            (None, None) => return false,
        };
        if self.now < moment {
            self.now = moment;
        }
        if queued != Some(moment) {
            let (_, page) = deadline.unwrap();
            self.input(page, Input::Tick);
            let next = self.pages[page].client.next_deadline();
            assert!(next.is_none_or(|next| self.now < next), "a deadline is due again at once");
            return true;
        }
        let (_, happening) = self.queue.pop_first().unwrap();
        self.let_happen(happening);
        true
    }

    fn tell(&self, page: PageId, what: &dyn std::fmt::Debug) {
        if self.is_told {
            let text = format!("{what:?}").replace('\\', "");
            let moment = self.now.0 - START.0;
            println!("{moment:>8.1} {}: {}", self.pages[page].name, text.get(..400).unwrap_or(&text));
        }
    }

    fn let_happen(&mut self, happening: Happening) {
        match happening {
            Happening::Act(page, action) => self.act(page, action),
            Happening::Input(page, input) => self.input(page, input),
            Happening::Answer(page, request, url) => {
                if !self.aborted.contains(&(page, request)) {
                    let body = Some(Server::ticket(&url, self.media_server.is_some()));
                    self.input(page, Input::ApiAnswered { request, status: 200, body });
                }
            }
            Happening::Grant(page, request, kinds) => {
                let streams = kinds.into_iter().map(|kind| self.capture(page, kind)).collect();
                self.input(page, Input::Captured { request, streams });
            }
            Happening::GrantScreen(page, request, sound) => {
                let screen = self.capture(page, Kind::Video);
                let sound = sound.then(|| self.capture(page, Kind::Audio));
                let settings = json(r#"{"width":1280,"height":720}"#);
                self.input(page, Input::ScreenCaptured { request, screen, sound, settings });
            }
            Happening::Operation(page, connection) => self.perform(page, connection),
            Happening::Gather { page, connection, ufrag, step } => self.gather(page, connection, ufrag, step),
            Happening::Link { one, other } => self.link(one, other),
            Happening::SocketOpens(wire) => {
                self.server.connect(wire);
                let opening = r#"0{"sid":"e","upgrades":[],"pingInterval":86400000,"pingTimeout":20000}"#;
                for text in [opening, "40"] {
                    self.frame_down(wire, text.into());
                }
            }
            Happening::FrameUp(wire, text) => {
                if !self.hand_to_media_server(wire, &text) {
                    let deliveries = self.server.receive(wire, &text, self.now.0 as u64);
                    self.deliver(deliveries);
                }
            }
            Happening::MediaServerTicks => self.tick_media_server(),
            Happening::TextUp { from, text } => self.command_media_server(Command::Text { from, text }),
            Happening::FileArrives(end, packet) => self.file_arrives(end, packet),
            Happening::FileChannelEnds(end) => self.file_channel_ends(end),
            Happening::RelayedFile(member, event) => self.file_event(member, event),
            Happening::FileReport(page, file, event) => self.let_file_report(page, file, event),
            Happening::Packet { to, packet } => self.deliver_packet(to, packet),
            Happening::OnChannel(page, connection, channel, event) => {
                if self.channel_mut(page, connection, channel).is_some() {
                    self.input(page, Input::Connection { connection, event });
                }
            }
            Happening::Respond { page, peer, transfer, accept } => {
                self.respond(page, peer, transfer, accept);
            }
            Happening::TwinCloses(page, connection, channel) => self.close_twin(page, connection, channel),
            Happening::SendFile(page, size) => {
                let sent = self.send_file(page, size, Value::Null);
                self.sent_files.push((page, size, sent));
            }
            Happening::Cancel(page) => self.cancel_some_transfer(page),
            Happening::Break(page, place) => self.break_some_channel(page, place),
            Happening::FailLane(page, place) => self.fail_some_lane(page, place),
            Happening::LinkToMediaServer(page, connection) => self.link_to_media_server(page, connection),
            Happening::FrameDown(wire, text) => self.frame_down(wire, text),
            Happening::ServerLoses(wire) => {
                let member = self.server.peer_id(wire);
                let deliveries = self.server.disconnect(wire);
                self.deliver(deliveries);
                if let Some(member) = member {
                    self.command_media_server(Command::Gone { member });
                }
            }
        }
    }

    fn frame_down(&mut self, wire: Wire, text: String) {
        if let Some((page, socket)) = self.wires[wire as usize] {
            self.input(page, frame_input(socket, &text));
        }
    }

    pub(crate) fn deliver(&mut self, deliveries: Vec<Delivery>) {
        for Delivery { from, to, text } in deliveries {
            let text = if self.is_plain { without_extensions(&text) } else { text };
            let moments = self.network.down(&mut self.chance, self.now, from, to);
            if text.contains(r#"\"type\":\"inRoom\""#) {
                self.network.hold_back_until(to, moments[0]);
            }
            for moment in moments {
                self.schedule_at(moment, Happening::FrameDown(to, text.clone()));
            }
        }
    }

    fn capture(&mut self, page: PageId, kind: Kind) -> CapturedStream {
        self.streams += 1;
        let stream_id = format!("{}-{kind:?}-{}", self.pages[page].name, self.streams);
        let handle = self.pages[page].browser.capture(stream_id.clone(), kind);
        CapturedStream { handle, track_id: format!("track-of-{stream_id}"), stream_id, kind }
    }

    fn carry_out(&mut self, page: PageId, output: Output) {
        if !matches!(output, Output::Event { .. } | Output::Release(_)) {
            self.tell(page, &output);
        }
        match output {
            Output::Event { name, detail } => {
                self.assert_live(page, &Value::Object(detail.clone()));
                self.pages[page].observer.see(name, &detail);
                if name == "dataTransferState" {
                    self.on_transfer_event(page, &detail);
                }
            }
            Output::Resolve { promise, value } => {
                self.assert_live(page, &value);
                self.pages[page].promises.settle(promise, Ok(value));
            }
            Output::Fulfil(promise) => self.pages[page].promises.settle(promise, Ok(Value::Null)),
            Output::Reject { promise, failure } => self.pages[page].promises.settle(promise, Err(failure)),
            Output::AwaitScriptEnd => self.schedule(0.0, Happening::Input(page, Input::ScriptEnded)),
            Output::NextTask | Output::Log { .. } | Output::Report(_) | Output::Post { .. } => {}
            Output::MakeError { handle, .. } => {
                self.pages[page].browser.handles.adopt(handle, "error of ours")
            }
            Output::Keep { handle, object } => {
                let Page { browser, observer, .. } = &mut self.pages[page];
                browser.handles.adopt(handle, "detail");
                observer.kept.insert(handle, object);
            }
            Output::Message { about, content, relayed, .. } => {
                self.assert_live(page, &Value::List(vec![Value::Handle(about), content.clone()]));
                self.pages[page].observer.hear(about, content, relayed.is_some());
            }
            Output::ChannelMessage { .. } => {
                self.pages[page].observer.see("channelMessage", &Object::new());
            }
            Output::Release(handle) => {
                self.pages[page].files.arrived.remove(&handle);
                self.pages[page].browser.release(handle);
            }
            Output::Fetch { request, url, .. } => {
                let delay = self.quickly();
                self.schedule(delay, Happening::Answer(page, request, url));
            }
            Output::DeriveKey { request, secret, salt, .. } => {
                // Not the real derivation: it only has to be the same on every page.
                let mut key = [0; 32];
                let text = secret.bytes().chain(salt);
                text.enumerate().for_each(|(place, byte)| key[place % 32] ^= byte);
                let delay = 10.0 * self.quickly();
                let input = Input::KeyDerived { request, key: Some(key) };
                self.schedule(delay, Happening::Input(page, input));
            }
            Output::Cipher { .. } => unreachable!("no message is long"),
            Output::AbortFetch(request) => self.aborted.push((page, request)),
            Output::OpenSocket { socket, .. } => {
                let wire = self.wires.len() as Wire;
                self.wires.push(Some((page, socket)));
                self.pages[page].sockets.insert(socket, wire);
                let moment = self.network.up(&mut self.chance, self.now, wire);
                self.schedule_at(moment, Happening::SocketOpens(wire));
            }
            Output::SendFrame { socket, text } => {
                if let Some(wire) = self.pages[page].sockets.get(&socket).copied() {
                    self.pages[page].sent.push(text.clone());
                    let moment = self.network.up(&mut self.chance, self.now, wire);
                    self.schedule_at(moment, Happening::FrameUp(wire, text));
                }
            }
            Output::SendHolding { .. } => unreachable!("no message is long"),
            Output::CloseSocket(socket) => {
                if let Some(wire) = self.pages[page].sockets.remove(&socket) {
                    self.wires[wire as usize] = None;
                    let moment = self.network.up(&mut self.chance, self.now, wire);
                    self.schedule_at(moment, Happening::ServerLoses(wire));
                }
            }
            Output::Capture { request, constraints } => {
                let wants = |key: &str| constraints.get(key).is_some_and(Value::is_truthy);
                let kinds = [("audio", Kind::Audio), ("video", Kind::Video)];
                let kinds = kinds.into_iter().filter(|(key, _)| wants(key)).map(|(_, kind)| kind).collect();
                let delay = self.quickly();
                self.schedule(delay, Happening::Grant(page, request, kinds));
            }
            Output::CaptureScreen { request, constraints } => {
                let sound = constraints.get("audio").is_some_and(Value::is_truthy);
                let delay = self.quickly();
                self.schedule(delay, Happening::GrantScreen(page, request, sound));
            }
            Output::WatchTracks { stream, .. } => self.pages[page].browser.stream(stream).watched = true,
            Output::EnableTracks { stream, enabled, .. } => {
                self.pages[page].browser.stream(stream).enabled = enabled
            }
            Output::StopTracks(stream) => self.pages[page].browser.stream(stream).stopped = true,
            Output::File { file, op } => self.work_on_file(page, file, op),
            Output::Connection { connection, op } => self.operate(page, connection, op),
        }
    }

    fn assert_live(&self, page: PageId, value: &Value) {
        match value {
            Value::Handle(handle) => {
                assert!(self.pages[page].browser.handles.is_live(*handle), "the app gets a dead object");
            }
            Value::List(items) => items.iter().for_each(|item| self.assert_live(page, item)),
            Value::Object(object) => object.iter().for_each(|(_, member)| self.assert_live(page, member)),
            _ => {}
        }
    }

    /// Lets everybody leave and checks that nothing is left of the meeting.
    pub fn everybody_leaves(&mut self) {
        for page in 0..self.pages.len() {
            self.act(page, Action::Leave);
        }
        self.settle();
        for page in &self.pages {
            page.browser.handles.assert_all_released(&page.name);
            assert!(page.browser.connections.is_empty(), "{} keeps connections", page.name);
            assert!(page.sockets.is_empty(), "{} keeps its socket", page.name);
            assert!(page.promises.pending.is_empty(), "{} still waits", page.name);
            assert_eq!(page.client.next_deadline(), None, "{} still has a deadline", page.name);
        }
        assert_eq!(self.server.members_of(ROOM), 0);
    }
}

/// A greeting as 2.7.2 sends it.
fn without_extensions(text: &str) -> String {
    text.replace(r#",\"fileChannels\":true,\"fileLanes\":true,\"messageLists\":true"#, "")
}
