//! Numbers for operators.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$meta:meta])* $variant:ident = $name:literal, $help:literal;)*) => {
        /// Something that is counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Note {
            $($(#[$meta])* $variant,)*
        }

        const NAMES: &[(&str, &str)] = &[$(($name, $help)),*];
    };
}

counters! {
    /// A connection was opened.
    Opened = "connections_total", "Connections of clients to the media server.";
    /// An offer was sent to a client.
    Offered = "offers_total", "Offers to clients.";
    /// An offer of a client crossed ours.
    Glare = "glares_total", "Offers of clients that crossed one of ours.";
    /// A client checked addresses anew.
    IceRestarted = "ice_restarts_total", "ICE restarts by clients.";
    /// A client did not acknowledge or answer in time.
    Silent = "silences_total", "Answers or acknowledgements of clients that did not come in time.";
    /// A client was given up until it offers.
    GivenUp = "given_up_total", "Clients that did not answer repeated offers.";
    /// A description could not be used.
    BadDescription = "bad_descriptions_total", "Descriptions of clients that could not be used.";
    /// A message had no use.
    BadMessage = "bad_messages_total", "Messages of clients that could not be used.";
    /// A medium was not published because of a limit.
    OverLimit = "over_limit_total", "Media that were not published because of a limit.";
    /// A message of a member was refused because its thread had too many.
    CommandRefused = "commands_refused_total", "Messages of members refused because their thread had too many.";
    /// A data channel message was dropped.
    TextDropped = "texts_dropped_total", "Data channel messages that were dropped.";
    /// A data channel message was passed on.
    TextRelayed = "texts_total", "Data channel messages passed on, counted once for each receiver.";
    /// A file is passed on.
    FileOpened = "files_total", "Files passed on, counted once for each receiver and attempt.";
    /// A channel for a file was refused or given up.
    FileRefused = "files_refused_total", "Channels for files that were refused or given up.";
    /// Bytes of files.
    FileBytes = "file_bytes_total", "Bytes of files passed on.";
    /// A connection broke.
    Broken = "broken_connections_total", "Connections that broke and were given up.";
    /// A packet of a track came in.
    PacketIn = "packets_in_total", "Media packets received.";
    /// A packet was passed on.
    PacketOut = "packets_out_total", "Media packets passed on, counted once for each receiver.";
    /// A key frame was asked for.
    KeyFrameRequest = "key_frame_requests_total", "Key frames asked of publishers.";
    /// A list of views was dropped.
    ViewsDropped = "views_dropped_total", "Lists of views that were too long, too many or broken.";
    /// Another layer began at a receiver.
    LayerSwitched = "layer_switches_total", "Layers of videos that began at receivers instead of others.";
    /// A video was paused for a receiver.
    VideoPaused = "videos_paused_total", "Videos that receivers paused.";
    /// A video was stopped for a receiver.
    VideoStarved = "videos_starved_total", "Videos stopped for receivers whose lines are too thin.";
    /// A datagram of nobody.
    Stray = "stray_datagrams_total", "Datagrams that belong to no connection.";
    /// A datagram that came while its thread had too many.
    Overrun = "overrun_datagrams_total", "Datagrams dropped because their thread had too many.";
    /// A thread began anew.
    Restarted = "restarts_total", "Threads of the media server that began anew after a fault.";
    /// A datagram that the operating system did not take.
    Unsent = "unsent_datagrams_total", "Datagrams that could not be sent.";
    /// Bytes sent.
    BytesOut = "bytes_out_total", "Bytes sent to clients.";
    /// Bytes received.
    BytesIn = "bytes_in_total", "Bytes received from clients.";
}

/// Counters that all threads add to.
#[derive(Debug)]
pub struct Counters {
    counts: Vec<AtomicU64>,
}

impl Default for Counters {
    fn default() -> Self {
        Self { counts: NAMES.iter().map(|_| AtomicU64::new(0)).collect() }
    }
}

impl Counters {
    /// One more.
    pub fn note(&self, note: Note) {
        self.add(note, 1);
    }

    /// So many more.
    pub fn add(&self, note: Note, more: usize) {
        if let Some(count) = self.counts.get(note as usize) {
            count.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }

    /// How many so far.
    pub fn get(&self, note: Note) -> u64 {
        self.counts.get(note as usize).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// Name, explanation and number of each.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> + '_ {
        let numbers = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        NAMES.iter().zip(numbers).map(|((name, help), number)| (*name, *help, number))
    }
}
