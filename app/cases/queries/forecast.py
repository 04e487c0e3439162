"""What the tables would decide for a request that is not yet handed in: the same tables that the process asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, dmn
from app.cases.queries.rows import Names
from app.deadlines import Budget, calendar_of
from app.kernel import clock
from app.kernel.errors import YikouError
from app.tenancy import settings, zones

MODULE, URGENCY, UNIT, LIMIT = "service_module", "urgency", "handling_unit", "time_limit"


@dataclass(frozen=True)
class Forecast:
    """Where a request would go and until when it would be answered. `at_once`: no dispatcher looks at it before."""

    unit: str
    unit_zh: str
    unit_en: str
    at_once: bool
    urgency: str
    due_at: datetime | None
    limit: Mapping[str, Any]
    unit_trace: Mapping[str, Any]
    limit_trace: Mapping[str, Any]


def forecast(session: Session, tenant_id: UUID, *, service: str, kind: str | None, urgency: str,
             channel: str) -> Forecast | None:
    """None where the tables do not say."""
    try:
        return _forecast(session, tenant_id, service, kind, urgency, channel)
    except YikouError:
        return None


def _forecast(session: Session, tenant_id: UUID, service: str, kind: str | None, urgency: str,
              channel: str) -> Forecast | None:
    known: dict[str, Any] = {"service": service, "urgency_stated": urgency, "channel": channel, "reopen_count": 0}
    entry, _trace = _ask(session, tenant_id, MODULE, known)
    known |= {"module": _part(entry, "module"), "kind": kind or _part(entry, "kind")}
    known["urgency"], _trace = _ask(session, tenant_id, URGENCY, known)
    unit, unit_trace = _ask(session, tenant_id, UNIT, known)
    limits, limit_trace = _ask(session, tenant_id, LIMIT, known)
    code, reply = _part(unit, "unit"), _part(limits, "reply")
    if not isinstance(code, str):
        return None
    due = None
    if isinstance(reply, Mapping) and reply.get("amount") is not None:
        due = Budget.parse(reply).due(calendar_of(session, tenant_id), clock.now())
    return Forecast(code, *Names(session).unit(code), _part(unit, "auto") is True, str(known["urgency"] or urgency),
                    due, reply if isinstance(reply, Mapping) else {}, unit_trace, limit_trace)


def _ask(session: Session, tenant_id: UUID, decision: str, known: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
    model = catalog.compiled(session, tenant_id, "decision", decision)[1]
    now = clock.now().astimezone(zones.zone_of(session, tenant_id))
    found = dmn.decide(model, decision, known, now=now,
                       functions={"setting": lambda name: settings.value(session, str(name))})
    return found.trace["value"], found.trace


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None
