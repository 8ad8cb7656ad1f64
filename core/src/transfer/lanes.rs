//! Lanes: further peer connections that carry frames of one transfer beside its own channel, where
//! one connection is slow because of the way's delay. The sender opens them when the round trip makes
//! them pay; they are negotiated through the transfer's channel and live no longer than it does. A
//! lane that cannot be had, or breaks, costs the transfer nothing but its speed.

use super::streamed_upload::LaneNumber;
use super::{Direction, Room, Stage, Transfer};
use crate::sdp::candidate_word;
use crate::session::Context;
use crate::{
    ChannelEvent, ChannelId, ChannelOp, ConnectionEvent, ConnectionId, ConnectionOp, DescriptionKind, FileId,
    Output, Timestamp,
};
use skylink_protocol::file_channel::LaneSignal;

/// Lanes of a transfer, beside its own channel, at the most.
const MAX_LANES: usize = 7;
/// How many there are on shorter ways, where these fill what the processor bounds.
const FEW_LANES: usize = 3;
/// Seconds of a round trip from which on there are more than these.
const LONG_ROUND_TRIP: f64 = 0.035;
/// Lanes of all transfers of a room.
const MAX_LANES_IN_ROOM: usize = 14;
/// Lanes that are taken for one transfer in all: a sender whose channel was lost may offer them anew.
const MAX_LANES_TAKEN: u8 = 28;
/// Milliseconds within which a lane must be open.
const PATIENCE: f64 = 10_000.0;

/// Seconds of a round trip from which on lanes help: below, the processor is what bounds.
const MIN_ROUND_TRIP: f64 = 0.01;
/// Bytes that one connection carries in a round trip, as seen in Chromium between 20 and 100 ms.
const BYTES_PER_ROUND_TRIP: f64 = 160_000.0;
/// What it takes until lanes are open, in round trips and in seconds of work.
const SETUP: (f64, f64) = (8.0, 0.2);

/// A lane that is opening or open.
#[derive(Debug)]
pub(super) struct Lane {
    pub number: LaneNumber,
    pub connection: ConnectionId,
    /// Made by the sender of the file.
    pub channel: Option<ChannelId>,
    /// When it is given up, unless it is open.
    pub deadline: Option<Timestamp>,
}

impl Lane {
    fn new(number: LaneNumber, connection: ConnectionId, channel: Option<ChannelId>, now: Timestamp) -> Self {
        Self { number, connection, channel, deadline: Some(now.plus(PATIENCE)) }
    }
}

/// How many lanes pay for so many bytes on a way with this round trip, in seconds.
fn lanes_that_pay(round_trip: f64, bytes: f64) -> usize {
    let alone = bytes / BYTES_PER_ROUND_TRIP * round_trip;
    let setup = SETUP.0 * round_trip + SETUP.1;
    if !(round_trip >= MIN_ROUND_TRIP && alone >= 2.0 * setup) {
        0
    } else if round_trip < LONG_ROUND_TRIP {
        FEW_LANES
    } else {
        MAX_LANES
    }
}

impl Room {
    /// The transfer that a connection is a lane of.
    pub(crate) fn transfer_with_lane(&self, connection: ConnectionId) -> Option<FileId> {
        let has = |it: &&Transfer| it.lanes.iter().any(|lane| lane.connection == connection);
        self.transfers.all.iter().find(has).map(|transfer| transfer.file)
    }

    /// The browser says how long a round trip takes, in seconds.
    pub(crate) fn on_round_trip(&mut self, context: &mut Context, file: FileId, round_trip: f64) {
        if let Some(transfer) = self.transfer_mut(file) {
            transfer.round_trip = Some(round_trip);
        }
        self.open_lanes(context, file);
    }

    /// Opens the lanes that pay, once the transfer's channel is open and the round trip is known.
    pub(super) fn open_lanes(&mut self, context: &mut Context, file: FileId) {
        let now = context.now;
        let Some(transfer) = self.transfer(file) else { return };
        let (Stage::StreamedUpload(upload), Some(round_trip), Some(channel)) =
            (&transfer.stage, transfer.round_trip, transfer.channel)
        else {
            return;
        };
        if !transfer.lanes.is_empty() {
            return;
        }
        let to_peer = |it: &&Transfer| it.peer == transfer.peer && it.direction == Direction::Upload;
        let busy: usize = self.transfers.all.iter().filter(to_peer).map(|it| it.lanes.len()).sum();
        let free = MAX_LANES_IN_ROOM.saturating_sub(self.count_lanes());
        let count = lanes_that_pay(round_trip, upload.rest()).min(free).min(MAX_LANES.saturating_sub(busy));
        let is_open = |it: &crate::data_channel::Channel| it.number == channel && it.open;
        if !self.carrier_of(&transfer.peer).is_some_and(|peer| peer.channels.iter().any(is_open)) {
            return;
        }
        let (label, configuration) = (transfer.id.clone(), self.configuration.clone());
        let Some(transfer) = self.transfer_mut(file) else { return };
        transfer.round_trip = None;
        if let (Stage::StreamedUpload(upload), true) = (&mut transfer.stage, count > 0) {
            upload.share();
        }
        for number in (1..).take(count) {
            let (connection, channel) = (context.fresh(), context.fresh_channel());
            let create = ConnectionOp::Create { configuration: configuration.clone() };
            let open = ChannelOp::Open { label: label.clone() };
            let offer = ConnectionOp::CreateOffer { ice_restart: false, voice_activity_detection: true };
            for op in [create, ConnectionOp::Channel { channel, op: open }, offer] {
                context.connection(connection, op);
            }
            transfer.lanes.push(Lane::new(number, connection, Some(channel), now));
        }
    }

