//! Posts of forums as their interfaces give them: Discourse numbers them within their topic, Reddit puts each into an object of its kind.

use serde_json::{Map, Value};

use super::json_fields::text;

/// A post as one object with the fields that others have; `None` for what is no forum's.
pub(super) fn post(value: &Value) -> Option<Value> {
    of_discourse(value).or_else(|| of_reddit(value))
}

/// What a post answers is said by its number in the topic.
fn of_discourse(value: &Value) -> Option<Value> {
    let number = text(value, "post_number")?;
    let topic = text(value, "topic_id")?;
    value.get("cooked").or_else(|| value.get("raw"))?;
    let mut fields = value.as_object()?.clone();
    let slug = text(value, "topic_slug").unwrap_or_else(|| "topic".to_owned());
    fields.insert("id".to_owned(), format!("{topic}-{number}").into());
    if let Some(answered) = text(value, "reply_to_post_number") {
        let parent = format!("{topic}-{answered}");
        fields.insert("parent".to_owned(), parent.into());
    }
    let page = format!("/t/{slug}/{topic}");
    fields.entry("page").or_insert(page.into());
    // Its author's full name is called as others call theirs.
    if text(value, "name").is_none() {
        fields.remove("name");
    }
    Some(Value::Object(fields))
}

/// A comment's full name is its id; what it answers may be the post, which is no comment.
fn of_reddit(value: &Value) -> Option<Value> {
    let kind = text(value, "kind")?;
    let data = value.get("data")?.as_object()?;
    if kind == "Listing" {
        let children = data.get("children")?.clone();
        return Some(Value::Object(Map::from_iter([(
            "comments".to_owned(),
            children,
        )])));
    }
    if kind != "t1" {
        return None;
    }
    let mut fields = data.clone();
    let id = fields.remove("name")?;
    fields.insert("id".to_owned(), id);
    let parent = fields.remove("parent_id");
    if let Some(parent) = parent.filter(|id| id.as_str().is_some_and(|id| id.starts_with("t1_"))) {
        fields.insert("parent".to_owned(), parent);
    }
    let answers = fields.get("replies").and_then(of_reddit);
    if let Some(answers) = answers.and_then(|answers| answers.get("comments").cloned()) {
        fields.insert("replies".to_owned(), answers);
    }
    // Its own address, below its post's.
    let own = fields
        .remove("permalink")
        .and_then(|own| own.as_str().map(str::to_owned));
    let of_post =
        own.and_then(|own| Some(own.trim_end_matches('/').rsplit_once('/')?.0.to_owned()));
    if let Some(page) = of_post {
        fields.insert("page".to_owned(), page.into());
    }
    Some(Value::Object(fields))
}
