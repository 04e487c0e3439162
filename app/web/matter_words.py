"""Words for internal matters: what they are, the steps of their diagrams, how they ended."""

from __future__ import annotations

from app.kernel.errors import msg
from app.web.demand_words import DEMAND_STEPS, DEMAND_WORDS

MATTER_WORDS: dict[str, dict[str, str]] = {
    "nature": {"request": msg("Request"), "order": msg("Supervision order"), "topic": msg("Topic of demand"),
               "started": msg("Process that began by itself")},
    "matter_step": {"opened": msg("opened"), "answer": msg("to be answered"), "verify": msg("to be looked at"),
                    "leader": msg("with the leader"), **DEMAND_STEPS},
    "matter_outcome": {"verified": msg("closed"), "lifted": msg("lifted: nothing was wrong"), "closed": msg("closed"),
                       **DEMAND_WORDS["topic_outcome"]},
    "score_item": {"on_time": msg("In time"), "satisfied": msg("Satisfied"), "solved": msg("Solved"),
                   "orders": msg("Points of orders"), "returns": msg("Returns"),
                   "improper_returns": msg("Improper returns"),
                   "overdue": msg("Limits passed"), "unanswered": msg("Orders not answered in time")},
    "judgement": {"proper": msg("proper"), "improper": msg("improper")},
    "ground": {"ruled_against": msg("the supervisor ruled against the unit"),
               "came_back": msg("the same unit had it in the end"), "late": msg("too late"),
               "no_reason": msg("no reason was given"), "in_order": msg("in time, with a reason")},
    "matter_kind": {"order": msg("Usual order"), "listed": msg("Listed order, known to the leader"),
                    "timer": msg("At its time"), "message": msg("By a message"), "signal": msg("By a signal")},
}
