//! Unpacks the module of the npm package in the page. The bytes come as LZMA makes them, out of streams
//! that tools/pack.mjs took the module apart into.
//!
//! Browsers compile only small modules at once on the main thread; this one has to stay below 4 KiB.
#![cfg_attr(target_arch = "wasm32", no_std)]

pub mod lzma;
pub mod weave;

#[cfg(target_arch = "wasm32")]
mod page;
