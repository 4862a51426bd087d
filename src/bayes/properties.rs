//! Properties that hold for any text, any labels and any file: checked on random ones.

use linfa::traits::Predict as _;
use ndarray::Array2;
use proptest::prelude::*;
use rand::{SeedableRng as _, rngs::StdRng};
use sha2::{Digest as _, Sha256};

use super::base::Base;
use super::file;
use super::label::Label;
use super::lessons::Lessons;
use super::model::Model;
use super::naive;
use super::options::Options;
use super::row::{Row, Sample};
use super::sums::{Change, Sums};
use super::taught::Taught;
use super::train::Trainer;
use super::trained::Trained;
use hamlet_text::Document;
use hamlet_text::glyphs::Glyphs;
use hamlet_text::hosts::Addresses;
use hamlet_text::normalize::normalize;
use hamlet_text::views::{Extractor, FEATURES, VIEWS, View};

fn row(text: &str, label: Label) -> Row {
    Row::of(
        &Document {
            text,
            ..Document::default()
        },
        label,
        1.0,
    )
}

fn small_model() -> Trained {
    let mut trainer = Trainer::new(Options::default(), None);
    let samples: Vec<Sample> = (0..40)
        .map(|n| {
            let spam = n % 2 == 0;
            let text = if spam {
                "buy pills at"
            } else {
                "thanks for the hint about"
            };
            Sample {
                text: format!("{text} number {}", "abcdefgh".repeat(n)),
                spam,
                ..Sample::default()
            }
        })
        .collect();
    trainer.add("test", &samples, 1.0);
    trainer.finish().expect("a model")
}

