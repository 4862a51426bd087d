"""LinearSVC and fastText on the rows and parts of cross_validation.rs (its option --dump): the peers beside the shipped model.

    cargo run --release --example cross_validation -- --dump /tmp/rows.jsonl
    python benches/research/cross_validation.py /tmp/rows.jsonl written | languages | sources | kept

Needs scikit-learn and fasttext. Text, name and website are joined; words and pairs, and pieces of words, as TF-IDF.
"""

import json
import random
import sys
import tempfile
from collections import defaultdict

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_union
from sklearn.svm import LinearSVC

# fastText's outcome depends on its seed; each is a run of its own.
SEEDS = {"LinearSVC": [1], "fastText": [1, 2, 3]}
LANGUAGES = ["ru tr fi ko he", "zh de pt el bg", "ar fr ja sv hu", "id es uk th nl", "it pl fa bn da", "vi hi ro cs en"]


def joined(row):
    return " ".join(part for part in (row["name"], row["website"], row["text"]) if part)


def linear(train, test, seed):
    vectors = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_features=400_000),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=400_000),
    )
    model = LinearSVC(C=1.0, random_state=seed)
    model.fit(vectors.fit_transform([joined(row) for row in train]), [row["spam"] for row in train])
    return model.decision_function(vectors.transform([joined(row) for row in test]))


def fast(train, test, seed):
    import fasttext

    clean = lambda row: " ".join(joined(row).split()).lower()
    rows = list(train)
    random.Random(seed).shuffle(rows)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"__label__{int(row['spam'])} {clean(row)}\n" for row in rows)
        file.flush()
        model = fasttext.train_supervised(file.name, dim=32, epoch=15, lr=0.5, wordNgrams=2, minn=2, maxn=5, thread=1, seed=seed, verbose=0)
    scores = []
    for row in test:
        pair = {label: chance for chance, label in model.f.predict(clean(row) + "\n", 2, 0.0, "strict")}
        scores.append(pair.get("__label__1", 0.0))
    return np.array(scores)


def folds(rows, mode):
    if mode == "kept":
        return [([r for r in rows if not r["kept"]], [r for r in rows if r["kept"]])]
    rows = [r for r in rows if not r["kept"]]
    if mode == "written":
        return [([r for r in rows if r["part"] != part], [r for r in rows if r["part"] == part]) for part in range(5)]
    field, groups = ("language", [g.split() for g in LANGUAGES]) if mode == "languages" else ("source", [[s] for s in sorted({r["source"] for r in rows} - {"written"})])
    return [([r for r in rows if r[field] not in group], [r for r in rows if r[field] in group]) for group in groups]


def half(area, spam, ham):
    """Half the width of the area's interval of 95 % (Hanley and McNeil 1982)."""
    above, below = area / (2 - area), 2 * area * area / (1 + area)
    variance = area * (1 - area) + (spam - 1) * (above - area**2) + (ham - 1) * (below - area**2)
    return 1.96 * (variance / (spam * ham)) ** 0.5


def main():
    rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    for name, peer in (("LinearSVC", linear), ("fastText", fast)):
        for seed in SEEDS[name]:
            sets = defaultdict(list)
            for train, test in folds(rows, sys.argv[2]):
                for row, score in zip(test, peer(train, test, seed)):
                    sets[row["source"]].append((row["spam"], score))
                    if row["source"] == "written":
                        sets["written, " + row["language"]].append((row["spam"], score))
            for group, scored in sorted(sets.items()):
                truth, scores = zip(*scored)
                if len(set(truth)) == 2:
                    area, spam = roc_auc_score(truth, scores), sum(truth)
                    interval = half(area, spam, len(truth) - spam)
                    print(f"{name} seed {seed}  {group:<24} {len(truth):>6} AUC {area:.3f} ± {interval:.3f}", flush=True)


main()
