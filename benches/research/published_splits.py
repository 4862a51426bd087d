#!/usr/bin/env python3
"""What scikit-learn's usual models reach on the rows of published_splits.rs.

    pip install scikit-learn && python benches/peers/published_splits.py ../shared/data

Not part of the test suite. The models are pipelines a practitioner would write first, with their
usual settings, on the raw text.
"""
import csv
import sys
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics import accuracy_score, matthews_corrcoef, roc_auc_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")

MODELS = {
    "MultinomialNB, words": lambda: make_pipeline(CountVectorizer(), MultinomialNB(alpha=0.1)),
    "LogisticRegression, words + pairs": lambda: make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=1000)),
    "LinearSVC, words + pairs + characters": lambda: make_pipeline(
        make_union(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
                   TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)), LinearSVC()),
}


def videos():
    for path in sorted((data / "youtube").glob("Youtube0*.csv")):
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        yield [row["CONTENT"] for row in rows], np.array([int(row["CLASS"]) for row in rows])


def fit(make, texts, labels, tests):
    model = make().fit(texts, labels)
    if hasattr(model, "decision_function"):
        return model.decision_function(tests)
    odds = model.predict_log_proba(tests)
    return odds[:, 1] - odds[:, 0]


def tell(what, truth, scores):
    order = np.argsort(-scores, kind="stable")
    blocked = np.cumsum(1 - truth[order])
    caught = np.cumsum(truth[order])[blocked <= 0.01 * (1 - truth).sum()]
    print(f"{what:<44} {len(truth):>5} {accuracy_score(truth, scores > 0):.4f} "
          f"{matthews_corrcoef(truth, scores > 0):.3f} {roc_auc_score(truth, scores):.4f} "
          f"{100 * caught.max() / truth.sum():.1f}%")


def main():
    collection = list(videos())
    sms = [line.rstrip("\n").split("\t", 1) for line in open(data / "sms/SMSSpamCollection.tsv", encoding="utf-8")]
    sms_labels = np.array([int(label == "spam") for label, _ in sms])
    sms_texts = [text for _, text in sms]
    for name, make in MODELS.items():
        print(name)
        truth, scores = [], []
        for texts, labels in collection:
            classes = [np.flatnonzero(labels == c) for c in (0, 1)]
            train = np.concatenate([c[:len(c) * 7 // 10] for c in classes])
            test = np.concatenate([c[len(c) * 7 // 10:] for c in classes])
            truth.append(labels[test])
            scores.append(fit(make, [texts[i] for i in train], labels[train], [texts[i] for i in test]))
        tell("  YouTube, published split, five models", np.concatenate(truth), np.concatenate(scores))
        tell("  SMS, published split", sms_labels[1674:], fit(make, sms_texts[:1674], sms_labels[:1674], sms_texts[1674:]))
        cuts = [len(labels) * 7 // 10 for _, labels in collection]
        texts = [t for (ts, _), cut in zip(collection, cuts) for t in ts[:cut]]
        tests = [t for (ts, _), cut in zip(collection, cuts) for t in ts[cut:]]
        labels = np.concatenate([ls[:cut] for (_, ls), cut in zip(collection, cuts)])
        truth = np.concatenate([ls[cut:] for (_, ls), cut in zip(collection, cuts)])
        tell("  YouTube, first 70 % of each file, one model", truth, fit(make, texts, labels, tests))
        truth, scores = [], []
        for left_out, (texts, labels) in enumerate(collection):
            others = [c for at, c in enumerate(collection) if at != left_out]
            truth.append(labels)
            scores.append(fit(make, sum((t for t, _ in others), []), np.concatenate([l for _, l in others]), texts))
        tell("  YouTube, a video left out, pooled", np.concatenate(truth), np.concatenate(scores))


main()
