//! Everything that is answered over plain HTTP.

mod api;
mod client_address;
mod health;
mod origin;
mod recordings;
mod refusals;
mod router;
mod statistics;

pub use client_address::TrustedProxy;
pub use health::{Stopping, Traffic};
pub use router::{operating, router, Site};
