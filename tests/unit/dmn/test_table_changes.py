"""What differs between two versions of a table: rows, cells, columns, the policy, and what no table says."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app import dmn
from app.kernel.errors import DefinitionError
from tests.hostile_xml import ATTACKS

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted(ROOT.glob("rules/base/decisions/*/*.dmn"))
LIMIT = (ROOT / "rules/base/decisions/review/review.dmn").read_bytes()


def rules(tree: Any) -> list[Any]:
    return [one for one in tree.iter() if isinstance(one.tag, str) and etree.QName(one).localname == "rule"]


def inside(one: Any, tag: str) -> list[Any]:
    return [child for child in one if isinstance(child.tag, str) and etree.QName(child).localname == tag]


def test_a_row_that_moved_past_others_and_one_that_changed() -> None:
    tree = etree.fromstring(LIMIT)
    found = rules(tree)
    table = found[0].getparent()
    table.remove(found[3])
    table.insert(table.index(found[0]), found[3])
    inside(found[1], "inputEntry")[0][0].text = '"other"'
    (sheet,) = dmn.table_changes(LIMIT, etree.tostring(tree))
    assert [(one.kind, one.number, one.was, list(one.cells)) for one in sheet.rows] == [
        ("moved", 1, 4, []), ("changed", 3, None, [0])]
    assert sheet.rows[1].cells[0][1] == '"other"'


def test_a_new_column_is_no_change_of_the_others() -> None:
    tree = etree.fromstring(LIMIT)
    space = etree.QName(tree).namespace
    table = rules(tree)[0].getparent()
    first = inside(table, "input")[0]
    column = etree.fromstring(f'<input xmlns="{space}" id="new_in" label="新"><inputExpression id="new_ie" '
                              'typeRef="string"><text>brand_new</text></inputExpression></input>')
    table.insert(table.index(first), column)
    for number, rule in enumerate(rules(tree)):
        entry = etree.fromstring(f'<inputEntry xmlns="{space}" id="new_{number}"><text>{"1" if not number else ""}</text>'
                                 '</inputEntry>')
        rule.insert(rule.index(inside(rule, "inputEntry")[0]), entry)
    (sheet,) = dmn.table_changes(LIMIT, etree.tostring(tree))
    assert [(one.kind, one.column.label) for one in sheet.columns] == [("added", "新")]
    assert [(one.number, dict(one.cells)) for one in sheet.rows] == [(1, {0: ("", "1")})]
    (back,) = dmn.table_changes(etree.tostring(tree), LIMIT)
    assert [(one.kind, one.column.label) for one in back.columns] == [("removed", "新")] and not back.rows


def test_policy_name_and_a_table_that_is_gone() -> None:
    tree = etree.fromstring(LIMIT)
    table = rules(tree)[0].getparent()
    table.set("hitPolicy", "COLLECT")
    (sheet,) = dmn.table_changes(LIMIT, etree.tostring(tree))
    assert sheet.texts["hit_policy"][1] == "COLLECT" and sheet.kind == "changed"
    table.getparent().remove(table)
    found = dmn.table_changes(LIMIT, etree.tostring(tree))
    assert [one.kind for one in found] == ["removed"]
    assert len(found[0].rows) == len(rules(etree.fromstring(LIMIT)))
    assert dmn.without_tables(LIMIT) == dmn.without_tables(etree.tostring(tree))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_random_changes_of_rows_are_found_and_nothing_else(path: Path) -> None:
    data = path.read_bytes()
    assert dmn.table_changes(data, data) == []
    for seed in range(4):
        dice, tree = random.Random(f"{path.stem} {seed}"), etree.fromstring(data)  # noqa: S311  a play
        expected: dict[str, str] = {}
        for number, rule in enumerate(rules(tree)):
            act = dice.choice(("cell", "remove", "", ""))
            if act == "cell":
                inside(rule, "outputEntry")[0][0].text = f'"odd {number}"'
                expected[rule.get("id")] = "changed"
            elif act == "remove":
                rule.getparent().remove(rule)
                expected[rule.get("id")] = "removed"
        found = {row.row.id: row.kind for sheet in dmn.table_changes(data, etree.tostring(tree)) for row in sheet.rows}
        assert found == expected, seed


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_security_07_a_hostile_file_is_refused(name: str) -> None:
    with pytest.raises(DefinitionError):
        dmn.table_changes(LIMIT, ATTACKS[name]())
