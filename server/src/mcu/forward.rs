//! Which packets go where: from the line of a publisher to the lines of its receivers, and to
//! taps. Key frames are asked for on their behalf, but not by each of them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::lines::TrackId;
use super::sdp::Kind;

/// No two key frames of a track are asked for within this time.
pub const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(500);

/// A client's connection, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionKey(pub u64);

/// A line of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LineKey {
    /// The connection.
    pub connection: ConnectionKey,
    /// The m-section.
    pub mid: String,
}

/// Where the packets of one track go.
#[derive(Debug)]
pub struct Route {
    /// The room.
    pub rid: String,
    /// Sound or pictures.
    pub kind: Kind,
    /// Where it comes from.
    pub from: LineKey,
    /// The lines that get it.
    pub to: Vec<LineKey>,
    /// The taps of the room that get it, by number.
    pub taps: Vec<usize>,
    asked: Option<Instant>,
    is_waiting: bool,
}

/// All tracks of a worker.
#[derive(Debug, Default)]
pub struct Switch {
    routes: HashMap<TrackId, Route>,
    incoming: HashMap<ConnectionKey, HashMap<String, TrackId>>,
    outgoing: HashMap<ConnectionKey, HashMap<String, TrackId>>,
    waiting: usize,
}

impl Switch {
    /// How many tracks there are.
    pub fn track_count(&self) -> usize {
        self.routes.len()
    }

    /// How many lines get them.
    pub fn line_count(&self) -> usize {
        self.outgoing.values().map(HashMap::len).fold(0, usize::saturating_add)
    }

    /// A track begins.
    pub fn publish(&mut self, track: TrackId, rid: &str, kind: Kind, from: LineKey) {
        self.incoming.entry(from.connection).or_default().insert(from.mid.clone(), track);
        self.routes.insert(
            track,
            Route {
                rid: rid.to_owned(),
                kind,
                from,
                to: Vec::new(),
                taps: Vec::new(),
                asked: None,
                is_waiting: false,
            },
        );
    }

    /// A track is over. Lines that had it are told apart, when their negotiation ends.
    pub fn unpublish(&mut self, track: TrackId) {
        let Some(route) = self.routes.remove(&track) else { return };
        if route.is_waiting {
            self.waiting = self.waiting.saturating_sub(1);
        }
        if let Some(lines) = self.incoming.get_mut(&route.from.connection) {
            if lines.get(&route.from.mid) == Some(&track) {
                lines.remove(&route.from.mid);
            }
        }
    }

    /// A line gets a track.
    pub fn connect(&mut self, track: TrackId, to: LineKey) {
        self.disconnect(&to);
        if let Some(route) = self.routes.get_mut(&track) {
            self.outgoing.entry(to.connection).or_default().insert(to.mid.clone(), track);
            route.to.push(to);
        }
    }

    /// A line gets nothing any more.
    pub fn disconnect(&mut self, line: &LineKey) {
        let known = self.outgoing.get_mut(&line.connection).and_then(|lines| lines.remove(&line.mid));
        if let Some(route) = known.and_then(|track| self.routes.get_mut(&track)) {
            route.to.retain(|other| other != line);
        }
    }

    /// A connection is gone.
    pub fn remove(&mut self, connection: ConnectionKey) {
        self.incoming.remove(&connection);
        for track in self.outgoing.remove(&connection).into_iter().flat_map(HashMap::into_values) {
            if let Some(route) = self.routes.get_mut(&track) {
                route.to.retain(|line| line.connection != connection);
            }
        }
    }

    /// The track that comes in on a line.
    pub fn track_from(&self, connection: ConnectionKey, mid: &str) -> Option<TrackId> {
        self.incoming.get(&connection)?.get(mid).copied()
    }

    /// The track that goes out on a line.
    pub fn track_to(&self, connection: ConnectionKey, mid: &str) -> Option<TrackId> {
        self.outgoing.get(&connection)?.get(mid).copied()
    }

    /// The tracks that a connection gets.
    pub fn tracks_to(&self, connection: ConnectionKey) -> Vec<TrackId> {
        let lines = self.outgoing.get(&connection);
        lines.into_iter().flat_map(|lines| lines.values().copied()).collect()
    }

    /// Where a track goes.
    pub fn route(&self, track: TrackId) -> Option<&Route> {
        self.routes.get(&track)
    }

