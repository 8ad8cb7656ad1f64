//! Which packets go where: from the line of a publisher to the lines of its receivers, and to
//! taps. Key frames are asked for on their behalf, but not by each of them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::layers::descriptor::Descriptor;
use super::layers::flow::Flow;
use super::layers::outlet::Outlet;
use super::lines::TrackId;
use super::packet::Packet;
use super::sdp::Kind;

/// No two key frames of a layer are asked for within this time.
pub const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(500);
/// Whoever is louder than this speaks, in dBov.
const SPEECH: i8 = -45;

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

/// A layer whose key frame is to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFrameOrder {
    /// The line of its publisher.
    pub from: LineKey,
    /// The layer.
    pub layer: usize,
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
    pub to: Vec<(LineKey, Outlet)>,
    /// The taps of the room that get it, by number.
    pub taps: Vec<usize>,
    /// What comes in.
    pub flow: Flow,
    /// When speech was last heard on it.
    pub spoke: Option<Instant>,
    tapped: Option<Tapped>,
    asks: Vec<Ask>,
}

/// What taps get. All of a track get the same.
#[derive(Debug)]
struct Tapped {
    outlet: Outlet,
    /// Stands for all sources of the publisher.
    source: u32,
}

#[derive(Debug, Clone, Default)]
struct Ask {
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
    tap_sources: u32,
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

    /// A track begins, with so many layers.
    pub fn publish(&mut self, track: TrackId, rid: &str, kind: Kind, layers: usize, from: LineKey) {
        self.incoming.entry(from.connection).or_default().insert(from.mid.clone(), track);
        let flow = Flow::new(kind, layers);
        self.routes.insert(
            track,
            Route {
                rid: rid.to_owned(),
                kind,
                from,
                to: Vec::new(),
                taps: Vec::new(),
                asks: vec![Ask::default(); flow.count()],
                flow,
                spoke: None,
                tapped: None,
            },
        );
    }

    /// A track is over. Lines that had it are told apart, when their negotiation ends.
    pub fn unpublish(&mut self, track: TrackId) {
        let Some(route) = self.routes.remove(&track) else { return };
        let waiting = route.asks.iter().filter(|ask| ask.is_waiting).count();
        self.waiting = self.waiting.saturating_sub(waiting);
        if let Some(lines) = self.incoming.get_mut(&route.from.connection) {
            if lines.get(&route.from.mid) == Some(&track) {
                lines.remove(&route.from.mid);
            }
        }
    }

    /// A line gets a track. Of one with several layers nothing flows before one is chosen.
    pub fn connect(&mut self, track: TrackId, to: LineKey) {
        self.disconnect(&to);
        if let Some(route) = self.routes.get_mut(&track) {
            self.outgoing.entry(to.connection).or_default().insert(to.mid.clone(), track);
            let outlet = route.new_outlet();
            route.to.push((to, outlet));
        }
    }

    /// A line gets nothing any more.
    pub fn disconnect(&mut self, line: &LineKey) {
        let known = self.outgoing.get_mut(&line.connection).and_then(|lines| lines.remove(&line.mid));
        if let Some(route) = known.and_then(|track| self.routes.get_mut(&track)) {
            route.to.retain(|(other, _)| other != line);
        }
    }

    /// A connection is gone.
    pub fn remove(&mut self, connection: ConnectionKey) {
        self.incoming.remove(&connection);
        for track in self.outgoing.remove(&connection).into_iter().flat_map(HashMap::into_values) {
            if let Some(route) = self.routes.get_mut(&track) {
                route.to.retain(|(line, _)| line.connection != connection);
            }
        }
    }

    /// The track that comes in on a line.
    pub fn track_from(&self, connection: ConnectionKey, mid: &str) -> Option<TrackId> {
        self.incoming.get(&connection)?.get(mid).copied()
    }

    /// The track that goes out on a line, and the layer of it that is to flow.
    pub fn layer_to(&self, connection: ConnectionKey, mid: &str) -> Option<(TrackId, usize)> {
        let track = *self.outgoing.get(&connection)?.get(mid)?;
        let route = self.routes.get(&track)?;
        let is_it = |(line, _): &&(LineKey, Outlet)| line.connection == connection && line.mid == mid;
        let (_, outlet) = route.to.iter().find(is_it)?;
        Some((track, outlet.wanted()?))
    }

    /// The tracks that a connection gets, by their lines.
    pub fn tracks_to(&self, connection: ConnectionKey) -> impl Iterator<Item = (&str, TrackId)> {
        let lines = self.outgoing.get(&connection);
        lines.into_iter().flatten().map(|(mid, track)| (mid.as_str(), *track))
    }

