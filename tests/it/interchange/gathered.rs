//! What the rest of a file says of a comment, and what a field says that few systems have: the order of numbers in dates, letters of
//! encodings, trees of editors, times to be shown at, ids for names. All made up.

use hamlet::{domain::comment::Status, interchange::foreign::ForeignFormat};

use super::{garden, imported, one};
use crate::on_both_engines;

const DAYS: [(&str, [&str; 3]); 3] = [
    // A day that is no month stands behind the dates that it settles.
    (
        "03/04/2020|05/04/2020 10:30|25/04/2020",
        [
            "2020-04-03T00:00:00Z",
            "2020-04-05T10:30:00Z",
            "2020-04-25T00:00:00Z",
        ],
    ),
    (
        "3/4/20|4/25/20 3:15 PM|12/1/20",
        [
            "2020-03-04T00:00:00Z",
            "2020-04-25T15:15:00Z",
            "2020-12-01T00:00:00Z",
        ],
    ),
    (
        "25.04.2020 08:15:00|03.04.2020|1.5.2020, 9:00",
        [
            "2020-04-25T08:15:00Z",
            "2020-04-03T00:00:00Z",
            "2020-05-01T09:00:00Z",
        ],
    ),
];

on_both_engines!(
    a_day_that_is_no_month_settles_the_dates_of_a_whole_file_unless_another_contradicts_it,
    |app: TestApp| async move {
        garden(&app).await;
        for (n, (dates, moments)) in DAYS.into_iter().enumerate() {
            let rows = dates.split('|').enumerate();
            let table = rows.clone().map(|(row, date)| {
                format!("{n}{row},/days,Xi,table {n} {row},approved,\"{date}\"\n")
            });
            let table = format!(
                "id,page,name,text,status,created_at\n{}",
                table.collect::<String>()
            );
            let lines = rows.map(|(row, date)| {
                format!(
                    "{{\"id\":\"j{n}{row}\",\"page\":\"/days\",\"name\":\"Xi\",\"text\":\"lines {n} {row}\",\"status\":\"approved\",\"date\":\"{date}\"}}\n"
                )
            });
            let lines = lines.collect::<String>();
            for (format, kind, file) in [
                (ForeignFormat::Csv, "table", table),
                (ForeignFormat::Jsonl, "lines", lines),
            ] {
                let report = imported(&app, format, &file).await;
                assert_eq!((report.imported, report.doubts.len()), (3, 0), "{report:?}");
                assert!(
                    report
                        .warnings
                        .iter()
                        .any(|said| said.contains("as others in the file show")),
                    "{report:?}"
                );
                for (row, moment) in moments.iter().enumerate() {
                    let read = one(&app, &format!("{kind} {n} {row}")).await.created_at;
                    assert_eq!(read.to_string(), *moment, "{file}");
                }
                let again = imported(&app, format, &file).await;
                assert_eq!((again.imported, again.unchanged), (0, 3), "{again:?}");
            }
        }
        for odd in ["04/25/2020,25/04/2020", "03/04/2020,05/04/2020"] {
            let (one, other) = odd.split_once(',').unwrap();
            let table = format!(
                "page,name,text,status,created_at\n/odd,Xi,one {one},approved,{one}\n/odd,Xi,two {one},approved,{other}\n"
            );
            let report = imported(&app, ForeignFormat::Csv, table).await;
            assert_eq!(
                report.doubts["a date that is not understood"], 2,
                "{report:?}"
            );
        }
    }
);

on_both_engines!(
    an_answer_that_names_no_page_is_under_that_of_what_it_answers,
    |app: TestApp| async move {
        garden(&app).await;
        let lines = r#"[{"id":3,"parent":2,"name":"Una","text":"third","status":"approved","created_at":"2020-01-03"},
            {"id":1,"page":"/asked","title":"Asked","name":"Pia","text":"first","status":"approved","created_at":"2020-01-01"},
            {"id":2,"parent":1,"name":"Quin","text":"second","status":"approved","created_at":"2020-01-02"},
            {"id":5,"parent":4,"name":"Quin","text":"of nothing","status":"approved","created_at":"2020-01-02"}]"#;
        let report = imported(&app, ForeignFormat::Jsonl, lines).await;
        assert_eq!(report.withheld["its page is not known"], 1, "{report:?}");
        for text in ["first", "second", "third"] {
            let comment = one(&app, text).await;
            assert_eq!(
                (comment.page.as_str(), comment.status),
                ("/asked", Status::Approved),
                "{text}"
            );
        }
        assert_eq!(one(&app, "of nothing").await.status, Status::Pending);
        let table = "id,parent,page,name,text,status,created_at\n\
            11,,/table,Ann,asked,approved,2020-01-01\n12,11,,Bo,answered,approved,2020-01-02\n";
        imported(&app, ForeignFormat::Csv, table).await;
        assert_eq!(one(&app, "answered").await.page.as_str(), "/table");
    }
);

