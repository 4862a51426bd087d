//! What real exports of seven systems taught, made up anew: each is a kind of its own.

use hamlet::{
    domain::comment::Status,
    interchange::{foreign::ForeignFormat, readers},
};

use super::{found, garden, imported, stored};
use crate::on_both_engines;

/// An entry of Blogger's classic export.
fn entry(kind: &str, id: u32, more: &str) -> String {
    format!(
        "<entry><id>tag:blogger.com,1999:blog-9.post-{id}</id><published>2011-11-27T13:34:32.972-08:00</published>\
         <category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#{kind}'/>\
         {more}</entry>"
    )
}

/// A comment of it under a post.
fn classic(id: u32, post: u32, text: &str, more: &str) -> String {
    let page = format!("https://garden.example/2011/11/post-{post}.html");
    entry(
        "comment",
        id,
        &format!(
            "<title type='text'>{text}</title><content type='html'>{text}</content>\
             <link rel='alternate' type='text/html' href='{page}?showComment=1322429672972#c{id}' title=''/>\
             <author><name>Ada &amp;amp; Ben</name><uri>https://www.blogger.com/profile/7</uri><email>noreply@blogger.com</email></author>\
             <thr:in-reply-to href='{page}' ref='tag:blogger.com,1999:blog-9.post-{post}' type='text/html'/>{more}"
        ),
    )
}

/// A feed of these entries.
fn feed(entries: &[String]) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?><?xml-stylesheet href=\"https://www.blogger.com/styles/atom.css\" type=\"text/css\"?>\
         <feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'>\
         <id>tag:blogger.com,1999:blog-9</id><title type='text'>The garden</title>{}</feed>",
        entries.concat()
    )
}

on_both_engines!(
    bloggers_classic_export_keeps_threads_pages_and_what_is_a_draft,
    |app: TestApp| async move {
        garden(&app).await;
        let draft = "<app:control xmlns:app='http://purl.org/atom/app#'><app:draft>yes</app:draft></app:control>";
        let page = |id: u32| {
            format!("<link rel='alternate' href='https://garden.example/2011/11/post-{id}.html'/>")
        };
        let huge = format!(
            "<title>Two</title><content type='html'>{}</content>{}",
            "pea ".repeat(600_000),
            page(2)
        );
        let related =
            "<link rel='related' href='https://www.blogger.com/feeds/9/1/comments/default/101'/>";
        let file = feed(&[
            entry("settings", 8, "<content type='text'>true</content>"),
            entry(
                "post",
                1,
                &format!("<title type='text'>Peas &amp;amp; beans</title>{}", page(1)),
            ),
            entry("post", 2, &huge),
            entry("post", 3, &format!("{draft}<title>Three</title>")),
            classic(
                101,
                1,
                "We did &lt;b&gt;sow&lt;/b&gt;!&lt;BR/&gt;All of it",
                "",
            ),
            classic(102, 1, "A reply", related),
            classic(103, 2, "Under a long one", ""),
            classic(104, 3, "Under a draft", ""),
            classic(105, 1, "It waits", draft),
        ]);
        let report = imported(&app, ForeignFormat::Blogger, &file).await;
        assert_eq!((report.imported, report.ham), (5, 3), "{report:?}");
        assert_eq!(report.withheld["its post is a draft"], 1, "{report:?}");
        assert!(
            report.doubts.is_empty() && report.skipped.is_empty(),
            "{report:?}"
        );
        let comments = stored(&app).await;
        let of = |text: &str| comments.iter().find(|c| c.text.starts_with(text)).unwrap();
        let first = of("We did sow!\nAll");
        assert_eq!(first.page.as_str(), "/2011/11/post-1.html");
        assert_eq!(first.page_title.as_deref(), Some("Peas & beans"));
        assert_eq!(first.name, "Ada & Ben");
        assert_eq!(first.created_at.to_string(), "2011-11-27T21:34:32.972Z");
        assert_eq!(of("A reply").parent, Some(first.id));
        assert_eq!(of("Under a long one").status, Status::Approved);
        for hidden in ["Under a draft", "It waits"] {
            assert_eq!(of(hidden).status, Status::Pending, "{hidden}");
        }
        let again = imported(&app, ForeignFormat::Blogger, &file).await;
        assert_eq!((again.imported, again.unchanged), (0, 5));
    }
);

