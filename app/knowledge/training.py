"""Training the suggestion on an office's closed cases: read, learn outside any transaction, put in force by command."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM, Actor
from app.knowledge import queries, text_model
from app.knowledge.commands import RetrainSuggestion
from app.tenancy import settings

FEWEST_CASES, FEWEST_SETTING = 200, "suggestion_fewest_cases"
FEWEST_PER_CODE = 5
MOST_CASES = 5_000
ACCURACY = 0.92
Closed = Callable[[Session, UUID], Iterable[tuple[str, str]]]
"""(session, tenant) -> (text, service code) of closed cases, the oldest first."""


@dataclass(frozen=True)
class Trained:
    """What a training came to. `in_force` False: too few cases, suggestions keep coming from the catalogue."""

    in_force: bool
    cases: int
    needed: int
    codes: int = 0
    accuracy: float = 0.0
    threshold: float = 1.0


def retrain(tenant_id: UUID, closed_cases: Closed | None = None, actor: Actor = SYSTEM) -> Trained:
    """Train on the newest closed cases of the office, when there are as many as its setting asks for.

    A service counts with five closed cases or more; rarer ones would be guesses. Takes seconds to a minute.
    """
    pairs, needed = _read(tenant_id, closed_cases or _closed_cases())
    codes = [code for _, code in pairs]
    if len(pairs) < needed or len(set(codes)) < 2:
        return Trained(False, len(pairs), needed, len(set(codes)))
    model = text_model.train([text for text, _ in pairs], codes)
    accuracy = sum(hit for _, hit in model.curve.held_out) / len(model.curve.held_out)
    result = Trained(True, len(pairs), needed, len(set(codes)), accuracy, model.curve.threshold(ACCURACY))
    dispatch(RetrainSuggestion(
        tenant_id=tenant_id, actor=actor, data=model.to_bytes(), cases=result.cases, codes=result.codes,
        accuracy=Decimal(f"{accuracy:.4f}"), threshold=Decimal(f"{result.threshold:.4f}")))
    return result


def _read(tenant_id: UUID, closed_cases: Closed) -> tuple[list[tuple[str, str]], int]:
    with database.current().read(tenant_id) as session:
        offered = {service.code for service in queries.services(session)}
        found = deque(((t, c) for t, c in closed_cases(session, tenant_id) if c in offered and t.strip()), MOST_CASES)
        needed = int(settings.value(session, FEWEST_SETTING, FEWEST_CASES))
    count = Counter(code for _, code in found)
    return [(text, code) for text, code in found if count[code] >= FEWEST_PER_CODE], needed


def _closed_cases() -> Closed:
    from app.cases import queries as cases

    closed: Closed = cases.closed_case_texts
    return closed