    /// A tap takes a track, or leaves it.
    pub fn tap(&mut self, track: TrackId, tap: usize, takes: bool) {
        if let Some(route) = self.routes.get_mut(&track) {
            route.taps.retain(|other| *other != tap);
            if takes {
                route.taps.push(tap);
            }
        }
    }

    /// Somebody needs a key frame. Gives the line to ask now; else it is asked when it may be.
    pub fn want_key_frame(&mut self, track: TrackId, now: Instant) -> Option<LineKey> {
        let route = self.routes.get_mut(&track).filter(|route| route.kind == Kind::Video)?;
        if route.may_ask(now) {
            route.asked = Some(now);
            return Some(route.from.clone());
        }
        if !route.is_waiting {
            route.is_waiting = true;
            self.waiting = self.waiting.saturating_add(1);
        }
        None
    }

    /// The lines whose key frames may be asked for by now.
    pub fn due_key_frames(&mut self, now: Instant) -> Vec<LineKey> {
        let mut lines = Vec::new();
        if self.waiting == 0 {
            return lines;
        }
        for route in self.routes.values_mut().filter(|route| route.is_waiting) {
            if route.may_ask(now) {
                route.asked = Some(now);
                route.is_waiting = false;
                self.waiting = self.waiting.saturating_sub(1);
                lines.push(route.from.clone());
            }
        }
        lines
    }

    /// When [`Switch::due_key_frames`] has something.
    pub fn deadline(&self) -> Option<Instant> {
        if self.waiting == 0 {
            return None;
        }
        let waiting = self.routes.values().filter(|route| route.is_waiting);
        waiting.filter_map(|route| route.asked?.checked_add(KEY_FRAME_INTERVAL)).min()
    }
}

impl Route {
    fn may_ask(&self, now: Instant) -> bool {
        self.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= KEY_FRAME_INTERVAL)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn line(connection: u64, mid: &str) -> LineKey {
        LineKey { connection: ConnectionKey(connection), mid: mid.to_owned() }
    }

    #[test]
    fn tracks_go_to_the_lines_that_are_connected() {
        let mut switch = Switch::default();
        switch.publish(TrackId(1), "r", Kind::Video, line(1, "0"));
        switch.connect(TrackId(1), line(2, "s0"));
        switch.connect(TrackId(1), line(3, "s0"));
        assert_eq!(switch.track_from(ConnectionKey(1), "0"), Some(TrackId(1)));
        assert_eq!(switch.track_to(ConnectionKey(3), "s0"), Some(TrackId(1)));
        let receivers = |switch: &Switch| switch.route(TrackId(1)).map_or(0, |route| route.to.len());
        assert_eq!(receivers(&switch), 2);
        switch.disconnect(&line(2, "s0"));
        assert_eq!((receivers(&switch), switch.line_count()), (1, 1));
        switch.remove(ConnectionKey(3));
        assert_eq!((receivers(&switch), switch.line_count()), (0, 0));
        switch.unpublish(TrackId(1));
        assert_eq!(switch.track_from(ConnectionKey(1), "0"), None);
        switch.connect(TrackId(1), line(2, "s0"));
        assert_eq!(switch.line_count(), 0);
    }

    #[test]
    fn key_frames_are_asked_for_twice_a_second_at_most() {
        let mut switch = Switch::default();
        let start = Instant::now();
        switch.publish(TrackId(1), "r", Kind::Video, line(1, "0"));
        switch.publish(TrackId(2), "r", Kind::Audio, line(1, "1"));
        assert_eq!(switch.want_key_frame(TrackId(2), start), None);
        assert_eq!(switch.want_key_frame(TrackId(1), start), Some(line(1, "0")));
        for _ in 0..20 {
            assert_eq!(switch.want_key_frame(TrackId(1), start), None);
        }
        assert_eq!(switch.deadline(), Some(start + KEY_FRAME_INTERVAL));
        assert!(switch.due_key_frames(start + KEY_FRAME_INTERVAL / 2).is_empty());
        assert_eq!(switch.due_key_frames(start + KEY_FRAME_INTERVAL), [line(1, "0")]);
        assert!(switch.due_key_frames(start + KEY_FRAME_INTERVAL * 3).is_empty());
        assert_eq!(switch.deadline(), None);
        switch.want_key_frame(TrackId(1), start + KEY_FRAME_INTERVAL);
        switch.unpublish(TrackId(1));
        assert_eq!(switch.deadline(), None);
    }
}
