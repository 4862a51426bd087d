//! Names of lists, and of what stands beside them.

/// Names under which systems keep their list of comments.
pub const LISTS: [&str; 21] = [
    "Comment",
    "Comments",
    "comments",
    "data",
    "Items",
    "documents",
    "hits",
    "results",
    "items",
    "list",
    "records",
    "rows",
    "response",
    "docs",
    "nodes",
    "edges",
    "entries",
    "objects",
    "pages",
    "threads",
    "topics",
];

/// Those that may hold whole threads.
pub const THREADS: [&str; 3] = ["pages", "threads", "topics"];

/// Names under which answers stand beside the list of what they answer: a list, or a map of lists by what is answered.
pub const ANSWERS: [&str; 5] = ["replies", "answers", "responses", "children", "subcomments"];

/// Names of what comments refer to: who wrote them, and what they are under.
pub const TABLES: [&str; 22] = [
    "users",
    "authors",
    "commenters",
    "members",
    "accounts",
    "people",
    "profiles",
    "owners",
    "persons",
    "pages",
    "posts",
    "threads",
    "articles",
    "topics",
    "discussions",
    "stories",
    "urls",
    "included",
    "contents",
    "conversations",
    "assets",
    "blogs",
];
