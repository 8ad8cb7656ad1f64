//! The shell's table of browser objects: each handed out once, each given back once.

use skylink_core::Handle;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub struct Handles {
    last: Handle,
    live: BTreeMap<Handle, &'static str>,
    released: BTreeSet<Handle>,
}

impl Handles {
    /// A handle of the shell for a new object.
    pub fn issue(&mut self, what: &'static str) -> Handle {
        self.last += 1;
        self.live.insert(self.last, what);
        self.last
    }

    /// The core chose a handle for an object.
    pub fn adopt(&mut self, handle: Handle, what: &'static str) {
        assert!(self.live.insert(handle, what).is_none(), "handle {handle} is used twice");
    }

    pub fn release(&mut self, handle: Handle) {
        let was_live = self.live.remove(&handle).is_some();
        assert!(
            was_live,
            "handle {handle} is released {}",
            match self.released.contains(&handle) {
                true => "twice",
                false => "but was never issued",
            }
        );
        self.released.insert(handle);
    }

    pub fn is_live(&self, handle: Handle) -> bool {
        self.live.contains_key(&handle)
    }

    pub fn assert_all_released(&self, owner: &str) {
        assert!(self.live.is_empty(), "{owner} keeps {:?}", self.live);
    }
}
