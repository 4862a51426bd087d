//! What the desk's scripts say, in the form in which a page hands it to them: a line for each sentence, and
//! for one that counts a line for each form that its language has for numbers.

use std::{collections::HashMap, sync::LazyLock};

use super::{Argument, LANGUAGES, Words};

/// How the names of these sentences begin.
const PREFIX: &str = "js-";

/// A number for each form in which languages count, by the names that Fluent and browsers have for them: of
/// Arabic, and of languages that have a form for millions or fewer forms. A number itself is an argument
/// of its own, `number`, because it is written as its language does.
const FORMS: [(&str, i64); 6] = [
    ("zero", 0),
    ("one", 1),
    ("two", 2),
    ("few", 3),
    ("many", 11),
    ("other", 100),
];
const FORMS_WITH_MILLIONS: [(&str, i64); 3] = [("one", 1), ("many", 1_000_000), ("other", 100)];

static ALL: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
    let all = Words::all().iter();
    all.map(|words| (words.language, written(words))).collect()
});

impl Words {
    /// All that scripts say, as lines of plain text: `name=sentence` or `name.form=sentence`, with `{argument}`
    /// where something is filled in.
    #[must_use]
    pub fn for_scripts(&self) -> &'static str {
        ALL.get(self.language).map_or("", String::as_str)
    }
}

fn written(words: &Words) -> String {
    let english = LANGUAGES[0].1;
    let names = english.lines().filter(|line| line.starts_with(PREFIX));
    let names = names.filter_map(|line| line.split_once(" ="));
    let arguments = arguments(english);
    let mut out = String::new();
    for (name, _) in names {
        let forms = forms(words, name, &arguments);
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

/// A sentence in every form of its language, with the arguments' places in it.
fn forms(words: &Words, name: &str, arguments: &[&str]) -> Vec<(&'static str, String)> {
    let forms: &[(&str, i64)] = if words.language == "ar" {
        &FORMS
    } else {
        &FORMS_WITH_MILLIONS
    };
    let places: Vec<String> = arguments.iter().map(|name| format!("{{{name}}}")).collect();
    let said = |(form, count): &(&'static str, i64)| {
        let texts = arguments.iter().zip(&places);
        let mut values: Vec<(&str, &dyn Argument)> = texts
            .map(|(name, place)| (*name, place as &dyn Argument))
            .collect();
        values.push(("count", count));
        let said = words.fill(name, &values);
        (*form, said.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    forms.iter().map(said).collect()
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
