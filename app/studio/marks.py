"""Where a fault stands, for editors: the element's name, and the row and column of a table's cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.kernel.errors import Problem, YikouError
from app.kernel.safe_xml import read_xml

ROOTS = ("{http://www.omg.org/spec/BPMN/20100524/MODEL}definitions",
         *(f"{{https://www.omg.org/spec/DMN/{one}/MODEL/}}definitions" for one in ("20191111", "20211108", "20230324")))
PLACES = ("row", "column")
ELEMENTS = frozenset({"source", "gateway", "scope", "host", "activity", "elements"})
"""Parameters of faults that hold ids of elements."""
EXTENSIONS = ("{http://www.omg.org/spec/BPMN/20100524/MODEL}extensionElements/"
              "{http://camunda.org/schema/zeebe/1.0}properties/{http://camunda.org/schema/zeebe/1.0}property")


def names_of(data: bytes, *, english: bool = False) -> dict[str, str]:
    """Names by id of everything in a file that has both; empty for one that cannot be read. `english`: the English
    name of an element of a diagram, where it has one."""
    try:
        root = read_xml(data, ROOTS)
    except YikouError:
        return {}
    found = {one.get("id"): one.get("name") for one in root.iter() if one.get("id") and one.get("name")}
    if english:
        found |= {one.getparent().getparent().getparent().get("id"): one.get("value")
                  for one in root.iterfind(f".//{EXTENSIONS}") if one.get("name") == "name_en" and one.get("value")}
    return {str(key): str(name) for key, name in found.items() if key}


def told(problem: Problem, names: Mapping[str, str], words: Callable[..., str]) -> str:
    """The sentence of a fault, with the names of other elements that it speaks of in the place of their ids."""
    said = {name: ", ".join(names.get(one, one) for one in str(problem.params[name]).split(", "))
            for name in ELEMENTS.intersection(problem.params)}
    return replace(problem, params={**problem.params, **said}).told(words)


def cell(problem: Problem) -> dict[str, Any] | None:
    """{row, column} (from 1) of a cell, as far as the fault names them."""
    found = {name: value for _, params in problem.within for name, value in params.items()
             if name in PLACES and isinstance(value, int)}
    return found or None

