//! A small stand-in for the JavaScript part of the package: keeps what it is told.

use crate::reports::{reports, Reports};
use crate::values::js;
use js_sys::{Error, Reflect};
use skylink_wasm::{Host, Session};
use wasm_bindgen::prelude::*;

/// An event for the app.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub name: String,
    pub detail: JsValue,
}

pub struct RecordingHost {
    pub host: Host,
    pub events: Reports<Event>,
    /// Codes of the log lines.
    pub log: Reports<u32>,
    _dispatch: Closure<dyn Fn(String, JsValue)>,
    _hears: Closure<dyn Fn(String) -> bool>,
    _log: Closure<dyn Fn(u32, u32, JsValue)>,
    _error: Closure<dyn Fn(u32, Option<String>, JsValue) -> JsValue>,
}

impl RecordingHost {
    pub fn new() -> Self {
        Self::with_listener(|_| {})
    }

    /// A host whose app listens too.
    pub fn with_listener(listener: impl Fn(Event) + 'static) -> Self {
        let ((report, events), (report_log, log)) = (reports(), reports());
        let dispatch = Closure::<dyn Fn(String, JsValue)>::new(move |name, detail| {
            let event = Event { name, detail };
            report(event.clone());
            listener(event);
        });
        let write = Closure::<dyn Fn(u32, u32, JsValue)>::new(move |_, code, _| report_log(code));
        let error = Closure::<dyn Fn(u32, Option<String>, JsValue) -> JsValue>::new(make_error);
        let hears = Closure::<dyn Fn(String) -> bool>::new(|_| true);
        let host = js("{}");
        for (name, method) in [
            ("dispatch", dispatch.as_ref()),
            ("hears", hears.as_ref()),
            ("log", write.as_ref()),
            ("error", error.as_ref()),
        ] {
            assert!(Reflect::set(&host, &name.into(), method).unwrap());
        }
        let host = host.unchecked_into();
        Self { host, events, log, _dispatch: dispatch, _hears: hears, _log: write, _error: error }
    }

    pub fn session(&self) -> Session {
        let environment =
            js(r#"{"agent":{"name":"chrome","version":142,"os":"Linux x86_64"},"sdkVersion":"2.7.2"}"#);
        Session::new(self.host.clone(), &environment).unwrap()
    }
}

fn make_error(code: u32, detail: Option<String>, extra: JsValue) -> JsValue {
    let error = Error::new("made by the host");
    for (key, value) in [("code", code.into()), ("detail", detail.into()), ("extra", extra)] {
        assert!(Reflect::set(&error, &key.into(), &value).unwrap());
    }
    error.into()
}
