//! Settings as the program is given them: by file, by environment, wrong ones.

use super::{hamlet, run, says};

#[test]
fn wrong_settings_stop_the_start_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("HAMLET_SERVER__LISTENN", "127.0.0.1:0", "listenn"),
        ("HAMLET_SERVER__LISTEN", "nowhere", "server.listen"),
        ("HAMLET_MAIL__DIGEST_HOUR", "24", "mail.digest_hour"),
        ("HAMLET_SERVER__PUBLIC_URL", "nowhere", "server.public_url"),
        (
            "HAMLET_PRIVACY__RETIRE_AFTER_SECONDS",
            "0",
            "privacy.retire_after_seconds",
        ),
        ("HAMLET_DATABASE__URL", "mysql://x", "database"),
        (
            "HAMLET_DATABASE__URL",
            "postgres://u:secret@127.0.0.1:1/x",
            "database",
        ),
    ];
    for (variable, value, named) in cases {
        let mut command = hamlet(folder.path(), &["serve"]);
        command.env(variable, value);
        let output = run(command);
        let said = says(&output);
        assert_eq!(output.status.code(), Some(2), "{variable}={value}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(named), "{variable}: {said}");
        assert!(
            !said.contains("secret") && !said.contains("panicked"),
            "{said}"
        );
    }
    let mut busy = hamlet(folder.path(), &["serve"]);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    busy.env(
        "HAMLET_SERVER__LISTEN",
        listener.local_addr().unwrap().to_string(),
    );
    let output = run(busy);
    assert_eq!(output.status.code(), Some(1));
    assert!(says(&output).contains("cannot listen"), "{}", says(&output));
}

#[test]
fn a_file_overrides_defaults_and_the_environment_overrides_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    std::fs::write(&file, "[mail]\ndigest_hour = 99\n").unwrap();
    let mut command = hamlet(
        folder.path(),
        &["doctor", "--config", file.to_str().unwrap()],
    );
    let refused = run(hamlet(
        folder.path(),
        &["doctor", "--config", file.to_str().unwrap()],
    ));
    assert_eq!(refused.status.code(), Some(2));
    command.env("HAMLET_MAIL__DIGEST_HOUR", "9");
    assert_eq!(run(command).status.code(), Some(0));
    let missing = run(hamlet(
        folder.path(),
        &["doctor", "--config", "/nowhere/own.toml"],
    ));
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn addresses_among_the_settings_are_written_as_people_write_them_or_said_how() {
    let folder = tempfile::tempdir().unwrap();
    let doctor = |name: &str, value: &str| {
        let mut doctor = hamlet(folder.path(), &["doctor"]);
        doctor.env(name, value);
        let ran = run(doctor);
        (ran.status.code(), says(&ran))
    };
    let (proxies, listen) = ("HAMLET_SERVER__TRUSTED_PROXIES", "HAMLET_SERVER__LISTEN");
    let zone = "HAMLET_MAIL__TIME_ZONE";
    for (name, value) in [
        (proxies, "127.0.0.1"),
        (proxies, "::1"),
        (proxies, "10.0.0.0/8, 127.0.0.1"),
        (listen, "localhost:0"),
        (zone, "Europe/Berlin"),
        (zone, "utc"),
    ] {
        assert_eq!(doctor(name, value).0, Some(0), "{value}");
    }
    for (name, value, how) in [
        (proxies, "localhost", "write an address such as 127.0.0.1"),
        (
            listen,
            "8080",
            "write an address and a port such as 127.0.0.1:8080",
        ),
        (listen, "example.org:8080", "write an address and a port"),
        (zone, "Elsinore", "write a time zone such as Europe/Berlin"),
    ] {
        let (code, said) = doctor(name, value);
        assert_eq!(code, Some(2), "{value}: {said}");
        assert!(
            said.contains(how) && !said.contains("example.org"),
            "{value}: {said}"
        );
    }
}
