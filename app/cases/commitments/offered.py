"""What is promised to anybody who asks for a service today, by the same tables that the process asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, dmn
from app.cases.commitments.terms import Terms, read
from app.kernel import clock
from app.kernel.errors import YikouError
from app.tenancy import settings, zones

URGENCY, UNIT, LIMIT, TERMS = "urgency", "handling_unit", "time_limit", "commitment"


@dataclass(frozen=True)
class Offer:
    """`unit`: code of who handles it, or None where a person decides. `limit`: {"amount", "unit"}."""

    unit: str | None
    limit: Mapping[str, Any]
    terms: Terms


def offers(session: Session, tenant_id: UUID, services: Mapping[str, tuple[str, str, str]]) -> dict[str, Offer]:
    """`services`: code -> (module, kind, urgency). Services for which the tables do not say are left out."""
    asking = _Asking(session, tenant_id)
    found = {}
    for code, (module, kind, urgency) in services.items():
        try:
            found[code] = asking.offer(code, module, kind, urgency)
        except YikouError:
            continue
    return found


class _Asking:
    """The tables of one page, loaded once."""

    def __init__(self, session: Session, tenant_id: UUID) -> None:
        self.session, self.tenant_id = session, tenant_id
        self.now = clock.now().astimezone(zones.zone_of(session, tenant_id))
        self.models: dict[str, Any] = {}

    def offer(self, code: str, module: str, kind: str, urgency: str) -> Offer:
        """Raises YikouError where a table is missing or refuses."""
        known: dict[str, Any] = {"service": code, "module": module, "kind": kind, "urgency_stated": urgency,
                                 "channel": "web", "reopen_count": 0}
        known["urgency"] = self.ask(URGENCY, known)
        unit, limits, terms = (self.ask(name, known) for name in (UNIT, LIMIT, TERMS))
        limit = limits.get("reply") if isinstance(limits, Mapping) else None
        chosen = unit.get("unit") if isinstance(unit, Mapping) else None
        return Offer(chosen if isinstance(chosen, str) else None, limit or {},
                     read({"service": code, "module": module, "urgency": known["urgency"], "limit": limit,
                           "terms": terms}))

    def ask(self, decision: str, known: Mapping[str, Any]) -> Any:
        """One answer, as plain values."""
        if decision not in self.models:
            self.models[decision] = catalog.compiled(self.session, self.tenant_id, "decision", decision)[1]
        found = dmn.decide(self.models[decision], decision, known, now=self.now,
                           functions={"setting": lambda name: settings.value(self.session, str(name))})
        return found.trace["value"]
