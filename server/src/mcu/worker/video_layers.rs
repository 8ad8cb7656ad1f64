//! Which layer of each video goes to whom: looks at what comes in and at what the ways to the
//! clients carry, lets each viewer choose, and does it.

use std::time::{Duration, Instant};

use skylink_protocol::signaling::VideoLayer;

use super::Worker;
use crate::mcu::counters::{Counters, Note};
use crate::mcu::forward::{ConnectionKey, Route, Switch};
use crate::mcu::layers::choice::{Choice, Layer, Share, Video};
use crate::mcu::layers::renewal::Renewal;
use crate::mcu::layers::viewer::{Viewer, Watched};
use crate::mcu::lines::TrackId;
use crate::mcu::messages;
use crate::mcu::room::{Room, Track, View};
use crate::mcu::sdp::Kind;

/// How often layers are chosen anew, at least.
const INTERVAL: Duration = Duration::from_millis(250);
/// A client from which nothing comes for so long is out of reach: browsers check the way more often.
const SILENCE: Duration = Duration::from_secs(3);

impl Worker {
    pub(super) fn renew_views(&mut self, rid: &str, peer: &str, views: Vec<View>, now: Instant) {
        if let Some(state) = self.rooms.get_mut(rid) {
            state.viewers.entry(peer.to_owned()).or_default().renew_views(views);
        }
        self.choose(rid, now);
    }

    /// A falling estimate does not wait for its turn.
    pub(super) fn note_estimate(&mut self, key: ConnectionKey, bits: u64, now: Instant) {
        let Some(state) = self.connections.get_mut(&key) else { return };
        let falls = state.estimate.is_none_or(|before| bits < before);
        tracing::trace!(peer = state.peer, bits, "estimate of the way to a client");
        state.estimate = Some(bits);
        if let Some(room) = self.rooms.get_mut(&state.rid).filter(|_| falls) {
            room.chooses_at = Some(now);
        }
    }

    pub(super) fn choose_where_due(&mut self, now: Instant) {
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let due = self.rooms.iter().filter(|(_, state)| is_due(state.chooses_at));
        let due: Vec<String> = due.map(|(rid, _)| rid.clone()).collect();
        for rid in due {
            self.choose(&rid, now);
        }
    }

    /// Chooses for all members of a room.
    pub(super) fn choose(&mut self, rid: &str, now: Instant) {
        let Some(state) = self.rooms.get_mut(rid) else { return };
        let mut awaited: Vec<(TrackId, usize)> = Vec::new();
        let mut news: Vec<(String, Vec<VideoLayer>)> = Vec::new();
        let mut has_pictures = false;
        for track in state.room.tracks().filter(|track| track.kind() == Kind::Video) {
            has_pictures = true;
            if let Some(route) = self.switch.route_mut(track.id) {
                awaited.extend(route.aim_tap(now).map(|layer| (track.id, layer)));
            }
        }
        for (peer, key) in &state.connections {
            let Some(connection) = self.connections.get_mut(key) else { continue };
            let viewer = state.viewers.entry(peer.clone()).or_default();
            let Watching { watched, mut videos, sound } =
                Watching::of(&state.room, &mut self.switch, viewer, *key, now);
            if videos.is_empty() {
                continue;
            }
            let is_silent = now.saturating_duration_since(connection.heard) >= SILENCE;
            if is_silent {
                // That videos do not fit says nothing of its line, and that cannot be measured now.
                connection.renewal = Renewal::overdue();
                videos.iter_mut().for_each(|video| video.misfit = None);
            }
            // One line without feedback, and its packets would count as lost.
            let is_measured = connection.feedback.values().all(|feedback| *feedback);
            if is_measured {
                let desired = Choice::desired(&videos, sound);
                connection.engine.desire(desired, now);
                let is_due =
                    |estimate: &u64| !is_silent && connection.renewal.is_due(*estimate, desired, now);
                if let Some(estimate) = connection.estimate.filter(is_due) {
                    connection.engine.estimate_anew(estimate, now);
                }
                self.unserved.push(*key);
            }
            let before: Vec<Option<Share>> = videos.iter().map(|video| video.given).collect();
            let line = connection.estimate.filter(|_| is_measured);
            let shares = viewer.choose(&watched, &mut videos, line, sound, now);
            for ((watched, share), before) in watched.iter().zip(&shares).zip(before) {
                note(&self.setup.counters, *share, before);
                let Some(route) = self.switch.route_mut(watched.track) else { continue };
                for (_, outlet) in route.to.iter_mut().filter(|(line, _)| line.connection == *key) {
                    outlet.aim(share.layer());
                    awaited.extend(outlet.awaits().map(|layer| (watched.track, layer)));
                }
            }
            let given = |track: TrackId| {
                let place = watched.iter().position(|watched| watched.track == track)?;
                let route = self.switch.route(track)?;
                Some((flowing_to(route, *key), route.flow.count(), *shares.get(place)?))
            };
            let told = viewer.news(&watched, given, now);
            if !told.is_empty() {
                news.push((peer.clone(), told));
            }
        }
        state.chooses_at = has_pictures.then(|| now.checked_add(INTERVAL)).flatten();
        for (peer, layers) in news {
            let message = messages::video_layers(rid, &peer, layers);
            self.signal(rid, peer, message);
        }
        for (track, layer) in awaited {
            self.want_key_frame(track, layer, now);
        }
    }
}

