//! A comment's page says that somebody has it open, and when it is left.

use crate::{
    news::looks,
    web::{api::comments::named_comment, desk::prelude::*},
};

pub(super) async fn note(
    app: Shared,
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let comment = named_comment(&app, &by.principal(), &id).await?;
    let ends = fields.get("ends") == "yes";
    looks::note(&app, &comment, &by.account.id, ends).await?;
    Ok(HttpResponse::NoContent().finish())
}
