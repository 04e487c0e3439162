"""What a decision has to be told before it can answer: the given values that it and what it requires read."""

from __future__ import annotations

from app.dmn.model import Model


def needed(model: Model, decision_id: str) -> frozenset[str]:
    """Names of the input data that the answer depends on. KeyError for an unknown decision.

    In a file that declares no input data every name counts that is none of the file's own.
    """
    found: set[str] = set()
    own = {part.name for parts in (model.decisions, model.knowledge, model.services) for part in parts.values()}
    waiting, seen = [decision_id], {decision_id}
    while waiting:
        decision = model.decisions[waiting.pop()]
        if model.open_inputs:
            found |= decision.used - own - {"?"}
        found |= {model.inputs[each].name for each in decision.requires
                  if each in model.inputs and model.inputs[each].name in decision.used}
        for each in decision.requires:
            if each in model.decisions and each not in seen:
                seen.add(each)
                waiting.append(each)
    return frozenset(found)
