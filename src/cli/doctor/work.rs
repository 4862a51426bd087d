//! What judges comments, and who sends them.

use super::Finding;
use crate::{
    bayes::{Model, Question},
    config::Settings,
    readiness::UNKNOWN_PROXY,
    storage::Store,
};

/// Whether the shipped model and those that sites use can be read.
pub(super) async fn model(store: Option<&Store>) -> Finding {
    let shipped = match Model::shipped() {
        Ok(model) => model,
        Err(error) => {
            let advice = "build the program again: the model is compiled in";
            return Finding::ill("model", error.to_string(), advice);
        }
    };
    let states = match store {
        Some(store) => store.models_in_use().await,
        None => Ok(Vec::new()),
    };
    let (Ok(states), Some(store)) = (states, store) else {
        return Finding::well("model", format!("{} can be read", shipped.version()));
    };
    let own = states
        .iter()
        .filter_map(|state| Some((state.question, &state.site, state.live.as_deref()?)));
    let mut count = 0;
    for (question, site, live) in own {
        count += 1;
        let readable = match store.model_file(site, live).await {
            Ok(Some(file)) => Model::from_bytes(&file.bytes).map_err(|error| error.to_string()),
            Ok(None) => Err("its file is not there".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = readable {
            let says = format!("the model that site {site} uses cannot be read: {error}");
            let of = match question {
                Question::Spam => "",
                Question::Abuse => " --question abuse",
            };
            let advice = format!(
                "train again (hamlet train --site {site}{of}) or go back (hamlet model rollback --site {site}{of}); until then the shipped model judges"
            );
            return Finding::ill("model", says, advice);
        }
    }
    let says = format!(
        "{} can be read, and so can the {count} models of sites",
        shipped.version()
    );
    Finding::well("model", says)
}

/// Whether the proxy before the service is known to it, as far as the running service noticed.
pub(super) async fn proxy(settings: &Settings, store: Option<&Store>) -> Finding {
    if !settings.server.trusted_proxies.is_empty() {
        return Finding::well("proxy", "a proxy is trusted to say who sends");
    }
    let noticed = match store {
        Some(store) => store.meta(UNKNOWN_PROXY).await,
        None => Ok(None),
    };
    match noticed {
        Ok(Some(_)) => Finding::ill(
            "proxy",
            "requests came through a proxy next door that is not trusted: all senders count as one",
            "set server.trusted_proxies to the proxy's address and start again",
        ),
        _ => Finding::well("proxy", "none is trusted, and none was noticed"),
    }
}
