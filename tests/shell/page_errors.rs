//! Errors that nobody caught, such as that of a callback which is called although it is gone.

use crate::reports::{reports, Reports};
use skylink_wasm::browser::listener::Listener;
use skylink_wasm::convert::{get, text};
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

/// Collects the page's errors.
pub struct PageErrors {
    messages: Reports<String>,
    _listeners: [Listener; 2],
}

impl PageErrors {
    pub fn watch() -> Self {
        let (report, messages) = reports();
        let window: EventTarget = js_sys::global().unchecked_into();
        let listener = |kind, member: &'static str| {
            let report = report.clone();
            Listener::new(&window, kind, move |event| report(text(&get(&event, member), "message")))
        };
        let listeners = [listener("error", "error"), listener("unhandledrejection", "reason")];
        Self { messages, _listeners: listeners }
    }

    /// What was not caught by now.
    pub fn messages(&mut self) -> Vec<String> {
        self.messages.arrived()
    }

    pub fn assert_none(&mut self) {
        assert_eq!(self.messages(), Vec::<String>::new());
    }
}
