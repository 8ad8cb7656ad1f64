//! Messages on their way in: both formats are recognised by themselves (wire protocol 7.3).
//!
//! A message whose key is still being made, or that the browser decrypts, is not overtaken by later ones.

use crate::cipher::{self, Associated, CipherWork, Envelope, LONG, SALT_BYTES};
use crate::in_turn::{within_reach, InTurn, Progress};
use crate::keyring::KeyState;
use crate::room::Room;
use crate::session::Context;
use crate::{ErrorCode, LogCode, LogLevel, Output, Relayed, SkylinkError};
use skylink_protocol::Value;

/// Messages that may wait for a key. More than any server lets through in that time.
const MOST_WAITING: usize = 4096;

/// A message that came through the server.
#[derive(Debug)]
pub(crate) struct IncomingMessage {
    /// Peer id of the sender.
    pub mid: String,
    /// Who the sender says it is.
    pub sender: String,
    pub content: Value,
    pub is_private: bool,
    /// Which secret it is encrypted with.
    pub secret_id: Option<String>,
    /// That of its key, which it proves if the browser can decrypt it.
    pub salt: Option<[u8; SALT_BYTES]>,
}

/// What becomes of an encrypted message.
pub(crate) enum Opened {
    Content(Value),
    /// The browser does the rest.
    Begun(CipherWork, Option<[u8; SALT_BYTES]>),
    /// Its key is being made.
    Waits,
    Refused(SkylinkError),
}

impl Room {
    /// Takes a message in, behind those that still wait.
    pub fn receive_in_turn(&mut self, context: &mut Context, message: IncomingMessage) {
        if self.incoming.len() >= MOST_WAITING {
            return context.log(LogLevel::Warn, LogCode::DroppedMessage, &["message", &message.mid]);
        }
        self.incoming.push_back(InTurn::new(message));
        self.deliver_waiting(context);
    }

    pub fn deliver_waiting(&mut self, context: &mut Context) {
        let mut queue = std::mem::take(&mut self.incoming);
        let mut place = 0_usize;
        while let Some(one) = within_reach(&mut queue, place) {
            if matches!(one.progress, Progress::Waits) {
                let message = &mut one.message;
                one.progress = match &message.secret_id {
                    None => Progress::Done(std::mem::take(&mut message.content)),
                    Some(id) => match self.open(context, &message.mid, id, &message.content, false) {
                        Opened::Content(content) => Progress::Done(content),
                        Opened::Begun(work, salt) => {
                            message.salt = salt;
                            let request = context.fresh();
                            context.push(Output::Cipher { request, work });
                            Progress::Asked(request)
                        }
                        Opened::Waits => break,
                        Opened::Refused(error) => Progress::Refused(error),
                    },
                };
            }
            if place > 0 || matches!(one.progress, Progress::Asked(_)) {
                place = place.saturating_add(1);
            } else if let Some(first) = queue.pop_front() {
                self.deliver_first(context, first);
            }
        }
        self.incoming = queue;
    }

    fn deliver_first(&mut self, context: &mut Context, first: InTurn<IncomingMessage>) {
        let InTurn { message, progress } = first;
        let content = match progress {
            Progress::Done(content) => content,
            Progress::Refused(error) => return context.push(Output::Report(error)),
            _ => return context.push(Output::Report(SkylinkError::new(ErrorCode::DecryptionFailed))),
        };
        let secret = message.secret_id.as_ref().and_then(|id| self.secrets.get(id));
        if let Some((secret, salt)) = secret.zip(message.salt) {
            if let Some(key) = self.keyring.find(secret, &salt) {
                key.prove();
            }
        }
        self.deliver(context, message, content);
    }

    /// Nobody hears any more what the browser has decrypted.
    pub fn forget_incoming(&mut self, context: &mut Context) {
        for one in std::mem::take(&mut self.incoming) {
            if let Progress::Done(content) = one.progress {
                context.release_content(&content);
            }
        }
    }

    fn deliver(&mut self, context: &mut Context, message: IncomingMessage, content: Value) {
        let IncomingMessage { mid, sender, is_private, .. } = message;
        let sender = Some(sender).filter(|sender| *sender != mid);
        let relayed = Some(Relayed { sender, time: context.now, peers: None });
        let target = self.own_id.clone().into();
        self.tell_message(context, &mid, target, content, is_private, relayed);
    }

    /// Decrypts a message, whichever format it is in; a stored one at once if its key is there.
    pub fn open(
        &mut self,
        context: &mut Context,
        mid: &str,
        secret_id: &str,
        content: &Value,
        is_stored: bool,
    ) -> Opened {
        let refused = |code: ErrorCode| Opened::Refused(SkylinkError::new(code));
        let Some(secret) = self.secrets.get(secret_id) else {
            // The words of 2.7.2 differ for stored messages.
            return match is_stored {
                _ if self.secrets.is_empty() => refused(ErrorCode::SecretsNotProvided),
                true => Opened::Refused(SkylinkError::with_detail(
                    ErrorCode::SecretIdNotFound,
                    "decrypting message",
                )),
                false => refused(ErrorCode::DecryptionFailed),
            };
        };
        let text = content.as_text().unwrap_or_default();
        let is_left = !is_stored && text.len() >= LONG && context.environment.can_derive_keys;
        if !Envelope::is_meant(text) && is_left {
            return match cipher::opening(secret, text) {
                Some(work) => Opened::Begun(work, None),
                None => refused(ErrorCode::DecryptionFailed),
            };
        }
        if !Envelope::is_meant(text) {
            return match cipher::decrypt(secret, text) {
                Some(text) => Opened::Content(text.into()),
                None => refused(ErrorCode::DecryptionFailed),
            };
        }
        if !context.environment.can_derive_keys {
            return refused(ErrorCode::CipherUnavailable);
        }
        let envelope = if is_left { Envelope::read_head(text) } else { Envelope::read(text) };
        let Some(envelope) = envelope else { return refused(ErrorCode::DecryptionFailed) };
        let may_claim = self.keyring.may_claim(mid);
        let Some(key) = self.keyring.find(secret, &envelope.salt) else {
            if !may_claim {
                return refused(ErrorCode::DecryptionFailed);
            }
            self.keyring.ask(context, secret, envelope.salt, Some(mid));
            return Opened::Waits;
        };
        let associated = Associated { room: &self.rid, sender: mid, secret_id };
        let content = match &key.state {
            KeyState::Asked => return Opened::Waits,
            KeyState::Failed => return refused(ErrorCode::CipherUnavailable),
            KeyState::Ready(ready) if is_left => {
                return Opened::Begun(envelope.opening(ready, associated, text), Some(envelope.salt));
            }
            KeyState::Ready(ready) => envelope.open(ready, associated, context.environment.json),
        };
        match content {
            Some(content) => {
                key.prove();
                Opened::Content(content)
            }
            None => refused(ErrorCode::DecryptionFailed),
        }
    }
}
