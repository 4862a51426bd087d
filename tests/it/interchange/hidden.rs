//! What was not public in another system is not public here, whatever its export calls approved.

use hamlet::{domain::comment::Status, interchange::foreign::ForeignFormat};

use super::{garden, import, imported, one, sample, stored};
use crate::on_both_engines;

on_both_engines!(
    comments_of_posts_with_a_password_private_posts_and_drafts_wait_for_a_person,
    |app: TestApp| async move {
        garden(&app).await;
        let file = sample("wordpress-private.xml");
        let report = import(&app, ForeignFormat::Wxr, file, false).await;
        assert_eq!((report.imported, report.ham), (3, 0));
        let why: Vec<&str> = report.withheld.keys().map(String::as_str).collect();
        assert_eq!(
            why,
            [
                "its post has a password",
                "its post is a draft",
                "its post is private"
            ]
        );
        let comments = stored(&app).await;
        assert!(
            comments
                .iter()
                .all(|comment| comment.status == Status::Pending)
        );
    }
);

on_both_engines!(
    a_state_that_is_not_known_is_never_public_and_what_is_said_late_counts,
    |app: TestApp| async move {
        garden(&app).await;
        let comment = |id: u32| {
            format!(
                "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author>A</wp:comment_author>\
                 <wp:comment_content>text {id}</wp:comment_content><wp:comment_approved>1</wp:comment_approved>\
                 <wp:comment_date_gmt>2020-01-01 10:00:00</wp:comment_date_gmt></wp:comment>"
            )
        };
        let item = |id: u32, before: &str, after: &str| {
            format!(
                "<item><link>https://garden.example/{id}</link><wp:post_id>{id}</wp:post_id>{before}{}{after}</item>",
                comment(id)
            )
        };
        let status = |word: &str| format!("<wp:status>{word}</wp:status>");
        let inherit = format!("{}<wp:post_parent>2</wp:post_parent>", status("inherit"));
        let xml = format!(
            "<rss xmlns:wp=\"w\"><channel>{}{}{}{}{}{}{}{}{}{}</channel></rss>",
            // Pictures stand before the posts that they were put into, or have none in the file.
            item(8, &inherit, ""),
            item(9, &inherit.replace(">2<", ">1<"), ""),
            item(10, &inherit.replace(">2<", ">99<"), ""),
            item(1, &status("publish"), ""),
            item(2, "", &status("private")),
            item(
                3,
                &status("publish"),
                "<wp:post_password>x</wp:post_password>"
            ),
            item(4, &status("future"), ""),
            item(5, &status("members-only"), ""),
            item(6, &inherit, ""),
            item(7, &status("trash"), ""),
        );
        let file = app.folder.path().join("late.xml");
        std::fs::write(&file, xml).unwrap();
        let report = import(&app, ForeignFormat::Wxr, file, false).await;
        assert_eq!(report.imported, 10);
        assert_eq!(report.withheld.values().sum::<u64>(), 8, "{report:?}");
        let comments = stored(&app).await;
        let public = comments
            .iter()
            .filter(|comment| comment.status == Status::Approved);
        let mut public: Vec<&str> = public.map(|comment| comment.text.as_str()).collect();
        public.sort_unstable();
        assert_eq!(public, ["text 1", "text 9"]);
    }
);

on_both_engines!(
    comments_of_a_deleted_thread_are_trash_and_those_of_no_page_wait,
    |app: TestApp| async move {
        garden(&app).await;
        let file = sample("disqus-odd.xml");
        let report = import(&app, ForeignFormat::Disqus, file, false).await;
        assert_eq!(report.withheld["its thread was deleted"], 1, "{report:?}");
        assert!(report.withheld["its page is not known"] >= 1, "{report:?}");
        for comment in stored(&app).await {
            let expected = match comment.text.as_str() {
                "deleted thread" => Status::Trash,
                "unknown thread" => Status::Pending,
                // Its thread stands behind it, and is open.
                "before its thread" => {
                    assert_ne!(comment.page.as_str(), "/");
                    Status::Approved
                }
                _ => continue,
            };
            assert_eq!(comment.status, expected, "{}", comment.text);
        }
    }
);

on_both_engines!(
    a_reply_is_public_only_if_what_it_answers_is_wherever_that_stands_in_the_file,
    |app: TestApp| async move {
        garden(&app).await;
        let lines = [
            ("r1", Some("spam"), "approved"),
            ("r2", Some("r1"), "approved"),
            ("good", None, "approved"),
            ("r3", Some("good"), "approved"),
            ("spam", None, "spam"),
            ("r4", Some("gone"), "approved"),
            ("x", Some("y"), "approved"),
            ("y", Some("x"), "approved"),
            ("mine", Some("mine"), "approved"),
        ];
        let line = |(id, parent, status): &(&str, Option<&str>, &str)| {
            serde_json::json!({ "id": id, "parent": parent, "page": "/p", "name": "n", "text": id,
                                "status": status })
            .to_string()
        };
        let file = app.folder.path().join("all.jsonl");
        let all: Vec<String> = lines.iter().map(line).collect();
        std::fs::write(&file, all.join("\n")).unwrap();
        let report = import(&app, ForeignFormat::Jsonl, file, false).await;
        assert_eq!(report.withheld.values().sum::<u64>(), 2, "{report:?}");
        let comments = stored(&app).await;
        let mut held: Vec<&str> = comments
            .iter()
            .filter(|comment| comment.status == Status::Pending)
            .map(|comment| comment.text.as_str())
            .collect();
        held.sort_unstable();
        assert_eq!(held, ["r1", "r2"]);
    }
);

