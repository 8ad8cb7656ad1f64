//! One module for each kind of browser object the shell holds. Each owns its callbacks: dropping it
//! takes them off and closes the object.

pub mod capture;
pub mod channel;
pub mod connection;
pub mod listener;
pub mod page;
pub mod request;
pub mod socket;
pub mod task;
pub mod timer;
