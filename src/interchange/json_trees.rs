//! Texts that editors keep as trees of nodes: `ProseMirror`'s and Lexical's documents, Slate's and Portable Text's lists of blocks, Quill's
//! operations, Editor.js's and Draft's blocks. What is read is the words, a line for each block, the target of a link behind its words and
//! the address of a picture in its place.

use serde_json::Value;

use super::json_fields::{first, text};

/// Nodes within nodes that are followed.
const DEEPEST: usize = 60;

/// Names under which a node has others.
const BELOW: [&str; 8] = [
    "root", "children", "content", "nodes", "blocks", "ops", "document", "items",
];

/// Names under which a node has words.
const WORDS: [&str; 4] = ["text", "insert", "value", "data"];

/// Nodes that do not stand on a line of their own.
const INLINE: [&str; 16] = [
    "text",
    "span",
    "link",
    "autolink",
    "a",
    "mention",
    "hashtag",
    "emoji",
    "strong",
    "em",
    "bold",
    "italic",
    "code-text",
    "inlineCode",
    "mark",
    "tag",
];

/// The text of a tree, whether it stands as it is or in a string; `None` for anything else.
pub(super) fn text_of(value: &Value) -> Option<String> {
    if let Value::String(raw) = value {
        let may_be = raw.trim_start().starts_with(['{', '[']) && raw.len() < 1 << 20;
        let inner: Value = may_be.then(|| serde_json::from_str(raw).ok())??;
        return text_of(&inner).filter(|_| !inner.is_string());
    }
    if !is_tree(value) {
        return None;
    }
    let mut out = String::new();
    write(value, &mut out, 0);
    let lines = out.lines().map(str::trim_end);
    let said = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    (!said.is_empty()).then_some(said)
}

/// Whether a value is a tree of an editor's, and nothing of comments.
fn is_tree(value: &Value) -> bool {
    match value {
        Value::Array(list) => !list.is_empty() && list.iter().all(is_block),
        Value::Object(fields) => {
            let has_list = |name: &str| fields.get(name).is_some_and(Value::is_array);
            let is_doc = text(value, "type").is_some_and(|kind| kind == "doc" || kind == "root");
            fields
                .get("ops")
                .and_then(Value::as_array)
                .is_some_and(|ops| ops.iter().all(|op| op.get("insert").is_some()))
                || has_list("blocks") && (fields.len() <= 4)
                || is_doc && (has_list("content") || has_list("children"))
                || fields.get("root").is_some_and(is_tree)
                || fields.get("document").is_some_and(is_tree)
        }
        _ => false,
    }
}

/// Whether a value is a block of Slate's or of Portable Text's.
fn is_block(value: &Value) -> bool {
    let is_portable = || text(value, "_type").is_some() && text(value, "_id").is_none();
    let is_leaf = |leaf: &Value| leaf.get("text").is_some() || leaf.get("children").is_some();
    let children = value.get("children").and_then(Value::as_array);
    let is_slate = children.is_some_and(|list| !list.is_empty() && list.iter().all(is_leaf));
    let is_comment = first(
        value,
        &["id", "_id", "author", "name", "date", "created_at"],
    );
    is_portable() || is_slate && (is_comment.is_none() || value.get("type").is_some())
}

fn write(node: &Value, out: &mut String, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match node {
        Value::Array(list) => list.iter().for_each(|node| write(node, out, depth + 1)),
        Value::Object(_) => {
            let kind = first(node, &["type", "_type", "tag"]).unwrap_or_default();
            if ["hardBreak", "linebreak", "br", "break"].contains(&kind.as_str()) {
                out.push('\n');
                return;
            }
            for words in WORDS.iter().filter_map(|name| node.get(*name)) {
                match words {
                    Value::String(words) => out.push_str(words),
                    // Of an Editor's block, or of a picture among operations.
                    Value::Object(_) => write(words, out, depth + 1),
                    _ => {}
                }
            }
            for below in BELOW.iter().filter_map(|name| node.get(*name)) {
                match below {
                    Value::String(item) => out.extend([item.as_str(), "\n"]),
                    _ => write(below, out, depth + 1),
                }
            }
            addresses(node, out);
            let has_nodes = BELOW.iter().any(|name| node.get(*name).is_some());
            let is_block = !kind.is_empty() && !INLINE.contains(&kind.as_str())
                || kind.is_empty() && has_nodes && node.get("url").is_none();
            if is_block && !out.ends_with('\n') {
                out.push('\n');
            }
        }
        Value::String(item) => out.extend([item.as_str(), "\n"]),
        _ => {}
    }
}

