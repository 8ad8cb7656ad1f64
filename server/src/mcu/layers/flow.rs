//! What comes in of one track, layer by layer: whether it flows, how many bits a second it takes,
//! and how high its pictures stand.

use std::time::{Duration, Instant};

use super::descriptor::Size;
use crate::mcu::sdp::Kind;

/// A layer of which nothing came for so long does not flow. Publishers leave out the higher ones
/// when their line is too thin.
pub const SILENCE: Duration = Duration::from_millis(1500);
/// One of which nothing came for so long takes nothing.
const LONG_SILENCE: Duration = Duration::from_secs(6);
/// Bits are counted over so long.
const WINDOW: Duration = Duration::from_secs(1);
/// What a layer is taken to need until it was counted, from the lowest on, where there are several.
const ASSUMED: [u64; 4] = [150_000, 500_000, 1_500_000, 2_500_000];
/// The same where there is one: what skylinkjs 2.7.2 limits a camera to in such a room.
const ASSUMED_ALONE: u64 = 500_000;
const ASSUMED_SOUND: u64 = 40_000;
/// What a packet takes besides its payload: IP, UDP, RTP with extensions, SRTP.
const OVERHEAD: usize = 60;

/// All layers of a track.
#[derive(Debug)]
pub struct Flow {
    kind: Kind,
    layers: Vec<Layer>,
    /// Receivers turn the pictures of all layers on their side (3GPP TS 26.114 7.4.5), as those of a
    /// phone that is held upright.
    lies: bool,
}

#[derive(Debug, Default, Clone)]
struct Layer {
    latest: Option<Instant>,
    window: Option<Instant>,
    bytes: u64,
    rate: Option<u64>,
    size: Option<Size>,
    /// Source and number of the newest packet.
    newest: Option<(u32, u64)>,
}

impl Flow {
    /// Of a track with so many layers, at least one.
    pub fn new(kind: Kind, layers: usize) -> Self {
        Self { kind, layers: vec![Layer::default(); layers.max(1)], lies: false }
    }

    /// How many layers there are.
    pub fn count(&self) -> usize {
        self.layers.len()
    }

    /// A packet came in. It may tell the size of the pictures, and the quarter turns that they need.
    pub fn note(
        &mut self,
        layer: usize,
        bytes: usize,
        size: Option<Size>,
        rotation: Option<u8>,
        now: Instant,
    ) {
        let Some(layer) = self.layers.get_mut(layer) else { return };
        layer.latest = Some(now);
        layer.size = size.or(layer.size);
        self.lies = rotation.map_or(self.lies, |turns| turns % 2 == 1);
        layer.count(now);
        let bytes = bytes.saturating_add(OVERHEAD);
        layer.bytes = layer.bytes.saturating_add(u64::try_from(bytes).unwrap_or_default());
    }

    /// Whether a packet comes after others that were sent behind it, as one that was lost and sent again.
    pub fn is_late(&mut self, layer: usize, source: u32, sequence: u64) -> bool {
        let Some(layer) = self.layers.get_mut(layer) else { return false };
        let is_late = layer.newest.is_some_and(|(other, newest)| other == source && sequence < newest);
        if !is_late {
            layer.newest = Some((source, sequence));
        }
        is_late
    }

    /// Whether something of a layer came lately. One layer alone is always taken to flow: nothing
    /// else could be sent instead.
    pub fn flows(&self, layer: usize, now: Instant) -> bool {
        let is_alone = self.layers.len() == 1;
        self.layers.get(layer).is_some_and(|layer| {
            is_alone || layer.latest.is_some_and(|at| now.saturating_duration_since(at) < SILENCE)
        })
    }

    /// The highest layer that flows.
    pub fn highest(&self, now: Instant) -> Option<usize> {
        (0..self.layers.len()).rev().find(|layer| self.flows(*layer, now))
    }

