//! An element of a JSON file with what is nested in it: replies within the comment that they answer, comments within their
//! thread. Also what an interface answered instead of comments.

use serde_json::Value;

use super::{
    foreign::{ForeignComment, Found, ReadError},
    json_fields::first,
    json_wraps,
    marks::Marks,
    plain,
};

/// Replies within replies that are followed.
const DEEPEST: usize = 30;

/// Names of a comment's replies, and of a thread's comments.
const NESTED: [&str; 9] = [
    "replies",
    "children",
    "answers",
    "responses",
    "subcomments",
    "sub_comments",
    "childComments",
    "child_comments",
    "comments",
];

/// Names under which a list is that an interface gives a page of at a time.
const PAGED: [&str; 3] = ["nodes", "data", "items"];

/// What is found in an element.
pub(super) fn read(
    place: &str,
    value: &Value,
    of: &mut impl FnMut(&Value) -> Found,
) -> Vec<Result<Found, ReadError>> {
    if let Some(problem) = answered(value) {
        return vec![Err(ReadError::item(place, &problem))];
    }
    let mut found = Vec::new();
    read_below(place, value, &Above::default(), 0, of, &mut found);
    found.into_iter().map(Ok).collect()
}

/// What is said of a nested comment by what it is nested in.
#[derive(Default)]
struct Above {
    id: Option<String>,
    page: String,
    title: Option<String>,
    /// What a thread says of all that is in it.
    marks: Marks,
}

fn read_below(
    place: &str,
    value: &Value,
    above: &Above,
    depth: usize,
    of: &mut impl FnMut(&Value) -> Found,
    found: &mut Vec<Found>,
) {
    let one = of(&json_wraps::whole(value));
    let mut nested = nested(value);
    let is_thread = value.get("comments").is_some() || rows(value).next().is_some();
    if is_thread && !matches!(one, Found::Comment(_)) {
        nested.extend(rows(value));
    }
    let below = match one {
        Found::Comment(comment) => {
            let comment = placed(*comment, place, above);
            let below = Above {
                id: comment.id.clone().or_else(|| above.id.clone()),
                page: comment.page.clone(),
                title: comment.page_title.clone(),
                marks: above.marks,
            };
            found.push(comment.into());
            below
        }
        other => {
            // A thread is no comment that was left out.
            if nested.is_empty() || !is_thread {
                found.push(other);
            }
            let page = first(value, &["url", "page", "link", "permalink", "path", "uri"]);
            let title = first(value, &["page_title", "title"]);
            Above {
                id: above.id.clone(),
                page: page.unwrap_or_else(|| above.page.clone()),
                title: title
                    .map(|title| plain::line(&title))
                    .or_else(|| above.title.clone()),
                marks: if is_thread {
                    Marks::of_page(value)
                } else {
                    above.marks
                },
            }
        }
    };
    if depth < DEEPEST {
        for value in nested {
            read_below(place, value, &below, depth + 1, of, found);
        }
    } else {
        found.extend(nested.iter().map(|_| Found::Skipped("nested too deeply")));
    }
}

/// A comment with what it does not say itself.
fn placed(comment: ForeignComment, place: &str, above: &Above) -> ForeignComment {
    let page = if comment.page.is_empty() {
        above.page.clone()
    } else {
        comment.page
    };
    above.marks.apply(ForeignComment {
        parent: comment.parent.or_else(|| above.id.clone()),
        page,
        page_title: comment.page_title.or_else(|| above.title.clone()),
        place: place.to_owned(),
        ..comment
    })
}

/// The objects that are nested in one.
fn nested(value: &Value) -> Vec<&Value> {
    let lists = NESTED.iter().filter_map(|name| value.get(*name));
    let lists = lists.filter_map(|list| {
        let paged = || PAGED.iter().find_map(|name| list.get(*name)?.as_array());
        list.as_array().or_else(paged)
    });
    lists.flatten().filter(|value| value.is_object()).collect()
}

/// The rows of a table, as phpMyAdmin writes one.
fn rows(value: &Value) -> impl Iterator<Item = &Value> {
    let rows = ["data", "rows"]
        .iter()
        .filter_map(|name| value.get(*name)?.as_array());
    rows.flatten().filter(|value| value.is_object())
}

/// What an interface says in place of comments: an error with its code.
fn answered(value: &Value) -> Option<String> {
    let code = first(value, &["code", "errno", "error", "statusCode"])?;
    let message = first(value, &["message", "errmsg", "error_description", "error"])?;
    let is_comment = [
        "id",
        "_id",
        "objectId",
        "content",
        "comment",
        "text",
        "author",
        "created_at",
        "createdAt",
    ];
    if is_comment.iter().any(|name| value.get(*name).is_some()) {
        return None;
    }
    let message: String = message
        .chars()
        .filter(|c| !c.is_control())
        .take(120)
        .collect();
    let code: String = code.chars().filter(|c| !c.is_control()).take(60).collect();
    Some(format!(
        "no comment but an error of the system that it was fetched from: {code}: {message}"
    ))
}
