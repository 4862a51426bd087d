//! What stands around the list of comments in a file of JSON, before it or behind it: answers, people, pages, marks. All made up.

use hamlet::{domain::comment::Status, interchange::foreign::ForeignFormat};

use super::{found, garden, imported, one, stored, written};
use crate::on_both_engines;

/// The members of an envelope, each of which is of no use without another.
const MEMBERS: [&str; 4] = [
    r#""replies":{"c1":[{"id":"r1","user_id":8,"text":"an answer","status":"approved","created_at":"2020-01-02"}],
        "c2":{"id":"r2","name":"Cy","text":"an answer alone","status":"approved","created_at":"2020-01-03"}}"#,
    r#""users":{"7":{"name":"Gil","email":"gil@example.org"},"8":{"username":"hana"}}"#,
    r#""threads":[{"id":"t1","url":"https://garden.example/peas","title":"Peas"},{"id":"t2","url":"/draft","status":"draft"}]"#,
    r#""comments":[{"id":"c1","user_id":7,"thread_id":"t1","text":"a question","status":"approved","created_at":"2020-01-01"},
        {"id":"c2","author":"7","thread":"t2","text":"under a draft","status":"approved","created_at":"2020-01-01"}]"#,
];

/// All orders of the members.
fn orders() -> Vec<String> {
    let mut orders = Vec::new();
    for a in 0..4 {
        for b in (0..4).filter(|b| *b != a) {
            for c in (0..4).filter(|c| ![a, b].contains(c)) {
                let last = 6 - a - b - c;
                let members = [a, b, c, last].map(|at| MEMBERS[at]).join(",");
                orders.push(format!("{{\"total\":4,{members}}}"));
            }
        }
    }
    orders
}

#[test]
fn the_order_of_what_belongs_together_says_nothing() {
    let orders = orders();
    assert_eq!(orders.len(), 24);
    let nested = format!("{{\"status\":\"ok\",\"result\":{}}}", orders[0]);
    let sorted = |file: &str| {
        let found = found(ForeignFormat::Jsonl, file).into_iter();
        let found = found.map(|found| format!("{:?}", without_place(found.unwrap())));
        let mut found: Vec<_> = found.collect();
        found.sort();
        found
    };
    let expected = sorted(&orders[0]);
    assert_eq!(expected.len(), 4, "{expected:#?}");
    for file in orders.iter().chain([&nested]) {
        assert_eq!(sorted(file), expected, "{file}");
    }
}

fn without_place(
    found: hamlet::interchange::foreign::Found,
) -> hamlet::interchange::foreign::Found {
    use hamlet::interchange::foreign::Found;
    match found {
        Found::Comment(mut comment) => {
            comment.place.clear();
            Found::Comment(comment)
        }
        other => other,
    }
}

on_both_engines!(
    answers_people_and_pages_before_the_list_are_read_with_it,
    |app: TestApp| async move {
        garden(&app).await;
        let report = imported(&app, ForeignFormat::Jsonl, &orders()[0]).await;
        assert_eq!((report.imported, report.orphans), (4, 0), "{report:?}");
        assert_eq!(
            report.withheld["its page is marked as not public"], 1,
            "{report:?}"
        );
        let question = one(&app, "a question").await;
        assert_eq!(
            (question.page.to_string().as_str(), question.name.as_str()),
            ("/peas", "Gil")
        );
        let answer = one(&app, "an answer").await;
        assert_eq!(
            (answer.parent, answer.name.as_str(), answer.page.to_string()),
            (Some(question.id), "hana", "/peas".to_owned())
        );
        assert_eq!(answer.status, Status::Approved);
        let hidden = one(&app, "under a draft").await;
        let alone = one(&app, "an answer alone").await;
        assert_eq!(alone.parent, Some(hidden.id));
        // What answers a comment that waits is not shown before it.
        for waits in [hidden, alone] {
            assert_eq!(waits.status, Status::Pending);
            assert_eq!(waits.page.to_string(), "/draft");
        }
    }
);

