//! Which tracks exist in a room, and the offers by which everybody gets those of the others.

use std::collections::BTreeSet;
use std::time::Instant;

use super::{Member, Room, RoomOutput, Track};
use crate::mcu::counters::Note;
use crate::mcu::lines::{TrackId, Wanted};
use crate::mcu::messages;

impl Room {
    /// Brings tracks and offers up to date with what clients send and say.
    pub(super) fn settle(&mut self, now: Instant, track_ids: &mut u64) {
        for place in 0..self.members.len() {
            self.publish(place, track_ids);
        }
        for place in 0..self.members.len() {
            self.offer(place, now);
        }
    }

    pub(super) fn unpublish(&mut self, is_gone: impl Fn(&Track) -> bool) {
        let gone: Vec<TrackId> =
            self.tracks.values().filter(|track| is_gone(track)).map(|track| track.id).collect();
        for id in gone {
            self.tracks.remove(&id);
            for member in &mut self.members {
                if let Some(connection) = &mut member.connection {
                    connection.forget(id);
                }
            }
            self.outputs.push_back(RoomOutput::Unpublished(id));
        }
    }

    /// A medium is published while its m-section is agreed to send. While a negotiation is under
    /// way media may go, but none come.
    fn publish(&mut self, place: usize, track_ids: &mut u64) {
        let Some(member) = self.members.get(place) else { return };
        let sent = sent_by(member);
        let (publisher, may_add) =
            (member.id.clone(), member.connection.as_ref().is_some_and(|c| c.is_stable()));
        let is_same = |track: &Track, sent: &Track| {
            track.publisher == sent.publisher
                && track.mid == sent.mid
                && track.medium.media_id == sent.medium.media_id
                && track.layers == sent.layers
        };
        self.unpublish(|track| {
            track.publisher == publisher && !sent.iter().any(|other| is_same(track, other))
        });
        for mut track in sent {
            if let Some(known) = self.tracks.values_mut().find(|known| is_same(known, &track)) {
                known.medium = track.medium;
            } else if may_add && self.may_publish(place, &publisher) {
                *track_ids = track_ids.saturating_add(1);
                track.id = TrackId(*track_ids);
                self.tracks.insert(track.id, track.clone());
                self.outputs.push_back(RoomOutput::Published(track));
            }
        }
    }

    fn may_publish(&mut self, place: usize, publisher: &str) -> bool {
        let publishers: BTreeSet<&str> = self.tracks.values().map(|track| track.publisher.as_str()).collect();
        let may = publishers.contains(publisher) || publishers.len() < self.setup.limits.publishers;
        if let Some(member) = self.members.get_mut(place) {
            if !may && !member.is_over_limit {
                self.setup.counters.note(Note::OverLimit);
                tracing::warn!(
                    peer = member.id,
                    room = self.rid,
                    limit = self.setup.limits.publishers,
                    "the room has as many publishers as it may have: media of this client are not passed on"
                );
            }
            member.is_over_limit = !may;
        }
        may
    }

    fn offer(&mut self, place: usize, now: Instant) {
        let Some(member) = self.members.get_mut(place) else { return };
        let Some(connection) = member.connection.as_mut().filter(|connection| connection.is_stable()) else {
            return;
        };
        let tracks = &self.tracks;
        let wanted: Vec<Wanted> = tracks
            .values()
            .filter(|track| track.publisher != member.id)
            .map(|track| Wanted {
                track: track.id,
                kind: track.kind(),
                stream: track.medium.stream().to_owned(),
                name: track.name.clone(),
            })
            .collect();
        let entries = |id: TrackId, mid: &str| {
            let track = tracks.get(&id)?;
            Some(track.medium.entry(&track.publisher, mid))
        };
        let endpoint = &self.setup.endpoint;
        if let Some(offer) = connection.offer(&wanted, &entries, endpoint, now, &mut *self.entropy) {
            self.setup.counters.note(Note::Offered);
            let peer = member.id.clone();
            let message = messages::offer(&self.rid, &peer, offer);
            self.signal(&peer, message);
        }
    }
}

/// The media of a member that its lines really carry.
fn sent_by(member: &Member) -> Vec<Track> {
    let Some(connection) = &member.connection else { return Vec::new() };
    let lines = connection.lines();
    let track = |medium: &super::Medium| {
        let (line, incoming) = lines.incoming(medium.mid.as_deref()?)?;
        (line.kind == medium.kind()).then(|| Track {
            id: TrackId(0),
            publisher: member.id.clone(),
            mid: line.mid.clone(),
            name: incoming.track.clone().unwrap_or_else(|| medium.stream().to_owned()),
            medium: medium.clone(),
            layers: incoming.layers.len().max(1),
        })
    };
    member.media.iter().filter_map(track).collect()
}
