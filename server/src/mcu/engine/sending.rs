//! Packets on their way to the client. The engine lets one packet out each time that it is told the
//! time, and looks at all its parts for that; then it wants to be told once more, and looks again, before
//! it says when it wants that next. So packets are written first and let out together, and the last look
//! is put off: within [`SETTLE`] it serves all packets until then.

use std::time::{Duration, Instant};

use str0m::{Input, Output};

use super::sources::source_of;
use super::{Connection, MOST_ROUNDS};
use crate::mcu::layers::renumber::Numbers;
use crate::mcu::packet::Packet;

/// So late may be what the engine does by itself, once packets went out: reports, and padding by which
/// the way is tried.
const SETTLE: Duration = Duration::from_millis(4);

impl Connection {
    /// Whether packets can be sent at present on a line.
    pub fn is_ready(&self, mid: &str) -> bool {
        self.is_connected && self.outgoing.contains_key(mid)
    }

    /// Writes a packet on a line; [`Connection::flush`] lets it out. `false` if it cannot be sent at
    /// present.
    pub fn write(&mut self, mid: &str, packet: &Packet, numbers: &Numbers) -> bool {
        let Some(outgoing) = self.outgoing.get(mid).filter(|_| self.is_connected) else { return false };
        let (source, write) = (outgoing.source().ssrc, outgoing.packet(packet, numbers));
        self.fence(|connection| {
            if let Some(stream) = connection.rtc.direct_api().stream_tx(&source.into()) {
                stream.write_rtp(write);
                connection.written.push(source);
            }
            Ok(())
        });
        true
    }

    /// Lets out what was written.
    pub fn flush(&mut self, now: Instant) {
        if !self.written.is_empty() {
            self.fence(|connection| connection.let_out(now));
            self.written.clear();
        }
    }

    fn let_out(&mut self, now: Instant) -> Result<(), str0m::RtcError> {
        // Besides the packets others may go out, which were asked for again.
        let most = self.written.len().saturating_add(MOST_ROUNDS);
        for _ in 0..most {
            self.rtc.handle_input(Input::Timeout(now))?;
            if !self.take_packet()? {
                return self.drain(now);
            }
            if self.written.is_empty() {
                let settled = now.checked_add(SETTLE);
                self.deadline = [self.deadline, settled].into_iter().flatten().min();
                return Ok(());
            }
        }
        self.drain(now)
    }

    /// Takes output until a packet of media is let out, after which there is none before time passes.
    /// `false` if there is no such packet.
    fn take_packet(&mut self) -> Result<bool, str0m::RtcError> {
        while self.is_open {
            match self.rtc.poll_output()? {
                Output::Timeout(deadline) => {
                    self.deadline = Some(deadline);
                    return Ok(false);
                }
                Output::Transmit(transmit) => {
                    if self.transmit(transmit) {
                        return Ok(true);
                    }
                }
                Output::Event(event) => self.take(event),
            }
        }
        Ok(false)
    }

    /// Notes what goes out. `true` for packets of media.
    pub(super) fn note_let_out(&mut self, datagram: &[u8]) -> bool {
        let Some(source) = source_of(datagram) else { return false };
        if let Some(place) = self.written.iter().position(|written| *written == source) {
            self.written.swap_remove(place);
        }
        true
    }
}
