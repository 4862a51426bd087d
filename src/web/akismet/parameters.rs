//! A call's parameters, from each place where clients put them: the query, a form, a multipart body (PHP's curl makes one of an array), or
//! JSON; in the encoding that the call names. A blog in another encoding than UTF-8 would else be judged, shown and learnt with holes.

use std::collections::HashMap;

use actix_web::{dev::Payload, web::Bytes};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252,
};
use serde_json::Value;

use super::MAX_BYTES;
use crate::web::{
    body,
    forms::{self, Pair},
    prelude::*,
};

/// Parameters that are read of one call; WordPress sends every variable of its server along.
const MAX_PARAMETERS: usize = 1_000;

/// Encodings whose bytes are often UTF-8 by chance: of these alone the name is believed before the bytes.
const OF_SEVERAL_BYTES: [&Encoding; 7] =
    [BIG5, EUC_JP, EUC_KR, GB18030, GBK, ISO_2022_JP, SHIFT_JIS];

/// The parameters of a call; the first value of a name counts.
pub(super) async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<HashMap<String, String>, Problem> {
    let mut pairs = forms::urlencoded(request.query_string().as_bytes());
    if request.method() != Method::GET {
        let body = body::read(request, payload, MAX_BYTES).await?;
        pairs.extend(of_body(request, body).await?);
    }
    pairs.truncate(MAX_PARAMETERS);
    let encoding = encoding(request, &pairs);
    let mut parameters = HashMap::new();
    for (name, value) in pairs {
        let (value, _) = encoding.decode_without_bom_handling(&value);
        let place = parameters.entry(name);
        place.or_insert_with(|| value.into_owned());
    }
    Ok(parameters)
}

/// Reads a body by what it is: some clients send a form with a content type that says nothing, or a wrong one.
async fn of_body(request: &HttpRequest, body: Bytes) -> Result<Vec<Pair>, Problem> {
    if body::is_json(request) {
        return of_json(&body);
    }
    let kind = body::media_type(request);
    if kind.is_some_and(|kind| kind.type_() == mime::MULTIPART) {
        let parts = forms::multipart(request.headers(), body.clone(), MAX_PARAMETERS).await;
        if let Ok(parts) = parts {
            let fields = parts.into_iter().filter(|part| !part.is_file);
            return Ok(fields.map(|part| (part.name, part.value)).collect());
        }
    }
    Ok(forms::urlencoded(&body))
}

fn of_json(body: &[u8]) -> Result<Vec<Pair>, Problem> {
    let object: Value = body::parse_json(body)?;
    let fields = object.as_object().into_iter().flatten();
    let pairs = fields.filter_map(|(name, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        Some((name.clone(), value.into_bytes()))
    });
    Ok(pairs.collect())
}

/// The encoding of the values: the one that `blog_charset` or the media type names, but UTF-8 where all of them are that: many a
/// client sends its blog's setting along and encodes as its language does. Where none is named, what is not UTF-8 is Windows-1252.
fn encoding(request: &HttpRequest, pairs: &[Pair]) -> &'static Encoding {
    let kind = body::media_type(request);
    let of_type = kind.as_ref().and_then(|kind| kind.get_param(mime::CHARSET));
    let of_type = of_type.as_ref().map(|charset| charset.as_str().as_bytes());
    let of_blog = pairs.iter().find(|(name, _)| name == "blog_charset");
    let of_blog = of_blog.map(|(_, label)| label.as_slice());
    let mut named = [of_blog, of_type].into_iter().flatten();
    let named = named.find_map(Encoding::for_label);
    let fits = |encoding: &'static Encoding| {
        let mut values = pairs.iter().map(|(_, value)| value);
        values.all(|value| {
            let decoded = encoding.decode_without_bom_handling_and_without_replacement(value);
            decoded.is_some()
        })
    };
    match named {
        Some(named) if OF_SEVERAL_BYTES.contains(&named) && fits(named) => named,
        _ if fits(UTF_8) => UTF_8,
        Some(named) if named != UTF_8 => named,
        _ => WINDOWS_1252,
    }
}
