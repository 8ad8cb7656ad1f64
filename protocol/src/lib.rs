#![doc = include_str!("../README.md")]

mod shape;
mod value;
#[cfg(feature = "serde")]
mod value_serde;

pub mod api;
pub mod data_channel;
pub mod engine_io;
pub mod file_channel;
pub mod json_text;
pub mod lists;
pub mod signaling;
pub mod socket_io;

pub use shape::{Member, ShapeError};
pub use value::{Object, Value};
