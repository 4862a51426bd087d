//! The queue as a list: what a moderator may ask for, checked, and the opaque cursor that carries a
//! list on.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        abuse::AbuseFilter,
        campaign::CampaignId,
        comment::{Comment, CommentId},
        field::{FieldError, parse_line},
        moderator::Principal,
        origin::Origin,
        page::Page,
        page_rules::PageRules,
        queue::{Counts, Cursor, Filter, QueueQuery, Searched, Sort},
        search::Search,
        site::SiteSlug,
    },
    ground::Ground,
    sealing::keys::Purpose,
    storage::{StoreError, copies::Copies},
};

/// Most comments in one answer.
pub const MAX_LIMIT: u32 = 100;
/// Comments in one answer when nothing is asked.
pub const DEFAULT_LIMIT: u32 = 25;
/// Longest search, in Unicode scalar values.
const MAX_SEARCH_CHARS: usize = 200;

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// What was asked for is not right.
    #[error("a parameter is not right")]
    Invalid(Vec<FieldError>),
    /// The site or the comment named is not there, or not theirs to see.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A stretch of the queue.
#[derive(Debug)]
pub struct Queue {
    /// The comments.
    pub comments: Vec<Comment>,
    /// How many comments have each status, under the same filter without its status.
    pub counts: Counts,
    /// How many near copies each listed comment represents, where the list is folded.
    pub copies: HashMap<CommentId, Copies>,
    /// What to send to get more, if there is more.
    pub next_cursor: Option<String>,
    /// What was searched for by words.
    pub search: Option<Search>,
    /// How far that search saw.
    pub searched: Option<Searched>,
}

/// The comments that are wanted and that the principal may see.
///
/// # Errors
/// [`QueueError`].
pub async fn list(
    ground: &Ground,
    principal: &Principal,
    wanted: &QueueQuery,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Result<Queue, QueueError> {
    let mut errors = Vec::new();
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let message = format!("Must be from 1 to {MAX_LIMIT}.");
        errors.push(FieldError::new("limit", "out_of_range", message));
    }
    let cursor = cursor.map(|token| read_cursor(ground, token, wanted.sort));
    let cursor = cursor.transpose().map_err(|error| errors.push(error));
    let filter = filter(ground, principal, wanted, &mut errors).await?;
    let (Ok(cursor), true) = (cursor, errors.is_empty()) else {
        return Err(QueueError::Invalid(errors));
    };
    let (store, sort) = (&ground.store, wanted.sort);
    // An order that leaves some out narrows the list, and not what there is.
    let counted = Filter {
        decided: false,
        ..filter.clone()
    };
    let (listing, counts, searched) = if let Some(search) = filter.words() {
        let found = store.find_comments(&filter, search, sort, cursor.as_ref(), limit);
        let found = found.await?;
        let counts = if filter.decided {
            store.count_comments(&counted).await?
        } else {
            found.counts
        };
        (found.listing, counts, Some(found.searched))
    } else {
        let listing = store.list_comments(&filter, sort, cursor.as_ref(), limit);
        (listing.await?, store.count_comments(&counted).await?, None)
    };
    let next = listing.next;
    let copies = if filter.folded && filter.is_whole() {
        store
            .copies_before(&filter.sites, &listing.comments)
            .await?
    } else {
        HashMap::new()
    };
    Ok(Queue {
        copies,
        comments: listing.comments,
        counts,
        next_cursor: next.map(|next| sign_cursor(ground, &next)),
        search: filter.search.filter(|search| !search.is_literal()),
        searched,
    })
}

/// A cursor as it is signed. The key travels as its bits: as a decimal it could come back one bit
/// off, and the list would repeat or lose its last item.
#[derive(Serialize, Deserialize)]
struct Position(Sort, u64, CommentId);

fn sign_cursor(ground: &Ground, cursor: &Cursor) -> String {
    let position = Position(cursor.sort, cursor.key.to_bits(), cursor.id);
    ground.signer.sign(Purpose::Cursor, &position)
}

fn read_cursor(ground: &Ground, token: &str, sort: Sort) -> Result<Cursor, FieldError> {
    let position: Option<Position> = ground.signer.verify(Purpose::Cursor, token);
    let position = position.filter(|position| position.0 == sort);
    let Position(sort, bits, id) = position.ok_or_else(|| {
        let message = "This cursor does not belong to this list.";
        FieldError::new("cursor", "invalid", message)
    })?;
    let key = f64::from_bits(bits);
    Ok(Cursor { sort, key, id })
}

