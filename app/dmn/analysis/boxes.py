"""Boxes: one set of pieces for each axis. What is left of a box when others are taken away, within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

Box = tuple[int, ...]
FEW = 12
"""So many boxes are cut one by one; more are looked up by piece."""


class OutOfSteps(Exception):
    """The budget of an analysis is used up."""


class Steps:
    """How much work an analysis may still do."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def use(self, count: int = 1) -> None:
        """Raises OutOfSteps when nothing is left."""
        self.left -= count
        if self.left < 0:
            raise OutOfSteps


def meet(one: Box, other: Box) -> Box:
    """What both hold; see `empty`."""
    return tuple(a & b for a, b in zip(one, other, strict=True))


def apart(one: Box, other: Box) -> bool:
    """Whether the two hold nothing together."""
    return any(not a & b for a, b in zip(one, other, strict=True))


def empty(box: Box) -> bool:
    """Whether nothing is in it."""
    return not all(box)


def inside(one: Box, other: Box) -> bool:
    """Whether all of the first box lies in the other."""
    return not any(a & ~b for a, b in zip(one, other, strict=True))


def uncovered(within: Box, boxes: Sequence[Box], steps: Steps) -> Box | None:
    """A part of `within` that none of the boxes touches; None where they cover it all."""
    if empty(within):
        return None
    return _Search(within, [one for one in boxes if not apart(one, within)], steps).found()


class _Search:
    """Goes axis by axis, each cut into classes of pieces that the same boxes hold; the axis first that most boxes cut.

    What was found covered is remembered by the boxes still in play, so equal remainders are looked at once.
    """

    def __init__(self, within: Box, boxes: Sequence[Box], steps: Steps) -> None:
        self.steps, self.within = steps, within
        cuts = [sum(1 for box in boxes if space & ~box[at]) for at, space in enumerate(within)]
        self.order = sorted(range(len(within)), key=lambda at: -cuts[at])
        self.boxes = boxes
        self.masks = [[box[at] & within[at] for box in boxes] for at in self.order]
        steps.use(len(boxes) * len(within))
        self.whole_from = self._whole_from()
        self._classes: list[list[tuple[int, int]] | None] = [None] * len(within)
        self._covered: set[tuple[int, int]] = set()

    def _whole_from(self) -> list[int]:
        """Per depth the boxes that leave nothing open from there on."""
        found = [(1 << len(self.boxes)) - 1]
        for depth in range(len(self.order) - 1, -1, -1):
            space = self.within[self.order[depth]]
            here = sum(1 << number for number, mask in enumerate(self.masks[depth]) if mask == space)
            found.append(found[-1] & here)
        return found[::-1]

    def found(self) -> Box | None:
        """The free part."""
        path = self._look(0, (1 << len(self.boxes)) - 1)
        if path is None:
            return None
        box = list(self.within)
        for depth, mask in enumerate(path):
            box[self.order[depth]] = mask
        return tuple(box)

    def _look(self, depth: int, active: int) -> list[int] | None:
        if not active:
            return []
        if active & self.whole_from[depth] or (depth, active) in self._covered:
            return None
        for bits, mask in sorted(self._classes_at(depth, active).items(), key=lambda one: one[0].bit_count()):
            path = self._look(depth + 1, bits)
            if path is not None:
                return [mask, *path]
        self._covered.add((depth, active))
        return None

    def _classes_at(self, depth: int, active: int) -> dict[int, int]:
        """Boxes that hold them (of the active ones) -> pieces."""
        if active.bit_count() <= FEW:
            return self._cut(depth, active)
        known = self._classes[depth]
        if known is None:
            known = self._classes[depth] = classes(self.within[self.order[depth]], self.masks[depth])
        self.steps.use(len(known))
        merged: dict[int, int] = {}
        for mask, bits in known:
            merged[bits & active] = merged.get(bits & active, 0) | mask
        return merged

    def _cut(self, depth: int, active: int) -> dict[int, int]:
        found = {0: self.within[self.order[depth]]}
        while active:
            lowest = active & -active
            active ^= lowest
            mask = self.masks[depth][lowest.bit_length() - 1]
            cut: dict[int, int] = {}
            for bits, pieces in found.items():
                for key, part in ((bits | lowest, pieces & mask), (bits, pieces & ~mask)):
                    if part:
                        cut[key] = part
            found = cut
            self.steps.use(len(found))
        return found


def classes(space: int, masks: Iterable[int]) -> list[tuple[int, int]]:
    """(pieces, numbers of the masks that hold them as bits), for all pieces of `space`, by one sweep over them."""
    edges: dict[int, int] = {}
    for number, mask in enumerate(masks):
        turns = mask ^ (mask << 1)
        while turns:
            lowest = turns & -turns
            turns ^= lowest
            at = lowest.bit_length() - 1
            edges[at] = edges.get(at, 0) ^ (1 << number)
    found: dict[int, int] = {}
    places = sorted({0, *edges, space.bit_length()})
    current = 0
    for begin, end in pairwise(places):
        current ^= edges.get(begin, 0)
        pieces = space & ((1 << end) - 1) & ~((1 << begin) - 1)
        if pieces:
            found[current] = found.get(current, 0) | pieces
    return [(pieces, bits) for bits, pieces in found.items()]


def meeting(masks: Sequence[int]) -> list[int]:
    """For each mask the numbers of those that share a piece with it, as bits: for all pairs at once."""
    numbers: dict[int, int] = {}
    for number, mask in enumerate(masks):
        numbers[mask] = numbers.get(mask, 0) | (1 << number)
    known = {mask: sum(bits for other, bits in numbers.items() if other & mask) for mask in numbers}
    return [known[mask] for mask in masks]
