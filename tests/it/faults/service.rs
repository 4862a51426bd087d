//! The program in a process of its own, for faults that must not strike the tests' process.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

/// A running program; killed when dropped.
pub struct Service {
    child: Child,
    pub url: String,
    pub client: Client,
}

impl Service {
    /// Starts `serve` on a data folder. A write beyond a limit on the size of files is an error to the
    /// program, as on a full disk, and not its end.
    pub fn start(data: &Path) -> Self {
        let mut command = Command::new("sh");
        command
            .args([
                "-c",
                "trap '' XFSZ; exec \"$0\" serve",
                env!("CARGO_BIN_EXE_hamlet"),
            ])
            .env("HAMLET_DATA_DIR", data)
            .env("HAMLET_SERVER__LISTEN", "127.0.0.1:0")
            .env("HAMLET_LOG__FILTER", "off")
            .env("HAMLET_INTAKE__NETWORK_HARD_LIMIT", "1000000")
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("standard output"));
        let first = out.lines().next().expect("a line").expect("a line");
        let url = first.rsplit(' ').next().expect("an address").to_owned();
        Self {
            child,
            url,
            client: Client::new(),
        }
    }

    /// No file of the program may grow beyond so many bytes; `None`: as large as they like.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let status = Command::new("prlimit")
            .arg(format!("--pid={}", self.child.id()))
            .arg(format!("--fsize={limit}:unlimited"))
            .status();
        assert!(status.expect("prlimit").success());
    }

    /// Posts a comment; the status, and the id of one that was taken.
    pub async fn post(&self, fields: &Value) -> (StatusCode, Option<String>) {
        let url = format!("{}/api/v1/sites/default/comments", self.url);
        let response = self.client.post(url).json(fields).send().await;
        let response = response.expect("an answer");
        let status = response.status();
        let again = response.headers().contains_key("retry-after");
        assert!(again || status == StatusCode::ACCEPTED, "{status}");
        let body: Value = response.json().await.expect("a body");
        (status, body["id"].as_str().map(str::to_owned))
    }

    /// Asks as someone with a token.
    pub fn get(&self, path: &str, token: &str) -> RequestBuilder {
        let request = self.client.get(format!("{}{path}", self.url));
        request.bearer_auth(token)
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(asked.expect("kill").success());
        assert!(self.child.wait().expect("an end").success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
