//! What hosted databases give out: maps of comments by their ids, values that are wrapped in the names of their kinds.

use hamlet::{domain::comment::Status, interchange::foreign::ForeignFormat};

use super::{garden, imported, one, written};
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
    a_mark_that_a_database_has_wrapped_says_what_is_in_it,
    |app: TestApp| async move {
        garden(&app).await;
        let line = |id: &str, more: &str| written(id, &format!(r#","status":"approved",{more}"#));
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
    documents_of_hosted_databases_have_the_ids_that_they_are_kept_under,
    |app: TestApp| async move {
        garden(&app).await;
        let document = |id: &str, fields: &str| {
            format!(
                r#"{{"name":"projects/x/databases/(default)/documents/comments/{id}","fields":{{"page":{{"stringValue":"/fs"}},"approved":{{"booleanValue":true}},"createdAt":{{"timestampValue":"2021-01-01T00:00:00Z"}},{fields}}},"createTime":"2021-01-01T00:00:00Z"}}"#
            )
        };
        let firestore = format!(
            r#"{{"documents":[{},{}]}}"#,
            document("a1", r#""text":{"stringValue":"fs one"}"#),
            document(
                "a2",
                r#""text":{"stringValue":"fs two"},"author":{"stringValue":"Fay"},"parentId":{"stringValue":"a1"}"#
            ),
        );
        let scan = r#"{"Items":[{"id":{"S":"d1"},"page":{"S":"/dy"},"text":{"S":"dy one"},"author":{"S":"Dot"},"approved":{"BOOL":true},"createdAt":{"N":"1577872800"}}],"Count":1}"#;
        let hits = r#"{"took":1,"hits":{"total":1,"hits":[{"_index":"c","_id":"e1","_source":{"page":"/es","text":"es one","author":"Ed","approved":true,"created_at":"2020-01-01"}}]}}"#;
        for (file, comments) in [(firestore.as_str(), 2), (scan, 1), (hits, 1)] {
            let report = imported(&app, ForeignFormat::Jsonl, file).await;
            assert_eq!(
                (report.imported, report.orphans),
                (comments, 0),
                "{report:?}"
            );
        }
        for (text, name, page) in [
            ("fs one", "Anonymous", "/fs"),
            ("fs two", "Fay", "/fs"),
            ("dy one", "Dot", "/dy"),
            ("es one", "Ed", "/es"),
        ] {
            let comment = one(&app, text).await;
            assert_eq!(
                (comment.name.as_str(), comment.page.as_str(), comment.status),
                (name, page, Status::Approved)
            );
        }
        assert_eq!(
            one(&app, "fs two").await.parent,
            Some(one(&app, "fs one").await.id)
        );
    }
);

on_both_engines!(
    the_edges_of_a_graph_lead_to_comments_authors_and_pages,
    |app: TestApp| async move {
        garden(&app).await;
        let graph = r#"{"data":{"comments":{"edges":[
            {"node":{"id":"g1","content":"<p>first node</p>","author":{"node":{"name":"Nia","email":"n@example.org"}},"date":"2020-01-01","status":"APPROVE","commentedOn":{"node":{"uri":"/graph/","status":"publish"}},"parent":null}},
            {"node":{"id":"g2","content":"<p>second node</p>","author":{"node":{"name":"Max"}},"date":"2020-01-02","status":"HOLD","commentedOn":{"node":{"uri":"/graph/"}},"parentId":"g1"}},
            {"node":{"id":"g3","content":"<p>third node</p>","author":{"node":{"name":"Ola"}},"date":"2020-01-03","status":"APPROVE","commentedOn":{"node":{"uri":"/graph/","status":"private"}}}}],
            "pageInfo":{"hasNextPage":false}}}}"#;
        let report = imported(&app, ForeignFormat::Jsonl, graph).await;
        assert_eq!((report.imported, report.doubts.len()), (3, 0), "{report:?}");
        let first = one(&app, "first node").await;
        for (text, name, status, parent) in [
            ("first node", "Nia", Status::Approved, None),
            ("second node", "Max", Status::Pending, Some(first.id)),
            ("third node", "Ola", Status::Pending, None),
        ] {
            let comment = one(&app, text).await;
            let seen = (
                comment.name.as_str(),
                comment.page.as_str(),
                comment.status,
                comment.parent,
            );
            assert_eq!(seen, (name, "/graph/", status, parent), "{text}");
        }
    }
);

on_both_engines!(
    answers_beside_the_list_of_what_they_answer_are_read_as_a_list_and_as_a_map,
    |app: TestApp| async move {
        garden(&app).await;
        let listed = r#"{"comments":[{"id":"q1","page":"/q","name":"Ann","text":"asked first","status":"approved","created_at":"2020-01-01"}],
            "replies":[{"id":"q2","parent":"q1","page":"/q","name":"Bo","text":"answered in a list","status":"approved","created_at":"2020-01-02"}],"total":2}"#;
        let mapped = r#"{"data":{"comments":[{"id":"m1","page":"/m","name":"Cy","text":"asked second","status":"approved","created_at":"2020-01-01"}],
            "users":{"7":{"name":"Cy"}},
            "replies":{"m1":[{"id":"m2","page":"/m","name":"Di","text":"answered in a map","status":"approved","created_at":"2020-01-02"},
                {"id":"m3","page":"/m","name":"Ed","text":"answered again","status":"approved","created_at":"2020-01-03"}]}},"total":3}"#;
        for (file, comments) in [(listed, 2), (mapped, 3)] {
            let report = imported(&app, ForeignFormat::Jsonl, file).await;
            assert_eq!(
                (report.imported, report.orphans),
                (comments, 0),
                "{report:?}"
            );
        }
        for (text, parent) in [
            ("answered in a list", "asked first"),
            ("answered in a map", "asked second"),
            ("answered again", "asked second"),
        ] {
            let parent = one(&app, parent).await.id;
            assert_eq!(one(&app, text).await.parent, Some(parent), "{text}");
        }
    }
);

on_both_engines!(a_name_in_two_fields_is_one, |app: TestApp| async move {
    garden(&app).await;
    let table = "id,page,first_name,Last Name,comment,status\n1,/t,Ann,Lee,in a table,approved\n2,/t,Bo,,half a name,approved\n";
    let json = r#"{"id":"3","page":"/t","firstName":"Cy","lastName":"Dee","text":"in an object","status":"approved"}
            {"id":"4","page":"/t","author":{"givenName":"Ed","familyName":"Fox"},"text":"in an author","status":"approved"}"#;
    imported(&app, ForeignFormat::Csv, table).await;
    imported(&app, ForeignFormat::Jsonl, json).await;
    for (text, name) in [
        ("in a table", "Ann Lee"),
        ("half a name", "Bo"),
        ("in an object", "Cy Dee"),
        ("in an author", "Ed Fox"),
    ] {
        assert_eq!(one(&app, text).await.name.as_str(), name, "{text}");
    }
});
