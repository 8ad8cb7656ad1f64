//! Meeting a peer: `enter`, `welcome`, descriptions, `bye` (wire protocol 5.5 to 5.11).

mod steps;

use crate::media::set_media_status;
use crate::media_info::{is_muted, parse_media_id, shown, UNAVAILABLE};
use crate::media_server::{is_server, MEDIA_SERVER};
use crate::negotiation::Negotiation;
use crate::peer_info::Greeting;
use crate::room::Room;
use crate::roster::Peer;
use crate::sdp::has_usable_data_section;
use crate::session::Context;
use crate::{ConnectionId, ConnectionOp, Kind, LogCode, LogLevel};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::signaling::{Answer, AnswerAck, Bye, Enter, MediaInfo, MediaInfoEvent, Offer, Welcome};
use skylink_protocol::{Object, Value};

/// From how many media on those are overlooked that no description has named.
const MOST_MEDIA: usize = 500;

impl Room {
    pub fn on_enter(&mut self, context: &mut Context, message: Enter) {
        if message.begins_anew == Some(true) && !self.has_media_server() {
            self.part_from(context, &message.mid);
        }
        if self.is_known_or_self(&message.mid) {
            return;
        }
        let greeting = Greeting::from(message);
        if self.has_media_server() && !is_server(&greeting.mid) {
            return self.add_member(context, &greeting);
        }
        let id = greeting.mid.clone();
        let enter = self.greeting(&context.environment);
        let welcome = Welcome {
            mid: enter.mid,
            rid: enter.rid,
            target: id.clone(),
            publisher_id: None,
            agent: enter.agent,
            version: enter.version,
            os: enter.os,
            user_info: enter.user_info,
            weight: enter.weight,
            temasys_plugin_version: Value::Null,
            enable_data_channel: enter.enable_data_channel,
            enable_ice_restart: enter.enable_ice_restart,
            sm_protocol_version: enter.sm_protocol_version,
            dt_protocol_version: enter.dt_protocol_version,
            message_ciphers: enter.message_ciphers,
            peers_in_room: None,
            file_channels: enter.file_channels,
            file_lanes: enter.file_lanes,
            message_lists: enter.message_lists,
            video_layers: None,
        };
        self.send(context, &welcome.into());
        // What the answer needs is made while the newcomer makes its offer.
        let connection = self.connect(context, &id, false, self.answering_configuration());
        let negotiation = Negotiation::greeting(context.now);
        self.add_peer(context, &greeting, Some(connection), negotiation);
        self.sync_streams(context, &id);
    }

    pub fn on_welcome(&mut self, context: &mut Context, mut message: Welcome) {
        if self.has_media_server() && !is_server(&message.mid) {
            // Members of 2.7.2 greet each other although the media server is between them.
            return context.log(LogLevel::Debug, LogCode::DroppedMessage, &[Welcome::TYPE, &message.mid]);
        }
        let members = message.peers_in_room.take().filter(|_| self.has_media_server()).unwrap_or_default();
        let takes_layers = message.mid == MEDIA_SERVER && message.video_layers == Some(true);
        if let Some(peer) = self.peer_mut(&message.mid) {
            peer.negotiation.on_welcome();
            self.meet_members(context, members);
            self.tell_views_soon(context);
            return self.take_steps(context, &message.mid);
        }
        if self.is_known_or_self(&message.mid) {
            return;
        }
        let greeting = Greeting::from(message);
        let connection = self.connect(context, &greeting.mid, takes_layers, self.configuration.clone());
        self.add_peer(context, &greeting, Some(connection), Negotiation::offering());
        if let Some(peer) = self.peer_mut(&greeting.mid) {
            peer.takes_layers = takes_layers;
        }
        self.tell_views_soon(context);
        let detail = Object::new()
            .with("peerId", greeting.mid.as_str())
            .with("state", "welcome")
            .with("error", Value::Null)
            .with("room", self.info());
        context.event("handshakeProgress", detail);
        self.meet_members(context, members);
        self.take_steps(context, &greeting.mid);
    }

