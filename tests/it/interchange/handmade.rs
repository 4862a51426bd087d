//! Files that no system's export has written: data files of static sites, maps of hosted databases, what was copied from JavaScript.

use hamlet::{domain::comment::Status, interchange::foreign::ForeignFormat};

use super::{garden, imported, one, stored};
use crate::on_both_engines;

on_both_engines!(
    a_map_of_lists_or_of_comments_is_read_with_the_names_that_it_gives,
    |app: TestApp| async move {
        garden(&app).await;
        // Lists by the names of posts: they say which comments belong together, and no address.
        let slugs = r#"{"sowing-peas":[{"name":"Ann","message":"by its post","date":"2020-01-01T10:00:00Z","status":"approved"},
            {"name":"Bo","message":"of the same post","date":"2020-01-02T10:00:00Z"}],"beans":[]}"#;
        let report = imported(&app, ForeignFormat::Jsonl, slugs).await;
        assert_eq!(
            (report.imported, report.skipped.len()),
            (2, 0),
            "{report:?}"
        );
        for text in ["by its post", "of the same post"] {
            let comment = one(&app, text).await;
            assert_eq!(comment.page.to_string(), "/sowing-peas");
            assert_eq!(
                comment.status,
                Status::Pending,
                "where it belongs is a guess"
            );
        }
        // Comments by their ids, under the names of pages, with replies by theirs.
        let firebase = r#"{"users":{"u1":{"name":"Nobody","bio":"x"}},"comments":{"/peas":{
            "-Ka":{"name":"Cy","text":"by its id","timestamp":1577872800000,"status":"approved","replies":{"-Kb":{"name":"Di","text":"below it","timestamp":1577959200000,"status":"approved"}}},
            "-Kc":{"name":"Ed","text":"answers by the map's name","parent":"-Ka","timestamp":1577959200000,"approved":true}}}}"#;
        let report = imported(&app, ForeignFormat::Jsonl, firebase).await;
        assert_eq!((report.imported, report.orphans), (3, 0), "{report:?}");
        let above = one(&app, "by its id").await;
        assert_eq!(
            (above.page.to_string().as_str(), above.status),
            ("/peas", Status::Approved)
        );
        for text in ["below it", "answers by the map's name"] {
            let comment = one(&app, text).await;
            assert_eq!(
                (comment.parent, comment.page.as_str()),
                (Some(above.id), "/peas"),
                "{text}"
            );
        }
        // The same again changes nothing: ids come from the map.
        let again = imported(&app, ForeignFormat::Jsonl, firebase).await;
        assert_eq!((again.imported, again.unchanged), (0, 3), "{again:?}");
        // A database without comments has none.
        let others = r#"{"users":{"u1":{"name":"N","message":"a bio"}},"posts":[{"id":1,"title":"T","content":"no comment","date":"2020-01-01"}]}"#;
        let report = imported(&app, ForeignFormat::Jsonl, others).await;
        assert_eq!(
            (report.imported, report.skipped["not a comment"]),
            (0, 2),
            "{report:?}"
        );
    }
);

on_both_engines!(
    what_answers_a_comment_without_an_id_answers_it_all_the_same,
    |app: TestApp| async move {
        garden(&app).await;
        let nested = r#"[{"url":"/a","author":"A","content":"no id here","date":"2020-01-01","status":"approved","replies":[
            {"author":"B","content":"first reply","date":"2020-01-02","status":"approved","replies":[{"author":"C","content":"reply to the reply","date":"2020-01-03","status":"approved"}]},
            {"author":"B","content":"second reply","date":"2020-01-03","status":"approved"}]}]"#;
        for (imports, unchanged) in [(4, 0), (0, 4)] {
            let report = imported(&app, ForeignFormat::Jsonl, nested).await;
            assert_eq!(
                (report.imported, report.unchanged),
                (imports, unchanged),
                "{report:?}"
            );
        }
        let threads = r#"[{"id":"/b","title":"B","comments":[{"author":"A","text":"isso without an id","created":"2020-01-01",
            "replies":[{"author":"B","text":"isso reply","created":"2020-01-02"}]}]}]"#;
        imported(&app, ForeignFormat::IssoJson, threads).await;
        for (reply, above) in [
            ("first reply", "no id here"),
            ("second reply", "no id here"),
            ("reply to the reply", "first reply"),
            ("isso reply", "isso without an id"),
        ] {
            let above = one(&app, above).await.id;
            assert_eq!(one(&app, reply).await.parent, Some(above), "{reply}");
        }
    }
);

