//! From another system's export to a model in use, through the program's own commands: import, train
//! on the site's labels, evaluate on rows that no model saw, activate, roll back.

mod commands;
mod exports;
mod imports;
mod trial;

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{hamlet, run, says};

/// A comment as an export has it.
pub struct Row {
    pub text: String,
    pub spam: bool,
}

/// An installation with the site `blog`, and a folder for files beside its data.
pub struct Installation {
    folder: TempDir,
}

impl Installation {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let installation = Self { folder };
        installation.does(&["site", "add", "blog", "--origin", "https://blog.example"]);
        installation
    }

    /// Where a file of this name goes.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Keeps a file and tells where.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        text_of(&path)
    }

    /// What a command that has to succeed prints.
    pub fn does(&self, arguments: &[&str]) -> String {
        let output = run(hamlet(self.folder.path(), arguments));
        assert!(output.status.success(), "{arguments:?}: {}", says(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The one JSON value that a command prints when it is asked to.
    pub fn tells(&self, arguments: &[&str]) -> Value {
        let printed = self.does(&[arguments, &["--json"]].concat());
        serde_json::from_str(&printed).unwrap()
    }

    /// What a command says that must not succeed, and its exit code.
    pub fn refuses(&self, arguments: &[&str]) -> (i32, String) {
        let output = run(hamlet(self.folder.path(), arguments));
        let said = says(&output);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(!said.contains("panicked"), "{said}");
        (output.status.code().unwrap(), said)
    }
}

pub fn text_of(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Comments of a blog about its own things: what its spammers offer is in no other site's spam,
/// though they ask for money as all do. No two texts are alike.
pub fn generated(count: usize) -> Vec<Row> {
    const HAM: [&str; 12] = [
        "trellis",
        "mulch",
        "aphids",
        "pruning",
        "loam",
        "cloche",
        "seedling",
        "compost",
        "frost",
        "greenhouse",
        "rhubarb",
        "perennial",
    ];
    const SPAM: [&str; 12] = [
        "zorvex", "quantile", "brimlo", "tastor", "fendy", "glimmer", "uplink", "vortan", "maxity",
        "dreelo", "panqor", "lumiva",
    ];
    // A linear congruential generator (Knuth, MMIX): the same rows every time.
    let mut state = 7_u64;
    let mut pick = move |words: [&'static str; 12]| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        words[usize::try_from(state >> 33).unwrap() % words.len()]
    };
    let row = |number: usize| {
        let spam = number.is_multiple_of(3);
        let mut word = || pick(if spam { SPAM } else { HAM });
        let told = format!(
            "About the {} and the {}: my {} liked {} better than {}",
            word(),
            word(),
            word(),
            word(),
            word()
        );
        let asked = if spam {
            "Buy it cheap, money back"
        } else {
            "I wonder why"
        };
        let text = format!("{told}. {asked} ({number}).");
        Row { text, spam }
    };
    (0..count).map(row).collect()
}
