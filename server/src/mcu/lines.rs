//! The m-sections of one connection ("lines"): which of the client's tracks and which track of
//! somebody else each of them carries. A line has both directions to itself: browsers put an own
//! track on a line that was made for receiving. So nothing here asks who made a line.
//!
//! A table is a value. A negotiation makes a new one out of the old one, which is thrown away
//! if the negotiation fails; [`changes`] tells what has to be done when it succeeds.

use std::collections::BTreeSet;

use super::formats::Formats;
use super::sdp::{
    Codec, Description, Direction, Extension, Kind, LocalSection, LocalTrack, NumberedExtension, Section,
    Source,
};

/// Idle lines that the client left over and that are kept for tracks of others.
const SPARE: usize = 4;
/// So many are worth an offer of their own.
const MANY_LEFT_OVER: usize = 12;

/// A track that somebody publishes in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(pub u64);

/// One m-section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its identification tag.
    pub mid: String,
    /// What it is for.
    pub kind: Kind,
    /// It is dead; another may take its place.
    pub stopped: bool,
    /// The client has sent on it at some time. `addTrack` never takes such a line again.
    has_sent: bool,
    /// The client would receive on it.
    can_receive: bool,
    /// The track that the client sends.
    pub incoming: Option<Incoming>,
    /// The track that the client receives.
    pub outgoing: Option<Outgoing>,
    codec: Option<Codec>,
    transport_feedback: bool,
    extensions: Vec<NumberedExtension>,
    /// Layers that the client offers here, also while it sends nothing: Chromium goes on offering them,
    /// and takes no description any more once they, or what tells them apart, were left out.
    layers: Vec<String>,
}

/// What a client sends on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Its sources, if the client names them.
    pub source: Option<Source>,
    /// Id of the track at the client.
    pub track: Option<String>,
    /// Layers that it comes in, the lowest first. Empty if there is but one.
    pub layers: Vec<String>,
}

/// What a client receives on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Which track.
    pub track: TrackId,
    /// Id of its stream at its publisher.
    pub stream: String,
    /// Id of the track at its publisher.
    pub name: String,
    /// The sources it gets here.
    pub source: Source,
}

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

/// What must happen to a connection when one table follows another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The client sends on this line, from now on or from other sources than before.
    Receive {
        /// The line.
        mid: String,
        /// Sound or pictures.
        kind: Kind,
        /// Where from, if it is known.
        source: Option<Source>,
        /// Layers that it comes in, the lowest first. Empty if there is but one.
        layers: Vec<String>,
    },
    /// The client no longer sends on this line.
    StopReceiving {
        /// The line.
        mid: String,
    },
    /// A track is to be sent on this line.
    Send {
        /// The line.
        mid: String,
        /// Sound or pictures.
        kind: Kind,
        /// The track.
        track: TrackId,
        /// Payload types.
        codec: Codec,
        /// Where from.
        source: Source,
        /// Whether the client gives feedback on each packet.
        feedback: bool,
    },
    /// The track is no longer to be sent.
    StopSending {
        /// The line.
        mid: String,
        /// The track.
        track: TrackId,
    },
    /// The line is gone; what was on it has been stopped before.
    Remove {
        /// The line.
        mid: String,
    },
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

impl Line {
    /// A line that the client adds. One with neither Opus nor VP8 is dead from the start.
    fn of_client(section: &Section, formats: &Formats) -> Self {
        let codec = section.codec.filter(|codec| formats.codecs(section.kind).contains(codec));
        let is_usable = section.kind == Kind::Data || codec.is_some();
        let stopped = section.rejected || !is_usable;
        let mut extensions = formats.shared_extensions(&section.extensions);
        let incoming = (!stopped && section.direction.sends).then(|| Incoming::of(section, &extensions));
        let layers = layers_of(section, &extensions);
        if layers.is_empty() {
            extensions.retain(|(_, extension)| !extension.is_about_layers());
        }
        Self {
            mid: section.mid.clone(),
            kind: section.kind,
            stopped,
            has_sent: !stopped && section.direction.sends,
            can_receive: section.direction.receives,
            incoming,
            outgoing: None,
            codec,
            transport_feedback: section.transport_feedback,
            extensions,
            layers,
        }
    }

