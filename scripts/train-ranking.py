"""Fits the weights of the ranking to queries with known answers, and says how well they do.

One linear model ranks the candidates of a query: the likelihood of a candidate to be the answer is the softmax of its
weighted sum of features, and the weights make the known answers likeliest, with a penalty on their squares. A second
model does the same without the features of vectors, for when there are none. Then a logistic curve turns sums into the
likelihood of being right, and another over the best that any candidate has tells nonsense from what something fits.

Regression trees (LambdaMART) are better under cross-validation and worse on the held-out set: they learn how many stars
the answers of the training's queries have.
"""

import argparse
import gzip
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

TOP = pathlib.Path(__file__).parent.parent
FIXTURES = TOP / "Tests/Fixtures"
WEIGHTS = TOP / "Sources/Search/Ranking/RankingWeights.swift"
REPORT = TOP / "docs/ranking.md"
FOLDS = 5
PENALTY = 4.0
# What tells nonsense from queries that something fits: the greatest that any candidate has.
FIT = ["known", "wholeName", "slippedName", "partOfName", "textCovered"]
# Share of nonsense that is told as such, under cross-validation.
TOLD = 0.98


class Query:
    def __init__(self, query, candidates):
        right = {name.lower() for name in query["answers"]}
        self.kind, self.text = query["kind"], query["query"]
        self.names = [candidate["name"] for candidate in candidates]
        self.rows = np.array([candidate["features"] for candidate in candidates], dtype=np.float64)
        self.right = np.array([name.lower() in right for name in self.names], dtype=bool)
        # Queries with the same answers are on the same side, and the order of the file says nothing.
        self.fold = hashlib.sha256(min(right, default=self.text).encode()).digest()[1] % FOLDS

    def sums(self, weights):
        return self.rows @ weights if self.names else np.zeros(0)

    def rank(self, weights):
        """Place of the first right answer, from 1; None when it is not among the candidates."""
        if not self.right.any():
            return None
        sums = self.sums(weights)
        order = sorted(range(len(sums)), key=lambda place: (-sums[place], self.names[place]))
        return next(place for place, index in enumerate(order, 1) if self.right[index])


class Batch:
    """Queries whose answer is among their candidates, padded to one length."""

    def __init__(self, queries):
        queries = [query for query in queries if query.right.any()]
        width = max(len(query.names) for query in queries)
        self.rows = np.zeros((len(queries), width, queries[0].rows.shape[1]))
        self.present = np.full((len(queries), width), -np.inf)
        self.right = np.full((len(queries), width), -np.inf)
        for index, query in enumerate(queries):
            count = len(query.names)
            self.rows[index, :count] = query.rows
            self.present[index, :count] = 0
            self.right[index, :count] = np.where(query.right, 0, -np.inf)
        # Every feature is penalised as if it varied alike.
        self.scale = np.concatenate([query.rows for query in queries]).std(axis=0)
        self.scale[self.scale == 0] = 1


def softmax(sums):
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def logarithm_of_sum(sums):
    most = sums.max(axis=1)
    return most + np.log(np.exp(sums - most[:, None]).sum(axis=1))


def fit(batch, columns, start):
    """Weights of the features of `columns`, 0 for all others: Newton's method on the penalised likelihood."""
    rows = batch.rows[:, :, columns] / batch.scale[columns]
    weights = start[columns] * batch.scale[columns]

    def loss(weights):
        sums = rows @ weights
        unlikely = logarithm_of_sum(sums + batch.present) - logarithm_of_sum(sums + batch.right)
        return unlikely.sum() + PENALTY / 2 * weights @ weights

    for _ in range(100):
        sums = rows @ weights
        likely = softmax(sums + batch.present)
        gradient = np.einsum("qc,qcf->f", likely - softmax(sums + batch.right), rows) + PENALTY * weights
        means = np.einsum("qc,qcf->qf", likely, rows)
        curvature = np.tensordot(likely[:, :, None] * rows, rows, axes=([0, 1], [0, 1])) - means.T @ means
        step = np.linalg.solve(curvature + PENALTY * np.eye(len(columns)), gradient)
        while np.abs(step).max() > 1e-10 and loss(weights - step) > loss(weights):
            step /= 2
        weights = weights - step
        if np.abs(step).max() < 1e-7:
            break
    everything = np.zeros(batch.rows.shape[2])
    everything[columns] = weights / batch.scale[columns]
    # Whatever the order of additions on another processor: the last digits are not the data's.
    return np.round(everything, 3)


def fold_batches(queries):
    """What the weights for each fold are fitted to: the others."""
    return [Batch([query for query in queries if query.fold != fold]) for fold in range(FOLDS)]


