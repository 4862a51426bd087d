//! What the desk, mails, forms, the widget and evidence say, in the language of their reader: one
//! [Fluent](https://projectfluent.org/fluent/guide/) file for each language. A renderer takes a [`Words`] and asks it
//! for a sentence by name. A language is added by its file.

pub mod asked;
pub mod below;
pub mod evidence;
pub mod names;
pub mod scripts;
pub mod why;

use std::{borrow::Cow, fmt, ops::Deref, sync::LazyLock};

use askama::filters::{Escaper, Html, HtmlSafe};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

/// Each language's tag with its file, as `build.rs` finds them. English is the first: what another lacks is said in it.
static LANGUAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// A sentence that every language has: the name of the form in which it counts.
const PLURAL: &str = "plural-form = { $count ->
    [zero] zero
    [one] one
    [two] two
    [few] few
    [many] many
   *[other] other
}";

static ALL: LazyLock<Vec<Words>> =
    LazyLock::new(|| LANGUAGES.iter().map(|one| Words::new(*one)).collect());

/// The words of one language.
pub struct Words {
    /// The language's tag, for `lang`.
    pub language: &'static str,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({})", self.language)
    }
}

/// A sentence that is put into HTML as it is: it is from a file of ours, and its arguments are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<'a>(Cow<'a, str>);

impl HtmlSafe for Said<'_> {}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Deref for Said<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<Said<'_>> for String {
    fn from(said: Said<'_>) -> Self {
        said.0.into_owned()
    }
}

/// What a sentence can be filled in with: a number, which chooses the plural, or a text.
pub trait Argument {
    /// As Fluent takes it.
    fn value(&self) -> FluentValue<'_>;
}

impl Argument for str {
    fn value(&self) -> FluentValue<'_> {
        self.into()
    }
}

impl Argument for String {
    fn value(&self) -> FluentValue<'_> {
        self.as_str().into()
    }
}

impl<T: Argument + ?Sized> Argument for &T {
    fn value(&self) -> FluentValue<'_> {
        (**self).value()
    }
}

macro_rules! number {
    ($($type:ty)*) => {
        $(impl Argument for $type {
            fn value(&self) -> FluentValue<'_> {
                (*self).into()
            }
        })*
    };
}

number!(i64 u8 u32 u64 usize);

impl Words {
    fn new((language, file): (&'static str, &'static str)) -> Self {
        // Of a file with a mistake the rest is kept; a test sees that there is none.
        let resource = match FluentResource::try_new(file.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        let locale = language.parse().into_iter().collect();
        let mut bundle = FluentBundle::new_concurrent(locale);
        // Marks around arguments of another script's direction: pages have `bdi` and `dir="auto"` for that, and
        // what is searched or compared must not have them.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        if let Ok(plural) = FluentResource::try_new(PLURAL.to_owned()) {
            bundle.add_resource_overriding(plural);
        }
        Self { language, bundle }
    }

