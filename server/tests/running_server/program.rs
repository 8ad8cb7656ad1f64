//! A running `skylink-server`, stopped when it goes out of scope.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

pub struct Program {
    child: Child,
    /// `host:port`
    pub address: String,
    /// Address of the media server, if there is one.
    #[cfg_attr(not(feature = "media-server"), allow(dead_code))]
    pub media: String,
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
        Self::ready(command(arguments))
    }

    /// After a command of the shell that it inherits from.
    #[cfg(target_os = "linux")]
    pub fn start_within(setting: &str) -> Self {
        let mut shell = without_settings("sh");
        let script = format!("{setting} && exec \"$0\" \"$@\"");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_skylink-server")]);
        Self::ready(shell)
    }

    #[cfg(target_os = "linux")]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn ready(mut command: Command) -> Self {
        let mut child =
            command.args(["--listen", "127.0.0.1:0", "--log", "off"]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut media = String::new();
        let ready = lines.map(Result::unwrap).find_map(|line| {
            if let Some((_, port)) = line.split_once("media:      UDP 0.0.0.0:") {
                media = format!("127.0.0.1:{}", port.split(',').next().unwrap());
            }
            line.strip_prefix("ready on http://").map(str::to_owned)
        });
        Self { child, address: ready.expect("the line that says that it is ready"), media }
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