def logistic(data, labels, importance):
    """Coefficients of the likelihood of a label."""
    curve = np.zeros(data.shape[1])
    for _ in range(100):
        likely = 1 / (1 + np.exp(-(data @ curve)))
        gradient = data.T @ (importance * (likely - labels)) + 1e-1 * curve
        curvature = (data * (importance * likely * (1 - likely))[:, None]).T @ data + 1e-1 * np.eye(len(curve))
        step = np.linalg.solve(curvature, gradient)
        curve -= step
        if np.abs(step).max() < 1e-10:
            break
    return np.round(curve, 3)


def figures(ranks):
    found = [rank if rank and rank <= 10 else None for rank in ranks]
    first = sum(rank == 1 for rank in found) / len(found)
    ten = sum(rank is not None for rank in found) / len(found)
    return first, ten, sum(1 / rank for rank in found if rank) / len(found)


def read(path):
    text = path.read_bytes()
    return gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text


def features(options, queries):
    """The names of the features, which of them are of text and which of the query, and the candidates of each query."""
    with tempfile.TemporaryDirectory() as folder:
        repos, texts = pathlib.Path(folder, "repos.ndjson"), pathlib.Path(folder, "queries.json")
        repos.write_bytes(read(pathlib.Path(options.repos)))
        texts.write_text(json.dumps([query["query"] for query in queries], ensure_ascii=False))
        command = [options.features, options.model, repos, texts]
        if options.vectors:
            command += ["--vectors", options.vectors]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode()
    head, *lines = map(json.loads, output.splitlines())
    return head, {line["query"]: line["candidates"] for line in lines}


def swift(names, model):
    members = [f".{names[column]}: {model.weights[column]:.3f}" for column in model.columns if model.weights[column] != 0]
    lines, line = [], "           "
    for member in members:
        if len(line) + len(member) > 116:
            lines.append(line)
            line = "           "
        line += f" {member},"
    body = "\n".join([*lines, line])
    fit = [f".{name}: {weight:.3f}" for name, weight in zip(model.fit_names, model.fit)]
    fit = ",\n".join(f"                {', '.join(fit[start : start + 4])}" for start in range(0, len(fit), 4))
    return (
        f"RankingModel(\n        [\n{body}\n        ],\n        slope: {model.curve[0]:.3f},\n"
        f"        offset: {model.curve[1]:.3f},\n        fit: .init(\n            weights: [\n{fit},\n            ],\n"
        f"            least: {model.least:.4f}\n        )\n    )"
    )


SOURCE = '''\
/// Made by scripts/train-ranking from queries with known answers; docs/ranking.md says how well they do.
enum RankingWeights {{
    static let hybrid = {hybrid}

    /// Where there are no vectors.
    static let text = {text}
}}
'''


class Model:
    def __init__(self, names, columns, queries, nonsense, fit_names):
        self.columns = columns
        batch = Batch(queries)
        self.weights = fit(batch, columns, np.zeros(len(names)))
        self.folds = [fit(batch, columns, self.weights) for batch in fold_batches(queries)]
        # Of queries that the weights were made without.
        sums = np.concatenate([query.sums(self.folds[query.fold]) for query in queries + nonsense])
        right = np.concatenate([query.right for query in queries + nonsense])
        self.curve = logistic(np.stack([sums, np.ones(len(sums))], axis=1), right, np.ones(len(sums)))
        self.fit_names, self.fit_columns = fit_names, [names.index(name) for name in fit_names]
        everything = queries + nonsense
        data = np.array([[*self.greatest(query), 1] for query in everything])
        isreal = np.arange(len(data)) < len(queries)
        # As much nonsense as there are real queries.
        importance = np.where(isreal, 1, len(queries) / len(nonsense))
        self.fit = logistic(data, isreal, importance)[:-1]
        fold = np.array([query.fold for query in everything])
        self.unseen = np.zeros(len(data))
        for number in range(FOLDS):
            others = fold != number
            curve = logistic(data[others], isreal[others], importance[others])
            self.unseen[~others] = data[~others] @ np.append(curve[:-1], 0)
        # The least threshold that tells as much nonsense as it should.
        self.least = np.ceil(np.sort(self.unseen[~isreal])[int(np.ceil(TOLD * len(nonsense))) - 1] * 1e4 + 1) / 1e4
        self.told = np.mean(self.unseen[~isreal] < self.least), np.mean(self.unseen[isreal] < self.least)

    def greatest(self, query):
        return query.rows[:, self.fit_columns].max(axis=0) if query.names else np.zeros(len(self.fit_columns))

    def ranks(self, queries, is_held_out):
        return [query.rank(self.weights if is_held_out else self.folds[query.fold]) for query in queries]

    def flagged(self, queries):
        return sum(self.greatest(query) @ self.fit < self.least for query in queries) / len(queries)


def quality(models, queries, is_held_out):
    lines = ["| kind | queries | hybrid hit@1 | hit@10 | MRR | text hit@1 | hit@10 | MRR |", "|---|---|---|---|---|---|---|---|"]
    kinds = ["all", *sorted({query.kind for query in queries})]
    for kind in kinds:
        chosen = [query for query in queries if kind in ("all", query.kind)]
        cells = [figure for model in models for figure in figures(model.ranks(chosen, is_held_out))]
        lines.append(f"| {kind} | {len(chosen)} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |")
    return "\n".join(lines)


