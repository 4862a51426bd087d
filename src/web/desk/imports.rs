//! What was imported from other systems, with what became of it and taking it back; and moving a page's comments to
//! another, which is wanted most after an import.

use serde_json::Value;

use super::site_choice::SiteChoice;
use crate::{
    domain::moderator::Scope,
    history::{
        sent,
        undo::{self, ImportUndone},
    },
    sites::{SiteError, pages},
    storage::import_runs::ImportRun,
    web::{desk::prelude::*, site},
    words::Argument,
};

/// Where the page is.
const HERE: &str = "/desk/imports";

/// Imports that are shown.
const SHOWN: usize = 100;

/// The systems as they call themselves, by the words for their formats.
const SYSTEMS: [(&str, &str); 14] = [
    ("wxr", "WordPress (WXR)"),
    ("wp-rest", "WordPress (REST)"),
    ("wp-cli", "WordPress (wp-cli)"),
    ("disqus", "Disqus"),
    ("blogger", "Blogger"),
    ("movable-type", "MovableType, TypePad"),
    ("isso", "Isso (SQLite)"),
    ("isso-json", "Isso (JSON)"),
    ("commento", "Commento, Comentario"),
    ("remark42", "Remark42"),
    ("artrans", "Artalk (Artrans)"),
    ("waline", "Waline, Twikoo, Valine"),
    ("csv", "CSV"),
    ("jsonl", "JSON"),
];

/// What an import of a file would do.
pub struct Tried {
    /// What the file has to be for the import to be done; empty where there is nothing to do.
    pub digest: String,
    /// The site it would come to, its name, and what it is.
    pub site: String,
    pub name: String,
    pub format: String,
    pub said: String,
    pub counts: Vec<String>,
    pub problems: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk_imports.html")]
struct ImportsPage {
    frame: Frame,
    runs: Vec<Run>,
    sites: SiteChoice,
    done: Done,
    /// What the import of a file would do, and where it would go.
    tried: Option<Tried>,
    is_ready: bool,
    file_site: SiteChoice,
    /// The format that is chosen, and those there are.
    format: String,
    systems: &'static [(&'static str, &'static str)],
    max_mib: usize,
}

/// An import, in words.
struct Run {
    id: String,
    site: String,
    age: String,
    at: String,
    from: String,
    state: String,
    /// What became of what was in the file, as far as it is known.
    counts: Vec<String>,
    /// The first things that were not understood, as the file has them.
    problems: Vec<String>,
    /// Whether it can be taken back.
    is_here: bool,
}

impl Run {
    fn new(app: &App, words: &Words, made: &ImportRun) -> Self {
        let number = |count: i64| usize::try_from(count).unwrap_or_default();
        let state = match (made.undone_at, made.finished_at) {
            (Some(_), _) => words.count("imports-taken-back", number(made.kept)),
            (None, Some(_)) => words.count("imports-new", number(made.comments)),
            (None, None) => words.say("imports-not-ended").to_string(),
        };
        let file = made.run.file.clone();
        Self {
            id: made.run.id.clone(),
            site: made.run.site.to_string(),
            age: age(words, made.started_at, app.now()),
            at: made.started_at.to_string(),
            from: file.map_or_else(
                || made.run.source.clone(),
                |file| format!("{}: {file}", made.run.source),
            ),
            state,
            counts: counts(words, made.report.as_ref()),
            problems: lines(words, made.report.as_ref(), "problems")
                .chain(lines(words, made.report.as_ref(), "warnings"))
                .collect(),
            is_here: made.undone_at.is_none(),
        }
    }
}

/// The lines of a list in a report, in a reader's language.
pub(super) fn lines<'a>(
    words: &'a Words,
    report: Option<&'a Value>,
    name: &'a str,
) -> impl Iterator<Item = String> + 'a {
    let list = report.and_then(|report| report.get(name)?.as_array());
    let text = |line: &'a Value| Some(words.relay(line.as_str()?).into_owned());
    list.into_iter().flatten().filter_map(text)
}

