//! What other programs make of the same thing: the kinds of `tests/kinds.md` in the spellings of databases, shells,
//! languages and interfaces that no sample has.

use hamlet::{domain::comment::Status, interchange::foreign::ForeignFormat};

use super::{found, garden, imported, one};
use crate::on_both_engines;

/// A line of one's own with these fields besides.
fn line(text: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{text}","page":"/a","name":"Ada","text":"{text}","created_at":"2020-01-01"{more}}}"#
    )
}

on_both_engines!(
    what_is_said_not_to_be_for_everyone_in_any_words_waits,
    |app: TestApp| async move {
        garden(&app).await;
        let marks = [
            r#""approved":false"#,
            r#""is_approved":"no""#,
            r#""isPublic":0"#,
            r#""visible":"false""#,
            r#""published":false"#,
            r#""pending":true"#,
            r#""needs_moderation":1"#,
            r#""visibility":"friends""#,
        ];
        let lines = marks.iter().enumerate();
        let lines: Vec<_> = lines
            .map(|(n, mark)| line(&n.to_string(), &format!(r#","status":"approved",{mark}"#)))
            .chain([
                line("open", r#","status":"approved","visibility":"public","visible":true,"published":"2020-01-01""#),
                line("yes", r#","approved":true"#),
                line("no", r#","approved":false,"label":"ham""#),
            ])
            .collect();
        let report = imported(&app, ForeignFormat::Jsonl, lines.join("\n")).await;
        assert_eq!(
            report.withheld["it is marked as not public"], 8,
            "{report:?}"
        );
        assert_eq!((report.ham, report.unlabelled), (3, 8), "{report:?}");
        let table = "id,page,text,status,visible,privacy,approved,label\n\
            x1,/b,t1,approved,0,,,\nx2,/b,t2,approved,1,members,,spam\nx3,/b,t3,approved,1,public,1,\nx4,/b,t4,,,,t,\n";
        let report = imported(&app, ForeignFormat::Csv, table).await;
        assert_eq!(
            report.withheld["it is marked as not public"], 2,
            "{report:?}"
        );
        assert_eq!(report.spam, 1);
        // LeanCloud says who may read a row, and Waline's words are in any letters.
        let rows = r#"[{"objectId":"1","comment":"all","nick":"A","url":"/v","createdAt":"2020-01-01","ACL":{"*":{"read":true}}},
            {"objectId":"2","comment":"some","nick":"A","url":"/v","createdAt":"2020-01-01","ACL":{"6f1":{"read":true}}},
            {"objectId":"3","comment":"none","nick":"A","url":"/v","createdAt":"2020-01-01","ACL":{"*":{"read":false}}},
            {"objectId":"4","comment":"odd","nick":"A","url":"/v","createdAt":"2020-01-01","status":"quarantined"},
            {"objectId":"5","comment":"bad","nick":"A","url":"/v","createdAt":"2020-01-01","status":" Spam"}]"#;
        let report = imported(&app, ForeignFormat::Waline, rows).await;
        assert_eq!(
            report.withheld["it is marked as not public"], 2,
            "{report:?}"
        );
        assert_eq!(
            report.doubts["a status that is not understood"], 1,
            "{report:?}"
        );
        for (text, status) in [
            ("0", Status::Pending),
            ("7", Status::Pending),
            ("open", Status::Approved),
            ("yes", Status::Approved),
            ("no", Status::Pending),
            ("t1", Status::Pending),
            ("t2", Status::Pending),
            ("t3", Status::Approved),
            ("t4", Status::Approved),
            ("all", Status::Approved),
            ("some", Status::Pending),
            ("none", Status::Pending),
            ("odd", Status::Pending),
            ("bad", Status::Spam),
        ] {
            assert_eq!(one(&app, text).await.status, status, "{text}");
        }
    }
);

on_both_engines!(
    ids_of_any_length_are_two_and_a_parent_is_found_in_any_shape,
    |app: TestApp| async move {
        garden(&app).await;
        let approved = r#","page":"/a","name":"A","status":"approved","created_at":"2020-01-01""#;
        let lines = [
            format!(r#"{{"id":12345678901234567890123,"text":"one"{approved}}}"#),
            format!(
                r#"{{"id":12345678901234567890124,"text":"two","parent":12345678901234567890123{approved}}}"#
            ),
            format!(
                r#"{{"id":"3","text":"three","parent":{{"id":"12345678901234567890123"}}{approved}}}"#
            ),
            format!(r#"{{"id":"4","text":"four","inReplyToId":"3"{approved}}}"#),
            format!(
                r#"{{"id":"5","text":"five","parent":"00000000-0000-0000-0000-000000000000"{approved}}}"#
            ),
            format!(
                r#"{{"id":"6","text":"six"{approved},"replies":[{{"id":"7","text":"seven","status":"approved"}}]}}"#
            ),
            format!(r#"{{"_id":ObjectId("61a8"),"text":"eight","n":NaN,"parent":None{approved}}}"#),
            format!(
                "/* 9 */\n\u{1e}{{\"id\":\"9\",\"text\":\"nine\",\"parent\":ObjectId(\"61a8\"){approved}}}"
            ),
        ];
        let report = imported(&app, ForeignFormat::Jsonl, lines.join("\n\u{FEFF}")).await;
        assert_eq!(
            (report.imported, report.doubled, report.orphans),
            (9, 0, 0),
            "{report:?}"
        );
        for (text, parent) in [
            ("two", Some("one")),
            ("three", Some("one")),
            ("four", Some("three")),
            ("five", None),
            ("seven", Some("six")),
            ("nine", Some("eight")),
        ] {
            let expected = match parent {
                Some(parent) => Some(one(&app, parent).await.id),
                None => None,
            };
            assert_eq!(one(&app, text).await.parent, expected, "{text}");
        }
        assert_eq!(one(&app, "seven").await.page.to_string(), "/a");
    }
);

on_both_engines!(
    replies_within_what_they_answer_come_along_from_every_interface,
    |app: TestApp| async move {
        garden(&app).await;
        let waline = r#"{"errno":0,"data":{"page":1,"data":[{"objectId":"w1","nick":"A","comment":"<p>shown</p>","orig":"w **1**",
            "time":1640995200000,"status":"approved","url":"/w","children":[{"objectId":"w2","nick":"B","comment":"<p>w2</p>",
            "time":1640995201000,"status":"approved"}]}]}}"#;
        let report = imported(&app, ForeignFormat::Waline, waline).await;
        assert_eq!((report.imported, report.doubts.len()), (2, 0), "{report:?}");
        assert_eq!(
            one(&app, "w2").await.parent,
            Some(one(&app, "w **1**").await.id)
        );
        assert_eq!(
            one(&app, "w2").await.created_at.to_string(),
            "2022-01-01T00:00:01Z"
        );
        let threads = r#"[{"url":"https://garden.example/t","title":"T &amp; U","comments":[{"id":"t1","text":"t1","status":"approved",
            "created_at":[2021,10,28,12,50,15],"replies":{"nodes":[{"id":"t2","text":"t2","status":"approved",
            "created_at":{"date":"2021-10-28 14:50:16.000000","timezone_type":3,"timezone":"Europe/Berlin"}}]}}]}]"#;
        let report = imported(&app, ForeignFormat::Jsonl, threads).await;
        assert_eq!(
            (report.imported, report.skipped.len(), report.doubts.len()),
            (2, 0, 0),
            "{report:?}"
        );
        let reply = one(&app, "t2").await;
        assert_eq!(
            (reply.page.to_string().as_str(), reply.page_title.as_deref()),
            ("/t", Some("T & U"))
        );
        assert_eq!(reply.created_at.to_string(), "2021-10-28T12:50:16Z");
        assert_eq!(reply.parent, Some(one(&app, "t1").await.id));
        // Disqus's interface, Cusdis: the page and the author are objects.
        let disqus = r#"{"code":0,"response":[{"id":"d1","message":"<p>Hi &amp; bye</p>","author":{"name":"Ann"},"createdAt":
            "2015-05-02T10:00:00","isApproved":true,"isDeleted":false,"isSpam":false,"thread":{"link":"https://garden.example/d",
            "title":"D"}}]}"#;
        imported(&app, ForeignFormat::Jsonl, disqus).await;
        let cusdis = r#"[{"id":"c1","content":"c1","by_nickname":"Cy","by_email":"cy@example.org","approved":true,
            "createdAt":"2022-01-01T00:00:00.000Z","page":{"url":"https://garden.example/c","title":"C"}}]"#;
        imported(&app, ForeignFormat::Jsonl, cusdis).await;
        for (text, page, status, name) in [
            ("Hi & bye", "/d", Status::Approved, "Ann"),
            ("c1", "/c", Status::Approved, "Cy"),
        ] {
            let comment = one(&app, text).await;
            assert_eq!(
                (
                    comment.page.to_string().as_str(),
                    comment.status,
                    comment.name.as_str()
                ),
                (page, status, name)
            );
        }
    }
);