on_both_engines!(
    bloggers_export_of_today_says_what_each_comment_is,
    |app: TestApp| async move {
        garden(&app).await;
        let entry = |id: u32, kind: &str, status: &str, more: &str| {
            format!(
                "<entry><id>tag:blogger.com,1999:blog-9.post-{id}</id><blogger:type>{kind}</blogger:type>\
                 <blogger:status>{status}</blogger:status><published>2024-05-01T10:00:0{}Z</published>{more}</entry>",
                id % 10
            )
        };
        let comment = |id: u32, status: &str, post: u32, more: &str| {
            let inside = format!(
                "<blogger:parent>tag:blogger.com,1999:blog-9.post-{post}</blogger:parent>\
                 <author><name>Ada</name><uri></uri><blogger:type>ANONYMOUS</blogger:type></author>\
                 <content type='html'>number {id}</content>{more}"
            );
            entry(id, "COMMENT", status, &inside)
        };
        let trashed = "<blogger:trashed>2024-06-01T00:00:00Z</blogger:trashed>";
        let reply = "<blogger:inReplyTo>tag:blogger.com,1999:blog-9.post-11</blogger:inReplyTo>";
        // Comments may stand before their posts.
        let file = feed(&[
            comment(11, "LIVE", 1, "<blogger:trashed/>"),
            comment(12, "LIVE", 1, reply),
            comment(13, "SPAM", 1, ""),
            comment(14, "PENDING", 1, ""),
            comment(15, "LIVE", 1, trashed),
            comment(16, "LIVE", 2, ""),
            comment(17, "LIVE", 3, ""),
            comment(18, "LIVE", 4, ""),
            entry(
                1,
                "POST",
                "LIVE",
                "<title>One</title><blogger:filename>/2024/05/one.html</blogger:filename><blogger:trashed/>",
            ),
            entry(
                2,
                "POST",
                "DRAFT",
                "<blogger:filename>/2024/05/two.html</blogger:filename>",
            ),
            entry(
                3,
                "PAGE",
                "LIVE",
                &format!("<blogger:filename>/p/three.html</blogger:filename>{trashed}"),
            ),
        ]);
        let report = imported(&app, ForeignFormat::Blogger, &file).await;
        assert_eq!(
            (report.imported, report.ham, report.spam),
            (8, 2, 1),
            "{report:?}"
        );
        let comments = stored(&app).await;
        let of = |id: u32| {
            comments
                .iter()
                .find(|c| c.text == format!("number {id}"))
                .unwrap()
        };
        assert_eq!(of(12).parent, Some(of(11).id));
        assert_eq!(of(12).page.as_str(), "/2024/05/one.html");
        for (id, status) in [
            (11, Status::Approved),
            (12, Status::Approved),
            (13, Status::Spam),
            (14, Status::Pending),
            (15, Status::Trash),
            (16, Status::Pending),
            (17, Status::Trash),
            (18, Status::Pending),
        ] {
            assert_eq!(of(id).status, status, "{id}");
        }
    }
);

#[test]
fn a_feed_for_readers_is_no_export_and_says_so() {
    let rss = "<?xml version='1.0'?><rss version='2.0'><channel><title>Comments</title>\
               <item><author>Ada</author><link>https://garden.example/a#cmt_5</link><description>x</description></item></channel></rss>";
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>x</id><title>y</title></entry></feed>";
    for (format, text) in [(ForeignFormat::Wxr, rss), (ForeignFormat::Blogger, atom)] {
        let found = found(format, text);
        let error = found[0].as_ref().unwrap_err();
        assert!(error.contains("is a feed and no export"), "{error}");
    }
    let other = found(ForeignFormat::Wxr, atom);
    assert!(
        other[0].as_ref().unwrap_err().contains("--format blogger"),
        "{other:?}"
    );
    // A blog without posts is no feed.
    assert_eq!(
        found(
            ForeignFormat::Wxr,
            "<rss><channel><title>T</title></channel></rss>"
        ),
        []
    );
    let guessed = readers::guess(std::io::Cursor::new(atom.as_bytes())).unwrap();
    assert_eq!(guessed, ForeignFormat::Blogger);
}