    /// All languages, English first.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// English.
    #[must_use]
    pub fn english() -> &'static Self {
        &ALL[0]
    }

    /// Whether its script is written from right to left, for `dir`.
    #[must_use]
    pub fn is_right_to_left(&self) -> bool {
        &*self.say("language-direction") == "rtl"
    }

    /// Whether there is a sentence of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.bundle.has_message(name) || Self::english().bundle.has_message(name)
    }

    /// A number as its readers write it: `1,315`.
    #[must_use]
    pub fn number(&self, number: usize) -> String {
        let digits = number.to_string();
        let separator = self.say("number-separator");
        let mut out = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push_str(&separator);
            }
            out.push(digit);
        }
        out
    }

    /// A sentence that counts: `count` chooses its form, and `number` is how it is written.
    #[must_use]
    pub fn count(&self, name: &str, count: usize) -> String {
        let number = self.number(count);
        self.fill(name, &[("count", &count), ("number", &number)])
    }

    /// A sentence without arguments.
    #[must_use]
    pub fn say(&self, name: &str) -> Said<'_> {
        Said(self.find(name, None))
    }

    /// A sentence for plain text, or to be escaped.
    #[must_use]
    pub fn fill(&self, name: &str, arguments: &[(&str, &dyn Argument)]) -> String {
        let arguments = arguments.iter().map(|(key, value)| (*key, value.value()));
        self.find(name, Some(&arguments.collect())).into_owned()
    }

    /// A sentence for HTML, whose arguments are escaped.
    #[must_use]
    pub fn html(&self, name: &str, arguments: &[(&str, &dyn Argument)]) -> Said<'static> {
        let arguments = arguments.iter().map(|(key, value)| {
            let value = match value.value() {
                FluentValue::String(text) => escaped(&text).into(),
                number => number,
            };
            (*key, value)
        });
        let said = self.find(name, Some(&arguments.collect()));
        Said(said.into_owned().into())
    }

    fn find(&self, name: &str, arguments: Option<&FluentArgs<'_>>) -> Cow<'_, str> {
        let message = self.bundle.get_message(name);
        let Some(pattern) = message.and_then(|message| message.value()) else {
            return self.lacking(name, arguments);
        };
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, arguments, &mut errors);
        for error in errors {
            tracing::error!(name, %error, "a sentence could not be filled in");
        }
        said
    }

    fn lacking(&self, name: &str, arguments: Option<&FluentArgs<'_>>) -> Cow<'_, str> {
        let english = Self::english();
        if self.language != english.language {
            return english.find(name, arguments);
        }
        tracing::error!(name, "no sentence has this name");
        Cow::Owned(name.to_owned())
    }
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    // Writing to memory cannot fail.
    let _ = Html.write_escaped_str(&mut html, text);
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_each_language_has_no_mistake_and_names_nothing_twice() {
        for (language, file) in LANGUAGES {
            let read = FluentResource::try_new((*file).to_owned());
            let resource = read.unwrap_or_else(|(_, errors)| panic!("{language}: {errors:?}"));
            let mut bundle = FluentBundle::new_concurrent(Vec::new());
            let added = bundle.add_resource(resource);
            assert!(added.is_ok(), "{language}: {added:?}");
        }
    }

    /// The names of a file's sentences, each with the arguments that it takes.
    fn sentences(file: &str) -> std::collections::BTreeMap<&str, Vec<&str>> {
        let mut all = std::collections::BTreeMap::new();
        let mut name = "";
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            if let Some((begun, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                name = begun;
            }
            let taken = line.split("{ $").skip(1);
            let taken = taken.filter_map(|rest| rest.split([' ', '}']).next());
            let all: &mut Vec<&str> = all.entry(name).or_default();
            all.extend(taken.filter(|one| *one != "count"));
            all.sort_unstable();
            all.dedup();
        }
        all
    }

    #[test]
    fn other_languages_say_what_english_says_and_fill_in_the_same() {
        let english = sentences(LANGUAGES[0].1);
        for (language, file) in &LANGUAGES[1..] {
            for (name, arguments) in sentences(file)
                .into_iter()
                .filter(|(name, _)| !name.is_empty())
            {
                let known = english.get(name);
                let known = known.unwrap_or_else(|| panic!("{language}: nothing asks for {name}"));
                let more = arguments.iter().find(|one| !known.contains(one));
                assert!(more.is_none(), "{language}: {name} has no {more:?}");
            }
        }
    }

    /// What is left of a sentence without its tags and what stands in marks that keep its direction.
    fn unmarked(line: &str) -> String {
        let mut depth = 0;
        let kept = line.chars().filter(|one| {
            depth += i32::from(matches!(one, '<' | '\u{2066}'));
            depth -= i32::from(matches!(one, '>' | '\u{2069}'));
            depth == 0
        });
        kept.collect()
    }

    #[test]
    fn an_address_among_words_from_right_to_left_keeps_the_order_of_its_parts() {
        let rtl = |file: &str| file.contains("\nlanguage-direction = rtl\n");
        let (language, file) = LANGUAGES.iter().find(|(_, file)| rtl(file)).unwrap();
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            // A slash at the end of what is Latin goes where the words around it lead: `/post/` is shown as `//post`.
            let said: Vec<char> = unmarked(line).chars().chain([' ']).collect();
            let latin = |one: char| one.is_ascii_alphanumeric() || matches!(one, '/' | ':');
            let at_an_end = said
                .windows(3)
                .find(|three| three[1] == '/' && latin(three[0]) != latin(three[2]));
            assert!(at_an_end.is_none(), "{language}: {line}");
        }
        let website = Words::all().iter().find(|words| words.is_right_to_left());
        let website = website
            .unwrap()
            .fill("sign-website", &[("quoted", &"http://a.example/")]);
        assert!(
            website.contains("\u{2066}http://a.example/\u{2069}"),
            "{website}"
        );
    }

    #[test]
    fn what_is_put_into_html_is_escaped_and_the_sentence_is_not() {
        let words = Words::english();
        let said = words.html("sign-name", &[("quoted", &"<b>")]);
        assert_eq!(said.to_string(), "the name '&#60;b&#62;'");
        assert_eq!(
            words.fill("sign-name", &[("quoted", &"<b>")]),
            "the name '<b>'"
        );
    }

    #[test]
    fn a_number_chooses_its_form_and_is_written_plainly() {
        let repeated = |times: i64| Words::english().fill("reason-repeated", &[("times", &times)]);
        assert_eq!(repeated(1), "The same text was posted once before");
        assert_eq!(repeated(2), "The same text was posted 2 times before");
        assert_eq!(
            repeated(10),
            "The same text was posted 10 times or more before"
        );
        let links =
            Words::english().fill("reason-links", &[("count", &1234_u64), ("allowed", &0_u32)]);
        assert_eq!(links, "It has 1234 links; the site allows 0");
    }
}
