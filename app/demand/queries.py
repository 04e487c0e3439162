"""Reading topics: candidates ranked and explained, one topic, its cases; the months for staff and for residents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import queries as cases
from app.cases.model import Case
from app.demand import tables
from app.demand.cells import Cell
from app.demand.measuring import Side
from app.demand.model import (
    CHANGES,
    DemandChange,
    DemandEvidence,
    DemandMeasure,
    DemandMonth,
    DemandQuestion,
    DemandRun,
    DemandTopic,
)
from app.demand.tables import FACTORS, Part
from app.demand.views import Figures
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import NotFound, msg
from app.tenancy import queries as tenancy
from app.tenancy.model import Place

__all__ = ["CHANGES", "FACTORS", "CaseLine", "Figures", "MeasureRow", "MonthRow", "Part", "QuestionRow", "TopicPage",
           "TopicRow", "months", "published_months", "run", "topic", "topics"]
MOST, MOST_CASES, MOST_MONTHS = 200, 100, 36
LISTS = {"open": ("open",), "taken": ("taken",), "ended": ("closed", "dropped")}


@dataclass(frozen=True)
class TopicRow:
    """A topic with names, figures and the parts of its rank; `cases`: how many are kept behind it."""

    topic: DemandTopic
    service_zh: str
    service_en: str
    module: str
    kind: str
    place: str
    figures: Figures
    parts: tuple[Part, ...]
    cases: int

    @property
    def points(self) -> float:
        """The rank: the sum of its parts."""
        return round(sum(part.points for part in self.parts), 1)


@dataclass(frozen=True)
class CaseLine:
    """A case behind a topic: codes, times and the name of a place; nothing a resident wrote."""

    id: UUID
    number: str
    service_zh: str
    service_en: str
    unit_zh: str
    unit_en: str
    place: str
    status: str
    submitted_at: datetime
    rating: int | None
    solved: str | None


@dataclass(frozen=True)
class MeasureRow:
    """One measurement with its two halves."""

    measure: DemandMeasure
    before: Side
    after: Side


@dataclass(frozen=True)
class TopicPage:
    """One topic: the newest cases behind it, what was changed, what that did, the months that ask about it."""

    row: TopicRow
    lines: tuple[CaseLine, ...]
    changes: tuple[DemandChange, ...]
    measures: tuple[MeasureRow, ...]
    months: tuple[str, ...]
    matter: UUID | None


@dataclass(frozen=True)
class QuestionRow:
    """A question of a month, its unit, the state of its topic and the newest measurement."""

    question: DemandQuestion
    unit_zh: str
    unit_en: str
    state: str
    measure: MeasureRow | None


@dataclass(frozen=True)
class MonthRow:
    """A month with its questions in order."""

    month: DemandMonth
    questions: tuple[QuestionRow, ...]


def run(session: Session) -> DemandRun | None:
    """The newest computation."""
    return session.scalars(select(DemandRun)).one_or_none()


def topics(session: Session, tenant_id: UUID, actor: Actor, which: str = "open") -> list[TopicRow]:
    """One of `LISTS`: candidates and those taken up by their rank, the ended ones newest first. Raises Forbidden."""
    policy.require(actor, "topic.read")
    query = select(DemandTopic).where(DemandTopic.state.in_(LISTS.get(which, LISTS["open"])))
    found = list(session.scalars(query.order_by(DemandTopic.id.desc()).limit(MOST)))
    rows = _rows(session, tenant_id, found)
    return rows if which == "ended" else sorted(rows, key=lambda row: (-row.points, str(row.topic.id)))


def topic(session: Session, tenant_id: UUID, actor: Actor, topic_id: UUID) -> TopicPage:
    """Raises Forbidden, NotFound."""
    policy.require(actor, "topic.read")
    found = session.scalars(select(DemandTopic).where(DemandTopic.id == topic_id)).one_or_none()
    if found is None:
        raise NotFound(msg("There is no such topic."))
    changes = session.scalars(select(DemandChange).where(DemandChange.topic_id == topic_id).order_by(DemandChange.id))
    named = session.scalars(select(DemandMonth.month).join(
        DemandQuestion, (DemandQuestion.tenant_id == DemandMonth.tenant_id)
        & (DemandQuestion.month_id == DemandMonth.id)).where(DemandQuestion.topic_id == topic_id)
        .order_by(DemandMonth.month))
    return TopicPage(_rows(session, tenant_id, [found])[0], _lines(session, topic_id), tuple(changes),
                     tuple(_measures(session, [topic_id]).get(topic_id, ())), tuple(named), found.case_id)


def _rows(session: Session, tenant_id: UUID, found: Sequence[DemandTopic]) -> list[TopicRow]:
    names, asked = cases.Names(session), tables.table(session, tenant_id, tables.RANK, clock.now())
    places = tenancy.places_named(session, {one.place_code for one in found})
    behind: dict[UUID, int] = {row[0]: row[1] for row in session.execute(
        select(DemandEvidence.topic_id, func.count()).where(DemandEvidence.topic_id.in_([one.id for one in found]))
        .group_by(DemandEvidence.topic_id))}
    rows = []
    for one in found:
        figures = Figures.read(one.figures)
        module, _, kind = one.code.partition("/") if one.level == "kind" else ("", "", "")
        zh, en = names.service(one.code) if one.level == "service" else ("", "")
        place = places.get(one.place_code)
        rows.append(TopicRow(one, zh, en, module, kind, place.name if place else one.place_code, figures,
                             tuple(tables.rank(asked, figures.factors())), behind.get(one.id, 0)))
    return rows


def _lines(session: Session, topic_id: UUID) -> tuple[CaseLine, ...]:
    names = cases.Names(session)
    query = (select(Case).join(DemandEvidence, (DemandEvidence.tenant_id == Case.tenant_id)
                               & (DemandEvidence.case_id == Case.id))
             .where(DemandEvidence.topic_id == topic_id).order_by(Case.submitted_at.desc()).limit(MOST_CASES))
    found = list(session.scalars(query))
    places = {place.id: place.name for place in session.scalars(
        select(Place).where(Place.id.in_({one.place_id for one in found if one.place_id})))}
    return tuple(CaseLine(one.id, one.number, *names.service(one.service), *names.unit(one.unit),
                          places.get(one.place_id, "") if one.place_id else "", one.status, one.submitted_at,
                          one.rating, one.solved)
                 for one in found)


def _measures(session: Session, topic_ids: Sequence[UUID]) -> dict[UUID, list[MeasureRow]]:
    query = select(DemandMeasure).where(DemandMeasure.topic_id.in_(topic_ids)).order_by(DemandMeasure.round)
    found: dict[UUID, list[MeasureRow]] = {}
    for one in session.scalars(query):
        found.setdefault(one.topic_id, []).append(MeasureRow(one, Side.read(one.before), Side.read(one.after)))
    return found


def cell_of(one: DemandTopic) -> Cell:
    """What a topic is about."""
    return Cell(one.level, one.code, one.place_code)


def months(session: Session, actor: Actor) -> list[MonthRow]:
    """All months, the newest first, also those not published. Raises Forbidden."""
    policy.require(actor, "topic.read")
    return _months(session, published=False)


def published_months(session: Session) -> list[MonthRow]:
    """What residents see."""
    return _months(session, published=True)


def _months(session: Session, *, published: bool) -> list[MonthRow]:
    query = select(DemandMonth).order_by(DemandMonth.month.desc()).limit(MOST_MONTHS)
    found = list(session.scalars(query.where(DemandMonth.published_at.is_not(None)) if published else query))
    asked = list(session.scalars(select(DemandQuestion).where(DemandQuestion.month_id.in_([one.id for one in found]))
                                 .order_by(DemandQuestion.place)))
    names, measures = cases.Names(session), _measures(session, [one.topic_id for one in asked])
    states: dict[UUID, str] = {row[0]: row[1] for row in session.execute(
        select(DemandTopic.id, DemandTopic.state).where(DemandTopic.id.in_([one.topic_id for one in asked])))}
    rows = {one.id: QuestionRow(one, *names.unit(one.unit), states.get(one.topic_id, ""),
                                next(reversed(measures.get(one.topic_id, [])), None)) for one in asked}
    return [MonthRow(month, tuple(rows[one.id] for one in asked if one.month_id == month.id)) for month in found]
