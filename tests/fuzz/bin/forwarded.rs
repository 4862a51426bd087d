#![no_main]
//! `cargo fuzz run forwarded`: see `targets/forwarded.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| hamlet_fuzz::forwarded::check(data));
