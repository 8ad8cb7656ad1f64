//! A running `skylink-server`, stopped when it goes out of scope.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};

pub struct Program {
    child: Child,
    /// `host:port`
    pub address: String,
    /// Address of the media server, if there is one.
    #[cfg_attr(not(feature = "media-server"), allow(dead_code))]
    pub media: String,
    /// `host:port` of metrics, if they have one of their own.
    pub metrics: String,
    log: Option<BufReader<ChildStderr>>,
}

/// The program with a clean environment.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = without_settings(env!("CARGO_BIN_EXE_skylink-server"));
    command.args(arguments);
    command
}

fn without_settings(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SKYLINK_")) {
        command.env_remove(name);
    }
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

impl Program {
    pub fn start(arguments: &[&str]) -> Self {
        Self::ready(command(arguments), "off")
    }

    /// With a log that can be read.
    pub fn start_logging(arguments: &[&str]) -> Self {
        let mut command = command(arguments);
        command.stderr(Stdio::piped());
        Self::ready(command, "info")
    }

    /// The next line of the log that has all of this.
    pub fn logged(&mut self, parts: &[&str]) -> String {
        let lines = self.log.as_mut().unwrap().lines().map(Result::unwrap);
        let mut fitting = lines.filter(|line| parts.iter().all(|part| line.contains(part)));
        fitting.next().expect("a line in the log")
    }

    /// After a command of the shell that it inherits from.
    #[cfg(target_os = "linux")]
    pub fn start_within(setting: &str, arguments: &[&str]) -> Self {
        let mut shell = without_settings("sh");
        let script = format!("{setting} && exec \"$0\" \"$@\"");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_skylink-server")]).args(arguments);
        Self::ready(shell, "off")
    }

    #[cfg(target_os = "linux")]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn ready(mut command: Command, log: &str) -> Self {
        let mut child =
            command.args(["--listen", "127.0.0.1:0", "--log", log]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut media, mut metrics) = (String::new(), String::new());
        let ready = lines.map(Result::unwrap).find_map(|line| {
            if let Some((_, port)) = line.split_once("media:      UDP 0.0.0.0:") {
                media = format!("127.0.0.1:{}", port.split(',').next().unwrap());
            }
            if let Some(address) = line.strip_prefix("metrics:    http://") {
                metrics = address.strip_suffix("/metrics").unwrap().to_owned();
            }
            line.strip_prefix("ready on http://").map(str::to_owned)
        });
        let log = child.stderr.take().map(BufReader::new);
        Self { child, log, address: ready.expect("the line that says that it is ready"), media, metrics }
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// How many files and sockets it has open.
    #[cfg(target_os = "linux")]
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
