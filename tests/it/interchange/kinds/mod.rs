//! Kinds of files that people have, each in several inputs: what is odd about one is understood, or said.

mod dates;

use hamlet::{
    domain::comment::Status,
    history::import,
    interchange::{foreign::ForeignFormat, readers},
};

use super::{garden, imported, stored};
use crate::{on_both_engines, support::app::TestApp};

/// Why a file cannot be imported at all.
async fn refused(app: &TestApp, format: ForeignFormat, bytes: &[u8]) -> String {
    let site = app.app.directory.site("garden").unwrap();
    let bytes = bytes.to_vec();
    let open = move || readers::read(format, std::io::Cursor::new(bytes.clone()));
    let report = import::run(&app.app.history, &site, format, false, open).await;
    report.unwrap_err().to_string()
}

/// An export of WordPress with these items.
fn wxr(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss xmlns:wp=\"w\" xmlns:content=\"c\"><channel>{items}</channel></rss>"
    )
}

/// A post with what else is in it.
fn item(path: &str, inside: &str) -> String {
    format!(
        "<item><title>T</title><link>https://garden.example{path}</link><wp:status>publish</wp:status>{inside}</item>"
    )
}

/// A comment of WordPress.
fn wp(id: u32, text: &str, more: &str) -> String {
    format!(
        "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author>Ada</wp:comment_author>\
         <wp:comment_content>{text}</wp:comment_content><wp:comment_approved>1</wp:comment_approved>{more}</wp:comment>"
    )
}

const GMT: &str = "<wp:comment_date_gmt>2020-01-01 10:00:00</wp:comment_date_gmt>";

/// The texts that are here, oldest first.
async fn texts(app: &TestApp) -> Vec<String> {
    let comments = stored(app).await;
    comments.into_iter().map(|comment| comment.text).collect()
}

on_both_engines!(one_bad_piece_leaves_the_rest, |app: TestApp| async move {
    garden(&app).await;
    let picture = format!(
        "<![CDATA[<img src=\"data:image/png;base64,{}\">]]>",
        "iVBOR".repeat(1_200_000)
    );
    let huge = format!("<content:encoded>{picture}</content:encoded>");
    let meta = format!("<wp:postmeta><wp:meta_value>{picture}</wp:meta_value></wp:postmeta>");
    let file = wxr(&[
        item(
            "/a",
            &format!("{huge}{meta}{}", wp(1, "beside a picture", GMT)),
        ),
        item(
            "/b",
            &[wp(2, &picture, GMT), wp(3, "beside a huge one", GMT)].concat(),
        ),
        item("/c", &wp(4, "an <i>unclosed element & more", GMT)),
        item("/d", &wp(5, "after", GMT)),
    ]
    .concat());
    let report = imported(&app, ForeignFormat::Wxr, file).await;
    assert_eq!(report.skipped["too large"], 1, "{report:?}");
    let found = texts(&app).await;
    for text in ["beside a picture", "beside a huge one", "after"] {
        assert!(found.iter().any(|found| found == text), "{text}: {found:?}");
    }
    let ids = format!(
        "{{\"id\":\"{}\",\"page\":\"/i\",\"text\":\"long id\"}}\n\
             {{\"id\":\"a\\u0000b\",\"parent\":\"{}\",\"page\":\"/i\",\"text\":\"odd id\"}}\n\
             {{\"id\":\"half\\ud83d\",\"page\":\"/i\",\"text\":\"half \\udc00\"}}\n\
             {{\"id\":7.0,\"parent\":\"a\\u0000b\",\"page\":\"/i\",\"text\":\"reply\"}}\n",
        "i".repeat(9_000),
        "p".repeat(9_000),
    );
    let report = imported(&app, ForeignFormat::Jsonl, &ids).await;
    assert_eq!(report.imported, 4, "{report:?}");
    let comments = stored(&app).await;
    let of = |text: &str| comments.iter().find(|c| c.text == text).unwrap();
    assert_eq!(of("reply").parent, Some(of("odd id").id));
    let again = imported(&app, ForeignFormat::Jsonl, &ids).await;
    assert_eq!((again.imported, again.unchanged), (0, 4));
});

