#!/bin/sh
# Rebuilds everything in this folder from the labelled data: models/rebuild.sh DATA
# First the table of how common each feature is (compiled into the program), then, with a program that
# knows the new table, the shipped models. The same data gives the same files, byte for byte.
set -eu
data=$1
cd "$(dirname "$0")/.."
cargo run --release --example commonness -- "$data" models/commonness.bin
cargo run --release --example rebuild -- "$data" models/shipped.hamlet
cargo run --release --example rebuild_abuse -- "$data" models/abuse/shipped.hamlet
