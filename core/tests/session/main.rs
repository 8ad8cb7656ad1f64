//! One session, step by step: what goes in, what comes out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod answering;
mod beginning_anew;
mod captured_frames;
mod channel_upkeep;
mod crowded_keys;
mod direct_messages;
mod encryption;
mod files;
mod ice_recovery;
mod join;
mod join_failures;
mod leave;
mod likely_socket;
mod long_descriptions;
mod long_messages;
mod media_room;
mod media_server;
mod message_lists;
mod messages;
mod mute;
mod payloads;
mod privileged;
mod recording;
mod refresh_connection;
mod reports;
mod robustness;
mod scene;
mod sending;
mod socket;
mod statistics;
mod stored_messages;
#[path = "../surroundings/mod.rs"]
mod surroundings;
mod video_layers;
