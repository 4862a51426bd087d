//! What the demo starts with: a site of its own, a few sample comments that came in as any other does, and
//! labelled texts enough to train a model on. The article's page is in [`crate::web`].

use std::sync::Arc;

use crate::{
    app::App,
    bayes::Question,
    domain::{
        sample::{Provenance, Vote},
        site::{Policy, SiteSlug},
    },
    intake::{self, submission::Fields},
    interchange::labelled::{self, Format},
    learn::samples,
    sites::{self, SiteError, change::NewSite},
    storage,
};

/// The demo's site.
pub const SITE: &str = "demo";

/// The article's page.
pub const PAGE: &str = "/demo";

/// Comments that a newcomer finds in the queue: name, email, text.
const SAMPLES: [(&str, &str, &str); 4] = [
    (
        "Marta",
        "marta@example.org",
        "The peas on the rail are a lovely idea. Which variety do you sow, and when do you take them down?",
    ),
    (
        "Best Prices 4 You",
        "deals@example.com",
        "HOT DEAL!!! Buy cheap followers and likes now at http://cheap-likes.example/buy limited offer, click here >>> http://cheap-likes.example",
    ),
    (
        "Jonas",
        "jonas@example.net",
        "I tried the same with a fig and it sulked for two years, then gave more than we could eat.",
    ),
    (
        "Ann",
        "ann@example.org",
        "Nice post! My channel has more balcony tips, please subscribe and check it out",
    ),
];

/// What people would have said of earlier comments there, in words of our own: with it a newcomer can
/// train a model at once.
static LABELLED: &str = include_str!("demo.tsv");

/// Adds the demo's site, its sample comments and its labelled texts; `false` when the site was there
/// already.
///
/// # Errors
/// [`storage::StoreError`].
pub async fn prepare(app: &App) -> storage::Result<bool> {
    let origin = app.public_origin();
    let new = NewSite {
        slug: SITE.to_owned(),
        name: Some("Demo".to_owned()),
        origins: origin.iter().map(|one| one.as_str().to_owned()).collect(),
        policy: Policy::of_new_site(),
    };
    let site = match sites::add(app, new).await {
        Ok(site) => Arc::new(site),
        Err(SiteError::Store(error)) => return Err(error),
        Err(_) => return Ok(false),
    };
    for (name, email, text) in SAMPLES {
        let fields = Fields {
            page: Some(PAGE.to_owned()),
            name: Some(name.to_owned()),
            email: Some(email.to_owned()),
            text: Some(text.to_owned()),
            ..Fields::default()
        };
        let Ok(submission) = fields.parse(&site) else {
            continue;
        };
        if let Err(error) = intake::submit(&app.intake, site.clone(), submission, None, None).await
        {
            tracing::warn!(%error, "a sample comment could not be added");
        }
    }
    let votes = votes(app, &site.slug);
    samples::cast(&app.learning, votes, Provenance::Samples, SITE.to_owned()).await?;
    Ok(true)
}

fn votes(app: &App, site: &SiteSlug) -> Vec<Vote> {
    let records = labelled::read(LABELLED.as_bytes(), Format::Tsv).filter_map(Result::ok);
    records
        .filter_map(|record| {
            samples::vote_of_record(&app.vault, site.clone(), Question::Spam, &record).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bayes::Label, learn::training::gate::NEEDED, text::Document};

    fn is_held_out(text: &str) -> bool {
        samples::is_held_out(&Document {
            text,
            ..Document::default()
        })
    }

    #[test]
    fn the_labelled_texts_suffice_for_a_training_and_to_measure_it() {
        let records: Vec<_> = labelled::read(LABELLED.as_bytes(), Format::Tsv)
            .map(|record| record.expect("a record"))
            .collect();
        for label in [Label::Ham, Label::Spam] {
            let of_class = records.iter().filter(|record| record.label == Some(label));
            let held_out = of_class.clone().filter(|record| is_held_out(&record.text));
            assert!(of_class.clone().count() as u64 >= NEEDED);
            let held_out = held_out.count();
            assert!(held_out >= 5, "{held_out} {label:?}");
        }
    }
}