/// What a report counts, a sentence each.
pub(super) fn counts(words: &Words, report: Option<&Value>) -> Vec<String> {
    let Some(report) = report else {
        return Vec::new();
    };
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap_or(0)).unwrap_or_default();
    let plain = [
        ("unchanged", "imports-unchanged"),
        ("ham", "imports-ham"),
        ("spam", "imports-spam"),
        ("unlabelled", "imports-unlabelled"),
        ("orphans", "imports-orphans"),
    ];
    let plain = plain.into_iter().filter_map(|(name, sentence)| {
        let count = number(report.get(name)?);
        (count > 0).then(|| words.count(sentence, count))
    });
    let by_reason = [
        ("withheld", "imports-withheld"),
        ("skipped", "imports-skipped"),
        ("doubts", "imports-doubts"),
    ];
    let by_reason = by_reason.into_iter().flat_map(|(name, sentence)| {
        let reasons = report.get(name).and_then(Value::as_object);
        let reasons = reasons.into_iter().flatten();
        reasons.map(move |(why, count)| {
            let count = number(count);
            let (shown, why) = (words.number(count), words.relay(why));
            let filled: [(&str, &dyn Argument); 3] =
                [("count", &count), ("number", &shown), ("why", &&*why)];
            words.fill(sentence, &filled)
        })
    });
    plain.chain(by_reason).collect()
}

pub(super) async fn show(
    app: Shared,
    Operators(Entered(signed_in)): Operators<Entered>,
) -> Result<HttpResponse, Refused> {
    render(&app, &signed_in, Done::default(), None).await
}

pub(super) async fn act(
    app: Shared,
    Operators(Sent { by, fields }): Operators<Sent>,
) -> Result<HttpResponse, Refused> {
    let done = match fields.get("do") {
        "undo" => take_back(&app, by.words, &fields).await?,
        "move" => move_page(&app, by.words, &fields).await?,
        _ => return Err(Problem::malformed("The form names nothing to do.").into()),
    };
    render(&app, &by, done.keeping(fields), None).await
}

async fn take_back(app: &App, words: &Words, fields: &FormFields) -> Result<Done, Problem> {
    let runs = runs(app).await?;
    let made = runs.iter().find(|made| made.run.id == fields.get("id"));
    let made = made.ok_or_else(|| Problem::not_found("import"))?;
    if fields.get("sure") != "yes" {
        let message = words.say("imports-say-that-you-are-sure").to_string();
        let error = FieldError::new("sure", "required", message);
        return Ok(Done::wrong("imports", vec![error]));
    }
    let ImportUndone { removed, kept } = undo::take_back(&app.history, made).await?;
    let removed = words.count(
        "imports-removed",
        usize::try_from(removed).unwrap_or_default(),
    );
    let said = match kept.len() {
        0 => removed,
        kept => format!("{removed} {}", words.count("imports-kept", kept)),
    };
    Ok(Done::said("imports", &said))
}

async fn move_page(app: &App, words: &Words, fields: &FormFields) -> Result<Done, Problem> {
    let Ok(site) = site::named(app, fields.get("site")) else {
        let message = words.say("imports-no-such-site").to_string();
        let error = FieldError::new("site", "unknown", message);
        return Ok(Done::wrong("move", vec![error]));
    };
    let moved = pages::move_thread(&app.sites, &site, fields.get("from"), fields.get("to")).await;
    match moved.map_err(SiteError::of_fields) {
        Ok(moved) => {
            let moved = usize::try_from(moved).unwrap_or_default();
            Ok(Done::said("move", &words.count("imports-moved", moved)))
        }
        Err(errors) => Ok(Done::wrong("move", errors?)),
    }
}

/// The imports into every site, the newest first.
async fn runs(app: &App) -> Result<Vec<ImportRun>, Problem> {
    let sites = app.directory.covered(&Scope::All);
    Ok(app.store.import_runs(&sites).await?)
}

/// The page with what a form did, or what the import of a file would do.
pub(super) async fn render(
    app: &App,
    signed_in: &SignedIn,
    done: Done,
    tried: Option<Tried>,
) -> Result<HttpResponse, Refused> {
    let words = signed_in.words;
    let runs = runs(app).await?;
    let status = done.status();
    let template = ImportsPage {
        frame: Frame::new(app, signed_in, HERE.to_owned(), None),
        runs: runs
            .iter()
            .take(SHOWN)
            .map(|made| Run::new(app, words, made))
            .collect(),
        sites: SiteChoice::new(app, &Scope::All, done.kept("move", "site")),
        file_site: SiteChoice::new(
            app,
            &Scope::All,
            tried
                .as_ref()
                .map_or_else(|| done.kept("file", "site"), |tried| &tried.site),
        ),
        format: tried
            .as_ref()
            .map_or_else(|| done.kept("file", "format"), |tried| &tried.format)
            .to_owned(),
        systems: &SYSTEMS,
        is_ready: tried.as_ref().is_some_and(|tried| !tried.digest.is_empty()),
        max_mib: sent::MAX_BYTES >> 20,
        tried,
        done,
    };
    Ok(page::render(status, &template)?)
}
