//! Names and titles that a system keeps escaped are read as people wrote them, in every format of it; so are its comments' pages.

use hamlet::interchange::foreign::ForeignFormat;

use super::{garden, import, stored};
use crate::on_both_engines;

const WXR: &str = "<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><item><title>Peas &amp;amp; beans</title>\
    <link>https://garden.example/peas/</link><wp:status>publish</wp:status><wp:comment><wp:comment_id>1</wp:comment_id>\
    <wp:comment_author><![CDATA[Rose &amp; Thorn]]></wp:comment_author><wp:comment_date_gmt>2020-05-01 10:00:00</wp:comment_date_gmt>\
    <wp:comment_content>one</wp:comment_content><wp:comment_approved>1</wp:comment_approved></wp:comment></item></channel></rss>";
const CLI: &str = r#"[{"comment_ID":"2","comment_author":"Sean O&#039;Hara","comment_content":"two","comment_approved":"1",
    "comment_date_gmt":"2020-05-02 10:00:00","url":"https://garden.example/peas/comment-page-3/#comment-2"}]"#;
const REST: &str = r#"[{"id":3,"author_name":"Anna &#8220;A&#8221; B","content":{"rendered":"<p>three</p>"},"status":"approved",
    "type":"comment","date_gmt":"2020-05-03T10:00:00","link":"https://garden.example/?p=7&amp;cpage=2#comment-3"}]"#;
const DISQUS: &str = "<disqus xmlns=\"http://disqus.com\" xmlns:dsq=\"http://disqus.com/disqus-internals\"><thread dsq:id=\"t\">\
    <link>https://garden.example/tea/</link><title>&amp;#8220;Tea&amp;#8221;</title></thread><post dsq:id=\"4\"><message><![CDATA[<p>four</p>]]></message>\
    <createdAt>2020-05-04T10:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>\
    <author><name>Tom &amp;amp; Jo</name></author><thread dsq:id=\"t\"/></post></disqus>";

on_both_engines!(
    names_and_titles_lose_their_entities_in_every_format,
    |app: TestApp| async move {
        garden(&app).await;
        for (format, text) in [
            (ForeignFormat::Wxr, WXR),
            (ForeignFormat::WpCli, CLI),
            (ForeignFormat::WpRest, REST),
            (ForeignFormat::Disqus, DISQUS),
        ] {
            let file = app.folder.path().join("entities");
            std::fs::write(&file, text).unwrap();
            let report = import(&app, format, file, false).await;
            assert_eq!(report.imported, 1, "{format:?}: {report:?}");
        }
        let comments = stored(&app).await;
        let found: Vec<_> = comments
            .iter()
            .map(|one| {
                (
                    one.name.as_str(),
                    one.page.as_str(),
                    one.page_title.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("Rose & Thorn", "/peas/", Some("Peas & beans")),
                ("Sean O'Hara", "/peas/", None),
                ("Anna “A” B", "/?p=7", None),
                ("Tom & Jo", "/tea/", Some("“Tea”")),
            ]
        );
    }
);
