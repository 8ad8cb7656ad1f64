#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic)]

mod browser;
mod client;
mod hostile;
mod scenes;
mod storm;
mod world;
