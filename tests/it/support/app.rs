//! The service, started in this process on a free port with a database of its own, a clock that
//! stops until a test moves it, and background jobs that tests drive by hand.

use std::{sync::Arc, time::Duration};

use hamlet::{
    app::App,
    background,
    clock::Clock,
    config::Settings,
    domain::{
        comment::{Comment, CommentId},
        decision::{Actor, Change, Decision, Door, Outcome, Wish},
        moderator::{Principal, Role, Scope},
        origin::Origin,
        site::{Policy, Site, SiteSlug},
    },
    privacy::presence,
    review,
    web::server,
};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use secrecy::ExposeSecret;
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;

use super::{postgres::Database, template};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A running service.
pub struct TestApp {
    pub app: Arc<App>,
    pub url: String,
    pub client: Client,
    pub folder: TempDir,
    _database: Option<Database>,
    server: actix_web::dev::ServerHandle,
}

/// Settings of a test, changed from the defaults by variables such as `("MAIL__URL", "…")`.
pub type Variables<'a> = &'a [(&'a str, &'a str)];

impl TestApp {
    /// Starts the service; `None` when the engine is not to be had here, which is said visibly.
    pub async fn start(engine: Engine, variables: Variables<'_>) -> Option<Self> {
        let (settings, folder, database) = Self::prepare(engine, variables).await?;
        template::copy_for(&settings).await;
        Some(Self::serve(settings, Clock::manual(), folder, database).await)
    }

    /// The same, but that the service makes its database itself, as it does when it is first started.
    pub async fn start_from_nothing(engine: Engine, variables: Variables<'_>) -> Option<Self> {
        let (settings, folder, database) = Self::prepare(engine, variables).await?;
        Some(Self::serve(settings, Clock::manual(), folder, database).await)
    }

