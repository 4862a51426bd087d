//! The model file: magic, format version, a JSON header, the weights, what they came from (the sums,
//! and each feature's difference in trust), and a SHA-256 over all of it. Weights and sums are the
//! upper halves of `f32`s, three significant digits; differences are one byte each. Reading trusts nothing: a file that was cut,
//! altered or made by something else is refused with a sentence that says so.
//!
//! ```text
//! "HAMLETNB" | u32 format | u32 header length | header | weights | sums ham | sums spam | differences | SHA-256
//! ```

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::question::Question;
use super::sums::{Sums, from_units, to_units};
use super::trust::Trust;
use hamlet_text::views::{FEATURES, VIEWS};

const MAGIC: &[u8; 8] = b"HAMLETNB";
/// Raised whenever an older program could misread the file.
const FORMAT: u32 = 1;
/// Raised whenever the same text would give other features.
pub const FEATURES_VERSION: u32 = 7;
const DIGEST: usize = 32;
const LONGEST_HEADER: usize = 1 << 20;
/// Bytes of weights, sums and differences.
const BODY: usize = FEATURES * (2 + 2 * 2 + 1);

/// The largest weight and bias, either way: thousands of times what training gives, and so small that no
/// text has features enough for an infinite sum.
pub(super) const LARGEST: f32 = 1e6;

/// Why a model file was refused.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It does not start as a model file does.
    #[error("this is not a Hamlet model file")]
    Foreign,
    /// It is of a format this program does not read.
    #[error(
        "this model file is of format {0}, this program reads format {FORMAT}: train it again, or use the matching program"
    )]
    Format(u32),
    /// Its features are computed differently.
    #[error(
        "this model was trained with features of version {0}, this program computes version {FEATURES_VERSION}: train it again"
    )]
    Features(u32),
    /// It ends too early or too late.
    #[error("this model file is incomplete: {found} bytes where {expected} were expected")]
    Length {
        /// Bytes that the header promises.
        expected: usize,
        /// Bytes there.
        found: usize,
    },
    /// Its checksum does not match.
    #[error("this model file is damaged: its checksum does not match its content")]
    Altered,
    /// Its header cannot be read.
    #[error("this model file's header cannot be read: {0}")]
    Header(#[from] serde_json::Error),
    /// A weight is infinite or not a number, or so large that a sum of them might be.
    #[error("this model file holds a weight that is not a finite number, or is far too large")]
    NotFinite,
}

/// Refuses a bias and weights of which a sum might be no number.
pub(super) fn check(bias: f64, weights: &[f32]) -> Result<(), ModelError> {
    let sane = weights.iter().all(|weight| weight.abs() <= LARGEST);
    if sane && bias.abs() <= f64::from(LARGEST) {
        Ok(())
    } else {
        Err(ModelError::NotFinite)
    }
}

/// What a source contributed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Its name: a file's stem.
    pub name: String,
    /// How often each of its texts counts.
    pub weight: f32,
    /// Texts labelled ham.
    pub ham: u64,
    /// Texts labelled spam.
    pub spam: u64,
    /// Of these, left out because an equal or nearly equal one was there.
    pub duplicates: u64,
}

/// What a model file says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// A name for people; the start of the version.
    pub name: String,
    /// What it answers; files from before there were several questions are about spam.
    #[serde(default)]
    pub question: Question,
    /// Version of the feature space, [`FEATURES_VERSION`].
    pub features: u32,
    /// Weighted numbers of texts, ham and spam.
    pub texts: [i64; 2],
    /// Smoothing of each view.
    pub alpha: [f64; VIEWS.len()],
    /// Trust per view, and the bias.
    pub trust: Trust,
    /// The largest difference in trust of a single feature.
    pub widest_difference: f32,
    /// How many times a new label counts, beside one of the texts trained on.
    pub lesson_weight: f64,
    /// Where the labels came from.
    pub sources: Vec<Source>,
    /// Version of the model this one was trained on top of, if any.
    pub base: Option<String>,
}

/// A file taken apart, its numbers not yet decoded.
#[derive(Debug)]
pub struct Parts<'a> {
    /// What it says about itself.
    pub header: Header,
    body: &'a [u8],
    digest: [u8; DIGEST],
}

/// Takes a file apart and checks it.
///
/// # Errors
/// See [`ModelError`].
pub fn read(bytes: &[u8]) -> Result<Parts<'_>, ModelError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::Foreign)?;
    let (format, rest) = take_u32(rest).ok_or(ModelError::Length {
        expected: 16,
        found: bytes.len(),
    })?;
    if format != FORMAT {
        return Err(ModelError::Format(format));
    }
    let (length, rest) = take_u32(rest).ok_or(ModelError::Length {
        expected: 16,
        found: bytes.len(),
    })?;
    let length = length as usize;
    if length > LONGEST_HEADER || rest.len() < length + DIGEST {
        return Err(ModelError::Length {
            expected: 16 + length + DIGEST,
            found: bytes.len(),
        });
    }
    let (content, checksum) = bytes.split_at(bytes.len() - DIGEST);
    let digest: [u8; DIGEST] = Sha256::digest(content).into();
    if digest != checksum {
        return Err(ModelError::Altered);
    }
    let header: Header = serde_json::from_slice(&rest[..length])?;
    if header.features != FEATURES_VERSION {
        return Err(ModelError::Features(header.features));
    }
    let body = &rest[length..rest.len() - DIGEST];
    let expected = BODY;
    if body.len() != expected {
        return Err(ModelError::Length {
            expected,
            found: body.len(),
        });
    }
    Ok(Parts {
        header,
        body,
        digest,
    })
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number), rest))
}

