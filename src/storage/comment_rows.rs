//! What a comment's row is made of: the columns that are read of it, and those that a new one has.

use crate::{
    domain::{
        abuse::AbuseScore,
        arrival::NewComment,
        comment::{Comment, Status},
        evidence::{Evidence, Verdict},
    },
    storage::sql::{ToValue, Value, record},
};

record! {
    COLUMNS, comment -> Comment {
        id: "c.id",
        site: "c.site",
        page: "c.page",
        page_title: "c.page_title",
        parent: "c.parent",
        name: "c.name",
        email: "c.email_sealed",
        email_index: "c.email_index",
        website: "c.website",
        text: "c.text",
        status: "c.status",
        score: "c.score",
        verdict: "c.verdict",
        evidence: "c.model_version, c.abuse, c.evidence",
        version: "c.version",
        network: "c.network",
        wants_replies: "c.wants_replies",
        created_at: "c.created_at",
        decided_at: "c.decided_at",
        decided_by: "c.decided_by",
        edited_at: "c.edited_at",
    }
}

/// A new comment's columns, each with its value.
pub(super) fn new_row(
    comment: &NewComment,
    status: Status,
    verdict: Verdict,
    score: Option<f64>,
    evidence: &Evidence,
) -> [(&'static str, Value); 23] {
    let model = evidence.model.as_ref();
    [
        ("site", comment.site.to_value()),
        ("id", comment.id.to_value()),
        ("page", comment.page.to_value()),
        ("page_title", comment.page_title.to_value()),
        ("parent", comment.parent.to_value()),
        ("name", comment.name.to_value()),
        ("email_sealed", comment.email.to_value()),
        ("email_index", comment.email_index.to_value()),
        ("website", comment.website.to_value()),
        ("text", comment.text.to_value()),
        ("fingerprint", comment.fingerprint.to_value()),
        ("status", status.to_value()),
        ("score", score.to_value()),
        ("abuse", evidence.abuse.map(AbuseScore::steps).to_value()),
        ("verdict", verdict.to_value()),
        ("evidence", evidence.to_value()),
        (
            "model_version",
            model.map(|model| &model.version).to_value(),
        ),
        ("version", 1_i64.to_value()),
        ("network", comment.network.to_value()),
        ("network_key", comment.network_key.to_value()),
        ("author_chain", comment.author_chain.to_value()),
        ("wants_replies", comment.wants_replies.to_value()),
        ("created_at", comment.created_at.to_value()),
    ]
}
