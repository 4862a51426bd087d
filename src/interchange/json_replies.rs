//! An element of a JSON file with what is nested in it: replies within the comment that they answer, comments within their
//! thread. Also what an interface answered instead of comments.

use serde_json::{Map, Value};

use super::{
    foreign::{ForeignComment, Found, ReadError},
    json_fields::{first, is_address},
    json_values::LISTS,
    json_wraps,
    marks::{Marks, posts},
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
const PAGED: [&str; 4] = ["nodes", "edges", "data", "items"];

/// What is found in an element.
pub(super) fn read(
    place: &str,
    value: &Value,
    above: &Above,
    of: &mut impl FnMut(&Value) -> Found,
) -> Vec<Result<Found, ReadError>> {
    if let Some(problem) = answered(value) {
        return vec![Err(ReadError::item(place, &problem))];
    }
    let mut found = Vec::new();
    read_below(place, value, above, 0, of, &mut found);
    found.into_iter().map(Ok).collect()
}

/// What is said of a nested comment by what it is nested in.
#[derive(Default, Clone)]
pub(super) struct Above {
    id: Option<String>,
    /// The name that it has in a map: its id if it is a comment, else its page.
    key: Option<String>,
    page: String,
    title: Option<String>,
    /// What a thread says of all that is in it.
    marks: Marks,
}

impl Above {
    /// What an object says of the comments in its lists: the page, where it names one, and what keeps it from readers. A number among the
    /// marks counts something.
    pub(super) fn around(envelope: &Value, above: &Self) -> Self {
        let said = envelope.as_object().into_iter().flatten();
        let said = said.filter(|(_, value)| !value.is_number() && !value.is_array());
        let said: Map<_, _> = said
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let said = Value::Object(said);
        let posts = std::iter::once(&said).chain(posts(&said));
        let page = posts.clone().find_map(|post| {
            let names = [
                "url",
                "page",
                "page_url",
                "link",
                "permalink",
                "path",
                "uri",
            ];
            first(post, &names).filter(|page| is_address(page))
        });
        let title = posts
            .filter(|_| page.is_some())
            .find_map(|post| first(post, &["page_title", "title"]));
        Self {
            page: page.unwrap_or_else(|| above.page.clone()),
            title: title
                .map(|title| plain::line(&title))
                .or_else(|| above.title.clone()),
            marks: above.marks.and(Marks::of_page(&said)),
            ..Self::default()
        }
    }

    /// The same of what stands in a list of this name, which may be its page's address.
    pub(super) fn in_list(&self, name: &str) -> Self {
        let mut above = self.clone();
        if is_address(name) {
            name.clone_into(&mut above.page);
        }
        above
    }

    /// The same of what answers a comment.
    pub(super) fn answering(&self, id: &str) -> Self {
        Self {
            id: Some(id.to_owned()),
            ..self.clone()
        }
    }

    /// The same of what has this name in a map.
    pub(super) fn named(&self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self.clone()
        }
    }
}

fn read_below(
    place: &str,
    value: &Value,
    above: &Above,
    depth: usize,
    of: &mut impl FnMut(&Value) -> Found,
    found: &mut Vec<Found>,
) {
    let whole = json_wraps::whole(value);
    let value = match value.get("kind") {
        Some(_) => &*whole,
        None => value,
    };
    let one = of(&whole);
    let mut nested = nested(value);
    // What a comment is in may be around its answers too.
    if nested.is_empty() && matches!(one, Found::Comment(_)) {
        nested = self::nested(&whole);
    }
    let is_thread = value.get("comments").is_some() || rows(value).next().is_some();
    let below = match one {
        Found::Comment(comment) => {
            let mut comment = placed(*comment, place, above);
            // Else what answers it would answer nothing.
            if comment.id.is_none() && !nested.is_empty() {
                comment.id = Some(comment.id_by_content());
            }
            let below = Above {
                id: comment.id.clone().or_else(|| above.id.clone()),
                key: None,
                page: comment.page.clone(),
                title: comment.page_title.clone(),
                marks: above.marks,
            };
            found.push(comment.into());
            below
        }
        other => {
            if is_thread {
                nested.extend(rows(value).map(Member::of_list));
            }
            let is_map = nested.is_empty() && is_map(value);
            // A thread is no comment that was left out, and neither is a map of them.
            if is_map {
                nested = members(value);
            } else if nested.is_empty() || !is_thread {
                found.push(other);
            }
            of_thread(value, above, is_thread)
        }
    };
    if depth < DEEPEST {
        for member in nested {
            if member.key.is_some_and(|key| OTHERS.contains(&key)) {
                found.push(Found::Skipped("not a comment"));
                continue;
            }
            let below = member.below(&below);
            read_below(place, member.value, &below, depth + 1, of, found);
        }
    } else {
        found.extend(nested.iter().map(|_| Found::Skipped("nested too deeply")));
    }
}

