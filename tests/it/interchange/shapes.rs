//! The shapes in which databases, frameworks and hosted services keep a comment: tables with backslashes, and objects within
//! objects. All made up; what each has in common with the others is read by one piece.

use hamlet::{
    domain::comment::{Comment, Status},
    interchange::foreign::ForeignFormat,
};

use super::{found, garden, imported, stored, written};
use crate::{on_both_engines, support::app::TestApp};

/// The comment whose text begins so.
async fn one(app: &TestApp, text: &str) -> Comment {
    let comments = stored(app).await;
    let known: Vec<_> = comments.iter().map(|one| one.text.clone()).collect();
    let found = comments.into_iter().find(|one| one.text.starts_with(text));
    found.unwrap_or_else(|| panic!("{text} is not among {known:?}"))
}

on_both_engines!(
    tables_of_databases_are_read_with_their_backslashes_and_without_their_nulls,
    |app: TestApp| async move {
        garden(&app).await;
        // `mysql --batch`, with WordPress's own columns.
        let batch = "comment_ID\tcomment_post_ID\tcomment_author\tcomment_author_email\tcomment_author_url\tcomment_date_gmt\tcomment_content\tcomment_approved\tcomment_parent\n\
            1\t5\tSue\ts@example.org\tNULL\t2010-01-01 10:00:00\tFirst line\\nand \"second\"\\ton C:\\\\new\t1\t0\n\
            2\t5\t\"Tim\"\tNULL\tNULL\t2010-01-02 10:00:00\t\"An open mark\t1\t1\n";
        let report = imported(&app, ForeignFormat::Csv, batch).await;
        assert_eq!(
            (report.imported, report.ham, report.doubts.len()),
            (2, 2, 0),
            "{report:?}"
        );
        let first = one(&app, "First").await;
        assert_eq!(
            first.text.as_str(),
            "First line\nand \"second\"\ton C:\\new"
        );
        assert_eq!(first.page.to_string(), "/?p=5");
        let second = one(&app, "\"An open mark").await;
        assert_eq!((second.parent, second.website), (Some(first.id), None));
        // `mysqldump --tab` and `COPY`: none is `\N`, a line end may stand behind its backslash.
        let copied = "id\tpage\tname\temail\ttext\tcreated_at\tstatus\n\
            11\t/a\tUna\t\\N\tone\\\ntwo\\\tthree\t2010-01-01 10:00:00\tapproved\n\
            12\t/a\t\\N\t\\N\tfour\\\\nfive\t2010-01-01 11:00:00+00\tapproved\n";
        let report = imported(&app, ForeignFormat::Csv, copied).await;
        assert_eq!((report.imported, report.doubts.len()), (2, 0), "{report:?}");
        assert_eq!(one(&app, "one").await.text.as_str(), "one\ntwo\tthree");
        assert_eq!(one(&app, "four").await.text.as_str(), "four\\nfive");
        assert_ne!(one(&app, "four").await.name.as_str(), "\\N");
        // `INTO OUTFILE … ENCLOSED BY`: a backslash protects a quotation mark.
        let enclosed = "id,page,name,text,status\n\
            21,/a,NULL,\"say \\\"hi\\\", twice\\\nor more\",approved\n22,/a,\\N,\"a \\\\ b\",approved\n";
        let report = imported(&app, ForeignFormat::Csv, enclosed).await;
        assert_eq!(report.imported, 2, "{report:?}");
        assert_eq!(
            one(&app, "say").await.text.as_str(),
            "say \"hi\", twice\nor more"
        );
        assert_eq!(one(&app, "a \\ b").await.status, Status::Approved);
        // A spreadsheet's backslashes are its own.
        let sheet = "id\tpage\ttext\tstatus\n31\t/a\t\"C:\\new \"\"x\"\"\"\tapproved\n";
        imported(&app, ForeignFormat::Csv, sheet).await;
        assert_eq!(one(&app, "C:").await.text.as_str(), "C:\\new \"x\"");
    }
);

#[test]
fn a_table_without_a_header_says_so_and_repeats_nobodys_words() {
    let table = "1\t5\tAnn\t\\N\thello there\t2010-01-01\n";
    let said = found(ForeignFormat::Csv, table).remove(0).unwrap_err();
    assert!(
        said.contains("no header") && !said.contains("hello") && !said.contains("ann"),
        "{said}"
    );
}

