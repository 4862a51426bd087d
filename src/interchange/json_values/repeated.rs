//! Whether a name stands before two lists of one object, of which a parsed value keeps the last alone.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// Whether an object, or one that it is made of, has two lists or objects of one name. What stands in lists is not looked at.
pub(super) fn repeats_a_list(object: &[u8]) -> bool {
    let read = serde_json::from_slice::<HasParts>(object);
    read.is_err_and(|error| error.to_string().contains(TWICE))
}

/// What is said of a name that is there twice.
const TWICE: &str = "listed_twice";

/// Whether a value is a list or an object.
struct HasParts(bool);

impl<'de> Deserialize<'de> for HasParts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Parts)
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = HasParts;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<HasParts, E> {
        Ok(HasParts(false))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<HasParts, E> {
        Ok(HasParts(false))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<HasParts, E> {
        Ok(HasParts(false))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<HasParts, E> {
        Ok(HasParts(false))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<HasParts, E> {
        Ok(HasParts(false))
    }

    fn visit_unit<E: Error>(self) -> Result<HasParts, E> {
        Ok(HasParts(false))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<HasParts, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(HasParts(true))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<HasParts, A::Error> {
        let mut names = HashSet::new();
        while let Some((name, HasParts(has_parts))) = fields.next_entry::<String, HasParts>()? {
            if has_parts && !names.insert(name) {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(HasParts(true))
    }
}
