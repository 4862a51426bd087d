//! Whose ids those of a file are: several blogs of one system may come to one site, and each has a comment 1.

use std::sync::Arc;

use super::{
    History,
    adoption::{Ids, likeness},
    stream::reading,
};
use crate::{
    domain::site::Site,
    intake::adopted,
    interchange::foreign::{Findings, ForeignFormat, Found, ReadError},
    storage::{StoreError, known_ids::Overlap},
};

/// Whose ids the file's are. Where most of those that are known here under a source name the same comments,
/// it is that source; where they name others, the file is of another blog, and its ids are kept apart.
pub(super) async fn source(
    history: &History,
    site: &Arc<Site>,
    (format, name): (ForeignFormat, Option<&str>),
    open: &Arc<impl Fn() -> Result<Findings, ReadError> + Send + Sync + 'static>,
) -> Result<String, StoreError> {
    let system = format.system();
    if let Some(name) = name {
        return Ok(format!("{system}/{}", adopted::one_line(name)));
    }
    let sources = history
        .ground()
        .store
        .import_sources(&site.slug, system)
        .await?;
    if sources.is_empty() {
        return Ok(system.to_owned());
    }
    let mut overlaps = vec![Overlap::default(); sources.len()];
    let (reading, mut batches) = reading(open);
    let mut ids = Ids::default();
    while let Some(batch) = batches.recv().await {
        let comments = batch.into_iter().filter_map(|found| match found {
            Ok(Found::Comment(comment)) if !comment.text.trim().is_empty() => Some(comment),
            _ => None,
        });
        let known: Vec<_> = comments
            .map(|comment| {
                (
                    ids.of(&comment),
                    likeness(&comment, site, history.ground().now()),
                )
            })
            .collect();
        for (source, overlap) in sources.iter().zip(&mut overlaps) {
            *overlap += history
                .ground()
                .store
                .overlap(&site.slug, source, &known)
                .await?;
        }
    }
    // What the reading ended with is reported when the file is read in earnest.
    let _ = reading.await;
    let candidates = sources.iter().zip(overlaps);
    let fitting = candidates.filter(|(_, overlap)| overlap.same >= overlap.different);
    let best = fitting.max_by_key(|(source, overlap)| (overlap.same, *source == system));
    if let Some((source, _)) = best {
        return Ok(source.clone());
    }
    let numbered = (2..).map(|n: u32| format!("{system}/{n}"));
    let mut free = numbered.filter(|name| !sources.contains(name));
    Ok(free.next().unwrap_or_default())
}
