//! What an opened comment's page says of near copies of it, and applying what was decided about it to those that wait.

use super::words::verb;
use crate::{
    domain::{
        comment::Comment,
        decision::{BatchId, Beside, Decision, Outcome},
    },
    review::copies::{self, Acted, CopiesAct},
    web::{api::comments::named_comment, desk::prelude::*},
    words::Argument,
};

/// Near copies of a comment, for its page.
pub struct Near {
    /// How many, and where.
    pub says: String,
    /// How many are on sites that this person does not see.
    pub elsewhere: Option<String>,
    /// The list of them.
    pub href: String,
    /// What a button applies to those that wait, and what it says.
    pub too: Option<(Decision, String)>,
    /// Those that arrive from now on are not meant.
    pub until: i64,
}

impl Near {
    /// What there is to say of a comment's near copies; nothing where it has none.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`].
    pub async fn of(
        app: &App,
        principal: &Principal,
        words: &Words,
        comment: &Comment,
    ) -> Result<Option<Self>, Problem> {
        let Some(members) = copies::members(app, principal, comment).await? else {
            return Ok(None);
        };
        let number = |count: i64| usize::try_from(count).unwrap_or_default();
        let all: i64 = Status::ALL.iter().map(|one| members.counts.of(*one)).sum();
        let [count, pages, sites] = [all - 1, members.pages, members.sites].map(number);
        let shown = words.number(count);
        let filled: [(&str, &dyn Argument); 4] = [
            ("count", &count),
            ("number", &shown),
            ("pages", &pages),
            ("sites", &sites),
        ];
        let elsewhere = number(members.elsewhere);
        let waiting = number(members.counts.of(Status::Pending));
        let decision = Decision::leading_to(comment.status).filter(|one| *one != Decision::Hold);
        let too = |decision| {
            let (number, verb) = (words.number(waiting), words.say(&verb(decision)));
            let filled: [(&str, &dyn Argument); 3] =
                [("count", &waiting), ("number", &number), ("verb", &&*verb)];
            (decision, words.fill("comment-copies-too", &filled))
        };
        Ok((all > 1 || elsewhere > 0).then(|| Self {
            says: words.fill("comment-copies-say", &filled),
            elsewhere: (elsewhere > 0).then(|| words.count("comment-copies-elsewhere", elsewhere)),
            href: format!("{HOME}?status=all&copies={}", comment.id),
            too: decision.filter(|_| waiting > 0).map(too),
            until: app.now().millis(),
        }))
    }
}

/// Applies what was decided about a comment to its copies that wait.
pub(super) async fn apply(
    app: Shared,
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let unknown = || Problem::malformed("The form does not say what is meant.");
    let number = |name: &str| fields.get(name).parse::<i64>().map_err(|_| unknown());
    let principal = by.principal();
    let act = CopiesAct {
        id: named_comment(&app, &principal, &id).await?.id,
        version: number("version")?,
        decision: Decision::parse(fields.get("decision")).ok_or_else(unknown)?,
        among: Some(vec![Status::Pending]),
        until: Some(Timestamp::from_millis(number("until")?)),
        beside: Beside::default(),
    };
    let (did, here) = (act.decision.as_str(), format!("{HOME}/comments/{}", act.id));
    let Acted {
        outcome,
        decided,
        changed,
        left,
        batch,
    } = copies::decide(&app.review, &principal, act, BatchId::generate()).await?;
    let late = usize::from(!matches!(outcome, Outcome::Done(..)));
    let flash = Flash {
        did: did.to_owned(),
        count: decided,
        late: changed + late,
        broken: usize::from(left),
        batch: Some(batch),
        ..Flash::default()
    };
    Ok(see_other(&flash.carry(&here)))
}
