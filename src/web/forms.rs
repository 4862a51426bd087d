//! A submission's body in any of the three media types that forms and programs use, as [`Fields`]. A page that is not UTF-8 sends its
//! form in its own encoding: what the form or the request names is obeyed; else bytes that are not UTF-8 are read as
//! Windows-1252, and the fields in question are named, so that nobody takes a guess for what was written. What such an encoding
//! has no letter for, browsers send as a character reference.

use actix_multipart::Multipart;
use actix_web::{http::header::HeaderMap, web::Bytes};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use futures_util::{StreamExt, stream};
use percent_encoding::percent_decode;

use super::body::{media_type, parse_json};
use crate::{intake::submission::Fields, web::prelude::*};

/// Parts of a multipart body at most.
const MAX_PARTS: usize = 40;

/// A submission's fields as they were sent.
#[derive(Debug)]
pub struct DecodedFields {
    /// The fields.
    pub fields: Fields,
    /// An error for each field whose encoding had to be guessed.
    pub guessed: Vec<FieldError>,
}

impl DecodedFields {
    /// The fields, where nothing had to be guessed.
    ///
    /// # Errors
    /// 422 that names those that are not UTF-8.
    pub fn sure(self) -> Result<Fields, Problem> {
        if self.guessed.is_empty() {
            Ok(self.fields)
        } else {
            Err(Problem::invalid(self.guessed))
        }
    }
}

/// Reads a submission's fields by the body's media type. JSON with an unknown field is refused;
/// forms may carry others (a submit button, the site's own).
///
/// # Errors
/// A [`Problem`]: 415 for another media type, 400 for a broken body, 422 naming a field that is there twice or a file.
pub async fn decode(request: &HttpRequest, body: Bytes) -> Result<DecodedFields, Problem> {
    let kind = media_type(request);
    let pairs = match kind.as_ref().map(mime::Mime::essence_str) {
        Some("application/json") => {
            return Ok(DecodedFields {
                fields: parse_json(&body)?,
                guessed: Vec::new(),
            });
        }
        Some("application/x-www-form-urlencoded") => urlencoded(&body),
        Some("multipart/form-data") => pairs(multipart(request.headers(), body, MAX_PARTS).await?)?,
        _ => {
            let title = "Send JSON, application/x-www-form-urlencoded or multipart/form-data.";
            return Err(Problem::unsupported(title));
        }
    };
    let charset = kind.as_ref().and_then(|kind| kind.get_param(mime::CHARSET));
    let charset = charset.as_ref().map(|charset| charset.as_str().as_bytes());
    fields(pairs, charset)
}

/// A field's name and its raw value.
pub(super) type Pair = (String, Vec<u8>);

/// The pairs of an urlencoded body, in order.
pub(super) fn urlencoded(body: &[u8]) -> Vec<Pair> {
    let pairs = body
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decoded(halves.next().unwrap_or_default());
            let value = decoded(halves.next().unwrap_or_default());
            // No field of ours has a name that is not UTF-8; a site's own may, on a page in another encoding.
            (String::from_utf8_lossy(&name).into_owned(), value)
        })
        .collect()
}

fn decoded(raw: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = raw
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_decode(&spaced).collect()
}

/// A piece of a multipart body.
pub(super) struct Part {
    pub name: String,
    /// Whether it is a file.
    pub is_file: bool,
    pub value: Vec<u8>,
}

/// The parts of a multipart body of at most `most` parts, in order.
///
/// # Errors
/// 400 when it cannot be read, or has more.
pub(super) async fn multipart(
    headers: &HeaderMap,
    body: Bytes,
    most: usize,
) -> Result<Vec<Part>, Problem> {
    let broken = |_| Problem::malformed("The multipart body cannot be read.");
    let whole = stream::once(async move { Ok(body) });
    let mut parts = Multipart::new(headers, whole);
    let mut read = Vec::new();
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(broken)?;
        if read.len() == most {
            return Err(Problem::malformed("The multipart body has too many parts."));
        }
        let disposition = part.content_disposition();
        let is_file = disposition.is_some_and(|disposition| disposition.get_filename().is_some());
        let name = part.name().unwrap_or_default().to_owned();
        let mut value = Vec::new();
        while let Some(chunk) = part.next().await {
            value.extend_from_slice(&chunk.map_err(broken)?);
        }
        read.push(Part {
            name,
            is_file,
            value,
        });
    }
    Ok(read)
}

