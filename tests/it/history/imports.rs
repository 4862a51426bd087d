//! `hamlet import`: what it says of a file, and taking an import back.

use super::Installation;

const TABLE: &str = "id,page,name,text,status,created_at\n1,/a,Ada,One,approved,2020-01-01\n\
                     2,/a,Ben,Two,approved,1.2.2020\n";

#[test]
fn an_import_says_what_it_did_not_understand_and_is_taken_back() {
    let site = Installation::new();
    let file = site.file("blog.csv", TABLE);
    let said = site.does(&["import", "--format", "csv", "--site", "blog", &file]);
    for line in [
        "2 comments imported, 0 were here already",
        "not understood: 1 (a date that is not understood)",
        "line 3: a date that is not understood: 1.2.2020",
        "to take it back: hamlet import --undo ",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let listed = site.tells(&["import", "--list"]);
    let one = &listed["imports"][0];
    assert_eq!(
        (&one["site"], &one["file"]),
        (&"blog".into(), &"blog.csv".into())
    );
    assert_eq!(one["comments"], 2);
    let run = one["run"].as_str().unwrap();
    assert!(
        site.does(&["import", "--list", "--site", "blog"])
            .contains(run)
    );
    let undone = site.does(&["import", "--undo", run]);
    assert!(undone.starts_with("2 comments are gone again"), "{undone}");
    assert!(site.does(&["import", "--list"]).contains("taken back"));
    let nobody = site.refuses(&["import", "--undo", "nonsense"]);
    assert!(nobody.0 == 2 && nobody.1.contains("--list"), "{}", nobody.1);
}

#[test]
fn a_file_that_is_not_what_it_is_said_to_be_is_no_success() {
    let site = Installation::new();
    let import = |format: &str, file: &str| {
        site.refuses(&["import", "--format", format, "--site", "blog", file])
    };
    let rss = site.file("rss.xml", "<rss><channel></channel></rss>");
    for (format, file, said) in [
        ("disqus", &rss, "try --format wxr"),
        ("jsonl", &rss, "try --format wxr"),
        ("wxr", &site.file("empty.xml", ""), "It is empty"),
        (
            "csv",
            &site.file("cut.csv", "id,text\n1,\"cut"),
            "a quotation mark is not closed",
        ),
    ] {
        let refused = import(format, file);
        assert_eq!(refused.0, 1, "{}", refused.1);
        assert!(refused.1.contains(said), "{said}: {}", refused.1);
    }
    let gbk = site.path("gbk.csv");
    std::fs::write(&gbk, b"id,page,name,text\n1,/a,\xC4\xE3,\xC4\xE3\xBA\xC3\n").unwrap();
    let gbk = super::text_of(&gbk);
    site.does(&[
        "import",
        "--format",
        "csv",
        "--site",
        "blog",
        "--encoding",
        "gbk",
        &gbk,
    ]);
    let exported = site.does(&["export", "--site", "blog"]);
    assert!(exported.contains("\u{4F60}\u{597D}"), "{exported}");
}

#[test]
fn a_table_without_labels_is_refused_once_and_a_packed_backup_by_name() {
    let site = Installation::new();
    let bare = site.file("bare.csv", "text,kind\nbuy pills,1\nhello,0\n");
    let model = super::text_of(&site.path("m.hamlet"));
    let said = site.refuses(&["train", "--data", &bare, "--out", &model]).1;
    assert_eq!(
        said.matches("the header names no column 'label'").count(),
        1,
        "{said}"
    );
    let packed = site.path("backup.db.gz");
    std::fs::write(&packed, b"\x1f\x8b\x08\0").unwrap();
    let said = site.refuses(&["restore", &super::text_of(&packed)]).1;
    assert!(
        said.contains("is compressed: unpack it first (gunzip)"),
        "{said}"
    );
}
