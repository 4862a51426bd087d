//! Sentences that come from below the desk. They are English there, because programs read them too; here such
//! a sentence is found again among those whose names begin with `fault-`, and said in a reader's language.

use std::{borrow::Cow, sync::LazyLock};

use super::{Argument, LANGUAGES, Words};

/// How the names of these sentences begin.
const PREFIX: &str = "fault-";

/// How the names of those begin that say where something was found, and then what.
const PLACE: &str = "fault-at-";

/// An English sentence with places for its arguments.
struct Pattern {
    name: &'static str,
    /// Each argument with what comes before it.
    places: Vec<(&'static str, &'static str)>,
    /// What follows the last argument.
    end: &'static str,
}

/// Places come first, then those with the most words of their own: another fits the same sentence less closely.
static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let lines = LANGUAGES[0].1.lines();
    let lines = lines.filter(|line| line.starts_with(PREFIX));
    let named = lines.filter_map(|line| line.split_once(" = "));
    let mut patterns: Vec<Pattern> = named.map(|(name, text)| Pattern::new(name, text)).collect();
    patterns.sort_by_key(|pattern| {
        let is_place = pattern.name.starts_with(PLACE);
        std::cmp::Reverse((is_place, pattern.own_letters()))
    });
    patterns
});

impl Pattern {
    fn new(name: &'static str, text: &'static str) -> Self {
        let mut places = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{ $") {
            let Some((argument, after)) = after.split_once(" }") else {
                break;
            };
            places.push((before, argument));
            rest = after;
        }
        Self {
            name,
            places,
            end: rest,
        }
    }

    fn own_letters(&self) -> usize {
        let before = self.places.iter().map(|(before, _)| before.len());
        before.sum::<usize>() + self.end.len()
    }

    /// What a sentence has in this pattern's places, if it is one of it. No place is empty.
    fn fit<'a>(&self, sentence: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
        let mut found = Vec::new();
        let mut rest = sentence;
        let mut open: Option<&'static str> = None;
        for (before, argument) in &self.places {
            let at = match open {
                None => rest.starts_with(before).then_some(0)?,
                Some(argument) => {
                    let at = rest.find(before).filter(|at| *at > 0)?;
                    found.push((argument, &rest[..at]));
                    at
                }
            };
            rest = &rest[at + before.len()..];
            open = Some(argument);
        }
        let Some(argument) = open else {
            return (rest == self.end).then_some(found);
        };
        let last = rest
            .strip_suffix(self.end)
            .filter(|last| !last.is_empty())?;
        found.push((argument, last));
        Some(found)
    }
}

impl Words {
    /// A sentence that the service says in English to programs, in this language. One that is not known is
    /// said as it is.
    #[must_use]
    pub fn relay<'a>(&self, english: &'a str) -> Cow<'a, str> {
        if self.language == Self::english().language {
            return english.into();
        }
        let fitting = PATTERNS
            .iter()
            .find_map(|pattern| Some((pattern.name, pattern.fit(english)?)));
        let Some((name, found)) = fitting else {
            return english.into();
        };
        let found: Vec<(&str, String)> = found
            .into_iter()
            .map(|(argument, text)| (argument, self.relay(text).into_owned()))
            .collect();
        let arguments: Vec<(&str, &dyn Argument)> = found
            .iter()
            .map(|(argument, text)| (*argument, text as &dyn Argument))
            .collect();
        self.fill(name, &arguments).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn german(english: &str) -> String {
        let words = Words::of("de").expect("a language");
        words.relay(english).into_owned()
    }

    #[test]
    fn a_sentence_from_below_is_said_in_the_language_and_so_is_what_it_has_in_its_places() {
        assert_eq!(
            german("At most 100 characters are allowed."),
            "Höchstens 100 Zeichen sind erlaubt."
        );
        assert_eq!(
            german("There is no such site."),
            "Das gibt es nicht: Website."
        );
        assert_eq!(german("Must be from 0.5 to 1."), "Muss von 0.5 bis 1 sein.");
        assert_eq!(
            german("line 3: a date that is not understood: 30th of February"),
            "Zeile 3: ein unverständliches Datum: 30th of February"
        );
        assert_eq!(
            german("line 3: 2 values, the header has 3: is a quotation mark missing?"),
            "Zeile 3: 2 Werte, die Kopfzeile hat 3: fehlt ein Anführungszeichen?"
        );
        assert_eq!(
            german("Must be from 1 to 24, or absent."),
            "Muss von 1 bis 24 sein oder leer bleiben."
        );
    }

    #[test]
    fn another_sentence_is_said_as_it_is() {
        assert_eq!(german("Nobody translated this."), "Nobody translated this.");
        assert_eq!(
            german("At most  characters are allowed."),
            "At most  characters are allowed."
        );
        let english = Words::english().relay("This field is required.");
        assert_eq!(english, "This field is required.");
    }
}
