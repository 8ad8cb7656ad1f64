//! A transfer through a channel of its own takes its course. A channel that is lost is opened again
//! by the sender; the receiver then says what it has.

use super::file::Piece;
use super::streamed_download::{DownloadStep, Frame, Verdict};
use super::streamed_upload::{LaneNumber, StreamedUpload, UploadStep, LOW_WATER};
use super::{Direction, Room, Stage, Transfer};
use crate::data_channel::Channel;
use crate::session::Context;
use crate::statistics::Purpose;
use crate::{ChannelId, ChannelOp, ConnectionOp, FileId, FileOp, Handle, LogCode, LogLevel, Output};
use skylink_protocol::file_channel::{Done, End, FileMessage, Got, Want, BLOCK_SIZE};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::Value;

/// Milliseconds before a lost channel is opened again.
const REOPEN_AFTER: f64 = 500.0;
/// How many finished transfers are remembered, for senders that did not hear of it.
const MAX_FINISHED: usize = 50;

const DIFFERS: &str = "The data that arrived differ from the data that were sent";
const BROKEN: &str = "The data did not arrive in their order";

/// Something about a channel that is not the one for messages.
#[derive(Debug)]
pub(crate) enum StreamEvent {
    /// The peer opened it, under this name.
    Offered(String),
    Open,
    /// Most of what was to be sent is sent: so many bytes are left.
    Low(f64),
    Text(String),
    /// Bytes, and where they belong if they say so.
    Frame(Handle, Option<Piece>),
    /// It is gone or of no use any more.
    Lost,
}

impl Transfer {
    /// The upload through a channel of its own, if it is to be one.
    pub(super) fn new_upload(&self) -> Option<StreamedUpload> {
        (!self.is_chunked()).then(|| StreamedUpload::new(self.facts.bytes.unwrap_or(0.0)))
    }
}

impl Room {
    /// The receiver accepted.
    pub(super) fn start_stream(&mut self, context: &mut Context, file: FileId) {
        let now = context.now;
        let Some(transfer) = self.transfer_mut(file) else { return };
        let Stage::Asked(upload) = &mut transfer.stage else { return };
        let Some(upload) = upload.take() else { return };
        transfer.stage = Stage::StreamedUpload(upload);
        transfer.start_clock(now);
        transfer.tell(context, "uploadStarted");
        transfer.tell_progress(context);
        self.open_stream(context, file);
        self.go_on(context, file);
    }

    /// Opens the channel of a transfer, unless the peer cannot be reached now.
    pub(super) fn open_stream(&mut self, context: &mut Context, file: FileId) {
        let Some(transfer) = self.transfer_mut(file) else { return };
        transfer.reopen = None;
        let (id, peer) = (transfer.id.clone(), transfer.peer.clone());
        let label = self.file_label(&peer, &id);
        let channel = context.fresh_channel();
        let carrier = self.source_of(&peer).to_owned();
        let Some(peer) = self.peer_mut(&carrier).filter(|peer| peer.has_open_channel()) else { return };
        peer.channels.push(Channel { is_messaging: false, ..Channel::messaging(channel, label.clone()) });
        let op = ChannelOp::OpenForFile { label, low_water: LOW_WATER };
        context.connection(peer.connection, ConnectionOp::Channel { channel, op });
        let takes_lanes = peer.takes_lanes;
        let Some(transfer) = self.transfer_mut(file) else { return };
        transfer.channel = Some(channel);
        transfer.round_trip = None;
        let rest = if let Stage::StreamedUpload(upload) = &transfer.stage { upload.rest() } else { 0.0 };
        let peer = transfer.peer.clone();
        if takes_lanes && rest >= BLOCK_SIZE as f64 {
            self.read_statistics(context, &peer, Purpose::Lanes(file));
        }
    }

    /// The channel for messages is open, maybe again: what waited for it goes on.
    pub(crate) fn resume_transfers(&mut self, context: &mut Context, peer: &str) {
        let waits = |it: &&Transfer| {
            self.source_of(&it.peer) == peer && it.direction == Direction::Upload && !it.is_chunked()
        };
        let files: Vec<FileId> = self.transfers.all.iter().filter(waits).map(|it| it.file).collect_vec();
        for file in files {
            match self.transfer(file) {
                Some(Transfer { stage: Stage::Asked(_), .. }) => self.send_write_request(context, file),
                Some(Transfer { channel: None, .. }) => self.open_stream(context, file),
                _ => {}
            }
        }
    }

    pub(super) fn on_stream(&self, peer: &str, channel: ChannelId) -> Option<FileId> {
        let is_it = |it: &&Transfer| self.source_of(&it.peer) == peer && it.channel == Some(channel);
        self.transfers.all.iter().find(is_it).map(|transfer| transfer.file)
    }

