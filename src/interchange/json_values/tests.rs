//! Every shape of a file, and what is bad in one.

use serde_json::json;

use super::*;

fn values(text: &str) -> Vec<Result<Value, String>> {
    JsonValues::new(text.as_bytes(), &LISTS)
        .map(|found| {
            found
                .map(|(_, value)| value)
                .map_err(|error| error.to_string())
        })
        .collect()
}

#[test]
fn lists_lines_pages_and_envelopes_are_read_alike() {
    let expected: Vec<_> = [1, 2, 3].map(|n| Ok(json!({ "n": n }))).into();
    for text in [
        r#"[{"n":1},{"n":2},{"n":3}]"#,
        "[{\"n\":1}]\n[{\"n\":2},{\"n\":3}]\n[]\n",
        r#"[{"n":1}],[{"n":2}][{"n":3}]"#,
        "{\"n\":1}\n{\"n\":2}\r\n\n{\"n\":3}",
        "{\n  \"n\": 1\n}\n{\n  \"n\": 2\n}\n{\"n\":3}\n",
        r#"{"code":0,"data":[{"n":1},{"n":2},{"n":3}],"more":{"x":[1]}}"#,
        r#"{"type":"w","tables":["Comment"],"data":{"Comment":[{"n":1},{"n":2}],"Users":[{"n":9}]},"v":1}
           {"results":[{"n":3}]}"#,
        "#filetype:JSON-streaming {\"class\":\"Comment\"}\n{\"n\":1}\n{\"n\":2}\n{\"n\":3}",
    ] {
        assert_eq!(values(text), expected, "{text}");
    }
    assert!(values("[]").is_empty() && values("{\"data\":[]}").is_empty());
    let comment = r#"{"text":"x","data":[{"n":1}]}"#;
    assert_eq!(
        values(comment).len(),
        1,
        "a comment with a list is no envelope"
    );
}

#[test]
fn a_bad_one_alone_is_bad() {
    let read = values(r#"{"v": "[1]", "data": [{"a": "],{\"["}, {"b": [1, 2]}, nope, 3]}"#);
    assert_eq!(read.len(), 4, "{read:?}");
    assert_eq!(read[0], Ok(json!({ "a": "],{\"[" })));
    assert!(
        read[2]
            .as_ref()
            .is_err_and(|error| error.starts_with("comment 3"))
    );
    assert_eq!(read[3], Ok(json!(3)));
    for cut in [
        "{\"n\":1}\n{\"n\":2,\"t\":\"Tw\n{\"n\":3}",
        "{\"n\":1}\n{\"n\":2,\n{\"n\":3}",
        "{\"n\":1}\n{\"n\":[2,[\n{\"n\":3}",
        "{\"n\":1}\nnonsense\n{\"n\":3}",
    ] {
        let read = values(cut);
        assert_eq!(read.len(), 3, "{cut}: {read:?}");
        assert!(
            read[1]
                .as_ref()
                .is_err_and(|error| error.starts_with("line 2")),
            "{read:?}"
        );
        assert_eq!(read[2], Ok(json!({ "n": 3 })));
    }
    for early in ["[1, 2", "{\"data\":[1,2]", "[{\"a\":\"x"] {
        assert!(
            values(early).pop().is_some_and(|last| last.is_err()),
            "{early}"
        );
    }
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!("[{}{}, 1]", "[".repeat(10_000), "]".repeat(10_000));
    let read = values(&deep);
    assert!(read[0].is_err() && read[1].is_ok(), "{read:?}");
    for filling in ["x", "\\\""] {
        let large = format!("[\"{}\", 1]", filling.repeat(LARGEST + 1));
        let read = values(&large);
        assert!(read[0].is_err() && read[1].is_ok());
        let line = format!("{{\"t\":\"{}\"}}\n{{\"n\":1}}", filling.repeat(LARGEST + 1));
        let read = values(&line);
        assert!(read[0].is_err() && read[1].is_ok());
    }
    // The end of an element that was too large is no element, and nothing is its own.
    let last = format!("[[{}{{\"a\":1}}", " ".repeat(LARGEST - 1)) + "]]";
    assert!(values(&last)[0].is_err());
}
