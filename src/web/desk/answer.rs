//! An answer from the desk: a reply in the moderator's own name, published at once. It comes in by the same way as
//! every comment and is then approved by whoever wrote it, so that its history says so.

use crate::{
    domain::decision::{Change, Decision, Outcome, Wish},
    intake::{self, RequestKey, submission::Fields},
    review,
    web::{
        api::comments::named_comment,
        desk::{frame::inside_or, prelude::*},
    },
};

pub(super) async fn send(
    app: Shared,
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let principal = by.principal();
    let comment = named_comment(&app, &principal, &id).await?;
    let here = inside_or(
        fields.get("here"),
        &format!("{HOME}/comments/{}", comment.id),
    );
    let nobody = || Problem::malformed(by.words.say("answer-needs-address").to_string());
    let sealed = by.account.email.as_ref().ok_or_else(nobody)?;
    let email = app.vault.open(sealed, &by.account).map_err(|_| nobody())?;
    if fields.get("approve") == "yes" && comment.status != Status::Approved {
        let version = fields.get("version").parse().ok();
        approve(
            &app,
            &principal,
            comment.id,
            version.or(Some(comment.version)),
        )
        .await?;
    }
    let site = site::named(&app, comment.site.as_str())?;
    let answer = Fields {
        page: Some(comment.page.as_str().to_owned()),
        page_title: comment.page_title.clone(),
        parent: Some(comment.id.to_string()),
        name: Some(by.account.name.clone()),
        email: Some(email.expose().to_owned()),
        text: Some(fields.get("text").to_owned()),
        ..Fields::default()
    };
    let answer = answer.parse(&site).map_err(Problem::invalid)?;
    // A form that is sent twice answers once.
    let key = format!("{}:{}", by.account.id.0, fields.get("key"));
    let request = RequestKey {
        key: &key,
        body: fields.get("text").as_bytes(),
    };
    let accepted = intake::submit(&app.intake, site, answer, None, Some(request)).await;
    let accepted = accepted.map_err(Problem::from)?;
    approve(&app, &principal, accepted.id, None).await?;
    let flash = Flash {
        did: "answer".to_owned(),
        ..Flash::default()
    };
    Ok(see_other(&flash.carry(&here)))
}

/// Approves a comment, unless it was changed since it was seen.
async fn approve(
    app: &App,
    principal: &Principal,
    id: CommentId,
    version: Option<i64>,
) -> Result<(), Problem> {
    let wish = Wish {
        id,
        version,
        change: Change::Decide(Decision::Approve),
    };
    let outcomes = review::decide(&app.review, principal, vec![wish], None).await?;
    match outcomes.first() {
        Some(Outcome::Stale(comment)) if comment.status != Status::Approved => {
            let title = "Somebody changed the comment meanwhile. Look at it again.";
            Err(Problem::conflict("stale", title.to_owned()))
        }
        _ => Ok(()),
    }
}
