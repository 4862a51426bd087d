//! People and programs who use a service under test: tokens, and sessions with their cookie and
//! CSRF token.

use hamlet::{
    accounts::{self, tokens},
    domain::{
        moderator::{Role, Scope},
        site::SiteSlug,
    },
};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::app::{TestApp, answer};

/// The password of everyone in tests.
pub const PASSWORD: &str = "brevity is the soul of wit";

/// A browser that signed in.
pub struct Session {
    pub cookie: String,
    pub csrf: String,
}

impl Session {
    /// What a response's `Set-Cookie` leaves in the browser.
    pub fn cookie_of(response: &Response) -> String {
        let header = response.headers()["set-cookie"].to_str().expect("text");
        header.split(';').next().expect("a pair").to_owned()
    }

    /// A request with the cookie, and with the CSRF token as scripts send it.
    pub fn request(&self, app: &TestApp, method: Method, path: &str) -> RequestBuilder {
        app.request(method, path)
            .header("cookie", &self.cookie)
            .header("x-csrf-token", &self.csrf)
    }

    /// A form sent by a page, its CSRF token among the fields.
    pub fn form(&self, app: &TestApp, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let mut fields = fields.to_vec();
        fields.push(("csrf", &self.csrf));
        app.request(Method::POST, path)
            .header("cookie", &self.cookie)
            .form(&fields)
    }

    /// A page as it is shown to them.
    pub async fn page(&self, app: &TestApp, path: &str) -> String {
        let request = app.get(path).header("cookie", &self.cookie);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.expect("a page")
    }

    /// Sends a form of a page; the status and the page that answers.
    pub async fn send(&self, app: &TestApp, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let response = self.form(app, path, fields).send().await;
        let response = response.expect("an answer");
        let status = response.status().as_u16();
        (status, response.text().await.expect("a page"))
    }
}

impl TestApp {
    /// A token for these sites; for all when none is named.
    pub async fn token(&self, role: Role, sites: &[&str]) -> String {
        let slugs = sites
            .iter()
            .map(|slug| SiteSlug::parse(slug).expect("a slug"));
        let scope = if sites.is_empty() {
            Scope::All
        } else {
            Scope::Sites(slugs.collect())
        };
        let (store, now) = (&self.app.store, self.app.now());
        let minted = tokens::mint(store, "tests".to_owned(), role, scope, now).await;
        minted.expect("a token").secret
    }

    /// A request with a token.
    pub fn with(&self, token: &str, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(token)
    }

    /// Signs the first operator in by the link that the first start prints.
    pub async fn first_operator(&self, email: &str) -> Session {
        let link = accounts::first_link(&self.app).await.expect("the store");
        self.accept(&link.expect("a link"), "Horatio", email).await
    }

    /// Adds a moderator for these sites (all when none is named) and signs them in.
    pub async fn moderator(&self, operator: &Session, email: &str, sites: &[&str]) -> Session {
        let mut new = json!({ "name": "Marcellus", "email": email });
        if !sites.is_empty() {
            new["sites"] = json!(sites);
        }
        let request = operator.request(self, Method::POST, "/api/v1/moderators");
        let (status, added) = answer(request.json(&new)).await;
        assert_eq!(status, 201, "{added}");
        let link = added["sign_in_link"].as_str().expect("a link");
        self.accept(link, "Marcellus", email).await
    }

    /// Uses a link for the first time.
    async fn accept(&self, link: &str, name: &str, email: &str) -> Session {
        let path = link.strip_prefix("http://hamlet.test").expect("our link");
        let fields = [("name", name), ("email", email), ("password", PASSWORD)];
        let request = self.request(Method::POST, path).form(&fields);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 303, "{:?}", response.text().await);
        self.session(Session::cookie_of(&response)).await
    }

    /// A session by its cookie.
    pub async fn session(&self, cookie: String) -> Session {
        let (_, me) = answer(self.get("/api/v1/me").header("cookie", &cookie)).await;
        let csrf = me["csrf_token"].as_str().expect("a token").to_owned();
        Session { cookie, csrf }
    }

    /// Posts a genuine comment to a site; the stored comment's id.
    pub async fn posted(&self, site: &str, name: &str, text: &str) -> String {
        let email = format!("{}@elsinore.example", name.to_lowercase());
        let fields = json!({ "page": "/garden", "name": name, "email": email, "text": text });
        let (status, posted) = answer(self.comment(site, &fields)).await;
        assert!(status.is_success(), "{posted}");
        posted["id"].as_str().expect("an id").to_owned()
    }
}

/// A JSON value's text.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
