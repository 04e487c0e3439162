"""Where a fault stands, for editors: the element's name, and the row and column of a table's cell."""

from __future__ import annotations

from typing import Any

from app.kernel.errors import Problem, YikouError
from app.kernel.safe_xml import read_xml

ROOTS = ("{http://www.omg.org/spec/BPMN/20100524/MODEL}definitions",
         *(f"{{https://www.omg.org/spec/DMN/{one}/MODEL/}}definitions" for one in ("20191111", "20211108", "20230324")))
PLACES = ("row", "column")


def names_of(data: bytes) -> dict[str, str]:
    """Names by id of everything in a file that has both; empty for one that cannot be read."""
    try:
        root = read_xml(data, ROOTS)
    except YikouError:
        return {}
    return {one.get("id"): one.get("name") for one in root.iter() if one.get("id") and one.get("name")}


def cell(problem: Problem) -> dict[str, Any] | None:
    """{row, column} (from 1) of a cell, as far as the fault names them."""
    found = {name: value for _, params in problem.within for name, value in params.items()
             if name in PLACES and isinstance(value, int)}
    return found or None

