//! Long messages, which the browser encrypts and decrypts.

use crate::encryption::{
    contents, derive, hear, insecure, reports, room, send, sent_data, with_secret, ALWAYS_GCM, AUTO,
};
use crate::scene::{text, Scene};
use crate::surroundings::{json, print};
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt};
use aes::Aes256;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::Aes256Gcm;
use base64::prelude::{Engine as _, BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use proptest::prelude::*;
use skylink_core::{Call, CipherMode, CipherWay, CipherWork, ErrorCode, Input, Output};
use skylink_protocol::Value;

/// The browser does the first thing that it is to encrypt or decrypt; gives whether there was one.
pub fn cipher(scene: &mut Scene) -> bool {
    cipher_one(scene, 0, done)
}

/// As [`cipher`], any of the things; `outcome` is what the browser makes of it.
fn cipher_one(scene: &mut Scene, which: usize, outcome: impl Fn(&CipherWork) -> Option<Value>) -> bool {
    let places = places_of_works(scene);
    let Some(place) = which.checked_rem(places.len()).map(|which| places[which]) else { return false };
    let Output::Cipher { request, work } = scene.outputs.remove(place) else { unreachable!() };
    scene.input(Input::Ciphered { request, outcome: outcome(&work) });
    true
}

/// Where among the outputs stands what the browser is to encrypt or decrypt.
fn places_of_works(scene: &Scene) -> Vec<usize> {
    let outputs = scene.outputs.iter().enumerate();
    outputs.filter(|(_, output)| matches!(output, Output::Cipher { .. })).map(|(place, _)| place).collect()
}

/// What a browser makes of it.
fn done(work: &CipherWork) -> Option<Value> {
    let is_gcm = work.mode == CipherMode::Gcm;
    let base64 = if is_gcm { BASE64_URL_SAFE_NO_PAD } else { BASE64_STANDARD };
    match &work.way {
        CipherWay::Seal { mark, head, plain } => {
            let sealed = aes(work, true, plain)?;
            Some(format!("{mark}{}", base64.encode([head.as_slice(), &sealed].concat())).into())
        }
        CipherWay::Open { text, head } => {
            let plain = aes(work, false, base64.decode(text).ok()?.get(*head..)?)?;
            let text = String::from_utf8(plain).ok()?;
            match (is_gcm, text.get(..1)) {
                (false, _) => Some(text.into()),
                (true, Some("t")) => Some(text[1..].into()),
                (true, Some("j")) => serde_json::from_str(&text[1..]).ok(),
                _ => None,
            }
        }
    }
}

fn aes(work: &CipherWork, encrypts: bool, input: &[u8]) -> Option<Vec<u8>> {
    let CipherWork { mode, key, initial, associated, .. } = work;
    match mode {
        CipherMode::Gcm => {
            let cipher = <Aes256Gcm as aes_gcm::KeyInit>::new(key.into());
            let nonce = <[u8; 12]>::try_from(initial.as_slice()).unwrap().into();
            let payload = Payload { msg: input, aad: associated };
            if encrypts { cipher.encrypt(&nonce, payload) } else { cipher.decrypt(&nonce, payload) }.ok()
        }
        CipherMode::Cbc => {
            assert!(associated.is_empty());
            let cipher = <Aes256 as aes::cipher::KeyInit>::new(key.into());
            let mut above: [u8; 16] = initial.as_slice().try_into().unwrap();
            let mut plain = input.to_vec();
            if encrypts {
                let missing = 16 - plain.len() % 16;
                plain.extend(vec![missing as u8; missing]);
            }
            let mut all = Vec::new();
            for from in plain.as_chunks::<16>().0 {
                let mask = |block: [u8; 16], other: [u8; 16]| std::array::from_fn(|at| block[at] ^ other[at]);
                let mut block = if encrypts { mask(*from, above) } else { *from }.into();
                if encrypts {
                    cipher.encrypt_block(&mut block);
                    above = block.into();
                    all.extend(above);
                } else {
                    cipher.decrypt_block(&mut block);
                    all.extend::<[u8; 16]>(mask(block.into(), above));
                    above = *from;
                }
            }
            if encrypts {
                return Some(all);
            }
            let count = usize::from(*all.last()?);
            let text = all.len().checked_sub(count).filter(|_| (1..=16).contains(&count))?;
            let is_sound = all[text..].iter().all(|byte| usize::from(*byte) == count);
            is_sound.then(|| all[..text].to_vec())
        }
    }
}

/// Long enough for the browser.
pub fn long(text: &str) -> String {
    text.repeat(4_000)
}

#[test]
fn the_browser_encrypts_and_decrypts_long_messages_in_either_format() {
    for (options, mark) in [(ALWAYS_GCM, "SKG1."), (r#"{"messageCipher":"cryptojs"}"#, "U2FsdGVkX1")] {
        let (mut alice, mut bob) = (with_secret("secret", options), with_secret("secret", AUTO));
        derive(&mut alice);
        let messages: [Value; 3] = [long("ö").into(), "short".into(), vec![long("x").into()].into()];
        for message in &messages {
            alice.call(send(message.clone()));
        }
        assert!(sent_data(&alice).is_empty(), "the short one waits behind the long one");
        while cipher(&mut alice) {}
        let data = sent_data(&alice);
        assert!(data.len() == 3 && data.iter().all(|data| data.starts_with(mark)));
        data.iter().for_each(|data| hear(&mut bob, data));
        bob.hear("message", "dora", r#"{"data":"last"}"#);
        derive(&mut bob);
        derive(&mut bob);
        while cipher(&mut bob) {}
        let json = if options == ALWAYS_GCM { messages[2].clone() } else { print(&messages[2]).into() };
        assert_eq!(contents(&bob), [messages[0].clone(), "short".into(), json, "last".into()]);
        assert!(reports(&bob).is_empty());
    }
}

#[test]
fn what_the_browser_makes_is_what_we_make() {
    for options in [ALWAYS_GCM, r#"{"messageCipher":"cryptojs"}"#] {
        let send_it = |fails: bool| {
            let mut scene = with_secret("secret", options);
            derive(&mut scene);
            scene.call(send(long("x")));
            match fails {
                // A browser that refuses is got round.
                true => hear_what_the_browser_says(&mut scene, None),
                false => assert!(cipher(&mut scene)),
            }
            sent_data(&scene)
        };
        assert_eq!(send_it(true), send_it(false));
        // On the way out there is no time for the browser.
        let mut scene = with_secret("secret", options);
        derive(&mut scene);
        scene.call(send(long("x")));
        let promise = scene.promise();
        scene.call(Call::LeaveRoom { promise, room: room(), stop_streams: true });
        assert_eq!(sent_data(&scene), send_it(false));
        while cipher(&mut scene) {}
        assert_eq!(sent_data(&scene).len(), 1);
    }
}

#[test]
fn what_the_browser_made_stays_with_it() {
    let place = |scene: &Scene, wanted: &Output| scene.outputs.iter().position(|output| output == wanted);
    for options in [ALWAYS_GCM, r#"{"messageCipher":"cryptojs"}"#] {
        let mut scene = with_secret("secret", options);
        derive(&mut scene);
        scene.call(send(long("x")));
        hear_what_the_browser_says(&mut scene, Some(Value::Handle(5)));
        let sent = scene.outputs.iter().position(|output| match output {
            Output::SendHolding { socket, before, data: 5, after } => {
                let event = json(&[before.strip_prefix("42").unwrap(), "kept", after].concat());
                let message = json(event.as_list().unwrap()[1].as_text().unwrap());
                assert_eq!(
                    (text(&message, "secretId"), text(&message, "data")),
                    ("s1".into(), "kept".into())
                );
                *socket == scene.socket
            }
            _ => false,
        });
        assert!(sent.unwrap() < place(&scene, &Output::Release(5)).unwrap());
        assert!(sent_data(&scene).is_empty());

        scene.forget();
        let sealed = if options == ALWAYS_GCM { "SKG1." } else { "" }.to_owned()
            + &if options == ALWAYS_GCM { BASE64_URL_SAFE_NO_PAD } else { BASE64_STANDARD }
                .encode([b"Salted__".as_slice(), &[3; 3000]].concat());
        hear(&mut scene, &sealed);
        derive(&mut scene);
        hear_what_the_browser_says(&mut scene, Some(Value::Handle(6)));
        assert_eq!(contents(&scene), [Value::Handle(6)]);
        assert_eq!(place(&scene, &Output::Release(6)), Some(scene.outputs.len() - 1));
    }
    // Nobody waits for it any more.
    let mut scene = with_secret("secret", ALWAYS_GCM);
    derive(&mut scene);
    scene.input(Input::Ciphered { request: 99, outcome: Some(Value::Handle(7)) });
    assert!(scene.has(&Output::Release(7)));
}

fn hear_what_the_browser_says(scene: &mut Scene, outcome: Option<Value>) {
    let asked = scene.outputs.iter().find_map(|output| match output {
        Output::Cipher { request, .. } => Some(*request),
        _ => None,
    });
    scene.input(Input::Ciphered { request: asked.unwrap(), outcome });
}

#[test]
fn a_long_message_that_was_changed_is_refused() {
    for options in [ALWAYS_GCM, r#"{"messageCipher":"cryptojs"}"#] {
        let (mut alice, mut bob) = (with_secret("secret", options), with_secret("secret", AUTO));
        derive(&mut alice);
        alice.call(send(long("x")));
        while cipher(&mut alice) {}
        let mut data = sent_data(&alice)[0].clone();
        let last = data.trim_end_matches('=').len() - 20;
        let other = if data.as_bytes()[last] == b'A' { "B" } else { "A" };
        data.replace_range(last..=last, other);
        hear(&mut bob, &data);
        bob.hear("message", "dora", r#"{"data":"2"}"#);
        derive(&mut bob);
        derive(&mut bob);
        assert!(cipher(&mut bob));
        assert_eq!(contents(&bob), ["2".into()]);
        assert_eq!(reports(&bob), [ErrorCode::DecryptionFailed]);
    }
}

#[test]
fn the_browser_works_on_several_messages_at_once() {
    for options in [ALWAYS_GCM, r#"{"messageCipher":"cryptojs"}"#] {
        let (mut alice, mut bob) = (with_secret("secret", options), with_secret("secret", AUTO));
        derive(&mut alice);
        for _ in 0..40 {
            alice.call(send(long("x")));
        }
        assert_eq!(places_of_works(&alice).len(), 16, "no more are kept twice");
        while cipher(&mut alice) {}
        sent_data(&alice).iter().for_each(|data| hear(&mut bob, data));
        derive(&mut bob);
        assert_eq!(places_of_works(&bob).len(), 16);
        // Of the first ones that the browser has decrypted nobody hears while those before them are not.
        let kept = [5, 6];
        for handle in kept {
            assert!(cipher_one(&mut bob, 1, |_| Some(Value::Handle(handle))));
        }
        assert!(contents(&bob).is_empty());
        let promise = bob.promise();
        bob.call(Call::LeaveRoom { promise, room: room(), stop_streams: true });
        assert!(kept.iter().all(|&handle| bob.has(&Output::Release(handle))));
        // What it does for nobody is let go as well.
        assert!(cipher_one(&mut bob, 0, |_| Some(Value::Handle(7))));
        assert!(bob.has(&Output::Release(7)));
        assert!(contents(&bob).is_empty());
    }
}

proptest! {
    // A thousand AES blocks for each message take their time without optimisation.
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn messages_keep_their_order_whichever_the_browser_does_first(
        lengths in prop::collection::vec(any::<bool>(), 1..30),
        order in prop::collection::vec((any::<usize>(), prop::bool::weighted(0.1)), 60),
    ) {
        let (mut alice, mut bob) = (with_secret("secret", ALWAYS_GCM), with_secret("secret", AUTO));
        let mut order = order.into_iter().cycle();
        derive(&mut alice);
        let message = |(place, is_long): (usize, &bool)| -> Value {
            if *is_long { format!("{place} {}", long("x")) } else { place.to_string() }.into()
        };
        let messages: Vec<Value> = lengths.iter().enumerate().map(message).collect();
        for message in &messages {
            alice.call(send(message.clone()));
        }
        // What the browser cannot encrypt is encrypted here.
        let mut encrypt = |scene: &mut Scene| {
            let (which, fails) = order.next().unwrap();
            cipher_one(scene, which, |work| if fails { None } else { done(work) })
        };
        while encrypt(&mut alice) {}
        sent_data(&alice).iter().for_each(|data| hear(&mut bob, data));
        derive(&mut bob);
        while cipher_one(&mut bob, order.next().unwrap().0, done) {}
        prop_assert_eq!(contents(&bob), messages);
        prop_assert!(reports(&bob).is_empty());
    }
}

#[test]
fn a_page_without_a_cipher_of_the_browser_does_all_itself() {
    let mut scene = insecure(AUTO);
    scene.call(send(long("x")));
    let data = sent_data(&scene)[0].clone();
    hear(&mut scene, &data);
    assert_eq!(contents(&scene), [long("x").into(), long("x").into()]);
    assert!(!cipher(&mut scene));
}
