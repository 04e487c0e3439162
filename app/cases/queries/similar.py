"""Open cases like a text: for residents what may be shown of them, for staff all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import catalog, dmn
from app.auth import policy
from app.cases import outside
from app.cases.model import Case, CaseLink
from app.cases.queries.rows import Names, case_rows
from app.cases.queries.veil import Veils
from app.cases.views import CaseRow
from app.kernel import clock
from app.kernel.commands import Actor
from app.tenancy import queries as tenancy
from app.tenancy import search

DECISION = "public_listing"
CANDIDATES = 30
ALIKE = 0.34
"""How much of the words must be shared. Below a third, what two texts share are the words of every text."""
RECENT = timedelta(days=90)
SAYING_SO = ("joined", "similar")
"""Links of those who have the same concern; others only came in by the same call."""


@dataclass(frozen=True)
class SimilarCase:
    """What a neighbour may know of an open case. `people`: how many have said so."""

    case_id: UUID
    service_zh: str
    service_en: str
    neighbourhood: str
    phase: str
    submitted_at: datetime
    people: int


def similar_for_residents(session: Session, tenant_id: UUID, text: str, limit: int = 3, *,
                          near: UUID | None = None) -> list[SimilarCase]:
    """Open, classified cases that the table `public_listing` lets neighbours know of. No words, no person, no house.

    With a place `near`, those of its compound come first.
    """
    found = [case for case in _alike(session, text) if case.service and _listed(session, tenant_id, case)]
    around = {case.id: _neighbourhood(session, case.place_id) for case in found}
    home = _neighbourhood(session, near)
    if home:
        found.sort(key=lambda case: around[case.id] != home)
    names, joined = Names(session), _joined(session, [case.id for case in found])
    return [SimilarCase(case.id, *names.service(case.service), around[case.id], case.phase, case.submitted_at,
                        1 + joined.get(case.id, 0)) for case in found[:limit]]


def similar_for_staff(session: Session, actor: Actor, text: str, *, but: UUID | None = None,
                      limit: int = 5) -> list[CaseRow]:
    """Open cases whose words are like `text`, the likest first. Raises Forbidden."""
    policy.require(actor, "case.search")
    veils, bound = Veils(session, actor), outside.bound_to(actor, outside.provider_units(session))
    found = [case for case in _alike(session, text) if case.id != but and "text" not in veils.of(case).hidden
             and (bound is None or case.unit in bound)]
    return case_rows(session, found[:limit], veils)


def may_join(session: Session, tenant_id: UUID, case_id: UUID) -> Case | None:
    """The open case that a resident points at, if residents may know of it."""
    case = session.scalars(select(Case).where(Case.id == case_id, Case.status == "open")).one_or_none()
    return case if case is not None and case.service and _listed(session, tenant_id, case) else None


def _alike(session: Session, text: str) -> list[Case]:
    refs = [UUID(one.ref) for one in search.find(session, text, ("case",), CANDIDATES, least=ALIKE)]
    query = select(Case).where(Case.id.in_(refs), Case.status == "open",
                               Case.submitted_at > clock.now() - RECENT)
    cases = {case.id: case for case in session.scalars(query)}
    return [cases[ref] for ref in refs if ref in cases]


def _listed(session: Session, tenant_id: UUID, case: Case) -> bool:
    model = catalog.compiled(session, tenant_id, "decision", DECISION)[1]
    inputs = {"service": case.service, "kind": case.kind, "confidential": case.confidential}
    return dmn.decide(model, DECISION, inputs, now=clock.now()).value is True


def _joined(session: Session, case_ids: list[UUID]) -> dict[UUID, int]:
    query = (select(CaseLink.other_id, func.count(func.distinct(CaseLink.case_id)))
             .where(CaseLink.other_id.in_(case_ids), CaseLink.kind.in_(SAYING_SO)).group_by(CaseLink.other_id))
    return {row[0]: int(row[1]) for row in session.execute(query)}


def _neighbourhood(session: Session, place_id: UUID | None) -> str:
    """The compound or committee, never the building."""
    place = tenancy.place(session, place_id) if place_id else None
    if place is not None and place.kind == "building":
        place = tenancy.place_by_code(session, place.parent_code) if place.parent_code else None
    return place.name if place is not None else ""
