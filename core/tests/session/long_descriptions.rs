//! Descriptions as long as servers let through, which take no longer than they must.

use crate::scene::Scene;
use crate::surroundings::print;
use skylink_core::{ConnectionOp, Output};
use std::time::{Duration, Instant};

/// What servers let through at the most.
const LENGTH: usize = 1_000_000;

/// An offer of one section with such lines, each with another number.
fn offer_of(line: fn(usize) -> String) -> String {
    let mut sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n".to_owned();
    for number in 0.. {
        if sdp.len() >= LENGTH {
            break;
        }
        sdp += &line(number);
    }
    sdp
}

#[test]
fn a_peer_cannot_hold_up_the_page_with_a_description() {
    let lines: [fn(usize) -> String; 3] = [
        |number| format!("a=extmap:{number} x\r\n"),
        |number| format!("a=rtpmap:{number} x/1\r\n"),
        |number| format!("a=fmtp:{number} x\r\n"),
    ];
    for line in lines {
        let mut scene = Scene::with_media();
        let connection = scene.meet("bob");
        let sdp = offer_of(line);
        let offer = format!(r#"{{"sdp":{},"target":"me","weight":9}}"#, print(&sdp.into()));
        let begin = Instant::now();
        scene.hear("offer", "bob", &offer);
        assert!(begin.elapsed() < Duration::from_secs(10), "{}: {:?}", line(0), begin.elapsed());
        let is_set = |output: &Output| {
            let of_peer = |op: &ConnectionOp| matches!(op, ConnectionOp::SetRemote { .. });
            matches!(output, Output::Connection { connection: of, op } if *of == connection && of_peer(op))
        };
        assert!(scene.outputs.iter().any(is_set));
    }
}