/// A comment within more: the file, and of each comment its text, page, name, status, and the text that it answers.
type Wrapped = (
    &'static str,
    &'static [(
        &'static str,
        &'static str,
        &'static str,
        Status,
        Option<&'static str>,
    )],
);

/// A framework's dump, an interface's answer and the exports of hosted services.
const WRAPPED: [Wrapped; 7] = [
    (
        r#"[{"model":"comments.comment","pk":5,"fields":{"user_name":"Bea","page_url":"/dj","comment":"dj one","submit_date":"2015-03-02T10:00:00Z","is_public":true,"is_removed":false}},
            {"model":"comments.comment","pk":6,"fields":{"user_name":"Cid","page_url":"/dj","comment":"dj two","submit_date":"2015-03-02T10:00:00Z","is_public":false,"is_removed":false,"parent":5}},
            {"model":"comments.comment","pk":7,"fields":{"user_name":"Dee","page_url":"/dj","comment":"dj three","submit_date":"2015-03-02T10:00:00Z","is_public":true,"is_removed":true}}]"#,
        &[
            ("dj one", "/dj", "Bea", Status::Pending, None),
            ("dj two", "/dj", "Cid", Status::Pending, Some("dj one")),
            ("dj three", "/dj", "Dee", Status::Trash, None),
        ],
    ),
    (
        r#"{"jsonapi":{"version":"1.0"},"data":[
            {"type":"comment--comment","id":"u-1","attributes":{"status":true,"name":"Dan","permalink":"/ja","created":"2020-01-01T00:00:00+00:00","comment_body":{"value":"<p>ja one</p>","format":"basic_html"}}},
            {"type":"comment--comment","id":"u-2","attributes":{"status":false,"name":"Eve","permalink":"/ja","created":"2020-01-01T00:00:00+00:00","comment_body":{"value":"<p>ja two</p>"}},"relationships":{"pid":{"data":{"type":"comment--comment","id":"u-1"}}}}]}"#,
        &[
            ("ja one", "/ja", "Dan", Status::Approved, None),
            ("ja two", "/ja", "Eve", Status::Pending, Some("ja one")),
        ],
    ),
    (
        r#"{"items":[{"comment":{"spec":{"raw":"ha one","content":"<p>ha one</p>","owner":{"kind":"Email","name":"f@example.org","displayName":"Fay"},"permalink":"/ha","approved":true,"creationTime":"2023-01-01T00:00:00Z","hidden":false},"status":{"hasNewReply":false},"metadata":{"name":"c-1"}}},
            {"comment":{"spec":{"raw":"ha two","content":"<p>ha two</p>","owner":{"displayName":"Gus"},"permalink":"/ha","approved":false,"creationTime":"2023-01-01T00:00:00Z","hidden":false},"metadata":{"name":"c-2"}}}]}"#,
        &[
            ("ha one", "/ha", "Fay", Status::Approved, None),
            ("ha two", "/ha", "Gus", Status::Pending, None),
        ],
    ),
    (
        r#"{"pages":[{"id":1,"identifier":"hv","url":"https://garden.example/hv","title":"H","comments":[{"id":901,"body_html":"<p>hv one</p>","created_at":1600000000,"user":{"name":"Hal"},"status":"published","replies":[{"id":902,"body_html":"<p>hv two</p>","created_at":1600000100,"user":{"username":"ike"},"status":"spam","parent_id":901}]}]}]}"#,
        &[
            ("hv one", "/hv", "Hal", Status::Approved, None),
            ("hv two", "/hv", "ike", Status::Spam, Some("hv one")),
        ],
    ),
    (
        r#"{"comments":[{"id":1001,"replyId":0,"ctime":"2019-06-01 10:00:00","content":"cy one","topicUrl":"https://garden.example/cy","topicTitle":"C","nickname":"Jo","status":"1"},
            {"id":1002,"replyId":1001,"ctime":"2019-06-02 10:00:00","content":"cy two","topicUrl":"https://garden.example/cy","nickname":"Kit","status":"refused","spam":false}]}"#,
        &[
            ("cy one", "/cy", "Jo", Status::Approved, None),
            ("cy two", "/cy", "Kit", Status::Rejected, Some("cy one")),
        ],
    ),
    (
        r#"{"comments":[{"id":"g1","status":"published","html":"<p>gh one</p>","created_at":"2022-10-01T10:00:00.000Z","member":{"id":"m","name":"Lea","email":"l@example.org"},"post":{"id":"p","title":"G","url":"https://garden.example/gh"},
            "replies":[{"id":"g2","status":"hidden","html":"<p>gh two</p>","created_at":"2022-10-01T11:00:00.000Z","member":null}]}],"meta":{}}"#,
        &[
            ("gh one", "/gh", "Lea", Status::Approved, None),
            (
                "gh two",
                "/gh",
                "Anonymous",
                Status::Pending,
                Some("gh one"),
            ),
        ],
    ),
    (
        r#"{"data":{"repository":{"discussions":{"nodes":[{"title":"gi","url":"https://garden.example/gi","comments":{"nodes":[{"id":"D1","bodyText":"","body":"gi one","createdAt":"2022-01-01T00:00:00Z","state":"approved","isMinimized":false,"author":{"login":"mia"},
            "replies":{"nodes":[{"id":"D2","body":"gi two","createdAt":"2022-01-02T00:00:00Z","state":"approved","author":{"login":"ned"},"isMinimized":true}]}}]}}]}}}}"#,
        &[
            ("gi one", "/gi", "mia", Status::Approved, None),
            ("gi two", "/gi", "ned", Status::Pending, Some("gi one")),
        ],
    ),
];

