//! A comment as the desk's templates show it.

use std::collections::HashMap;

use crate::{
    domain::{comment::Comment, score::Band, search::Search},
    markup,
    review::{abuse::SeenAbuses, opened::masked_email},
    storage::copies::Copies,
    web::desk::{
        prelude::*,
        text::{self, Rendered, visible},
        why::{self, ShownAbuse, ShownReason},
        words,
    },
    words::Argument,
};

/// Behind a comment in a form: the copies that it stands for are meant too.
pub const WITH_COPIES: &str = ":+";

/// Comments that are answered, by their identifiers.
pub type Parents = HashMap<CommentId, Comment>;

/// One comment in a list or by itself. Fields named `…_html` are safe HTML.
pub struct Item {
    pub id: String,
    /// Tells it apart from others on a page, in short.
    pub key: String,
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
    /// What it answers.
    pub above: Option<Above>,
    pub age: String,
    pub at: String,
    pub score: Score,
    /// Why it is here, the strongest reason first.
    pub reasons: Vec<ShownReason>,
    /// How abusive it seems; none where nothing is said of it.
    pub abuse: Option<ShownAbuse>,
    pub text: Rendered,
    /// Its status as a tab's name.
    pub status_label: Said<'static>,
    /// The near copies that it stands for.
    pub copies: Option<ShownCopies>,
}

/// Near copies that a row stands for.
pub struct ShownCopies {
    pub count: i64,
    /// How many they are, and where.
    pub says: String,
}

impl ShownCopies {
    fn new(words: &Words, copies: Copies) -> Self {
        let [count, pages, sites] = [copies.comments, copies.pages, copies.sites]
            .map(|count| usize::try_from(count).unwrap_or_default());
        let number = words.number(count);
        let filled: [(&str, &dyn Argument); 4] = [
            ("count", &count),
            ("number", &number),
            ("pages", &pages),
            ("sites", &sites),
        ];
        Self {
            count: copies.comments,
            says: words.fill("queue-copies", &filled),
        }
    }
}

/// The beginning of a comment that another answers.
pub struct Above {
    pub id: String,
    pub name_html: String,
    pub text_html: String,
}

/// A score as a word, a bar and a tone.
pub struct Score {
    pub words: Said<'static>,
    /// From 0 to 100; none when the comment could not be judged.
    pub percent: Option<u8>,
    /// `bad`, `unsure`, `good` or `none`.
    pub tone: &'static str,
}

impl Score {
    fn new(words: &'static Words, score: Option<f64>) -> Self {
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
            words: words.say(words::score(score)),
            percent,
            tone,
        }
    }
}

/// How comments are shown on a page: to whom, and with what beside them.
pub struct Shower<'a> {
    pub app: &'a App,
    pub words: &'static Words,
    /// How abusive they seem.
    pub abuse: SeenAbuses,
    /// What was searched for.
    pub search: Option<&'a Search>,
    pub parents: Parents,
    pub copies: HashMap<CommentId, Copies>,
}

impl<'a> Shower<'a> {
    /// Shows comments alone.
    #[must_use]
    pub fn new(app: &'a App, words: &'static Words) -> Self {
        Self {
            app,
            words,
            abuse: SeenAbuses::new(),
            search: None,
            parents: Parents::new(),
            copies: HashMap::new(),
        }
    }

    /// Shows a comment in a list, with what was searched for marked.
    #[must_use]
    pub fn in_list(&self, comment: &Comment) -> Item {
        let hits = |line: &str| {
            self.search
                .map_or_else(Vec::new, |search| search.places(line))
        };
        let marks = why::marks(comment);
        let text = text::excerpt(self.words, &comment.text, &marks, &hits(&comment.text));
        let mut item = self.item(comment, text);
        item.name_html = text::found(self.words, &comment.name, &hits(&comment.name));
        let website = comment.website.as_deref();
        item.website_html = website.map(|website| text::found(self.words, website, &hits(website)));
        item
    }