    /// Bits a second that a layer takes.
    pub fn rate(&mut self, layer: usize, now: Instant) -> u64 {
        let assumed = match self.kind {
            Kind::Audio => ASSUMED_SOUND,
            _ if self.layers.len() == 1 => ASSUMED_ALONE,
            _ => ASSUMED.get(layer).copied().unwrap_or(ASSUMED_ALONE),
        };
        self.layers.get_mut(layer).map_or(0, |layer| {
            layer.count(now);
            let is_silent = layer.latest.is_some_and(|at| now.saturating_duration_since(at) >= LONG_SILENCE);
            if is_silent {
                0
            } else {
                layer.rate.unwrap_or(assumed)
            }
        })
    }

    /// Height of the pictures of a layer as they are shown, once a key frame told.
    pub fn height(&self, layer: usize) -> Option<u16> {
        let size = self.layers.get(layer)?.size?;
        Some(if self.lies { size.width } else { size.height })
    }
}

impl Layer {
    /// Ends the window if it is over. Rates fall slowly, so that a still picture does not look
    /// cheap for good.
    fn count(&mut self, now: Instant) {
        let begin = *self.window.get_or_insert(now);
        let passed = now.saturating_duration_since(begin);
        if passed < WINDOW || self.latest.is_none() {
            return;
        }
        let (bytes, is_broken) = (std::mem::take(&mut self.bytes), passed > WINDOW.saturating_mul(3));
        self.window = Some(now);
        if is_broken {
            // Nothing came for a while, which says nothing of what it takes when it comes.
            return;
        }
        let milliseconds = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        let rate = bytes.saturating_mul(8000).checked_div(milliseconds).unwrap_or_default();
        let faded = self.rate.map_or(0, |before| before.saturating_mul(7) / 8);
        self.rate = Some(rate.max(faded));
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_counted_one_by_one() {
        let start = Instant::now();
        let mut flow = Flow::new(Kind::Video, 3);
        assert_eq!(
            (flow.rate(0, start), flow.rate(2, start), flow.highest(start)),
            (150_000, 1_500_000, None)
        );
        for step in 0..300_u32 {
            let now = start + Duration::from_millis(10) * step;
            let size = Size { width: 160, height: 90 };
            flow.note(0, 65, (step == 0).then_some(size), None, now);
            if step < 100 {
                flow.note(1, 440, None, None, now);
            }
        }
        let now = start + Duration::from_secs(3);
        assert!((95_000..=105_000).contains(&flow.rate(0, now)), "{}", flow.rate(0, now));
        assert_eq!(flow.rate(1, start + LONG_SILENCE * 2), 0);
        assert_eq!((flow.height(0), flow.height(1)), (Some(90), None));
        assert_eq!(flow.highest(now), Some(0));
        assert!(!flow.flows(1, now) && !flow.flows(2, now) && !flow.flows(7, now));
        assert_eq!(flow.highest(now + SILENCE), None);
        flow.note(9, 100, None, None, now);
    }

    #[test]
    fn pictures_that_are_turned_on_their_side_are_as_high_as_they_were_wide() {
        let now = Instant::now();
        let mut flow = Flow::new(Kind::Video, 2);
        flow.note(0, 100, Some(Size { width: 320, height: 180 }), None, now);
        let mut height = |rotation| {
            flow.note(1, 100, None, rotation, now);
            flow.height(0)
        };
        assert_eq!(height(None), Some(180));
        assert_eq!(height(Some(1)), Some(320), "whichever layer tells");
        assert_eq!(height(None), Some(320), "until it is told otherwise");
        assert_eq!([2, 3, 0].map(|turns| height(Some(turns))), [Some(180), Some(320), Some(180)]);
    }

    #[test]
    fn one_layer_alone_always_flows() {
        let start = Instant::now();
        let mut flow = Flow::new(Kind::Video, 0);
        assert_eq!((flow.count(), flow.highest(start), flow.rate(0, start)), (1, Some(0), 500_000));
        assert_eq!(Flow::new(Kind::Audio, 1).rate(0, start), 40_000);
    }
}