on_both_engines!(
    a_slash_too_many_before_or_behind_a_host_is_one,
    |app: TestApp| async move {
        garden(&app).await;
        let pages = [
            "https://old.example//2013/what-is-a-hacker",
            "https://garden.example//2013/what-is-a-hacker",
            "//garden.example/2013/what-is-a-hacker",
            "//old.example//2013/what-is-a-hacker",
            "//2013/what-is-a-hacker",
            "/2013/what-is-a-hacker",
        ];
        let lines = pages.iter().enumerate().map(|(n, page)| {
            format!(
                r#"{{"_id":"{n}","nick":"Ada","comment":"{n}","url":"{page}","created":{}}}"#,
                1_607_163_220_196_i64
            )
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        let report = imported(&app, ForeignFormat::Waline, &text).await;
        assert!(
            report.withheld.is_empty() && report.doubts.is_empty(),
            "{report:?}"
        );
        assert_eq!(report.elsewhere["old.example"], 2, "{report:?}");
        for comment in stored(&app).await {
            assert_eq!(
                comment.page.as_str(),
                "/2013/what-is-a-hacker",
                "{}",
                comment.text
            );
            assert_eq!(comment.status, Status::Approved);
        }
        for none in ["javascript:alert(1)", "mailto:ada@example.org", "//"] {
            let line =
                format!(r#"{{"nick":"Ada","comment":"x {none}","url":"{none}","created":1}}"#);
            let report = imported(&app, ForeignFormat::Waline, &line).await;
            assert_eq!(
                report.withheld["its page is not known"], 1,
                "{none}: {report:?}"
            );
        }
    }
);

on_both_engines!(
    what_is_left_out_of_a_comment_is_counted_and_its_place_named,
    |app: TestApp| async move {
        garden(&app).await;
        let long = "x".repeat(16_000);
        let lines = [
            r#"{"id":1,"page":"/a","text":"one","website":"http://","email":"","created_at":"2020-01-01T00:00:00Z"}"#.to_owned(),
            r#"{"id":2,"page":"/a","text":"two","website":"http://MSNHotmail","email":"ada","created_at":"2020-01-01T00:00:00Z"}"#.to_owned(),
            format!(r#"{{"id":3,"page":"/a","text":"{long}","website":"garden.example","email":"ada@example.org","created_at":"2020-01-01T00:00:00Z"}}"#),
            r#"{"id":4,"page":"nowhere","text":"four","status":"spam","created_at":"2020-01-01T00:00:00Z"}"#.to_owned(),
        ];
        let report = imported(&app, ForeignFormat::Jsonl, &lines.join("\n")).await;
        assert_eq!(report.imported, 4, "{report:?}");
        assert_eq!(
            report.problems,
            [
                "line 2: a website that is none",
                "line 2: an email address that is none",
                "line 3: a text that is too long: its middle is left out",
                "line 4: a page that is not known",
            ],
            "no value of a person's is in the report, which outlives the comment"
        );
        assert_eq!(report.doubts.len(), 4);
        // One kind leaves room for others.
        let many: Vec<String> = (10..60)
            .map(|n| format!(r#"{{"id":{n},"page":"/a","text":"{n}","website":"no","created_at":"2020-01-01T00:00:00Z"}}"#))
            .chain([r#"{"id":60,"page":"/a","text":"late","created_at":"1.5.2019"}"#.to_owned()])
            .collect();
        let report = imported(&app, ForeignFormat::Jsonl, &many.join("\n")).await;
        assert_eq!(report.doubts["a website that is none"], 50);
        assert!(
            report
                .problems
                .contains(&"line 51: a date that is not understood: 1.5.2019".to_owned()),
            "{report:?}"
        );
    }
);

on_both_engines!(
    letters_of_old_databases_are_letters,
    |app: TestApp| async move {
        garden(&app).await;
        let text = "{\"id\":1,\"page\":\"/a\",\"page_title\":\"Ada\\u0092s peas\",\"name\":\"O\u{92}Hara\",\
                \"text\":\"me \u{97} I \\u0093see\\u0094\",\"created_at\":\"2020-01-01T00:00:00Z\"}";
        imported(&app, ForeignFormat::Jsonl, text).await;
        let comments = stored(&app).await;
        assert_eq!(comments[0].text, "me \u{2014} I \u{201C}see\u{201D}");
        assert_eq!(comments[0].name, "O\u{2019}Hara");
        assert_eq!(comments[0].page_title.as_deref(), Some("Ada\u{2019}s peas"));
    }
);

on_both_engines!(
    tables_and_json_call_a_field_by_any_of_its_names,
    |app: TestApp| async move {
        garden(&app).await;
        // As Waline writes its tables where it keeps them in a repository.
        let picture = "<img src=\"\"https://garden.example/e.png\"\" class=\"\"wl-emoji\"\" alt=\"\"poor\"\">";
        let at = |time: &str| format!("Thu Jul 21 2022 {time} GMT+0800 (China Standard Time)");
        let table = [
            "objectId,user_id,comment,insertedAt,ip,link,mail,nick,pid,rid,status,ua,url,createdAt"
                .to_owned(),
            format!(
                "a1,,\"<p>Just <b>peas</b>!{picture}</p>\n\",{},220.246.255.214:35129,ada.example,ada@example.org,Ada &amp; Ben,,,approved,,/peas/,",
                at("15:24:56")
            ),
            format!(
                "a2,,I see,{},::1,,,Cyd,a1,a1,waiting,,/peas/,",
                at("15:26:39")
            ),
            format!("a3,,Who,{},,,,Dan,0,,approved,,/peas/,\n", at("15:27:39")),
        ];
        let report = imported(&app, ForeignFormat::Csv, &table.join("\n")).await;
        let odd = (report.doubts.len(), report.orphans);
        assert_eq!((report.imported, odd), (3, (0, 0)), "{report:?}");
        let comments = stored(&app).await;
        let first = &comments[0];
        assert_eq!(first.text, "Just peas!poor");
        assert_eq!(first.name, "Ada & Ben");
        assert_eq!(first.page.as_str(), "/peas/");
        assert_eq!(first.website.as_deref(), Some("https://ada.example/"));
        assert_eq!(first.network.as_deref(), Some("220.246.255.0/24"));
        assert_eq!(first.created_at.to_string(), "2022-07-21T07:24:56Z");
        let answer = (comments[1].parent, comments[1].status);
        assert_eq!(answer, (Some(first.id), Status::Pending));
        // An author that is an object; and what is typed in a field of ours stays.
        let lines = [
            r#"{"uuid":"x","author":{"name":"Eve","email":"eve@example.org","url":"eve.example"},"body":"one &amp; two","path":"/b","createdAt":"2020-01-01T00:00:00Z","status":"approved"}"#,
            r#"{"id":"y","Reply To":"x","userName":"Fay","text":"<p> is a tag &amp; so on","page":"/b","time":1577836801,"isSpam":true}"#,
        ];
        let report = imported(&app, ForeignFormat::Jsonl, &lines.join("\n")).await;
        let odd = (report.doubts.len(), report.orphans);
        assert_eq!(
            (report.imported, report.spam, odd),
            (2, 1, (0, 0)),
            "{report:?}"
        );
        let comments = stored(&app).await;
        let of = |name: &str| {
            comments
                .iter()
                .find(|comment| comment.name == name)
                .unwrap()
        };
        assert_eq!(of("Eve").text, "one & two");
        assert_eq!(of("Eve").website.as_deref(), Some("https://eve.example/"));
        assert_eq!(of("Fay").text, "<p> is a tag &amp; so on");
        let answer = (of("Fay").parent, of("Fay").status);
        assert_eq!(answer, (Some(of("Eve").id), Status::Spam));
    }
);
