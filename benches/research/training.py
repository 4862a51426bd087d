#!/usr/bin/env python3
"""Times `hamlet train` beside fastText on the same rows.

    benches/research/training.py [--data ../shared/data/labelled] [--rows 1000000] [--rounds 3] [--threads 2] [--pieces]

Makes so many labelled texts out of the sentences of the labelled files: one to three of the same label each, drawn by a seed. Then, in rounds that
take turns, the release build trains on them, and fastText with its defaults (words alone, no evaluation); `--pieces`: and with pairs and pieces of words, as
`cross_validation.py` has it. With as many threads, each in a process of its own. Prints the time, the processor's and the memory of each, and the ratios of their medians.

Needs fasttext (PyPI: fasttext-wheel, with numpy before 2) and a release build; `HAMLET_TEST_PROGRAM` names another. Exits 1 where Hamlet takes longer than
fastText with its defaults.
"""

import argparse
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
HAMLET = os.environ.get("HAMLET_TEST_PROGRAM", TARGET / "release" / "hamlet")
FASTTEXT = """
import json, sys, fasttext
rows, model, options = sys.argv[1:]
fasttext.train_supervised(rows, seed=1, verbose=0, **json.loads(options)).save_model(model)
"""
PIECES = {"dim": 32, "epoch": 15, "lr": 0.5, "wordNgrams": 2, "minn": 2, "maxn": 5}
SENTENCE = re.compile(r"(?<=[.!?。])\s+|\n")


def sentences(data):
    """The sentences of 20 to 400 letters of all files, by label."""
    found = {"spam": [], "ham": []}
    for file in sorted(data.glob("*.jsonl")):
        with open(file, encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                found[row["label"]] += [one for one in SENTENCE.split(row["text"]) if 20 < len(one) < 400]
    return found


def write(rows, data, folder):
    """The same rows for both; the size of one, in bytes."""
    chance, found = random.Random(1), sentences(data)
    with open(folder / "rows.jsonl", "w") as ours, open(folder / "rows.txt", "w") as theirs:
        for n in range(rows):
            label = "spam" if n % 2 else "ham"
            text = " ".join(chance.choices(found[label], k=chance.randint(1, 3)))
            ours.write(json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n")
            theirs.write(f"__label__{label} {' '.join(text.split())}\n")
    return (folder / "rows.txt").stat().st_size / rows


def commands(folder, threads, pieces):
    def fasttext(**options):
        said = json.dumps({"thread": threads, **options})
        return [sys.executable, "-c", FASTTEXT, folder / "rows.txt", folder / "fasttext.bin", said]

    ours = [HAMLET, "train", "--data", folder / "rows.jsonl", "--out", folder / "model.hamlet"]
    found = {"hamlet": ours, "fastText": fasttext()}
    return found | {"fastText, pairs and pieces": fasttext(**PIECES)} if pieces else found


def run(command, folder, threads):
    """Seconds, seconds of processor, MiB at most."""
    settings = {"RAYON_NUM_THREADS": str(threads), "HAMLET_DATA_DIR": str(folder / "data")}
    begun = time.monotonic()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([str(word) for word in command], env={**os.environ, **settings}, **quiet)
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command[0]} ended with {status}")
    return time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data" / "labelled")
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--pieces", action="store_true")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        folder = pathlib.Path(folder)
        size = write(options.rows, options.data, folder)
        print(f"{options.rows:,} rows of {size:.0f} bytes, {options.threads} threads")
        took = {}
        for _ in range(options.rounds):
            for name, command in commands(folder, options.threads, options.pieces).items():
                seconds, processor, memory = run(command, folder, options.threads)
                print(f"  {name}: {seconds:.1f} s, {processor:.1f} s of processor, {memory:.0f} MiB", flush=True)
                took.setdefault(name, []).append(seconds)
    medians = {name: statistics.median(seconds) for name, seconds in took.items()}
    for name in list(medians)[1:]:
        print(f"hamlet to {name}: {medians['hamlet'] / medians[name]:.2f}")
    if medians["hamlet"] > medians["fastText"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
