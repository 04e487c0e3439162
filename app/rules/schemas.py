"""Which actions there are and what parameters each takes. What they do stands in `acting`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.auth import policy
from app.feel import DaysTimeDuration, Failure, read_temporal
from app.kernel.errors import msg

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}\Z", re.ASCII)
LONGEST_SPAN = timedelta(days=366)


@dataclass(frozen=True)
class Param:
    """One parameter. `kind`: role, code, text, level, flag, template, span or one of `choices`."""

    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()
    most: int = 500


ACTIONS: Mapping[str, Mapping[str, Param]] = {
    "notify": {"role": Param("role", required=True), "of_unit": Param("flag"), "template": Param("template")},
    "tag": {"tag": Param("code", required=True)},
    "escalate": {"level": Param("level", required=True)},
    "raise_priority": {"to": Param("choice", required=True, choices=("urgent", "emergency"))},
    "note": {"text": Param("text", required=True)},
    "open_supervision": {"level": Param("choice", choices=("order", "listed")), "reason": Param("text", most=200),
                         "about": Param("choice", choices=("case", "unit"))},
    "propose_topic": {"note": Param("text", most=300)},
}
LEVELS = 2
"""Escalation: 1 the head of the unit, 2 the supervisor."""


def fault(param: Param, value: Any) -> tuple[str, dict[str, Any]] | None:
    """Why a value does not fit: message id and parameters; None when it does."""
    kind = param.kind
    if kind == "role" and value not in policy.STAFF_ROLES:
        return msg("%(value)s is no role of staff."), {"value": str(value)[:60]}
    if kind == "choice" and value not in param.choices:
        return msg("One of %(choices)s was expected."), {"choices": ", ".join(param.choices)}
    if kind == "flag" and not isinstance(value, bool):
        return msg("true or false was expected."), {}
    if kind == "level" and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LEVELS):
        return msg("A whole number from %(least)s to %(most)s was expected."), {"least": 1, "most": LEVELS}
    if kind in ("code", "template") and not (isinstance(value, str) and CODE.match(value)):
        return msg("A code of small letters, digits and _ was expected."), {}
    if kind == "text" and not (isinstance(value, str) and 0 < len(value.strip()) <= param.most):
        return msg("A text of at most %(limit)s characters was expected."), {"limit": param.most}
    if kind == "span" and span(value) is None:
        return msg("A length of time such as PT30M or P3D was expected."), {}
    return None


def span(value: Any) -> timedelta | None:
    """A length of whole seconds up to a year, from text; None for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = read_temporal(value)
        if not isinstance(found, DaysTimeDuration):
            return None
        length = found.to_python()
    except (Failure, OverflowError):
        return None
    whole = length % timedelta(seconds=1) == timedelta()
    return length if whole and timedelta() < length <= LONGEST_SPAN else None
