"""The legal clock: calendars, budgets, pause, extend, interrupt, and the reason for each date. No word of cases."""

from app.deadlines.acts import Act, ClockState
from app.deadlines.book import Change, DeadlineBook
from app.deadlines.budgets import Budget
from app.deadlines.calendars import calendar_of, seed
from app.deadlines.reasons import Reason
from app.deadlines.working_time import CalendarEntry, Shifts, WorkCalendar

__all__ = ["Act", "Budget", "CalendarEntry", "Change", "ClockState", "DeadlineBook", "Reason", "Shifts",
           "WorkCalendar", "calendar_of", "seed"]
