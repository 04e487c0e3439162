"""Text model against complement naive Bayes: stratified five-fold, ten seeds, the same folds for both.

Run: python -m tests.bench.bench_text_model [seeds]. Real residents' messages are read in place and never printed.
"""

from __future__ import annotations

import csv
import json
import math
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.knowledge import text_model
from app.knowledge.text_features import counted
from tests.bench.naive_bayes import ComplementNaiveBayes, counts

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "cn" / "labelled_dev.csv"
FOLDS, ACCURACY, FIXED = 5, 0.92, 0.85
T_QUANTILE = {3: 4.303, 5: 2.776, 10: 2.262}
"""97.5 % quantile of Student's t with n - 1 degrees of freedom."""


def read(path: Path = DATA) -> tuple[list[str], list[str]]:
    """Texts (heading, line break, body) and their classes."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["留言主题"].strip() + "\n" + row["留言详情"].strip() for row in rows], [row["一级分类"] for row in rows]


def folds(codes: Sequence[str], seed: int) -> list[list[int]]:
    """Each class shuffled and dealt out in turn, so that every fold has its share of it."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, code in enumerate(codes):
        places[code].append(i)
    shuffle, dealt = random.Random(seed).shuffle, []
    for code in sorted(places):
        shuffle(places[code])
        dealt += places[code]
    return [dealt[k::FOLDS] for k in range(FOLDS)]


def macro_f1(right: Sequence[str], said: Sequence[str]) -> float:
    """Mean over the classes of 2 hits / (really + said)."""
    values = []
    for code in sorted(set(right)):
        hits = sum(r == s == code for r, s in zip(right, said, strict=True))
        values.append(2 * hits / (list(right).count(code) + list(said).count(code)))
    return statistics.fmean(values)


def one_seed(texts: list[str], codes: list[str], seed: int) -> dict[str, float]:
    """Both models over the folds of one seed. Thresholds come from the training folds alone."""
    model_input, baseline_input = [counted(t) for t in texts], [counts(t) for t in texts]
    said, baseline = [""] * len(codes), [""] * len(codes)
    chosen, fixed, seconds = [], [], 0.0
    for fold in folds(codes, seed):
        inside = sorted(set(range(len(codes))) - set(fold))
        own = [codes[i] for i in inside]
        start = time.perf_counter()
        model = text_model.train_counts([model_input[i] for i in inside], own)
        seconds += time.perf_counter() - start
        threshold = model.curve.threshold(ACCURACY)
        naive = ComplementNaiveBayes([baseline_input[i] for i in inside], own)
        for i in fold:
            said[i], confidence = model.rank_counts(model_input[i])[0]
            baseline[i] = naive.best(baseline_input[i])
            if confidence >= threshold:
                chosen.append(said[i] == codes[i])
            if confidence >= FIXED:
                fixed.append(said[i] == codes[i])
    return {"f1": macro_f1(codes, said), "baseline_f1": macro_f1(codes, baseline), "chosen": len(chosen),
            "chosen_right": sum(chosen), "fixed": len(fixed), "fixed_right": sum(fixed),
            "seconds": seconds / FOLDS, "texts": len(codes)}


def summary(runs: list[dict[str, float]]) -> dict[str, float]:
    """All figures over the seeds; the interval is Student's over the paired gains."""
    gains = [run["f1"] - run["baseline_f1"] for run in runs]
    half = T_QUANTILE.get(len(gains), 2.0) * statistics.stdev(gains) / math.sqrt(len(gains))
    total = {name: sum(run[name] for run in runs) for name in runs[0]}
    return {
        "macro_f1": total["f1"] / len(runs), "baseline_macro_f1": total["baseline_f1"] / len(runs),
        "paired_gain": statistics.fmean(gains), "paired_gain_low": statistics.fmean(gains) - half,
        "paired_gain_high": statistics.fmean(gains) + half, "seeds_won": sum(g > 0 for g in gains),
        "accuracy_at_chosen_threshold": total["chosen_right"] / max(total["chosen"], 1),
        "coverage_at_chosen_threshold": total["chosen"] / total["texts"],
        f"accuracy_at_confidence_{FIXED}": total["fixed_right"] / max(total["fixed"], 1),
        f"coverage_at_confidence_{FIXED}": total["fixed"] / total["texts"],
        "training_seconds": total["seconds"] / len(runs),
    }


def figures(seeds: int = 10) -> Iterator[dict[str, Any]]:
    """One row a figure; nothing where the labelled messages are not beside this checkout."""
    if not DATA.exists():
        return
    texts, codes = read()
    runs = [one_seed(texts, codes, seed) for seed in range(seeds)]
    for name, value in summary(runs).items():
        row: dict[str, Any] = {"bench": "text_model", "figure": name, "value": round(value, 4)}
        yield row | {"raw": runs} if name == "paired_gain" else row


if __name__ == "__main__":
    for line in figures(int(sys.argv[1]) if len(sys.argv) > 1 else 10):
        line.pop("raw", None)
        print(json.dumps(line))
