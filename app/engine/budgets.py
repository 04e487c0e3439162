"""The budget of a step as the office set it, and what is weighed against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from app.engine.ports import BudgetSpent, StepBudget
from app.engine.state_format import dump_document
from app.kernel.errors import msg
from app.tenancy import settings

if TYPE_CHECKING:
    from app.engine.tokens import Level

_SAFE = 6
"""No character takes more bytes in JSON than this."""
_NAMES = tuple(field.name for field in fields(StepBudget))


def of(session: Session) -> StepBudget:
    """The office's figures over the defaults. Asks no database: the office's row is held by the session."""
    given = settings.value(session, "step_budget") or {}
    return StepBudget(**{name: given[name] for name in _NAMES if isinstance(given.get(name), int)})


def weigh(values: Mapping[str, Any], element_id: str, budget: StepBudget) -> None:
    """Raises BudgetSpent when one of the variables has too many bytes."""
    limit = budget.variable_bytes
    for name, value in values.items():
        if value is None or isinstance(value, bool) or (isinstance(value, str) and len(value) * _SAFE < limit):
            continue
        if len(dump_document(value)) > limit:
            raise BudgetSpent(
                "budget_variable", element_id,
                msg("The variable %(name)s has more than %(limit)s bytes, at %(element)s: documents belong in files."),
                name=name[:60], limit=limit, element=element_id)


def count_round(level: Level, element_id: str, budget: StepBudget) -> None:
    """A token comes back to an element. Raises BudgetSpent."""
    rounds: dict[str, int] = level.data.setdefault("rounds", {})
    rounds[element_id] = rounds.get(element_id, 0) + 1
    if rounds[element_id] > budget.rounds:
        raise BudgetSpent(
            "budget_rounds", element_id, msg("A loop led back to %(element)s more than %(limit)s times."),
            limit=budget.rounds, element=element_id)
