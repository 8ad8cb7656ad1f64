//! What the negotiation with a peer wants done.

use crate::negotiation::Step;
use crate::options::whole_number;
use crate::reports;
use crate::room::Room;
use crate::session::Context;
use crate::{ConnectionId, ConnectionOp, DescriptionKind, LogCode, LogLevel};
use skylink_protocol::signaling::{Answer, AnswerAck, Offer};
use skylink_protocol::{Object, Value};

impl Room {
    /// Does what a peer's negotiation wants done.
    pub fn take_steps(&mut self, context: &mut Context, id: &str) {
        loop {
            let Some(peer) = self.peer_mut(id) else { return };
            let steps = peer.negotiation.take_steps();
            if steps.is_empty() {
                return self.settle_refreshes(context);
            }
            for step in steps {
                self.take_step(context, id, step);
            }
        }
    }

    fn take_step(&mut self, context: &mut Context, id: &str, step: Step) {
        let Some(connection) = self.peer(id).and_then(|peer| peer.connection) else { return };
        let voice_activity_detection = self.voice_activity_detection;
        match step {
            Step::CreateOffer { ice_restart } => {
                // The peer may have answered a first offer that failed here: a second one must not
                // put other m-sections in their place. What is new goes with the next round.
                if self.peer(id).is_some_and(|peer| peer.negotiated || peer.own_sdp.is_empty()) {
                    self.open_first_channel(context, id);
                    self.sync_streams(context, id);
                }
                if let Some(peer) = self.peer_mut(id) {
                    peer.restarts_ice = ice_restart;
                    peer.offer_options = Object::new()
                        .with("iceRestart", ice_restart)
                        .with("voiceActivityDetection", voice_activity_detection)
                        .into();
                }
                context.connection(
                    connection,
                    ConnectionOp::CreateOffer { ice_restart, voice_activity_detection },
                );
            }
            Step::CreateAnswer => {
                self.sync_streams(context, id);
                self.create_answer(context, connection);
            }
            Step::SendOffer { sdp, repeated } => self.send_offer(context, id, sdp, repeated),
            Step::SendAnswer { sdp } => self.send_answer(context, id, sdp),
            Step::Answered => {
                self.own_handshake(context, Answer::TYPE);
                self.tell_deleted_media(context);
            }
            Step::SendAck { success } => {
                let ack =
                    AnswerAck { rid: self.rid.clone(), mid: self.own_id(), target: id.to_owned(), success };
                self.send(context, &ack.into());
                self.own_handshake(context, AnswerAck::TYPE);
            }
            Step::Acknowledged => {
                let detail =
                    Object::new().with("state", AnswerAck::TYPE).with("peerId", id).with("room", self.info());
                context.event("handshakeProgress", detail);
            }
            Step::SetLocal { kind, sdp } => {
                context.connection(connection, ConnectionOp::SetLocal { kind, sdp })
            }
            Step::SetRemote { kind, sdp } => {
                if let Some(peer) = self.peer_mut(id) {
                    peer.candidates.coming_sdp.clone_from(&sdp);
                }
                let mut sdp = self.peer_description(id, sdp);
                if let Some(peer) = self.peer_mut(id).filter(|_| kind == DescriptionKind::Answer) {
                    sdp = peer.keep_dtls_role(sdp, false);
                }
                let asks_answer = kind == DescriptionKind::Offer && !self.prefers_codecs();
                if asks_answer {
                    self.sync_streams(context, id);
                }
                context.connection(connection, ConnectionOp::SetRemote { kind, sdp });
                if asks_answer {
                    self.create_answer(context, connection);
                    if let Some(peer) = self.peer_mut(id) {
                        peer.negotiation.asks_answer_at_once();
                    }
                }
            }
            Step::RemoteApplied { kind } => {
                if let Some(peer) = self.peer_mut(id) {
                    peer.candidates.on_remote_applied();
                }
                let sdp = self.peer(id).map(|peer| peer.candidates.remote_sdp().to_owned());
                self.report_negotiation(context, id, kind.name(), Some(kind.name()), sdp);
                let detail =
                    Object::new().with("state", kind.name()).with("peerId", id).with("room", self.info());
                context.event("handshakeProgress", detail);
                if kind == DescriptionKind::Offer {
                    self.flush_candidates(context, id);
                }
            }
            Step::Settled => self.on_settled(context, id),
            Step::Failed { ours } => {
                let state = if ours { "error_set_local" } else { "error_set_remote" };
                self.report_negotiation(context, id, state, None, None);
                self.on_handshake_failed(context, id, ours);
                // What came meanwhile belongs to what is in place, which stays for now.
                self.flush_candidates(context, id);
            }
            Step::GivenUp => {
                context.log(LogLevel::Error, LogCode::HandshakeGivenUp, &[id]);
                self.on_given_up(context, id);
            }
        }
    }

