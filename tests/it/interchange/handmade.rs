//! Files that no system's export has written: data files of static sites, what was copied from JavaScript.

use hamlet::{domain::comment::Status, interchange::foreign::ForeignFormat};

use super::{garden, imported, one, stored};
use crate::on_both_engines;

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

on_both_engines!(
    lists_as_javascript_and_python_write_them_are_read,
    |app: TestApp| async move {
        garden(&app).await;
        let script = r#"/* ours */ module.exports = [
            { id: 'j1', page: '/a', name: "O'Neil", text: 'it\'s, [so] "said"', created_at: '2020-01-01', status: 'approved' }, // don't, "stop
            /* { id: 'old' }, */
            { id: 'j2', page: '/a', name: 'Flo', text: "it's // no comment", parent: 'j1', created_at: '2020-01-02', status: 'approved', },
        ];"#;
        let python = r#"[{'id': 'p1', 'page': '/b', 'name': 'Pia', 'text': "it's\nhers", 'created_at': '2020-01-01', 'approved': True, 'parent': None}]"#;
        for (file, comments) in [(script, 2), (python, 1)] {
            let report = imported(&app, ForeignFormat::Jsonl, file).await;
            assert_eq!(
                (report.imported, report.skipped.len()),
                (comments, 0),
                "{report:?}"
            );
        }
        let first = one(&app, "it's, [so] \"said\"").await;
        assert_eq!(
            (first.name.as_str(), first.status),
            ("O'Neil", Status::Approved)
        );
        assert_eq!(one(&app, "it's // no comment").await.parent, Some(first.id));
        assert_eq!(one(&app, "it's\nhers").await.status, Status::Approved);
    }
);

on_both_engines!(
    what_a_file_says_twice_or_beside_the_point_is_read_by_what_says_it,
    |app: TestApp| async move {
        garden(&app).await;
        // Two columns of one name, of which the first is empty.
        let table = "id,page,name,text,text,status,created_at\n1,/a,A,,second column,junk,5 janvier 2020 à 15h04\n\
            2,/a,A,first column,x,removed,2020-01-05\n3,/a,A,quebec,,approved,5 janvier 2020 à 15 h 04 min\n";
        let report = imported(&app, ForeignFormat::Csv, table).await;
        assert_eq!((report.imported, report.doubts.len()), (3, 0), "{report:?}");
        for (text, status, at) in [
            ("second column", Status::Spam, 1_578_236_640_000),
            ("first column", Status::Trash, 1_578_182_400_000),
            ("quebec", Status::Approved, 1_578_236_640_000),
        ] {
            let comment = one(&app, text).await;
            assert_eq!(
                (comment.status, comment.created_at.millis()),
                (status, at),
                "{text}"
            );
        }
        // What mentions a page has an address of its own.
        let mention = r#"{"children":[{"author":{"name":"W","url":"https://w.example"},"url":"https://w.example/n","wm-id":7,"wm-target":"https://garden.example/wm","content":{"text":"mention"},"published":"2020-01-01"}]}"#;
        imported(&app, ForeignFormat::Jsonl, mention).await;
        let mention = one(&app, "mention").await;
        assert_eq!(mention.page.to_string(), "/wm");
        // A post of WordPress's without its address is known by its number.
        let wxr = r#"<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><title>T</title><link></link><wp:post_id>6</wp:post_id><wp:status>publish</wp:status>
            <wp:post_password></wp:post_password><wp:comment><wp:comment_id>9</wp:comment_id><wp:comment_content>no link</wp:comment_content><wp:comment_approved>1</wp:comment_approved>
            <wp:comment_date_gmt>2020-01-01 10:00:00</wp:comment_date_gmt></wp:comment></item></channel></rss>"#;
        imported(&app, ForeignFormat::Wxr, wxr).await;
        assert_eq!(one(&app, "no link").await.page.to_string(), "/?p=6");
        // Nothing but what is no comment is no success.
        let report = imported(
            &app,
            ForeignFormat::Jsonl,
            r#"{"message":"Not Found","documentation_url":"https://docs.example"}"#,
        )
        .await;
        assert!(report.failure().is_some(), "{report:?}");
    }
);

on_both_engines!(
    what_blogger_says_of_a_removed_comment_is_no_ones_comment,
    |app: TestApp| async move {
        garden(&app).await;
        let kind = |kind: &str| {
            format!(
                "<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#{kind}'/>"
            )
        };
        let comment = |id: u8, text: &str, more: &str| {
            format!(
                "<entry><id>tag:blogger.com,1999:blog-1.post-{id}</id><published>2012-01-03T10:00:00Z</published>{}<content type='html'>{text}</content>\
                <author><name>Ann</name></author><thr:in-reply-to href='https://garden.example/p.html' ref='tag:blogger.com,1999:blog-1.post-1'/>{more}</entry>",
                kind("comment")
            )
        };
        let removed = "<gd:extendedProperty name='blogger.contentRemoved' value='true'/>";
        let feed = format!(
            "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0' xmlns:gd='http://schemas.google.com/g/2005'>\
            <entry><id>tag:blogger.com,1999:blog-1.post-1</id>{}<title>P</title><link rel='alternate' href='https://garden.example/p.html'/></entry>{}{}</feed>",
            kind("post"),
            comment(2, "This comment has been removed by the author.", removed),
            comment(
                3,
                "a comment",
                "<gd:extendedProperty name='blogger.itemClass' value='pid-1'/>"
            ),
        );
        let report = imported(&app, ForeignFormat::Blogger, feed).await;
        assert_eq!(
            (report.imported, report.ham, report.unlabelled),
            (2, 1, 1),
            "{report:?}"
        );
        let removed = one(&app, "This comment has been removed by the author.").await;
        assert_eq!(removed.status, Status::Trash);
        assert_eq!(one(&app, "a comment").await.status, Status::Approved);
    }
);

on_both_engines!(
    an_address_within_a_name_is_shown_to_no_one_and_a_page_without_its_scheme_is_found,
    |app: TestApp| async move {
        garden(&app).await;
        let table = "id,page,commenter name,text,status,created_at\n1,?p=7,Dee <dee@example.org>,by number,approved,2020-01-01\n\
            2,localhost:4000/dev,<ed@example.org>,of a preview,approved,2020-01-01\n3,./beans,A <b> c,of a name,approved,2020-01-01\n\
            4,garden.example:8080/x,\"\"\"Fay\"\" <fay@example.org>\",of another port,approved,2020-01-01\n";
        imported(&app, ForeignFormat::Csv, table).await;
        for (text, page, name, status) in [
            ("by number", "/?p=7", "Dee", Status::Pending),
            ("of a preview", "/dev", "Anonymous", Status::Approved),
            ("of a name", "/beans", "A <b> c", Status::Pending),
            ("of another port", "/x", "Fay", Status::Approved),
        ] {
            let comment = one(&app, text).await;
            let seen = (comment.page.as_str(), comment.name.as_str(), comment.status);
            assert_eq!(seen, (page, name, status), "{text}");
        }
        let dee = one(&app, "by number").await;
        let email = app.app.vault.open(&dee.email, &dee).unwrap();
        assert_eq!(email.expose(), "dee@example.org");
    }
);