on_both_engines!(
    a_reply_read_a_batch_before_what_it_answers_waits_for_it,
    |app: TestApp| async move {
        garden(&app).await;
        let mut lines: Vec<String> = Vec::new();
        let mut add = |id: &str, parent: &str, status: &str| {
            lines.push(
                serde_json::json!({ "id": id, "parent": parent, "page": "/p", "name": "n", "text": id,
                                    "status": status })
                .to_string(),
            );
        };
        add("to-spam", "late-spam", "approved");
        add("to-good", "late-good", "approved");
        add("to-reply", "to-spam", "approved");
        for n in 0..600 {
            add(&format!("filler {n}"), "", "spam");
        }
        add("late-spam", "", "spam");
        add("late-good", "", "approved");
        let file = app.folder.path().join("batches.jsonl");
        std::fs::write(&file, lines.join("\n")).unwrap();
        let report = import(&app, ForeignFormat::Jsonl, file, false).await;
        assert_eq!(report.withheld.values().sum::<u64>(), 2, "{report:?}");
        let slug = app.app.directory.site("garden").unwrap().slug.clone();
        let page = hamlet::domain::page::Page::from_canonical("/p".to_owned());
        let public = app
            .app
            .store
            .public_comments(&slug, &page, "", 500)
            .await
            .unwrap();
        let mut public: Vec<&str> = public.iter().map(|comment| comment.text.as_str()).collect();
        public.sort_unstable();
        assert_eq!(public, ["late-good", "to-good"]);
    }
);

on_both_engines!(
    marks_of_other_formats_are_heeded,
    |app: TestApp| async move {
        for (n, (format, text)) in [
            (ForeignFormat::Waline, r#"[{"_id":"1","comment":"a","nick":"n","url":"/p","isSpam":"yes"}]"#),
            (ForeignFormat::Waline, r#"[{"_id":"2","comment":"b","nick":"n","url":"/p","status":"hidden"}]"#),
            (ForeignFormat::Artrans, r#"[{"id":"3","content":"c","nick":"n","page_key":"/p","is_pending":"yes"}]"#),
            (ForeignFormat::Artrans, r#"[{"id":"4","content":"d","nick":"n","page_key":"/p","deleted_at":"2021-01-01"}]"#),
            (ForeignFormat::Jsonl, r#"{"id":"5","text":"e","name":"n","page":"/p","status":"private"}"#),
            (ForeignFormat::Jsonl, r#"{"id":"6","text":"f","name":"n","page":"/p","status":"approved","hidden":1}"#),
            (ForeignFormat::Csv, "id,text,name,page,status,deleted\n7,g,n,/p,approved,2021-01-01\n"),
            (ForeignFormat::WpRest, r#"[{"id":8,"content":{"raw":"h"},"link":"https://garden.example/p","status":"approved","type":"comment","_embedded":{"up":[{"status":"draft"}]}}]"#),
            (ForeignFormat::WpCli, r#"[{"comment_ID":"9","comment_content":"i","comment_approved":"1","url":"/p","post_status":"private"}]"#),
        ]
        .into_iter()
        .enumerate()
        {
            if n == 0 {
                garden(&app).await;
            }
            let file = app.folder.path().join(format!("marks{n}"));
            std::fs::write(&file, text).unwrap();
            let report = import(&app, format, file, false).await;
            assert_eq!(report.imported, 1, "{text}: {report:?}");
        }
        for comment in stored(&app).await {
            assert_ne!(comment.status, Status::Approved, "{}", comment.text);
        }
    }
);

on_both_engines!(
    a_post_that_a_plugin_shows_to_some_readers_only_hides_its_comments,
    |app: TestApp| async move {
        garden(&app).await;
        let item = |id: u8, key: &str, value: &str| {
            format!(
                "<item><title>T</title><link>https://garden.example/{id}</link><wp:post_id>{id}</wp:post_id><wp:post_password></wp:post_password><wp:status>publish</wp:status>\
                <wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>\
                <wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_content>comment {id}</wp:comment_content><wp:comment_approved>1</wp:comment_approved>\
                <wp:comment_date_gmt>2020-01-01 10:00:00</wp:comment_date_gmt></wp:comment></item>"
            )
        };
        let posts = [
            ("_members_access_role", "editor", Status::Pending),
            ("rcp_user_level", "Subscriber", Status::Pending),
            ("_wpmem_block", "1", Status::Pending),
            ("_wpmem_block", "0", Status::Approved),
            ("rcp_access_level", "None", Status::Approved),
            ("rcp_user_level", "All", Status::Approved),
            ("_edit_lock", "1577872800:1", Status::Approved),
        ];
        let items = posts
            .iter()
            .zip(1..)
            .map(|((key, value, _), id)| item(id, key, value));
        let export = format!(
            r#"<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>{}</channel></rss>"#,
            items.collect::<String>()
        );
        let report = imported(&app, ForeignFormat::Wxr, export).await;
        assert_eq!(
            report.withheld["its page is marked as not public"], 3,
            "{report:?}"
        );
        for ((key, value, status), id) in posts.iter().zip(1..) {
            assert_eq!(
                one(&app, &format!("comment {id}")).await.status,
                *status,
                "{key} {value}"
            );
        }
    }
);
