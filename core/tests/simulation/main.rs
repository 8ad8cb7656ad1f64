//! Several sessions in one simulated world: a network that delays, reorders and duplicates, the
//! real rooms of the server, and browsers that refuse what browsers refuse. After the dust has
//! settled everybody is connected to everybody.
//!
//! A failure names the seed and the course of the smallest meeting that shows it; with
//! `SIMULATION_TRACE` set, everything that happens is written out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod agreement;
mod browser;
mod chance;
mod connectivity;
mod description;
mod direct_messages;
mod event_order;
mod file_shell;
mod handles;
mod jsep;
mod known_deadlocks;
mod media_agreement;
mod media_room_faults;
mod media_room_meetings;
mod media_routing;
mod media_server;
mod meetings;
mod network;
mod observer;
mod old_page;
mod old_peer;
mod page;
mod peer_connection;
mod random_meetings;
mod relayed_files;
mod sending;
mod server;
#[path = "../surroundings/mod.rs"]
mod surroundings;
mod transfers;
mod world;
