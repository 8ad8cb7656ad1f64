//! The browser shell of Skylink: carries out what [`skylink_core`] decides, with `web-sys`.
//!
//! Exports one class, [`Session`], which the JavaScript part of the package wraps.
#![deny(missing_docs)]

pub mod browser;
pub mod convert;
mod driver;
pub mod file;
pub mod handles;
mod host;
mod media_calls;
mod session;
mod table;

pub use host::Host;
pub use session::Session;

/// A fifth of the code of the standard library's, and blocks grow together again as there.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
