"""CSV tables of units and places: text to checked rows, every fault with its line. No database here."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

from app.kernel.errors import FieldErrors, Invalid, TooLarge, msg
from app.tenancy.model import PLACE_KINDS, UNIT_KINDS

MAX_CHARACTERS, MAX_LINES = 5_000_000, 50_000
UNIT_CODE_LENGTH = 40
UNIT_TEXTS = {"phone": 40, "hours_zh": 200, "hours_en": 200, "about_zh": 2000, "about_en": 2000}
"""Texts of a unit beside its names, with their longest."""
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}\Z")
Row = dict[str, Any]
Faults = list[tuple[str, dict[str, Any]]]


def read(text: str, required: tuple[str, ...], check: Callable[[Row, int, Faults], None],
         key: str | None = "code") -> list[Row]:
    """The rows of a CSV text with a header line. Raises Invalid with `fields["csv"]`: one message a fault.

    `key`: the column in which no value may stand twice; None where `check` sees to it.
    """
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(msg("This file is too large."))
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    missing = [name for name in required if name not in (reader.fieldnames or [])]
    if missing:
        raise Invalid(msg("The first line must name these columns: %(names)s"), names=", ".join(required))
    rows: list[Row] = []
    faults: Faults = []
    try:
        for raw in reader:
            row = {str(k): (v.strip() if isinstance(v, str) else "") for k, v in raw.items() if k is not None}
            if not any(row.values()):
                continue
            check(row, reader.line_num, faults)
            rows.append(row)
            if len(rows) > MAX_LINES:
                raise TooLarge(msg("This file is too large."))
    except csv.Error as error:
        faults.append((msg("Line %(line)s: %(fault)s"), {"line": reader.line_num, "fault": str(error)}))
    if key is not None:
        _no_repeats(rows, faults, key)
    if faults:
        fields: FieldErrors = {"csv": faults[:100]}
        raise Invalid(msg("The table has %(count)s faults; nothing was stored."), fields=fields, count=len(faults))
    return rows


def _no_repeats(rows: list[Row], faults: Faults, key: str) -> None:
    seen: set[str] = set()
    for row in rows:
        code = row.get(key, "")
        if code in seen:
            faults.append((msg("The code %(code)s stands in the table twice."), {"code": code}))
        seen.add(code)


def units(text: str) -> list[Row]:
    """Rows {code, zh, en, kind} and, where the table has such columns, how to reach a unit and what it does."""

    def check(row: Row, line: int, faults: Faults) -> None:
        row["kind"] = row.get("kind") or "internal"
        _code(row, line, faults)
        _filled(row, "code", UNIT_CODE_LENGTH, line, faults)
        _one_of(row, "kind", UNIT_KINDS, line, faults)
        _filled(row, "zh", 120, line, faults)
        row["en"] = row.get("en") or row["zh"]
        for name, longest in UNIT_TEXTS.items():
            if len(row.get(name, "")) > longest:
                faults.append((msg("Line %(line)s: %(name)s must have 1 to %(longest)s characters"),
                               {"line": line, "name": name, "longest": longest}))

    return read(text, ("code", "zh"), check)


def places(text: str) -> list[Row]:
    """Rows {kind, code, name, parent_code|None, lat|None, lng|None}."""

    def check(row: Row, line: int, faults: Faults) -> None:
        _code(row, line, faults)
        _one_of(row, "kind", PLACE_KINDS, line, faults)
        _filled(row, "name", 200, line, faults)
        row["parent_code"] = row.get("parent_code") or None
        for name, bound in (("lat", 90.0), ("lng", 180.0)):
            row[name] = _degrees(row, name, bound, line, faults)

    return read(text, ("kind", "code", "name"), check)


def _code(row: Row, line: int, faults: Faults) -> None:
    if not CODE.match(row.get("code", "")):
        faults.append((msg("Line %(line)s: the code \"%(code)s\" must be letters, digits, _ . : -"),
                       {"line": line, "code": row.get("code", "")[:60]}))


def _one_of(row: Row, name: str, allowed: tuple[str, ...], line: int, faults: Faults) -> None:
    if row.get(name) not in allowed:
        faults.append((msg("Line %(line)s: %(name)s must be one of %(allowed)s"),
                       {"line": line, "name": name, "allowed": ", ".join(allowed)}))


def _filled(row: Row, name: str, longest: int, line: int, faults: Faults) -> None:
    if not 0 < len(row.get(name, "")) <= longest:
        faults.append((msg("Line %(line)s: %(name)s must have 1 to %(longest)s characters"),
                       {"line": line, "name": name, "longest": longest}))


def _degrees(row: Row, name: str, bound: float, line: int, faults: Faults) -> float | None:
    text = row.get(name) or ""
    if not text:
        return None
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,12})?", text, re.ASCII) and abs(float(text)) <= bound:
        return float(text)
    faults.append((msg("Line %(line)s: %(name)s must be degrees between -%(bound)s and %(bound)s"),
                   {"line": line, "name": name, "bound": int(bound)}))
    return None
