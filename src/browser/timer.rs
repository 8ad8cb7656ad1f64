//! The one timer of a session.

use crate::browser::page::{clear_timeout, now, set_timeout};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// Browsers take a longer wait for none at all.
const LONGEST_WAIT: f64 = i32::MAX as f64;

/// Calls back once at the moment last set; dropping it stops it.
#[derive(Debug)]
pub struct Timer {
    callback: Closure<dyn Fn()>,
    running: RefCell<Option<(f64, JsValue)>>,
}

impl Timer {
    /// A timer that is not set.
    pub fn new(callback: impl Fn() + 'static) -> Self {
        Self { callback: Closure::<dyn Fn()>::new(callback), running: RefCell::new(None) }
    }

    /// Sets the moment (milliseconds since 1970), or none.
    pub fn set(&self, moment: Option<f64>) {
        let mut running = self.running.borrow_mut();
        if running.as_ref().map(|(at, _)| *at) == moment {
            return;
        }
        if let Some((_, timer)) = running.take() {
            clear_timeout(&timer);
        }
        *running = moment.map(|moment| {
            let wait = (moment - now()).clamp(0.0, LONGEST_WAIT);
            (moment, set_timeout(self.callback.as_ref().unchecked_ref(), wait))
        });
    }

    /// To be told when the callback runs: the timer is not set any more.
    pub fn ran(&self) {
        *self.running.borrow_mut() = None;
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.set(None);
    }
}
