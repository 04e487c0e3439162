"""Where a service goes: what the tables of units, modules and limits decide for it, and its own rows in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, dmn
from app.catalog.commands import PublishDefinition
from app.kernel import clock
from app.kernel.errors import FieldErrors, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge.model import ServiceItem
from app.tenancy import queries as tenancy

UNIT, MODULE, LIMIT, URGENCY = "handling_unit", "service_module", "time_limit", "urgency"
REPLY = "reply_limit"
"""The decision inside `LIMIT` whose table knows services; acceptance goes by urgency and channel."""
CLOCKS = ("accept", "dispatch", "reply")
Fault = tuple[str, dict[str, Any]]
SPANS = ("wd", "wh", "d", "h", "min")
MOST = 366


@dataclass(frozen=True)
class Rule:
    """The row that answered: its table's decision, number and remark, and what it says."""

    decision: str
    id: str
    number: int
    note: str
    outputs: Mapping[str, Any]


@dataclass(frozen=True)
class Placing:
    """What is decided for a request of a service as residents hand it in. `limits`: clock -> {amount, unit, warn}.

    `ordinary`: the reply's limit where nothing presses, which is the one a service can have for itself.
    """

    unit: str | None = None
    at_once: bool = False
    urgency: str = "normal"
    limits: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    ordinary: Mapping[str, Any] = field(default_factory=dict)
    known: bool = True


@dataclass(frozen=True)
class Wish:
    """What somebody chose: a unit and whether it gets requests without a dispatcher; the limit of the reply."""

    unit: str | None = None
    at_once: bool = False
    amount: int | None = None
    span: str = "wd"


def placed(session: Session, tenant_id: UUID, code: str, module: str, kind: str) -> Placing:
    """Ask the tables in force. `known` is False in an office that has no tables yet."""
    if catalog.live(session, tenant_id, "decision", UNIT) is None:
        return Placing(known=False)
    given = {"service": code or None, "module": module, "kind": kind, "reopen_count": 0, "channel": "web",
             "urgency_stated": None}
    urgency, _ = _asked(session, tenant_id, URGENCY, given)
    pressing = urgency["urgency"] if isinstance(urgency, dict) else urgency
    given["urgency"] = pressing or "normal"
    unit, units = _asked(session, tenant_id, UNIT, given)
    limits, clocks = _asked(session, tenant_id, LIMIT, given)
    unit = unit if isinstance(unit, dict) else {}
    ordinary = _asked(session, tenant_id, LIMIT, given | {"urgency": "normal"})[1].get(REPLY)
    return Placing(unit.get("unit"), bool(unit.get("auto")), str(given["urgency"]),
                   limits if isinstance(limits, dict) else {}, {**units, **clocks},
                   ordinary.outputs if ordinary is not None else {})


def _asked(session: Session, tenant_id: UUID, key: str, given: Mapping[str, Any]) -> tuple[Any, dict[str, Rule]]:
    """The answer, and the row of each table that matched, by decision."""
    if catalog.live(session, tenant_id, "decision", key) is None:
        return None, {}
    published, model = catalog.compiled(session, tenant_id, "decision", key)
    trace = dmn.decide(model, key, given, now=clock.now()).trace
    notes = {(sheet.decision, row.id): row.cells[-1] for sheet in dmn.sheets(published.data, key) for row in sheet.rows}
    rules = {table["decision"]: Rule(table["decision"], one["rule"], one["row"],
                                     notes.get((table["decision"], one["rule"]), ""), one["outputs"])
             for table in trace["tables"] for one in table["matched"][:1]}
    return trace["value"], rules


def place(uow: UnitOfWork, service: Mapping[str, Any], wish: Wish, reason: str) -> None:
    """Write the service's own rows, one new version of each table that says otherwise by now.

    Alone among those who publish: nobody's change of a table, made at the same moment, is written over.
    """
    catalog.lock(uow)
    code, note = service["code"], f"{service['name_zh']} / {service['name_en']}"
    reason = reason or f"{code} {service['name_zh']}"
    _rule(uow, MODULE, MODULE, code, {"module": _text(service["module"]), "kind": _text(service["kind"])}, note, reason,
          _matched(uow, service, MODULE))
    if wish.unit:
        cells = {"unit": _text(wish.unit), "auto": "true" if wish.at_once else "false"}
        _rule(uow, UNIT, UNIT, code, cells, note, reason, _matched(uow, service, UNIT))
    if wish.amount is not None:
        cells = {"amount": str(wish.amount), "unit": _text(wish.span)}
        _rule(uow, LIMIT, REPLY, code, cells, note, reason, _matched(uow, service, REPLY))


