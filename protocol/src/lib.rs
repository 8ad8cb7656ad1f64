#![doc = include_str!("../README.md")]

mod shape;
mod value;

pub mod api;
pub mod signaling;

pub use shape::{Member, ShapeError};
pub use value::{Object, Value};
