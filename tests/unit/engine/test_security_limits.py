"""Security item 34: a model over a limit is refused with its element, one at the limit is not."""
from __future__ import annotations

import pytest

from app.engine import lint
from tests.oversized import OVER, WITHIN
from tests.pace import measured


def errors(data: bytes) -> list:
    return [one for one in lint(data, "p.bpmn") if one.severity == "error"]


@pytest.mark.parametrize("name", list(OVER))
def test_34_a_model_over_a_limit_is_refused_in_time(name):
    said, make = OVER[name]
    data = make("p")
    with measured() as spent:
        found = errors(data)
    assert spent[0] < 2
    assert found and said in " ".join(one.text() for one in found), [one.text() for one in found]


@pytest.mark.parametrize("name", list(WITHIN))
def test_34_a_model_at_a_limit_is_accepted(name):
    assert [one.text() for one in errors(WITHIN[name]("p"))] == []


def test_34_a_long_way_round_through_other_processes_is_found():
    class Files:
        def has(self, _kind, _key):
            return True

        def data(self, kind, key):
            number = int(key.removeprefix("p"))
            return call(f"p{number}", f"p{(number + 1) % 50}") if kind == "process" else None

    def call(name, called):
        return OVER["call of itself"][1](name).replace(f'processId="{name}"'.encode(), f'processId="{called}"'.encode())

    found = [one for one in lint(call("p0", "p1"), "p0.bpmn", Files()) if one.code == "call_cycle"]
    assert len(found) == 1 and "p0 > p1 > " in found[0].text() and found[0].text().endswith("> p49 > p0.")