on_both_engines!(every_encoding_is_read_or_named, |app: TestApp| async move {
    garden(&app).await;
    let body = |id: u32| wxr(&item("/a", &wp(id, "Grüße", GMT)));
    let latin =
        |text: &str| -> Vec<u8> { text.chars().map(|c| u8::try_from(c).unwrap()).collect() };
    let declared = latin(&body(1).replace("\"1.0\"?", "\"1.0\" encoding=\"iso-8859-1\"?"));
    let utf16: Vec<u8> = format!("\u{FEFF}{}", body(2))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut wrong = body(3).into_bytes();
    let at = wrong.iter().position(|byte| *byte == 0xC3).unwrap();
    wrong[at] = 0xFF;
    for (file, remarks) in [(declared, 0), (utf16, 0), (wrong, 1)] {
        let report = imported(&app, ForeignFormat::Wxr, file).await;
        assert_eq!(
            (report.imported, report.skipped.len()),
            (1, 0),
            "{report:?}"
        );
        let said = report
            .warnings
            .iter()
            .filter(|warning| warning.contains("no text"));
        assert_eq!(said.count(), remarks, "{report:?}");
    }
    let report = imported(
        &app,
        ForeignFormat::Csv,
        latin("id;page;name;text\r\n9;/a;Jürgen;Schön\r\n"),
    )
    .await;
    assert!(
        report.warnings[0].contains("iconv -f WINDOWS-1252"),
        "{report:?}"
    );
    let mut found = texts(&app).await;
    found.sort();
    assert_eq!(found, ["Grüße", "Grüße", "Gr\u{FFFD}\u{FFFD}ße", "Schön"]);
});

on_both_engines!(
    markup_goes_where_it_is_markup_and_stays_where_it_was_typed,
    |app: TestApp| async move {
        garden(&app).await;
        let typed = "a `Vec<u8>` and Option<T>; 1 <b && c> 2";
        let waline = serde_json::json!([
            { "objectId": "1", "nick": "Ada", "url": "/w", "comment": typed },
            { "objectId": "2", "nick": "Sean O&#39;Hara", "url": "/w", "comment": "<p>in a <b>p</b> &amp; <img src='https://p.example/1.jpg'></p>" },
            { "objectId": "3", "nick": "Ada", "url": "/w", "comment": "<p><img src=\"https://p.example/2.jpg\"></p>" },
        ]);
        let report = imported(&app, ForeignFormat::Waline, waline.to_string()).await;
        assert_eq!(report.imported, 3, "{report:?}");
        let artrans = serde_json::json!([
            { "id": "1", "rid": "0", "nick": "Rose &amp; Thorn", "page_key": "/x", "content": "see <a href=\"https://p.example/\">there</a><br>now" },
            { "id": "2", "rid": "1", "nick": "Ada", "page_key": "/x", "page_title": "Peas &#8220;now&#8221;", "content": typed },
        ]);
        imported(&app, ForeignFormat::Artrans, artrans.to_string()).await;
        let comments = stored(&app).await;
        let mut found: Vec<_> = comments
            .iter()
            .map(|c| (c.name.as_str(), c.text.as_str()))
            .collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [
                ("Ada", typed),
                ("Ada", typed),
                ("Ada", "https://p.example/2.jpg"),
                ("Rose & Thorn", "see there (https://p.example/)\nnow"),
                ("Sean O'Hara", "in a p & https://p.example/1.jpg"),
            ]
        );
        let titled = comments
            .iter()
            .find_map(|comment| comment.page_title.as_deref());
        assert_eq!(titled, Some("Peas \u{201C}now\u{201D}"));
    }
);

