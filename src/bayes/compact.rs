//! The file of a model that ships for a question of several kinds. A feature takes six bytes, and what is asked of it
//! lies side by side: the sums of both classes and the difference in trust, a byte each, and four bits for its weight in
//! each kind. Nothing is unpacked: a program that carries the file scores from it where it lies. Site models of the same
//! question are kept as [`super::file`] keeps every model.
//!
//! ```text
//! "HAMLETQS" | u32 format | u32 header length | header | cells | SHA-256
//! ```

use std::borrow::Cow;

use hamlet_text::views::FEATURES;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::file::{FEATURES_VERSION, Header, LARGEST, ModelError, compress, expand};
use super::levels::{self, LEVELS};
use super::question::{AbuseKind, Question};
use super::trained::Trained;

const MAGIC: &[u8; 8] = b"HAMLETQS";
const FORMAT: u32 = 1;
const DIGEST: usize = 32;
const LONGEST_HEADER: usize = 1 << 20;
/// Kinds whose weights a cell has room for, two in a byte.
pub(super) const KINDS: usize = 6;
/// Bytes of a cell.
const CELL: usize = 3 + KINDS / 2;
/// The smallest sum that a code stands for, and the ratio from each code to the next: sums to 2^17, 7 % apart.
const SMALLEST: f64 = 0.005;
const RATIO: f64 = 1.07;

/// One kind of a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KindHeader {
    /// Which.
    pub kind: AbuseKind,
    /// The languages (ISO 639-1) in which there were texts enough to learn it from and to measure it on.
    pub languages: Vec<String>,
    /// Log-odds of a text that says nothing.
    pub bias: f64,
    /// The weight that each code stands for.
    pub levels: [f32; LEVELS],
}

/// What the file says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompactHeader {
    /// The question.
    pub question: Question,
    /// The model of the question itself.
    pub model: Header,
    /// The languages in which it was learnt.
    pub languages: Vec<String>,
    /// Its kinds, in the order of their weights.
    pub kinds: Vec<KindHeader>,
}

/// A file, taken apart and checked.
#[derive(Clone, Debug)]
pub struct Compact {
    pub(super) header: CompactHeader,
    bytes: Cow<'static, [u8]>,
    /// Where the cells begin.
    start: usize,
    /// How many there are; features beyond say nothing.
    count: usize,
    version: String,
    /// The sum that each code stands for.
    pub(super) sums: [f32; 256],
    pub(super) differences: [f32; 256],
}

/// Does a file begin as one of these does?
pub(super) fn is_compact(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

impl Compact {
    /// Takes a file apart.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn read(bytes: Cow<'static, [u8]>) -> Result<Self, ModelError> {
        let short = |expected: usize| ModelError::Length {
            expected,
            found: bytes.len(),
        };
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::Foreign)?;
        let (format, rest) = take_u32(rest).ok_or(short(16))?;
        if format != FORMAT {
            return Err(ModelError::Format(format));
        }
        let (length, rest) = take_u32(rest).ok_or(short(16))?;
        let length = length as usize;
        if length > LONGEST_HEADER || rest.len() < length + DIGEST {
            return Err(short(16 + length + DIGEST));
        }
        let (content, checksum) = bytes.split_at(bytes.len() - DIGEST);
        let digest: [u8; DIGEST] = Sha256::digest(content).into();
        if digest != checksum {
            return Err(ModelError::Altered);
        }
        let header: CompactHeader = serde_json::from_slice(&rest[..length])?;
        if header.model.features != FEATURES_VERSION {
            return Err(ModelError::Features(header.model.features));
        }
        let start = 16 + length;
        let body = bytes.len() - DIGEST - start;
        let count = body / CELL;
        if !body.is_multiple_of(CELL) || count > FEATURES || header.kinds.len() > KINDS {
            return Err(short(start + FEATURES * CELL + DIGEST));
        }
        if !header.is_bounded() {
            return Err(ModelError::NotFinite);
        }
        let [a, b, c, d, ..] = digest;
        let widest = header.model.widest_difference;
        let mut differences = [0.0; 256];
        for (difference, byte) in differences.iter_mut().zip(0..=u8::MAX) {
            *difference = expand(byte, widest);
        }
        Ok(Self {
            version: format!(
                "{}-{:08x}",
                header.model.name,
                u32::from_be_bytes([a, b, c, d])
            ),
            header,
            start,
            count,
            sums: std::array::from_fn(decoded),
            differences,
            bytes,
        })
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// What is kept of a feature.
    pub(super) fn cell(&self, id: usize) -> Option<&[u8; CELL]> {
        if id >= self.count {
            return None;
        }
        let from = self.start + id * CELL;
        self.bytes.get(from..from + CELL)?.first_chunk()
    }
}

