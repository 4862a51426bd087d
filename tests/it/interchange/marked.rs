//! What is marked as not for everyone, by whatever name, in whatever format, of a comment or of the page that it stands under.

use hamlet::{domain::comment::Status, interchange::foreign::ForeignFormat};

use super::{garden, imported, one, stored};
use crate::on_both_engines;

on_both_engines!(
    a_page_that_is_not_for_everyone_hides_its_comments_in_every_json,
    |app: TestApp| async move {
        garden(&app).await;
        let of = |id: &str| format!(r#"{{"id":"{id}","text":"{id}","status":"approved"}}"#);
        let threads = [
            format!(
                r#"{{"url":"/a","private":true,"comments":[{}]}}"#,
                of("private")
            ),
            format!(
                r#"{{"url":"/b","status":"draft","comments":[{}]}}"#,
                of("draft")
            ),
            format!(
                r#"{{"url":"/c","deleted_at":"2020-01-01","comments":[{}]}}"#,
                of("deleted")
            ),
            format!(
                r#"{{"url":"/d","post":{{"status":"members"}},"comments":[{}]}}"#,
                of("members")
            ),
            format!(
                r#"{{"url":"/e","status":"closed","title":"E","comments":[{}]}}"#,
                of("closed")
            ),
        ];
        // One list of threads, and a thread a line.
        let list = format!("[{}]", threads[..3].join(","));
        let report = imported(&app, ForeignFormat::Jsonl, &list).await;
        assert_eq!(
            report.withheld["its page is marked as not public"], 2,
            "{report:?}"
        );
        assert_eq!(
            report.withheld["its page is marked as deleted"], 1,
            "{report:?}"
        );
        let report = imported(&app, ForeignFormat::Jsonl, &threads[3..].join("\n")).await;
        assert_eq!(
            report.withheld["its page is marked as not public"], 1,
            "{report:?}"
        );
        let inside = r#"{"id":"in","text":"in","status":"approved","created_at":"2020-01-01","post":{"url":"/f","password":"x"}}"#;
        imported(&app, ForeignFormat::Jsonl, inside).await;
        let isso = r#"[{"id":"/g/","hidden":true,"comments":[{"id":1,"text":"isso","created":1425445567.5}]}]"#;
        imported(&app, ForeignFormat::IssoJson, isso).await;
        for (text, page, status) in [
            ("private", "/a", Status::Pending),
            ("draft", "/b", Status::Pending),
            ("deleted", "/c", Status::Trash),
            ("members", "/d", Status::Pending),
            ("closed", "/e", Status::Approved),
            ("in", "/f", Status::Pending),
            ("isso", "/g/", Status::Pending),
        ] {
            let comment = one(&app, text).await;
            assert_eq!(
                (comment.page.as_str(), comment.status),
                (page, status),
                "{text}"
            );
        }
        assert_eq!(one(&app, "closed").await.page_title.as_deref(), Some("E"));
    }
);

on_both_engines!(
    a_mark_counts_by_any_of_its_names_and_spam_is_never_public,
    |app: TestApp| async move {
        garden(&app).await;
        let marks = [
            (r#""staff_only":true"#, Status::Pending),
            (r#""IsPrivate":"yes""#, Status::Pending),
            (r#""moderationStatus":"pending""#, Status::Pending),
            (r#""is_active":0"#, Status::Pending),
            (r#""audience":"friends""#, Status::Pending),
            (r#""removed_at":"2020-02-01""#, Status::Trash),
            (r#""deletedAt":"0000-00-00 00:00:00""#, Status::Approved),
            (r#""hidden_at":null"#, Status::Approved),
            (r#""isSpam":true"#, Status::Spam),
        ];
        let lines = marks.iter().enumerate().map(|(n, (mark, _))| {
            format!(
                r#"{{"id":"{n}","page":"/a","name":"A","text":"mark {n}","status":"approved","created_at":"2020-01-01",{mark}}}"#
            )
        });
        let report = imported(
            &app,
            ForeignFormat::Jsonl,
            &lines.collect::<Vec<_>>().join("\n"),
        )
        .await;
        assert_eq!(
            (report.ham, report.spam, report.unlabelled),
            (2, 1, 6),
            "{report:?}"
        );
        for (n, (mark, status)) in marks.iter().enumerate() {
            assert_eq!(
                one(&app, &format!("mark {n}")).await.status,
                *status,
                "{mark}"
            );
        }
        let table = "id,page,text,status,is_spam,Staff Only,post_status\n\
            t1,/b,t1,approved,1,,\nt2,/b,t2,approved,0,1,\nt3,/b,t3,approved,,,private\nt4,/b,t4,approved,,,publish\n";
        imported(&app, ForeignFormat::Csv, table).await;
        for (text, status) in [
            ("t1", Status::Spam),
            ("t2", Status::Pending),
            ("t3", Status::Pending),
            ("t4", Status::Approved),
        ] {
            assert_eq!(one(&app, text).await.status, status, "{text}");
        }
        let thread = "<disqus><thread id='1'><link>https://garden.example/d</link></thread><post id='9'><message>dq</message>\
            <createdAt>2020-01-01</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam><hidden>1</hidden><thread id='1'/>\
            <author><username>quin</username></author></post></disqus>";
        imported(&app, ForeignFormat::Disqus, thread).await;
        let comment = one(&app, "dq").await;
        assert_eq!(
            (comment.status, comment.name.as_str()),
            (Status::Pending, "quin")
        );
    }
);

on_both_engines!(
    a_map_from_pages_to_their_comments_is_read_as_static_sites_keep_one,
    |app: TestApp| async move {
        garden(&app).await;
        let long = format!("/{}/", "long-".repeat(30));
        let map = format!(
            r#"{{"":[{{"author":"Dee","content":"front","date":"2009-04-19"}}],"\/a\/b.html":[{{"id":"p1","author":"Ann","content":"one<br />two","date":"2009-04-19T14:24:03+07:00","children":[
                {{"author":"Bo","content":"below","date":"2009-04-20T14:24:03+07:00"}}]}}],
              "/none":[],"slug":[{{"author":"Eve","content":"slug","date":"2009-04-19"}}],"{long}":[{{"name":"Cy","message":"<p>three</p>","created":"2013-04-13T20:17:12Z","url":"https://cy.example/"}}]}}"#
        );
        let report = imported(&app, ForeignFormat::Jsonl, &map).await;
        assert_eq!((report.imported, report.doubts.len()), (5, 1), "{report:?}");
        assert_eq!(report.doubts["a page that is not known"], 2, "{report:?}");
        let below = one(&app, "below").await;
        assert_eq!(below.page.as_str(), "/a/b.html");
        assert_eq!(below.parent, Some(one(&app, "one\ntwo").await.id));
        assert_eq!(one(&app, "three").await.page.as_str(), long);
        let again = imported(&app, ForeignFormat::Jsonl, &map).await;
        assert_eq!((again.imported, again.unchanged), (0, 5), "{again:?}");
    }
);

/// `WordPress`'s own table, as databases and their tools write it.
const NOTES: [(ForeignFormat, &str); 3] = [
    (
        ForeignFormat::Csv,
        "comment_ID,comment_post_ID,comment_author,comment_date,comment_date_gmt,comment_content,comment_approved,comment_type,comment_parent\n\
         1,5,Ann,2020-01-01 12:00:00,0000-00-00 00:00:00,Hi &amp; bye,1,,0\n\
         2,5,Shop,2020-01-01 13:00:00,2020-01-01 12:00:00,The card was refused,1,order_note,0\n\
         3,5,Bob,2020-01-01 13:00:00,2020-01-01 12:00:00,ping,1,pingback,0\n",
    ),
    (
        ForeignFormat::Jsonl,
        r#"[{"type":"header","version":"5.2.0"},{"type":"database","name":"wp"},{"type":"table","name":"wp_comments","database":"wp","data":[
            {"comment_ID":"1","comment_post_ID":"5","comment_author":"Ann","comment_content":"Hi &amp; bye","comment_approved":"1","comment_type":"comment","comment_date":"2020-01-01 12:00:00","comment_date_gmt":"0000-00-00 00:00:00","comment_parent":"0"},
            {"comment_ID":"2","comment_post_ID":"5","comment_author":"Shop","comment_content":"The card was refused","comment_approved":"1","comment_type":"order_note","comment_date_gmt":"2020-01-01 12:00:00"}]}]"#,
    ),
    (
        ForeignFormat::WpCli,
        r#"[{"type":"table","name":"wp_comments","data":[
            {"comment_ID":"1","comment_post_ID":"5","comment_author":"Ann","comment_content":"Hi &amp; bye","comment_approved":"Approved","comment_type":"","comment_date":"2020-01-01 12:00:00","comment_parent":"0"},
            {"comment_ID":"2","comment_post_ID":"5","comment_author":"Shop","comment_content":"The card was refused","comment_approved":"1","comment_type":"order_note","comment_date_gmt":"2020-01-01 12:00:00"}]}]"#,
    ),
];