/// The comment that comes after a place in a list.
///
/// # Errors
/// [`QueueError`].
pub async fn after(
    ground: &Ground,
    principal: &Principal,
    wanted: &QueueQuery,
    place: &Cursor,
) -> Result<Option<CommentId>, QueueError> {
    let mut errors = Vec::new();
    let filter = filter(ground, principal, wanted, &mut errors).await?;
    if !errors.is_empty() {
        return Err(QueueError::Invalid(errors));
    }
    let found = ground
        .store
        .list_comments(&filter, place.sort, Some(place), 1);
    Ok(found.await?.comments.first().map(|comment| comment.id))
}

/// Turns what is wanted into what the store understands, within the principal's scope.
async fn filter(
    ground: &Ground,
    principal: &Principal,
    wanted: &QueueQuery,
    errors: &mut Vec<FieldError>,
) -> Result<Filter, QueueError> {
    let sites = sites(ground, principal, wanted.site.as_deref())?;
    let page = wanted.page.as_deref().map(|raw| {
        let (origins, rules) = spellings(ground, &sites);
        Page::parse(raw, &origins, &rules).or_else(|error| {
            // A page elsewhere is kept whole by sites that name no origins.
            if error.code == "not_on_site" {
                Page::parse(raw, &[], &rules)
            } else {
                Err(error)
            }
        })
    });
    let narrow = &wanted.filter;
    let search = wanted.search.as_deref();
    let search = search.filter(|raw| !raw.trim().is_empty());
    let search = search.and_then(|raw| match parse_line("q", raw, MAX_SEARCH_CHARS) {
        Ok(line) => Some(Ok(Search::parse(&line, |address| {
            ground.vault.email_index(address)
        }))),
        // There are characters that show nothing, and nothing else.
        Err(error) if error.code == "required" && !raw.contains(char::is_control) => None,
        Err(error) => Some(Err(error)),
    });
    for (field, score) in [
        ("min_score", narrow.min_score),
        ("max_score", narrow.max_score),
    ] {
        if score.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
            let message = "Must be from 0 to 1.";
            errors.push(FieldError::new(field, "out_of_range", message));
        }
    }
    let author = match wanted.author {
        Some(id) => {
            let comment = ground.store.comment(&principal.scope, id).await?;
            Some(comment.ok_or(QueueError::NotFound("comment"))?.email_index)
        }
        None => None,
    };
    let campaign = match wanted.copies_of {
        Some(id) => {
            let comment = ground.store.comment(&principal.scope, id).await?;
            let comment = comment.ok_or(QueueError::NotFound("comment"))?;
            let found = ground.store.campaign_of(&comment).await?;
            // One that nobody is in finds nothing.
            Some(found.unwrap_or_else(|| CampaignId::of(id)))
        }
        None => None,
    };
    let mut keep = |error| errors.push(error);
    Ok(Filter {
        campaign,
        page: page.transpose().map_err(&mut keep).unwrap_or_default(),
        search: search.transpose().map_err(&mut keep).unwrap_or_default(),
        sites,
        author,
        // These orders have those alone which their indexes have.
        abuse: narrow
            .abuse
            .or((wanted.sort == Sort::Abusive).then_some(AbuseFilter::Likely)),
        decided: narrow.decided || wanted.sort == Sort::Decided,
        ..narrow.clone()
    })
}

fn sites(
    ground: &Ground,
    principal: &Principal,
    wanted: Option<&str>,
) -> Result<Vec<SiteSlug>, QueueError> {
    let mut sites = ground.directory.covered(&principal.scope);
    if let Some(wanted) = wanted {
        sites.retain(|slug| slug.as_str() == wanted);
        if sites.is_empty() {
            return Err(QueueError::NotFound("site"));
        }
    }
    Ok(sites)
}

/// How the sites spell their pages: the origins of all, and the rules of the only one.
fn spellings(ground: &Ground, sites: &[SiteSlug]) -> (Vec<Origin>, PageRules) {
    let snapshot = ground.directory.snapshot();
    let known: Vec<_> = sites
        .iter()
        .filter_map(|slug| snapshot.sites.get(slug))
        .collect();
    let rules = match known.as_slice() {
        [site] => site.policy.pages.clone(),
        _ => PageRules::default(),
    };
    (
        known.iter().flat_map(|site| site.origins.clone()).collect(),
        rules,
    )
}
