"""CSV tables of services and knowledge items: text to checked rows, every fault with its line. No database here."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

from app.kernel.errors import Invalid, TooLarge, msg
from app.knowledge.model import KINDS, URGENCIES

MAX_CHARACTERS, MAX_LINES = 5_000_000, 20_000
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}\Z")
MODULES = {"生活信息": "LI", "生活服务": "LS", "公共服务": "PS", "投诉建议": "CS"}
KIND_NAMES = {"咨询": "consultation", "求助": "help", "投诉": "complaint", "举报": "report", "建议": "suggestion",
              "表扬": "praise"}
Row = dict[str, Any]
Faults = list[tuple[str, dict[str, Any]]]


def services(text: str) -> list[Row]:
    """Rows with the columns of `SaveService`."""

    def read(raw: dict[str, str], line: int, faults: Faults) -> Row:
        module = raw.get("module", "")
        row: Row = {
            "code": raw.get("code", ""), "module": MODULES.get(module, module), "name_zh": raw.get("zh", ""),
            "name_en": raw.get("en") or raw.get("zh", ""),
            "kind": KIND_NAMES.get(raw.get("kind", ""), raw.get("kind") or "help"),
            "urgency": raw.get("urgency") or "normal", "commitment_zh": raw.get("commitment_zh", ""),
            "commitment_en": raw.get("commitment") or raw.get("commitment_en", ""),
            "keywords": raw.get("keywords", "")}
        faults += [(msg("Line %(line)s: %(fault)s"), {"line": line, "fault": fault}) for fault in service_faults(row)]
        return row

    return _rows(text, ("code", "module", "zh"), read)


def knowledge(text: str) -> list[Row]:
    """Rows with the columns of `SaveKnowledgeItem`, without empty answers."""

    def read(raw: dict[str, str], line: int, faults: Faults) -> Row:
        service, days = raw.get("service", "").strip("-"), raw.get("review_days") or "180"
        row: Row = {"code": raw.get("code", ""), "question_zh": raw.get("question_zh", ""),
                    "question_en": raw.get("question_en", ""), "service_code": service or None,
                    "owner_unit": raw.get("owner", ""), "source": raw.get("source", ""),
                    "review_days": int(days) if re.fullmatch("[0-9]{1,4}", days, re.ASCII) else 0}
        row |= {name: raw[name] for name in ("answer_zh", "answer_en") if raw.get(name)}
        faults += [(msg("Line %(line)s: %(fault)s"), {"line": line, "fault": fault}) for fault in item_faults(row)]
        return row

    return _rows(text, ("code", "question_zh"), read)


def service_faults(row: Row) -> list[str]:
    """English sentences about what is wrong with a service, most of them naming what is allowed."""
    faults = [] if CODE.match(row["code"]) else ["code: letters, digits, _ . - only, at most 40"]
    for name, allowed in (("module", tuple(MODULES.values())), ("kind", KINDS), ("urgency", URGENCIES)):
        if row[name] not in allowed:
            faults.append(f"{name}: one of {', '.join(allowed)}")
    for name, longest in (("name_zh", 120), ("name_en", 160)):
        if not 0 < len(row[name].strip()) <= longest:
            faults.append(f"{name}: 1 to {longest} characters")
    return faults + [f"{name}: at most 2000 characters" for name in ("commitment_zh", "commitment_en", "keywords")
                     if len(row[name]) > 2000]


def item_faults(row: Row) -> list[str]:
    """English sentences about what is wrong with a knowledge item."""
    faults = [] if CODE.match(row["code"]) else ["code: letters, digits, _ . - only, at most 40"]
    if not 0 < len(row["question_zh"].strip()) <= 500:
        faults.append("question_zh: 1 to 500 characters")
    if not 1 <= row["review_days"] <= 3650:
        faults.append("review_days: 1 to 3650")
    longest = {"question_en": 500, "source": 300, "owner_unit": 40, "answer_zh": 20_000, "answer_en": 20_000}
    return faults + [f"{name}: at most {n} characters" for name, n in longest.items() if len(row.get(name) or "") > n]


def _rows(text: str, required: tuple[str, ...], read: Callable[[dict[str, str], int, Faults], Row]) -> list[Row]:
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(msg("This file is too large."))
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    rows: list[Row] = []
    faults: Faults = []
    try:
        if any(name not in (reader.fieldnames or []) for name in required):
            raise Invalid(msg("The first line must name these columns: %(names)s"), names=", ".join(required))
        for raw in reader:
            cells = {str(k): v.strip() for k, v in raw.items() if k is not None and isinstance(v, str)}
            if any(cells.values()):
                rows.append(read(cells, reader.line_num, faults))
            if len(rows) > MAX_LINES:
                raise TooLarge(msg("This file is too large."))
    except csv.Error as error:
        faults.append((msg("Line %(line)s: %(fault)s"), {"line": reader.line_num, "fault": str(error)}))
    codes = [row["code"] for row in rows]
    faults += [(msg("The code %(code)s stands in the table twice."), {"code": code[:60]})
               for code in sorted({c for c in codes if codes.count(c) > 1})]
    if faults:
        raise Invalid(msg("The table has %(count)s faults; nothing was stored."), count=len(faults),
                      fields={"csv": faults[:100]})
    return rows