    fn create_answer(&self, context: &mut Context, connection: ConnectionId) {
        let voice_activity_detection = self.voice_activity_detection;
        context.connection(connection, ConnectionOp::CreateAnswer { voice_activity_detection });
    }

    /// What came of a description.
    fn report_negotiation(
        &self,
        context: &mut Context,
        id: &str,
        state: &str,
        remote: Option<&str>,
        sdp: Option<String>,
    ) {
        let report = Object::new()
            .with("is_remote", remote.is_some())
            .with("weight", self.weight)
            .with("sdp_type", remote.or(state.strip_prefix("create_")).map(str::to_owned))
            .with("sdp_sdp", sdp);
        self.report_on(context, reports::NEGOTIATION, (id, state), report);
    }

    fn send_offer(&mut self, context: &mut Context, id: &str, sdp: String, repeated: bool) {
        if repeated {
            context.log(LogLevel::Warn, LogCode::OfferRepeated, &[id]);
        }
        let media_info_list = self.media_list(id, &sdp);
        let Some(peer) = self.peer_mut(id) else { return };
        peer.own_sdp.clone_from(&sdp);
        peer.we_offered = true;
        let (negotiated, ice_restart) = (peer.negotiated, peer.restarts_ice);
        let environment = &context.environment;
        let mut offer = Offer {
            sdp,
            mid: self.own_id(),
            target: id.to_owned(),
            rid: self.rid.clone(),
            user_info: Some(self.announced_info(environment).into()),
            weight: Some(self.weight),
            media_info_list: Some(media_info_list),
            ..Offer::default()
        };
        if negotiated {
            offer.agent = Some(environment.agent_name.clone());
            offer.version = Some(whole_number(environment.agent_version));
            offer.os.clone_from(&environment.agent_os);
            offer.enable_data_channel = Some(self.options.enable_data_channel());
            offer.enable_ice_restart = Some(environment.can_restart_ice);
            offer.do_ice_restart = Some(ice_restart);
            offer.is_restart_resend = Some(false);
            offer.temasys_plugin_version = Some(Value::Null);
            (offer.sm_protocol_version, offer.dt_protocol_version) = Self::restart_versions();
        }
        self.report_negotiation(context, id, "create_offer", None, Some(offer.sdp.clone()));
        self.send(context, &offer.into());
        if !repeated {
            self.own_handshake(context, Offer::TYPE);
        }
        self.tell_deleted_media(context);
    }

    fn send_answer(&mut self, context: &mut Context, id: &str, sdp: String) {
        let answer = Answer {
            media_info_list: Some(self.media_list(id, &sdp)),
            sdp: sdp.clone(),
            mid: self.own_id(),
            target: id.to_owned(),
            rid: self.rid.clone(),
            publisher_id: None,
            user_info: Some(self.announced_info(&context.environment).into()),
        };
        if let Some(peer) = self.peer_mut(id) {
            peer.own_sdp = sdp;
            peer.we_offered = false;
        }
        self.report_negotiation(context, id, "create_answer", None, Some(answer.sdp.clone()));
        self.send(context, &answer.into());
    }
}