def without(names, model, queries, whole):
    """What is lost when a feature is left out, under cross-validation."""
    lines = ["| without | hit@1 | hit@10 | MRR |", "|---|---|---|---|"]
    batches = fold_batches(queries)
    for left_out in model.columns:
        rest = [column for column in model.columns if column != left_out]
        folds = [fit(batch, rest, weights) for batch, weights in zip(batches, model.folds)]
        changed = figures([query.rank(folds[query.fold]) for query in queries])
        lines.append(f"| {names[left_out]} | " + " | ".join(f"{new - old:+.3f}" for new, old in zip(changed, whole)) + " |")
    return "\n".join(lines)


def report(models, names, sets):
    (training, nonsense), (held_out, held_nonsense) = sets
    hybrid, text = models
    whole = figures(hybrid.ranks(training, False))
    found = sum(query.right.any() for query in training) / len(training)
    return f"""\
# The ranking of search

Made by `scripts/train-ranking`. The candidates of a query come from three lists (vectors, words, names, 40 of each); one
linear model ranks them by the features that `RankingFeature` describes. It was fitted to {len(training)} queries with known
answers (`Tests/Fixtures/search-queries.json`) over 13,080 repos. The answer is among the candidates of {found:.1%} of the
queries.

No weight is fitted to the {len(held_out)} queries of `search-queries-held-out.json`, and what to keep of features, penalty and
threshold was decided by cross-validation over the others. But the set was partly looked at while the first features were
made, and the queries in other languages are by the author of the glossary: queries that nobody has seen do worse. All
vectors are of the built-in model: with another, cosines lie elsewhere, and both the order and the threshold are worth
less than these tables say.

## Queries that it was not fitted to: the held-out set

{quality(models, held_out, True)}

## Cross-validation, {FOLDS} folds

{quality(models, training, False)}

## Nonsense

An answer is weak when nothing fits: by a logistic curve over the greatest {", ".join(hybrid.fit_names)}
that any candidate has, with a threshold that {TOLD:.0%} of the training's nonsense falls below under cross-validation. So do:

| | queries | hybrid | text |
|---|---|---|---|
| nonsense, fitted to | {len(nonsense)} | {hybrid.flagged(nonsense):.3f} | {text.flagged(nonsense):.3f} |
| nonsense, cross-validated | {len(nonsense)} | {hybrid.told[0]:.3f} | {text.told[0]:.3f} |
| nonsense, held out | {len(held_nonsense)} | {hybrid.flagged(held_nonsense):.3f} | {text.flagged(held_nonsense):.3f} |
| real, fitted to | {len(training)} | {hybrid.flagged(training):.3f} | {text.flagged(training):.3f} |
| real, cross-validated | {len(training)} | {hybrid.told[1]:.3f} | {text.told[1]:.3f} |
| real, held out | {len(held_out)} | {hybrid.flagged(held_out):.3f} | {text.flagged(held_out):.3f} |

## What each feature is worth

The change of the figures of cross-validation (hit@1 {whole[0]:.3f}, hit@10 {whole[1]:.3f}, MRR {whole[2]:.3f}) when it is left
out and the others are fitted anew:

{without(names, hybrid, training, whole)}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", required=True, help="the program that computes the features")
    parser.add_argument("--repos", required=True, help="the repos, a line of JSON each, plain or gzipped")
    parser.add_argument("--model", default="models/all-MiniLM-L6-v2", help="folder of the built-in model")
    parser.add_argument("--vectors", help="keep the vectors of the repos in this file")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the files are not what they would be")
    options = parser.parse_args()
    fixtures = [json.loads((FIXTURES / name).read_text()) for name in ("search-queries.json", "search-queries-held-out.json")]
    head, candidates = features(options, [query for fixture in fixtures for query in fixture])
    sets = []
    for fixture in fixtures:
        queries = [Query(query, candidates[query["query"]]) for query in fixture]
        sets.append(([query for query in queries if query.kind != "nonsense"], [query for query in queries if query.kind == "nonsense"]))
    training, nonsense = sets[0]
    names = head["features"]
    ranking = [name for name in names if name not in head["query"]]
    models = [
        Model(names, [names.index(name) for name in ranking if name in known], training, nonsense, [name for name in FIT if name in known])
        for known in (names, head["text"])
    ]
    hybrid, text = (swift(names, model) for model in models)
    files = {
        WEIGHTS: SOURCE.format(hybrid=hybrid, text=text),
        REPORT: report(models, names, sets),
    }
    for path, content in files.items():
        if not options.check:
            path.write_text(content)
        elif path.read_text() != content:
            sys.exit(f"{path.relative_to(TOP)} is not what scripts/train-ranking makes")


main()
