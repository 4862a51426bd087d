//! The link by which moderators stop their mail about comments that wait. Mail programs follow it with one POST of their own (RFC 8058).

use super::{ask, refuse, say};
use crate::{
    domain::moderator::{MailMode, MailPreferences, ModeratorId},
    notify::links::{self, LinkError},
    storage::own_account::OwnWrites,
    web::{prelude::*, reader::Reader},
};

/// Shows the question and one button. Changes nothing.
pub(super) async fn show(
    app: Shared,
    reader: Reader,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    if let Err(error) = moderator(&app, &token).await? {
        return refuse(reader, error);
    }
    let question = reader.0.say("mail-stop");
    ask(reader, question, "mail-stop-text", "mail-stop-button")
}

/// Stops their mail about every site. They can choose otherwise on the desk.
pub(super) async fn act(
    app: Shared,
    reader: Reader,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = match moderator(&app, &token).await? {
        Ok(id) => id,
        Err(error) => return refuse(reader, error),
    };
    let never = MailPreferences {
        default: MailMode::None,
        ..MailPreferences::default()
    };
    let writes = OwnWrites {
        mail: Some(never),
        ..OwnWrites::default()
    };
    app.store.change_own(id, writes).await?;
    say(reader, StatusCode::OK, "mail-stopped")
}

/// Whose link it is, as long as they have an account.
async fn moderator(app: &App, token: &str) -> Result<Result<ModeratorId, LinkError>, Problem> {
    let id = match links::read_mail_stop(app, token) {
        Ok(id) => id,
        Err(error) => return Ok(Err(error)),
    };
    let account = app.store.moderator(&id).await?;
    Ok(account.map(|account| account.id).ok_or(LinkError::Unknown))
}
