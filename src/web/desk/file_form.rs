//! A form with a file, whose page shows its fields before the file: they are here and looked at
//! before a byte of the file is taken, and the file is read as it comes.

use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::{
    guard::GuardContext,
    web::{Bytes, Payload},
};
use futures_util::{Stream, StreamExt, future::ready, stream};

use crate::web::{body, desk::prelude::*};

/// Fields before the file at most.
const MAX_FIELDS: usize = 10;

/// Longest value of one, in bytes.
const MAX_VALUE: usize = 4 * 1024;

/// A form whose fields were read.
pub struct FileForm {
    /// What stands before the file.
    pub fields: FormFields,
    /// The file, if one was chosen.
    pub file: Option<File>,
}

/// A file that is still to be read.
pub struct File {
    /// Its name where it comes from.
    pub name: String,
    content: Field,
    behind: Multipart,
}

/// Whether a form with a file is sent.
pub fn is_sent(context: &GuardContext<'_>) -> bool {
    let kind = context.header::<header::ContentType>();
    kind.is_some_and(|kind| kind.essence_str() == mime::MULTIPART_FORM_DATA.essence_str())
}

impl FileForm {
    /// Reads the fields, in the time that an ordinary body has.
    ///
    /// # Errors
    /// A [`Problem`]: 408, 415 for a compressed body, or 400.
    pub async fn read(app: &App, request: &HttpRequest, payload: Payload) -> Result<Self, Problem> {
        body::refuse_compressed(request)?;
        let patience = Duration::from_secs(app.settings.server.body_timeout_seconds);
        let fields = fields(Multipart::new(request.headers(), payload));
        tokio::time::timeout(patience, fields)
            .await
            .unwrap_or_else(|_| Err(body::timeout(patience)))
    }
}

async fn fields(mut parts: Multipart) -> Result<FileForm, Problem> {
    let mut fields = Vec::new();
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(broken)?;
        let disposition = part.content_disposition();
        let file = disposition.and_then(|disposition| disposition.get_filename());
        if let Some(name) = file.map(str::to_owned) {
            // What a browser sends where no file was chosen: one without a name.
            let file = (!name.is_empty()).then_some(File {
                name,
                content: part,
                behind: parts,
            });
            let fields = FormFields::from(fields);
            return Ok(FileForm { fields, file });
        }
        let name = part.name().unwrap_or_default().to_owned();
        let value = part.bytes(MAX_VALUE).await;
        let value = value.map_err(|_| Problem::malformed("A field is too long."))?;
        let value = String::from_utf8(value.map_err(broken)?.into());
        let value = value.map_err(|_| Problem::malformed("A field is not UTF-8."))?;
        fields.push((name, value));
        if fields.len() > MAX_FIELDS {
            return Err(Problem::malformed("The form has too many fields."));
        }
    }
    let fields = FormFields::from(fields);
    Ok(FileForm { fields, file: None })
}

impl File {
    /// What is in it. A form that breaks off, or has something behind the file, ends in an error.
    pub fn content(self) -> impl Stream<Item = Result<Bytes, Problem>> + Unpin {
        let mut behind = self.behind;
        let content = self.content.map(|chunk| chunk.map_err(broken));
        let end = stream::once(async move {
            match behind.next().await {
                None => Ok(()),
                Some(Ok(_)) => Err(Problem::malformed("There is something behind the file.")),
                Some(Err(error)) => Err(broken(error)),
            }
        });
        let end = end.filter_map(|ended| ready(ended.err().map(Err)));
        Box::pin(content.chain(end))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it on")]
fn broken(error: actix_multipart::MultipartError) -> Problem {
    tracing::debug!(%error, "a form with a file could not be read");
    Problem::malformed("The form broke off, or cannot be read.")
}
