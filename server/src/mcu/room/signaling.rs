//! Signalling messages that members address to the media server (wire protocol 6.7).

use std::time::Instant;

use skylink_protocol::signaling::{
    Answer, AnswerAck, Candidate, EndOfCandidates, Enter, MediaInfo, MediaInfoEvent, Offer, UpdateUser,
    VideoViews,
};
use skylink_protocol::Value;

use super::relay::Pace;
use super::{Member, Room, RoomOutput};
use crate::mcu::connection::{Connection, Transport};
use crate::mcu::counters::Note;
use crate::mcu::media_info::{keep_lines, own_media, parse_media_id, UNAVAILABLE};
use crate::mcu::messages;
use crate::mcu::sdp::{self, Kind};

impl Room {
    /// A message of a member. Its `mid` is the sender's true peer id; the signalling sees to that.
    pub fn receive(&mut self, peer: &str, message: &Value, now: Instant, track_ids: &mut u64) {
        let outcome = match message.get("type").and_then(Value::as_text) {
            Some(Enter::TYPE) => self.enter(peer, message, now, track_ids),
            Some(Offer::TYPE) => self.take_offer(peer, message, now),
            Some(Answer::TYPE) => self.take_answer(peer, message),
            Some(AnswerAck::TYPE) => self.take_acknowledgement(peer, message),
            Some(MediaInfoEvent::TYPE) => self.take_media_info(peer, message),
            Some(UpdateUser::TYPE) => self.take_user_data(peer, message),
            Some(VideoViews::TYPE) => {
                self.take_views(peer, message, now);
                Ok(())
            }
            // Addresses are learnt from the packets that come from them.
            Some(Candidate::TYPE | EndOfCandidates::TYPE) => Ok(()),
            // Recordings of a room that nobody is in would begin and end as fast as somebody asks.
            _ if self.member(peer).is_none() => Err(Trouble::Message),
            _ => {
                self.outputs
                    .push_back(RoomOutput::Request { peer: peer.to_owned(), message: message.clone() });
                Ok(())
            }
        };
        match outcome {
            Ok(()) => {}
            Err(Trouble::Message) => self.setup.counters.note(Note::BadMessage),
            Err(Trouble::Description(reason)) => {
                self.setup.counters.note(Note::BadDescription);
                tracing::warn!(peer, room = self.rid, reason, "a client's connection is given up");
                self.fail(peer, now, track_ids);
            }
        }
        self.settle(now, track_ids);
    }

    /// The newcomer hears who is there; the others hear of it before anything of its media. A member that gave up its
    /// connection is greeted again.
    fn enter(
        &mut self,
        peer: &str,
        message: &Value,
        now: Instant,
        track_ids: &mut u64,
    ) -> Result<(), Trouble> {
        let enter = message.as_object().ok_or(Trouble::Message)?;
        let others = self.members.iter().filter(|member| member.id != peer);
        let present = others.map(|member| Value::Object(member.enter.clone())).collect();
        if self.member(peer).is_some() {
            // For the others every copy would be one more PEER_JOINED.
            if message.get("beginsAnew") == Some(&Value::Bool(true)) {
                self.hang_up(peer, now, track_ids);
                self.signal(peer, messages::welcome(&self.rid, peer, present));
            }
            return Ok(());
        }
        let enter = messages::enter_of(peer, enter);
        self.signal_others(peer, &Value::Object(enter.clone()));
        self.members.push(Member {
            id: peer.to_owned(),
            enter,
            media: Vec::new(),
            connection: None,
            pace: Pace::new(now),
            file_pace: Pace::new(now),
            view_pace: Pace::new(now),
            is_over_limit: false,
        });
        let welcome = messages::welcome(&self.rid, peer, present);
        self.signal(peer, welcome);
        Ok(())
    }

