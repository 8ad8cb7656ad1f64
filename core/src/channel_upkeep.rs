//! Keeping the channel for messages alive, and listing channels (public API M-10, M-26, peer
//! behaviour 4.3).

use crate::data_channel::{close, open_channel, Channel};
use crate::room::Room;
use crate::roster::Peer;
use crate::session::{Context, Session};
use crate::{ChannelReading, LogCode, LogLevel, Timestamp};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::{Object, Value};

/// How long a new channel in place of a closed one is waited for.
const REVIVAL_WAIT: f64 = 100.0;

/// What becomes of the channel for messages.
#[derive(Debug, Default)]
pub(crate) struct ChannelUpkeep {
    /// The label of one that closed and was not replaced.
    pub lost: Option<String>,
    /// When it is opened anew.
    pub revival_due: Option<Timestamp>,
    /// Whether the app wants a new one.
    refresh_wanted: bool,
}

impl ChannelUpkeep {
    /// The channel in use is gone.
    pub fn lose(&mut self, channel: &Channel, may_revive: bool, now: Timestamp) {
        self.lost = Some(channel.label.clone());
        self.revival_due = (may_revive && channel.open).then(|| now.plus(REVIVAL_WAIT));
    }

    /// There is a channel again.
    pub fn found(&mut self) {
        (self.lost, self.revival_due) = (None, None);
    }
}

impl Session {
    pub(crate) fn refresh_data_channel(&mut self, room: &str, id: &str) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        match room.peer_mut(id).filter(|peer| peer.has_had_channel()) {
            Some(peer) => {
                peer.upkeep.refresh_wanted = true;
                room.go_on_refreshing_channel(context, id);
                room.take_steps(context, id);
            }
            None => context.log(LogLevel::Error, LogCode::NoDataChannel, &[id]),
        }
        None
    }

    pub(crate) fn data_channels(&mut self, room: &str, readings: &[ChannelReading]) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, _) = self.room(key)?;
        let mut list = Object::new();
        for peer in room.peers.iter().filter(|peer| !peer.channels.is_empty()) {
            let of_peer = |channel: &&Channel| {
                let is_it = |reading: &&ChannelReading| {
                    Some(reading.connection) == peer.connection && reading.channel == channel.number
                };
                readings.iter().find(is_it)
            };
            let main = peer.main_channel().map(|channel| channel.number);
            let mut channels = Object::new();
            for channel in &peer.channels {
                let reading = of_peer(&channel);
                let is_main = main == Some(channel.number);
                let transfer = room.transfer_on(&peer.id, channel).map(|transfer| transfer.id.as_str());
                channels.set(&channel.label, channel.info(is_main, transfer, reading));
            }
            list.set(&peer.id, channels);
        }
        Some(list.into())
    }
}

impl Peer {
    /// Whether there is a channel for messages, or was one.
    pub fn has_had_channel(&self) -> bool {
        self.main_channel().is_some() || self.upkeep.lost.is_some()
    }
}

impl Channel {
    /// As apps see it (public API T-05).
    fn info(&self, is_main: bool, transfer: Option<&str>, reading: Option<&ChannelReading>) -> Object {
        let buffered = reading.map_or(self.buffered, |reading| reading.buffered);
        let state = if self.open { "open" } else { "connecting" };
        Object::new()
            .with("bufferedAmount", buffered)
            .with("bufferedAmountLow", buffered)
            .with("bufferedAmountLowThreshold", reading.map_or(0.0, |reading| reading.threshold))
            .with("channelProp", if is_main { "main" } else { self.label.as_str() })
            .with("channelName", self.label.as_str())
            .with("channelType", self.type_name())
            .with("currentTransferId", transfer.map(str::to_owned))
            .with("currentStreamId", Value::Null)
            .with("readyState", reading.map_or(state, |reading| reading.state.as_str()))
    }
}

impl Room {
    pub fn revive_due_channels(&mut self, context: &mut Context) {
        for peer in &mut self.peers {
            if peer.upkeep.revival_due.is_some_and(|due| due.is_due(context.now)) {
                peer.upkeep.revival_due = None;
                if let Some(label) = peer.upkeep.lost.take() {
                    open_channel(context, peer, label);
                }
            }
        }
    }

    /// Replaces the channel for messages once our last description is an offer: after another one,
    /// 2.7.2 puts the closed channel back in use when ours closes (peer behaviour D10).
    pub fn go_on_refreshing_channel(&mut self, context: &mut Context, id: &str) {
        let Some(peer) = self.peer_mut(id) else { return };
        if !peer.upkeep.refresh_wanted || !peer.negotiation.is_stable() {
            return;
        }
        if !peer.we_offered {
            peer.negotiation.want_offer(false);
            return;
        }
        peer.upkeep.refresh_wanted = false;
        let label = match peer.main_channel() {
            Some(channel) => channel.label.clone(),
            None => peer.upkeep.lost.take().unwrap_or_default(),
        };
        let is_old = |channel: &Channel| channel.is_messaging;
        for number in peer.channels.iter().filter(|c| is_old(c)).map(|c| c.number).collect_vec() {
            if let Some(peer) = self.peer(id) {
                close(context, peer, number);
            }
        }
        self.end_channels(context, id, is_old);
        self.end_transfers_on_main(context, id);
        if let Some(peer) = self.peer_mut(id) {
            peer.upkeep.revival_due = None;
            open_channel(context, peer, label);
        }
    }
}
