//! The media of a connection: lines as they are agreed, packets, key frames, and how much the way
//! to the client carries.

use std::sync::Arc;
use std::time::Instant;

use str0m::bwe::Bitrate;
use str0m::media::{KeyframeRequestKind, MediaKind, Mid, Pt, Rid};
use str0m::rtp::RtpPacket;

use super::outgoing::{quarter_turns, Outgoing};
use super::{Connection, EngineOutput};
use crate::mcu::lines::Change;
use crate::mcu::packet::Packet;
use crate::mcu::sdp::{Kind, Source};

/// Longest payload that is passed on. Longer ones do not fit into a packet with all extensions.
const LONGEST_PAYLOAD: usize = 1500;
/// No client names a layer so (RFC 8852 has no such character): where packets are expected to do,
/// none but those of known sources are taken.
pub(super) const NO_LAYER: &str = "-";

impl Connection {
    /// Declares what is agreed.
    pub fn apply(&mut self, changes: &[Change], now: Instant) {
        for change in changes {
            match change {
                Change::Receive { mid, kind, source, layers } => {
                    self.receive(mid, *kind, *source, layers, now);
                }
                Change::StopReceiving { mid } => self.stop_receiving(mid, now),
                Change::Send { mid, kind, codec, source, .. } => {
                    self.declare(mid, *kind, &[], now);
                    let payload_type = Pt::new_with_value(codec.payload_type);
                    self.outgoing.insert(mid.clone(), Outgoing::new(*source, payload_type, *kind));
                    self.declare_outgoing(mid, now);
                }
                Change::StopSending { mid, .. } => {
                    if let Some(outgoing) = self.outgoing.remove(mid) {
                        self.act(now, |rtc| {
                            rtc.direct_api().remove_stream_tx(outgoing.source().ssrc.into());
                        });
                    }
                }
                Change::Remove { mid } => {
                    self.layers.remove(mid);
                    if self.declared.remove(mid) {
                        let line = Mid::from(mid.as_str());
                        self.act(now, |rtc| rtc.direct_api().remove_media(line));
                    }
                }
            }
        }
    }

    /// The engine learns of layers only when a line is declared, so one that gets some later is
    /// declared anew.
    fn declare(&mut self, mid: &str, kind: Kind, layers: &[String], now: Instant) {
        let line = Mid::from(mid);
        let is_known = self.declared.contains(mid);
        let known = self.layers.entry(mid.to_owned()).or_default();
        if is_known && layers.iter().all(|rid| known.contains(&Rid::from(rid.as_str()))) {
            return;
        }
        *known = layers.iter().map(|rid| Rid::from(rid.as_str())).collect();
        let mut expected = known.clone();
        if expected.is_empty() && kind == Kind::Video && self.names_layers {
            expected.push(Rid::from(NO_LAYER));
        }
        let kind = if kind == Kind::Audio { MediaKind::Audio } else { MediaKind::Video };
        self.declared.insert(mid.to_owned());
        self.act(now, |rtc| {
            let mut direct = rtc.direct_api();
            if is_known {
                direct.remove_media(line);
            }
            let media = direct.declare_media(line, kind);
            expected.into_iter().for_each(|rid| media.expect_rid_rx(rid));
        });
        if is_known {
            self.declare_outgoing(mid, now);
        }
    }

    fn declare_outgoing(&mut self, mid: &str, now: Instant) {
        let Some(outgoing) = self.outgoing.get(mid) else { return };
        let (Source { ssrc, retransmission }, line) = (outgoing.source(), Mid::from(mid));
        self.act(now, |rtc| {
            let mut direct = rtc.direct_api();
            let stream = direct.declare_stream_tx(ssrc.into(), retransmission.map(Into::into), line, None);
            // Packets come at the pace of their publisher. Held back, they would come late wherever
            // the estimate is too low.
            stream.set_unpaced(true);
        });
    }

