//! `refreshConnection` (public API M-25, peer behaviour 1.12): negotiating with peers anew.

use crate::room::Room;
use crate::session::{Context, Session};
use crate::{ErrorCode, PromiseId, SkylinkError};
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::{Object, Value};

const UNKNOWN: &str = "Peer Connection not found";
const FAILED: &str = "No localDescription set to connection. There could be a handshaking step error.";
const NOBODY: &str = "No Peer Connection detected";

/// A promise that settles when every peer asked for was sent an offer, or cannot be.
#[derive(Debug)]
pub(crate) struct Refresh {
    promise: PromiseId,
    asked: Vec<Asked>,
}

/// A peer whose connection is refreshed.
#[derive(Debug)]
struct Asked {
    id: String,
    outcome: Option<Result<(), &'static str>>,
    /// As in T-12, while it was still known.
    settings: Value,
}

/// The arguments after the room, which apps may leave out one by one.
#[derive(Debug, Default)]
struct Arguments<'a> {
    peers: Option<Vec<&'a str>>,
    ice_restart: bool,
    options: Option<&'a Value>,
}

impl<'a> Arguments<'a> {
    fn read(given: &'a [Value]) -> Self {
        let mut arguments = Self::default();
        for (place, argument) in given.iter().enumerate() {
            match argument {
                Value::Text(id) if place == 0 => arguments.peers = Some(vec![id]),
                Value::List(ids) if place == 0 => {
                    arguments.peers = Some(ids.iter().filter_map(Value::as_text).collect_vec());
                }
                Value::Bool(ice_restart) if place < 2 => arguments.ice_restart = *ice_restart,
                Value::Object(_) => arguments.options = Some(argument),
                _ => {}
            }
        }
        arguments
    }
}

impl Session {
    /// `given` are the arguments after the room.
    pub(crate) fn refresh_connection(&mut self, promise: PromiseId, room: &str, given: &[Value]) {
        match self.find_room(room).and_then(|key| self.room(key)) {
            Some((room, context)) => room.refresh_connection(context, promise, &Arguments::read(given)),
            None => self.context.reject(promise, SkylinkError::new(ErrorCode::NoRoomName).into()),
        }
    }
}

impl Room {
    fn refresh_connection(&mut self, context: &mut Context, promise: PromiseId, arguments: &Arguments<'_>) {
        let connected = self.peers.iter().filter(|peer| peer.connection.is_some());
        let all: Vec<String> = connected.map(|peer| peer.id.clone()).collect_vec();
        let asked = match &arguments.peers {
            // The only connection there is.
            Some(_) if self.has_media_server() => all.clone(),
            Some(ids) => ids.iter().map(|id| (*id).to_owned()).collect_vec(),
            None => all.clone(),
        };
        if asked.is_empty() {
            let more = Object::new()
                .with("refreshErrors", Object::new().with("self", NOBODY))
                .with("listOfPeers", Vec::new());
            let error = SkylinkError::new(ErrorCode::NoConnection).with_extra(more);
            return context.reject(promise, error.into());
        }
        let limits = arguments.options.and_then(|options| options.get("bandwidth"));
        if let Some(limits) = limits.filter(|limits| limits.is_truthy()) {
            let limits = limits.as_object().cloned().unwrap_or_default();
            self.replace_bandwidth(context, limits);
        }
        let ice_restart = arguments.ice_restart && context.environment.can_restart_ice;
        for id in all.iter().filter(|id| asked.contains(id)) {
            if let Some(peer) = self.peer_mut(id) {
                peer.negotiation.want_offer(ice_restart);
            }
        }
        let ask = |id: String| {
            let is_known = all.contains(&id);
            let settings = self.refresh_settings(&id, is_known.then_some(ice_restart));
            Asked { outcome: (!is_known).then_some(Err(UNKNOWN)), id, settings }
        };
        let asked: Vec<Asked> = asked.into_iter().map(ask).collect_vec();
        self.refreshes.push(Refresh { promise, asked });
        for id in &all {
            self.take_steps(context, id);
        }
        self.settle_refreshes(context);
    }

    /// What is told of one peer (public API T-12).
    fn refresh_settings(&self, id: &str, ice_restart: Option<bool>) -> Value {
        let info = self.peer(id).map(|peer| self.peer_info(peer));
        let settings = info.as_ref().and_then(|info| info.get("settings").cloned());
        let mut shown = Object::new();
        if let Some(ice_restart) = ice_restart {
            shown.set("iceRestart", ice_restart);
        }
        let shown = shown.with("customSettings", settings.unwrap_or_else(|| Object::new().into()));
        Object::new().with(id, shown).into()
    }

    /// A round with the peer failed too often.
    pub fn fail_refreshes(&mut self, context: &mut Context, id: &str) {
        if self.peer(id).is_some_and(|peer| !peer.negotiation.wants_offer()) {
            self.end_refreshes(id, Err(FAILED));
            self.settle_refreshes(context);
        }
    }

    /// The peer is gone.
    pub fn drop_refreshes(&mut self, context: &mut Context, id: &str) {
        self.end_refreshes(id, Err(UNKNOWN));
        self.settle_refreshes(context);
    }

    fn end_refreshes(&mut self, id: &str, outcome: Result<(), &'static str>) {
        for asked in self.refreshes.iter_mut().flat_map(|refresh| &mut refresh.asked) {
            if asked.id == id {
                asked.outcome.get_or_insert(outcome);
            }
        }
    }

    /// Settles the promises that wait for no peer any more.
    pub fn settle_refreshes(&mut self, context: &mut Context) {
        let peers = &self.peers;
        let is_open = |id: &str| peers.iter().any(|peer| peer.id == id && peer.negotiation.wants_offer());
        for asked in self.refreshes.iter_mut().flat_map(|refresh| &mut refresh.asked) {
            if asked.outcome.is_none() && !is_open(&asked.id) {
                asked.outcome = Some(Ok(()));
            }
        }
        let is_over = |refresh: &Refresh| refresh.asked.iter().all(|asked| asked.outcome.is_some());
        for refresh in self.refreshes.take_out(is_over) {
            refresh.settle(context);
        }
    }
}

impl Refresh {
    fn settle(self, context: &mut Context) {
        let mut errors = Vec::new();
        for asked in &self.asked {
            if let Some(Err(text)) = asked.outcome {
                errors.push(Value::from(Object::new().with(&asked.id, vec![Value::from(text)])));
            }
        }
        let all_failed = errors.len() == self.asked.len();
        let ids: Vec<Value> = self.asked.iter().map(|asked| asked.id.as_str().into()).collect_vec();
        let settings: Vec<Value> = self.asked.into_iter().map(|asked| asked.settings).collect_vec();
        let result = Object::new()
            .with("listOfPeers", ids)
            .with("refreshErrors", errors)
            .with("refreshSettings", settings);
        if all_failed {
            let error = SkylinkError::new(ErrorCode::RefreshFailed).with_extra(result);
            context.reject(self.promise, error.into());
        } else {
            context.resolve(self.promise, result.into());
        }
    }
}
