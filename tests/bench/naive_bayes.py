"""The baseline of the text-model bench: complement naive Bayes on counts of character 1-2-grams. Not shipped."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence


def counts(text: str) -> Counter[str]:
    """Character 1-2-grams of the whole text, as scikit-learn's `analyzer="char", ngram_range=(1, 2)` makes them."""
    text = " ".join(text.lower().split())
    return Counter(text) + Counter(text[i : i + 2] for i in range(len(text) - 1))


class ComplementNaiveBayes:
    """Rennie et al. (ICML 2003) with smoothing 1, as scikit-learn's ComplementNB without weight normalisation."""

    def __init__(self, texts: Sequence[Counter[str]], codes: Sequence[str]) -> None:
        per_code: dict[str, Counter[str]] = {}
        for text, code in zip(texts, codes, strict=True):
            per_code.setdefault(code, Counter()).update(text)
        everything: Counter[str] = sum(per_code.values(), Counter())
        self.weights = {code: _weights(everything, own) for code, own in per_code.items()}

    def best(self, text: Counter[str]) -> str:
        """The most probable code; n-grams unseen in training say nothing."""
        def score(code: str) -> float:
            own = self.weights[code]
            return sum(n * own[gram] for gram, n in text.items() if gram in own)

        return max(sorted(self.weights), key=score)


def _weights(everything: Counter[str], own: Counter[str]) -> dict[str, float]:
    others = {gram: n - own[gram] + 1.0 for gram, n in everything.items()}
    total = math.log(sum(others.values()))
    return {gram: total - math.log(n) for gram, n in others.items()}
