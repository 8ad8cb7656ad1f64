#![doc = include_str!("../README.md")]

pub mod access;
pub mod http;
pub mod ice;
pub mod listening;
pub mod mcu;
pub mod random;
pub mod rooms;
pub mod secret;
pub mod service;
pub mod settings;
pub mod signaling;
mod sockets;
mod tally;
pub mod time;