    fn after_offer(&self, section: &Section, formats: &Formats) -> Result<Self, Mismatch> {
        if self.kind != section.kind {
            return Err(Mismatch);
        }
        if self.stopped {
            return Ok(self.clone());
        }
        let mut next = Self::of_client(section, formats);
        next.has_sent |= self.has_sent;
        if !next.stopped && section.direction.receives {
            next.outgoing = self.outgoing.clone();
        }
        Ok(next)
    }

    fn is_idle(&self) -> bool {
        !self.stopped && self.kind != Kind::Data && self.incoming.is_none() && self.outgoing.is_none()
    }

    /// Nothing comes of it any more unless we use it: clients that stop and send anew, as
    /// skylinkjs does, leave such lines behind.
    fn is_left_over(&self) -> bool {
        self.is_idle() && self.has_sent
    }

    fn section(&self) -> LocalSection<'_> {
        LocalSection {
            kind: self.kind,
            mid: &self.mid,
            rejected: self.stopped,
            direction: Direction { sends: self.outgoing.is_some(), receives: self.incoming.is_some() },
            codec: self.codec,
            transport_feedback: self.transport_feedback,
            extensions: &self.extensions,
            layers: &self.layers,
            track: self.outgoing.as_ref().map(|outgoing| LocalTrack {
                stream: &outgoing.stream,
                track: &outgoing.name,
                source: outgoing.source,
            }),
        }
    }
}

/// Layers can be told apart only where packets name theirs.
fn layers_of(section: &Section, extensions: &[NumberedExtension]) -> Vec<String> {
    let names_layers = extensions.iter().any(|(_, extension)| *extension == Extension::StreamId);
    if names_layers {
        section.layers.clone()
    } else {
        Vec::new()
    }
}

impl Incoming {
    fn of(section: &Section, extensions: &[NumberedExtension]) -> Self {
        let layers = layers_of(section, extensions);
        let source = section.source.filter(|_| layers.is_empty());
        Self { source, track: section.track.clone(), layers }
    }
}

/// What has to be done to get from one table to another, in this order.
pub fn changes(before: &LineTable, after: &LineTable) -> Vec<Change> {
    let mut list = Vec::new();
    for old in before.lines.iter().filter(|line| !line.stopped && line.kind != Kind::Data) {
        let new = after.lines.iter().find(|line| line.mid == old.mid && !line.stopped);
        let mid = || old.mid.clone();
        if old.incoming.is_some() && new.is_none_or(|new| new.incoming.is_none()) {
            list.push(Change::StopReceiving { mid: mid() });
        }
        if let Some(outgoing) = &old.outgoing {
            if new.is_none_or(|new| new.outgoing.as_ref() != Some(outgoing)) {
                list.push(Change::StopSending { mid: mid(), track: outgoing.track });
            }
        }
        if new.is_none() {
            list.push(Change::Remove { mid: mid() });
        }
    }
    for new in after.lines.iter().filter(|line| !line.stopped) {
        let old = before.lines.iter().find(|line| line.mid == new.mid && !line.stopped);
        if let Some(incoming) = &new.incoming {
            let known = old.and_then(|old| old.incoming.as_ref());
            let is_same =
                |known: &Incoming| known.source == incoming.source && known.layers == incoming.layers;
            if !known.is_some_and(is_same) {
                list.push(Change::Receive {
                    mid: new.mid.clone(),
                    kind: new.kind,
                    source: incoming.source,
                    layers: incoming.layers.clone(),
                });
            }
        }
        if let (Some(outgoing), Some(codec)) = (&new.outgoing, new.codec) {
            if old.is_none_or(|old| old.outgoing.as_ref() != Some(outgoing)) {
                list.push(Change::Send {
                    mid: new.mid.clone(),
                    kind: new.kind,
                    track: outgoing.track,
                    codec,
                    source: outgoing.source,
                    feedback: new.transport_feedback,
                });
            }
        }
    }
    list
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::super::sdp::read;
    use super::*;

    /// Chromium offers its layers also where it sends nothing for now, and would lose them, and with
    /// them the whole connection, were they left out of the answer.
    #[test]
    fn a_line_keeps_its_layers_while_nothing_is_sent_on_it() {
        let camera = include_str!("sdp/chromium-offer.sdp").replacen(
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
