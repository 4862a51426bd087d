//! Enums each variant of which is one word: the same in the database, in JSON, in forms and in metrics.
//! The words come from the variants' names: by `strum` here, by `serde` in JSON, in the same style.

/// Gives enums their words. Each derives `IntoStaticStr`, `EnumString`, `VariantArray` and `Serialize`; a test
/// fails where `strum` and `serde` would write a variant differently. Once a module.
macro_rules! with_words {
    ($($word:ty),+) => {
        $(impl $word {
            /// Every variant, in the order in which people see them.
            pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

            /// The word kept in the database and shown outside.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                self.into()
            }

            /// The variant with this word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                word.parse().ok()
            }
        })+

        #[cfg(test)]
        mod words {
            use super::*;

            #[test]
            fn are_the_same_in_json_and_in_the_database() {
                $(for variant in <$word>::ALL {
                    let word = variant.as_str();
                    assert_eq!(<$word>::parse(word), Some(*variant));
                    assert_eq!(serde_json::to_value(variant).unwrap(), word);
                })+
            }
        }
    };
}

pub(crate) use with_words;
