//! Messages on their way out: which cipher, and waiting for it (wire protocol 7.1 to 7.3).
//!
//! A message that waits for its key, or for the browser that encrypts it, is not overtaken by later ones.

use crate::cipher::{
    self, Associated, CipherWork, Envelope, LONG, NONCE_BYTES, ORIGINAL_SALT_BYTES, SALT_BYTES,
};
use crate::in_turn::{finish, within_reach, InTurn, Progress};
use crate::keyring::KeyState;
use crate::options::MessageCipher;
use crate::room::Room;
use crate::session::{Context, Session};
use crate::{ErrorCode, LogCode, LogLevel, Output, RequestId, SkylinkError};
use skylink_protocol::signaling::UserMessage;
use skylink_protocol::Value;
use std::borrow::Cow;

/// What `enter` and `welcome` announce.
pub(crate) const AES_GCM: &str = "aes-gcm";

/// Random bytes that one message may need: a salt and a nonce.
pub const MESSAGE_RANDOMNESS: usize = SALT_BYTES + NONCE_BYTES;

/// A message that the app has sent.
#[derive(Debug)]
pub(crate) struct OutgoingMessage {
    pub content: Value,
    /// Nobody named: everybody.
    pub targets: Option<Vec<String>>,
    pub peer_session_id: String,
    pub message_id: String,
    /// Id and secret to encrypt it with.
    pub secret: Option<(String, String)>,
    pub is_persistent: bool,
    pub randomness: [u8; MESSAGE_RANDOMNESS],
}

impl OutgoingMessage {
    fn salt(&self) -> [u8; SALT_BYTES] {
        self.randomness.first_chunk().copied().unwrap_or_default()
    }

    fn nonce(&self) -> [u8; NONCE_BYTES] {
        self.randomness.last_chunk().copied().unwrap_or_default()
    }

    fn original_salt(&self) -> [u8; ORIGINAL_SALT_BYTES] {
        self.randomness.first_chunk().copied().unwrap_or_default()
    }
}

/// Who encrypts a long message.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    /// The browser, if it can.
    Browser,
    /// We do, at once.
    Ourselves,
}

/// What a message becomes.
enum Sealed {
    /// This goes over the wire.
    Data(Value),
    /// The browser does the rest.
    Begun(CipherWork),
    /// Its key is not there yet.
    Waits,
    /// Its key cannot be made.
    Refused,
}

impl Session {
    pub(crate) fn on_key_derived(&mut self, request: RequestId, key: Option<[u8; 32]>) {
        for room in &mut self.rooms {
            if room.keyring.take(request, key) {
                room.send_waiting(&mut self.context);
                room.deliver_waiting(&mut self.context);
                room.read_stored_messages(&mut self.context);
                return;
            }
        }
    }

    pub(crate) fn on_ciphered(&mut self, request: RequestId, outcome: Option<Value>) {
        for room in &mut self.rooms {
            if finish(&mut room.outgoing, request, &outcome) {
                return room.send_waiting(&mut self.context);
            }
            if finish(&mut room.incoming, request, &outcome) {
                return room.deliver_waiting(&mut self.context);
            }
        }
        // Of a room that was left.
        if let Some(content) = outcome {
            self.context.release_content(&content);
        }
    }
}

impl Room {
    /// Sends a message, behind those that still wait.
    pub fn send_in_turn(&mut self, context: &mut Context, message: OutgoingMessage) {
        self.outgoing.push_back(InTurn::new(message));
        self.send_waiting(context);
    }

    pub fn send_waiting(&mut self, context: &mut Context) {
        let mut queue = std::mem::take(&mut self.outgoing);
        let mut place = 0_usize;
        while let Some(one) = within_reach(&mut queue, place) {
            if matches!(one.progress, Progress::Waits) {
                one.progress = match self.seal(context, &one.message, By::Browser) {
                    Sealed::Data(data) => Progress::Done(data),
                    Sealed::Begun(work) => {
                        let request = context.fresh();
                        context.push(Output::Cipher { request, work });
                        Progress::Asked(request)
                    }
                    Sealed::Waits => break,
                    Sealed::Refused => Progress::Refused(SkylinkError::new(ErrorCode::CipherUnavailable)),
                };
            }
            if place > 0 || matches!(one.progress, Progress::Asked(_)) {
                place = place.saturating_add(1);
            } else if let Some(first) = queue.pop_front() {
                self.send_first(context, first);
            }
        }
        self.outgoing = queue;
        if self.outgoing.is_empty() {
            self.send_history_requests(context);
        }
    }

    /// Sends a message whose turn has come. One that the browser could not encrypt is encrypted here, as is one for
    /// which there is no time: on the way out of the room.
    fn send_first(&mut self, context: &mut Context, first: InTurn<OutgoingMessage>) {
        let InTurn { message, progress } = first;
        let sealed = match progress {
            Progress::Done(data) => Sealed::Data(data),
            Progress::Refused(error) => return context.push(Output::Report(error)),
            _ => self.seal(context, &message, By::Ourselves),
        };
        match (sealed, &message.secret) {
            (Sealed::Data(data), _) => {
                self.send_sealed(context, &message, &data);
                context.release_content(&data);
            }
            // What may be sent in the format of 2.7.2 is.
            (_, Some((_, secret))) if self.options.message_cipher() == MessageCipher::Auto => {
                let data = seal_as_original(context, secret, &message);
                self.send_sealed(context, &message, &data);
            }
            _ => context.log(LogLevel::Error, LogCode::MessageNotSent, &[]),
        }
    }

