//! Any model file: it is refused, or whatever it scores has a finite score, and so has whatever follows
//! from it when it learns on.

use std::sync::LazyLock;

use hamlet::bayes::Label;
use hamlet::bayes::Model;
use hamlet::bayes::{base::Base, lessons::Lessons};
use hamlet::text::Document;
use hamlet::text::views::FEATURES;
use sha2::{Digest, Sha256};

use super::text::explained;

const DIGEST: usize = 32;
const PROSE: &str = "Cheap pills!!! Order now at http://pills.example, f r e e. ";

/// The shipped file's header and what stands behind it, without the checksum.
static SHIPPED: LazyLock<(&[u8], &[u8])> = LazyLock::new(|| {
    let bytes = Model::shipped_bytes();
    let length = u32::from_le_bytes(bytes[12..16].try_into().expect("four bytes")) as usize;
    (
        &bytes[16..16 + length],
        &bytes[16 + length..bytes.len() - DIGEST],
    )
});

static LONG: LazyLock<String> = LazyLock::new(|| PROSE.repeat(20));

static LESSONS: LazyLock<Lessons> = LazyLock::new(|| {
    let mut lessons = Lessons::default();
    let document = Document {
        text: PROSE,
        ..Document::default()
    };
    lessons.learn(&document, Label::Spam);
    lessons
});

/// A file as it is, or, behind `=`, a header in JSON and, behind 0xFF, what to write over the shipped
/// weights, sums and differences: the file then has the right lengths and the right checksum, so that
/// every later check is reached.
pub fn check(data: &[u8]) {
    let Some(made) = data.strip_prefix(b"=") else {
        assert!(
            Model::from_bytes(data).is_err(),
            "a model in {} bytes",
            data.len()
        );
        assert!(Lessons::from_bytes(data).is_err() || data.len() < 64 << 10);
        return;
    };
    let mut parts = made.splitn(2, |byte| *byte == 0xFF);
    let header = parts
        .next()
        .filter(|header| !header.is_empty())
        .unwrap_or(SHIPPED.0);
    let body = written_over(parts.next().unwrap_or_default());
    let length = u32::try_from(header.len()).expect("a short header");
    let mut bytes = [
        b"HAMLETNB",
        &1_u32.to_le_bytes()[..],
        &length.to_le_bytes(),
        header,
        &body,
    ]
    .concat();
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    let model = Model::from_bytes(&bytes);
    if let Ok(model) = &model {
        finite(model);
    }
    if let Ok(base) = Base::from_bytes(&bytes) {
        assert!(model.is_ok(), "a base for learning that is no model");
        if let Ok(taught) = base.taught(&LESSONS) {
            finite(&taught);
        }
    }
    bytes[20] ^= 1;
    assert!(Model::from_bytes(&bytes).is_err(), "an altered file");
}

/// Four bytes a change: which part, how many apart, and the number, the upper half of an `f32`, that goes
/// to every so many places of it.
fn written_over(changes: &[u8]) -> Vec<u8> {
    let mut body = SHIPPED.1.to_vec();
    for &[part, step, low, high] in changes.as_chunks().0.iter().take(4) {
        let part = usize::from(part % 4);
        let range = if part == 3 {
            6 * FEATURES..7 * FEATURES
        } else {
            2 * part * FEATURES..2 * (part + 1) * FEATURES
        };
        for cell in body[range]
            .as_chunks_mut()
            .0
            .iter_mut()
            .step_by(usize::from(step) + 1)
        {
            *cell = [low, high];
        }
    }
    body
}

fn finite(model: &Model) {
    let all = Document {
        text: &LONG,
        name: Some("Ann"),
        email_domain: Some("a.example"),
        website: Some("https://a.example/"),
    };
    for document in [
        Document::default(),
        Document {
            text: PROSE,
            ..Document::default()
        },
        all,
    ] {
        explained(model, &document);
    }
}