    /// Shows a comment by itself.
    #[must_use]
    pub fn whole(&self, comment: &Comment) -> Item {
        let text = Rendered {
            html: text::marked(self.words, &comment.text, &why::marks(comment)),
            ..Rendered::default()
        };
        self.item(comment, text)
    }

    fn item(&self, comment: &Comment, text: Rendered) -> Item {
        let (app, words) = (self.app, self.words);
        let site = app.directory.site(comment.site.as_str());
        let origins = site.map(|site| site.origins.clone()).unwrap_or_default();
        let (title, website) = (comment.page_title.as_deref(), comment.website.as_deref());
        let id = comment.id.to_string();
        Item {
            key: id.chars().skip(id.len().saturating_sub(8)).collect(),
            version: comment.version,
            status: comment.status,
            name: markup::calm(&comment.name).into_owned(),
            name_html: visible(words, &comment.name),
            email: words.relay(&masked_email(app, comment)).into_owned(),
            website_html: website.map(|website| visible(words, website)),
            site: comment.site.to_string(),
            page_html: visible(words, title.unwrap_or(comment.page.as_str())),
            page_url: comment.page.url(&origins),
            is_reply: comment.parent.is_some(),
            above: comment.parent.and_then(|parent| self.above(parent)),
            age: age(words, comment.created_at, app.now()),
            at: comment.created_at.to_string(),
            score: Score::new(words, comment.score),
            reasons: why::reasons(words, comment),
            abuse: self
                .abuse
                .get(&comment.id)
                .and_then(|seen| why::abuse(words, seen, comment)),
            text,
            status_label: words.say(&words::label(comment.status)),
            copies: self
                .copies
                .get(&comment.id)
                .map(|copies| ShownCopies::new(words, *copies)),
            id,
        }
    }

    fn above(&self, parent: CommentId) -> Option<Above> {
        let parent = self.parents.get(&parent)?;
        Some(Above {
            id: parent.id.to_string(),
            name_html: visible(self.words, &parent.name),
            text_html: text::beginning(self.words, &parent.text),
        })
    }
}

/// The comments that these answer, as far as the principal may see them.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn parents<'a>(
    app: &App,
    principal: &Principal,
    comments: impl Iterator<Item = &'a Comment>,
) -> Result<Parents, Problem> {
    let ids: Vec<CommentId> = comments.filter_map(|one| one.parent).collect();
    if ids.is_empty() {
        return Ok(Parents::new());
    }
    let found = app.store.comments_by_id(&principal.scope, &ids).await?;
    Ok(found.into_iter().map(|one| (one.id, one)).collect())
}

impl Item {
    /// What a form sends to name this comment as it was seen, with the copies that it stands for.
    #[must_use]
    pub fn seen(&self) -> String {
        let copies = if self.copies.is_some() {
            WITH_COPIES
        } else {
            ""
        };
        format!("{}:{}{copies}", self.id, self.version)
    }
}

/// How long ago, in the one unit that says enough.
#[must_use]
pub fn age(words: &Words, then: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(then).as_secs();
    let (count, unit) = match seconds {
        0..60 => return words.say("age-now").to_string(),
        60..3600 => (seconds / 60, "age-minutes"),
        3600..86_400 => (seconds / 3600, "age-hours"),
        86_400..2_592_000 => (seconds / 86_400, "age-days"),
        _ => return then.to_utc().date().to_string(),
    };
    words.count(unit, usize::try_from(count).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn age_is_told_in_one_unit() {
        let then = Timestamp::from_millis(0);
        let after = |seconds| {
            age(
                Words::english(),
                then,
                then.plus(Duration::from_secs(seconds)),
            )
        };
        assert_eq!(after(59), "just now");
        assert_eq!(after(119), "1 min ago");
        assert_eq!(after(7200), "2 h ago");
        assert_eq!(after(86_400 * 3), "3 d ago");
        assert_eq!(after(86_400 * 40), "1970-01-01");
    }
}
