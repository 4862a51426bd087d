#![no_main]
//! `cargo fuzz run token`: see `targets/token.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| hamlet_fuzz::token::check(data));