on_both_engines!(
    every_shape_of_json_is_looked_at_to_its_end,
    |app: TestApp| async move {
        garden(&app).await;
        let rest = |id: u32| {
            format!(
                r#"{{"id":{id},"content":{{"raw":"rest {id}"}},"status":"approved","type":"comment","date_gmt":"2020-05-02T08:00:0{id}",
                    "link":"https://garden.example/peas/comment-page-2/#comment-{id}"}}"#
            )
        };
        let pages = format!("[{},{}]\n[{}]\n[]\n", rest(1), rest(2), rest(3));
        let report = imported(&app, ForeignFormat::WpRest, pages).await;
        assert_eq!(
            (report.imported, report.problems.len()),
            (3, 0),
            "{report:?}"
        );
        let line = |id: u32| {
            format!(r#"{{"id":"j{id}","page":"/j","text":"json {id}","status":"approved"}}"#)
        };
        for (file, count) in [
            (format!("[{},\n{}]", line(1), line(2)), 2),
            (format!("[\n{}\n]", line(3).replace(',', ",\n")), 1),
            (
                format!("{{\"code\":0,\"data\":[{}],\"total\":1}}", line(4)),
                1,
            ),
            (format!("{}\n{}", line(5).replace(',', ",\n "), line(6)), 2),
        ] {
            let report = imported(&app, ForeignFormat::Jsonl, &file).await;
            assert_eq!(
                (report.imported, report.problems.len()),
                (count, 0),
                "{file}: {report:?}"
            );
        }
        let mongo = r#"{"_id":{"$oid":"64a1"},"nick":"Ada","url":"/m","comment":"<p>one</p>","isSpam":false,"created":{"$numberLong":"1617081070000"}}
{"_id":{"$oid":"64a2"},"nick":"Ben","url":"/m","comment":"<p>two</p>","pid":"64a1","rid":"64a1","created":{"$date":"2021-03-30T05:11:11Z"}}"#;
        let report = imported(&app, ForeignFormat::Waline, mongo).await;
        assert_eq!((report.imported, report.doubts.len()), (2, 0), "{report:?}");
        let comments = stored(&app).await;
        let of = |text: &str| comments.iter().find(|c| c.text == text).unwrap();
        assert_eq!(of("two").parent, Some(of("one").id));
        assert_eq!(of("one").created_at.to_string(), "2021-03-30T05:11:10Z");
        assert_eq!(of("rest 3").page.as_str(), "/peas/");
    }
);

on_both_engines!(
    a_file_that_ends_early_or_is_of_another_format_is_no_success,
    |app: TestApp| async move {
        garden(&app).await;
        let whole = wxr(&item(
            "/a",
            &[wp(1, "one", GMT), wp(2, "two", GMT)].concat(),
        ));
        let between = whole.split("</item>").next().unwrap();
        let report = imported(&app, ForeignFormat::Wxr, between).await;
        assert_eq!(report.imported, 2);
        assert_eq!(
            report.ended_early.as_deref(),
            Some("the file: it ends early: <rss> is not closed")
        );
        for (format, cut) in [
            (
                ForeignFormat::Csv,
                "id,page,name,text\n8,/a,Ada,One\n9,/a,Ben,\"Two has",
            ),
            (
                ForeignFormat::Csv,
                "id,page,name,text\n10,/a,Ada,One\n11,/a,Be",
            ),
            (
                ForeignFormat::Jsonl,
                "{\"id\":8,\"text\":\"One\"}\n{\"id\":9,\"text\":\"Tw",
            ),
            (
                ForeignFormat::Artrans,
                "[{\"id\":\"8\",\"content\":\"One\"},{\"id\":\"9\",\"cont",
            ),
        ] {
            let report = imported(&app, format, cut).await;
            assert_eq!(report.imported, 1, "{cut}: {report:?}");
            assert!(report.ended_early.is_some(), "{cut}: {report:?}");
            assert!(report.failure().is_some(), "{cut}: no success");
        }
        for (format, bytes, said) in [
            (ForeignFormat::Disqus, whole.as_bytes(), "--format wxr"),
            (ForeignFormat::Wxr, b"<disqus></disqus>", "--format disqus"),
            (ForeignFormat::Wxr, b"PK\x03\x04\x14\0", "unpack it"),
            (ForeignFormat::Waline, b"", "It is empty"),
            (ForeignFormat::Csv, b"[]", "It is JSON"),
            (ForeignFormat::Remark42, b"<!doctype html>", "is a page"),
        ] {
            let why = refused(&app, format, bytes).await;
            assert!(why.contains(said), "{said}: {why}");
        }
        let nothing = imported(&app, ForeignFormat::Jsonl, "{\"id\":1,\"name\":\"x\"}").await;
        assert!(nothing.failure().is_some());
        let empty = imported(&app, ForeignFormat::Artrans, "[]").await;
        assert!(
            empty.failure().is_none() && empty.warnings[0].contains("no comment"),
            "{empty:?}"
        );
    }
);

