//! The secrets of a room: under which id which one, and the one that messages are sent with
//! (public API M-02, M-05, M-14, M-32, M-34).

use crate::cipher::SALT_BYTES;
use crate::room::{Room, RoomKey};
use crate::session::{Context, Session};
use crate::{ErrorCode, SkylinkError};
use skylink_protocol::lists::Keep as _;
use skylink_protocol::{Object, Value};

/// Secrets by id, in the order in which they were set.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    list: Vec<(String, String)>,
    selected: String,
}

impl Secrets {
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn get(&self, id: &str) -> Option<&str> {
        self.list.iter().find(|(known, _)| known == id).map(|(_, secret)| secret.as_str())
    }

    /// Id and secret that messages are sent with.
    pub fn selected(&self) -> Option<(&str, &str)> {
        self.get(&self.selected).map(|secret| (self.selected.as_str(), secret))
    }

    /// Whether any id stands for this secret.
    pub fn contains(&self, secret: &str) -> bool {
        self.list.iter().any(|(_, known)| known == secret)
    }

    fn to_object(&self) -> Object {
        self.list.iter().map(|(id, secret)| (id.clone(), Value::from(secret.as_str()))).collect()
    }
}

/// A text with something in it, or the error of 2.7.2. `what` is being set.
fn usable<'a>(given: &'a Value, what: &str) -> Result<&'a str, SkylinkError> {
    given.as_text().ok_or_else(|| SkylinkError::with_detail(ErrorCode::InvalidSecret, what))
}

fn not_found(what: &str) -> SkylinkError {
    SkylinkError::with_detail(ErrorCode::SecretIdNotFound, what)
}

impl Session {
    /// A room that an app must be in for this call to make sense.
    pub(crate) fn require_room(&mut self, name: &str) -> Result<RoomKey, SkylinkError> {
        self.find_room(name).ok_or_else(|| SkylinkError::new(ErrorCode::NoRoomName))
    }

    fn change_secrets(
        &mut self,
        room: &str,
        change: impl FnOnce(&mut Room, &mut Context) -> Result<(), SkylinkError>,
    ) -> Result<Option<Value>, SkylinkError> {
        let key = self.require_room(room)?;
        let Some((room, context)) = self.room(key) else { return Ok(None) };
        change(room, context)?;
        room.announce_secrets(context);
        Ok(None)
    }

    pub(crate) fn set_encrypt_secret(
        &mut self,
        room: &str,
        secret: &Value,
        id: &Value,
    ) -> Result<Option<Value>, SkylinkError> {
        self.change_secrets(room, |room, _| {
            // Checked one after the other: of two wrong ones the secret is named.
            for given in [secret, id] {
                if !given.is_truthy() {
                    return Err(SkylinkError::new(ErrorCode::NoSecret));
                }
                usable(given, "secret")?;
            }
            let (secret, id) = (usable(secret, "secret")?, usable(id, "secret")?);
            if room.secrets.get(id).is_some() {
                return Err(SkylinkError::new(ErrorCode::SecretIdNotUnique));
            }
            room.secrets.list.push((id.to_owned(), secret.to_owned()));
            Ok(())
        })
    }

    pub(crate) fn encrypt_secrets(&mut self, room: &str) -> Result<Option<Value>, SkylinkError> {
        let key = self.require_room(room)?;
        Ok(self.room(key).map(|(room, _)| room.secrets.to_object().into()))
    }

    pub(crate) fn delete_encrypt_secrets(
        &mut self,
        room: &str,
        id: &Value,
    ) -> Result<Option<Value>, SkylinkError> {
        self.change_secrets(room, |room, context| {
            if id.is_truthy() {
                let id = id.as_text().filter(|id| room.secrets.get(id).is_some());
                let id = id.ok_or_else(|| not_found("deleting secret"))?;
                room.secrets.list.keep(|(known, _)| known != id);
                if room.secrets.selected == id {
                    room.secrets.selected.clear();
                }
            } else {
                room.secrets = Secrets::default();
            }
            room.forget_unused_keys();
            room.deliver_waiting(context);
            Ok(())
        })
    }

    /// `salt` is for the key that the selected secret may need.
    pub(crate) fn set_selected_secret(
        &mut self,
        room: &str,
        id: &Value,
        salt: [u8; SALT_BYTES],
    ) -> Result<Option<Value>, SkylinkError> {
        self.change_secrets(room, |room, context| {
            let mut selected = String::new();
            if id.is_truthy() {
                let id = usable(id, "selected secret")?;
                room.secrets.get(id).ok_or_else(|| not_found("setting selected secret"))?;
                id.clone_into(&mut selected);
            }
            room.secrets.selected = selected;
            room.prepare_key(context, salt);
            Ok(())
        })
    }

    pub(crate) fn selected_secret(&mut self, room: &str) -> Result<Option<Value>, SkylinkError> {
        let key = self.require_room(room)?;
        Ok(self.room(key).map(|(room, _)| room.secrets.selected.as_str().into()))
    }
}

impl Room {
    fn announce_secrets(&self, context: &mut Context) {
        let detail = Object::new()
            .with("room", self.info())
            .with("encryptSecrets", self.secrets.to_object())
            .with("selectedSecretId", self.secrets.selected.as_str())
            .with("peerInfo", self.own_info(&context.environment))
            .with("peerId", self.own_id.clone());
        context.event("encryptSecretsUpdated", detail);
    }
}