    /// The tracks that a connection gets, and the layer of each that is to flow.
    pub fn layers_to(&self, connection: ConnectionKey) -> Vec<(TrackId, usize)> {
        self.tracks_to(connection).filter_map(|(mid, _)| self.layer_to(connection, mid)).collect()
    }

    /// Where a track goes.
    pub fn route(&self, track: TrackId) -> Option<&Route> {
        self.routes.get(&track)
    }

    /// Where a track goes, to change it.
    pub fn route_mut(&mut self, track: TrackId) -> Option<&mut Route> {
        self.routes.get_mut(&track)
    }

    /// A tap takes a track, or leaves it.
    pub fn tap(&mut self, track: TrackId, tap: usize, takes: bool, now: Instant) {
        let Some(route) = self.routes.get_mut(&track) else { return };
        route.taps.retain(|other| *other != tap);
        if takes {
            route.taps.push(tap);
            if route.tapped.is_none() {
                self.tap_sources = self.tap_sources.wrapping_add(1);
                route.tapped = Some(Tapped { outlet: route.new_outlet(), source: self.tap_sources });
                route.aim_tap(now);
            }
        } else if route.taps.is_empty() {
            route.tapped = None;
        }
    }

    /// Somebody needs a key frame of a layer. Gives the order to ask now; else it is given when it
    /// may be.
    pub fn want_key_frame(&mut self, track: TrackId, layer: usize, now: Instant) -> Option<KeyFrameOrder> {
        let route = self.routes.get_mut(&track).filter(|route| route.kind == Kind::Video)?;
        let ask = route.asks.get_mut(layer)?;
        if ask.may_be_made(now) {
            ask.asked = Some(now);
            return Some(KeyFrameOrder { from: route.from.clone(), layer });
        }
        if !ask.is_waiting {
            ask.is_waiting = true;
            self.waiting = self.waiting.saturating_add(1);
        }
        None
    }

    /// The key frames that may be asked for by now.
    pub fn due_key_frames(&mut self, now: Instant) -> Vec<KeyFrameOrder> {
        let mut orders = Vec::new();
        if self.waiting == 0 {
            return orders;
        }
        for route in self.routes.values_mut() {
            for (layer, ask) in route.asks.iter_mut().enumerate() {
                if ask.is_waiting && ask.may_be_made(now) {
                    ask.asked = Some(now);
                    ask.is_waiting = false;
                    self.waiting = self.waiting.saturating_sub(1);
                    orders.push(KeyFrameOrder { from: route.from.clone(), layer });
                }
            }
        }
        orders
    }

    /// When [`Switch::due_key_frames`] has something.
    pub fn deadline(&self) -> Option<Instant> {
        if self.waiting == 0 {
            return None;
        }
        let asks = self.routes.values().flat_map(|route| &route.asks).filter(|ask| ask.is_waiting);
        asks.filter_map(|ask| ask.asked?.checked_add(KEY_FRAME_INTERVAL)).min()
    }
}

impl Ask {
    fn may_be_made(&self, now: Instant) -> bool {
        self.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= KEY_FRAME_INTERVAL)
    }
}

impl Route {
    fn new_outlet(&self) -> Outlet {
        if self.flow.count() == 1 {
            Outlet::open(self.kind)
        } else {
            Outlet::new(self.kind)
        }
    }

    /// A packet came in: notes what it says of the track, and reads its payload descriptor.
    pub fn note(&mut self, layer: usize, packet: &Packet, now: Instant) -> Descriptor {
        let mut descriptor = match self.kind {
            Kind::Video => Descriptor::read(&packet.payload).unwrap_or_default(),
            Kind::Audio | Kind::Data => Descriptor::default(),
        };
        if self.flow.is_late(layer, packet.source, packet.sequence) {
            // What comes behind it has passed already: nobody could begin with this picture.
            descriptor.begins_key_frame = false;
        }
        self.flow.note(layer, packet.payload.len(), descriptor.size, packet.rotation, now);
        if packet.audio_level.is_some_and(|(level, speech)| level > SPEECH && speech != Some(false)) {
            self.spoke = Some(now);
        }
        descriptor
    }

    /// A packet as taps get it, if they do.
    pub fn tapped(&mut self, layer: usize, packet: &Packet, descriptor: Descriptor) -> Option<Packet> {
        let tapped = self.tapped.as_mut()?;
        let numbers = tapped.outlet.take(layer, packet, descriptor)?;
        let moved = numbers.time.wrapping_sub(packet.time);
        Some(Packet {
            sequence: numbers.sequence,
            time: numbers.time,
            source: tapped.source,
            clock: packet.clock.map(|(moment, time)| (moment, time.wrapping_add(moved))),
            ..packet.clone()
        })
    }

