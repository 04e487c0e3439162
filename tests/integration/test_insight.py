"""The figures of a period: what the database sums up is what a plain loop counts, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.auth.actors import actor_of
from app.cases import queries as case_queries
from app.cases.commands import WithdrawCase
from app.cases.model import Case
from app.deadlines.model import Deadline
from app.insight import queries
from app.insight.periods import Period, parse, preset
from app.insight.queries import Figures
from app.kernel import database
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import Forbidden, Invalid
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.tenancy.model import Place
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, on_to_handling

SHANGHAI = ZoneInfo("Asia/Shanghai")
UNITS, SERVICES, OUTCOMES = ("LRS", "FWB", "WBS", None), ("CS01", "LS03", "PS02", None), (
    "satisfied", "unrated", "unresolved", "withdrawn", "joined", "not_accepted")


def made(office: Office, number: int = 240) -> tuple[list[Case], list[Deadline], dict[Any, str]]:
    """Cases around the turns of months, days and the year, with clocks; detached rows to count by hand."""
    source = random.Random(7)

    def write(uow: Any) -> tuple[list[Case], list[Deadline], dict[Any, str]]:
        places = {new_id(): code for code in ("J1", "J1-A", "J2", "X")}
        for place_id, code in places.items():
            uow.session.add(Place(tenant_id=uow.tenant_id, id=place_id, code=code, name=code,
                                  kind="committee" if code in ("J1", "J2") else "compound",
                                  parent_code="J1" if code == "J1-A" else None))
        cases, clocks = [], []
        for at in range(number):
            case = _case(uow, source, at, [None, *places])
            cases.append(case)
            clocks += [_clock(uow, source, case, name) for name in ("reply", "accept")]
        uow.session.add_all(cases)
        uow.session.flush()
        uow.session.add_all(clocks)
        uow.session.flush()
        uow.session.expunge_all()
        return cases, clocks, places
    return transact(office.tenant_id, SYSTEM, write)


def _case(uow: Any, source: random.Random, at: int, places: list[Any]) -> Case:
    came = datetime(2026, 9, 1, tzinfo=SHANGHAI) + timedelta(minutes=source.choice(
        [source.randrange(-90 * 1440, 84 * 1440), source.choice([0, 30, 61, 84]) * 1440 + source.randrange(-3, 3)]))
    service = source.choice(SERVICES)
    ended = came + timedelta(hours=source.randrange(1, 400)) if source.random() < .6 else None
    return Case(
        tenant_id=uow.tenant_id, id=new_id(), number=f"T-{at:05}", channel=source.choice(("web", "phone")), text="x",
        unit=source.choice(UNITS), service=service, module=service[:2] if service else None, token_hash=f"{at:064}",
        submitted_at=came, phase_at=came, status="closed" if ended else "open", closed_at=ended,
        outcome=source.choice(OUTCOMES) if ended else None, rounds=source.choice((1, 1, 2)),
        rating=source.choice((None, 1, 2, 3, 4, 5)), place_id=source.choice(places))


def _clock(uow: Any, source: random.Random, case: Case, name: str) -> Deadline:
    due = case.submitted_at + timedelta(hours=source.randrange(1, 300))
    stopped = due + timedelta(hours=source.randrange(-90, 60)) if case.closed_at or source.random() < .3 else None
    return Deadline(
        tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, name=name, state="stopped" if stopped else "running",
        budget={"amount": 5, "unit": "wd"}, started_at=case.submitted_at, due_at=due, first_due_at=due,
        stopped_at=stopped, extensions=source.choice((0, 0, 1)), round=source.choice((1, 1, 2)))


def seen(office: Office, period: Period, who: str = "leader") -> Figures:
    with database.current().read(office.tenant_id) as session:
        return queries.figures(session, actor_of(session, office.who(who).user_id), period)  # type: ignore[arg-type]


PERIODS = [preset(name, date(2026, 11, 23), SHANGHAI) for name in queries.PRESETS] + [
    Period(date(2026, 9, 1), date(2026, 9, 1), "day", SHANGHAI), Period(date(2026, 8, 27), date(2026, 10, 3), "week", SHANGHAI)]


def test_figures_are_those_of_a_plain_count(office: Office) -> None:
    cases, clocks, places = made(office)
    now = office.clock.now()
    for period in PERIODS:
        found = seen(office, period)
        _same_volumes(found, period, cases, places)
        _same_units(found, period, cases, clocks, now)


def _in(at: datetime | None, period: Period) -> bool:
    return at is not None and period.first <= at.astimezone(period.zone).date() <= period.last


def _same_volumes(found: Figures, period: Period, cases: list[Case], places: dict[Any, str]) -> None:
    came = [one for one in cases if _in(one.submitted_at, period)]
    earlier = [one for one in cases if _in(one.submitted_at, period.before())]
    assert (found.office.received, found.before) == (len(came), len(earlier))
    for piece in found.trend:
        inside = [one for one in came if piece.first <= one.submitted_at.astimezone(SHANGHAI).date() <= piece.last]
        assert dict(piece.received) == Counter(one.module or "" for one in inside)
        ended = [one for one in cases if one.closed_at and piece.first <= one.closed_at.astimezone(SHANGHAI).date() <= piece.last]
        assert piece.closed == len(ended)
    assert [piece.first for piece in found.trend][0] == period.first and found.trend[-1].last == period.last
    committee = {None: "", **{key: "J1" if code == "J1-A" else code for key, code in places.items()}}
    for rows, value in ((found.modules, lambda one: one.module or ""), (found.channels, lambda one: one.channel),
                        (found.services, lambda one: one.service or ""),
                        (found.places, lambda one: committee[one.place_id])):
        now, before = Counter(map(value, came)), Counter(map(value, earlier))
        assert {one.code: (one.number, one.before) for one in rows} == {
            code: (now[code], before[code]) for code in {*now, *before}}
    growth = {one.code: one.growth for one in found.services if one.code and one.growth > 0}
    assert {one.code: one.growth for one in found.rising} == growth
    assert [one.growth for one in found.rising] == sorted(growth.values(), reverse=True)


def _same_units(found: Figures, period: Period, cases: list[Case], clocks: list[Deadline], now: datetime) -> None:
    owner = {one.id: one for one in cases}
    for unit in UNITS:
        got = next((one for one in found.units if one.code == (unit or "")), None)
        own = [one for one in cases if one.unit == unit]
        ended = [one for one in own if _in(one.closed_at, period)]
        handled = [one for one in ended if one.outcome not in ("withdrawn", "joined", "not_accepted")]
        counted = [one for one in clocks if owner[one.case_id].unit == unit and (
            one.state == "stopped" and _in(one.stopped_at, period)
            or one.state == "running" and _in(one.due_at, period) and one.due_at < now)]
        good = [one for one in counted if one.stopped_at is not None and one.stopped_at <= one.due_at]
        late = {one.case_id for one in clocks if one.state == "running" and one.due_at < now}
        open_ = [one for one in own if one.status == "open"]
        if got is None:
            assert not (ended or counted or open_ or any(_in(one.submitted_at, period) for one in own))
            continue
        assert (got.received, got.closed) == (sum(_in(one.submitted_at, period) for one in own), len(ended))
        assert (got.open, got.late) == (len(open_), sum(one.id in late for one in open_))
        assert (got.on_time.part, got.on_time.whole) == (len(good), len(counted))
        assert (got.promise.part, got.promise.whole) == (
            sum(one.name == "reply" and one.extensions == 0 and one.round == 1 for one in good),
            sum(one.name == "reply" for one in counted))
        assert got.faces == tuple(sum(one.rating == face for one in ended) for face in (5, 4, 3, 2, 1))
        assert (got.reopened.part, got.reopened.whole) == (sum(one.rounds > 1 for one in handled), len(handled))
    handled = [one for one in cases if _in(one.closed_at, period) and one.outcome not in ("withdrawn", "joined", "not_accepted")]
    first = [one for one in handled if one.unit is None and one.rounds == 1]
    assert (found.first_contact.part, found.first_contact.whole) == (len(first), len(handled))


def test_an_empty_office_has_figures_too(office: Office) -> None:
    found = seen(office, preset("month", date(2026, 11, 23), SHANGHAI))
    assert found.office.received == 0 and found.office.on_time.percent is None and not found.units
    assert len(found.trend) == 23


def test_real_cases_count_where_they_were_settled(office: Office) -> None:
    """An answer at the window is settled at the first contact; a handled case belongs to its unit."""
    from tests.integration.test_lifecycle import INTAKE

    office.submit()
    office.work()
    office.do("task_intake", **{**INTAKE, "intake_decision": "answer_now", "answer": "每天七点 at seven"})
    office.clock.advance(timedelta(days=1))
    found = seen(office, preset("month", date(2026, 11, 24), SHANGHAI))
    assert found.office.received == 1 and found.modules[0].code == "CS"
    if office.case().status == "closed":
        assert (found.first_contact.part, found.first_contact.whole) == (1, 1)
    assert found.office.on_time.whole >= 1 and found.office.on_time.part == found.office.on_time.whole


def test_security_23_figures_are_for_who_may_see_them(office: Office) -> None:
    period = preset("month", date(2026, 11, 23), SHANGHAI)
    for who in ("handler@LRS", "head@LRS", "provider@WBS", "operator", "intake_clerk"):
        with pytest.raises(Forbidden):
            seen(office, period, who)
    for who in ("leader", "analyst", "supervisor"):
        assert seen(office, period, who).office.code == ""
    made(office, 60)
    outside = Actor(user_id=new_id(), roles=frozenset({"supervisor"}), groups=frozenset({"supervisor@WBS"}))
    with database.current().read(office.tenant_id) as session:
        found = queries.figures(session, outside, preset("year", date(2026, 11, 23), SHANGHAI))
    assert {one.code for one in found.units} == {"WBS"}


@pytest.mark.parametrize(("given", "field"), [
    ({"first": "2026-02-30", "last": "2026-03-01"}, "first"), ({"first": "2026-03-01"}, "last"),
    ({"first": "2026-03-02", "last": "2026-03-01"}, "last"), ({"first": "2001-01-01", "last": "2026-03-01"}, "last"),
    ({"first": "0001-01-01", "last": "0001-01-02"}, "first"), ({"first": "9999-12-31", "last": "9999-12-31"}, "first")])
def test_wrong_days_are_said_at_their_field(given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(given, date(2026, 11, 23), SHANGHAI)
    assert field in caught.value.fields


def test_periods_follow_the_calendar_of_the_office() -> None:
    berlin = ZoneInfo("Europe/Berlin")  # with summer time: a day of 23 hours
    day = Period(date(2026, 3, 29), date(2026, 3, 29), "day", berlin)
    assert day.ends() - day.starts() == timedelta(hours=23)
    assert preset("month", date(2026, 3, 31), SHANGHAI).starts() == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert preset("year", date(2026, 1, 5), SHANGHAI).cuts()[0] == (date(2025, 2, 1), date(2025, 2, 28))
    assert preset("last_month", date(2026, 3, 31), SHANGHAI).last == date(2026, 2, 28)
    weeks = Period(date(2026, 8, 27), date(2026, 9, 8), "week", SHANGHAI).cuts()
    assert weeks == [(date(2026, 8, 27), date(2026, 8, 30)), (date(2026, 8, 31), date(2026, 9, 6)), (date(2026, 9, 7), date(2026, 9, 8))]
    long = parse({"first": "2024-01-01", "last": "2026-11-23", "by": "day"}, date(2026, 11, 23), SHANGHAI)
    assert long.by == "month" and len(long.cuts()) == 35
    assert parse({"period": "nonsense"}, date(2026, 11, 23), SHANGHAI).preset == "month"


def test_the_clock_of_a_request_taken_back_is_nobodys_delay(office: Office) -> None:
    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    left = office.case_id
    office.send(WithdrawCase, token=office.token, reason="好了")
    office.submit(phone="13900000002")
    office.work()
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    office.wait(days=20)
    dropped = office.rows(Deadline, Deadline.case_id == left, Deadline.state == "dropped")
    assert office.case(left).status == "closed"
    assert dropped and dropped[0].due_at < office.clock.now(), "its clock would have run out since"
    period = Period(date(2026, 11, 20), date(2026, 12, 31), "week", SHANGHAI)
    with database.current().read(office.tenant_id) as session:
        assert case_queries.counts(session).late == 1, "the other one"
    rate = seen(office, period).office.on_time
    missed = rate.whole - rate.part
    assert missed == len(office.rows(Deadline, Deadline.case_id == office.case_id, Deadline.state == "running",
                                     Deadline.due_at < office.clock.now()))