on_both_engines!(
    json_that_javascript_was_to_run_is_read_as_json,
    |app: TestApp| async move {
        garden(&app).await;
        let list = |text: &str| {
            format!(
                r#"[{{"id":"{text}","page":"/a","name":"A","text":"{text}","created_at":"2020-01-01"}}]"#
            )
        };
        for (text, before, behind) in [
            ("called", "/**/ jQuery1910_5(", ");"),
            ("by a dotted name", "typeof.cb_2(", ")"),
            ("guarded", ")]}',\n", "\n"),
            ("looped", "for (;;);", ""),
            ("given a name", "var comments = ", ";\n"),
            ("of a module", "module.exports =\n", ";"),
            ("exported", "export default ", ";"),
            ("enveloped", "cb({\"code\":0,\"comments\":", "});"),
        ] {
            let file = format!("{before}{}{behind}", list(text));
            let report = imported(&app, ForeignFormat::Jsonl, file).await;
            assert_eq!(
                (report.imported, report.skipped.len()),
                (1, 0),
                "{text}: {report:?}"
            );
        }
        assert_eq!(stored(&app).await.len(), 8);
    }
);

on_both_engines!(
    a_mark_that_a_database_has_wrapped_says_what_is_in_it,
    |app: TestApp| async move {
        garden(&app).await;
        let line = |id: &str, more: &str| {
            format!(
                r#"{{"id":"{id}","page":"/a","name":"A","text":"{id}","created_at":"2020-01-01","status":"approved",{more}}}"#
            )
        };
        let open = [
            ("no", r#""hidden":{"booleanValue":false}"#),
            (
                "dynamo",
                r#""deleted":{"BOOL":false},"removed_at":{"NULL":true}"#,
            ),
            (
                "null",
                r#""deletedAt":{"nullValue":null},"private":{"stringValue":""}"#,
            ),
            ("long", r#""is_deleted":{"$numberInt":"0"}"#),
        ];
        let hidden = [
            ("yes", r#""hidden":{"booleanValue":true}"#, Status::Pending),
            ("set", r#""deleted":{"BOOL":true}"#, Status::Trash),
            (
                "when",
                r#""deletedAt":{"$date":"2021-01-01T00:00:00Z"}"#,
                Status::Trash,
            ),
        ];
        let lines = open.iter().map(|(id, more)| line(id, more));
        let lines = lines.chain(hidden.iter().map(|(id, more, _)| line(id, more)));
        imported(
            &app,
            ForeignFormat::Jsonl,
            lines.collect::<Vec<_>>().join("\n"),
        )
        .await;
        let open = open.iter().map(|(id, _)| (*id, Status::Approved));
        let hidden = hidden.iter().map(|(id, _, status)| (*id, *status));
        for (id, status) in open.chain(hidden) {
            assert_eq!(one(&app, id).await.status, status, "{id}");
        }
        let remark = r#"{"id":"r1","pid":"","orig":"kept","user":{"name":"R"},"locator":{"url":"/a"},"time":"2020-01-01T00:00:00Z","delete":{"booleanValue":false}}"#;
        imported(&app, ForeignFormat::Remark42, remark).await;
        assert_eq!(one(&app, "kept").await.status, Status::Approved);
    }
);

on_both_engines!(
    an_entry_of_staticman_has_its_authors_address_and_no_page_in_its_url,
    |app: TestApp| async move {
        garden(&app).await;
        let entries = r#"{"/peas/":[{"_id":"8d2f5b10-1a2b-11ea-8f0e-0242ac120002","name":"Sia","email":"0bc83cb571cd1c50ba6f3e8a78ef1346","url":"https://sia.example/","message":"by staticman","date":1577872800}]}
            {"_id":"8d2f5b10-1a2b-11ea-8f0e-0242ac120003","_parent":"/beans/","name":"Tam","url":"https://tam.example","message":"alone","date":1577872800}"#;
        imported(&app, ForeignFormat::Jsonl, entries).await;
        for (text, page, website) in [
            ("by staticman", "/peas/", "https://sia.example/"),
            ("alone", "/beans/", "https://tam.example/"),
        ] {
            let comment = one(&app, text).await;
            let seen = (
                comment.page.to_string(),
                comment.website.unwrap_or_default(),
            );
            assert_eq!(seen, (page.to_owned(), website.to_owned()));
        }
    }
);

on_both_engines!(
    routes_behind_a_hash_are_pages_of_their_own,
    |app: TestApp| async move {
        garden(&app).await;
        let table = "id,page,name,text,status,created_at\n\
            1,https://garden.example/#!/peas,A,banged,approved,2020-01-01\n\
            2,https://elsewhere.example/app#/beans#comment-7,A,hashed,approved,2020-01-01\n\
            3,https://garden.example/post#comment-5,A,anchored,approved,2020-01-01\n";
        imported(&app, ForeignFormat::Csv, table).await;
        for (text, page) in [
            ("banged", "/#!/peas"),
            ("hashed", "/app#/beans"),
            ("anchored", "/post"),
        ] {
            assert_eq!(one(&app, text).await.page.to_string(), page);
        }
    }
);
