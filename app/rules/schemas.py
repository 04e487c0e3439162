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
_WORDS = re.compile(r"p?t?(\d{1,4})\s*([a-z天日时小周分秒]+).*")
_UNITS = {"d": "D", "天": "D", "日": "D", "h": "H", "小": "H", "时": "H", "mi": "M", "分": "M", "s": "S", "秒": "S",
          "w": "W", "周": "W"}
"""How a length of time is written by hand: its first letters, and the letter of the standard. Months have none."""


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
    "reassign": {"role": Param("role")},
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
        return not_a_span(value)
    return None


def not_a_span(value: Any) -> tuple[str, dict[str, Any]]:
    """What is said of a text that is no length of time, with a suggestion where it looks like one."""
    found = _WORDS.fullmatch(str(value).strip().lower())
    letter = next((letter for word, letter in _UNITS.items() if found and found[2].startswith(word)), "")
    if found is None or not letter or int(found[1]) == 0:
        return msg("A length of time such as PT30M or P3D was expected."), {}
    near = f"P{int(found[1]) * 7}D" if letter == "W" else f"P{found[1]}D" if letter == "D" else f"PT{found[1]}{letter}"
    return msg("A length of time such as PT30M or P3D was expected. Is it %(near)s?"), {"near": near}


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
