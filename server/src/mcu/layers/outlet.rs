//! What goes out on one line, or to one tap: one layer at a time. Another one begins with a key
//! frame of its own; until that comes, the one before goes on.

use super::descriptor::Descriptor;
use super::renumber::{Numbers, Renumber};
use crate::mcu::packet::Packet;
use crate::mcu::sdp::Kind;

/// The packets of one track on their way to one receiver.
#[derive(Debug)]
pub struct Outlet {
    kind: Kind,
    /// The layer that is to flow; none while nothing is to.
    wanted: Option<usize>,
    flowing: Option<usize>,
    /// The layer before, while something of it may come late.
    former: Option<usize>,
    numbers: Renumber,
    switches: u64,
}

impl Outlet {
    /// An outlet that waits for a layer.
    pub fn new(kind: Kind) -> Self {
        Self { kind, wanted: None, flowing: None, former: None, numbers: Renumber::new(kind), switches: 0 }
    }

    /// An outlet of a track that has one layer. It takes what comes, from the next packet on.
    pub fn open(kind: Kind) -> Self {
        Self { wanted: Some(0), flowing: Some(0), ..Self::new(kind) }
    }

    /// Chooses a layer, or nothing.
    pub fn aim(&mut self, wanted: Option<usize>) {
        self.wanted = wanted;
        if wanted.is_none() {
            self.flowing = None;
            self.former = None;
        }
    }

    /// The layer that was chosen.
    pub fn wanted(&self) -> Option<usize> {
        self.wanted
    }

    /// The layer that flows.
    pub fn flowing(&self) -> Option<usize> {
        self.flowing
    }

    /// The layer whose key frame it waits for.
    pub fn awaits(&self) -> Option<usize> {
        self.wanted.filter(|wanted| self.flowing != Some(*wanted))
    }

    /// How often another layer began.
    pub fn switches(&self) -> u64 {
        self.switches
    }

    /// The numbers with which a packet of a layer goes out, if it does.
    pub fn take(&mut self, layer: usize, packet: &Packet, descriptor: Descriptor) -> Option<Numbers> {
        if self.awaits() == Some(layer) && (self.kind != Kind::Video || descriptor.begins_key_frame) {
            self.former = self.flowing.replace(layer);
            self.switches = self.switches.saturating_add(1);
            return self.numbers.number(packet, descriptor, true);
        }
        if self.flowing == Some(layer) {
            return self.numbers.number(packet, descriptor, false);
        }
        if self.former == Some(layer) {
            return self.numbers.late(packet, descriptor);
        }
        None
    }
}
