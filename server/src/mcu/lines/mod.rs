//! The m-sections of one connection ("lines"): which of the client's tracks and which track of
//! somebody else each of them carries. A line has both directions to itself: browsers put an own
//! track on a line that was made for receiving. So nothing here asks who made a line.
//!
//! A table is a value. A negotiation makes a new one out of the old one, which is thrown away
//! if the negotiation fails; [`changes()`] tells what has to be done when it succeeds.

mod changes;
mod line;

use std::collections::BTreeSet;

use super::formats::Formats;
use super::sdp::{Description, Extension, Kind, LocalSection, NumberedExtension, Source};
pub use changes::{changes, Change};
pub use line::{Incoming, Line, Outgoing};

/// Idle lines that the client left over and that are kept for tracks of others.
const SPARE: usize = 4;
/// So many are worth an offer of their own.
const MANY_LEFT_OVER: usize = 12;

/// A track that somebody publishes in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(pub u64);

/// A track that a client is to receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which track.
    pub track: TrackId,
    /// Sound or pictures.
    pub kind: Kind,
    /// Id of its stream.
    pub stream: String,
    /// Its own id.
    pub name: String,
}

/// A description that does not belong to the connection that it was sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the m-sections do not follow from those that were agreed before")]
pub struct Mismatch;

/// Gives what was never used on the connection.
pub trait Fresh {
    /// A source.
    fn source(&mut self) -> u32;
    /// An identification tag.
    fn mid(&mut self) -> String;
}

/// All m-sections in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineTable {
    lines: Vec<Line>,
}

impl LineTable {
    /// All lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The line that a client sends on under this tag.
    pub fn incoming(&self, mid: &str) -> Option<(&Line, &Incoming)> {
        let line = self.lines.iter().find(|line| line.mid == mid)?;
        Some((line, line.incoming.as_ref()?))
    }

    /// The lines that carry somebody's track to the client.
    pub fn outgoing(&self) -> impl Iterator<Item = (&Line, &Outgoing)> {
        self.lines.iter().filter_map(|line| Some((line, line.outgoing.as_ref()?)))
    }

    /// The table after an offer of the client.
    ///
    /// # Errors
    /// When lines are missing, or have changed their place or their kind.
    pub fn after_offer(&self, offer: &Description, formats: &Formats) -> Result<Self, Mismatch> {
        if offer.sections.len() < self.lines.len() {
            return Err(Mismatch);
        }
        let mut next = Self { lines: Vec::with_capacity(offer.sections.len()) };
        let mut known = self.lines.iter();
        for section in &offer.sections {
            next.lines.push(match known.next() {
                Some(line) if line.mid == section.mid => line.after_offer(section, formats)?,
                Some(line) if !line.stopped => return Err(Mismatch),
                _ => Line::of_client(section, formats),
            });
        }
        Ok(next)
    }

    /// The table that the media server offers so that the client gets what it is to receive, or
    /// nothing if it gets just that.
    ///
    /// A track that is over leaves its line idle for a later one. It must not be stopped: between
    /// that offer and its answer the client may put an own track on it, which would die with it.
    pub fn towards(&self, wanted: &[Wanted], formats: &Formats, fresh: &mut dyn Fresh) -> Option<Self> {
        let mut next = self.clone();
        let mut is_changed = false;
        for line in &mut next.lines {
            let is_wanted = |outgoing: &Outgoing| wanted.iter().any(|other| other.track == outgoing.track);
            if line.outgoing.as_ref().is_some_and(|outgoing| !is_wanted(outgoing)) {
                line.outgoing = None;
                is_changed = true;
            }
        }
        for track in wanted {
            if !self.outgoing().any(|(_, outgoing)| outgoing.track == track.track) {
                next.open(self, track, formats, fresh);
                is_changed = true;
            }
        }
        let left_over = next.lines.iter().filter(|line| line.is_left_over()).count();
        is_changed |= left_over >= MANY_LEFT_OVER;
        // The first line stays: it stands for the transport of all.
        for line in next.lines.iter_mut().skip(1).filter(|line| line.is_left_over()).skip(SPARE) {
            line.stopped = is_changed;
        }
        is_changed.then_some(next)
    }

