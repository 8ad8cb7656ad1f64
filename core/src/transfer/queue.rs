//! Uploads on their way to be asked for. The channel for messages carries one transfer of the old
//! way at a time, in either direction: 2.7.2 notes just one.

use super::{Direction, Facts, Room, Stage, Transfer, Way};
use crate::roster::Peer;
use crate::session::Context;
use crate::{FileId, LogCode, LogLevel, Timestamp};
use skylink_protocol::data_channel::WriteRequest;
use skylink_protocol::lists::Keep as _;

/// Milliseconds that 2.7.2 gets to forget a transfer.
const REST: f64 = 1_000.0;

impl Room {
    pub(super) fn begin_upload(&mut self, context: &mut Context, file: FileId) {
        let Some(transfer) = self.transfer_mut(file) else { return };
        if transfer.is_chunked() {
            transfer.stage = Stage::Queued { rests_until: None };
            transfer.start_clock(context.now);
            let peer = transfer.peer.clone();
            self.start_next(context, &peer);
        } else {
            self.ask(context, file);
        }
    }

    /// Asks for the next upload to a peer if its channel is free.
    pub(super) fn start_next(&mut self, context: &mut Context, peer: &str) {
        let is_open = self.peer(peer).is_some_and(Peer::has_open_channel);
        if !is_open || self.transfer_on_main(peer).is_some() {
            return;
        }
        let is_next = |it: &&Transfer| {
            let rests_until = match it.stage {
                Stage::Queued { rests_until } => rests_until,
                _ => return false,
            };
            it.peer == peer && rests_until.is_none_or(|until| until.is_due(context.now))
        };
        if let Some(file) = self.transfers.all.iter().find(is_next).map(|transfer| transfer.file) {
            self.ask(context, file);
        }
    }

    /// Asks the receiver.
    fn ask(&mut self, context: &mut Context, file: FileId) {
        let own_id = self.own_id();
        let Some(transfer) = self.transfer_mut(file) else { return };
        transfer.stage = Stage::Asked(transfer.new_upload());
        transfer.start_clock(context.now);
        let is_announced = std::mem::replace(&mut transfer.announced, true);
        let peer = transfer.peer.clone();
        self.transfers.abandoned.keep(|id| *id != peer);
        self.send_write_request(context, file);
        if let Some(transfer) = self.transfer(file).filter(|_| !is_announced) {
            transfer.tell_request(context, &own_id);
        }
        self.go_on(context, file);
    }

    pub(super) fn send_write_request(&mut self, context: &mut Context, file: FileId) {
        let Some(transfer) = self.transfer(file) else { return };
        let Facts { name, bytes, characters, mime, timeout } = transfer.facts.clone();
        let (chunk_type, chunk_size) = match transfer.way {
            Way::Chunked { chunk_size } => ("binaryString", chunk_size),
            Way::Streamed { .. } => ("arrayBuffer", skylink_protocol::file_channel::PAYLOAD_SIZE as f64),
        };
        let block_size = transfer.way.block_size();
        let message = WriteRequest {
            transfer_id: Some(transfer.id.clone()),
            name: Some(name),
            size: Some(characters),
            original_size: bytes,
            data_type: Some("blob".to_owned()),
            mime_type: mime.into(),
            chunk_type: Some(chunk_type.to_owned()),
            chunk_size: Some(chunk_size),
            timeout: Some(timeout),
            is_private: Some(false),
            sender: self.own_id.clone(),
            agent: Some(context.environment.agent_name.clone()),
            version: Some(context.environment.agent_version),
            target: Some(transfer.peer.clone()),
            block_size,
        };
        let peer = transfer.peer.clone();
        self.send_on_main(context, &peer, message.into());
    }

    /// A peer of the old way wants to send a file: its channel has to be free for that. False if
    /// the request is dead before it is answered.
    pub(super) fn make_room_for_request(&mut self, context: &mut Context, peer: &str) -> bool {
        let Some(busy) = self.transfer_on_main(peer) else { return true };
        let file = busy.file;
        if busy.direction == Direction::Upload && matches!(busy.stage, Stage::Asked(_)) {
            // Both asked at once. 2.7.2 took note of ours, and has forgotten its own by that: only
            // CANCEL frees it. Ours is asked again a little later.
            context.log(LogLevel::Warn, LogCode::RequestsCrossed, &[peer]);
            self.send_cancel(context, file);
            let rests_until = Some(context.now.plus(REST));
            if let Some(transfer) = self.transfer_mut(file) {
                transfer.stage = Stage::Queued { rests_until };
            }
            return false;
        }
        // 2.7.2 can ask only after it gave up the one that was under way.
        self.fail(context, file, "Remote peer started another data transfer");
        true
    }

    /// Asks for uploads whose rest is over.
    pub(super) fn wake_queued(&mut self, context: &mut Context, now: Timestamp) {
        let is_awake = |it: &&mut Transfer| matches!(it.stage, Stage::Queued { rests_until: Some(until) } if until.is_due(now));
        let mut peers = Vec::new();
        for transfer in self.transfers.all.iter_mut().filter(is_awake) {
            transfer.stage = Stage::Queued { rests_until: None };
            peers.push(transfer.peer.clone());
        }
        for peer in peers {
            self.start_next(context, &peer);
        }
    }
}