on_both_engines!(
    a_list_inside_a_comment_is_no_list_of_comments_and_an_error_is_none,
    |app: TestApp| async move {
        garden(&app).await;
        let lines = [
            r#"{"id":"1","meta":{"list":[1,2],"data":["x"]},"text":"one","page":"/a","status":"approved"}"#,
            r#"{"id":"2","created_at":"2020-01-01","attachments":{"items":[{"url":"x"}]},"text":"two","page":"/a","status":"approved"}"#,
            r#"{"code":"rest_comment_invalid_page_number","message":"Not now","data":{"status":400}}"#,
        ];
        let report = imported(&app, ForeignFormat::Jsonl, lines.join("\n")).await;
        assert_eq!(report.imported, 2, "{report:?}");
        assert!(
            report.problems[0].contains("line 3: no comment but an error"),
            "{report:?}"
        );
        let refused = r#"{"code":401,"message":"not signed in"}"#;
        let report = imported(&app, ForeignFormat::WpRest, refused).await;
        assert!(report.failure().unwrap().contains("not signed in"));
        let tables =
            "id,text,page,status\n1,tea,/t,approved\nid,text,page,status\n2,cake,/t,approved\n";
        let report = imported(&app, ForeignFormat::Csv, tables).await;
        assert_eq!(
            (report.imported, report.skipped["the header again"]),
            (2, 1),
            "{report:?}"
        );
        let open =
            "id,text,page,status\n3,\"pie,/t,approved\n4,jam,/t,approved\n5,egg,/t,approved\n";
        let report = imported(&app, ForeignFormat::Csv, open).await;
        assert_eq!((report.imported, report.failure()), (2, None), "{report:?}");
        assert_eq!(report.problems[0], "line 2: a quotation mark is not closed");
        let cut =
            "id,text,page,status\n6,rye,/t,approved\n7,\"a text, that\ngoes on, and on\nand is cut";
        let report = imported(&app, ForeignFormat::Csv, cut).await;
        assert!(
            report.failure().unwrap().contains("not closed"),
            "{report:?}"
        );
        for text in ["jam", "egg", "rye"] {
            assert_eq!(one(&app, text).await.status, Status::Approved);
        }
    }
);

