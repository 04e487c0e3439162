"""Adding and taking away a row of a list, as entries: what the page's two buttons do without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Entries = dict[str, str | Sequence[str]]


def with_row(raw: Mapping[str, str | Sequence[str]], name: str) -> Entries:
    """The entries with one more, empty row at the end of the list `name`."""
    numbers = [number for number, _rest in _rows(raw, name).values()]
    return {**raw, f"{name}[{max(numbers, default=-1) + 1}]": ""}


def without_row(raw: Mapping[str, str | Sequence[str]], name: str, index: int) -> Entries:
    """The entries without row `index` (as printed, from 0); later rows are renumbered when the form is filled."""
    rows = _rows(raw, name)
    numbers = sorted({number for number, _rest in rows.values()})
    gone = numbers[index] if 0 <= index < len(numbers) else None
    return {key: value for key, value in raw.items() if key not in rows or rows[key][0] != gone}


def _rows(raw: Mapping[str, object], name: str) -> dict[str, tuple[int, str]]:
    pattern = re.compile(re.escape(name) + r"\[(\d{1,4})\](.*)", re.ASCII | re.DOTALL)
    found = {key: pattern.fullmatch(key) for key in raw}
    return {key: (int(match.group(1)), match.group(2)) for key, match in found.items() if match}
