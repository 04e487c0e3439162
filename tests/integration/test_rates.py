"""The three rates: what the page counts is what a plain loop over the cases counts, and every figure opens its cases."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from app import catalog
from app.auth.actors import actor_of
from app.cases.model import Case, CaseEntry
from app.catalog.commands import PublishDefinition
from app.insight import queries
from app.insight.periods import preset
from app.insight.queries import RATES, RateFilter
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Forbidden
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from tests.integration.play import Office
from tests.integration.test_insight import SHANGHAI, made

YEAR = preset("year", date(2026, 11, 23), SHANGHAI)
OUT = ("withdrawn", "joined", "not_accepted")


def answered(office: Office, cases: list[Case]) -> dict[Any, int]:
    """Contacts and replies beside the cases; by case the hours to the first that counts."""
    source, hours = random.Random(11), dict[Any, int]()

    def write(uow: Any) -> None:
        for case in cases:
            for kind, reached, visibility in (("contact", True, "staff"), ("contact", False, "staff"),
                                              ("reply", None, "public"), ("reply", None, "staff")):
                if source.random() < .5:
                    continue
                minutes = source.choice((source.randrange(0, 24 * 60), 24 * 60, source.randrange(24 * 60 + 1, 9_000)))
                if reached or visibility == "public":
                    hours[case.id] = min(hours.get(case.id, 10**6), -(-minutes // 60))
                uow.session.add(CaseEntry(
                    tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, kind=kind, visibility=visibility, body="x",
                    author_kind="user", reached=reached, at=case.submitted_at + timedelta(minutes=minutes)))
    transact(office.tenant_id, SYSTEM, write)
    return hours


def test_rates_are_those_of_a_plain_count_and_open_their_cases(office: Office) -> None:
    cases, clocks, _places = made(office)
    hours = answered(office, cases)
    closed = [one for one in cases if one.closed_at
              and YEAR.first <= one.closed_at.astimezone(SHANGHAI).date() <= YEAR.last and one.outcome not in OUT]
    met = {(one.case_id, one.name): one.stopped_at <= one.due_at for one in clocks if one.stopped_at}
    good = {"response": {one.id for one in closed if met.get((one.id, "accept")) is not False and (
                hours.get(one.id, 99) <= 24 or met.get((one.id, "reply")) is True)},
            "solved": set(), "satisfied": {one.id for one in closed if (one.rating or 0) >= 3}}
    bad = {"response": {one.id for one in closed} - good["response"],
           "solved": {one.id for one in closed if one.outcome == "unresolved"},
           "satisfied": {one.id for one in closed if one.rating and one.rating < 3}}
    with database.current().read(office.tenant_id) as session:
        leader = actor_of(session, office.who("leader").user_id)
        assert leader is not None
        found = queries.three_rates(session, leader, YEAR)
        for rate in RATES:
            figure = found.office.rates[rate]
            assert (figure.part, figure.whole) == (len(good[rate]), len(good[rate]) + len(bad[rate])), rate
            for verdict, ids in (("good", good[rate]), ("bad", bad[rate])):
                assert listed(session, leader, RateFilter(rate, verdict)) == ids
            for row in found.units:
                unit = {one.id for one in closed if (one.unit or "") == row.code}
                assert row.rates[rate].part == len(unit & good[rate])
                assert listed(session, leader, RateFilter(rate, "", row.code)) == unit & (good[rate] | bad[rate])
            assert sum(row.rates[rate].whole for row in found.pieces) == figure.whole
            assert sum(row.rates[rate].part for row in found.modules) == figure.part
        scores = [row.score for row in found.units if row.score is not None]
        shares = [len(good[rate]) / len(good[rate] | bad[rate]) for rate in RATES]
        assert scores == sorted(scores, reverse=True) and len(scores) == 3 and found.units[-1].code == ""
        assert found.office.score == round(30 * shares[0] + 35 * shares[1] + 35 * shares[2], 1)
        clerk = actor_of(session, office.who("intake_clerk").user_id)
        assert clerk is not None
        with pytest.raises(Forbidden):
            queries.three_rates(session, clerk, YEAR)


def listed(session: Any, actor: Any, wanted: RateFilter) -> set[Any]:
    """All pages of the list behind a figure."""
    first = queries.rate_cases(session, actor, YEAR, wanted)
    rows = [row for page in range(1, first.pages + 1)
            for row in queries.rate_cases(session, actor, YEAR, wanted, page).rows]
    assert len(rows) == first.total
    return {row.case_id for row in rows}


def test_a_changed_table_changes_the_figures_at_once(office: Office) -> None:
    made(office)
    with database.current().read(office.tenant_id) as session:
        leader = actor_of(session, office.who("leader").user_id)
        assert leader is not None
        before = queries.three_rates(session, leader, YEAR).office.rates["satisfied"]
        shipped = catalog.live(session, office.tenant_id, "decision", "satisfied_rate")
        assert shipped is not None
    stricter = shipped.data.replace(b"<text>&gt;= 3</text>", b"<text>&gt;= 5</text>")
    dispatch(PublishDefinition(tenant_id=office.tenant_id, actor=SYSTEM, kind="decision", data=stricter,
                               definition_key="satisfied_rate", reason="only very satisfied"))
    with database.current().read(office.tenant_id) as session:
        found = queries.three_rates(session, leader, YEAR)
    after = found.office.rates["satisfied"]
    assert after.whole == before.whole and 0 < after.part < before.part and found.versions["satisfied"] == 1
