"""Reading moves: what could be chosen, how a run goes, why cases stay, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import engine
from app.auth import policy
from app.cases.model import Case, every
from app.cases.moving import choosing, verdicts
from app.cases.moving.grouping import Group, Grouping, Sample
from app.cases.moving.model import CAN, LOOKING, MOVED, RUNNING, STAYS, MigrationItem, MigrationRun
from app.cases.queries.standing import Standing, element_counts
from app.engine import Element, ProcessDefinition
from app.kernel import clock, pauses
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import NotFound, msg
from app.kernel.flushing import BundlingSession
from app.kernel.unit_of_work import UnitOfWork

RIGHT = "definition.read"
CHUNK = 100


@dataclass(frozen=True)
class Place:
    """An element where cases of the old version stand. `same`: it is there in the new version, of the same kind.

    `instead`: elements that could take its place.
    """

    element: Element
    live: int
    stopped: int
    same: bool
    instead: tuple[Element, ...]


@dataclass(frozen=True)
class RunView:
    """A run with its counts: `total`, `looked`, and by verdict and result."""

    run: MigrationRun
    total: int
    looked: int
    can: int
    stay: int
    moved: int
    stayed: int
    failed: int
    groups: tuple[Group, ...] = ()

    @property
    def done(self) -> int:
        """Instances that were tried."""
        return self.moved + self.stayed + self.failed


def places(session: Session, tenant_id: UUID, actor: Actor, process_id: str, from_hash: str,
           to: str | ProcessDefinition) -> list[Place]:
    """Where open cases of a version stand, in the order of the file. `to`: a hash, or a draft. Raises Forbidden,
    NotFound."""
    policy.require(actor, RIGHT)
    old = verdicts.definition(session, tenant_id, process_id, from_hash)[1]
    new = verdicts.target(session, tenant_id, process_id, to)
    counts = element_counts(session, Standing(process_id, from_hash), clock.now())
    gone = engine.candidates(old, new)
    return [Place(one, count.live, count.stopped, one.id not in gone, gone.get(one.id, ()))
            for one in old.elements.values()
            if (count := counts.get(one.id)) is not None and (count.live or count.stopped)]


def chosen(session: Session, process_id: str, from_hash: str, *, at: Collection[str] = (),
           submitted_from: datetime | None = None, services: Collection[str] = (), units: Collection[str] = ()) -> int:
    """How many cases a move with this choice would concern."""
    query = choosing.instances(process_id, from_hash, at, submitted_from, services, units).order_by(None)
    return int(session.scalar(every(select(func.count()).select_from(query.subquery()))) or 0)


def look(session: Session, tenant_id: UUID, process_id: str, from_hash: str, to: str | ProcessDefinition, *,
         pairs: Mapping[str, str] | None = None, at: Collection[str] = (), submitted_from: datetime | None = None,
         services: Collection[str] = (), units: Collection[str] = (),
         most: int | None = None) -> Iterator[tuple[str, MigrationItem]]:
    """(number, item that is not stored) of each chosen case: a dry run that writes nothing at all. `to`: the hash of a
    version, or a draft that was loaded. Raises NotFound, Invalid."""
    wanted = verdicts.plan(session, tenant_id, process_id, from_hash, to, pairs or {})
    uow = UnitOfWork(cast(BundlingSession, session), tenant_id, SYSTEM)  # it is only read from
    rows = session.execute(choosing.instances(process_id, from_hash, at, submitted_from, services,
                                              units).limit(most)).all()
    for start in range(0, len(rows), CHUNK):
        known = choosing.with_instances(session, [case_id for case_id, _instance in rows[start:start + CHUNK]])
        for case, instance in known.values():
            found, _ports = verdicts.attempt(uow, case, instance, wanted)
            yield case.number, MigrationItem(
                case_id=case.id, instance_id=instance.id, at=",".join(found.at), seen_version=instance.version,
                verdict=STAYS if found.reasons else CAN, result="",
                remarks=verdicts.document(found.reasons or found.notes))


def runs(session: Session, actor: Actor, process_id: str | None = None, limit: int = 50) -> list[RunView]:
    """The newest first, without groups. Raises Forbidden."""
    if actor.kind != "system":
        policy.require(actor, RIGHT)
    query = select(MigrationRun).order_by(MigrationRun.id.desc()).limit(limit)
    if process_id is not None:
        query = query.where(MigrationRun.process_id == process_id)
    found = list(session.scalars(query))
    counts = _counts(session, [run.id for run in found])
    return [_view(run, counts.get(run.id, Counter())) for run in found]


def run_view(session: Session, actor: Actor, run_id: UUID) -> RunView:
    """One run with its groups, those that stay first. Raises Forbidden, NotFound."""
    if actor.kind != "system":
        policy.require(actor, RIGHT)
    run = session.get(MigrationRun, (session.info["tenant_id"], run_id))
    if run is None:
        raise NotFound(msg("There is no such move."))
    return _view(run, _counts(session, [run_id]).get(run_id, Counter()), _groups(session, run_id))


def _counts(session: Session, run_ids: Sequence[UUID]) -> dict[UUID, Counter[tuple[str, str]]]:
    query = (select(MigrationItem.run_id, MigrationItem.verdict, MigrationItem.result, func.count())
             .where(MigrationItem.run_id.in_(run_ids))
             .group_by(MigrationItem.run_id, MigrationItem.verdict, MigrationItem.result))
    found: dict[UUID, Counter[tuple[str, str]]] = {}
    for run_id, verdict, result, number in session.execute(query):
        found.setdefault(run_id, Counter())[verdict, result] += int(number)
    return found


def _view(run: MigrationRun, counts: Counter[tuple[str, str]], groups: tuple[Group, ...] = ()) -> RunView:
    def of(place: int, name: str) -> int:
        return sum(number for pair, number in counts.items() if pair[place] == name)

    return RunView(run, counts.total(), counts.total() - of(0, ""), of(0, CAN), of(0, STAYS), of(1, MOVED),
                   of(1, STAYS), of(1, "failed"), groups)


def _groups(session: Session, run_id: UUID) -> tuple[Group, ...]:
    query = (select(MigrationItem.case_id, MigrationItem.at, MigrationItem.verdict, MigrationItem.result,
                    MigrationItem.remarks).where(MigrationItem.run_id == run_id).order_by(MigrationItem.id))
    grouping, named = Grouping(), dict[UUID, list[Group]]()
    for case_id, at, verdict, result, remarks in session.execute(query):
        if result or verdict:
            for group in grouping.add(at, result or verdict, remarks):
                named.setdefault(case_id, []).append(group)
    numbers = session.execute(every(select(Case.id, Case.number).where(Case.id.in_(list(named))).order_by(Case.id)))
    for case_id, number in numbers:
        for group in named[case_id]:
            group.samples.append(Sample(case_id, number))
    return grouping.groups()


def false_verdicts(session: Session, run_id: UUID) -> int:
    """Instances whose move did not come out as the look had said, though they had not gone on in between."""
    query = select(func.count()).select_from(MigrationItem).where(
        MigrationItem.run_id == run_id, MigrationItem.result != "",
        MigrationItem.seen_version == MigrationItem.tried_version,
        ((MigrationItem.verdict == CAN) & (MigrationItem.result != MOVED))
        | ((MigrationItem.verdict == STAYS) & (MigrationItem.result != STAYS)))
    return int(session.scalar(query) or 0)


def waiting_runs(session: Session) -> list[tuple[UUID, UUID, str]]:
    """For workers, over all offices: (office, run, state) of what is to be looked at or moved, the oldest first."""
    query = (select(MigrationRun.tenant_id, MigrationRun.id, MigrationRun.state)
             .where(MigrationRun.state.in_((LOOKING, RUNNING)), pauses.working(MigrationRun.tenant_id))
             .order_by(MigrationRun.id))
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def items_waiting(session: Session, run_id: UUID, limit: int) -> list[UUID]:
    """Items of a run that were not tried yet."""
    query = select(MigrationItem.id).where(MigrationItem.run_id == run_id, MigrationItem.result == "")
    return list(session.scalars(query.order_by(MigrationItem.id).limit(limit)))
