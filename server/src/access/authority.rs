//! What the API grants and what `joinRoom` may then do.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use sha2::{Digest, Sha256};
use skylink_protocol::api::ApiResponse;
use skylink_protocol::signaling::JoinRoom;

use super::app_key::AppKey;
use super::credentials::credentials_match;
use super::refusal::{ApiErrorCode, ApiFailure};
use super::token::{RecordingClaims, RoomClaims, TokenSigner, UserClaims};
use crate::rooms::{Admission, Doorkeeper, Reason, Refusal};
use crate::time;

const HOUR: f64 = 3_600_000.0;
/// Length of a session that no credentials limit (wire protocol 3.3).
const DEFAULT_HOURS: f64 = 24.0;
/// Clocks of the app's backend and of this server may differ by this much.
const CLOCK_TOLERANCE: u64 = 60_000;
const LONGEST_ROOM_NAME: usize = 255;
/// Characters of a key that nobody knows, which may be of any length.
const SHOWN_OF_KEY: usize = 64;
const ROOM: &str = "room";
const USER: &str = "user";
const RECORDING: &str = "recording";

/// A request for a room, as the API got it.
#[derive(Debug, Clone, Copy)]
pub struct ApiRequest<'a> {
    /// The app key.
    pub key: &'a str,
    /// The room's name.
    pub room: &'a str,
    /// From the app's credentials, if it uses them.
    pub window: Option<TimeWindow<'a>>,
    /// Origin of the page.
    pub origin: Option<&'a str>,
}

/// The credentials of wire protocol 3.3, as they stand in the URL, decoded.
#[derive(Debug, Clone, Copy)]
pub struct TimeWindow<'a> {
    /// ISO 8601 text.
    pub start: &'a str,
    /// Number of hours.
    pub hours: &'a str,
    /// Base64 of the HMAC-SHA-1.
    pub credentials: &'a str,
}

/// A request that may be answered with tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// Id of the room, the same for everybody who asks for it.
    pub rid: String,
    /// Members the room may have, if other than the general limit.
    pub room_members: Option<usize>,
    key: String,
    room: String,
    start: u64,
    hours: f64,
    is_scheduled: bool,
}

/// Knows the app keys and signs what it grants.
pub struct Authority {
    keys: BTreeMap<String, AppKey>,
    signer: TokenSigner,
    token_lifetime: u64,
    bandwidth_statistics: bool,
}

impl Authority {
    /// `token_lifetime` is in milliseconds; `bandwidth_statistics` asks clients for periodic
    /// reports.
    pub fn new(
        keys: BTreeMap<String, AppKey>,
        signer: TokenSigner,
        token_lifetime: u64,
        bandwidth_statistics: bool,
    ) -> Self {
        Self { keys, signer, token_lifetime, bandwidth_statistics }
    }

    /// Decides whether a page may use a room.
    ///
    /// # Errors
    /// What the API answers instead.
    pub fn check(&self, request: &ApiRequest, now: u64) -> Result<Grant, ApiFailure> {
        let key = self.keys.get(request.key).ok_or_else(|| unknown_key(request.key))?;
        let name = request.room;
        if name.trim().is_empty() || name.len() > LONGEST_ROOM_NAME || name.chars().any(char::is_control) {
            return Err(ApiFailure::new(
                ApiErrorCode::BadRequest,
                format!("a room name has 1 to {LONGEST_ROOM_NAME} bytes and no control characters"),
            ));
        }
        let (start, hours) = match &request.window {
            Some(window) => check_window(key, name, window)?,
            None => {
                check_origin(key, request)?;
                (now, DEFAULT_HOURS)
            }
        };
        Ok(Grant {
            rid: room_id(key.space.as_deref().unwrap_or(request.key), name),
            room_members: key.room_members,
            key: request.key.to_owned(),
            room: name.to_owned(),
            start,
            hours,
            is_scheduled: request.window.is_some(),
        })
    }

