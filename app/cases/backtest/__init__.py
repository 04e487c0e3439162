"""A change tried on past cases before it is published: what would have been different. Tables are asked again, clocks
are replayed on another calendar, cases are played again on another diagram.

Other rooms use `from app.cases import backtest`.
"""

from app.cases.backtest.calendars import over_calendar
from app.cases.backtest.processes import over_cases
from app.cases.backtest.queries import compare
from app.cases.backtest.views import Backtest, Group, Moved, Sample, Shift, Trouble, document

__all__ = ["Backtest", "Group", "Moved", "Sample", "Shift", "Trouble", "compare", "document", "over_calendar",
           "over_cases"]
