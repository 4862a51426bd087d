//! Version 1 of the interface: one file for each group of endpoints.

pub mod audit;
pub mod batches;
pub mod blocks;
pub mod client_keys;
pub mod comments;
pub mod copies;
pub mod decisions;
pub mod edits;
pub mod me;
pub mod models;
pub mod moderators;
pub mod outbox;
pub mod published;
pub mod queue;
pub mod samples;
pub mod score;
pub mod sessions;
pub mod sites;
pub mod statistics;
pub mod subjects;
pub mod submissions;
pub mod tokens;
pub mod webhooks;

use actix_web::HttpResponseBuilder;

use crate::web::prelude::*;

/// An answer that no cache may keep.
#[must_use]
pub fn private() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response
}

/// Adds every group's routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .tagged("public")
        .configure(submissions::routes)
        .configure(published::routes)
        .tagged("review")
        .configure(queue::routes)
        .configure(comments::routes)
        .configure(decisions::routes)
        .configure(edits::routes)
        .configure(batches::routes)
        .configure(copies::routes)
        .configure(score::routes)
        .configure(blocks::routes)
        .configure(statistics::routes)
        .tagged("operators")
        .configure(sites::routes)
        .configure(models::routes)
        .configure(samples::routes)
        .configure(subjects::routes)
        .configure(moderators::routes)
        .configure(tokens::routes)
        .configure(client_keys::routes)
        .configure(webhooks::routes)
        .configure(outbox::routes)
        .configure(audit::routes)
        .tagged("account")
        .configure(sessions::routes)
        .configure(me::routes);
}