    /// Something about a channel that is not the one for messages.
    pub(crate) fn on_stream_event(
        &mut self,
        context: &mut Context,
        peer: &str,
        channel: ChannelId,
        event: StreamEvent,
    ) {
        let now = context.now;
        if let StreamEvent::Offered(label) = event {
            let is_it = |it: &&Transfer| {
                matches!(it.stage, Stage::StreamedDownload(_) | Stage::Closing { .. })
                    && self.is_label_of(peer, &label, &it.peer, &it.id)
            };
            let Some(file) = self.transfers.all.iter().find(is_it).map(|it| it.file) else { return };
            // The sender may know sooner than we that the channel before is of no use.
            self.lose_stream(context, file);
            if let Some(transfer) = self.transfer_mut(file) {
                transfer.channel = Some(channel);
            }
            return;
        }
        let Some(file) = self.on_stream(peer, channel) else {
            return self.on_idle_stream(context, peer, channel, &event);
        };
        let Some(transfer) = self.transfer_mut(file) else { return };
        match event {
            StreamEvent::Open => {
                // A media server tells first how much it takes.
                let is_direct = transfer.peer == peer;
                match &mut transfer.stage {
                    Stage::StreamedDownload(download) => {
                        download.on_open();
                        transfer.touch(now);
                    }
                    Stage::StreamedUpload(upload) => upload.on_open(is_direct),
                    _ => {}
                }
                self.open_lanes(context, file);
            }
            StreamEvent::Low(buffered) => {
                if let Stage::StreamedUpload(upload) = &mut transfer.stage {
                    upload.on_low(buffered);
                    transfer.touch(now);
                    transfer.tell_progress(context);
                }
            }
            StreamEvent::Text(text) => return self.on_stream_text(context, file, &text),
            StreamEvent::Frame(frame, piece) => return self.on_frame(context, file, 0, frame, piece),
            StreamEvent::Lost => return self.lose_stream(context, file),
            StreamEvent::Offered(_) => {}
        }
        self.go_on(context, file);
    }

    /// Whether a channel that a peer opened is for this transfer of another peer, or of itself.
    fn is_label_of(&self, peer: &str, label: &str, other: &str, transfer: &str) -> bool {
        self.source_of(other) == peer && label == self.file_label(other, transfer)
    }

    /// A channel that no transfer needs: the sender may not have heard that it is over.
    fn on_idle_stream(&mut self, context: &mut Context, peer: &str, channel: ChannelId, event: &StreamEvent) {
        match event {
            StreamEvent::Open => {
                let Some(known) = self.peer(peer) else { return };
                let Some(opened) = known.channels.iter().find(|it| it.number == channel) else { return };
                let is_it = |(id, transfer, _): &&(String, String, f64)| {
                    self.is_label_of(peer, &opened.label, id, transfer)
                };
                if let Some((_, _, size)) = self.transfers.finished.iter().find(is_it) {
                    let done = Done { size: *size };
                    self.send_on_channel(context, peer, channel, done.into());
                }
            }
            StreamEvent::Frame(frame, _) => context.push(Output::Release(*frame)),
            _ => {}
        }
    }

    fn lose_stream(&mut self, context: &mut Context, file: FileId) {
        let now = context.now;
        let Some(transfer) = self.transfer_mut(file) else { return };
        transfer.close_lanes(context);
        match &mut transfer.stage {
            Stage::StreamedUpload(upload) => {
                upload.on_lost();
                transfer.reopen = Some(now.plus(REOPEN_AFTER));
            }
            Stage::StreamedDownload(download) => download.on_lost(),
            _ => {}
        }
        let (peer, channel) = (transfer.peer.clone(), transfer.channel.take());
        if let Some(channel) = channel {
            self.drop_channel(context, &peer, channel);
        }
    }

    fn on_stream_text(&mut self, context: &mut Context, file: FileId, text: &str) {
        let now = context.now;
        let Some(transfer) = self.transfer_mut(file) else { return };
        let message = (context.environment.json.parse)(text);
        let message = message.and_then(|message| FileMessage::try_from(message).ok());
        let is_sound = match (message, &mut transfer.stage) {
            (Some(FileMessage::Want(Want { offset, limit })), Stage::StreamedUpload(upload)) => {
                upload.on_want(offset, limit)
            }
            (Some(FileMessage::Got(Got { lane, bytes })), Stage::StreamedUpload(upload)) => {
                let is_sound = upload.on_got(lane, bytes);
                transfer.tell_progress(context);
                is_sound
            }
            (Some(FileMessage::End(End { digest })), Stage::StreamedDownload(download)) => {
                if !download.on_end(digest) {
                    return self.fail(context, file, BROKEN);
                }
                transfer.touch(now);
                return self.judge(context, file);
            }
            (Some(FileMessage::Done(Done { size })), Stage::StreamedUpload(upload)) => {
                if upload.may_be_done() && transfer.facts.bytes == Some(size) {
                    return self.complete_upload(context, file);
                }
                false
            }
            (Some(FileMessage::LaneSignal(signal)), _) => self.on_lane_signal(context, file, signal),
            _ => false,
        };
        let Some(transfer) = self.transfer_mut(file) else { return };
        if !is_sound {
            let peer = transfer.peer.clone();
            return context.log(LogLevel::Warn, LogCode::BadTransferMessage, &[&transfer.id, &peer]);
        }
        transfer.touch(now);
        self.go_on(context, file);
    }

