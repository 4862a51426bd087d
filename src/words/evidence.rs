//! Evidence in words. What can be quoted is quoted from the document that was judged.

use std::time::Duration;

use super::Words;
use crate::{
    bayes::{Sign, TokenWeight, probability},
    domain::{
        abuse::AbuseScore,
        comment::Comment,
        evidence::{Evidence, Finding, ModelEvidence},
        in_words::{EvidenceInWords, FindingInWords, ModelInWords, TokenInWords},
        reason::{Because, Reason},
        telling::for_spam,
    },
    markup::calm,
    text::Document,
};

/// Characters that are quoted of a document.
const QUOTED: usize = 60;
/// The share of capitals, in percent, that a reader notices, and the letters without which it says nothing.
const STRIKING_CAPITALS: usize = 30;
const FEW_LETTERS: usize = 12;
/// Words of a text that is called short if it has fewer.
const FEW_WORDS: usize = 3;

impl Words {
    /// All of it, as the API shows it.
    #[must_use]
    pub fn evidence(&self, evidence: &Evidence, document: &Document<'_>) -> EvidenceInWords {
        let model = evidence.model.as_deref();
        EvidenceInWords {
            model: model.map(|model| self.model(model, document)),
            checks: evidence
                .checks
                .iter()
                .map(|one| self.finding(one))
                .collect(),
            because: self.because(evidence),
            language: evidence.language.clone(),
        }
    }

    fn finding(&self, finding: &Finding) -> FindingInWords {
        FindingInWords {
            check: finding.check,
            weight: finding.weight,
            reason: self.reason(&finding.reason),
            forces: finding.forces,
        }
    }

    fn model(&self, model: &ModelEvidence, document: &Document<'_>) -> ModelInWords {
        ModelInWords {
            version: model.version.clone(),
            log_odds: model.log_odds,
            bias: model.bias,
            tokens: self.tokens(&model.tokens, document),
            rest: model.rest,
        }
    }

    /// What each token contributed.
    #[must_use]
    pub fn tokens(&self, tokens: &[TokenWeight], document: &Document<'_>) -> Vec<TokenInWords> {
        let token = |token: &TokenWeight| TokenInWords {
            says: self.sign(token, document),
            weight: token.weight,
            spans: token.spans.clone(),
        };
        tokens.iter().map(token).collect()
    }

    /// The main reasons that speak for spam, strongest first: checks, then what moved the score.
    #[must_use]
    pub fn main_reasons(&self, comment: &Comment, max: usize) -> Vec<String> {
        let document = comment.document();
        let mut checks: Vec<&Finding> = comment.evidence.checks.iter().collect();
        checks.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let checks = checks.into_iter().map(|found| self.reason(&found.reason));
        let tokens = for_spam(comment).map(|token| self.sign(token, &document));
        checks.chain(tokens).take(max).collect()
    }

    /// Why the policy decided as it did.
    #[must_use]
    pub fn because(&self, evidence: &Evidence) -> String {
        match &evidence.because {
            Because::Sentence(sentence) => sentence.clone(),
            Because::NotJudged => self.say("because-not-judged").into(),
            Because::Finding(place) => {
                let finding = evidence.checks.get(*place);
                finding.map_or_else(String::new, |found| self.reason(&found.reason))
            }
            Because::ScoreAtLeast(threshold) => {
                let score = evidence.log_odds().map_or(0.0, probability);
                let thousandths = |number: f64| format!("{number:.3}");
                let (score, threshold) = (thousandths(score), thousandths(*threshold));
                self.fill(
                    "because-score",
                    &[("score", &score), ("threshold", &threshold)],
                )
            }
            Because::TrustedAuthor(approved) => {
                self.fill("because-trusted", &[("approved", approved)])
            }
            Because::TrustedButNotThis => self.say("because-not-this").into(),
            Because::PersonDecides => self.say("because-person-decides").into(),
            Because::Imported => self.say("because-imported").into(),
            Because::AllReviewed => self.say("why-reviewed").into(),
            Because::FewApproved(needed) => {
                self.fill("because-few-approved", &[("needed", needed)])
            }
            Because::AbuseAtLeast(threshold) => {
                let hundredths = |number: f64| format!("{number:.2}");
                let score = evidence.abuse.map_or(*threshold, AbuseScore::probability);
                let (score, threshold) = (hundredths(score), hundredths(*threshold));
                self.fill(
                    "because-abuse",
                    &[("score", &score), ("threshold", &threshold)],
                )
            }
            Because::OwnLabelsTooFew => self.say("because-few-labels").into(),
        }
    }