/// The layer that a connection gets, or is about to get.
fn flowing_to(route: &Route, key: ConnectionKey) -> usize {
    let outlet = route.to.iter().find(|(line, _)| line.connection == key).map(|(_, outlet)| outlet);
    outlet.and_then(|outlet| outlet.flowing().or(outlet.wanted())).unwrap_or_default()
}

fn note(counters: &Counters, share: Share, before: Option<Share>) {
    match share {
        Share::Paused if before != Some(share) => counters.note(Note::VideoPaused),
        Share::Starved if before != Some(share) => counters.note(Note::VideoStarved),
        _ => {}
    }
}

/// What goes to one member.
struct Watching {
    watched: Vec<Watched>,
    videos: Vec<Video>,
    /// Bits a second of all sound.
    sound: u64,
}

impl Watching {
    fn of(room: &Room, switch: &mut Switch, viewer: &Viewer, key: ConnectionKey, now: Instant) -> Self {
        let mut watching = Self { watched: Vec::new(), videos: Vec::new(), sound: 0 };
        let mut tracks: Vec<TrackId> = switch.tracks_to(key).map(|(_, track)| track).collect();
        tracks.sort_unstable();
        for id in tracks {
            let Some(track) = room.track(id) else { continue };
            let spoke = spoke(room, switch, &track.publisher);
            let Some(route) = switch.route_mut(id) else { continue };
            match track.kind() {
                Kind::Audio => watching.sound = watching.sound.saturating_add(route.flow.rate(0, now)),
                _ => watching.add(track, route, viewer, spoke, now),
            }
        }
        watching
    }

    fn add(
        &mut self,
        track: &Track,
        route: &mut Route,
        viewer: &Viewer,
        spoke: Option<Instant>,
        now: Instant,
    ) {
        let count = route.flow.count();
        let layer = |number| Layer {
            rate: route.flow.rate(number, now),
            height: route.flow.height(number),
            flows: route.flow.flows(number, now),
        };
        let layers = (0..count).map(layer).collect();
        let watched = Watched {
            track: track.id,
            publisher: track.publisher.clone(),
            stream: track.medium.stream().to_owned(),
        };
        let mut video = Video { layers, spoke, ..Video::default() };
        viewer.complete(&watched, &mut video);
        self.watched.push(watched);
        self.videos.push(video);
    }
}

/// When a member spoke last.
fn spoke(room: &Room, switch: &Switch, publisher: &str) -> Option<Instant> {
    let sounds = room.tracks().filter(|track| track.publisher == publisher && track.kind() == Kind::Audio);
    sounds.filter_map(|track| switch.route(track.id)?.spoke).max()
}
