#![no_main]
//! `cargo fuzz run submission`: see `targets/submission.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| hamlet_fuzz::submission::check(data));
