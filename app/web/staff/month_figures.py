"""This month in the figures of the five mechanisms, each with the page that opens it, and only what one may see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from app.demand import queries as demand
from app.insight import queries as insight
from app.insight.queries import PromiseRow, Rate, VisitFigures
from app.kernel.errors import msg
from app.rules import queries as rules
from app.supervision import queries as supervision
from app.supervision.queries import OversightFilter
from app.web.context import can
from app.web.sessions import actor, the_office
from app.web.texts import local_now, t, zone

REASONS = {"late": msg("overdue now"), "soon": msg("due soon"), "returned": msg("returned, open now"),
           "unhappy": msg("badly rated or not solved")}


@dataclass(frozen=True)
class Shown:
    """`value`: a number or a percentage; `of`: what it is of, or empty; `link`: the page behind it, or empty."""

    name: str
    value: str
    label: str
    of: str = ""
    link: str = ""


def read(session: Session) -> dict[str, Shown]:
    """By name."""
    return {one.name: one for one in _all(session)}


def _all(session: Session) -> Iterator[Shown]:
    if can("insight.read"):
        yield from _insight(session)
    if can("oversight.read"):
        yield from _oversight(session)
    if can("topic.read"):
        yield from _topics(session)


def _insight(session: Session) -> Iterator[Shown]:
    month = insight.preset("month", local_now().date(), zone())
    found, rates = insight.figures(session, actor(), month), insight.three_rates(session, actor(), month)
    behind = url_for("staff.insight")
    yield from _promises(insight.promises(session, actor(), month).total)
    yield from _visits(insight.visit_figures(session, actor(), month))
    yield _rate("on_time", t(msg("of dates kept")), found.office.on_time, behind)
    yield _rate("reopened", t(msg("opened again")), found.office.reopened, behind)
    for rate, label in (("solved", msg("solved, as told at the follow-up")), ("satisfied", msg("satisfied"))):
        yield _rate(rate, t(label), rates.office.rates[rate], url_for("staff.rate_cases", rate=rate, verdict=""))
    yield Shown("rising", str(len(found.rising)), t(msg("services asked for more than before")),
                link=url_for("staff.insight") + "#rising")


def _promises(total: PromiseRow) -> Iterator[Shown]:
    public = url_for("resident.commitments")
    yield _rate("kept", t(msg("of promises kept")), total.rate, public)
    yield Shown("broken", str(total.broken), t(msg("promises broken")), link=public)
    yield Shown("open", str(total.open), t(msg("promises stand now")), link=public)


def _visits(found: Sequence[VisitFigures]) -> Iterator[Shown]:
    asked = sum(one.ended - one.nobody for one in found)
    yield _rate("asked", t(msg("of ended requests were asked about")), Rate(asked, sum(one.ended for one in found)), "")
    yield _rate("answered", t(msg("of those asked answered")), Rate(sum(one.answered for one in found), asked), "")


def _rate(name: str, label: str, rate: Rate, link: str) -> Shown:
    value = "–" if rate.percent is None else f"{rate.percent:g} %"
    return Shown(name, value, label, f"{rate.part} / {rate.whole}", link)


def _topics(session: Session) -> Iterator[Shown]:
    for name, which, label in (("topics", "open", msg("topics wait for a decision")),
                               ("taken", "taken", msg("topics are worked on"))):
        number = len(demand.topics(session, the_office().tenant_id, actor(), which))
        yield Shown(name, str(number), t(label), link=url_for("staff.topics", list=which))


def _oversight(session: Session) -> Iterator[Shown]:
    counts = supervision.oversight_page(session, actor(), OversightFilter(), size=1).counts
    for name, label in REASONS.items():
        yield Shown(name, str(counts[name]), t(label), link=url_for("staff.oversight", reason=name))
    waiting = rules.order_rows(session, actor(), waiting_only=True)
    yield Shown("orders", str(len(waiting)), t(msg("orders that wait")), link=url_for("staff.orders"))
