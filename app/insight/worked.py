"""Working time between many moments of one calendar: each day is looked at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.deadlines import WorkCalendar

DAY, ZERO = timedelta(days=1), timedelta()


class Worked:
    """Says what `calendar.between` says. Remembers how much work lies before each day since `first`."""

    def __init__(self, calendar: WorkCalendar, first: date) -> None:
        self.calendar, self.first = calendar, first
        self._before = [ZERO]
        """By number of days since `first`."""
        self._spans: dict[date, list[tuple[datetime, datetime]]] = {}

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Zero when `end` is not later."""
        if end <= start:
            return ZERO
        begin, last = start.astimezone(self.calendar.zone), end.astimezone(self.calendar.zone)
        if begin.date() < self.first:
            return self.calendar.between(start, end)
        return self._until(last) - self._until(begin)

    def _until(self, local: datetime) -> timedelta:
        day = local.date()
        total = self._all_before((day - self.first).days)
        for begin, close in self._of(day):
            if local > begin:
                total += _wall(begin, min(close, local))
        return total

    def _all_before(self, number: int) -> timedelta:
        while len(self._before) <= number:
            day = self.first + DAY * (len(self._before) - 1)
            self._before.append(self._before[-1] + sum((_wall(*span) for span in self._of(day)), ZERO))
        return self._before[number]

    def _of(self, day: date) -> list[tuple[datetime, datetime]]:
        found = self._spans.get(day)
        if found is None:
            found = self._spans[day] = self.calendar.spans(day)
        return found


def _wall(start: datetime, end: datetime) -> timedelta:
    """Shifts never cross a change of clocks."""
    return end.replace(tzinfo=None) - start.replace(tzinfo=None)
