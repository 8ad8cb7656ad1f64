//! Which sources of RTP a client is heard from. The engine learns a source that no description told
//! from the first packet that names its line or its layer, before it looks whether the packet is
//! genuine. Anybody who can send under the client's address could so take the place of its sources,
//! and make the engine keep ever more. What it learnt from packets that are not genuine is therefore
//! undone, and a client has so many sources and no more.

use std::time::Instant;

use str0m::media::{Mid, Rid};
use str0m::rtp::Ssrc;

use super::media::NO_LAYER;
use super::Connection;

/// Sources of one client that no description told: layers of cameras and of screens, and what they
/// are sent again by.
const MOST_SOURCES: usize = 256;

/// What is received on a line or as one of its layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stream {
    mid: Mid,
    rid: Option<Rid>,
    source: Ssrc,
    retransmission: Option<Ssrc>,
}

/// What a datagram is, by its source.
#[derive(Debug)]
pub(super) enum Sight {
    /// Of a source that is known, or of none.
    Known,
    /// Of another one.
    New(Unproven),
    /// Of one more than a client may have.
    OneTooMany,
}

/// What the engine receives on while it looks at a packet of a source that is not known.
#[derive(Debug)]
pub(super) struct Unproven {
    source: u32,
    before: Vec<Stream>,
}

/// Of RTP; `None` of all else that shares the port (RFC 7983, RFC 5761 4), and of what only probes the
/// way, which has no source.
pub(super) fn source_of(datagram: &[u8]) -> Option<u32> {
    let is_rtp = matches!(datagram, [128..=191, kind, ..] if !(192..=223).contains(kind));
    let source = datagram.get(8..12).filter(|_| is_rtp)?;
    Some(u32::from_be_bytes(source.try_into().ok()?)).filter(|source| *source != 0)
}

impl Connection {
    fn is_known(&self, source: u32) -> bool {
        self.proven.contains(&source)
            || self.sources.values().any(|told| told.ssrc == source || told.retransmission == Some(source))
    }

    /// Looks at a datagram before the engine does.
    pub(super) fn sees(&mut self, datagram: &[u8]) -> Sight {
        let Some(source) = source_of(datagram).filter(|source| !self.is_known(*source)) else {
            return Sight::Known;
        };
        let before = self.streams();
        if self.proven.len() >= MOST_SOURCES {
            let is_used = |known: &u32| {
                let known = Ssrc::from(*known);
                before.iter().any(|stream| stream.source == known || stream.retransmission == Some(known))
            };
            self.proven.retain(is_used);
        }
        if self.proven.len() < MOST_SOURCES {
            Sight::New(Unproven { source, before })
        } else {
            Sight::OneTooMany
        }
    }

    /// The engine has looked at it; whether it is genuine.
    pub(super) fn proves(&mut self, unproven: Unproven, is_genuine: bool, now: Instant) {
        let Unproven { source, before } = unproven;
        if is_genuine {
            self.proven.insert(source);
            return;
        }
        self.act(now, |rtc| {
            let mut direct = rtc.direct_api();
            direct.remove_stream_rx(source.into());
            for Stream { mid, rid, source, retransmission } in before {
                if direct.stream_rx(&source).is_some_and(|stream| stream.rtx() == retransmission) {
                    continue;
                }
                // With a stream the engine forgets all that leads to it.
                direct.remove_stream_rx(source);
                let stream = direct.expect_stream_rx(source, retransmission, mid, rid);
                stream.suppress_nack(retransmission.is_none() && rid.is_none());
            }
        });
    }

    fn streams(&mut self) -> Vec<Stream> {
        let mut direct = self.rtc.direct_api();
        let mut streams = Vec::new();
        for name in &self.declared {
            let mid = Mid::from(name.as_str());
            let layers = self.layers.get(name).map(Vec::as_slice).unwrap_or_default();
            let named = layers.iter().copied().chain([Rid::from(NO_LAYER)]).map(Some);
            for rid in named.chain([None]) {
                let Some(stream) = direct.stream_rx_by_mid(mid, rid) else { continue };
                let found = Stream {
                    mid: stream.mid(),
                    rid: stream.rid(),
                    source: stream.ssrc(),
                    retransmission: stream.rtx(),
                };
                if !streams.contains(&found) {
                    streams.push(found);
                }
            }
        }
        streams
    }

    /// Whether the engine keeps a stream of this source.
    #[cfg(test)]
    pub fn keeps(&mut self, source: u32) -> bool {
        self.rtc.direct_api().stream_rx(&source.into()).is_some()
    }

    /// Sources that no description told, of which genuine packets came.
    #[cfg(test)]
    pub fn proven_count(&self) -> usize {
        self.proven.len()
    }

    /// The sources on lines and as layers, each with the one that it is sent again by.
    #[cfg(test)]
    pub fn kept_sources(&mut self) -> Vec<(u32, Option<u32>)> {
        let mut kept: Vec<_> = self
            .streams()
            .iter()
            .map(|stream| (*stream.source, stream.retransmission.map(|source| *source)))
            .collect();
        kept.sort_unstable();
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::source_of;

    #[test]
    fn only_media_have_sources() {
        let rtcp = [&[0x80, 200][..], &[7; 20]].concat();
        for other in [&[][..], &[0x80], &[0x80, 96, 0, 1], &rtcp, &[22; 60], &[0; 60]] {
            assert_eq!(source_of(other), None);
        }
        let packet = |source: u8| [0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, source];
        assert_eq!(source_of(&packet(7)), Some(7));
        assert_eq!(source_of(&packet(0)), None);
    }
}