    fn count_lanes(&self) -> usize {
        self.transfers.all.iter().map(|transfer| transfer.lanes.len()).sum()
    }

    fn say_of_lane(&self, context: &mut Context, file: FileId, signal: LaneSignal) {
        let Some(transfer) = self.transfer(file) else { return };
        if let Some(channel) = transfer.channel {
            self.send_on_channel(context, &transfer.peer, channel, signal.into());
        }
    }

    /// The other side says something about a lane. False if that makes no sense.
    pub(super) fn on_lane_signal(&mut self, context: &mut Context, file: FileId, signal: LaneSignal) -> bool {
        let has_space = self.count_lanes() < MAX_LANES_IN_ROOM;
        let configuration = self.configuration.clone();
        let now = context.now;
        let Some(transfer) = self.transfer(file) else { return true };
        let is_allowed = self.carrier_of(&transfer.peer).is_some_and(|peer| peer.takes_lanes);
        let Some(number) = (1..).take(MAX_LANES).find(|number| f64::from(*number) == signal.lane) else {
            return false;
        };
        let Some(transfer) = self.transfer_mut(file).filter(|_| is_allowed) else { return false };
        let known = transfer.lanes.iter().find(|lane| lane.number == number).map(|lane| lane.connection);
        // Whatever is said of the first: the sender counts on it.
        if let Stage::StreamedDownload(download) = &mut transfer.stage {
            download.share();
        }
        match (known, signal.sdp, signal.candidate, &mut transfer.stage) {
            (Some(connection), Some(sdp), _, Stage::StreamedUpload(_)) => {
                let kind = DescriptionKind::Answer;
                context.connection(connection, ConnectionOp::SetRemote { kind, sdp });
            }
            (None, Some(_), _, Stage::StreamedDownload(_))
                if !has_space || transfer.lanes_taken >= MAX_LANES_TAKEN =>
            {
                let refusal = LaneSignal { lane: signal.lane, ..LaneSignal::default() };
                self.say_of_lane(context, file, refusal);
            }
            (None, Some(sdp), _, Stage::StreamedDownload(download)) => {
                download.on_lane(number);
                transfer.lanes_taken = transfer.lanes_taken.saturating_add(1);
                let connection = context.fresh();
                transfer.lanes.push(Lane::new(number, connection, None, now));
                for op in [
                    ConnectionOp::Create { configuration },
                    ConnectionOp::SetRemote { kind: DescriptionKind::Offer, sdp },
                    ConnectionOp::CreateAnswer { voice_activity_detection: true },
                ] {
                    context.connection(connection, op);
                }
            }
            (Some(connection), None, Some(candidate), _) => {
                let op = ConnectionOp::AddCandidate { number: 0, candidate, mid: None, line: Some(0.0) };
                context.connection(connection, op);
            }
            (Some(connection), None, None, _) => self.drop_lane(context, file, connection),
            // A lane that was given up here while the other side still spoke of it.
            (None, ..) => {}
            _ => return false,
        }
        true
    }

