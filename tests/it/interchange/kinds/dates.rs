//! Dates: those that are not understood, those that are not there, and those that cannot be.

use hamlet::interchange::foreign::ForeignFormat;

use super::{
    super::{garden, stored},
    imported, item, texts, wp, wxr,
};
use crate::on_both_engines;

on_both_engines!(
    a_date_that_is_not_understood_is_reported_and_keeps_its_place,
    |app: TestApp| async move {
        garden(&app).await;
        let table = "id,page,name,text,status,created_at\n\
            1,/a,Ada,one,approved,2019-05-01 10:00:00.5\n\
            2,/a,Ben,two,approved,1.5.2019\n\
            3,/a,Cyd,three,approved,05/02/2019\n\
            4,/a,Dan,four,approved,2019-05-03T10:00+02\n\
            5,/a,Eve,five,approved,1556877600000\n";
        let report = imported(&app, ForeignFormat::Csv, table).await;
        assert_eq!(
            report.doubts["a date that is not understood"], 2,
            "{report:?}"
        );
        assert_eq!(
            report.problems,
            [
                "line 3: a date that is not understood: 1.5.2019",
                "line 4: a date that is not understood: 05/02/2019"
            ]
        );
        assert_eq!(texts(&app).await, ["one", "two", "three", "four", "five"]);
        let comments = stored(&app).await;
        assert!(
            comments
                .iter()
                .all(|comment| comment.created_at.to_string().starts_with("2019-05"))
        );
    }
);

on_both_engines!(
    comments_without_dates_keep_the_order_of_their_file,
    |app: TestApp| async move {
        garden(&app).await;
        let lines: Vec<String> = (0..600)
            .map(|n| {
                format!(r#"{{"id":{n},"page":"/a","name":"N","text":"{n}","status":"approved"}}"#)
            })
            .collect();
        let report = imported(&app, ForeignFormat::Jsonl, lines.join("\n")).await;
        assert_eq!((report.imported, report.doubts["no date"]), (600, 600));
        let expected: Vec<String> = (0..500).map(|n| n.to_string()).collect();
        assert_eq!(texts(&app).await, expected);
    }
);

on_both_engines!(
    dates_of_zeros_of_long_ago_and_still_to_come_are_never_now,
    |app: TestApp| async move {
        garden(&app).await;
        let zero = "<wp:comment_date>2009-05-02 12:00:00</wp:comment_date>\
                    <wp:comment_date_gmt>0000-00-00 00:00:00</wp:comment_date_gmt>";
        let both = "<wp:comment_date>2010-05-02 12:00:00</wp:comment_date>\
                    <wp:comment_date_gmt>2010-05-02 10:00:00</wp:comment_date_gmt>";
        let early = "<wp:comment_date_gmt>1969-12-31 16:00:00</wp:comment_date_gmt>";
        let late = "<wp:comment_date_gmt>2199-01-01 00:00:00</wp:comment_date_gmt>";
        let comments = [
            wp(1, "both", both),
            wp(2, "zero", zero),
            wp(3, "early", early),
            wp(4, "late", late),
        ];
        let report = imported(
            &app,
            ForeignFormat::Wxr,
            wxr(&item("/a", &comments.concat())),
        )
        .await;
        for doubt in [
            "a date in local time alone",
            "a date before 1970",
            "a date in the future",
        ] {
            assert_eq!(report.doubts[doubt], 1, "{report:?}");
        }
        let comments = stored(&app).await;
        let of = |text: &str| {
            comments
                .iter()
                .find(|c| c.text == text)
                .unwrap()
                .created_at
                .to_string()
        };
        assert_eq!(of("zero"), "2009-05-02T10:00:00Z");
        assert_eq!(of("early"), "1970-01-01T00:00:00Z");
        assert_eq!(comments.last().unwrap().text, "late");
    }
);
