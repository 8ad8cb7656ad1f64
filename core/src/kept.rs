//! What the payloads of messages say of the room and of who wrote them.
//!
//! Building that for each message was most of the time of one. The shell keeps it until something
//! happens that may change it.

use crate::room::Room;
use crate::session::{Context, Session};
use crate::{Call, ChannelEvent, ConnectionEvent, Handle, Input, Output, Relayed};
use skylink_protocol::{Object, Value};

impl Context {
    /// Has the shell keep an object, until it is released.
    pub fn keep(&mut self, object: Object) -> Handle {
        let handle = self.fresh_handle();
        self.push(Output::Keep { handle, object });
        handle
    }
}

impl Room {
    /// What the shell keeps of ourselves.
    pub fn kept_own_detail(&mut self, context: &mut Context) -> Handle {
        match self.kept {
            Some(handle) => handle,
            None => *self.kept.insert(context.keep(self.own_detail(context))),
        }
    }

    /// What the shell keeps of a peer.
    pub fn kept_peer_detail(&mut self, context: &mut Context, id: &str) -> Option<Handle> {
        let peer = self.peer(id)?;
        if peer.kept.is_some() {
            return peer.kept;
        }
        let handle = context.keep(self.peer_detail(peer));
        self.peer_mut(id)?.kept = Some(handle);
        Some(handle)
    }

    /// `ON_INCOMING_MESSAGE` about a message of a peer, or of somebody whose `enter` it overtook. A content that the
    /// shell keeps is let go afterwards.
    pub fn tell_message(
        &mut self,
        context: &mut Context,
        id: &str,
        target: Value,
        content: Value,
        is_private: bool,
        relayed: Option<Relayed>,
    ) {
        let kept = self.kept_peer_detail(context, id);
        let about = kept.unwrap_or_else(|| context.keep(self.detail_of(id)));
        let kept_content = match content {
            Value::Handle(handle) => Some(handle),
            _ => None,
        };
        context.push(Output::Message { about, target, content, is_private, relayed });
        let made_here = kept.is_none().then_some(about);
        for handle in kept_content.into_iter().chain(made_here) {
            context.push(Output::Release(handle));
        }
    }
}

impl Session {
    /// Before anything that may change what is told of peers and rooms.
    pub(crate) fn release_kept_details(&mut self) {
        for room in &mut self.rooms {
            let peers = room.peers.iter_mut().filter_map(|peer| peer.kept.take());
            for handle in room.kept.take().into_iter().chain(peers) {
                self.context.push(Output::Release(handle));
            }
        }
    }
}

/// Whether peers and rooms are the same afterwards.
pub(crate) fn input_changes_nothing(input: &Input) -> bool {
    match input {
        // What is in a message decides; who reads it releases.
        Input::SocketMessage { .. }
        | Input::SocketFrame { .. }
        | Input::KeyDerived { .. }
        | Input::Ciphered { .. } => true,
        Input::ScriptEnded => true,
        Input::Connection { event: ConnectionEvent::Channel { event, .. }, .. } => matches!(
            event,
            ChannelEvent::Messages(_)
                | ChannelEvent::BufferedAmountLow
                | ChannelEvent::Chunk(_)
                | ChannelEvent::Frame { .. }
        ),
        _ => false,
    }
}

/// As [`input_changes_nothing`], of what the app asks.
pub(crate) fn call_changes_nothing(call: &Call) -> bool {
    matches!(call, Call::SendP2PMessage { .. } | Call::SendMessage { .. })
}