on_both_engines!(
    a_comment_within_more_is_one_and_its_author_page_and_parent_are_found,
    |app: TestApp| async move {
        garden(&app).await;
        for (file, comments) in WRAPPED {
            let report = imported(&app, ForeignFormat::Jsonl, file).await;
            assert_eq!(report.imported, comments.len() as u64, "{file}: {report:?}");
            for (text, page, name, status, parent) in comments {
                let comment = one(&app, text).await;
                let seen = (
                    comment.text.as_str(),
                    comment.page.to_string(),
                    comment.name.as_str().to_owned(),
                    comment.status,
                );
                assert_eq!(
                    seen,
                    (*text, (*page).to_owned(), (*name).to_owned(), *status)
                );
                let above = match parent {
                    Some(parent) => Some(one(&app, parent).await.id),
                    None => None,
                };
                assert_eq!(comment.parent, above, "{text}");
            }
        }
    }
);

on_both_engines!(
    what_was_unwanted_is_no_label_and_a_mark_that_is_not_set_says_nothing_of_what_waits,
    |app: TestApp| async move {
        garden(&app).await;
        let line = |id: &str, more: &str| written(id, &format!(",{more}"));
        let lines = [
            line("unwanted", r#""status":"rejected""#),
            line("declined", r#""status":"declined","spam":false"#),
            line("waits", r#""status":"pending","is_spam":0"#),
            line("said", r#""status":"pending","label":"ham""#),
            line("public", r#""status":"approved","is_spam":false"#),
            line("marked", r#""status":"pending","is_spam":1"#),
            line("alone", r#""is_spam":0"#),
        ];
        let report = imported(&app, ForeignFormat::Jsonl, &lines.join("\n")).await;
        assert_eq!(
            (report.ham, report.spam, report.unlabelled),
            (3, 1, 3),
            "{report:?}"
        );
        let table = "id,page,text,status,is_spam\nt1,/a,t1,pending,0\nt2,/a,t2,approved,0\nt3,/a,t3,rejected,\nt4,/a,t4,,1\n";
        let report = imported(&app, ForeignFormat::Csv, table).await;
        assert_eq!(
            (report.ham, report.spam, report.unlabelled),
            (1, 1, 2),
            "{report:?}"
        );
        // A page's address may be called what a comment answers.
        let under =
            r#"{"_id":"s1","_parent":"/under","name":"S","message":"under","date":1500000000}"#;
        imported(&app, ForeignFormat::Jsonl, under).await;
        let under = one(&app, "under").await;
        assert_eq!(
            (under.page.to_string().as_str(), under.parent),
            ("/under", None)
        );
    }
);
