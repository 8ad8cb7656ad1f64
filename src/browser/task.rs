//! A task of the event loop: what runs after all promises that are settled by now.

use crate::browser::listener::Listener;
use wasm_bindgen::JsValue;
use web_sys::{MessageChannel, MessagePort};

/// Calls back in a task of its own. Unlike a timer it is not slowed down in background tabs.
#[derive(Debug)]
pub struct NextTask {
    entry: MessagePort,
    exit: MessagePort,
    _listener: Listener,
}

impl NextTask {
    /// Calls `callback` once for each [`NextTask::request`].
    ///
    /// # Errors
    /// Where there are no message channels.
    pub fn new(callback: impl Fn() + 'static) -> Result<Self, JsValue> {
        let channel = MessageChannel::new()?;
        let (entry, exit) = (channel.port1(), channel.port2());
        let listener = Listener::new(&exit, "message", move |_| callback());
        exit.start();
        Ok(Self { entry, exit, _listener: listener })
    }

    /// Asks for a call.
    pub fn request(&self) {
        // `null` can always be posted.
        let _ = self.entry.post_message(&JsValue::NULL);
    }
}

impl Drop for NextTask {
    fn drop(&mut self) {
        self.entry.close();
        self.exit.close();
    }
}
