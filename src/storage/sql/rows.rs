//! Columns as domain types. What cannot be read is reported as corrupt, never guessed.

use serde::de::DeserializeOwned;
use sqlx::{Row, ValueRef, any::AnyRow};

use crate::{
    bayes::{Label, Question},
    domain::{
        block::{BlockAction, BlockKind},
        campaign::CampaignId,
        comment::{CommentId, Status},
        decision::{Action, BatchId, Decision, DecisionReason, Door},
        email::{EmailIndex, SealedEmail},
        evidence::Verdict,
        mail::{MailKind, MailStatus},
        model::{ModelId, Phase},
        moderator::{MailMode, ModeratorId, Role},
        page::Page,
        sample::Provenance,
        site::SiteSlug,
        tally::TallyKind,
        timestamp::Timestamp,
        webhook::Event,
    },
    storage::{Result, StoreError},
};

/// What a record is made of, said once: the list of columns that a SELECT has, and the reader of the rows that
/// it finds. Each field has its column, the name of a column's table before it where one is needed.
macro_rules! record {
    (
        $columns:ident, $read:ident -> $type:ident {
            $field:ident: $($how:ident)? $column:literal
            $(, $more:ident: $($more_how:ident)? $more_column:literal)* $(,)?
        }
    ) => {
        /// The columns of a record.
        pub(in crate::storage) const $columns: &str = concat!($column $(, ", ", $more_column)*);

        /// Reads a record.
        pub(in crate::storage) fn $read(row: &sqlx::any::AnyRow) -> $crate::storage::Result<$type> {
            use $crate::storage::sql::rows::*;
            Ok($type {
                $field: record!(@ row, $column $(, $how)?),
                $($more: record!(@ row, $more_column $(, $more_how)?),)*
            })
        }
    };
    (@ $row:ident, $column:literal) => { get($row, name($column))? };
    (@ $row:ident, $column:literal, $how:ident) => { $how($row, name($column))? };
}
pub(in crate::storage) use record;

/// What a column is called in a row that was found.
pub(in crate::storage) fn name(column: &'static str) -> &'static str {
    column.rsplit(['.', ' ']).next().unwrap_or(column)
}

/// A row's site, where it is empty in rows of every site or of none.
pub(in crate::storage) fn optional_site(row: &AnyRow) -> Result<Option<SiteSlug>> {
    let slug: String = get(row, "site")?;
    (!slug.is_empty()).then(|| get(row, "site")).transpose()
}

/// What a column can be read as.
pub(in crate::storage) trait Column: Sized {
    fn read(row: &AnyRow, column: &str) -> Result<Self>;
}

/// A row's column, as what it is to be.
pub(in crate::storage) fn get<T: Column>(row: &AnyRow, column: &str) -> Result<T> {
    T::read(row, column)
}

/// What the JSON in a column says.
pub(in crate::storage) fn json<T: DeserializeOwned>(
    row: &AnyRow,
    column: &'static str,
) -> Result<T> {
    let text: String = get(row, column)?;
    serde_json::from_str(&text).map_err(|_| StoreError::Corrupt(column))
}

impl<T: Column> Column for Option<T> {
    fn read(row: &AnyRow, column: &str) -> Result<Self> {
        if row.try_get_raw(column)?.is_null() {
            return Ok(None);
        }
        T::read(row, column).map(Some)
    }
}

macro_rules! plain {
    ($($type:ty),*) => {$(
        impl Column for $type {
            fn read(row: &AnyRow, column: &str) -> Result<Self> {
                Ok(row.try_get(column)?)
            }
        }
    )*};
}

plain!(String, i32, i64, f64, Vec<u8>);

impl Column for bool {
    fn read(row: &AnyRow, column: &str) -> Result<Self> {
        Ok(get::<i64>(row, column)? != 0)
    }
}

/// A time that calendars have, as everything that was ever written here does.
impl Column for Timestamp {
    fn read(row: &AnyRow, column: &str) -> Result<Self> {
        let at = Self::from_millis(get(row, column)?);
        at.is_in_calendar()
            .then_some(at)
            .ok_or(StoreError::Corrupt("time"))
    }
}

/// Types that are kept as text: what an error calls them, and what reads them.
macro_rules! texts {
    ($($type:ty, $what:literal => $parse:expr),* $(,)?) => {$(
        impl Column for $type {
            fn read(row: &AnyRow, column: &str) -> Result<Self> {
                let parse: fn(&str) -> Option<Self> = $parse;
                parse(&get::<String>(row, column)?).ok_or(StoreError::Corrupt($what))
            }
        }
    )*};
}

texts! {
    SiteSlug, "site" => |text| Self::parse(text).ok(),
    Page, "page" => |text| Some(Self::from_canonical(text.to_owned())),
    CommentId, "comment id" => Self::parse,
    BatchId, "batch" => Self::parse,
    CampaignId, "campaign" => Self::parse,
    ModelId, "model id" => Self::parse,
    ModeratorId, "moderator" => |text| Some(Self(text.to_owned())),
    SealedEmail, "address" => |text| Some(Self(text.to_owned())),
    EmailIndex, "address" => |text| Some(Self(text.to_owned())),
    Status, "status" => Self::parse,
    Verdict, "verdict" => Self::parse,
    Decision, "decision" => Self::parse,
    Door, "door" => Self::parse,
    DecisionReason, "reason" => Self::parse,
    Question, "question" => Self::parse,
    Action, "action" => Self::parse,
    Role, "role" => Self::parse,
    Phase, "phase" => Self::parse,
    Event, "event" => Self::parse,
    Label, "label" => Self::parse,
    MailKind, "kind of mail" => Self::parse,
    MailMode, "mail mode" => Self::parse,
    MailStatus, "mail status" => Self::parse,
    Provenance, "provenance" => Self::parse,
    TallyKind, "kind of sum" => Self::parse,
    BlockKind, "kind" => word,
    BlockAction, "action" => word,
}

/// Reads an enum from the word that serde has for it.
fn word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}
