//! Files from peer to peer (public API M-01, M-27, M-28; peer behaviour 5). Bytes never come in
//! here: the core decides what is read, sent, kept and when, the shell moves it.
//!
//! Two ways: [`chunked`], that of 2.7.2, and between clients of this SDK [`streamed_upload`] and
//! [`streamed_download`].

mod calls;
mod chunked;
mod chunked_course;
mod endings;
mod file;
mod info;
mod lanes;
mod messages;
mod queue;
mod requests;
mod send;
mod streamed_course;
mod streamed_download;
mod streamed_upload;
mod timeouts;

use self::calls::UploadCall;
pub use self::file::Piece;
pub(crate) use self::requests::Answer;
pub(crate) use self::send::Sending;
pub(crate) use self::streamed_course::StreamEvent;

use self::chunked::{text_length, ChunkedDownload, ChunkedUpload};
use self::lanes::Lane;
use self::streamed_download::StreamedDownload;
use self::streamed_upload::{block_size_for, StreamedUpload};
use crate::data_channel::Channel;
use crate::room::Room;
use crate::roster::Peer;
use crate::session::{Context, Session};
use crate::{ChannelId, FileEvent, FileId, FileOp, Handle, Output, PromiseId, Timestamp};

/// Seconds that a transfer waits for the other side unless the app says otherwise.
const DEFAULT_TIMEOUT: f64 = 60.0;

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Upload,
    Download,
}

impl Direction {
    /// As in `transferType` and `direction`.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Upload => "upload",
            Direction::Download => "download",
        }
    }

    /// How the texts of errors begin.
    fn terminated(self) -> &'static str {
        match self {
            Direction::Upload => "Data upload terminated",
            Direction::Download => "Data download terminated",
        }
    }
}

/// How the bytes travel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Way {
    /// As text on the channel for messages, one transfer at a time.
    Chunked { chunk_size: f64 },
    /// In frames through a channel of their own, checked in blocks of this size.
    Streamed { block_size: f64 },
}

impl Way {
    /// Bytes of the blocks that are checked, if any are.
    pub fn block_size(self) -> Option<f64> {
        match self {
            Way::Chunked { .. } => None,
            Way::Streamed { block_size } => Some(block_size),
        }
    }
}

/// What both sides know of a file before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub name: String,
    /// Bytes. None if an old sender did not tell.
    pub bytes: Option<f64>,
    /// Length of the base64 text.
    pub characters: f64,
    pub mime: Option<String>,
    /// Seconds.
    pub timeout: f64,
}

impl Facts {
    fn of(name: String, bytes: f64, mime: Option<String>, timeout: f64) -> Self {
        Self { name, bytes: Some(bytes), characters: text_length(bytes), mime, timeout }
    }
}

/// How far a transfer is.
#[derive(Debug)]
pub(crate) enum Stage {
    /// The channel for messages is busy with another one, or must rest until then.
    Queued {
        rests_until: Option<Timestamp>,
    },
    /// The receiver has not answered. The beginning of a file for a channel of its own is read meanwhile.
    Asked(Option<StreamedUpload>),
    ChunkedUpload(ChunkedUpload),
    ChunkedDownload(ChunkedDownload),
    StreamedUpload(StreamedUpload),
    StreamedDownload(StreamedDownload),
    /// Everything came; the browser puts it together.
    Closing {
        /// Chunks of the old way.
        chunks: f64,
    },
}

/// One file on its way to or from one peer.
#[derive(Debug)]
pub(crate) struct Transfer {
    pub file: FileId,
    /// The same for all peers that a file is sent to.
    pub id: String,
    pub peer: String,
    pub direction: Direction,
    pub facts: Facts,
    pub way: Way,
    pub stage: Stage,
    /// What is sent; belongs to the call.
    pub blob: Option<Handle>,
    /// Who waits for the end: the call of an upload, or the answers to a request.
    pub promises: Vec<PromiseId>,
    /// The channel of its own, while it has one.
    pub channel: Option<ChannelId>,
    /// Further connections that share the work of that channel.
    lanes: Vec<Lane>,
    /// How many the receiver took so far.
    lanes_taken: u8,
    /// Seconds of a round trip to the peer, until it is decided whether lanes pay.
    round_trip: Option<f64>,
    /// When to open that channel again.
    pub reopen: Option<Timestamp>,
    /// Whether the app was told that the request is out.
    pub announced: bool,
    /// When something last came or went.
    pub active: Timestamp,
    /// When the sender was last told without need how far it is.
    pub told: Timestamp,
    /// When to look whether that is too long ago.
    pub due: Option<Timestamp>,
    /// When the app was last told how far it is, and what.
    pub shown: Timestamp,
    pub shown_percentage: Option<f64>,
}

/// The transfers of a room, and what is to be remembered of others.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    /// Those that are not over.
    all: Vec<Transfer>,
    calls: Vec<UploadCall>,
    /// Peers of 2.7.2 whose app may still answer a request that was given up.
    abandoned: Vec<String>,
    /// Peer, id and size of downloads that the sender may not know to be complete.
    finished: Vec<(String, String, f64)>,
    /// The number in the last id.
    last_id: f64,
}

