//! What is compiled into the program: once. Of a file that is a constant, each unit that the compiler makes and that reads it has
//! a copy of its own: there were seven of a table that every word of every comment is looked up in, and 24 MB of models too many.

use std::{
    fs,
    path::{Path, PathBuf},
};

use memchr::memmem;

/// Bytes from the middle of a file, by which it is found.
const MARK: usize = 64;

/// The models, the tables that they read texts by, and the sentences of each language.
fn compiled_in() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let models = [
        "shipped.hamlet",
        "abuse/shipped.hamlet",
        "commonness.bin",
        "vocabulary.bin",
    ];
    let mut files: Vec<PathBuf> = models
        .iter()
        .map(|name| root.join("models").join(name))
        .collect();
    let words = fs::read_dir(root.join("src/words")).expect("the words");
    let words = words.map(|entry| entry.expect("a file").path());
    files.extend(words.filter(|path| path.extension().is_some_and(|ending| ending == "ftl")));
    files
}

#[test]
fn what_is_compiled_in_is_in_the_program_once() {
    let program = fs::read(env!("CARGO_BIN_EXE_hamlet")).expect("the program");
    for file in compiled_in() {
        let content = fs::read(&file).expect("a file");
        let middle = content.len() / 2;
        let mark = &content[middle..middle + MARK];
        let found = memmem::find_iter(&program, mark).count();
        assert_eq!(
            found,
            1,
            "{} is in the program {found} times",
            file.display()
        );
    }
}
