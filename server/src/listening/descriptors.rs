//! How many connections the operating system lets a process have.

use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};

/// Takes as many open files as the process may give itself: the usual 1024 are the connections of a
/// few hundred pages. Gives how many there are now; `None` is any number.
///
/// # Errors
/// From the operating system.
pub fn take_all_descriptors() -> std::io::Result<Option<u64>> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    }
    Ok(maximum)
}
