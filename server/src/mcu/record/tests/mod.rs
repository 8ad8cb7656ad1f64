mod composing;
mod session;
mod studio;

use std::sync::Arc;
use std::time::Instant;

use crate::mcu::lines::TrackId;
use crate::mcu::media_info::Medium;
use crate::mcu::packet::Packet;
use crate::mcu::room::Track;

/// 20 ms of silence, in Opus.
const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];

fn track(id: u64, publisher: &str, media_id: &str) -> Track {
    Track {
        id: TrackId(id),
        publisher: publisher.to_owned(),
        mid: id.to_string(),
        name: format!("track-{id}"),
        medium: Medium {
            media_id: media_id.to_owned(),
            media_type: "camera".to_owned(),
            media_state: "active".to_owned(),
            mid: Some(id.to_string()),
        },
        layers: 1,
    }
}

fn packet(sequence: u64, time: u32, marker: bool, payload: &[u8], arrived: Instant) -> Packet {
    Packet {
        sequence,
        time,
        source: 1,
        marker,
        payload: Arc::from(payload),
        arrived,
        audio_level: None,
        rotation: None,
        clock: None,
    }
}