/// What a thread, or what else is around comments, says of them.
fn of_thread(value: &Value, above: &Above, is_thread: bool) -> Above {
    let page = first(value, &["url", "page", "link", "permalink", "path", "uri"]);
    let page = page.or_else(|| above.key.clone());
    let title = first(value, &["page_title", "title"]);
    Above {
        id: above.id.clone(),
        key: None,
        page: page.unwrap_or_else(|| above.page.clone()),
        title: title
            .map(|title| plain::line(&title))
            .or_else(|| above.title.clone()),
        marks: if is_thread {
            above.marks.and(Marks::of_page(value))
        } else {
            above.marks
        },
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
        id: comment.id.or_else(|| above.key.clone()),
        parent: comment.parent.or_else(|| above.id.clone()),
        page,
        page_title: comment.page_title.or_else(|| above.title.clone()),
        place: place.to_owned(),
        ..comment
    })
}

/// Tables of a database beside that of the comments.
const OTHERS: [&str; 9] = [
    "users",
    "posts",
    "articles",
    "authors",
    "members",
    "accounts",
    "settings",
    "tags",
    "categories",
];

/// Whether an object is a map: of pages' lists by the pages' names, of comments by their ids, or of both.
pub(super) fn is_map(value: &Value) -> bool {
    let is_of_objects = |value: &Value| match value {
        Value::Object(_) => true,
        Value::Array(list) => list.iter().all(Value::is_object),
        _ => false,
    };
    let fields = value.as_object();
    fields.is_some_and(|fields| !fields.is_empty() && fields.values().all(is_of_objects))
}

/// Something in a list or a map.
pub(super) struct Member<'a> {
    pub(super) value: &'a Value,
    key: Option<&'a str>,
    is_in_list: bool,
}

impl<'a> Member<'a> {
    const fn of_list(value: &'a Value) -> Self {
        Self {
            value,
            key: None,
            is_in_list: true,
        }
    }

    /// What is said of it, by what it stands in and by its name there.
    pub(super) fn below(&self, above: &Above) -> Above {
        let mut above = above.clone();
        match self.key {
            Some(page) if self.is_in_list => page.clone_into(&mut above.page),
            key => above.key = key.map(str::to_owned),
        }
        above
    }
}

/// The objects of a map, each with the name that it or its list has there, unless that name says what they are.
pub(super) fn members(map: &Value) -> Vec<Member<'_>> {
    let fields = map.as_object().into_iter().flatten();
    let members = fields.flat_map(|(key, value)| {
        let key = (!LISTS.contains(&key.as_str())).then_some(key.as_str());
        let list = value.as_array().map(Vec::as_slice);
        let values = list.unwrap_or_else(|| std::slice::from_ref(value));
        values.iter().map(move |value| Member {
            value,
            key,
            is_in_list: list.is_some(),
        })
    });
    members.collect()
}

/// Whether an object has lists of what may be comments.
pub(super) fn has_nested(value: &Value) -> bool {
    !nested(value).is_empty()
}

/// What is nested in an object.
fn nested(value: &Value) -> Vec<Member<'_>> {
    let lists = NESTED.iter().filter_map(|name| value.get(*name));
    let nested = lists.flat_map(|list| {
        let paged = || PAGED.iter().find_map(|name| list.get(*name)?.as_array());
        match list.as_array().or_else(paged) {
            Some(list) => list.iter().map(Member::of_list).collect(),
            None if is_map(list) => members(list),
            None => Vec::new(),
        }
    });
    nested.filter(|member| member.value.is_object()).collect()
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
