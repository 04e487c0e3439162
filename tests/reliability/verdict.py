"""What a run left behind, counted against what was meant: lost is what is missing, doubled what is there too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.model import Case, CaseEntry, CaseNotice, FormSubmission
from app.engine.model import IncidentRow, JobRow, OpenTaskRow, TimerRow
from app.kernel import database, sequencer
from app.kernel.events import Delivery, StoredEvent
from app.kernel.sequencer import EventNumber
from app.notifications.model import Notification
from tests.reliability.drivers import PATHS, Driver

Effects = Counter[tuple[str, str]]
"""(book, what) -> how often: events by type, entries by kind, forms by element, notices by template, deliveries."""


@dataclass
class Verdict:
    """Counts and a line for each finding."""

    lost: int = 0
    doubled: int = 0
    cases: int = 0
    commands: int = 0
    found: list[str] = field(default_factory=list)

    def count(self, where: str, expected: Effects, found: Effects) -> None:
        """Add the differences of one case, or of the whole."""
        missing, beyond = expected - found, found - expected
        self.lost += missing.total()
        self.doubled += beyond.total()
        if missing or beyond:
            self.found.append(f"{where}: lost {dict(missing)}, doubled {dict(beyond)}")


def effects(session: Session, case: Case) -> Effects:
    """Everything that was done for a case."""
    found: Effects = Counter()
    for book, column, model in (("event", StoredEvent.type, StoredEvent), ("entry", CaseEntry.kind, CaseEntry),
                                ("form", FormSubmission.element_id, FormSubmission),
                                ("notice", CaseNotice.template, CaseNotice),
                                ("notification", Notification.template, Notification)):
        rows = session.execute(select(column, func.count()).where(model.case_id == case.id).group_by(column))
        found.update({(book, str(name)): int(number) for name, number in rows})
    for name, state, number in session.execute(
            select(Delivery.subscriber, Delivery.state, func.count()).where(Delivery.case_id == case.id)
            .group_by(Delivery.subscriber, Delivery.state)):
        found["delivery", f"{name} {state}"] = int(number)
    for model in (OpenTaskRow, JobRow, TimerRow):
        found["left", model.__tablename__] = int(session.scalar(
            select(func.count()).where(model.instance_id == case.instance_id)) or 0)
    found["case", f"{case.status} {case.outcome}"] = 1
    return +found


def marked(session: Session, mark: str) -> list[Case]:
    """The cases whose text begins with a driver's mark."""
    return list(session.scalars(select(Case).where(Case.text.startswith(mark, autoescape=True)).order_by(Case.id)))


def references(session: Session, driver: Driver) -> dict[str, Effects]:
    """What an undisturbed run of each path does; the driver has done all of them."""
    found: dict[str, Effects] = {}
    for number in range(driver.cases):
        (case,) = marked(session, driver.mark(number))
        found.setdefault(driver.path(number), effects(session, case))
    assert set(found) == set(PATHS), f"the reference saw {sorted(found)} only"
    return found


def judge(tenant_id: UUID, drivers: Iterable[Driver], expected: dict[str, Effects]) -> Verdict:
    """Each case of each lane against its path's reference, each command against its answer, and the whole."""
    verdict = Verdict()
    with database.current().read(tenant_id) as session:
        for driver in drivers:
            for intent in driver.intents.known:
                verdict.commands += 1
                if intent.answer is None or "conflict" in intent.answer:
                    verdict.lost += 1
                    verdict.found.append(f"{intent.key} {intent.kind}: {intent.answer}")
            for number in range(driver.cases):
                verdict.cases += 1
                cases, want = marked(session, driver.mark(number)), expected[driver.path(number)]
                verdict.lost += not cases
                verdict.doubled += max(0, len(cases) - 1)
                if len(cases) != 1:
                    verdict.found.append(f"{driver.mark(number)}: {len(cases)} cases")
                for case in cases:
                    verdict.count(f"{driver.mark(number)} {driver.path(number)}", want, effects(session, case))
        _whole(session, verdict)
    return verdict


def _whole(session: Session, verdict: Verdict) -> None:
    """Numbers without gaps or twins, an unbroken chain, nothing dead or stuck."""
    events, numbers = (int(session.scalar(select(func.count()).select_from(each)) or 0)
                       for each in (StoredEvent, EventNumber))
    numbered = ("event", "numbered")
    verdict.count("numbers of events", Counter({numbered: events}), Counter({numbered: numbers}))
    broken = sequencer.broken_link(session)
    cases = int(session.scalar(select(func.count()).select_from(Case)) or 0)
    names = int(session.scalar(select(func.count(Case.number.distinct()))) or 0)
    dead = int(session.scalar(select(func.count()).where(Delivery.state == "dead")) or 0)
    stuck = int(session.scalar(select(func.count()).select_from(IncidentRow)) or 0)
    verdict.lost += (broken is not None) + dead + stuck
    verdict.doubled += cases - names
    if broken is not None or dead or stuck or cases != names:
        verdict.found.append(f"chain broken at {broken}, {dead} dead, {stuck} incidents, {cases - names} numbers twice")


def unfinished(session: Session) -> tuple[int, int, int]:
    """What workers still have to do: pending deliveries, jobs, events without a number."""
    pending = int(session.scalar(select(func.count()).where(Delivery.state == "pending")) or 0)
    jobs = int(session.scalar(select(func.count()).select_from(JobRow)) or 0)
    events, numbered = (int(session.scalar(select(func.count()).select_from(each)) or 0)
                        for each in (StoredEvent, EventNumber))
    return pending, jobs, events - numbered
