//! The one place where connections and rooms meet.
//!
//! All of it happens under one lock, deliveries included: so each receiver sees messages in the
//! order in which the rooms decided on them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socketioxide::extract::SocketRef;
use socketioxide::{SendError, SocketError};

use crate::rooms::{ConnectionId, Counts, Delivery, Rooms};
use crate::{random, time};

/// How often a connection that is to be closed, but is stuck, is tried again.
const CLOSE_RETRY: Duration = Duration::from_millis(250);

/// Rooms and the sockets of their members.
pub struct Hub {
    state: Mutex<State>,
}

struct State {
    rooms: Rooms,
    sockets: HashMap<ConnectionId, SocketRef>,
    last_connection: u64,
}

impl Hub {
    /// A hub without connections.
    pub fn new(rooms: Rooms) -> Self {
        Self { state: Mutex::new(State { rooms, sockets: HashMap::new(), last_connection: 0 }) }
    }

    /// A socket was opened.
    pub fn connect(&self, socket: SocketRef) -> ConnectionId {
        let mut state = self.lock();
        state.last_connection = state.last_connection.saturating_add(1);
        let connection = ConnectionId(state.last_connection);
        state.rooms.connect(connection);
        state.sockets.insert(connection, socket);
        connection
    }

    /// A socket sent a text.
    pub fn receive(&self, connection: ConnectionId, text: &str) {
        let mut state = self.lock();
        if !state.sockets.contains_key(&connection) {
            return;
        }
        let deliveries = state.rooms.receive_text(connection, text, time::now(), &mut fresh_id);
        state.deliver(deliveries);
    }

    /// A socket was closed, by whichever side.
    pub fn disconnect(&self, connection: ConnectionId) {
        let mut state = self.lock();
        state.sockets.remove(&connection);
        let deliveries = state.rooms.disconnect(connection);
        state.deliver(deliveries);
    }

    /// Ends memberships whose time is over. To be called every few seconds.
    pub fn tick(&self) {
        let mut state = self.lock();
        let deliveries = state.rooms.tick(time::now());
        state.deliver(deliveries);
    }

    /// As [`Rooms::flush`].
    pub fn flush(&self) {
        self.lock().rooms.flush();
    }

    /// As [`Rooms::session_id`].
    pub fn session_id(&self, rid: &str) -> String {
        self.lock().rooms.session_id(rid, &mut || format!("rs-{}", fresh_id()))
    }

    /// As [`Rooms::members_of`].
    pub fn members_of(&self, rid: &str) -> usize {
        self.lock().rooms.members_of(rid)
    }

    /// As [`Rooms::counts`].
    pub fn counts(&self) -> Counts {
        self.lock().rooms.counts()
    }

    /// A panic while the lock was held must not end the service for everybody.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Carries deliveries out in order. A client that does not take its messages is cut off: with
    /// one of them lost it could only misbehave.
    fn deliver(&mut self, mut deliveries: Vec<Delivery>) {
        while !deliveries.is_empty() {
            let mut stuck: Vec<ConnectionId> = Vec::new();
            for delivery in deliveries {
                let Ok(text) = serde_json::to_string(&delivery.message) else {
                    continue;
                };
                for connection in delivery.to {
                    let Some(socket) = self.sockets.get(&connection) else {
                        continue;
                    };
                    if let Err(SendError::Socket(SocketError::InternalChannelFull)) =
                        socket.emit("message", &text)
                    {
                        stuck.push(connection);
                    }
                    if delivery.then_close {
                        close(socket.clone());
                    }
                }
            }
            deliveries = Vec::new();
            for connection in stuck {
                if let Some(socket) = self.sockets.remove(&connection) {
                    tracing::warn!("a client does not take its messages and is cut off");
                    close(socket);
                    deliveries.extend(self.rooms.disconnect(connection));
                }
            }
        }
    }
}

/// Closing calls the disconnect handler, which locks the hub: so it happens in a task of its own.
/// While the queue is full not even the packet that closes fits in.
fn close(socket: SocketRef) {
    tokio::spawn(async move {
        while socket.connected() {
            match socket.clone().disconnect() {
                Err(SocketError::InternalChannelFull) => tokio::time::sleep(CLOSE_RETRY).await,
                _ => break,
            }
        }
    });
}

/// Without randomness an empty id is given, which the rooms refuse.
fn fresh_id() -> String {
    random::id().unwrap_or_else(|error| {
        tracing::error!(%error, "no randomness");
        String::new()
    })
}
