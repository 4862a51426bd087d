//! How fast texts become features, features scores, and labels a model: `cargo bench --bench model`.
//! The texts are made up here, of about 25 words each, so that a checkout needs nothing else.

use std::borrow::Cow;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hamlet::bayes::Label;
use hamlet::bayes::options::Options;
use hamlet::bayes::row::Sample;
use hamlet::bayes::train::Trainer;
use hamlet::bayes::{KindScore, Kinds, Model, Question};
use hamlet::bayes::{base::Base, lessons::Lessons};
use hamlet::learn::shipped;
use hamlet::text::Document;
use hamlet::text::language::{self, Language};
use hamlet::text::views::{Extractor, with_features};

const WORDS: [&str; 40] = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "that",
    "for",
    "article",
    "think",
    "second",
    "version",
    "really",
    "because",
    "there",
    "example",
    "question",
    "answer",
    "would",
    "about",
    "people",
    "video",
    "channel",
    "subscribe",
    "check",
    "money",
    "free",
    "please",
    "thanks",
    "before",
    "paragraph",
    "source",
    "should",
    "because",
    "another",
    "comment",
    "picture",
    "found",
    "better",
    "something",
    "reading",
];

/// A text of 25 words, another one for each `seed`; one in four ends in a link.
fn text(seed: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9).wrapping_add(1);
    let mut words: Vec<String> = (0..25)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            WORDS[(state >> 33) % WORDS.len()].to_owned()
        })
        .collect();
    if seed.is_multiple_of(4) {
        words.push(format!("http://site-{}.example/page?id={seed}", seed % 97));
    }
    words.join(" ")
}

fn samples(count: usize) -> Vec<Sample> {
    (0..count)
        .map(|n| Sample {
            text: format!("{} {n}", text(n)),
            spam: n % 4 == 0,
            ..Sample::default()
        })
        .collect()
}

/// What intake works out of a comment: reasons and language, and of abuse a score and kinds where a site wants them.
fn judged(
    spam: &Model,
    abuse: Option<(&Model, &Kinds)>,
    document: &Document<'_>,
) -> (f64, Option<Language>, Vec<KindScore>) {
    with_features(document, |features| {
        (
            spam.explain_features(document, features).log_odds,
            language::of(document.text, features),
            // Kinds are looked at where a text is likely abusive: one in some dozens.
            abuse
                .filter(|(model, _)| model.score_features(features) > 0.0)
                .map_or_else(Vec::new, |(_, kinds)| kinds.score_features(features)),
        )
    })
}

fn score(criterion: &mut Criterion) {
    let model = Model::shipped().expect("the shipped model");
    let texts: Vec<String> = (0..512).map(text).collect();
    let documents: Vec<Document<'_>> = texts
        .iter()
        .map(|text| Document {
            text,
            ..Document::default()
        })
        .collect();
    let mut next = (0..documents.len()).cycle();
    let mut one = move || documents[next.next().unwrap_or(0)];
    let mut group = criterion.benchmark_group("one comment of 25 words");
    group.throughput(Throughput::Elements(1));
    let mut extractor = Extractor::default();
    group.bench_function("features", |b| {
        b.iter(|| extractor.extract(black_box(&one())));
    });
    group.bench_function("score", |b| b.iter(|| model.score(black_box(&one()))));
    group.bench_function("explain", |b| b.iter(|| model.explain(black_box(&one()))));
    group.bench_function("as at intake: one question", |b| {
        b.iter(|| judged(&model, None, black_box(&one())));
    });
    let base = Base::from_compact(Cow::Borrowed(shipped::bytes(Question::Abuse)))
        .expect("the shipped model");
    let abuse = base.untaught().expect("the shipped model");
    let kinds = base.kinds().expect("its kinds");
    group.bench_function("as at intake: both questions", |b| {
        b.iter(|| judged(&model, Some((&abuse, &kinds)), black_box(&one())));
    });
    group.finish();
}

/// Features of the longest texts taken. Whatever one is made of, it should cost about as much: what grows
/// with the square of a text is a way to stop the service.
fn longest(criterion: &mut Criterion) {
    const LONGEST: usize = 15_000;
    let mut group = criterion.benchmark_group("features of 15,000 characters");
    group.sample_size(20);
    let mut extractor = Extractor::default();
    for (name, piece) in [
        ("words", "pleasant "),
        ("one run of words", "a-"),
        ("hosts that are none", "a.b@"),
        ("schemes", "http://("),
        ("brackets", "[["),
        ("tags never closed", "<a href="),
        ("entities", "&#x26;"),
        ("spelled", "b u y "),
        ("marks", "e\u{301}"),
        ("han", "\u{65e5}"),
    ] {
        let text: String = piece.chars().cycle().take(LONGEST).collect();
        let document = Document {
            text: &text,
            ..Document::default()
        };
        group.bench_function(name, |b| b.iter(|| extractor.extract(black_box(&document))));
    }
    group.finish();
}

fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("the shipped model");
    group.bench_function("load", |b| {
        b.iter(|| Model::from_bytes(black_box(Model::shipped_bytes())));
    });
    let base = Base::from_bytes(Model::shipped_bytes()).expect("the shipped model");
    let mut lessons = Lessons::default();
    let texts: Vec<String> = (0..200).map(text).collect();
    for (at, text) in texts.iter().enumerate() {
        let label = if at % 4 == 0 { Label::Spam } else { Label::Ham };
        lessons.learn(
            &Document {
                text,
                ..Document::default()
            },
            label,
        );
    }
    group.sample_size(20);
    group.bench_function("taught 200 labels", |b| {
        b.iter(|| base.taught(black_box(&lessons)));
    });
    group.finish();
}

fn train(criterion: &mut Criterion) {
    let samples = samples(20_000);
    let mut group = criterion.benchmark_group("training");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(samples.len() as u64));
    group.bench_function("20,000 comments", |b| {
        b.iter(|| {
            let mut trainer = Trainer::new(Options::default(), None);
            for batch in samples.chunks(4_096) {
                trainer.add("bench", batch, 1.0);
            }
            trainer.finish()
        });
    });
    group.finish();
}

criterion_group!(benches, score, longest, load, train);
criterion_main!(benches);
