"""Finding by shared words, without training: for search, and for suggestions before there are closed cases."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from app.knowledge.text_features import grams

DOUBT = 2.5
"""Weight that speaks for none of the entries: one shared pair of common characters must not look like an answer."""

SINGLE = 0.3
"""What a shared single character counts, against a pair."""


class Index:
    """Entries (key, texts); each shared character, pair or triple, or Latin word, counts by its rarity."""

    def __init__(self, entries: Sequence[tuple[str, Iterable[str]]]) -> None:
        bags = {key: {gram for text in texts for gram in _words(text)} for key, texts in entries}
        frequency = Counter(gram for bag in bags.values() for gram in bag)
        self.weight = {gram: math.log(1 + len(bags) / n) * (SINGLE if len(gram) == 1 else 1.0)
                       for gram, n in frequency.items()}
        self.entries: dict[str, list[str]] = defaultdict(list)
        for key, bag in bags.items():
            for gram in bag:
                self.entries[gram].append(key)
        self.size = {key: math.sqrt(sum(self.weight[gram] for gram in bag)) or 1.0 for key, bag in bags.items()}

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Keys that share something with `text`, with their part (0..1) of all that speaks for any, best first."""
        found: dict[str, float] = defaultdict(float)
        for gram in _words(text):
            for key in self.entries.get(gram, ()):
                found[key] += self.weight[gram]
        strength = {key: (weight / self.size[key]) ** 2 for key, weight in found.items()}
        total = sum(strength.values()) + DOUBT
        return sorted(((key, s / total) for key, s in strength.items()), key=lambda pair: (-pair[1], pair[0]))


def _words(text: str) -> set[str]:
    """Characters, pairs and triples; Latin words of three letters and more, cut to five so that forms agree."""
    return {gram[:5] if gram.isascii() else gram for gram in grams(text[:3000])
            if not gram.isascii() or len(gram) > 2}