    /// The browser reports something about a lane.
    pub(crate) fn on_lane_event(
        &mut self,
        context: &mut Context,
        file: FileId,
        connection: ConnectionId,
        event: ConnectionEvent,
    ) {
        let Some(transfer) = self.transfer_mut(file) else { return };
        let Some(lane) = transfer.lanes.iter_mut().find(|lane| lane.connection == connection) else { return };
        let number = f64::from(lane.number);
        match event {
            ConnectionEvent::OfferCreated(sdp) | ConnectionEvent::AnswerCreated(sdp) => {
                let kind = match transfer.direction {
                    Direction::Upload => DescriptionKind::Offer,
                    Direction::Download => DescriptionKind::Answer,
                };
                // Before the candidates that come of it.
                let signal = LaneSignal { lane: number, sdp: Some(sdp.clone()), candidate: None };
                self.say_of_lane(context, file, signal);
                context.connection(connection, ConnectionOp::SetLocal { kind, sdp });
            }
            ConnectionEvent::LocalCandidate { candidate, .. } => {
                if !candidate.is_empty() && !self.filters(candidate_word(&candidate, 7)) {
                    let signal = LaneSignal { lane: number, sdp: None, candidate: Some(candidate) };
                    self.say_of_lane(context, file, signal);
                }
            }
            ConnectionEvent::ConnectionState(state) if state == "failed" || state == "disconnected" => {
                self.give_lane_up(context, file, connection);
            }
            ConnectionEvent::CreateFailed(error)
            | ConnectionEvent::DescriptionFailed(error)
            | ConnectionEvent::AnswerNotCreated(error) => {
                context.push(Output::Release(error));
                self.give_lane_up(context, file, connection);
            }
            ConnectionEvent::Channel { channel, event, .. } => match event {
                ChannelEvent::Offered { .. } if transfer.direction == Direction::Download => {
                    lane.channel.get_or_insert(channel);
                    lane.deadline = None;
                }
                ChannelEvent::Open if lane.channel == Some(channel) => {
                    lane.deadline = None;
                    if let Stage::StreamedUpload(upload) = &mut transfer.stage {
                        upload.on_lane(lane.number);
                        self.go_on(context, file);
                    }
                }
                ChannelEvent::Frame { frame, piece } => {
                    let number = lane.number;
                    self.on_frame(context, file, number, frame, piece);
                }
                ChannelEvent::Closed => self.give_lane_up(context, file, connection),
                ChannelEvent::Failed { error, .. }
                | ChannelEvent::NotMade(error)
                | ChannelEvent::NotSent(error) => {
                    context.push(Output::Release(error));
                    self.give_lane_up(context, file, connection);
                }
                ChannelEvent::Chunk(text) => context.push(Output::Release(text)),
                ChannelEvent::Messages(messages) => context.release_contents(&messages),
                _ => {}
            },
            event => crate::peer_connection::release_of(context, &event),
        }
    }

    /// A lane is of no use any more, which the other side may not know.
    pub(super) fn give_lane_up(&mut self, context: &mut Context, file: FileId, connection: ConnectionId) {
        let lanes = self.transfer(file).map(|transfer| transfer.lanes.as_slice()).unwrap_or_default();
        if let Some(lane) = lanes.iter().find(|lane| lane.connection == connection) {
            let signal = LaneSignal { lane: f64::from(lane.number), ..LaneSignal::default() };
            self.say_of_lane(context, file, signal);
        }
        self.drop_lane(context, file, connection);
    }

    /// Closes a lane; what it did not deliver goes over the others.
    fn drop_lane(&mut self, context: &mut Context, file: FileId, connection: ConnectionId) {
        let Some(transfer) = self.transfer_mut(file) else { return };
        let Some(place) = transfer.lanes.iter().position(|lane| lane.connection == connection) else {
            return;
        };
        let lane = transfer.lanes.remove(place);
        context.connection(connection, ConnectionOp::Close);
        if let Stage::StreamedUpload(upload) = &mut transfer.stage {
            upload.on_lane_lost(lane.number);
        }
        self.go_on(context, file);
    }

    /// Gives up the lanes that did not open in time.
    pub(super) fn give_up_late_lanes(&mut self, context: &mut Context) {
        let now = context.now;
        let is_late = |lane: &&Lane| lane.deadline.is_some_and(|due| due.is_due(now));
        let late = |it: &Transfer| it.lanes.iter().find(is_late).map(|lane| (it.file, lane.connection));
        while let Some((file, connection)) = self.transfers.all.iter().find_map(late) {
            self.give_lane_up(context, file, connection);
        }
    }
}

impl Transfer {
    /// Where frames for a lane go, unless they go through the transfer's own channel.
    pub(super) fn lane_channel(&self, number: LaneNumber) -> Option<(ConnectionId, ChannelId)> {
        let lane = self.lanes.iter().find(|lane| lane.number == number)?;
        Some((lane.connection, lane.channel?))
    }

    /// Closes all lanes, silently: their transfer, or its channel, is over.
    pub(super) fn close_lanes(&mut self, context: &mut Context) {
        for lane in self.lanes.drain(..) {
            context.connection(lane.connection, ConnectionOp::Close);
        }
        if let Stage::StreamedDownload(download) = &mut self.stage {
            for frame in download.take_held() {
                context.push(Output::Release(frame));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_pay_for_large_files_on_ways_with_delay() {
        const MEGABYTE: f64 = 1_048_576.0;
        for (milliseconds, megabytes, lanes) in [
            (0.0, 1_000.0, 0),
            (1.0, 1_000.0, 0),
            (9.0, 1_000.0, 0),
            (20.0, 2.0, 0),
            (20.0, 20.0, FEW_LANES),
            (50.0, 1.0, 0),
            (50.0, 20.0, MAX_LANES),
            (100.0, 1.0, 0),
            (100.0, 20.0, MAX_LANES),
            (f64::NAN, 20.0, 0),
        ] {
            let found = lanes_that_pay(milliseconds / 1_000.0, megabytes * MEGABYTE);
            assert_eq!(found, lanes, "{milliseconds} ms, {megabytes} MB");
        }
    }
}
