"""What a name may look like, and the names known at a place: only those may hold operators or keywords."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

_START_RANGES = (
    (0x3F, 0x3F), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF),
    (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF),
    (0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)
_PART_RANGES = ((0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def starts_name(character: str) -> bool:
    """True for letters of any script and `?`; full-width punctuation is no letter, whatever the grammar says."""
    if character.isascii():
        return character.isalpha() or character in "_?"
    return _within(ord(character), _START_RANGES) and unicodedata.category(character)[0] not in "PZ" and (
        unicodedata.category(character) != "Sm")


def continues_name(character: str) -> bool:
    """True for what may follow in a name without a blank."""
    return starts_name(character) or _within(ord(character), _PART_RANGES)


def plain(name: str) -> str:
    """A name with single blanks between its parts: the form names are looked up by."""
    return " ".join(name.split())


Names = dict[str, list[tuple[tuple[str, ...], str]]]
"""Names of several parts: first part -> (all parts, name)."""


def names_by_first_part(names: Iterable[tuple[tuple[str, ...], str]]) -> Names:
    """The names given as (token texts, name), ready to be looked up; names of one part need no looking up."""
    made: Names = {}
    for parts, name in names:
        if len(parts) > 1:
            made.setdefault(parts[0], []).append((parts, name))
    return made


class Lexicon:
    """Known names in nested scopes; the outermost is given ready made."""

    def __init__(self, outermost: Names) -> None:
        self._scopes: list[Names] = [outermost]

    def open(self, names: Iterable[tuple[tuple[str, ...], str]]) -> None:
        """Enter a scope with the names given as (token texts, name)."""
        self._scopes.append(names_by_first_part(names))

    def close(self) -> None:
        """Leave the innermost scope."""
        self._scopes.pop()

    def longest(self, texts: Sequence[str], at: int) -> tuple[int, str] | None:
        """(number of tokens, name) of the longest known name of several parts starting at token `at`."""
        best: tuple[int, str] | None = None
        for scope in self._scopes:
            for parts, name in scope.get(texts[at], ()):
                if (best is None or len(parts) > best[0]) and tuple(texts[at:at + len(parts)]) == parts:
                    best = len(parts), name
        return best
