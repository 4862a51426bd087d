#![no_main]
//! `cargo fuzz run model`: see `targets/model.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| hamlet_fuzz::model::check(data));