    /// The space whose recordings the holder of a token of this key may see and delete.
    ///
    /// # Errors
    /// When the key or the token is wrong, or when the key has no token.
    pub fn space_of_recordings(&self, key_name: &str, token: Option<&str>) -> Result<String, ApiFailure> {
        let key = self.keys.get(key_name).ok_or_else(|| unknown_key(key_name))?;
        let Some(expected) = &key.recording_token else {
            let info = "the app key has no recording_token, so its recordings are not to be had here";
            return Err(ApiFailure::new(ApiErrorCode::CredentialsInvalid, info));
        };
        let Some(token) = token else {
            let info = "the request has no header Authorization: Bearer with the key's recording_token";
            return Err(ApiFailure::new(ApiErrorCode::CredentialsInvalid, info));
        };
        if !self.signer.is_same(token, expected.reveal()) {
            let info = "the token is not the recording_token of the app key";
            return Err(ApiFailure::new(ApiErrorCode::CredentialsNotMatch, info));
        }
        Ok(key.space.clone().unwrap_or_else(|| key_name.to_owned()))
    }

    /// Stands in the address of a recorded file until it `expires`, in milliseconds since 1970.
    pub fn recording_link(&self, id: &str, expires: u64) -> String {
        self.signer.sign(RECORDING, &RecordingClaims { recording: id.to_owned(), expires })
    }

    /// The recording that such a text is for.
    pub fn linked_recording(&self, link: &str, now: u64) -> Option<String> {
        let claims: RecordingClaims = self.signer.verify(RECORDING, link).ok()?;
        (now < claims.expires).then_some(claims.recording)
    }

    /// The API's answer (wire protocol 3.4). `address` is `host` or `host:port` of the signalling
    /// server, `session` the id of the room session.
    pub fn answer(
        &self,
        grant: &Grant,
        session: &str,
        address: &str,
        now: u64,
        fresh_id: &mut dyn FnMut() -> String,
    ) -> ApiResponse {
        let key = self.keys.get(&grant.key).cloned().unwrap_or_default();
        let expires = now.saturating_add(self.token_lifetime);
        let uid = format!("u-{}", fresh_id());
        let room_claims = RoomClaims {
            rid: grant.rid.clone(),
            room: grant.room.clone(),
            key: grant.key.clone(),
            session: session.to_owned(),
            start: grant.start,
            end: grant.is_scheduled.then(|| end_of(grant)),
            expires,
        };
        let user_claims = UserClaims {
            rid: grant.rid.clone(),
            key: grant.key.clone(),
            uid: uid.clone(),
            login: fresh_id(),
            expires,
        };
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        let ports = |usual: u16| Some(vec![f64::from(port.unwrap_or(usual))]);
        let no_constraints = || Some("{}".to_owned());
        ApiResponse {
            success: Some(true),
            cid: Some(key_id(&grant.key)),
            api_owner: Some(key.owner.unwrap_or_else(|| grant.key.clone())),
            username: Some(uid),
            user_cred: Some(self.signer.sign(USER, &user_claims)),
            room_cred: Some(self.signer.sign(ROOM, &room_claims)),
            time_stamp: Some(time::to_iso(now)),
            start: Some(time::to_iso(grant.start)),
            len: Some(grant.hours),
            room_key: grant.rid.clone(),
            room_session_id: Some(session.to_owned()),
            peer_session_id: Some(format!("ps-{}", fresh_id())),
            is_privileged: Some(key.privileged),
            auto_introduce: Some(key.auto_introduce),
            has_mcu: key.mcu,
            has_persistent_message: Some(key.persistent_messages),
            enable_stats_config: Some(self.bandwidth_statistics),
            signaling_host: Some(address.to_owned()),
            signaling_path: Some("/socket.io".to_owned()),
            http_port_list: ports(80),
            https_port_list: ports(443),
            pc_constraints: no_constraints(),
            offer_constraints: no_constraints(),
            media_constraints: no_constraints(),
        }
    }
}