on_both_engines!(
    a_shops_notes_and_pings_in_wordpresss_table_are_no_comments,
    |app: TestApp| async move {
        garden(&app).await;
        for (n, (format, file)) in NOTES.into_iter().enumerate() {
            let report = imported(&app, format, &file.replace("Hi", &format!("Hi {n}"))).await;
            assert_eq!(report.skipped["not a comment"], 1, "{report:?}");
            let comments = stored(&app).await;
            let notes = comments
                .iter()
                .filter(|comment| comment.text.contains("card"));
            assert_eq!(notes.count(), 0, "{format:?}");
            let comment = one(&app, &format!("Hi {n} & bye")).await;
            assert_eq!(comment.page.as_str(), "/?p=5", "{format:?}");
            assert_eq!(
                comment.created_at.to_string(),
                "2020-01-01T12:00:00Z",
                "{format:?}"
            );
            assert_eq!(report.doubts["a date in local time alone"], 1, "{report:?}");
        }
    }
);

on_both_engines!(
    a_date_to_come_is_no_date_for_its_neighbours_and_two_of_one_moment_under_one_id_are_two,
    |app: TestApp| async move {
        garden(&app).await;
        let line = |id: &str, text: &str, date: &str| {
            format!(
                r#"{{"id":"{id}","page":"/n","name":"A","text":"{text}","status":"approved","created_at":"{date}"}}"#
            )
        };
        let lines = [
            line("1", "to come", "2199-01-01T00:00:00Z"),
            line("2", "odd", "2020-02-30"),
            line("3", "known", "2020-01-01T10:00:00Z"),
            line("3", "its id again", "2020-01-01T10:00:00Z"),
            line("3", "known", "2020-01-01T10:00:00Z"),
            line("4", "compact", "20200101 10:00:00"),
        ];
        let file = lines.join("\n");
        let report = imported(&app, ForeignFormat::Jsonl, &file).await;
        assert_eq!(
            (report.imported, report.unchanged, report.doubled),
            (5, 1, 1),
            "{report:?}"
        );
        for text in ["odd", "known", "its id again", "compact"] {
            let at = one(&app, text).await.created_at.to_string();
            assert_eq!(at, "2020-01-01T10:00:00Z", "{text}");
        }
        let again = imported(&app, ForeignFormat::Jsonl, &file).await;
        assert_eq!((again.imported, again.unchanged), (0, 6), "{again:?}");
        // Another blog's of the same moment and by the same name is no edit.
        let other = line("3", "elsewhere", "2020-01-01T10:00:00Z").replace("/n", "/o");
        let report = imported(&app, ForeignFormat::Jsonl, &other).await;
        assert_eq!(report.imported, 1, "{report:?}");
    }
);