    fn is_known_or_self(&self, id: &str) -> bool {
        self.own_id.as_deref() == Some(id) || self.peer(id).is_some()
    }

    /// For a connection that is offered to us. Candidates looked for beforehand are of no use to an answer:
    /// Chromium throws them away, and now and then finds none after that.
    fn answering_configuration(&self) -> Value {
        let mut configuration = self.configuration.clone();
        if let Value::Object(members) = &mut configuration {
            members.remove("iceCandidatePoolSize");
        }
        configuration
    }

    fn connect(
        &self,
        context: &mut Context,
        id: &str,
        takes_layers: bool,
        configuration: Value,
    ) -> ConnectionId {
        let connection = context.fresh();
        context.connection(connection, ConnectionOp::Create { configuration });
        if id == MEDIA_SERVER && !(self.sends_layers(takes_layers) && self.has_camera()) {
            // There is something to negotiate even where nothing is sent. A camera takes it over,
            // unless it is sent in layers.
            context.connection(connection, ConnectionOp::AddTransceiver(Kind::Video));
        }
        connection
    }

    pub fn add_peer(
        &mut self,
        context: &mut Context,
        greeting: &Greeting,
        connection: Option<ConnectionId>,
        negotiation: Negotiation,
    ) {
        let id = greeting.mid.as_str();
        let mut peer = Peer::new(id.to_owned(), greeting.info(), connection, negotiation);
        peer.reads_aes_gcm = greeting.reads_aes_gcm();
        peer.streams_files = greeting.file_channels;
        peer.takes_lanes = greeting.file_lanes;
        peer.takes_message_lists = greeting.message_lists;
        peer.continue_recovery(self.anew.remove(id));
        let detail = self.peer_detail(&peer);
        self.peers.push(peer);
        if is_server(id) {
            self.media_server.has_left = false;
            self.server_event(context, "serverPeerJoined", id);
        } else {
            context.event("peerJoined", detail);
        }
    }

    pub fn on_offer(&mut self, context: &mut Context, message: Offer) {
        let Some(own_id) = self.own_id.clone() else { return };
        let own_weight = self.weight;
        let Some(peer) = self.connected_peer(&message.mid) else {
            return context.log(LogLevel::Warn, LogCode::DroppedMessage, &[Offer::TYPE, &message.mid]);
        };
        // A media server yields. Equal weights do not come from our server; elsewhere the ids
        // decide, alike on both sides.
        let outweighs = |weight: f64| own_weight > weight || (own_weight == weight && own_id > message.mid);
        let we_win = message.mid == MEDIA_SERVER || message.weight.is_some_and(outweighs);
        if message.enable_ice_restart.is_some() {
            if let Some(Value::Object(config)) = peer.info.get_mut("config") {
                config.set("enableIceRestart", message.enable_ice_restart);
            }
        }
        peer.negotiation.on_offer(message.sdp, we_win);
        self.accept_peer_data(context, &message.mid, message.user_info, message.media_info_list);
        self.take_steps(context, &message.mid);
    }

    pub fn on_answer(&mut self, context: &mut Context, message: Answer) {
        let Some(peer) = self.connected_peer(&message.mid) else {
            return context.log(LogLevel::Warn, LogCode::DroppedMessage, &[Answer::TYPE, &message.mid]);
        };
        let takes_data = has_usable_data_section(&message.sdp);
        peer.negotiation.on_answer(message.sdp);
        self.accept_peer_data(context, &message.mid, message.user_info, message.media_info_list);
        self.take_steps(context, &message.mid);
        if !takes_data {
            self.close_channels(context, &message.mid);
        }
    }

    pub fn on_answer_ack(&mut self, context: &mut Context, message: &AnswerAck) {
        if let Some(peer) = self.connected_peer(&message.mid) {
            peer.negotiation.on_ack();
            self.take_steps(context, &message.mid);
        }
    }

    pub fn on_bye(&mut self, context: &mut Context, message: &Bye) {
        self.anew.remove(&message.mid);
        self.part_from(context, &message.mid);
    }

