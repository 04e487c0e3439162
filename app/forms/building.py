"""A plain form from a table of questions, and back: what somebody without a form editor needs for one service."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.forms import vocabulary as words

KINDS = ("text", "long", "number", "date", "choice", "many", "yesno", "slot")
WITH_OPTIONS = ("choice", "many")
MOST_QUESTIONS, MOST_CHOICES = 40, 60
_TYPES = {"text": "textfield", "long": "textarea", "number": "number", "date": "datetime", "choice": "select",
          "many": "checklist", "yesno": "radio", "slot": "select"}
Pair = tuple[str, str]
"""zh and en."""
_FIXED: dict[str, tuple[tuple[str, Pair], ...]] = {
    "yesno": (("yes", ("是", "Yes")), ("no", ("否", "No"))),
    "slot": (("morning", ("上午", "Morning")), ("afternoon", ("下午", "Afternoon")), ("evening", ("晚上", "Evening"))),
}
"""Kinds whose answers are always the same."""


@dataclass(frozen=True)
class Question:
    """One question. `key` names its answer in the case; empty for a new one. `options`: (value, (zh, en))."""

    kind: str = "text"
    zh: str = ""
    en: str = ""
    required: bool = False
    options: tuple[tuple[str, Pair], ...] = ()
    key: str = ""


def keyed(questions: Iterable[Question]) -> list[Question]:
    """With a key for each question and a value for each option: from the English words, else numbered."""
    taken: set[str] = set()
    found = []
    for number, one in enumerate(questions, 1):
        key = _free(one.key if _good(one.key) else _slug(one.en) or f"question_{number}", taken)
        values: set[str] = set()
        options = tuple((_free(value or _slug(pair[1]) or f"option_{at}", values), pair)
                        for at, (value, pair) in enumerate(one.options, 1))
        found.append(replace(one, key=key, options=options))
    return found


def build(form_id: str, questions: Sequence[Question]) -> bytes:
    """The `.form` file. No question at all is a form that asks nothing."""
    top = {"type": "default", "id": form_id, "schemaVersion": 17, "executionPlatform": "Camunda Cloud",
           "executionPlatformVersion": "8.6.0", "components": [_component(one) for one in keyed(questions)]}
    return (json.dumps(top, ensure_ascii=False, indent=2) + "\n").encode()


def _component(one: Question) -> dict[str, Any]:
    made: dict[str, Any] = {"type": _TYPES[one.kind], "id": f"field_{one.key}", "key": one.key, "label": one.zh}
    if one.required:
        made["validate"] = {"required": True}
    properties = {"label_en": one.en} if one.en else {}
    if one.kind == "date":
        made |= {"subtype": "date", "dateLabel": one.zh}
        properties |= {"dateLabel_en": one.en} if one.en else {}
    options = _FIXED.get(one.kind, one.options)
    if options:
        made["values"] = [{"label": zh, "value": value} | ({"label_en": en} if en else {})
                          for value, (zh, en) in options]
    if properties:
        made["properties"] = properties
    return made


def questions(data: bytes) -> list[Question] | None:
    """The questions of a file; None where it holds more than a table of questions can say."""
    try:
        top = json.loads(data)
        found = [_question(one) for one in top["components"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    plain = [one for one in found if one is not None]
    if len(plain) != len(found) or [_component(one) for one in keyed(plain)] != top["components"]:
        return None
    return plain


def _question(made: Mapping[str, Any]) -> Question | None:
    options = tuple((str(one["value"]), (str(one["label"]), str(one.get("label_en", ""))))
                    for one in made.get("values", ()))
    kinds = [kind for kind, name in _TYPES.items() if name == made["type"] and _FIXED.get(kind, options) == options]
    if not kinds:
        return None
    kind = kinds[-1] if kinds[-1] in _FIXED else kinds[0]
    return Question(kind, str(made.get("label", "")), str(made.get("properties", {}).get("label_en", "")),
                    bool(made.get("validate", {}).get("required")), () if kind in _FIXED else options,
                    str(made["key"]))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:40].rstrip("_")


def _good(key: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,60}", key, re.ASCII) is not None and key not in words.RESERVED_KEYS


def _free(name: str, taken: set[str]) -> str:
    name = name if name[:1].isalpha() or name[:1] == "_" else f"q_{name}"
    name = f"{name}_" if name in words.RESERVED_KEYS else name
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found
