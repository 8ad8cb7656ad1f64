#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::io::Write;

use super::*;

fn load(text: &str) -> Result<Settings, SettingsError> {
    load_with(text, CommandLine::default())
}

fn load_with(text: &str, command_line: CommandLine) -> Result<Settings, SettingsError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    Settings::load(CommandLine { config: Some(file.path().to_owned()), ..command_line })
}

#[test]
fn no_file_is_needed() {
    let settings = Settings::load(CommandLine::default()).unwrap();
    assert_eq!(settings.listen, "127.0.0.1:8080");
    let names: Vec<&String> = settings.keys.keys().collect();
    assert_eq!(names, ["demo", "demo-persistent", "demo-privileged"]);
    assert!(!settings.keys["demo"].persistent_messages);
    assert!(settings.keys["demo-persistent"].persistent_messages);
    assert!(settings.keys["demo-privileged"].privileged);
    assert!(settings.ice_servers.is_empty());
}

#[test]
fn the_example_file_is_complete_and_valid() {
    let example = include_str!("../../skylink-server.example.toml");
    let settings = load(example).unwrap();
    assert!(settings.keys["my-app"].secret.is_some());
    assert_eq!(settings.ice_servers.len(), 2);
    assert!(settings.keys["my-app"].recording_token.is_some());
    assert_eq!(settings.recording.simultaneous, 10);
}

#[test]
fn the_settings_that_people_are_shown_are_valid() {
    let page = include_str!("../../../docs/hosting.md");
    let shown = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let settings = load(shown).unwrap();
    assert!(settings.keys["my-app"].mcu);
    assert_eq!((settings.media_address.len(), settings.live_streams.at_once), (1, 4));
    let demo = load(include_str!("../../../www/demo.toml")).unwrap();
    assert!(demo.keys.keys().eq(default_keys().keys()) && demo.keys.values().all(|key| key.mcu));
}

#[test]
fn recordings_are_in_the_folder_for_data_unless_they_have_their_own() {
    assert_eq!(load("").unwrap().recording.folder, None);
    let settings = load("data = \"/d\"\n[recording]\nkept_days = 2\nlink_hours = 0").unwrap();
    assert_eq!(settings.recording.folder, Some("/d/recordings".into()));
    assert_eq!(settings.recording.retention.age, Some(172_800_000));
    assert!(settings.recording.link_lifetime.is_zero());
    let settings = load("data = \"/d\"\n[recording]\nfolder = \"/r\"").unwrap();
    assert_eq!(settings.recording.folder, Some("/r".into()));
}

#[test]
fn flags_go_before_the_file() {
    let settings = load_with(
        "listen = \"0.0.0.0:1\"\nping_timeout_seconds = 7\n[keys.a]",
        CommandLine {
            listen: Some("0.0.0.0:2".into()),
            app_keys: vec!["b".into()],
            ..CommandLine::default()
        },
    )
    .unwrap();
    assert_eq!(settings.listen, "0.0.0.0:2");
    assert_eq!(settings.ping_timeout, Duration::from_secs(7));
    assert_eq!(settings.keys.keys().collect::<Vec<_>>(), ["b"]);
}

