"""The rules that count for an office, and which of them an event concerns."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app import catalog
from app.kernel.errors import YikouError
from app.rules.conditions import Seen, holds, key_of, names_of
from app.rules.engines import Message
from app.rules.language import IN_ENGINE, KIND, SHADOW, Rule

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """One rule that an event concerns: the steps whose condition it meets, and what makes events belong together."""

    rule: Rule
    seen: Seen
    steps: tuple[int, ...]
    key: tuple[str, ...]

    @cached_property
    def group_hash(self) -> str:
        """Of the key, for indexes."""
        return hashlib.sha256(json.dumps(self.key, ensure_ascii=False).encode()).hexdigest()

    def message(self) -> Message:
        """What the engine sees; the tenant is a part of the key. A match joins nothing, so its cases spread."""
        own = self.key if self.rule.shape == "sequence" else (str(self.seen.case_id or self.seen.number),)
        key = json.dumps([self.seen.tenant_id.hex, *own], ensure_ascii=False)
        return Message(ruleset_name(self.rule), self.seen.number, int(self.seen.at.timestamp()), key, self.steps)


def ruleset_name(rule: Rule) -> str:
    """One ruleset for each version: rules of one ruleset would take each other's events."""
    return f"r{rule.hash[:24]}"


@dataclass(frozen=True)
class RuleSet:
    """Rules by key. `faults`: files in force that this version of the application cannot read."""

    rules: tuple[Rule, ...]
    faults: tuple[str, ...] = ()

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """The hashes, sorted."""
        return tuple(sorted(rule.hash for rule in self.rules))

    @cached_property
    def digest(self) -> str:
        """One hash for the whole set."""
        return hashlib.sha256("\n".join(self.versions).encode()).hexdigest()

    @cached_property
    def in_engine(self) -> tuple[Rule, ...]:
        """Those that durable_rules evaluates."""
        return tuple(rule for rule in self.rules if rule.shape in IN_ENGINE)

    @cached_property
    def by_event(self) -> dict[str, tuple[Rule, ...]]:
        """Event type -> rules that wait for it."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for event in sorted(rule.events):
                found.setdefault(event, []).append(rule)
        return {event: tuple(rules) for event, rules in found.items()}

    @cached_property
    def asks_residents(self) -> bool:
        """Whether a rule names the resident: who is who is looked up only then."""
        return any("resident" in (*rule.by, rule.of) or any(
            pattern.where is not None and "resident" in pattern.where.names for pattern in rule.patterns)
            for rule in self.rules)

    def tasks(self, seen: Seen, zone: ZoneInfo, only: frozenset[str] | None = None) -> list[Task]:
        """The rules whose conditions the event meets, by key; `only`: of these versions."""
        names: dict[str, Any] | None = None
        found = []
        for rule in self.by_event.get(seen.type, ()):
            if rule.key in seen.hidden_from or (only is not None and rule.hash not in only):
                continue
            key = key_of(rule.by, seen)
            if key is None or (rule.of is not None and seen.value(rule.of) is None):
                continue
            names = names_of(seen, zone) if names is None else names
            steps = tuple(i for i, pattern in enumerate(rule.patterns, 1) if holds(pattern, seen, names))
            if steps:
                found.append(Task(rule, seen, steps, tuple(key)))
        return found


def in_force(session: Session, tenant_id: UUID) -> RuleSet:
    """What is published for the office: its own rules hide the base's of the same key. Those on trial stand beside."""
    rules: list[Rule] = []
    faults = []
    for kind in (KIND, SHADOW):
        for published in catalog.all_live(session, tenant_id, kind):
            try:
                rule: Rule = catalog.compiled(session, tenant_id, kind, published.key)[1]
            except YikouError as error:
                log.warning("supervision rule %s cannot be read: %s", published.key, error)
                faults.append(published.key)
                continue
            if all(rule.hash != one.hash for one in rules):  # the same file in both places counts once
                rules.append(rule)
    return RuleSet(tuple(sorted(rules, key=lambda one: (one.key, one.mode))), tuple(faults))


def of_versions(session: Session, tenant_id: UUID, versions: Iterable[Any]) -> RuleSet:
    """The rules of these hashes, as far as they can still be read."""
    rules = []
    for version in versions:
        try:
            rules.append(catalog.compiled_by_hash(session, tenant_id, str(version))[1])
        except YikouError as error:
            log.warning("a supervision rule in force cannot be read: %s", error)
    return RuleSet(tuple(sorted(rules, key=lambda rule: rule.key)))
