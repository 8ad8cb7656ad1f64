//! A peer connection with its channels and remote streams.

use crate::browser::capture::tracks_of;
use crate::browser::channel::Channel;
use crate::browser::listener::Listener;
use crate::convert::{from_js, get, text};
use crate::handles::Handles;
use crate::table::Table;
use js_sys::{Array, Object, Promise};
use skylink_core::{
    ChannelEvent, ChannelId, ChannelReading, ConnectionEvent, ConnectionId, DescriptionKind,
    DescriptionReading, Handle, Kind, StatisticsReading,
};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::{
    Event, MediaStream, MediaStreamTrack, RtcConfiguration, RtcDataChannel, RtcDataChannelEvent,
    RtcDataChannelInit, RtcPeerConnection, RtcPeerConnectionIceEvent, RtcSdpType, RtcSessionDescriptionInit,
    RtcTrackEvent,
};

#[wasm_bindgen]
extern "C" {
    /// A peer connection whose methods may throw: an exception that passed through the shell would
    /// leave it stuck. (web-sys takes these for safe.)
    type Fallible;
    #[wasm_bindgen(method, catch, js_name = addTransceiver)]
    fn add_transceiver(this: &Fallible, kind: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = createDataChannel)]
    fn create_data_channel(
        this: &Fallible,
        label: &str,
        options: &RtcDataChannelInit,
    ) -> Result<RtcDataChannel, JsValue>;
}

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    #[wasm_bindgen(js_name = sendTracks)]
    fn send_tracks(
        connection: &RtcPeerConnection,
        tracks: &Array,
        stream: &MediaStream,
        layers: Option<f64>,
    ) -> Array;
    #[wasm_bindgen(js_name = statisticsOf)]
    fn statistics_of(connection: &RtcPeerConnection, can_wait: bool) -> Promise;
    #[wasm_bindgen(js_name = keepStreams)]
    fn keep_streams(connection: &RtcPeerConnection);
    #[wasm_bindgen(js_name = openInTime)]
    fn open_in_time(event: &Event);
    #[wasm_bindgen(js_name = stopSending)]
    fn stop_sending(connection: &RtcPeerConnection, senders: &Array);
    #[wasm_bindgen(js_name = limitBitrate)]
    fn limit_bitrate(senders: &Array, limit: Option<f64>);
    #[wasm_bindgen(js_name = preferCodec)]
    fn prefer_codec(connection: &RtcPeerConnection, kind: &str, name: &str, parameters: &Array);
}

/// Where a connection reports to.
pub type Report = Rc<dyn Fn(ConnectionEvent)>;

/// A remote stream and the listener for tracks that leave it.
struct RemoteStream {
    id: String,
    handle: Handle,
    _listener: Listener,
}

/// What the callbacks of a connection share.
struct Shared {
    report: Report,
    handles: Rc<Handles>,
    streams: RefCell<Vec<RemoteStream>>,
    channels: RefCell<Vec<Channel>>,
    last_offered: Cell<ChannelId>,
}

/// A peer connection; dropping it takes off all callbacks and closes it with its channels.
pub struct Connection {
    connection: RtcPeerConnection,
    shared: Rc<Shared>,
    /// The senders of each own stream.
    senders: RefCell<Table<Array>>,
    _listeners: Vec<Listener>,
}

impl Connection {
    /// Makes a connection.
    ///
    /// # Errors
    /// The browser's, for a configuration it does not take.
    pub fn new(configuration: &JsValue, handles: Rc<Handles>, report: Report) -> Result<Self, JsValue> {
        let configuration: &RtcConfiguration = configuration.unchecked_ref();
        let connection = RtcPeerConnection::new_with_configuration(configuration)?;
        let shared = Rc::new(Shared {
            report,
            handles,
            streams: RefCell::default(),
            channels: RefCell::default(),
            last_offered: Cell::default(),
        });
        let state = |kind: &'static str, property: &'static str, make: fn(String) -> ConnectionEvent| {
            let shared = Rc::clone(&shared);
            Listener::new(&connection, kind, move |event: Event| {
                if let Some(connection) = event.target() {
                    (shared.report)(make(text(&connection, property)));
                }
            })
        };
        let mut listeners = vec![
            state("signalingstatechange", "signalingState", ConnectionEvent::SignalingState),
            state("connectionstatechange", "connectionState", ConnectionEvent::ConnectionState),
            state("iceconnectionstatechange", "iceConnectionState", ConnectionEvent::IceState),
            state("icegatheringstatechange", "iceGatheringState", ConnectionEvent::GatheringState),
        ];
        let owner = Rc::clone(&shared);
        listeners.push(Listener::new(&connection, "icecandidate", move |event| {
            owner.on_candidate(event.unchecked_ref());
        }));
        let owner = Rc::clone(&shared);
        listeners
            .push(Listener::new(&connection, "track", move |event| owner.on_track(event.unchecked_ref())));
        let owner = Rc::clone(&shared);
        listeners.push(Listener::new(&connection, "datachannel", move |event| {
            open_in_time(&event);
            owner.on_channel(event.unchecked_into::<RtcDataChannelEvent>().channel());
        }));
        Ok(Self { connection, shared, senders: RefCell::default(), _listeners: listeners })
    }