impl CompactHeader {
    fn is_bounded(&self) -> bool {
        let of_kind = |kind: &KindHeader| {
            let levels = kind.levels.iter().all(|level| level.abs() <= LARGEST);
            levels && kind.bias.abs() <= f64::from(LARGEST)
        };
        let model = &self.model;
        self.kinds.iter().all(of_kind)
            && model.trust.is_finite()
            && model.widest_difference.is_finite()
            && model.lesson_weight.is_finite()
    }
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number), rest))
}

/// The sum that a code stands for.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "codes to 255"
)]
fn decoded(code: usize) -> f32 {
    match code {
        0 => 0.0,
        code => (SMALLEST * RATIO.powf((code - 1) as f64)) as f32,
    }
}

/// The code whose sum is nearest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn coded(sum: f64) -> u8 {
    if sum < SMALLEST / 2.0 {
        return 0;
    }
    let step = (sum / SMALLEST).ln() / RATIO.ln();
    (step.round() + 1.0).clamp(1.0, 255.0) as u8
}

/// Writes a question's model and those of its kinds, each with the languages that it answers in. Features that
/// the question does not read are left out where they are the last.
///
/// # Errors
/// [`ModelError::Header`] if the header cannot be written as JSON.
pub fn write(
    question: Question,
    languages: Vec<String>,
    trained: &Trained,
    kinds: &[(AbuseKind, Vec<String>, &Trained)],
) -> Result<Vec<u8>, ModelError> {
    let used = |id: &usize| trained.weights[*id] != 0.0;
    let count = (0..FEATURES).rev().find(used).map_or(0, |last| last + 1);
    let masses = levels::masses(trained, count);
    let coded_kinds: Vec<levels::Coded> = kinds
        .iter()
        .take(KINDS)
        .map(|(_, _, trained)| levels::code(&trained.weights[..count], &masses))
        .collect();
    let widest = trained
        .differences
        .iter()
        .fold(0.0_f32, |widest, difference| widest.max(difference.abs()));
    let header = CompactHeader {
        question,
        model: Header {
            texts: trained.sums.texts,
            widest_difference: widest,
            ..trained.header.clone()
        },
        languages,
        kinds: kinds
            .iter()
            .zip(&coded_kinds)
            .map(|((kind, languages, trained), coded)| KindHeader {
                kind: *kind,
                languages: languages.clone(),
                bias: trained.header.trust.bias,
                levels: coded.levels,
            })
            .collect(),
    };
    let json = serde_json::to_vec(&header)?;
    let mut bytes = Vec::with_capacity(16 + json.len() + count * CELL + DIGEST);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(&json);
    for id in 0..count {
        let sum = |class: usize| coded(super::sums::from_units(trained.sums.cells[class][id]));
        bytes.extend([sum(0), sum(1), compress(trained.differences[id], widest)]);
        let code = |kind: usize| coded_kinds.get(kind).map_or(0, |coded| coded.codes[id]);
        bytes.extend((0..KINDS / 2).map(|pair| code(2 * pair) | (code(2 * pair + 1) << 4)));
    }
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_keep_a_sum_to_four_percent() {
        for sum in [0.01, 0.3, 1.0, 77.0, 12_345.0, 100_000.0] {
            let kept = f64::from(decoded(usize::from(coded(sum))));
            assert!((kept / sum - 1.0).abs() < 0.04, "{sum} {kept}");
        }
        assert_eq!(coded(0.0), 0);
        assert!(decoded(0).abs() < f32::EPSILON);
    }

    #[test]
    fn foreign_and_cut_files_are_refused() {
        let read = |bytes: &[u8]| Compact::read(Cow::Owned(bytes.to_vec()));
        assert!(matches!(read(b"HAMLETNB"), Err(ModelError::Foreign)));
        assert!(matches!(read(b"HAMLETQS"), Err(ModelError::Length { .. })));
    }
}