#[test]
fn a_wrong_file_is_explained_in_one_sentence_without_its_secrets() {
    for (text, expected) in [
        ("colour = 1", "line 1: unknown field `colour`"),
        ("\n[keys.a]\ncolor = true", "line 3: unknown field `color`"),
        ("listen = ", "line 1"),
        ("[limits]\nroom_members = \"many\"", "line 2: invalid type"),
        ("[limits]\nroom_members = 0", "room_members must be greater"),
        ("ping_interval_seconds = 0", "must be greater than 0"),
        ("media_listen = \"nowhere\"", "media_listen \"nowhere\" must be"),
        ("metrics_listen = \"9464\"", "metrics_listen \"9464\" must be"),
        ("media_tcp = \"on\"", "media_tcp \"on\" must be"),
        ("media_address = [\"rtc.example.net\"]", "media_address \"rtc.example.net\" must be"),
        ("media_threads = 0", "media_threads must be greater"),
        ("public_address = \"https://a\"", "without a scheme"),
        ("trusted_proxies = [\"proxy\"]", "the trusted proxy \"proxy\" must be"),
        ("token_secret = \"topsecret\"", "at least 16"),
        ("[recording]\nsimultaneous = 0", "simultaneous must be greater"),
        ("[recording]\nwebhook = \"ftp://a\"", "the webhook must begin with http://"),
        ("[keys.a]\nrecording_token = \"topsecret\"", "\"a\" must have at least 16"),
        ("[[ice_servers]]\nurls = [\"turn:a\"]", "needs either a secret"),
        ("[[ice_servers]]\nurls = [\"turn:a\"]\nsecret = \"\"", "the secret of turn:a is empty"),
        ("[keys.a]\nsecret = \"\"", "the secret of the app key \"a\" is empty"),
        ("[recording]\nwebhook_secret = \"\"", "the webhook_secret is empty"),
        ("[keys.\"\"]", "the name of an app key is empty"),
        ("[keys.a]\norigins = []", "nobody can use the app key \"a\""),
        ("[keys.a]\norigins = [\"a.example\"]", "\"a.example\" of the app key \"a\" must be"),
        ("[keys.a]\norigins = [\"https://a.example/x\"]", "without a path"),
        ("[keys.a]\nsecret = [\"topsecret\"]", "line 2: invalid type"),
    ] {
        let message = load(text).expect_err(text).to_string();
        assert!(message.contains(expected), "{text}: {message}");
        assert!(!message.contains('\n'), "{message}");
        assert!(!message.contains("topsecret"), "{message}");
    }
    let nameless = clap::Parser::parse_from(["skylink-server", "--app-key="]);
    let message = load_with("[keys.a]", nameless).expect_err("no name").to_string();
    assert_eq!(message, "the name of an app key is empty");
    let missing =
        Settings::load(CommandLine { config: Some("/nowhere/at/all.toml".into()), ..CommandLine::default() });
    let message = missing.expect_err("no file").to_string();
    assert!(message.contains("/nowhere/at/all.toml cannot be read"));
}

#[test]
fn origins_fit_whatever_browsers_leave_out() {
    let settings = load("[keys.a]\norigins = [\"https://App.example:443/\"]").unwrap();
    assert!(settings.keys["a"].allows_origin("https://app.example"));
    // Credentials remain.
    assert!(load("[keys.a]\norigins = []\nsecret = \"0123456789abcdefg\"").is_ok());
}

#[test]
fn short_secrets_of_others_work_with_a_warning() {
    let settings =
        load("[keys.a]\nsecret = \"topsecret\"\n[keys.b]\nsecret = \"0123456789abcdefg\"").unwrap();
    let warnings = settings.warnings();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].starts_with("the secret of the app key \"a\" has less than 16"), "{warnings:?}");
    let example = load(include_str!("../../skylink-server.example.toml")).unwrap();
    assert_eq!(example.warnings(), Vec::<String>::new());
}

#[test]
fn secrets_are_never_printed() {
    let settings = load("token_secret = \"0123456789abcdefg\"\n[keys.a]\nsecret = \"topsecret\"");
    let printed = format!("{:?}", settings.unwrap());
    assert!(!printed.contains("0123456789") && !printed.contains("topsecret"));
}

#[cfg(feature = "media-server")]
#[test]
fn a_media_server_is_for_all_keys_of_a_space() {
    let settings = load("media_address = [\"203.0.113.5\"]\n[keys.a]\nmcu = true\n[keys.b]").unwrap();
    assert!(settings.keys["a"].mcu && !settings.keys["b"].mcu);
    assert_eq!(settings.media_address, ["203.0.113.5".parse().unwrap()]);
    let message = load("[keys.a]\nmcu = true\n[keys.b]\nspace = \"a\"").expect_err("both").to_string();
    assert!(message.contains("\"a\" and \"b\" share their rooms"), "{message}");
}

#[cfg(not(feature = "media-server"))]
#[test]
fn a_build_without_media_server_says_so() {
    let message = load("[keys.a]\nmcu = true").expect_err("none").to_string();
    assert!(message.contains("this build has none"), "{message}");
}
