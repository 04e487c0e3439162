"""What the packages' own documentation shows is what they do."""

import doctest
import re
from types import ModuleType

import pytest

from app import dmn, feel


@pytest.mark.parametrize(("room", "least"), [(feel, 15), (dmn, 15)], ids=["feel", "dmn"])
def test_the_documented_examples_are_true(room: ModuleType, least: int) -> None:
    found = doctest.testmod(room)
    assert found.failed == 0 and found.attempted >= least


@pytest.mark.parametrize("room", [feel, dmn], ids=["feel", "dmn"])
def test_every_name_that_the_documentation_uses_is_offered(room: ModuleType) -> None:
    names = re.findall(r"`([a-z_]+|[A-Z]\w+)`", room.__doc__ or "")
    beside = {"now", "today", "functions", "inputs", "value", "names", "evaluate", "line", "column", "params", "found", "expected",
              "str", "bool", "list", "dict", "timedelta", "kernel", "Problem", "DefinitionError", "NotFound", "Decimal",
              "None", "P1DT2H", "P1Y2M"}
    other = {"Budget", "BudgetExceeded"} if room is dmn else set()
    assert [name for name in names if name not in room.__all__ and name not in beside | other] == []