on_both_engines!(
    a_file_too_large_to_be_looked_at_whole_is_read_in_its_order_and_the_rest_is_named,
    |app: TestApp| async move {
        garden(&app).await;
        let padding = "x".repeat(900 << 10);
        let comments: Vec<_> = (0..20)
            .map(|n| {
                format!(
                    r#"{{"id":"c{n}","user_id":7,"page":"/large","text":"large {n}","status":"approved","created_at":"2020-01-01","pad":"{padding}"}}"#
                )
            })
            .collect();
        let file = format!(
            r#"{{"users":{{"7":{{"name":"Gil"}}}},"replies":{{"c1":[{{"id":"r1","name":"Bo","page":"/large","text":"before","status":"approved","created_at":"2020-01-02"}}]}},
            "comments":[{}],
            "answers":[{{"id":"r2","parent":"c2","name":"Bo","page":"/large","text":"behind","status":"approved","created_at":"2020-01-02"}}],
            "archive":[{{"id":"a1","text":"of old"}}],"authors":{{"8":{{"name":"Hal"}}}}}}"#,
            comments.join(",")
        );
        let report = imported(&app, ForeignFormat::Jsonl, file).await;
        assert_eq!((report.imported, report.orphans), (22, 0), "{report:?}");
        assert_eq!(report.skipped["could not be read"], 2, "{report:?}");
        for name in [
            "\"archive\" stands in an object of more than 16 MiB",
            "\"authors\" stands",
        ] {
            assert!(
                report.problems.iter().any(|problem| problem.contains(name)),
                "{report:?}"
            );
        }
        assert_eq!(one(&app, "large 3").await.name.as_str(), "Gil");
        for (answer, question) in [("before", "large 1"), ("behind", "large 2")] {
            let question = one(&app, question).await.id;
            assert_eq!(one(&app, answer).await.parent, Some(question));
        }
    }
);

on_both_engines!(
    lists_of_any_name_are_read_and_a_name_that_is_a_state_says_so_of_what_is_in_it,
    |app: TestApp| async move {
        garden(&app).await;
        let public = r#","status":"approved""#;
        for file in [
            format!(
                r#"{{"approved":[{}],"spam":[{}],"pending":[{}],"trash":[{}]}}"#,
                written("shown", ""),
                written("junk", ""),
                written("waits", ""),
                written("gone", "")
            ),
            format!(
                r#"{{"archive":[{}],"comments":[{}],"older":[{}]}}"#,
                written("archived", public),
                written("new", public),
                written("older", public)
            ),
            format!(r#"{{"remarks":[{}],"count":1}}"#, written("remark", public)),
            // Two lists of one name are two.
            format!(
                r#"{{"comments":[{}],"comments":[{}]}}"#,
                written("twice one", public),
                written("twice two", public)
            ),
            format!(r#"{{"private":true,"comments":[{}]}}"#, written("of few", public)),
            format!(
                r#"{{"post":{{"url":"/any","visibility":"members"}},"comments":[{}]}}"#,
                written("of members", public)
            ),
            // Numbers beside a list count, and hide nothing.
            format!(
                r#"{{"hidden":2,"pending":1,"page":1,"pages":1,"status":"ok","comments":[{}]}}"#,
                written("counted", public)
            ),
            format!(
                r#"{{"deleted_ids":["thrown"],"hidden":["kept back"],"spamIds":["called junk"],"tags":["x"],"comments":[{},{},{},{}]}}"#,
                written("thrown", public),
                written("kept back", public),
                written("called junk", public),
                written("named by none", public)
            ),
            r#"{"/any/one/":{"comments":[{"id":"m","name":"Ned","text":"of a map","status":"approved","created_at":"2020-01-01"}]}}"#.to_owned(),
        ] {
            let report = imported(&app, ForeignFormat::Jsonl, &file).await;
            assert_eq!(report.skipped.len(), 0, "{file}: {report:?}");
        }
        let states = stored(&app).await.into_iter();
        let mut states: Vec<_> = states.map(|one| (one.text, one.status)).collect();
        states.sort_by(|one, other| one.0.cmp(&other.0));
        let expected = [
            ("archived", Status::Approved),
            ("called junk", Status::Spam),
            ("counted", Status::Approved),
            ("gone", Status::Trash),
            ("junk", Status::Spam),
            ("kept back", Status::Pending),
            ("named by none", Status::Approved),
            ("new", Status::Approved),
            ("of a map", Status::Approved),
            ("of few", Status::Pending),
            ("of members", Status::Pending),
            ("older", Status::Approved),
            ("remark", Status::Approved),
            ("shown", Status::Approved),
            ("thrown", Status::Trash),
            ("twice one", Status::Approved),
            ("twice two", Status::Approved),
            ("waits", Status::Pending),
        ];
        let expected = expected.map(|(text, status)| (text.to_owned(), status));
        assert_eq!(states, expected);
    }
);

/// What is referred to from far away: the file, and of each comment its text, name, page and status.
type Referred = (
    ForeignFormat,
    &'static str,
    &'static [(&'static str, &'static str, &'static str, Status)],
);

