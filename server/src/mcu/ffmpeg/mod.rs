//! `ffmpeg` as a child process, which composes recordings and encodes live streams. It is looked
//! for once; how many run at a time is limited, they are nice to the media threads, and none
//! outlives the server. No shell is involved.
//!
//! A child ends by itself when its standard input is closed, if that is its source. One that
//! does not is killed. Should the server die, the kernel kills it (`setpriv --pdeathsig`, from
//! util-linux), from its first milliseconds on. That is tied to the *thread* that started it: let that thread live as long.

mod child;
mod tail;
#[cfg(test)]
mod tests;

pub use child::{Ending, Running};

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

/// There is no `ffmpeg`, or it does not run.
#[derive(Debug, thiserror::Error)]
pub enum NotFound {
    /// Not in any folder of `PATH`, or not where the settings say.
    #[error("{} is not there", .0.display())]
    Missing(PathBuf),
    /// It cannot be run.
    #[error("{} does not run: {reason}", path.display())]
    Broken {
        /// The program.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// A child could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// As many run as may.
    #[error("the server does as many such jobs as it may, which is {0}")]
    Busy(usize),
    /// From the operating system.
    #[error("ffmpeg could not be started: {0}")]
    System(#[from] std::io::Error),
}

/// What a child is to do.
#[derive(Debug, Clone, Default)]
pub struct Job {
    /// Without the name of the program.
    pub arguments: Vec<OsString>,
    /// Priority that it leaves to others: 0 to 19.
    pub niceness: u8,
    /// Whether its standard output is read, see [`Running::output`]; otherwise it is thrown away.
    pub has_output: bool,
    /// What must not stand in the log.
    pub secrets: Vec<String>,
}

/// The program, and how many of it may run.
#[derive(Debug, Clone)]
pub struct Ffmpeg {
    path: PathBuf,
    version: String,
    nice: Option<PathBuf>,
    setpriv: Option<PathBuf>,
    running: Arc<AtomicUsize>,
    limit: usize,
}

/// Counts as a running child.
#[derive(Debug)]
struct Permit(Arc<AtomicUsize>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Ffmpeg {
    /// Looks for the program `named`, or for `ffmpeg` in the folders of `PATH`, and runs it once
    /// to see that it works.
    ///
    /// # Errors
    /// When it is not there, or does not say its version.
    pub fn find(named: Option<&Path>) -> Result<Self, NotFound> {
        let name = named.unwrap_or_else(|| Path::new("ffmpeg"));
        let path = in_path(name).ok_or_else(|| NotFound::Missing(name.to_owned()))?;
        let broken = |reason: String| NotFound::Broken { path: path.clone(), reason };
        let asked = Command::new(&path).arg("-version").stdin(Stdio::null()).output();
        let said = asked.map_err(|error| broken(error.to_string()))?.stdout;
        let said = String::from_utf8_lossy(&said);
        let version = said.strip_prefix("ffmpeg version ").and_then(|rest| rest.split_whitespace().next());
        let version = version.ok_or_else(|| broken("it does not say its version".to_owned()))?.to_owned();
        Ok(Self {
            nice: in_path(Path::new("nice")),
            setpriv: in_path(Path::new("setpriv")),
            running: Arc::default(),
            path,
            version,
            limit: usize::MAX,
        })
    }

    /// The same program with a count of its own, of which at most `limit` run at a time.
    #[must_use]
    pub fn with_limit(&self, limit: usize) -> Self {
        Self { limit, running: Arc::default(), ..self.clone() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version, `5.1.9-0+deb12u1` for instance.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many run.
    pub fn running(&self) -> usize {
        self.running.load(Ordering::Acquire)
    }

    /// Starts a child. `on_end` is called on a thread of its own when it has ended, in whatever
    /// way.
    ///
    /// # Errors
    /// When as many run as may, or when the operating system does not start it.
    pub fn start(&self, job: Job, on_end: impl FnOnce() + Send + 'static) -> Result<Running, StartError> {
        let permit = self.permit()?;
        let mut words: Vec<OsString> = Vec::new();
        if let Some(nice) = self.nice.as_ref().filter(|_| job.niceness > 0) {
            words.extend([nice.into(), "-n".into(), job.niceness.to_string().into()]);
        }
        if let Some(setpriv) = &self.setpriv {
            words.extend([setpriv.into(), "--pdeathsig".into(), "KILL".into(), "--".into()]);
        }
        words.push((&self.path).into());
        words.extend(["-hide_banner".into(), "-nostats".into()]);
        words.extend(job.arguments);
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        // FFREPORT, for instance, would write all arguments into a file.
        command.args(words).env_clear().env("AV_LOG_FORCE_NOCOLOR", "1");
        // A terminal's Ctrl-C is for the server alone, which ends its children itself.
        command.process_group(0);
        Ok(child::start(command, job.has_output, job.secrets, permit, on_end)?)
    }

    fn permit(&self) -> Result<Permit, StartError> {
        let one_more = |running: usize| running.checked_add(1).filter(|more| *more <= self.limit);
        let attempt = self.running.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more);
        attempt.map_err(|_| StartError::Busy(self.limit))?;
        Ok(Permit(Arc::clone(&self.running)))
    }
}

/// The file of a program. A name with a folder stands for itself.
fn in_path(name: &Path) -> Option<PathBuf> {
    if name.components().count() > 1 {
        return name.is_file().then(|| name.to_owned());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}