    /// Sends the tracks of a kind of a local stream; in layers if there are bits per second for them.
    pub fn add_stream(&self, number: Handle, stream: &MediaStream, kind: Kind, layers: Option<f64>) {
        let senders = send_tracks(&self.connection, &tracks_of(stream, kind), stream, layers);
        self.senders.borrow_mut().insert(number, senders);
    }

    /// Sends a local stream no more.
    pub fn remove_stream(&self, number: Handle) {
        let senders = self.senders.borrow_mut().remove(number);
        if let Some(senders) = senders {
            stop_sending(&self.connection, &senders);
        }
    }

    /// Has an m-section of this kind without a track.
    pub fn add_transceiver(&self, kind: Kind) {
        // Throws only when the connection is closed.
        let _ = self.fallible().add_transceiver(kind_name(kind));
    }

    /// Opens an ordered data channel, or reports that it failed. It tells when no more than
    /// `low_water` bytes are left to be sent.
    pub fn open_channel(&self, number: ChannelId, label: &str, low_water: u32) {
        let options = RtcDataChannelInit::new();
        options.set_ordered(true);
        match self.fallible().create_data_channel(label, &options) {
            Ok(channel) => {
                channel.set_buffered_amount_low_threshold(low_water);
                self.shared.add_channel(number, channel, "open");
            }
            Err(error) => {
                let event = ChannelEvent::NotMade(self.shared.handles.keep(error));
                self.shared.report_channel(number, 0.0, event);
            }
        }
    }

    /// Limits what is sent of a local stream, in bits per second.
    pub fn limit_bitrate(&self, number: Handle, limit: Option<f64>) {
        if let Some(senders) = self.senders.borrow().get(number) {
            limit_bitrate(senders, limit);
        }
    }

    /// Prefers a codec in the descriptions to come.
    pub fn prefer_codec(&self, kind: Kind, name: &str, parameters: &[String]) {
        let parameters = parameters.iter().map(|parameter| JsValue::from_str(parameter)).collect();
        prefer_codec(&self.connection, kind_name(kind), name, &parameters);
    }

    fn fallible(&self) -> &Fallible {
        self.connection.unchecked_ref()
    }

    /// Sends text through a data channel, or reports that it failed.
    pub fn send_text(&self, number: ChannelId, text: &str) {
        self.send(number, |channel| channel.send(text));
    }

    /// Sends through a data channel, or reports that it failed.
    pub fn send(&self, number: ChannelId, send: impl FnOnce(&Channel) -> Result<(), JsValue>) {
        let failed = {
            let channels = self.shared.channels.borrow();
            let channel = channels.iter().find(|channel| channel.number() == number);
            // What failed to be sent does not count as buffered.
            channel.and_then(|channel| send(channel).err().map(|error| (channel.buffered(), error)))
        };
        if let Some((buffered, error)) = failed {
            let event = ChannelEvent::NotSent(self.shared.handles.keep(error));
            self.shared.report_channel(number, buffered, event);
        }
    }

    /// What the browser says of the data channels.
    pub fn read_channels(&self, connection: ConnectionId) -> Vec<ChannelReading> {
        self.shared.channels.borrow().iter().map(|channel| channel.reading(connection)).collect()
    }

    /// `getStats`; fulfils with the report, one that can wait when the page is idle.
    pub fn read_statistics(&self, can_wait: bool) -> Promise {
        statistics_of(&self.connection, can_wait)
    }

    /// What the report says, with the descriptions as they are now.
    pub fn statistics(&self, report: &JsValue) -> StatisticsReading {
        // Fails only for what is no list of pairs.
        let raw = Object::from_entries(report).map_or(JsValue::NULL, JsValue::from);
        let description = |key: &str| {
            let description = get(&self.connection, key);
            DescriptionReading { kind: text(&description, "type"), sdp: text(&description, "sdp") }
        };
        StatisticsReading {
            report: from_js(&raw),
            raw: self.shared.handles.keep(raw),
            local: description("localDescription"),
            remote: description("remoteDescription"),
        }
    }

    /// Closes a data channel and forgets it.
    pub fn close_channel(&self, number: ChannelId) {
        let gone = {
            let mut channels = self.shared.channels.borrow_mut();
            let place = channels.iter().position(|channel| channel.number() == number);
            place.map(|place| channels.swap_remove(place))
        };
        drop(gone);
    }

    /// `createOffer`; fulfils with the description.
    pub fn create_offer(&self, options: &JsValue) -> Promise {
        keep_streams(&self.connection);
        self.connection.create_offer_with_rtc_offer_options(options.unchecked_ref()).unchecked_into()
    }

    /// `createAnswer`; fulfils with the description.
    pub fn create_answer(&self, options: &JsValue) -> Promise {
        keep_streams(&self.connection);
        self.connection.create_answer_with_rtc_answer_options(options.unchecked_ref()).unchecked_into()
    }

