"""People who take a stored office up where it stands and bring all of its open cases to their end."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app import catalog
from app.cases.commands import RetryIncident
from app.cases.model import Case, every
from app.catalog.commands import PublishDefinition
from app.cli.demo import office
from app.cli.demo.replay.behaviour import Behaviour
from app.cli.demo.replay.desk import Desk, Known
from app.cli.demo.replay.outages import Outages
from app.cli.demo.replay.people import People
from app.cli.demo.replay.play import Play, Played
from app.cli.demo.replay.second_looks import SecondLooks
from app.cli.demo.replay.stage import ZONE
from app.cli.demo.replay.visitors import Visitors
from app.deadlines import calendar_of
from app.engine.model import BufferedMessage, IncidentRow, OpenTaskRow, SubscriptionRow
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.clock import VirtualClock
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork, transact
from tests.releases.everything import KEY

ROUNDS, SPAN = 4, timedelta(days=120)
"""Who was refused looks at what is open once more in the next round."""
BROUGHT = frozenset({"word", "all_clear"})


class Resumed(Play):
    """Begins with what waits, and brings what only outsiders can bring."""

    def take_up(self) -> None:
        """Everybody notices what is open. Nothing of the past is noticed once more."""
        with database.current().read(self.tenant_id) as session:
            self._seen = session.scalars(select(StoredEvent.id).order_by(StoredEvent.id.desc()).limit(1)).one()
            tasks = list(session.scalars(select(OpenTaskRow).order_by(OpenTaskRow.id)))
            cases = list(session.scalars(select(Case).where(Case.status == "open").order_by(Case.id)))
        for row in tasks:
            self.plan(self.desk.moment(row, clock.now()), row.element_id,
                      lambda row=row: self.desk.work(row.id, row.groups, row.process_id))
        for case in cases:
            if case.id in self.desk.cases:
                self.visitors.invited(case.id, self.plan)
                self.plan(clock.now() + timedelta(days=1), "answer", lambda case=case: self.visitors.answer(case.id))

    def mend(self) -> None:
        """What waits for a variable, a message or a signal that nobody in the office brings."""
        with database.current().read(self.tenant_id) as session:
            incidents = list(session.scalars(select(IncidentRow).where(IncidentRow.resolved_at.is_(None))))
            awaited = [(row.name, row.key) for row in session.scalars(select(SubscriptionRow)) if row.name in BROUGHT]
        supervisor = office.account(self.tenant_id, "supervisor")
        for incident in incidents:
            dispatch(RetryIncident(tenant_id=self.tenant_id, actor=supervisor, incident_id=incident.id,
                                   variables={"chosen": 1} if incident.element_id == "gw_chosen" else {}))
        for name, key in awaited:
            transact(self.tenant_id, SYSTEM, partial(_bring, name=name, key=key))


def _bring(uow: UnitOfWork, name: str, key: str) -> None:
    """As an early message: the worker takes it to whoever waits for it."""
    uow.session.add(BufferedMessage(tenant_id=uow.tenant_id, name=name, key=key, variables={}, created_at=uow.now,
                                    expires_at=uow.now + timedelta(days=1)))


def people(tenant_id: UUID, virtual: VirtualClock, seed: int, cases: dict[UUID, Known],
           behaviour: Path | None = None, kind: type[Play] = Resumed) -> Any:
    """A play of this office; nothing has happened yet."""
    with database.current().read(tenant_id) as session:
        calendar = calendar_of(session, tenant_id)
    how = Behaviour(seed, calendar, behaviour)
    everybody = People.of(tenant_id, how)
    visitors = Visitors(everybody, how, cases, Outages(), SecondLooks(everybody, how, cases))
    return kind(tenant_id, virtual, Desk(everybody, how, cases, ZoneInfo(ZONE)), visitors)


def known(tenant_id: UUID, told: dict[str, Any]) -> dict[UUID, Known]:
    """What residents remember of their cases."""
    with database.current().read(tenant_id) as session:
        closed = set(session.scalars(select(Case.id).where(Case.status != "open")))
    return {UUID(one): Known(said["number"], said["token"], said["service"], clock.now(), GUEST, UUID(one) not in closed)
            for one, said in told.items()}


def publish_everything(tenant_id: UUID, data: bytes) -> None:
    """The process that waits everywhere, in force for the office."""
    dispatch(PublishDefinition(tenant_id=tenant_id, actor=office.account(tenant_id, "administrator"), kind="process",
                               definition_key=KEY, data=data, reason="x",
                               file=f"tenants/{catalog.BASE}/processes/{KEY}/{KEY}.bpmn"))


def finish(tenant_id: UUID, virtual: VirtualClock, told: Path, seed: int = 7) -> Played:
    """Play until nothing is open."""
    play = people(tenant_id, virtual, seed, known(tenant_id, json.loads(told.read_text("utf-8"))["cases"]))
    for _round in range(ROUNDS):
        play.take_up()
        play.mend()
        found: Played = play.run([], stop_at=clock.now() + SPAN)
    return found


def open_cases(tenant_id: UUID) -> list[str]:
    """What is still open: number and phase, internal matters included."""
    with database.current().read(tenant_id) as session:
        return [f"{row.number} {row.phase}" for row in session.scalars(
            every(select(Case).where(Case.status == "open").order_by(Case.number)))]
