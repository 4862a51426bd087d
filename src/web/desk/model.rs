//! The model's page, for operators: what judges on a site, how well it did, training, which model is
//! in use, and labelled data from elsewhere. What its forms do, `learn` does.

mod abuse;
pub mod report;
mod run;
mod sentences;
pub mod upload;

use actix_web::ResponseError as _;
use url::form_urlencoded::byte_serialize;

use self::{abuse::AbuseTried, run::Run};
use super::{
    charts::{self, DAYS, Effect},
    site_choice::SiteChoice,
};
use crate::{
    bayes::{Label, Question},
    directory::DEFAULT_SITE,
    domain::{
        model::{ModelId, SHIPPED},
        moderator::Scope,
        sample::SampleCount,
        site::Policy,
    },
    evaluation::charts::Chart,
    learn::{
        registry::{self, RegistryError, Standing},
        samples,
        training::{self, StartError, gate::NEEDED},
        upload::Uploaded,
    },
    sites::abuse::{THRESHOLDS as ABUSE_THRESHOLDS, look},
    web::{desk::prelude::*, sample_upload},
};

/// Comments that the drawings are made of.
const LATEST: i64 = 1_000;

/// Thresholds shown without script.
const THRESHOLDS: [f64; 5] = [0.5, 0.75, 0.9, 0.95, 0.99];

const DAY_MILLIS: i64 = 86_400_000;

#[derive(Deserialize)]
pub(super) struct ModelQuery {
    site: Option<String>,
    question: Option<String>,
    said: Option<String>,
}

