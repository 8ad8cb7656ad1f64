//! The negotiation with one client (wire protocol 5.26, 6.7). The media server always yields: it
//! sends weight -1, and throws its own offer away when one of the client crosses it.
//!
//! ```text
//! Waiting ──offer──► Answered ──answerAck──► Stable ──ours──► Offered ──answer──► Stable
//!                       ▲                      │                 │
//!                       └────────offer─────────┴─────offer───────┘
//! ```

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::Engine;
use skylink_protocol::signaling::MediaInfo;

use super::formats::Formats;
use super::lines::{changes, Change, Fresh, LineTable, Mismatch, TrackId, Wanted};
use super::media_info::gone;
use super::sdp::{write, Description, Fingerprint, IceCredentials, LocalDescription};

/// How long a client may take for an answer or an acknowledgement.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How often an offer is sent before the client is left alone.
const ATTEMPTS: u32 = 4;

/// Where the media server is reached and how it is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Of its certificate.
    pub fingerprint: Fingerprint,
    /// By UDP, best first.
    pub udp: Vec<std::net::SocketAddr>,
    /// By TCP, best first.
    pub tcp: Vec<std::net::SocketAddr>,
}

/// A random source: secrets are made of it.
pub trait Entropy {
    /// Fills with unpredictable bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

#[derive(Debug, Clone)]
enum State {
    Answered {
        since: Instant,
    },
    Stable,
    Offered {
        pending: LineTable,
        sdp: String,
        list: Vec<MediaInfo>,
        since: Instant,
        attempts: u32,
    },
    /// It does not answer; its next offer is waited for.
    GivenUp,
}

/// What a connection says of itself to the engine that carries the media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Our credentials.
    pub local: IceCredentials,
    /// The client's.
    pub remote: IceCredentials,
    /// The client's certificate.
    pub fingerprint: Fingerprint,
    /// What can be carried.
    pub formats: Formats,
}

/// What follows for the engine from an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Nothing.
    Same,
    /// The client checks addresses anew, with these credentials (ours, the client's).
    Restarted(IceCredentials, IceCredentials),
}

/// One description for the client.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The text.
    pub sdp: String,
    /// Whose media it carries.
    pub list: Vec<MediaInfo>,
}

/// What a client was told that it receives.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    publisher: String,
    media_id: String,
    media_type: String,
}

/// The negotiation with one client, from its first offer on.
#[derive(Debug)]
pub struct Connection {
    formats: Formats,
    lines: LineTable,
    state: State,
    local: IceCredentials,
    remote: IceCredentials,
    fingerprint: Fingerprint,
    session: u64,
    version: u64,
    made_lines: u64,
    told: Vec<Told>,
    refused: BTreeSet<TrackId>,
}

impl Connection {
    /// A connection that begins with this offer. Answer it with [`Connection::take_offer`].
    pub fn new(offer: &Description, ufrag_prefix: &str, entropy: &mut dyn Entropy) -> Self {
        let mut session = [0_u8; 8];
        entropy.fill(&mut session);
        Self {
            formats: Formats::of(offer),
            lines: LineTable::default(),
            state: State::Stable,
            local: credentials(ufrag_prefix, entropy),
            remote: offer.ice.clone(),
            fingerprint: offer.fingerprint,
            // RFC 8829 5.2.1: 62 bits.
            session: u64::from_be_bytes(session) >> 2,
            version: 0,
            made_lines: 0,
            told: Vec::new(),
            refused: BTreeSet::new(),
        }
    }

    /// What the engine needs to know to carry it.
    pub fn opening(&self) -> Opening {
        Opening {
            local: self.local.clone(),
            remote: self.remote.clone(),
            fingerprint: self.fingerprint,
            formats: self.formats.clone(),
        }
    }

    /// Whether an offer comes from the same connection of the client.
    pub fn is_same_peer(&self, offer: &Description) -> bool {
        self.fingerprint == offer.fingerprint
    }

