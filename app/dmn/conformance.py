"""The door for the DMN conformance tests: values as pairs of kind and text, models by path, faults as null."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.dmn.deciding import Asking
from app.dmn.loading import read
from app.dmn.model import Model
from app.feel import (
    BudgetExceeded,
    DaysTimeDuration,
    FeelDate,
    FeelDateTime,
    FeelTime,
    Range,
    YearsMonthsDuration,
    read_temporal,
)

_KINDS = {FeelDate: "date", FeelTime: "time", FeelDateTime: "dateTime", DaysTimeDuration: "duration",
          YearsMonthsDuration: "duration"}


@lru_cache(maxsize=16)
def _model(path: str) -> Model:
    return read(Path(path).read_bytes(), Path(path).name, functions=())[0]


def evaluate(model: str, decision: str, inputs: Mapping[str, Any], service: str | None = None) -> Any:
    """The value of a decision by name, or of a service's output decision; temporal values are (kind, text).

    Parts of the file that could not be read evaluate to null, as the conformance tests expect of faulty ones.
    """
    loaded = _model(model)
    given = {name: _inward(value) for name, value in inputs.items()}
    asking = Asking.of(loaded, given, now=None)
    try:
        if service is not None:
            chosen = next(each for each in loaded.services.values() if each.name == service)
            outputs = asking.decided(chosen, asking.given)
            return _outward(outputs[decision])
        ident = next(each.id for each in loaded.decisions.values() if decision in (each.title, each.name))
        return _outward(asking.decision(ident))
    except BudgetExceeded:
        return None


def _inward(value: Any) -> Any:
    if isinstance(value, tuple):
        return read_temporal(value[1])
    if isinstance(value, list):
        return [_inward(item) for item in value]
    return {key: _inward(item) for key, item in value.items()} if isinstance(value, dict) else value


def _outward(value: Any) -> Any:
    if type(value) in _KINDS:
        return _KINDS[type(value)], str(value)
    if isinstance(value, list):
        return [_outward(item) for item in value]
    if isinstance(value, Range):
        return {name: _outward(value.member(name)) for name in ("start", "end", "start included", "end included")}
    return {key: _outward(item) for key, item in value.items()} if isinstance(value, dict) else value
