#!/bin/sh
# Rebuilds everything in this folder from the labelled data: models/rebuild.sh DATA
# First which pieces of words have places of their own, then, with a program that knows them, how common each feature is (both are
# compiled into the program), then, with a program that knows both, the shipped models. The same data give the same bytes: neither
# table is counted with its own help.
set -eu
data=$1
cd "$(dirname "$0")/.."
cargo run --release --example vocabulary -- "$data" models/vocabulary.bin
cargo run --release --example commonness -- "$data" models/commonness.bin
cargo run --release --example rebuild -- "$data" models/shipped.hamlet
cargo run --release --example rebuild_abuse -- "$data" models/abuse/shipped.hamlet
