"""Clocks that are put forward and back, daylight saving in another zone, two days of downtime: workers fire no timer
early, none twice, and of the rounds of a cycle that were missed one. What is expected is counted minute by minute."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app import assemble
from app.cases.commands import OpenMatter
from app.cases.model import CaseStep
from app.catalog.commands import PublishDefinition
from app.engine.model import IncidentRow, TimerRow
from app.kernel import clock
from app.kernel import database as kernel_database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.ids import new_id
from app.tenancy.commands import CreateTenant
from app.workers import loop, work

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KEY = "clock_watch"
TIMERS = {"half": ("timeCycle", "R/PT30M"), "four": ("timeCycle", "R4/PT1H"), "night": ("timeCycle", "0 30 2 * * *"),
          "early": ("timeCycle", "0 30 1 * * *"), "hours": ("timeDuration", "PT24H"), "day": ("timeDuration", "P1D")}
HEAD = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">')
NAMED = '<extensionElements><zeebe:properties><zeebe:property name="name_en" value="x"/></zeebe:properties></extensionElements>'


def watch() -> bytes:
    """A task that waits for ever, with every kind of timer beside it."""
    beside = "".join(
        f'<boundaryEvent id="{name}" attachedToRef="wait" cancelActivity="false"><timerEventDefinition><{tag}>{text}</{tag}>'
        f'</timerEventDefinition></boundaryEvent><sequenceFlow id="f_{name}" sourceRef="{name}" targetRef="{name}_end"/>'
        f'<endEvent id="{name}_end"/>' for name, (tag, text) in TIMERS.items())
    return (f'{HEAD}<message id="m" name="never"><extensionElements><zeebe:subscription correlationKey="=case_id"/>'
            f'</extensionElements></message><process id="{KEY}" name="{KEY}" isExecutable="true">{NAMED}<startEvent id="s"/>'
            f'<sequenceFlow id="f1" sourceRef="s" targetRef="wait"/><receiveTask id="wait" name="wait" messageRef="m">{NAMED}'
            f'</receiveTask>{beside}<sequenceFlow id="f2" sourceRef="wait" targetRef="e"/><endEvent id="e"/>'
            "</process></definitions>").encode()


class Hand:
    """A clock that can also be put back."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        """What it shows."""
        return self.at


@dataclass
class Office:
    """An office in its zone with one open matter that watches the clock."""

    zone: ZoneInfo
    tenant_id: UUID
    began: datetime

    def dues(self, name: str, until: datetime) -> list[datetime]:
        """When a timer is due, counted on the wall of the office minute by minute."""
        if name in ("half", "four"):
            every = HOUR if name == "four" else HOUR / 2
            found = [self.began + number * every for number in range(1, 5 if name == "four" else 500)]
            return [at for at in found if at <= until]
        if name == "hours":
            return [self.began + DAY]
        if name == "day":
            return [self.shown(self.began.astimezone(self.zone).replace(tzinfo=None) + DAY)]
        hour = 2 if name == "night" else 1
        first = self.began.astimezone(self.zone).date()
        nights = [datetime(first.year, first.month, first.day, hour, 30) + number * DAY for number in range(8)]
        return [at for at in map(self.shown, nights) if self.began < at <= until]

    def shown(self, wall: datetime) -> datetime:
        """The first minute at which the wall shows this time, or the time behind the gap that swallowed it."""
        at = wall.replace(tzinfo=UTC) - DAY
        for _ in range(2 * 24 * 60):
            if at.astimezone(self.zone).replace(tzinfo=None) == wall:
                return at
            at += MINUTE
        return self.shown(wall + HOUR)

    def fired(self) -> dict[str, list[datetime]]:
        """When each timer fired."""
        with kernel_database.current().read(self.tenant_id) as session:
            query = select(CaseStep).where(CaseStep.element_id.in_(TIMERS), CaseStep.how == "completed").order_by(CaseStep.id)
            found: dict[str, list[datetime]] = {name: [] for name in TIMERS}
            for row in session.scalars(query):
                found[row.element_id].append(row.at)
            assert not list(session.scalars(select(IncidentRow)))
            return found

    def expected(self, readings: list[datetime]) -> dict[str, list[datetime]]:
        """One firing at the first look behind a due time, for all that were due by then."""
        out: dict[str, list[datetime]] = {}
        for name in TIMERS:
            left, out[name] = self.dues(name, max(readings)), []
            for at in readings:
                if any(one <= at for one in left):
                    out[name].append(at)
                    left = [one for one in left if one > at]
        return out


@pytest.fixture(autouse=True)
def zone_of_the_machine() -> Iterator[None]:
    """Tests may move the machine to another zone."""
    yield
    time.tzset()


def opened(zone: str, hand: Hand) -> Office:
    """A new office where the matter begins now."""
    assemble()
    tenant_id = new_id()
    dispatch(CreateTenant(tenant_id=tenant_id, actor=SYSTEM, slug=f"o{tenant_id.hex[-8:]}", name_zh="钟", name_en="Clock", time_zone=zone))
    dispatch(PublishDefinition(tenant_id=tenant_id, actor=SYSTEM, kind="process", definition_key=KEY, data=watch(),
                               file=f"tenants/x/processes/{KEY}/{KEY}.bpmn", reason="x"))
    dispatch(OpenMatter(tenant_id=tenant_id, actor=SYSTEM, nature="order", process_id=KEY, title="Watch", unit="U"))
    return Office(ZoneInfo(zone), tenant_id, hand.now())


def look(hand: Hand, every: timedelta, times: int) -> list[datetime]:
    """A worker looks for timers now and then; what the clock showed."""
    seen = []
    for _ in range(times):
        hand.at += every
        while work.timers(clock.now()):
            pass
        seen.append(hand.at)
    return seen


def moved(hand: Hand, by: timedelta) -> list[datetime]:
    """Somebody moves the hand, and a worker does everything that is due."""
    hand.at += by
    loop.until_idle()
    return [hand.at]


BERLIN, YORK, CHINA = "Europe/Berlin", "America/New_York", "Asia/Shanghai"
STORIES = {
    "an hour forward": (BERLIN, datetime(2026, 6, 10, 22, 3, tzinfo=UTC), [("look", 10, 15), ("move", 60, 1), ("look", 10, 14)]),
    "an hour back": (BERLIN, datetime(2026, 6, 10, 22, 3, tzinfo=UTC), [("look", 10, 15), ("move", -60, 1), ("look", 10, 20)]),
    "the hour that is left out": (YORK, datetime(2026, 3, 7, 17, 0, tzinfo=UTC), [("look", 75, 20)]),
    "the hour that comes twice": (BERLIN, datetime(2026, 10, 24, 10, 0, tzinfo=UTC), [("look", 75, 21)]),
    "two days of downtime": (YORK, datetime(2026, 3, 7, 3, 7, tzinfo=UTC), [("look", 20, 5), ("move", 48 * 60, 1), ("look", 20, 2)]),
}


@pytest.mark.parametrize(("story", "machine"), [*((name, "UTC") for name in STORIES), ("the hour that is left out", YORK)])
def test_no_timer_early_none_twice_and_missed_rounds_once(story: str, machine: str, database: Database,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    zone, begin, acts = STORIES[story]
    hand = Hand(begin)
    with clock.use(hand):
        offices = [opened(zone, hand), opened(CHINA, hand)]
        readings: list[datetime] = []
        for word, minutes, times in acts:
            by = timedelta(minutes=minutes)
            readings += look(hand, by, times) if word == "look" else moved(hand, by)
        for office in offices:
            fired = office.fired()
            assert fired == office.expected(readings), office.zone
            for name, at in fired.items():
                first = min(office.dues(name, max([*readings, *at, begin + 2 * DAY])), default=None)
                assert all(first is not None and first <= one for one in at), f"{name} was early"
        if story == "two days of downtime":
            assert [len(offices[0].fired()[name]) for name in ("night", "early", "day", "hours")] == [1, 1, 1, 1]


def test_a_clock_that_was_put_back_after_a_claim_fires_nothing(database: Database) -> None:
    hand = Hand(datetime(2026, 6, 10, 8, 0, tzinfo=UTC))
    with clock.use(hand):
        office = opened(BERLIN, hand)
        claimed = hand.at + HOUR                        # a worker found what is due, then the clock was put back
        assert work.timers(claimed) == 0
        assert not any(office.fired().values())
        hand.at = claimed
        assert work.timers(claimed) > 0
        before = office.fired()
        hand.at -= HOUR
        assert work.timers(claimed) == 0 and office.fired() == before
        with kernel_database.current().read(office.tenant_id) as session:
            assert all(row.due_at > claimed for row in session.scalars(select(TimerRow)))