    fn take_offer(&mut self, peer: &str, message: &Value, now: Instant) -> Result<(), Trouble> {
        let offer = Offer::try_from(message).map_err(|_| Trouble::Message)?;
        let description = sdp::read(&offer.sdp).map_err(Trouble::description)?;
        let setup = self.setup.clone();
        let most = setup.limits.media_per_member;
        let place = self.members.iter().position(|member| member.id == peer).ok_or(Trouble::Message)?;
        let member = self.members.get_mut(place).ok_or(Trouble::Message)?;
        if let Some(info) = &offer.user_info {
            messages::renew_user_info(&mut member.enter, info);
        }
        if let Some(list) = &offer.media_info_list {
            member.renew_media(list, most);
        }
        let known = member.connection.take();
        let was_known = known.is_some();
        let known = known.filter(|connection| connection.is_same_peer(&description));
        if was_known && known.is_none() {
            self.end_files(peer);
            self.outputs.push_back(RoomOutput::Close { peer: peer.to_owned() });
            self.unpublish(|track| track.publisher == peer);
        }
        let is_new = known.is_none();
        let mut connection = match known {
            Some(connection) => connection,
            None => Connection::new(&description, &setup.ufrag_prefix, &mut *self.entropy),
        };
        if connection.is_offering() {
            setup.counters.note(Note::Glare);
        }
        let opening = connection.opening();
        let (answer, changes, transport) = connection
            .take_offer(&description, &setup.endpoint, now, &setup.ufrag_prefix, &mut *self.entropy)
            .map_err(Trouble::description)?;
        if is_new {
            setup.counters.note(Note::Opened);
            self.outputs.push_back(RoomOutput::Open { peer: peer.to_owned(), opening });
        }
        if let Transport::Restarted(local, remote) = transport {
            setup.counters.note(Note::IceRestarted);
            self.outputs.push_back(RoomOutput::Restart { peer: peer.to_owned(), local, remote });
        }
        if let Some(member) = self.members.get_mut(place) {
            member.connection = Some(connection);
        }
        self.outputs.push_back(RoomOutput::Apply { peer: peer.to_owned(), changes });
        let message = messages::answer(&self.rid, peer, answer);
        self.signal(peer, message);
        Ok(())
    }

    fn take_answer(&mut self, peer: &str, message: &Value) -> Result<(), Trouble> {
        let answer = Answer::try_from(message).map_err(|_| Trouble::Message)?;
        let description = sdp::read(&answer.sdp).map_err(Trouble::description)?;
        let most = self.setup.limits.media_per_member;
        let member = self.member_mut(peer).ok_or(Trouble::Message)?;
        let connection = member.connection.as_mut().ok_or(Trouble::Message)?;
        let outcome = connection.take_answer(&description).map_err(Trouble::description)?;
        if let Some(changes) = outcome {
            if let Some(info) = &answer.user_info {
                messages::renew_user_info(&mut member.enter, info);
            }
            if let Some(list) = &answer.media_info_list {
                member.renew_media(list, most);
            }
            self.outputs.push_back(RoomOutput::Apply { peer: peer.to_owned(), changes });
        }
        // Also for an answer that came too late: until then the client does nothing else.
        self.signal(peer, messages::answer_ack(&self.rid, peer));
        Ok(())
    }

    fn take_acknowledgement(&mut self, peer: &str, message: &Value) -> Result<(), Trouble> {
        let acknowledgement = AnswerAck::try_from(message).map_err(|_| Trouble::Message)?;
        let connection = self.member_mut(peer).and_then(|member| member.connection.as_mut());
        let connection = connection.ok_or(Trouble::Message)?;
        // skylinkjs 2.7.2 sends `true` after each `false`.
        if acknowledgement.success {
            connection.take_acknowledgement();
        }
        Ok(())
    }

    /// A medium was muted, unmuted or removed.
    fn take_media_info(&mut self, peer: &str, message: &Value) -> Result<(), Trouble> {
        let event = MediaInfoEvent::try_from(message).map_err(|_| Trouble::Message)?;
        let (kind, stream) = parse_media_id(&event.media_id).ok_or(Trouble::Message)?;
        let state = event.media_state.clone().unwrap_or_default();
        let member = self.member_mut(peer).ok_or(Trouble::Message)?;
        if state == UNAVAILABLE {
            member.media.retain(|medium| medium.media_id != event.media_id);
        } else if let Some(medium) = member.media.iter_mut().find(|medium| medium.media_id == event.media_id)
        {
            medium.media_state = state.chars().take(32).collect();
        }
        let muted = matches!(state.as_str(), "muted" | "stopped");
        messages::note_muted(&mut member.enter, stream, kind == Kind::Audio, muted);
        let relayed = messages::by_publisher(message, peer);
        self.signal_others(peer, &relayed);
        Ok(())
    }

    fn take_user_data(&mut self, peer: &str, message: &Value) -> Result<(), Trouble> {
        let update = UpdateUser::try_from(message).map_err(|_| Trouble::Message)?;
        let member = self.member_mut(peer).ok_or(Trouble::Message)?;
        messages::renew_user_data(&mut member.enter, &update.user_data);
        Ok(())
    }
}

impl Member {
    fn renew_media(&mut self, list: &[MediaInfo], most: usize) {
        let mut media = own_media(list, &self.id, most);
        keep_lines(&mut media, &self.media);
        self.media = media;
    }
}

/// Why a message came to nothing.
enum Trouble {
    /// It is not what its type says, or comes at a wrong time.
    Message,
    /// Its description cannot be used; without it there is no connection.
    Description(String),
}

impl Trouble {
    fn description(reason: impl std::fmt::Display) -> Self {
        Self::Description(reason.to_string())
    }
}
