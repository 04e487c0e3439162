"""Settings that are more than a word: how a person writes them in one field, and what is stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.kernel.errors import msg

CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
NONE = "none"
MOST_ENTRIES, LONGEST_NAME = 30, 60


@dataclass(frozen=True)
class Written:
    """`value`: what a text stands for, None for what cannot be used; `text`: the other way round."""

    value: Callable[[str], Any]
    text: Callable[[Any], str]
    example: str


def _shifts(text: str) -> dict[str, Any] | None:
    """`1-5: 09:00-12:00, 13:00-17:30` as the legal clock reads it; None for what it could not use."""
    days, colon, hours = text.replace("：", ":").partition(": ")
    spans = [re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", one.strip(), re.ASCII)
             for one in hours.replace("，", ",").split(",")]
    weekdays: set[int] = set()
    for part in days.replace("，", ",").split(","):
        found = re.fullmatch(r"\s*([1-7])(?:-([1-7]))?\s*", part, re.ASCII)
        if found is None:
            return None
        weekdays |= set(range(int(found[1]) - 1, int(found[2] or found[1])))
    pairs = [[f"{one[1]}:{one[2]}", f"{one[3]}:{one[4]}"] for one in spans if one is not None]
    flat = [instant for pair in pairs for instant in pair]
    if not colon or len(pairs) != len(spans) or not weekdays or flat != sorted(set(flat)):
        return None
    return {"weekdays": sorted(weekdays), "hours": pairs}


def _shifts_text(document: Any) -> str:
    """The other way round."""
    days = ",".join(str(day + 1) for day in document.get("weekdays", ()))
    return f"{days}: " + ", ".join("-".join(pair) for pair in document.get("hours", ()))


def _span(text: str) -> Any:
    """`21:00-08:00` or `none` (stored as false)."""
    if text.strip().lower() == NONE:
        return False
    found = re.fullmatch(rf"({CLOCK})\s*-\s*({CLOCK})", text.strip(), re.ASCII)
    return {"from": found[1], "until": found[2]} if found is not None and found[1] != found[2] else None


def _span_text(stored: Any) -> str:
    return f"{stored.get('from')}-{stored.get('until')}" if isinstance(stored, Mapping) else NONE


def _entries(text: str) -> list[dict[str, str]] | None:
    """Lines of `code = zh / en`; the English may be missing."""
    found: list[dict[str, str]] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        parts = re.fullmatch(r"([a-z][a-z0-9_]{0,39})\s*=\s*([^/=]+?)(?:\s*/\s*([^/=]+))?", line)
        if parts is None or max(len(parts[2]), len(parts[3] or "")) > LONGEST_NAME:
            return None
        found.append({"code": parts[1], "zh": parts[2], "en": parts[3] or parts[2]})
    codes = {one["code"] for one in found}
    return found if found and len(codes) == len(found) <= MOST_ENTRIES else None


def _entries_text(stored: Any) -> str:
    rows = [one for one in stored if isinstance(one, Mapping)] if isinstance(stored, list) else []
    return "\n".join(f"{one.get('code')} = {one.get('zh')} / {one.get('en') or one.get('zh')}" for one in rows)


def _switch(text: str) -> bool | None:
    return {"on": True, "off": False}.get(text.strip().lower())


WRITTEN: Mapping[str, Written] = {
    "shifts": Written(_shifts, _shifts_text, msg("Please write it like this: 1-5: 09:00-12:00, 13:00-17:30")),
    "span": Written(_span, _span_text, msg("Please write it like this: 21:00-08:00, or \"none\".")),
    "switch": Written(_switch, lambda stored: "on" if stored is True else "off", msg("Please write on or off.")),
    "entries": Written(_entries, _entries_text,
                       msg("Please write one a line, each code once: health = 健康与接种 / Health and vaccination")),
}
