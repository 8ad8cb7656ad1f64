//! The browser shell in a real browser: each browser object that it wraps, and the class it exports.
//!
//! `wasm-pack test --headless --chrome` runs these. `tests/webdriver.json` gives the browser a fake
//! camera and microphone. What needs a server is tested in `tests/e2e`.
#![cfg(target_arch = "wasm32")]

mod capture;
mod cipher;
mod connection;
mod connection_layers;
mod connection_media;
mod constructed;
mod convert;
mod fake_camera;
mod file_blocks;
mod file_digest;
mod file_text;
mod host;
mod listener;
mod media_calls;
mod page;
mod page_errors;
mod pair;
mod reports;
mod request;
mod session;
mod session_joins;
mod settled;
mod socket;
mod task;
mod timer;
mod values;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
