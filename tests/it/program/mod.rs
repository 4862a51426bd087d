//! The program itself: started, asked, stopped, and told wrong things.

mod compiled_in;
mod settings;

use std::{
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::{Value, json};

/// How long a service may take to stop: it gives mail and webhooks ten seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program with a data folder of its own and no settings of the environment.
pub fn hamlet(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hamlet"));
    command
        .args(arguments)
        .env_clear()
        .env("HAMLET_DATA_DIR", folder.join("data"))
        .env("HAMLET_SERVER__LISTEN", "127.0.0.1:0");
    command
}

pub fn run(mut command: Command) -> Output {
    command.output().expect("the program runs")
}

pub fn says(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A started service. Its log is read while it runs, or it would wait for a full pipe.
struct Service {
    child: Child,
    log: JoinHandle<String>,
    welcome: String,
    url: String,
}

impl Service {
    fn start(command: Command) -> Self {
        Self::start_with_log(command, Stdio::piped())
    }

    fn start_with_log(mut command: Command, log: Stdio) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("standard output")).lines();
        let first = lines.next().expect("a line").expect("a line");
        let url = first.rsplit(' ').next().expect("an address").to_owned();
        let mut welcome = first;
        if command.get_args().any(|argument| argument == "--demo") {
            for line in lines.by_ref().take(3) {
                welcome.push('\n');
                welcome.push_str(&line.expect("a line"));
            }
        }
        let stderr = child.stderr.take();
        let log = thread::spawn(move || {
            let mut log = String::new();
            if let Some(mut stderr) = stderr {
                stderr.read_to_string(&mut log).expect("a log");
            }
            log
        });
        Self {
            child,
            log,
            welcome,
            url,
        }
    }

    /// Asks it to stop; its exit code and its log. One that does not stop is killed and fails the test.
    fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        let kill = |signal: &str| Command::new("kill").args([signal, pid.as_str()]).status();
        assert!(kill("-TERM").expect("kill").success());
        let (ended, end) = mpsc::channel();
        thread::spawn(move || ended.send(self.child.wait().expect("an end")));
        let Ok(status) = end.recv_timeout(PATIENCE) else {
            kill("-KILL").expect("kill");
            panic!("it did not stop within {PATIENCE:?}");
        };
        (status.code(), self.log.join().expect("a log"))
    }
}

#[tokio::test]
async fn the_demo_can_be_moderated_with_what_its_start_prints() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(hamlet(folder.path(), &["serve", "--demo"]));
    assert!(service.welcome.contains("/sign-in/"), "{}", service.welcome);
    let token = service.welcome.rsplit(' ').next().unwrap().to_owned();
    let client = reqwest::Client::new();
    let page = client
        .get(format!("{}/demo", service.url))
        .send()
        .await
        .unwrap();
    assert!(page.text().await.unwrap().contains("Leave a comment"));
    let queue = client
        .get(format!("{}/api/v1/comments?site=demo", service.url))
        .bearer_auth(&token);
    let queue: Value = queue.send().await.unwrap().json().await.unwrap();
    let counts = &queue["counts"];
    let judged = counts["pending"].as_i64().unwrap() + counts["spam"].as_i64().unwrap();
    assert_eq!(judged, 4, "the samples: {queue}");
    let (code, log) = service.stop();
    assert_eq!(code, Some(0));
    assert!(!log.contains(&token) && !log.contains("/sign-in/"), "{log}");
}

#[tokio::test]
async fn it_finishes_what_is_in_flight_and_logs_nothing_personal() {
    let folder = tempfile::tempdir().unwrap();
    let (service, metrics) = with_metrics(folder.path());
    let client = reqwest::Client::new();
    let fields = json!({ "page": "/private-page", "name": "Gertrude", "email": "gertrude@secret-mailbox.example",
                         "website": "https://own-site.example", "text": "More matter, with less art." });
    let url = format!("{}/api/v1/sites/default/comments", service.url);
    let response = client.post(&url).json(&fields).send().await.unwrap();
    assert_eq!(response.status(), 202);
    let refused = client
        .post(&url)
        .json(&json!({ "email": "gertrude@secret-mailbox.example" }))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 422);
    client
        .get(format!("{url}?page=/private-page"))
        .send()
        .await
        .unwrap();
    let exported = client
        .get(&metrics)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for name in [
        "hamlet_http_requests_total",
        "hamlet_verdicts_total",
        "hamlet_score_bucket",
        "hamlet_model_info",
    ] {
        assert!(exported.contains(name), "{name}: {exported}");
    }
    let listens = service.url.trim_start_matches("http://").to_owned();
    let health = || {
        let mut command = hamlet(folder.path(), &["health"]);
        command.env("HAMLET_SERVER__LISTEN", &listens);
        run(command).status.code()
    };
    assert_eq!(health(), Some(0));
    let known = crate::metrics::named(include_str!("../../../docs/metrics.md"));
    let unknown: Vec<_> = crate::metrics::named(&exported)
        .difference(&known)
        .cloned()
        .collect();
    assert!(unknown.is_empty(), "not in docs/metrics.md: {unknown:?}");
    let (code, log) = service.stop();
    assert_eq!(code, Some(0));
    assert!(log.contains("answered"), "requests are logged");
    assert_eq!(health(), Some(1), "it is gone");
    for personal in [
        "Gertrude",
        "gertrude",
        "secret-mailbox",
        "own-site",
        "private-page",
        "More matter",
        "127.0.0.1\"",
        "127.0.0.0",
    ] {
        assert!(!log.contains(personal), "{personal} is in the log");
        assert!(!exported.contains(personal), "{personal} is in the metrics");
    }
}

