//! A comment as the desk's templates show it.

use crate::{
    bayes::TokenWeight,
    domain::{
        comment::Comment,
        score::{self, Band},
        search::Search,
    },
    markup,
    review::opened::masked_email,
    web::desk::{
        prelude::*,
        text::{self, Rendered, visible},
        words::label,
    },
};

/// Reasons shown with a comment in a list: fewer where there is little to explain.
const REASONS: usize = 4;
const REASONS_GENUINE: usize = 2;

/// Log-odds below which a token is not worth a line in a list.
const TELLING: f64 = 0.1;

/// One comment in a list or by itself. Fields named `…_html` are safe HTML.
pub struct Item {
    pub id: String,
    pub version: i64,
    pub status: Status,
    /// For attributes, which templates escape.
    pub name: String,
    pub name_html: String,
    pub email: String,
    pub website_html: Option<String>,
    pub site: String,
    pub page_html: String,
    /// The page's address, where it is an `http` or `https` one.
    pub page_url: Option<String>,
    pub is_reply: bool,
    pub age: String,
    pub at: String,
    pub score: Score,
    pub reasons: Vec<ShownReason>,
    pub text: Rendered,
}

/// Why a comment was scored as it was.
pub struct ShownReason {
    pub says: String,
    pub for_spam: bool,
}

/// A score as a word, a bar and a tone.
pub struct Score {
    pub words: &'static str,
    /// From 0 to 100; none when the comment could not be judged.
    pub percent: Option<u8>,
    /// `bad`, `unsure`, `good` or `none`.
    pub tone: &'static str,
}

impl Score {
    fn new(score: Option<f64>) -> Self {
        let tone = match score.map(Band::of) {
            None => "none",
            Some(Band::Spam) => "bad",
            Some(Band::Uncertain) => "unsure",
            Some(Band::Genuine) => "good",
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to 100"
        )]
        let percent = score.map(|score| (score.clamp(0.0, 1.0) * 100.0).round() as u8);
        Self {
            words: score::in_words(score),
            percent,
            tone,
        }
    }
}

impl Item {
    /// Shows a comment in a list, with what was searched for marked.
    #[must_use]
    pub fn in_list(app: &App, comment: &Comment, search: Option<&Search>) -> Self {
        let hits = |line: &str| search.map_or_else(Vec::new, |search| search.places(line));
        let text = text::excerpt(&comment.text, tokens(comment), &hits(&comment.text));
        let mut item = Self::new(app, comment, text);
        item.name_html = text::found(&comment.name, &hits(&comment.name));
        let website = comment.website.as_deref();
        item.website_html = website.map(|website| text::found(website, &hits(website)));
        item
    }

    /// Shows a comment by itself.
    #[must_use]
    pub fn whole(app: &App, comment: &Comment) -> Self {
        let text = Rendered {
            html: text::marked(&comment.text, tokens(comment)),
            ..Rendered::default()
        };
        Self::new(app, comment, text)
    }

    fn new(app: &App, comment: &Comment, text: Rendered) -> Self {
        let site = app.directory.site(comment.site.as_str());
        let origins = site.map(|site| site.origins.clone()).unwrap_or_default();
        let title = comment.page_title.as_deref();
        Self {
            id: comment.id.to_string(),
            version: comment.version,
            status: comment.status,
            name: markup::calm(&comment.name).into_owned(),
            name_html: visible(&comment.name),
            email: masked_email(app, comment),
            website_html: comment.website.as_deref().map(visible),
            site: comment.site.to_string(),
            page_html: visible(title.unwrap_or(comment.page.as_str())),
            page_url: comment.page.url(&origins),
            is_reply: comment.parent.is_some(),
            age: age(comment.created_at, app.now()),
            at: comment.created_at.to_string(),
            score: Score::new(comment.score),
            reasons: reasons(comment),
            text,
        }
    }

    /// Its status as a tab's name.
    #[must_use]
    pub fn status_label(&self) -> &'static str {
        label(self.status)
    }

    /// What a form sends to name this comment as it was seen.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}:{}", self.id, self.version)
    }
}

fn tokens(comment: &Comment) -> &[TokenWeight] {
    let model = comment.evidence.model.as_ref();
    model.map_or(&[], |model| model.tokens.as_slice())
}

/// The main reasons: checks that fired, then the tokens that pulled the score where it is.
fn reasons(comment: &Comment) -> Vec<ShownReason> {
    let (words, document) = (Words::english(), comment.document());
    let genuine = comment.score.map(Band::of) == Some(Band::Genuine);
    let pull = |token: &&TokenWeight| if genuine { -token.weight } else { token.weight };
    let mut telling: Vec<&TokenWeight> = tokens(comment)
        .iter()
        .filter(|token| pull(token) >= TELLING)
        .collect();
    telling.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    let checks = comment.evidence.checks.iter().map(|finding| ShownReason {
        says: words.reason(&finding.reason),
        for_spam: finding.weight > 0.0,
    });
    let tokens = telling.into_iter().map(|token| ShownReason {
        says: words.sign(token, &document),
        for_spam: !genuine,
    });
    let most = if genuine { REASONS_GENUINE } else { REASONS };
    checks.chain(tokens).take(most).collect()
}

/// How long ago, in the one unit that says enough.
#[must_use]
pub fn age(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(then).as_secs();
    let (count, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3600 => (seconds / 60, "min"),
        3600..86_400 => (seconds / 3600, "h"),
        86_400..2_592_000 => (seconds / 86_400, "d"),
        _ => return then.to_utc().date().to_string(),
    };
    format!("{count} {unit} ago")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn age_is_told_in_one_unit() {
        let then = Timestamp::from_millis(0);
        let after = |seconds| age(then, then.plus(Duration::from_secs(seconds)));
        assert_eq!(after(59), "just now");
        assert_eq!(after(119), "1 min ago");
        assert_eq!(after(7200), "2 h ago");
        assert_eq!(after(86_400 * 3), "3 d ago");
        assert_eq!(after(86_400 * 40), "1970-01-01");
    }
}
