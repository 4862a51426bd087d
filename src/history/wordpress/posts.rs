//! Which posts are public: asked for by their collections, and put beside their comments as the listing's reader
//! expects it (`_embedded.up`). A post that cannot be found counts as one that is not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use url::Url;

use super::{
    AskError, PAGE,
    client::{Client, SiteAnswer},
    route,
};

/// The posts that were asked for, by collection and id.
#[derive(Default)]
pub(super) struct Posts(HashMap<String, Value>);

impl Posts {
    /// Puts beside each comment what is known of its post.
    pub(super) async fn put_beside(
        &mut self,
        client: &Client,
        root: &Url,
        comments: &mut [Value],
    ) -> Result<(), AskError> {
        let mut missing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for link in comments.iter().filter_map(link) {
            if let Some((collection, id)) = place(root, link)
                && !self.0.contains_key(&format!("{collection}/{id}"))
            {
                missing.entry(collection).or_default().insert(id);
            }
        }
        for (collection, ids) in missing {
            let ids: Vec<String> = ids.into_iter().collect();
            for some in ids.chunks(PAGE as usize) {
                self.ask(client, root, &collection, some).await?;
            }
        }
        for comment in comments {
            let post = link(comment).and_then(|link| {
                let (collection, id) = place(root, link)?;
                self.0.get(&format!("{collection}/{id}")).cloned()
            });
            let post = post.unwrap_or_else(|| json!({ "status": "unknown" }));
            if let Value::Object(fields) = comment {
                fields.insert("_embedded".to_owned(), json!({ "up": [post] }));
            }
        }
        Ok(())
    }

    async fn ask(
        &mut self,
        client: &Client,
        root: &Url,
        collection: &str,
        ids: &[String],
    ) -> Result<(), AskError> {
        let (ids, size) = (ids.join(","), PAGE.to_string());
        let parameters = [
            ("context", "edit"),
            ("status", "any"),
            ("include", &ids),
            ("per_page", &size),
            ("_fields", "id,status,password,content.protected,title"),
        ];
        let answer = match client.ask(route(root, collection, &parameters)).await {
            Ok(answer) => answer,
            // A kind of post that this user may not read, or that is no collection: media have no such status.
            Err(AskError::Status {
                status: 400..=404, ..
            }) => return Ok(()),
            Err(error) => return Err(error),
        };
        for post in list(&answer) {
            let Some(id) = post.get("id").and_then(Value::as_u64) else {
                continue;
            };
            let has_password = post
                .get("password")
                .and_then(Value::as_str)
                .is_some_and(|password| !password.is_empty());
            let content = post
                .get("content")
                .and_then(|content| content.get("protected"));
            let protected = has_password || content == Some(&Value::Bool(true));
            let kept = json!({
                "status": post.get("status"), "title": post.get("title"),
                "content": { "protected": protected }
            });
            self.0.insert(format!("{collection}/{id}"), kept);
        }
        Ok(())
    }
}

fn list(answer: &SiteAnswer) -> Vec<Value> {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// A comment's link to its post in the interface.
fn link(comment: &Value) -> Option<&str> {
    comment
        .get("_links")?
        .get("up")?
        .get(0)?
        .get("href")?
        .as_str()
}

/// The collection and the id in such a link.
fn place(root: &Url, link: &str) -> Option<(String, String)> {
    let link = Url::parse(link).ok()?;
    let by_parameter = link.query_pairs().find(|(name, _)| name == "rest_route");
    let path = match &by_parameter {
        Some((_, path)) => path.as_ref(),
        None => link
            .path()
            .strip_prefix(root.path().trim_end_matches('/'))?,
    };
    let (collection, id) = path.trim_matches('/').rsplit_once('/')?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| (collection.to_owned(), id.to_owned()))
}