/// Text made of what breaks tokenisers: tags, entities, joiners, marks, scripts, links.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[a-zA-Z0-9 .,!@#&;<>/:'\"-]{0,12}",
        prop::sample::select(vec![
            "<a href=",
            "<!--",
            "&#x1F600;",
            "&amp",
            "\u{200D}",
            "\u{0301}",
            "http://",
            "www.",
            "日本",
            "ａ",
            "а",
            "\0",
            "e.g.",
            "@@",
            "#",
            "a.b.c.d",
            "😀",
            "\u{202E}",
            "f r e e",
            "İ",
            "ŉ",
            "ﬃ",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_has_a_finite_score_that_its_explanation_adds_up_to(text in hostile(), name in hostile()) {
        static MODEL: std::sync::OnceLock<Model> = std::sync::OnceLock::new();
        let model = MODEL.get_or_init(|| Model::shipped().expect("the shipped model"));
        let document = Document { text: &text, name: Some(&name), email_domain: Some(&name), website: Some(&text) };
        let explanation = model.explain(&document);
        prop_assert!(explanation.log_odds.is_finite());
        let told: f64 = explanation.tokens.iter().map(|token| token.weight).sum();
        prop_assert!((explanation.bias + told + explanation.rest - explanation.log_odds).abs() < 1e-9);
        prop_assert!((model.score(&document) - explanation.log_odds).abs() < 1e-12);
        for (from, to) in explanation.tokens.iter().flat_map(|token| &token.spans) {
            prop_assert!(text.get(*from as usize..*to as usize).is_some(), "{from}..{to} of {text:?}");
        }
    }

    #[test]
    fn an_address_is_found_whatever_was_asked_for_before(
        words in prop::collection::vec("[a-c]{1,3}|[.@/:_-]{1,2}|https?://|www\\.|\\.(com|me|so)| |é", 0..24)
    ) {
        let mut text = Glyphs::default();
        normalize(&words.concat(), &mut text);
        let mut addresses = Addresses::default();
        for (start, glyph) in text.glyphs.iter().enumerate() {
            if glyph.folded.is_alphanumeric() {
                let alone = Addresses::default().at(&text.glyphs, start);
                prop_assert_eq!(addresses.at(&text.glyphs, start), alone, "at {} of {:?}", start, words.concat());
            }
        }
    }

    #[test]
    fn a_row_has_length_one_in_each_view_it_has_features_in(text in hostile()) {
        let row = row(&text, Label::Ham);
        let mut squares = [0.0_f64; VIEWS.len()];
        row.each(|id, value| {
            let view = VIEWS.iter().position(|view| view.range().contains(&(id as usize))).expect("a view");
            squares[view] += f64::from(value) * f64::from(value);
        });
        for square in squares {
            prop_assert!(square == 0.0 || (square - 1.0).abs() < 1e-3, "{square}");
        }
    }

    #[test]
    fn features_do_not_depend_on_what_was_extracted_before(first in hostile(), second in hostile()) {
        let document = |text| Document { text, ..Document::default() };
        let mut used = Extractor::default();
        used.extract(&document(&first));
        used.extract(&document(&second));
        let mut fresh = Extractor::default();
        fresh.extract(&document(&second));
        for view in VIEWS {
            prop_assert_eq!(used.features(view), fresh.features(view));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn adding_and_taking_away_in_any_order_leaves_the_sums_as_they_were(texts in prop::collection::vec(hostile(), 1..6)) {
        let rows: Vec<Row> = texts.iter().map(|text| row(text, Label::Spam)).collect();
        let mut sums = Sums::default();
        for row in &rows {
            sums.change(row, Change::Add);
        }
        for row in rows.iter().rev() {
            sums.change(row, Change::Remove);
        }
        prop_assert_eq!(sums, Sums::default());
    }

    #[test]
    fn the_compiled_log_ratios_decide_as_linfas_own_model_does(texts in prop::collection::vec("[a-e]{1,3}( [a-e]{1,3}){0,6}", 4..12)) {
        let mut sums = Sums::default();
        for (at, text) in texts.iter().enumerate() {
            let label = if at % 2 == 0 { Label::Spam } else { Label::Ham };
            sums.change(&row(text, label), Change::Add);
        }
        let model = naive::fit(&sums, View::Words, 0.05).expect("linfa's model");
        let ratios = naive::log_ratios(&sums, View::Words, 0.05).expect("log-ratios");
        let mut dense = Array2::zeros((texts.len(), View::Words.size()));
        let mut scores = vec![0.0; texts.len()];
        for (at, text) in texts.iter().enumerate() {
            row(text, Label::Ham).each(|id, value| {
                if View::Words.range().contains(&(id as usize)) {
                    dense[(at, id as usize)] = f64::from(value);
                    scores[at] += f64::from(value) * f64::from(ratios[id as usize]);
                }
            });
        }
        // Equal priors in linfa's fit: the joint log likelihoods differ by the score alone.
        for (score, class) in scores.iter().zip(model.predict(&dense)) {
            prop_assert!(score.abs() < 1e-6 || (*score > 0.0) == (class == Label::Spam.index()));
        }
    }
}

/// The shipped model to learn on, and a small one that was made with other factors and other totals.
fn bases() -> &'static [Base; 2] {
    static BASES: std::sync::OnceLock<[Base; 2]> = std::sync::OnceLock::new();
    BASES.get_or_init(|| {
        let small = small_model().to_bytes().expect("a file");
        let read = |bytes: &[u8]| Base::from_bytes(bytes).expect("a base");
        [read(Model::shipped_bytes()), read(&small)]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Texts are learnt and forgotten in turns, one by one and in one go, some of them never learnt before; what is
    /// worked out for a text is then what linfa fits over the whole feature space.
    #[test]
    fn what_is_worked_out_for_a_text_is_what_linfa_fits(
        lessons in prop::collection::vec((hostile(), any::<bool>(), any::<bool>(), any::<bool>()), 0..40),
        questions in prop::collection::vec(hostile(), 1..4),
        which in 0..2_usize,
    ) {
        let base = bases()[which].clone();
        let changes: Vec<(Document<'_>, Label, Change)> = lessons
            .iter()
            .map(|(text, spam, forget, _)| (
                Document { text, name: Some(text), ..Document::default() },
                if *spam { Label::Spam } else { Label::Ham },
                if *forget { Change::Remove } else { Change::Add },
            ))
            .collect();
        let mut one_by_one = Taught::new(base.clone(), Lessons::default());
        for change in &changes {
            one_by_one.teach(std::iter::once(*change));
        }
        let mut together = Lessons::default();
        together.teach(crate::Question::Spam, changes.iter().copied(), |_, _, _| {});
        prop_assert_eq!(one_by_one.lessons(), &together);
        let stored = Lessons::from_bytes(&together.to_bytes().expect("bytes")).expect("lessons");
        let read = Taught::new(base.clone(), stored);
        let (own, other) = (one_by_one.model().expect("a model"), read.model().expect("a model"));
        prop_assert_eq!(own.version(), other.version());
        let linfa = base.compiled(&together).expect("linfa's model");
        let asked = questions.iter().chain(lessons.iter().map(|lesson| &lesson.0));
        for text in asked {
            let document = Document { text, name: Some(text), ..Document::default() };
            let (lazy, compiled) = (own.explain(&document), linfa.explain(&document));
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-5 * (1.0 + a.abs());
            prop_assert!(near(lazy.log_odds, compiled.log_odds), "{lazy:?} {compiled:?}");
            prop_assert!(near(own.score(&document), lazy.log_odds));
            prop_assert_eq!(own.score(&document).to_bits(), other.score(&document).to_bits());
            for (token, same) in lazy.tokens.iter().zip(&compiled.tokens) {
                prop_assert!((token.weight - same.weight).abs() <= 2e-4, "{lazy:?} {compiled:?}");
            }
        }
    }
}

#[test]
fn a_model_scores_the_same_after_being_written_and_read() {
    let trained = small_model();
    let bytes = trained.to_bytes().expect("a file");
    let parts = file::read(&bytes).expect("its parts");
    let again = file::write(
        &parts.header,
        &parts.weights(),
        &parts.sums(),
        &parts.differences(),
    )
    .expect("a file");
    let (first, second) = (
        Model::from_bytes(&bytes).expect("a model"),
        Model::from_bytes(&again).expect("a model"),
    );
    for text in ["buy pills", "thanks for the hint", "", "日本語"] {
        let document = Document {
            text,
            ..Document::default()
        };
        assert_eq!(
            first.score(&document).to_bits(),
            second.score(&document).to_bits()
        );
    }
    assert_eq!(parts.weights().len(), FEATURES);
}

#[test]
fn every_altered_cut_or_lengthened_file_is_refused() {
    let bytes = Model::shipped_bytes();
    let places = (0..400)
        .map(|n| n * 9_973 % bytes.len())
        .chain(0..40)
        .chain(bytes.len() - 40..bytes.len());
    let mut altered = bytes.to_vec();
    for at in places {
        altered[at] ^= 1 << (at % 8);
        assert!(Model::from_bytes(&altered).is_err(), "byte {at} altered");
        altered[at] = bytes[at];
        assert!(Model::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
    }
    altered.push(0);
    assert!(Model::from_bytes(&altered).is_err());
}

/// What an attacker who knows the format would hand in: a header of their own with a right checksum, or
/// any bytes at all. `HAMLET_TEST_MUTATIONS` says how many; without it 20,000.
#[test]
fn mutated_files_are_refused_or_score_finitely_and_never_panic() {
    let asked = std::env::var("HAMLET_TEST_MUTATIONS").ok();
    let count = asked.map_or(20_000, |count| count.parse().expect("a number"));
    let shipped = Model::shipped_bytes();
    let length = u32::from_le_bytes(shipped[12..16].try_into().expect("four bytes"));
    let header = &shipped[..16 + length as usize];
    let mut random = StdRng::seed_from_u64(7);
    let mut refused = [0_u32; 2];
    for n in 0..count {
        // Every thousandth is of full size, so that what follows the header is read too.
        let whole = n % 1_000 == 0;
        let content = if whole {
            &shipped[..shipped.len() - 32]
        } else {
            header
        };
        let mut bytes = mutated(content, whole, &mut random);
        let sealed = random.random_bool(0.5);
        if sealed {
            let digest = Sha256::digest(&bytes);
            bytes.extend_from_slice(&digest);
        }
        match Model::from_bytes(&bytes) {
            Ok(model) => {
                let text = "Cheap pills, order now at http://pills.example";
                let document = Document {
                    text,
                    ..Document::default()
                };
                assert!(model.score(&document).is_finite(), "mutation {n}");
            }
            Err(_) => refused[usize::from(sealed)] += 1,
        }
    }
    assert!(refused.iter().all(|count| *count > 0), "{refused:?}");
}

/// One to four changes: a bit, a byte, a piece repeated, a piece taken out, the end cut off. A file of
/// full size keeps its size, or its length alone would have it refused.
fn mutated(content: &[u8], keep_size: bool, random: &mut StdRng) -> Vec<u8> {
    let mut bytes = content.to_vec();
    for _ in 0..random.random_range(1..=4) {
        let at = random.random_range(0..bytes.len().max(1));
        let end = (at + random.random_range(0..16)).min(bytes.len());
        match random.random_range(0..if keep_size { 2 } else { 5 }) {
            _ if bytes.is_empty() => bytes.push(random.random()),
            0 => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes[at] = random.random(),
            2 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => drop(bytes.drain(at..end)),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

#[test]
fn a_weight_that_is_not_finite_is_refused_even_with_a_right_checksum() {
    let trained = small_model();
    for bad in [f32::NAN, f32::INFINITY, f32::MAX * 2.0] {
        let mut weights = trained.weights.clone();
        weights[12_345] = bad;
        let bytes = file::write(
            &trained.header,
            &weights,
            &trained.sums,
            &trained.differences,
        )
        .expect("a file");
        let error = Model::from_bytes(&bytes).expect_err("refused");
        assert!(error.to_string().contains("not a finite number"), "{error}");
    }
}
