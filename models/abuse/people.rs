//! Sentences about people of every kind, made for the project and given away under CC0: as many harmless ones as abusive
//! ones for every term, so that no term is evidence. Put together from the templates in `people/`, a file for each
//! language; those under `[tested …]` are for measuring, and never trained on. Under `[own …]` are sentences that stand by
//! themselves, about a term that means much else.

use std::collections::BTreeMap;

/// The languages and their files.
const LANGUAGES: [(&str, &str); 7] = [
    ("en", include_str!("people/en.txt")),
    ("de", include_str!("people/de.txt")),
    ("pt", include_str!("people/pt.txt")),
    ("ru", include_str!("people/ru.txt")),
    ("pl", include_str!("people/pl.txt")),
    ("ko", include_str!("people/ko.txt")),
    ("zh", include_str!("people/zh.txt")),
];

/// A sentence about people.
#[derive(Clone, Debug)]
pub struct Sentence {
    pub text: String,
    pub language: &'static str,
    /// Whom it is about; empty for one that stands by itself.
    pub term: &'static str,
    pub is_abuse: bool,
}

/// The sentences to train on, or those to measure with.
pub fn sentences(tested: bool) -> Vec<Sentence> {
    let mut made = Vec::new();
    for (language, file) in LANGUAGES {
        let sections = sections(file);
        let of = |name: &str| sections.get(name).cloned().unwrap_or_default();
        let adjectives = [of("terms"), of("plain")].concat();
        let groups = of("groups");
        for is_abuse in [false, true] {
            let word = if is_abuse { "abusive" } else { "harmless" };
            let templates = if tested {
                [
                    of(&format!("tested {word}")),
                    of(&format!("tested groups {word}")),
                ]
                .concat()
            } else {
                made.extend(alone(&of(&format!("own {word}")), language, is_abuse));
                of(word)
            };
            for template in templates {
                let (mark, terms) = if template.contains("{t}") {
                    ("{t}", &adjectives)
                } else {
                    ("{g}", &groups)
                };
                made.extend(terms.iter().map(|&term| Sentence {
                    text: template.replace(mark, term),
                    language,
                    term,
                    is_abuse,
                }));
            }
        }
    }
    made
}

/// Sentences that are no templates: about one term alone, in all that it can mean.
fn alone(
    texts: &[&'static str],
    language: &'static str,
    is_abuse: bool,
) -> impl Iterator<Item = Sentence> {
    texts.iter().map(move |text| Sentence {
        text: (*text).to_owned(),
        language,
        term: "",
        is_abuse,
    })
}

fn sections(file: &'static str) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut sections: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut current = "";
    for line in file.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            Some(name) => current = name,
            None => sections.entry(current).or_default().push(line),
        }
    }
    sections
}
