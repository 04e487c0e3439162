"""Texts to sparse vectors: character n-grams of heading and body, tf-idf, chi-square selection. No learning here."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RUNS = re.compile(r"[\u3400-\u9fff]+|[a-z]+|[0-9]+")
SENTENCE_END = re.compile(r"[。！？!?；;\n]")
HEADING_SIZE = 60
BODY_SIZE = 3000
LONGEST = 3
"""Longest n-gram in characters. One word of three characters is common in Chinese, four add noise only."""

Vector = tuple[list[int], list[float]]
"""Feature numbers and their values, equally long."""


def split(text: str) -> tuple[str, str]:
    """Heading and body: the first line, or the first sentence of a text without lines (then the body is all)."""
    text = text.strip()
    heading, found, body = text.partition("\n")
    if found and body.strip():
        return heading.strip()[: HEADING_SIZE * 4], body.strip()[:BODY_SIZE]
    return SENTENCE_END.split(text, maxsplit=1)[0][:HEADING_SIZE], text[:BODY_SIZE]


def grams(text: str, longest: int = LONGEST) -> Counter[str]:
    """Counts of the n-grams of 1 to `longest` characters inside runs of Han, Latin words being whole."""
    counts: Counter[str] = Counter()
    for run in RUNS.findall(text.lower()):
        if run[0] < "\u3400":
            counts[run] += 1
            continue
        for size in range(1, longest + 1):
            counts.update(run[i : i + size] for i in range(len(run) - size + 1))
    return counts


def counted(text: str) -> tuple[Counter[str], Counter[str]]:
    """N-gram counts of heading and body."""
    heading, body = split(text)
    return grams(heading), grams(body)


@dataclass(frozen=True)
class Vocabulary:
    """What was learnt from the training texts: n-gram -> idf, and n-gram -> number of the kept features."""

    idf: dict[str, float]
    number: dict[str, int]

    def vector(self, counts: Counter[str]) -> Vector:
        """Kept features of a text; its length was 1 before the others were left out."""
        weights = [(gram, (1.0 + math.log(n)) * self.idf[gram]) for gram, n in counts.items() if gram in self.idf]
        length = math.sqrt(sum(w * w for _, w in weights)) or 1.0
        indices: list[int] = []
        values: list[float] = []
        for gram, weight in weights:
            index = self.number.get(gram)
            if index is not None:
                indices.append(index)
                values.append(weight / length)
        return indices, values


def learn(texts: Sequence[Counter[str]], codes: Sequence[str], keep: int) -> Vocabulary:
    """Document frequencies (at least 2) of `texts`, and the `keep` features that tell `codes` apart best."""
    idf = _idf(texts)
    everything = Vocabulary(idf, _numbered(idf))
    names = list(idf)
    chosen = _most_telling([everything.vector(t) for t in texts], codes, len(names), keep)
    return Vocabulary(idf, _numbered(names[old] for old in chosen))


def _idf(texts: Iterable[Counter[str]]) -> dict[str, float]:
    frequency: Counter[str] = Counter()
    total = 0
    for counts in texts:
        frequency.update(counts.keys())
        total += 1
    return {gram: round(math.log((1 + total) / (1 + n)) + 1.0, 4) for gram, n in frequency.items() if n > 1}


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def _most_telling(vectors: Sequence[Vector], codes: Sequence[str], size: int, keep: int) -> list[int]:
    """Chi-square of each feature's weight over the codes against its share if it told nothing; the `keep` largest."""
    kinds = {code: i for i, code in enumerate(dict.fromkeys(codes))}
    share = [0.0] * len(kinds)
    observed = [[0.0] * size for _ in kinds]
    for (indices, values), code in zip(vectors, codes, strict=True):
        row = observed[kinds[code]]
        share[kinds[code]] += 1.0 / len(codes)
        for index, value in zip(indices, values, strict=True):
            row[index] += value
    # sum over codes of (o - total p)^2 / (total p), written out: sum of o^2 / p, less the total, per total
    totals, scores = [0.0] * size, [0.0] * size
    for row, part in zip(observed, share, strict=True):
        for index, value in enumerate(row):
            if value:
                totals[index] += value
                scores[index] += value * value / part
    scores = [score / total - total if total else 0.0 for score, total in zip(scores, totals, strict=True)]
    order = sorted(range(size), key=lambda i: -scores[i])
    return sorted(order[:keep])
