//! Training runs and models: what there is, what came of a run, and which model a site uses.

use crate::{
    bayes::Question,
    directory::DEFAULT_SITE,
    domain::{
        model::{ModelEntry, ModelId, SHIPPED},
        sample::SampleCount,
    },
    learn::{
        registry::{self, RegistryError, Standing},
        samples,
        training::{self, StartError},
    },
    web::{body::OptionalJson, prelude::*, query::read_question},
};

/// Which models.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The site; absent: every site.
    site: Option<String>,
    /// What they answer; absent: whether a comment is `spam`.
    #[param(value_type = Question, required = false)]
    question: Option<String>,
}

/// What to train.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TrainRequest {
    /// The site; absent: `default`.
    site: Option<String>,
    /// What the model is to answer; absent: whether a comment is `spam`.
    question: Option<Question>,
}

/// How to activate.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ActivateRequest {
    /// Whether to put it into use although it does not pass the gate.
    #[serde(default)]
    force: bool,
    /// The site, where the model is `shipped`; absent: `default`.
    site: Option<String>,
    /// What it is to answer, where the model is `shipped`; absent: whether a comment is `spam`.
    question: Option<Question>,
}

/// The registry.
#[derive(Debug, Serialize, ToSchema)]
struct ModelList {
    /// What each site's comments are judged with.
    live: Vec<Standing>,
    /// Training runs and their models, latest first.
    models: Vec<ModelEntry>,
    /// The labels there are, by site, source and class.
    samples: Vec<SampleCount>,
}

/// Models, training runs, and what judges on each site now.
#[utoipa::path(
    params(Wanted),
    responses((status = 200, body = ModelList), (status = 404, description = "No such site.")),
)]
#[get("/api/v1/models")]
async fn list_models(
    app: Shared,
    Operator(operator): Operator,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let sites = match wanted.site.as_deref() {
        Some(slug) => vec![site(&app, Some(slug))?],
        None => app.directory.covered(&operator.scope),
    };
    let question = read_question(wanted.question.as_deref())?;
    Ok(private().json(ModelList {
        live: registry::standings(&app.learning, question, &sites).await?,
        models: registry::list(&app, question, &sites).await?,
        samples: samples::count(&app, question, &sites).await?,
    }))
}

/// A training run: its progress, then its figures against the live model.
#[utoipa::path(params(("id" = ModelId, Path)), responses((status = 200, body = ModelEntry)))]
#[get("/api/v1/models/{id}")]
async fn show_model(
    app: Shared,
    _operator: Operator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let entry = registry::find(&app, model_id(&id)?).await?;
    let entry = entry.ok_or_else(|| Problem::not_found("model"))?;
    Ok(private().json(entry))
}

/// Starts a training run for a site. It works beside everything else, one run at a time over all
/// instances; follow `Location` for its progress.
#[utoipa::path(responses(
    (status = 202, description = "It waits for its turn.",
     body = ModelEntry, headers(("Location" = String, description = "Where its progress is."))),
    (status = 404, description = "No such site."),
    (status = 409, description = "A run for this site is under way already (`under_way`); `current` is that one."),
))]
#[post("/api/v1/models")]
async fn start_training(
    app: Shared,
    Operator(operator): Operator,
    Json(request): Json<TrainRequest>,
) -> Result<HttpResponse, Problem> {
    let site = site(&app, request.site.as_deref())?;
    let question = request.question.unwrap_or_default();
    let (id, answer) = match training::start(&app, question, &site, &operator.actor.name).await {
        Ok(id) => (id, None),
        Err(StartError::UnderWay(id)) => {
            let title = "A training run for this site is under way already.";
            let problem = Problem::conflict("under_way", title);
            (id, Some(problem))
        }
        Err(StartError::Store(error)) => return Err(error.into()),
    };
    let entry = registry::find(&app, id).await?;
    match answer {
        Some(problem) => Err(problem.with_current(&entry)),
        None => Ok(HttpResponse::Accepted()
            .insert_header((header::LOCATION, format!("/api/v1/models/{id}")))
            .json(entry)),
    }
}

/// Puts a model into use on its site, on every instance within seconds and without a request
/// failing. One that does not pass the gate is refused, unless `force`. Going back to one that was
/// in use before, or to the one that ships with the program (`shipped`), needs no force.
#[utoipa::path(
    params(("id" = String, Path, description = "The model, or `shipped`.")),
    request_body = Option<ActivateRequest>,
    responses(
        (status = 200, body = Standing),
        (status = 409, description = "It does not pass the gate (`refused`, with the reasons in `current`), or there is no model yet (`not_trained`)."),
    ),
)]
#[post("/api/v1/models/{id}/activate")]
async fn activate_model(
    app: Shared,
    Operator(operator): Operator,
    id: Path<String>,
    OptionalJson(request): OptionalJson<ActivateRequest>,
) -> Result<HttpResponse, Problem> {
    let by = &operator.actor.name;
    if *id == SHIPPED {
        let site = site(&app, request.site.as_deref())?;
        let question = request.question.unwrap_or_default();
        registry::activate_shipped(&app.learning, question, &site, by).await?;
        let standing = registry::standing(&app.learning, question, &site).await?;
        return Ok(private().json(standing));
    }
    if request.site.is_some() {
        let message = "A model belongs to one site; name it only for `shipped`.";
        return Err(FieldError::new("site", "unexpected", message).into());
    }
    let entry = registry::find(&app, model_id(&id)?).await?;
    let entry = entry.ok_or_else(|| Problem::not_found("model"))?;
    if request
        .question
        .is_some_and(|named| named != entry.question)
    {
        let message = "The model answers another question; name it only for `shipped`.";
        return Err(FieldError::new("question", "unexpected", message).into());
    }
    let entry = registry::activate(&app.learning, entry.id, by, request.force).await?;
    let standing = registry::standing(&app.learning, entry.question, &entry.site).await?;
    Ok(private().json(standing))
}

/// A site by its slug; `default` when none is named.
pub(super) fn site(app: &App, slug: Option<&str>) -> Result<SiteSlug, Problem> {
    Ok(site::named(app, slug.unwrap_or(DEFAULT_SITE))?.slug.clone())
}

fn model_id(raw: &str) -> Result<ModelId, Problem> {
    ModelId::parse(raw).ok_or_else(|| Problem::not_found("model"))
}

impl From<RegistryError> for Problem {
    fn from(error: RegistryError) -> Self {
        let conflict = |code, title: String| Self::conflict(code, title);
        match error {
            RegistryError::NotFound => Self::not_found("model"),
            RegistryError::Refused(ref gate) => {
                let title = error.to_string();
                conflict("refused", title).with_current(gate)
            }
            RegistryError::NotTrained(_) => conflict("not_trained", error.to_string()),
            RegistryError::NothingBefore => conflict("nothing_before", error.to_string()),
            RegistryError::Store(error) => error.into(),
        }
    }
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(list_models)
        .service(start_training)
        .service(show_model)
        .service(activate_model);
}
