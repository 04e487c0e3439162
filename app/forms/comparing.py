"""What differs between two form files: components that came, went, changed or moved, with what they say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.forms import source
from app.kernel.differing import ORDER, Part, PartChange, differing, moved
from app.kernel.errors import DefinitionError, Problem

FORM = "form"
"""The part that stands for the file itself."""
_LISTS_BY = {"values": "value", "columns": "key"}
"""Lists whose entries have a name of their own."""
_CONTENTS = frozenset({"components", "id"})


def compare(before: bytes, after: bytes, file: str = "") -> tuple[PartChange, ...]:
    """What became of which component. Raises DefinitionError for what is no form file."""
    old, new = parts(before, file), parts(after, file)
    places = {name: one.place for name, one in old.items()}
    passed = _passed(old, new)
    shown = {name: Part(one.id, one.type, one.name_zh, one.name_en, one.facts,
                        f"{places[name]} →" if name in passed else places.get(name, "")) for name, one in new.items()}
    return differing(old, shown)


def _passed(old: Mapping[str, Part], new: Mapping[str, Part]) -> set[str]:
    """Those that stand in another group, or moved past others of theirs. A part's place is the id of what holds it."""
    found = {name for name, one in new.items() if name in old and old[name].place != one.place}
    for holder in {one.place for one in new.values()}:
        before, after = ([name for name, one in known.items() if one.place == holder and name in old and name in new]
                         for known in (old, new))
        found |= moved(before, [name for name in after if name not in found])
    return found


def parts(data: bytes, file: str = "") -> dict[str, Part]:
    """All components of a file by id, in its order; one without an id goes by its key or its place."""
    try:
        top = source.read(data)
    except source.SourceError as error:
        raise DefinitionError([Problem("json", error.message, error.params, file=file, line=error.line)]) from None
    if not isinstance(top, dict):
        return {}
    found = {FORM: Part(FORM, FORM, "", "", _facts(top))}
    _collect(top, FORM, found)
    return found


def _collect(holder: Mapping[str, Any], name: str, found: dict[str, Part]) -> None:
    blocks = holder.get("components")
    for number, block in enumerate(blocks if isinstance(blocks, list) else (), 1):
        if not isinstance(block, dict):
            continue
        own = str(block.get("id") or block.get("key") or block.get("path") or f"{name}.{number}")
        given = block.get("properties")
        texts = given if isinstance(given, dict) else {}
        label = str(block.get("label") or block.get("text") or block.get("content") or block.get("key") or "")
        english = str(texts.get("label_en") or texts.get("text_en") or texts.get("content_en") or label)
        found[own] = Part(own, str(block.get("type") or ""), label, english, _facts(block), name)
        _collect(block, own, found)


def _facts(block: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in block.items():
        if key not in _CONTENTS and key != "type":
            _flatten(key, value, found)
    return found


def _flatten(path: str, value: Any, found: dict[str, str]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{path}/{key}", inner, found)
    elif isinstance(value, list) and (by := _LISTS_BY.get(path.rpartition("/")[2])) and _named(value, by):
        for one in value:
            rest = {key: inner for key, inner in one.items() if key != by}
            found[f"{path} {one[by]}"] = _text(rest.get("label")) if set(rest) <= {"label"} else _text(rest)
        if len(value) > 1:
            found[f"{path} {ORDER}"] = "\n".join(str(one[by]) for one in value)
    else:
        found[path] = _text(value)


def _named(value: Sequence[Any], by: str) -> bool:
    names = [one.get(by) for one in value if isinstance(one, dict)]
    return len(names) == len(value) == len({str(name) for name in names}) and None not in names


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, str | Decimal) else json.dumps(value, ensure_ascii=False, default=str)
