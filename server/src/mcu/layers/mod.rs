//! Pictures in several sizes at once (simulcast): which of them each receiver gets, and how they
//! look like one stream to it.
//!
//! ```text
//!  packets of all layers ─► flow::Flow       what each layer is worth: bits, height, key frames
//!                             │
//!  views, estimates ───────► choice::Choice  which layer each video of a client shall have
//!             └────────────► renewal::Renewal  estimates that stay too low are made anew
//!                             │
//!                             ▼
//!                           outlet::Outlet   from one layer to another, at a key frame
//!                             │
//!                             ▼
//!                           renumber::Renumber  one numbering, whatever it is made of
//! ```
//!
//! A track without layers has one, number 0. Nothing here does IO or reads a clock.

pub mod choice;
pub mod descriptor;
pub mod flow;
pub mod outlet;
pub mod renewal;
pub mod renumber;
pub mod viewer;
