//! What the person who starts it gets to see.

use std::os::unix::fs::PermissionsExt;

use super::program::{command, run, Program};

fn fails_with_one_sentence(arguments: &[&str], expected: &str) {
    let output = run(arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains(expected), "{errors}");
    assert!(!String::from_utf8(output.stdout).unwrap().contains("ready"));
}

#[test]
fn a_taken_port_ends_it_with_code_2() {
    let program = Program::start(&[]);
    fails_with_one_sentence(
        &["--listen", &program.address],
        &format!("cannot listen on {}", program.address),
    );
}

#[test]
fn a_wrong_file_ends_it_with_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    let file = path.to_str().unwrap();
    fails_with_one_sentence(&["--config", file], "cannot be read");
    for (text, expected) in [
        ("listen: 8080", "line 1"),
        ("\n\nport = 8080", "line 3: unknown field `port`"),
        ("[keys.a]\nmcu = true\n[keys.b]\nspace = \"a\"", "mcu"),
        ("media_listen = \"198.51.100.77:1\"\n[keys.a]\nmcu = true", "media server"),
        ("log = \"a=b=c\"", "log level"),
        ("data = \"/dev/null/x\"", "data folder"),
    ] {
        std::fs::write(&path, text).unwrap();
        fails_with_one_sentence(&["--config", file, "--listen", "127.0.0.1:0"], expected);
    }
}

#[test]
fn it_can_be_set_by_the_environment() {
    let output = command(&[]).env("SKYLINK_LISTEN", "256.0.0.1:1").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("256.0.0.1:1"));
    let output = command(&["--help"]).env("SKYLINK_TOKEN_SECRET", "do not show this text").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("SKYLINK_TOKEN_SECRET"));
    assert!(!help.contains("do not show this text"));
}

#[test]
fn the_key_that_signs_tokens_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let arguments = ["--data", data.to_str().unwrap()];
    drop(Program::start(&arguments));
    let key = std::fs::read(data.join("token-key")).unwrap();
    assert_eq!(key.len(), 32);
    // Nobody else may read what is kept, whatever the one who starts it gives others.
    for kept in [&data, &data.join("token-key"), &data.join("stored-messages.redb")] {
        let mode = std::fs::metadata(kept).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", kept.display());
    }
    drop(Program::start(&arguments));
    assert_eq!(std::fs::read(data.join("token-key")).unwrap(), key);
    let names = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["stored-messages.redb", "token-key"]);
}

/// 1024 connections are few, and anybody can hold them.
#[cfg(target_os = "linux")]
#[test]
fn it_takes_all_the_descriptors_that_it_may_have() {
    let program = Program::start_within("ulimit -S -n 100", &[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", program.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let numbers: Vec<&str> = files.split_whitespace().skip(3).take(2).collect();
    assert_eq!(numbers[0], numbers[1], "{files}");
    assert_ne!(numbers[0], "100");
}
