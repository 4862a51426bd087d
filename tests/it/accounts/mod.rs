//! Who may come in: the first start, passwords, sessions, tokens, links, and those who manage them.

mod links;
mod operators;
mod own;
mod sessions;

const EMAIL: &str = "horatio@elsinore.example";
