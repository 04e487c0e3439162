"""The legal clock: calendars, budgets, pause, extend, interrupt, and the reason for each date. No word of cases."""

from app.deadlines.acts import Act, ClockState
from app.deadlines.book import Change, DeadlineBook, no_clocks
from app.deadlines.budgets import Budget
from app.deadlines.calendars import calendar_of, calendar_with, seed
from app.deadlines.reasons import UNOFFICIAL, Reason
from app.deadlines.remaining import Countdown, Remaining
from app.deadlines.replaying import replay
from app.deadlines.working_time import CalendarEntry, Shifts, WorkCalendar

__all__ = ["UNOFFICIAL", "Act", "Budget", "CalendarEntry", "Change", "ClockState", "Countdown", "DeadlineBook",
           "Reason", "Remaining", "Shifts", "WorkCalendar", "calendar_of", "calendar_with", "no_clocks",
           "replay", "seed"]
