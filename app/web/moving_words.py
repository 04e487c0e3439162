"""Words for moves of running cases: states of a run, outcomes, and reasons with the elements' names in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.errors import msg

MOVING_WORDS: dict[str, dict[str, str]] = {
    "move_state": {"looking": msg("being looked at"), "planned": msg("looked at, not started"),
                   "running": msg("under way"), "paused": msg("paused"), "stopped": msg("stopped"),
                   "done": msg("done")},
    "move_outcome": {"can": msg("can move"), "stays": msg("stays"), "moved": msg("moved"), "failed": msg("failed")},
    "start_kind": {"timer": msg("Time"), "message": msg("Message"), "signal": msg("Signal")},
    "steered": {"paused": msg("paused"), "resumed": msg("went on")},
}


def named(params: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The params of a remark, with names instead of ids of elements and kinds of elements."""
    return {key: names.get(str(value), value) if key in ("element", "new") else value for key, value in params.items()}