    /// The lines as they were last agreed.
    pub fn lines(&self) -> &LineTable {
        &self.lines
    }

    /// Whether an answer of the client is awaited.
    pub fn is_offering(&self) -> bool {
        matches!(self.state, State::Offered { .. })
    }

    /// Whether the client takes offers at present.
    pub fn is_stable(&self) -> bool {
        matches!(self.state, State::Stable)
    }

    /// Takes an offer of the client, whatever was going on, and answers it.
    ///
    /// # Errors
    /// When it does not follow from what was agreed before; nothing has changed then.
    pub fn take_offer(
        &mut self,
        offer: &Description,
        endpoint: &Endpoint,
        now: Instant,
        ufrag_prefix: &str,
        entropy: &mut dyn Entropy,
    ) -> Result<(Outgoing, Vec<Change>, Transport), Mismatch> {
        let next = self.lines.after_offer(offer, &self.formats)?;
        let changes = changes(&self.lines, &next);
        let is_kept = |track: TrackId| next.outgoing().any(|(_, outgoing)| outgoing.track == track);
        let before = self.lines.outgoing().map(|(_, outgoing)| outgoing.track);
        self.refused.extend(before.filter(|track| !is_kept(*track)));
        self.lines = next;
        let transport = if offer.ice == self.remote {
            Transport::Same
        } else {
            self.remote = offer.ice.clone();
            self.local = credentials(ufrag_prefix, entropy);
            Transport::Restarted(self.local.clone(), self.remote.clone())
        };
        self.state = State::Answered { since: now };
        self.version = self.version.saturating_add(1);
        let sdp = self.describe(&self.lines, endpoint, false);
        Ok((Outgoing { sdp, list: Vec::new() }, changes, transport))
    }

    /// The client has applied our answer. `false` if it was not asked.
    pub fn take_acknowledgement(&mut self) -> bool {
        let is_awaited = matches!(self.state, State::Answered { .. });
        if is_awaited {
            self.state = State::Stable;
        }
        is_awaited
    }

    /// Offers what the client is to receive, if that is not what it receives already and if it
    /// takes offers at present. `entries` tells how the client sees a track on an m-section.
    pub fn offer(
        &mut self,
        wanted: &[Wanted],
        entries: &dyn Fn(TrackId, &str) -> Option<MediaInfo>,
        endpoint: &Endpoint,
        now: Instant,
        entropy: &mut dyn Entropy,
    ) -> Option<Outgoing> {
        if !self.is_stable() {
            return None;
        }
        let wanted: Vec<Wanted> =
            wanted.iter().filter(|track| !self.refused.contains(&track.track)).cloned().collect();
        let mut fresh = FreshNames { made_lines: &mut self.made_lines, entropy };
        let pending = self.lines.towards(&wanted, &self.formats, &mut fresh)?;
        let mut list: Vec<MediaInfo> =
            pending.outgoing().filter_map(|(line, outgoing)| entries(outgoing.track, &line.mid)).collect();
        for told in &self.told {
            let is_it = |info: &MediaInfo| {
                info.media_id == told.media_id && info.publisher_id.as_deref() == Some(&told.publisher)
            };
            if !list.iter().any(is_it) {
                list.push(gone(&told.publisher, &told.media_id, &told.media_type));
            }
        }
        self.version = self.version.saturating_add(1);
        let sdp = self.describe(&pending, endpoint, true);
        self.state =
            State::Offered { pending, sdp: sdp.clone(), list: list.clone(), since: now, attempts: 1 };
        Some(Outgoing { sdp, list })
    }

    /// The client answers our offer. Nothing comes of an answer that was not asked for.
    ///
    /// # Errors
    /// When it does not fit the offer.
    pub fn take_answer(&mut self, answer: &Description) -> Result<Option<Vec<Change>>, Mismatch> {
        let State::Offered { pending, list, .. } = &self.state else { return Ok(None) };
        let (next, refused) = pending.after_answer(answer)?;
        self.told = list.iter().filter_map(told).collect();
        let changes = changes(&self.lines, &next);
        self.lines = next;
        self.refused.extend(refused);
        self.state = State::Stable;
        Ok(Some(changes))
    }