    fn receive(&mut self, mid: &str, kind: Kind, source: Option<Source>, layers: &[String], now: Instant) {
        self.stop_receiving(mid, now);
        self.declare(mid, kind, layers, now);
        // Without it the source is learnt from the packets, which name their line or their layer.
        let Some(source) = source else { return };
        let line = Mid::from(mid);
        self.sources.insert(mid.to_owned(), source);
        self.act(now, |rtc| {
            let retransmission = source.retransmission.map(Into::into);
            let mut direct = rtc.direct_api();
            let stream = direct.expect_stream_rx(source.ssrc.into(), retransmission, line, None);
            stream.suppress_nack(retransmission.is_none());
        });
    }

    /// Layers stay known: Chromium goes on with the same sources when it sends on the line again, and
    /// names their layers only until the first report on them.
    fn stop_receiving(&mut self, mid: &str, now: Instant) {
        let line = Mid::from(mid);
        let known = self.sources.remove(mid);
        let has_layers = self.layers.get(mid).is_some_and(|layers| !layers.is_empty());
        self.act(now, |rtc| {
            let mut direct = rtc.direct_api();
            if let Some(source) = known {
                direct.remove_stream_rx(source.ssrc.into());
            }
            while let Some(ssrc) = direct.stream_rx_by_mid(line, None).map(|stream| stream.ssrc()) {
                // Without a layer, streams of all layers are found.
                if has_layers || !direct.remove_stream_rx(ssrc) {
                    break;
                }
            }
        });
    }

    /// Asks the client for a key frame of a layer of a line.
    pub fn request_key_frame(&mut self, mid: &str, layer: usize, now: Instant) {
        let line = Mid::from(mid);
        let rid = self.layers.get(mid).and_then(|layers| layers.get(layer)).copied();
        self.act(now, |rtc| {
            if let Some(stream) = rtc.direct_api().stream_rx_by_mid(line, rid) {
                stream.request_keyframe(KeyframeRequestKind::Pli);
            }
        });
    }

    /// How many bits a second would be of use. The way to the client is tried for so many.
    pub fn desire(&mut self, bits: u64, now: Instant) {
        if self.desired.abs_diff(bits) > bits / 10 {
            self.desired = bits;
            self.act(now, |rtc| rtc.bwe().set_desired_bitrate(Bitrate::bps(bits)));
        }
    }

    /// Forgets what the way to the client was seen to carry, but for this many bits a second, and tries it
    /// for more.
    pub fn estimate_anew(&mut self, bits: u64, now: Instant) {
        self.act(now, |rtc| rtc.bwe().reset(Bitrate::bps(bits)));
    }

    pub(super) fn packet(&mut self, packet: RtpPacket) -> Option<EngineOutput> {
        if packet.payload.len() > LONGEST_PAYLOAD || packet.payload.is_empty() {
            return None;
        }
        let header = &packet.header;
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_rx(&header.ssrc)?;
        let (mid, rid) = (stream.mid().to_string(), stream.rid());
        let layer = match rid {
            Some(rid) => self.layers.get(&mid)?.iter().position(|layer| *layer == rid)?,
            None => 0,
        };
        let values = &header.ext_vals;
        let clock = packet.last_sender_info.as_ref().map(|info| {
            // Cut to 32 bits, as time stamps of packets are.
            let time = info.rtp_time.numer() & u64::from(u32::MAX);
            (info.ntp_time, u32::try_from(time).unwrap_or_default())
        });
        let packet = Packet {
            sequence: *packet.seq_no,
            time: header.timestamp,
            source: *header.ssrc,
            marker: header.marker,
            payload: Arc::clone(&packet.payload),
            arrived: packet.timestamp,
            audio_level: values.audio_level.map(|level| (level, values.voice_activity)),
            rotation: values.video_orientation.map(quarter_turns),
            clock,
        };
        Some(EngineOutput::Packet { mid, layer, packet })
    }
}
