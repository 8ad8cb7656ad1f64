//! Rooms with a media server: what members say to the peer `MCU`, and it to them (wire protocol
//! 6.7). Chat, locks and user data stay with the rooms.

use skylink_protocol::signaling::{Candidate, EndOfCandidates, MediaInfoEvent, UpdateUser};
use skylink_protocol::Value;

use super::message_kind::MessageKind;
use super::relaying::Stamped;
use super::{Delivery, Dropped, Rooms, Turn};
use crate::mcu::command::{Command, Signal};
use crate::mcu::messages::MCU;

/// Descriptions cost most of all messages. A client that negotiates on and on gets by with these
/// in each of its rooms.
const BURST: u32 = 100;
const PER_SECOND: u32 = 20;

impl Rooms {
    /// What the media server is to be told, in this order. To be asked for after each call.
    pub fn take_commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    /// A message of the media server, if its receiver is still there.
    pub fn from_media_server(&mut self, signal: Signal) -> Option<Delivery> {
        if self.is_silent {
            return None;
        }
        let to = self.rooms.get(&signal.rid)?.member(&signal.to)?.connection;
        self.counts.delivered = self.counts.delivered.saturating_add(1);
        Some(Delivery { to: vec![to], message: signal.message, then_close: false })
    }

    pub(super) fn has_media_server(&self, rid: &str) -> bool {
        self.rooms.get(rid).is_some_and(|room| room.mcu)
    }

    pub(super) fn is_for_media_server(&self, stamped: &Stamped, kind: MessageKind) -> bool {
        let may_be = matches!(
            kind,
            MessageKind::Enter | MessageKind::Handshake | MessageKind::Direct | MessageKind::Unknown
        );
        may_be && stamped.target() == Some(MCU) && self.has_media_server(&stamped.rid)
    }

    /// Whether a member says to another one what only the media server has to say there. 2.7.2
    /// believes the `publisherId` of these, which anybody can write, and sends them to it alone.
    pub(super) fn is_word_of_media_server(&self, stamped: &Stamped, kind: MessageKind) -> bool {
        let message_type = stamped.message.get("type").and_then(Value::as_text);
        let is_of_its_kind = kind == MessageKind::Enter || message_type == Some(MediaInfoEvent::TYPE);
        is_of_its_kind && self.has_media_server(&stamped.rid)
    }

    pub(super) fn tell_media_server(
        &mut self,
        stamped: &Stamped,
        kind: MessageKind,
        turn: &mut Turn,
    ) -> Result<(), Dropped> {
        // It learns addresses from the packets that come from them.
        let message_type = stamped.message.get("type").and_then(Value::as_text);
        if matches!(message_type, Some(Candidate::TYPE | EndOfCandidates::TYPE)) {
            return Ok(());
        }
        // Other kinds have their limit already.
        if matches!(kind, MessageKind::Enter | MessageKind::Handshake) {
            let state = self.connections.get_mut(&stamped.connection).ok_or(Dropped::NotAMember)?;
            let rooms = u32::try_from(state.memberships.len()).unwrap_or(u32::MAX);
            let (burst, rate) = (BURST.saturating_mul(rooms), PER_SECOND.saturating_mul(rooms));
            if !state.media_pace.allows(turn.now, burst, rate) {
                if state.media_pace.should_warn(turn.now) {
                    tracing::warn!(
                        peer = stamped.peer_id,
                        room = stamped.rid,
                        "a client negotiates too fast with the media server; messages are dropped"
                    );
                }
                return Err(Dropped::TooFast);
            }
        }
        self.command(stamped);
        Ok(())
    }

    /// The media server tells newcomers what the members say of themselves.
    pub(super) fn note_user_data(&mut self, stamped: &Stamped) {
        let is_user_data = stamped.message.get("type").and_then(Value::as_text) == Some(UpdateUser::TYPE);
        if is_user_data && self.has_media_server(&stamped.rid) {
            self.command(stamped);
        }
    }

    fn command(&mut self, stamped: &Stamped) {
        self.commands.push(Command::Message {
            rid: stamped.rid.clone(),
            peer: stamped.peer_id.clone(),
            message: Value::Object(stamped.message.clone()),
        });
    }
}
