//! Judging without storing.

use crate::{
    directory::DEFAULT_SITE,
    domain::{
        email::EmailAddress, evidence::Verdict, in_words::EvidenceInWords, name::AuthorName,
        score::in_words, text::CommentText, website::Website,
    },
    review::trial,
    text::Document,
    web::prelude::*,
};

/// What to judge. Nothing of it is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScoreRequest {
    /// The text.
    #[schema(
        min_length = 1,
        max_length = 15000,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    text: String,
    /// The author's name; a blank one is none, and so with the next two.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// The author's address; only its domain is looked at.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// The author's site.
    #[schema(max_length = 500)]
    website: Option<String>,
    /// The site whose policy gives the verdict; absent: `default`.
    site: Option<String>,
}

/// What it would be judged as.
#[derive(Debug, Serialize, ToSchema)]
struct ScoreAnswer {
    /// Calibrated probability of spam in [0, 1]; null when the model could not judge.
    score: Option<f64>,
    /// The score in words.
    score_words: &'static str,
    /// What the policy would make of it, for an author nobody knows.
    verdict: Verdict,
    /// Why.
    evidence: EvidenceInWords,
}

/// Judges a text without storing it.
#[utoipa::path(responses(
    (status = 200, body = ScoreAnswer),
    (status = 404, description = "No such site, or not yours to see."),
))]
#[post("/api/v1/score")]
async fn score(
    app: Shared,
    Moderator(principal): Moderator,
    Json(request): Json<ScoreRequest>,
) -> Result<HttpResponse, Problem> {
    let slug = request.site.as_deref().unwrap_or(DEFAULT_SITE);
    let site = site::named_within(&app, &principal.scope, slug)?;
    let mut errors: Vec<FieldError> = Vec::new();
    let mut keep = |error| errors.push(error);
    let text = CommentText::parse(&request.text).map_err(&mut keep);
    let name = given(request.name.as_deref()).map(AuthorName::parse);
    let name = name.transpose().map_err(&mut keep);
    let email = given(request.email.as_deref());
    let email = email.map(|raw| EmailAddress::parse("email", raw));
    let email = email.transpose().map_err(&mut keep);
    let website = given(request.website.as_deref()).map(Website::parse);
    let website = website.transpose().map_err(&mut keep);
    let (Ok(text), Ok(name), Ok(email), Ok(website)) = (text, name, email, website) else {
        return Err(Problem::invalid(errors));
    };
    let document = Document {
        text: text.as_str(),
        name: name.as_ref().map(AuthorName::as_str),
        email_domain: email.as_ref().map(EmailAddress::domain),
        website: website.as_ref().map(Website::as_str),
    };
    let judged = trial::judge(&app.learning, &site, &document).await;
    Ok(private().json(ScoreAnswer {
        score: judged.score,
        score_words: in_words(judged.score),
        verdict: judged.verdict,
        evidence: Words::english().evidence(&judged.evidence, &document),
    }))
}

/// A field that is there and not blank: forms send what was not filled in.
fn given(raw: Option<&str>) -> Option<&str> {
    raw.filter(|raw| !raw.trim().is_empty())
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(score);
}
