//! A service with one of everything that operators change.

use hamlet::{background, domain::site::Policy, storage::acts::Act};
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::EMAIL;
use crate::{
    learning::models::label,
    support::{
        app::{TestApp, answer},
        people::{Session, text},
    },
    threats::Operation,
};

pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) me: Session,
    pub(super) comment: String,
    pub(super) model: String,
}

impl World {
    pub(super) async fn of(app: TestApp) -> Self {
        let me = app.first_operator(EMAIL).await;
        app.add_site("garden", &[], Policy::default()).await;
        let comment = app.posted("default", "Ophelia", "There's rosemary.").await;
        label(&app, "nursery", 60, false).await;
        let mut world = Self {
            app,
            me,
            comment,
            model: String::new(),
        };
        let trained = world.made("/api/v1/models", json!({})).await;
        background::train(&world.app.app).await;
        world.model = trained;
        world
    }

    /// The identifier of something made by a request.
    pub(super) async fn made(&self, path: &str, body: Value) -> String {
        let request = self.me.request(&self.app, Method::POST, path);
        let (status, made) = answer(request.json(&body)).await;
        assert!(status.is_success(), "{path}: {made}");
        text(&made["id"]).to_owned()
    }

    /// A mail that was given up.
    pub(super) async fn dead_letter(&self) -> String {
        let url = self.app.app.settings.database_url();
        let pool = sqlx::AnyPool::connect(url.expose_secret()).await.unwrap();
        let text = "INSERT INTO outbox (id, kind, site, email_index, about, status, queued_at, \
                    due_at, created_at) VALUES ('dead', 'reply', 'default', 'x', '{}', 'dead', 0, \
                    9000000000000, 0)";
        sqlx::query(text).execute(&pool).await.unwrap();
        pool.close().await;
        "dead".to_owned()
    }

    /// A request that an operation carries out, and what is needed for that.
    pub(super) async fn request(&self, operation: &Operation) -> RequestBuilder {
        let name = operation.name();
        let person = json!({ "name": "Fortinbras", "email": "fortinbras@norway.example" });
        let block = json!({ "kind": "word", "pattern": "zorblax", "action": "hold" });
        let hook = json!({ "url": "https://hooks.example/", "events": ["comment.received"] });
        let email = json!({ "email": "ophelia@elsinore.example" });
        let (id, body) = match name.as_str() {
            "POST /api/v1/blocks" | "POST /api/v1/sites/{site}/blocks" => (String::new(), block),
            "POST /api/v1/blocks/import" | "POST /api/v1/sites/{site}/blocks/import" => {
                let list = json!({ "list": format!("zorblax {name}"), "action": "hold" });
                (String::new(), list)
            }
            "DELETE /api/v1/blocks/{id}" => (self.made("/api/v1/blocks", block).await, json!({})),
            "DELETE /api/v1/sites/{site}/blocks/{id}" => {
                let made = self.made("/api/v1/sites/default/blocks", block).await;
                (made, json!({}))
            }
            "POST /api/v1/models" => (String::new(), json!({ "site": "default" })),
            "POST /api/v1/models/{id}/activate" => (self.model.clone(), json!({ "force": true })),
            "POST /api/v1/moderators" => (String::new(), person),
            "PATCH /api/v1/moderators/{id}"
            | "DELETE /api/v1/moderators/{id}"
            | "POST /api/v1/moderators/{id}/sign-in-link" => {
                let email = format!("{}@norway.example", operation.method.to_lowercase());
                let person = json!({ "name": "Fortinbras", "email": email });
                let made = self.made("/api/v1/moderators", person).await;
                (made, json!({ "name": "Osric" }))
            }
            "POST /api/v1/outbox/{id}/retry" => (self.dead_letter().await, json!({})),
            "POST /api/v1/samples" => (String::new(), json!({ "text": "Peas", "label": "ham" })),
            "POST /api/v1/sites" => (String::new(), json!({ "slug": "norway" })),
            "PATCH /api/v1/sites/{site}" => (String::new(), json!({ "name": "Elsinore" })),
            "DELETE /api/v1/sites/{site}" | "POST /api/v1/sites/{site}/abuse/trial" => {
                (String::new(), json!({}))
            }
            "POST /api/v1/sites/{site}/keys" => (String::new(), json!({ "name": "WordPress" })),
            "DELETE /api/v1/sites/{site}/keys/{id}" => {
                let path = "/api/v1/sites/default/keys";
                (
                    self.made(path, json!({ "name": "WordPress" })).await,
                    json!({}),
                )
            }
            "POST /api/v1/sites/{site}/webhooks" => (String::new(), hook),
            "DELETE /api/v1/sites/{site}/webhooks/{id}" => {
                let path = "/api/v1/sites/default/webhooks";
                (self.made(path, hook).await, json!({}))
            }
            "POST /api/v1/subjects/erase" | "POST /api/v1/subjects/export" => {
                (String::new(), email)
            }
            "POST /api/v1/tokens" => {
                let new = json!({ "name": "spare", "role": "moderator" });
                (String::new(), new)
            }
            "DELETE /api/v1/tokens/{id}" => {
                let new = json!({ "name": "spare", "role": "moderator" });
                (self.made("/api/v1/tokens", new).await, json!({}))
            }
            "POST /api/v1/sites/{site}/pages/move" => {
                self.app
                    .posted("default", "Osric", "Stands to be moved.")
                    .await;
                let pages = json!({ "from": "/garden", "to": "/orchard" });
                (String::new(), pages)
            }
            "DELETE /api/v1/comments/{id}" | "POST /api/v1/comments/{id}/author/erase" => {
                let said = format!("To be taken away by {name}.");
                (
                    self.app.posted("default", "Laertes", &said).await,
                    json!({}),
                )
            }
            "POST /api/v1/comments/{id}/email" => (self.comment.clone(), json!({})),
            other => panic!("say here how {other} is asked for"),
        };
        let site = if name == "DELETE /api/v1/sites/{site}" {
            "garden"
        } else {
            "default"
        };
        let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
        let path = operation.path_for(site, &id);
        let request = self.me.request(&self.app, method, &path);
        if operation.path == "/api/v1/samples" {
            let kind = "application/x-ndjson";
            return request.header("content-type", kind).body(body.to_string());
        }
        if operation.takes_json {
            request.json(&body)
        } else {
            request
        }
    }

    pub(super) async fn acts(&self) -> Vec<Act> {
        self.app.app.store.acts(None, 1000).await.unwrap()
    }
}
