//! What anyone may read: a page's approved comments, and how many pages have.

use std::collections::BTreeMap;

use crate::{
    domain::page::Page,
    reading,
    web::{api::comments::comment_id, etag, prelude::*},
};

/// Pages in one question at most.
const MAX_PAGES: usize = 100;

/// Which comments.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// The page: an absolute URL or a path.
    page: String,
    /// The `next_cursor` of the answer before.
    #[param(value_type = Option<CommentId>)]
    cursor: Option<String>,
}

/// A page's approved comments, oldest first.
#[utoipa::path(
    params(Wanted),
    responses(
        (status = 200, body = reading::List),
        (status = 304, description = "What `If-None-Match` names is still true."),
    ),
)]
#[get("/api/v1/sites/{site}/comments")]
async fn list_published(
    app: Shared,
    slug: Path<String>,
    Query(wanted): Query<Wanted>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let page = site.page(&wanted.page)?;
    let cursor = wanted.cursor.as_deref().filter(|raw| !raw.is_empty());
    let after = cursor.map(|raw| {
        let message = "This is not a cursor of this list.";
        CommentId::parse(raw).ok_or_else(|| FieldError::new("cursor", "invalid", message))
    });
    let list = reading::list(&app.reading, &site.slug, &page, after.transpose()?).await?;
    Ok(etag::answer(
        &request,
        &list,
        "application/json",
        "no-cache",
    ))
}

/// How many approved comments each page has, by the page as it was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct PublishedCounts {
    counts: BTreeMap<String, i64>,
}

/// How many approved comments pages have.
#[utoipa::path(
    params(
        ("page" = Vec<String>, Query, min_items = 1, max_items = 100, description = "A page; up to 100 of them."),
    ),
    responses((status = 200, body = PublishedCounts)),
)]
#[get("/api/v1/sites/{site}/counts")]
async fn count_published(
    app: Shared,
    slug: Path<String>,
    Query(pages): Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let asked: Vec<&String> = pages
        .iter()
        .filter(|(name, _)| name == "page")
        .map(|(_, page)| page)
        .collect();
    if asked.is_empty() {
        return Err(FieldError::required("page").into());
    }
    if asked.len() > MAX_PAGES {
        let message = format!("Ask for at most {MAX_PAGES} pages at once.");
        return Err(FieldError::new("page", "too_many", message).into());
    }
    let parsed = asked.iter().map(|raw| site.page(raw));
    let pages: Vec<Page> = parsed.collect::<Result<_, _>>()?;
    let found = app.store.public_counts(&site.slug, &pages).await?;
    let count = |page: &Page| found.get(page).copied().unwrap_or(0);
    let counts = asked
        .into_iter()
        .cloned()
        .zip(pages.iter().map(count))
        .collect();
    Ok(HttpResponse::Ok().json(PublishedCounts { counts }))
}

/// What a comment said before moderators changed it.
#[derive(Debug, Serialize, ToSchema)]
struct EarlierTexts {
    /// The texts, the earliest first.
    edits: Vec<Earlier>,
}

/// A text that a comment had.
#[derive(Debug, Serialize, ToSchema)]
struct Earlier {
    /// The text as it was.
    text: String,
    /// When it was changed.
    until: Timestamp,
}

/// What an approved comment said before moderators changed it, where its site shows that (`show_edits`).
#[utoipa::path(
    params(("id" = CommentId, Path)),
    responses(
        (status = 200, body = EarlierTexts),
        (status = 404, description = "There is no such public comment, or the site does not show what was changed."),
    ),
)]
#[get("/api/v1/sites/{site}/comments/{id}/edits")]
async fn list_earlier(app: Shared, path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (slug, id) = path.into_inner();
    let site = site::named(&app, &slug)?;
    let found = reading::earlier_texts(&app, &site.slug, comment_id(&id)?).await?;
    let found = found.ok_or_else(|| Problem::not_found("comment"))?;
    let edits = found.into_iter().map(|one| Earlier {
        text: one.text,
        until: one.until,
    });
    Ok(HttpResponse::Ok().json(EarlierTexts {
        edits: edits.collect(),
    }))
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(list_published)
        .service(list_earlier)
        .service(count_published);
}
