"""The text model: learns service codes from texts and says how sure it is. Pure functions, no database, no policy."""

from __future__ import annotations

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.knowledge import linear
from app.knowledge.calibration import Curve, fit
from app.knowledge.text_features import Vocabulary, counted, learn

COST = 0.5
FEATURES_PER_CODE, MOST_FEATURES = (150, 350), (4_000, 8_000)
"""Kept n-grams of heading and of body: a few hundred for each code, within a bound."""
FOLDS, LARGE = 5, 1500
"""Texts from which one held-out fifth is enough to calibrate; below, each fifth is held out once."""
FORMAT = 1
Counts = tuple[Counter[str], Counter[str]]


@dataclass(frozen=True)
class Part:
    """What heading or body alone says: a vocabulary and weights per code."""

    vocabulary: Vocabulary
    weights: dict[str, list[float]]

    def scores(self, counts: Counter[str]) -> dict[str, float]:
        """Score per code."""
        vector = self.vocabulary.vector(counts)
        return {code: linear.score(row, vector) for code, row in self.weights.items()}


@dataclass(frozen=True)
class TextModel:
    """Heading and body are learnt apart and their scores added: two judges err less than one who reads all."""

    parts: tuple[Part, Part]
    curve: Curve

    def rank(self, text: str, limit: int = 3) -> list[tuple[str, float]]:
        """The best codes with the probability (0..1) that each is right, best first; none for unknown words."""
        return self.rank_counts(counted(text), limit)

    def rank_counts(self, counts: Counts, limit: int = 3) -> list[tuple[str, float]]:
        """As `rank`, for n-grams counted before."""
        if not any(part.vocabulary.vector(own)[0] for part, own in zip(self.parts, counts, strict=True)):
            return []
        return [(code, self.curve.probability(lead)) for code, lead in _leads(self.parts, counts)[:limit]]

    def to_bytes(self) -> bytes:
        """Compressed JSON; `from_bytes` reads it back."""
        parts = [{"idf": p.vocabulary.idf, "kept": list(p.vocabulary.number),
                  "weights": {code: [float(f"{w:.4g}") for w in row] for code, row in p.weights.items()}}
                 for p in self.parts]
        document = {"format": FORMAT, "parts": parts, "curve": self.curve.to_document()}
        return zlib.compress(json.dumps(document, ensure_ascii=False).encode(), 6)

    @staticmethod
    def from_bytes(data: bytes) -> TextModel:
        """The model that `to_bytes` wrote; ValueError for another format."""
        document = json.loads(zlib.decompress(data))
        if document["format"] != FORMAT:
            raise ValueError("a text model of another format: train again")
        first, second = (
            Part(Vocabulary(p["idf"], {gram: i for i, gram in enumerate(p["kept"])}), p["weights"])
            for p in document["parts"])
        return TextModel((first, second), Curve.from_document(document["curve"]))


def train(texts: Sequence[str], codes: Sequence[str]) -> TextModel:
    """A model of `texts` with their right `codes` (at least two different ones; ValueError otherwise)."""
    return train_counts([counted(t) for t in texts], list(codes))


def train_counts(texts: Sequence[Counts], codes: list[str]) -> TextModel:
    """As `train`, for n-grams counted before. Confidence is fitted on texts the model in question did not see."""
    if len(set(codes)) < 2:
        raise ValueError("a text model needs at least two codes")
    held_out: list[tuple[float, bool]] = []
    folds = _folds(codes)
    for fold in folds[:1] if len(codes) >= LARGE else folds:
        outside = set(fold)
        inside = [i for i in range(len(codes)) if i not in outside]
        own = [codes[i] for i in inside]
        if len(set(own)) < 2:
            continue
        parts = _fit([texts[i] for i in inside], own)
        for i in fold:
            code, lead = _leads(parts, texts[i])[0]
            held_out.append((lead, code == codes[i]))
    return TextModel(_fit(texts, codes), fit(held_out))


def _fit(texts: Sequence[Counts], codes: list[str]) -> tuple[Part, Part]:
    return _fit_part([t[0] for t in texts], codes, 0), _fit_part([t[1] for t in texts], codes, 1)


def _fit_part(texts: Sequence[Counter[str]], codes: list[str], block: int) -> Part:
    keep = min(FEATURES_PER_CODE[block] * len(set(codes)), MOST_FEATURES[block])
    vocabulary = learn(texts, codes, keep)
    vectors = [vocabulary.vector(t) for t in texts]
    return Part(vocabulary, linear.train(vectors, codes, len(vocabulary.number), COST))


def _folds(codes: Sequence[str]) -> list[list[int]]:
    """Every code's texts dealt out in turn: the same folds each time, each with every frequent code."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, code in enumerate(codes):
        places[code].append(i)
    dealt = [i for code in sorted(places) for i in places[code]]
    return [dealt[k::FOLDS] for k in range(FOLDS)]


def _leads(parts: tuple[Part, Part], counts: Counts) -> list[tuple[str, float]]:
    """Codes by score, each with its lead over the best other one (negative for all but the first)."""
    second = parts[1].scores(counts[1])
    scores = {code: score + second[code] for code, score in parts[0].scores(counts[0]).items()}
    order = sorted(scores, key=lambda code: (-scores[code], code))
    best, next_best = scores[order[0]], scores[order[1]]
    return [(code, scores[code] - (next_best if place == 0 else best)) for place, code in enumerate(order)]
