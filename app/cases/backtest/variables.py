"""The variables a past decision was made with, found again; what cannot be found is named, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app import dmn
from app.cases import given

FORM, CASE = "form", "case"
COLUMNS = ("service", "module", "unit", "urgency", "kind", "channel", "anonymous", "confidential", "locale")
"""Columns of a case that bear the name of a process variable. They are as they stand now."""


@dataclass(frozen=True)
class Asked:
    """How the tables of the version that decided name their inputs: (decision, table) -> the variable of each input
    column, None for a column that asks for more than one plain variable."""

    columns: Mapping[tuple[str, str], tuple[str | None, ...]] = field(default_factory=dict)

    @staticmethod
    def of(data: bytes, file: str, model: dmn.Model) -> Asked:
        """Read from the file of a version and its compiled form."""
        plain = {each.name for each in model.inputs.values()}
        found = {}
        for sheet in dmn.sheets(data, file):
            texts = [" ".join(column.expression.split()) for column in sheet.columns if column.part == "input"]
            found[sheet.decision, sheet.id] = tuple(
                text if text in plain or (model.open_inputs and text.isidentifier()) else None for text in texts)
        return Asked(found)


@dataclass(frozen=True)
class Found:
    """`values` by name; `presumed`: those that were not kept with the decision -> FORM or CASE, where they are from;
    `missing`: what nobody knows."""

    values: Mapping[str, Any]
    presumed: Mapping[str, str]
    missing: tuple[str, ...]


def recovered(needed: Collection[str], trace: Mapping[str, Any], asked: Asked, forms: Iterable[Mapping[str, Any]],
              case: Mapping[str, Any]) -> Found:
    """The needed variables: kept with the decision, else in a form sent before it, else in a column of the case.

    `forms`: what was sent up to the decision, the last first. `case`: its columns by name.
    """
    own = {name: value for name, value in _in_tables(trace, asked).items() if name in needed}
    known = trace.get(given.GIVEN)
    if known is not None:
        left = set(trace.get(given.LEFT_OUT, ())) - set(own)
        own |= {name: known.get(name) for name in needed if name not in left and name not in own}
    values, presumed, missing = dict(own), dict[str, str](), []
    for name in sorted(set(needed) - set(own)):
        sent = next((one for one in forms if name in one), None)
        if sent is not None:
            values[name], presumed[name] = sent[name], FORM
        elif name in case:
            values[name], presumed[name] = case[name], CASE
        else:
            missing.append(name)
    return Found(values, presumed, tuple(missing))


def _in_tables(trace: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """What the tables of a trace say of plain variables."""
    found = dict[str, Any]()
    for table in trace.get("tables", ()):
        names = asked.columns.get((table["decision"], table["table"]), ())
        if len(names) == len(table["inputs"]):
            found |= {name: one["value"] for name, one in zip(names, table["inputs"], strict=True) if name is not None}
    return found
