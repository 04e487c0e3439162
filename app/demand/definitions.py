"""What forms get: the list `decisions`, the tables in force by the names their files give them; and what the diagram of
a topic is given, by its start and by its jobs."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import dmn
from app.cases import sources
from app.catalog import queries as catalog
from app.engine import given_at_start, given_by_job

PROCESS = "supply_adjustment"
OF_A_TOPIC = (
    "topic_id", "title", "title_zh", "title_en", "level", "code", "place_code", "proposed_unit", "days", "count",
    "expected", "ratio", "area", "sure_share", "bad_share", "repeat_share", "per_week")
JOBS: dict[str, tuple[str, ...]] = {
    "demand_change": ("changed",), "demand_notice": ("notice_id",),
    "demand_measure": ("effective", "count_before", "count_after", "rate_share", "sure_share", "solved_before",
                       "satisfied_before", "solved_after", "satisfied_after"),
}


def _decisions(session: Session) -> list[sources.Listed]:
    tenant_id = session.info["tenant_id"]
    found = []
    for one in catalog.listing(session, tenant_id, "decision"):
        data = catalog.effective(session, tenant_id, "decision", one.key).data
        zh, _, en = dmn.titles(data, one.key).get(one.key, one.key).partition(" / ")
        found.append(sources.Listed(one.key, zh.strip(), (en or zh).strip()))
    return found


def register() -> None:
    """Make it known."""
    sources.register_source("decisions", _decisions)
    given_at_start(PROCESS, OF_A_TOPIC)
    for job, names in JOBS.items():
        given_by_job(job, names)
