//! One client at a port of its own, on a thread of its own.

use std::net::{IpAddr, UdpSocket};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::orders::{Answer, Order};
use crate::peer::{Error, Peer};

/// Orders are looked for so often.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What a socket's time limit cannot be below.
const LEAST_WAIT: Duration = Duration::from_micros(200);
/// Datagrams are no longer.
const LONGEST_DATAGRAM: usize = 2000;

/// Takes the answer to an order.
pub type Tell = Arc<dyn Fn(Answer) + Send + Sync>;

/// A client.
pub struct Client {
    peer: Peer,
    socket: UdpSocket,
}

impl Client {
    /// A client at a port of its own.
    ///
    /// # Errors
    /// When there is no such address on this machine.
    pub fn new(address: IpAddr) -> Result<Self, Error> {
        let socket = UdpSocket::bind((address, 0))?;
        let peer = Peer::new(socket.local_addr()?, Instant::now())?;
        Ok(Self { peer, socket })
    }

    /// Works until nobody gives orders any more.
    pub fn run(mut self, orders: &Receiver<(u64, Order)>, tell: &Tell) {
        loop {
            match orders.try_recv() {
                Ok((id, order)) => tell(match self.peer.obey(order, Instant::now()) {
                    Ok(value) => Answer::Done { id, value },
                    Err(error) => Answer::Failed { id, error: error.to_string() },
                }),
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {}
            }
            if self.work().is_err() {
                // It is over. Whoever counts sees that.
                self.peer.end();
                std::thread::sleep(LOOK_EVERY);
            }
        }
    }

    /// Sends what is due and takes what comes, for a moment.
    fn work(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        self.peer.work(now)?;
        self.transmit();
        let wait = self.peer.deadline().saturating_duration_since(now).clamp(LEAST_WAIT, LOOK_EVERY);
        self.socket.set_read_timeout(Some(wait))?;
        let mut buffer = [0; LONGEST_DATAGRAM];
        if let Ok((length, from)) = self.socket.recv_from(&mut buffer) {
            self.peer.receive(from, buffer.get(..length).unwrap_or_default(), Instant::now())?;
        }
        self.transmit();
        Ok(())
    }

    fn transmit(&mut self) {
        while let Some((to, datagram)) = self.peer.poll() {
            // What the system does not take is lost, as on any network.
            let _ = self.socket.send_to(&datagram, to);
        }
    }
}
