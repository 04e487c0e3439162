"""Words for supervision rules: shapes, modes, actions, marks, states of orders, their events."""

from __future__ import annotations

from app.kernel.errors import msg

RULE_WORDS: dict[str, dict[str, str]] = {
    "rule_shape": {"match": msg("one event"), "count": msg("many events"),
                   "count_distinct": msg("events of different people or things"), "sequence": msg("events in order"),
                   "absence": msg("something awaited does not come")},
    "rule_mode": {"live": msg("acts"), "shadow": msg("only notes")},
    "firing_mode": {"live": msg("acted"), "shadow": msg("noted"), "suppressed": msg("looking back")},
    "rule_action": {"notify": msg("told somebody"), "tag": msg("marked"), "escalate": msg("told the level above"),
                    "raise_priority": msg("made urgent"), "note": msg("wrote into the journal"),
                    "open_supervision": msg("opened an order"),
                    "propose_topic": msg("proposed a topic")},
    "rule_skipped": {"closed": msg("not done: the request was closed")},
    "case_tag": {"unclaimed": msg("taken by nobody in time"), "returned_twice": msg("returned twice"),
                 "reopened": msg("handled again"), "similar_complaints": msg("several residents complain"),
                 "no_contact": msg("resident not contacted")},
}
RULE_EVENTS: dict[str, str] = {
    "supervision.fired": msg("A supervision rule noticed something"),
    "supervision.missed": msg("Something awaited did not come"),
    "supervision.quarantined": msg("Supervision rule: an event was put aside"),
    "supervision.reload_refused": msg("New supervision rules could not take over"),
    "supervision.case_tagged": msg("Marked by a rule"), "supervision.order_opened": msg("Supervision order opened"),
    "supervision.order_answered": msg("Supervision order answered"),
    "supervision.order_verified": msg("Supervision order closed"),
}
