"""Reading what only some component types have: sub-types, steps, tables, images, default values."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.forms import vocabulary as words
from app.forms.model import Component, Text
from app.forms.pieces import Pieces
from app.forms.source import Block
from app.kernel.errors import msg

SAFE_IMAGE = re.compile(r"/[\w][\w/.-]*|data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+", re.ASCII)
"""Pictures of this installation or inside the file; nothing is fetched from elsewhere."""
_ACCEPT = re.compile(r"[\w.*+/-]+(?:\s*,\s*[\w.*+/-]+)*", re.ASCII)
MAX_FILES = 20


def read_settings(pieces: Pieces, kind: str) -> dict[str, Any]:
    """The settings of one component by name; wrong ones become problems and are left out."""
    reader = _READERS.get(kind)
    return reader(pieces) if reader else {}


def _one_of(pieces: Pieces, key: str, allowed: frozenset[str], default: str) -> str:
    value = pieces.block.get(key, default)
    if value not in allowed:
        pieces.add("setting", msg("%(key)s must be one of %(allowed)s."), key, key=key,
                   allowed=", ".join(sorted(allowed)))
        return default
    return str(value)


def _flag(pieces: Pieces, key: str, default: bool = False) -> bool:
    value = pieces.block.get(key, default)
    if not isinstance(value, bool):
        pieces.add("setting", msg("%(key)s must be true or false."), key, key=key)
        return default
    return value


def _count(pieces: Pieces, key: str, default: int | None, low: int, high: int) -> int | None:
    value = pieces.block.get(key)
    if value is None or value == "":
        return default
    if type(value) is not int or not low <= value <= high:
        pieces.add("setting", msg("%(key)s must be a whole number from %(low)s to %(high)s."), key,
                   key=key, low=low, high=high)
        return default
    return value


def _number(pieces: Pieces) -> dict[str, Any]:
    given = pieces.block.get("increment")
    step = None if given in (None, "") else str(given)
    if step is not None and not (re.fullmatch(r"\d{1,9}(\.\d{1,9})?", step, re.ASCII) and Decimal(step)):
        pieces.add("setting", msg("increment must be a positive number."), "increment")
        step = None
    return {"increment": None if step is None else Decimal(step),
            "digits": _count(pieces, "decimalDigits", None, 0, 12),
            "as_text": _flag(pieces, "serializeToString")}


def _datetime(pieces: Pieces) -> dict[str, Any]:
    return {"subtype": _one_of(pieces, "subtype", words.SUBTYPES, "date"),
            "format": _one_of(pieces, "timeSerializingFormat", words.TIME_FORMATS, "utc_offset"),
            "interval": _count(pieces, "timeInterval", 1, 1, 60),
            "not_past": _flag(pieces, "disallowPassedDates")}


def _filepicker(pieces: Pieces) -> dict[str, Any]:
    accept = pieces.block.get("accept") or ""
    if accept and (not isinstance(accept, str) or not _ACCEPT.fullmatch(accept)):
        pieces.add("setting", msg("accept must be a list of file types such as image/*,.pdf."), "accept")
        accept = ""
    most = pieces.properties().get("max_files", MAX_FILES)
    if type(most) is not int or not 1 <= most <= MAX_FILES:
        pieces.add("setting", msg("%(key)s must be a whole number from %(low)s to %(high)s."), "properties",
                   key="max_files", low=1, high=MAX_FILES)
        most = MAX_FILES
    multiple = pieces.block.get("multiple", False)
    return {"accept": accept, "max_files": most,
            "multiple": multiple if isinstance(multiple, bool) else pieces.formula(multiple, "multiple") or False}


def _expression(pieces: Pieces) -> dict[str, Any]:
    _one_of(pieces, "computeOn", frozenset({"change", "presubmit"}), "change")
    return {"expression": pieces.formula(pieces.block.get("expression"), "expression")}


def _image(pieces: Pieces) -> dict[str, Any]:
    source = pieces.block.get("source")
    if isinstance(source, str) and source.startswith("="):
        return {"source": pieces.expression(source[1:], "source")}
    if not isinstance(source, str) or not SAFE_IMAGE.fullmatch(source) or ".." in source:
        pieces.add("image_source", msg("A picture comes from a path of this site or a PNG, JPEG, GIF or WebP in the "
                                       "file; nothing is loaded from elsewhere."), "source")
        return {"source": ""}
    return {"source": source}


def _button(pieces: Pieces) -> dict[str, Any]:
    return {"action": _one_of(pieces, "action", frozenset({"submit", "reset"}), "submit")}


def _table(pieces: Pieces) -> dict[str, Any]:
    block = pieces.block
    _count(pieces, "rowCount", None, 1, 1_000)
    if bool(block.get("columns")) == bool(block.get("columnsExpression")):
        pieces.add("table", msg("A table needs exactly one of columns and columnsExpression."), "columns")
    source = block.get("dataSource")
    columns = block.get("columns") or []
    return {"source": pieces.formula(source, "dataSource"),
            "columns": [_column(pieces, item) for item in (columns if isinstance(columns, list) else [None])],
            "columns_expression": pieces.formula(block["columnsExpression"], "columnsExpression")
            if block.get("columnsExpression") else None}


def _column(pieces: Pieces, item: Any) -> tuple[str, Text]:
    line = item.line if isinstance(item, Block) else pieces.block.line_of("columns")
    if not isinstance(item, Block) or not isinstance(item.get("key"), str):
        pieces.add("table", msg("A column is an object with a key and a label."), line=line)
        return "", pieces.text("", {}, "label", line)
    others = {"en": item["label_en"]} if item.get("label_en") else {}
    return item["key"], pieces.text(item.get("label") or item["key"], others, "label", line)


def _list(pieces: Pieces) -> dict[str, Any]:
    return {"repetitions": _count(pieces, "defaultRepetitions", 1, 0, words.MAX_ROWS),
            "growing": _flag(pieces, "allowAddRemove", True), **_frame(pieces)}


def _frame(pieces: Pieces) -> dict[str, Any]:
    return {"outline": _flag(pieces, "showOutline")}


def _spacer(pieces: Pieces) -> dict[str, Any]:
    return {"height": _count(pieces, "height", 60, 1, 1_000)}


_READERS: dict[str, Callable[[Pieces], dict[str, Any]]] = {
    "number": _number, "datetime": _datetime, "filepicker": _filepicker, "expression": _expression, "image": _image,
    "button": _button, "table": _table, "dynamiclist": _list, "group": _frame, "spacer": _spacer,
}


def read_default(pieces: Pieces, component: Component) -> Any:
    """The default value in the type of the component, or None. A wrong type or an unknown option is a problem."""
    value, kind = pieces.block.get("defaultValue"), component.type
    if value is None or value == "" or kind not in words.INPUTS:
        return None
    allowed = {str(choice.value) for choice in component.options.choices}
    items = value if isinstance(value, list) else [value]
    good = {
        "checkbox": isinstance(value, bool),
        "number": not isinstance(value, bool) and re.fullmatch(r"-?\d{1,15}(\.\d{1,12})?", str(value), re.ASCII),
    }.get(kind, all(isinstance(item, str) for item in items) if kind not in words.CHOICES else True)
    if kind in words.CHOICES and allowed:
        good = all(str(item) in allowed for item in items)
    if not good or isinstance(value, list) != (kind in words.MANY):
        pieces.add("default", msg("The default value does not suit a %(type)s."), "defaultValue", type=kind)
        return None
    return Decimal(str(value)) if kind == "number" else value
