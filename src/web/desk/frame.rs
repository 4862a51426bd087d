//! What every page of the desk has around it: who is signed in, and what the last form did.

use url::form_urlencoded::Serializer;

use super::fields::FormFields;
use crate::{
    app::App,
    domain::decision::Decision,
    storage::decisions::Outcome,
    web::{auth::SignedIn, desk::sign_in::inside},
};

/// Undoing is offered for at most so many at once: the page's address carries them.
const MAX_UNDO: usize = 100;

/// The frame of a page.
pub struct Frame {
    /// The name of who is signed in.
    pub who: String,
    /// Whether they run the place.
    pub operator: bool,
    /// For forms and the script.
    pub csrf: String,
    /// What the last form did.
    pub flash: Option<Flash>,
    /// Where forms of this page come back to.
    pub back: String,
}

impl Frame {
    /// The frame for someone, on a page that forms come back to.
    #[must_use]
    pub fn new(app: &App, signed_in: &SignedIn, back: String, flash: Option<Flash>) -> Self {
        Self {
            who: signed_in.account.name.clone(),
            operator: signed_in.principal().is_operator(),
            csrf: signed_in.session.csrf_token(app),
            flash,
            back,
        }
    }
}

/// What a form did, carried through the redirect that follows it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Flash {
    /// The decision's word, or `undo`.
    pub did: String,
    /// How many comments.
    pub count: usize,
    /// How many someone else was faster with, or that are not there.
    pub late: usize,
    /// `id:version` of each, to take it back.
    pub undo: Vec<String>,
}

impl Flash {
    /// Reads what [`Flash::carry`] wrote. Anyone can write such an address; it only words a message
    /// and fills a form that a person would have to send.
    #[must_use]
    pub fn read(
        did: Option<&str>,
        count: Option<&str>,
        late: Option<&str>,
        undo: Option<&str>,
    ) -> Option<Self> {
        let did = did.filter(|did| *did == "undo" || Decision::parse(did).is_some())?;
        let number = |raw: Option<&str>| raw.and_then(|raw| raw.parse().ok()).unwrap_or(0);
        let keys = undo.unwrap_or_default().split(',');
        Some(Self {
            did: did.to_owned(),
            count: number(count),
            late: number(late),
            undo: keys
                .filter(|key| !key.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }

    /// What became of one form's wishes.
    #[must_use]
    pub fn of(did: &str, outcomes: &[Outcome]) -> Self {
        let done = outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Done(_, decided) => Some(format!("{}:{}", decided.id, decided.version)),
            _ => None,
        });
        let undo: Vec<String> = done.collect();
        Self {
            did: did.to_owned(),
            count: undo.len(),
            late: outcomes.len() - undo.len(),
            undo: if did == "undo" || undo.len() > MAX_UNDO {
                Vec::new()
            } else {
                undo
            },
        }
    }

    /// The address to go on to, with the message in it.
    #[must_use]
    pub fn carry(&self, back: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("did", &self.did);
        query.append_pair("n", &self.count.to_string());
        if self.late > 0 {
            query.append_pair("late", &self.late.to_string());
        }
        if !self.undo.is_empty() {
            query.append_pair("undo", &self.undo.join(","));
        }
        let join = if back.contains('?') { '&' } else { '?' };
        format!("{back}{join}{}", query.finish())
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> String {
        let what = match self.did.as_str() {
            "approve" => "approved",
            "spam" => "marked as spam",
            "reject" => "rejected",
            "trash" => "moved to the trash",
            "hold" => "put back into the queue",
            _ => "taken back",
        };
        let decided = match self.count {
            0 => "Nothing was changed.".to_owned(),
            1 => format!("1 comment {what}."),
            count => format!("{count} comments {what}."),
        };
        match self.late {
            0 => decided,
            1 => format!("{decided} 1 was left alone: someone was faster. Look at it again."),
            late => {
                format!("{decided} {late} were left alone: someone was faster. Look at them again.")
            }
        }
    }
}

/// Where a form said that it came from, if that is on the desk; else there.
#[must_use]
pub fn back_of(fields: &FormFields, or_else: &str) -> String {
    let back = fields.get("back");
    if back.is_empty() {
        or_else
    } else {
        inside(back)
    }
    .to_owned()
}