on_both_engines!(
    what_keeps_a_comment_back_counts_beside_a_word_that_approves_it,
    |app: TestApp| async move {
        garden(&app).await;
        let line = |id: usize, mark: &str| {
            format!(
                r#"{{"id":"{id}","page":"/a","name":"A","text":"text {id}","status":"approved","created_at":"2020-01-01",{mark}}}"#
            )
        };
        let marks = [
            (r#""only_admin":true"#, Status::Pending),
            (r#""access_level":"members""#, Status::Pending),
            (r#""publish":false"#, Status::Pending),
            (r#""is_internal_note":true"#, Status::Pending),
            (r#""hidden_by":"mod""#, Status::Pending),
            (r#""ghosted":1"#, Status::Pending),
            (r#""moderation":{"status":"pending"}"#, Status::Pending),
            (r#""review_state":"rejected""#, Status::Pending),
            (r#""state":"removed""#, Status::Trash),
            (r#""flags":["edited","hidden"]"#, Status::Pending),
            (r#""type":"private""#, Status::Pending),
            // None of these says so.
            (
                r#""state":"CA","type":"review","flags":["edited"],"moderation":{"status":"approved"}"#,
                Status::Approved,
            ),
            (
                r#""only_admin":false,"access_level":"public","hidden_by":null,"flags":0"#,
                Status::Approved,
            ),
        ];
        let lines = marks
            .iter()
            .enumerate()
            .map(|(id, (mark, _))| line(id, mark));
        imported(
            &app,
            ForeignFormat::Jsonl,
            lines.collect::<Vec<_>>().join("\n"),
        )
        .await;
        for (id, (mark, status)) in marks.iter().enumerate() {
            assert_eq!(
                one(&app, &format!("text {id}")).await.status,
                *status,
                "{mark}"
            );
        }
        let table = "id,page,text,status,state,visible to,created_at\nt1,/a,t1,approved,hidden,,2020-01-01\nt2,/a,t2,approved,,staff,2020-01-01\nt3,/a,t3,approved,Ohio,everyone,2020-01-01\n";
        imported(&app, ForeignFormat::Csv, table).await;
        for (text, status) in [
            ("t1", Status::Pending),
            ("t2", Status::Pending),
            ("t3", Status::Approved),
        ] {
            assert_eq!(one(&app, text).await.status, status, "{text}");
        }
    }
);
