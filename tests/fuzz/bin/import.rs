#![no_main]
//! `cargo fuzz run import`: see `targets/import.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| hamlet_fuzz::import::check(data));
