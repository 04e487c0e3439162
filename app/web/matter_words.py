"""Words for internal matters: what they are, the steps of their diagrams, how they ended."""

from __future__ import annotations

from app.kernel.errors import msg
from app.web.demand_words import DEMAND_STEPS, DEMAND_WORDS

MATTER_WORDS: dict[str, dict[str, str]] = {
    "nature": {"request": msg("Request"), "order": msg("Supervision order"), "topic": msg("Topic of demand")},
    "matter_step": {"opened": msg("opened"), "answer": msg("to be answered"), "verify": msg("to be looked at"),
                    "leader": msg("with the leader"), **DEMAND_STEPS},
    "matter_outcome": {"verified": msg("closed"), "lifted": msg("lifted: nothing was wrong"), "closed": msg("closed"),
                       **DEMAND_WORDS["topic_outcome"]},
    "matter_kind": {},
}
