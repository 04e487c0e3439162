"""Types of variables as editors tell them: of every form and table that ships, and of a form with lists and groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cases import variable_types
from app.feel import FeelType
from tests.unit.forms.making import source

ROOT = Path(__file__).resolve().parents[3]
NUMBER, TEXT = FeelType("number"), FeelType("string")


@pytest.mark.parametrize("path", sorted(ROOT.glob("rules/base/decisions/*/*.dmn")), ids=lambda path: path.stem)
def test_every_table_that_ships_tells_the_type_of_its_answer(path: Path) -> None:
    found = variable_types.of_decision(path.read_bytes(), path.stem)
    assert set(found) == {path.stem} and found[path.stem].name != "Any"


def test_an_expression_of_no_declared_type_tells_its_entries() -> None:
    found = variable_types.of_decision((ROOT / "rules/base/decisions/time_limit/time_limit.dmn").read_bytes(), "time_limit")
    reply = dict(dict(found["time_limit"].members)["reply"].members)
    assert reply == {"amount": NUMBER, "unit": TEXT, "warn": NUMBER}


def test_a_table_that_collects_answers_with_a_list() -> None:
    found = variable_types.of_decision((ROOT / "rules/base/decisions/co_handling/co_handling.dmn").read_bytes(), "co_handling")
    assert str(found["co_handling"]) == "list<string>"


def test_fields_of_a_form() -> None:
    inside = {"type": "number", "id": "n", "key": "count", "label": "n", "properties": {"label_en": "n"}}
    data = source({"type": "checkbox", "id": "a", "key": "yes", "label": "a", "properties": {"label_en": "a"}},
                  {"type": "datetime", "id": "b", "key": "day", "subtype": "date", "label": "b", "properties": {"label_en": "b"}},
                  {"type": "group", "id": "c", "path": "place", "label": "c", "properties": {"label_en": "c"}, "components": [inside]},
                  {"type": "dynamiclist", "id": "d", "path": "items", "label": "d", "properties": {"label_en": "d"}, "isRepeating": True, "components": [
                      {**inside, "id": "m"}]})
    record = FeelType("context", members=(("count", NUMBER),))
    assert variable_types.of_form(data, "f") == {"yes": FeelType("boolean"), "day": FeelType("date"), "place": record,
                                                 "items": FeelType("list", record)}
