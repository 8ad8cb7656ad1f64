//! Files of transfers: read, framed, hashed, put together. What happens when is the core's business.

pub mod chunk;
pub mod digest;
pub mod sha256;
pub mod sink;
pub mod source;
