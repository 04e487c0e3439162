"""A span of days of the office, cut into days, weeks or months of its calendar, and the span of equal length before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.kernel.errors import FieldErrors, Invalid, msg

DAY = timedelta(days=1)
LONGEST = 1_100
"""Days, about three years."""
MOST = {"day": 62, "week": 60, "month": 37}
"""Pieces that a page and a statement can take."""
PRESETS = ("month", "last_month", "quarter", "year")


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last` (both belong to it), cut by `by`: day, week (from Monday) or month."""

    first: date
    last: date
    by: str
    zone: ZoneInfo
    preset: str = ""

    def cuts(self) -> list[tuple[date, date]]:
        """First and last day of each piece; the outer pieces end where the period does."""
        found, at = [], self.first
        while at <= self.last:
            end = min(_end(at, self.by), self.last)
            found.append((at, end))
            at = end + DAY
        return found

    def pieces(self) -> list[Period]:
        """The cuts as periods of their own."""
        return [Period(first, last, self.by, self.zone) for first, last in self.cuts()]

    def starts(self) -> datetime:
        """The first moment, UTC."""
        return self.moment(self.first)

    def ends(self) -> datetime:
        """The first moment that no longer belongs to it, UTC."""
        return self.moment(self.last + DAY)

    def moment(self, on: date) -> datetime:
        """When a day of the office begins, UTC."""
        return datetime.combine(on, time(), self.zone).astimezone(UTC)

    def before(self) -> Period:
        """As many days right before."""
        length = self.last - self.first + DAY
        return Period(self.first - length, self.first - DAY, self.by, self.zone)


def _end(at: date, by: str) -> date:
    if by == "day":
        return at
    if by == "week":
        return at + DAY * (6 - at.weekday())
    return _month_after(at) - DAY


def _month_after(at: date) -> date:
    return (at.replace(day=1) + 32 * DAY).replace(day=1)


def months_back(on: date, count: int) -> date:
    """The first day of the month that lies `count` months before that of `on`."""
    index = on.year * 12 + on.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def preset(name: str, today: date, zone: ZoneInfo) -> Period:
    """month (so far), last_month, quarter (three months by week), year (twelve months); this month for any other."""
    if name == "last_month":
        return Period(months_back(today, 1), today.replace(day=1) - DAY, "day", zone, name)
    if name == "quarter":
        return Period(months_back(today, 2), today, "week", zone, name)
    if name == "year":
        return Period(months_back(today, 11), today, "month", zone, name)
    return Period(today.replace(day=1), today, "day", zone, "month")


def parse(given: Mapping[str, str], today: date, zone: ZoneInfo) -> Period:
    """From a query string: `period`, or `first` and `last` (ISO days) with `by`. Raises Invalid at the field."""
    if not given.get("first") and not given.get("last"):
        return preset(given.get("period", ""), today, zone)
    errors: FieldErrors = {}
    days = {name: _day(given.get(name, ""), name, errors) for name in ("first", "last")}
    first, last = days["first"], days["last"]
    if first is None or last is None:
        raise Invalid(msg("Please check what is marked."), fields=errors)
    if last < first:
        errors["last"] = [(msg("The last day lies before the first."), {})]
    elif (last - first).days >= LONGEST:
        errors["last"] = [(msg("At most %(limit)s days."), {"limit": LONGEST})]
    if errors:
        raise Invalid(msg("Please check what is marked."), fields=errors)
    return _cut(first, last, given.get("by", ""), zone)


def _day(text: str, name: str, errors: FieldErrors) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        errors[name] = [(msg("Please choose a date."), {})]
        return None
    return found


def _cut(first: date, last: date, by: str, zone: ZoneInfo) -> Period:
    """As asked, or coarser where that would make too many pieces."""
    order = ("day", "week", "month")
    for one in order[order.index(by) if by in order else 0:]:
        period = Period(first, last, one, zone)
        if len(period.cuts()) <= MOST[one]:
            return period
    return Period(first, last, "month", zone)