on_both_engines!(
    words_that_are_not_known_label_nothing_and_are_counted,
    |app: TestApp| async move {
        garden(&app).await;
        let table = "id;page;text;status;label\n\
            1;/a;one;approved;perhaps\n2;/a;two;published;ham\n3;/a;three;featured;\n4;/a;four;;spam\n";
        let report = imported(&app, ForeignFormat::Csv, table).await;
        assert_eq!(
            (report.ham, report.spam, report.unlabelled),
            (1, 1, 2),
            "{report:?}"
        );
        assert_eq!(report.doubts["a label that is not understood"], 1);
        assert_eq!(report.doubts["a status that is not understood"], 1);
        let comments = stored(&app).await;
        let three = comments.iter().find(|comment| comment.text == "three");
        assert_eq!(three.unwrap().status, Status::Pending);
        let elsewhere =
            r#"{"id":"e","page":"http://localhost:4000/c/","text":"e","status":"approved"}"#;
        let report = imported(&app, ForeignFormat::Jsonl, elsewhere).await;
        assert_eq!(report.elsewhere["localhost:4000"], 1);
    }
);

on_both_engines!(
    characters_that_xml_forbids_take_nothing_else_with_them,
    |app: TestApp| async move {
        garden(&app).await;
        let comments = [
            wp(1, "<![CDATA[before]]>", GMT),
            wp(
                2,
                "<![CDATA[a \u{8}back\u{c} \u{1b}space \u{0} nul\u{1f}]]>",
                GMT,
            ),
            wp(
                3,
                "x &#0; &#8; &#xFFFF; &#xD800; &#x110000; y &nbsp; &eacute; &unknown; z",
                GMT,
            ),
            wp(4, "after \u{b} it", GMT),
        ];
        let file = wxr(&item("/peas/", &comments.concat()));
        let report = imported(&app, ForeignFormat::Wxr, file).await;
        assert_eq!(report.imported, 4, "{report:?}");
        let here = texts(&app).await;
        assert_eq!(here.len(), 4);
        for text in &here {
            let is_right = |c: char| !c.is_control() || c == '\n';
            assert!(text.chars().all(is_right), "{text:?}");
        }
        let has = |words: &[&str]| {
            here.iter()
                .any(|text| words.iter().all(|word| text.contains(word)))
        };
        assert!(has(&["before"]));
        assert!(has(&["back", "space", "nul"]));
        assert!(has(&["x ", " y", "é", "&unknown;", " z"]));
        assert!(has(&["after", "it"]));
        app.stop().await;
    }
);

on_both_engines!(
    a_warning_of_the_program_that_wrote_the_export_stands_in_nobodys_way,
    |app: TestApp| async move {
        garden(&app).await;
        let export = |id: u32| wxr(&item("/peas/", &wp(id, &format!("words {id}"), GMT)));
        let warnings = [
            "\n\n",
            "Notice: Undefined index: title in /var/www/wp-admin/export.php on line 7\n",
            "<br>\n<b>Deprecated</b>: Function x() is deprecated in <b>/var/www/x.php</b><br>\n",
            "`",
        ];
        for (id, warning) in (1..).zip(warnings) {
            let file = format!("{warning}{}", export(id));
            let report = imported(&app, ForeignFormat::Wxr, file).await;
            assert_eq!(report.imported, 1, "{warning}: {report:?}");
            let told = report
                .warnings
                .iter()
                .any(|line| line.contains("before the XML"));
            assert_eq!(told, !warning.trim().is_empty(), "{:?}", report.warnings);
        }
        // In the encoding that it says, which stands behind the warning too.
        let latin = export(9).replace(
            "version=\"1.0\"",
            "version=\"1.0\" encoding=\"windows-1252\"",
        );
        let mut bytes = b"Warning: oh\n".to_vec();
        bytes.extend(
            latin
                .replace("words 9", "caf# 9")
                .bytes()
                .map(|b| if b == b'#' { 0xE9 } else { b }),
        );
        let report = imported(&app, ForeignFormat::Wxr, bytes).await;
        assert_eq!(report.imported, 1);
        assert!(texts(&app).await.iter().any(|text| text == "café 9"));
        let page = "<?xml version=\"1.0\"?><html><body>Error</body></html>";
        let refused = refused(&app, ForeignFormat::Wxr, page.as_bytes()).await;
        assert!(refused.contains("<html>"), "{refused}");
        app.stop().await;
    }
);