    /// Taps get the highest layer that flows. Gives the layer whose key frame they wait for.
    pub fn aim_tap(&mut self, now: Instant) -> Option<usize> {
        let tapped = self.tapped.as_mut()?;
        let highest = self.flow.highest(now).or(tapped.outlet.wanted());
        tapped.outlet.aim(Some(highest.unwrap_or_default()));
        tapped.outlet.awaits()
    }

    /// The layer that taps get.
    pub fn tapped_layer(&self) -> Option<usize> {
        self.tapped.as_ref()?.outlet.wanted()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn line(connection: u64, mid: &str) -> LineKey {
        LineKey { connection: ConnectionKey(connection), mid: mid.to_owned() }
    }

    fn order(layer: usize) -> KeyFrameOrder {
        KeyFrameOrder { from: line(1, "0"), layer }
    }

    #[test]
    fn tracks_go_to_the_lines_that_are_connected() {
        let mut switch = Switch::default();
        switch.publish(TrackId(1), "r", Kind::Video, 1, line(1, "0"));
        switch.connect(TrackId(1), line(2, "s0"));
        switch.connect(TrackId(1), line(3, "s0"));
        assert_eq!(switch.track_from(ConnectionKey(1), "0"), Some(TrackId(1)));
        assert_eq!(switch.layer_to(ConnectionKey(3), "s0"), Some((TrackId(1), 0)));
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
    fn no_layer_begins_with_a_key_frame_whose_rest_has_passed() {
        let (mut switch, now) = (Switch::default(), Instant::now());
        switch.publish(TrackId(1), "r", Kind::Video, 2, line(1, "0"));
        switch.connect(TrackId(1), line(2, "s0"));
        let mut route = switch.routes.remove(&TrackId(1));
        let mut take = |layer, sequence: u64, is_start: bool| {
            let payload: &[u8] = if is_start { &[0x10, 0] } else { &[0, 0] };
            let (time, source, marker, arrived) = (0, 7, false, now);
            let (payload, audio_level, rotation, clock) = (payload.into(), None, None, None);
            let packet =
                Packet { sequence, time, source, marker, payload, arrived, audio_level, rotation, clock };
            let route = route.as_mut()?;
            let descriptor = route.note(layer, &packet, now);
            let (_, outlet) = route.to.first_mut()?;
            outlet.aim(Some(1));
            Some(outlet.take(layer, &packet, descriptor)?.sequence)
        };
        // The first packet was lost, and is sent again.
        assert_eq!([take(1, 11, false), take(1, 10, true), take(1, 12, false)], [None; 3]);
        let begun = take(1, 20, true);
        assert!(begun.is_some());
        assert_eq!(take(1, 21, false), begun.map(|number| number + 1));
    }

    #[test]
    fn key_frames_of_a_layer_are_asked_for_twice_a_second_at_most() {
        let mut switch = Switch::default();
        let start = Instant::now();
        switch.publish(TrackId(1), "r", Kind::Video, 2, line(1, "0"));
        switch.publish(TrackId(2), "r", Kind::Audio, 1, line(1, "1"));
        assert_eq!(switch.want_key_frame(TrackId(2), 0, start), None);
        assert_eq!(switch.want_key_frame(TrackId(1), 0, start), Some(order(0)));
        assert_eq!(switch.want_key_frame(TrackId(1), 1, start + KEY_FRAME_INTERVAL / 2), Some(order(1)));
        assert_eq!(switch.want_key_frame(TrackId(1), 2, start), None, "there is no such layer");
        for _ in 0..20 {
            assert_eq!(switch.want_key_frame(TrackId(1), 0, start), None);
            assert_eq!(switch.want_key_frame(TrackId(1), 1, start), None);
        }
        assert_eq!(switch.deadline(), Some(start + KEY_FRAME_INTERVAL));
        assert!(switch.due_key_frames(start + KEY_FRAME_INTERVAL / 2).is_empty());
        assert_eq!(switch.due_key_frames(start + KEY_FRAME_INTERVAL), [order(0)]);
        assert_eq!(switch.due_key_frames(start + KEY_FRAME_INTERVAL * 3), [order(1)]);
        assert_eq!(switch.deadline(), None);
        switch.want_key_frame(TrackId(1), 0, start + KEY_FRAME_INTERVAL);
        switch.unpublish(TrackId(1));
        assert_eq!(switch.deadline(), None);
    }
}
