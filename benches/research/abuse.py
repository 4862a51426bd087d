"""scikit-learn's logistic regression and PyPI's alt-profanity-check on the rows of abuse.rs (its option --dump).

    cargo run --release --example abuse -- --dump /tmp/rows.jsonl
    python benches/research/abuse.py /tmp/rows.jsonl

Needs scikit-learn and alt-profanity-check. One logistic regression for each language, on words and pairs and pieces of words as
TF-IDF, trained on the rows that are not kept out.
"""

import json
import sys
from collections import defaultdict

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_union


def found(truth, scores):
    clean = np.sort(scores[~truth])[::-1]
    threshold = clean[int(len(clean) * 0.01)] if len(clean) else -np.inf
    return (scores[truth] > threshold).mean()


def line(name, source, truth, scores):
    truth, scores = np.array(truth, dtype=bool), np.array(scores)
    if truth.all() or not truth.any():
        return
    print(f"{name:<22} {source:<20} AUC {roc_auc_score(truth, scores):.3f} found {found(truth, scores):.2f}", flush=True)


def linear(rows):
    languages = defaultdict(list)
    for row in rows:
        languages[row["language"]].append(row)
    for own in languages.values():
        train, test = [r for r in own if not r["kept"]], [r for r in own if r["kept"]]
        vectors = make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_features=200_000, token_pattern=r"\w+"),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=200_000),
        )
        model = LogisticRegression(C=4.0, max_iter=200, class_weight="balanced")
        model.fit(vectors.fit_transform([r["text"] for r in train]), [r["abuse"] for r in train])
        scores = model.decision_function(vectors.transform([r["text"] for r in test]))
        by_source("logistic regression", test, scores)


def profanity(rows):
    from profanity_check import predict_prob

    test = [r for r in rows if r["kept"] and r["language"] == "en"]
    by_source("alt-profanity-check", test, predict_prob([r["text"] for r in test]))


def by_source(name, rows, scores):
    sources = defaultdict(list)
    for row, score in zip(rows, scores):
        sources[row["source"]].append((row["abuse"], score))
    for source, scored in sources.items():
        line(name, source, *zip(*scored))


def main():
    rows = [json.loads(row) for row in open(sys.argv[1], encoding="utf-8")]
    if "profanity" in sys.argv[2:] or len(sys.argv) == 2:
        profanity(rows)
    if "linear" in sys.argv[2:] or len(sys.argv) == 2:
        linear(rows)


main()
