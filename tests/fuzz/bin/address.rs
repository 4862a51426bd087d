#![no_main]
//! `cargo fuzz run address`: see `targets/address.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| hamlet_fuzz::address::check(data));
