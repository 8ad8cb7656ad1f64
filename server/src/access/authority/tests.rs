#![allow(clippy::unwrap_used, clippy::expect_used, clippy::arithmetic_side_effects)]

use super::*;
use crate::secret::Secret;

const NOW: u64 = 1_714_550_400_000; // 2024-05-01T08:00:00Z
const START: &str = "2024-05-01T08:00:00.000Z";
const HALF_AN_HOUR: u64 = 1_800_000;

fn authority() -> Arc<Authority> {
    let keys = BTreeMap::from([
        ("demo".to_owned(), AppKey::default()),
        (
            "admin".to_owned(),
            AppKey {
                privileged: true,
                space: Some("demo".into()),
                recording_token: Some(Secret::new("let the backend in")),
                ..AppKey::default()
            },
        ),
        (
            "signed".to_owned(),
            AppKey { secret: Some(Secret::new("s3cr3tkey")), persistent_messages: true, ..AppKey::default() },
        ),
        (
            "listed".to_owned(),
            AppKey { origins: Some(vec!["https://app.example.com".into()]), ..AppKey::default() },
        ),
    ]);
    Arc::new(Authority::new(keys, TokenSigner::new(b"key"), HALF_AN_HOUR, false))
}

fn request<'a>(key: &'a str, room: &'a str) -> ApiRequest<'a> {
    ApiRequest { key, room, window: None, origin: None }
}

const WINDOW: TimeWindow<'static> =
    TimeWindow { start: START, hours: "2", credentials: "4MBsYyje1FFAfSEjn3ZQEI1jY8o=" };

fn answer(authority: &Authority, request: &ApiRequest, now: u64) -> ApiResponse {
    let grant = authority.check(request, now).unwrap();
    let mut count = 0;
    authority.answer(&grant, "session", "rtc.example.net:8443", now, &mut || {
        count += 1;
        format!("n{count}")
    })
}

/// What a client makes of an answer.
fn join(answer: &ApiResponse, key: &str) -> JoinRoom {
    JoinRoom {
        uid: answer.username.clone(),
        cid: answer.cid.clone(),
        rid: answer.room_key.clone(),
        user_cred: answer.user_cred.clone(),
        room_cred: answer.room_cred.clone(),
        key: Some(key.to_owned()),
        // Claims that nobody should believe.
        is_privileged: Some(true),
        auto_introduce: Some(false),
        ..JoinRoom::default()
    }
}

fn refusal(authority: &Arc<Authority>, join: &JoinRoom, now: u64) -> Reason {
    authority.admit(join, now).expect_err("a refusal").reason
}

#[test]
fn an_answer_admits_with_the_rights_of_its_key() {
    let authority = authority();
    let answer = answer(&authority, &request("demo", "my room"), NOW);
    assert!(!answer.has_mcu);
    assert_eq!(answer.signaling_host.as_deref(), Some("rtc.example.net:8443"));
    assert_eq!(answer.http_port_list, Some(vec![8443.0]));
    let admission = authority.admit(&join(&answer, "demo"), NOW).unwrap();
    assert_eq!(
        admission,
        Admission {
            room_name: "my room".into(),
            space: "demo".into(),
            login: Some("n2".into()),
            privileged: false,
            auto_introduce: true,
            persistent: false,
            mcu: false,
            session: Some("session".into()),
            closes_at: None,
            room_members: None,
        }
    );
}

#[test]
fn a_room_has_one_id_for_all_keys_of_its_space() {
    let authority = authority();
    let id = |key, room| authority.check(&request(key, room), NOW).unwrap().rid;
    assert_eq!(id("demo", "a"), id("demo", "a"));
    assert_eq!(id("demo", "a"), id("admin", "a"));
    assert_ne!(id("demo", "a"), id("demo", "b"));
    let listed = ApiRequest { origin: Some("https://app.example.com"), ..request("listed", "a") };
    assert_ne!(id("demo", "a"), authority.check(&listed, NOW).unwrap().rid);
}

