//! A network path with delay, jitter, loss, a limited rate and partitions, between programs on one
//! machine.
//!
//! Every program's own address ("origin") gets a relayed address. Who sends to somebody's relayed
//! address reaches their origin, and is seen there as coming from its own relayed address:
//!
//! ```text
//!  origin A ──► relayed B ══ Path ══► relayed A ──► origin B
//! ```
//!
//! So two peers that tell each other relayed addresses alone never meet on a direct way, and what
//! they learn from the packets is the relayed address again.
//!
//! `path` and `addresses` decide and have no IO; `sockets` and `control` carry out.

pub mod addresses;
pub mod conditions;
pub mod control;
pub mod path;
pub mod sockets;
