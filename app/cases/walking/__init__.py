"""A walk: the real engine on a process with what an office has in force, step by step, on a clock of its own.

Pure but for reading: no case, no number, no event, no message. It is told by a list of deeds and played from the start
each time, so that going back, or on another way, is a shorter list.
"""

from app.cases.walking.beginning import Begin, is_internal, is_process_of_cases
from app.cases.walking.playing import AUTO, MOST_DEEDS, walked
from app.cases.walking.views import ClockAct, Move, Walked, WantedNotice

__all__ = ["AUTO", "MOST_DEEDS", "Begin", "ClockAct", "Move", "Walked", "WantedNotice", "is_internal",
           "is_process_of_cases", "walked"]
