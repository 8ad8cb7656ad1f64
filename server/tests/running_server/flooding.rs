//! Clients that send more than anybody has to say.

use serde_json::json;

use super::client::Client;
use super::program::Program;

#[tokio::test]
async fn a_flood_from_outside_of_all_rooms_is_cut_off_and_joining_goes_on() {
    let program = Program::start(&[]);
    let mut flooding = Client::connect(&program, "lobby").await;
    // The server hangs up while some are still on their way.
    for _ in 0..50_000 {
        if !flooding.try_send(json!({"type": "x", "list": [{}, {}]})).await {
            break;
        }
    }
    flooding.wait_for_close().await;
    let mut joining = Client::connect(&program, "lobby").await;
    joining.send(json!({"type": "x", "text": "x".repeat(100_000)})).await;
    joining.send_join().await;
    assert_eq!(joining.next().await["type"], "inRoom");
}
