"""Random rules and a random stream of case events, put into a database as the sequencer would have."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from app.catalog.commands import PublishDefinition, WithdrawDefinition
from app.kernel import database, documents
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.events import StoredEvent
from app.kernel.sequencer import EventNumber
from app.kernel.unit_of_work import transact
from app.rules import stream
from app.rules.model import RuleFiring
from app.rules.rulesets import RuleSet, in_force

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STEP = 20
"""Seconds from one event to the next."""
NAMES = ("case.submitted", "case.closed", "case.rated", "case.dispatched")
UNITS, SERVICES = ("LRS", "PCS", "SFS", "JWH"), ("CS01", "CS02", "LS01")
WHERES = ('service = "CS01"', 'service != "LS01"', 'unit in ("LRS", "PCS")', 'urgency = "urgent"',
          'module = "CS" and urgency != "urgent"', 'unit = "LRS" or service = "CS02"')


def people(count: int) -> list[UUID]:
    return [UUID(int=(0x7 << 76) | (0b10 << 62) | n + 1) for n in range(count)]


def events(source: random.Random, tenant_id: UUID, count: int, residents: int = 40, start: int = 1,
           idle: float = 0.0) -> list[dict[str, Any]]:
    """Rows of the event table by number; some are up to 90 s older than the one before. `idle`: of no rule's types."""
    known, rows = people(residents), []
    for number in range(start, start + count):
        kind = "case.attachment_added" if source.random() < idle else source.choice(NAMES)
        data: dict[str, Any] = {
            "case_id": UUID(int=(0x7 << 76) | (0b10 << 62) | 10_000 + source.randrange(200)), "channel": "web",
            "phase": "reply", "module": source.choice(("CS", "LS")), "service": source.choice(SERVICES),
            "kind": "complaint", "urgency": source.choice(("normal", "urgent")), "unit": source.choice(UNITS),
            "person_id": source.choice(known), "place_id": source.choice(known[:6])}
        data |= {"case.submitted": {"anonymous": False, "attachments": 0, "length": source.randrange(200)},
                 "case.closed": {"outcome": "satisfied", "rating": 5, "solved": "yes", "round": 1, "hours": 3},
                 "case.rated": {"rating": source.randrange(1, 6), "solved": "yes", "source": "resident", "round": 1},
                 "case.attachment_added": {"attachment_id": known[0]}}.get(kind, {"previous_unit": None})
        at = START + timedelta(seconds=number * STEP - source.randrange(90))
        rows.append({"tenant_id": tenant_id, "id": UUID(int=number << 80 | 0x7 << 76 | 0b10 << 62 | source.getrandbits(60)),
                     "type": kind, "schema_version": 1, "case_id": data["case_id"], "cause_id": None, "actor_id": None,
                     "actor_kind": "system", "at": at, "definitions": {}, "data": documents.load(documents.dump(data)),
                     "number": number})
    return rows


def put(tenant_id: UUID, rows: list[dict[str, Any]], *, stored: bool = True, numbered: bool = True) -> None:
    """As committed and numbered, or one of both only."""
    def write(uow: Any) -> None:
        for at in range(0, len(rows), 1000):
            part = rows[at:at + 1000]
            if stored:
                uow.session.connection().execute(insert(StoredEvent.__table__), [
                    {key: value for key, value in row.items() if key != "number"} for row in part])
            if numbered:
                uow.session.connection().execute(insert(EventNumber.__table__), [
                    {"tenant_id": tenant_id, "id": row["id"], "number": row["number"], "hash": "0" * 64, "at": row["at"]}
                    for row in part])
    transact(tenant_id, SYSTEM, write)


def random_rules(source: random.Random, count: int, shapes: Iterable[str] | None = None) -> dict[str, str]:
    """Rule files by key; in shadow, so that only what fires counts."""
    found, kinds = {}, list(shapes or ("match", "count", "count_distinct", "sequence", "sequence", "absence"))
    for number in range(count):
        shape, key = kinds[number % len(kinds)], f"r{number:02}"
        by = source.choice(("[resident, service]", "[resident]", "[place, unit]", "[case]"))
        head = f"rule: {key}\nshape: {shape}\nmode: shadow\nthen: [{{action: tag, params: {{tag: seen}}}}]\n"
        minutes = source.choice((20, 60, 180))
        if shape == "match":
            body = f"event: {source.choice(NAMES)}\nwhere: '{source.choice(WHERES)} and length(unit) = 3'\n"
            body = body.replace(" and length(unit) = 3", "")
        elif shape in ("count", "count_distinct"):
            of = "of: resident\n" if shape == "count_distinct" else ""
            by = source.choice(("[place, service]", "[unit]", "[place]")) if of else by
            body = (f"event: {source.choice(NAMES)}\nwhere: '{source.choice(WHERES)}'\nby: {by}\n{of}"
                    f"n: {source.randrange(2, 6)}\nwindow: PT{minutes}M\n")
        elif shape == "sequence":
            steps = "".join(f"  - {{event: {source.choice(NAMES)}, where: '{source.choice(WHERES)}'}}\n"
                            for _ in range(source.randrange(2, 5)))
            body = f"by: {by}\nwithin: PT{minutes}M\nsteps:\n{steps}"
        else:
            body = (f"after: {{event: {source.choice(NAMES)}, where: '{source.choice(WHERES)}'}}\n"
                    f"expect: {{event: {source.choice(NAMES)}}}\nby: {by}\nwithin: PT{minutes}M\n")
        found[key] = head + body
    return found


def publish(tenant_id: UUID, rules: dict[str, str]) -> None:
    """As an administrator would."""
    for key, text in rules.items():
        dispatch(PublishDefinition(tenant_id=tenant_id, actor=SYSTEM, kind="supervision", definition_key=key,
                                   data=text.encode()))


def withdraw(tenant_id: UUID, key: str) -> None:
    dispatch(WithdrawDefinition(tenant_id=tenant_id, actor=SYSTEM, kind="supervision", definition_key=key))


def rules_of(tenant_id: UUID) -> RuleSet:
    with database.current().read(tenant_id) as session:
        return in_force(session, tenant_id)


def seen(tenant_id: UUID, rules: RuleSet, high: int = 10**9, low: int = 0) -> list[Any]:
    """All events that the rules wait for, in order."""
    with database.current().read(tenant_id) as session:
        return stream.forward(session, low, high, rules.by_event, 10**9)


def firings(tenant_id: UUID, *modes: str) -> list[tuple[int, str, tuple[int, ...]]]:
    """As the oracle tells them, every row that there is."""
    with database.current().read(tenant_id) as session:
        rows = session.execute(select(RuleFiring.number, RuleFiring.rule, RuleFiring.numbers, RuleFiring.mode)).all()
    return sorted((row[0], row[1], tuple(row[2])) for row in rows if not modes or row[3] in modes)
