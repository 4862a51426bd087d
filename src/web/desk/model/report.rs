//! The evaluation report of a model, to keep: it is a file and no page of ours. Texts of strangers are
//! in it, escaped; where a browser shows it all the same, nothing in it runs or loads.

use crate::{
    domain::model::ModelId,
    learn::{
        registry,
        training::evaluation::{self, EvaluationError},
    },
    web::desk::prelude::*,
};

/// Its plots and tables are styled within it; that is all it may do.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

pub(in crate::web::desk) async fn download(
    app: Shared,
    Operators(Entered(by)): Operators<Entered>,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let entry = match ModelId::parse(&id) {
        Some(id) => registry::find(&app, id).await?,
        None => None,
    };
    let entry = entry.ok_or_else(|| Problem::not_found("model"))?;
    let report = evaluation::evaluate(&app, &entry, by.words).await?;
    let name = file_name(entry.version.as_deref().unwrap_or(&id));
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(private()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(report))
}

/// Versions begin with what someone called a site.
fn file_name(version: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let version = version.replace(|c| !plain(c), "_");
    format!("evaluation-{version}.html")
}

impl From<EvaluationError> for Problem {
    fn from(error: EvaluationError) -> Self {
        let conflict = |code| Self::conflict(code, sentence(&error));
        match error {
            EvaluationError::NotTrained => conflict("not_trained"),
            EvaluationError::NothingHeldOut => conflict("nothing_held_out"),
            EvaluationError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "a model could not be evaluated");
                Self::unavailable()
            }
        }
    }
}

fn sentence(error: &EvaluationError) -> String {
    let said = error.to_string();
    let (first, rest) = said.split_at(1);
    format!("{}{rest}.", first.to_uppercase())
}
