//! What the shell does with the files of transfers, and what it reports of them.

use crate::{ChannelId, ConnectionId, Handle, Piece};

/// A file that an app sends.
#[derive(Debug, Clone, PartialEq)]
pub struct BlobFacts {
    /// The blob.
    pub handle: Handle,
    /// Bytes.
    pub size: f64,
    /// MIME type, empty if it has none.
    pub mime: String,
    /// Name of a `File`.
    pub name: Option<String>,
}

/// Something to do with the file of one transfer.
#[derive(Debug, Clone, PartialEq)]
pub enum FileOp {
    /// Read a piece of what is sent; comes back as [`FileEvent::Read`].
    Read {
        /// What is sent.
        blob: Handle,
        /// What of it.
        piece: Piece,
        /// Bytes in each block that is checked; none if nothing is checked.
        block_size: Option<f64>,
    },
    /// Send a piece that was read in frames through a channel. What was read and ends before it is
    /// forgotten.
    SendFrames {
        /// Which connection.
        connection: ConnectionId,
        /// Which channel of it.
        channel: ChannelId,
        /// Which piece.
        piece: Piece,
    },
    /// Send a piece that was read as base64 text through a channel. What was read and ends with it, or before, is
    /// forgotten.
    SendText {
        /// Which connection.
        connection: ConnectionId,
        /// Which channel of it.
        channel: ChannelId,
        /// Which piece.
        piece: Piece,
    },
    /// Begin to receive.
    Receive {
        /// Bytes in each block that is checked; none if nothing is checked.
        block_size: Option<f64>,
        /// Bytes of the file, 0 if that is not known.
        size: f64,
        /// Where it goes, unless it becomes a blob.
        writable: Option<Handle>,
    },
    /// Put the bytes of a frame away and release it. Comes back as [`FileEvent::Stored`] when a
    /// block is full.
    StoreFrame(Handle),
    /// Put the bytes of base64 text away and release it; comes back as [`FileEvent::Decoded`].
    StoreText(Handle),
    /// Say what all blocks come to, as [`FileEvent::Digest`].
    Digest,
    /// Everything came: make a blob of this MIME type, or close what was written to. Comes back
    /// as [`FileEvent::Closed`].
    Close {
        /// MIME type, or empty.
        mime: String,
    },
    /// Forget it; what was written to and not closed is aborted.
    Forget,
}

/// What became of an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum FileEvent {
    /// A piece was read.
    Read(Piece),
    /// The digest of the file that was read, or received.
    Digest(String),
    /// So many bytes of what was received are put away by now.
    Stored(f64),
    /// Text was put away, which were so many bytes.
    Decoded(f64),
    /// Everything is put away, in a blob unless the app gave something to write to.
    Closed(Option<Handle>),
    /// The browser could not read or write.
    Failed(Handle),
}
