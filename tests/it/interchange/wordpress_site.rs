//! A WordPress, as far as its REST interface goes: listings by status with their paging headers, posts, application
//! passwords, and the faults that sites have.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;
use url::Url;

/// The application password, as WordPress shows it.
pub const PASSWORD: &str = "abcd EFGH 1234 ijkl MNOP 5678";

/// What goes wrong, each as often as it says.
#[derive(Default)]
pub struct Faults {
    /// The connection is cut in the midst of an answer, from the n-th listing on and so often.
    pub cut: Option<(usize, usize)>,
    /// Answered "too many requests", once.
    pub busy: bool,
    /// Where the front page leads.
    pub moved: Option<String>,
    /// Where it says that the interface is.
    pub said: Option<String>,
    /// Without permalinks: routes are a parameter.
    pub plain: bool,
}

pub struct WordPress {
    pub port: u16,
    /// The listings that were asked for.
    pub asked: Arc<Mutex<Vec<String>>>,
    pub certificate: Option<String>,
}

struct State {
    comments: Vec<Value>,
    faults: Mutex<Faults>,
    asked: Arc<Mutex<Vec<String>>>,
    base: String,
}

/// A comment as the listing has it; its post is private where the id says so.
pub fn comment(id: u64, status: &str, post: &str, base: &str) -> Value {
    json!({
        "id": id, "post": 1, "parent": 0, "author_name": format!("Reader {id}"), "author_email": format!("r{id}@elsinore.example"),
        "author_url": "", "author_ip": "192.0.2.7", "date": "2024-05-06T07:08:09", "date_gmt": "2024-05-06T07:08:09",
        "content": { "raw": format!("The {id}th word about peas &amp; beans."), "rendered": "" },
        "link": format!("https://blog.example/{post}/#comment-{id}"), "status": status, "type": "comment",
        "_links": { "up": [{ "embeddable": true, "post_type": "post", "href": format!("{base}/wp-json/wp/v2/{post}") }] }
    })
}

impl WordPress {
    pub async fn start(
        encrypted: bool,
        faults: Faults,
        comments: impl Fn(&str) -> Vec<Value>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let base = format!(
            "{}://localhost:{port}",
            if encrypted { "https" } else { "http" }
        );
        let asked = Arc::new(Mutex::new(Vec::new()));
        let state = Arc::new(State {
            comments: comments(&base),
            faults: Mutex::new(faults),
            asked: asked.clone(),
            base,
        });
        let (acceptor, certificate) = encrypted.then(tls).unzip();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, acceptor) = (state.clone(), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                state.serve(stream).await;
                            }
                        }
                        None => state.serve(stream).await,
                    }
                });
            }
        });
        Self {
            port,
            asked,
            certificate,
        }
    }
}

fn tls() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.unwrap())
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

fn reply(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
}

fn refused(status: &str, code: &str) -> String {
    let body = json!({ "code": code, "message": "Sorry.", "data": { "status": 0 } }).to_string();
    reply(status, "Content-Type: application/json\r\n", &body)
}

impl State {
    async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let (answer, is_cut) = self.answer(&head);
        let half = answer.len() * 2 / 3;
        let bytes = answer.as_bytes();
        let bytes = if is_cut { &bytes[..half] } else { bytes };
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
    }

    fn answer(&self, head: &str) -> (String, bool) {
        let target = head.split(' ').nth(1).unwrap();
        let url = Url::parse(&self.base).unwrap().join(target).unwrap();
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let path = query.get("rest_route").map_or(url.path(), String::as_str);
        let path = path.trim_start_matches("/wp-json");
        let mut faults = self.faults.lock().unwrap();
        if path == "/" {
            if let Some(to) = &faults.moved {
                return (
                    reply("301 Moved Permanently", &format!("Location: {to}\r\n"), ""),
                    false,
                );
            }
            let root = if faults.plain {
                "/?rest_route=/"
            } else {
                "/wp-json/"
            };
            let root = faults
                .said
                .clone()
                .unwrap_or_else(|| format!("{}{root}", self.base));
            let link = format!("Link: <{root}>; rel=\"https://api.w.org/\"\r\n");
            return (reply("200 OK", &link, "<html>A blog</html>"), false);
        }
        let who = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let pair = value
                .strip_prefix("Basic ")
                .filter(|_| name.eq_ignore_ascii_case("authorization"))?;
            String::from_utf8(BASE64_STANDARD.decode(pair).ok()?).ok()
        });
        match who.as_deref().and_then(|who| who.split_once(':')) {
            Some((user, password)) if password.replace(' ', "") == PASSWORD.replace(' ', "") => {
                if user == "reader" {
                    return (refused("403 Forbidden", "rest_forbidden_context"), false);
                }
            }
            _ => return (refused("401 Unauthorized", "rest_forbidden_context"), false),
        }
        if path == "/wp/v2/posts" {
            return (posts(&query), false);
        }
        if path != "/wp/v2/comments" {
            return (refused("404 Not Found", "rest_no_route"), false);
        }
        if std::mem::take(&mut faults.busy) {
            return (
                reply("429 Too Many Requests", "Retry-After: 0\r\n", "slowly"),
                false,
            );
        }
        let mut asked = self.asked.lock().unwrap();
        asked.push(format!("{}/{}", query["status"], query["page"]));
        let count = asked.len();
        let is_cut = faults.cut.as_mut().is_some_and(|(from, times)| {
            let cuts = count >= *from && *times > 0;
            *times -= usize::from(cuts);
            cuts
        });
        (self.listing(&query, faults.plain), is_cut)
    }

    fn listing(&self, query: &BTreeMap<String, String>, plain: bool) -> String {
        assert_eq!(query["context"], "edit");
        let word = match query["status"].as_str() {
            "approve" => "approved",
            other => other,
        };
        let found: Vec<&Value> = self
            .comments
            .iter()
            .filter(|one| one["status"] == word)
            .collect();
        let (size, page): (usize, usize) = (
            query["per_page"].parse().unwrap(),
            query["page"].parse().unwrap(),
        );
        let shown: Vec<_> = found.iter().skip((page - 1) * size).take(size).collect();
        let headers = format!(
            "Content-Type: application/json\r\nX-WP-Total: {}\r\nX-WP-TotalPages: {}\r\n",
            found.len(),
            found.len().div_ceil(size)
        );
        let mut body = serde_json::to_string(&shown).unwrap();
        if plain {
            body = body.replace("/wp-json/wp/", "/?rest_route=/wp/");
        }
        reply("200 OK", &headers, &body)
    }
}

/// Post 1 is public, 2 private, 3 has a password; others are gone.
fn posts(query: &BTreeMap<String, String>) -> String {
    let posts: Vec<Value> = query["include"]
        .split(',')
        .filter_map(|id| match id {
            "1" => Some(json!({ "id": 1, "status": "publish", "password": "", "title": { "raw": "Peas", "rendered": "Peas" } })),
            "2" => Some(json!({ "id": 2, "status": "private", "password": "", "title": { "rendered": "Private: Beans" } })),
            "3" => Some(json!({ "id": 3, "status": "publish", "password": "secret", "title": { "rendered": "Leeks" } })),
            _ => None,
        })
        .collect();
    reply(
        "200 OK",
        "Content-Type: application/json\r\n",
        &json!(posts).to_string(),
    )
}
