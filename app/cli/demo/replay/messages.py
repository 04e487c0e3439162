"""A table of real messages -> what residents ask, in order of time; a faulty row is named by its line and left out."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.cli.demo.replay.layouts import Layout, layout_of
from app.kernel.errors import Invalid, NotFound, msg

MAX_FIELD = 1_000_000


@dataclass(frozen=True)
class Message:
    """One row. `at` is aware; `service` what the category table makes of it."""

    line: int
    row_id: str
    user: str
    at: datetime
    text: str
    channel: str
    service: str | None = None
    place: str | None = None
    lat: float | None = None
    lng: float | None = None


@dataclass(frozen=True)
class Fault:
    """A row that is not played. `what` never holds the row's text."""

    line: int
    what: str


class _Bad(ValueError):
    """A cell that cannot be used."""


def read(path: Path, zone: str, limit: int | None = None) -> tuple[list[Message], list[Fault]]:
    """At most `limit` rows of a CSV file (UTF-8, header line). Raises NotFound, Invalid for an unknown header."""
    if not path.is_file():
        raise NotFound(msg("There is no file %(file)s."), file=str(path))
    messages: list[Message] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for line, layout, raw in _rows(path, limit):
        try:
            message = _message(line, layout, raw, ZoneInfo(zone))
            if message.row_id in seen:
                raise _Bad("the id stands in the table twice")
            seen.add(message.row_id)
            messages.append(message)
        except _Bad as fault:
            faults.append(Fault(line, str(fault)))
    return sorted(messages, key=lambda one: (one.at, one.line)), faults


def _rows(path: Path, limit: int | None) -> Iterator[tuple[int, Layout, dict[str, Any]]]:
    """(line on which the row begins, layout, cells by header)."""
    before = csv.field_size_limit(MAX_FIELD)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", strict=False)
            layout = layout_of(list(reader.fieldnames or []))
            line = reader.line_num + 1
            for number, raw in enumerate(reader):
                if limit is not None and number >= limit:
                    return
                yield line, layout, raw
                line = reader.line_num + 1
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(msg("%(file)s is not a table in UTF-8: %(fault)s"), file=path.name, fault=str(error)) from error
    finally:
        csv.field_size_limit(before)


def _message(line: int, layout: Layout, raw: dict[str, Any], zone: ZoneInfo) -> Message:
    if "" in raw or None in raw.values():
        raise _Bad("not as many cells as the header has columns")
    cells = layout.cells(raw)
    missing = [theirs for ours, theirs in layout.required.items() if not cells[ours]]
    if missing:
        raise _Bad(f"empty: {', '.join(missing)}")
    lat, lng = _degrees(cells, "lat", 90), _degrees(cells, "lng", 180)
    text = "\n".join(part for part in (cells.get("subject"), cells["text"]) if part)
    point = (lat, lng) if lat is not None and lng is not None else (None, None)
    return Message(line, cells["id"], cells["user"] or cells["id"], _time(cells["time"], layout, zone), text,
                   _channel(cells, layout), layout.service({**cells, "text": text}), cells.get("place") or None, *point)


def _time(text: str, layout: Layout, zone: ZoneInfo) -> datetime:
    for form in layout.times:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    raise _Bad(f"no time as {layout.times[0]}: {text[:40]!r}")


def _channel(cells: dict[str, str], layout: Layout) -> str:
    given = cells.get("channel", "")
    if given and layout.channels and given not in layout.channels:
        raise _Bad(f"unknown {layout.columns['channel']}: {given[:40]!r}")
    return layout.channels.get(given, layout.channel)


def _degrees(cells: dict[str, str], name: str, bound: int) -> float | None:
    text = cells.get(name, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise _Bad(f"{name} is no number") from None
    if not math.isfinite(value) or abs(value) > bound:
        raise _Bad(f"{name} is no number of degrees")
    return value or None