def _matched(uow: UnitOfWork, service: Mapping[str, Any], decision: str) -> Rule | None:
    given = {"service": service["code"], "module": service["module"], "kind": service["kind"], "reopen_count": 0,
             "channel": "web", "urgency": "normal"}
    key = LIMIT if decision == REPLY else decision
    return _asked(uow.session, uow.tenant_id, key, given)[1].get(decision)


def _rule(uow: UnitOfWork, key: str, decision: str, code: str, cells: Mapping[str, str], note: str, reason: str,
          matched: Rule | None) -> None:
    """Nothing is published where the table says so already."""
    published = catalog.live(uow.session, uow.tenant_id, "decision", key)
    if published is None or (matched is not None and _says(matched, cells)):
        return
    data = dmn.ruled(published.data, key, decision, dmn.Subject("service", _text(code)), cells, note,
                     matched.id if matched else None)
    if data == published.data:
        return
    uow.dispatch_nested(PublishDefinition(
        tenant_id=uow.tenant_id, actor=uow.actor, kind="decision", definition_key=key, data=data, reason=reason,
        file=catalog.kind_named("decision").path(key, f"tenants/{tenancy.slug(uow.session, uow.tenant_id)}")))


def _says(rule: Rule, cells: Mapping[str, str]) -> bool:
    return all(_cell(rule.outputs.get(name)) == cell for name, cell in cells.items())


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else str(value)


def _text(value: str) -> str:
    return f'"{value}"'


def check_wish(session: Session, wish: Wish) -> None:
    """Raise Invalid for a unit or limit that is none: it would become text of a table."""
    faults: FieldErrors = {}
    if wish.unit and wish.unit not in {unit.code for unit in tenancy.units(session, active_only=True)}:
        faults["unit"] = [(msg("Please choose from the list."), {})]
    if wish.span not in SPANS:
        faults["reply_span"] = [(msg("Please choose from the list."), {})]
    if wish.amount is not None and not 1 <= wish.amount <= MOST:
        faults["reply_amount"] = [(msg("A whole number from 1 to %(most)s."), {"most": MOST})]
    if faults:
        raise Invalid(msg("Please check the marked fields."), fields=faults)


def check(session: Session, tenant_id: UUID, service: Mapping[str, Any], wish: Wish | None = None) -> None:
    """Raise Invalid where nobody would handle the service, or the table decides otherwise than was wished."""
    fault = unhandled(session, tenant_id, [service]).get(service["code"])
    if fault is not None:
        raise Invalid(msg("Please check the marked fields."), fields={"unit": [fault]})
    if wish is not None and wish.unit and wish.unit != _unit(session, tenant_id, service):
        raise Invalid(msg("Please check the marked fields."), fields={"unit": [
            (msg("An earlier row still gives another unit. Please change the table on its own page."), {})]})


def unhandled(session: Session, tenant_id: UUID, services: Iterable[Mapping[str, Any]]) -> dict[str, Fault]:
    """Why nobody would handle a service, by code; nothing in an office whose tables are not published yet."""
    if catalog.live(session, tenant_id, "decision", UNIT) is None:
        return {}
    active, found = {unit.code for unit in tenancy.units(session, active_only=True)}, dict[str, Fault]()
    for service in services:
        unit = _unit(session, tenant_id, service)
        if not unit:
            found[service["code"]] = (
                msg("Nobody would handle it: the table of units gives none. Please choose a unit."), {})
        elif unit not in active:
            found[service["code"]] = (
                msg("Nobody would handle it: the unit %(unit)s of the table is not in use."), {"unit": unit})
    return found


def units_of(session: Session, tenant_id: UUID, services: Iterable[ServiceItem]) -> dict[str, str | None]:
    """The unit of each service by its code, as the table in force decides it."""
    if catalog.live(session, tenant_id, "decision", UNIT) is None:
        return {}
    return {one.code: _unit(session, tenant_id, one.document()) for one in services}


def _unit(session: Session, tenant_id: UUID, service: Mapping[str, Any]) -> str | None:
    model = catalog.compiled(session, tenant_id, "decision", UNIT)[1]
    given = {"service": service["code"], "module": service["module"], "kind": service["kind"]}
    answer = dmn.decide(model, UNIT, given, now=clock.now()).value
    return answer.get("unit") if isinstance(answer, dict) else None
