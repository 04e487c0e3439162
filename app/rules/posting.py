"""The engine in use: made when it is needed, fed by replay, replaced when worn or dead; what kills it is put aside.

One engine serves all offices; the tenant is a part of every key. It holds nothing that the database does not tell.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from app.rules.engines import Chain, EngineDied, EngineRefused, Message, RuleEngine
from app.rules.language import IN_ENGINE, Rule
from app.rules.rulesets import RuleSet, Task, ruleset_name

log = logging.getLogger(__name__)
PIECE, MOST_DEATHS, MOST_TRIES = 400, 2, 50


@dataclass
class Office:
    """What the owner knows of one office between two batches."""

    tenant_id: UUID
    rules: RuleSet
    zone: ZoneInfo
    position: int
    generation: tuple[int, int] | None = None
    scanned: int = 0
    careful_until: int = 0
    attention: int = 0
    standing: frozenset[str] = frozenset()
    """Versions that are quarantined as a whole."""
    unseen: set[tuple[str, int]] = field(default_factory=set)
    """(version, number) of quarantined events."""

    def posted(self, tasks: Sequence[Task]) -> list[Task]:
        """The tasks that are the engine's."""
        return [task for task in tasks if task.rule.shape in IN_ENGINE and task.rule.hash not in self.standing
                and (task.rule.hash, task.seen.number) not in self.unseen]


Replay = Callable[[Office], list[Task]]
"""The tasks of the office's windows up to its position, less what firings have used."""
PutAside = Callable[[Office, Rule, Task | None, str], None]
"""Write a quarantine row; also into `office`."""


class Poster:
    """Posts tasks and answers with chains, whatever happens to the child in between."""

    def __init__(self, make: Callable[[], RuleEngine], replay: Replay, put_aside: PutAside) -> None:
        self._make, self._replay, self._put_aside = make, replay, put_aside
        self._engine: RuleEngine | None = None
        self._loaded: set[str] = set()
        self._replayed: set[UUID] = set()
        self._singly: set[UUID] = set()
        self._deaths: Counter[tuple[UUID, str, int]] = Counter()
        self.warning = ""

    def post(self, office: Office, tasks: Sequence[Task]) -> list[Chain]:
        """In one go. Raises EngineDied: the position has not moved, and what follows is posted with `post_singly`."""
        posted = office.posted(tasks)
        if not posted:
            return []
        engine = self.ready(office)
        try:
            return engine.feed([task.message() for task in posted])
        except (EngineDied, EngineRefused) as error:
            self.drop()
            raise EngineDied(str(error)) from error

    def post_singly(self, office: Office, tasks: Sequence[Task]) -> list[Chain]:
        """Tasks of one event, one by one: what the engine dies of twice is put aside."""
        for _ in range(MOST_TRIES):
            found: list[Chain] = []
            try:
                for task in office.posted(tasks):
                    found += self._one(office, task)
            except EngineDied:
                continue
            return found
        raise EngineDied("the engine died again and again")

    def _one(self, office: Office, task: Task) -> list[Chain]:
        engine = self.ready(office)
        try:
            return engine.feed([task.message()])
        except (EngineDied, EngineRefused) as error:
            self._died(office, task.rule, task, error)
            raise EngineDied(str(error)) from error

    def ready(self, office: Office) -> RuleEngine:
        """An engine with the office's rules loaded and its windows replayed. Raises EngineDied after many tries."""
        for _ in range(MOST_TRIES):
            try:
                engine = self._engine = self._engine or self._make()
                self._load(office, engine)
                if office.tenant_id not in self._replayed:
                    self._fill(office, engine)
                    self._replayed.add(office.tenant_id)
            except EngineDied:
                self.drop()
                continue
            return engine
        raise EngineDied("the engine could not be made ready")

    def adopt(self, engine: RuleEngine, office: Office, rules: RuleSet) -> None:
        """An engine that was made ready for new rules of an office takes over; the one before ends."""
        self.drop()
        self._engine, self._replayed = engine, {office.tenant_id}
        self._loaded = {ruleset_name(rule) for rule in rules.in_engine}

    def after(self) -> None:
        """Between two batches: an engine that is worn is replaced when it is next needed."""
        if self._engine is not None and self._engine.worn():
            self.drop()

    def memory_mb(self) -> int:
        """Of the engine in use; 0 while none is needed."""
        return self._engine.memory_mb() if self._engine is not None else 0

    def forgive(self, tenant_id: UUID) -> None:
        """A person asked for another try: the deaths of an office's rules count from the beginning."""
        for known in [one for one in self._deaths if one[0] == tenant_id]:
            del self._deaths[known]

    def drop(self) -> None:
        """End the engine; the next one is filled by replay."""
        if self._engine is not None:
            self._engine.close()
        self._engine = None
        self._loaded.clear()
        self._replayed.clear()

    def _load(self, office: Office, engine: RuleEngine) -> None:
        for rule in office.rules.in_engine:
            name = ruleset_name(rule)
            if name in self._loaded or rule.hash in office.standing:
                continue
            try:
                load(engine, rule)
            except (EngineDied, EngineRefused) as error:
                self._died(office, rule, None, error)
                raise EngineDied(str(error)) from error
            self._loaded.add(name)

    def _fill(self, office: Office, engine: RuleEngine) -> None:
        """Replay; after a death in it one by one, to see what it was."""
        tasks = [task for task in office.posted(self._replay(office)) if task.rule.shape == "sequence"]
        try:
            if office.tenant_id in self._singly:
                for task in tasks:
                    self._replay_one(office, engine, task)
            else:
                fill(engine, tasks)
        except EngineDied:
            self._singly.add(office.tenant_id)
            raise
        self._singly.discard(office.tenant_id)
        self.warning = ""
        try:
            engine.settled()
        except EngineRefused as error:
            self.warning = str(error)
            log.error("supervision rules: %s; narrow their conditions", error)

    def _replay_one(self, office: Office, engine: RuleEngine, task: Task) -> None:
        try:
            engine.feed([task.message()])
        except (EngineDied, EngineRefused) as error:
            self._died(office, task.rule, task, error)
            raise EngineDied(str(error)) from error

    def _died(self, office: Office, rule: Rule, task: Task | None, error: Exception) -> None:
        """Count the deaths of this process's children by what was asked of them."""
        number = task.seen.number if task is not None else 0
        self._deaths[office.tenant_id, rule.hash, number] += 1
        log.error("the rule engine died of %s at %s: %s", rule.key, number or "its start", error)
        if self._deaths[office.tenant_id, rule.hash, number] >= MOST_DEATHS:
            self._put_aside(office, rule, task, str(error))
        self.drop()


def load(engine: RuleEngine, rule: Rule) -> None:
    """Compile and prove a rule in an engine."""
    engine.load(ruleset_name(rule), rule.shape, len(rule.patterns), int(rule.within.total_seconds()))


def fill(engine: RuleEngine, tasks: Sequence[Task]) -> list[Chain]:
    """Feed tasks in pieces, so that each answer comes in time."""
    messages: list[Message] = [task.message() for task in tasks]
    found: list[Chain] = []
    for at in range(0, len(messages), PIECE):
        found += engine.feed(messages[at:at + PIECE])
    return found
