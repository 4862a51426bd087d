//! What the models make of a document: how likely it is spam and why, how abusive it seems, its language, and what near
//! copies of it are found by.

use std::{panic::AssertUnwindSafe, sync::Arc};

use super::checks;
use crate::{
    bayes::Model,
    domain::{
        abuse::{AbuseMode, AbuseScore},
        arrival::Program,
        evidence::{Finding, ModelEvidence},
        site::{Site, SiteSlug},
    },
    learn::{
        Learning,
        abuse::{self, AbuseJudge},
        live::{LiveError, SiteModel},
    },
    text::{
        Document, language,
        sketch::Sketch,
        views::{Extractor, with_features},
    },
};

/// What a site's live model makes of a document.
#[derive(Debug, Default)]
pub struct Opinion {
    /// What it reads in it. `None` when it cannot judge (it could not be had, no finite score, or a defect that panics): then the
    /// comment is held.
    pub model: Option<Arc<ModelEvidence>>,
    /// The log-odds of spam without the site's own labels, where these are too few to make spam of a text by themselves.
    pub untaught: Option<f64>,
    /// The code of the text's language, where the text says enough.
    pub language: Option<String>,
    /// That this language is none that the model knows.
    pub unknown: Option<Finding>,
    /// How abusive it seems; none where that was not asked, or where its language is none that the abuse model knows.
    pub abuse: Option<AbuseScore>,
    /// What near copies of it are found by; none where it says too little.
    pub sketch: Option<Sketch>,
}

/// Whether anything comes of knowing how abusive a text seems: nobody sees it of one that is not kept.
pub(super) fn asks_abuse(site: &Site, client: Option<&Program>) -> bool {
    match site.policy.abuse {
        AbuseMode::Off => false,
        AbuseMode::Show => client.is_none_or(|client| client.keeps),
        AbuseMode::Hold => true,
    }
}

/// What a site's live model makes of a document, and, if that is asked, how abusive it seems.
pub async fn judge(
    learning: &Learning,
    site: &Site,
    asks_abuse: bool,
    document: &Document<'_>,
) -> Opinion {
    match models(learning, &site.slug, asks_abuse).await {
        Ok((live, abuse)) => {
            // A defect that panics is an opinion that cannot be had.
            let opinion = AssertUnwindSafe(|| opinion(learning, &live, abuse.as_ref(), document));
            std::panic::catch_unwind(opinion).unwrap_or_default()
        }
        Err(error) => {
            tracing::warn!(%error, site = %site.slug, "a comment is not judged");
            Opinion::default()
        }
    }
}

/// What judges on a site. Where one of them cannot be had, a comment is not judged at all, and so held.
async fn models(
    learning: &Learning,
    site: &SiteSlug,
    asks_abuse: bool,
) -> Result<(Arc<SiteModel>, Option<AbuseJudge>), LiveError> {
    let live = learning.model(site).await?;
    let abuse = if asks_abuse {
        Some(abuse::judge(learning, site).await?)
    } else {
        None
    };
    Ok((live, abuse))
}

fn opinion(
    learning: &Learning,
    live: &SiteModel,
    abuse: Option<&AbuseJudge>,
    document: &Document<'_>,
) -> Opinion {
    // The features are found once, for all that is asked of them.
    with_features(document, |features| {
        let language = language::of(document.text, features);
        let code = language.map(|language| language.code);
        let shipped = Some(&learning.shipped().model).filter(|_| live.rests_on_few());
        Opinion {
            model: read(&live.model, document, features),
            untaught: shipped.map(|shipped| shipped.score_features(features)),
            language: code.map(str::to_owned),
            unknown: checks::of_language(language, live.has_learnt()),
            sketch: Sketch::of(features),
            abuse: abuse.and_then(|judge| judge.read(document.text, code, features)),
        }
    })
}

fn read(
    model: &Model,
    document: &Document<'_>,
    features: &Extractor,
) -> Option<Arc<ModelEvidence>> {
    let explanation = model.explain_features(document, features);
    explanation.log_odds.is_finite().then(|| {
        Arc::new(ModelEvidence {
            version: model.version().to_owned(),
            log_odds: explanation.log_odds,
            bias: explanation.bias,
            tokens: explanation.tokens,
            rest: explanation.rest,
        })
    })
}
