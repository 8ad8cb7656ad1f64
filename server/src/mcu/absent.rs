//! Stands for the media server in builds without it.

use std::convert::Infallible;
use std::net::SocketAddr;

use super::command::Command;
use super::setup::{DriverSetup, SignalSink};

/// It is not there.
#[derive(Debug, thiserror::Error)]
#[error("this build has no media server")]
pub struct StartError;

/// Never exists.
pub struct MediaServer(Infallible);

#[allow(missing_docs, clippy::missing_errors_doc, clippy::unused_self)]
impl MediaServer {
    pub fn start(_setup: DriverSetup, _signal: &SignalSink) -> Result<Self, StartError> {
        Err(StartError)
    }

    pub fn close(&self) {
        match self.0 {}
    }

    pub fn handle(&self, _command: Command) {
        match self.0 {}
    }

    pub fn is_running(&self) -> bool {
        match self.0 {}
    }

    pub fn address(&self) -> SocketAddr {
        match self.0 {}
    }

    pub fn tcp_address(&self) -> Option<SocketAddr> {
        match self.0 {}
    }

    pub fn told(&self) -> &[SocketAddr] {
        match self.0 {}
    }

    pub fn write_metrics(&self, _text: &mut String) {
        match self.0 {}
    }
}