/// The pairs of a form of ours, which has no file.
fn pairs(parts: Vec<Part>) -> Result<Vec<Pair>, Problem> {
    if let Some(file) = parts.iter().find(|part| part.is_file) {
        let error = FieldError::new(file.name.clone(), "file", "Files are not accepted.");
        return Err(error.into());
    }
    let pairs = parts.into_iter().map(|part| (part.name, part.value));
    Ok(pairs.collect())
}

/// The encoding that a form says it is in: its field `_charset_`, which browsers fill in, or the media type's parameter.
fn encoding(pairs: &[Pair], charset: Option<&[u8]>) -> Option<&'static Encoding> {
    let field = pairs.iter().find(|(name, _)| name == "_charset_");
    let label = field.map(|(_, label)| label.as_slice()).or(charset)?;
    Encoding::for_label(label)
}

/// A text whose decimal references to characters that its encoding lacks are those characters. One to a character that it has
/// was typed so.
fn without_references(text: &str, encoding: &'static Encoding) -> String {
    let mut pieces = text.split("&#");
    let mut read = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let reference = piece.split_once(';').and_then(|(digits, after)| {
            let is_decimal =
                (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            let meant = char::from_u32(digits.parse().ok().filter(|_| is_decimal)?)?;
            let (_, _, lacks) = encoding.encode(meant.encode_utf8(&mut [0; 4]));
            lacks.then_some((meant, after))
        });
        if let Some((meant, after)) = reference {
            read.push(meant);
            read.push_str(after);
        } else {
            read.push_str("&#");
            read.push_str(piece);
        }
    }
    read
}

/// Sorts pairs into fields; one that is there twice is an error that names it.
fn fields(pairs: Vec<Pair>, charset: Option<&[u8]>) -> Result<DecodedFields, Problem> {
    let declared = encoding(&pairs, charset);
    let mut fields = Fields::default();
    let mut notify = None;
    let (mut twice, mut guessed) = (Vec::new(), Vec::new());
    for (name, value) in pairs {
        let place = match name.as_str() {
            "page" => &mut fields.page,
            "page_title" => &mut fields.page_title,
            "parent" => &mut fields.parent,
            "name" => &mut fields.name,
            "email" => &mut fields.email,
            "website" => &mut fields.website,
            "text" => &mut fields.text,
            "notify_replies" => &mut notify,
            "form_token" => &mut fields.form_token,
            "proof" => &mut fields.proof,
            "author_token" => &mut fields.author_token,
            "subject" => &mut fields.subject,
            _ => continue,
        };
        if place.is_some() {
            let message = "The field is there twice.";
            twice.push(FieldError::new(name, "duplicate_field", message));
            continue;
        }
        let encoding = declared.unwrap_or(UTF_8);
        let (text, wrong) = encoding.decode_without_bom_handling(&value);
        *place = Some(if wrong {
            let message = "This is not UTF-8: see that it reads as you wrote it.";
            guessed.push(FieldError::new(name, "not_utf8", message));
            let text = WINDOWS_1252.decode_without_bom_handling(&value).0;
            without_references(&text, WINDOWS_1252)
        } else {
            without_references(&text, encoding)
        });
    }
    if !twice.is_empty() {
        return Err(Problem::invalid(twice));
    }
    fields.notify_replies =
        notify.map(|value| !matches!(value.trim(), "" | "0" | "false" | "off" | "no"));
    Ok(DecodedFields { fields, guessed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_forms_encoding_has_no_letter_for_is_the_letter_again() {
        let sent = b"_charset_=windows-1252&name=J%FCrgen+%26%239786%3B&text=%26%23128578%3B+%26%23252%3B+%26%23x263a%3B+%26%23%3B";
        let read = fields(urlencoded(sent), None).unwrap().sure().unwrap();
        assert_eq!(read.name.as_deref(), Some("J\u{fc}rgen \u{263a}"));
        assert_eq!(read.text.as_deref(), Some("\u{1F642} &#252; &#x263a; &#;"));
        let sent = b"name=A&text=%26%23128578%3B%26";
        let read = fields(urlencoded(sent), None).unwrap().sure().unwrap();
        assert_eq!(
            read.text.as_deref(),
            Some("&#128578;&"),
            "UTF-8 lacks nothing"
        );
        let sent = b"name=A&text=Gr%FC%DFe+%26%239786%3B";
        let guessed = fields(urlencoded(sent), None).unwrap();
        assert_eq!(
            guessed.fields.text.as_deref(),
            Some("Gr\u{fc}\u{df}e \u{263a}")
        );
        assert_eq!(guessed.guessed.len(), 1);
    }
}
