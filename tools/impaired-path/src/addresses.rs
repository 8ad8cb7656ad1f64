//! Which relayed address belongs to which origin.

use std::collections::HashMap;
use std::net::SocketAddr;

use thiserror::Error;

/// Each costs a socket. A page has one or two for each connection.
const MOST_ADDRESSES: usize = 4096;

/// No more sockets.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{MOST_ADDRESSES} addresses are relayed already")]
pub struct TooManyAddresses;

/// Both ways between origins and relayed addresses.
#[derive(Debug, Default)]
pub struct Addresses {
    relayed: HashMap<SocketAddr, SocketAddr>,
    origins: HashMap<SocketAddr, SocketAddr>,
}

impl Addresses {
    /// The relayed address of an origin, if it has one.
    #[must_use]
    pub fn relayed(&self, origin: SocketAddr) -> Option<SocketAddr> {
        self.relayed.get(&origin).copied()
    }

    /// Whom a relayed address belongs to.
    #[must_use]
    pub fn origin(&self, relayed: SocketAddr) -> Option<SocketAddr> {
        self.origins.get(&relayed).copied()
    }

    /// Gives an origin a relayed address.
    ///
    /// # Errors
    ///
    /// When there are too many.
    pub fn insert(&mut self, origin: SocketAddr, relayed: SocketAddr) -> Result<(), TooManyAddresses> {
        if self.relayed.len() >= MOST_ADDRESSES {
            return Err(TooManyAddresses);
        }
        self.relayed.insert(origin, relayed);
        self.origins.insert(relayed, origin);
        Ok(())
    }
}
