//! The model file: magic, format version, a JSON header, the weights, the sums they came from, and a
//! SHA-256 over all of it. All numbers are little-endian. Reading trusts nothing: a file that was cut,
//! altered or made by something else is refused with a sentence that says so.
//!
//! ```text
//! "HAMLETNB" | u32 format | u32 header length | header | weights | sums ham | sums spam | SHA-256
//! ```

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::sums::{Sums, from_units, to_units};
use super::trust::Trust;
use super::views::FEATURES;

const MAGIC: &[u8; 8] = b"HAMLETNB";
/// Raised whenever an older program could misread the file.
const FORMAT: u32 = 1;
/// Raised whenever the same text would give other features.
pub const FEATURES_VERSION: u32 = 1;
const DIGEST: usize = 32;
const LONGEST_HEADER: usize = 1 << 20;

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
    /// A weight is infinite or not a number.
    #[error("this model file holds a weight that is not a finite number")]
    NotFinite,
}

/// How numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Weights as `f32`, sums in whole units: nothing is lost.
    Exact,
    /// The upper half of an `f32` each (three significant digits): a third of the size.
    Compact,
}

impl Precision {
    const fn weight(self) -> usize {
        match self {
            Self::Exact => 4,
            Self::Compact => 2,
        }
    }

    const fn sum(self) -> usize {
        match self {
            Self::Exact => 8,
            Self::Compact => 2,
        }
    }

    const fn body(self) -> usize {
        FEATURES * (self.weight() + 2 * self.sum())
    }
}

/// What a source contributed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Its name: a file's stem.
    pub name: String,
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
    /// Version of the feature space, [`FEATURES_VERSION`].
    pub features: u32,
    /// How the numbers are kept.
    pub precision: Precision,
    /// Weighted numbers of texts, ham and spam.
    pub texts: [i64; 2],
    /// Smoothing of each view.
    pub alpha: Vec<f64>,
    /// The logistic layer.
    pub trust: Trust,
    /// Where the labels came from.
    pub sources: Vec<Source>,
    /// Version of the model this one was trained on top of.
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
    let expected = header.precision.body();
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
        let digest: String = self.digest[..4]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{}-{digest}", self.header.name)
    }

    /// The weights, one per feature.
    #[must_use]
    pub fn weights(&self) -> Vec<f32> {
        let bytes = &self.body[..FEATURES * self.header.precision.weight()];
        match self.header.precision {
            Precision::Exact => bytes
                .as_chunks()
                .0
                .iter()
                .map(|b| f32::from_le_bytes(*b))
                .collect(),
            Precision::Compact => bytes.as_chunks().0.iter().map(|b| widen(*b)).collect(),
        }
    }

    /// The sums.
    #[must_use]
    pub fn sums(&self) -> Sums {
        let width = self.header.precision.sum();
        let bytes = &self.body[FEATURES * self.header.precision.weight()..];
        let class = |bytes: &[u8]| -> Vec<i64> {
            match self.header.precision {
                Precision::Exact => bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|b| i64::from_le_bytes(*b))
                    .collect(),
                Precision::Compact => bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|b| to_units(f64::from(widen(*b))))
                    .collect(),
            }
        };
        let (ham, spam) = bytes.split_at(FEATURES * width);
        Sums::from_raw([class(ham), class(spam)], self.header.texts).unwrap_or_default()
    }
}

/// Writes a model file.
///
/// # Errors
/// [`ModelError::Header`] if the header cannot be written as JSON.
pub fn write(header: &Header, weights: &[f32], sums: &Sums) -> Result<Vec<u8>, ModelError> {
    let (cells, texts) = sums.units();
    let json = serde_json::to_vec(&Header {
        texts,
        ..header.clone()
    })?;
    let mut bytes = Vec::with_capacity(16 + json.len() + header.precision.body() + DIGEST);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(&json);
    match header.precision {
        Precision::Exact => {
            weights
                .iter()
                .for_each(|weight| bytes.extend_from_slice(&weight.to_le_bytes()));
            cells
                .iter()
                .copied()
                .flatten()
                .for_each(|cell| bytes.extend_from_slice(&cell.to_le_bytes()));
        }
        Precision::Compact => {
            weights
                .iter()
                .for_each(|weight| bytes.extend_from_slice(&narrow(*weight)));
            #[expect(
                clippy::cast_possible_truncation,
                reason = "three digits are kept anyway"
            )]
            cells
                .iter()
                .copied()
                .flatten()
                .for_each(|cell| bytes.extend_from_slice(&narrow(from_units(*cell) as f32)));
        }
    }
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    Ok(bytes)
}

/// The upper half of a float, rounded.
fn narrow(value: f32) -> [u8; 2] {
    let bits = value
        .to_bits()
        .saturating_add(0x7FFF + ((value.to_bits() >> 16) & 1));
    let [_, _, low, high] = bits.to_le_bytes();
    [low, high]
}

/// A float from its upper half.
fn widen(bytes: [u8; 2]) -> f32 {
    f32::from_le_bytes([0, 0, bytes[0], bytes[1]])
}
