//! Finds the languages: each file `src/words/TAG.ftl` is one, and English is the first.

use std::{env, fs, io, path::PathBuf};

const FOLDER: &str = "src/words";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let mut tags = Vec::new();
    for file in fs::read_dir(FOLDER)? {
        let path = file?.path();
        let is_words = path.extension().is_some_and(|ending| ending == "ftl");
        let tag = path.file_stem().and_then(|name| name.to_str());
        tags.extend(tag.filter(|_| is_words).map(str::to_owned));
    }
    tags.sort_by_key(|tag| (tag != "en", tag.clone()));
    let line = |tag: &String| {
        format!(
            "(\"{tag}\", include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{FOLDER}/{tag}.ftl\"))),\n"
        )
    };
    let lines: Vec<String> = tags.iter().map(line).collect();
    let code = format!("&[\n{}]\n", lines.concat());
    let place = env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    let place = place.join("languages.rs");
    // Written only when it changes: what includes it is then compiled again.
    if fs::read_to_string(&place).ok().as_deref() == Some(code.as_str()) {
        return Ok(());
    }
    fs::write(place, code)
}
