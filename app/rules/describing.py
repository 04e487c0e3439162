"""The language of rule files as data, for whoever helps to write them: from the schemas that also check the files."""

from __future__ import annotations

from typing import Any

from app.auth import policy
from app.kernel import events
from app.rules import scenarios, schemas
from app.rules.conditions import fields_of
from app.rules.language import MODES, SHAPES
from app.rules.reading import ALLOWED, ALWAYS, OPTIONAL

SPANS = ("PT30M", "PT2H", "PT24H", "P1D", "P2D", "P3D", "P7D", "P30D")
"""Examples of lengths; any other is as good."""
STEP = ("event", "where")


def language() -> dict[str, Any]:
    """JSON-like: keys of each shape, event types with the kinds of their fields, actions with their parameters.

    `blocks`: keys inside a step, an action, a scenario and an event of a scenario. Texts are left to the reader's edge.
    """
    return {
        "shapes": {shape: [*ALWAYS, *ALLOWED[shape]] for shape in SHAPES}, "optional": sorted(OPTIONAL),
        "modes": list(MODES), "events": {name: fields_of(name) for name in sorted(events.REGISTRY)},
        "actions": {name: {key: _param(param) for key, param in params.items()}
                    for name, params in schemas.ACTIONS.items()},
        "roles": sorted(policy.STAFF_ROLES), "spans": list(SPANS),
        "blocks": {"step": list(STEP), "action": ["action", "params"], "scenario": list(scenarios.KEYS),
                   "event": list(scenarios.EVENT_KEYS)},
    }


def _param(param: schemas.Param) -> dict[str, Any]:
    choices = {"level": [str(one) for one in range(1, schemas.LEVELS + 1)], "flag": ["true", "false"]}
    return {"kind": param.kind, "required": param.required, "choices": choices.get(param.kind, list(param.choices))}
