//! Which language somebody reads: the one that they chose, or the first of those that their browser asks for
//! and that there is.

use super::Words;

/// Languages looked at in one header: a browser asks for a few.
const LOOKED_AT: usize = 20;

impl Words {
    /// The words of a language, by its tag or the beginning of it: `de-AT` is read in German.
    #[must_use]
    pub fn of(tag: &str) -> Option<&'static Self> {
        let tag = tag.trim();
        let whole = |words: &&Self| words.language.eq_ignore_ascii_case(tag);
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let part = |words: &&Self| words.language.eq_ignore_ascii_case(primary);
        let all = Self::all();
        all.iter().find(whole).or_else(|| all.iter().find(part))
    }

    /// The words of the language that somebody chose or else their browser asks for in `Accept-Language`
    /// ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#field.accept-language)); English where there is none.
    #[must_use]
    pub fn asked(chosen: Option<&str>, accepted: Option<&str>) -> &'static Self {
        if let Some(words) = chosen.and_then(Self::of) {
            return words;
        }
        let ranges = accepted.unwrap_or_default().split(',').take(LOOKED_AT);
        let mut wanted: Vec<(f64, &'static Self)> = ranges.filter_map(range).collect();
        // Stable: among equals the first is meant.
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted
            .first()
            .map_or_else(Self::english, |(_, words)| words)
    }
}

/// A language that is accepted, and how much it is wanted, from 0 to 1.
fn range(raw: &str) -> Option<(f64, &'static Words)> {
    let (tag, rest) = raw.split_once(';').unwrap_or((raw, ""));
    let weight = rest.trim().strip_prefix("q=");
    let weight = weight.map_or(Some(1.0), |weight| weight.trim().parse().ok())?;
    let words = Words::of(tag)?;
    (weight > 0.0).then_some((weight, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_comes_before_what_is_asked_for_and_english_after_both() {
        let asked = |chosen, accepted| Words::asked(chosen, accepted).language;
        assert_eq!(asked(None, None), "en");
        assert_eq!(asked(None, Some("tlh, *;q=0.5")), "en");
        assert_eq!(asked(None, Some("en-GB,en;q=0.9")), "en");
        assert_eq!(asked(Some("en"), Some("de")), "en");
        assert_eq!(asked(Some("tlh"), Some("en;q=0.3")), "en");
        assert_eq!(asked(None, Some("de-AT,de;q=0.9,en;q=0.8")), "de");
        assert_eq!(asked(None, Some("en;q=0.5, ar-EG")), "ar");
        assert_eq!(asked(Some("zh"), Some("de")), "zh");
        assert_eq!(asked(None, Some("en;q=0, nonsense;q=x")), "en");
    }
}