/// Writes the target of a link and the address of a picture.
fn addresses(node: &Value, out: &mut String) {
    let marks = node.get("marks").and_then(Value::as_array);
    let marks = marks
        .into_iter()
        .flatten()
        .filter_map(|mark| mark.get("attrs"));
    let definitions = node.get("markDefs").and_then(Value::as_array);
    let of_node = ["attrs", "attributes", "fields", "file"];
    let inner = of_node.iter().filter_map(|name| node.get(*name));
    let said = marks.chain(definitions.into_iter().flatten()).chain(inner);
    for place in said.chain([node]) {
        let address = first(place, &["href", "url", "src", "link", "image", "video"]);
        let is_new = |address: &String| !out.ends_with(address.as_str());
        if let Some(address) = address.filter(|address| address.contains("//") && is_new(address)) {
            let blank = if out.is_empty() || out.ends_with(char::is_whitespace) {
                ""
            } else {
                " "
            };
            out.extend([blank, &address]);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_words_of_every_editors_tree_are_read_and_nothing_else_is_a_tree() {
        let list = json!([
            { "_type": "block", "children": [{ "_type": "span", "text": "one " }, { "_type": "span", "marks": ["strong"], "text": "two" }] },
            { "_type": "block", "children": [{ "_type": "span", "text": "three" }] }
        ]);
        let doc = json!({ "type": "doc", "content": [
            { "type": "paragraph", "content": [{ "type": "text", "text": "one " }, { "type": "text", "text": "two" }] },
            { "type": "paragraph", "content": [{ "type": "text", "text": "three" }] }
        ] });
        let slate = json!([
            { "type": "paragraph", "children": [{ "text": "one " }, { "text": "two", "bold": true }] },
            { "children": [{ "text": "three" }] }
        ]);
        let trees = [
            list,
            doc.clone(),
            slate.clone(),
            json!(slate.to_string()),
            json!({ "root": { "type": "root", "children": [
                { "type": "paragraph", "children": [{ "type": "text", "text": "one two" }] },
                { "type": "paragraph", "children": [{ "type": "text", "text": "three" }] }
            ] } }),
            json!({ "ops": [{ "insert": "one " }, { "insert": "two", "attributes": { "bold": true } }, { "insert": "\nthree\n" }] }),
            json!({ "time": 1, "version": "2.0", "blocks": [
                { "id": "x", "type": "paragraph", "data": { "text": "one two" } },
                { "id": "y", "type": "paragraph", "data": { "text": "three" } }
            ] }),
            json!({ "entityMap": {}, "blocks": [
                { "key": "a", "text": "one two", "type": "unstyled" }, { "key": "b", "text": "three", "type": "unstyled" }
            ] }),
        ];
        for tree in trees {
            assert_eq!(text_of(&tree).as_deref(), Some("one two\nthree"), "{tree}");
        }
        let link = json!({ "type": "doc", "content": [{ "type": "paragraph", "content": [
            { "type": "text", "text": "see", "marks": [{ "type": "link", "attrs": { "href": "https://x.example/" } }] }
        ] }] });
        assert_eq!(text_of(&link).as_deref(), Some("see https://x.example/"));
        for none in [
            json!("plain"),
            json!("{\"a\": 1}"),
            json!("[1, 2]"),
            json!([{ "id": 1, "text": "a comment", "children": [{ "text": "an answer" }] }]),
            json!({ "raw": "x", "rendered": "<p>x</p>" }),
            json!([]),
        ] {
            assert_eq!(text_of(&none), None, "{none}");
        }
    }
}
