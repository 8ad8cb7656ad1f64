//! Taps of a room: what they are told, and what is done for them.

use std::time::Instant;

use skylink_protocol::{Object, Value};

use super::Worker;
use crate::mcu::lines::TrackId;
use crate::mcu::messages::MCU;
use crate::mcu::tap::{Order, Orders, TapEvent};

impl Worker {
    pub(super) fn tell_taps<'a>(
        &mut self,
        rid: &str,
        event: impl Fn(usize) -> Option<TapEvent<'a>>,
        now: Instant,
    ) {
        let Some(state) = self.rooms.get_mut(rid) else { return };
        let mut all: Vec<(usize, Orders)> = Vec::new();
        for (number, tap) in state.taps.iter_mut().enumerate() {
            if let Some(event) = event(number) {
                let mut orders = Orders::new();
                tap.tap.handle(event, now, &mut orders);
                all.push((number, orders));
            }
        }
        for (number, orders) in all {
            for order in orders {
                self.obey(rid, number, order, now);
            }
        }
    }

    fn obey(&mut self, rid: &str, tap: usize, order: Order, now: Instant) {
        match order {
            Order::Take(track) => {
                self.switch.tap(track, tap, true, now);
                self.want_tapped_key_frame(track, now);
            }
            Order::Leave(track) => self.switch.tap(track, tap, false, now),
            Order::KeyFrame(track) => self.want_tapped_key_frame(track, now),
            Order::Signal { to, message } => self.signal(rid, to, stamped(&message, rid)),
            Order::SignalAll { message } => {
                let message = stamped(&message, rid);
                let Some(state) = self.rooms.get(rid) else { return };
                for to in state.room.member_ids() {
                    self.signal(rid, to, message.clone());
                }
            }
            Order::WakeAt(at) => {
                let tap = self.rooms.get_mut(rid).and_then(|state| state.taps.get_mut(tap));
                if let Some(tap) = tap {
                    tap.wakes_at = Some(at);
                }
            }
        }
    }

    fn want_tapped_key_frame(&mut self, track: TrackId, now: Instant) {
        if let Some(layer) = self.switch.route(track).and_then(|route| route.tapped_layer()) {
            self.want_key_frame(track, layer, now);
        }
    }
}

fn stamped(message: &Value, rid: &str) -> Value {
    let object: Object = message.as_object().cloned().unwrap_or_default();
    Value::Object(object.with("rid", rid).with("mid", MCU))
}
