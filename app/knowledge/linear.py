"""One-against-the-rest linear classifiers with squared hinge loss, trained by dual coordinate descent.

Source of the method: Hsieh et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from operator import mul

from app.knowledge.text_features import Vector

EPOCHS = 15
TOLERANCE = 0.1
SAFE = 0.2
"""A text on the right side by so much more than needed is left out of the visits until every third one."""


def train(vectors: Sequence[Vector], codes: Sequence[str], size: int, cost: float) -> dict[str, list[float]]:
    """Weights per code (the last one is the bias). A rare code's own texts count more, as if it were average."""
    count = Counter(codes)
    squares = [sum(v * v for v in values) + 1.0 for _, values in vectors]
    weights = {}
    for code in sorted(count):
        signs = [1.0 if c == code else -1.0 for c in codes]
        own = cost * len(codes) / (len(count) * count[code])
        slack = [0.5 / (own if sign > 0 else cost) for sign in signs]
        weights[code] = _one(vectors, signs, squares, slack, size)
    return weights


def _one(vectors: Sequence[Vector], signs: list[float], squares: list[float], slack: list[float],
         size: int) -> list[float]:
    weights = [0.0] * (size + 1)
    alpha = [0.0] * len(vectors)
    everyone = active = list(range(len(vectors)))
    shuffle = random.Random(20140101).shuffle  # noqa: S311 (an order of visits, no secret)
    for epoch in range(EPOCHS):
        order = list(everyone if epoch % 3 == 0 else active)
        shuffle(order)
        largest, active = 0.0, []
        for i in order:
            indices, values = vectors[i]
            # `map` keeps the inner loop in C: this line is nearly all of the time of a training
            score = sum(map(mul, map(weights.__getitem__, indices), values)) + weights[size]
            gradient = signs[i] * score - 1.0 + slack[i] * alpha[i]
            if gradient >= 0.0 and alpha[i] == 0.0:
                if gradient < SAFE:
                    active.append(i)
                continue
            active.append(i)
            largest = max(largest, abs(gradient))
            new = max(alpha[i] - gradient / (squares[i] + slack[i]), 0.0)
            step = (new - alpha[i]) * signs[i]
            alpha[i] = new
            for index, value in zip(indices, values, strict=True):
                weights[index] += step * value
            weights[size] += step
        if epoch > 2 and largest < TOLERANCE:
            break
    return weights


def score(weights: Sequence[float], vector: Vector) -> float:
    """Distance-like score of a vector under one code's weights."""
    products: float = sum(map(mul, map(weights.__getitem__, vector[0]), vector[1]))
    return products + weights[-1]
