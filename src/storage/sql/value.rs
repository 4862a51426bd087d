//! Domain types as parameters of a statement.

use serde::Serialize;
use sqlx::{Any, any::AnyArguments, query::Query};
use uuid::Uuid;

use crate::{
    bayes::Label,
    domain::{
        block::BlockKind,
        campaign::CampaignId,
        comment::{CommentId, Status},
        decision::{Action, BatchId, Decision, Door},
        email::{EmailIndex, SealedEmail},
        evidence::Verdict,
        mail::{MailKind, MailStatus},
        model::{ModelId, Phase},
        moderator::{MailMode, ModeratorId, Role, Scope},
        page::Page,
        sample::Provenance,
        site::SiteSlug,
        tally::TallyKind,
        timestamp::Timestamp,
        webhook::Event,
    },
};

/// A value bound to a parameter.
#[derive(Debug, Clone)]
pub(in crate::storage) enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Real(Option<f64>),
    Bytes(Option<Vec<u8>>),
}

impl Value {
    pub(in crate::storage) fn bind(
        self,
        query: Query<'_, Any, AnyArguments>,
    ) -> Query<'_, Any, AnyArguments> {
        match self {
            Self::Text(text) => query.bind(text),
            Self::Integer(integer) => query.bind(integer),
            Self::Real(Some(real)) => query.bind(real),
            // sqlx 0.9.0 hands a missing f64 to PostgreSQL as a missing f32 and the other way round. A
            // statement prepared with the wrong one refuses every number that comes after it.
            Self::Real(None) => query.bind(None::<f32>),
            Self::Bytes(bytes) => query.bind(bytes),
        }
    }
}

/// What can be a parameter.
pub(in crate::storage) trait ToValue {
    /// NULL, as a value of this type.
    const NULL: Value = Value::Text(None);

    fn to_value(&self) -> Value;
}

/// The values of a statement's parameters, in order: `values![site, id, now]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::storage::sql::value::ToValue::to_value(&$value)),*]
    };
}
pub(in crate::storage) use values;

impl<T: ToValue + ?Sized> ToValue for &T {
    const NULL: Value = T::NULL;

    fn to_value(&self) -> Value {
        (*self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    const NULL: Value = T::NULL;

    fn to_value(&self) -> Value {
        self.as_ref().map_or(T::NULL, T::to_value)
    }
}

/// Types that are kept as text, each with what makes it a string.
macro_rules! texts {
    ($($type:ty => $text:expr),* $(,)?) => {$(
        impl ToValue for $type {
            fn to_value(&self) -> Value {
                let text: fn(&$type) -> String = $text;
                Value::Text(Some(text(self)))
            }
        }
    )*};
}

texts! {
    str => str::to_owned,
    String => Clone::clone,
    serde_json::Value => ToString::to_string,
    Uuid => ToString::to_string,
    SiteSlug => ToString::to_string,
    Page => ToString::to_string,
    CommentId => ToString::to_string,
    BatchId => ToString::to_string,
    CampaignId => ToString::to_string,
    ModelId => ToString::to_string,
    ModeratorId => |id| id.0.clone(),
    SealedEmail => |sealed| sealed.0.clone(),
    EmailIndex => |index| index.0.clone(),
    Scope => to_json,
}

/// Types that are kept as a word.
macro_rules! words {
    ($($type:ty),* $(,)?) => {
        texts! { $($type => |word| word.as_str().to_owned()),* }
    };
}

words! {
    Status, Verdict, Decision, Door, Action, Role, Phase, Event, Label, MailStatus, Provenance, BlockKind, MailMode, MailKind, TallyKind,
}

/// Types that are kept as whole numbers.
macro_rules! integers {
    ($($type:ty => $integer:expr),* $(,)?) => {$(
        impl ToValue for $type {
            const NULL: Value = Value::Integer(None);

            fn to_value(&self) -> Value {
                let integer: fn(&$type) -> i64 = $integer;
                Value::Integer(Some(integer(self)))
            }
        }
    )*};
}

integers! {
    i64 => |number| *number,
    u32 => |number| i64::from(*number),
    u64 => |number| i64::try_from(*number).unwrap_or(i64::MAX),
    usize => |number| i64::try_from(*number).unwrap_or(i64::MAX),
    bool => |is_so| i64::from(*is_so),
    Timestamp => |at| at.millis(),
}

impl ToValue for f64 {
    const NULL: Value = Value::Real(None);

    fn to_value(&self) -> Value {
        Value::Real(Some(*self))
    }
}

impl ToValue for Vec<u8> {
    const NULL: Value = Value::Bytes(None);

    fn to_value(&self) -> Value {
        Value::Bytes(Some(self.clone()))
    }
}

/// What is kept as JSON.
pub(in crate::storage) fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Strings as the one parameter of which `{list:$n}` makes a list.
pub(in crate::storage) fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items = items.into_iter();
    let items = items.map(|item| serde_json::json!({ "v": item.to_string() }));
    serde_json::Value::Array(items.collect()).to_string()
}

/// Rows as the one parameter of which `{rows:$n}` makes a table.
pub(in crate::storage) fn to_rows<T: Serialize>(items: impl IntoIterator<Item = T>) -> String {
    to_json(&items.into_iter().collect::<Vec<_>>())
}
