//! Avatars drawn from eight bits: a pattern of five by five, mirrored. Nothing about an address can
//! be learned from one of 256 pictures.

use std::fmt::Write;

use xxhash_rust::xxh3::xxh3_64;

use crate::{
    reading::rendered::Rendered,
    web::{etag, prelude::*},
};

pub(super) async fn avatar(
    request: HttpRequest,
    seed: Path<String>,
) -> Result<HttpResponse, Problem> {
    let seed: u8 = seed.parse().map_err(|_| Problem::not_found("avatar"))?;
    let caching = "public, max-age=31536000, immutable";
    Ok(etag::answer(
        &request,
        &Rendered::new(draw(seed)),
        "image/svg+xml",
        caching,
    ))
}

fn draw(seed: u8) -> String {
    let bits = xxh3_64(&[seed]);
    let hue = (bits >> 32) % 360;
    let mut cells = String::new();
    for row in 0..5_u32 {
        for column in 0..5_u32 {
            let mirrored = column.min(4 - column);
            if bits >> (row * 3 + mirrored) & 1 == 1 {
                let _ = write!(cells, "M{column} {row}h1v1h-1z");
            }
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-.5 -.5 6 6\">\
         <rect x=\"-.5\" y=\"-.5\" width=\"6\" height=\"6\" fill=\"hsl({hue} 35% 92%)\"/>\
         <path fill=\"hsl({hue} 45% 42%)\" d=\"{cells}\"/></svg>"
    )
}