impl Transfer {
    fn new(file: FileId, id: String, peer: String, direction: Direction, facts: Facts, way: Way) -> Self {
        Self {
            file,
            id,
            peer,
            direction,
            facts,
            way,
            stage: Stage::Asked(None),
            blob: None,
            promises: Vec::new(),
            channel: None,
            lanes: Vec::new(),
            lanes_taken: 0,
            round_trip: None,
            reopen: None,
            announced: false,
            active: Timestamp::default(),
            told: Timestamp::default(),
            due: None,
            shown: Timestamp::default(),
            shown_percentage: None,
        }
    }

    fn is_chunked(&self) -> bool {
        matches!(self.way, Way::Chunked { .. })
    }

    /// Whether the shell has something to do with it.
    fn has_file(&self) -> bool {
        !matches!(self.stage, Stage::Queued { .. } | Stage::Asked(None))
    }

    /// Whether it occupies the channel for messages.
    fn occupies_main(&self) -> bool {
        self.is_chunked() && !matches!(self.stage, Stage::Queued { .. })
    }

    /// Lets the shell do something with the file.
    fn op(&self, context: &mut Context, op: FileOp) {
        context.push(Output::File { file: self.file, op });
    }

    /// A sign of life.
    fn touch(&mut self, now: Timestamp) {
        self.active = now;
    }
}

impl Peer {
    /// The way that files go to this peer.
    fn way_of_files(&self, bytes: f64) -> Way {
        if self.streams_files {
            Way::Streamed { block_size: block_size_for(bytes) }
        } else {
            Way::Chunked { chunk_size: chunked::CHUNK_SIZE }
        }
    }
}

impl Session {
    /// The shell did something with a file.
    pub(crate) fn on_file_event(&mut self, file: FileId, event: FileEvent) {
        let context = &mut self.context;
        let knows = |room: &&mut Room| room.transfer(file).is_some_and(Transfer::has_file);
        match self.rooms.iter_mut().find(knows) {
            Some(room) => room.on_file_event(context, file, event),
            None => {
                if let FileEvent::Closed(Some(handle)) | FileEvent::Failed(handle) = event {
                    context.push(Output::Release(handle));
                }
            }
        }
    }
}

impl Room {
    pub(crate) fn transfer(&self, file: FileId) -> Option<&Transfer> {
        self.transfers.all.iter().find(|transfer| transfer.file == file)
    }

    fn transfer_mut(&mut self, file: FileId) -> Option<&mut Transfer> {
        self.transfers.all.iter_mut().find(|transfer| transfer.file == file)
    }

    /// The transfer with a peer that occupies the channel for messages.
    pub(crate) fn transfer_on_main(&self, peer: &str) -> Option<&Transfer> {
        self.transfers.all.iter().find(|transfer| transfer.peer == peer && transfer.occupies_main())
    }

    /// The transfer that a channel is busy with.
    pub(crate) fn transfer_on(&self, peer: &str, channel: &Channel) -> Option<&Transfer> {
        if channel.is_messaging {
            return self.transfer_on_main(peer);
        }
        self.on_stream(peer, channel.number).and_then(|file| self.transfer(file))
    }

    /// The transfer with a peer of that id and direction.
    fn find_transfer(&self, peer: &str, id: &str, direction: Direction) -> Option<&Transfer> {
        let is_it = |it: &&Transfer| it.peer == peer && it.id == id && it.direction == direction;
        self.transfers.all.iter().find(is_it)
    }

    fn on_file_event(&mut self, context: &mut Context, file: FileId, event: FileEvent) {
        let now = context.now;
        let Some(transfer) = self.transfer_mut(file) else { return };
        match event {
            FileEvent::Read(piece) => match &mut transfer.stage {
                Stage::ChunkedUpload(upload) => upload.on_read(piece),
                Stage::StreamedUpload(upload) | Stage::Asked(Some(upload)) => upload.on_read(piece),
                _ => {}
            },
            FileEvent::Digest(digest) => match &mut transfer.stage {
                Stage::StreamedUpload(upload) | Stage::Asked(Some(upload)) => upload.on_digest(digest),
                Stage::StreamedDownload(download) => {
                    download.on_digest(digest);
                    return self.judge(context, file);
                }
                _ => {}
            },
            FileEvent::Stored(bytes) => {
                if let Stage::StreamedDownload(download) = &mut transfer.stage {
                    download.on_stored(bytes);
                    transfer.touch(now);
                }
            }
            FileEvent::Decoded(bytes) => return self.on_chunk_stored(context, file, bytes),
            FileEvent::Closed(blob) => return self.complete_download(context, file, blob),
            FileEvent::Failed(error) => return self.fail_locally(context, file, error),
        }
        self.go_on(context, file);
    }

    /// Does what a transfer wants done next.
    fn go_on(&mut self, context: &mut Context, file: FileId) {
        let Some(transfer) = self.transfer(file) else { return };
        match transfer.stage {
            Stage::ChunkedUpload(_) => self.go_on_chunked(context, file),
            Stage::StreamedUpload(_) | Stage::StreamedDownload(_) | Stage::Asked(Some(_)) => {
                self.go_on_streamed(context, file);
            }
            _ => {}
        }
    }
}