impl Parts<'_> {
    /// The model's name and the start of its digest.
    #[must_use]
    pub fn version(&self) -> String {
        let [a, b, c, d, ..] = self.digest;
        format!(
            "{}-{:08x}",
            self.header.name,
            u32::from_be_bytes([a, b, c, d])
        )
    }

    /// The weights, one per feature.
    #[must_use]
    pub fn weights(&self) -> Vec<f32> {
        halves(&self.body[..2 * FEATURES]).collect()
    }

    /// The sums.
    #[must_use]
    pub fn sums(&self) -> Sums {
        let class = |from: usize| {
            halves(&self.body[from..from + 2 * FEATURES]).map(|sum| to_units(f64::from(sum)))
        };
        Sums {
            cells: [class(2 * FEATURES).collect(), class(4 * FEATURES).collect()],
            texts: self.header.texts,
        }
    }

    /// What is known of each feature, as it is kept: the upper halves of its sums, ham and spam, and the byte of its
    /// difference in trust.
    pub(super) fn cells(&self) -> impl Iterator<Item = ([u16; 2], u8)> + '_ {
        let halves = |from: usize| {
            let bytes = &self.body[from..from + 2 * FEATURES];
            bytes
                .as_chunks()
                .0
                .iter()
                .map(|half| u16::from_le_bytes(*half))
        };
        let sums = halves(2 * FEATURES).zip(halves(4 * FEATURES));
        let differences = &self.body[6 * FEATURES..];
        sums.zip(differences)
            .map(|((ham, spam), difference)| ([ham, spam], *difference))
    }

    /// The difference in trust that each byte stands for.
    pub(super) fn difference_of_each_byte(&self) -> [f32; 256] {
        let widest = self.header.widest_difference;
        let mut differences = [0.0; 256];
        for (difference, byte) in differences.iter_mut().zip(0..=u8::MAX) {
            *difference = expand(byte, widest);
        }
        differences
    }

    /// The differences in trust, one per feature.
    #[must_use]
    pub fn differences(&self) -> Vec<f32> {
        let differences = self.difference_of_each_byte();
        let bytes = &self.body[6 * FEATURES..];
        bytes
            .iter()
            .map(|byte| differences[usize::from(*byte)])
            .collect()
    }
}

/// Writes a model file. The header's `texts` and `widest_difference` are filled in.
///
/// # Errors
/// [`ModelError::Header`] if the header cannot be written as JSON.
pub fn write(
    header: &Header,
    weights: &[f32],
    sums: &Sums,
    differences: &[f32],
) -> Result<Vec<u8>, ModelError> {
    let widest = differences
        .iter()
        .fold(0.0_f32, |widest, difference| widest.max(difference.abs()));
    let header = Header {
        texts: sums.texts,
        widest_difference: widest,
        ..header.clone()
    };
    let json = serde_json::to_vec(&header)?;
    let mut bytes = Vec::with_capacity(16 + json.len() + BODY + DIGEST);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(&json);
    for weight in weights {
        bytes.extend_from_slice(&half(*weight));
    }
    for cell in sums.cells.iter().flatten() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "three digits are kept anyway"
        )]
        bytes.extend_from_slice(&half(from_units(*cell) as f32));
    }
    bytes.extend(
        differences
            .iter()
            .map(|difference| compress(*difference, widest)),
    );
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    Ok(bytes)
}

/// The upper half of a float, rounded.
fn half(value: f32) -> [u8; 2] {
    let bits = value
        .to_bits()
        .saturating_add(0x7FFF + ((value.to_bits() >> 16) & 1));
    let [_, _, low, high] = bits.to_le_bytes();
    [low, high]
}

/// Floats from their upper halves.
fn halves(bytes: &[u8]) -> impl Iterator<Item = f32> + '_ {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|&[low, high]| f32::from_le_bytes([0, 0, low, high]))
}

/// A difference as a byte: its sign and the root of its share of the widest, finest near zero.
#[expect(clippy::cast_possible_truncation, reason = "at most 127 either way")]
pub(super) fn compress(difference: f32, widest: f32) -> u8 {
    if widest <= 0.0 {
        return 0;
    }
    let root = (difference.abs() / widest).sqrt() * 127.0;
    (root.copysign(difference).round() as i8).cast_unsigned()
}

pub(super) fn expand(byte: u8, widest: f32) -> f32 {
    let root = f32::from(byte.cast_signed()) / 127.0;
    root * root.abs() * widest
}
