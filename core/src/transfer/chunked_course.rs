//! A transfer the way of 2.7.2 takes its course.

use super::chunked::{Acknowledged, ChunkStep, ChunkedUpload, Received};
use super::{Room, Stage};
use crate::session::Context;
use crate::{FileId, FileOp, Handle, LogCode, LogLevel, Output};
use skylink_protocol::data_channel::Acknowledge;

/// For the sender of a file that did not come as announced.
const DIFFERS: &str = "The data that arrived are not the data that were announced";
/// For 2.7.2, which leaves out the last byte of some files.
const LAST_BYTE: &str = "The last byte of the data was not sent";

impl Room {
    pub(super) fn on_chunk_acknowledged(&mut self, context: &mut Context, file: FileId, number: f64) {
        let now = context.now;
        let Some(transfer) = self.transfer_mut(file) else { return };
        if matches!(transfer.stage, Stage::Asked(_)) && number == 0.0 {
            let size = transfer.facts.bytes.unwrap_or(0.0);
            transfer.stage = Stage::ChunkedUpload(ChunkedUpload::new(size));
            transfer.start_clock(now);
        }
        let Stage::ChunkedUpload(upload) = &mut transfer.stage else { return };
        match upload.on_acknowledge(number) {
            Acknowledged::Started => transfer.tell(context, "uploadStarted"),
            Acknowledged::Chunk => transfer.touch(now),
            Acknowledged::Everything => return self.complete_upload(context, file),
            Acknowledged::Nothing => {
                let peer = transfer.peer.clone();
                return context.log(
                    LogLevel::Debug,
                    LogCode::StrayTransferMessage,
                    &[Acknowledge::TYPE, &peer],
                );
            }
        }
        self.go_on(context, file);
    }

    pub(super) fn go_on_chunked(&mut self, context: &mut Context, file: FileId) {
        loop {
            let Some(transfer) = self.transfer_mut(file) else { return };
            let Stage::ChunkedUpload(upload) = &mut transfer.stage else { return };
            let Some(step) = upload.next_step() else { return };
            match step {
                ChunkStep::Read(piece) => {
                    if let Some(blob) = transfer.blob {
                        transfer.op(context, FileOp::Read { blob, piece, block_size: None });
                    }
                }
                ChunkStep::Send(piece) => {
                    transfer.touch(context.now);
                    let Some(transfer) = self.transfer(file) else { return };
                    let Some(peer) = self.peer(&transfer.peer) else { return };
                    if let (Some(connection), Some(channel)) = (peer.connection, peer.main_channel()) {
                        let channel = channel.number;
                        transfer.op(context, FileOp::SendText { connection, channel, piece });
                    }
                    if let Some(transfer) = self.transfer_mut(file) {
                        transfer.tell_progress(context);
                    }
                }
            }
        }
    }

    /// Text that is no message came through the channel for messages: a chunk of a file.
    pub(crate) fn on_chunk(&mut self, context: &mut Context, peer: &str, text: Handle) {
        let now = context.now;
        let is_it = |it: &&mut super::Transfer| it.peer == peer && it.occupies_main();
        if let Some(transfer) = self.transfers.all.iter_mut().find(is_it) {
            if let Stage::ChunkedDownload(download) = &mut transfer.stage {
                if !download.is_busy {
                    download.is_busy = true;
                    transfer.touch(now);
                    return transfer.op(context, FileOp::StoreText(text));
                }
            }
        }
        context.log(LogLevel::Debug, LogCode::StrayTransferMessage, &["chunk", peer]);
        context.push(Output::Release(text));
    }

    /// A chunk is put away.
    pub(super) fn on_chunk_stored(&mut self, context: &mut Context, file: FileId, bytes: f64) {
        let now = context.now;
        let Some(transfer) = self.transfer_mut(file) else { return };
        let Stage::ChunkedDownload(download) = &mut transfer.stage else { return };
        let received = download.on_chunk(bytes);
        let chunks = download.chunks;
        transfer.touch(now);
        match received {
            Received::Part => {
                self.send_acknowledge(context, file, chunks);
                if let Some(transfer) = self.transfer_mut(file) {
                    transfer.tell_progress(context);
                }
            }
            Received::Everything => self.close_file(context, file, chunks),
            Received::Wrong => self.fail(context, file, DIFFERS),
            Received::LastByteMissing => self.fail(context, file, LAST_BYTE),
        }
    }

    /// Everything came.
    pub(super) fn close_file(&mut self, context: &mut Context, file: FileId, chunks: f64) {
        if let Some(transfer) = self.transfer_mut(file) {
            transfer.stage = Stage::Closing { chunks };
            let mime = transfer.facts.mime.clone().unwrap_or_default();
            transfer.op(context, FileOp::Close { mime });
        }
    }
}
