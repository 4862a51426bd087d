#![no_main]
//! `cargo fuzz run letter`: see `targets/letter.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| hamlet_fuzz::letter::check(data));
