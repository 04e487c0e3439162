"""What a condition of a rule may name, and whether an event meets it. Answers follow from the event alone."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.feel import FeelError
from app.kernel import events
from app.rules.language import Pattern

log = logging.getLogger(__name__)
MOST_SAMPLES = 20
_TEXT = re.compile(r'"([^"]*)"')
ALIASES = {"case": "case_id", "resident": "person_id", "place": "place_id"}
"""Shorter names for fields that most events of a case have."""
CASE_COLUMNS = ("case", "channel", "phase", "module", "service", "kind", "urgency", "unit", "resident", "place")
"""How the case stood at the moment of the event; every event of a case carries these."""
OWN = {"at": "time", "type": "code"}
"""What each event has beside its fields: its moment in the office's zone, and its type."""
SAMPLES: dict[str, Any] = {"id": "0190a1b2-0000-7000-8000-000000000000", "code": "x", "integer": 1, "boolean": True,
                           "number": 1}


@dataclass(frozen=True)
class Seen:
    """One numbered event as rules see it.

    `known_at`: when it got its number; `hidden_from`: rules that caused it; `resident`: who else the person is, if
    rules ask for that: each request has a person of its own.
    """

    tenant_id: UUID
    number: int
    id: UUID
    type: str
    at: datetime
    known_at: datetime
    case_id: UUID | None
    fields: Mapping[str, Any]
    hidden_from: frozenset[str] = frozenset()
    resident: str | None = None

    def value(self, name: str) -> Any:
        """A field by its name or alias; None where the event has none."""
        if name == "case":
            return str(self.case_id) if self.case_id else self.fields.get("case_id")
        if name == "resident" and self.resident is not None:
            return self.resident
        return self.fields.get(ALIASES.get(name, name))


def fields_of(event: str) -> dict[str, str]:
    """Name -> kind (id, code, integer, boolean, number, time) of what a rule may name of an event type.

    KeyError for an unknown type.
    """
    declared = {name: kind.rstrip("?") for name, kind in events.fields_of(event).items()}
    short = {alias: declared[name] for alias, name in ALIASES.items() if name in declared}
    return {**OWN, **declared, **short}


def names_of(seen: Seen, zone: ZoneInfo) -> dict[str, Any]:
    """The variables of a condition; times in the office's zone."""
    found: dict[str, Any] = dict(seen.fields)
    for name in _times(seen.type):
        value = found.get(name)
        if isinstance(value, str):
            found[name] = datetime.fromisoformat(value).astimezone(zone)
    found.update({alias: seen.value(alias) for alias in ALIASES})
    found.update(at=seen.at.astimezone(zone), type=seen.type)
    return found


@cache
def _times(event: str) -> tuple[str, ...]:
    return tuple(name for name, kind in events.fields_of(event).items() if kind.startswith("time"))


def holds(pattern: Pattern, seen: Seen, names: Mapping[str, Any]) -> bool:
    """Whether the event is one of the pattern's; a condition that is not true, or fails, does not hold."""
    if pattern.event != seen.type:
        return False
    if pattern.where is None:
        return True
    try:
        return pattern.where.evaluate(names, now=names["at"]).value is True
    except FeelError as error:
        log.warning("the condition %r failed: %s", pattern.where.source[:80], error)
        return False


def key_of(by: tuple[str, ...], seen: Seen) -> list[str] | None:
    """The values that events of one chain or count share; None when one is missing: nobody equals nobody."""
    values = [seen.value(name) for name in by]
    return None if any(value is None for value in values) else [str(value) for value in values]


def samples(event: str, condition: str) -> list[dict[str, Any]]:
    """Values of the right type for every name, the codes once as each text the condition compares with."""
    moment = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    kinds = fields_of(event)
    usual = {name: SAMPLES.get(kind, moment) for name, kind in kinds.items()}
    texts = dict.fromkeys(_TEXT.findall(condition)[:MOST_SAMPLES])
    return [usual, *({**usual, **{name: text for name, kind in kinds.items() if kind == "code"}} for text in texts)]