#[derive(Template)]
#[template(path = "desk_model.html")]
struct ModelPage {
    frame: Frame,
    said: Did,
    site: SiteSlug,
    /// What the model answers.
    question: Question,
    /// What texts of each class are called.
    classes: [Said<'static>; 2],
    sites: SiteChoice,
    standing: Standing,
    runs: Vec<Run>,
    under_way: bool,
    samples: Vec<SampleCount>,
    /// The largest file that is taken, in MiB.
    max_upload: u64,
    max_source: usize,
    /// Genuine and spam, from wherever they came.
    labels: [i64; 2],
    needed: u64,
    threshold: f64,
    /// What the filter did in the last days, as a sentence.
    caught: String,
    judged: usize,
    decided: Effect,
    scores: String,
    effects: Vec<(f64, Effect)>,
    histogram: Chart,
    lines: Option<Chart>,
    calibration: Option<Chart>,
    over_time: Chart,
    abuse: AbuseTried,
}

/// What the form before did.
enum Did {
    Nothing,
    /// The name of the sentence that says so.
    Done(&'static str),
    Taken(Uploaded),
    /// Why labelled data was refused, and the name that was written beside it.
    Refused(Problem, String),
}

impl ModelPage {
    fn has_enough(&self) -> bool {
        let needed = i64::try_from(self.needed).unwrap_or(i64::MAX);
        self.labels.iter().all(|count| *count >= needed)
    }
}

pub(super) async fn show(
    app: Shared,
    Operators(Entered(signed_in)): Operators<Entered>,
    Query(query): Query<ModelQuery>,
) -> Result<HttpResponse, Refused> {
    let question = question_of(query.question.as_deref().unwrap_or_default())?;
    let site = match query.site.as_deref() {
        None | Some("") => most_taught(&app, question).await?,
        Some(slug) => site_of(&app, slug)?,
    };
    let said = match query.said.as_deref() {
        Some("begun") => Did::Done("model-said-begun"),
        Some("under_way") => Did::Done("model-said-under-way"),
        Some("active") => Did::Done("model-said-active"),
        Some("back") => Did::Done("model-said-back"),
        Some("nothing_before") => Did::Done("model-said-nothing-before"),
        Some("seen") => Did::Done("model-said-seen"),
        Some("refused") => Did::Done("model-said-refused"),
        _ => Did::Nothing,
    };
    render(&app, &signed_in, (question, site), said).await
}

pub(super) async fn act(
    app: Shared,
    Operators(Sent { by, fields }): Operators<Sent>,
) -> Result<HttpResponse, Refused> {
    let site = site_of(&app, fields.get("site"))?;
    let question = question_of(fields.get("question"))?;
    let by = &by.account.name;
    let said = match fields.get("do") {
        "abuse-seen" => {
            let site = site::named(&app, fields.get("site"))?;
            look(&app.sites, &site, &ABUSE_THRESHOLDS, by).await?;
            "seen"
        }
        "train" => match training::start(&app, question, &site, by).await {
            Ok(_) => "begun",
            Err(StartError::UnderWay(_)) => "under_way",
            Err(StartError::Store(error)) => return Err(error.into()),
        },
        "activate" => activate(&app, (question, &site), by, &fields).await?,
        "roll-back" => match registry::roll_back(&app.learning, question, &site, by).await {
            Ok(_) => "back",
            Err(RegistryError::NothingBefore) => "nothing_before",
            Err(error) => return Err(error.into()),
        },
        _ => return Err(Problem::malformed("The form names nothing to do.").into()),
    };
    let site: String = byte_serialize(site.as_str().as_bytes()).collect();
    let about = match question {
        Question::Spam => "",
        Question::Abuse => "&question=abuse",
    };
    Ok(see_other(&format!(
        "{HOME}/model?site={site}{about}&said={said}"
    )))
}

async fn activate(
    app: &App,
    (question, site): (Question, &SiteSlug),
    by: &str,
    fields: &FormFields,
) -> Result<&'static str, Problem> {
    let model = fields.get("model");
    if model == SHIPPED {
        registry::activate_shipped(&app.learning, question, site, by).await?;
        return Ok("active");
    }
    let id = ModelId::parse(model).ok_or_else(|| Problem::not_found("model"))?;
    match registry::activate(&app.learning, id, by, fields.get("force") == "1").await {
        Ok(_) => Ok("active"),
        Err(RegistryError::Refused(_)) => Ok("refused"),
        Err(error) => Err(error.into()),
    }
}

async fn render(
    app: &App,
    signed_in: &SignedIn,
    (question, site): (Question, SiteSlug),
    said: Did,
) -> Result<HttpResponse, Refused> {
    let (words, now) = (signed_in.words, app.now());
    let judged = app.store.latest_judged(&site, LATEST).await?;
    let since = now.millis() - (DAYS - 1) * DAY_MILLIS;
    let days = app
        .store
        .decisions_by_day(&site, Timestamp::from_millis(since))
        .await?;
    let runs = registry::list(app, question, std::slice::from_ref(&site)).await?;
    let runs: Vec<Run> = runs
        .into_iter()
        .map(|entry| Run::of(entry, words, now))
        .collect();
    let samples = samples::count(app, question, std::slice::from_ref(&site)).await?;
    let threshold = app
        .directory
        .site(site.as_str())
        .map_or(Policy::default().spam_threshold, |site| {
            site.policy.spam_threshold
        });
    let caught = app
        .store
        .caught(&site, Timestamp::from_millis(since))
        .await?;
    let number = |count: i64| words.number(usize::try_from(count).unwrap_or_default());
    let (aside, back, missed) = (
        number(caught.aside),
        number(caught.taken_back),
        number(caught.missed),
    );
    let caught = words.fill(
        "model-caught",
        &[("aside", &aside), ("back", &back), ("missed", &missed)],
    );
    let status = match &said {
        Did::Refused(problem, _) => problem.status_code(),
        _ => StatusCode::OK,
    };
    let template = ModelPage {
        frame: Frame::new(app, signed_in, format!("{HOME}/model"), None),
        said,
        sites: SiteChoice::new(app, &Scope::All, site.as_str()),
        standing: registry::standing(&app.learning, question, &site)
            .await
            .map_err(Problem::from)?,
        under_way: runs.iter().any(|run| run.entry.status.is_under_way()),
        runs,
        labels: [Label::Ham, Label::Spam].map(|label| {
            let of_class = samples.iter().filter(|count| count.label == label);
            of_class.map(|count| count.count).sum()
        }),
        samples,
        question,
        classes: match question {
            Question::Spam => ["model-class-ham", "model-class-spam"],
            Question::Abuse => ["model-class-clean", "model-class-abuse"],
        }
        .map(|name| words.say(name)),
        max_upload: app.settings.learning.max_upload_mib,
        max_source: sample_upload::MAX_SOURCE_CHARS,
        needed: NEEDED,
        threshold,
        caught,
        judged: judged.len(),
        decided: charts::effect(&judged, 0.0),
        scores: charts::scores(&judged),
        effects: THRESHOLDS
            .map(|at| (at, charts::effect(&judged, at)))
            .to_vec(),
        histogram: charts::histogram(&judged, words),
        lines: charts::thresholds(&judged, threshold, words),
        calibration: charts::calibration(&judged, words),
        abuse: AbuseTried::of(app, words, &*site::named(app, site.as_str())?).await?,
        over_time: charts::over_time(&days, now.millis() / DAY_MILLIS, words),
        site,
    };
    Ok(page::render(status, &template)?)
}

/// The question that a page or form is about; spam where it names none.
fn question_of(word: &str) -> Result<Question, Problem> {
    if word.is_empty() {
        return Ok(Question::Spam);
    }
    Question::parse(word).ok_or_else(|| Problem::not_found("page"))
}

fn site_of(app: &App, slug: &str) -> Result<SiteSlug, Problem> {
    Ok(site::named(app, slug)?.slug.clone())
}

/// The site to begin with: the one with the most labels, or the default one, or any.
async fn most_taught(app: &App, question: Question) -> Result<SiteSlug, Problem> {
    let sites = app.directory.covered(&Scope::All);
    let counts = samples::count(app, question, &sites).await?;
    let labels = |site: &SiteSlug| {
        let of_site = counts.iter().filter(|count| count.site == *site);
        of_site.map(|count| count.count).sum::<i64>()
    };
    let most = sites
        .into_iter()
        .max_by_key(|site| (labels(site), site.as_str() == DEFAULT_SITE));
    most.ok_or_else(|| Problem::not_found("site"))
}