on_both_engines!(
    pages_with_a_host_alone_and_addresses_escaped_twice_are_the_pages_they_were,
    |app: TestApp| async move {
        garden(&app).await;
        let pages = [
            ("garden.example/a", "/a"),
            ("/a?fbclid=1&amp;utm_source=x", "/a"),
            (
                "https://garden.example/a/?unapproved=7&moderation-hash=0a#comment-7",
                "/a/",
            ),
            ("index.html", "/index.html"),
        ];
        let lines = pages.iter().enumerate().map(|(n, (page, _))| {
            format!(r#"{{"id":"{n}","page":"{page}","text":"{n}","status":"approved","created_at":"2020-01-01"}}"#)
        });
        let report = imported(
            &app,
            ForeignFormat::Jsonl,
            lines.collect::<Vec<_>>().join("\n"),
        )
        .await;
        assert_eq!(report.withheld["its page is not known"], 1, "{report:?}");
        // Twikoo's import of Artalk's comments.
        let twikoo = r#"[{"_id":"t","nick":"A","comment":"tw","url":"/","href":"/blog/191.html/","created":1681083954909,"isSpam":"false"}]"#;
        imported(&app, ForeignFormat::Waline, twikoo).await;
        assert_eq!(one(&app, "tw").await.page.to_string(), "/blog/191.html/");
        for (n, (page, meant)) in pages.iter().enumerate() {
            assert_eq!(
                one(&app, &n.to_string()).await.page.to_string(),
                *meant,
                "{page}"
            );
        }
    }
);

on_both_engines!(
    prefixes_of_a_file_of_its_own_are_the_namespaces_that_they_name,
    |app: TestApp| async move {
        garden(&app).await;
        let wxr = r#"<rss xmlns:x="http://wordpress.org/export/1.2/"><channel><item><title>T</title>
            <link>https://garden.example/w</link><x:status>private</x:status><x:comment><x:comment_id>1</x:comment_id>
            <x:comment_content>hidden</x:comment_content><x:comment_approved>1</x:comment_approved><x:comment_type>Comment</x:comment_type>
            <x:comment_date_gmt>2020-01-01 10:00:00</x:comment_date_gmt></x:comment></item></channel></rss>"#;
        let report = imported(&app, ForeignFormat::Wxr, wxr).await;
        assert_eq!(report.withheld["its post is private"], 1, "{report:?}");
        let thread = r#"<thread q:id="1"><link>https://garden.example/d</link></thread>"#;
        let post = |id: u32, parent: &str| {
            format!(
                r#"<post q:id="{id}"><message>d{id}</message><createdAt>2020-01-01T00:00:0{id}Z</createdAt><isDeleted>false</isDeleted>
                <isSpam>false</isSpam><author><name>A</name></author><thread q:id="1"/>{parent}</post>"#
            )
        };
        let posts = format!(
            "{thread}{}{}",
            post(1, ""),
            post(2, r#"<parent q:id="1"/>"#)
        );
        let with =
            format!(r#"<disqus xmlns:q="http://disqus.com/disqus-internals">{posts}</disqus>"#);
        let report = imported(&app, ForeignFormat::Disqus, with).await;
        assert_eq!(
            (report.imported, report.withheld.len()),
            (2, 0),
            "{report:?}"
        );
        assert_eq!(one(&app, "d2").await.parent, Some(one(&app, "d1").await.id));
        let without = format!("<disqus>{}</disqus>", posts.replace("q:id", "id"));
        let report = imported(&app, ForeignFormat::Disqus, without).await;
        assert_eq!((report.imported, report.unchanged), (0, 2), "{report:?}");
    }
);

#[test]
fn a_word_for_a_state_that_no_wordpress_writes_is_counted() {
    let row = r#"[{"comment_ID":"1","comment_content":"x","comment_approved":"2"},{"comment_ID":"2","comment_content":"y",
        "comment_approved":"hold"}]"#;
    let found: Vec<_> = found(ForeignFormat::WpCli, row)
        .into_iter()
        .filter_map(|found| match found.unwrap() {
            hamlet::interchange::foreign::Found::Comment(comment) => Some(comment),
            _ => None,
        })
        .collect();
    let whats = found[0].doubts.iter().map(|doubt| doubt.what);
    assert!(
        whats
            .collect::<Vec<_>>()
            .contains(&"a status that is not understood")
    );
    assert!(
        found[1]
            .doubts
            .iter()
            .all(|doubt| !doubt.what.contains("status"))
    );
}
