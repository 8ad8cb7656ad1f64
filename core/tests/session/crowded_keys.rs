//! Somebody who knows the secret makes more keys than are kept.

use crate::encryption::{contents, derive, hear, room, send, sent_data, set, with_secret, ALWAYS_GCM};
use crate::scene::Scene;
use crate::stored_messages::{answer, item};
use skylink_core::{Call, Prefetched};

/// A message whose key has a salt of its own.
fn with_salt(number: usize) -> String {
    let mut scene = Scene::new();
    scene.join_with(ALWAYS_GCM, r#"{"roomName":"lobby"}"#, Prefetched::None);
    scene.enter();
    scene.call(set("secret", "s1"));
    let mut salt = [9; 16];
    salt[..2].copy_from_slice(&(number as u16).to_be_bytes());
    scene.call(Call::SetSelectedSecret { room: room(), secret_id: "s1".into(), salt });
    derive(&mut scene);
    scene.call(send(format!("message {number}")));
    sent_data(&scene).remove(0)
}

#[test]
fn messages_do_not_take_the_keys_from_each_other_while_they_are_made() {
    let mut scene = with_secret("secret", ALWAYS_GCM);
    derive(&mut scene);
    for number in 0..256 {
        hear(&mut scene, &with_salt(number));
        assert_eq!(derive(&mut scene), 1);
    }
    assert_eq!(contents(&scene).len(), 256);
    scene.forget();
    hear(&mut scene, &with_salt(300));
    answer(&mut scene, vec![item("me", &with_salt(301), "s1")]);
    let rounds = (0..20).take_while(|_| derive(&mut scene) > 0).count();
    assert!(rounds < 20, "keys are made over and over");
    assert_eq!(contents(&scene), ["message 300".into()]);
    assert!(scene.events().contains(&"storedMessages"));
}
