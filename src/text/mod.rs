//! What a text is made of. Pure: no I/O, no clock, no framework.
//!
//! A text becomes glyphs ([`normalize`], with [`html`], `letters`, `order` and [`lookalikes`]), glyphs become typed tokens
//! ([`tokens`], with [`hosts`] for addresses), tokens become hashed features in a few views ([`views`]), each as
//! rare as [`commonness`] says.
//!
//! [`language`] says which language a text is in, and whether the shipped model knows it.
//!
//! A [`sketch`] is a text as few numbers, by which near copies are found.
//!
//! [`links`] finds the addresses that people are shown and that are counted.
//!
//! [`units`], folded by [`folding`], are what people search by.
//!
//! What is not here: what a feature means. That is learnt in the room `bayes`.

mod classes;
pub mod commonness;
pub mod concepts;
mod document;
pub mod folding;
pub mod function_words;
pub mod glyphs;
pub mod hosts;
pub mod html;
mod keys;
pub mod kind;
pub mod language;
mod letters;
pub mod link_kinds;
pub mod links;
pub mod lookalikes;
pub mod normalize;
mod order;
pub mod sketch;
pub mod tokens;
pub mod units;
pub mod views;
pub mod vocabulary;

pub use document::Document;
