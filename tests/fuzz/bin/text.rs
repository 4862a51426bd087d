#![no_main]
//! `cargo fuzz run text`: see `targets/text.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| hamlet_fuzz::text::check(data));