    /// When [`Connection::tick`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Answered { since } | State::Offered { since, .. } => since.checked_add(PATIENCE),
            State::Stable | State::GivenUp => None,
        }
    }

    /// Does what is due because the client is silent.
    pub fn tick(&mut self, now: Instant) -> Silence {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return Silence::None;
        }
        match &mut self.state {
            State::Answered { .. } => {
                self.state = State::Stable;
                Silence::Unacknowledged
            }
            State::Offered { attempts, .. } if *attempts >= ATTEMPTS => {
                self.state = State::GivenUp;
                Silence::GaveUp
            }
            State::Offered { sdp, list, since, attempts, .. } => {
                // The same text again: whichever copy is answered, the answer fits.
                *attempts = attempts.saturating_add(1);
                *since = now;
                Silence::OfferAgain(Outgoing { sdp: sdp.clone(), list: list.clone() })
            }
            State::Stable | State::GivenUp => Silence::None,
        }
    }

    /// A track is gone for good.
    pub fn forget(&mut self, track: TrackId) {
        self.refused.remove(&track);
    }

    fn describe(&self, lines: &LineTable, endpoint: &Endpoint, is_offer: bool) -> String {
        write(&LocalDescription {
            session: self.session,
            version: self.version,
            is_offer,
            ice: &self.local,
            fingerprint: &endpoint.fingerprint,
            udp: &endpoint.udp,
            tcp: &endpoint.tcp,
            sections: lines.sections(),
        })
    }
}

/// What comes of a client's silence.
#[derive(Debug, Clone, PartialEq)]
pub enum Silence {
    /// Nothing yet.
    None,
    /// It did not acknowledge our answer; it counts as applied.
    Unacknowledged,
    /// It did not answer; the offer is to be sent again.
    OfferAgain(Outgoing),
    /// It was asked often enough, and gets no offers until it makes one itself.
    GaveUp,
}

fn told(info: &MediaInfo) -> Option<Told> {
    // What was told to be gone need not be told again.
    info.transceiver_mid.as_text()?;
    Some(Told {
        publisher: info.publisher_id.clone()?,
        media_id: info.media_id.clone(),
        media_type: info.media_type.clone().unwrap_or_default(),
    })
}

/// 24 characters are 144 bits; the prefix tells who serves the connection.
fn credentials(ufrag_prefix: &str, entropy: &mut dyn Entropy) -> IceCredentials {
    let mut ufrag = ufrag_prefix.to_owned();
    append_random(&mut ufrag, 6, entropy);
    let mut password = String::new();
    append_random(&mut password, 18, entropy);
    IceCredentials { ufrag, password }
}

/// Base64 has just the characters that ICE allows.
fn append_random(text: &mut String, bytes: usize, entropy: &mut dyn Entropy) {
    let mut random = vec![0_u8; bytes];
    entropy.fill(&mut random);
    STANDARD_NO_PAD.encode_string(random, text);
}

struct FreshNames<'a> {
    made_lines: &'a mut u64,
    entropy: &'a mut dyn Entropy,
}

impl Fresh for FreshNames<'_> {
    /// 0 stands for no source, and browsers keep clear of the greatest numbers.
    fn source(&mut self) -> u32 {
        let mut bytes = [0_u8; 4];
        self.entropy.fill(&mut bytes);
        (u32::from_be_bytes(bytes) >> 1).max(1)
    }

    /// Browsers use plain numbers. A tag is not used twice even if its offer came to nothing,
    /// since an answer to it may still be under way.
    fn mid(&mut self) -> String {
        let mid = format!("s{}", self.made_lines);
        *self.made_lines = self.made_lines.saturating_add(1);
        mid
    }
}
