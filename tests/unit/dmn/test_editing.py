"""Tables as rows and back: nothing else of a file changes, and every shipped one survives the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import dmn
from app.catalog import read_yaml
from app.config import ROOT
from app.dmn.scenarios import ask_all

FILES = sorted((ROOT / "rules/base/decisions").glob("*/*.dmn"))
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_table_written_back_unchanged_answers_the_same(path: Path) -> None:
    data = path.read_bytes()
    before = dmn.sheets(data, path.name)
    made, rows = dmn.written(data, path.name, {sheet.id: sheet.rows for sheet in before})
    assert dmn.sheets(made, path.name) == before
    assert {sheet.id: list(sheet.rows) for sheet in before} == rows
    told = read_yaml(path.with_name("scenarios.yaml").read_bytes(), path.name)
    assert ask_all(dmn.load(made, path.name), told, path.name, NOW).problems == []


def test_a_changed_a_new_and_a_removed_row_are_told_apart() -> None:
    path = ROOT / "rules/base/decisions/time_limit/time_limit.dmn"
    sheet = next(one for one in dmn.sheets(path.read_bytes(), "x") if len(one.rows) > 3)
    first, second, *rest = sheet.rows
    edited = [replace(first, cells=("<5 & \x00", *first.cells[1:])), *rest, replace(second, id="")]
    made, rows = dmn.written(path.read_bytes(), "x", {sheet.id: edited})
    after = next(one for one in dmn.sheets(made, "x") if one.id == sheet.id)
    assert after.rows[0].cells[0] == "<5 &" and rows[sheet.id][-1].id not in ("", second.id)
    found = dmn.changes(sheet, after)
    assert [(one.kind, one.number) for one in found] == [
        ("changed", 1), ("added", len(after.rows)), ("removed", 2)]
    assert found[0].cells == {0: (first.cells[0], "<5 &")}


def test_effects_name_the_questions_that_are_answered_differently() -> None:
    path = ROOT / "rules/base/decisions/answer_wait/answer_wait.dmn"
    data = path.read_bytes()
    asked = dmn.questions(read_yaml(path.with_name("scenarios.yaml").read_bytes(), "x"))
    model = dmn.load(data, "x")
    assert asked and dmn.effects(model, model, "answer_wait", asked, NOW) == []
    sheet = dmn.sheets(data, "x")[0]
    at = [column.part for column in sheet.columns].index("output")
    rows = [replace(row, cells=(*row.cells[:at], "null", *row.cells[at + 1:])) for row in sheet.rows]
    made, _ = dmn.written(data, "x", {sheet.id: rows})
    found = dmn.effects(model, dmn.load(made, "x"), "answer_wait", asked, NOW)
    assert found and all(one.before != one.after for one in found)