    pub(super) fn on_frame(
        &mut self,
        context: &mut Context,
        file: FileId,
        lane: LaneNumber,
        frame: Handle,
        piece: Option<Piece>,
    ) {
        let now = context.now;
        let Some(transfer) = self.transfer_mut(file) else { return };
        let Stage::StreamedDownload(download) = &mut transfer.stage else {
            return context.push(Output::Release(frame));
        };
        download.on_bytes(lane, piece.map_or(0.0, |piece| piece.length));
        // To the sender a slow path looks like a dead one: it cannot see what arrives. So it hears that in half
        // of the time, in milliseconds, after which it gives up.
        if transfer.told.plus(transfer.facts.timeout * 500.0).is_due(now) {
            transfer.told = now;
            download.tell();
        }
        let outcome = piece.map_or(Frame::Wrong, |piece| download.on_frame(piece, frame));
        if outcome == Frame::New {
            let mut ready = Some(frame);
            while let Some(frame) = ready {
                context.push(Output::File { file, op: FileOp::StoreFrame(frame) });
                ready = download.next_held();
            }
        }
        if matches!(outcome, Frame::New | Frame::Early) {
            transfer.touch(now);
            transfer.tell_progress(context);
        } else {
            context.push(Output::Release(frame));
        }
        if outcome == Frame::Wrong {
            return self.fail(context, file, BROKEN);
        }
        self.go_on(context, file);
    }

    /// Both digests may be known by now.
    pub(super) fn judge(&mut self, context: &mut Context, file: FileId) {
        let Some(Transfer { stage: Stage::StreamedDownload(download), .. }) = self.transfer(file) else {
            return;
        };
        match download.verdict() {
            Verdict::Open => {}
            Verdict::Right => self.close_file(context, file, 0.0),
            Verdict::Wrong => self.fail(context, file, DIFFERS),
        }
    }

    /// Tells the sender that everything arrived.
    pub(super) fn confirm(&mut self, context: &mut Context, file: FileId) {
        let Some(transfer) = self.transfer(file) else { return };
        if let (Stage::Closing { chunks }, true) = (&transfer.stage, transfer.is_chunked()) {
            let chunks = *chunks;
            return self.send_acknowledge(context, file, chunks);
        }
        let (peer, id, channel) = (transfer.peer.clone(), transfer.id.clone(), transfer.channel);
        let size = transfer.facts.bytes.unwrap_or(0.0);
        if let Some(channel) = channel {
            self.send_on_channel(context, &peer, channel, Done { size }.into());
        }
        if self.transfers.finished.len() >= MAX_FINISHED {
            self.transfers.finished.remove(0);
        }
        self.transfers.finished.push((peer, id, size));
    }

    pub(super) fn send_on_channel(
        &self,
        context: &mut Context,
        peer: &str,
        channel: ChannelId,
        message: Value,
    ) {
        let Some(peer) = self.carrier_of(peer) else { return };
        let text = (context.environment.json.print)(&message);
        let op = ChannelOp::SendText(text);
        context.connection(peer.connection, ConnectionOp::Channel { channel, op });
    }

    pub(super) fn go_on_streamed(&mut self, context: &mut Context, file: FileId) {
        loop {
            let Some(transfer) = self.transfer_mut(file) else { return };
            let (blob, channel, block_size) = (transfer.blob, transfer.channel, transfer.way.block_size());
            let message = match &mut transfer.stage {
                Stage::StreamedUpload(upload) | Stage::Asked(Some(upload)) => match upload.next_step() {
                    None => return,
                    Some(UploadStep::Read(piece)) => {
                        if let Some(blob) = blob {
                            transfer.op(context, FileOp::Read { blob, piece, block_size });
                        }
                        continue;
                    }
                    Some(UploadStep::Send(piece, lane)) => {
                        transfer.tell_progress(context);
                        let Some(transfer) = self.transfer(file) else { return };
                        let own = || Some((self.carrier_of(&transfer.peer)?.connection?, channel?));
                        if let Some((connection, channel)) = transfer.lane_channel(lane).or_else(own) {
                            transfer.op(context, FileOp::SendFrames { connection, channel, piece });
                        }
                        continue;
                    }
                    Some(UploadStep::Digest) => {
                        transfer.op(context, FileOp::Digest);
                        continue;
                    }
                    Some(UploadStep::End(digest)) => End { digest }.into(),
                },
                Stage::StreamedDownload(download) => match download.next_step() {
                    None => return,
                    Some(DownloadStep::Digest) => {
                        transfer.op(context, FileOp::Digest);
                        continue;
                    }
                    Some(DownloadStep::Want { offset, limit }) => Want { offset, limit }.into(),
                    Some(DownloadStep::Got(lane, bytes)) => Got { lane: f64::from(lane), bytes }.into(),
                },
                _ => return,
            };
            let peer = transfer.peer.clone();
            if let Some(channel) = channel {
                self.send_on_channel(context, &peer, channel, message);
            }
        }
    }
}
