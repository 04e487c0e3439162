"""One subject's own rule takes the place of all others for it, and the table stays sound."""

import pytest

from app.dmn import Subject, decide, lint, load, ruled, sheets
from tests.unit.dmn.making import NOW, decision, input_data, model, table

ROWS = [('"A"', '"night"', "1"), ('"A", "B"', 'not("night")', "2"), ('not("A", "B")', "-", "3"), ('"B"', '"night"', "4")]


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST"])
def test_an_own_rule_decides_alone_and_contradicts_nothing(policy: str) -> None:
    data = model(input_data("service", "time") + decision(
        "d_a", table(["service", "time"], ["out"], ROWS, policy), "service", "time"))
    before = decide(load(data, "f.dmn"), "d_a", {"service": "A", "time": "night"}, now=NOW)
    matched = before.trace["tables"][0]["matched"][0]["rule"]
    made = ruled(data, "f.dmn", "d_a", Subject("service", '"A"'), {"out": "9"}, "own", matched)
    assert [one for one in lint(made, "f.dmn") if one.severity == "error"] == []
    answers = {(service, time): decide(load(made, "f.dmn"), "d_a", {"service": service, "time": time}, now=NOW).value
               for service in "ABC" for time in ("night", "day")}
    assert answers == {("A", "night"): 9, ("A", "day"): 9, ("B", "night"): 4, ("B", "day"): 2, ("C", "night"): 3,
                       ("C", "day"): 3}
    cells = [row.cells[0] for row in sheets(made, "f.dmn")[0].rows]
    assert cells == (['"A"', '"B"', 'not("A", "B")', '"B"'] if policy == "UNIQUE"
                     else ['"A"', *(row[0] for row in ROWS)])