    /// On the way out of the room there is no time to wait for a key, or for the browser.
    pub fn send_without_waiting(&mut self, context: &mut Context) {
        while let Some(first) = self.outgoing.pop_front() {
            self.send_first(context, first);
        }
    }

    /// Has the key made that messages will probably need.
    pub fn prepare_key(&mut self, context: &mut Context, salt: [u8; SALT_BYTES]) {
        let Some((_, secret)) = self.secrets.selected() else { return };
        if self.uses_aes_gcm(context, None, false) && self.keyring.for_sending(secret).is_none() {
            self.keyring.ask(context, secret, salt, None);
        }
    }

    pub fn forget_unused_keys(&mut self) {
        let Room { keyring, secrets, outgoing, .. } = self;
        let waits = |secret: &str| {
            outgoing.iter().any(|one| one.message.secret.as_ref().is_some_and(|(_, used)| used == secret))
        };
        keyring.retain(|secret| secrets.contains(secret) || waits(secret));
    }

    fn seal(&mut self, context: &mut Context, message: &OutgoingMessage, by: By) -> Sealed {
        let Some((id, secret)) = &message.secret else { return Sealed::Data(message.content.clone()) };
        let is_left = |length: usize, context: &Context| {
            by == By::Browser && length >= LONG && context.environment.can_derive_keys
        };
        let as_original = |context: &Context| {
            let text = original_text(context, message);
            match is_left(text.len(), context) {
                true => Sealed::Begun(cipher::sealing(secret, message.original_salt(), &text)),
                false => Sealed::Data(cipher::encrypt(secret, message.original_salt(), &text).into()),
            }
        };
        if !self.uses_aes_gcm(context, message.targets.as_deref(), message.is_persistent) {
            return as_original(context);
        }
        let Some(key) = self.keyring.for_sending(secret) else {
            if by == By::Browser {
                self.keyring.ask(context, secret, message.salt(), None);
            }
            return Sealed::Waits;
        };
        match &key.state {
            KeyState::Asked => Sealed::Waits,
            KeyState::Ready(ready) => {
                let own_id = self.own_id();
                let associated = Associated { room: &self.rid, sender: &own_id, secret_id: id };
                let (salt, nonce) = (&key.salt, &message.nonce());
                let plain = Envelope::plain(&message.content, context.environment.json);
                if is_left(plain.len(), context) {
                    return Sealed::Begun(Envelope::sealing(ready, salt, nonce, associated, plain));
                }
                Sealed::Data(Envelope::write(ready, salt, nonce, associated, &plain).into())
            }
            KeyState::Failed if self.options.message_cipher() == MessageCipher::Auto => as_original(context),
            KeyState::Failed => Sealed::Refused,
        }
    }

    /// Whether everybody who is to read a message can read AES-GCM. Nobody knows who will read a
    /// stored one; 2.7.2 loses all of them over a single one that it cannot read.
    fn uses_aes_gcm(&self, context: &Context, targets: Option<&[String]>, is_persistent: bool) -> bool {
        match self.options.message_cipher() {
            MessageCipher::AesGcm => true,
            MessageCipher::CryptoJs => false,
            MessageCipher::Auto => {
                let mut readers =
                    self.members().filter(|peer| targets.is_none_or(|ids| ids.contains(&peer.id)));
                // Where peers are not introduced there may be some that we do not know of.
                let knows_all = targets.is_some() || self.ticket.auto_introduce != Some(false);
                context.environment.can_derive_keys
                    && !is_persistent
                    && knows_all
                    && readers.all(|peer| peer.reads_aes_gcm)
            }
        }
    }

    fn send_sealed(&self, context: &mut Context, message: &OutgoingMessage, data: &Value) {
        let kept = match data {
            Value::Handle(handle) => Some(*handle),
            _ => None,
        };
        let wire = |target: Option<String>| UserMessage {
            data: data.clone(),
            mid: self.own_id(),
            rid: self.rid.clone(),
            msg_id: Some(message.message_id.clone()),
            room_session_id: self.ticket.room_session_id.clone(),
            peer_session_id: Some(message.peer_session_id.clone()),
            target,
            secret_id: message.secret.as_ref().map(|(id, _)| id.clone()),
            is_persistent: message.is_persistent.then_some(true),
        };
        let mut send = |target| {
            let wire = wire(target).into();
            match kept {
                Some(data) => self.send_holding(context, wire, data),
                None => self.send(context, &wire),
            }
        };
        match &message.targets {
            Some(ids) => ids.iter().for_each(|id| send(Some(id.clone()))),
            None => send(None),
        }
    }
}

/// That format knows texts only; anything else becomes its JSON text.
fn original_text<'a>(context: &Context, message: &'a OutgoingMessage) -> Cow<'a, str> {
    match &message.content {
        Value::Text(text) => text.into(),
        value => (context.environment.json.print)(value).into(),
    }
}

fn seal_as_original(context: &Context, secret: &str, message: &OutgoingMessage) -> Value {
    cipher::encrypt(secret, message.original_salt(), &original_text(context, message)).into()
}
