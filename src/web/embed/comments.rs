//! A page's comments for readers without script, as a page of its own and as an Atom feed (RFC 4287).

use crate::{
    domain::{site::Site, timestamp::Timestamp},
    markup,
    reading::{self, Shown},
    web::{api::comments::comment_id, embed::form::article, prelude::*, reader::Reader},
};

/// What every feed begins with.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// Entries of a feed: the latest.
const FED: u32 = 50;

/// Which comments.
#[derive(Deserialize)]
pub(super) struct ReadingQuery {
    page: String,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "comments.html")]
struct CommentsPage {
    words: &'static Words,
    back: Option<String>,
    comments: Vec<Shown>,
    /// Addresses of the form, the feed and the rest of the list.
    form: String,
    feed: String,
    more: Option<String>,
}

impl CommentsPage {
    fn count(&self) -> String {
        self.words
            .fill("read-count", &[("count", &self.comments.len())])
    }

    fn reply_to(&self, name: &str) -> String {
        self.words.fill("read-reply", &[("name", &name)])
    }
}

#[derive(Template)]
#[template(path = "comments.atom", escape = "html")]
struct Feed {
    title: String,
    id: String,
    updated: Timestamp,
    /// The article, or where that is not known the page of its comments.
    about: String,
    own: String,
    comments: Vec<Shown>,
}

impl Feed {
    /// The identifier of an entry, which no change of an address changes.
    fn entry(comment: &Shown) -> String {
        format!("urn:uuid:{}", comment.id)
    }
}

/// A page's approved comments, oldest first, with the way to answer each.
pub(super) async fn show_comments(
    app: Shared,
    Reader(words): Reader,
    slug: Path<String>,
    Query(query): Query<ReadingQuery>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let page = site.page(&query.page)?;
    let after = query.cursor.as_deref().and_then(CommentId::parse);
    let list = reading::read(&app, &site.slug, &page, after).await?;
    let place = |what: &str| address(&site, what, page.as_str(), &[]);
    let template = CommentsPage {
        words,
        back: article(&site, &page),
        comments: list.comments,
        form: place("form"),
        feed: place("comments.atom"),
        more: list.next_cursor.map(|cursor| {
            address(
                &site,
                "comments",
                page.as_str(),
                &[("cursor", &cursor.to_string())],
            )
        }),
    };
    page::render(StatusCode::OK, &template)
}

#[derive(Template)]
#[template(path = "edits.html")]
struct EditsPage {
    words: &'static Words,
    texts: Vec<EarlierShown>,
}

/// A text that the comment had.
struct EarlierShown {
    html: String,
    until: Timestamp,
}

/// What a comment said before moderators changed it, where its site shows that.
pub(super) async fn show_edits(
    app: Shared,
    Reader(words): Reader,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (slug, id) = path.into_inner();
    let site = site::named(&app, &slug)?;
    let found = reading::earlier_texts(&app, &site.slug, comment_id(&id)?).await?;
    let found = found.ok_or_else(|| Problem::not_found("comment"))?;
    let texts = found.into_iter().map(|one| EarlierShown {
        html: markup::to_html(&markup::calm(&one.text)),
        until: one.until,
    });
    let template = EditsPage {
        words,
        texts: texts.collect(),
    };
    page::render(StatusCode::OK, &template)
}

/// The latest comments of a page as a feed.
pub(super) async fn feed(
    app: Shared,
    slug: Path<String>,
    Query(query): Query<ReadingQuery>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let page = site.page(&query.page)?;
    let comments = reading::latest(&app, &site.slug, &page, FED).await?;
    let public = app.public_url();
    let own = format!(
        "{public}{}",
        address(&site, "comments.atom", page.as_str(), &[])
    );
    let pages = format!("{public}{}", address(&site, "comments", page.as_str(), &[]));
    let template = Feed {
        title: format!("{}: {page}", site.name),
        id: own.clone(),
        updated: comments
            .first()
            .map_or(site.created_at, |comment| comment.created_at),
        about: article(&site, &page).unwrap_or(pages),
        own,
        comments,
    };
    let body = template.render().map_err(|error| {
        tracing::error!(%error, "a feed could not be rendered");
        Problem::unavailable()
    })?;
    Ok(HttpResponse::Ok()
        .content_type("application/atom+xml; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(format!("{DECLARATION}{body}")))
}

/// The address of something about a page of a site, on this service.
fn address(site: &Site, what: &str, page: &str, more: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("page", page);
    query.extend_pairs(more);
    format!("/sites/{}/{what}?{}", site.slug, query.finish())
}