#[tokio::test]
async fn it_serves_and_stops_when_nobody_reads_its_log_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, log) = io::pipe().unwrap();
    drop(reader);
    let service = Service::start_with_log(hamlet(folder.path(), &["serve"]), log.into());
    let ready = reqwest::get(format!("{}/health/ready", service.url)).await;
    assert_eq!(ready.unwrap().status(), 200);
    assert_eq!(service.stop().0, Some(0));
}

#[tokio::test]
async fn whatever_methods_a_stranger_invents_there_is_one_series_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let (service, metrics) = with_metrics(folder.path());
    let client = reqwest::Client::new();
    for method in ["BREW", "WHEN", "get"] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        client.request(method, &service.url).send().await.unwrap();
    }
    let exported = client.get(&metrics).send().await.unwrap();
    let exported = exported.text().await.unwrap();
    let series: Vec<_> = exported
        .lines()
        .filter(|line| line.starts_with("hamlet_http_requests_total{") && !line.contains("/health"))
        .collect();
    assert_eq!(series.len(), 1, "{series:?}");
    assert!(series[0].contains("method=\"other\"") && series[0].ends_with(" 3"));
    assert_eq!(service.stop().0, Some(0));
}

/// A listener takes connections and never answers. Eight deliveries are on their way at once: as long as the
/// queue was worked off first, stopping took one after the other.
#[tokio::test]
async fn stopping_does_not_wait_for_programs_that_never_answer() {
    let folder = tempfile::tempdir().unwrap();
    let hook = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut command = hamlet(folder.path(), &["serve"]);
    command.env("HAMLET_WEBHOOKS__ALLOW_NETWORKS", "127.0.0.0/8");
    let service = Service::start(command);
    let made = run(hamlet(
        folder.path(),
        &["token", "add", "--role", "operator", "--name", "tests"],
    ));
    let token = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let client = reqwest::Client::new();
    let site = format!("{}/api/v1/sites/default", service.url);
    let mut items = Vec::new();
    for number in 0..40 {
        let fields = json!({ "page": format!("/{number}"), "name": "Osric", "email": format!("o{number}@example.org"),
                             "text": format!("A hit, number {number}, a very palpable hit.") });
        let posted = client.post(format!("{site}/comments")).json(&fields);
        let posted: Value = posted.send().await.unwrap().json().await.unwrap();
        items.push(json!({ "id": posted["id"], "version": 1 }));
    }
    let wanted = json!({ "url": format!("http://{}/", hook.local_addr().unwrap()), "events": ["comment.decided"] });
    let request = client.post(format!("{site}/webhooks")).bearer_auth(&token);
    let made = request.json(&wanted).send().await.unwrap();
    assert_eq!(made.status(), 201);
    // All of it is news at one moment.
    let decided = client.post(format!("{}/api/v1/decisions", service.url));
    let wish = json!({ "decision": "reject", "items": items });
    let decided = decided.bearer_auth(&token).json(&wish).send().await;
    assert_eq!(decided.unwrap().status(), 200);
    let mut held = vec![hook.accept().await.unwrap()];
    let stopped = tokio::task::spawn_blocking(|| service.stop());
    let (code, log) = tokio::select! {
        stopped = stopped => stopped.unwrap(),
        () = async { loop { held.push(hook.accept().await.unwrap()); } } => unreachable!(),
    };
    assert_eq!(code, Some(0));
    assert!(held.len() <= 8, "{} were begun: {log}", held.len());
}

/// The service, telling all in its log, and where its metrics are.
fn with_metrics(folder: &Path) -> (Service, String) {
    let address = free_address();
    let mut command = hamlet(folder, &["serve"]);
    command
        .env("HAMLET_LOG__FILTER", "trace,sqlx=info")
        .env("HAMLET_METRICS__LISTEN", &address);
    (Service::start(command), format!("http://{address}/metrics"))
}

/// An address that was free a moment ago.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

#[test]
fn the_doctor_sees_what_is_wrong_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = run(hamlet(folder.path(), &["doctor"]));
    assert_eq!(fresh.status.code(), Some(0), "{}", says(&fresh));
    Service::start(hamlet(folder.path(), &["serve"])).stop();
    let after = run(hamlet(folder.path(), &["doctor", "--json"]));
    assert_eq!(after.status.code(), Some(0));
    let findings: Value = serde_json::from_slice(&after.stdout).unwrap();
    assert!(
        findings
            .as_array()
            .unwrap()
            .iter()
            .all(|finding| finding["well"] == true)
    );
    std::fs::remove_file(folder.path().join("data/hamlet.key")).unwrap();
    let lost = run(hamlet(folder.path(), &["doctor"]));
    assert_eq!(lost.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&lost.stdout).contains("restore the key file"));
}

#[test]
fn a_schema_that_is_behind_is_refused_when_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(hamlet(folder.path(), &["serve", "--no-migrate"]));
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        says(&refused).contains("--no-migrate"),
        "{}",
        says(&refused)
    );
}
