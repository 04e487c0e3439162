"""Which request arrives when: the same for the same seed, number and last day."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.cli.demo import tables
from app.cli.demo.replay.messages import Message
from app.cli.demo.year import scripts, texts
from app.cli.demo.year.scripts import Script
from app.cli.demo.year.texts import Spot, Text
from app.deadlines import WorkCalendar

DAYS = 365
OFFICE_HOURS = ((9, 9), (10, 10), (11, 7), (13, 6), (14, 9), (15, 8), (16, 6))
ANY_HOURS = (*OFFICE_HOURS, (7, 2), (8, 5), (12, 4), (17, 3), (18, 4), (19, 5), (20, 6), (21, 5), (22, 3))
AT_A_DESK = frozenset({"phone", "counter", "visit", "12345"})


@dataclass(frozen=True)
class Arrival(Message):
    """One request. `holder`: the sign-in name of the demo resident who sends it; `script`: its course, if written."""

    name: str = ""
    phone: str = ""
    place_code: str = ""
    locale: str = "zh"
    picture: bool = False
    holder: str | None = None
    script: Script | None = None


@dataclass(frozen=True)
class Wanted:
    """What a year is made of. `last_day`: the last one on which a request arrives, by the office's clocks."""

    cases: int
    seed: int
    last_day: date
    zone: ZoneInfo


def year(wanted: Wanted, calendar: WorkCalendar) -> list[Arrival]:
    """All requests in order of time: the scripted ones, and the rest by season, weekday and hour."""
    chance = random.Random(f"year {wanted.seed} {wanted.cases}")  # noqa: S311  no secret hangs on it
    written = [_scripted(wanted, calendar, number, script, chance)
               for number, script in enumerate(scripts.all_scripts())][:wanted.cases]
    people = _people(chance, max(1, round(wanted.cases * float(texts.document("people.yaml")["households"]))))
    rest = [_random(wanted, number, day, chance, people)
            for number, day in enumerate(_days(wanted, wanted.cases - len(written), chance), start=len(written))]
    return sorted([*written, *rest], key=lambda one: (one.at, one.line))


def _days(wanted: Wanted, count: int, chance: random.Random) -> list[date]:
    """A day for each request."""
    days = [wanted.last_day - timedelta(days=back) for back in range(DAYS)]
    months, weekdays = texts.calendar()["volume"], texts.calendar()["weekdays"]
    return chance.choices(days, [months[day.month - 1] * weekdays[day.weekday()] for day in days], k=count)


def _people(chance: random.Random, count: int) -> list[tuple[str, str, Spot]]:
    """(name, phone, home) of the year's residents. The phones belong to nobody, as those of users.csv."""
    document, spots = texts.document("people.yaml"), texts.spots()
    numbers = chance.sample(range(100, 10_000), min(count, 9_900))
    return [(chance.choice(document["surnames"]) + chance.choice(document["given"]), f"1990000{number:04d}",
             chance.choice(spots)) for number in numbers]


def _random(wanted: Wanted, number: int, day: date, chance: random.Random,
            people: list[tuple[str, str, Spot]]) -> Arrival:
    text: Text = texts.of_month(chance, day.month)
    channels = texts.calendar()["channels"]
    channel = str(chance.choices(list(channels), list(channels.values()))[0])
    name, phone, home = chance.choice(people)
    spot = home if chance.random() < 0.7 else chance.choice(texts.spots())
    document, holder = texts.document("people.yaml"), None
    if channel in ("web", "wechat") and chance.random() < float(document["account_holders"]):
        row = chance.choice([one for one in tables.rows("users.csv") if one["kind"] == "resident"])
        holder, name, phone = row["login"], row["name"], row["phone"]
    return Arrival(
        line=number, row_id=f"{wanted.seed}-{number}", user=phone, text=texts.filled(text.words, spot, chance),
        at=_moment(wanted, day, chance, channel in AT_A_DESK), channel=channel, service=text.service, name=name,
        phone=phone, place_code=spot.code, locale=text.locale, holder=holder,
        picture=text.service[:2] in ("CS", "LS") and chance.random() < float(document["pictures"]) * 2)


def _scripted(wanted: Wanted, calendar: WorkCalendar, number: int, script: Script, chance: random.Random) -> Arrival:
    """A scripted request so many working days before the last one."""
    day = _working(wanted.last_day, calendar)
    for _ in range(script.before - 1):
        day = _working(day - timedelta(days=1), calendar)
    name, phone, _home = _people(chance, 1)[0]
    spot = chance.choice(texts.spots())
    at = datetime.combine(day, time(script.hour, 10), wanted.zone).astimezone(UTC)
    return Arrival(
        line=number, row_id=f"{wanted.seed}-{number}", user=phone, text=texts.filled(script.text, spot, chance), at=at,
        channel="web", service=script.service, name=name, phone=phone, place_code=spot.code, script=script)


def _moment(wanted: Wanted, day: date, chance: random.Random, at_a_desk: bool) -> datetime:
    hours = OFFICE_HOURS if at_a_desk else ANY_HOURS
    hour = chance.choices([one for one, _weight in hours], [weight for _one, weight in hours])[0]
    return datetime.combine(day, time(hour, chance.randrange(60)), wanted.zone).astimezone(UTC)


def _working(day: date, calendar: WorkCalendar) -> date:
    """The day, or the last working one before it."""
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return day