    fn open(&mut self, before: &Self, track: &Wanted, formats: &Formats, fresh: &mut dyn Fresh) {
        let Some(codec) = formats.codecs(track.kind).first().copied() else { return };
        let outgoing = Outgoing {
            track: track.track,
            stream: track.stream.clone(),
            name: track.name.clone(),
            source: Source {
                ssrc: fresh.source(),
                retransmission: codec.retransmission.map(|_| fresh.source()),
            },
        };
        // Browsers tell of a new stream only if the line was silent before.
        let is_idle = |(line, old): &(&mut Line, &Line)| {
            line.kind == track.kind && line.is_idle() && line.can_receive && old.outgoing.is_none()
        };
        if let Some((line, _)) = self.lines.iter_mut().zip(&before.lines).find(is_idle) {
            line.outgoing = Some(outgoing);
            return;
        }
        let line = Line {
            mid: fresh.mid(),
            kind: track.kind,
            stopped: false,
            has_sent: false,
            can_receive: true,
            incoming: None,
            outgoing: Some(outgoing),
            codec: Some(codec),
            transport_feedback: formats.feedback_from_client(),
            extensions: formats.extensions_for_sending(track.kind),
            layers: Vec::new(),
        };
        // Only a line that both sides know to be dead may be replaced (RFC 8829 5.2.2).
        let is_free =
            |(new, old): &(&mut Line, &Line)| old.stopped && old.mid == new.mid && old.kind == track.kind;
        match self.lines.iter_mut().zip(&before.lines).find(is_free) {
            Some((slot, _)) => *slot = line,
            None => self.lines.push(line),
        }
    }

    /// The table after the client answered the offer that this table stands for, and the tracks
    /// that it refused.
    ///
    /// # Errors
    /// When it is no answer to that offer.
    pub fn after_answer(&self, answer: &Description) -> Result<(Self, BTreeSet<TrackId>), Mismatch> {
        if answer.sections.len() != self.lines.len() {
            return Err(Mismatch);
        }
        let mut next = self.clone();
        let mut refused = BTreeSet::new();
        for (line, section) in next.lines.iter_mut().zip(&answer.sections) {
            if line.mid != section.mid || line.kind != section.kind {
                return Err(Mismatch);
            }
            if line.stopped {
                continue;
            }
            if section.rejected {
                line.stopped = true;
            }
            if section.rejected || !section.direction.receives {
                refused.extend(line.outgoing.take().map(|outgoing| outgoing.track));
            }
            let still_sends = line.incoming.is_some() && section.direction.sends && !section.rejected;
            line.incoming = still_sends.then(|| Incoming::of(section, &line.extensions));
            // Firefox gives none for sound.
            let is_number = |(_, extension): &NumberedExtension| *extension == Extension::TransportSequence;
            line.transport_feedback &= section.transport_feedback && section.extensions.iter().any(is_number);
        }
        Ok((next, refused))
    }

    /// The m-sections of a description that stands for this table.
    pub fn sections(&self) -> Vec<LocalSection<'_>> {
        self.lines.iter().map(Line::section).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::mcu::sdp::read;

    /// Chromium offers its layers also where it sends nothing for now, and would lose them, and with
    /// them the whole connection, were they left out of the answer.
    #[test]
    fn a_line_keeps_its_layers_while_nothing_is_sent_on_it() {
        let camera = include_str!("../sdp/chromium-offer.sdp").replacen(
            "a=mid:0",
            "a=mid:0\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send h;f",
            1,
        );
        let sending = read(&camera).unwrap();
        let formats = Formats::of(&sending);
        let table = LineTable::default().after_offer(&sending, &formats).unwrap();
        let stopped = read(&camera.replacen("a=sendrecv", "a=recvonly", 1)).unwrap();
        let table = table.after_offer(&stopped, &formats).unwrap();
        assert!(table.lines()[0].incoming.is_none());
        let section = &table.sections()[0];
        assert!(!section.direction.receives);
        assert_eq!(section.layers, ["h", "f"]);
        assert!(section.extensions.iter().any(|(_, extension)| *extension == Extension::StreamId));
    }
}