    async fn prepare(
        engine: Engine,
        variables: Variables<'_>,
    ) -> Option<(Settings, TempDir, Option<Database>)> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Database::create().await?),
        };
        let url = database.as_ref().map(Database::url).unwrap_or_default();
        let folder_path = folder.path().join("data").display().to_string();
        let mut all = vec![
            ("DATA_DIR", folder_path.as_str()),
            ("SERVER__LISTEN", "127.0.0.1:0"),
            ("SERVER__PUBLIC_URL", "http://hamlet.test"),
            ("SERVER__WORKERS", "1"),
            ("DATABASE__URL", &url),
        ];
        all.extend_from_slice(variables);
        let all = all
            .into_iter()
            .map(|(name, value)| (format!("HAMLET_{name}"), value.to_owned()));
        let settings = Settings::from_sources(None, all.collect()).expect("settings");
        Some((settings, folder, database))
    }

    /// Starts another instance on the same database, with the same clock: on a disk of its own, where
    /// nothing but the key file is what the first one has.
    pub async fn join(&self) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut settings = self.app.settings.clone();
        settings.database.url = settings.database_url();
        settings.data_dir = folder.path().join("data");
        std::fs::create_dir_all(&settings.data_dir).expect("a data folder");
        std::fs::copy(self.app.settings.key_file(), settings.key_file()).expect("the key file");
        Self::serve(settings, self.app.clock.clone(), folder, None).await
    }

    async fn serve(
        settings: Settings,
        clock: Clock,
        folder: TempDir,
        database: Option<Database>,
    ) -> Self {
        let app = App::build(settings, clock, true)
            .await
            .expect("an application");
        let (server, address) = server::bind(&app).expect("a listener");
        presence::arrive(&app.privacy)
            .await
            .expect("keys that may seal");
        let handle = server.handle();
        tokio::spawn(server);
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()
            .expect("a client");
        Self {
            app,
            url: format!("http://{address}"),
            client,
            folder,
            _database: database,
            server: handle,
        }
    }

    /// A request to a path of the service.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// A GET request.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// A POST request with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path).json(body)
    }

    /// Adds a site.
    pub async fn add_site(&self, slug: &str, origins: &[&str], policy: Policy) {
        let site = Site {
            slug: SiteSlug::parse(slug).expect("a slug"),
            name: slug.to_owned(),
            origins: origins
                .iter()
                .filter_map(|origin| Origin::parse(origin))
                .collect(),
            policy,
            created_at: self.app.now(),
        };
        assert!(self.app.store.add_site(site).await.expect("a site"));
        background::refresh(&self.app).await;
    }

    /// Posts a comment to a site as JSON.
    pub fn comment(&self, site: &str, fields: &Value) -> RequestBuilder {
        self.post(&format!("/api/v1/sites/{site}/comments"), fields)
    }

    /// The stored comment that an answer's `id` names.
    pub async fn stored(&self, answer: &Value) -> Comment {
        let id = CommentId::parse(answer["id"].as_str().expect("an id")).expect("an id");
        let found = self
            .app
            .store
            .comment(&Scope::All, id)
            .await
            .expect("the store");
        found.expect("a stored comment")
    }

    /// Approves the comment that an answer's `id` names.
    pub async fn approve(&self, answer: &Value) {
        self.decide(answer, Decision::Approve).await;
    }

    /// Decides about the comment that an answer's `id` names.
    pub async fn decide(&self, answer: &Value, decision: Decision) {
        self.decide_all(std::slice::from_ref(answer), decision)
            .await;
    }

    /// Decides about the comments that answers name, through the one door for decisions.
    pub async fn decide_all(&self, answers: &[Value], decision: Decision) {
        let wish = |answer: &Value| Wish {
            id: CommentId::parse(answer["id"].as_str().expect("an id")).expect("an id"),
            version: None,
            change: Change::Decide(decision),
        };
        let wishes = answers.iter().map(wish).collect();
        let outcomes = review::decide(&self.app.review, &somebody(), wishes, None)
            .await
            .expect("the store");
        assert!(
            outcomes
                .iter()
                .all(|outcome| matches!(outcome, Outcome::Done(..)))
        );
    }

    /// Moves the clock and runs the jobs that look at it.
    pub async fn pass(&self, time: Duration) {
        self.app.clock.advance(time);
        background::refresh(&self.app).await;
        background::forget(&self.app).await;
    }

    /// Runs statements behind the service's back.
    pub async fn sql(&self, statements: &str) {
        let url = self.app.settings.database_url();
        let mut connection = AnyConnection::connect(url.expose_secret()).await.unwrap();
        let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
        connection.execute(statements).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The same with the schema's own checks out of the way, as a failing disk or an older version leaves them.
    pub async fn damage(&self, statements: &str) {
        let unchecked = match self.app.store.engine_name() {
            "sqlite" => "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;",
            _ => {
                "DO $$ DECLARE c RECORD; BEGIN FOR c IN SELECT conrelid::regclass AS t, conname AS n \
                 FROM pg_constraint WHERE contype IN ('c', 'f') \
                 AND connamespace = 'public'::regnamespace LOOP \
                 EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.n); END LOOP; END $$;"
            }
        };
        self.sql(&format!("{unchecked} {statements}")).await;
    }

    /// Ends the service at once, as its clients see it: no further answer leaves it.
    pub async fn die(self) {
        self.server.stop(false).await;
    }

    /// Stops the service and closes the database.
    pub async fn stop(self) {
        self.server.stop(true).await;
        self.app.store.close().await;
    }
}

/// Sends a request and reads the answer as status and JSON (null when it is not JSON).
pub async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// Defines a test that runs on both engines: `on_both_engines!(name, [settings…], |app| async …)`.
#[macro_export]
macro_rules! on_both_engines {
    ($name:ident, $variables:expr, $body:expr) => {
        async fn $name(engine: $crate::support::app::Engine) {
            use $crate::support::app::TestApp;
            if let Some(app) = TestApp::start(engine, $variables).await {
                let body = $body;
                body(app).await;
            }
        }

        mod $name {
            use $crate::support::app::Engine;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name(Engine::Postgres).await;
            }
        }
    };
    ($name:ident, $body:expr) => {
        $crate::on_both_engines!($name, &[], $body);
    };
}

/// Somebody who may decide everywhere.
pub fn somebody() -> Principal {
    Principal {
        actor: Actor {
            id: "test".to_owned(),
            name: "Test".to_owned(),
            via: Door::Command,
        },
        role: Role::Moderator,
        scope: Scope::All,
        moderator: None,
    }
}
