"""What a change of tables does: the answers of two versions to the same questions, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.dmn.deciding import decide
from app.dmn.model import Model
from app.feel import to_json
from app.kernel.errors import YikouError


@dataclass(frozen=True)
class Effect:
    """One question: its name, and what each version answers (JSON-able)."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Question:
    """Something to ask a decision: `inputs` by name."""

    name: str
    inputs: Mapping[str, Any]


def questions(document: Any) -> list[Question]:
    """Those of a file of scenarios: {inputs, scenarios: [{name, inputs}]}. What has another shape is left out."""
    if not isinstance(document, Mapping):
        return []
    common = document.get("inputs") or {}
    return [Question(str(one.get("name", number)), {**common, **(one.get("inputs") or {})})
            for number, one in enumerate(document.get("scenarios") or (), 1) if isinstance(one, Mapping)]


def effects(before: Model, after: Model, decision_id: str, asked: Iterable[Question], now: datetime) -> list[Effect]:
    """The questions that the two versions answer differently. A question that cannot be answered says why."""
    found = [Effect(one.name, _answer(before, decision_id, one, now), _answer(after, decision_id, one, now))
             for one in asked]
    return [one for one in found if one.before != one.after]


def _answer(model: Model, decision_id: str, question: Question, now: datetime) -> Any:
    try:
        return to_json(decide(model, decision_id, question.inputs, now=now).value)
    except YikouError as error:
        return error.message % error.params if error.params else error.message