    /// A member is not with us any more, or shall be met anew.
    pub fn part_from(&mut self, context: &mut Context, id: &str) {
        let Some(peer) = self.peer(id) else { return };
        if is_server(id) {
            self.server_event(context, "serverPeerLeft", id);
            if id == MEDIA_SERVER {
                self.lose_media_server(context);
            }
        } else {
            if peer.connection.is_none() {
                self.end_streams(context, id);
            }
            if let Some(peer) = self.peer(id) {
                context.event("peerLeft", self.peer_detail(peer));
            }
        }
        self.drop_peer(context, id);
        self.report_media(context);
    }

    pub fn advance_negotiations(&mut self, context: &mut Context) {
        let now = context.now;
        for id in self.peers.iter().map(|peer| peer.id.clone()).collect_vec() {
            self.send_end_of_candidates_when_due(context, &id);
            if let Some(peer) = self.peer_mut(&id) {
                if peer.negotiation.deadline().is_some_and(|due| due.is_due(now)) {
                    peer.negotiation.on_deadline(now);
                    self.take_steps(context, &id);
                }
            }
        }
    }

    /// Takes over what an offer or answer says of its sender: at once, since newer messages may
    /// overrule it before the description is set, and the tracks it brings need their mediaInfo.
    fn accept_peer_data(
        &mut self,
        context: &mut Context,
        id: &str,
        user_info: Option<Value>,
        media: Option<Vec<MediaInfo>>,
    ) {
        let Some(peer) = self.peer_mut(id) else { return };
        if let Some(info) = user_info.as_ref().filter(|info| info.get("settings").is_some()) {
            for key in ["settings", "mediaStatus", "userData"] {
                if let Some(value) = info.get(key) {
                    peer.info.set(key, value.clone());
                }
            }
        }
        let Some(list) = media else { return };
        for info in self.replace_media(id, list) {
            context.event("mediaInfoDeleted", Object::new().with("mediaInfo", shown(info)));
        }
        self.claim_tracks(context);
    }

    /// A peer muted, unmuted or removed a medium (wire protocol 5.14).
    pub fn on_media_info(&mut self, context: &mut Context, message: &MediaInfoEvent) {
        let id = message.mid.as_str();
        let source = self.source_of(id).to_owned();
        let Some(source) = self.peer_mut(&source) else { return };
        let is_it = |info: &MediaInfo| {
            let publisher = info.publisher_id.as_deref();
            info.media_id == message.media_id && publisher.is_none_or(|publisher| publisher == id)
        };
        let Some(place) = source.media.iter().position(is_it) else {
            if source.media.len() >= MOST_MEDIA {
                return;
            }
            source.media.push(MediaInfo {
                publisher_id: Some(id.to_owned()),
                media_id: message.media_id.clone(),
                media_type: message.media_type.clone(),
                media_state: message.media_state.clone(),
                ..MediaInfo::default()
            });
            return;
        };
        let Some(info) = source.media.get_mut(place).filter(|info| info.media_state != message.media_state)
        else {
            return;
        };
        info.media_state.clone_from(&message.media_state);
        let is_screen = info.media_type.as_deref() == Some("videoScreen");
        if message.media_state.as_deref() == Some(UNAVAILABLE) {
            let info = source.media.remove(place);
            return context.event("mediaInfoDeleted", Object::new().with("mediaInfo", shown(info)));
        }
        let Some((kind, stream_id)) = parse_media_id(&message.media_id) else { return };
        let muted = is_muted(message.media_state.as_deref());
        let Some(peer) = self.peer_mut(id) else { return };
        if let Some(Value::Object(status)) = peer.info.get_mut("mediaStatus") {
            set_media_status(status, stream_id, kind, muted);
        }
        let Some(peer) = self.peer(id) else { return };
        let detail = Object::new()
            .with("isSelf", false)
            .with("peerId", id)
            .with("peerInfo", self.peer_info(peer))
            .with("streamId", stream_id)
            .with("isAudio", kind == Kind::Audio)
            .with("isVideo", kind == Kind::Video)
            .with("isScreensharing", is_screen);
        context.event("streamMuted", detail);
        self.peer_update(context, id);
    }
}
