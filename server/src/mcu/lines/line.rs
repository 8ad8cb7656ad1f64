//! One m-section, and what the client's description makes of it.

use super::{Mismatch, TrackId};
use crate::mcu::formats::Formats;
use crate::mcu::sdp::{
    Codec, Direction, Extension, Kind, LocalSection, LocalTrack, NumberedExtension, Section, Source,
};

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
    pub(super) has_sent: bool,
    /// The client would receive on it.
    pub(super) can_receive: bool,
    /// The track that the client sends.
    pub incoming: Option<Incoming>,
    /// The track that the client receives.
    pub outgoing: Option<Outgoing>,
    pub(super) codec: Option<Codec>,
    pub(super) transport_feedback: bool,
    pub(super) extensions: Vec<NumberedExtension>,
    /// Layers that the client offers here, also while it sends nothing: Chromium goes on offering them,
    /// and takes no description any more once they, or what tells them apart, were left out.
    pub(super) layers: Vec<String>,
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

impl Line {
    /// A line that the client adds. One with neither Opus nor VP8 is dead from the start.
    pub(super) fn of_client(section: &Section, formats: &Formats) -> Self {
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

    pub(super) fn after_offer(&self, section: &Section, formats: &Formats) -> Result<Self, Mismatch> {
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

    pub(super) fn is_idle(&self) -> bool {
        !self.stopped && self.kind != Kind::Data && self.incoming.is_none() && self.outgoing.is_none()
    }

    /// Nothing comes of it any more unless we use it: clients that stop and send anew, as
    /// skylinkjs does, leave such lines behind.
    pub(super) fn is_left_over(&self) -> bool {
        self.is_idle() && self.has_sent
    }

    pub(super) fn section(&self) -> LocalSection<'_> {
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
    pub(super) fn of(section: &Section, extensions: &[NumberedExtension]) -> Self {
        let layers = layers_of(section, extensions);
        let source = section.source.filter(|_| layers.is_empty());
        Self { source, track: section.track.clone(), layers }
    }
}