#[test]
fn tokens_are_bound_to_each_other_to_their_key_and_to_time() {
    let authority = authority();
    let first = answer(&authority, &request("demo", "a"), NOW);
    let second = answer(&authority, &request("demo", "b"), NOW);
    let good = join(&first, "demo");

    let stolen_room = JoinRoom { rid: second.room_key.clone(), ..good.clone() };
    let mixed = JoinRoom { user_cred: second.user_cred.clone(), ..good.clone() };
    let swapped =
        JoinRoom { user_cred: first.room_cred.clone(), room_cred: first.user_cred.clone(), ..good.clone() };
    let renamed = JoinRoom { uid: Some("u-other".into()), ..good.clone() };
    let bare = JoinRoom { rid: good.rid.clone(), ..JoinRoom::default() };
    for wrong in [stolen_room, mixed, swapped, renamed, bare] {
        assert_eq!(refusal(&authority, &wrong, NOW), Reason::TokenInvalid);
    }
    let other_key = join(&first, "admin");
    assert_eq!(refusal(&authority, &other_key, NOW), Reason::KeyFailed);
    let late = NOW + HALF_AN_HOUR;
    assert_eq!(refusal(&authority, &good, late), Reason::TokenExpired);

    let without_key =
        Arc::new(Authority::new(BTreeMap::new(), TokenSigner::new(b"key"), HALF_AN_HOUR, false));
    assert_eq!(refusal(&without_key, &good, NOW), Reason::KeyFailed);
}

#[test]
fn credentials_open_their_room_for_their_time() {
    let authority = authority();
    let signed = ApiRequest { window: Some(WINDOW), ..request("signed", "my-room") };
    let early = NOW - 10 * 60_000;
    let answer_early = answer(&authority, &signed, early);
    assert_eq!(answer_early.start.as_deref(), Some(START));
    assert_eq!(answer_early.len, Some(2.0));
    let joining = join(&answer_early, "signed");
    assert_eq!(refusal(&authority, &joining, early), Reason::NotStarted);
    let admission = authority.admit(&joining, NOW - 30_000).unwrap();
    let end = NOW + 2 * 3_600_000;
    assert_eq!(admission.closes_at, Some(end));
    assert!(admission.persistent);
    let joining = join(&answer(&authority, &signed, end - 1), "signed");
    assert_eq!(refusal(&authority, &joining, end), Reason::Expired);
}

#[test]
fn wrong_requests_get_the_code_that_clients_know() {
    let authority = authority();
    let code = |request: &ApiRequest| authority.check(request, NOW).expect_err("refused").code;
    assert_eq!(code(&request("nope", "a")), ApiErrorCode::ApiInvalid);
    assert_eq!(code(&request("listed", "a")), ApiErrorCode::CredentialsInvalid);
    let stranger = ApiRequest { origin: Some("https://evil.example"), ..request("listed", "a") };
    assert_eq!(code(&stranger), ApiErrorCode::CorsDomainNotMatch);
    assert_eq!(code(&request("signed", "my-room")), ApiErrorCode::CredentialsInvalid);
    for (key, room) in [("signed", "another"), ("demo", "my-room")] {
        let wrong = ApiRequest { window: Some(WINDOW), ..request(key, room) };
        assert_eq!(code(&wrong), ApiErrorCode::CredentialsNotMatch);
    }
    let long = "x".repeat(256);
    for room in ["", "  ", "a\u{0}b", long.as_str()] {
        assert_eq!(code(&request("demo", room)), ApiErrorCode::BadRequest);
    }
}

#[test]
fn recordings_of_a_space_are_for_who_has_the_token() {
    let authority = authority();
    let space = |key, token| authority.space_of_recordings(key, token).map_err(|refusal| refusal.code);
    assert_eq!(space("admin", Some("let the backend in")), Ok("demo".to_owned()));
    for token in ["", "let the backend i", "let the backend in!"] {
        assert_eq!(space("admin", Some(token)), Err(ApiErrorCode::CredentialsNotMatch), "{token}");
    }
    assert_eq!(space("admin", None), Err(ApiErrorCode::CredentialsInvalid));
    assert_eq!(space("demo", Some("")), Err(ApiErrorCode::CredentialsInvalid));
    assert_eq!(space("nobody", Some("let the backend in")), Err(ApiErrorCode::ApiInvalid));
}

#[test]
fn the_address_of_a_recording_is_good_for_a_time() {
    let authority = authority();
    let link = authority.recording_link("rec", NOW);
    assert_eq!(authority.linked_recording(&link, NOW - 1).as_deref(), Some("rec"));
    assert_eq!(authority.linked_recording(&link, NOW), None);
    assert_eq!(authority.linked_recording(&format!("x{link}"), NOW - 1), None);
}