impl Doorkeeper for Arc<Authority> {
    /// Wire protocol 5.3. All rights come from the server's own settings for the key that the
    /// tokens name.
    fn admit(&self, join: &JoinRoom, now: u64) -> Result<Admission, Refusal> {
        let not_genuine = || Refusal::new(Reason::TokenInvalid, "the tokens are not genuine");
        let room: RoomClaims = self
            .signer
            .verify(ROOM, join.room_cred.as_deref().unwrap_or_default())
            .map_err(|_| not_genuine())?;
        let user: UserClaims = self
            .signer
            .verify(USER, join.user_cred.as_deref().unwrap_or_default())
            .map_err(|_| not_genuine())?;
        let belong_together = room.rid == join.rid
            && user.rid == join.rid
            && user.key == room.key
            && join.uid.as_ref() == Some(&user.uid);
        if !belong_together {
            return Err(not_genuine());
        }
        if join.key.as_ref().is_some_and(|key| *key != room.key) {
            return Err(Refusal::new(Reason::KeyFailed, "the tokens were made for another app key"));
        }
        let Some(key) = self.keys.get(&room.key) else {
            return Err(Refusal::new(Reason::KeyFailed, "the app key is unknown"));
        };
        if now >= room.expires || now >= user.expires {
            return Err(Refusal::new(Reason::TokenExpired, "the tokens have expired; ask the API again"));
        }
        if let Some(end) = room.end {
            if now >= end {
                return Err(Refusal::new(Reason::Expired, "the time of the room is over"));
            }
            if now.saturating_add(CLOCK_TOLERANCE) < room.start {
                return Err(Refusal::new(Reason::NotStarted, "the time of the room has not begun"));
            }
        }
        Ok(Admission {
            room_name: room.room,
            space: key.space.clone().unwrap_or(room.key),
            login: Some(user.login),
            privileged: key.privileged,
            auto_introduce: key.auto_introduce,
            persistent: key.persistent_messages,
            mcu: key.mcu,
            session: Some(room.session),
            closes_at: room.end,
            room_members: key.room_members,
        })
    }
}

fn unknown_key(key: &str) -> ApiFailure {
    let shown: String = key.chars().take(SHOWN_OF_KEY).collect();
    ApiFailure::new(ApiErrorCode::ApiInvalid, format!("the app key \"{shown}\" is unknown"))
}

fn check_window(key: &AppKey, room: &str, window: &TimeWindow) -> Result<(u64, f64), ApiFailure> {
    let wrong = |info: &str| ApiFailure::new(ApiErrorCode::CredentialsNotMatch, info);
    let Some(secret) = &key.secret else {
        return Err(wrong("the app key has no secret to check credentials with"));
    };
    if !credentials_match(secret, room, window.hours, window.start, window.credentials) {
        return Err(wrong("the credentials do not fit this room, start and duration"));
    }
    let start = time::from_iso(window.start);
    let hours: Option<f64> = window.hours.parse().ok();
    match (start, hours) {
        (Some(start), Some(hours)) if hours > 0.0 && hours.is_finite() => Ok((start, hours)),
        _ => Err(ApiFailure::new(
            ApiErrorCode::BadRequest,
            "the start must be an ISO 8601 date and the duration a number of hours",
        )),
    }
}

fn check_origin(key: &AppKey, request: &ApiRequest) -> Result<(), ApiFailure> {
    if key.allows_any_origin() {
        return Ok(());
    }
    if key.origins.as_ref().is_none_or(Vec::is_empty) {
        return Err(ApiFailure::new(
            ApiErrorCode::CredentialsInvalid,
            "this app key can be used with credentials only",
        ));
    }
    match request.origin {
        None => Err(ApiFailure::new(
            ApiErrorCode::CredentialsInvalid,
            "the request has neither an origin nor credentials",
        )),
        Some(origin) if key.allows_origin(origin) => Ok(()),
        Some(origin) => Err(ApiFailure::new(
            ApiErrorCode::CorsDomainNotMatch,
            format!("the origin {origin} is not allowed for this app key"),
        )),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn end_of(grant: &Grant) -> u64 {
    grant.start.saturating_add((grant.hours * HOUR) as u64)
}

/// The same on every server and after every restart, so that stored messages are found again.
fn room_id(space: &str, name: &str) -> String {
    format!("rk-{}", short_digest(&format!("room\0{space}\0{name}")))
}

fn key_id(key: &str) -> String {
    format!("c-{}", short_digest(&format!("key\0{key}")))
}

fn short_digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let start: Vec<u8> = digest.iter().take(15).copied().collect();
    URL_SAFE_NO_PAD.encode(start)
}

#[cfg(test)]
mod tests;
