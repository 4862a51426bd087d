//! Movable Type's export, and what others write in its name.

use hamlet::{
    domain::comment::Status,
    interchange::foreign::{ForeignFormat, Found},
};

use super::{found, garden, imported, one};
use crate::on_both_engines;

/// Posts of several systems: with an address, with a name alone, a draft, without comments.
const EXPORT: &str = "AUTHOR: Horatio\nTITLE: Peas &amp; beans\nSTATUS: Publish\nALLOW COMMENTS: 1\nUNIQUE URL: https://garden.example/2002/08/peas.html\n\
DATE: 08/07/2002 11:41:05 PM\n-----\nBODY:\nCOMMENT: is no section here\n-----\nin the body a line of dashes\n-----\nEXTENDED BODY:\n\n-----\n\
COMMENT:\nAUTHOR: Ann <b>of</b> &amp; Co\nEMAIL: ann@example.org\nIP: 203.0.113.7\nURL: http://ann.example/?a=1&amp;b=2\nDATE: 01/02/2003 03:04:05 PM\n\
First line\n-----\nAUTHOR: a quotation\n--------\n<p>and</p> the last\n-----\n\
COMMENT:\nAUTHOR: Bo\nEMAIL: \nIP: \nURL: \nDATE: 13/02/2003 10:00:00\nURL: stands in the text\n-----\n\
PING:\nTITLE: Elsewhere\nURL: http://other.example\nIP: 203.0.113.9\nBLOG NAME: Other\nDATE: 01/02/2003 03:04:05 PM\nping\n-----\n\
--------\n\
TITLE: By its name\nBASENAME: by_its_name\nSTATUS: Publish\nDATE: 08/08/2002 10:00:00\n-----\nBODY:\nx\n-----\n\
COMMENT:\nAUTHOR: Cy\nTITLE: a title\nEMAIL: \nURL: \nIP: \nSECRET: 1\nDATE: 02/03/2003 15:00:00\nfor the owner alone\n-----\n\
COMMENT:\nAUTHOR: Di\nSECRET: 0\nDATE: 02/04/2003 15:00:00\nfor everyone\n-----\n--------\n\
TITLE: A draft\nBASENAME: a_draft\nSTATUS: Draft\nDATE: 08/08/2002 10:00:00\n-----\n\
COMMENT:\nAUTHOR: Ed\nDATE: 02/03/2003 15:00:00\nunder a draft\n-----\n--------\n\
TITLE: Neither name nor address\nDATE: 08/08/2002 10:00:00\nSTATUS: Publish\n-----\n\
COMMENT:\nAUTHOR: Flo\nDATE: 02/05/2003 15:00:00\nnowhere\n-----\nCOMMENT:\nAUTHOR: Flo\nDATE: 02/05/2003 15:00:00\n\n-----\n--------\n";

on_both_engines!(
    movable_types_posts_and_comments_are_told_apart_by_what_follows_their_dashes,
    |app: TestApp| async move {
        garden(&app).await;
        let ends = [
            EXPORT.to_owned(),
            EXPORT.replace('\n', "\r\n"),
            EXPORT.replace('\n', "\r"),
        ];
        for (nth, file) in ends.iter().enumerate() {
            let report = imported(&app, ForeignFormat::MovableType, file).await;
            let counts = (report.imported, report.unchanged);
            assert_eq!(counts, if nth == 0 { (6, 0) } else { (0, 6) }, "{report:?}");
            assert_eq!(report.skipped["a pingback or trackback"], 1);
            assert_eq!(report.skipped["no text"], 1);
            assert_eq!(
                report.doubts["a date that is not understood"], 1,
                "{report:?}"
            );
            let says = |what: &str| report.warnings.iter().any(|warning| warning.contains(what));
            assert!(says("no time zone") && says("BASENAME"), "{report:?}");
        }
        let first = one(
            &app,
            "First line\n-----\nAUTHOR: a quotation\n--------\nand\n the last",
        )
        .await;
        assert_eq!(first.name.as_str(), "Ann of & Co");
        assert_eq!(
            first.website.as_deref(),
            Some("http://ann.example/?a=1&b=2")
        );
        assert_eq!(
            (first.page.as_str(), first.page_title.as_deref()),
            ("/2002/08/peas.html", Some("Peas & beans"))
        );
        assert_eq!(
            first.created_at.millis(),
            1_041_519_845_000,
            "the month first"
        );
        for (text, page, status) in [
            (
                "URL: stands in the text",
                "/2002/08/peas.html",
                Status::Approved,
            ),
            ("for the owner alone", "/by_its_name", Status::Pending),
            ("for everyone", "/by_its_name", Status::Approved),
            ("under a draft", "/a_draft", Status::Pending),
            ("nowhere", "/", Status::Pending),
        ] {
            let comment = one(&app, text).await;
            assert_eq!(
                (comment.page.as_str(), comment.status),
                (page, status),
                "{text}"
            );
        }
    }
);

#[test]
fn a_post_ends_where_the_next_begins_though_its_section_was_not_ended() {
    let posts = "TITLE: One\nSTATUS: Publish\n-----\nBODY:\nno dashes behind it\n--------\nAUTHOR: A\nTITLE: Two\nBASENAME: two\nSTATUS: Publish\n-----\n\
        COMMENT:\nAUTHOR: B\nDATE: 01/02/2003 10:00:00\nof the second\n--------\nTITLE: Three\nBASENAME: three\nSTATUS: Publish\n-----\n\
        COMMENT:\nAUTHOR: C\ndate: 01/02/2003 10:00:00\nIP: 203.0.113.7\nNote: of the third\n--------\n";
    let read = found(ForeignFormat::MovableType, posts);
    let comments = read.iter().filter_map(|found| match found {
        Ok(Found::Comment(comment)) => Some((
            comment.text.as_str(),
            comment.page.as_str(),
            comment.doubts.len(),
        )),
        _ => None,
    });
    let wanted = [
        ("of the second", "/two", 0),
        ("Note: of the third", "/three", 0),
    ];
    assert_eq!(comments.collect::<Vec<_>>(), wanted);
}

#[test]
fn an_export_that_ends_within_a_comment_says_so_and_another_file_is_none() {
    let (cut, _) = EXPORT.split_once("for everyone").unwrap();
    let read = found(ForeignFormat::MovableType, cut);
    let (last, before) = read.split_last().unwrap();
    assert!(
        last.as_ref()
            .is_err_and(|error| error.contains("ends early")),
        "{last:?}"
    );
    assert_eq!(before.iter().filter(|found| found.is_ok()).count(), 4);
    for (format, file, said) in [
        (ForeignFormat::MovableType, "id,text\n1,x\n", "Movable Type"),
        (ForeignFormat::Csv, EXPORT, "--format movable-type"),
        (ForeignFormat::Jsonl, EXPORT, "--format movable-type"),
    ] {
        let refused = found(format, file).remove(0).unwrap_err();
        assert!(refused.contains(said), "{refused}");
    }
}
