#!/bin/sh
# Rebuilds everything in this folder from the labelled data: models/rebuild.sh DATA
# First the table of how common each feature is (compiled into the program), then, with a program that
# knows the new table, the shipped model. The same data gives the same files, byte for byte.
set -eu
data=$1
cd "$(dirname "$0")/.."
cargo run --release --example commonness -- \
    "$data"/labelled/stackexchange_ham.jsonl "$data"/labelled/wikipedia_talk_ham.jsonl \
    "$data"/labelled/indonesian_gambling.jsonl models/commonness.bin
cargo run --release -- train --name shipped --balance --thorough --out models/shipped.hamlet --data \
    "$data"/youtube/Youtube0*.csv "$data"/sms/SMSSpamCollection.tsv "$data"/labelled/*.jsonl