const REFERRED: [Referred; 6] = [
    (
        ForeignFormat::Disqus,
        r#"<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
            <post dsq:id="2"><message>late one</message><createdAt>2020-01-02T00:00:00Z</createdAt><author><name>Bo</name></author><thread dsq:id="7"/></post>
            <post dsq:id="3"><message>late two</message><createdAt>2020-01-01T00:00:00Z</createdAt><author><name>Cy</name></author><thread dsq:id="8"/></post>
            <thread dsq:id="7"><link>https://garden.example/late</link></thread>
            <thread dsq:id="8"><link>https://garden.example/gone</link><isDeleted>true</isDeleted></thread></disqus>"#,
        &[
            ("late one", "Bo", "/late", Status::Approved),
            ("late two", "Cy", "/gone", Status::Trash),
        ],
    ),
    (
        ForeignFormat::Jsonl,
        r#"{"pages":[{"id":"p1","url":"/both","comments":[{"id":"b1","text":"in its page","name":"Ann","status":"approved","date":"2020-01-01","answers":{"data":[{"id":"b2","text":"below that","name":"Bo","status":"approved","date":"2020-01-01"}]}}]}],
            "comments":[{"id":"b3","page_id":"p1","text":"beside its page","name":"Cy","status":"approved","date":"2020-01-01"}]}"#,
        &[
            ("in its page", "Ann", "/both", Status::Approved),
            ("below that", "Bo", "/both", Status::Approved),
            ("beside its page", "Cy", "/both", Status::Approved),
        ],
    ),
    (
        ForeignFormat::Jsonl,
        "{\"users\":[{\"id\":7,\"name\":\"Gil\"}]}\n{\"threads\":[{\"id\":\"l\",\"url\":\"/lines\",\"private\":true}]}\n\
         {\"id\":\"l1\",\"user_id\":7,\"thread_id\":\"l\",\"text\":\"on a line of its own\",\"status\":\"approved\",\"date\":\"2020-01-01\"}\n\
         {\"id\":\"l2\",\"user_id\":9,\"page\":\"/lines\",\"text\":\"by nobody known\",\"status\":\"approved\",\"date\":\"2020-01-01\"}\n",
        &[
            ("on a line of its own", "Gil", "/lines", Status::Pending),
            ("by nobody known", "Anonymous", "/lines", Status::Approved),
        ],
    ),
    (
        ForeignFormat::Jsonl,
        r#"{"data":{"comments":{"edges":[{"node":{"id":"g1","body":"of a graph","status":"approved","createdAt":"2020-01-01","author":{"node":{"name":"Ann"}},"post":{"node":{"uri":"/graph"}},
            "replies":{"edges":[{"node":{"id":"g2","body":"an edge below","status":"approved","createdAt":"2020-01-02","author":{"node":{"name":"Bo"}}}}]}}}]}}}"#,
        &[
            ("of a graph", "Ann", "/graph", Status::Approved),
            ("an edge below", "Bo", "/graph", Status::Approved),
        ],
    ),
    (
        ForeignFormat::Jsonl,
        r#"{"threads":{"t1":{"url":"/keyed"},"t2":{"url":"/hidden","hidden":true}},"messages":{"t1":{"k1":{"uid":"u1","text":"by its thread's key","approved":true,"date":"2020-01-01"}},
            "t2":{"k2":{"uid":"u1","text":"by a hidden key","approved":true,"date":"2020-01-01"}}},"users":{"u1":{"displayName":"Dot"}}}"#,
        &[
            ("by its thread's key", "Dot", "/keyed", Status::Approved),
            ("by a hidden key", "Dot", "/hidden", Status::Pending),
        ],
    ),
    (
        ForeignFormat::Jsonl,
        r#"{"posts":[{"id":1,"title":"P","content":"an article","url":"/article","status":"draft"}],"comments":[
            {"id":"s1","post_id":1,"name":"Ann","text":"below an article","status":"approved","date":"2020-01-01"},
            {"id":"s2","page":"/s","name":"Ann","text":"with a state","status":"approved","state":{"name":"pending"},"date":"2020-01-01"}]}"#,
        &[
            ("below an article", "Ann", "/article", Status::Pending),
            ("with a state", "Ann", "/s", Status::Pending),
        ],
    ),
];

on_both_engines!(
    what_a_comment_refers_to_is_found_wherever_it_stands,
    |app: TestApp| async move {
        garden(&app).await;
        for (format, file, comments) in REFERRED {
            let report = imported(&app, format, file).await;
            assert_eq!(report.imported, comments.len() as u64, "{file}: {report:?}");
            for (text, name, page, status) in comments {
                let comment = one(&app, text).await;
                assert_eq!(
                    (comment.name.as_str(), comment.page.as_str(), comment.status),
                    (*name, *page, *status),
                    "{text}"
                );
            }
        }
        for (answer, question) in [
            ("below that", "in its page"),
            ("an edge below", "of a graph"),
        ] {
            let question = one(&app, question).await.id;
            assert_eq!(one(&app, answer).await.parent, Some(question), "{answer}");
        }
    }
);