on_both_engines!(
    what_is_to_be_shown_later_or_was_for_a_time_only_waits,
    |app: TestApp| async move {
        garden(&app).await;
        let lines = r#"[{"id":1,"page":"/t","name":"Yu","text":"later","status":"approved","created_at":"2020-01-01","publish_at":"2099-01-01T00:00:00Z"},
            {"id":2,"page":"/t","name":"Yu","text":"under a later post","status":"approved","created_at":"2020-01-01","post":{"url":"/t","published_at":"2099-01-01"}},
            {"id":3,"page":"/t","name":"Yu","text":"over","status":"approved","created_at":"2020-01-01","expires_at":"2021-01-01"},
            {"id":4,"page":"/t","name":"Yu","text":"now","status":"approved","created_at":"2020-01-01","published_at":"2020-01-01","expires_at":"2099-01-01"},
            {"id":5,"page":"/t","name":"Yu","text":"a clock that is ahead","status":"approved","created_at":"2099-01-01"},
            {"id":6,"page":"/t","name":"Yu","text":"for friends","status":"approved","created_at":"2020-01-01","visible_to":["friends"]}]"#;
        let report = imported(&app, ForeignFormat::Jsonl, lines).await;
        assert_eq!(
            report.withheld["it is to be published later"], 2,
            "{report:?}"
        );
        assert_eq!(
            report.withheld["it was to be shown for a time only"], 1,
            "{report:?}"
        );
        let table = "id,page,name,text,status,created_at,Publish Date,expires_at\n\
            11,/t,Yu,table later,approved,2020-01-01,2099-01-01,\n12,/t,Yu,table over,approved,2020-01-01,,2021-01-01\n\
            13,/t,Yu,table now,approved,2020-01-01,2020-01-01,\n";
        imported(&app, ForeignFormat::Csv, table).await;
        for (text, status) in [
            ("later", Status::Pending),
            ("under a later post", Status::Pending),
            ("over", Status::Pending),
            ("now", Status::Approved),
            ("a clock that is ahead", Status::Approved),
            ("for friends", Status::Pending),
            ("table later", Status::Pending),
            ("table over", Status::Pending),
            ("table now", Status::Approved),
        ] {
            assert_eq!(one(&app, text).await.status, status, "{text}");
        }
    }
);

on_both_engines!(
    texts_of_editors_and_posts_of_forums_are_read_and_an_id_is_no_name,
    |app: TestApp| async move {
        garden(&app).await;
        let lines = r#"[{"id":1,"page":"/e","name":"Wu","status":"approved","created_at":"2020-01-01","body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"a < b & "},{"type":"text","text":"c"}]}]}},
            {"id":2,"page":"/e","name":"Wu","status":"approved","created_at":"2020-01-01","text":"[{\"type\":\"p\",\"children\":[{\"text\":\"in a string\"}]}]"},
            {"id":3,"page":"/e","author":"64b1f0c2a1b2c3d4e5f60718","status":"approved","created_at":"2020-01-01","text":"by a key"},
            {"id":4,"page":"/e","author":4711,"status":"approved","created_at":"2020-01-01","text":"by a number"},
            {"id":5,"page":"/e","name":"4711","status":"approved","created_at":"2020-01-01","text":"by a name"},
            {"id":6,"page":"/e","author":"1999","status":"approved","created_at":"2020-01-01","text":"by a nickname of digits"}]"#;
        let report = imported(&app, ForeignFormat::Jsonl, lines).await;
        assert_eq!(
            report.doubts["an author who is an id alone"], 2,
            "{report:?}"
        );
        for (text, name) in [
            ("a < b & c", "Wu"),
            ("in a string", "Wu"),
            ("by a key", "Anonymous"),
            ("by a number", "Anonymous"),
            ("by a name", "4711"),
            ("by a nickname of digits", "1999"),
        ] {
            assert_eq!(one(&app, text).await.name.as_str(), name, "{text}");
        }
        let forum = r#"{"post_stream":{"posts":[{"id":31,"username":"sam","cooked":"<p>first <b>post</b></p>","created_at":"2021-01-01T00:00:00Z","post_number":1,"reply_to_post_number":null,"topic_id":5,"topic_slug":"beans"},
            {"id":32,"username":"tim","cooked":"<p>second post</p>","created_at":"2021-01-02T00:00:00Z","post_number":2,"reply_to_post_number":1,"topic_id":5,"topic_slug":"beans"}]},"id":5,"title":"Beans"}"#;
        imported(&app, ForeignFormat::Jsonl, forum).await;
        let listing = r#"[{"kind":"Listing","data":{"children":[{"kind":"t3","data":{"id":"p0","title":"Peas","selftext":""}}]}},
            {"kind":"Listing","data":{"children":[{"kind":"t1","data":{"name":"t1_k1","author":"uma","body":"asked there","created_utc":1600000000,"parent_id":"t3_p0","permalink":"/r/g/comments/p0/peas/k1/",
                "replies":{"kind":"Listing","data":{"children":[{"kind":"t1","data":{"name":"t1_k2","author":"vic","body":"answered there","created_utc":1600000100.0,"parent_id":"t1_k1","permalink":"/r/g/comments/p0/peas/k2/","replies":""}}]}}}}]}}]"#;
        imported(&app, ForeignFormat::Jsonl, listing).await;
        for (answer, question, page, name) in [
            ("second post", "first post", "/t/beans/5", "tim"),
            (
                "answered there",
                "asked there",
                "/r/g/comments/p0/peas",
                "vic",
            ),
        ] {
            let (answer, question) = (one(&app, answer).await, one(&app, question).await);
            assert_eq!(
                (answer.parent, answer.name.as_str()),
                (Some(question.id), name)
            );
            assert_eq!(
                (answer.page.as_str(), answer.page == question.page),
                (page, true)
            );
        }
    }
);
