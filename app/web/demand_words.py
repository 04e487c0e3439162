"""Words for topics of demand: where they came from, why, what became of them, what their rank is made of."""

from __future__ import annotations

from app.kernel.errors import msg

DEMAND_WORDS: dict[str, dict[str, str]] = {
    "topic_source": {"model": msg("by comparing figures"), "rule": msg("by a supervision rule"),
                     "hand": msg("by a person")},
    "topic_reason": {"growth": msg("asked for more than before"), "dissatisfied": msg("many are dissatisfied"),
                     "repeats": msg("asked again and again"), "rule": msg("noticed by a rule"),
                     "hand": msg("proposed")},
    "topic_state": {"open": msg("candidate"), "taken": msg("taken up"), "closed": msg("closed"),
                    "dropped": msg("put aside")},
    "topic_outcome": {"accepted": msg("the effect was accepted"), "unsettled": msg("no round left"),
                      "nothing_to_change": msg("nothing to change")},
    "rank_factor": {"volume": msg("How many ask"), "growth": msg("Growth"), "dissatisfied": msg("Dissatisfied"),
                    "repeats": msg("Repeated"), "area": msg("Places concerned")},
    "change_what": {"service": msg("Catalogue"), "decision": msg("Decision table"), "unit": msg("Capacity of a unit")},
}
DEMAND_EVENTS: dict[str, str] = {
    "demand.computed": msg("Demand compared"), "demand.topic_raised": msg("Topic of demand raised"),
    "demand.topic_joined": msg("More found for a topic of demand"),
    "demand.topic_dropped": msg("Topic of demand put aside"), "demand.topic_taken": msg("Topic of demand taken up"),
    "demand.topic_closed": msg("Topic of demand closed"), "demand.change_noted": msg("Change for a topic kept"),
    "demand.measured": msg("Effect of a change measured"), "demand.month_chosen": msg("Topics of the month written"),
    "demand.progress_noted": msg("Progress of a monthly question written"),
}
DEMAND_STEPS: dict[str, str] = {
    "evidence": msg("looking at the evidence"), "owner": msg("naming the owner"), "plan": msg("making a plan"),
    "change": msg("changing the supply"), "publish": msg("telling residents"), "measure": msg("waiting for the effect"),
    "judge": msg("judging the result"),
}
