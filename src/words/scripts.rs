//! What the desk's scripts and the widget say. The desk's: in the form in which a page hands it to them: a line for each sentence, and
//! for one that counts a line for each form that its language has for numbers.

use std::{collections::HashMap, sync::LazyLock};

use super::{Argument, LANGUAGES, Words};

/// How the names of these sentences begin.
const PREFIX: &str = "js-";

/// Numbers among which each form of a language is found: of some the first number with it is large.
const COUNTED: std::ops::RangeInclusive<i64> = 0..=120;
const MILLION: i64 = 1_000_000;

/// How the names of the widget's sentences begin.
const OF_WIDGET: &str = "widget-";

static ALL: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
    let all = Words::all().iter();
    all.map(|words| (words.language, written(words))).collect()
});

impl Words {
    /// All that the widget says, in every language: an object for each language's tag, with the direction of its script.
    #[must_use]
    pub fn of_widget() -> serde_json::Value {
        let english = LANGUAGES[0].1.lines();
        let names = english.filter(|line| line.starts_with(OF_WIDGET));
        let names = names.filter_map(|line| line.split_once(" ="));
        let names: Vec<&str> = names.map(|(name, _)| name).collect();
        let all = Self::all().iter().map(|words| {
            let said = names.iter().map(|name| {
                let said = words.fill(name, &[("name", &"{name}")]);
                (camel(name.trim_start_matches(OF_WIDGET)), said)
            });
            let dir = if words.is_right_to_left() {
                "rtl"
            } else {
                "ltr"
            };
            let said = said.chain([("dir".to_owned(), dir.to_owned())]);
            let said = said.map(|(name, said)| (name, said.into()));
            let said = serde_json::Value::Object(said.collect());
            (words.language.to_owned(), said)
        });
        serde_json::Value::Object(all.collect())
    }

    /// All that scripts say, as lines of plain text: `name=sentence` or `name.form=sentence`, with `{argument}`
    /// where something is filled in.
    #[must_use]
    pub fn for_scripts(&self) -> &'static str {
        ALL.get(self.language).map_or("", String::as_str)
    }
}

/// A name as scripts write it: `replyTo` for `reply-to`.
fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut all, part| {
        let mut letters = part.chars();
        all.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        all + letters.as_str()
    })
}

fn written(words: &Words) -> String {
    let english = LANGUAGES[0].1;
    let names = english.lines().filter(|line| line.starts_with(PREFIX));
    let names = names.filter_map(|line| line.split_once(" ="));
    let (arguments, plurals) = (arguments(english), plurals(words));
    let mut out = String::new();
    for (name, _) in names {
        let forms = forms(words, &plurals, name, &arguments);
        let short = name.trim_start_matches(PREFIX);
        let same = forms.iter().all(|(_, said)| *said == forms[0].1);
        let other = forms
            .last()
            .map(|(_, said)| said.clone())
            .unwrap_or_default();
        let lines = if same { &forms[..1] } else { &forms[..] };
        // A form that says what the last says is not written again: scripts take that one then.
        let lines = lines
            .iter()
            .filter(|(form, said)| same || *form == "other" || *said != other);
        for (form, said) in lines {
            let form = if same {
                String::new()
            } else {
                format!(".{form}")
            };
            out.extend([short, &form, "=", said, "\n"]);
        }
    }
    out
}

/// The names of all arguments that sentences have.
fn arguments(file: &'static str) -> Vec<&'static str> {
    let mut names: Vec<&str> = file
        .split("{ $")
        .skip(1)
        .filter_map(|rest| rest.split([' ', '}']).next())
        .filter(|name| *name != "count")
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The forms in which a language counts, by the names that Fluent and browsers have for them, each with a number that
/// has it. The last is `other`, which is for each that is not named.
fn plurals(words: &Words) -> Vec<(String, i64)> {
    let mut forms: Vec<(String, i64)> = Vec::new();
    for count in COUNTED.chain([MILLION]) {
        let form = words.fill("plural-form", &[("count", &count)]);
        if forms.iter().all(|(known, _)| *known != form) {
            forms.push((form, count));
        }
    }
    let other = forms.iter().position(|(form, _)| form == "other");
    let other = other.map_or(("other".to_owned(), MILLION), |at| forms.remove(at));
    forms.push(other);
    forms
}

/// A sentence in every form of its language, with the arguments' places in it. A number itself is an argument of its
/// own, `number`, because it is written as its language does.
fn forms(
    words: &Words,
    plurals: &[(String, i64)],
    name: &str,
    arguments: &[&str],
) -> Vec<(String, String)> {
    let places: Vec<String> = arguments.iter().map(|name| format!("{{{name}}}")).collect();
    let said = |(form, count): &(String, i64)| {
        let texts = arguments.iter().zip(&places);
        let mut values: Vec<(&str, &dyn Argument)> = texts
            .map(|(name, place)| (*name, place as &dyn Argument))
            .collect();
        values.push(("count", count));
        let said = words.fill(name, &values);
        (
            form.clone(),
            said.split_whitespace().collect::<Vec<_>>().join(" "),
        )
    };
    plurals.iter().map(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_counts_has_a_line_for_each_form_and_another_has_one() {
        let lines: Vec<&str> = Words::english().for_scripts().lines().collect();
        assert!(
            lines.contains(&"decided-approve.one={number} comment approved."),
            "{lines:?}"
        );
        assert!(lines.contains(&"decided-approve.other={number} comments approved."));
        assert!(lines.contains(&"show=Show"));
        assert!(lines.iter().all(|line| line.contains('=')));
    }
}
