"""Topics come to be, or grow: by the model, a rule or a person, one at a time in an office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select

from app.demand.cells import Cell
from app.demand.events import TopicJoined, TopicRaised
from app.demand.looking import Candidate, shared
from app.demand.model import DemandEvidence, DemandRun, DemandTopic
from app.demand.views import Figures
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing

LIVE = ("open", "taken")
MOST_CASES = 500
"""Cases kept behind a topic; the figures count all."""


@dataclass(frozen=True)
class Proposal:
    """What is to become a topic. `overlap`: from which share of cases on it belongs to one with other codes."""

    cell: Cell
    source: str
    reason: str
    case_ids: Sequence[UUID] = ()
    figures: Figures | None = None
    overlap: float | None = None
    rest: timedelta | None = None
    note: str = ""
    rule: str = ""
    table_hash: str = ""

    @classmethod
    def of(cls, one: Candidate, table_hash: str) -> Proposal:
        """What the model found."""
        return cls(one.finding.cell, "model", one.reason, one.case_ids, Figures.of(one.finding), one.look.overlap,
                   timedelta(days=one.look.rest_days), table_hash=table_hash)


def lock(uow: UnitOfWork) -> DemandRun:
    """The office's row of demand, locked: nobody else raises a topic until the transaction ends."""
    insert_missing(uow.session, DemandRun, tenant_id=uow.tenant_id, id=uow.tenant_id, day="", at=uow.now, cases=0,
                   cells=0, raised=0, joined=0, versions={}, error="")
    query = select(DemandRun).where(DemandRun.id == uow.tenant_id).with_for_update()
    return uow.session.scalars(query.execution_options(populate_existing=True)).one()


def propose(uow: UnitOfWork, one: Proposal) -> tuple[DemandTopic | None, bool]:
    """The topic and whether it is new; None for what rests. The office's row must be locked."""
    known = _same(uow, one)
    if known is not None:
        if known.state not in LIVE:
            return None, False
        _grow(uow, known, one)
        return known, False
    topic = DemandTopic(
        tenant_id=uow.tenant_id, id=new_id(), level=one.cell.level, code=one.cell.code, place_code=one.cell.place,
        source=one.source, reason=one.reason, rule=one.rule, note=one.note, table_hash=one.table_hash, state="open",
        figures=one.figures.document() if one.figures else {}, raised_at=uow.now, raised_by=uow.actor.user_id,
        seen_at=uow.now, end_note="")
    uow.session.add(topic)
    uow.session.flush()
    _keep(uow, topic.id, one.case_ids)
    uow.record(TopicRaised(topic_id=topic.id, level=topic.level, code=topic.code, place=topic.place_code,
                           source=one.source, reason=one.reason, count=len(one.case_ids)))
    return topic, True


def _same(uow: UnitOfWork, one: Proposal) -> DemandTopic | None:
    """The live topic of this cell; the one that shares its cases; for the model also one that rests."""
    alike = (DemandTopic.level == one.cell.level, DemandTopic.code == one.cell.code,
             DemandTopic.place_code == one.cell.place)
    query = select(DemandTopic).where(*alike).order_by(DemandTopic.id.desc())
    found = list(uow.session.scalars(query))
    live = next((topic for topic in found if topic.state in LIVE), None)
    if live is not None:
        return live
    if one.overlap is not None and one.case_ids:
        overlapping = _overlapping(uow, one.case_ids, one.overlap)
        if overlapping is not None:
            return overlapping
    resting = (topic for topic in found if topic.rest_until is not None and topic.rest_until > uow.now)
    return next(resting, None) if one.source == "model" else None


def _overlapping(uow: UnitOfWork, case_ids: Sequence[UUID], least: float) -> DemandTopic | None:
    best: tuple[float, DemandTopic | None] = (0.0, None)
    for topic in uow.session.scalars(select(DemandTopic).where(DemandTopic.state.in_(LIVE)).order_by(DemandTopic.id)):
        behind = list(uow.session.scalars(select(DemandEvidence.case_id).where(DemandEvidence.topic_id == topic.id)))
        share = shared(set(case_ids), behind)
        if share >= least and share > best[0]:
            best = share, topic
    return best[1]


def _grow(uow: UnitOfWork, topic: DemandTopic, one: Proposal) -> None:
    same = Cell(topic.level, topic.code, topic.place_code) == one.cell
    if one.figures is not None and same:
        topic.figures, topic.table_hash = one.figures.document(), one.table_hash
        if topic.source == "model":
            topic.reason = one.reason
    if not topic.note:
        topic.note = one.note
    new = _keep(uow, topic.id, one.case_ids)
    topic.seen_at = uow.now
    if new or one.source != "model":  # the same finding a day later is no news
        uow.record(TopicJoined(topic_id=topic.id, level=topic.level, code=topic.code, place=topic.place_code,
                               source=one.source))


def _keep(uow: UnitOfWork, topic_id: UUID, case_ids: Iterable[UUID]) -> int:
    """Cases that are new behind the topic."""
    known = set(uow.session.scalars(select(DemandEvidence.case_id).where(DemandEvidence.topic_id == topic_id)))
    new = [case_id for case_id in case_ids if case_id not in known][:max(0, MOST_CASES - len(known))]
    if new:
        uow.session.execute(insert(DemandEvidence), [
            {"tenant_id": uow.tenant_id, "id": new_id(), "topic_id": topic_id, "case_id": one, "at": uow.now}
            for one in new])
    return len(new)
