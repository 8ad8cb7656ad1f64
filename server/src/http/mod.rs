//! Everything that is answered over plain HTTP.

mod api;
mod health;
mod origin;
mod recordings;
mod router;
mod statistics;

pub use health::Traffic;
pub use router::{router, Site};