    /// What a check found.
    #[must_use]
    pub fn reason(&self, reason: &Reason) -> String {
        let many = |name, count: &i64, minutes: &u64| {
            self.fill(name, &[("count", count), ("minutes", minutes)])
        };
        match reason {
            Reason::Sentence(sentence) => sentence.clone(),
            Reason::HoneypotFilled => self.say("reason-honeypot").into(),
            Reason::FormNotOpened => self.say("reason-not-opened").into(),
            Reason::TokenForged => self.say("reason-forged").into(),
            Reason::SentTooSoon(millis) => {
                let seconds = Duration::from_millis(*millis).as_secs_f64();
                let seconds = format!("{seconds:.1}");
                self.fill("reason-too-soon", &[("seconds", &seconds)])
            }
            Reason::SentTooLate(hours) => self.fill("reason-too-late", &[("hours", hours)]),
            Reason::FormReused(uses) => self.fill("reason-reused", &[("count", uses)]),
            Reason::Repeated(times) => {
                self.fill("reason-repeated", &[("times", &(*times).min(10))])
            }
            Reason::ManyFromNetwork(count, minutes) => many("reason-network", count, minutes),
            Reason::ManyFromEmail(count, minutes) => many("reason-email", count, minutes),
            Reason::BlockedWord(word) => self.fill("reason-blocked-word", &[("word", word)]),
            Reason::BlockedDomain(domain) => {
                self.fill("reason-blocked-domain", &[("domain", domain)])
            }
            Reason::BlockedEmail => self.say("reason-blocked-email").into(),
            Reason::BlockedNetwork => self.say("reason-blocked-network").into(),
            Reason::UnknownLanguage(code) => self.fill("reason-language", &[("code", code)]),
            Reason::NearCopies(others, spam, days) => self.fill(
                "reason-copies",
                &[("count", others), ("spam", spam), ("days", days)],
            ),
            Reason::TooManyLinks(count, allowed) => {
                self.fill("reason-links", &[("count", count), ("allowed", allowed)])
            }
        }
    }

    /// What a token is.
    #[must_use]
    pub fn sign(&self, token: &TokenWeight, document: &Document<'_>) -> String {
        let share = |name, percent: &u32| self.fill(name, &[("percent", percent)]);
        let counted = |name, count: &u32| self.fill(name, &[("count", count)]);
        let (name, quoted) = match &token.sign {
            Sign::Sentence(sentence) => return sentence.clone(),
            Sign::Looks => return self.looks(document),
            Sign::Passage => return self.say("sign-passage").into(),
            Sign::Email => return self.say("sign-email").into(),
            Sign::Order => return self.say("sign-order").into(),
            Sign::Links(links, words) => {
                return self.fill("sign-links", &[("links", links), ("words", words)]);
            }
            Sign::Length(words) => return self.fill("sign-length", &[("words", words)]),
            Sign::Capitals(percent) => return share("sign-looks-capitals", percent),
            Sign::Symbols(percent) => return share("sign-symbols", percent),
            Sign::Digits(percent) => return share("sign-digits", percent),
            Sign::Exclamations(count) => return counted("sign-exclamations", count),
            Sign::Disguised(count) => return counted("sign-disguised", count),
            Sign::Markup(count) => return counted("sign-markup", count),
            Sign::Name => ("sign-name", trimmed(document.name)),
            Sign::Website => ("sign-website", trimmed(document.website)),
            Sign::EmailDomain(domain) => ("sign-email-domain", domain.as_str()),
            Sign::Link(host) => ("sign-link", host.as_str()),
            Sign::Mention => ("sign-mention", written(token, document)),
            Sign::Hashtag => ("sign-hashtag", written(token, document)),
            Sign::Number => ("sign-number", written(token, document)),
            Sign::Symbol => ("sign-symbol", written(token, document)),
            Sign::Spelled => ("sign-spelled", written(token, document)),
            Sign::Word => ("sign-word", written(token, document)),
        };
        self.fill(name, &[("quoted", &shortened(&calm(quoted)))])
    }
}

impl Words {
    /// What is striking about how a document is written, where a sentence can name it.
    fn looks(&self, document: &Document<'_>) -> String {
        let words = document.text.split_whitespace().count();
        let links = crate::text::links::links(document.text).count();
        let letters = document.text.chars().filter(|c| c.is_alphabetic());
        let (capitals, all) = letters.fold((0_usize, 0_usize), |(capitals, all), letter| {
            (capitals + usize::from(letter.is_uppercase()), all + 1)
        });
        let percent = capitals * 100 / all.max(1);
        if links > 1 {
            return self.fill("sign-looks-links", &[("links", &links), ("words", &words)]);
        }
        if percent >= STRIKING_CAPITALS && all >= FEW_LETTERS {
            return self.fill("sign-looks-capitals", &[("percent", &percent)]);
        }
        let name = if words < FEW_WORDS {
            "sign-looks-short"
        } else {
            "sign-looks"
        };
        self.say(name).into()
    }
}

fn trimmed(field: Option<&str>) -> &str {
    field.unwrap_or_default().trim()
}

fn written<'a>(token: &TokenWeight, document: &Document<'a>) -> &'a str {
    let place = token.spans.first();
    let quoted = place.and_then(|(from, to)| document.text.get(*from as usize..*to as usize));
    quoted.unwrap_or_default()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