    /// `setLocalDescription`.
    pub fn set_local(&self, kind: DescriptionKind, sdp: &str) -> Promise {
        self.connection.set_local_description(&description(kind, sdp)).unchecked_into()
    }

    /// `setRemoteDescription`.
    pub fn set_remote(&self, kind: DescriptionKind, sdp: &str) -> Promise {
        self.connection.set_remote_description(&description(kind, sdp)).unchecked_into()
    }

    /// `addIceCandidate`, of an `RTCIceCandidateInit`.
    pub fn add_candidate(&self, candidate: &JsValue) -> Promise {
        let candidate = Some(candidate.unchecked_ref());
        self.connection.add_ice_candidate_with_opt_rtc_ice_candidate_init(candidate).unchecked_into()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.channels.borrow_mut().clear();
        self.shared.streams.borrow_mut().clear();
        self.connection.close();
    }
}

fn description(kind: DescriptionKind, sdp: &str) -> RtcSessionDescriptionInit {
    let description = RtcSessionDescriptionInit::new(match kind {
        DescriptionKind::Offer => RtcSdpType::Offer,
        DescriptionKind::Answer => RtcSdpType::Answer,
        DescriptionKind::Rollback => RtcSdpType::Rollback,
    });
    description.set_sdp(sdp);
    description
}

impl Shared {
    fn on_candidate(&self, event: &RtcPeerConnectionIceEvent) {
        // No candidate ends the gathering, which its state tells as well.
        if let Some(candidate) = event.candidate() {
            (self.report)(ConnectionEvent::LocalCandidate {
                candidate: candidate.candidate(),
                mid: candidate.sdp_mid(),
                line: candidate.sdp_m_line_index().map(f64::from),
            });
        }
    }

    fn on_track(self: &Rc<Self>, event: &RtcTrackEvent) {
        let Ok(stream) = event.streams().get(0).dyn_into::<MediaStream>() else { return };
        let stream_id = stream.id();
        let known =
            self.streams.borrow().iter().find(|known| known.id == stream_id).map(|known| known.handle);
        let handle = known.unwrap_or_else(|| self.add_stream(&stream));
        let kind = kind(&event.track());
        let mid = event.transceiver().mid();
        (self.report)(ConnectionEvent::Track { stream: handle, stream_id, kind, mid });
    }

    fn add_stream(self: &Rc<Self>, stream: &MediaStream) -> Handle {
        let handle = self.handles.keep(stream.into());
        let weak: Weak<Self> = Rc::downgrade(self);
        let id = stream.id();
        let listener = Listener::new(stream, "removetrack", {
            let id = id.clone();
            move |event| {
                let Some(shared) = weak.upgrade() else { return };
                let Some(stream) = event.target() else { return };
                let stream: MediaStream = stream.unchecked_into();
                let has = |kind| tracks_of(&stream, kind).length() > 0;
                let (has_audio, has_video) = (has(Kind::Audio), has(Kind::Video));
                let gone = if has_audio || has_video { None } else { shared.forget_stream(&id) };
                let stream_id = id.clone();
                let kind = kind(&event.unchecked_into::<RtcTrackEvent>().track());
                (shared.report)(ConnectionEvent::TrackRemoved { stream_id, kind, has_audio, has_video });
                drop(gone);
            }
        });
        self.streams.borrow_mut().push(RemoteStream { id, handle, _listener: listener });
        handle
    }

    fn forget_stream(&self, id: &str) -> Option<RemoteStream> {
        let mut streams = self.streams.borrow_mut();
        let place = streams.iter().position(|known| known.id == id)?;
        Some(streams.swap_remove(place))
    }

    fn on_channel(self: &Rc<Self>, channel: RtcDataChannel) {
        let number = self.last_offered.get().wrapping_add(1) & 0x7fff_ffff;
        self.last_offered.set(number);
        let label = channel.label();
        self.add_channel(number, channel, "sendable");
        self.report_channel(number, 0.0, ChannelEvent::Offered { label });
    }

    fn add_channel(self: &Rc<Self>, number: ChannelId, channel: RtcDataChannel, open: &'static str) {
        let weak = Rc::downgrade(self);
        let report = move |buffered, event| {
            if let Some(shared) = weak.upgrade() {
                shared.report_channel(number, buffered, event);
            }
        };
        let handles = Rc::clone(&self.handles);
        let keep = move |error| handles.keep(error);
        self.channels.borrow_mut().push(Channel::new(number, channel, open, report, keep));
    }

    fn report_channel(&self, channel: ChannelId, buffered: f64, event: ChannelEvent) {
        (self.report)(ConnectionEvent::Channel { channel, buffered, event });
    }
}

fn kind_name(kind: Kind) -> &'static str {
    if kind == Kind::Audio {
        "audio"
    } else {
        "video"
    }
}

fn kind(track: &MediaStreamTrack) -> Kind {
    if track.kind() == "audio" {
        Kind::Audio
    } else {
        Kind::Video
    }
}
